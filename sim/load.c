/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/exits.h"
#include "base/xalloc.h"
#include "proto/msg.h"
#include "proto/workload.h"
#include "sim/invariants.h"
#include "sim/world.h"

enum { MILLI = 1000, ANSWER_US = 2000 * MILLI, PAUSE_US = 250 * MILLI,
       PAGE = 64 };

enum asks { ASK_SUBMIT = 1, ASK_START, ASK_CANCEL, ASK_RESULTS, ASK_RETRY,
            ASK_FORGET, ASK_NOTHING };

struct client {
    struct wish wish;
    struct book_work *work;
    enum asks asks;
    uint64_t id, seq, connection;
    bool waits;                 /* for an answer */
    bool cancelled, retried;
    uint32_t timer;             /* older DUE_CLIENT do not count */
    uint32_t sent;              /* jobs of which an answer has come */
    uint64_t cursor;
    uint32_t seen;
    struct buf request;
    char label[32];
};

struct load {
    struct random rng;
    size_t n, cap;
    struct client *v;
    uint64_t connections;
    unsigned refusals;
};

struct load *
load_new(struct world *w)
{
    struct load *l = xcalloc(1, sizeof *l);
    random_seed(&l->rng, w->seed ^ 0x10adull);
    w->load = l;
    return l;
}

void
load_free(struct load *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->n; i++)
        buf_fini(&l->v[i].request);
    free(l->v);
    free(l);
}

unsigned
load_refusals(const struct world *w)
{
    return w->load->refusals;
}

static void
set_timer(struct world *w, struct client *c, int64_t us)
{
    world_due(w, (struct due){
        .at_us = w->now_us + us, .kind = DUE_CLIENT,
        .a = (uint32_t)(c - w->load->v), .b = ++c->timer });
}

struct book_work *
load_add(struct world *w, const struct wish *wish)
{
    struct load *l = w->load;

    if (l->n == l->cap) {
        l->cap = l->cap == 0 ? 8 : 2 * l->cap;
        l->v = xrealloc(l->v, l->cap, sizeof *l->v);
    }
    struct client *c = &l->v[l->n++];
    *c = (struct client){ .wish = *wish, .asks = ASK_SUBMIT };
    c->id = random_u64(&l->rng);
    c->connection = (uint64_t)l->n << 32;
    if (wish->label != NULL)
        (void)snprintf(c->label, sizeof c->label, "%s", wish->label);
    struct book_work *k = book_add(&w->book, wish->n_jobs);
    c->work = k;
    k->home = wish->home;
    k->home_id = w->node[wish->home].id;
    k->once = wish->once;
    k->halts = wish->halt.when != HALT_NEVER;
    memcpy(k->pin, wish->pin, sizeof k->pin);
    k->stays_held = wish->stays_held;
    k->file = wish->file;
    k->ship = wish->ship;
    k->retries = wish->retries;
    k->fail_permille = wish->fail_permille;
    k->hang_permille = wish->hang_permille;
    k->timeout_us = wish->timeout_us;
    k->timeout_percent = wish->timeout_percent;
    k->submitted_us = wish->at_us;
    for (uint32_t i = 0; i < k->n_jobs; i++)
        k->job[i].base_us =
            wish->cost_us != NULL ? wish->cost_us[i]
            : wish->min_us + (uint32_t)random_below(
                  &l->rng, (uint64_t)wish->max_us - wish->min_us + 1);
    if (wish->last_us > 0)
        k->job[k->n_jobs - 1].base_us = wish->last_us;
    c->wish.cost_us = NULL;
    c->wish.label = NULL;
    set_timer(w, c, wish->at_us > w->now_us ? wish->at_us - w->now_us : 0);
    return k;
}

/* ---- requests ---- */

static void
add_desc(const struct client *c, struct buf *pairs)
{
    const struct wish *h = &c->wish;
    struct buf desc = { 0 };
    char params[32], key[32];

    (void)snprintf(params, sizeof params, "sim=%zu\n", c->work->at);
    (void)snprintf(key, sizeof key, "key-%zu", c->work->at);
    const struct desc d = {
        .kind = span_str(h->kind != NULL ? h->kind : "sleep"),
        .params = span_str(params),
        .label = span_str(c->label), .n_jobs = h->n_jobs,
        .home_name = span_str(""),
        .cost = 1000 * 1000, .timeout_us = h->timeout_us,
        .priority = h->priority, .retries = h->retries,
        .flags = (uint8_t)((h->once ? DESC_ONCE : 0)
                           | (h->idempotent ? DESC_IDEMPOTENT : 0)
                           | (h->held ? DESC_HELD : 0)),
        .ship = h->ship, .halt = h->halt,
        .pin = span_str(h->pin),
        .timeout_percent = h->timeout_percent
    };
    desc_encode(&d, &desc);
    pair_add(pairs, "desc", buf_span(&desc));
    pair_add(pairs, "key", span_str(key));
    pair_add_u64(pairs, "total", h->n_jobs);
    buf_fini(&desc);
}

