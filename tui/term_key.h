/* SPDX-License-Identifier: MPL-2.0 */
/*
 * term_key - from what curses reads, key by key, to what was meant: pasted
 * text is gathered, and an escape sequence that the network has split never
 * becomes a command.
 *
 * Pure. After a lone Esc, if the next key within 500 ms is [ or O, all up to
 * the final letter is swallowed; of "[ A" and "O A" the arrow is given back.
 */
#ifndef LB_TERM_KEY_H
#define LB_TERM_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* What term.c reads besides the keys of key.h. */
enum { RAW_PASTE_BEGIN = 0x120000, RAW_PASTE_END, RAW_IGNORE };

enum { PASTE_MAX_BYTES = 16 * 1024, ESCAPE_GUARD_US = 500 * 1000 };

struct key_filter {         /* zeroed: ready; key_filter_fini frees */
    bool pasting;
    struct buf pasted;
    int64_t escape_us;      /* when the last lone Esc came; 0: none */
    uint8_t guard;          /* 1: after [ or O; 2: in the middle of one */
};

/* One key read: the key meant, 0 if there is none (yet), or KEY_UNKNOWN with
 * the pasted text in f->pasted (until the next call). */
uint32_t key_filter_take(struct key_filter *f, int64_t now_us, uint32_t raw,
                         bool *pasted);
void key_filter_fini(struct key_filter *f);

#endif
