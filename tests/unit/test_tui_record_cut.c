/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/record_scene.h"
#include "tui/model.h"

static struct replay *
open_ok(const char *path)
{
    char err[300] = "";
    int status;
    struct replay *r = replay_open(path, &status, err);

    if (r == NULL)
        fail_msg("%s", err);
    return r;
}

static void
cut_ok(const char *from, const char *to, struct record_cut c)
{
    char err[300] = "";

    if (record_cut(from, to, &c, err) != 0)
        fail_msg("%s", err);
}

static bool
holds(struct span s, const char *text)
{
    return memmem(s.p, s.len, text, strlen(text)) != NULL;
}

/* 200 s of a cluster whose way in is asked for its members at first. */
static void
record_demo(const char *path)
{
    struct record_head h = some_head();
    struct recorder *r = recorder_new(path, &h, UINT64_MAX);
    struct demo *d = demo_new(12, 1);
    struct input in = { .kind = IN_ASKED };

    in.asked = (struct question){ .id = 4711, .op = "nodes" };
    recorder_put(r, &in, span_of(NULL, 0));
    demo_ask(d, 0, &in.asked);
    while (demo_next(d, INT64_C(200) * SECOND, &in))
        recorder_put(r, &in, span_of(NULL, 0));
    assert_false(recorder_gaps(r));
    assert_int_equal(recorder_free(r), 0);
    demo_free(d);
}

/* A model fed from a recording, as an app does it. */
static void
feed(struct model *m, struct replay *r, int64_t until_us)
{
    static struct question asked;
    struct input in;

    while (replay_next(r, until_us, true, &in)) {
        if (in.kind == IN_ASKED)
            asked = in.asked;
        model_feed(m, &in, in.kind == IN_ANSWER ? &asked : NULL);
    }
    in = (struct input){ .kind = IN_TICK, .at_us = until_us };
    model_feed(m, &in, NULL);
}

static void
assert_same_model(const struct model *a, const struct model *b)
{
    assert_int_equal(a->now_us, b->now_us);
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct node *x = a->node[i], *y = b->node[i];
        assert_true(node_id_equal(&x->id, &y->id));
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->seen, y->seen);
        assert_int_equal(x->seen_us, y->seen_us);
        assert_int_equal(x->heard_us, y->heard_us);
        assert_memory_equal(&x->told, &y->told, sizeof x->told);
        assert_memory_equal(&x->load, &y->load, sizeof x->load);
        assert_memory_equal(&x->rate, &y->rate, sizeof x->rate);
        assert_int_equal(x->n_works, y->n_works);
    }
    assert_memory_equal(&a->load, &b->load, sizeof a->load);
    assert_memory_equal(&a->moves, &b->moves, sizeof a->moves);
    assert_int_equal(notes_count(a->notes), notes_count(b->notes));
    for (size_t i = 0; i < notes_count(a->notes); i++)
        assert_memory_equal(notes_at(a->notes, i), notes_at(b->notes, i),
                            sizeof(struct note));
}

static void
a_jump_gives_what_playing_gives(void **state)
{
    (void)state;
    struct replay *r = open_ok(record_path[0]);
    static const int64_t stops[] = { 500000, 3 * SECOND, 25050001,
                                     67 * SECOND, 199 * SECOND };
    struct model *played = model_new(DEMO_WALL_MS);
    int64_t at_us = 0;

    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        for (; at_us < stops[i]; at_us += 33333)
            feed(played, r, at_us);
        at_us = stops[i];
        feed(played, r, at_us);
        struct model *jumped = model_new(DEMO_WALL_MS);
        struct replay *other = open_ok(record_path[0]);
        feed(jumped, other, 150 * SECOND);  /* and back */
        model_free(jumped);
        jumped = model_new(DEMO_WALL_MS);
        replay_rewind(other);
        feed(jumped, other, stops[i]);
        assert_same_model(played, jumped);
        model_free(jumped);
        replay_free(other);
    }
    assert_int_equal(played->n, 12);
    model_free(played);
    replay_free(r);
}

