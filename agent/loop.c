/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/loop.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/loop_parts.h"
#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"

#define SECOND_US INT64_C(1000000)

enum { SIGNALS, NEWS, OUTCOMES, PARTS, FILES, SPAWNER, FDS };
enum { TICKS = 4 };
enum { TRIM_JOBS = 10000 };   /* fewer leave no holes worth a call */

void
loop_feed(struct loop *l, struct event *ev)
{
    const struct actions *out;

    ev->now_us = l->now_us;
    l->events++;
    core_step(l->s->core, ev, &out);
    loop_obey(l, out);
}

/* ---- what happened ---- */

static void
take_signals(struct loop *l)
{
    struct signalfd_siginfo info;

    while (read(l->s->signal_fd, &info, sizeof info) == sizeof info)
        loop_signal(l, (int)info.ssi_signo);
}

static void
tell_disk(struct loop *l, bool full, const char *error)
{
    struct event ev = { .kind = EV_DISK, .disk_full = full };
    char text[300];

    if (full)
        loop_say(l, LOG_ERROR, "journal", "error=%s next=\"no new jobs until "
                 "there is space\"", log_quote(error, text, sizeof text));
    else
        loop_say(l, LOG_INFO, "journal", "error=none next=\"goes on\"");
    loop_feed(l, &ev);
}

static void
take_news(struct loop *l)
{
    struct journal_news n = journal_read(l->s->journal);
    char text[300];

    l->durable = n.durable > l->durable ? n.durable : l->durable;
    if (n.state == l->journal_state)
        return;
    l->journal_state = n.state;
    if (n.state != JOURNAL_FAILED) {
        tell_disk(l, n.state == JOURNAL_FULL, n.error);
        return;
    }
    loop_say(l, LOG_ERROR, "journal", "error=%s next=\"ends; nothing "
             "acknowledged is lost\"", log_quote(n.error, text, sizeof text));
    loop_leave(l, EXIT_DISK);
    l->exit_us = l->now_us;
}

/* The core counts; what goes well is told once, after what did not. */
static void
tell_fate(struct loop *l, const struct ended *e)
{
    const struct config *c = config_get(l->s->config);
    struct event ev = { .kind = EV_COPROCESS };

    if (e->kind == 0 || e->kind > c->n_kinds || e->fate == FATE_NONE)
        return;
    const struct kind_config *k = c->kind[e->kind - 1];
    bool *was = &l->broken[e->kind - 1];
    ev.coprocess.kind = span_str(k->name);
    ev.coprocess.broken = e->fate == FATE_BROKEN;
    ev.coprocess.limit = (uint16_t)k->crash_limit;
    ev.coprocess.why = span_of(e->bytes, e->error_len);
    if (ev.coprocess.broken || *was)
        loop_feed(l, &ev);
    *was = ev.coprocess.broken;
}

static void
take_outcomes(struct loop *l)
{
    struct ended e[ENDED_BATCH];
    size_t n = mailbox_take(l->s->outcomes, e, ENDED_BATCH);

    for (size_t i = 0; i < n; i++) {
        struct event ev = { .kind = EV_OUTCOME };
        /* Before, so that the job does not come back to it. */
        tell_fate(l, &e[i]);
        ev.outcome.slot = e[i].slot;
        ev.outcome.run = e[i].run;
        ev.outcome.outcome = e[i].outcome;
        ev.outcome.changed = e[i].changed;
        ev.outcome.run_us = e[i].run_us;
        ev.outcome.cpu_us = e[i].cpu_us;
        if (e[i].bytes != NULL) {
            ev.outcome.error = span_of(e[i].bytes, e[i].error_len);
            ev.outcome.value = span_of(e[i].bytes + e[i].error_len,
                                       e[i].value_len);
        }
        loop_feed(l, &ev);
        free(e[i].bytes);
    }
}

/* Without it no program can be started here, and no other one can be made by a
 * process with threads: a new agent can. */
static void
lose_spawner(struct loop *l)
{
    l->lame = true;
    if (!l->stopping)
        loop_stop(l, LOG_ERROR, "error=\"the process that starts commands "
                  "died\"");
}

