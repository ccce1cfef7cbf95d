/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The input is the life of a node: messages of three peers and of clients, as
 * raw bytes or made of them, ends of runs, time, crashes. Whatever comes, no
 * assertion of the core may fall, all that it sends can be decoded, it keeps
 * its bounds, and what it has saved it can read again.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/core.h"
#include "tests/fuzz/core_feed.h"
#include "tests/fuzz/samples.h"

enum { SLOTS = 2, RUNS_MAX = SLOTS * (1 + 32) /* with prefetch 1 */,
       FETCHES_MAX = 1024, QUEUE_MAX = 2000, STEPS_MAX = 2000 };

struct run {
    uint16_t slot;
    uint32_t run;           /* 0: free */
};

struct fetch {
    uint32_t workload, index;
};

struct life {
    struct core *core;
    struct core_config config;
    int64_t now_us;
    unsigned steps;
    bool ended;             /* it wants to end */
    struct buf saved;       /* u8 type, u32 workload, u32 length, body each */
    struct run run[RUNS_MAX];
    struct fetch fetch[FETCHES_MAX];
    size_t n_fetch;
};

static void
need(bool right)
{
    if (!right)
        abort();
}

/* ---- what the core wants ---- */

static void
check_sent(uint8_t type, struct span body)
{
    struct msg m;

    need(body.len <= MESSAGE_MAX_BYTES);
    need(msg_decode(type, body, &m) == 0);
    sample_walk(&m);
}

static void
save(struct life *l, const struct action *a)
{
    buf_u8(&l->saved, a->save.type);
    buf_u32(&l->saved, a->save.workload);
    buf_span32(&l->saved, a->save.body);
}

static void
forget(struct life *l, uint32_t workload)
{
    struct buf kept = { 0 };
    struct reader r;

    reader_init(&r, buf_span(&l->saved));
    while (reader_left(&r) > 0) {
        uint8_t type = reader_u8(&r);
        uint32_t of = reader_u32(&r);
        struct span body = reader_span32(&r);
        if (of == workload)
            continue;
        buf_u8(&kept, type);
        buf_u32(&kept, of);
        buf_span32(&kept, body);
    }
    buf_fini(&l->saved);
    l->saved = kept;
}

static void
begin_run(struct life *l, const struct act_run *r)
{
    struct run *at = NULL;

    need(r->run != 0);
    for (size_t i = 0; i < RUNS_MAX; i++) {
        need(l->run[i].run == 0 || l->run[i].slot != r->slot);
        if (l->run[i].run == 0 && at == NULL)
            at = &l->run[i];
    }
    need(at != NULL);
    *at = (struct run){ r->slot, r->run };
}

static void
want_fetch(struct life *l, const struct act_fetch *f)
{
    need(l->n_fetch < FETCHES_MAX);
    l->fetch[l->n_fetch++] = (struct fetch){ f->workload, f->index };
}

static void
obey(struct life *l, const struct actions *did)
{
    for (size_t i = 0; i < did->n; i++) {
        const struct action *a = &did->v[i];
        switch (a->kind) {
        case ACT_SAVE: save(l, a); break;
        case ACT_SEND:
        case ACT_PUBLISH: check_sent(a->send.type, a->send.body); break;
        case ACT_REPLY: check_sent(MSG_REPLY, a->reply.body); break;
        case ACT_RUN: begin_run(l, &a->run); break;
        case ACT_FETCH: want_fetch(l, &a->fetch); break;
        case ACT_EXIT: l->ended = true; break;
        case ACT_LOG: need(strlen(a->log.text) < 4096); break;
        case ACT_FORGET: forget(l, a->forget); break;
        case ACT_STOP:
        case ACT_THROTTLE: break;
        }
    }
}

static void
step(struct life *l, struct event *ev)
{
    const struct actions *did;

    ev->now_us = l->now_us;
    l->steps++;
    core_step(l->core, ev, &did);
    obey(l, did);
    need(core_deadline_us(l->core) >= 0);
}

