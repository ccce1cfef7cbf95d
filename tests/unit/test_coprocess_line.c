/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "agent/coprocess_line.h"
#include "kinds/own.h"

static struct own *own;

static struct line_job
job_of(enum line_protocol protocol, const char *params, const char *args)
{
    return (struct line_job){ .protocol = protocol, .kind = own_kind(own),
                              .name = "alpha-12.3", .attempt = 2,
                              .params = span_str(params),
                              .args = span_str(args) };
}

static void
expect(const struct buf *b, const char *text)
{
    char got[400];

    span_copy(buf_span(b), got, sizeof got);
    assert_string_equal(got, text);
}

static int
open_own(void **state)
{
    const char *key;
    char err[KIND_ERROR_MAX];

    (void)state;
    own = own_new(span_str("name=render\nparam=n:count\nparam=by:int::-1\n"
                           "param=x:real::0.5\nparam=mode:string:a|b:a\n"
                           "param=s:string::\n"), &key, err);
    return own != NULL ? 0 : -1;
}

static int
close_own(void **state)
{
    (void)state;
    own_free(own);
    return 0;
}

static void
a_job_is_one_line(void **state)
{
    static const struct {
        const char *params, *args, *json, *plain;
    } row[] = {
        { "n=5\nby=-1\nx=0.5\nmode=a\ns=\n", "",
          "{\"job\":\"alpha-12.3\",\"attempt\":2,\"params\":{\"n\":5,\"by\":-1,"
          "\"x\":0.5,\"mode\":\"a\",\"s\":\"\"}}\n", "5 -1 0.5 a \n" },
        { "by=3\ns=a \"b\" \\n\n", "n=9223372036854775807\nmode=b\n",
          "{\"job\":\"alpha-12.3\",\"attempt\":2,\"params\":"
          "{\"n\":9223372036854775807,\"by\":3,\"x\":0.5,\"mode\":\"b\","
          "\"s\":\"a \\\"b\\\" \\\\n\"}}\n",
          "9223372036854775807 3 0.5 b a \"b\" \\\\n\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char err[KIND_ERROR_MAX];
        struct buf b = { 0 };
        struct line_job job = job_of(LINE_JSON, row[i].params, row[i].args);
        assert_int_equal(line_encode(&job, &b, err), 0);
        expect(&b, row[i].json);
        buf_reset(&b);
        job.protocol = LINE_PLAIN;
        assert_int_equal(line_encode(&job, &b, err), 0);
        expect(&b, row[i].plain);
        buf_fini(&b);
    }
}

static void
what_makes_no_line_is_refused(void **state)
{
    char err[KIND_ERROR_MAX];
    struct buf b = { 0 };
    struct line_job job = job_of(LINE_JSON, "n=5\ns=\xff\n", "");

    (void)state;
    assert_int_equal(line_encode(&job, &b, err), -EINVAL);
    assert_string_equal(err, "kind render: s: not UTF-8, which JSON needs");
    job.protocol = LINE_PLAIN;
    assert_int_equal(line_encode(&job, &b, err), 0);
    expect(&b, "5 -1 0.5 a \xff\n");
    buf_reset(&b);
    job = job_of(LINE_PLAIN, "", "");
    assert_int_equal(line_encode(&job, &b, err), -EINVAL);
    assert_string_equal(err, "kind render: n is missing");
    assert_int_equal(b.len, 0);
    job.protocol = LINE_JSON;
    assert_int_equal(line_encode(&job, &b, err), -EINVAL);
    assert_string_equal(err, "kind render: n is missing");
    job = job_of(LINE_JSON, "n=five\n", "");
    assert_int_equal(line_encode(&job, &b, err), -EINVAL);
    assert_string_equal(err, "kind render: n is no number");
    buf_fini(&b);
}

#define OK(v) "{\"job\":\"alpha-12.3\",\"ok\":true,\"result\":" v "}"

static void
an_answer_is_judged(void **state)
{
    static const struct {
        const char *line;
        int rc;
        const char *text;
    } row[] = {
        { OK("7"), 0, "7" },
        { OK("\"a\\nb\""), 0, "a\nb" },
        { OK("0.1"), 0, "0.1" },
        { OK("1e300"), 0, "1e+300" },
        { OK("0.30000000000000004"), 0, "0.30000000000000004" },
        { OK("null"), 0, "" },
        { OK("true"), 0, "true" },
        { OK("[1, {\"a\": 2}]"), 0, "[1,{\"a\":2}]" },
        { " " OK("7") " ", 0, "7" },
        { "{\"ok\":true,\"job\":\"alpha-12.3\",\"more\":1}", 0, "" },
        { "{\"job\":\"alpha-12.3\",\"ok\":false,\"error\":\"no \\\"x\\\"\"}",
          -EIO, "no \"x\"" },
        { "{\"job\":\"alpha-12.3\",\"ok\":false}", -EIO,
          "failed without a reason" },
        { "nonsense", -EPROTO, "kind render: answer is not JSON (column 1)" },
        { "", -EPROTO, "kind render: answer is not JSON (column 1)" },
        { "\t oops", -EPROTO, "kind render: answer is not JSON (column 3)" },
        { OK("7") "x", -EPROTO, "kind render: answer is not JSON (column 42)" },
        { "7", -EPROTO, "kind render: answer is no object" },
        { "{\"ok\":true}", -EPROTO, "kind render: answer without \"job\"" },
        { "{\"job\":\"beta-1.0\",\"ok\":true}", -EPROTO,
          "kind render: answer to job beta-1.0 instead of alpha-12.3" },
        { "{\"job\":\"alpha-12.3\"}", -EPROTO,
          "kind render: answer without \"ok\"" },
        { "{\"job\":\"alpha-12.3\",\"ok\":1}", -EPROTO,
          "kind render: answer without \"ok\"" },
    };
    const struct line_job job = job_of(LINE_JSON, "n=5\n", "");

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char err[KIND_ERROR_MAX] = "";
        struct buf b = { 0 };
        int rc = line_decode(&job, span_str(row[i].line), &b, err);
        if (rc != row[i].rc)
            fail_msg("%s: %d, %s", row[i].line, rc, err);
        if (rc != 0)
            assert_string_equal(err, row[i].text);
        else
            expect(&b, row[i].text);
        buf_fini(&b);
    }
}

static void
a_plain_answer_is_the_result(void **state)
{
    static const char *const row[][2] = {
        { "7", "7" }, { "", "" }, { "a\\nb", "a\nb" }, { "a\\\\nb", "a\\nb" },
        { "\\", "\\" }, { "\\t", "\\t" }, { " a  b ", " a  b " }
    };
    const struct line_job job = job_of(LINE_PLAIN, "n=5\n", "");

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char err[KIND_ERROR_MAX];
        struct buf b = { 0 };
        assert_int_equal(line_decode(&job, span_str(row[i][0]), &b, err), 0);
        expect(&b, row[i][1]);
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_one_line),
        cmocka_unit_test(what_makes_no_line_is_refused),
        cmocka_unit_test(an_answer_is_judged),
        cmocka_unit_test(a_plain_answer_is_the_result),
    };
    return cmocka_run_group_tests_name("coprocess_line", tests, open_own,
                                       close_own);
}
