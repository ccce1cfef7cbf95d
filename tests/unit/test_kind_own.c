/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>

#include "kind_help.h"
#include "kinds/combine.h"
#include "kinds/own.h"

static struct own *
own_of(const char *text)
{
    const char *key;
    char err[KIND_ERROR_MAX] = "";
    struct own *o = own_new(span_str(text), &key, err);
    if (o == NULL)
        fail_msg("%s: refused: %s: %s", text, key, err);
    return o;
}

static void
has_defaults(void **state)
{
    (void)state;
    struct own *o = own_of("name=echo\n");
    const struct kind *k = own_kind(o);

    assert_string_equal(k->name, "echo");
    assert_string_equal(k->params[0].name, "value");
    assert_int_equal(k->params[0].type, PARAM_STRING);
    assert_null(k->params[1].name);
    assert_null(k->combine);
    assert_false(k->idempotent);
    assert_span(own_text(o), "name=echo\nparam=value:string\ncost=1\n"
                             "combine=none\nidempotent=no\n");
    own_free(o);
}

/* What one node writes another reads, and writes again. */
static void
travels_as_text(void **state)
{
    static const char text[] =
        "name=render\nparam=n:count:1..10:5\nparam=by:int:-3..3:-1\n"
        "param=x:real:0..1.5:0.25\nparam=mode:string:fast|good:good\n"
        "param=any:string::\nparam=r:real\nparam=scene:path\n"
        "cost=n * x\ncombine=sum\nidempotent=yes\n";
    (void)state;
    struct own *o = own_of(text);

    assert_span(own_text(o), text);
    assert_true(own_kind(o)->idempotent);
    assert_string_equal(own_kind(o)->cost_help, "n * x");
    own_free(o);
    o = own_of("name=x\nlater=words\n");    /* of a later version */
    own_free(o);
}

