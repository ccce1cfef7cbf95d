/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/plain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/glyph.h"
#include "tui/plain_table.h"

enum { TIME_MAX = 40 };

/* What is printed now: of the nodes those that the filter lets through, in
 * order. */
struct block {
    const struct plain *p;
    const struct model *m;
    struct node **node;
    size_t n;
    char time[TIME_MAX];        /* "2026-11-20T14:02:37.114Z" */
};

static void
time_text(int64_t wall_ms, bool millis, char dst[TIME_MAX])
{
    time_t s = (time_t)(wall_ms / 1000);
    struct tm tm;

    if (gmtime_r(&s, &tm) == NULL ||
        strftime(dst, TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        dst[0] = '\0';
    if (millis)
        text_add(dst, TIME_MAX, ".%03d", (int)(wall_ms % 1000));
    text_add(dst, TIME_MAX, "Z");
}

static void
small_letters(char *dst, size_t cap, const char *text)
{
    dst[0] = '\0';
    text_add(dst, cap, "%s", text);
    for (; *dst != '\0'; dst++)
        if (*dst >= 'A' && *dst <= 'Z')
            *dst = (char)(*dst - 'A' + 'a');
}

static void
capitals(char *dst, size_t cap, const char *text)
{
    dst[0] = '\0';
    text_add(dst, cap, "%s", text);
    for (; *dst != '\0'; dst++)
        if (*dst >= 'a' && *dst <= 'z')
            *dst = (char)(*dst - 'a' + 'A');
}

/* ---- nodes ---- */

static const enum column usual[] = {
    COLUMN_NODE, COLUMN_STATE, COLUMN_LOAD, COLUMN_THROTTLE, COLUMN_PEND,
    COLUMN_RUN, COLUMN_DONE, COLUMN_IN, COLUMN_OUT, COLUMN_POLICY, COLUMN_AGE,
};
static const enum column of_map[] = { COLUMN_NODE, COLUMN_STATE, COLUMN_LOAD };

/* Whole numbers in JSON as well. */
static bool
is_whole(enum column c)
{
    switch (c) {
    case COLUMN_THROTTLE: case COLUMN_PEND: case COLUMN_HELD:
    case COLUMN_RUN: case COLUMN_SLOTS: case COLUMN_DONE: case COLUMN_FAILED:
    case COLUMN_THROTTLE_TARGET:
        return true;
    default:
        return false;
    }
}

/* Of a node that is not up, what it is remains known. */
static bool
outlives(enum column c)
{
    return column_table[c].type == COLUMN_TEXT && c != COLUMN_POLICY;
}

static void
number_cell(struct plain_table *t, enum column c, double v)
{
    char text[32] = "";

    if (is_whole(c)) {
        plain_count(t, (uint64_t)v);
        return;
    }
    if (c == COLUMN_AGE) {
        text_add(text, sizeof text, "%lld", (long long)(v / 1e6));
    } else if (column_table[c].type == COLUMN_DURATION) {
        units_print_duration((int64_t)v, text, sizeof text);
    } else if (c == COLUMN_RATE || column_table[c].type == COLUMN_SPARK) {
        rate_text(text, v);
    } else {
        text_add(text, sizeof text, "%lld", (long long)(v + 0.5));
    }
    plain_real(t, column_table[c].type == COLUMN_DURATION ? v / 1e6 : v, text);
}

static void
node_cell(struct plain_table *t, const struct model *m, const struct node *n,
          enum column c)
{
    const char *word = column_word(n, c);
    char state[24];

    if (!node_is_up(n) && !outlives(c)) {
        plain_null(t);
    } else if (c == COLUMN_STATE) {
        small_letters(state, sizeof state, word);
        plain_text(t, state);
        plain_style(t, node_style(n));
    } else if (word != NULL) {
        plain_text(t, word);
    } else {
        double v = column_number(m, n, c);
        if (isnan(v))
            plain_null(t);
        else
            number_cell(t, c, v);
    }
}

static void
node_column(struct plain_table *t, enum column c)
{
    const struct column_info *k = &column_table[c];
    char head[24], key[32] = "";

    capitals(head, sizeof head, k->type == COLUMN_SPARK ? k->name : k->head);
    text_add(key, sizeof key, "%s%s", k->name,
             k->type == COLUMN_DURATION ? "_s" : "");
    plain_column(t, head, key, k->type == COLUMN_TEXT);
}

static void
nodes(const struct block *b, struct plain_table *t)
{
    const enum column *column = b->p->column;
    size_t n = b->p->n_columns;

    if (column == NULL || n == 0) {
        bool map = b->p->screen == SCREEN_MAP;
        column = map ? of_map : usual;
        n = map ? sizeof of_map / sizeof *of_map
                : sizeof usual / sizeof *usual;
    }
    if (n > PLAIN_COLUMNS)
        n = PLAIN_COLUMNS;
    t->list = "nodes";
    for (size_t k = 0; k < n; k++)
        node_column(t, column[k]);
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < n; k++)
            node_cell(t, b->m, b->node[i], column[k]);
}

/* ---- workloads ---- */

static const struct {
    const char *head, *key;
    bool left;
} job_columns[] = {
    { "WORKLOAD", "workload", true }, { "LABEL", "label", true },
    { "HOME", "home", true }, { "KIND", "kind", true },
    { "STATE", "state", true }, { "DONE", "done", false },
    { "TOTAL", "total", false }, { "RUN", "run", false },
    { "PEND", "pend", false }, { "FAILED", "failed", false },
    { "RATE", "rate", false }, { "ETA", "eta_s", false },
};
enum { N_JOB_COLUMNS = sizeof job_columns / sizeof *job_columns, N_TEXTS = 5 };

static void
job_row(struct plain_table *t, const struct node *home, const struct work *w)
{
    char id[96] = "", text[32] = "";
    int64_t eta_us = work_eta_us(w);
    bool up = node_is_up(home);

    text_add(id, sizeof id, "%s-%u", home->name, (unsigned)w->number);
    plain_text(t, id);
    plain_text(t, w->label);
    plain_text(t, home->name);
    plain_text(t, w->kind);
    plain_text(t, up ? work_state(w) : "lost");
    plain_style(t, up ? STYLE_TEXT : STYLE_LOST);
    for (size_t i = N_TEXTS; !up && i < N_JOB_COLUMNS; i++)
        plain_null(t);
    if (!up)
        return;
    plain_count(t, w->done);
    plain_count(t, w->n_jobs);
    plain_count(t, w->running);
    plain_count(t, w->queued);
    plain_count(t, w->failed);
    rate_text(text, w->rate);
    if (w->rate >= 0)
        plain_real(t, w->rate, text);
    else
        plain_null(t);
    if (eta_us >= 0) {
        units_print_duration(eta_us - eta_us % 1000000, text, sizeof text);
        plain_real(t, (double)eta_us / 1e6, text);
    } else {
        plain_null(t);
    }
}

static void
workloads(const struct block *b, struct plain_table *t)
{
    t->list = "jobs";
    for (size_t k = 0; k < N_JOB_COLUMNS; k++)
        plain_column(t, job_columns[k].head, job_columns[k].key,
                     job_columns[k].left);
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->node[i]->n_works; k++)
            if (query_match_row(b->p->filter,
                                &(struct job_row){ b->node[i], k }))
                job_row(t, b->node[i], &b->node[i]->work[k]);
}

