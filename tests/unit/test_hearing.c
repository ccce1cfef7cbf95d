/* SPDX-License-Identifier: MPL-2.0 */
/* Who speaks with an id that another has, or had before its disk was lost. */
#include "core/limits.h"
#include "tests/unit/command_scene.h"

static void
hear(struct scene *s, const struct node_id *from, uint64_t incarnation,
     const struct msg *m)
{
    struct event ev = { .kind = EV_MSG };

    ev.msg = (struct event_msg){ .from = *from, .incarnation = incarnation,
                                 .up_ms = 1000, .msg = m };
    scene_step(s, &ev);
}

/* Whether a result of job 0 of workload 1 at this fence is recorded. */
static bool
is_recorded(struct scene *s, uint64_t fence)
{
    const struct node_id beta = { { 2 } };
    struct msg m = { .type = MSG_RESULTS };
    struct buf list = { 0 };
    bool saved = false;
    struct result r = { .workload = 1, .fence = fence, .run = 1, .attempt = 1,
                        .outcome = OUTCOME_DONE, .value = span_str("v"),
                        .error = span_str("") };

    result_encode(&r, &list);
    m.results.n = 1;
    m.results.list = buf_span(&list);
    hear(s, &beta, 5, &m);
    for (size_t i = 0; i < s->did->n; i++)
        saved |= s->did->v[i].kind == ACT_SAVE &&
                 s->did->v[i].save.type == SAVE_RESULTS;
    buf_fini(&list);
    return saved;
}

/* Workload 1 of a journal that is gone had such fences, if the clock was
 * ahead then: its results are of other jobs. */
static void
result_of_another_life_is_not_recorded(void **state)
{
    (void)state;
    struct scene s;

    scene_configure(&s);
    s.config.incarnation = 7;
    scene_start(&s);
    assert_int_equal(scene_submit(&s, 1), EXIT_DONE);
    assert_false(is_recorded(&s, (uint64_t)8 << 32));
    assert_false(is_recorded(&s, (uint64_t)6 << 32 | 1));
    assert_true(is_recorded(&s, (uint64_t)7 << 32));
    scene_free(&s);
}

/* A STATE with our own id. */
struct twin {
    uint64_t incarnation, up_ms, boot_id;
    uint16_t port;
};

static void
hear_twin(struct scene *s, const struct twin *t)
{
    struct msg m = { .type = MSG_STATE };
    struct event ev = { .kind = EV_MSG };

    m.state = (struct state){ .id = s->config.id, .name = span_str("alpha"),
                              .endpoint_host = span_str("there"),
                              .cluster = span_str("default"),
                              .boot_id = t->boot_id, .port = t->port };
    ev.msg = (struct event_msg){ .from = s->config.id, .msg = &m,
                                 .incarnation = t->incarnation,
                                 .up_ms = t->up_ms };
    scene_step(s, &ev);
}

/* The status that the last step ends with; -1: none. */
static int
exit_of(const struct scene *s)
{
    const int at = scene_find(s, ACT_EXIT, 0);
    return at < 0 ? -1 : s->did->v[at].exit_status;
}

enum { UP_MS = 60 * 1000, SILENCE_US = 40 * 1000 * 1000 };

/* A node of incarnation 7, boot 50 and port 8490 that is up for UP_MS. */
static void
begin(struct scene *s)
{
    struct event ev = { .kind = EV_TICK };

    scene_configure(s);
    s->config.incarnation = 7;
    s->config.boot_id = 50;
    s->config.port = 8490;
    scene_start(s);
    s->now_us += UP_MS * INT64_C(1000);
    scene_step(s, &ev);
}

static void
the_younger_of_two_copies_ends_for_good(void **state)
{
    (void)state;
    struct scene s;

    begin(&s);
    hear_twin(&s, &(struct twin){ 6, UP_MS + 1000, 51, 8490 });
    assert_int_equal(exit_of(&s), EXIT_REFUSED);
    scene_free(&s);
    begin(&s);      /* what is our own is no twin */
    hear_twin(&s, &(struct twin){ 7, UP_MS + 1000, 50, 8490 });
    assert_int_equal(exit_of(&s), -1);
    assert_false(scene_until(&s, SILENCE_US, ACT_EXIT));
    scene_free(&s);
}

/* Started in the same second: one of them ends, whoever hears first. */
static void
copies_of_one_incarnation_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        struct twin twin;
        int status;
    } t[] = {
        { { 7, UP_MS, 51, 8490 }, -1 },
        { { 7, 2ul * UP_MS, 51, 8490 }, -1 },
        { { 7, UP_MS, 49, 8490 }, EXIT_REFUSED },
        { { 7, 0, 49, 9000 }, EXIT_REFUSED },
        { { 7, UP_MS, 50, 8491 }, -1 },
        { { 7, UP_MS, 50, 8489 }, EXIT_REFUSED },
    };

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct scene s;
        begin(&s);
        hear_twin(&s, &t[i].twin);
        assert_int_equal(exit_of(&s), t[i].status);
        scene_free(&s);
    }
}

/* Peers have heard a higher incarnation, and go on to hear none but it. */
static void
the_older_starts_again_when_the_younger_is_silent(void **state)
{
    (void)state;
    static const uint64_t heard[] = { 7, 8, 6 };    /* the last: lower */

    for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++) {
        struct scene s;
        const struct twin twin = { heard[i], 0, 51, 8490 };
        begin(&s);
        for (int n = 0; n < 20; n++) {
            hear_twin(&s, &twin);
            assert_int_equal(exit_of(&s), -1);
            assert_false(scene_until(&s, 10 * 1000 * 1000, ACT_EXIT));
        }
        assert_int_equal(scene_until(&s, SILENCE_US, ACT_EXIT), heard[i] >= 7);
        assert_int_equal(exit_of(&s), heard[i] >= 7 ? EXIT_FAILED : -1);
        scene_free(&s);
    }
}

static void
who_is_one_too_many_is_told_of_once(void **state)
{
    (void)state;
    struct msg m = { .type = MSG_PING };
    static const char text[] = "known=1024 next=\"other nodes are not heard; "
                               "start it again to leave out those that are "
                               "gone\"";
    struct scene s;
    unsigned told = 0;

    scene_new(&s);
    for (uint32_t i = 0; i < PEERS_MAX + 10; i++) {
        struct node_id from = { { 'p', (uint8_t)(i >> 8), (uint8_t)i } };
        hear(&s, &from, 5, &m);
        bool now = scene_logged(&s, "peers-full", text);
        assert_true(!now || i >= PEERS_MAX - 1);
        told += now;
    }
    assert_int_equal(told, 1);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_younger_of_two_copies_ends_for_good),
        cmocka_unit_test(copies_of_one_incarnation_are_told_apart),
        cmocka_unit_test(the_older_starts_again_when_the_younger_is_silent),
        cmocka_unit_test(result_of_another_life_is_not_recorded),
        cmocka_unit_test(who_is_one_too_many_is_told_of_once),
    };
    return cmocka_run_group_tests_name("hearing", tests, NULL, NULL);
}
