/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "tests/unit/tui_nodes_help.h"
#include "tui/plain.h"

static char *printed;

static const char *
print(const struct plain *p, const struct model *m)
{
    size_t len;
    FILE *to;

    free(printed);
    to = open_memstream(&printed, &len);
    assert_non_null(to);
    assert_int_equal(plain_print(to, p, m), 0);
    fclose(to);
    return printed;
}

/* alpha01, alpha03, gamma03 (lost), beta 1 (stale): as in the manual. */
static struct model *
cluster(void)
{
    struct model *m = model_new(help_wall_ms - 50000);
    struct node *n;

    m->now_us = 50 * 1000000;
    n = help_node(m, "gamma03");
    n->told.queued = 40;
    n->told.done = 1;
    node_see(m, n, SEEN_LOST);
    n = help_node(m, "alpha01");
    n->told.cpu_permille = 914;
    n->told.throttle_percent = 100;
    n->told.queued = 2210;
    n->told.running = 8;
    n->told.done = 3120;
    n->out_s = 9.2;
    n->rtt_us = 32000;
    n->told.drain_us = 47000000;
    n = help_node(m, "alpha03");
    n->told.queued = 1422;
    n->told.failed = 3;
    n->heard_us -= 400000;
    n->done_s = 14.24;
    ring_add(&n->load, m->now_us, 33.25F);
    n = help_node(m, "beta\x1b 1");
    n->told.phase = PHASE_PAUSE;
    help_text(n->tags, sizeof n->tags, "rack=r2 a\\b");
    node_see(m, n, SEEN_STALE);
    return m;
}

static void
prints_the_table_of_the_manual(void **state)
{
    (void)state;
    struct model *m = cluster();
    char err[QUERY_ERROR_MAX];
    struct plain p = { .form = PLAIN_TABLE, .screen = SCREEN_NODES,
                       .sort = { COLUMN_NODE, false } };

    p.filter = query_new("alpha01|gamma03", err);
    assert_string_equal(print(&p, m),
        "# lbtop 1 2026-11-20T14:02:37Z nodes=4 up=2 stale=1 lost=1 "
        "done=3121 running=8 pending=3632 failed=3 held=0 counted=runs "
        "shown=2\n"
        "NODE     STATE  LOAD  THROTTLE  PEND  RUN  DONE  IN/S  OUT/S  "
        "POLICY  AGE\n"
        "alpha01  run      91       100  2210    8  3120     0      9  "
        "hybrid    0\n"
        "gamma03  lost      -         -     -    -     -     -      -  "
        "-         -\n");
    query_free(p.filter);
    model_free(m);
}

static const enum column some[] = {
    COLUMN_NODE, COLUMN_STATE, COLUMN_THROTTLE, COLUMN_THROTTLE_TARGET,
    COLUMN_PEND, COLUMN_AGE,
};

static void
prints_json_of_the_manual(void **state)
{
    (void)state;
    struct model *m = cluster();
    char err[QUERY_ERROR_MAX];
    struct plain p = { .form = PLAIN_JSON, .screen = SCREEN_NODES,
                       .column = some, .n_columns = 6 };

    p.filter = query_new("alpha03|gamma03", err);
    assert_string_equal(print(&p, m),
        "{\"v\":1,\"time\":\"2026-11-20T14:02:37.114Z\",\"nodes\":[\n"
        "{\"node\":\"alpha03\",\"state\":\"run\",\"throttle\":80,"
        "\"throttle_target\":80,\"pend\":1422,\"age_s\":0.4},\n"
        "{\"node\":\"gamma03\",\"state\":\"lost\",\"throttle\":null,"
        "\"throttle_target\":null,\"pend\":null,\"age_s\":null}]}\n");
    query_free(p.filter);
    p.filter = query_new("none", err);
    assert_string_equal(print(&p, m),
        "{\"v\":1,\"time\":\"2026-11-20T14:02:37.114Z\",\"nodes\":[]}\n");
    query_free(p.filter);
    model_free(m);
}

