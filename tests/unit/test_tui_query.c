/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tui_nodes_help.h"
#include "tui/match.h"
#include "tui/query.h"

enum { S = 1000000 };

/* alpha01 alpha02 beta10 gamma03 */
static struct model *
four(void)
{
    struct model *m = model_new(help_wall_ms);
    static const char *const names[] = { "alpha01", "alpha02", "beta10",
                                         "gamma03" };
    struct node *n[4];

    m->now_us = 100 * S;
    for (int i = 0; i < 4; i++)
        n[i] = help_node(m, names[i]);
    n[0]->told.cpu_permille = 913;
    n[0]->told.queued = 2210;
    n[0]->told.running = 8;
    n[0]->rtt_us = 60000;
    n[0]->done_s = 14.2;
    n[0]->in_s = 31.4;
    help_text(n[0]->tags, sizeof n[0]->tags, "rack=r2 gpu zone=b");
    n[1]->told.cpu_permille = 40;
    n[1]->told.throttle_percent = 50;
    n[1]->told.phase = PHASE_PAUSE;
    n[1]->marked = true;
    help_text(n[1]->tags, sizeof n[1]->tags, "rack=r3");
    help_text(n[1]->policy, sizeof n[1]->policy, "receiver");
    n[2]->heard_us -= 2 * S;
    n[2]->told.queued = 90;
    n[2]->told.mem_total_bytes = 4000;
    n[2]->told.mem_avail_bytes = 1000;
    n[3]->heard_us = -1;
    node_see(m, n[3], SEEN_LOST);
    return m;
}

static bool
is_beta(const void *with, const struct node *n)
{
    return strcmp(n->name, with) == 0;
}

/* The places of the nodes that match, "0 2"; or the error. */
static const char *
filtered(const struct model *m, const char *text)
{
    static char out[QUERY_ERROR_MAX];
    struct query *q = query_new(text, out);

    if (q == NULL)
        return out;
    query_set_pending(q, is_beta, "beta10");
    assert_string_equal(out, "");
    assert_string_equal(query_text(q), text);
    for (size_t i = 0; i < m->n; i++)
        if (query_match(q, m, m->node[i]))
            text_add(out, sizeof out, "%s%zu", out[0] != '\0' ? " " : "", i);
    query_free(q);
    return out;
}

struct filtering {
    const char *in, *out;
};

static void
expect_all(const struct filtering *rows, size_t n)
{
    struct model *m = four();

    for (size_t i = 0; i < n; i++) {
        const char *got = filtered(m, rows[i].in);
        if (strcmp(got, rows[i].out) != 0)
            fail_msg("%s\n gave: %s\n not : %s", rows[i].in, got,
                     rows[i].out);
    }
    model_free(m);
}

