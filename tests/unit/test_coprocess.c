/* SPDX-License-Identifier: MPL-2.0 */
/* Jobs of own kinds through a spawner, a shim and a program that is anything
 * but helpful (tests/tools/fickle). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/coprocess.h"
#include "agent/coprocess_line.h"
#include "base/xalloc.h"
#include "proto/msg.h"
#include "tests/unit/shim_client.h"

enum { SECOND = 1000 * 1000 };

static char dir[] = "/tmp/lb-coprocess.XXXXXX", scratch[64], fickle[512];
static const char *programs[] = { fickle, NULL };
static struct spawner *spawner;
static const char *const keep[] = { "PATH", NULL };
static const struct command_config command = {
    .node = "alpha", .keep = keep, .scratch = scratch,
    .kill_after_us = 200 * 1000 };

/* A slot of a node with one own kind. */
struct bench {
    struct kind_config kind, *kinds[1];
    struct coprocess_config config;
    struct orders *orders;
    struct coprocess_slot *slot;
    uint32_t run;
    /* of the last job */
    struct buf out;
    struct coprocess_told told;
    char err[KIND_ERROR_MAX], text[300];
};

static void
add_word(struct bench *b, const char *word)
{
    struct list *l = &b->kind.command;

    l->v = xrealloc(l->v, l->n + 2, sizeof *l->v);
    l->v[l->n++] = xstrdup(word);
    l->v[l->n] = NULL;
}

/* With what is not 0 in `with`, and further words for the program. */
static void
open_bench(struct bench *b, const struct kind_config *with, const char *more)
{
    const char *key;
    char err[KIND_ERROR_MAX];

    *b = (struct bench){ .kind = *with };
    if (b->kind.protocol == 0)
        b->kind.protocol = LINE_PLAIN;
    if (b->kind.start_timeout_us == 0)
        b->kind.start_timeout_us = 30 * SECOND;
    if (b->kind.max_line == 0)
        b->kind.max_line = 1024 * 1024;
    strcpy(b->kind.name, "x");
    add_word(b, fickle);
    add_word(b, b->kind.protocol == LINE_JSON ? "json" : "plain");
    if (more != NULL) {
        add_word(b, "deaf");
        add_word(b, more);
    }
    b->kind.own = own_new(span_str("name=x\n"), &key, err);
    b->kinds[0] = &b->kind;
    b->config = (struct coprocess_config){
        .spawner = spawner, .command = &command, .kind = b->kinds,
        .n_kinds = 1, .n_slots = 1 };
    b->orders = orders_new(1, (struct rate){ 100, 100 * 1000 });
    b->slot = coprocess_slot_new(&b->config, b->orders, 0);
}

static void
close_bench(struct bench *b)
{
    coprocess_slot_free(b->slot);
    orders_close(b->orders);
    orders_free(b->orders);
    own_free(b->kind.own);
    for (size_t i = 0; i < b->kind.command.n; i++)
        free(b->kind.command.v[i]);
    free(b->kind.command.v);
    buf_fini(&b->out);
}

static void
nothing(void *arg)
{
    (void)arg;
}

/* One job; its outcome. Text is result or error. */
static uint8_t
ask_within(struct bench *b, const char *value, uint64_t timeout_us)
{
    struct desc d = { .kind = span_str("x"), .home_name = span_str("alpha"),
                      .n_jobs = 1, .cost = 1000000, .timeout_us = timeout_us };
    struct buf params = { 0 }, desc = { 0 };

    buf_bytes(&params, "value=", 6);
    buf_bytes(&params, value, strlen(value));
    buf_u8(&params, '\n');
    d.params = buf_span(&params);
    desc_encode(&d, &desc);
    struct order *o = order_new(buf_span(&desc), span_of(NULL, 0));
    o->run = ++b->run;
    o->workload = 12;
    o->index = b->run;
    o->attempt = 1;
    orders_put(b->orders, o);
    o = orders_take(b->orders, 0);
    const struct command_job job = { .order = o, .desc = &d,
                                     .lasts = nothing };
    b->err[0] = '\0';
    buf_reset(&b->out);
    uint8_t outcome = coprocess_run(b->slot, 0, &job, &b->out, &b->told,
                                    b->err);
    span_copy(outcome == OUTCOME_DONE ? buf_span(&b->out)
                                      : span_str(b->err), b->text,
              sizeof b->text);
    free(o);
    buf_fini(&params);
    buf_fini(&desc);
    return outcome;
}

static uint8_t
ask(struct bench *b, const char *value)
{
    return ask_within(b, value, 0);
}

static void
expect_done(struct bench *b, const char *value, const char *result)
{
    if (ask(b, value) != OUTCOME_DONE)
        fail_msg("%s: %s", value, b->text);
    assert_string_equal(b->text, result);
    assert_int_equal(b->told.fate, FATE_ANSWERED);
}

