/* SPDX-License-Identifier: MPL-2.0 */
/* Messages that must not be believed: of a life that went with a disk. */
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(result_of_another_life_is_not_recorded),
    };
    return cmocka_run_group_tests_name("hearing", tests, NULL, NULL);
}