static void
filters_nodes(void **state)
{
    (void)state;
    static const struct filtering rows[] = {
        { "", "0 1 2 3" }, { "   ", "0 1 2 3" },
        { "alpha", "0 1" }, { "PHA0", "0 1" }, { "a10", "2" },
        { "!alpha", "2 3" }, { "!!alpha", "0 1" },
        { "alpha 02", "1" }, { "alpha|gamma", "0 1 3" },
        { " alpha02 | gamma ", "1 3" },
        { "alpha !01 | beta", "1 2" },      /* and binds more */
        { "load>80", "0" }, { "load<80", "1 2" }, { "load<=4", "1 2" },
        { "!load<80", "0 3" },              /* unknown matches nothing */
        { "load=91", "0" }, { "load=91%", "0" }, { "load!=91", "1 2" },
        { "load=91.3", "0" }, { "load=91.2", "" }, { "load==4", "1" },
        { "thr<80", "1" }, { "throttle>=80", "0 2" },
        { "pend>2.2k", "0" }, { "queue>1K", "0" }, { "pend=2k", "0" },
        { "rate>14", "0" }, { "in=31", "0" }, { "out=0", "0 1 2" },
        { "rtt>50ms", "0" }, { "rtt=60ms", "0" }, { "rtt<1s", "0" },
        { "age>1s", "2" }, { "age=2s", "2" }, { "age<500ms", "0 1" },
        { "age>0", "2" }, { "mem=75%", "2" },
        { "state=lost", "3" }, { "state=pause", "1" }, { "state=run", "0 2" },
        { "state!=lost", "0 1 2" }, { "policy=receiver", "1" },
        { "policy=*i*", "0 1 2 3" }, { "POLICY!=hybrid", "1" },
        { "node=alpha0[2-9]", "1" },
        { "tag:rack=r2", "0" }, { "tag:rack", "0 1" }, { "tag:gpu", "0" },
        { "tag:rack=r*", "0 1" }, { "tag:rac", "" }, { "tag:zone=B", "0" },
        { "!tag:rack=r2", "1 2 3" }, { "tags=rack=r3", "1" },
        { "pending", "2" }, { "marked", "1" }, { "!marked pending", "2" },
        { "/^a.*[01]1$/", "0" }, { "/a|b/", "0 1 2 3" }, { "!/0[12]/", "2 3" },
        { "/\\//", "" }, { "/a/ 02", "1" }, { "/^be/|03", "2 3" },
        { "run=8|run=0 thr=50", "0 1" },
    };

    expect_all(rows, sizeof rows / sizeof *rows);
}

static void
says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct filtering rows[] = {
        { "load>",
          "load> : a number is missing after \">\" (position 6)" },
        { "alpha load<= beta",
          "alpha load<= beta : a number is missing after \"<=\" "
          "(position 13)" },
        { "rtt>", "rtt> : a duration is missing after \">\" (position 5)" },
        { "state=", "state= : a word is missing after \"=\" (position 7)" },
        { ">5", ">5 : a column is missing before \">\" (position 1)" },
        { "x lod>5",
          "x lod>5 : no column \"lod\" (did you mean load?) (position 3)" },
        { "weather=5", "weather=5 : no column \"weather\" (position 1)" },
        { "load>x", "load>x : \"x\" is not a number (position 6)" },
        { "load>1e3", "load>1e3 : \"1e3\" is not a number (position 6)" },
        { "load>-1", "load>-1 : \"-1\" is not a number (position 6)" },
        { "load>1.", "load>1. : \"1.\" is not a number (position 6)" },
        { "pend>5%", "pend>5% : \"5%\" is not a number (position 6)" },
        { "age>5",
          "age>5 : \"5\" has no unit; write 5s (position 5)" },
        { "rtt<5x", "rtt<5x : \"5x\" is not a duration (position 5)" },
        { "rtt<9999999999h",
          "rtt<9999999999h : \"9999999999h\" is too long (position 5)" },
        { "state>run",
          "state>run : state is a text: = and != only (position 6)" },
        { "a |", "a | : a word is missing after \"|\" (position 4)" },
        { "| a", "| a : a word is missing before \"|\" (position 1)" },
        { "a||b", "a||b : a word is missing before \"|\" (position 3)" },
        { "!", "! : a word is missing after \"!\" (position 2)" },
        { "! a", "! a : a word is missing after \"!\" (position 2)" },
        { "tag:", "tag: : a tag is missing after \"tag:\" (position 5)" },
        { "tag:=x", "tag:=x : a tag is missing after \"tag:\" (position 5)" },
        { "/a", "/a : a closing \"/\" is missing (position 3)" },
        { "a /\\/", "a /\\/ : a closing \"/\" is missing (position 6)" },
        { "héé load>",
          "héé load> : a number is missing after \">\" (position 10)" },
        { "0123456789012345678901234567890123456789012345678901234567890 >",
          "012345678901234567890123456789012345678901234567890123456789... "
          ": a column is missing before \">\" (position 63)" },
    };

    expect_all(rows, sizeof rows / sizeof *rows);
    char err[QUERY_ERROR_MAX];
    assert_null(query_new("x /[/", err));
    assert_non_null(strstr(err, "x /[/ : "));
    assert_non_null(strstr(err, " (position 4)"));
    assert_true(query_match(NULL, NULL, NULL));
    query_free(NULL);
}

