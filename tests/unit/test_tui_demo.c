/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "tui/model.h"
#include "tui/record.h"

enum { S = 1000000 };

/* A demo and the model that it feeds. */
struct play {
    struct demo *d;
    struct model *m;
    struct question asked;  /* the one that is open */
    struct msg_reply reply; /* spans are not valid */
    char text[160], new_[32];
    bool answered;
    size_t n_inputs;
    uint32_t sum;           /* over all that came */
    int64_t now_us;
};

static void
play_init(struct play *p, unsigned n, uint64_t seed)
{
    *p = (struct play){ .d = demo_new(n, seed),
                        .m = model_new(DEMO_WALL_MS) };
}

static void
play_fini(struct play *p)
{
    demo_free(p->d);
    model_free(p->m);
}

static void
add_sum(struct play *p, const struct input *in)
{
    struct buf b = { 0 };

    buf_u64(&b, (uint64_t)in->at_us);
    buf_u8(&b, (uint8_t)in->kind);
    if (in->kind == IN_STATE || in->kind == IN_ANSWER) {
        buf_bytes(&b, in->head.sender.b, 16);
        buf_u64(&b, in->head.seq);
        msg_encode(&in->msg, &b);
    }
    p->sum = (uint32_t)crc32(p->sum, b.p, (uInt)b.len);
    buf_fini(&b);
}

static void
play_to(struct play *p, int64_t to_us)
{
    struct input in;

    while (demo_next(p->d, to_us, &in)) {
        assert_true(in.at_us >= p->now_us && in.at_us <= to_us);
        p->now_us = in.at_us;
        p->n_inputs++;
        add_sum(p, &in);
        if (in.kind == IN_ANSWER && in.msg.reply.seq == p->asked.id) {
            p->reply = in.msg.reply;
            p->answered = true;
            span_copy(in.msg.reply.text, p->text, sizeof p->text);
            span_copy(pair_get(in.msg.reply.pairs, "new"), p->new_,
                      sizeof p->new_);
        }
        model_feed(p->m, &in, in.kind == IN_ANSWER ? &p->asked : NULL);
    }
    p->now_us = to_us;
}

/* Asks node `name` (NULL: the way in) and waits for the answer. */
static void
ask(struct play *p, const char *name, const char *op,
    const char *const *pairs)
{
    static uint64_t id;
    static struct buf b;

    buf_reset(&b);
    for (; pairs != NULL && *pairs != NULL; pairs += 2)
        pair_add(&b, pairs[0], span_str(pairs[1]));
    p->asked = (struct question){ .id = ++id, .pairs = buf_span(&b) };
    snprintf(p->asked.op, sizeof p->asked.op, "%s", op);
    if (name != NULL)
        p->asked.to = model_by_name(p->m, name)->id;
    p->answered = false;
    demo_ask(p->d, p->now_us, &p->asked);
    play_to(p, p->now_us + 19000);
    assert_false(p->answered);
    play_to(p, p->now_us + 281000);
}

static void
the_same_seed_gives_the_same_inputs(void **state)
{
    (void)state;
    uint32_t sums[3];

    for (int i = 0; i < 3; i++) {
        struct play p;
        play_init(&p, 12, i < 2 ? 1 : 2);
        if (i == 0)
            play_to(&p, 100 * S);
        for (int64_t t = 0; i > 0 && t <= 100 * S; t += 77777)
            play_to(&p, t);
        play_to(&p, 100 * S);
        sums[i] = p.sum;
        play_fini(&p);
    }
    assert_int_equal(sums[0], sums[1]);
    assert_int_not_equal(sums[0], sums[2]);
}

