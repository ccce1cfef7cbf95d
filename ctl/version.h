/* SPDX-License-Identifier: MPL-2.0 */
/* version - what --version prints. */
#ifndef LB_CTL_VERSION_H
#define LB_CTL_VERSION_H

#include "ctl/ctl.h"

/* `what` NULL, or "full". A message and status 2 for anything else. */
void version_print(struct ctl *c, const char *what);

#endif
