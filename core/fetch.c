/* SPDX-License-Identifier: MPL-2.0 */
#include "core/fetch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/transfer.h"

/* The bytes of one job. Asked for and wanted: under way; asked for and not
 * wanted: the answer is awaited, which bounds what the shell has to do. */
struct fetched {
    struct fetched *chain;
    uint32_t workload, index;
    uint16_t peer;          /* it was asked for */
    bool asked, wanted;
    size_t cost;            /* counted in fetch.bytes: held, or reserved */
    int64_t here_us;        /* since when they are here; core time */
    size_t len;
    uint8_t *data;          /* [len] */
};

/* ---- who cannot read ---- */

static bool
is_blind(const struct core *c, uint16_t peer, const struct workload *w)
{
    return peer < w->n_blind && c->now_us < w->blind_us[peer];
}

static void
set_blind(struct core *c, uint16_t peer, struct workload *w)
{
    if (peer >= w->n_blind) {
        w->blind_us = xrealloc(w->blind_us, peer + 1u, sizeof *w->blind_us);
        memset(w->blind_us + w->n_blind, 0,
               (peer + 1u - w->n_blind) * sizeof *w->blind_us);
        w->n_blind = peer + 1u;
    }
    w->blind_us[peer] = c->now_us + NO_FILE_US;
}

void
fetch_cannot_read(struct core *c, uint16_t peer, struct workload *w)
{
    char name[128];
    if (!is_blind(c, peer, w))
        core_log(c, LOG_INFO, "no-file", "workload=%s node=%s",
                 job_name(c, w, name), peer_name(c, peer));
    set_blind(c, peer, w);
}

/* ---- the table ---- */

static struct fetched **
bucket_of(const struct core *c, uint32_t workload, uint32_t index)
{
    uint32_t h = (workload * 2654435761u) ^ (index * 40503u);
    struct core *own = (struct core *)(uintptr_t)c;
    return &own->fetch.bucket[h % FETCH_BUCKETS];
}

static struct fetched *
find(const struct core *c, uint32_t workload, uint32_t index)
{
    struct fetched *f;
    if (c->fetch.n == 0)
        return NULL;
    f = *bucket_of(c, workload, index);
    while (f != NULL && (f->workload != workload || f->index != index))
        f = f->chain;
    return f;
}

static struct fetched *
find_of(const struct core *c, const struct job *j)
{
    return j->w->home == 0 ? find(c, j->w->number, j->index) : NULL;
}

static void
set_cost(struct core *c, struct fetched *f, size_t cost)
{
    c->fetch.bytes += cost;
    c->fetch.bytes -= f->cost;
    f->cost = cost;
    assert(c->fetch.bytes <= FETCH_MAX_BYTES);
}

static void
take_out(struct core *c, struct fetched *f)
{
    struct fetched **at = bucket_of(c, f->workload, f->index);
    while (*at != f)
        at = &(*at)->chain;
    *at = f->chain;
    set_cost(c, f, 0);
    c->fetch.n--;
    free(f->data);
    free(f);
}

/* ---- asking ---- */

/* Chunks of a workload are alike but for the last one, so the first that came
 * tells of the others. */
static size_t
expected_bytes(const struct core *c, const struct workload *w)
{
    return w->ship_bytes > 0 ? w->ship_bytes : c->config.max_input_bytes;
}

/* What may go along with a job beside its own parameters. */
static size_t
most_bytes(const struct core *c, const struct job *j)
{
    size_t own = job_bytes(j), most = c->config.max_input_bytes;
    return own < most ? most - own : 0;
}

static void
act_fetch(struct core *c, const struct job *j)
{
    struct span desc = out_keep(&c->out, buf_span(&j->w->desc_bytes));
    struct action *a = out_add(&c->out, ACT_FETCH);
    a->fetch = (struct act_fetch){ .workload = j->w->number,
                                   .index = j->index,
                                   .max_bytes = most_bytes(c, j),
                                   .desc = desc };
}

bool
fetch_is_ready(const struct core *c, uint16_t peer, const struct job *j)
{
    /* Who seeks a reader asks everybody again. */
    if (!is_blind(c, peer, j->w) || (j->flags & JOB_NOT_HOME))
        return true;
    return fetch_bytes(c, j).len > 0;
}

