/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/command.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command_files.h"
#include "agent/command_given.h"
#include "agent/shim_link.h"
#include "agent/shortage.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/command.h"
#include "proto/limits.h"
#include "proto/msg.h"

enum { KEEP_BYTES = 256 * 1024, SOON_MS = 2, TRIES = 3, ROOM_MS = 50,
       ENCODED_MORE = 64 /* of a result, beyond its output */ };

struct command_slot {
    const struct command_config *config;
    struct orders *orders;
    size_t number;
    struct shim_link shim;
    struct given given;         /* to the program under way */
    struct command_files *files;
    struct buf returned;        /* files, as words */
    pthread_mutex_t lock;       /* of what command_output reads, too: */
    const struct order *order;  /* of the run under way; NULL: none */
    struct buf out, err;        /* what the program wrote */
};

struct command_slot *
command_slot_new(const struct command_config *config, struct orders *orders,
                 size_t number)
{
    struct command_slot *s = xcalloc(1, sizeof *s);

    s->config = config;
    s->orders = orders;
    s->number = number;
    shim_link_init(&s->shim);
    pthread_mutex_init(&s->lock, NULL);
    given_init(&s->given, config, number);
    s->files = command_files_new(config, orders, number);
    return s;
}

void
command_slot_free(struct command_slot *s)
{
    if (s == NULL)
        return;
    shim_link_fini(&s->shim);
    given_fini(&s->given);
    command_files_free(s->files);
    buf_fini(&s->returned);
    buf_fini(&s->out);
    buf_fini(&s->err);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- frames ---- */

static void
keep(struct command_slot *s, struct buf *to, struct span bytes)
{
    pthread_mutex_lock(&s->lock);
    buf_bytes(to, bytes.p, bytes.len);
    pthread_mutex_unlock(&s->lock);
}

/* Takes whole frames; 1: the end has come, in *end; -EPROTO. */
static int
take_frames(struct command_slot *s, struct shim_end *end)
{
    struct span body;
    size_t at = 0, n;
    uint8_t type;
    int rc = 0;

    while (rc == 0 &&
           (n = shim_link_frame(&s->shim, at, &type, &body)) > 0) {
        at += n;
        if (type == SHIM_OUT)
            keep(s, &s->out, body);
        else if (type == SHIM_ERR)
            keep(s, &s->err, body);
        else
            rc = type == SHIM_END && shim_end_decode(body, end) == 0
                     ? 1 : -EPROTO;
    }
    if (rc == 0 && at > 0)
        shim_link_taken(&s->shim, at);
    return rc;
}

/* ---- a run ---- */

/* Where what comes out of one goes, as in command_run. */
struct run_end {
    struct buf *out;
    uint64_t *cpu_us;
    char *err;
};

/* The host has none left now: of what may come back. */
static bool
passes(int error)
{
    return shortage_passes(error) || error == ENOBUFS;
}

static void
wait_for_room(unsigned n)
{
    (void)poll(NULL, 0, ROOM_MS << n);
}

/* The shim, and what tells of orders, before the first look at them. 0 or
 * -errno. */
static int
open_both(struct command_slot *s)
{
    int rc = shim_link_open(&s->shim, s->config->spawner,
                            (unsigned)s->number);

    if (rc < 0)
        return rc;
    return orders_news(s->orders, s->number) < 0 ? -errno : 0;
}

/* 0; or the outcome, when there is none to be had. Without a spawner the node
 * is about to leave (loop.c), and the job waits again. */
static uint8_t
open_shim(struct command_slot *s, char *err)
{
    int rc = open_both(s);
    for (unsigned n = 0; rc < 0 && passes(-rc) && n < TRIES; n++) {
        wait_for_room(n);
        rc = open_both(s);
    }
    if (rc < 0) {
        text_add(err, KIND_ERROR_MAX, "%s starts no commands: %s",
                 s->config->node, strerror(-rc));
        return rc == -EPIPE ? OUTCOME_CANCELLED : OUTCOME_NO_FILE;
    }
    return 0;
}

/* Until its end: 0; or -EPIPE: the shim is gone. */
static int
follow(struct command_slot *s, const struct command_job *job,
       struct shim_end *end)
{
    struct pollfd p[2] = { { s->shim.fd, POLLIN, 0 },
                           { orders_news(s->orders, s->number), POLLIN, 0 } };

    for (int wait_ms = SOON_MS;;) {
        int n = poll(p, 2, wait_ms);
        if (n < 0 && errno != EINTR)
            return -EPIPE;
        if (n == 0) {
            job->lasts(job->arg);
            wait_ms = -1;
        }
        if (n <= 0)
            continue;
        if (p[1].revents != 0) {
            orders_heard(s->orders, s->number);
            if (!shim_link_tell(&s->shim, s->orders, s->number, true))
                return -EPIPE;
        }
        if (p[0].revents == 0)
            continue;
        if (!shim_link_receive(&s->shim))
            return -EPIPE;
        int rc = take_frames(s, end);
        if (rc != 0)
            return rc > 0 ? 0 : -EPIPE;
    }
}

/* Its result, with as much output as one may carry. */
static void
put_result(struct command_slot *s, const struct shim_end *end, struct buf *out)
{
    struct command_result r = { .exit = end->exit, .signal = end->signal,
                                .out_total = end->out_total,
                                .err_total = end->err_total,
                                .out = buf_span(&s->out),
                                .err = buf_span(&s->err),
                                .files = buf_span(&s->returned) };
    size_t room = RESULT_MAX_BYTES - ENCODED_MORE - r.files.len;

    if (r.err.len > room / 2 && r.out.len + r.err.len > room)
        r.err.len = r.out.len > room / 2 ? room / 2 : room - r.out.len;
    if (r.out.len + r.err.len > room)
        r.out.len = room - r.err.len;
    command_result_encode(&r, out);
}

static uint8_t
judge(const struct command_slot *s, const struct shim_end *end, char *err)
{
    char why[SHIM_WHY_MAX + 1];

    switch ((enum shim_how)end->how) {
    case SHIM_ENDED:
        if (end->signal != 0)
            text_add(err, KIND_ERROR_MAX, "signal %u", end->signal);
        else if (end->exit != 0)
            text_add(err, KIND_ERROR_MAX, "exit %u", end->exit);
        return end->signal != 0 || end->exit != 0 ? OUTCOME_FAILED
                                                  : OUTCOME_DONE;
    case SHIM_TIMEOUT:
        text_add(err, KIND_ERROR_MAX, "timeout");
        return OUTCOME_FAILED;
    case SHIM_STOPPED:
        return OUTCOME_CANCELLED;
    case SHIM_NO_DIR:
    case SHIM_NOT_STARTED:
    case SHIM_NOT_NOW:
    case SHIM_NOT_ALLOWED:
        span_copy(end->why, why, sizeof why);
        text_add(err, KIND_ERROR_MAX, "%s %s %s", why,
                 end->how == SHIM_NOT_ALLOWED ? "of" : "on", s->config->node);
        break;
    }
    /* What only this node lacks is no attempt: others may do. */
    return end->how == SHIM_NOT_STARTED ? OUTCOME_FAILED : OUTCOME_NO_FILE;
}

static bool
begin(struct command_slot *s, const struct shim_run *run)
{
    struct buf body = { 0 };

    buf_reset(&s->shim.in);
    s->shim.control.stop = false;
    shim_run_encode(run, &body);
    bool sent = shim_link_tell(&s->shim, s->orders, s->number, false) &&
                shim_link_send(&s->shim, SHIM_RUN, buf_span(&body)) &&
                (!s->shim.control.stop ||
                 shim_link_send(&s->shim, SHIM_STOP, span_of(NULL, 0)));
    buf_fini(&body);
    return sent;
}

/* What one run needed much of is given back. */
static void
shrink(struct buf *b)
{
    if (b->cap > KEEP_BYTES)
        buf_fini(b);
    else
        buf_reset(b);
}

/* From now on the output is that of `order`; NULL: of none. */
static void
turn_to(struct command_slot *s, const struct order *order)
{
    pthread_mutex_lock(&s->lock);
    s->order = order;
    shrink(&s->out);
    shrink(&s->err);
    pthread_mutex_unlock(&s->lock);
}

bool
command_output(struct command_slot *s, struct command_piece *piece)
{
    pthread_mutex_lock(&s->lock);
    const struct order *o = s->order;
    bool is = o != NULL && node_id_equal(&o->home, &piece->home) &&
              o->workload == piece->workload && o->index == piece->index;
    if (is) {
        const struct buf *b = piece->err ? &s->err : &s->out;
        size_t from = piece->from < b->len ? (size_t)piece->from : b->len;
        size_t n = b->len - from;
        piece->total = b->len;
        buf_bytes(&piece->bytes, b->p + from,
                  n < COMMAND_PIECE_MAX ? n : COMMAND_PIECE_MAX);
    }
    pthread_mutex_unlock(&s->lock);
    return is;
}

/* Its program, from beginning to end. The shim is open. */
static uint8_t
run_program(struct command_slot *s, const struct command_job *job,
            const struct shim_run *run, struct run_end *to)
{
    struct shim_end end = { .how = 0 };

    bool ran = begin(s, run) && follow(s, job, &end) == 0;
    for (unsigned n = 0; ran && end.how == SHIM_NOT_NOW && n < TRIES; n++) {
        wait_for_room(n);
        ran = begin(s, run) && follow(s, job, &end) == 0;
    }
    if (!ran) {
        shim_link_close(&s->shim);
        uint8_t outcome = open_shim(s, to->err);
        if (outcome != 0)
            return outcome;
        text_add(to->err, KIND_ERROR_MAX, "its shim was killed");
        return OUTCOME_FAILED;
    }
    *to->cpu_us = end.cpu_us;
    uint8_t outcome = judge(s, &end, to->err);
    if (outcome == OUTCOME_DONE) {
        outcome = command_files_return(s->files, &s->returned, to->err);
        outcome = outcome == 0 ? OUTCOME_DONE : outcome;
    }
    if (outcome != OUTCOME_DONE)    /* all of them or none */
        buf_reset(&s->returned);
    /* One that is stopped may have run too long for its workload. */
    if (end.how == SHIM_ENDED || end.how == SHIM_TIMEOUT ||
        end.how == SHIM_STOPPED)
        put_result(s, &end, to->out);
    return outcome;
}

uint8_t
command_run(struct command_slot *s, const struct command_job *job,
            struct buf *out, uint64_t *cpu_us, char *err)
{
    struct run_end to = { out, cpu_us, err };
    struct shim_run run;

    *cpu_us = 0;
    uint8_t outcome = open_shim(s, err);
    if (outcome != 0)
        return outcome;
    unsigned percent = orders_look(s->orders, s->number).rate.percent;
    if (given_describe(&s->given, job, percent, &run) != 0) {
        text_add(err, KIND_ERROR_MAX, "its parameters make no sense");
        return OUTCOME_FAILED;
    }
    turn_to(s, job->order);
    outcome = command_files_give(s->files, job, &run, err);
    if (outcome == 0)
        outcome = run_program(s, job, &run, &to);
    command_files_end(s->files);
    turn_to(s, NULL);
    shrink(&s->shim.in);
    shrink(&s->returned);
    return outcome;
}
