/* SPDX-License-Identifier: MPL-2.0 */
/* exits - exit statuses of all our programs, and the status of a REPLY. */
#ifndef LB_EXITS_H
#define LB_EXITS_H

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,        /* a job failed, or a run-time failure */
    EXIT_USAGE = 2,
    EXIT_NOTFOUND = 66,     /* no such job, node or file */
    EXIT_UNREACHABLE = 69,  /* no agent reachable */
    EXIT_INTERNAL = 70,
    EXIT_DISK = 74,
    EXIT_LATER = 75,        /* queue full or draining: try later */
    EXIT_PROTOCOL = 76,     /* protocol versions do not overlap */
    EXIT_REFUSED = 77,      /* key, role or file mode */
    EXIT_CONFIG = 78,
    EXIT_TIMEOUT = 124,
    EXIT_INT = 130,
    EXIT_PIPE = 141,
    EXIT_TERM = 143
};

#endif
