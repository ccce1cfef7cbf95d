/* SPDX-License-Identifier: MPL-2.0 */
/* What single rows of lbtop's screens tell: sparklines that do not all move at
 * once, jobs that are kept, workloads that failed, messages with their
 * numbers, groups that are closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui_details.h"
#include "tui/frame.h"

static void
expect(struct scene *c, int width, int height, const char *want)
{
    const char *text = screen_text(c, width, height);

    if (strstr(text, want) != NULL)
        return;
    fputs(text, stderr);
    fail_msg("no \"%s\" at %dx%d", want, width, height);
}

/* ---- sparklines ---- */

/* The oldest bucket that a sparkline of 12 columns shows. */
static float
oldest(const struct scene *c, size_t i)
{
    float v[12];

    ring_buckets(&c->m->node[i]->queue, c->m->now_us, v, 12);
    return v[0];
}

/* The sparklines of a table move one after the other: in a second those of a
 * fifth of the nodes at most (10.3). */
static void
sparklines_of_nodes_do_not_move_at_once(void **state)
{
    (void)state;
    enum { N = 10, FROM = 65, SECONDS = 20 };
    struct scene *c = scene_new();
    float was[N];
    int moved_all = 0;

    for (size_t i = 0; i < N; i++) {
        struct scene_node k = { .tags = "", .policy = "hybrid", .slots = 8,
                                .phase = PHASE_RUN, .throttle = 100 };
        text_add(k.name, sizeof k.name, "n%zu", i);
        scene_add(c, &k);
    }
    for (int s = 1; s < FROM + SECONDS; s++) {
        for (size_t i = 0; i < N; i++) {
            c->node[i].queued = 10 * (unsigned)s;
            scene_state(c, i, s, s * INT64_C(1000000));
        }
        int moved = 0;
        for (size_t i = 0; i < N; i++) {
            float is = oldest(c, i);
            moved += is > was[i] || is < was[i];
            was[i] = is;
        }
        if (s < FROM)
            continue;
        assert_int_equal(moved, N / RING_BUCKET_S);
        moved_all += moved;
    }
    assert_int_equal(moved_all, N * SECONDS / RING_BUCKET_S);
    scene_free(c);
}

static struct scene *
scene_one(void)
{
    static const struct scene_node k = {
        .name = "anna", .tags = "", .policy = "hybrid", .slots = 4,
        .phase = PHASE_RUN, .throttle = 100
    };
    struct scene *c = scene_new();

    scene_add(c, &k);
    return c;
}

/* An answer to "detail" each second: the slot runs half of the time, then not
 * at all; each second two jobs more go out. */
static void
slots_and_transfers_have_a_history(void **state)
{
    (void)state;
    struct scene *c = scene_one();

    for (int s = 0; s < 8; s++) {
        struct answer a = { .row = { 0 } };
        scene_state(c, 0, 20 + s, (20 + s) * INT64_C(1000000));
        answer_text(&a, "row", "slot");
        answer_number(&a, "number", 1);
        answer_text(&a, "state", s < 4 ? "run" : "free");
        if (s < 4)
            answer_number(&a, "duty", 50);
        answer_row(&a);
        answer_peer(&a, "bert", 2 + 2 * (unsigned)s, 0);
        answer_feed(c, &a, 0, 0);
    }
    open_node(c, "anna");
    const struct detail *d = &node_of(c, 0)->detail;
    float v[2];
    trail_last(&d->peer[0].out, trail_bucket(c->m->now_us, 5, 0), v, 2);
    assert_true(v[0] > 7.5f && v[0] < 8.5f);    /* 8 and 6 more jobs */
    assert_true(v[1] > 5.5f && v[1] < 6.5f);
    expect(c, 140, 45, "RAN DUTY  LAST 20 s");
    expect(c, 140, 45, "    -    -              ▅▅▅▅▁▁▁▁ ");
    expect(c, 140, 45, "   REFUSED   LAST 60 s");
    expect(c, 80, 24, "█▆ \n");
    scene_free(c);
}

