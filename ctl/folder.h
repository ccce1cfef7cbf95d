/* SPDX-License-Identifier: MPL-2.0 */
/* folder - a folder and all of those above it. */
#ifndef LB_FOLDER_H
#define LB_FOLDER_H

#include <sys/types.h>

/* Makes those of `path` that are missing. 0, also if nothing is; or -errno:
 * it is not there, is no folder, or nothing may be put into it. */
int folder_make(const char *path, mode_t mode);

#endif
