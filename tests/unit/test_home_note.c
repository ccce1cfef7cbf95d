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

static void
replay_u32(struct scene *s, uint8_t type, uint32_t number, uint32_t value)
{
    struct buf body = { 0 };

    buf_u32(&body, value);
    replay(s, type, number, &body);
    buf_fini(&body);
}

static void
start(struct scene *s)
{
    struct event ev = { .kind = EV_START };
    scene_step(s, &ev);
}

/* Rows of the highest number as they lie in the journal. */
struct numbers {
    struct { uint32_t rows, number; } v[8];
    size_t n;
    uint32_t highest;   /* that they tell */
};

static void
forget_rows(struct numbers *k, uint32_t rows)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++)
        if (k->v[i].rows != rows)
            k->v[n++] = k->v[i];
    k->n = n;
}

/* What the last step saves, one by one: at no time do they tell less. */
static void
write_rows(struct numbers *k, const struct scene *s)
{
    for (size_t i = 0; i < s->did->n; i++) {
        const struct action *a = &s->did->v[i];
        uint32_t highest = 0;
        struct reader r;
        if (a->kind == ACT_FORGET)
            forget_rows(k, a->forget);
        if (a->kind == ACT_SAVE && a->save.type == SAVE_NUMBER) {
            assert_true(k->n < sizeof k->v / sizeof k->v[0]);
            reader_init(&r, a->save.body);
            k->v[k->n].rows = a->save.workload;
            k->v[k->n++].number = reader_u32(&r);
        }
        for (size_t j = 0; j < k->n; j++)
            if (k->v[j].number > highest)
                highest = k->v[j].number;
        assert_true(highest >= k->highest);
        k->highest = highest;
    }
}

/* One that is submitted, done and forgotten. */
static void
come_and_go(struct scene *s, struct numbers *k)
{
    char words[32];

    assert_int_equal(scene_submit(s, 1), 0);
    struct act_run r = s->did->v[scene_find(s, ACT_RUN, 0)].run;
    scene_end_run(s, &r, OUTCOME_DONE);
    snprintf(words, sizeof words, "workload=%u", (unsigned)r.workload);
    scene_ask(s, "forget", words);
    assert_int_equal(s->reply.status, 0);
    write_rows(k, s);
    assert_int_equal(k->highest, r.workload);
}

static void
rows_of_the_highest_number_do_not_gather(void **state)
{
    struct numbers k = { 0 };
    struct scene s;

    (void)state;
    begin(&s);
    start(&s);
    for (int i = 0; i < 20; i++)
        come_and_go(&s, &k);
    assert_int_equal(k.n, 1);
    scene_free(&s);

    /* A restart before the old row has gone. */
    begin(&s);
    replay_u32(&s, SAVE_NUMBER, 0, 3);
    replay_u32(&s, SAVE_NUMBER, NUMBER_ROWS + 1, 19);
    replay_u32(&s, SAVE_NUMBER, NUMBER_ROWS, 20);
    start(&s);
    k = (struct numbers){ .v = { { NUMBER_ROWS + 1, 19 },
                                 { NUMBER_ROWS, 20 } },
                          .n = 2, .highest = 20 };
    for (int i = 0; i < 2; i++)
        come_and_go(&s, &k);
    assert_int_equal(k.n, 1);
    assert_int_equal(k.highest, 22);
    scene_free(&s);
}

static void
numbers_of_rows_of_the_node_are_not_given(void **state)
{
    struct scene s;

    (void)state;
    begin(&s);
    replay_u32(&s, SAVE_NUMBER, 0, WORKLOAD_NUMBER_MAX - 1);
    start(&s);
    assert_int_equal(scene_submit(&s, 1), 0);
    assert_int_equal(scene_submit(&s, 1), EXIT_LATER);
    assert_true(WORKLOAD_NUMBER_MAX < NUMBER_ROWS);
    scene_free(&s);
}

static struct node_id
node(uint32_t i)
{
    return (struct node_id){ .b = { 'n', (uint8_t)(i >> 8), (uint8_t)i } };
}

static void
replay_name(struct scene *s, uint32_t rows, uint32_t i, const char *name)
{
    struct buf body = { 0 };
    const struct node_id id = node(i);

    buf_bytes(&body, id.b, sizeof id.b);
    buf_span8(&body, span_str(name));
    replay(s, SAVE_NODE, rows, &body);
    buf_fini(&body);
}

/* Job `index` of the workload was done by node `i`. */
static void
replay_done(struct scene *s, uint32_t index, uint32_t i)
{
    struct buf body = { 0 };
    struct result r = { .workload = NUMBER, .index = index,
                        .fence = 1ull << 32, .attempt = 1,
                        .outcome = OUTCOME_DONE, .node = node(i) };

    result_encode(&r, &body);
    replay(s, SAVE_RESULTS, NUMBER, &body);
    buf_fini(&body);
}

/* So many names were saved in the last step, under these rows. */
static unsigned
names_saved(const struct scene *s, uint32_t rows)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->did->n; i++) {
        const struct action *a = &s->did->v[i];
        n += a->kind == ACT_SAVE && a->save.type == SAVE_NODE &&
             a->save.workload == rows;
    }
    return n;
}

static void
nodes_without_results_are_left_out(void **state)
{
    struct scene s;

    (void)state;
    begin(&s);
    for (uint32_t i = 0; i < 2 * PEERS_MAX; i++)
        replay_name(&s, NODE_ROWS, i, "old");
    knows_workload(&s, 2);
    replay_done(&s, 0, 2000);
    start(&s);
    assert_int_equal(s.core->peers.n, 2);
    assert_string_equal(s.core->peers.v[1]->name, "old");
    assert_int_equal(names_saved(&s, NODE_ROWS + 1), 1);
    int at = scene_find(&s, ACT_FORGET, 0);
    assert_true(at > scene_find(&s, ACT_SAVE, 0));
    assert_int_equal(s.did->v[at].forget, NODE_ROWS);
    scene_free(&s);
}

static void
names_that_are_needed_are_not_written_anew(void **state)
{
    struct scene s;

    (void)state;
    begin(&s);
    replay_name(&s, NODE_ROWS + 1, 7, "beta");
    knows_workload(&s, 2);
    replay_done(&s, 0, 7);
    start(&s);
    assert_string_equal(s.core->peers.v[1]->name, "beta");
    assert_int_equal(names_saved(&s, NODE_ROWS), 0);
    assert_int_equal(scene_find(&s, ACT_FORGET, 0), -1);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempt_without_lost_ones_is_read),
        cmocka_unit_test(rows_of_the_highest_number_do_not_gather),
        cmocka_unit_test(nodes_without_results_are_left_out),
        cmocka_unit_test(names_that_are_needed_are_not_written_anew),
        cmocka_unit_test(numbers_of_rows_of_the_node_are_not_given),
    };
    return cmocka_run_group_tests_name("home_note", tests, NULL, NULL);
}
