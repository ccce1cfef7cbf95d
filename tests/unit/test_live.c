/* SPDX-License-Identifier: MPL-2.0 */
/* What commands have set, and what becomes of it at a restart. */
#include "tests/unit/command_scene.h"

enum { A_WHILE_US = 2 * 1000 * 1000 };

/* The record that is saved within a while, with the older ones given up
 * first; false: none. */
static bool
saves(struct scene *s, struct buf *body)
{
    if (!scene_until(s, A_WHILE_US, ACT_SAVE))
        return false;
    int at = scene_find(s, ACT_SAVE, 0);
    int gone = scene_find(s, ACT_FORGET, 0);
    assert_int_equal(s->did->v[at].save.type, SAVE_LIVE);
    assert_true(gone >= 0 && gone < at);
    assert_int_equal(s->did->v[gone].forget, s->did->v[at].save.workload);
    buf_reset(body);
    buf_bytes(body, s->did->v[at].save.body.p, s->did->v[at].save.body.len);
    return true;
}

/* The same node again, with this record in its journal. */
static void
restart(struct scene *s, const struct buf *body)
{
    struct core_config config = s->config;
    struct event ev = { .kind = EV_REPLAY };

    scene_free(s);
    scene_configure(s);
    s->config = config;
    s->core = core_new(&s->config, 1);
    ev.replay.type = SAVE_LIVE;
    ev.replay.workload = UINT32_MAX;
    ev.replay.body = buf_span(body);
    scene_step(s, &ev);
    ev = (struct event){ .kind = EV_START };
    scene_step(s, &ev);
}

static uint8_t
throttle_at_start(const struct scene *s)
{
    int at = scene_find(s, ACT_THROTTLE, 0);
    assert_true(at >= 0);
    return s->did->v[at].throttle_percent;
}

static void
no_answer_waits_for_the_record(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };

    scene_new(&s);
    assert_false(saves(&s, &body));
    assert_int_equal(scene_ask(&s, "throttle", "value=40 by=ann"), EXIT_DONE);
    assert_true(scene_find(&s, ACT_SAVE, 0) < 0);
    assert_true(saves(&s, &body));
    assert_false(saves(&s, &body));
    buf_fini(&body);
    scene_free(&s);
}

static void
a_restart_tells_what_is_not_in_force_any_more(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };

    scene_new(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=40 by=ann"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "pause", NULL), EXIT_DONE);
    assert_true(saves(&s, &body));
    restart(&s, &body);
    assert_true(scene_logged(&s, "reset",
                             "op=throttle was=40 to=100 set_by=ann"));
    assert_true(scene_logged(&s, "reset",
                             "op=phase was=pause to=run set_by=-"));
    assert_int_equal(throttle_at_start(&s), 100);
    assert_true(saves(&s, &body));  /* the next one tells nothing */
    restart(&s, &body);
    for (size_t i = 0; i < s.did->n; i++)
        if (s.did->v[i].kind == ACT_LOG)
            assert_string_equal(s.did->v[i].log.evt, "started");
    buf_fini(&body);
    scene_free(&s);
}

static void
a_throttle_is_kept_if_it_shall(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };

    scene_configure(&s);
    s.config.throttle_persist = true;
    scene_start(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=40 by=ann"), EXIT_DONE);
    assert_true(saves(&s, &body));
    s.config.floor_percent = 50;    /* the file has changed since */
    restart(&s, &body);
    assert_int_equal(throttle_at_start(&s), 50);
    assert_true(scene_logged(&s, "kept",
                             "op=throttle to=50 configured=100 set_by=ann"));
    assert_true(scene_logged(&s, "reset",
                             "op=throttle was=40 to=50 set_by=ann"));
    assert_int_equal(scene_ask(&s, "throttle", "value=60 seen=40"),
                     EXIT_FAILED);
    assert_string_equal(s.text, "ann set 50% first");
    buf_fini(&body);
    scene_free(&s);
}

static void
a_throttle_for_a_time_is_not_kept(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };

    scene_configure(&s);
    s.config.throttle_persist = true;
    scene_start(&s);
    assert_int_equal(scene_ask(&s, "throttle", "value=60"), EXIT_DONE);
    assert_int_equal(scene_ask(&s, "throttle",
                               "value=20 for_ms=600000 by=bob"), EXIT_DONE);
    assert_true(saves(&s, &body));
    restart(&s, &body);
    assert_int_equal(throttle_at_start(&s), 60);
    assert_true(scene_logged(&s, "reset",
                             "op=throttle was=20 to=60 set_by=bob"));
    buf_fini(&body);
    scene_free(&s);
}

static void
a_full_disk_is_left_alone(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };
    struct event ev = { .kind = EV_DISK, .disk_full = true };

    scene_new(&s);
    scene_step(&s, &ev);
    assert_int_equal(scene_ask(&s, "throttle", "value=40"), EXIT_DONE);
    assert_false(saves(&s, &body));
    ev = (struct event){ .kind = EV_DISK };
    scene_step(&s, &ev);
    assert_true(saves(&s, &body));
    buf_fini(&body);
    scene_free(&s);
}

static void
any_record_is_survived(void **state)
{
    (void)state;
    struct scene s;
    struct buf body = { 0 };

    scene_new(&s);
    for (unsigned i = 0; i < 2000; i++) {
        buf_reset(&body);
        for (unsigned n = 0; n < i % 13; n++)
            buf_u8(&body, (uint8_t)(i * 7 + n * (i % 31)));
        s.config.throttle_persist = i % 2 == 0;
        restart(&s, &body);
        uint8_t percent = throttle_at_start(&s);
        assert_true(percent >= 1 && percent <= 100);
    }
    buf_fini(&body);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_waits_for_the_record),
        cmocka_unit_test(a_restart_tells_what_is_not_in_force_any_more),
        cmocka_unit_test(a_throttle_is_kept_if_it_shall),
        cmocka_unit_test(a_throttle_for_a_time_is_not_kept),
        cmocka_unit_test(a_full_disk_is_left_alone),
        cmocka_unit_test(any_record_is_survived),
    };
    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