/* Parts of files for jobs that go elsewhere. */
static void
take_parts(struct loop *l)
{
    struct mailbox *parts = fetcher_parts(l->s->fetcher);
    size_t n = mailbox_count(parts);
    struct part p;

    for (; n > 0 && mailbox_take(parts, &p, 1) == 1; n--) {
        struct event ev = { .kind = EV_FETCHED };
        ev.fetched.workload = p.workload;
        ev.fetched.index = p.index;
        ev.fetched.bytes = span_of(p.bytes, p.len);
        ev.fetched.error = span_of(p.bytes, p.error_len);
        loop_feed(l, &ev);
        free(p.bytes);
    }
}

static void
take_messages(struct loop *l)
{
    struct net_in in;

    while (net_receive(l->s->net, &in, l->now_us)) {
        struct event ev = { .kind = EV_MSG };
        if (in.kind == NET_GONE) {
            loop_client_gone(l, in.client);
            continue;
        }
        if (in.kind == NET_CLIENT) {
            loop_command(l, &in);
            continue;
        }
        ev.msg.from = in.frame.sender;
        ev.msg.incarnation = in.frame.incarnation;
        ev.msg.up_ms = in.frame.up_ms;
        ev.msg.msg = &in.msg;
        loop_feed(l, &ev);
    }
}

/* ---- time ---- */

static void
tell_status(struct loop *l)
{
    struct core_counts c = core_count(l->s->core);
    struct net_counts n = net_count(l->s->net, l->now_us);
    char text[200] = "";

    text_add(text, sizeof text, "run %u/%u, queued %u, peers %zu/%zu",
             (unsigned)c.running, (unsigned)l->s->core_config.slots,
             (unsigned)c.queued, n.alive, n.known);
    service_status(l->s->service, text);
}

/* A queue that has emptied leaves holes in the heap; the C library gives them
 * back only when asked. */
static void
give_back(struct loop *l)
{
    const struct core_counts c = core_count(l->s->core);
    uint64_t jobs = (uint64_t)c.own_open + c.foreign;

    if (jobs > l->most_jobs)
        l->most_jobs = jobs;
    if (l->most_jobs < TRIM_JOBS || jobs > l->most_jobs / 2)
        return;
    l->most_jobs = jobs;
    (void)malloc_trim(0);
}

/* Nodes of another protocol version are listed beside those that we know. */
static void
tell_strangers(struct loop *l)
{
    const struct stranger *s;
    size_t n = net_strangers(l->s->net, &s);

    for (size_t i = 0; i < n; i++) {
        struct event ev = { .kind = EV_STRANGER };
        ev.stranger.id = s[i].id;
        ev.stranger.version = s[i].version;
        if (l->now_us - s[i].heard_us < SECOND_US)
            loop_feed(l, &ev);
    }
}

static bool
home_place(void *arg, const struct node_id *home, char dst[PLACE_CAP])
{
    return net_place(arg, home, dst, PLACE_CAP);
}

/* Load is read when the loop is awake anyhow, about once a second. */
static void
sample(struct loop *l)
{
    struct event ev = { .kind = EV_SAMPLE };

    if (l->now_us < l->sample_us)
        return;
    l->sample_us = l->now_us + SECOND_US - SECOND_US / 20;
    struct net_counts n = net_count(l->s->net, l->now_us);
    probe_read(l->s->probe, &ev.sample);
    ev.sample.raw_bytes = n.raw_bytes;
    ev.sample.wire_bytes = n.wire_bytes;
    ev.sample.rejected = n.rejects;
    ev.sample.slot = workers_duty(l->s->workers, &ev.sample.n_slots);
    loop_feed(l, &ev);
    tell_strangers(l);
    give_back(l);
    loop_file_tick(l);
    orders_find_homes(l->s->orders, home_place, l->s->net);
    tell_status(l);
}

