/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/output.h"
#include "ctl/reach.h"
#include "ctl/select.h"

enum { OPT_STATE = 256, OPT_NODE, OPT_JOBS, OPT_SORT, OPT_COLUMNS,
       OPT_LIMIT };
enum { ASK_MAX = 1000 };

const struct option_row list_options[] = {
    { "state", OPT_STATE, VALUE_YES },     { "node", OPT_NODE, VALUE_YES },
    { "jobs", OPT_JOBS, VALUE_NO },        { "sort", OPT_SORT, VALUE_YES },
    { "columns", OPT_COLUMNS, VALUE_YES }, { "limit", OPT_LIMIT, VALUE_YES },
    { NULL, 0, VALUE_NO }
};

static const struct column workload_columns[] = {
    { "WORKLOAD", "workload", false }, { "NAME", "name", false },
    { "KIND", "kind", false },         { "STATE", "state", false },
    { "JOBS", "jobs", true },          { "QUEUED", "queued", true },
    { "RUN", "running", true },        { "DONE", "done", true },
    { "FAIL", "failed", true },        { NULL, "cancelled", true },
    { "AGE", "age_s", true },          { "LEFT", "left_s", true },
    { NULL, "home", false },           { NULL, "ended_s", true },
    { NULL, "priority", true },        { NULL, NULL, false }
};
static const struct column job_columns[] = {
    { "JOB", "job", false },       { "STATE", "state", false },
    { "NODE", "node", false },     { "ATTEMPT", "attempt", true },
    { "WAIT", "wait_s", true },    { "RUN", "run_s", true },
    { "RESULT", "result", false }, { NULL, NULL, false }
};

struct listing {
    const char *states, *node, *sort, *columns;
    bool jobs;
    uint64_t limit, asked;      /* jobs: rows; how each of them failed */
    struct table *table;
};

const char *
workload_state(const struct lb_workload_info *w)
{
    if (w->ended)
        return w->failed > 0 ? "failed" : w->cancelled > 0 ? "cancelled"
                                                           : "done";
    if (w->held)
        return "held";
    uint32_t over = w->done + w->failed + w->cancelled;
    return over > 0 && over < w->jobs && w->queued == 0 && w->running == 0
               ? "incomplete" : "running";
}

static bool
lists(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ",");
        if (len == n && memcmp(at, word, n) == 0)
            return true;
        at += len + (at[len] == ',');
    }
    return list == NULL;
}

/* Is each word of --state a state? -1 after a message. */
static int
check_states(struct ctl *c, const struct listing *g)
{
    const char *known = g->jobs
        ? "held,queued,running,done,failed,cancelled,unknown"
        : "held,running,incomplete,done,failed,cancelled";
    char word[64];

    for (const char *at = g->states; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ",");
        word[0] = '\0';
        text_add(word, sizeof word, "%.*s", (int)len, at);
        if (!lists(known, word)) {
            ctl_fail(c, EXIT_USAGE, "--state: \"%s\" is not one of %s%s",
                     word, known, g->jobs ? "" : ", the states of workloads; "
                     "those of jobs are with --jobs");
            return -1;
        }
        at += len + (at[len] == ',');
    }
    return 0;
}

static void
workload_row(struct listing *g, const struct target *t,
             const struct lb_workload_info *w)
{
    struct table *b = g->table;
    uint32_t ended = w->done + w->failed + w->cancelled;

    if (!lists(g->states, workload_state(w)))
        return;
    table_text(b, t->name);
    if (w->label[0] != '\0')
        table_text(b, w->label);
    else
        table_null(b);
    table_text(b, w->kind);
    table_text(b, workload_state(w));
    table_number(b, w->jobs);
    table_number(b, w->queued);
    table_number(b, w->running);
    table_number(b, w->done);
    table_number(b, w->failed);
    table_number(b, w->cancelled);
    table_duration(b, w->age_us);
    if (!w->ended && ended > 0)
        table_duration(b, w->age_us / ended * (w->jobs - ended));
    else
        table_null(b);
    table_text(b, t->home);
    if (w->ended)
        table_duration(b, w->ended_age_us);
    else
        table_null(b);
    table_number(b, w->priority);
}

static void
number_cell(struct table *b, const uint8_t *row, size_t len, const char *key)
{
    char text[32];
    uint64_t n;
    bool is_time = strstr(key, "_us") != NULL;

    if (!lb_row_get(row, len, key, text, sizeof text) ||
        text_u64(text, 0, UINT64_MAX, &n) != 0)
        table_null(b);
    else if (is_time)
        table_duration(b, n);
    else
        table_number(b, n);
}

static void
text_cell(struct table *b, const uint8_t *row, size_t len, const char *key)
{
    char text[128] = "";

    lb_row_get(row, len, key, text, sizeof text);
    if (text[0] != '\0')
        table_text(b, text);
    else
        table_null(b);
}

/* How a job failed; what its state says already is not said again. */
static void
result_cell(struct listing *g, const struct target *t, const uint8_t *row,
            size_t len)
{
    struct lb_call call = { .op = "show" };
    struct lb_reply *r = NULL;
    char index[16], state[32] = "";
    const char *error = NULL;
    uint64_t job;

    lb_row_get(row, len, "state", state, sizeof state);
    if (lists("failed,cancelled", state) && g->asked++ < ASK_MAX &&
        lb_row_get(row, len, "index", index, sizeof index) &&
        text_u64(index, 0, UINT32_MAX, &job) == 0) {
        lb_call_number(&call, "workload", t->number);
        lb_call_number(&call, "job", job);
        if (lb_call_do(t->lb, &call, &r) == LB_OK)
            error = lb_reply_get(r, "error", NULL);
    }
    if (error != NULL && error[0] != '\0' && strcmp(error, state) != 0)
        table_text(g->table, error);
    else
        table_null(g->table);
    lb_reply_free(r);
}