/* No text makes the parser read beyond its end (sanitizers look on). */
static void
survives_any_text(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "load", ">", "=", "!", "|", " ", "/", "[", "]", "tag:", "rack", "5",
        "ms", "\\", "\xC3", "*", "pending", ".", "%", "(",
    };
    struct model *m = four();

    for (uint32_t seed = 1; seed <= 20000; seed++) {
        char text[128] = "";
        uint32_t x = seed * 2654435761u;
        for (int i = 0; i < 8; i++) {
            x = x * 1664525u + 1013904223u;
            text_add(text, sizeof text, "%s", parts[(x >> 16) % 20]);
        }
        (void)filtered(m, text);
    }
    model_free(m);
}

static void
matches_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool yes;
    } rows[] = {
        { "", "", true }, { "", "a", false }, { "a", "", false },
        { "*", "", true }, { "a*", "abc", true }, { "*c", "abc", true },
        { "a*c*e", "abcde", true }, { "a*d", "abc", false },
        { "a?c", "abc", true }, { "a?", "a", false }, { "abc", "Abc", false },
        { "n[1-5]", "n3", true }, { "n[1-5]", "n6", false },
        { "n[1-5]", "n03", false }, { "n[1-5]", "n33", false },
        { "n0[1-5]", "n03", true }, { "n[1-5]0", "n30", true },
        { "n[08-12]", "n09", true }, { "n[08-12]", "n9", false },
        { "n[08-12]", "n12", true }, { "n[08-12]", "n012", false },
        { "n[1,4-6,20]", "n20", true }, { "n[1,4-6,20]", "n2", false },
        { "[1-3]x[1-3]", "2x3", true }, { "n[0]", "n0", true },
        { "a*[7]*", "abc7d", true }, { "n[1-", "n[1-", true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (match(span_str(rows[i].pattern), span_str(rows[i].text), false) !=
            rows[i].yes)
            fail_msg("%s %s", rows[i].pattern, rows[i].text);
    assert_true(match(span_str("aB[1-2]"), span_str("Ab2"), true));
    static const char *const broken[] = { "[", "a[1", "a[1-", "a[]", "a[x]",
                                          "a[1,]", "a[5-3]", "a[1-3" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_false(match_is_sound(span_str(broken[i])));
    assert_true(match_is_sound(span_str("a[1-3,7]b*[2]")));
}

static void
note_node(void *with, struct node *n)
{
    char *out = with;

    text_add(out, QUERY_ERROR_MAX, "%s%zu", out[0] != '\0' ? " " : "", n->at);
}

static void
lists_nodes(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        int rc;
        const char *out;
    } rows[] = {
        { "", 0, "" }, { "alpha01", 0, "0" }, { "gamma03 alpha01", 0, "0 3" },
        { "alpha01,beta10,, alpha01", 0, "0 2" },
        { "alpha0[1-5]", 0, "0 1" }, { "alpha[01,02] beta*", 0, "0 1 2" },
        { "*", 0, "0 1 2 3" }, { "*0? alpha02", 0, "0 1 3" },
        { "tag:rack=r2", 0, "0" }, { "tag:rack", 0, "0 1" },
        { "tag:rack=r[2-3],gamma03", 0, "0 1 3" },
        { "000309", 0, "2" },               /* the id's first digits */
        { "alpha01 alhpa02", -ENOENT,
          "no node \"alhpa02\" (did you mean alpha02?)" },
        { "weather", -ENOENT, "no node \"weather\"" },
        { "x*", -ENOENT, "no node matches \"x*\"" },
        { "alpha0[7-9]", -ENOENT, "no node matches \"alpha0[7-9]\"" },
        { "tag:rack=r9", -ENOENT, "no node has the tag \"rack=r9\"" },
        { "alpha0[1-", -EINVAL,
          "\"alpha0[1-\": in [ ] stand numbers, as in [1-5]" },
    };
    struct model *m = four();
    char err[QUERY_ERROR_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[QUERY_ERROR_MAX] = "";
        int rc = query_nodes(m, rows[i].list, note_node, got, err);
        assert_string_equal(rc == 0 ? got : err, rows[i].out);
        assert_int_equal(rc, rows[i].rc);
        if (rc != 0)
            assert_string_equal(got, "");
    }
    /* Of two of one name it does not guess; gone ones are not meant. */
    struct node *twin = help_node(m, "alpha01");
    char got[QUERY_ERROR_MAX] = "";
    assert_int_equal(query_nodes(m, "alpha01", note_node, got, err), -EINVAL);
    assert_string_equal(
        err, "2 nodes are called \"alpha01\": say which by its id");
    node_see(m, twin, SEEN_GONE);
    assert_int_equal(query_nodes(m, "alpha01 alpha*", note_node, got, err), 0);
    assert_string_equal(got, "0 1");
    model_free(m);
}

/* ---- columns ---- */

static void
names_columns(void **state)
{
    (void)state;
    for (int i = 0; i < COLUMNS_; i++) {
        const struct column_info *k = &column_table[i];
        assert_int_equal(column_find(k->name), i);
        assert_int_equal(column_find(k->head), i);
        assert_true(k->width > 0 && k->help != NULL);
        assert_true(strlen(k->head) <= (size_t)k->width ||
                    k->type == COLUMN_SPARK);
    }
    assert_int_equal(column_find("Thr"), COLUMN_THROTTLE);
    assert_int_equal(column_find("queue"), COLUMN_PEND);
    assert_int_equal(column_find("load2"), COLUMNS_);
    assert_string_equal(column_nearest("load2"), "load");
    assert_null(column_nearest("weather"));
}

static void
writes_values(void **state)
{
    (void)state;
    static const struct {
        size_t node;
        enum column column;
        const char *want;
    } rows[] = {
        { 0, COLUMN_NODE, "alpha01" }, { 0, COLUMN_STATE, "run" },
        { 0, COLUMN_LOAD, "91%" }, { 0, COLUMN_LOAD60, "50" },
        { 0, COLUMN_THROTTLE, "80%" }, { 0, COLUMN_PEND, "2210" },
        { 0, COLUMN_RATE, "14.2" }, { 0, COLUMN_IN, "31" },
        { 0, COLUMN_RTT, "60ms" }, { 0, COLUMN_AGE, "0s" },
        { 0, COLUMN_LASTS, "47s" }, { 1, COLUMN_LASTS, "-" },
        { 0, COLUMN_TAGS, "rack=r2 gpu zone=b" }, { 2, COLUMN_TAGS, "-" },
        { 2, COLUMN_AGE, "2s" }, { 2, COLUMN_MEM, "75%" },
        { 0, COLUMN_MEM, "-" }, { 2, COLUMN_QUEUE60, "-" },
        { 3, COLUMN_STATE, "LOST" }, { 3, COLUMN_LOAD, "-" },
        { 3, COLUMN_THROTTLE, "-" }, { 3, COLUMN_AGE, "-" },
        { 3, COLUMN_RTT, "-" },
    };
    struct model *m = four();
    char text[64];

    ring_add(&m->node[0]->load, 99 * (int64_t)S, 40);
    ring_add(&m->node[0]->load, 100 * (int64_t)S, 60);
    m->node[0]->told.drain_us = 47 * S;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        column_text(m, m->node[rows[i].node], rows[i].column, text,
                    sizeof text);
        assert_string_equal(text, rows[i].want);
    }
    column_text(m, m->node[0], COLUMN_NODE, text, 4);
    assert_string_equal(text, "alp");
    assert_true(isnan(column_number(m, m->node[0], COLUMN_POLICY)));
    model_free(m);
}

