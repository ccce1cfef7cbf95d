/* SPDX-License-Identifier: MPL-2.0 */
/* shim_client - a test in the place of a slot: it has a spawner and a shim of
 * its own and gives it programs. */
#ifndef LB_SHIM_CLIENT_H
#define LB_SHIM_CLIENT_H

#include "agent/shim.h"
#include "agent/spawner.h"

/* NULL-ended words. */
#define LIST(...) (const char *const[]){ __VA_ARGS__, NULL }

struct client {
    struct spawner *spawner;
    int fd, pidfd;
    enum spawner_hold hold;
    char dir[64];           /* its own; nasty is in it */
    char scratch[128];      /* of the shim */
    char nasty[128];        /* path of tests/tools/nasty */
    char token[48];         /* a variable that marks what it runs */
};

/* One program. What is NULL or 0: no more variables than the token, the
 * scratch directory, no input, no bound of time, 1 MiB of output. */
struct what {
    const char *const *argv;    /* NULL-ended */
    const char *const *env;
    const char *cwd;
    struct span input;
    uint64_t timeout_us, kill_after_us, cpu_ms, output_max;
};

/* What came out of it; whoever asks frees it by ran_fini. */
struct ran {
    struct shim_end end;
    char why[SHIM_WHY_MAX + 1];
    struct buf out, err;
};
void ran_fini(struct ran *r);

/* All of these fail the test where something is not as it should be, and where
 * nothing comes for 30 s. */
void client_open(struct client *c, const struct spawner_config *config);
/* A further shim, as for slot `slot`, instead of the one before. */
void client_shim(struct client *c, unsigned slot);
void client_close(struct client *c);
void client_start(const struct client *c, const struct what *w);
void client_rate(const struct client *c, unsigned percent);
void client_stop(const struct client *c);
/* Waits until "ready" has come on stdout, or the end. */
void client_ready(const struct client *c, struct ran *r);
/* Waits for the end; then nothing of it may be left. */
void client_end(const struct client *c, struct ran *r);
/* How it has ended. */
void expect_end(const struct ran *r, uint8_t how, uint8_t exit,
                uint8_t signal);
/* Start and end. */
struct ran client_run(const struct client *c, const struct what *w);

/* For cmocka: a group with one client, *state, that is held by nothing better
 * than `client_best`; a group runs for each way to hold programs. */
extern enum spawner_hold client_best;
int client_setup(void **state);
int client_teardown(void **state);

/* Processes of this host that carry the mark; with `signal` not 0 that one is
 * sent to each. */
size_t marked(const char *token, int signal);
/* Waits until there are `n` of them. */
void await_marked(const char *token, size_t n);
/* State of one of them as in proc(5), 0: there is none. */
char state_of(const char *token);
/* Removes a directory and what is in it. */
void remove_dir(const char *path);

#endif