static void
prints_raw_without_blanks_in_values(void **state)
{
    (void)state;
    static const enum column column[] = { COLUMN_NODE, COLUMN_STATE,
                                          COLUMN_TAGS, COLUMN_RTT,
                                          COLUMN_LASTS, COLUMN_RATE };
    struct model *m = cluster();
    struct plain p = { .form = PLAIN_RAW, .screen = SCREEN_NODES,
                       .column = column, .n_columns = 6,
                       .sort = { COLUMN_NODE, true } };

    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:37.114Z gamma03 lost - - - -\n"
        "2026-11-20T14:02:37.114Z beta?\\x201 stale rack=r2\\x20a\\x5cb - - "
        "0.0\n"
        "2026-11-20T14:02:37.114Z alpha03 run - - - 14.2\n"
        "2026-11-20T14:02:37.114Z alpha01 run - 32ms 47s 0.0\n");
    /* What is not printed does not say where a node stands. */
    p.n_columns = 2;
    p.sort = (struct sort){ COLUMN_PEND, true };
    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:37.114Z alpha01 run\n"
        "2026-11-20T14:02:37.114Z alpha03 run\n"
        "2026-11-20T14:02:37.114Z beta?\\x201 stale\n"
        "2026-11-20T14:02:37.114Z gamma03 lost\n");
    p.form = PLAIN_NONE;
    assert_string_equal(print(&p, m), "");
    model_free(m);
}

/* Any columns: what is parsed again has numbers as numbers. */
static void
json_is_json_with_every_column(void **state)
{
    (void)state;
    enum column column[COLUMNS_];
    struct model *m = cluster();
    struct plain p = { .form = PLAIN_JSON, .screen = SCREEN_NODES,
                       .column = column, .n_columns = COLUMNS_,
                       .sort = { COLUMN_NODE, false } };
    json_t *all, *row;

    for (int i = 0; i < COLUMNS_; i++)
        column[i] = (enum column)i;
    all = json_loads(print(&p, m), 0, NULL);
    assert_non_null(all);
    row = json_array_get(json_object_get(all, "nodes"), 1);
    assert_int_equal(json_object_size(row), COLUMNS_);
    assert_string_equal(json_string_value(json_object_get(row, "node")),
                        "alpha03");
    assert_true(json_real_value(json_object_get(row, "load60")) == 33.25);
    assert_true(json_real_value(json_object_get(row, "rate")) == 14.24);
    assert_int_equal(json_integer_value(json_object_get(row, "failed")), 3);
    assert_true(json_is_null(json_object_get(row, "rtt_s")));
    assert_true(json_is_null(json_object_get(row, "tags")));
    assert_true(json_is_null(json_object_get(row, "mem")));
    row = json_array_get(json_object_get(all, "nodes"), 0);
    assert_true(json_real_value(json_object_get(row, "rtt_s")) == 0.032);
    assert_true(json_real_value(json_object_get(row, "lasts_s")) == 47);
    row = json_array_get(json_object_get(all, "nodes"), 2);
    assert_string_equal(json_string_value(json_object_get(row, "node")),
                        "beta? 1");
    json_decref(all);
    model_free(m);
}

static void
colours_and_cuts_tables_when_told(void **state)
{
    (void)state;
    static const enum column column[] = { COLUMN_NODE, COLUMN_STATE,
                                          COLUMN_POLICY };
    struct model *m = cluster();
    struct plain p = { .form = PLAIN_TABLE, .screen = SCREEN_NODES,
                       .column = column, .n_columns = 3, .width = 14,
                       .sort = { COLUMN_NODE, false } };
    const char *text = strchr(print(&p, m), '\n') + 1;

    assert_string_equal(text, "NODE     STATE\n"
                              "alpha01  run\n"
                              "alpha03  run\n"
                              "beta? 1  stale\n"
                              "gamma03  lost\n");
    p.width = 0;
    p.n_columns = 2;
    p.colour = true;
    text = strchr(print(&p, m), '\n') + 1;
    assert_string_equal(text, "\x1b[1mNODE\x1b[0m     \x1b[1mSTATE\x1b[0m\n"
                              "alpha01  run\n"
                              "alpha03  run\n"
                              "beta? 1  \x1b[33mstale\x1b[0m\n"
                              "gamma03  \x1b[1;31mlost\x1b[0m\n");
    model_free(m);
}