/* What was recorded shows what was seen. */
static void
a_replay_gives_what_was_seen_live(void **state)
{
    (void)state;
    struct replay *r = open_ok(record_path[0]);
    struct model *seen = model_new(DEMO_WALL_MS);
    struct model *replayed = model_new(DEMO_WALL_MS);
    struct demo *d = demo_new(12, 1);
    const struct question q = { .id = 4711, .op = "nodes" };
    struct input in;

    demo_ask(d, 0, &q);
    while (demo_next(d, 100 * SECOND, &in))
        model_feed(seen, &in, in.kind == IN_ANSWER ? &q : NULL);
    in = (struct input){ .kind = IN_TICK, .at_us = 100 * SECOND };
    model_feed(seen, &in, NULL);
    feed(replayed, r, 100 * SECOND);
    assert_same_model(seen, replayed);
    demo_free(d);
    model_free(seen);
    model_free(replayed);
    replay_free(r);
}

static void
has_a_snapshot_each_minute(void **state)
{
    (void)state;
    struct buf all = inflated(record_path[0]);
    struct record rec;
    size_t n = 0;
    uint64_t before = 0;
    int64_t last_us = 0;

    for (size_t at = 0, from = 0; record_read(buf_span(&all), &at, &rec);
         from = at) {
        struct reader r;
        if (rec.type != RECORD_SNAPSHOT)
            continue;
        reader_init(&r, rec.payload);
        assert_int_equal(reader_u64(&r), before);
        assert_int_equal(reader_u32(&r), 12);
        before = from;
        assert_in_range(rec.at_us - last_us, 60 * SECOND, 61 * SECOND);
        last_us = rec.at_us;
        n++;
    }
    assert_int_equal(n, 3);
    buf_fini(&all);
}

static void
cuts_a_piece_that_knows_what_was_before(void **state)
{
    (void)state;
    struct record_cut c = { .from_us = 60 * SECOND, .until_us = 90 * SECOND };
    struct model *whole = model_new(DEMO_WALL_MS);
    struct model *piece = model_new(DEMO_WALL_MS + 60000);
    struct replay *a = open_ok(record_path[0]);

    cut_ok(record_path[0], record_path[1], c);
    struct replay *b = open_ok(record_path[1]);
    assert_int_equal(replay_damage(b), -1);
    assert_int_equal(replay_head(b)->wall_ms, DEMO_WALL_MS + 60000);
    assert_in_range(replay_end_us(b), 29 * SECOND, 30 * SECOND);
    feed(piece, b, 0);
    size_t heard = 0;
    for (size_t i = 0; i < piece->n; i++)
        heard += !piece->node[i]->by_way_in;
    assert_int_equal(heard, 11);    /* gamma03 had been silent for long */
    feed(whole, a, 85 * SECOND);
    feed(piece, b, 25 * SECOND);
    assert_int_equal(piece->n, 12);
    assert_string_equal(piece->way_in, "alpha01");
    for (size_t i = 0; i < whole->n; i++) {
        const struct node *x = whole->node[i];
        const struct node *y = model_by_id(piece, &x->id);
        assert_string_equal(node_state(x), node_state(y));
        if (node_is_up(x))
            assert_memory_equal(&x->told, &y->told, sizeof x->told);
    }
    model_free(whole);
    model_free(piece);
    replay_free(a);
    replay_free(b);
}

static void
a_cut_of_all_is_all(void **state)
{
    (void)state;
    struct record_cut c = { .until_us = INT64_MAX };
    struct model *whole = model_new(DEMO_WALL_MS);
    struct model *piece = model_new(DEMO_WALL_MS);
    struct replay *a = open_ok(record_path[0]);
    char err[300];

    cut_ok(record_path[0], record_path[2], c);
    struct replay *b = open_ok(record_path[2]);
    feed(whole, a, 200 * SECOND);
    feed(piece, b, 200 * SECOND);
    assert_same_model(whole, piece);
    model_free(whole);
    model_free(piece);
    replay_free(a);
    replay_free(b);
    assert_int_equal(record_cut(record_path[0], record_path[2], &c, err), 74);
    assert_non_null(strstr(err, "File exists"));
    assert_int_equal(record_cut("/tmp/no/such", record_path[3], &c, err), 66);
}