static void
tick(struct loop *l)
{
    struct event ev = { .kind = EV_TICK };

    /* A tick may ask for another one at once; more wait for the next turn. */
    for (int i = 0; i < TICKS && core_deadline_us(l->s->core) <= l->now_us;
         i++)
        loop_feed(l, &ev);
    net_tick(l->s->net, l->now_us);
    service_tick(l->s->service, l->now_us);
    loop_wake_waiters(l);
}

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t
deadline_us(const struct loop *l)
{
    int64_t due = least(core_deadline_us(l->s->core),
                        net_deadline_us(l->s->net));

    due = least(due, service_deadline_us(l->s->service));
    due = least(due, events_deadline_us(l->s->events));
    due = least(due, lobby_deadline_us(l->lobby));
    return l->exiting ? least(due, l->exit_us) : due;
}

/* What is on its way to disk is as much as memory should hold: nothing new
 * is taken in, so that the senders wait; states still come and go. */
static bool
is_deaf(const struct loop *l)
{
    struct journal_backlog b = journal_backlog(l->s->journal);

    return b.n > BACKLOG_ROWS || b.bytes > BACKLOG_BYTES ||
           gate_count(l->gate) > GATE_DEAF || l->gate_bytes > BACKLOG_BYTES;
}

/* ---- the loop ---- */

static void
turn(struct loop *l)
{
    struct pollfd fd[FDS] = {
        [SIGNALS] = { .fd = l->s->signal_fd },
        [NEWS] = { .fd = journal_fd(l->s->journal) },
        [OUTCOMES] = { .fd = mailbox_fd(l->s->outcomes) },
        [PARTS] = { .fd = mailbox_fd(fetcher_parts(l->s->fetcher)) },
        [FILES] = { .fd = mailbox_fd(filer_answers(l->s->filer)) },
        [SPAWNER] = { .fd = l->s->spawner_fd }
    };
    bool deaf = is_deaf(l), lame = l->lame || l->s->spawner_fd < 0;

    net_wait(l->s->net, fd, deaf ? OUTCOMES : lame ? SPAWNER : FDS,
             deadline_us(l), deaf);
    int64_t now = clock_us();
    l->now_us = now > l->now_us ? now : l->now_us;
    l->turns++;
    if (fd[NEWS].revents != 0)
        take_news(l);
    loop_release(l);
    if (fd[SIGNALS].revents != 0)
        take_signals(l);
    if (fd[SPAWNER].revents != 0)
        lose_spawner(l);
    if (fd[OUTCOMES].revents != 0)
        take_outcomes(l);
    if (fd[PARTS].revents != 0)
        take_parts(l);
    if (fd[FILES].revents != 0)
        loop_file_answers(l);
    take_messages(l);
    sample(l);
    tick(l);
    loop_feed_unrun(l);
    loop_release(l);
}

static void
init(struct loop *l, struct shell *shell)
{
    const size_t tickets = 4 * 1024 * 1024; /* more than there ever are */

    *l = (struct loop){ .s = shell, .now_us = clock_us(),
                        .journal_state = JOURNAL_OK };
    l->gate = gate_new(GATE_SENDS + tickets);
    l->soon = gate_new(SOON_MAX);
    l->lobby = lobby_new();
}

static void
fini(struct loop *l)
{
    for (struct packet *p; (p = gate_drop(l->gate)) != NULL;)
        packet_free(p);
    gate_free(l->gate);
    for (struct packet *p; (p = gate_drop(l->soon)) != NULL;)
        packet_free(p);
    gate_free(l->soon);
    lobby_free(l->lobby);
    free(l->gated);
    free(l->unrun);
}

int
loop_run(struct shell *shell, void (*ready)(const struct shell *shell))
{
    struct loop l;
    struct event start = { .kind = EV_START };

    init(&l, shell);
    loop_feed(&l, &start);
    ready(shell);
    service_ready(shell->service);
    while (!l.exiting || (gate_count(l.gate) > 0 && l.now_us < l.exit_us))
        turn(&l);
    fini(&l);
    return l.status == 0 && l.lame ? EXIT_FAILED : l.status;
}
