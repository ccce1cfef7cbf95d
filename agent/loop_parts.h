/* SPDX-License-Identifier: MPL-2.0 */
/* loop_parts - what the files of the loop share; for nobody else. */
#ifndef LB_LOOP_PARTS_H
#define LB_LOOP_PARTS_H

#include <stdbool.h>

#include "agent/lobby.h"
#include "agent/loop.h"
#include "agent/worker.h"

enum {
    GATE_SENDS = 32 * 1024,             /* held sends; above: lost */
    GATE_DEAF = GATE_SENDS / 2,         /* above: nothing new is taken in */
    BACKLOG_ROWS = 64 * 1024,
    BACKLOG_BYTES = 64 * 1024 * 1024,   /* journal and gate, each */
    HELD_SENDS = GATE_DEAF / 2,         /* of these, that are asked again */
    HELD_BYTES = BACKLOG_BYTES / 2,
    SOON_MAX = GATE_SENDS,              /* of one turn */
    SAVED = 1024,
    ENDED_BATCH = 256
};

struct loop {
    struct shell *s;
    int64_t now_us;
    struct gate *gate;
    struct gate *soon;          /* what waits for no save: let out at the end
                                   of the turn */
    size_t gate_bytes;          /* of both */
    struct lobby *lobby;        /* of refusals for now */
    uint64_t last_save, durable;
    uint64_t saved[SAVED];      /* the newest save of the workloads of each
                                   remainder */
    bool saves, hurries;        /* this step: something, what is waited for */
    enum journal_state journal_state;
    /* gated runs that have not left the gate */
    struct packet **gated;
    size_t n_gated, gated_cap;
    /* runs that ended without beginning: outcomes for the core */
    struct { uint16_t slot; uint32_t run; } *unrun;
    size_t n_unrun, unrun_cap;
    int64_t sample_us, status_us;
    int64_t sweep_us;           /* of files, the next one */
    uint64_t most_jobs;         /* held at once since memory was given back */
    bool stopping, exiting;
    bool lame;              /* its spawner is dead */
    bool broken[CONFIG_KINDS_MAX];  /* the last fate told of own kinds */
    int status;             /* when exiting */
    int64_t exit_us;        /* exit then at the latest */
    bool debug;             /* switched on by USR2 */
    uint64_t turns, events, lost_sends;
};

/* Feeds one event, whose now_us is set here, and does what is answered. */
void loop_feed(struct loop *l, struct event *ev);
/* Does the actions of one step. */
void loop_obey(struct loop *l, const struct actions *out);
/* Lets out what the journal has made durable. */
void loop_release(struct loop *l);
/* Feeds the outcomes of runs that were stopped before they began. */
void loop_feed_unrun(struct loop *l);
/* A line of the log that is an event for people, too. */
void loop_say(struct loop *l, enum log_level level, const char *evt,
              const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void loop_leave(struct loop *l, int status);
/* As at the first TERM: `why` goes to the log. */
void loop_stop(struct loop *l, enum log_level level, const char *why);

/* A command: the shell's own, or the core's. */
void loop_command(struct loop *l, const struct net_in *in);
/* Whether it is one of the shell's own and more than `role` may ask: then the
 * REPLY that says so is appended to `body`. */
bool shell_refuses(const struct msg_command *m, enum role role,
                   const char *node, struct buf *body);
/* A reply that waits for no save. */
void loop_reply(struct loop *l, uint64_t client, struct span body);
void loop_client_gone(struct loop *l, uint64_t client);
void loop_wake_waiters(struct loop *l);

/* ---- shell_file.c: files that travel with commands ---- */
/* May who asks for this put it here? False, with the REPLY in `body`. */
bool shell_takes_file(const struct loop *l, const struct net_in *in,
                      struct buf *body);
void loop_file_ask(struct loop *l, const struct net_in *in);
void loop_file_answers(struct loop *l);
/* Workloads were forgotten: their files go soon. */
void loop_file_forget(struct loop *l);
/* Looks whether it is time to drop files. */
void loop_file_tick(struct loop *l);

void loop_signal(struct loop *l, int number);

#endif
