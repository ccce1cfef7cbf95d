/* SPDX-License-Identifier: MPL-2.0 */
/* process - children that end with this program, whatever ends it. */
#ifndef LB_NEMESIS_PROCESS_H
#define LB_NEMESIS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process_plan {
    const char *const *argv;    /* ends with NULL; found in PATH */
    const char *const *env;     /* "NAME=VALUE", added; NULL: none */
    pid_t netns;                /* of this process; 0: ours */
    int in, out;                /* stdin; stdout and stderr; -1: /dev/null */
    int (*prepare)(void *arg);  /* before exec; NULL: none */
    void *prepare_arg;
};

/* Main thread only: the child dies with the thread that made it. */
pid_t process_start(const struct process_plan *p);
/* A process that does nothing in a new network namespace, with its loopback
 * up; -1: not allowed. */
pid_t process_netns(void);
/* Runs it to its end; its exit status, or -1. `input` for its stdin. */
int process_run(struct process_plan *p, const char *input);
/* In PATH, or in the folders of the administrator's programs. */
bool process_find(const char *name, char *path, size_t cap);

#endif
