/* SPDX-License-Identifier: MPL-2.0 */
/* signals - what TERM, INT, HUP, USR1 and USR2 do. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/doors.h"
#include "agent/loop_parts.h"
#include "base/exits.h"
#include "base/text.h"

static void
stop(struct loop *l, int number)
{
    /* Durable things are safe, the rest was never acknowledged. */
    if (l->stopping) {
        log_event(LOG_WARN, "stop", "why=\"second signal\" next=\"at once\"");
        _exit(number == SIGINT ? EXIT_INT : EXIT_TERM);
    }
    loop_stop(l, LOG_INFO, number == SIGINT ? "signal=INT" : "signal=TERM");
}

void
loop_stop(struct loop *l, enum log_level level, const char *why)
{
    struct event ev = { .kind = EV_STOP };

    l->stopping = true;
    service_stopping(l->s->service);
    loop_say(l, level, "stop", "%s next=\"hand over, then end\"", why);
    loop_feed(l, &ev);
}

/* ---- HUP ---- */

static void
say_key(const struct key *k, const char *old, const char *value)
{
    char a[300], b[300];

    log_event(LOG_INFO, "config", "key=%s.%s old=%s new=%s%s", k->section,
              k->name, log_quote(old, a, sizeof a),
              log_quote(value, b, sizeof b),
              k->live ? "" : " next=\"in force after a restart\"");
}

static void
apply(struct loop *l)
{
    const struct config *c = config_get(l->s->config);
    struct event ev = { .kind = EV_CONFIG, .config = &l->s->core_config };

    if (!l->debug)
        log_set_level((enum log_level)c->log_level);
    net_configure(l->s->net, c);
    orders_set_roots(l->s->orders, c->file_roots.v);
    files_set_max(l->s->files, c->files_max);
    config_core(c, &l->s->core_config);
    loop_feed(l, &ev);
}

static void
reload(struct loop *l)
{
    struct problems p = { 0 };
    char quoted[1024];

    service_reloading(l->s->service, l->now_us);
    struct config_file *renewed = config_load(l->s->source, &p);
    for (size_t i = 0; i < p.n; i++)
        log_event(LOG_ERROR, "config", "problem=%s",
                  log_quote(p.v[i], quoted, sizeof quoted));
    if (renewed == NULL) {
        loop_say(l, LOG_ERROR, "config",
                 "problems=%zu next=\"configuration kept as it was\"", p.n);
    } else {
        l->s->config = config_renew(l->s->config, renewed, say_key);
        apply(l);
        loop_say(l, LOG_INFO, "config", "reloaded=yes");
    }
    problems_fini(&p);
    service_ready(l->s->service);
}

/* ---- USR1 ---- */

static void
dump_one(const char *name, uint64_t value)
{
    log_event(LOG_INFO, "dump", "counter=%s value=%" PRIu64, name, value);
}

static void
dump_net(struct loop *l)
{
    struct net_counts n = net_count(l->s->net, l->now_us);
    char name[64];

    dump_one("net.raw_bytes", n.raw_bytes);
    dump_one("net.wire_bytes", n.wire_bytes);
    dump_one("net.received", n.received);
    dump_one("net.sent", n.sent);
    dump_one("net.lost", n.lost);
    dump_one("net.known", n.known);
    dump_one("net.alive", n.alive);
    dump_one("net.push_sockets", n.push_sockets);
    dump_one("net.queued", n.queued);
    dump_one("net.clients", n.clients);
    dump_one("net.refused", doors_refused());
    dump_one("net.strangers", doors_strangers());
    for (int i = 1; i < FRAME_ERRORS; i++) {
        name[0] = '\0';
        text_add(name, sizeof name, "net.rejected.%s",
                 frame_error_name((enum frame_error)i));
        dump_one(name, n.rejected[i]);
    }
}

static void
dump_core(struct loop *l)
{
    struct core_counts c = core_count(l->s->core);

    dump_one("core.own_jobs", c.own_jobs);
    dump_one("core.own_open", c.own_open);
    dump_one("core.queued", c.queued);
    dump_one("core.running", c.running);
    dump_one("core.offered", c.offered);
    dump_one("core.released", c.released);
    dump_one("core.unacked_results", c.unacked_results);
    dump_one("core.foreign", c.foreign);
    dump_one("core.verdicts", c.verdicts);
    dump_one("core.outbox", c.outbox);
    dump_one("core.clients", c.clients);
}

static void
dump(struct loop *l)
{
    struct journal_backlog b = journal_backlog(l->s->journal);

    dump_core(l);
    dump_net(l);
    dump_one("journal.saved", l->last_save);
    dump_one("journal.durable", l->durable);
    dump_one("journal.backlog_rows", b.n);
    dump_one("journal.backlog_bytes", b.bytes);
    dump_one("gate.held", gate_count(l->gate));
    dump_one("gate.bytes", l->gate_bytes);
    dump_one("gate.lost", l->lost_sends);
    dump_one("orders.queued", orders_queued(l->s->orders));
    dump_one("outcomes.waiting", mailbox_count(l->s->outcomes));
    dump_one("files.used_bytes", files_used(l->s->files));
    dump_one("loop.turns", l->turns);
    dump_one("loop.events", l->events);
}

static void
toggle_debug(struct loop *l)
{
    const struct config *c = config_get(l->s->config);

    l->debug = !l->debug;
    log_set_level(l->debug ? LOG_DEBUG : (enum log_level)c->log_level);
    log_event(LOG_INFO, "log", "debug=%s", l->debug ? "on" : "off");
}

void
loop_signal(struct loop *l, int number)
{
    switch (number) {
    case SIGTERM:
    case SIGINT: stop(l, number); break;
    case SIGHUP: reload(l); break;
    case SIGUSR1: dump(l); break;
    case SIGUSR2: toggle_debug(l); break;
    default: break;
    }
}
