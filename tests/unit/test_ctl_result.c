/* SPDX-License-Identifier: MPL-2.0 */
/* What lbctl shows and keeps of commands that have ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/failure.h"
#include "ctl/halt.h"
#include "ctl/result.h"
#include "ctl/save.h"

static char *values[] = { "v 0", "v 1" };

struct scene {
    struct followed f;
    struct lb_result r;
    struct buf value;
};

/* A job that ended so, and wrote that. */
static void
ends(struct scene *s, uint8_t status, uint8_t sig, const char *out,
     const char *err)
{
    const struct command_result cmd = {
        .exit = status, .signal = sig, .out_total = strlen(out),
        .err_total = strlen(err), .out = span_str(out), .err = span_str(err)
    };
    bool good = status == 0 && sig == 0;

    *s = (struct scene){ .f = { .name = "a-1", .kind = &kind_command } };
    command_result_encode(&cmd, &s->value);
    s->r = (struct lb_result){
        .index = 1, .outcome = good ? LB_JOB_DONE : LB_JOB_FAILED,
        .attempt = 1, .node = "b", .error = good ? "" : "exit 3",
        .value = s->value.p, .value_len = s->value.len
    };
}

static void
holds(FILE *f, const char *want)
{
    char text[256];

    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    assert_string_equal(text, want);
    fclose(f);
}

static void
prints(struct scene *s, const char *out, const char *err)
{
    FILE *to[2] = { tmpfile(), tmpfile() };

    result_print(&s->f, &s->r, to[0], to[1]);
    holds(to[0], out);
    holds(to[1], err);
}

static void
output_is_printed_byte_for_byte(void **state)
{
    struct scene s;

    (void)state;
    ends(&s, 0, 0, "a\n\nb", "oops\n");
    prints(&s, "a\n\nb", "oops\n");
    buf_fini(&s.value);
    ends(&s, 0, 0, "", "");
    prints(&s, "", "");
    buf_fini(&s.value);
    ends(&s, 3, 0, "so far\n", "no\n");
    prints(&s, "so far\n", "no\n");
    buf_fini(&s.value);
}

static void
each_line_of_both_begins_with_the_tag(void **state)
{
    struct scene s;

    (void)state;
    ends(&s, 3, 0, "a\n\nb", "x\n");
    s.f.values = values;
    s.f.n_values = 2;
    prints(&s, "v 1\ta\nv 1\t\nv 1\tb\n", "v 1\tx\n");
    buf_fini(&s.value);
}

/* `want`: fields of the JSON as one line, in their order. */
static void
json_is(struct scene *s, const char *want)
{
    static const char *const field[] = { "exit", "signal", "result", "stdout",
                                         "stderr", "truncated", "error" };
    json_t *o = result_json(&s->f, &s->r);
    char all[512] = "";

    assert_non_null(o);
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
        json_t *v = json_object_get(o, field[i]);
        assert_non_null(v);
        char *text = json_dumps(v, JSON_ENCODE_ANY);
        strcat(all, i > 0 ? " " : "");
        strcat(all, text);
        free(text);
    }
    assert_string_equal(all, want);
    json_decref(o);
    buf_fini(&s->value);
}

static void
json_says_how_a_command_ended(void **state)
{
    struct scene s;

    (void)state;
    ends(&s, 0, 0, "a\n", "");
    json_is(&s, "0 null null \"a\\n\" \"\" false null");
    ends(&s, 0, 0, "", "");
    json_is(&s, "0 null null \"\" \"\" false null");
    ends(&s, 3, 0, "", "x");
    json_is(&s, "3 null null \"\" \"x\" false \"exit 3\"");
    ends(&s, 0, 9, "", "");
    json_is(&s, "null 9 null \"\" \"\" false \"exit 3\"");
    ends(&s, 0, 0, "\xff", "\xc3\xbc");
    json_is(&s, "0 null null null \"\xc3\xbc\" false null");
    /* It never ran: nothing is known. */
    ends(&s, 3, 0, "", "");
    buf_reset(&s.value);
    s.r.value_len = 0;
    json_is(&s, "null null null null null false \"exit 3\"");
}

static void
what_was_cut_is_said_so(void **state)
{
    struct command_result cmd = { .out_total = 10, .out = span_str("abc") };
    struct scene s;

    (void)state;
    ends(&s, 0, 0, "", "");
    command_result_encode(&cmd, &s.value);
    s.r.value = s.value.p;
    s.r.value_len = s.value.len;
    json_is(&s, "0 null null \"abc\" \"\" true null");
}

static void
the_text_is_the_first_line(void **state)
{
    char text[RESULT_TEXT_MAX];
    struct scene s;

    (void)state;
    ends(&s, 0, 0, "one\ntwo\n", "");
    result_text(&s.f, &s.r, text);
    assert_string_equal(text, "one");
    assert_true(span_is(result_bytes(&s.f, &s.r), "one\ntwo\n"));
    buf_fini(&s.value);
}

static void
file_is(const char *path, const char *want)
{
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    holds(f, want);
    assert_int_equal(unlink(path), 0);
}

