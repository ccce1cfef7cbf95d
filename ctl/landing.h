/* SPDX-License-Identifier: MPL-2.0 */
/*
 * landing - where a file lies below the directory that a job runs in.
 *
 * A relative path is the same there. A part in front of the first "/./" is
 * left out, as rsync and GNU parallel do: /data/./in/x lies at in/x. Of an
 * absolute path without it the last part is left. Empty and "." parts go;
 * a ".." part leads out of the directory and is refused. Pure.
 */
#ifndef LB_LANDING_H
#define LB_LANDING_H

#include <stdbool.h>
#include <stddef.h>

enum { LANDING_MAX = 4096 };

/* Of a file that is given to a job. NULL, or what is wrong with the path. */
const char *landing_put(const char *path, char dst[LANDING_MAX]);
/* Of a file that comes back, to the same place below the user's directory: so
 * an absolute path is refused. Likewise. */
const char *landing_return(const char *path, char dst[LANDING_MAX]);

#endif
