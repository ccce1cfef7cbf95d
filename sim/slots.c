/* SPDX-License-Identifier: MPL-2.0 */
/* slots - the workers of a node in virtual time. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/msg.h"
#include "proto/workload.h"
#include "sim/invariants.h"
#include "sim/world.h"

/* Bytes that come with a job are those of its part of the file. */
static bool
has_bytes(struct world *w, const struct book_work *k,
          const struct act_run *a)
{
    char data[BOOK_DATA_BYTES], args[128];

    book_data(k, a->index, data);
    span_copy(a->args, args, sizeof args);
    const char *at = strstr(args, "data=");
    if (at != NULL && (!k->ship || strcmp(at, data) != 0))
        world_fail(w, "%s comes with job %u of workload %u", at,
                   (unsigned)a->index, k->number);
    return at != NULL;
}

/* Among "sleep" and "render" no name is part of another. */
static bool
offers(const struct node *n, struct span kind)
{
    char name[32];

    span_copy(kind, name, sizeof name);
    return strstr(n->config.kinds, name) != NULL;
}

bool
slots_order(struct world *w, struct node *n, const struct act_run *a,
            struct run *out)
{
    struct desc d;

    if (desc_decode(a->desc, &d) != 0) {
        world_fail(w, "node %u runs a job with a bad description",
                   n->at + 1u);
        return false;
    }
    if (!offers(n, d.kind)) {
        world_fail(w, "node %u runs a job of a kind that it does not offer",
                   n->at + 1u);
        return false;
    }
    struct book_work *k = book_by_params(&w->book, d.params);
    if (k == NULL || a->index >= k->n_jobs
        || !node_id_equal(&k->home_id, &a->home)) {
        world_fail(w, "node %u runs a job that nobody has submitted",
                   n->at + 1u);
        return false;
    }
    if (k->number == 0)
        k->number = a->workload;
    *out = (struct run){ .number = a->run, .ticket = a->slot, .work = k,
                         .index = a->index, .attempt = a->attempt,
                         .timeout_us = d.timeout_us,
                         .has_bytes = has_bytes(w, k, a) };
    out->fence = core_copy_at(n->core, &a->home, a->workload, a->index).fence;
    const uint32_t ahead = n->config.prefetch * (uint32_t)AHEAD_MAX;
    if (a->slot >= n->config.slots * (1u + ahead)) {
        world_fail(w, "node %u gives ticket %u for %u slots", n->at + 1u,
                   (unsigned)a->slot, (unsigned)n->config.slots);
        return false;
    }
    return true;
}

static double
rate(const struct node *n)
{
    return n->speed * n->throttle_percent / 100;
}

static void
schedule_end(struct world *w, struct node *n, uint16_t at)
{
    struct slot *s = &n->slot[at];
    const struct run *r = &s->run;
    int64_t end_us = INT64_MAX;

    s->turn++;
    if (r->stopped || r->blind)
        end_us = w->now_us + 100;
    else if (!r->hangs)
        end_us = w->now_us + 1 + (int64_t)(r->left_us / rate(n));
    if (r->timeout_us > 0
        && end_us > r->began_us + (int64_t)r->timeout_us)
        end_us = r->began_us + (int64_t)r->timeout_us;
    if (end_us != INT64_MAX)
        world_due(w, (struct due){ .at_us = end_us, .kind = DUE_END,
                                   .node = n->at, .life = n->life,
                                   .a = at, .b = s->turn });
}

/* The next order goes to worker `at`, which is free. */
static void
begin(struct world *w, struct node *n, uint16_t at)
{
    struct slot *s = &n->slot[at];
    struct run *r = &s->run;

    *r = n->order[n->first_order++];
    s->busy = true;
    r->began_us = r->since_us = w->now_us;
    r->blind = r->work->file && n->no_files && !r->has_bytes;
    if (!r->stopped && !r->blind) {
        r->started = true;
        r->serial = ++w->book.serial;
        r->left_us = r->work->job[r->index].base_us;
        r->hangs = r->timeout_us > 0
                   && random_below(&w->rng, 1000) < r->work->hang_permille;
        check_start(w, n, r);
    }
    schedule_end(w, n, at);
}

static void
pair_up(struct world *w, struct node *n)
{
    for (uint16_t i = 0; i < n->config.slots
         && n->first_order < n->n_orders; i++)
        if (!n->slot[i].busy)
            begin(w, n, i);
    if (n->first_order == n->n_orders)
        n->first_order = n->n_orders = 0;
}

static void
check_ticket(struct world *w, const struct node *n, const struct run *run)
{
    bool twice = false;

    for (size_t i = n->first_order; i < n->n_orders; i++)
        twice = twice || n->order[i].ticket == run->ticket;
    for (uint16_t i = 0; i < n->config.slots; i++)
        twice = twice || (n->slot[i].busy
                          && n->slot[i].run.ticket == run->ticket);
    if (twice)
        world_fail(w, "node %u gives ticket %u twice", n->at + 1u,
                   (unsigned)run->ticket);
}

void
slots_put(struct world *w, struct node *n, const struct run *run)
{
    if (!w->cheap)
        check_ticket(w, n, run);
    if (n->n_orders == n->orders_cap) {
        n->orders_cap = n->orders_cap == 0 ? 16 : 2 * n->orders_cap;
        n->order = xrealloc(n->order, n->orders_cap, sizeof *n->order);
    }
    n->order[n->n_orders++] = *run;
    pair_up(w, n);
}

