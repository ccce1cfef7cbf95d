/* SPDX-License-Identifier: MPL-2.0 */
/* failure - the line that tells of a job that is not done. Pure. */
#ifndef LB_FAILURE_H
#define LB_FAILURE_H

#include "ctl/result.h"

/* "alpha-13.2 failed on alpha: exit 1 (3)": at the end the value that the job
 * was given, if it is known here, on one line and cut to 40 characters. */
void failure_text(const struct followed *f, const struct lb_result *r,
                  char dst[RESULT_TEXT_MAX]);

#endif
