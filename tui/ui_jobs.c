/* SPDX-License-Identifier: MPL-2.0 */
/* Which workloads are shown, in which order, and where their cursor is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/ui_order.h"
#include "tui/work_parts.h"

/* ---- filter ---- */

enum { WORKLOAD, LABEL, HOME, KIND, STATE, DONE, TOTAL, RUN, PEND, FAIL,
       PROGRESS, RATE, ETA, AGE };
static const struct query_field job_fields[] = {
    [WORKLOAD] = { "workload", COLUMN_TEXT },
    [LABEL] = { "label", COLUMN_TEXT }, [HOME] = { "home", COLUMN_TEXT },
    [KIND] = { "kind", COLUMN_TEXT },
    [STATE] = { "state", COLUMN_TEXT }, [DONE] = { "done", COLUMN_NUMBER },
    [TOTAL] = { "total", COLUMN_NUMBER }, [RUN] = { "run", COLUMN_NUMBER },
    [PEND] = { "pend", COLUMN_NUMBER }, [FAIL] = { "fail", COLUMN_NUMBER },
    [PROGRESS] = { "progress", COLUMN_PERCENT },
    [RATE] = { "rate", COLUMN_NUMBER }, [ETA] = { "eta", COLUMN_DURATION },
    [AGE] = { "age", COLUMN_DURATION }, { NULL, COLUMN_TEXT },
};

static double
job_number(const void *row, int c)
{
    const struct job_row *r = row;
    const struct work *w = &r->home->work[r->work];
    const int64_t eta_us = work_eta_us(w);

    switch (c) {
    case DONE: return w->done;
    case TOTAL: return w->n_jobs;
    case RUN: return w->running;
    case PEND: return w->queued;
    case FAIL: return w->failed;
    case PROGRESS: return work_percent(w);
    case RATE: return w->rate >= 0 ? w->rate : (double)NAN;
    case ETA: return eta_us >= 0 ? (double)eta_us : (double)NAN;
    case AGE: return (double)w->age_us;
    default: return (double)NAN;
    }
}

static const char *
job_word(const void *row, int c, char *dst)
{
    const struct job_row *r = row;
    const struct work *w = &r->home->work[r->work];

    switch (c) {
    case WORKLOAD: work_name(r->home, w, dst); return dst;
    case LABEL: return w->label;
    case HOME: return r->home->name;
    case KIND: return w->kind;
    case STATE: return node_is_up(r->home) ? work_state(w) : "lost";
    default: return NULL;
    }
}

/* Both names that it has: "render-7 alpha01-7". */
static void
job_text(const void *row, char *dst)
{
    const struct job_row *r = row;
    const struct work *w = &r->home->work[r->work];

    work_name(r->home, w, dst);
    if (w->label[0] != '\0')
        text_add(dst, QUERY_TEXT_MAX, " %s-%u", r->home->name,
                 (unsigned)w->number);
}

const struct query_table jobs_table = { job_fields, job_number, job_word,
                                        job_text };

/* Those that the filter leaves out come behind the others. */
static void
filter(struct ui *u)
{
    struct job_row *out = xcalloc(u->n_job + 1, sizeof *out);
    size_t n_out = 0;

    u->jobs.n = 0;
    for (size_t i = 0; i < u->n_job; i++)
        if (query_match_row(u->job_filter, &u->job[i]))
            u->job[u->jobs.n++] = u->job[i];
        else
            out[n_out++] = u->job[i];
    for (size_t i = 0; i < n_out; i++)
        u->job[u->jobs.n + i] = out[i];
    free(out);
}

/* ---- order ---- */

/* By time left: first those of which it is known. */
enum rank { RANK_ETA = 1, RANK_RUN, RANK_HELD, RANK_ENDED, RANK_LOST };

struct job_key {
    struct job_row row;
    enum rank rank;
    int64_t value;              /* µs left, or when submitted */
    bool down;
};

static enum rank
rank_of(const struct node *home, const struct work *w)
{
    if (!node_is_up(home))
        return RANK_LOST;
    if (w->ended)
        return RANK_ENDED;
    if (w->held)
        return RANK_HELD;
    return work_eta_us(w) >= 0 ? RANK_ETA : RANK_RUN;
}

static struct job_key
key_of(const struct ui *u, struct node *home, size_t i)
{
    const struct work *w = &home->work[i];
    struct job_key k = { .row = { home, i }, .rank = RANK_RUN,
                         .value = home->heard_us - (int64_t)w->age_us,
                         .down = u->jobs_down };

    if (u->jobs_by_eta) {
        k.rank = rank_of(home, w);
        k.value = k.rank == RANK_ETA ? work_eta_us(w) : 0;
    }
    return k;
}

static int
compare(const void *a, const void *b)
{
    const struct job_key *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->value != y->value)
        return (x->value < y->value) != x->down ? -1 : 1;
    int by = strcmp(x->row.home->name, y->row.home->name);
    if (by != 0)
        return by;
    if (x->row.home != y->row.home)
        return x->row.home->at < y->row.home->at ? -1 : 1;
    uint32_t p = x->row.home->work[x->row.work].number;
    uint32_t q = y->row.home->work[y->row.work].number;
    return p < q ? -1 : p > q;
}

static size_t
count(const struct model *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        if (!m->node[i]->hidden)
            n += m->node[i]->n_works;
    return n;
}