static void
sorts_unknown_last_and_names_by_their_numbers(void **state)
{
    (void)state;
    static const struct {
        struct sort sort;
        const char *want;
    } rows[] = {
        { { COLUMN_NODE, false }, "n1 n02 n2 n10 o q" },
        { { COLUMN_NODE, true }, "q o n10 n2 n02 n1" },
        { { COLUMN_PEND, false }, "n02 n2 n1 n10 o q" },
        { { COLUMN_PEND, true }, "n10 n1 n02 n2 o q" },
        { { COLUMN_POLICY, true }, "n10 n1 n02 n2 o q" },
        { { COLUMN_STATE, false }, "n10 q n1 n02 n2 o" },
    };
    struct model *m = model_new(help_wall_ms);
    static const char *const names[] = { "q", "n10", "n2", "n02", "n1", "o" };
    struct node *v[6];

    for (size_t i = 0; i < 6; i++)
        v[i] = help_node(m, names[i]);
    v[0]->heard_us = v[5]->heard_us = -1;       /* q, o */
    v[0]->policy[0] = v[5]->policy[0] = '\0';
    v[1]->told.queued = 7;
    v[4]->told.queued = 3;
    help_text(v[1]->policy, sizeof v[1]->policy, "static");
    node_see(m, v[1], SEEN_LOST);
    node_see(m, v[0], SEEN_NEW);
    for (size_t i = 0; i < 5; i++)
        if (i != 1)
            v[i]->told.running = 1;
    v[5]->told.running = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[64] = "";
        sort_nodes(m, &rows[i].sort, v, 6);
        for (size_t k = 0; k < 6; k++)
            text_add(got, sizeof got, "%s%s", k > 0 ? " " : "", v[k]->name);
        assert_string_equal(got, rows[i].want);
        for (size_t k = 0; k + 1 < 6; k++)
            assert_true(sort_compare(m, &rows[i].sort, v[k], v[k + 1]) < 0 &&
                        sort_compare(m, &rows[i].sort, v[k + 1], v[k]) > 0);
    }
    model_free(m);
}

