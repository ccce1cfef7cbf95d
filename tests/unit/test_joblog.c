/* SPDX-License-Identifier: MPL-2.0 */
/* The log of jobs, and what --resume makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/joblog.h"

static char path[64];

static int
own_file(void **state)
{
    (void)state;
    strcpy(path, "/tmp/lb-joblog.XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int
no_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* The jobs of some lines of a workload file, numbered. */
static void
read_jobs(struct jobfile *f, const char *text)
{
    *f = (struct jobfile){ .n_loads = 0 };
    jobfile_read(f, "f", span_str(text));
    assert_int_equal(f->n_problems, 0);
    joblog_number(f);
}

static void
put_text(const char *text, const char *how)
{
    FILE *f = fopen(path, how);

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void
file_is(const char *want)
{
    char text[2048];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(text, want);
}

#define HEAD "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\t" \
             "Signal\tCommand\tJob\tAttempt\tInputhash\n"

/* Job `i` of the first load ends so. */
static void
ends(struct joblog *log, const struct jobfile *jobs, uint32_t i,
     struct command_result how)
{
    const struct followed f = { .name = "a-1", .kind = jobs->load[0].kind };
    struct ctl c = { .silent = true };
    struct buf value = { 0 };
    bool done = how.exit == 0 && how.signal == 0;

    command_result_encode(&how, &value);
    const struct lb_result r = {
        .index = i, .outcome = done ? LB_JOB_DONE : LB_JOB_FAILED,
        .attempt = 2, .node = "b", .wait_us = 250000, .run_us = 1500000,
        .error = "", .value = value.p, .value_len = value.len
    };
    joblog_load(log, &jobs->load[0], INT64_C(1700000000000000));
    assert_int_equal(joblog_add(&c, log, &f, &r), 0);
    buf_fini(&value);
}

static void
lines_have_the_columns_of_gnu_parallel_and_three_more(void **state)
{
    struct ctl c = { .silent = true };
    struct jobfile jobs;
    char want[1024];

    (void)state;
    read_jobs(&jobs, "command echo 'a\tb'\ncommand false\n");
    struct joblog *log = joblog_open(&c, path, false);
    assert_non_null(log);
    ends(log, &jobs, 1, (struct command_result){ .exit = 3, .err_total = 9 });
    snprintf(want, sizeof want, HEAD "2\tb\t1700000000.250\t     1.500\t0\t0"
             "\t3\t0\tfalse\ta-1.1\t2\t%016" PRIx64 "\n",
             joblog_hash(&jobs.load[0], 1));
    file_is(want);      /* while the log is open */
    ends(log, &jobs, 0, (struct command_result){ .signal = 9,
                                                 .out_total = 70 });
    size_t n = strlen(want);
    snprintf(want + n, sizeof want - n, "1\tb\t1700000000.250\t     1.500\t0"
             "\t70\t0\t9\techo 'a\\tb'\ta-1.0\t2\t%016" PRIx64 "\n",
             joblog_hash(&jobs.load[0], 0));
    joblog_free(log);
    file_is(want);
    /* Going on adds no second head. */
    log = joblog_open(&c, path, true);
    joblog_free(log);
    file_is(want);
    jobfile_fini(&jobs);
}

static void
the_hash_is_of_the_job_not_of_its_neighbours(void **state)
{
    struct jobfile a, b;

    (void)state;
    read_jobs(&a, "fib 3\nfib 4\nfib 3\nfib n=5 repeat=2\n");
    read_jobs(&b, "fib 9\nfib 4\nfib 3\nfib 7\n");
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t k = 0; k < 4; k++) {
            bool same = (i == 1 && k == 1) || (i == 2 && k == 2) ||
                        (i == 0 && k == 2);
            assert_int_equal(joblog_hash(&a.load[0], i) ==
                             joblog_hash(&b.load[0], k), same);
        }
    jobfile_fini(&a);
    jobfile_fini(&b);
}

/* Runs `text` with jobs 0 done, 1 failed, as the log says; then again. */
static void
half_run(const char *text)
{
    struct ctl c = { .silent = true };
    struct jobfile jobs;

    read_jobs(&jobs, text);
    struct joblog *log = joblog_open(&c, path, false);
    ends(log, &jobs, 0, (struct command_result){ .exit = 0 });
    ends(log, &jobs, 1, (struct command_result){ .exit = 1 });
    joblog_free(log);
    jobfile_fini(&jobs);
}

