/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/quarantine.h"

enum { ALPHA, BETA, GAMMA, DELTA };

static struct core core;    /* only its time is used */

static void
note(struct workload *w, uint16_t node, bool done)
{
    core.now_us++;
    quarantine_note(&core, w, node, done);
}

static void
alone_nobody_is_to_blame(void **state)
{
    (void)state;
    struct workload w = { .home = 0 };

    for (int i = 0; i < 100; i++)
        note(&w, ALPHA, false);
    assert_false(quarantine_is_witnessed(&w, ALPHA));
    assert_false(quarantine_is_witnessed(&w, BETA));
    free(w.trial);
}

static void
successes_count_since_it_fails(void **state)
{
    (void)state;
    struct workload w = { .home = 0 };

    note(&w, BETA, true);       /* before anything fails: not kept */
    assert_null(w.trial);
    note(&w, GAMMA, false);
    note(&w, BETA, true);
    note(&w, ALPHA, false);     /* beta's success is older */
    assert_false(quarantine_is_witnessed(&w, ALPHA));
    assert_false(quarantine_is_witnessed(&w, BETA));
    note(&w, GAMMA, true);
    assert_true(quarantine_is_witnessed(&w, ALPHA));
    assert_false(quarantine_is_witnessed(&w, GAMMA));
    note(&w, ALPHA, true);
    assert_false(quarantine_is_witnessed(&w, ALPHA));
    free(w.trial);
}

static void
half_of_the_nodes_can_go_at_most(void **state)
{
    (void)state;
    struct workload w = { .home = 0 };

    note(&w, ALPHA, false);
    note(&w, BETA, false);
    note(&w, GAMMA, true);
    assert_false(quarantine_is_witnessed(&w, ALPHA)); /* one against one */
    note(&w, DELTA, true);
    assert_true(quarantine_is_witnessed(&w, ALPHA));
    assert_true(quarantine_is_witnessed(&w, BETA));
    note(&w, GAMMA, false);
    note(&w, DELTA, true);
    assert_false(quarantine_is_witnessed(&w, GAMMA));
    free(w.trial);
}

/* The tail of a STATE: what it says, what an older node does not say. */
static void
state_tells_it(void **state)
{
    struct msg m = { .type = MSG_STATE }, got;
    struct buf b = { 0 };

    (void)state;
    m.state.phase = PHASE_RUN;
    m.state.throttle_percent = 100;
    msg_encode(&m, &b);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&b), &got), 0);
    assert_int_equal(got.state.quarantine.len, 0);
    buf_reset(&b);
    m.state.quarantine = span_str("render:5:600 x:1:2");
    msg_encode(&m, &b);
    assert_int_equal(msg_decode(MSG_STATE, buf_span(&b), &got), 0);
    assert_true(span_is(got.state.quarantine, "render:5:600 x:1:2"));
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_nobody_is_to_blame),
        cmocka_unit_test(successes_count_since_it_fails),
        cmocka_unit_test(half_of_the_nodes_can_go_at_most),
        cmocka_unit_test(state_tells_it),
    };
    return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
