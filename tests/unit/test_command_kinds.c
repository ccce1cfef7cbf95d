/* SPDX-License-Identifier: MPL-2.0 */
/* Kinds that a node describes, does not offer, or has switched off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command_scene.h"

static const char own_text[] =
    "name=render\nparam=n:count\ncost=1\ncombine=sum\nidempotent=no\n"
    "name=echo\nparam=value:string\ncost=1\ncombine=none\nidempotent=no\n";

static void
expect_row(const struct scene *s, size_t *at, const char *text)
{
    char got[300];
    struct span row;

    assert_true(row_next(s->reply.rows, at, &row));
    span_copy(row, got, sizeof got);
    assert_string_equal(got, text);
}

static void
tells_descriptions(void **state)
{
    const char *echo = strstr(own_text, "name=echo");
    char render[200] = "";
    struct scene s;
    struct span row;
    size_t at = 0;

    (void)state;
    memcpy(render, own_text, (size_t)(echo - own_text));
    scene_configure(&s);
    s.config.own_text = own_text;
    scene_start(&s);
    s.role = ROLE_VIEW;
    assert_int_equal(scene_ask(&s, "kinds", NULL), EXIT_DONE);
    expect_row(&s, &at, render);
    expect_row(&s, &at, echo);
    assert_false(row_next(s.reply.rows, &at, &row));
    at = 0;
    assert_int_equal(scene_ask(&s, "kinds", "kind=echo"), EXIT_DONE);
    expect_row(&s, &at, echo);
    assert_false(row_next(s.reply.rows, &at, &row));
    assert_int_equal(scene_ask(&s, "kinds", "kind=ech"), EXIT_NOTFOUND);
    assert_string_equal(s.text, "alpha has no own kind \"ech\"");
    scene_free(&s);
    scene_new(&s);      /* that has none */
    assert_int_equal(scene_ask(&s, "kinds", NULL), EXIT_DONE);
    assert_int_equal(s.reply.rows.len, 0);
    scene_free(&s);
}

static int
submit_kind(struct scene *s, const char *kind)
{
    struct buf desc = { 0 }, blob = { 0 };
    struct desc d = { .kind = span_str(kind), .n_jobs = 2, .cost = 1000000 };

    desc_encode(&d, &desc);
    chunk_begin(0, 2, false, &blob);
    struct asking q = { .op = "submit", .desc = buf_span(&desc),
                        .blob = buf_span(&blob) };
    assert_true(scene_ask_as(s, &q));
    buf_fini(&desc);
    buf_fini(&blob);
    return s->reply.status;
}

static void
runs_nothing_that_it_does_not_offer(void **state)
{
    struct scene s;

    (void)state;
    scene_new(&s);
    assert_int_equal(submit_kind(&s, "render"), EXIT_DONE);
    assert_string_equal(s.text,
                        "no live node offers kind \"render\"; jobs wait");
    assert_false(scene_until(&s, 3000 * 1000, ACT_RUN));
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=0"), EXIT_DONE);
    assert_string_equal(s.text, "alpha does not offer kind render; no live "
                                "node does");
    scene_expect_pair(&s, "blocked_by", "kind");
    scene_expect_pair(&s, "state", "queued");
    scene_free(&s);
}

static void
says_when_nobody_of_its_pin_is_there(void **state)
{
    struct buf desc = { 0 }, blob = { 0 };
    struct desc d = { .kind = span_str("noop"), .n_jobs = 1, .cost = 1000000,
                      .pin = span_str("beta gamma") };
    struct asking q = { .op = "submit" };
    struct scene s;

    (void)state;
    scene_new(&s);
    desc_encode(&d, &desc);
    chunk_begin(0, 1, false, &blob);
    q.desc = buf_span(&desc);
    q.blob = buf_span(&blob);
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_DONE);
    assert_string_equal(s.text, "no live node of --pin beta gamma offers kind "
                                "\"noop\"; jobs wait");
    scene_add_peer(&s, "gamma", PHASE_RUN);
    q.seq = 0;
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_DONE);
    assert_string_equal(s.text, "");
    buf_fini(&desc);
    buf_fini(&blob);
    scene_free(&s);
}