static void
expect_broken(struct bench *b, const char *value, const char *err)
{
    assert_int_equal(ask(b, value), OUTCOME_FAILED);
    assert_string_equal(b->text, err);
    assert_int_equal(b->told.fate, FATE_BROKEN);
}

static void
one_process_takes_all_jobs(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    expect_done(&b, "hello", "hello");
    expect_done(&b, "", "");
    expect_done(&b, "a\\b c", "a\\b c");
    expect_done(&b, "pid", "1 4");
    for (int i = 0; i < 1000; i++)
        expect_done(&b, "x", "x");
    expect_done(&b, "pid", "1 1005");
    close_bench(&b);
}

static void
json_names_the_job(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .protocol = LINE_JSON }, NULL);
    expect_done(&b, "hello", "hello");
    assert_int_equal(ask(&b, "fail no such scene"), OUTCOME_FAILED);
    assert_string_equal(b.text, "no such scene");
    assert_int_equal(b.told.fate, FATE_ANSWERED);
    expect_done(&b, "pid", "1 3");
    expect_broken(&b, "raw nonsense", "kind x: answer is not JSON (column 1)");
    expect_done(&b, "pid", "1 1");
    expect_broken(&b, "other",
                  "kind x: answer to job none-1.0 instead of alpha-12.6");
    expect_done(&b, "pid", "1 1");
    close_bench(&b);
}

static void
wrong_answers_fail_one_attempt(void **state)
{
    static const char *const row[][2] = {
        { "exit 3", "kind x: its program ended: exit 3" },
        { "exit 0", "kind x: its program ended: exit 0" },
        { "signal 11", "kind x: its program ended: signal 11" },
        { "two", "kind x: a second line of answer" },
        { "long 2000", "kind x: answer longer than max_line = 1K" },
        { "mute", "kind x: its program closed stdin or stdout" },
    };
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_line = 1024 }, NULL);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        expect_broken(&b, row[i][0], row[i][1]);
        expect_done(&b, "pid", "1 1");
    }
    assert_int_equal(ask(&b, "long 1024"), OUTCOME_DONE);
    assert_int_equal(b.out.len, 1024);
    close_bench(&b);
}

/* `text` is cut: what is asked is the length. */
static void
a_line_may_be_longer_than_a_pipe(void **state)
{
    const size_t n = 1000 * 1000;
    char *value = xcalloc(1, n + 1);
    struct bench b;

    (void)state;
    memset(value, 'y', n);
    open_bench(&b, &(struct kind_config){ .max_line = 1024 * 1024 }, NULL);
    assert_int_equal(ask(&b, value), OUTCOME_DONE);
    assert_int_equal(b.out.len, n);
    b.kind.max_line = n - 1;
    assert_int_equal(ask(&b, value), OUTCOME_FAILED);
    assert_non_null(strstr(b.text, "a line of 1000000 bytes is above"));
    assert_int_equal(b.told.fate, FATE_NONE);
    expect_done(&b, "pid", "1 2");
    close_bench(&b);
    free(value);
}

static void
what_ends_between_jobs_fails_none(void **state)
{
    struct bench b;
    char late[100];

    (void)state;
    snprintf(late, sizeof late, "%s/1/late", scratch);
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    for (int i = 0; i < 50; i++)
        expect_done(&b, "last one", "one");
    expect_done(&b, "late", "in time");
    /* A line that nobody waits for comes meanwhile. */
    for (int i = 0; i < 3000 && access(late, F_OK) != 0; i++)
        usleep(10 * 1000);
    expect_done(&b, "pid", "1 1");
    close_bench(&b);
}

static void
is_renewed_after_so_many_jobs(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 3 }, NULL);
    for (int i = 0; i < 4; i++) {
        expect_done(&b, "pid", "1 1");
        expect_done(&b, "pid", "1 2");
        expect_done(&b, "pid", "1 3");
    }
    close_bench(&b);
}

static void
time_is_bounded(void **state)
{
    const struct kind_config with = { .timeout_us = 60 * SECOND };
    struct bench b;

    (void)state;
    open_bench(&b, &with, NULL);
    expect_done(&b, "pid", "1 1");
    assert_int_equal(ask_within(&b, "hang", 100 * 1000), OUTCOME_FAILED);
    assert_string_equal(b.text, "timeout");
    assert_int_equal(b.told.fate, FATE_NONE);
    expect_done(&b, "pid", "1 1");
    b.kind.timeout_us = 100 * 1000;
    assert_int_equal(ask_within(&b, "hang", 60 * SECOND), OUTCOME_FAILED);
    assert_string_equal(b.text, "timeout");
    b.kind.timeout_us = 0;
    expect_done(&b, "pid", "1 1");
    close_bench(&b);
}

