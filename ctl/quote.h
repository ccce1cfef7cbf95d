/* SPDX-License-Identifier: MPL-2.0 */
/* quote - words as sh reads them back, byte for byte. Pure. */
#ifndef LB_QUOTE_H
#define LB_QUOTE_H

#include <stdbool.h>

#include "base/bytes.h"

/* Appends `word` (no NUL in it), in quotes if it needs any: always one word
 * to sh. `argument`: it stands behind a command, where NAME=VALUE, `if` and
 * the like are words as any other. */
void quote_put(struct buf *to, struct span word, bool argument);

#endif
