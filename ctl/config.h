/* SPDX-License-Identifier: MPL-2.0 */
/* config - client.ini and the environment, for what no option said. */
#ifndef LB_CTL_CONFIG_H
#define LB_CTL_CONFIG_H

#include "ctl/ctl.h"

/* Reads the system's and the user's client.ini, or LB_CONFIG, then LB_NODE,
 * LB_KEY, LB_TIMEOUT, LB_OUTPUT; options already in `c` win. 0, or -1 after
 * messages (status 78; 2 for the environment). */
int config_load(struct ctl *c);

/* One file; -1 after messages, all problems are named. A missing file is none
 * unless `required`. */
int config_read(struct ctl *c, const char *path, bool required);

/* DIR of the user's files: $XDG_CONFIG_HOME/lbagent, $XDG_STATE_HOME/lbagent.
 * False: there is no home directory. */
bool config_dir(char *dst, size_t cap);
bool state_dir(char *dst, size_t cap);

#endif
