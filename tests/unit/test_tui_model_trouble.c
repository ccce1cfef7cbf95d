/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model_scene.h"

/* ---- bad input ---- */

static void
bad(struct scene *s, int i, enum frame_error why, uint8_t version)
{
    struct input in = { .kind = IN_BAD };

    in.head.sender = s->node[i].state.id;
    in.head.version = version;
    in.why = why;
    scene_feed(s, &in, NULL);
}

static void
counts_malformed_frames_and_warns_once_a_minute(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    for (int i = 0; i < 99; i++)
        bad(&s, 0, FRAME_CRC, 1);
    const struct node *n = scene_node(&s, 0);
    assert_int_equal(n->malformed, 99);
    assert_int_equal(scene_notes(&s, "malformed message dropped: crc"), 1);
    assert_int_equal(n->seen, SEEN_LIVE);
    scene_state(&s, 0);
    bad(&s, 0, FRAME_CRC, 1);
    assert_int_equal(n->seen, SEEN_LIVE);
    for (int i = 0; i < 99; i++)
        bad(&s, 0, FRAME_BODY, 1);
    assert_string_equal(node_state(n), "error");
    s.now_us = 61 * S;
    scene_state(&s, 0);
    assert_int_equal(n->seen, SEEN_LIVE);
    bad(&s, 0, FRAME_CRC, 1);
    assert_int_equal(scene_notes(&s, "malformed message dropped"), 2);
    bad(&s, 5, FRAME_CRC, 1);   /* of an id that nobody has */
    assert_null(scene_node(&s, 5));
    scene_fini(&s);
}

static void
shows_a_node_of_another_version(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    bad(&s, 0, FRAME_VERSION, 3);
    bad(&s, 0, FRAME_VERSION, 3);
    const struct node *n = scene_node(&s, 0);
    assert_string_equal(node_state(n), "ver");
    assert_int_equal(n->protocol, 3);
    assert_string_equal(n->name, "01010000");
    assert_int_equal(notes_count(s.m->notes), 1);
    assert_int_equal(scene_notes(&s, "speaks version 3"), 1);
    scene_fini(&s);
}

static void
does_not_take_impossible_numbers(void **state)
{
    (void)state;
    struct scene s;
    struct input in = { .kind = IN_STATE };

    scene_init(&s);
    scene_state(&s, 0);
    in.head = (struct frame){ .type = MSG_STATE, .incarnation = 7, .seq = 99,
                              .sender = s.node[0].state.id };
    in.msg.type = MSG_STATE;
    in.msg.state = s.node[0].state;
    in.msg.state.queued = 5555;
    in.msg.state.throttle_percent = 0;
    scene_feed(&s, &in, NULL);
    in.msg.state.throttle_percent = 80;
    in.msg.state.cpu_permille = 40000;
    scene_feed(&s, &in, NULL);
    const struct node *n = scene_node(&s, 0);
    assert_int_equal(n->malformed, 2);
    assert_int_equal(n->told.queued, 100);
    assert_int_equal(scene_notes(&s, "impossible numbers"), 1);
    scene_fini(&s);
}

static void
warns_of_a_wrong_clock_once(void **state)
{
    (void)state;
    struct scene s;
    struct msg m = { .type = MSG_EVENT };

    scene_init(&s);
    scene_state(&s, 0);
    m.event = (struct msg_event){ .level = 3, .name = span_str("x") };
    for (int i = 0; i < 3; i++) {
        s.now_us = i * 11 * S;
        m.event.time_ms = (uint64_t)(s.m->wall_ms + s.now_us / MS) + 2100;
        m.event.number++;
        scene_say(&s, 0, IN_STATE, &m, NULL);
    }
    assert_int_equal(scene_node(&s, 0)->clock_off_us, 2100 * MS);
    assert_int_equal(scene_notes(&s, "clock offset 2.1 s"), 1);
    m.event.time_ms = (uint64_t)(s.m->wall_ms + s.now_us / MS) - 1900;
    scene_say(&s, 0, IN_STATE, &m, NULL);
    assert_int_equal(scene_notes(&s, "clock offset"), 1);
    scene_fini(&s);
}

