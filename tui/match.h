/* SPDX-License-Identifier: MPL-2.0 */
/*
 * match - patterns of names: * any text, ? any byte, [1-5] or [08-12,20] a
 * number in a range. A bound with a leading zero fixes the number of digits:
 * [08-12] is 08 09 10 11 12.
 *
 * Pure; time is bounded by pattern times text.
 */
#ifndef LB_MATCH_H
#define LB_MATCH_H

#include <stdbool.h>

#include "base/bytes.h"

/* Whether it holds *, ? or [. */
bool match_is_pattern(struct span pattern);
/* Whether each [ has its numbers and its ]. */
bool match_is_sound(struct span pattern);
/* `fold`: letters A to Z are as small ones. Texts are shorter than 256. */
bool match(struct span pattern, struct span text, bool fold);
/* Whether `text` holds `part`, letters as above. */
bool match_holds(struct span text, struct span part);

#endif
