/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/unit/tui_desk.h"

/* What is shown: names, the one under the cursor in capitals; line@top. */
static const char *
look(struct desk *d)
{
    static char out[64];

    ui_arrange(&d->u, d->m, NULL);
    out[0] = '\0';
    for (size_t i = 0; i < d->u.nodes.n; i++) {
        bool here = node_id_equal(&d->u.shown[i]->id, &d->u.cursor);
        assert_int_equal(here, i == d->u.nodes.at);
        text_add(out, sizeof out, "%c",
                 d->u.shown[i]->name[0] - (here ? 'a' - 'A' : 0));
    }
    text_add(out, sizeof out, " %zu", d->u.nodes.top);
    return out;
}

/* As a movement key does it. */
static void
go(struct desk *d, size_t at)
{
    d->u.nodes.at = at;
    d->u.cursor = d->u.shown[at]->id;
    d->u.moved_us = d->m->now_us;
}

static void
order_stays_still(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    assert_string_equal(look(&d), "Abcde 0");
    d.n[4]->told.queued = 60;
    d.m->now_us += 3 * S - 1;
    assert_string_equal(look(&d), "Abcde 0");
    d.m->now_us += 1;
    assert_string_equal(look(&d), "Eabcd 0");   /* untouched: first line */
    d.n[4]->told.queued = 0;
    d.m->now_us += 3 * S;
    assert_string_equal(look(&d), "Abcde 0");
    /* Not within 3 s after a movement, whatever comes. */
    d.m->now_us += 2 * S;
    go(&d, 1);
    d.n[0]->told.queued = 45;
    d.n[1]->told.queued = 46;
    d.m->now_us += 3 * S - 1;
    assert_string_equal(look(&d), "aBcde 0");
    help_node(d.m, "f")->told.queued = 99;
    assert_string_equal(look(&d), "aBcdef 0");
    d.m->now_us += 1;
    assert_string_equal(look(&d), "fBacde 0");
    desk_fini(&d);
}

static void
sorts_at_once_when_told(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    (void)look(&d);
    go(&d, 3);
    d.u.sort.down = false;
    assert_string_equal(look(&d), "eDcba 0");
    d.n[0]->told.queued = 0;
    d.u.sorted_us = 0;
    assert_string_equal(look(&d), "aeDcb 1");
    d.u.sort.by = COLUMN_NODE;
    assert_string_equal(look(&d), "abcDe 2");
    /* Time that goes back is another replay: sorted anew. */
    d.u.sort.by = COLUMN_PEND;
    (void)look(&d);
    d.n[0]->told.queued = 35;
    d.m->now_us = 5 * S;
    d.u.moved_us = 0;
    assert_string_equal(look(&d), "eDcab 0");
    desk_fini(&d);
}

static void
sorts_new_nodes_in_at_once(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    (void)look(&d);
    help_node(d.m, "f")->told.queued = 35;
    assert_string_equal(look(&d), "Abfcde 0");
    desk_fini(&d);
}

static void
cursor_keeps_its_node_and_its_line(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    (void)look(&d);
    go(&d, 3);                      /* d, on line 2 of a screen from 1 on */
    d.u.nodes.top = 1;
    d.m->now_us += 10 * S;
    d.n[0]->told.queued = 1;        /* a goes to the end: b c d e a */
    assert_string_equal(look(&d), "bcDea 0");
    d.m->now_us += 10 * S;
    d.n[3]->told.queued = 0;        /* d itself: b c e a d */
    assert_string_equal(look(&d), "bceaD 2");
    d.u.nodes.rows = 4;             /* no blank rows below the last */
    assert_string_equal(look(&d), "bceaD 1");
    d.m->now_us += 10 * S;
    d.n[3]->told.queued = 90;       /* no line above the first */
    assert_string_equal(look(&d), "Dbcea 0");
    desk_fini(&d);
}

static void
cursor_goes_on_when_its_node_does_not_show(void **state)
{
    (void)state;
    struct desk d;
    char err[QUERY_ERROR_MAX];

    desk_init(&d);
    (void)look(&d);
    go(&d, 2);
    d.u.filter = query_new("!c", err);
    assert_string_equal(look(&d), "abDe 0");
    go(&d, 3);
    query_free(d.u.filter);
    d.u.filter = query_new("a|b", err);
    assert_string_equal(look(&d), "aB 0");
    assert_ptr_equal(ui_node(&d.u, d.m), d.n[1]);
    query_free(d.u.filter);
    d.u.filter = query_new("nothing", err);
    assert_string_equal(look(&d), " 0");
    assert_null(ui_node(&d.u, d.m));
    query_free(d.u.filter);
    d.u.filter = NULL;
    d.u.nodes.rows = 5;
    assert_string_equal(look(&d), "aBcde 0");
    d.n[1]->hidden = true;
    assert_string_equal(look(&d), "aCde 0");
    desk_fini(&d);
}

static void
follows_a_node_out_of_the_filter(void **state)
{
    (void)state;
    struct desk d;
    char err[QUERY_ERROR_MAX];

    desk_init(&d);
    (void)look(&d);
    go(&d, 1);
    d.u.filter = query_new("pend>=40", err);
    d.u.follow = true;
    assert_string_equal(look(&d), "aB 0");
    d.n[1]->told.queued = 5;
    d.m->now_us += 10 * S;
    assert_string_equal(look(&d), "aB 0");
    d.u.follow = false;
    assert_string_equal(look(&d), "A 0");
    desk_fini(&d);
}