/* Twenty seconds at a steady rate; the history goes on with each state. */
static void
workloads_have_a_history(void **state)
{
    (void)state;
    struct scene *c = scene_one();

    scene_add_work(c, 0, "hello",
                   &(struct state_workload){ .number = 1, .n_jobs = 1000,
                                             .queued = 1000 });
    for (int s = 1; s <= 20; s++) {
        c->work[0].w.done += 5;
        c->work[0].w.queued -= 5;
        scene_state(c, 0, s, s * INT64_C(1000000));
    }
    c->u.screen = SCREEN_JOBS;
    expect(c, 140, 45, "RATE/s RATE 60 s          ETA ");
    expect(c, 140, 45, "5.0        █████ ");
    scene_free(c);
}

/* ---- jobs that are kept ---- */

/* gamma03 is lost with 40 jobs; it is the home of 12 open ones, and of 30
 * more that were elsewhere. Wherever they are told they are the same. */
static void
kept_jobs_are_the_same_everywhere(void **state)
{
    (void)state;
    struct scene *c = scene_twelve();

    scene_add_work(c, 11, "far",
                   &(struct state_workload){ .number = 3, .n_jobs = 50,
                                             .done = 10, .failed = 3,
                                             .cancelled = 7, .queued = 22,
                                             .running = 3 });
    scene_run(c, 1);
    const struct node *n = model_by_name(c->m, "gamma03");
    assert_int_equal(n->seen, SEEN_LOST);
    assert_int_equal(node_kept(n), 40);
    struct totals t;
    model_totals(c->m, &t);
    assert_int_equal(t.kept, 40);
    expect(c, 140, 45, "   kept 40 ");
    expect(c, 140, 45, "0 jobs given back, 40 kept");
    c->u.screen = SCREEN_JOBS;
    expect(c, 80, 24, "(40) LOST: 40 kept");
    open_node(c, "gamma03");
    expect(c, 140, 45, "  40 jobs have their home on gamma03");
    scene_free(c);
}

/* ---- workloads that did not end well ---- */

static void
a_failed_workload_does_not_look_done(void **state)
{
    (void)state;
    struct scene *c = scene_one();

    scene_add_work(c, 0, "most",
                   &(struct state_workload){ .number = 1, .n_jobs = 1000,
                                             .done = 999, .failed = 1,
                                             .ended = 1 });
    scene_add_work(c, 0, "all",
                   &(struct state_workload){ .number = 2, .n_jobs = 100,
                                             .failed = 100, .ended = 1 });
    scene_add_work(c, 0, "cut",
                   &(struct state_workload){ .number = 3, .n_jobs = 100,
                                             .done = 50, .cancelled = 50,
                                             .ended = 1 });
    scene_add_work(c, 0, "good",
                   &(struct state_workload){ .number = 4, .n_jobs = 100,
                                             .done = 100, .ended = 1 });
    scene_run(c, SCENE_S - 5);
    c->u.screen = SCREEN_JOBS;
    expect(c, 80, 24, "failed  ▕██████████▒▏  99% ");
    expect(c, 80, 24, "  99%     999/1000     0    1       -   ended");
    expect(c, 80, 24, "failed  ▕▒▒▒▒▒▒▒▒▒▒▒▏   0% ");
    expect(c, 80, 24, "cancel  ▕█████▌·····▏  50% ");
    expect(c, 80, 24, "done    ▕███████████▏ 100% ");
    c->u.ascii = true;
    expect(c, 80, 24, "most-1      failed  [##########x]  99% ");
    open_work(c, 0, 2);
    expect(c, 80, 24, "[xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]    0%   ended ");
    scene_free(c);
}

/* ---- run times ---- */

/* Bins from microseconds to an hour: no two of them have the same name, and
 * all jobs are in those that are shown. */
