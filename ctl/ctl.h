/* SPDX-License-Identifier: MPL-2.0 */
/* ctl - what all commands of lbctl share: options, messages, status. */
#ifndef LB_CTL_H
#define LB_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exits.h"
#include "proto/lb.h"

enum output { OUTPUT_TABLE = 1, OUTPUT_JSON, OUTPUT_RAW, OUTPUT_QUIET };
enum colour { COLOUR_AUTO = 1, COLOUR_ALWAYS, COLOUR_NEVER };

struct own;
struct ctl_link;    /* a connection to a node, reach.c */

struct ctl {
    char *node;             /* -n, or NULL */
    char *node_default;     /* LB_NODE or client.ini, or NULL */
    char *key;
    int64_t timeout_us;     /* --timeout; 0: not given */
    bool whole;             /* it is of the command, not of each answer */
    enum output output;     /* 0 until all options are read */
    enum output output_default;
    enum colour colour;
    bool verbose;
    bool stdout_lost;       /* which is said */
    bool silent;            /* no messages: only the status counts */
    int status;             /* worst so far */
    struct lb *root;        /* connected to nobody; has the threads of all */
    struct ctl_link *links; /* the node asked is the first */
    size_t n_links;
    struct lb_node *nodes;  /* NULL: not asked for yet */
    size_t n_nodes;
    struct own **own;       /* [n_own] kinds of nodes, asked for so far */
    size_t n_own;
    int kind_status;        /* of a kind that kind_ask did not find */
};

/* "lbctl: text" to stderr; notes the status. Returns it. */
int ctl_fail(struct ctl *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "lbctl: text" to stderr, not with -q. */
void ctl_note(const struct ctl *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Keeps the status that ranks highest (interface, exit statuses). */
int ctl_status(struct ctl *c, int status);
int status_worse(int a, int b);
/* Says why the last question to `lb` failed. */
int ctl_failed(struct ctl *c, const struct lb *lb, int status);

/* Flushes stdout. -1: what was printed, at any time, could not be written,
 * which is told once, with status 74. */
int ctl_stdout(struct ctl *c);

/* Waits as long as a node has asked for, but not above 1 s. -1: interrupted,
 * which is noted. */
int ctl_pause(struct ctl *c, uint64_t ms);

/* A question on a terminal; `what` is the action. True: yes. Without a
 * terminal it is refused, status 2: WHAT; confirm with -y. */
bool ctl_confirm(struct ctl *c, const char *what);

/* 0 until INT, TERM or PIPE comes: then its exit status, EXIT_INT, EXIT_TERM or
 * EXIT_PIPE. INT or TERM after any of them ends the program at once. */
extern volatile sig_atomic_t ctl_interrupt;
/* What the second one prints before that: how to come back. */
extern char ctl_last_words[128];
void ctl_catch_signals(void);
/* For who has more to do than to print: PIPE alone ends a program at once. */
void ctl_catch_pipe(void);

#endif