/* No name of a node, host, owner, tag, cluster, workload or text. */
static void
an_anonymous_copy_names_nobody(void **state)
{
    (void)state;
    static const char *const names[] = { "alpha", "beta", "gamma", "10.0.",
        "render", "etl-night", "bench", "probe", "prod-a", "rack", "zone",
        "bob", "ann", "made-up data" };
    struct record_cut c = { .until_us = INT64_MAX, .anon = true };
    struct model *whole = model_new(DEMO_WALL_MS);
    struct model *piece = model_new(DEMO_WALL_MS);
    struct replay *a = open_ok(record_path[0]);

    struct buf all = inflated(record_path[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(holds(buf_span(&all), names[i]));
    buf_fini(&all);
    cut_ok(record_path[0], record_path[4], c);
    all = inflated(record_path[4]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (holds(buf_span(&all), names[i]))
            fail_msg("\"%s\" is left", names[i]);
    struct replay *b = open_ok(record_path[4]);
    feed(whole, a, 100 * SECOND);
    feed(piece, b, 100 * SECOND);
    assert_int_equal(piece->n, 12);
    assert_string_equal(piece->way_in, "node001");
    for (size_t i = 0; i < 12; i++) {
        const struct node *x = whole->node[i], *y = piece->node[i];
        assert_null(memmem(all.p, all.len, x->id.b, sizeof x->id.b));
        assert_int_equal(x->seen, y->seen);
        assert_int_equal(x->told.queued, y->told.queued);
        assert_int_equal(x->n_works, y->n_works);
        assert_int_equal(y->malformed, 0);
    }
    buf_fini(&all);
    model_free(whole);
    model_free(piece);
    replay_free(a);
    replay_free(b);
}

static void
an_anonymous_copy_keeps_no_text_of_any_input(void **state)
{
    (void)state;
    struct record_cut c = { .until_us = INT64_MAX, .anon = true };
    struct many m;
    struct input in;
    size_t n = 0;

    make_inputs(&m);
    record_inputs(&m, record_path[5]);
    cut_ok(record_path[5], record_path[6], c);
    struct buf before = inflated(record_path[5]);
    struct buf after = inflated(record_path[6]);
    assert_true(holds(buf_span(&before), "secret"));
    assert_false(holds(buf_span(&after), "secret"));
    assert_false(holds(buf_span(&after), "mykind"));
    assert_false(holds(buf_span(&after), "lone"));
    assert_false(holds(buf_span(&after), "10.1.2.3"));
    assert_null(memmem(after.p, after.len, m.v[2].in.asked.to.b, 16));
    assert_true(holds(buf_span(&after), "connection refused"));
    struct replay *r = open_ok(record_path[6]);
    while (replay_next(r, INT64_MAX, true, &in)) {
        assert_true(in.kind != IN_KEY && in.kind != IN_PASTE);
        if (in.kind == IN_BAD)
            assert_int_equal(in.why, FRAME_BODY);
        n++;
    }
    assert_int_equal(n, m.n - 3);
    replay_free(r);
    buf_fini(&before);
    buf_fini(&after);
    free_inputs(&m);
}

/* What makes no sense is left out, as in a replay. */
static void
a_cut_leaves_out_an_empty_state(void **state)
{
    (void)state;
    struct record_cut c = { .from_us = 2 * SECOND, .until_us = INT64_MAX };
    struct record_head h = some_head();
    struct record_writer *w;
    struct buf out = { 0 };

    assert_int_equal(record_writer_new(record_path[3], UINT64_MAX, &w), 0);
    record_put_head(&h, &out);
    for (int i = 1; i < 4; i += 2) {    /* before the cut, and in it */
        record_end(&out, record_begin(&out, RECORD_STATE, i * SECOND));
        /* Bytes behind it that look like a frame's type. */
        record_end(&out, record_begin(&out, (enum record_type)MSG_STATE,
                                      i * SECOND));
    }
    assert_int_equal(record_writer_put(w, buf_span(&out)), 0);
    assert_int_equal(record_writer_free(w), 0);
    buf_fini(&out);
    cut_ok(record_path[3], record_path[7], c);
    out = inflated(record_path[7]);
    size_t at = 0;
    struct record rec;
    while (record_read(buf_span(&out), &at, &rec))
        assert_int_not_equal(rec.type, RECORD_STATE);
    buf_fini(&out);
}

static int
setup(void **state)
{
    if (record_setup(state) != 0)
        return -1;
    record_demo(record_path[0]);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jump_gives_what_playing_gives),
        cmocka_unit_test(a_replay_gives_what_was_seen_live),
        cmocka_unit_test(has_a_snapshot_each_minute),
        cmocka_unit_test(cuts_a_piece_that_knows_what_was_before),
        cmocka_unit_test(a_cut_of_all_is_all),
        cmocka_unit_test(an_anonymous_copy_names_nobody),
        cmocka_unit_test(an_anonymous_copy_keeps_no_text_of_any_input),
        cmocka_unit_test(a_cut_leaves_out_an_empty_state),
    };
    return cmocka_run_group_tests_name("tui_record_cut", tests, setup,
                                       record_teardown);
}
