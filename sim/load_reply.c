/* SPDX-License-Identifier: MPL-2.0 */
/* What clients make of answers. */
#include <inttypes.h>
#include <stdio.h>

#include "base/exits.h"
#include "proto/msg.h"
#include "sim/invariants.h"
#include "sim/load_parts.h"

static void
next_request(struct world *w, struct client *c, enum asks asks, int64_t us)
{
    c->asks = asks;
    if (asks == ASK_NOTHING)
        c->work->closed = true;
    else
        load_timer(w, c, us);
}

static void
submitted(struct world *w, struct client *c, const struct msg_reply *m)
{
    struct book_work *k = c->work;
    uint64_t number, accepted;

    if (!pair_u64(m->pairs, "workload", 0, &number) || number == 0
        || !pair_u64(m->pairs, "accepted", 0, &accepted)
        || accepted > k->n_jobs) {
        world_fail(w, "a submit is answered without workload or accepted");
        return;
    }
    if (k->number != 0 && k->accepted > 0 && k->number != number)
        world_fail(w, "one submit became workloads %u and %" PRIu64,
                   k->number, number);
    if (k->accepted == 0) {
        struct book_work *other = book_find(&w->book, &k->home_id,
                                            (uint32_t)number);
        if (other != NULL && other != k)
            world_fail(w, "workload number %" PRIu64 " is given twice",
                       number);
    }
    k->number = (uint32_t)number;
    if (accepted < k->accepted)
        world_fail(w, "workload %u: %u jobs were accepted, now %" PRIu64,
                   k->number, k->accepted, accepted);
    if (c->repeats)
        w->figures.recovered += accepted - k->accepted;
    k->accepted = (uint32_t)accepted;
    c->sent = k->accepted;
    if (c->sent < k->n_jobs)
        next_request(w, c, ASK_SUBMIT, 0);
    else if (c->wish.held && !c->wish.stays_held)
        next_request(w, c, ASK_START, PAUSE_US);
    else
        next_request(w, c, c->wish.blind || c->wish.stays_held
                               ? ASK_NOTHING : ASK_RESULTS, 0);
}

/* Everything has been shown: what the client does then. */
static void
ended(struct world *w, struct client *c)
{
    uint32_t open = 0;

    for (uint32_t i = 0; i < c->work->n_jobs; i++)
        if (c->work->job[i].seen_outcome == 0
            && !c->work->job[i].cancelled)
            open++;
    if (open > 0)
        world_fail(w, "workload %u of node %u has ended and %u results are "
                   "missing", c->work->number, c->wish.home + 1u, open);
    if (c->wish.retry && !c->retried) {
        c->retried = true;
        load_read_anew(c);
        next_request(w, c, ASK_RETRY, PAUSE_US);
    } else {
        next_request(w, c, c->wish.forget ? ASK_FORGET : ASK_NOTHING,
                     PAUSE_US);
    }
}

static void
collected(struct world *w, struct client *c, const struct msg_reply *m)
{
    struct span row;
    struct result r;
    uint64_t next, is_ended;

    if (c->work->anew) {    /* an answer of before */
        next_request(w, c, ASK_RESULTS, 0);
        return;
    }
    for (size_t at = 0; row_next(m->rows, &at, &row);) {
        if (results_check(row) < 0) {
            world_fail(w, "a row of results cannot be decoded");
            return;
        }
        for (size_t i = 0; result_next(row, &i, &r);)
            check_result(w, c->work, &r);
    }
    if (!pair_u64(m->pairs, "next", c->cursor, &next)
        || !pair_u64(m->pairs, "ended", 0, &is_ended)) {
        world_fail(w, "results are answered with a bad next or ended");
        return;
    }
    c->cursor = next;
    if (is_ended != 0)
        ended(w, c);
    else if (c->wish.cancel_at_us > 0 && !c->cancelled
             && w->now_us >= c->wish.cancel_at_us)
        next_request(w, c, ASK_CANCEL, 0);
    else
        next_request(w, c, ASK_RESULTS, PAUSE_US);
}

static void
refused(struct world *w, struct client *c, const struct msg_reply *m)
{
    char text[120];

    w->load->refusals++;
    if (m->status == EXIT_LATER || m->status == EXIT_DISK) {
        if (c->asks == ASK_SUBMIT && c->wish.chunk > 1)
            c->wish.chunk /= 2;     /* it may fit then */
        load_timer(w, c, 2 * PAUSE_US);
        return;
    }
    span_copy(m->text, text, sizeof text);
    world_fail(w, "node %u answers request %d of workload %u with %u: %s",
               c->wish.home + 1u, (int)c->asks, c->work->number,
               (unsigned)m->status, text);
}

void
load_reply(struct world *w, const struct due *d)
{
    const struct packet *p = d->packet;
    const size_t at = (size_t)(p->client >> 32) - 1;
    struct msg m;

    if (p->client >> 32 == 0 || w->load == NULL || at >= w->load->n)
        return;     /* an operator's */
    struct client *c = &w->load->v[at];
    if (msg_decode(MSG_REPLY, span_of(p->body, p->len), &m) != 0) {
        world_fail(w, "a REPLY cannot be decoded");
        return;
    }
    if (!c->waits || m.reply.seq != c->seq || m.reply.client != c->id
        || p->client != c->connection || c->work->lost)
        return;
    if (c->wish.deaf_permille > 0
        && random_below(&w->load->rng, 1000) < c->wish.deaf_permille) {
        w->figures.deaf++;
        return;
    }
    c->waits = false;
    if (m.reply.status != EXIT_DONE && c->asks != ASK_FORGET) {
        refused(w, c, &m.reply);
        return;
    }
    switch (c->asks) {
    case ASK_SUBMIT:
        submitted(w, c, &m.reply);
        break;
    case ASK_RESULTS:
        collected(w, c, &m.reply);
        break;
    case ASK_CANCEL:
        c->cancelled = true;
        next_request(w, c, ASK_RESULTS, 0);
        break;
    case ASK_RETRY: /* what was held when it ended is held still */
        next_request(w, c, c->work->meddled ? ASK_START : ASK_RESULTS, 0);
        break;
    case ASK_START:
        next_request(w, c, ASK_RESULTS, 0);
        break;
    case ASK_FORGET:
    case ASK_NOTHING:
        next_request(w, c, ASK_NOTHING, 0);
        break;
    }
}

bool
load_done(const struct world *w, char *why, size_t cap)
{
    for (size_t i = 0; i < w->load->n; i++) {
        const struct client *c = &w->load->v[i];
        if (c->asks == ASK_NOTHING || c->work->lost)
            continue;
        (void)snprintf(why, cap,
                       "workload %u of node %u has not ended: %u of %u jobs "
                       "accepted, %u done", c->work->number,
                       c->wish.home + 1u, c->work->accepted,
                       c->work->n_jobs, c->work->n_done);
        return false;
    }
    return true;
}