/* Of a run that waits for a worker the outcome comes in its turn. */
void
slots_stop(struct world *w, struct node *n, uint32_t number, int64_t after_us)
{
    for (size_t i = n->first_order; i < n->n_orders; i++)
        if (n->order[i].number == number && after_us == 0)
            n->order[i].stopped = true;
    for (uint16_t i = 0; i < n->config.slots; i++) {
        struct slot *s = &n->slot[i];
        if (!s->busy || s->run.number != number ||
            w->now_us - s->run.began_us < after_us)
            continue;
        if (after_us > 0)
            check_timed(w, &s->run);
        s->run.stopped = true;
        s->run.timed |= after_us > 0;
        schedule_end(w, n, i);
    }
}

void
slots_withdraw(struct world *w, struct node *n, uint32_t number)
{
    size_t i = n->first_order;

    while (i < n->n_orders && n->order[i].number != number)
        i++;
    if (i == n->n_orders || n->order[i].stopped)
        return;
    world_due(w, (struct due){ .at_us = w->now_us + 100, .kind = DUE_UNBEGUN,
                               .node = n->at, .life = n->life,
                               .a = n->order[i].ticket, .b = number });
    n->n_orders--;
    memmove(&n->order[i], &n->order[i + 1],
            (n->n_orders - i) * sizeof *n->order);
}

void
slots_unbegun(struct world *w, struct node *n, const struct due *d)
{
    struct event ev = { .kind = EV_OUTCOME };

    ev.outcome.slot = (uint16_t)d->a;
    ev.outcome.run = d->b;
    ev.outcome.outcome = OUTCOME_CANCELLED;
    ev.outcome.unbegun = true;
    world_feed(w, n, &ev);
}

/* The rate was `old` until now. */
static void
change_rate(struct world *w, struct node *n, double old)
{
    for (uint16_t i = 0; i < n->config.slots && n->slot != NULL; i++) {
        struct slot *s = &n->slot[i];
        if (!s->busy)
            continue;
        struct run *r = &s->run;
        r->left_us -= (double)(w->now_us - r->since_us) * old;
        if (r->left_us < 0)
            r->left_us = 0;
        r->since_us = w->now_us;
        schedule_end(w, n, i);
    }
}

void
slots_throttle(struct world *w, struct node *n, uint8_t percent)
{
    if (percent < 1 || percent > 100) {
        world_fail(w, "node %u throttles to %u %%", n->at + 1u,
                   (unsigned)percent);
        return;
    }
    const double old = rate(n);
    n->throttle_percent = percent;
    change_rate(w, n, old);
}

void
slots_speed(struct world *w, struct node *n, double speed)
{
    const double old = rate(n);
    n->speed = speed;
    change_rate(w, n, old);
}

static bool
fails(struct world *w, struct node *n, const struct run *r)
{
    if (r->hangs || (r->timeout_us > 0
                     && w->now_us - r->began_us >= (int64_t)r->timeout_us))
        return true;
    if (n->fail_next > 0) {
        n->fail_next--;
        return true;
    }
    if (n->fail_permille > 0 &&
        random_below(&w->rng, 1000) < n->fail_permille)
        return true;
    return r->work->fail_permille > 0
           && random_below(&w->rng, 1000) < r->work->fail_permille;
}

void
slots_end(struct world *w, struct node *n, const struct due *d)
{
    struct slot *s = &n->slot[d->a];
    uint8_t value[BOOK_VALUE_BYTES];

    if (!s->busy || s->turn != d->b)
        return;
    const struct run r = s->run;
    s->busy = false;
    s->turn++;
    struct event ev = { .kind = EV_OUTCOME };
    ev.outcome.slot = r.ticket;
    ev.outcome.run = r.number;
    ev.outcome.outcome = r.stopped ? OUTCOME_CANCELLED : OUTCOME_DONE;
    ev.outcome.run_us = (uint64_t)(w->now_us - r.began_us);
    ev.outcome.cpu_us = ev.outcome.run_us * n->throttle_percent / 100;
    ev.outcome.error = span_of(NULL, 0);
    if (!r.stopped && r.blind && r.index % 2 == 1 && r.work->home != n->at) {
        ev.outcome.outcome = OUTCOME_FAILED; /* another one lies there */
        ev.outcome.changed = true;
    } else if (!r.stopped && r.blind) {
        ev.outcome.outcome = OUTCOME_NO_FILE;
    } else if (!r.stopped && fails(w, n, &r)) {
        ev.outcome.outcome = OUTCOME_FAILED;
        ev.outcome.error = span_str("exit 1");
    }
    const struct book_value v = { .serial = r.serial,
                                  .work = (uint32_t)r.work->at,
                                  .index = r.index };
    book_value_write(&v, value);
    ev.outcome.value = span_of(value, sizeof value);
    check_end(w, n, &r, r.timed ? OUTCOME_FAILED : ev.outcome.outcome);
    pair_up(w, n);
    world_feed(w, n, &ev);
    check_own_outcome(w, n, &r);
}

void
slots_clear(struct node *n)
{
    for (uint16_t i = 0; i < n->config.slots && n->slot != NULL; i++) {
        struct slot *s = &n->slot[i];
        if (s->busy && s->run.started)
            s->run.work->job[s->run.index].live--;
        s->busy = false;
        s->turn++;
    }
    n->first_order = n->n_orders = 0;
}
