/* SPDX-License-Identifier: MPL-2.0 */
/* Answers of made-up nodes to detail. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "tui/demo_own.h"

static void
add_text(struct buf *pairs, const char *key, const char *text)
{
    pair_add(pairs, key, span_str(text));
}

static void
add_job(struct buf *pairs, const struct demo *d, uint64_t number)
{
    char job[64] = "";
    const struct demo_node *home = &d->node[0];

    text_add(job, sizeof job, "%s-%u.%u", home->name,
             (unsigned)home->last_work, (unsigned)number);
    add_text(pairs, "job", job);
}

static void
end_row(struct buf *rows, struct buf *row)
{
    row_add(rows, buf_span(row));
    buf_reset(row);
}

static void
slot_rows(const struct demo *d, const struct demo_node *n, struct buf *rows)
{
    struct buf row = { 0 };

    for (unsigned i = 1; i <= n->slots; i++) {
        add_text(&row, "row", "slot");
        pair_add_u64(&row, "number", i);
        if (i <= n->running) {
            add_text(&row, "state", "run");
            add_job(&row, d, 4210 + n->done + i);
            add_text(&row, "kind", i % 5 == 4 ? "fib" : "command");
            pair_add_u64(&row, "ran_us", 370000 - 30000 * (i % 11));
            pair_add_u64(&row, "duty", n->throttle - n->throttle / 40 +
                                       i % 2);
        } else {
            add_text(&row, "state",
                     n->phase == PHASE_PAUSE ? "pause" : "free");
        }
        end_row(rows, &row);
    }
    buf_fini(&row);
}

static void
peer_rows(const struct demo *d, const struct demo_node *n, struct buf *rows)
{
    struct buf row = { 0 };
    size_t i = (size_t)(n - d->node);

    for (size_t k = 1; k <= DEMO_PEERS && k < d->n; k++) {
        const struct demo_node *p = &d->node[(i + d->n - k) % d->n];
        bool sends = n->load > p->load;
        uint64_t jobs = 220 / k + (uint64_t)n->load;
        add_text(&row, "row", "peer");
        add_text(&row, "name", p->name);
        pair_add_u64(&row, "sent", sends ? jobs : 0);
        pair_add_u64(&row, "received", sends ? 0 : jobs);
        pair_add_u64(&row, "refused", k == 2 ? 44 : 0);
        pair_add_u64(&row, "bytes", jobs * 9000);
        pair_add_u64(&row, "ack_us", 9000 + 3000 * k);
        end_row(rows, &row);
    }
    buf_fini(&row);
}

static void
failure_rows(const struct demo *d, const struct demo_node *home,
             const struct demo_work *w, struct buf *rows)
{
    static const char *const what[] = { "exit 1", "signal 9", "timeout" };
    static const char *const next[] = { "retry 2/3", "retry 1/3", "gave up" };
    struct buf row = { 0 };

    assert(d->n > 0);
    for (uint64_t i = 0; i < 3 && w->failed > 0; i++) {
        char job[64] = "";
        text_add(job, sizeof job, "%s-%u.%u", home->name, (unsigned)w->number,
                 (unsigned)(w->n_jobs / (5 + 3 * i)));
        add_text(&row, "row", "failure");
        add_text(&row, "job", job);
        add_text(&row, "node", d->node[(i * 3 + 1) % d->n].name);
        add_text(&row, "what", what[i]);
        add_text(&row, "next", next[i]);
        pair_add_u64(&row, "run_us", 510000 + 1510000 * i);
        pair_add_u64(&row, "age_us",
                     (uint64_t)(d->second + 60) * DEMO_S * (i + 1));
        end_row(rows, &row);
    }
    buf_fini(&row);
}

void
detail_rows(const struct demo *d, const struct demo_node *n, struct buf *rows)
{
    slot_rows(d, n, rows);
    peer_rows(d, n, rows);
    for (size_t k = 0; k < n->n_works; k++)
        failure_rows(d, n, &n->work[k], rows);
}

static void
bin_rows(const struct demo_work *w, struct buf *rows)
{
    static const struct { uint64_t to_us, permille; } bins[] = {
        { 100000, 117 }, { 300000, 351 }, { 1000000, 433 },
        { 3000000, 87 }, { 0, 12 }
    };
    struct buf row = { 0 };

    for (size_t i = 0; i < sizeof bins / sizeof bins[0]; i++) {
        add_text(&row, "row", "bin");
        if (bins[i].to_us > 0)
            pair_add_u64(&row, "to_us", bins[i].to_us);
        pair_add_u64(&row, "jobs", w->done * bins[i].permille / 1000);
        end_row(rows, &row);
    }
    buf_fini(&row);
}

void
detail_work(const struct demo *d, const struct demo_node *n,
            const struct demo_work *w, struct demo_reply *r)
{
    struct buf *pairs = &r->pairs, *rows = &r->rows, row = { 0 };
    uint64_t all = 1, left = w->held ? 0 : work_left(w);

    pair_add_u64(pairs, "number", w->number);
    pair_add_u64(pairs, "away", left * 4 / 5);
    pair_add_u64(pairs, "moved", w->done * 3 / 20);
    pair_add_u64(pairs, "retried", w->failed * (DEMO_RUNS - 1));
    pair_add_u64(pairs, "p50_us", 410000);
    pair_add_u64(pairs, "p95_us", 1400000);
    pair_add_u64(pairs, "p99_us", 3900000);
    pair_add_u64(pairs, "max_us", 30000000);
    pair_add_u64(pairs, "sum_us", (uint64_t)w->done * 490000);
    bin_rows(w, rows);
    for (size_t i = 0; i < d->n; i++)
        all += d->node[i].silent ? 0 : d->node[i].jobs;
    for (size_t i = 0; i < d->n; i++) {
        if (d->node[i].silent || d->node[i].jobs == 0)
            continue;
        add_text(&row, "row", "place");
        add_text(&row, "node", d->node[i].name);
        pair_add_u64(&row, "jobs", left * d->node[i].jobs / all);
        end_row(rows, &row);
    }
    failure_rows(d, n, w, rows);
    buf_fini(&row);
}