static void
add_chunk(const struct client *c, struct buf *blob)
{
    const struct wish *h = &c->wish;
    const uint32_t left = h->n_jobs - c->sent;
    const uint32_t n = left < h->chunk ? left : h->chunk;
    const bool list = h->list || h->hints;
    char args[32];

    chunk_begin(c->sent, n, list, blob);
    for (uint32_t i = 0; list && i < n; i++) {
        (void)snprintf(args, sizeof args, "job=%u\n", c->sent + i);
        chunk_job(h->hints ? c->work->job[c->sent + i].base_us
                           : 1000 * 1000,
                  h->list ? span_str(args) : span_of(NULL, 0), blob);
    }
}

/* The first third of the jobs. */
static void
note_cancel(struct client *c, struct buf *pairs)
{
    char ranges[32];
    const uint32_t last = c->wish.n_jobs / 3;

    (void)snprintf(ranges, sizeof ranges, "0-%u", last);
    pair_add(pairs, "ranges", span_str(ranges));
    for (uint32_t i = 0; i <= last && i < c->wish.n_jobs; i++)
        c->work->job[i].cancelled = true;
}

/* A retry may be carried out at each repetition that meets a new
 * incarnation, which does not know the request any more. */
static void
note_retry(struct client *c)
{
    for (uint32_t i = 0; i < c->wish.n_jobs; i++) {
        struct book_job *j = &c->work->job[i];
        if (j->seen_outcome == OUTCOME_DONE)
            continue;
        j->seen_outcome = 0;
        j->allowed++;
    }
}

static void
add_results(const struct client *c, struct buf *pairs)
{
    pair_add(pairs, "order",
             span_str(c->wish.finish_order ? "finish" : "index"));
    pair_add_u64(pairs, "after", c->cursor);
    pair_add_u64(pairs, "limit", PAGE);
    pair_add_u64(pairs, "wait_ms", 1000);
}

static const char *
build(struct client *c, struct buf *pairs, struct buf *blob)
{
    if (c->asks != ASK_SUBMIT || c->sent > 0)
        pair_add_u64(pairs, "workload", c->work->number);
    switch (c->asks) {
    case ASK_SUBMIT:
        if (c->sent == 0)
            add_desc(c, pairs);
        add_chunk(c, blob);
        return "submit";
    case ASK_START:
        return "start";
    case ASK_CANCEL:
        note_cancel(c, pairs);
        return "cancel";
    case ASK_RESULTS:
        add_results(c, pairs);
        return "results";
    case ASK_RETRY:
        note_retry(c);
        pair_add(pairs, "what", span_str("failed"));
        return "retry";
    case ASK_FORGET:
        c->work->forgotten = true;
        return "forget";
    case ASK_NOTHING:
        break;
    }
    return "hello";
}

static void
post(struct world *w, struct client *c, uint8_t type)
{
    struct packet *p = packet_new(type, buf_span(&c->request));
    p->client = c->connection;
    world_due(w, (struct due){ .at_us = w->now_us + 50, .kind = DUE_COMMAND,
                               .node = c->wish.home, .packet = p });
}

static void
ask(struct world *w, struct client *c)
{
    struct buf pairs = { 0 }, blob = { 0 };
    struct msg m = { .type = MSG_COMMAND };
    struct pair pair;

    m.command.op = span_str(build(c, &pairs, &blob));
    m.command.client = c->id;
    m.command.seq = ++c->seq;
    m.command.pairs = buf_span(&pairs);
    m.command.blob = buf_span(&blob);
    for (size_t at = 0; pair_next(m.command.pairs, &at, &pair);)
        m.command.n_pairs++;
    buf_reset(&c->request);
    msg_encode(&m, &c->request);
    buf_fini(&pairs);
    buf_fini(&blob);
    c->waits = true;
    post(w, c, MSG_COMMAND);
    set_timer(w, c, ANSWER_US);
}

void
load_client(struct world *w, const struct due *d)
{
    struct client *c = &w->load->v[d->a];

    if (d->b != c->timer || c->asks == ASK_NOTHING)
        return;
    if (c->work->lost) {
        c->asks = ASK_NOTHING;
        return;
    }
    if (!c->waits) {
        ask(w, c);
        return;
    }
    /* no answer: the same request on a new connection */
    if (random_below(&w->load->rng, 2) == 0)
        post(w, c, MSG_HELLO);
    c->connection++;
    if (c->asks == ASK_RETRY)
        note_retry(c);
    post(w, c, MSG_COMMAND);
    set_timer(w, c, ANSWER_US);
}

/* ---- answers ---- */

static void
next_request(struct world *w, struct client *c, enum asks asks, int64_t us)
{
    c->asks = asks;
    if (asks == ASK_NOTHING)
        c->work->closed = true;
    else
        set_timer(w, c, us);
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
        c->cursor = 0;
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
        set_timer(w, c, 2 * PAUSE_US);
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
    case ASK_START:
    case ASK_RETRY:
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
