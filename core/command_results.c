/* SPDX-License-Identifier: MPL-2.0 */
/* Operations that may hold back their answer: wait, results. */
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "core/command_ask.h"

enum {
    WAIT_MAX_MS = 3600 * 1000,
    ANSWER_GAP_US = 100 * MS
};

/* ---- parking ---- */

/* The times of a request that has just come. False: refused. */
static bool
park_times(const struct core *c, struct ask *a, struct parked *p)
{
    const struct ask_range ms = { 0, 0, UINT64_MAX };
    uint64_t wait_ms;

    if (!ask_number(a, "wait_ms", &ms, &wait_ms))
        return false;
    if (wait_ms > WAIT_MAX_MS)
        wait_ms = WAIT_MAX_MS;
    p->client = a->client;
    p->id = a->id;
    p->seq = a->seq;
    p->not_before_us = c->true_us + ANSWER_GAP_US;
    p->deadline_us = c->true_us + (int64_t)wait_ms * MS;
    return true;
}

/* Where to keep this request: its own place when it is repeated. NULL: all
 * are taken. */
static struct parked *
park_place(struct core *c, const struct parked *p)
{
    for (size_t i = 0; i < c->n_parked; i++)
        if (c->parked[i].id == p->id && c->parked[i].seq == p->seq) {
            buf_fini(&c->parked[i].pairs);
            return &c->parked[i];
        }
    if (c->n_parked == PARKED_MAX)
        return NULL;
    if (c->parked == NULL)
        c->parked = xcalloc(PARKED_MAX, sizeof *c->parked);
    return &c->parked[c->n_parked++];
}

/* Answers now or keeps the request for later. */
static void
answer_or_park(struct core *c, struct ask *a, struct parked *p)
{
    if (ask_again(c, a, p))
        return;
    struct parked *at = park_place(c, p);
    if (at == NULL) {
        p->deadline_us = c->true_us;
        ask_again(c, a, p);
        return;
    }
    *at = *p;
    buf_bytes(&at->pairs, a->pairs.p, a->pairs.len);
    a->parked = true;
}

/* ---- wait ---- */

void
ask_wait(struct core *c, struct ask *a)
{
    const struct ask_range any = { 0, 0, UINT64_MAX };
    struct workload *w = ask_workload(c, a);
    struct parked p = { 0 };

    if (w == NULL || !park_times(c, a, &p) ||
        !ask_number(a, "seen", &any, &p.version))
        return;
    p.workload = w->number;
    answer_or_park(c, a, &p);
}

static bool
look_at_counts(struct core *c, struct ask *a, const struct workload *w,
               const struct parked *p)
{
    bool changed = w->version != p->version && c->true_us >= p->not_before_us;
    char name[128];

    if (!w->ended && !changed && c->true_us < p->deadline_us)
        return false;
    ask_add_counts(c, a, w);
    job_name(c, w, name);
    if (w->held && !w->ended)
        ask_say(a, "%s is held; release it with \"lbctl start %s\"", name,
                name);
    return true;
}

/* ---- results ---- */

struct page {
    struct ask_jobs jobs;
    uint64_t limit, next;   /* cursor behind what is shown */
    bool by_finish, failed;
    size_t n;
    bool all;               /* nothing can come after it */
};

static bool
page_read(const struct core *c, struct ask *a, const struct workload *w,
          struct page *p)
{
    const struct ask_range most = { PAGE_RESULTS, 0, UINT64_MAX };

    p->by_finish = ask_is(a, "order", "finish");
    p->failed = ask_is(a, "failed", "1");
    if (!p->by_finish && ask_has(a, "order") && !ask_is(a, "order", "index")) {
        ask_refuse(a, EXIT_USAGE, "results: order: index or finish");
        return false;
    }
    if (!ask_number(a, "limit", &most, &p->limit) ||
        !ask_ranges(c, a, w, &p->jobs))
        return false;
    if (p->limit == 0 || p->limit > PAGE_RESULTS)
        p->limit = PAGE_RESULTS;
    return true;
}

static void
add_result(const struct core *c, struct ask *a, const struct workload *w,
           uint32_t index)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    const struct result r = { .workload = w->number,
                              .index = index,
                              .fence = o->fence,
                              .run = o->run,
                              .attempt = o->attempt,
                              .outcome = o->outcome,
                              .node = peer_at(c, o->node)->id,
                              .wait_us = o->wait_us,
                              .run_us = o->run_us,
                              .cpu_us = o->cpu_us,
                              .error = { o->bytes, o->error_len },
                              .value = { o->bytes + o->error_len,
                                         o->value_len } };
    struct buf row = { 0 };

    result_encode(&r, &row);
    row_add(&a->rows, buf_span(&row));
    buf_fini(&row);
}

static bool
is_shown(const struct page *p, const struct workload *w, uint32_t index)
{
    return !p->failed || workload_outcome(w, index)->outcome != OUTCOME_DONE;
}

