/* SPDX-License-Identifier: MPL-2.0 */
/* lbtop's detail, LOST, Jobs, workload, Messages, help, setup and first
 * screens, as their golden texts show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui_details.h"

static void
golden_sizes(struct scene *c, const char *name)
{
    golden_both(c, name, 80, 24);
    golden_both(c, name, 140, 45);
}

static void
nodes_have_their_detail(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    open_node(c, "alpha03");
    scene_detail(c, 2, 8);
    node_of(c, 2)->rtt_us = 4000;
    golden_sizes(c, "detail");
    golden_both(c, "detail", 40, 10);
    golden_both(c, "detail", 20, 4);
    open_node(c, "gamma03");
    golden_sizes(c, "lost");
    scene_free(c);
}

static void
workloads_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    c->u.screen = SCREEN_JOBS;
    c->u.jobs_by_eta = false;
    golden_both(c, "jobs-unknown", 80, 24);
    for (size_t i = 0; i < c->u.jobs.n; i++)
        if (c->u.job[i].home == node_of(c, 0))
            c->u.jobs.at = i;
    scene_work_detail(c, 0, 7);
    golden_sizes(c, "jobs");
    golden_both(c, "jobs", 40, 10);
    open_work(c, 0, 7);
    golden_sizes(c, "work");
    golden_both(c, "work", 40, 10);
    scene_free(c);
}

static void
workloads_of_many_nodes_are_maps(void **state)
{
    (void)state;
    struct scene *c = scene_many(1000, 5);

    give_work(c, 0,
              &(struct work){ .number = 7, .n_jobs = 1600000,
                              .done = 1136000, .queued = 464000,
                              .running = 533, .failed = 212, .rate = 177.8,
                              .age_us = 7200000000 },
              "render");
    scene_work_detail(c, 0, 7);
    c->u.screen = SCREEN_JOBS;
    golden_both(c, "jobs-1000", 140, 45);
    open_work(c, 0, 7);
    golden_sizes(c, "work-1000");
    scene_free(c);
}

static void
messages_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    say_much(c);
    c->u.screen = SCREEN_MESSAGES;
    golden_sizes(c, "messages");
    golden_both(c, "messages", 40, 10);
    c->u.follow_messages = false;
    c->u.wrap = true;
    c->u.messages.at = 11;
    golden_both(c, "messages-paused", 80, 24);
    scene_free(c);
}

static void
help_and_setup_look_as_they_should(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    c->u.screen = SCREEN_HELP;
    c->u.back = SCREEN_NODES;
    golden_sizes(c, "help");
    c->u.help_page = 1;
    golden_both(c, "help-2", 80, 24);
    c->u.help_page = 2;
    golden_both(c, "help-3", 80, 24);
    c->u.help_page = 0;
    c->u.back = SCREEN_JOBS;
    golden_both(c, "help-jobs", 80, 24);
    c->u.screen = SCREEN_SETUP;
    golden_sizes(c, "setup");
    golden_both(c, "setup", 40, 10);
    scene_free(c);
}

static void
the_first_screen_says_what_to_do(void **state)
{
    (void)state;
    struct scene *c = scene_new();

    scene_tick(c, 3000000);
    text_add(c->u.from, sizeof c->u.from, "default (no -n, no LB_NODE, no "
                                          "client.ini)");
    try_at(c, "ipc:///run/user/1000/lbagent/control.sock", "no such file");
    try_at(c, "ipc:///run/lbagent/control.sock", "permission denied (join "
           "group lbagent, or use -n with a key)");
    golden_sizes(c, "first");
    golden_both(c, "first", 40, 10);
    scene_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_have_their_detail),
        cmocka_unit_test(workloads_look_as_they_should),
        cmocka_unit_test(workloads_of_many_nodes_are_maps),
        cmocka_unit_test(messages_look_as_they_should),
        cmocka_unit_test(help_and_setup_look_as_they_should),
        cmocka_unit_test(the_first_screen_says_what_to_do),
    };
    return cmocka_run_group_tests_name("tui screens golden", tests, NULL,
                                       NULL);
}