bool
fetch_ask(struct core *c, uint16_t peer, const struct job *j)
{
    struct fetched *f = find_of(c, j);
    struct workload *w = j->w;

    if (f != NULL) {
        f->wanted = true;
        return true;
    }
    size_t cost = expected_bytes(c, w);
    if (w->home != 0 || !w->desc.ship || is_blind(c, 0, w) ||
        c->fetch.n >= FETCH_MAX_JOBS || cost > FETCH_MAX_BYTES ||
        c->fetch.bytes > FETCH_MAX_BYTES - cost)
        return false;
    f = xcalloc(1, sizeof *f);
    f->workload = w->number;
    f->index = j->index;
    f->peer = peer;
    peer_at(c, peer)->n_fetching++;
    f->asked = f->wanted = true;
    struct fetched **at = bucket_of(c, f->workload, f->index);
    f->chain = *at;
    *at = f;
    c->fetch.n++;
    set_cost(c, f, cost);
    act_fetch(c, j);
    return true;
}

/* ---- answers ---- */

/* The job runs at home, as do the others of its workload for a while. */
static void
failed(struct core *c, struct workload *w, const struct event_fetched *ev)
{
    char name[128];
    if (!is_blind(c, 0, w))
        core_log(c, LOG_INFO, "fetch-failed",
                 "job=%s next=\"its workload runs here\" error=\"%.*s\"",
                 jobs_name(c, w, ev->index, ev->index, name),
                 (int)(ev->error.len < ERROR_MAX_BYTES ? ev->error.len
                                                       : ERROR_MAX_BYTES),
                 (const char *)ev->error.p);
    set_blind(c, 0, w);
}

/* They may be more than expected. */
static bool
fits(const struct core *c, const struct fetched *f,
     const struct event_fetched *ev)
{
    return c->fetch.bytes - f->cost + ev->bytes.len <= FETCH_MAX_BYTES;
}

static void
keep(struct core *c, struct fetched *f, struct span bytes)
{
    f->data = xmemdup(bytes.p, bytes.len);
    f->len = bytes.len;
    f->asked = false;
    f->here_us = c->now_us;
    set_cost(c, f, bytes.len);
    peer_at(c, f->peer)->n_fetched++;
    c->decide_due = true;
}

/* What was decided before the bytes were here. */
static void
give(struct core *c, uint16_t peer)
{
    struct peer *p = peer_at(c, peer);
    struct give g = { .peer = peer,
                      .max_jobs = p->n_fetched,
                      .max_moves = c->config.policy.max_moves };
    if (--p->n_fetching > 0 || p->n_fetched == 0)
        return;
    p->n_fetched = 0;
    uint32_t n = transfer_give(c, &g);
    if (n > 0)
        core_log(c, LOG_INFO, "transfer", "jobs=%u to=%s", (unsigned)n,
                 peer_name(c, peer));
}

void
fetch_arrived(struct core *c, const struct event_fetched *ev)
{
    struct workload *w = ledger_find(c->ledger, 0, ev->workload);
    struct fetched *f = find(c, ev->workload, ev->index);

    if (f == NULL || !f->asked) {
        c->dropped++;
        return;
    }
    if (w != NULL && ev->bytes.len > w->ship_bytes &&
        (ev->index + 1 < w->desc.n_jobs || w->desc.n_jobs == 1))
        w->ship_bytes = ev->bytes.len;
    if (w != NULL && ev->bytes.len == 0)
        failed(c, w, ev);
    uint16_t peer = f->peer;
    if (ev->bytes.len > 0 && f->wanted && fits(c, f, ev))
        keep(c, f, ev->bytes);
    else
        take_out(c, f);
    give(c, peer);
}

/* ---- kept bytes ---- */

struct span
fetch_bytes(const struct core *c, const struct job *j)
{
    const struct fetched *f = find_of(c, j);
    return f == NULL ? span_of(NULL, 0) : span_of(f->data, f->len);
}

void
fetch_drop(struct core *c, const struct job *j)
{
    struct fetched *f = find_of(c, j);
    if (f == NULL)
        return;
    if (f->asked)
        f->wanted = false;
    else
        take_out(c, f);
}

/* An offer keeps its bytes: it may have to be sent again. */
static bool
is_stale(const struct core *c, const struct fetched *f)
{
    const struct workload *w = ledger_find(c->ledger, 0, f->workload);
    const struct job *j = w == NULL ? NULL : workload_job(w, f->index);
    return !f->asked && c->now_us - f->here_us > FETCH_KEEP_US &&
           (j == NULL || j->place != AT_OFFERED);
}

void
fetch_tick(struct core *c)
{
    for (size_t i = 0; i < FETCH_BUCKETS && c->fetch.n > 0; i++)
        for (struct fetched *f = c->fetch.bucket[i], *next; f != NULL;
             f = next) {
            next = f->chain;
            if (is_stale(c, f))
                take_out(c, f);
        }
}

void
fetch_fini(struct core *c)
{
    for (size_t i = 0; i < FETCH_BUCKETS; i++)
        for (struct fetched *f = c->fetch.bucket[i], *next; f != NULL;
             f = next) {
            next = f->chain;
            free(f->data);
            free(f);
        }
}