static bool
page_full(const struct page *p, const struct ask *a)
{
    return p->n >= p->limit || a->rows.len >= PAGE_BYTES;
}

/* In order of index: up to the first job that has no result yet. */
static void
page_by_index(const struct core *c, struct ask *a, const struct workload *w,
              struct page *p)
{
    const struct jobs_asked *which = &p->jobs.which;
    uint32_t from = p->next < JOBS_MAX ? (uint32_t)p->next : JOBS_MAX;
    uint32_t i = jobs_after(which, from);

    while (i < w->accepted && workload_outcome(w, i) != NULL &&
           !page_full(p, a)) {
        if (is_shown(p, w, i)) {
            add_result(c, a, w, i);
            p->n++;
        }
        p->next = i + 1u;
        i = jobs_after(which, i + 1);
    }
    p->all = i >= w->desc.n_jobs;
}

static void
page_by_finish(const struct core *c, struct ask *a, const struct workload *w,
               struct page *p)
{
    if (p->next > w->n_finished) /* a retry has made the list shorter */
        p->next = w->n_finished;
    while (p->next < w->n_finished && !page_full(p, a)) {
        uint32_t i = w->finished[p->next++];
        if (!jobs_named(&p->jobs.which, i) || !is_shown(p, w, i))
            continue;
        add_result(c, a, w, i);
        p->n++;
    }
    p->all = w->ended && p->next == w->n_finished;
}

/* "ID=name,..." of those who ran something of w. */
static void
add_ids(const struct core *c, struct ask *a, const struct workload *w)
{
    struct buf ids = { 0 };
    char item[NODE_ID_TEXT + NAME_MAX_BYTES + 3];

    for (size_t i = 0; i < w->n_by_node; i++) {
        if (w->by_node[i] == 0)
            continue;
        node_id_print(&peer_at(c, (uint16_t)i)->id, item);
        text_add(item, sizeof item, "=%s,", peer_name(c, (uint16_t)i));
        buf_bytes(&ids, item, strlen(item));
    }
    ids.len -= ids.len > 0;
    pair_add(&a->out, "nodes", buf_span(&ids));
    buf_fini(&ids);
}

/* A few results of many are not worth an answer each, which costs a wake-up, a
 * commit and the client's next question: more of them come within a moment.
 * Until when is noted at the first look that finds some. */
static bool
is_worth_waiting(struct core *c, const struct page *p, struct parked *parked)
{
    if (p->n == 0 || p->n >= HOLD_ROWS || p->all)
        return false;
    if (parked->hold_us == 0)
        parked->hold_us = c->true_us + HOLD_US;
    if (parked->hold_us < c->hold_us)
        c->hold_us = parked->hold_us;
    return c->true_us < parked->hold_us;
}

static bool
look_at_results(struct core *c, struct ask *a, struct workload *w,
                struct parked *parked)
{
    struct page p = { .next = parked->cursor };

    if (!page_read(c, a, w, &p))
        return true;
    if (p.by_finish)
        page_by_finish(c, a, w, &p);
    else
        page_by_index(c, a, w, &p);
    if (c->true_us < parked->deadline_us &&
        ((p.n == 0 && !p.all) || is_worth_waiting(c, &p, parked))) {
        buf_fini(&a->rows);
        parked->cursor = p.n == 0 ? p.next : parked->cursor;
        return false;
    }
    parked->cursor = p.next;
    pair_add_u64(&a->out, "next", p.next);
    if (p.all)
        pair_add_u64(&a->out, "ended", 1);
    pair_add_u64(&a->out, "total", w->n_finished);
    add_ids(c, a, w);
    if (p.all && w->ended && p.jobs.which.n == 0 && !p.failed)
        w->told_ended = true;
    return true;
}

static void
refuse_expired(const struct core *c, struct ask *a)
{
    uint64_t number = 0;
    if (a->status == EXIT_NOTFOUND &&
        pair_u64(a->pairs, "workload", 0, &number) &&
        number <= c->last_number)
        ask_refuse(a, EXIT_NOTFOUND,
                   "results of %s-%u have expired or were forgotten",
                   c->config.name, (unsigned)number);
}

void
ask_results(struct core *c, struct ask *a)
{
    const struct ask_range any = { 0, 0, UINT64_MAX };
    struct workload *w = ask_workload(c, a);
    struct parked p = { .results = true };

    if (w == NULL)
        refuse_expired(c, a);
    if (w == NULL || !park_times(c, a, &p) ||
        !ask_number(a, "after", &any, &p.cursor))
        return;
    p.workload = w->number;
    answer_or_park(c, a, &p);
}

bool
ask_again(struct core *c, struct ask *a, struct parked *p)
{
    struct workload *w = ledger_find(c->ledger, 0, p->workload);

    if (w == NULL) {
        ask_refuse(a, EXIT_NOTFOUND, "no workload %s-%u", c->config.name,
                   (unsigned)p->workload);
        return true;
    }
    return p->results ? look_at_results(c, a, w, p)
                      : look_at_counts(c, a, w, p);
}