static void
prints_workloads(void **state)
{
    (void)state;
    struct model *m = cluster();
    struct plain p = { .form = PLAIN_TABLE, .screen = SCREEN_JOBS,
                       .sort = { COLUMN_NODE, false } };
    struct work w = { .number = 7, .n_jobs = 100, .queued = 60, .running = 8,
                      .done = 32, .rate = 10, .kind = "fib",
                      .label = "a b" };

    for (size_t i = 0; i < 2; i++) {
        m->node[i]->work = xmemdup(&w, sizeof w);
        m->node[i]->n_works = m->node[i]->cap_works = 1;
    }
    m->node[0]->work->label[0] = '\0';
    const char *text = strchr(print(&p, m), '\n') + 1;
    assert_string_equal(text,
        "WORKLOAD   LABEL  HOME     KIND  STATE  DONE  TOTAL  RUN  PEND  "
        "FAILED  RATE  ETA\n"
        "alpha01-7  a b    alpha01  fib   run      32    100    8    60  "
        "     0  10.0   6s\n"
        "gamma03-7  -      gamma03  fib   lost      -      -    -     -  "
        "     -     -    -\n");
    p.form = PLAIN_RAW;
    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:37.114Z alpha01-7 a\\x20b alpha01 fib run 32 100 8 "
        "60 0 10.0 6s\n"
        "2026-11-20T14:02:37.114Z gamma03-7 - gamma03 fib lost - - - - - - "
        "-\n");
    /* A filter is of the list that is printed; the head stays the cluster's. */
    char err[QUERY_ERROR_MAX];
    p.filter = query_new_of(ui_table_of(SCREEN_JOBS), "kind=fib state=run",
                            err);
    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:37.114Z alpha01-7 a\\x20b alpha01 fib run 32 100 8 "
        "60 0 10.0 6s\n");
    query_free(p.filter);
    p.filter = query_new_of(ui_table_of(SCREEN_JOBS), "fail>0", err);
    p.form = PLAIN_TABLE;
    assert_non_null(strstr(print(&p, m), " nodes=4 up=2 "));
    assert_non_null(strstr(print(&p, m), " shown=0\n"));
    query_free(p.filter);
    assert_null(query_new_of(ui_table_of(SCREEN_JOBS), "zzz>1", err));
    assert_string_equal(err, "zzz>1 : no column \"zzz\"; columns: workload "
                        "label home kind state done total run pend fail "
                        "progress rate eta age (position 1)");
    model_free(m);
}

static void
prints_each_message_once(void **state)
{
    (void)state;
    struct model *m = model_new(help_wall_ms);
    uint64_t last = 0;
    struct plain p = { .form = PLAIN_TABLE, .screen = SCREEN_MESSAGES,
                       .last_note = &last };

    model_note(m, NOTE_INFO, "one");
    model_note(m, NOTE_DEBUG, "too much");
    m->now_us = 2000000;
    model_note(m, NOTE_ERROR, "two\nlines");
    const char *text = strchr(print(&p, m), '\n') + 1;
    assert_string_equal(text,
        "TIME                      LEVEL  NODE   TIMES  MESSAGE\n"
        "2026-11-20T14:02:37.114Z  info   lbtop      1  one\n"
        "2026-11-20T14:02:39.114Z  error  lbtop      1  two?lines\n");
    assert_string_equal(strchr(print(&p, m), '\n') + 1, "");
    model_note(m, NOTE_WARN, "three");
    p.form = PLAIN_RAW;
    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:39.114Z warn lbtop 1 three\n");
    char err[QUERY_ERROR_MAX];
    p.form = PLAIN_RAW;
    last = 0;
    p.filter = query_new_of(ui_table_of(SCREEN_MESSAGES), "level=warn", err);
    assert_string_equal(print(&p, m),
        "2026-11-20T14:02:39.114Z warn lbtop 1 three\n");
    query_free(p.filter);
    p.filter = NULL;
    p.form = PLAIN_JSON;
    assert_string_equal(print(&p, m),
        "{\"v\":1,\"time\":\"2026-11-20T14:02:39.114Z\",\"messages\":[]}\n");
    model_free(m);
}

static void
tells_when_it_cannot_write(void **state)
{
    (void)state;
    struct model *m = cluster();
    struct plain p = { .form = PLAIN_TABLE, .screen = SCREEN_NODES };
    FILE *full = fopen("/dev/full", "w");

    if (full == NULL)
        skip();
    assert_int_equal(plain_print(full, &p, m), -ENOSPC);
    fclose(full);
    model_free(m);
}

static int
finish(void **state)
{
    (void)state;
    free(printed);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_the_table_of_the_manual),
        cmocka_unit_test(prints_json_of_the_manual),
        cmocka_unit_test(prints_raw_without_blanks_in_values),
        cmocka_unit_test(json_is_json_with_every_column),
        cmocka_unit_test(colours_and_cuts_tables_when_told),
        cmocka_unit_test(prints_workloads),
        cmocka_unit_test(prints_each_message_once),
        cmocka_unit_test(tells_when_it_cannot_write),
    };
    return cmocka_run_group_tests_name("tui_plain", tests, NULL, finish);
}