/* Neither a whole workload of commands nor a later chunk of one. */
static void
takes_commands_by_its_socket_file_alone(void **state)
{
    struct buf desc = { 0 }, first = { 0 }, second = { 0 };
    struct desc d = { .kind = span_str("command"), .n_jobs = 4,
                      .params = span_str("argv=true\n"), .cost = 1000000 };
    struct asking q = { .op = "submit" };
    struct scene s;

    (void)state;
    scene_configure(&s);
    strcpy(s.config.kinds, "noop command");
    scene_start(&s);
    desc_encode(&d, &desc);
    chunk_begin(0, 2, false, &first);
    chunk_begin(2, 2, false, &second);
    assert_int_equal(submit_kind(&s, "command"), EXIT_REFUSED);
    q.desc = buf_span(&desc);
    q.blob = buf_span(&first);
    s.local = true;
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_DONE);
    q = (struct asking){ .op = "submit", .words = "workload=1",
                         .blob = buf_span(&second) };
    s.local = false;
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_REFUSED);
    s.local = true;
    q.seq = 0;
    assert_true(scene_ask_as(&s, &q));
    assert_int_equal(s.reply.status, EXIT_DONE);
    buf_fini(&desc);
    buf_fini(&first);
    buf_fini(&second);
    scene_free(&s);
}

static void
switches_a_kind_off(void **state)
{
    static const bool broken[] = { true, true, false, true, true, true };
    struct event off = { .kind = EV_COPROCESS };
    struct scene s;

    (void)state;
    scene_configure(&s);
    strcpy(s.config.kinds, "noop render sleep");
    scene_start(&s);
    off.coprocess.kind = span_str("render");
    off.coprocess.limit = 3;
    off.coprocess.why = span_str("said \"\\\"");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        off.coprocess.broken = broken[i];
        scene_step(&s, &off);
        assert_int_equal(scene_find(&s, ACT_LOG, 0), i < 5 ? -1 : 0);
    }
    assert_true(scene_logged(&s, "kind-off", "kind=render why=\"3 failures in "
                             "a row, the last: said '''\" next=\"its jobs go "
                             "to other nodes\""));
    scene_step(&s, &off);       /* once is enough */
    assert_int_equal(scene_find(&s, ACT_LOG, 0), -1);
    assert_int_equal(scene_ask(&s, "hello", NULL), EXIT_DONE);
    scene_expect_pair(&s, "kinds", "noop sleep");
    assert_int_equal(submit_kind(&s, "render"), EXIT_DONE);
    assert_int_equal(scene_find(&s, ACT_RUN, 0), -1);
    assert_int_equal(scene_ask(&s, "explain", "workload=1 job=0"), EXIT_DONE);
    assert_string_equal(s.text, "kind render is switched off on alpha (its "
                        "program failed; see the log); no live node does");
    assert_int_equal(scene_ask(&s, "explain", NULL), EXIT_DONE);
    assert_non_null(strstr(s.text, "; switched off here: render"));
    /* A reload does not bring it back, and changes nothing else. */
    struct event ev = { .kind = EV_CONFIG, .config = &s.config };
    scene_step(&s, &ev);
    assert_int_equal(scene_ask(&s, "hello", NULL), EXIT_DONE);
    scene_expect_pair(&s, "kinds", "noop sleep");
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_descriptions),
        cmocka_unit_test(runs_nothing_that_it_does_not_offer),
        cmocka_unit_test(says_when_nobody_of_its_pin_is_there),
        cmocka_unit_test(takes_commands_by_its_socket_file_alone),
        cmocka_unit_test(switches_a_kind_off),
    };
    return cmocka_run_group_tests_name("command_kinds", tests, NULL, NULL);
}