static void
sort_all(struct ui *u, const struct model *m)
{
    struct job_key *keys = xcalloc(count(m) + 1, sizeof *keys);
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; !m->node[i]->hidden && k < m->node[i]->n_works; k++)
            keys[n++] = key_of(u, m->node[i], k);
    qsort(keys, n, sizeof *keys, compare);
    for (size_t i = 0; i < n; i++)
        u->job[i] = keys[i].row;
    u->n_job = n;
    free(keys);
}

/* ---- the order as it was ---- */

static bool
find(const struct model *m, const struct job_place *p, struct job_row *out)
{
    if (p->home >= m->n || m->node[p->home]->hidden)
        return false;
    out->home = m->node[p->home];
    for (out->work = 0; out->work < out->home->n_works; out->work++)
        if (out->home->work[out->work].number == p->number)
            return true;
    return false;
}

static bool
was_there(const struct ui *u, const struct node *home, uint32_t number)
{
    for (size_t i = 0; i < u->n_job_order; i++)
        if (u->job_order[i].home == home->at &&
            u->job_order[i].number == number)
            return true;
    return false;
}

/* Those that were there stay; new ones come behind them. */
static void
keep_order(struct ui *u, const struct model *m)
{
    size_t *kept = xcalloc(m->n + 1, sizeof *kept);
    struct job_row row;

    u->n_job = 0;
    for (size_t i = 0; i < u->n_job_order; i++)
        if (find(m, &u->job_order[i], &row)) {
            u->job[u->n_job++] = row;
            kept[row.home->at]++;
        }
    for (size_t i = 0; i < m->n; i++) {
        struct node *n = m->node[i];
        for (size_t k = 0; !n->hidden && kept[i] < n->n_works &&
                           k < n->n_works; k++)
            if (!was_there(u, n, n->work[k].number))
                u->job[u->n_job++] = (struct job_row){ n, k };
    }
    free(kept);
}

static void
remember(struct ui *u)
{
    for (size_t i = 0; i < u->n_job; i++) {
        const struct job_row *r = &u->job[i];
        u->job_order[i] = (struct job_place){
            .home = (uint32_t)r->home->at,
            .number = r->home->work[r->work].number,
        };
    }
    u->n_job_order = u->n_job;
}

static void
make_room(struct ui *u, size_t n)
{
    if (n <= u->cap_job)
        return;
    u->cap_job = u->cap_job_order = n + n / 2;
    u->job = xrealloc(u->job, u->cap_job, sizeof *u->job);
    u->job_order = xrealloc(u->job_order, u->cap_job_order,
                            sizeof *u->job_order);
}

/* ---- the cursor: it stays on its workload and on its line ---- */

static void
place_cursor(struct ui *u, const struct job_place *on)
{
    struct list *l = &u->jobs;
    size_t line = l->at > l->top ? l->at - l->top : 0;

    for (size_t i = 0; on != NULL && i < l->n; i++)
        if (u->job[i].home->at == on->home &&
            u->job[i].home->work[u->job[i].work].number == on->number) {
            l->at = i;
            break;
        }
    if (l->at >= l->n)
        l->at = l->n > 0 ? l->n - 1 : 0;
    l->top = l->at > line ? l->at - line : 0;
    u->job_at = l->at;
    list_fill(l);
}

static bool
is_at(const struct ui *u, size_t i, const struct job_place *p)
{
    const struct job_row *r = &u->job[i];

    return r->home->at == p->home && r->work < r->home->n_works &&
           r->home->work[r->work].number == p->number;
}

void
ui_saw_job(struct ui *u)
{
    if (u->jobs.at >= u->jobs.n)
        return;
    const struct job_row *r = &u->job[u->jobs.at];
    if (r->work < r->home->n_works)
        u->job_seen = (struct job_place){
            .home = (uint32_t)r->home->at,
            .number = r->home->work[r->work].number,
        };
}

bool
ui_hold_job(struct ui *u)
{
    if (u->job_seen.number == 0)
        return true;    /* nothing is drawn yet */
    if (u->jobs.at < u->jobs.n && is_at(u, u->jobs.at, &u->job_seen))
        return true;
    for (size_t i = 0; i < u->jobs.n; i++)
        if (is_at(u, i, &u->job_seen)) {
            u->jobs.at = i;
            return true;
        }
    return false;
}

void
jobs_arrange(struct ui *u, const struct model *m)
{
    size_t n = count(m);
    struct job_place on = { .home = UINT32_MAX };
    bool changed = u->jobs_by_eta != u->jobs_sorted_by_eta ||
                   u->jobs_down != u->jobs_sorted_down;
    int64_t sorted_us = changed ? 0 : u->jobs_sorted_us;

    if (u->jobs.at != u->job_at)
        u->moved_us = m->now_us > 0 ? m->now_us : 1;
    /* Before the first movement the first one is what is looked at. */
    if (u->jobs.at < u->jobs.n && u->jobs.at < u->n_job_order &&
        (u->jobs.at > 0 || u->moved_us > 0))
        on = u->job_order[u->jobs.at];
    make_room(u, n);
    if (order_is_due(u, m->now_us, sorted_us, n > u->n_job_order)) {
        sort_all(u, m);
        u->jobs_sorted_us = order_time(u, m->now_us);
        u->jobs_sorted_by_eta = u->jobs_by_eta;
        u->jobs_sorted_down = u->jobs_down;
    } else {
        keep_order(u, m);
    }
    filter(u);
    remember(u);
    place_cursor(u, on.home != UINT32_MAX ? &on : NULL);
}
