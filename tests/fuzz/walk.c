/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/workload.h"
#include "tests/fuzz/samples.h"

static void
need(bool right)
{
    if (!right)
        abort();
}

/* A sanitizer sees the reads; volatile keeps them from being left out. */
static void
touch(struct span s)
{
    const volatile uint8_t *p = s.p;

    for (size_t i = 0; i < s.len; i++)
        (void)p[i];
}

static uint32_t
walk_items(struct span items, uint32_t *n_args)
{
    struct item it;
    size_t at = 0;
    uint32_t n_jobs = 0;

    *n_args = 0;
    while (item_next(items, &at, &it)) {
        need(it.count >= 1 && it.first + it.count <= JOBS_MAX);
        need(n_jobs + it.count <= JOBS_MAX);
        n_jobs += it.count;
        *n_args += (it.flags & ITEM_HAS_ARGS) != 0;
    }
    need(at == items.len);
    return n_jobs;
}

static void
walk_plain_items(struct span items)
{
    uint32_t n_args;

    walk_items(items, &n_args);
}

static void
walk_state(const struct state *s)
{
    struct state_workload w;
    size_t at = 0;
    unsigned n = 0;

    touch(s->name);
    touch(s->cluster);
    touch(s->endpoint_host);
    touch(s->kinds);
    touch(s->version);
    touch(s->tags);
    touch(s->policy);
    touch(s->placement);
    for (; state_workload_next(s, &at, &w); n++) {
        touch(w.kind);
        touch(w.label);
    }
    need(n == s->n_workloads && at == s->workloads.len);
}

static void
walk_inner_state(struct span body)
{
    struct msg inner;

    need(msg_decode(MSG_STATE, body, &inner) == 0);
    walk_state(&inner.state);
}

static void
walk_group(const struct batch_group *g, uint32_t *n_jobs)
{
    struct desc d;
    struct span args;
    uint64_t cost;
    uint32_t n_args;
    size_t at = 0;

    /* One that offers nothing any more has none. */
    need(g->desc.len == 0 || desc_decode(g->desc, &d) == 0);
    touch(g->desc);
    *n_jobs += walk_items(g->items, &n_args);
    for (; batch_args(g, &at, &cost, &args); n_args--)
        touch(args);
    need(n_args == 0 && at == g->args.len);
}

static void
walk_batch(const struct msg_batch *m)
{
    struct batch_group g;
    uint32_t n_jobs = 0;
    unsigned n = 0;

    for (size_t at = 0; batch_next(m, &at, &g); n++)
        walk_group(&g, &n_jobs);
    need(n == m->n_groups && n_jobs == m->n_jobs && n_jobs <= BATCH_JOBS_MAX);
}

static void
walk_results(const struct msg_results *m)
{
    struct result r;
    uint32_t n = 0;
    size_t at = 0;

    for (; result_next(m->list, &at, &r); n++) {
        touch(r.error);
        touch(r.value);
    }
    need(n == m->n && at == m->list.len && n <= RESULTS_MAX);
}

static void
walk_pairs(struct span pairs, unsigned n_pairs)
{
    struct pair p;
    size_t at = 0;
    unsigned n = 0;
    uint64_t v;

    for (; pair_next(pairs, &at, &p); n++) {
        need(p.key.len >= 1 && p.value.p != NULL);
        touch(p.key);
        touch(p.value);
    }
    need(n == n_pairs && at == pairs.len && n <= PAIRS_MAX);
    (void)pair_u64(pairs, "percent", 0, &v);
}

static void
walk_command(const struct msg_command *m)
{
    touch(m->op);
    walk_pairs(m->pairs, m->n_pairs);
    touch(m->blob);
}

static void
walk_reply(const struct msg_reply *m)
{
    struct span row;
    uint32_t n = 0;
    size_t at = 0;

    touch(m->text);
    walk_pairs(m->pairs, m->n_pairs);
    for (; row_next(m->rows, &at, &row); n++)
        touch(row);
    need(n == m->n_rows && at == m->rows.len && n <= ROWS_MAX);
}

static void
walk_hello(const struct msg_hello *m)
{
    touch(m->name);
    touch(m->cluster);
    touch(m->host);
    touch(m->version);
}

static void
walk_event(const struct msg_event *m)
{
    touch(m->name);
    touch(m->text);
}

void
sample_walk(const struct msg *m)
{
    switch ((enum msg_type)m->type) {
    case MSG_STATE:
    case MSG_STATE_SLOW: walk_state(&m->state); return;
    case MSG_EVENT: walk_event(&m->event); return;
    case MSG_BYE:
    case MSG_PING:
    case MSG_PONG: return;
    case MSG_HELLO: walk_hello(&m->hello); return;
    case MSG_BATCH: walk_batch(&m->batch); return;
    case MSG_BATCH_ACK: walk_plain_items(m->batch_ack.items); return;
    case MSG_CLAIMS: walk_plain_items(m->claims.items); return;
    case MSG_CLAIMS_REPLY:
    case MSG_RELEASE:
    case MSG_RELEASE_ACK:
    case MSG_RESULTS_ACK: walk_plain_items(m->items.items); return;
    case MSG_RESULTS: walk_results(&m->results); return;
    case MSG_REQUEST: walk_inner_state(m->request.state); return;
    case MSG_REFUSE: walk_inner_state(m->refuse.state); return;
    case MSG_COMMAND: walk_command(&m->command); return;
    case MSG_REPLY: walk_reply(&m->reply); return;
    }
    abort();
}

int
sample_decode(uint8_t type, const uint8_t *p, size_t len)
{
    uint8_t *exact = xmalloc(len == 0 ? 1 : len);
    struct msg m;

    if (len > 0)
        memcpy(exact, p, len);
    int rc = msg_decode(type, span_of(exact, len), &m);
    if (rc == 0)
        sample_walk(&m);
    free(exact);
    return rc;
}
