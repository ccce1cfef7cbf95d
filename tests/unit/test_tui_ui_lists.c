/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/xalloc.h"
#include "tests/unit/tui_desk.h"

static void
knows_where_keys_go(void **state)
{
    (void)state;
    struct desk d;
    static const struct {
        enum screen screen;
        unsigned want, empty;
    } rows[] = {
        { SCREEN_NODES, IN_NODES, IN_FIRST },
        { SCREEN_JOBS, IN_JOBS, IN_FIRST },
        { SCREEN_MESSAGES, IN_MESSAGES, IN_MESSAGES },
        { SCREEN_MAP, IN_MAP, IN_FIRST },
        { SCREEN_DETAIL, IN_DETAIL, IN_FIRST },
        { SCREEN_WORK, IN_WORK, IN_FIRST },
        { SCREEN_HELP, IN_HELP, IN_HELP },
        { SCREEN_SETUP, IN_SETUP, IN_SETUP },
    };
    struct model *none = model_new(0);

    desk_init(&d);
    d.u.detail = d.n[1]->id;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        d.u.screen = rows[i].screen;
        assert_int_equal(ui_context(&d.u, d.m), rows[i].want);
        assert_int_equal(ui_context(&d.u, none), rows[i].empty);
    }
    d.u.screen = SCREEN_DETAIL;
    assert_ptr_equal(ui_node(&d.u, d.m), d.n[1]);
    node_see(d.m, d.n[1], SEEN_LOST);
    d.u.stream = STREAM_REPLAY;
    assert_int_equal(ui_context(&d.u, d.m), IN_LOST | IN_REPLAY);
    model_free(none);
    desk_fini(&d);
}

static void
add_work(struct node *n, uint32_t number, double rate, uint64_t age_s)
{
    n->work = xrealloc(n->work, n->n_works + 1, sizeof *n->work);
    n->cap_works = n->n_works + 1;
    n->work[n->n_works++] = (struct work){
        .number = number, .n_jobs = 100, .queued = 100, .rate = rate,
        .age_us = age_s * S,
    };
}

/* "a-1 b-2*": the one under the cursor with a star. */
static const char *
jobs(struct desk *d)
{
    static char out[128];

    ui_arrange(&d->u, d->m, NULL);
    out[0] = '\0';
    for (size_t i = 0; i < d->u.jobs.n; i++) {
        const struct job_row *r = &d->u.job[i];
        text_add(out, sizeof out, "%s%s-%u%s", i > 0 ? " " : "",
                 r->home->name, r->home->work[r->work].number,
                 i == d->u.jobs.at ? "*" : "");
    }
    return out;
}

static void
lists_workloads_by_time_left(void **state)
{
    (void)state;
    struct desk d;
    struct node *home;
    struct work *w;

    desk_init(&d);
    d.u.screen = SCREEN_JOBS;
    assert_string_equal(jobs(&d), "");
    assert_false(ui_work(&d.u, d.m, &home, &w));
    add_work(d.n[0], 1, 10, 9);
    add_work(d.n[0], 2, -1, 8);     /* rate not known */
    add_work(d.n[1], 7, 20, 7);
    add_work(d.n[1], 8, 20, 6);
    d.n[1]->work[1].held = true;
    add_work(d.n[2], 1, 20, 5);
    d.n[2]->work[0].ended = true;
    add_work(d.n[3], 1, 90, 4);
    node_see(d.m, d.n[3], SEEN_LOST);
    assert_string_equal(jobs(&d), "b-7* a-1 a-2 b-8 c-1 d-1");
    assert_true(ui_work(&d.u, d.m, &home, &w));
    assert_ptr_equal(home, d.n[1]);
    assert_int_equal(w->number, 7);

    /* Still for 3 s, and after a movement; the cursor stays on its one. */
    d.n[0]->work[0].rate = 50;
    assert_string_equal(jobs(&d), "b-7* a-1 a-2 b-8 c-1 d-1");
    d.u.jobs.at = 2;
    d.m->now_us += 3 * S;
    assert_string_equal(jobs(&d), "b-7 a-1 a-2* b-8 c-1 d-1");
    add_work(d.n[4], 5, 99, 0);
    assert_string_equal(jobs(&d), "b-7 a-1 a-2* b-8 c-1 d-1 e-5");
    d.m->now_us += 3 * S;
    assert_string_equal(jobs(&d), "e-5 a-1 b-7 a-2* b-8 c-1 d-1");
    d.u.jobs_by_eta = false;
    assert_string_equal(jobs(&d), "a-1 a-2* b-7 b-8 c-1 d-1 e-5");
    d.u.jobs_down = true;
    d.n[2]->hidden = true;
    assert_string_equal(jobs(&d), "e-5 d-1 b-8 b-7 a-2* a-1");
    d.u.screen = SCREEN_WORK;
    d.u.work_home = d.n[1]->id;
    d.u.work_number = 8;
    assert_true(ui_work(&d.u, d.m, &home, &w));
    assert_int_equal(w->number, 8);
    d.u.work_number = 9;
    assert_false(ui_work(&d.u, d.m, &home, &w));
    desk_fini(&d);
}

static void
holds_messages_that_are_read(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    model_note(d.m, NOTE_INFO, "one");
    model_note(d.m, NOTE_INFO, "two");
    ui_arrange(&d.u, d.m, NULL);
    d.u.follow_messages = false;
    d.u.messages.at = 1;
    model_note(d.m, NOTE_WARN, "three");
    model_note(d.m, NOTE_DEBUG, "not shown");
    ui_arrange(&d.u, d.m, NULL);
    ui_arrange(&d.u, d.m, NULL);
    assert_int_equal(d.u.messages.at, 2);
    assert_int_equal(d.u.messages.top, 1);
    d.u.follow_messages = true;
    ui_arrange(&d.u, d.m, NULL);
    assert_int_equal(d.u.messages.at, 0);
    struct note n = { .level = NOTE_INFO, .from = "alpha", .text = "drain" };
    assert_true(ui_note_shown(&d.u, &n));
    strcpy(d.u.note_find, "alph");
    assert_true(ui_note_shown(&d.u, &n));
    strcpy(d.u.note_find, "x");
    assert_false(ui_note_shown(&d.u, &n));
    desk_fini(&d);
}

static void
tells_the_time_of_day(void **state)
{
    (void)state;
    struct desk d;
    char text[16];

    desk_init(&d);
    ui_time(&d.u, d.m, 0, false, text);
    assert_string_equal(text, "14:02:37");
    d.u.utc_off_s = 10 * 3600;
    ui_time(&d.u, d.m, 1500 * 1000, true, text);
    assert_string_equal(text, "00:02:38.614");
    d.u.utc = true;
    ui_time(&d.u, d.m, -INT64_C(15) * 3600 * S, true, text);
    assert_string_equal(text, "23:02:37.114");
    ui_flash(&d.u, 7 * S, "%d nodes", 3);
    assert_string_equal(d.u.flash, "3 nodes");
    assert_true(d.u.flash_until_us > 7 * S);
    assert_string_equal(shade_name(SHADE_ERRORS), "errors");
    assert_string_equal(theme_name(THEME_HIGH), "high");
    assert_string_equal(theme_name(THEMES), "?");
    desk_fini(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_where_keys_go),
        cmocka_unit_test(lists_workloads_by_time_left),
        cmocka_unit_test(holds_messages_that_are_read),
        cmocka_unit_test(tells_the_time_of_day),
    };
    return cmocka_run_group_tests_name("tui_ui_lists", tests, NULL, NULL);
}
