/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cluster - the agents under test: each with its own configuration, state and
 * run-time directory below one folder; on loopback, or each in a network
 * namespace of its own. Agents are started by the main thread alone (they die
 * with the thread that started them, whatever ends it); the rest may be called
 * from any thread. Functions that wait give up when the campaign is
 * interrupted. Errors are told on stderr, once, where they are found.
 */
#ifndef LB_NEMESIS_CLUSTER_H
#define LB_NEMESIS_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cluster;

enum { CLUSTER_NODES_MAX = 8 };

struct cluster_plan {
    const char *dir;            /* exists; everything lies below it */
    size_t n_nodes;             /* named a, b, c ... */
    bool netns;                 /* a network namespace each: needs root */
    bool slow_disk;             /* each sync takes 20 ms */
    const char *ini;            /* more sections for all nodes; NULL: none.
                                   [node] [listen] [peers] [workers] [jobs]
                                   and the kind `mark` are written already */
};

/* What may differ from node to node. Zero: as the plan says. Strings and
 * lists are borrowed as long as the cluster lives. */
struct cluster_node {
    const char *state_dir;      /* NULL: DIR/NAME/state */
    const char *ini;            /* more sections, after those of the plan */
    const char *const *wrap;    /* words before lbagent: "strace", "-D" ... The
                                   process that is started must become the
                                   agent. NULL: none; ends with NULL */
    const char *const *env;     /* "NAME=VALUE" ...; ends with NULL */
    const char *const *args;    /* more options of lbagent; ends with NULL */
    int (*prepare)(void *arg);  /* in the child, before exec; -1: give up */
    void *prepare_arg;
};

/* Draws ports and writes all configurations; starts nothing. NULL: failed. */
struct cluster *cluster_new(const struct cluster_plan *plan);
/* Ends all agents (KILL) and all that was made for them. */
void cluster_free(struct cluster *c);

size_t cluster_size(const struct cluster *c);
const char *cluster_name(const struct cluster *c, size_t node);
/* Address for lb_connect: ipc://..., the same over restarts. */
const char *cluster_where(const struct cluster *c, size_t node);
/* The program lbagent, and the configuration that it is given. */
const char *cluster_agent(const struct cluster *c);
const char *cluster_ini(const struct cluster *c, size_t node);
/* DIR/NAME/state unless set; DIR/NAME.log; DIR/NAME.marks; base port. */
const char *cluster_state_dir(const struct cluster *c, size_t node);
const char *cluster_log(const struct cluster *c, size_t node);
const char *cluster_marks(const struct cluster *c, size_t node);
uint16_t cluster_port(const struct cluster *c, size_t node);
/* 0 while it is not running. */
pid_t cluster_pid(const struct cluster *c, size_t node);

/* Before its next launch; also writes its configuration again. */
int cluster_set(struct cluster *c, size_t node, const struct cluster_node *n);
/* Peers dial each other at another address than the real one: "HOST:PORT" by
 * which `from` reaches `to` (a proxy). NULL: the real one. */
int cluster_route(struct cluster *c, size_t from, size_t to,
                  const char *address);

/* Starts lbagent and does not wait. Main thread only. 0 or -1. */
int cluster_launch(struct cluster *c, size_t node);
/* Until it takes jobs; started again where another program took its ports.
 * 0; or -1: it ended, or did not in `ms`. Main thread only. */
int cluster_await_ready(struct cluster *c, size_t node, int64_t ms);
/* It takes jobs; false: not yet, or it has ended. Does not wait. */
bool cluster_ready(const struct cluster *c, size_t node);
/* It ended because another program has its ports: to be started again. */
bool cluster_shut_out(const struct cluster *c, size_t node);
/* All at once, until each is ready and sees all others. */
int cluster_start(struct cluster *c, int64_t ms);
/* Until every running node sees every running one in phase run. */
int cluster_await_all(struct cluster *c, int64_t ms);

/* Sends a signal; false: it does not run. Does not wait. */
bool cluster_signal(struct cluster *c, size_t node, int number);
/* Until it has ended; its wait status in *status (may be NULL). 0 or -1: not
 * in `ms`. Main thread only. */
int cluster_await_end(struct cluster *c, size_t node, int64_t ms, int *status);
/* True when it has ended; it is then not running any more. Main thread. */
bool cluster_ended(struct cluster *c, size_t node, int *status);
/* KILL, and until it is gone. */
int cluster_kill(struct cluster *c, size_t node);

/* Runs a program with these words (ends with NULL) in the namespace of a node
 * (SIZE_MAX: in that of the bridge; on loopback: as it is); its exit status, or
 * -1. `input` goes to its stdin; NULL: nothing. */
int cluster_exec(struct cluster *c, size_t node, const char *const *argv,
                 const char *input);
/* Network namespaces: the address of a node, "10.77.0.N". */
const char *cluster_address(const struct cluster *c, size_t node);

#endif
