/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/load_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "proto/msg.h"
#include "proto/workload.h"
#include "sim/invariants.h"
#include "sim/world.h"

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

void
load_timer(struct world *w, struct client *c, int64_t us)
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
    k->held = wish->held;
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
    load_timer(w, c, wish->at_us > w->now_us ? wish->at_us - w->now_us : 0);
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

static bool
happens(struct world *w, uint32_t permille)
{
    return permille > 0 && random_below(&w->load->rng, 1000) < permille;
}

static void
post(struct world *w, struct client *c, uint8_t type)
{
    struct packet *p = packet_new(type, buf_span(&c->request));
    p->client = c->connection;
    if (type == MSG_COMMAND && happens(w, c->wish.double_permille)) {
        p->refs++;
        if (c->asks == ASK_RETRY)
            note_retry(c);
        world_due(w, (struct due){ .at_us = w->now_us + 70,
                                   .kind = DUE_COMMAND,
                                   .node = c->wish.home, .packet = p });
    }
    world_due(w, (struct due){ .at_us = w->now_us + 50, .kind = DUE_COMMAND,
                               .node = c->wish.home, .packet = p });
}

static void
ask(struct world *w, struct client *c)
{
    struct buf pairs = { 0 }, blob = { 0 };
    struct msg m = { .type = MSG_COMMAND };
    struct pair pair;

    c->repeats = false;
    if (c->asks == ASK_SUBMIT && c->sent == 0)
        c->first_chunk = c->wish.chunk;
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
    load_timer(w, c, ANSWER_US);
}

/* The program is started again, and asks from the beginning with the same
 * key: it is told of the same workload. */
static void
start_anew(struct world *w, struct client *c)
{
    w->figures.asked_again++;
    c->id = random_u64(&w->load->rng);
    c->seq = 0;
    c->asks = ASK_SUBMIT;
    c->wish.chunk = c->first_chunk;
    c->sent = 0;
    c->waits = false;
    load_read_anew(c);
}

void
load_read_anew(struct client *c)
{
    c->cursor = 0;
    c->work->anew = false;
    for (uint32_t i = 0; i < c->work->n_jobs; i++)
        c->work->job[i].shown = false;
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
    if (c->first_chunk > 0
        && (c->asks == ASK_SUBMIT || c->asks == ASK_RESULTS)
        && happens(w, c->wish.anew_permille))
        start_anew(w, c);
    if (!c->waits) {
        if (c->work->anew)
            load_read_anew(c);
        ask(w, c);
        return;
    }
    /* no answer: the same request on a new connection */
    if (random_below(&w->load->rng, 2) == 0)
        post(w, c, MSG_HELLO);
    c->connection++;
    c->repeats = true;
    if (c->asks == ASK_RETRY)
        note_retry(c);
    post(w, c, MSG_COMMAND);
    load_timer(w, c, ANSWER_US);
}
