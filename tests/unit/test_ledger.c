/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "core/ledger.h"
#include "core/queue.h"

static struct workload *
add(struct ledger *l, uint16_t home, uint32_t number, uint32_t n_jobs,
    uint8_t priority)
{
    struct buf b = { 0 };
    struct desc d = { .kind = span_str("noop"),
                      .n_jobs = n_jobs,
                      .cost = 1000000,
                      .priority = priority };
    struct workload *w = NULL;
    desc_encode(&d, &b);
    assert_int_equal(ledger_add(l, home, number, buf_span(&b), &w), 0);
    buf_fini(&b);
    return w;
}

static void
finds_a_workload_by_home_and_number(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *a = add(l, 0, 7, 10, 5), *b = add(l, 3, 7, 10, 5);

    assert_ptr_equal(ledger_find(l, 0, 7), a);
    assert_ptr_equal(ledger_find(l, 3, 7), b);
    assert_null(ledger_find(l, 3, 8));
    ledger_remove(l, a);
    assert_null(ledger_find(l, 0, 7));
    assert_ptr_equal(ledger_first(l), b);
    ledger_free(l);
}

static void
refuses_bytes_that_describe_nothing(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *w = NULL;
    assert_int_not_equal(ledger_add(l, 0, 1, span_str("?"), &w), 0);
    assert_null(ledger_first(l));
    ledger_free(l);
}

static void
gives_a_slab_back_when_no_job_of_it_is_needed(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *w = add(l, 0, 1, 200, 5);

    for (uint32_t i = 0; i < 200; i++)
        workload_make(w, i)->rec = REC_HOME;
    for (uint32_t i = 0; i < SLAB_JOBS; i++) {
        struct job *j = workload_job(w, i);
        assert_non_null(w->slab[0].job);
        j->rec = REC_DONE;
        workload_settle(w, j);
    }
    assert_null(w->slab[0].job);
    assert_null(workload_job(w, 0));
    assert_int_equal(workload_next(w, 0)->index, SLAB_JOBS);
    assert_int_equal(workload_make(w, 3)->attempt, 1);
    assert_int_equal(workload_next(w, 0)->index, 3);
    assert_null(workload_next(w, 200));
    ledger_free(l);
}

static void
keeps_a_job_that_is_still_needed(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *w = add(l, 2, 1, 3, 5);
    struct job *j = workload_make(w, 1);

    j->place = AT_FINISHED;
    workload_settle(w, j);
    assert_ptr_equal(workload_job(w, 1), j);
    j->place = AT_NONE;
    workload_settle(w, j);
    assert_null(workload_job(w, 1));
    ledger_free(l);
}

static void
keeps_own_parameters_and_results_apart_from_the_job(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *w = add(l, 0, 1, 3, 5);
    struct result r = { .index = 2, .outcome = OUTCOME_FAILED, .attempt = 4,
                        .error = span_str("exit 3"),
                        .value = span_str("xy") };

    workload_set_args(w, 2, 42, span_str("n=5"));
    workload_set_outcome(w, &r, 9);
    assert_int_equal(workload_args(w, 2)->cost, 42);
    assert_null(workload_args(w, 1));
    const struct outcome_rec *o = workload_outcome(w, 2);
    assert_int_equal(o->node, 9);
    assert_int_equal(o->error_len, 6);
    assert_memory_equal(o->bytes, "exit 3xy", 8);
    assert_null(workload_outcome(w, 1));
    workload_drop_outcome(w, 2);
    workload_drop_args(w, 2);
    assert_null(workload_outcome(w, 2));
    ledger_free(l);
}

static void
holds_a_cost_to_what_sums_can_carry(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct workload *w = add(l, 0, 1, 3, 5);
    struct job *j = workload_make(w, 0);

    assert_int_equal(job_cost(j), 1000000);
    workload_set_args(w, 0, UINT64_MAX, span_str(""));
    assert_true(job_cost(j) < UINT64_MAX / 1000000);
    ledger_free(l);
}

/* ---- the queue ---- */

enum { N = 40 };

static void
lets_higher_priorities_go_first_and_equals_in_order(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct queue q = { 0 };
    struct workload *low = add(l, 0, 1, 3, 2), *high = add(l, 0, 2, 3, 8);
    struct job *front = workload_make(low, 2);

    queue_push(&q, workload_make(low, 0));
    queue_push(&q, workload_make(low, 1));
    queue_push(&q, workload_make(high, 0));
    queue_push_front(&q, front);
    assert_ptr_equal(queue_first(&q), workload_job(high, 0));
    queue_remove(&q, queue_first(&q));
    assert_ptr_equal(queue_first(&q), front);
    assert_ptr_equal(queue_last(&q), workload_job(low, 1));
    assert_int_equal(q.n, 3);
    assert_int_equal(q.of[0].cost, 3000000);
    ledger_free(l);
}

static void
keeps_the_order_of_a_batch_at_the_front(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct queue q = { 0 };
    struct workload *w = add(l, 0, 1, 8, 5);

    queue_push(&q, workload_make(w, 7));
    queue_batch_begin(&q);
    queue_push_batch(&q, workload_make(w, 1));
    queue_push_batch(&q, workload_make(w, 2));
    queue_remove(&q, workload_job(w, 2));
    queue_push_batch(&q, workload_make(w, 3));
    queue_batch_begin(&q);
    queue_push_batch(&q, workload_make(w, 0));
    const uint32_t order[] = { 0, 1, 3, 7 };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(queue_first(&q)->index, order[i]);
        queue_remove(&q, queue_first(&q));
    }
    assert_int_equal(q.n, 0);
    ledger_free(l);
}

/* Any mix of pushes and removals: the walk from the tail meets each job that
 * is left once, and the sums fit. */
static void
walks_every_job_from_the_tail(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        struct ledger *l = ledger_new();
        struct queue q = { 0 };
        uint32_t x = seed, left = N, met = 0;

        for (uint32_t i = 0; i < N; i++) {
            x = x * 1664525u + 1013904223u;
            struct workload *w = add(l, 0, i + 1, 1, (uint8_t)(x >> 28) % 10);
            if (x & 1024)
                queue_push(&q, workload_make(w, 0));
            else
                queue_push_front(&q, workload_make(w, 0));
        }
        for (uint32_t i = seed % 5; i < N; i += 3, left--)
            queue_remove(&q, workload_job(ledger_find(l, 0, i + 1), 0));
        uint8_t last = 0;
        for (struct job *j = queue_last(&q); j != NULL;
             j = queue_before(&q, j)) {
            if (j->w->desc.priority < last)
                fail_msg("seed %u: priority %u after %u", seed,
                         j->w->desc.priority, last);
            last = j->w->desc.priority;
            met++;
        }
        assert_int_equal(met, left);
        assert_int_equal(q.n, left);
        assert_int_equal(q.of[0].cost, left * 1000000ull);
        ledger_free(l);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_workload_by_home_and_number),
        cmocka_unit_test(refuses_bytes_that_describe_nothing),
        cmocka_unit_test(gives_a_slab_back_when_no_job_of_it_is_needed),
        cmocka_unit_test(keeps_a_job_that_is_still_needed),
        cmocka_unit_test(keeps_own_parameters_and_results_apart_from_the_job),
        cmocka_unit_test(holds_a_cost_to_what_sums_can_carry),
        cmocka_unit_test(lets_higher_priorities_go_first_and_equals_in_order),
        cmocka_unit_test(keeps_the_order_of_a_batch_at_the_front),
        cmocka_unit_test(walks_every_job_from_the_tail),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