/* Each deadline that has come, as the loop of a node does. */
static void
tick(struct life *l)
{
    for (int i = 0; i < 16 && core_deadline_us(l->core) <= l->now_us; i++) {
        struct event ev = { .kind = EV_TICK };
        step(l, &ev);
    }
}

static void
check_bounds(const struct life *l)
{
    struct core_counts n = core_count(l->core);

    need(n.running <= RUNS_MAX && n.own_open <= n.own_jobs);
    need(n.own_open <= QUEUE_MAX + JOBS_MAX && n.foreign <= JOBS_MAX);
}

/* ---- its life ---- */

static void
begin(struct life *l)
{
    struct reader r;
    struct event ev = { .kind = EV_START };

    l->config.incarnation++;
    l->core = core_new(&l->config, l->config.incarnation);
    reader_init(&r, buf_span(&l->saved));
    while (reader_left(&r) > 0) {
        struct event back = { .kind = EV_REPLAY };
        back.replay.type = reader_u8(&r);
        back.replay.workload = reader_u32(&r);
        back.replay.body = reader_span32(&r);
        const struct actions *did;
        back.now_us = l->now_us;
        core_step(l->core, &back, &did);
        need(did->n == 0);
    }
    l->ended = false;
    step(l, &ev);
}

/* What was acknowledged is there again. */
static void
crash(struct life *l)
{
    uint32_t jobs = core_count(l->core).own_jobs;

    core_free(l->core);
    memset(l->run, 0, sizeof l->run);
    l->n_fetch = 0;
    begin(l);
    need(core_count(l->core).own_jobs == jobs);
}

static void
give_message(struct life *l, struct reader *r, bool raw)
{
    struct buf body = { 0 };
    struct event ev = { .kind = EV_MSG };
    struct msg m;
    uint8_t from = reader_u8(r), type;

    ev.msg.from = feed_id(from);
    ev.msg.incarnation = from / FEED_NODES % 4u;
    ev.msg.up_ms = reader_u8(r) * 100u;
    if (raw) {
        type = reader_u8(r);
        struct span in = reader_span16(r);
        buf_bytes(&body, in.p, in.len);
    } else {
        type = feed_message(r, &body);
    }
    if (type != MSG_COMMAND && type != MSG_REPLY &&
        msg_decode(type, buf_span(&body), &m) == 0) {
        ev.msg.msg = &m;
        step(l, &ev);
    }
    buf_fini(&body);
}

static void
give_command(struct life *l, struct reader *r, bool raw)
{
    struct buf body = { 0 };
    struct event ev = { .kind = EV_COMMAND };
    struct msg m;
    uint8_t who = reader_u8(r);

    ev.command.client = 1 + who % 4u;
    ev.command.role = (enum role)(ROLE_VIEW + who / 4u % 3u);
    ev.command.local = who >= 128;
    if (raw) {
        struct span in = reader_span16(r);
        buf_bytes(&body, in.p, in.len);
    } else {
        ev.command.role = ROLE_OPERATOR;
        feed_command(r, &body);
    }
    if (msg_decode(MSG_COMMAND, buf_span(&body), &m) == 0) {
        ev.command.command = &m.command;
        step(l, &ev);
    }
    buf_fini(&body);
}

static void
end_run(struct life *l, uint8_t which, uint8_t how)
{
    struct event ev = { .kind = EV_OUTCOME };
    struct run *run = &l->run[which % RUNS_MAX];

    for (size_t i = 0; i < RUNS_MAX && run->run == 0; i++)
        run = &l->run[i];
    if (run->run == 0)
        return;
    ev.outcome = (struct event_outcome){
        .slot = run->slot, .run = run->run,
        .outcome = (uint8_t)(OUTCOME_DONE + how % 3u),
        .changed = how % 16u == 13, .run_us = how * 1000u,
        .cpu_us = how * 100u, .error = span_str(how % 3u != 0 ? "why" : ""),
        .value = span_str(how % 3u == 0 ? "42" : "")
    };
    if (how % 32u == 31)
        ev.outcome.outcome = OUTCOME_NO_FILE;
    ev.outcome.unbegun = ev.outcome.outcome == OUTCOME_CANCELLED && how >= 128;
    run->run = 0;
    step(l, &ev);
}