static void
refuses_what_makes_no_sense(void **state)
{
    static const struct { const char *text, *key, *err; } row[] = {
        { "", "name", "a kind without a name" },
        { "nonsense\n", "", "a line without =" },
        { "name=Render\n", "name", "\"Render\" is no name of a kind "
          "([a-z][a-z0-9_]{0,30})" },
        { "name=a23456789_123456789_123456789_12\n", "name",
          "\"a23456789_123456789_123456789_12\" is no name of a kind "
          "([a-z][a-z0-9_]{0,30})" },
        { "name=fib\n", "name", "\"fib\" is a built-in kind" },
        { "name=command\n", "name", "\"command\" is a built-in kind" },
        { "name=x\nparam=N:int\n", "params", "\"N\" is no name of a parameter "
          "([a-z][a-z0-9_]{0,30})" },
        { "name=x\nparam=jobs:int\n", "params", "jobs: this name is taken" },
        { "name=x\nparam=n:int\nparam=n:int\n", "params",
          "n: this name is taken" },
        { "name=x\nparam=n\n", "params", "n: write n:TYPE[:RANGE[:DEFAULT]], "
          "TYPE one of count int real string path" },
        { "name=x\nparam=n:float\n", "params", "n: write n:TYPE[:RANGE["
          ":DEFAULT]], TYPE one of count int real string path" },
        { "name=x\nparam=n:count:-1..5\n", "params",
          "n: \"-1..5\" is no range of count" },
        { "name=x\nparam=n:int:5..1\n", "params",
          "n: \"5..1\" is no range of int" },
        { "name=x\nparam=n:real:0..\n", "params",
          "n: \"0..\" is no range of real" },
        { "name=x\nparam=n:string:a||b\n", "params",
          "n: \"a||b\" is no range of string" },
        { "name=x\nparam=n:path:/a\n", "params",
          "n: \"/a\" is no range of path" },
        { "name=x\nparam=n:count:1..5:9\n", "params",
          "x: n: 9 is outside 1..5" },
        { "name=x\nparam=n:real::x\n", "params",
          "x: n: \"x\" is not a number" },
        { "name=x\ncost=n\n", "cost",
          "\"n\" is neither a parameter nor a number above 0" },
        { "name=x\ncost=0\n", "cost",
          "\"0\" is neither a parameter nor a number above 0" },
        { "name=x\ncost=value\n", "cost", "value is no number" },
        { "name=x\ncost=2*3*4\n", "cost", "a product has two factors" },
        { "name=x\ncost=2 3\n", "cost", "write a product as A*B" },
        { "name=x\ncost=2*\n", "cost", "write a number, a parameter, or a "
          "product A*B of those" },
        { "name=x\ncombine=max\n", "combine",
          "\"max\" is not one of none sum concat count" },
        { "name=x\nidempotent=1\n", "idempotent", "is not yes or no" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const char *key;
        char err[KIND_ERROR_MAX] = "";
        struct own *o = own_new(span_str(row[i].text), &key, err);
        if (o != NULL)
            fail_msg("%s: taken", row[i].text);
        assert_string_equal(err, row[i].err);
        assert_string_equal(key, row[i].key);
    }
}

static void
checks_words_as_built_in_kinds(void **state)
{
    static const struct { const char *word[3], *shared, *err; } row[] = {
        { { "7" }, "n=7\nx=0.5\ns=hi\n", NULL },
        { { "n=1K", "x=1e0" }, "n=1024\nx=1e0\ns=hi\n", NULL },
        { { "n=3", "s=a=b c" }, "n=3\nx=0.5\ns=a=b c\n", NULL },
        { { "n=3", "s=" }, "n=3\nx=0.5\ns=\n", NULL },
        { { "x=1" }, NULL, "r: n is missing" },
        { { "n=0" }, NULL, "r: n: 0 is outside 1..5000" },
        { { "n=1", "x=2" }, NULL, "r: x: 2 is outside 0..1.5" },
        { { "n=1", "x=nan" }, NULL, "r: x: \"nan\" is not a number" },
        { { "n=1", "x=0x1" }, NULL, "r: x: \"0x1\" is not a number" },
        { { "n=1", "y=2" }, NULL, "r: no parameter \"y\"; it takes n, x, s" },
    };
    (void)state;
    struct own *o = own_of("name=r\nparam=n:count:1..5000\n"
                           "param=x:real:0..1.5:0.5\nparam=s:string::hi\n");
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct plan p;
        char err[KIND_ERROR_MAX] = "";
        size_t n = row[i].word[1] != NULL ? 2 : 1;
        int rc = kind_plan(own_kind(o), row[i].word, n, &p, err);
        if (row[i].err != NULL) {
            assert_int_equal(rc, -EINVAL);
            assert_string_equal(err, row[i].err);
            continue;
        }
        if (rc != 0)
            fail_msg("row %zu: %s", i, err);
        assert_span(buf_span(&p.shared), row[i].shared);
        plan_fini(&p);
    }
    own_free(o);
}

static void
makes_a_job_for_each_value(void **state)
{
    (void)state;
    struct own *o = own_of("name=r\nparam=n:count\nparam=m:int::3\n"
                           "cost=n*m\n");
    struct plan p;
    char err[KIND_ERROR_MAX];

    assert_int_equal(kind_plan(own_kind(o), WORDS("n=1..10:3"), 1, &p, err),
                     0);
    assert_int_equal(p.n_jobs, 4);
    assert_span(buf_span(&p.args[3]), "n=10\n");
    assert_int_equal(p.args_cost[0], 3000000);
    assert_int_equal(p.args_cost[3], 30000000);
    plan_fini(&p);
    assert_int_equal(kind_plan(own_kind(o), WORDS("2", "jobs=5"), 2, &p, err),
                     0);
    assert_int_equal(p.n_jobs, 5);
    plan_fini(&p);
    own_free(o);
}