static void
a_folder_has_what_each_job_wrote(void **state)
{
    char dir[] = "/tmp/lb-result.XXXXXX";
    struct ctl c = { .silent = true };
    struct scene s;

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    struct save *save = save_open(&c, "out", false);
    ends(&s, 3, 0, "a\n", "b");
    assert_int_equal(save_add(&c, save, &s.f, &s.r), 0);
    buf_fini(&s.value);
    assert_int_equal(save_close(&c, save), 0);
    file_is("out/1/stdout", "a\n");
    file_is("out/1/stderr", "b");
    file_is("out/1/result", "3\n");
    assert_int_equal(unlink("out/1/meta.json"), 0);
    assert_int_equal(rmdir("out/1"), 0);
    assert_int_equal(rmdir("out"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void
a_csv_has_the_output_as_fields(void **state)
{
    char path[] = "/tmp/lb-resultXXXXXX.csv";
    struct ctl c = { .silent = true };
    struct scene s;
    int fd = mkstemps(path, 4);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    struct save *save = save_open(&c, path, false);
    ends(&s, 3, 0, "a,\"b\n", "x");
    assert_int_equal(save_add(&c, save, &s.f, &s.r), 0);
    assert_int_equal(save_close(&c, save), 0);
    save = save_open(&c, path, true);
    const struct command_result cmd = { .signal = 9, .err_total = 1 };
    buf_reset(&s.value);
    command_result_encode(&cmd, &s.value);
    s.r.value_len = s.value.len;
    assert_int_equal(save_add(&c, save, &s.f, &s.r), 0);
    buf_fini(&s.value);
    assert_int_equal(save_close(&c, save), 0);
    file_is(path, "job,state,node,attempt,run_s,wait_s,result,error,exit,"
            "signal,stdout,stderr,truncated\r\n"
            "a-1.1,failed,b,1,0.000000,0.000000,,exit 3,3,,\"a,\"\"b\n\",x,"
            "false\r\n"
            "a-1.1,failed,b,1,0.000000,0.000000,,exit 3,,9,,,true\r\n");
}

static void
fails_as(struct scene *s, const char *want)
{
    char text[RESULT_TEXT_MAX];

    failure_text(&s->f, &s->r, text);
    assert_string_equal(text, want);
}

static void
a_failure_names_the_value(void **state)
{
    char *of[] = { "x", "3", "" };
    struct load l = { .values = of, .plan = { .n_jobs = 3 } };
    struct scene s;

    (void)state;
    ends(&s, 3, 0, "", "");
    fails_as(&s, "a-1.1 failed on b: exit 3");
    s.f.load = &l;
    fails_as(&s, "a-1.1 failed on b: exit 3 (3)");
    of[1] = "\ta\033[31m 1234567890 1234567890 1234567890";
    fails_as(&s, "a-1.1 failed on b: exit 3 "
             "(?a?[31m 1234567890 1234567890 1234567890)");
    of[1] = "\xc3\xbc""234567890 1234567890 1234567890 12345678";
    fails_as(&s, "a-1.1 failed on b: exit 3 "
             "(\xc3\xbc""234567890 1234567890 1234567890 1234567...)");
    s.r.index = 2;
    s.r.node = "";
    fails_as(&s, "a-1.2 failed on no node: exit 3");
    buf_fini(&s.value);
}

static void
halts_as(const char *halt, const struct lb_progress *p, const char *want)
{
    char text[80];

    halt_text(halt, p, text, sizeof text);
    assert_string_equal(text, want);
}

static void
what_halted_the_jobs_is_one_line(void **state)
{
    struct lb_progress p = { .jobs = 150, .done = 3, .failed = 2,
                             .cancelled = 145 };

    (void)state;
    halts_as("now,fail=1", &p, "halted after 1 failure: 145 jobs cancelled");
    halts_as("soon,fail=1%", &p,
             "halted after 2 failures: 145 jobs cancelled");
    halts_as("soon,success=2", &p,
             "halted after 2 successes: 145 jobs cancelled");
    halts_as("now,done=5", &p, "halted after 5 jobs: 145 jobs cancelled");
    halts_as("now,fail=3", &p, "145 jobs cancelled");
    p.cancelled = 1;
    halts_as("now,fail=2%", &p, "1 job cancelled");
    assert_true(halt_is_content("now,success=3", &p));
    assert_true(halt_is_content("now,success=2%", &p));
    assert_false(halt_is_content("now,success=3%", &p));
    assert_false(halt_is_content("now,done=3", &p));
    assert_false(halt_is_content(NULL, &p));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_printed_byte_for_byte),
        cmocka_unit_test(each_line_of_both_begins_with_the_tag),
        cmocka_unit_test(json_says_how_a_command_ended),
        cmocka_unit_test(what_was_cut_is_said_so),
        cmocka_unit_test(the_text_is_the_first_line),
        cmocka_unit_test(a_folder_has_what_each_job_wrote),
        cmocka_unit_test(a_csv_has_the_output_as_fields),
        cmocka_unit_test(a_failure_names_the_value),
        cmocka_unit_test(what_halted_the_jobs_is_one_line),
    };
    return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