static int64_t
leave_out(struct ctl *c, struct jobfile *jobs, bool failed_again, bool sure)
{
    const struct joblog_skip how = { .path = path, .sure = sure,
                                     .failed_again = failed_again };

    *c = (struct ctl){ .silent = true };
    return joblog_skip(c, &how, jobs);
}

static void
what_has_ended_is_left_out_and_numbers_stay(void **state)
{
    static const char text[] = "command a\ncommand b\ncommand c\n";
    struct jobfile jobs;
    struct ctl c;

    (void)state;
    half_run(text);
    read_jobs(&jobs, text);
    assert_int_equal(leave_out(&c, &jobs, false, false), 2);
    assert_int_equal(jobs.load[0].plan.n_jobs, 1);
    assert_int_equal(jobs.load[0].seq[0], 3);
    jobfile_fini(&jobs);
    read_jobs(&jobs, text);
    assert_int_equal(leave_out(&c, &jobs, true, false), 1);
    assert_int_equal(jobs.load[0].plan.n_jobs, 2);
    assert_int_equal(jobs.load[0].seq[0], 2);
    assert_int_equal(jobs.load[0].seq[1], 3);
    assert_true(span_is(buf_span(&jobs.load[0].plan.args[0]), "argv=b\n"));
    jobfile_fini(&jobs);
}

static void
lines_of_other_jobs_need_a_yes(void **state)
{
    struct jobfile jobs;
    struct ctl c;

    (void)state;
    half_run("command a\ncommand b\n");
    read_jobs(&jobs, "command a\ncommand x\ncommand c\n");
    assert_int_equal(leave_out(&c, &jobs, false, false), -1);
    assert_int_equal(c.status, EXIT_USAGE);
    assert_int_equal(jobs.load[0].plan.n_jobs, 3);
    assert_int_equal(leave_out(&c, &jobs, false, true), 1);
    assert_int_equal(jobs.load[0].seq[0], 2);
    jobfile_fini(&jobs);
}

static void
a_line_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {
        "junk\n", "\n",
        "0\tb\t1\t1\t0\t0\t0\t0\tx\ta-1.0\t1\t0123456789abcdef\n",
        "1\tb\t1\t1\t0\t0\t0\t0\tx\ta-1.0\t1\t0123456789abcdeg\n",
        "1\tb\t1\t1\t0\t0\t0\t0\tx\n",
    };
    struct jobfile jobs;
    struct ctl c;

    (void)state;
    read_jobs(&jobs, "command a\n");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_text(HEAD, "w");
        put_text(bad[i], "a");
        assert_int_equal(leave_out(&c, &jobs, false, true), -1);
        assert_int_equal(c.status, EXIT_USAGE);
    }
    jobfile_fini(&jobs);
}

static void
half_a_line_at_the_end_is_cut_off(void **state)
{
    struct jobfile jobs;
    struct ctl c;

    (void)state;
    put_text(HEAD "1\tb\t17", "w");
    read_jobs(&jobs, "command a\n");
    assert_int_equal(leave_out(&c, &jobs, false, false), 0);
    file_is(HEAD);
    jobfile_fini(&jobs);
}

static void
pieces_of_a_whole_are_not_left_out(void **state)
{
    struct jobfile jobs;
    struct ctl c;

    (void)state;
    half_run("vecinc jobs=3\n");
    read_jobs(&jobs, "vecinc jobs=3\n");
    assert_int_equal(leave_out(&c, &jobs, false, false), -1);
    assert_int_equal(c.status, EXIT_USAGE);
    jobfile_fini(&jobs);
}

#define test(name) cmocka_unit_test_setup_teardown(name, own_file, no_file)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(lines_have_the_columns_of_gnu_parallel_and_three_more),
        test(the_hash_is_of_the_job_not_of_its_neighbours),
        test(what_has_ended_is_left_out_and_numbers_stay),
        test(lines_of_other_jobs_need_a_yes),
        test(a_line_that_is_none_is_refused),
        test(half_a_line_at_the_end_is_cut_off),
        test(pieces_of_a_whole_are_not_left_out),
    };
    /* Nobody is there to answer a question. */
    if (freopen("/dev/null", "r", stdin) == NULL)
        return 1;
    return cmocka_run_group_tests_name("joblog", tests, NULL, NULL);
}
