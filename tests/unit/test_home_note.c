/* SPDX-License-Identifier: MPL-2.0 */
/* What a journal says at the start of a node, as it was written and as older
 * nodes wrote it. */
#include "core/node.h"
#include "core/record.h"
#include "proto/msg.h"
#include "tests/unit/command_scene.h"

enum { NUMBER = 1 };

static void
replay(struct scene *s, uint8_t type, uint32_t number, const struct buf *body)
{
    struct event ev = { .kind = EV_REPLAY };
    ev.replay.type = type;
    ev.replay.workload = number;
    ev.replay.body = buf_span(body);
    scene_step(s, &ev);
}

/* A node that is not started yet. */
static void
begin(struct scene *s)
{
    scene_configure(s);
    s->core = core_new(&s->config, 1);
}

/* It knows a workload of so many jobs, all open. */
static void
knows_workload(struct scene *s, uint32_t n_jobs)
{
    struct buf body = { 0 };
    struct desc d = { .kind = span_str("sleep"), .params = span_str("ms=1\n"),
                      .label = span_str("nap"), .home_name = span_str("alpha"),
                      .n_jobs = n_jobs, .cost = 1000 * 1000, .priority = 5,
                      .retries = 2 };

    buf_u64(&body, 0);
    buf_u64(&body, 0);
    desc_encode(&d, &body);
    replay(s, SAVE_WORKLOAD, NUMBER, &body);
    buf_reset(&body);
    chunk_begin(0, n_jobs, false, &body);
    replay(s, SAVE_JOBS, NUMBER, &body);
    buf_fini(&body);
}

static void
attempt_without_lost_ones_is_read(void **state)
{
    struct buf body = { 0 };
    struct scene s;

    (void)state;
    begin(&s);
    knows_workload(&s, 2);
    for (uint32_t index = 0; index < 2; index++) {
        buf_reset(&body);
        buf_u32(&body, index);
        buf_u64(&body, 1ull << 32);
        buf_u8(&body, 3);
        if (index == 1)
            buf_u8(&body, 1);
        replay(&s, SAVE_FAILED, NUMBER, &body);
        const struct job *j = workload_job(
            ledger_find(s.core->ledger, 0, NUMBER), index);
        assert_int_equal(j->attempt, 3);
        assert_int_equal(j->lost, index);
    }
    assert_int_equal(s.core->dropped, 0);
    buf_fini(&body);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempt_without_lost_ones_is_read),
    };
    return cmocka_run_group_tests_name("home_note", tests, NULL, NULL);
}
