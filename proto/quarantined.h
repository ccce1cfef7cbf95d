/* SPDX-License-Identifier: MPL-2.0 */
/* quarantined - the kinds that a node does not take for a while, as its STATE
 * says them: words KIND:FAILURES:SECONDS (PROTOCOL.md, section 5). */
#ifndef LB_QUARANTINED_H
#define LB_QUARANTINED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct quarantined {
    struct span kind;       /* within the text */
    uint32_t failures;      /* in a row, there alone */
    uint32_t left_s;
};

/* Takes the next of them off `text`. false: none is left. Words that say
 * something else are passed over; what follows the seconds is of a later
 * version. */
bool quarantined_next(struct span *text, struct quarantined *out);

#endif
