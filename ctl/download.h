/* SPDX-License-Identifier: MPL-2.0 */
/* download - the files that came back from a job, from its home. */
#ifndef LB_DOWNLOAD_H
#define LB_DOWNLOAD_H

#include "ctl/result.h"

/* Writes the files of a result below `dir`, each under another name first, and
 * with its permissions. `wanted`: words of ret= (kinds/command.h), no other
 * file is written; p NULL: any. 0; -1 after a message: of a file that is not
 * there any more (66), of our disk (74), of the connection. */
int download(struct ctl *c, const struct followed *f,
             const struct lb_result *r, const char *dir, struct span wanted);

#endif