static void
short_run_times_have_bins_of_their_own(void **state)
{
    (void)state;
    static const uint64_t to_us[] = { 20, 50, 100, 200, 500, 1000, 2000,
                                      5000, 10000, 200000, 3600000000 };
    enum { N = sizeof to_us / sizeof to_us[0] };
    struct scene *c = scene_two();
    struct answer a = { .row = { 0 } };

    for (size_t i = 0; i < N; i++)
        answer_bin(&a, to_us[i], i + 1);
    answer_bin(&a, 0, 0);
    pair_add_u64(&a.pairs, "p50_us", 640);
    answer_feed(c, &a, 0, 1);
    open_work(c, 0, 1);
    expect(c, 140, 45, " 0 - 20 us                 1 ");
    expect(c, 140, 45, " 500 us - 1.0 ms           6 ");
    expect(c, 140, 45, " 200 ms - 1h00m           11 ");
    expect(c, 140, 45, "p50   640 us");
    assert_null(strstr(screen_text(c, 140, 45), "> 1h00m"));
    c->u.screen = SCREEN_JOBS;
    expect(c, 140, 45, " 0 - 50 us                 3 ");
    expect(c, 140, 45, " 5.0 ms - 1h00m           30 ");
    scene_free(c);
}

/* ---- messages ---- */

