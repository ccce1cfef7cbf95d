/* SPDX-License-Identifier: MPL-2.0 */
#include "core/fetch.h"
#include "tests/unit/command_scene.h"

enum { JOBS = 3000, PEER = 1, LINE = 1000 };

static uint8_t line[FETCH_MAX_BYTES];

/* A home with one workload that waits, about a file that the peer cannot
 * read. */
static struct workload *
home(struct scene *s, bool ship)
{
    struct buf desc = { 0 }, blob = { 0 };
    struct node_id id = { .b = { 'b' } };
    struct desc d = { .kind = span_str("sleep"), .params = span_str("ms=1\n"),
                      .label = span_str("nap"), .home_name = span_str(""),
                      .n_jobs = JOBS, .cost = 1000 * 1000, .priority = 5,
                      .flags = DESC_HELD, .ship = ship };

    scene_new(s);
    desc_encode(&d, &desc);
    chunk_begin(0, JOBS, false, &blob);
    struct asking q = { .op = "submit", .desc = buf_span(&desc),
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(s, &q));
    assert_int_equal(s->reply.status, EXIT_DONE);
    buf_fini(&desc);
    buf_fini(&blob);
    assert_int_equal(peers_add(&s->core->peers, &id), PEER);
    struct workload *w = ledger_first(s->core->ledger);
    assert_true(fetch_is_ready(s->core, PEER, workload_job(w, 0)));
    fetch_cannot_read(s->core, PEER, w);
    return w;
}

/* Asks for the jobs from `first` on; how many are under way, or here. */
static uint32_t
ask(struct scene *s, const struct workload *w, uint32_t first, uint32_t count)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += fetch_ask(s->core, PEER, workload_job(w, first + i));
    return n;
}

static void
answer(struct scene *s, const struct workload *w, uint32_t index, size_t len)
{
    const struct event_fetched ev = {
        .workload = w->number, .index = index, .bytes = span_of(line, len),
        .error = span_str(len == 0 ? "no such file" : "")
    };
    fetch_arrived(s->core, &ev);
    assert_true(s->core->fetch.bytes <= FETCH_MAX_BYTES);
}

static void
remembers_for_a_minute_who_cannot_read(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);
    const struct job *j = workload_job(w, 5);

    assert_false(fetch_is_ready(s.core, PEER, j));
    assert_true(fetch_is_ready(s.core, PEER + 1, j));
    s.core->now_us += NO_FILE_US - 1;
    assert_false(fetch_is_ready(s.core, PEER, j));
    s.core->now_us++;
    assert_true(fetch_is_ready(s.core, PEER, j));
    scene_free(&s);
}

static void
asks_and_keeps_what_comes(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);
    const struct job *j = workload_job(w, 5);

    out_reset(&s.core->out);
    assert_int_equal(ask(&s, w, 5, 1), 1);
    assert_int_equal(ask(&s, w, 5, 1), 1);
    assert_int_equal(s.core->out.actions.n, 1);
    const struct action *a = &s.core->out.actions.v[0];
    assert_int_equal(a->kind, ACT_FETCH);
    assert_int_equal(a->fetch.workload, w->number);
    assert_int_equal(a->fetch.index, 5);
    assert_int_equal(a->fetch.max_bytes, s.config.max_input_bytes);
    assert_false(fetch_is_ready(s.core, PEER, j));
    memset(line, 'x', LINE);
    answer(&s, w, 5, LINE);
    assert_true(fetch_is_ready(s.core, PEER, j));
    assert_int_equal(fetch_bytes(s.core, j).len, LINE);
    assert_memory_equal(fetch_bytes(s.core, j).p, line, LINE);
    assert_int_equal(core_count(s.core).fetched, 1);
    fetch_drop(s.core, j);
    assert_int_equal(fetch_bytes(s.core, j).len, 0);
    assert_int_equal(core_count(s.core).fetched, 0);
    assert_int_equal(s.core->fetch.bytes, 0);
    scene_free(&s);
}

static void
asks_for_no_bytes_that_may_not_travel(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, false);

    assert_false(fetch_is_ready(s.core, PEER, workload_job(w, 0)));
    assert_int_equal(ask(&s, w, 0, 1), 0);
    scene_free(&s);
}

