/* SPDX-License-Identifier: MPL-2.0 */
/* term_read - what curses reads, as keys of ours. For term.c alone. */
#ifndef LB_TERM_READ_H
#define LB_TERM_READ_H

#include <stdbool.h>
#include <stdint.h>

enum term_answer { ANSWER_NONE = 0, ANSWER_STATUS, ANSWER_SYNC,
                   ANSWER_NO_SYNC };

/* Teaches curses what it does not know: both forms of cursor keys, pasted
 * text, answers of the terminal. After newterm. */
void term_read_begin(void);
/* The next key of key.h, or RAW_* of term_key.h; 0: none there. `answer`: what
 * the terminal itself has said with it. */
uint32_t term_read(bool pasting, enum term_answer *answer);

#endif
