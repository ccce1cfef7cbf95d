/* SPDX-License-Identifier: MPL-2.0 */
/* Files of jobs whose home is another node. */
#include "agent/command_files_parts.h"
#include "tests/unit/command_files_bench.h"
#include "tests/unit/fake_home.h"

static void
the_home_gives_what_is_not_here(void **state)
{
    struct bench *b = *state;
    struct fake_home home;
    struct digest d;
    uint64_t size;

    assert_true(fake_home_open(&home));
    b->order->away = true;
    strcpy(b->order->home_at, home.at);
    d = fake_home_put(&home, "alpha", 5);
    is_given(b, "alpha", "a");
    wants_back(b, "b");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(give(b), 0);
        assert_true(holds(b, "a", "alpha"));
        writes(b, "b", "returned");
        assert_int_equal(take(b), 0);
        command_files_end(b->given);
    }
    assert_int_equal(home.gets, 1);
    int fd = files_read(b->files, &d, &size);
    assert_true(fd >= 0);
    close(fd);
    d = digest_of(span_str("returned"));
    assert_int_equal(files_read(b->files, &d, &size), -ENOENT);
    fd = files_read(home.files, &d, &size);
    assert_true(fd >= 0);
    close(fd);
    buf_reset(&b->params);
    is_given(b, "other", "a");
    assert_int_equal(give(b), OUTCOME_NO_FILE);
    assert_string_equal(b->err, "south cannot have file a: no such file here");
    command_files_end(b->given);
    files_set_max(home.files, 1);
    buf_reset(&b->params);
    wants_back(b, "b");
    assert_int_equal(give(b), 0);
    writes(b, "b", "more");
    assert_int_equal(take(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "b: the file is above jobs.files_max");
    command_files_end(b->given);
    b->order->home_at[0] = '\0';
    buf_reset(&b->params);
    is_given(b, "other", "a");
    b->given->short_us = 0;
    assert_int_equal(give(b), OUTCOME_NO_FILE);
    assert_string_equal(b->err,
                        "south cannot have its files: its home is not known");
    command_files_end(b->given);
    fake_home_close(&home);
}

static void
a_home_that_is_full_for_now_is_tried_again(void **state)
{
    struct bench *b = *state;
    struct fake_home home;

    assert_true(fake_home_open(&home));
    (void)fake_home_put(&home, "alpha", 5);
    (void)fake_home_put(&home, "beta", 4);
    files_set_max(home.files, 8192);
    struct meanwhile m = { .files = home.files, .puts = &home.puts };
    b->job.lasts = relieve;
    b->job.arg = &m;
    b->order->away = true;
    strcpy(b->order->home_at, home.at);
    wants_back(b, "b");
    assert_int_equal(give(b), 0);
    writes(b, "b", "returned");
    assert_int_equal(take(b), 0);
    command_files_end(b->given);
    fake_home_close(&home);
}

/* Others that come in, or stay, may go. */
static void
room_beside_other_files_is_waited_for(void **state)
{
    struct bench *b = *state;
    struct fake_home home;

    assert_true(fake_home_open(&home));
    (void)fake_home_put(&home, "alpha", 5);
    (void)keep(b, "own");
    files_set_max(b->files, 4096);
    struct meanwhile m = { .files = b->files, .puts = &home.heard };
    b->job.lasts = relieve;
    b->job.arg = &m;
    b->order->away = true;
    strcpy(b->order->home_at, home.at);
    is_given(b, "alpha", "a");
    assert_int_equal(give(b), 0);
    assert_true(holds(b, "a", "alpha"));
    command_files_end(b->given);
    files_set_max(b->files, 4095);      /* it never fits here */
    buf_reset(&b->params);
    (void)fake_home_put(&home, "beta", 4);
    is_given(b, "beta", "a");
    b->job.lasts = lasts;
    assert_int_equal(give(b), OUTCOME_NO_FILE);
    command_files_end(b->given);
    fake_home_close(&home);
}