static void
events_become_notes(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_state(&s, 0);
    scene_event(&s, 0, 3, "throttle", "from=80 to=70 by=ann cmd=8f3a");
    const struct note *n = notes_at(s.m->notes, 0);
    assert_string_equal(n->from, "alpha01");
    assert_int_equal(n->level, NOTE_INFO);
    assert_string_equal(n->text, "ann: throttle 80% to 70% (cmd 8f3a)");
    scene_event(&s, 0, 2, "peer-down", "peer=beta why=silent");
    assert_int_equal(notes_at(s.m->notes, 0)->level, NOTE_DEBUG);
    scene_event(&s, 9, 1, "journal", "error=x next=y");
    assert_string_equal(notes_at(s.m->notes, 0)->from, "010a0000");
    struct input in = { .kind = IN_NOTE };
    in.level = NOTE_ERROR;
    in.note = span_str("recording stops");
    scene_feed(&s, &in, NULL);
    assert_string_equal(notes_at(s.m->notes, 0)->from, "lbtop");
    assert_string_equal(notes_at(s.m->notes, 0)->text, "recording stops");
    scene_fini(&s);
}

static void
who_has_left_is_hidden_after_a_while(void **state)
{
    (void)state;
    struct scene s;
    struct msg bye = { .type = MSG_BYE };

    scene_init(&s);
    scene_state(&s, 0);
    scene_state(&s, 1);
    scene_say(&s, 1, IN_STATE, &bye, NULL);
    scene_run(&s, 1, 599 * S);
    assert_false(scene_node(&s, 1)->hidden);
    scene_run(&s, 1, 601 * S);
    assert_true(scene_node(&s, 1)->hidden);
    s.node[1].incarnation++;
    scene_state(&s, 1);
    assert_false(scene_node(&s, 1)->hidden);
    assert_int_equal(scene_node(&s, 1)->seen, SEEN_LIVE);
    scene_fini(&s);
}

static void
tells_of_the_cluster_while_jobs_move(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 2, 100 * S);
    assert_int_equal(scene_notes(&s, "jobs/s moving"), 0);
    for (int i = 0; i < 100; i++) {
        s.node[0].state.sent_jobs += 20;
        scene_run(&s, 2, (101 + i) * S);
    }
    assert_in_range(scene_notes(&s, "load 50-50%, 20 jobs/s moving"), 2, 4);
    scene_fini(&s);
}

/* ---- as a whole ---- */

static void
a_copy_is_apart(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    s.node[0].n_works = 1;
    s.node[0].work[0] = (struct state_workload){ .number = 1, .n_jobs = 10 };
    scene_run(&s, 3, 3 * S);
    struct model *copy = model_copy(s.m);
    s.node[0].state.queued = 1;
    s.node[0].work[0].n_jobs = 20;
    scene_run(&s, 40, 60 * S);
    const struct node *n = model_by_id(copy, &s.node[0].state.id);
    assert_ptr_not_equal(n, scene_node(&s, 0));
    assert_int_equal(copy->n, 3);
    assert_int_equal(copy->now_us, 3 * S);
    assert_int_equal(n->told.queued, 100);
    assert_int_equal(n->work[0].n_jobs, 10);
    assert_int_equal(n->at, scene_node(&s, 0)->at);
    assert_ptr_equal(model_by_name(copy, "alpha02"),
                     copy->node[scene_node(&s, 1)->at]);
    scene_fini(&s);
    assert_string_equal(n->name, "alpha01");
    model_free(copy);
}

/* Whoever makes up ids gets no more than NODES_MAX of them. */
static void
memory_is_bounded(void **state)
{
    (void)state;
    struct scene s;
    struct actor *a = &s.node[0];

    scene_init(&s);
    for (uint32_t i = 0; i < NODES_MAX + 500; i++) {
        memcpy(a->state.id.b, &i, sizeof i);
        snprintf(a->name, sizeof a->name, "n%u", (unsigned)i);
        a->seq = 0;
        scene_state(&s, 0);
        scene_event(&s, 0, 3, "x", a->name);
        scene_event(&s, 0, 3, "y", a->name);
    }
    assert_int_equal(s.m->n, NODES_MAX);
    assert_int_equal(notes_count(s.m->notes), NOTES_MAX);
    assert_true(notes_dropped(s.m->notes) > NODES_MAX);
    assert_int_equal(model_by_name(s.m, "n77")->at, 77);
    assert_null(model_by_name(s.m, "n10001"));
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_malformed_frames_and_warns_once_a_minute),
        cmocka_unit_test(shows_a_node_of_another_version),
        cmocka_unit_test(does_not_take_impossible_numbers),
        cmocka_unit_test(warns_of_a_wrong_clock_once),
        cmocka_unit_test(events_become_notes),
        cmocka_unit_test(who_has_left_is_hidden_after_a_while),
        cmocka_unit_test(tells_of_the_cluster_while_jobs_move),
        cmocka_unit_test(a_copy_is_apart),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests_name("tui_model_trouble", tests, NULL,
                                       NULL);
}