static void
looks_like_the_cluster_of_the_manual(void **state)
{
    (void)state;
    struct play p;
    struct totals t;

    play_init(&p, 12, 1);
    play_to(&p, 3 * S);
    assert_string_equal(p.m->node[0]->name, "alpha01");
    assert_string_equal(p.m->node[5]->name, "beta01");
    assert_string_equal(p.m->node[9]->name, "gamma01");
    model_totals(p.m, &t);
    assert_int_equal(t.up, 12);
    assert_true(t.pending > 9000 && t.pending < 11000);
    assert_true(t.in_flight < 400);
    assert_true(t.load > 35 && t.load < 55);
    assert_true(t.throttle > 60 && t.throttle < 80);
    play_to(&p, 67 * S);
    model_totals(p.m, &t);
    assert_int_equal(t.up, 11);
    assert_int_equal(t.lost, 1);
    assert_int_equal(t.kept, 12);
    assert_true(t.in_flight > 5 && t.in_flight < 400);
    assert_true(t.in_s > 5 && t.out_s > 5 && t.out_s < 100);
    assert_true(t.rate > 5 && t.eta_us > 60 * S);
    assert_string_equal(node_state(model_by_name(p.m, "gamma03")), "LOST");
    assert_string_equal(node_state(model_by_name(p.m, "beta03")), "drain");
    assert_string_equal(node_state(model_by_name(p.m, "beta04")), "pause");
    for (size_t i = 0; i < p.m->n; i++)
        assert_int_equal(p.m->node[i]->malformed, 0);
    play_fini(&p);
}

/* For hours, with any number of nodes: there is always something to do. */
static void
lives_for_ever(void **state)
{
    (void)state;
    static const unsigned sizes[] = { 1, 2, 3, 5, 12, 60, 300 };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct play p;
        struct totals t;
        unsigned hours = sizes[i] <= 12 ? 3 : 0;

        play_init(&p, sizes[i], 7);
        for (unsigned at = 1; at <= hours * 60 + 2; at++) {
            play_to(&p, (int64_t)at * 60 * S);
            model_totals(p.m, &t);
            assert_int_equal(p.m->n, sizes[i]);
            assert_true(t.pending + t.running > 0);
            assert_true(t.done > 0);
        }
        for (size_t k = 0; k < p.m->n; k++)
            assert_int_equal(p.m->node[k]->malformed, 0);
        play_fini(&p);
    }
}

static void
carries_out_commands(void **state)
{
    (void)state;
    struct play p;
    const char *const throttle[] = { "value", "70", "seen", "80", "by", "ann",
                                     "cmd", "8f3a", NULL };
    const char *const policy[] = { "name", "sender", NULL };

    play_init(&p, 12, 1);
    play_to(&p, 2 * S);
    const struct node *n = model_by_name(p.m, "alpha03");
    ask(&p, "alpha03", "throttle", throttle);
    assert_true(p.answered);
    assert_int_equal(p.reply.status, 0);
    assert_string_equal(p.new_, "70");
    play_to(&p, p.now_us + 200000);
    assert_int_equal(n->told.throttle_percent, 70);
    assert_string_equal(notes_at(p.m->notes, 0)->text,
                        "ann: throttle 80% to 70% (cmd 8f3a)");
    ask(&p, "alpha03", "pause", NULL);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(node_state(n), "pause");
    assert_int_equal(n->told.running, 0);
    ask(&p, "alpha03", "resume", NULL);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(node_state(n), "run");
    ask(&p, "alpha03", "drain", NULL);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(node_state(n), "drain");
    ask(&p, "alpha03", "policy", policy);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(n->policy, "sender");
    play_fini(&p);
}

static void
refuses_what_a_node_refuses(void **state)
{
    (void)state;
    struct play p;
    const char *const low[] = { "value", "30", "seen", "50", NULL };
    const char *const old[] = { "value", "70", "seen", "90", NULL };

    play_init(&p, 12, 1);
    play_to(&p, 2 * S);
    ask(&p, "gamma01", "throttle", low);
    assert_int_equal(p.reply.status, 2);
    assert_string_equal(p.text, "below floor 50% (node.ini)");
    assert_string_equal(p.new_, "50");
    ask(&p, "alpha03", "throttle", old);
    assert_int_equal(p.reply.status, 1);
    assert_string_equal(p.new_, "80");
    ask(&p, "alpha03", "nonsense", NULL);
    assert_int_equal(p.reply.status, 2);
    play_to(&p, 60 * S);
    p.asked.to = model_by_name(p.m, "gamma03")->id;
    p.answered = false;     /* LOST: no answer */
    demo_ask(p.d, p.now_us, &p.asked);
    play_to(&p, 70 * S);
    assert_false(p.answered);
    play_fini(&p);
}

