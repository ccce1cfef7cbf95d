/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cmd.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/cut.h"
#include "ctl/download.h"
#include "ctl/follow.h"
#include "ctl/output.h"
#include "ctl/select.h"

enum { OPT_ORDER = 256, OPT_FAILED, OPT_FOLLOW, OPT_OUT, OPT_CHECKSUM };

const struct option_row results_options[] = {
    { "order", OPT_ORDER, VALUE_YES }, { "failed", OPT_FAILED, VALUE_NO },
    { "follow", OPT_FOLLOW, VALUE_NO }, { "out", OPT_OUT, VALUE_YES },
    { "checksum", OPT_CHECKSUM, VALUE_NO }, { NULL, 0, VALUE_NO }
};

static const struct column columns[] = {
    { "JOB", "job", false },        { "STATE", "state", false },
    { "NODE", "node", false },      { "EXIT", "exit", true },
    { NULL, "attempt", true },      { NULL, "signal", true },
    { "RUN", "run_s", true },       { NULL, "wait_s", true },
    { "RESULT", "result", false },  { NULL, "stdout", false },
    { NULL, "stderr", false },      { NULL, "truncated", false },
    { NULL, "error", false },       { NULL, "files", false },
    { NULL, NULL, false }
};

struct reading {
    struct lb_results_of of;
    const char *out;            /* --out DIR */
    bool checksum, lines;       /* lines: JSON, one a result (--follow) */
    struct table *table;        /* NULL: bytes, or lines */
    uint32_t crc;
    uint64_t bytes;
};

static void
add_row(struct table *t, const struct followed *f, const struct lb_result *r)
{
    char text[RESULT_TEXT_MAX];
    json_t *o = result_json(f, r);

    result_text(f, r, text);
    for (size_t i = 0; columns[i].json != NULL; i++) {
        json_t *v = json_incref(json_object_get(o, columns[i].json));
        char shown[96] = "";
        if (strcmp(columns[i].json, "result") == 0)
            table_json(t, v, text);
        else if (json_is_string(v))
            table_json(t, v, json_string_value(v));
        else if (json_is_integer(v)) {
            text_add(shown, sizeof shown, "%lld",
                     (long long)json_integer_value(v));
            table_json(t, v, shown);
        } else if (json_is_real(v)) {
            units_print_duration((int64_t)r->run_us, shown, sizeof shown);
            table_json(t, v, shown);
        } else
            table_json(t, v, "-");
    }
    json_decref(o);
}

static int
take(struct ctl *c, struct reading *g, const struct followed *f,
     const struct lb_result *r)
{
    struct span bytes = result_bytes(f, r);

    if (r->outcome != LB_JOB_DONE)
        ctl_status(c, EXIT_FAILED);
    g->crc = (uint32_t)crc32_z(g->crc, bytes.p, bytes.len);
    g->bytes += bytes.len;
    if (g->table != NULL)
        add_row(g->table, f, r);
    else if (g->lines)
        json_line(result_json(f, r));
    else if (g->out == NULL && !g->checksum &&
             fwrite(bytes.p, 1, bytes.len, stdout) != bytes.len)
        return ctl_stdout(c) != 0 ? EXIT_DISK : LB_OK;
    return LB_OK;
}

/* --follow on a table: rows as they come. */
static void
flush_rows(struct ctl *c, struct reading *g, const struct followed *f,
           const struct lb_result *r)
{
    char text[RESULT_TEXT_MAX], run[32];
    struct span bytes = result_bytes(f, r);

    (void)c;
    result_text(f, r, text);
    units_print_duration((int64_t)r->run_us, run, sizeof run);
    printf("%s.%u  %s  %s  %s  %s\n", f->name, r->index,
           outcome_name(r->outcome), r->node, run, text);
    fflush(stdout);
    g->bytes += bytes.len;
    g->crc = (uint32_t)crc32_z(g->crc, bytes.p, bytes.len);
    if (r->outcome != LB_JOB_DONE)
        ctl_status(c, EXIT_FAILED);
}

static void
finish(struct ctl *c, struct reading *g, const struct followed *f,
       struct value *v, uint32_t n_jobs)
{
    char value[VALUE_TEXT_MAX] = "";
    bool whole = g->of.ranges == NULL && !g->of.failed && !g->of.by_finish;
    bool has = whole && value_get(v, n_jobs, value);