static void
reads_sort_orders(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int rc;
        struct sort want;
        const char *err;
    } rows[] = {
        { "pend", 0, { COLUMN_PEND, false }, "" },
        { "-pend", 0, { COLUMN_PEND, true }, "" },
        { " PEND desc ", 0, { COLUMN_PEND, true }, "" },
        { "load asc", 0, { COLUMN_LOAD, false }, "" },
        { "pend down", -EINVAL, { 0 }, "\"down\" is neither asc nor desc" },
        { "load2", -EINVAL, { 0 },
          "no column \"load2\"; columns: node state load load60 throttle "
          "pend held queue60 run slots done failed rate in out lasts "
          "..." },
        { "", -EINVAL, { 0 }, NULL }, { "-", -EINVAL, { 0 }, NULL },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sort got = { COLUMN_NODE, false };
        char err[128];
        assert_int_equal(sort_parse(rows[i].text, &got, err), rows[i].rc);
        assert_int_equal(got.by, rows[i].want.by);
        assert_int_equal(got.down, rows[i].want.down);
        if (rows[i].err != NULL)
            assert_string_equal(err, rows[i].err);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_nodes),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(survives_any_text),
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(lists_nodes),
        cmocka_unit_test(names_columns),
        cmocka_unit_test(writes_values),
        cmocka_unit_test(sorts_unknown_last_and_names_by_their_numbers),
        cmocka_unit_test(reads_sort_orders),
    };
    return cmocka_run_group_tests_name("tui_query", tests, NULL, NULL);
}
