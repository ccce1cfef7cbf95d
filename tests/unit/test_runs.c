/* SPDX-License-Identifier: MPL-2.0 */
/* Orders to the workers: each out under a ticket of its own. */
#include "base/xalloc.h"
#include "tests/unit/command_scene.h"

enum { JOBS = 70 * 1000, TICKETS = UINT16_MAX + 1 };

struct orders {
    struct act_run *v;      /* [JOBS] in the order in which they came */
    size_t n;
    bool out[TICKETS];
};

static void
note(struct orders *o, const struct scene *s)
{
    for (size_t i = 0; i < s->did->n; i++) {
        if (s->did->v[i].kind != ACT_RUN)
            continue;
        const struct act_run *r = &s->did->v[i].run;
        assert_false(o->out[r->slot]);
        assert_true(o->n < JOBS);
        o->out[r->slot] = true;
        o->v[o->n++] = *r;
    }
}

/* More short jobs ordered ahead than an order has tickets. */
static void
no_ticket_is_given_twice(void **state)
{
    struct submission all = { .jobs = JOBS };
    struct orders *o = xcalloc(1, sizeof *o);
    struct scene s;
    size_t most = 0;

    (void)state;
    o->v = xcalloc(JOBS, sizeof *o->v);
    scene_configure(&s);
    s.config.slots = s.config.prefetch = 64;
    scene_start(&s);
    (void)scene_submit_as(&s, &all);
    note(o, &s);
    for (size_t i = 0; i < o->n; i++) {
        const struct act_run r = o->v[i];
        struct event ev = { .kind = EV_OUTCOME };
        ev.outcome = (struct event_outcome){
            .slot = r.slot, .run = r.run, .outcome = OUTCOME_DONE, .run_us = 1,
            .cpu_us = 1, .value = span_str("v"), .error = span_str("") };
        most = o->n - i > most ? o->n - i : most;
        o->out[r.slot] = false;
        scene_step(&s, &ev);
        note(o, &s);
    }
    assert_int_equal(most, TICKETS);
    assert_int_equal(o->n, JOBS);
    assert_int_equal(core_count(s.core).own_open, 0);
    assert_int_equal(core_count(s.core).running, 0);
    scene_free(&s);
    free(o->v);
    free(o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_ticket_is_given_twice),
    };
    return cmocka_run_group_tests_name("runs", tests, NULL, NULL);
}