/* ---- messages ---- */

static void
messages(const struct block *b, struct plain_table *t)
{
    uint64_t all = 0, *last = b->p->last_note != NULL ? b->p->last_note : &all;
    bool first = *last == UINT64_MAX;
    size_t new = 0;
    char at[TIME_MAX];

    t->list = "messages";
    t->time = NULL;
    plain_column(t, "TIME", "time", true);
    plain_column(t, "LEVEL", "level", true);
    plain_column(t, "NODE", "node", true);
    plain_column(t, "TIMES", "times", false);
    plain_column(t, "MESSAGE", "text", true);
    while (new < notes_count(b->m->notes) &&
           (first || notes_at(b->m->notes, new)->number > *last))
        new++;
    *last = first ? 0 : *last;
    for (size_t i = new; i-- > 0;) {
        const struct note *n = notes_at(b->m->notes, i);
        *last = n->number > *last ? n->number : *last;
        if (n->level > NOTE_INFO || !query_match_row(b->p->filter, n))
            continue;
        time_text(b->m->wall_ms + n->at_us / 1000, true, at);
        plain_text(t, at);
        plain_text(t, note_level_name(n->level));
        plain_style(t, n->level == NOTE_ERROR  ? STYLE_ERROR
                       : n->level == NOTE_WARN ? STYLE_WARN : STYLE_TEXT);
        plain_text(t, n->from);
        plain_count(t, n->times);
        plain_text(t, n->text);
    }
}

