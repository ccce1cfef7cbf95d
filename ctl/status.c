/* SPDX-License-Identifier: MPL-2.0 */
/* status - one screen: nodes, totals, workloads, last transfers. */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/output.h"
#include "ctl/reach.h"

enum { OPT_WATCH = 256, OPT_HOSTS, WATCH_MS = 2000, TRANSFERS = 5,
       ENDED = 10, EVENTS = 1000, SLICE_MS = 100 };

const struct option_row status_options[] = {
    { "watch", OPT_WATCH, VALUE_MAY }, { "as-hosts", OPT_HOSTS, VALUE_NO },
    { NULL, 0, VALUE_NO }
};

static const struct column columns[] = {
    { "WORKLOAD", "workload", false }, { "KIND", "kind", false },
    { "STATE", "state", false },       { "JOBS", "jobs", true },
    { "DONE", "done", true },          { "FAIL", "failed", true },
    { NULL, NULL, false }
};

struct totals {
    unsigned run, pause, drain, start, stale, lost, foreign;
    uint64_t queued, running, done, failed, drain_us;
};

static void
sum(const struct ctl *c, struct totals *s)
{
    for (size_t i = 0; i < c->n_nodes; i++) {
        const struct lb_node *n = &c->nodes[i];
        if (n->life > LB_ALIVE) {
            s->stale += n->life == LB_STALE;
            s->lost += n->life == LB_LOST;
            s->foreign += n->life == LB_FOREIGN;
            continue;
        }
        s->run += n->phase == LB_RUN;
        s->pause += n->phase == LB_PAUSE;
        s->drain += n->phase == LB_DRAIN;
        s->start += n->phase == LB_START;
        s->queued += n->queued;
        s->running += n->running;
        s->done += n->done;
        s->failed += n->failed;
        if (n->drain_us > s->drain_us)
            s->drain_us = n->drain_us;
    }
}

struct entry {
    char name[80];
    struct lb_workload_info w;
};

struct entries {
    struct entry *v;
    size_t n;
};

static void
gather(struct ctl *c, struct entries *all)
{
    for (size_t i = 0; i < c->n_nodes; i++) {
        struct lb_workload_info *w;
        size_t n;
        if (c->nodes[i].life > LB_ALIVE)
            continue;
        struct lb *lb = reach(c, c->nodes[i].name);
        if (lb == NULL || lb_list(lb, 0, &w, &n) != LB_OK)
            continue;
        all->v = xrealloc(all->v, all->n + n + 1, sizeof *all->v);
        for (size_t k = 0; k < n; k++) {
            struct entry *e = &all->v[all->n++];
            e->name[0] = '\0';
            text_add(e->name, sizeof e->name, "%s-%u", lb_name(lb),
                     w[k].number);
            e->w = w[k];
        }
        free(w);
    }
}

/* Open ones first, then what has ended last; of each the newest. */
static int
by_interest(const void *a, const void *b)
{
    const struct lb_workload_info *x = &((const struct entry *)a)->w;
    const struct lb_workload_info *y = &((const struct entry *)b)->w;

    if (x->ended != y->ended)
        return x->ended ? 1 : -1;
    uint64_t of_x = x->ended ? x->ended_age_us : x->age_us;
    uint64_t of_y = y->ended ? y->ended_age_us : y->age_us;
    return (of_x > of_y) - (of_x < of_y);
}

/* How many ended ones were left out: a screen has no room for all. */
static size_t
add_workloads(struct ctl *c, struct table *t)
{
    struct entries all = { NULL, 0 };
    size_t ended = 0, out = 0;

    gather(c, &all);
    if (all.n > 0)
        qsort(all.v, all.n, sizeof *all.v, by_interest);
    for (size_t k = 0; k < all.n; k++) {
        const struct lb_workload_info *w = &all.v[k].w;
        ended += w->ended;
        if (ended > ENDED && c->output == OUTPUT_TABLE) {
            out = all.n - k;
            break;
        }
        table_text(t, all.v[k].name);
        table_text(t, w->kind);
        table_text(t, workload_state(w));
        table_number(t, w->jobs);
        table_number(t, w->done);
        table_number(t, w->failed);
    }
    free(all.v);
    return out;
}

/* The last transfers that the node asked took part in. */
static json_t *
transfers(struct lb *lb)
{
    struct lb_call call = { .op = "events" };
    struct lb_reply *r;
    const uint8_t *row;
    size_t len, at = 0;
    json_t *list = json_array();

    lb_call_number(&call, "after", 0);
    lb_call_number(&call, "limit", EVENTS);
    if (lb_call_do(lb, &call, &r) == LB_OK)
        while (lb_reply_row(r, &at, &row, &len)) {
            struct lb_event e;
            char when[32] = "";
            if (!lb_event_read(row, len, &e) ||
                strcmp(e.name, "transfer") != 0)
                continue;
            time_print(e.time_ms, when);
            json_array_append_new(list, json_pack(
                "{s:s,s:s,s:s}", "time", when, "node", lb_name(lb), "text",
                e.text));
            if (json_array_size(list) > TRANSFERS)
                json_array_remove(list, 0);
        }
    lb_reply_free(r);
    return list;
}