static void
keeps_to_its_bounds(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);
    const uint32_t few = FETCH_MAX_BYTES / s.config.max_input_bytes;

    /* of unknown length, each may be as long as any */
    assert_int_equal(ask(&s, w, 0, few + 5), few);
    answer(&s, w, 0, LINE);
    /* then as long as the first */
    assert_int_equal(ask(&s, w, few, JOBS - few), FETCH_MAX_JOBS - few);
    assert_int_equal(core_count(s.core).fetched, FETCH_MAX_JOBS);
    /* and one that is longer after all finds no room */
    answer(&s, w, 1, FETCH_MAX_BYTES - LINE);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 1)).len, 0);
    scene_free(&s);
}

static void
what_starts_here_or_has_ended_needs_no_bytes(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);

    assert_int_equal(ask(&s, w, 0, 5), 5);
    for (uint32_t i = 0; i < 4; i++)
        answer(&s, w, i, LINE);
    assert_int_equal(scene_ask(&s, "cancel", "workload=1 ranges=3-4"),
                     EXIT_DONE);
    assert_int_equal(core_count(s.core).fetched, 4);    /* 4 is under way */
    assert_int_equal(scene_ask(&s, "start", "workload=1"), EXIT_DONE);
    assert_int_equal(core_count(s.core).running, 2);
    assert_int_equal(core_count(s.core).fetched, 2);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 2)).len, LINE);
    answer(&s, w, 4, LINE);
    assert_int_equal(core_count(s.core).fetched, 1);
    scene_free(&s);
}

/* The last part of a file is a short one. */
static void
the_last_job_does_not_tell_of_the_others(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);

    assert_int_equal(ask(&s, w, JOBS - 1, 1), 1);
    answer(&s, w, JOBS - 1, 7);
    assert_int_equal(w->ship_bytes, 0);
    scene_free(&s);
}

static void
an_answer_that_nobody_wants_is_dropped(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);

    assert_int_equal(ask(&s, w, 0, 2), 2);
    fetch_drop(s.core, workload_job(w, 0));
    fetch_drop(s.core, workload_job(w, 1));
    assert_int_equal(core_count(s.core).fetched, 2); /* the shell has both */
    assert_int_equal(ask(&s, w, 1, 1), 1);
    answer(&s, w, 0, LINE);
    answer(&s, w, 1, LINE);
    answer(&s, w, 1, LINE);     /* not asked for */
    answer(&s, w, 2, LINE);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 0)).len, 0);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 1)).len, LINE);
    assert_int_equal(core_count(s.core).fetched, 1);
    scene_free(&s);
}

static void
after_a_failure_no_more_is_asked_for_a_minute(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);

    assert_int_equal(ask(&s, w, 0, 1), 1);
    out_reset(&s.core->out);
    answer(&s, w, 0, 0);
    s.did = &s.core->out.actions;
    assert_true(scene_logged(&s, "fetch-failed", "job=alpha-1.0 next=\"its "
                             "workload runs here\" error=\"no such file\""));
    assert_int_equal(core_count(s.core).fetched, 0);
    assert_int_equal(ask(&s, w, 0, 2), 0);
    s.core->now_us += NO_FILE_US;
    assert_int_equal(ask(&s, w, 0, 2), 2);
    scene_free(&s);
}

static void
bytes_that_nobody_takes_are_given_up(void **state)
{
    (void)state;
    struct scene s;
    const struct workload *w = home(&s, true);

    assert_int_equal(ask(&s, w, 0, 3), 3);
    answer(&s, w, 0, LINE);
    answer(&s, w, 1, LINE);
    workload_job(w, 1)->place = AT_OFFERED; /* may have to be sent again */
    s.core->now_us += FETCH_KEEP_US + 1;
    fetch_tick(s.core);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 0)).len, 0);
    assert_int_equal(fetch_bytes(s.core, workload_job(w, 1)).len, LINE);
    assert_int_equal(core_count(s.core).fetched, 2); /* 2 is under way */
    workload_job(w, 1)->place = AT_HELD;
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_for_a_minute_who_cannot_read),
        cmocka_unit_test(asks_and_keeps_what_comes),
        cmocka_unit_test(asks_for_no_bytes_that_may_not_travel),
        cmocka_unit_test(keeps_to_its_bounds),
        cmocka_unit_test(what_starts_here_or_has_ended_needs_no_bytes),
        cmocka_unit_test(the_last_job_does_not_tell_of_the_others),
        cmocka_unit_test(an_answer_that_nobody_wants_is_dropped),
        cmocka_unit_test(after_a_failure_no_more_is_asked_for_a_minute),
        cmocka_unit_test(bytes_that_nobody_takes_are_given_up),
    };
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