static void
end_fetch(struct life *l, uint8_t how)
{
    struct event ev = { .kind = EV_FETCHED };

    if (l->n_fetch == 0)
        return;
    struct fetch f = l->fetch[--l->n_fetch];
    ev.fetched.workload = f.workload;
    ev.fetched.index = f.index;
    ev.fetched.bytes = span_str(how % 2u != 0 ? "data=abc" : "");
    ev.fetched.error = span_str(how % 2u != 0 ? "" : "gone");
    step(l, &ev);
}

static void
happen(struct life *l, uint8_t what)
{
    struct event ev = { .kind = EV_SAMPLE };

    switch (what % 6u) {
    case 0:
        ev.sample.cpu_permille = what * 4u;
        ev.sample.n_cpus = 2;
        break;
    case 1:
        ev.kind = EV_COPROCESS;
        ev.coprocess.kind = span_str("noop");
        ev.coprocess.broken = what > 64;
        ev.coprocess.limit = 3;
        ev.coprocess.why = span_str("it ended");
        break;
    case 2:
        ev.kind = EV_STRANGER;
        ev.stranger.id = feed_id(what);
        ev.stranger.version = what;
        break;
    case 3:
        ev.kind = EV_DISK;
        ev.disk_full = what >= 128;
        break;
    case 4:
        ev.kind = EV_CLIENT_GONE;
        ev.client = 1 + what % 4u;
        break;
    case 5:
        ev.kind = EV_CONFIG;
        l->config.slots = SLOTS;
        l->config.throttle_percent = 1 + what % 100u;
        ev.config = &l->config;
        break;
    }
    step(l, &ev);
}

static void
pass_time(struct life *l, uint8_t how)
{
    static const int64_t unit[] = { 1000, 50 * 1000, 1000 * 1000,
                                    20 * 1000 * 1000 };

    l->now_us += (1 + how / 4) * unit[how % 4u];
    tick(l);
}

static void
next(struct life *l, struct reader *r)
{
    struct event stop = { .kind = EV_STOP };
    uint8_t what = reader_u8(r);

    switch (what % 16u) {
    case 0: give_message(l, r, true); break;
    case 1: give_command(l, r, true); break;
    case 2: case 3: case 4: case 5: give_message(l, r, false); break;
    case 6: case 7: case 8: give_command(l, r, false); break;
    case 9: case 10: end_run(l, what >> 4, reader_u8(r)); break;
    case 11: end_fetch(l, what >> 4); break;
    case 12: happen(l, reader_u8(r)); break;
    case 13: pass_time(l, reader_u8(r)); break;
    case 14: tick(l); break;
    case 15:
        if (what == 255)
            step(l, &stop);
        else if (what >= 128)
            crash(l);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct life *l = xcalloc(1, sizeof *l);
    struct reader r;

    core_config_defaults(&l->config);
    l->config.id = feed_id(0);
    strcpy(l->config.name, "alpha");
    strcpy(l->config.cluster, "default");
    strcpy(l->config.host, "host");
    strcpy(l->config.kinds, "noop sleep");
    strcpy(l->config.version, "1");
    l->config.port = 8490;
    l->config.slots = SLOTS;
    l->config.prefetch = 1;
    l->config.queue_max_jobs = QUEUE_MAX;
    l->now_us = 1000 * 1000;
    reader_init(&r, span_of(data, size));
    begin(l);
    while (reader_left(&r) > 0 && l->steps < STEPS_MAX && !l->ended) {
        next(l, &r);
        tick(l);
        check_bounds(l);
    }
    core_free(l->core);
    buf_fini(&l->saved);
    free(l);
    return 0;
}
