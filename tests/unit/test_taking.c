/* SPDX-License-Identifier: MPL-2.0 */
/* A home that has an old disk gives a number again: what a holder knows by it
 * is not what it is offered now. */
#include "core/node.h"
#include "proto/msg.h"
#include "tests/unit/command_scene.h"

enum { NUMBER = 7, HOME = 1 };

static const struct node_id home_id = { .b = { 'h' } };
static const struct node_id other_id = { .b = { 'o' } };
static const uint8_t manifest[32] = { 1, 2, 3 };

static struct desc
work(void)
{
    return (struct desc){ .kind = span_str("sleep"),
                          .params = span_str("ms=1\n"),
                          .label = span_str("nap"),
                          .home_name = span_str("home"),
                          .n_jobs = 3, .cost = 1000 * 1000, .priority = 5 };
}

/* Job `index` of `d`, accepted in life `life` of its home `of`. */
static void
pass_on(struct scene *s, const struct node_id *of, const struct desc *d,
        uint64_t life, uint32_t index)
{
    static uint64_t b;
    struct buf desc = { 0 }, items = { 0 }, group = { 0 };
    struct item it = { .verb = BATCH_JOB, .moves = 1, .attempt = 1,
                       .workload = NUMBER, .first = index, .count = 1,
                       .fence = life << 32 };
    struct msg m = { .type = MSG_BATCH };

    desc_encode(d, &desc);
    item_encode(&it, &items);
    struct batch_group g = { .home = *of, .workload = NUMBER,
                             .desc = buf_span(&desc),
                             .items = buf_span(&items) };
    batch_group_encode(&g, &group);
    b++;
    m.batch = (struct msg_batch){ .target_inc = s->config.incarnation,
                                  .b = b, .low = b, .n_jobs = 1,
                                  .n_groups = 1, .groups = buf_span(&group) };
    struct event ev = { .kind = EV_MSG };
    ev.msg = (struct event_msg){ .from = home_id, .incarnation = life,
                                 .up_ms = 1000, .msg = &m };
    scene_step(s, &ev);
    buf_fini(&desc);
    buf_fini(&items);
    buf_fini(&group);
}

static void
offer(struct scene *s, const struct desc *d, uint64_t life, uint32_t index)
{
    pass_on(s, &home_id, d, life, index);
}

static const struct workload *
known(const struct scene *s)
{
    return ledger_find(s->core->ledger, HOME, NUMBER);
}

static bool
is_here(const struct scene *s, uint32_t index)
{
    return core_copy_at(s->core, &home_id, NUMBER, index).verb != 0;
}

/* Is what `d` says now another workload than work(), of an earlier life? */
static bool
is_another(const struct desc *d)
{
    struct desc old = work();
    struct scene s;

    scene_new(&s);
    offer(&s, &old, 5, 0);
    assert_true(is_here(&s, 0));
    offer(&s, d, 6, 1);
    assert_true(is_here(&s, 1));
    bool another = !is_here(&s, 0);
    scene_free(&s);
    return another;
}

static void
whatever_its_home_may_not_change_tells_it_apart(void **state)
{
    (void)state;
    struct desc d = work();

    assert_false(is_another(&d));
    d.pin = span_str("alpha");
    assert_true(is_another(&d));
    d = work();
    d.timeout_us = 1000;
    assert_true(is_another(&d));
    d = work();
    d.timeout_percent = 300;
    assert_true(is_another(&d));
    d = work();
    d.files = span_of(manifest, sizeof manifest);
    assert_true(is_another(&d));
    d = work();
    d.flags = DESC_ONCE;
    assert_true(is_another(&d));
}

static void
its_priority_may_change(void **state)
{
    (void)state;
    struct desc d = work();

    d.priority = 9;
    assert_false(is_another(&d));
}

static void
of_two_numbers_of_jobs_the_larger_counts(void **state)
{
    (void)state;
    struct desc d = work();
    struct scene s;

    scene_new(&s);
    offer(&s, &d, 5, 0);
    d.n_jobs = 2;
    offer(&s, &d, 6, 1);
    assert_int_equal(known(&s)->desc.n_jobs, 3);
    d.n_jobs = 1000;
    offer(&s, &d, 7, 999);
    assert_int_equal(known(&s)->desc.n_jobs, 1000);
    assert_true(is_here(&s, 0) && is_here(&s, 1) && is_here(&s, 999));
    assert_true(span_is(known(&s)->desc.label, "nap"));
    scene_free(&s);
}

/* A batch can name any number of homes. */
static void
home_of_what_is_refused_is_not_remembered(void **state)
{
    (void)state;
    struct desc d = work();
    struct scene s;

    scene_new(&s);
    offer(&s, &d, 5, 0);
    size_t n = s.core->peers.n;
    d.kind = span_str("other");
    pass_on(&s, &other_id, &d, 5, 0);
    assert_int_equal(s.core->peers.n, n);
    d = work();
    pass_on(&s, &other_id, &d, 5, 0);
    assert_int_equal(s.core->peers.n, n + 1);
    assert_int_equal(core_copy_at(s.core, &other_id, NUMBER, 0).verb != 0, 1);
    assert_true(is_here(&s, 0));
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_its_home_may_not_change_tells_it_apart),
        cmocka_unit_test(its_priority_may_change),
        cmocka_unit_test(of_two_numbers_of_jobs_the_larger_counts),
        cmocka_unit_test(home_of_what_is_refused_is_not_remembered),
    };
    return cmocka_run_group_tests_name("taking", tests, NULL, NULL);
}