static void
the_time_of_an_attempt_is_heeded_on_the_way(void **state)
{
    struct bench *b = *state;
    struct fake_home home;

    assert_true(fake_home_open(&home));
    home.deaf = true;
    b->order->away = true;
    strcpy(b->order->home_at, home.at);
    is_given(b, "alpha", "a");
    b->run.timeout_us = 30 * 1000;
    assert_int_equal(give(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "timeout");
    command_files_end(b->given);
    buf_reset(&b->params);
    wants_back(b, "a");
    b->run.timeout_us = 2 * 1000 * 1000;
    assert_int_equal(give(b), 0);
    assert_true(b->run.timeout_us <= 2 * 1000 * 1000);
    writes(b, "a", "x");
    assert_int_equal(take(b), OUTCOME_FAILED);
    assert_string_equal(b->err, "timeout");
    command_files_end(b->given);
    fake_home_close(&home);
}

struct stopping {
    struct bench *b;
    struct fake_home *home;
    unsigned heard;
};

/* Once the home has been asked: its worker waits then. */
static void *
stop_it(void *arg)
{
    struct stopping *s = arg;

    while (s->home->heard == s->heard)
        sched_yield();
    assert_null(orders_stop(s->b->orders, RUN));
    return NULL;
}

/* The run under way at the worker, so that it can be stopped, or its home
 * found. */
static void
begin_run(struct bench *b)
{
    struct order *o = order_new(span_str(""), span_str(""));

    o->away = true;
    o->run = RUN;
    orders_put(b->orders, o);
    assert_ptr_equal(orders_try_take(b->orders, WORKER), o);
    free(o);
}

static void
a_stop_is_heard_on_the_way(void **state)
{
    struct bench *b = *state;
    struct fake_home home;
    struct stopping s = { .b = b, .home = &home };
    pthread_t thread;

    assert_true(fake_home_open(&home));
    home.deaf = true;
    b->order->away = true;
    strcpy(b->order->home_at, home.at);
    is_given(b, "alpha", "a");
    begin_run(b);
    pthread_create(&thread, NULL, stop_it, &s);
    assert_int_equal(give(b), OUTCOME_CANCELLED);
    command_files_end(b->given);
    pthread_join(thread, NULL);
    buf_reset(&b->params);
    wants_back(b, "a");
    begin_run(b);
    assert_int_equal(give(b), 0);
    writes(b, "a", "x");
    s.heard = home.heard;
    pthread_create(&thread, NULL, stop_it, &s);
    assert_int_equal(take(b), OUTCOME_CANCELLED);
    command_files_end(b->given);
    pthread_join(thread, NULL);
    fake_home_close(&home);
}

struct moving {
    struct orders *orders;
    const char *at;
};

static bool
find_home(void *arg, const struct node_id *home, char dst[PLACE_CAP])
{
    const struct moving *m = arg;

    (void)home;
    snprintf(dst, PLACE_CAP, "%s", m->at);
    return true;
}

static void
find_homes(void *arg)
{
    struct moving *m = arg;

    orders_find_homes(m->orders, find_home, m);
}

/* It was not known, or elsewhere, when the run began. */
static void
a_home_that_moves_is_found(void **state)
{
    struct bench *b = *state;
    static const char *const before[] = { "", "127.0.0.1:1024" };
    struct fake_home home;

    assert_true(fake_home_open(&home));
    struct moving m = { b->orders, home.at };
    b->order->away = true;
    b->job.lasts = find_homes;
    b->job.arg = &m;
    wants_back(b, "b");
    for (size_t i = 0; i < 2; i++) {
        if (i == 0) {           /* a job from a node that is new here */
            (void)fake_home_put(&home, "alpha", 5);
            is_given(b, "alpha", "a");
        }
        strcpy(b->order->home_at, before[i]);
        begin_run(b);
        assert_int_equal(give(b), 0);
        writes(b, "b", "returned");
        assert_int_equal(take(b), 0);
        command_files_end(b->given);
    }
    assert_true(home.puts >= 2);
    fake_home_close(&home);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_home_gives_what_is_not_here),
        BENCH_TEST(a_home_that_is_full_for_now_is_tried_again),
        BENCH_TEST(room_beside_other_files_is_waited_for),
        BENCH_TEST(the_time_of_an_attempt_is_heeded_on_the_way),
        BENCH_TEST(a_home_that_moves_is_found),
        BENCH_TEST(a_stop_is_heard_on_the_way),
    };
    return cmocka_run_group_tests_name("command_files_away", tests, NULL, NULL);
}