/* The first workload of alpha01; newer ones stand before it. */
static const struct work *
render7(const struct node *home)
{
    return &home->work[home->n_works - 1];
}

static void
changes_workloads(void **state)
{
    (void)state;
    struct play p;
    const char *const w7[] = { "workload", "7", NULL };
    struct totals t;

    play_init(&p, 12, 1);
    play_to(&p, 2 * S);
    const struct node *home = model_by_name(p.m, "alpha01");
    assert_string_equal(work_state(render7(home)), "run");
    ask(&p, "alpha01", "hold", w7);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(work_state(render7(home)), "held");
    model_totals(p.m, &t);
    assert_true(t.held > 5000 && t.pending < 6000);
    ask(&p, "alpha01", "start", w7);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(work_state(render7(home)), "run");
    for (int i = 0; i < 300 && render7(home)->failed == 0; i++)
        play_to(&p, p.now_us + S);
    assert_true(render7(home)->failed > 0);
    ask(&p, "alpha01", "retry", w7);
    play_to(&p, p.now_us + 200000);
    assert_int_equal(render7(home)->failed, 0);
    ask(&p, "alpha01", "cancel", w7);
    play_to(&p, p.now_us + 2 * S);
    assert_string_equal(work_state(render7(home)), "cancel");
    play_fini(&p);
}

static void
answers_what_the_screens_ask(void **state)
{
    (void)state;
    struct play p;
    const char *const w7[] = { "workload", "7", NULL };

    play_init(&p, 12, 1);
    ask(&p, NULL, "nodes", NULL);
    assert_int_equal(p.m->n, 12);
    assert_string_equal(p.m->way_in, "alpha01");
    play_to(&p, 2 * S);
    ask(&p, "alpha02", "detail", NULL);
    const struct detail *d = &model_by_name(p.m, "alpha02")->detail;
    assert_int_equal(d->n_slots, 8);
    assert_string_equal(d->slot[0].state, "run");
    assert_int_equal(d->n_peers, 3);
    assert_int_equal(d->n_failures, 3);
    ask(&p, "alpha01", "detail", w7);
    assert_int_equal(p.m->work.number, 7);
    assert_int_equal(p.m->work.n_bins, 5);
    assert_true(p.m->work.n_places > 5);
    play_fini(&p);
}

/* Each workload has failures of its own jobs, if any; nodes count the runs,
 * the sums jobs. */
static void
failures_agree(void **state)
{
    (void)state;
    struct play p;
    const char *const w3[] = { "workload", "3", NULL };
    struct totals t;
    uint64_t jobs = 0, runs = 0;

    play_init(&p, 12, 1);
    ask(&p, NULL, "nodes", NULL);
    play_to(&p, 2 * S);
    ask(&p, "alpha02", "detail", w3);
    assert_int_equal(p.m->work.n_failures, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(strncmp(p.m->work.failure[i].job, "alpha02-3.", 10),
                         0);
    ask(&p, "alpha03", "detail", w3);
    assert_int_equal(p.m->work.n_failures, 0);
    for (size_t i = 0; i < p.m->n; i++)
        for (size_t k = 0; k < p.m->node[i]->n_works; k++)
            jobs += p.m->node[i]->work[k].failed;
    model_totals(p.m, &t);
    assert_true(jobs >= 38);
    assert_true(t.by_jobs);
    assert_int_equal(t.failed, jobs);
    for (size_t i = 0; i < p.m->n; i++)
        runs += p.m->node[i]->told.failed;
    assert_int_equal(runs, 3 * jobs);
    play_fini(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_inputs),
        cmocka_unit_test(looks_like_the_cluster_of_the_manual),
        cmocka_unit_test(lives_for_ever),
        cmocka_unit_test(carries_out_commands),
        cmocka_unit_test(refuses_what_a_node_refuses),
        cmocka_unit_test(changes_workloads),
        cmocka_unit_test(answers_what_the_screens_ask),
        cmocka_unit_test(failures_agree),
    };
    return cmocka_run_group_tests_name("tui_demo", tests, NULL, NULL);
}
