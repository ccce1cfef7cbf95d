/* SPDX-License-Identifier: MPL-2.0 */
/* away - a home that does not answer while somebody follows a workload of it:
 * it may be back soon, and the workload goes on. */
#ifndef LB_AWAY_H
#define LB_AWAY_H

#include "ctl/ctl.h"
#include "ctl/result.h"

/* After a call at `lb` that nobody answered: the home is away, workload `name`
 * goes on, and this waits; and when it has answered again. */
void away_tell(const struct ctl *c, struct lb *lb, const char *name);
void away_over(const struct ctl *c, struct lb *lb);
/* After a time-out: says once that the home is away and waits until it answers
 * again, at most until `until_us` of now_us(); 0: as long as it takes. LB_OK:
 * it is back, the same one with what it knew. Else as of any call, with a text
 * at f->lb. */
int away_wait(const struct ctl *c, const struct followed *f,
              int64_t until_us);

#endif