    if (g->table != NULL)
        table_print(c, g->table, "results",
                    json_pack("{s:s,s:s?}", "workload", f->name, "value",
                              has ? value : NULL));
    if (g->checksum)
        printf("%08x  %llu bytes\n", g->crc, (unsigned long long)g->bytes);
    else if (has && c->output == OUTPUT_TABLE && g->out == NULL)
        printf("value %s\n", value);
    if (!has && value[0] != '\0')
        ctl_fail(c, EXIT_FAILED, "%s: %s", f->name, value);
    fflush(stdout);
}

/* --out: the result, and the files that came back beside it. */
static int
keep(struct ctl *c, struct save *save, const struct followed *f,
     const struct lb_result *r)
{
    const struct span any = { NULL, 0 };
    struct save_name dir;

    if (save_add(c, save, f, r) != 0)
        return -1;
    if (!save_folder(save, f, r, &dir))
        return 0;
    text_add(dir.text, sizeof dir.text, "/files");
    return download(c, f, r, dir.text, any);
}

static int
read_all(struct ctl *c, const struct target *t, struct reading *g,
         const struct followed *f, struct lb_progress *p)
{
    struct lb_results *all = lb_results_open(t->lb, &g->of);
    struct save *save = g->out != NULL ? save_open(c, g->out, false) : NULL;
    struct value *v = value_new(f);
    struct lb_result r;
    struct cut cut = { 0 };
    int status = g->out != NULL && save == NULL ? EXIT_DISK : LB_OK;
    bool rows = g->of.follow && c->output == OUTPUT_TABLE && !g->checksum &&
                g->out == NULL;

    while (status == LB_OK && lb_results_next(all, -1, &r)) {
        value_add(v, &r);
        if (rows)
            flush_rows(c, g, f, &r);
        else
            status = take(c, g, f, &r);
        cut_tell(c, &cut, f, &r);
        if (save != NULL && keep(c, save, f, &r) != 0)
            status = c->status;
    }
    if (status == LB_OK && lb_results_status(all) != LB_OK)
        status = target_failed(c, t, lb_results_status(all));
    if (save_close(c, save) != 0)
        status = EXIT_DISK;
    if (status == LB_OK)
        finish(c, g, f, v, p->jobs);
    cut_end(c, &cut, f);
    value_free(v);
    lb_results_free(all);
    return status;
}

static int
results_of(struct ctl *c, const struct target *t, struct reading *g)
{
    struct lb_progress p = { .version = 0 };
    struct followed f;
    struct lb_reply *keep;

    if (followed_ask(c, t, &f, &keep) != 0)
        return c->status;
    int status = lb_wait(t->lb, t->number, 0, &p);
    if (status != LB_OK)
        target_failed(c, t, status);
    g->of.workload = t->number;
    g->of.ranges = t->ranges;
    g->lines = g->of.follow && c->output == OUTPUT_JSON;
    bool bytes = g->out != NULL || g->checksum || g->lines ||
                 c->output == OUTPUT_RAW ||
                 (g->of.follow && c->output == OUTPUT_TABLE);
    g->table = bytes ? NULL : table_new(columns);
    g->crc = 0;
    g->bytes = 0;
    if (status == LB_OK)
        read_all(c, t, g, &f, &p);
    table_free(g->table);
    lb_reply_free(keep);
    return c->status;
}

int
results_main(struct ctl *c, struct args *a)
{
    static const char *const orders[] = { "index", "finish", NULL };
    struct reading g = { .out = NULL };
    struct targets t;
    int id, i;

    while ((id = args_next(c, a)) > 0)
        switch (id) {
        case OPT_ORDER:
            i = args_choice(c, a, orders);
            if (i < 0)
                return c->status;
            g.of.by_finish = i == 1;
            break;
        case OPT_FAILED:
            g.of.failed = true;
            break;
        case OPT_FOLLOW:
            g.of.follow = true;
            break;
        case OPT_OUT:
            g.out = a->value;
            break;
        default:
            g.checksum = true;
        }
    if (id < 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    ctl_catch_signals();
    int ok = select_words(c, a->word, a->n_words, &t);
    targets_join(&t);
    if (ok == 0)
        for (size_t k = 0; k < t.n; k++)
            results_of(c, &t.v[k], &g);
    targets_fini(&t);
    return c->status;
}
