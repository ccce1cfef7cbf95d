/* SPDX-License-Identifier: MPL-2.0 */
/* history - the lines typed at the command line, kept between sessions in the
 * user's state directory: 500 lines, mode 0600. What cannot be read or
 * written is passed over: it is only a comfort. */
#ifndef LB_HISTORY_H
#define LB_HISTORY_H

#include "tui/prompt.h"

void history_load(struct prompt *p);
void history_save(const struct prompt *p);

#endif