/* A slow first job is not a slow start: its line has been taken. */
static void
a_start_is_bounded(void **state)
{
    struct kind_config with = { .start_timeout_us = 200 * 1000 };
    struct bench b;

    (void)state;
    open_bench(&b, &with, "60000");
    expect_broken(&b, "x", "kind x: its program has not taken a line in "
                           "start_timeout");
    close_bench(&b);
    with.start_timeout_us = 2 * SECOND;
    open_bench(&b, &with, NULL);
    expect_done(&b, "spin 2500", "spun");
    close_bench(&b);
}

/* Its own clock says when it has spun for so long. */
static void
processor_time_is_that_of_the_job(void **state)
{
    enum { MS = 1000, FIRST = 100, LAST = 150 };
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    expect_done(&b, "x", "x");
    for (int i = 0; i < 2; i++) {
        expect_done(&b, "spin 100", "spun");
        assert_in_range(b.told.cpu_us, FIRST * MS - 5 * MS, 2 * FIRST * MS);
        expect_done(&b, "x", "x");
        assert_in_range(b.told.cpu_us, 0, 20 * MS);
    }
    /* One that ends has told what it took, all in all. */
    expect_broken(&b, "burn 150", "kind x: its program ended: exit 3");
    assert_in_range(b.told.cpu_us, LAST * MS - 5 * MS, 2 * LAST * MS);
    close_bench(&b);
}

static void *
stop_it(void *arg)
{
    struct bench *b = arg;

    usleep(100 * 1000);
    free(orders_stop(b->orders, 1));
    return NULL;
}

static void
a_stop_ends_it(void **state)
{
    struct bench b;
    pthread_t t;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    assert_int_equal(pthread_create(&t, NULL, stop_it, &b), 0);
    assert_int_equal(ask(&b, "hang"), OUTCOME_CANCELLED);
    assert_int_equal(b.told.fate, FATE_NONE);
    pthread_join(t, NULL);
    expect_done(&b, "pid", "1 1");
    close_bench(&b);
}

/* As much as one writes to stderr: it keeps nobody. */
static void
stderr_goes_to_the_log(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    expect_done(&b, "say 100000", "said");
    expect_done(&b, "pid", "1 2");
    close_bench(&b);
}

static void
what_cannot_be_started_is_told(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    free(b.kind.command.v[0]);
    b.kind.command.v[0] = xstrdup("/bin/false");    /* none of `programs` */
    assert_int_equal(ask(&b, "x"), OUTCOME_FAILED);
    assert_int_equal(b.told.fate, FATE_BROKEN);
    assert_non_null(strstr(b.text,
                           "/bin/false: not the program of an own kind"));
    close_bench(&b);
    /* What the host lacks now is no fault of the program. */
    open_bench(&b, &(struct kind_config){ .max_jobs = 0 }, NULL);
    b.config.spawner = NULL;
    assert_int_equal(ask(&b, "x"), OUTCOME_FAILED);
    assert_int_equal(b.told.fate, FATE_NONE);
    assert_string_equal(b.text, "kind x: no process on alpha: Function not "
                                "implemented");
    close_bench(&b);
}

static int
set_up(void **state)
{
    const char *build = getenv("LB_BUILD");
    static const struct spawner_config config = {
        .scratch = scratch, .kinds = programs };
    char *real;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(scratch, sizeof scratch, "%s/scratch", dir);
    snprintf(fickle, sizeof fickle, "%s/tests/tools/fickle",
             build != NULL ? build : ".");
    real = realpath(fickle, NULL);
    if (real == NULL)
        return -1;
    snprintf(fickle, sizeof fickle, "%s", real);
    free(real);
    spawner = spawner_fork(&config);
    return spawner != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    spawner_free(spawner);
    remove_dir(dir);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_takes_all_jobs),
        cmocka_unit_test(json_names_the_job),
        cmocka_unit_test(wrong_answers_fail_one_attempt),
        cmocka_unit_test(a_line_may_be_longer_than_a_pipe),
        cmocka_unit_test(what_ends_between_jobs_fails_none),
        cmocka_unit_test(is_renewed_after_so_many_jobs),
        cmocka_unit_test(time_is_bounded),
        cmocka_unit_test(a_start_is_bounded),
        cmocka_unit_test(processor_time_is_that_of_the_job),
        cmocka_unit_test(a_stop_ends_it),
        cmocka_unit_test(stderr_goes_to_the_log),
        cmocka_unit_test(what_cannot_be_started_is_told),
    };
    return cmocka_run_group_tests_name("coprocess", tests, set_up, tear_down);
}