static void
costs_what_its_parameters_say(void **state)
{
    static const struct { const char *cost, *word; uint64_t is; } row[] = {
        { "1", "n=9", 1000000 },         { "2.5", "n=9", 2500000 },
        { "n", "n=9", 9000000 },         { "n", "n=0", 1000000 },
        { "n * n", "n=9", 81000000 },    { "n*0.5", "n=9", 4500000 },
        { "x", "x=2.25", 2250000 },      { "n*x", "x=-4", 1000000 },
        { "n*n", "n=9223372036854775807", UINT64_MAX },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char text[200], err[KIND_ERROR_MAX];
        struct plan p;
        snprintf(text, sizeof text, "name=r\nparam=n:count::2\n"
                 "param=x:real::1\ncost=%s\n", row[i].cost);
        struct own *o = own_of(text);
        assert_int_equal(kind_plan(own_kind(o), &row[i].word, 1, &p, err), 0);
        if (p.cost != row[i].is)
            fail_msg("%s with %s costs %llu", row[i].cost, row[i].word,
                     (unsigned long long)p.cost);
        plan_fini(&p);
        own_free(o);
    }
}

/* Folds results; the value, or the error. */
static const char *
fold(const char *rule, const char *const *result, char text[KIND_ERROR_MAX])
{
    char description[64];
    snprintf(description, sizeof description, "name=r\ncombine=%s\n", rule);
    struct own *o = own_of(description);
    const struct kind *k = own_kind(o);
    void *state = xcalloc(1, k->state_size);
    int rc = 0;

    assert_string_equal(k->combine_help, rule);
    for (uint32_t i = 0; result[i] != NULL && rc == 0; i++)
        rc = k->combine(k, state, span_str(""), i, span_str(result[i]), text);
    if (rc == 0)
        (void)k->value(k, state, span_str(""), text, 32, text);
    free(state);
    own_free(o);
    return text;
}

static void
folds_results(void **state)
{
    static const struct { const char *rule, *result[4], *value; } row[] = {
        { "sum", { "1", "-2", "40" }, "39" },
        { "sum", { NULL }, "0" },
        { "sum", { "1", "0.5" }, "1.5" },
        { "sum", { "9223372036854775807", "1" },
          "r: the sum does not fit 64 bits" },
        { "sum", { "1", "one" },
          "r: the result of job 1, \"one\", is no number" },
        { "sum", { "" }, "r: the result of job 0, \"\", is no number" },
        { "concat", { "ab", "", "c" }, "abc" },
        { "concat", { "0123456789", "0123456789", "0123456789ab" },
          "r: the results together are longer than 31 bytes" },
        { "count", { "x", "", "y" }, "3" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char text[KIND_ERROR_MAX] = "";
        assert_string_equal(fold(row[i].rule, row[i].result, text),
                            row[i].value);
    }
}

static void
bounds_a_concatenation(void **state)
{
    (void)state;
    struct own *o = own_of("name=r\ncombine=concat\n");
    const struct kind *k = own_kind(o);
    void *all = xcalloc(1, k->state_size);
    char *piece = xcalloc(1, COMBINE_CONCAT_MAX), err[KIND_ERROR_MAX];
    struct span whole = span_of(piece, COMBINE_CONCAT_MAX);

    assert_int_equal(k->combine(k, all, span_str(""), 0, whole, err), 0);
    assert_int_equal(k->combine(k, all, span_str(""), 1, span_str("x"), err),
                     -EIO);
    free(piece);
    free(all);
    own_free(o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(travels_as_text),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(checks_words_as_built_in_kinds),
        cmocka_unit_test(makes_a_job_for_each_value),
        cmocka_unit_test(costs_what_its_parameters_say),
        cmocka_unit_test(folds_results),
        cmocka_unit_test(bounds_a_concatenation),
    };
    return cmocka_run_group_tests_name("kind_own", tests, NULL, NULL);
}
