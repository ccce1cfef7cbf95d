/* SPDX-License-Identifier: MPL-2.0 */
/* state_file - paths in the user's state directory:
 * $XDG_STATE_HOME/lbagent, else ~/.local/state/lbagent. */
#ifndef LB_STATE_FILE_H
#define LB_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The path of `name` there. Makes the directory, mode 0700, if `make`. False:
 * there is no home. */
bool state_file(const char *name, char *dst, size_t cap, bool make);

#endif