static void
list_jobs(struct ctl *c, struct listing *g, const struct target *t)
{
    struct lb_call call = { .op = "job_list" };
    struct lb_reply *r;
    const uint8_t *row;
    size_t len, at = 0;
    char index[16], job[128], node[64];

    target_call(&call, t);
    lb_call_text(&call, "state", g->states);
    lb_call_number(&call, "limit", g->limit);
    int status = lb_call_do(t->lb, &call, &r);
    if (status != LB_OK)
        target_failed(c, t, status);
    while (status == LB_OK && lb_reply_row(r, &at, &row, &len)) {
        node[0] = '\0';
        lb_row_get(row, len, "node", node, sizeof node);
        if (!lb_row_get(row, len, "index", index, sizeof index) ||
            (g->node != NULL && !lists(g->node, node)))
            continue;
        job[0] = '\0';
        text_add(job, sizeof job, "%s.%s", t->name, index);
        table_text(g->table, job);
        text_cell(g->table, row, len, "state");
        text_cell(g->table, row, len, "node");
        number_cell(g->table, row, len, "attempt");
        number_cell(g->table, row, len, "wait_us");
        number_cell(g->table, row, len, "run_us");
        result_cell(g, t, row, len);
    }
    lb_reply_free(r);
}

static void
list_target(struct ctl *c, struct listing *g, const struct target *t)
{
    struct lb_workload_info *w;
    size_t n;

    if (g->jobs) {
        list_jobs(c, g, t);
        return;
    }
    int status = lb_list(t->lb, t->number, &w, &n);
    if (status != LB_OK)
        target_failed(c, t, status);
    for (size_t i = 0; i < n; i++)
        workload_row(g, t, &w[i]);
    free(w);
}

/* All workloads of all nodes, or of those named. */
static int
list_all(struct ctl *c, struct listing *g)
{
    const char *words[1] = { g->node != NULL && !g->jobs ? g->node : "all" };
    size_t n = 0, k = 0;
    char (*name)[64] = reach_names(c, words, 1, &n);

    if (name == NULL)
        return c->status;
    for (size_t i = 0; i < n; i++) {
        struct lb_workload_info *w;
        struct lb *lb = reach(c, name[i]);
        if (lb == NULL)
            continue;
        int status = lb_list(lb, 0, &w, &k);
        if (status != LB_OK)
            ctl_failed(c, lb, status);
        for (size_t m = 0; m < k; m++) {
            struct target t = { .number = w[m].number, .lb = lb };
            memcpy(t.home, name[i], sizeof t.home);
            text_add(t.name, sizeof t.name, "%s-%u", name[i], w[m].number);
            if (g->jobs)
                list_jobs(c, g, &t);
            else
                workload_row(g, &t, &w[m]);
        }
        free(w);
    }
    free(name);
    return c->status;
}

static int
take(struct ctl *c, struct listing *g, const struct args *a, int id)
{
    switch (id) {
    case OPT_STATE:
        g->states = a->value;
        return 0;
    case OPT_NODE:
        g->node = a->value;
        return 0;
    case OPT_JOBS:
        g->jobs = true;
        return 0;
    case OPT_SORT:
        g->sort = a->value;
        return 0;
    case OPT_COLUMNS:
        g->columns = a->value;
        return 0;
    default:
        return args_number(c, a, 1, 20000, &g->limit);
    }
}

/* No more rows than wanted: of workloads the newest, unless sorted. */
static void
cut(struct ctl *c, struct listing *g)
{
    size_t n = table_rows(g->table);

    if (g->sort != NULL || g->jobs)
        table_limit(g->table, (size_t)g->limit);
    else
        table_least(g->table, "age_s", (size_t)g->limit);
    if (!g->jobs && n > g->limit)
        ctl_note(c, "%zu of %zu workloads; --limit %zu shows all",
                 table_rows(g->table), n, n);
}

int
list_main(struct ctl *c, struct args *a)
{
    struct listing g = { .limit = 1000 };
    struct targets t = { .n = 0 };
    int id;

    while ((id = args_next(c, a)) > 0)
        if (take(c, &g, a, id) != 0)
            return c->status;
    if (id < 0 || check_states(c, &g) != 0)
        return c->status;
    g.table = table_new(g.jobs ? job_columns : workload_columns);
    /* A wrong column is said before anybody is asked. */
    if ((g.columns != NULL && table_pick(c, g.table, g.columns) != 0) ||
        (g.sort != NULL && table_sort(c, g.table, g.sort) != 0))
        goto out;
    if (a->n_words == 0)
        list_all(c, &g);
    else if (select_words(c, a->word, a->n_words, &t) == 0)
        for (size_t i = 0; i < t.n; i++)
            list_target(c, &g, &t.v[i]);
    if (g.sort != NULL)
        table_sort(c, g.table, g.sort);
    cut(c, &g);
    if (c->status == 0 || table_rows(g.table) > 0)
        table_print(c, g.table, g.jobs ? "jobs" : "workloads", NULL);
    targets_fini(&t);
out:
    table_free(g.table);
    return c->status;
}
