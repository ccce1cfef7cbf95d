/* SPDX-License-Identifier: MPL-2.0 */
/* What was before: events of a node, counters of its former incarnations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/exits.h"
#include "tests/unit/model_scene.h"

/* An event of node i, `ago_us` old. */
static struct msg
an_event(const struct scene *s, uint64_t number, int64_t ago_us)
{
    struct msg m = { .type = MSG_EVENT };
    static char text[64];

    snprintf(text, sizeof text, "number=%d", (int)number);
    m.event = (struct msg_event){
        .time_ms = (uint64_t)(s->m->wall_ms + (s->now_us - ago_us) / 1000),
        .number = number, .level = NOTE_INFO, .name = span_str("evt"),
        .text = span_str(text) };
    return m;
}

static void
hears(struct scene *s, int i, uint64_t number)
{
    struct msg m = an_event(s, number, 0);
    scene_say(s, i, IN_STATE, &m, NULL);
}

/* Node i answers with its events first..last, a second apart, the last one
 * `ago_us` old. */
static void
tells_past(struct scene *s, int i, uint64_t first, uint64_t last,
           int64_t ago_us)
{
    struct question q = { .id = 1, .op = "events",
                          .to = s->node[i].state.id };
    struct buf rows = { 0 }, row = { 0 };
    struct msg reply = { .type = MSG_REPLY };

    for (uint64_t k = first; k <= last; k++) {
        struct msg m = an_event(s, k, ago_us + (int64_t)(last - k) * S);
        buf_reset(&row);
        msg_encode(&m, &row);
        row_add(&rows, buf_span(&row));
    }
    reply.reply.rows = buf_span(&rows);
    scene_say(s, i, IN_ANSWER, &reply, &q);
    buf_fini(&rows);
    buf_fini(&row);
}

/* The events there are, the newest first: "7 6 5". */
static void
expect_events(const struct scene *s, const char *want)
{
    char got[400] = "";
    int64_t last_us = INT64_MAX;

    for (size_t i = 0; i < notes_count(s->m->notes); i++) {
        const struct note *n = notes_at(s->m->notes, i);
        const char *number = strstr(n->text, "number=");
        assert_true(n->at_us <= last_us);
        assert_int_equal(n->times, 1);
        last_us = n->at_us;
        if (number != NULL)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s",
                     got[0] != '\0' ? " " : "", number + 7);
    }
    assert_string_equal(got, want);
}

static bool
is_due(struct scene *s, int i)
{
    return node_past_due(s->m, scene_node(s, i));
}

static void
events_of_before_stand_at_their_time_and_once(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    hears(&s, 0, 5);
    scene_run(&s, 1, 12 * S);
    hears(&s, 0, 6);
    assert_true(is_due(&s, 0));
    assert_false(node_past_known(scene_node(&s, 0)));
    node_past_asked(s.m, scene_node(&s, 0));
    assert_false(is_due(&s, 0));
    scene_run(&s, 1, 20 * S);
    tells_past(&s, 0, 1, 6, 8 * S);     /* some from before our start */
    expect_events(&s, "6 5 4 3 2 1");
    assert_true(node_past_known(scene_node(&s, 0)));
    assert_false(is_due(&s, 0));
    scene_run(&s, 1, 100 * S);
    assert_false(is_due(&s, 0));
    tells_past(&s, 0, 1, 6, 80 * S);
    expect_events(&s, "6 5 4 3 2 1");
    hears(&s, 0, 7);
    expect_events(&s, "7 6 5 4 3 2 1");
    scene_fini(&s);
}

/* The answer may overtake what was published before it. */
static void
an_event_that_comes_late_is_not_doubled(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    tells_past(&s, 0, 1, 3, S);
    hears(&s, 0, 3);
    hears(&s, 0, 4);
    expect_events(&s, "4 3 2 1");
    scene_fini(&s);
}

static void
missed_events_are_asked_for(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    hears(&s, 0, 2);
    tells_past(&s, 0, 1, 2, 0);
    scene_run(&s, 1, 20 * S);
    hears(&s, 0, 5);                    /* we were cut off meanwhile */
    assert_true(is_due(&s, 0));
    hears(&s, 0, 6);
    tells_past(&s, 0, 1, 6, 0);
    expect_events(&s, "6 5 4 3 2 1");
    assert_false(is_due(&s, 0));
    scene_fini(&s);
}

static void
a_new_incarnation_counts_anew(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    tells_past(&s, 0, 1, 3, 0);
    assert_false(is_due(&s, 0));
    s.node[0].incarnation++;
    s.node[0].seq = 0;
    scene_run(&s, 1, 12 * S);
    assert_true(is_due(&s, 0));
    tells_past(&s, 0, 1, 2, 0);
    expect_events(&s, "2 1 3 2 1");
    s.node[0].incarnation--;            /* an answer that comes too late */
    tells_past(&s, 0, 1, 3, 0);
    expect_events(&s, "2 1 3 2 1");
    scene_fini(&s);
}

/* It is not asked for ever. */
static void
a_node_that_cannot_tell_is_asked_once(void **state)
{
    (void)state;
    struct question q = { .id = 1, .op = "events" };
    struct msg no = { .type = MSG_REPLY, .reply.status = EXIT_USAGE };
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    assert_true(is_due(&s, 0));
    q.to = s.node[0].state.id;
    scene_say(&s, 0, IN_ANSWER, &no, &q);
    scene_run(&s, 1, 100 * S);
    assert_false(is_due(&s, 0));
    scene_fini(&s);
}