static void
before_the_first_key_the_top_is_shown(void **state)
{
    (void)state;
    struct desk d;
    struct wishes *w = wishes_new("ann", 1);
    char say[WISH_SAY_MAX];

    desk_init(&d);
    assert_string_equal(look(&d), "Abcde 0");
    d.n[0]->told.queued = 0;
    d.m->now_us += 3 * S;
    assert_string_equal(look(&d), "Bcdea 0");
    /* A command was given to what is there: it stays under the cursor. */
    assert_true(wish_throttle(w, d.m, d.n[1], 60, false, say));
    d.n[1]->told.queued = 0;
    d.m->now_us += 3 * S;
    ui_arrange(&d.u, d.m, w);
    assert_ptr_equal(ui_node(&d.u, d.m), d.n[1]);
    wishes_free(w);
    desk_fini(&d);
}

static void
groups_by_a_tag(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    help_text(d.n[0]->tags, sizeof d.n[0]->tags, "rack=r2");
    help_text(d.n[1]->tags, sizeof d.n[1]->tags, "gpu rack=r1");
    help_text(d.n[3]->tags, sizeof d.n[3]->tags, "rack=r2");
    help_text(d.n[4]->tags, sizeof d.n[4]->tags, "rack=r1");
    d.u.tree = true;
    help_text(d.u.tree_tag, sizeof d.u.tree_tag, "rack");
    assert_string_equal(look(&d), "Beadc 0");
    d.u.tree = false;
    d.u.sorted_us = 0;
    assert_string_equal(look(&d), "Abcde 0");
    desk_fini(&d);
}

static void
counts_marks_also_hidden_ones(void **state)
{
    (void)state;
    struct desk d;
    char err[QUERY_ERROR_MAX];

    desk_init(&d);
    d.n[0]->marked = d.n[3]->marked = true;
    d.u.filter = query_new("!d", err);
    (void)look(&d);
    assert_int_equal(d.u.n_marked, 2);
    assert_int_equal(d.u.n_hidden_marks, 1);
    desk_fini(&d);
}

static void
filters_by_what_is_pending(void **state)
{
    (void)state;
    struct desk d;
    struct wishes *w = wishes_new("ann", 1);
    char say[WISH_SAY_MAX], err[QUERY_ERROR_MAX];

    desk_init(&d);
    assert_true(wish_throttle(w, d.m, d.n[2], 60, false, say));
    d.u.filter = query_new("pending", err);
    ui_arrange(&d.u, d.m, w);
    assert_int_equal(d.u.nodes.n, 1);
    assert_ptr_equal(d.u.shown[0], d.n[2]);
    wishes_free(w);
    desk_fini(&d);
}

/* What is shown is always of the model that it was arranged for. */
static void
keeps_order_over_a_frozen_copy(void **state)
{
    (void)state;
    struct desk d;

    desk_init(&d);
    (void)look(&d);
    go(&d, 2);
    struct model *live = d.m, *frozen = model_copy(d.m);
    live->now_us += S;
    help_node(live, "f")->told.queued = 99;
    assert_string_equal(look(&d), "abCdef 0");
    d.m = frozen;
    assert_string_equal(look(&d), "abCde 0");
    assert_ptr_equal(ui_node(&d.u, d.m), frozen->node[2]);
    d.m = live;
    model_free(frozen);
    live->now_us += 9 * S;
    assert_string_equal(look(&d), "fabCde 1");
    desk_fini(&d);
}

/* Every node once, in order, at any time and under any filter. */
static void
arranges_thousands(void **state)
{
    (void)state;
    struct desk d;
    char name[32], err[QUERY_ERROR_MAX];

    desk_init(&d);
    for (uint32_t i = 5; i < 10000; i++) {
        snprintf(name, sizeof name, "node%u", i);
        help_node(d.m, name)->told.queued = i * 7919 % 1000;
    }
    for (int frame = 0; frame < 60; frame++) {
        d.m->now_us += S / 10;
        ui_arrange(&d.u, d.m, NULL);
        assert_int_equal(d.u.nodes.n, 10000);
    }
    for (size_t i = 0; i + 1 < d.u.nodes.n; i++)
        assert_true(sort_compare(d.m, &d.u.sort, d.u.shown[i],
                                 d.u.shown[i + 1]) < 0);
    d.u.filter = query_new("node1 pend<100", err);
    ui_arrange(&d.u, d.m, NULL);
    assert_true(d.u.nodes.n > 50 && d.u.nodes.n < 200);
    desk_fini(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_stays_still),
        cmocka_unit_test(sorts_at_once_when_told),
        cmocka_unit_test(sorts_new_nodes_in_at_once),
        cmocka_unit_test(cursor_keeps_its_node_and_its_line),
        cmocka_unit_test(cursor_goes_on_when_its_node_does_not_show),
        cmocka_unit_test(follows_a_node_out_of_the_filter),
        cmocka_unit_test(before_the_first_key_the_top_is_shown),
        cmocka_unit_test(groups_by_a_tag),
        cmocka_unit_test(counts_marks_also_hidden_ones),
        cmocka_unit_test(filters_by_what_is_pending),
        cmocka_unit_test(keeps_order_over_a_frozen_copy),
        cmocka_unit_test(arranges_thousands),
    };
    return cmocka_run_group_tests_name("tui_ui", tests, NULL, NULL);
}