static void
messages_keep_their_numbers(void **state)
{
    (void)state;
    static const struct { int width; const char *text, *want; } rows[] = {
        { 54, "cmd 4cea acknowledged by beta01 after 400 ms: throttle 70% in "
              "force",
          "acknowledged by beta01: throttle 70% in force" },
        { 38, "alpha03: throttle 70% sent, waiting for the node (0.3 s)",
          "alpha03: throttle 70% sent, … (0.3 s)" },
        { 40, "fits", "fits" },
        { 12, "1234567890 1234567890", "123456…67890" },
        { 10, "one two three", "one t…hree" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct canvas *c = canvas_new(60, 1);
        struct buf dump = { .len = 0 };
        int n = put_short(c, 0, 0, rows[i].width, STYLE_TEXT, rows[i].text);
        canvas_dump(c, false, &dump);
        size_t len = strlen(rows[i].want);
        if (dump.len < len || memcmp(dump.p, rows[i].want, len) != 0)
            fail_msg("%zu: \"%.*s\"", i, (int)dump.len, (char *)dump.p);
        assert_true(n <= rows[i].width);
        assert_int_equal(n, columns_of(rows[i].want));
        buf_fini(&dump);
        canvas_free(c);
    }
}

/* What is wrong has two rows, where a line is too short for it. */
static void
errors_are_whole_in_the_pane(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    scene_note(c, 0, NOTE_ERROR, "alpha318",
               "throttle 30% refused: below floor 50% set in node.ini "
               "[throttle] floor (cmd 8f39, ann)");
    expect(c, 80, 24, "error alpha318 throttle 30% refused: below floor "
                      "50% set in node.ini ");
    expect(c, 80, 24, " [throttle] floor (cmd 8f39, ann) ");
    scene_free(c);
}

static void
a_long_question_takes_two_rows(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    c->u.dialog.open = true;
    c->u.dialog.n_lines = 1;
    text_add(c->u.dialog.line[0], sizeof c->u.dialog.line[0],
             "Pause 5 nodes (alpha01, alpha02, alpha03, ..)? 31 running jobs "
             "will finish; 7644 wait.");
    expect(c, 80, 24, " Pause 5 nodes (alpha01, alpha02, alpha03, ..)? 31 "
                      "running jobs will finish; ");
    expect(c, 80, 24, "\n 7644 wait.  y/N ");
    expect(c, 40, 10, "\n Pause 5 nodes (alpha01, alpha02,       \n");
    scene_free(c);
}

/* ---- groups ---- */

static void
closed_groups_are_a_row_each(void **state)
{
    (void)state;
    struct scene *c = scene_main();

    c->u.tree = true;
    text_add(c->u.tree_tag, sizeof c->u.tree_tag, "rack");
    ui_fold(&c->u);
    golden_both(c, "nodes-12-folded", 80, 24);
    expect(c, 80, 24, "\n─ + rack=r1: 2 nodes, 2 up, 4114 pending ─");
    expect(c, 80, 24, "\n▶ + rack=r2: 3 nodes, 3 up, 3530 pending ─");
    expect(c, 80, 24, "\n─ + no rack: 1 node, 1 up, 0 pending ─");
    assert_true(ui_unfold(&c->u, model_by_name(c->m, "beta02")));
    expect(c, 80, 24, "\n─ rack=r3: 3 nodes, 3 up, 1820 pending ─");
    expect(c, 80, 24, "\n  beta02 ");
    assert_null(strstr(screen_text(c, 80, 24), "\n  beta04 "));
    scene_free(c);
}

/* Down and up again, row by row: each group is one step, an open one as many
 * as it has nodes. */
static void
the_cursor_steps_over_closed_groups(void **state)
{
    (void)state;
    static const char *const rows[] = { "alpha01", "alpha03", "beta01",
                                        "beta02", "beta03", "beta04",
                                        "gamma02" };
    enum { N = sizeof rows / sizeof rows[0] };
    struct scene *c = scene_main();

    c->u.tree = true;
    text_add(c->u.tree_tag, sizeof c->u.tree_tag, "rack");
    ui_fold(&c->u);
    assert_true(ui_unfold(&c->u, model_by_name(c->m, "beta02")));
    scene_cursor(c, "alpha01");
    canvas_free(scene_draw(c, 80, 24));
    for (size_t i = 0; i < N; i++) {
        assert_string_equal(c->u.shown[c->u.nodes.at]->name, rows[i]);
        c->u.nodes.at = ui_rows_from(&c->u, 1);
    }
    assert_string_equal(c->u.shown[ui_rows_from(&c->u, -100)]->name,
                        "alpha01");
    for (size_t i = N; i-- > 0; c->u.nodes.at = ui_rows_from(&c->u, -1))
        assert_string_equal(c->u.shown[c->u.nodes.at]->name, rows[i]);
    scene_free(c);
}

/* In four columns: without brackets where these would cut it. */
static void
a_round_trip_is_never_cut(void **state)
{
    (void)state;
    static const struct { int64_t us; const char *want; } k[] = {
        { 7000, "  7ms" }, { 27000, " 27ms" }, { 127000, " 0.1s" },
        { 999500, " 0.9s" },
    };
    struct scene *c = scene_main();

    c->u.columns_on[COLUMN_RTT] = 1;
    for (size_t i = 0; i < sizeof k / sizeof *k; i++)
        for (int stale = 0; stale <= 1; stale++) {
            node_of(c, 0)->rtt_us = k[i].us;
            node_of(c, 0)->seen = stale ? SEEN_STALE : SEEN_LIVE;
            expect(c, 140, 24, k[i].want);
        }
    scene_free(c);
}

/* Of an open workload: the nodes where its jobs are. */
static void
places_are_filtered_by_node(void **state)
{
    (void)state;
    char err[QUERY_ERROR_MAX];
    struct scene *c = scene_main();

    scene_work_detail(c, 0, 7);
    open_work(c, 0, 7);
    expect(c, 140, 30, " beta01  ");
    c->u.filter = query_new("alpha", err);
    expect(c, 140, 30, "where its jobs are, 5 of 12 nodes");
    assert_null(strstr(screen_text(c, 140, 30), " beta01  "));
    expect(c, 140, 30, " alpha05  ");
    scene_free(c);
}

/* A filter that goes gives the rows back, below and above the cursor. */
static void
lists_leave_no_rows_blank_below(void **state)
{
    (void)state;
    struct scene *c = scene_new();
    struct ui *u = &c->u;
    char err[QUERY_ERROR_MAX], name[16] = "";

    scene_add(c, &(struct scene_node){ .name = "anna", .tags = "",
                                       .policy = "hybrid",
                                       .slots = 8, .throttle = 100,
                                       .phase = PHASE_RUN });
    for (unsigned i = 1; i < 40; i++)
        scene_add_work(c, 0, "w", &(struct state_workload){ .number = i,
                                                            .n_jobs = 9 });
    scene_run(c, SCENE_S - 1);
    u->screen = SCREEN_JOBS;
    u->jobs_by_eta = false;
    (void)screen_text(c, 80, 45);
    u->jobs.at = 38;
    ui_saw_job(u);
    text_add(name, sizeof name, "workload=w-%u",
             u->job[38].home->work[u->job[38].work].number);
    u->job_filter = query_new_of(ui_table_of(SCREEN_JOBS), name, err);
    (void)screen_text(c, 80, 45);
    query_free(u->job_filter);
    u->job_filter = NULL;
    u->jobs_sorted_us = 0;
    (void)screen_text(c, 80, 45);
    assert_true(u->jobs.rows > 5 && u->jobs.at == 38);
    assert_true(u->jobs.top + (size_t)u->jobs.rows <= u->jobs.n);
    for (unsigned i = 0; i < 40; i++) {
        name[0] = '\0';
        text_add(name, sizeof name, "note %u", i);
        scene_note(c, 40 - i, NOTE_INFO, "anna", name);
    }
    u->screen = SCREEN_MESSAGES;
    u->follow_messages = false;
    u->messages.at = u->messages.top = 39;
    (void)screen_text(c, 80, 24);
    assert_true(u->messages.top + (size_t)u->messages.rows <= u->messages.n);
    /* what is found is some of them */
    text_add(u->note_find, sizeof u->note_find, "note 3");
    expect(c, 80, 24, "find \"note 3\": 11 of 40 ");
    scene_free(c);
}

/* A replay says how it is controlled, and that it stands. */
static void
a_replay_tells_how_to_control_it(void **state)
{
    (void)state;
    struct scene *c = scene_two();

    c->u.stream = STREAM_REPLAY;
    c->u.replay_speed = -1;
    expect(c, 80, 24, "REPLAY PAUSED  ");
    c->u.screen = SCREEN_HELP;
    expect(c, 80, 24, ":at 14:02:37");
    expect(c, 80, 24, "{ }         10 s back, forward");
    expect(c, 140, 60, ":record FILE");
    scene_free(c);
}

static void
a_long_error_of_the_input_line_is_whole(void **state)
{
    (void)state;
    struct scene *c = scene_two();
    struct prompt *p = &c->u.prompt;

    prompt_open(p, PROMPT_COMMAND, ":", "frobnicate");
    text_add(p->error, sizeof p->error, "no command \"frobnicate\"; known: "
             "throttle policy start pause drain hold retry cancel undo "
             "connect forget filter sort columns level find");
    expect(c, 80, 24, "columns level find ");
    expect(c, 80, 24, ":frobnicate");
    scene_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparklines_of_nodes_do_not_move_at_once),
        cmocka_unit_test(slots_and_transfers_have_a_history),
        cmocka_unit_test(workloads_have_a_history),
        cmocka_unit_test(kept_jobs_are_the_same_everywhere),
        cmocka_unit_test(a_failed_workload_does_not_look_done),
        cmocka_unit_test(short_run_times_have_bins_of_their_own),
        cmocka_unit_test(messages_keep_their_numbers),
        cmocka_unit_test(errors_are_whole_in_the_pane),
        cmocka_unit_test(a_long_question_takes_two_rows),
        cmocka_unit_test(a_round_trip_is_never_cut),
        cmocka_unit_test(places_are_filtered_by_node),
        cmocka_unit_test(lists_leave_no_rows_blank_below),
        cmocka_unit_test(a_replay_tells_how_to_control_it),
        cmocka_unit_test(a_long_error_of_the_input_line_is_whole),
        cmocka_unit_test(closed_groups_are_a_row_each),
        cmocka_unit_test(the_cursor_steps_over_closed_groups),
    };
    return cmocka_run_group_tests_name("tui rows", tests, NULL, NULL);
}