static void
a_wrong_clock_is_taken_off(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    s.m->wall_ms += 3600 * 1000;        /* the node is an hour ahead */
    struct msg m = an_event(&s, 3, 0);
    s.m->wall_ms -= 3600 * 1000;
    scene_say(&s, 0, IN_STATE, &m, NULL);
    s.m->wall_ms += 3600 * 1000;
    struct msg old = an_event(&s, 2, 4 * S);
    s.m->wall_ms -= 3600 * 1000;
    struct question q = { .id = 1, .op = "events",
                          .to = s.node[0].state.id };
    struct buf rows = { 0 }, row = { 0 };
    struct msg reply = { .type = MSG_REPLY };
    msg_encode(&old, &row);
    row_add(&rows, buf_span(&row));
    reply.reply.rows = buf_span(&rows);
    scene_say(&s, 0, IN_ANSWER, &reply, &q);
    const struct note *last =
        notes_at(s.m->notes, notes_count(s.m->notes) - 1);
    assert_int_equal(last->at_us, 6 * S);
    buf_fini(&rows);
    buf_fini(&row);
    scene_fini(&s);
}

static void
totals_do_not_fall_when_a_node_starts_again(void **state)
{
    (void)state;
    struct scene s;
    struct totals t;

    scene_init(&s);
    s.node[0].state.failed = 7;
    scene_run(&s, 2, 10 * S);
    scene_run(&s, 1, 30 * S);           /* the other one is lost */
    model_totals(s.m, &t);
    assert_int_equal(t.done, 2000);
    s.node[0].incarnation++;
    s.node[0].seq = 0;
    s.node[0].state.done = 5;
    s.node[0].state.failed = 1;
    scene_run(&s, 1, 32 * S);
    model_totals(s.m, &t);
    assert_int_equal(t.done, 2005);
    assert_int_equal(t.failed, 8);
    s.node[1].incarnation += 2;
    s.node[1].seq = 0;
    s.node[1].state.done = 0;
    scene_run(&s, 2, 40 * S);
    model_totals(s.m, &t);
    assert_int_equal(t.done, 2005);
    scene_fini(&s);
}

/* An event that has this name and these words. */
static void
says(struct scene *s, int i, uint64_t number, const char *name,
     const char *text)
{
    struct msg m = an_event(s, number, 0);

    m.event.name = span_str(name);
    m.event.text = span_str(text);
    scene_say(s, i, IN_STATE, &m, NULL);
}

/* Node i answers with one event of so long ago. */
static void
told_before(struct scene *s, int i, const char *name, const char *text,
            int64_t ago_us)
{
    struct question q = { .id = 1, .op = "events",
                          .to = s->node[i].state.id };
    struct buf rows = { 0 }, row = { 0 };
    struct msg reply = { .type = MSG_REPLY }, m = an_event(s, 1, ago_us);

    m.event.name = span_str(name);
    m.event.text = span_str(text);
    m.event.level = strcmp(name, "peer-down") == 0 ? NOTE_WARN : NOTE_INFO;
    msg_encode(&m, &row);
    row_add(&rows, buf_span(&row));
    reply.reply.rows = buf_span(&rows);
    scene_say(s, i, IN_ANSWER, &reply, &q);
    buf_fini(&rows);
    buf_fini(&row);
}

/* Of before this lbtop began one peer is believed; what was seen since is told
 * already. */
static void
peers_tell_who_was_lost_before(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 4, 10 * S);
    told_before(&s, 0, "peer-down", "peer=beta02 why=\"no heartbeat\"",
                100 * S);
    told_before(&s, 1, "peer-down", "peer=beta02 why=\"no answer\"", 98 * S);
    told_before(&s, 2, "peer-up", "peer=beta02", 60 * S);
    told_before(&s, 3, "peer-up", "peer=beta01", 5 * S);
    size_t lost = 0, back = 0;
    for (size_t i = 0; i < notes_count(s.m->notes); i++) {
        const struct note *o = notes_at(s.m->notes, i);
        lost += o->level == NOTE_WARN && strstr(o->text, "is lost") != NULL;
        back += o->level == NOTE_INFO && strstr(o->text, "is back") != NULL;
    }
    assert_int_equal(lost, 1);
    assert_int_equal(back, 1);
    scene_fini(&s);
}

static void
a_workload_that_failed_is_a_warning(void **state)
{
    (void)state;
    struct scene s;

    scene_init(&s);
    scene_run(&s, 1, 10 * S);
    says(&s, 0, 1, "ended", "workload=a-1 jobs=50 failed=50");
    const struct note *o = notes_at(s.m->notes, 0);
    assert_int_equal(o->level, NOTE_WARN);
    assert_string_equal(o->text,
                        "workload a-1 has ended: 50 jobs, 50 failed");
    says(&s, 0, 2, "ended", "workload=a-2 jobs=50 failed=0");
    assert_int_equal(notes_at(s.m->notes, 0)->level, NOTE_INFO);
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_before_stand_at_their_time_and_once),
        cmocka_unit_test(an_event_that_comes_late_is_not_doubled),
        cmocka_unit_test(missed_events_are_asked_for),
        cmocka_unit_test(a_new_incarnation_counts_anew),
        cmocka_unit_test(a_node_that_cannot_tell_is_asked_once),
        cmocka_unit_test(a_wrong_clock_is_taken_off),
        cmocka_unit_test(totals_do_not_fall_when_a_node_starts_again),
        cmocka_unit_test(peers_tell_who_was_lost_before),
        cmocka_unit_test(a_workload_that_failed_is_a_warning),
    };
    return cmocka_run_group_tests_name("tui_model_past", tests, NULL, NULL);
}