static void
print_people(struct ctl *c, const struct totals *s, struct table *t,
             json_t *moves)
{
    size_t left_out = add_workloads(c, t);
    char drain[32];
    json_t *one;
    size_t i;

    units_print_duration((int64_t)s->drain_us, drain, sizeof drain);
    printf("nodes  %zu: %u run, %u pause, %u drain", c->n_nodes, s->run,
           s->pause, s->drain);
    if (s->stale + s->lost + s->start > 0)
        printf(", %u start, %u stale, %u lost", s->start, s->stale, s->lost);
    if (s->foreign > 0)
        printf(", %u other version", s->foreign);
    printf("\njobs   %llu queued, %llu running, %llu done, %llu failed; "
           "empty in %s\n", (unsigned long long)s->queued,
           (unsigned long long)s->running, (unsigned long long)s->done,
           (unsigned long long)s->failed, drain);
    table_print(c, t, "workloads", NULL);
    if (left_out > 0)
        printf("and %zu more that have ended: lbctl list\n", left_out);
    json_array_foreach(moves, i, one)
        printf("%s  %s  transfer %s\n",
               json_string_value(json_object_get(one, "time")),
               json_string_value(json_object_get(one, "node")),
               json_string_value(json_object_get(one, "text")));
    fflush(stdout);
}

static int
show(struct ctl *c)
{
    struct totals s = { .run = 0 };

    free(c->nodes);
    c->nodes = NULL;
    if (reach_nodes(c) != 0)
        return -1;
    struct table *t = table_new(columns);
    sum(c, &s);
    json_t *moves = transfers(reach_asked(c));
    if (c->output != OUTPUT_JSON)
        print_people(c, &s, t, moves);
    else {
        add_workloads(c, t);
        table_print(c, t, "workloads", json_pack(
            "{s:{s:i,s:i,s:i,s:i,s:i,s:i,s:i},s:{s:I,s:I,s:I,s:I},s:f,s:O}",
            "nodes", "start", (int)s.start, "run", (int)s.run, "pause",
            (int)s.pause, "drain", (int)s.drain, "stale", (int)s.stale,
            "lost", (int)s.lost, "other_version", (int)s.foreign, "jobs",
            "queued", (json_int_t)s.queued, "running", (json_int_t)s.running,
            "done", (json_int_t)s.done, "failed", (json_int_t)s.failed,
            "drain_s", (double)s.drain_us / 1e6, "transfers", moves));
    }
    json_decref(moves);
    table_free(t);
    return 0;
}

/* An ini for lbsim: speed is cost per second of a slot at full throttle. */
static int
as_hosts(struct ctl *c)
{
    if (reach_nodes(c) != 0)
        return c->status;
    for (size_t i = 0; i < c->n_nodes; i++) {
        const struct lb_node *n = &c->nodes[i];
        double share = n->throttle > 0 ? n->throttle / 100.0 : 1.0;
        double speed = n->slots > 0
            ? (double)n->rate / n->slots / share / 1e6 : 0;
        if (n->life > LB_STALE)
            continue;
        printf("[node %s]\nslots = %u\nthrottle = %u\nspeed = %.6g\n\n",
               n->name, n->slots, n->throttle, speed > 0 ? speed : 1.0);
    }
    return c->status;
}

int
status_main(struct ctl *c, struct args *a)
{
    int64_t every_us = 0;
    bool hosts = false;
    int id;

    while ((id = args_next(c, a)) > 0) {
        if (id == OPT_HOSTS)
            hosts = true;
        else if (a->value == NULL)
            every_us = (int64_t)WATCH_MS * 1000;
        else if (args_duration(c, a, &every_us) != 0)
            return c->status;
    }
    if (id < 0 || args_words(c, a, 0, 0) != 0)
        return c->status;
    if (hosts)
        return as_hosts(c);
    ctl_catch_signals();
    while (show(c) == 0 && every_us > 0 && ctl_interrupt == 0) {
        for (int64_t left = every_us / 1000; left > 0 && ctl_interrupt == 0;
             left -= SLICE_MS)
            poll(NULL, 0, left < SLICE_MS ? (int)left : SLICE_MS);
        if (c->output != OUTPUT_JSON && terminal_width() > 0)
            fputs("\033[H\033[J", stdout);
    }
    return c->status;
}