/* ---- a block ---- */

/* What a node that is not up had last is not printed, so it is not its place
 * either: such nodes come last, in the order that they have. */
static void
put_unknown_last(struct block *b)
{
    struct node **last = xcalloc(b->n + 1, sizeof(struct node *));
    size_t up = 0, n = 0;

    for (size_t i = 0; i < b->n; i++)
        if (node_is_up(b->node[i]))
            b->node[up++] = b->node[i];
        else
            last[n++] = b->node[i];
    memcpy(b->node + up, last, n * sizeof(struct node *));
    free(last);
}

static void
choose(struct block *b)
{
    const bool rows = ui_table_of(b->p->screen) != NULL;

    b->node = xcalloc(b->m->n + 1, sizeof(struct node *));
    for (size_t i = 0; i < b->m->n; i++)
        if (!b->m->node[i]->hidden &&
            (rows || query_match(b->p->filter, b->m, b->m->node[i])))
            b->node[b->n++] = b->m->node[i];
    sort_nodes(b->m, &b->p->sort, b->node, b->n);
    if (!outlives(b->p->sort.by))
        put_unknown_last(b);
}

/* "# lbtop 1 TIME nodes=2 ...": the sums of the title and the meters, of the
 * cluster whatever is shown of it. */
static void
print_head(FILE *to, const struct block *b, size_t shown)
{
    struct totals t;
    char at[TIME_MAX];

    model_totals(b->m, &t);
    time_text(b->m->wall_ms + b->m->now_us / 1000, false, at);
    fprintf(to, "# lbtop 1 %s nodes=%u up=%u stale=%u lost=%u done=%llu "
            "running=%llu pending=%llu failed=%llu held=%llu counted=%s", at,
            t.nodes, t.up, t.stale, t.lost, (unsigned long long)t.done,
            (unsigned long long)t.running, (unsigned long long)t.pending,
            (unsigned long long)t.failed, (unsigned long long)t.held,
            t.by_jobs ? "jobs" : "runs");
    if (b->p->filter != NULL)
        fprintf(to, " shown=%zu", shown);
    fputc('\n', to);
}

static void
fill(const struct block *b, struct plain_table *t)
{
    if (b->p->screen == SCREEN_JOBS)
        workloads(b, t);
    else if (b->p->screen == SCREEN_MESSAGES)
        messages(b, t);
    else
        nodes(b, t);
}

int
plain_print(FILE *to, const struct plain *p, const struct model *m)
{
    struct block b = { .p = p, .m = m };
    struct plain_table t = { .time = b.time };

    if (p->form == PLAIN_NONE)
        return 0;
    time_text(m->wall_ms + m->now_us / 1000, true, b.time);
    choose(&b);
    fill(&b, &t);
    errno = 0;
    switch (p->form) {
    case PLAIN_TABLE:
        print_head(to, &b, t.n_columns > 0 ? t.n_cells / t.n_columns : 0);
        if (t.n_cells > 0 || p->screen != SCREEN_MESSAGES)
            plain_print_table(to, &t, p->width, p->colour);
        break;
    case PLAIN_JSON: plain_print_json(to, &t, b.time); break;
    case PLAIN_RAW: plain_print_raw(to, &t); break;
    case PLAIN_NONE: break;
    }
    plain_table_fini(&t);
    free(b.node);
    if (fflush(to) != 0 || ferror(to))
        return errno != 0 ? -errno : -EIO;
    return 0;
}
