/* SPDX-License-Identifier: MPL-2.0 */
/* halt - --halt WHEN, as who follows a workload sees it: `halt` is what
 * halt_read takes, or NULL. (core/halt.h ends the workload.) Pure. */
#ifndef LB_CTL_HALT_H
#define LB_CTL_HALT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/lb.h"

/* success=N: the N were wanted, and there they are? */
bool halt_is_content(const char *halt, const struct lb_progress *p);
/* "halted after 1 failure: 48 jobs cancelled"; if it did not come to that,
 * and somebody cancelled them: "48 jobs cancelled". */
void halt_text(const char *halt, const struct lb_progress *p, char *dst,
               size_t cap);

#endif
