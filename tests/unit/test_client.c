/* SPDX-License-Identifier: MPL-2.0 */
/* The client library against a node that is played by a thread. */
#include "tests/unit/client_node.h"

static void
a_question_without_answer_is_repeated_under_its_number(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);
    struct lb_call ping = { .op = "ping" };
    struct lb_reply *r;

    put(n, &n->drop, 1);
    assert_int_equal(lb_call_do(lb, &ping, &r), LB_OK);
    lb_reply_free(r);
    assert_int_equal(look(n)->n_seen, 3);
    assert_int_equal(look(n)->seq[1], look(n)->seq[2]);
    assert_int_not_equal(look(n)->seq[0], look(n)->seq[1]);
    lb_free(lb);
}

static void
silence_is_a_time_out_that_names_the_node(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);
    struct lb_call ping = { .op = "ping" };
    struct lb_reply *r;

    put(n, &n->drop, 1);
    lb_set_timeout(lb, 50);
    assert_int_equal(lb_call_do(lb, &ping, &r), LB_TIMEOUT);
    assert_null(r);
    assert_string_equal(lb_error(lb), "alpha did not answer within 50ms");
    /* The connection goes on. */
    lb_set_timeout(lb, 5000);
    assert_int_equal(lb_call_do(lb, &ping, &r), LB_OK);
    lb_reply_free(r);
    lb_free(lb);
}

static void
an_interrupt_ends_a_wait(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);
    struct lb_call ping = { .op = "ping" };
    volatile sig_atomic_t flag = 1;
    struct lb_reply *r;

    put(n, &n->drop, 1);
    lb_set_interrupt(lb, &flag);
    assert_int_equal(lb_call_do(lb, &ping, &r), LB_INTERRUPTED);
    lb_free(lb);
}

/* How often the node was asked for files before it took the jobs. */
static size_t
waits_with_files(struct node *n, int lacks, int *status)
{
    static const uint8_t needed[2][FILE_HASH_BYTES] = { { 4 }, { 5 } };
    const struct lb_workload w = {
        .kind = "command", .n_jobs = 1, .cost = 1, .patient = true,
        .files = needed[1], .needed = needed, .n_needed = 2 };
    struct lb *lb = connected(n);
    size_t asked = 0;

    put(n, &n->lacks, lacks);
    put(n, &n->full, 4);
    lb->keep_ms = 2;
    struct lb_submit *s = lb_submit_open(lb, &w);
    *status = lb_submit_same(s, 1);
    if (*status == LB_OK)
        *status = lb_submit_end(s);
    for (size_t i = 0; i < look(n)->n_seen; i++)
        asked += strcmp(n->op[i], "file_have") == 0;
    if (*status != LB_OK)
        assert_string_equal(lb_error(lb), "alpha has dropped files of the "
                            "jobs, which waited for too long; submit them "
                            "again");
    lb_submit_free(s);
    lb_free(lb);
    return asked;
}

static void
files_are_asked_for_while_there_is_no_room_for_jobs(void **state)
{
    struct node *n = *state;
    int status;

    assert_in_range(waits_with_files(n, 6, &status), 1, 4);
    assert_int_equal(status, LB_OK);
    assert_string_equal(look(n)->op[look(n)->n_seen - 1], "submit");
}

static void
files_that_are_gone_end_a_submission(void **state)
{
    struct node *n = *state;
    int status;

    assert_int_equal(waits_with_files(n, 5, &status), 1);
    assert_int_equal(status, LB_LATER);
    assert_int_equal(look(n)->accepted, 0);
}

static void
another_protocol_is_named(void **state)
{
    struct node *n = *state;
    struct lb *lb = lb_new(NULL);

    put(n, &n->version, 9);
    assert_int_equal(lb_connect(lb, n->where), LB_PROTOCOL);
    assert_non_null(strstr(lb_error(lb), "speaks protocol 9, this "));
    lb_free(lb);
}

static void
nobody_there_is_said_at_once(void **state)
{
    struct lb *lb = lb_new(NULL), *other = lb_new(lb);

    (void)state;
    assert_int_equal(lb_connect(lb, "ipc:///tmp/no/such.sock"),
                     LB_UNREACHABLE);
    assert_non_null(strstr(lb_error(lb), "/tmp/no/such.sock: no such file"));
    assert_int_equal(lb_connect(other, "127.0.0.1:80"), LB_USAGE);
    assert_string_equal(lb_error(other), "port \"80\" is not in 1024..65532");
    lb_free(other);
    lb_free(lb);
}

static void
submit_all(struct lb *lb, bool patient, int want)
{
    struct lb_workload w = { .kind = "fib", .params = "", .n_jobs = JOBS,
                             .cost = 1, .patient = patient };
    struct lb_submit *s = lb_submit_open(lb, &w);
    int status = LB_OK;

    for (uint32_t i = 0; i < JOBS && status == LB_OK; i++)
        status = lb_submit_job(s, 1000000, "n=1\n", 4);
    if (status == LB_OK)
        status = lb_submit_end(s);
    assert_int_equal(status, want);
    assert_int_equal(lb_submit_accepted(s), want == LB_OK ? JOBS : 0);
    assert_int_equal(lb_submit_number(s), want == LB_OK ? 7 : 0);
    lb_submit_free(s);
}

static void
jobs_go_in_chunks_in_order(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);

    submit_all(lb, false, LB_OK);
    assert_int_equal(look(n)->accepted, JOBS);
    assert_int_equal(look(n)->n_seen, 1 + 3);
    assert_int_equal(look(n)->first[1], 0);
    assert_int_equal(look(n)->first[2], 10000);
    assert_int_equal(look(n)->first[3], 20000);
    lb_free(lb);
}

static void
a_full_queue_refuses_or_is_waited_for(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);

    put(n, &n->full, 1);
    submit_all(lb, false, LB_LATER);
    assert_string_equal(lb_error(lb), "alpha has no room");
    put(n, &n->full, 3);
    submit_all(lb, true, LB_OK);
    assert_int_equal(look(n)->full, 0);
    assert_int_equal(look(n)->accepted, JOBS);
    /* Each time it is a new question: the old one has its answer. */
    assert_int_not_equal(look(n)->seq[2], look(n)->seq[3]);
    lb_free(lb);
}

static void
count_later(void *with, const char *why)
{
    assert_string_equal(why, "alpha has no room");
    ++*(int *)with;
}

static void
who_waits_for_room_hears_of_it_once_who_leaves_is_not_waited_for(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);
    int told = 0;
    const struct lb_workload w = { .kind = "fib", .n_jobs = 1, .cost = 1,
                                   .patient = true, .later = count_later,
                                   .later_with = &told };

    put(n, &n->full, 3);
    for (int drains = 0; drains < 2; drains++) {
        struct lb_submit *s = lb_submit_open(lb, &w);
        assert_int_equal(lb_submit_same(s, 1), LB_OK);
        assert_int_equal(lb_submit_end(s), drains ? LB_LATER : LB_OK);
        assert_int_equal(told, 1);
        lb_submit_free(s);
        put(n, &n->drains, 1);
        put(n, &n->full, 1);
    }
    lb_free(lb);
}

static void
results_come_page_by_page_each_once(void **state)
{
    struct node *n = *state;
    struct lb *lb = connected(n);
    struct lb_results_of of = { .workload = 7, .follow = true };
    struct lb_result r;
    uint32_t next = 0;

    put(n, &n->jobs, 5);
    struct lb_results *all = lb_results_open(lb, &of);
    while (lb_results_next(all, -1, &r)) {
        assert_int_equal(r.index, next++);
        assert_string_equal(r.node, "beta");
        assert_int_equal(r.value_len, 1);
    }
    assert_int_equal(next, 5);
    assert_int_equal(lb_results_status(all), LB_OK);
    assert_true(lb_results_ended(all));
    lb_results_free(all);
    lb_free(lb);
}

static void
publish(struct node *n, void *socket, const struct msg *m)
{
    struct buf body = { 0 }, frame = { 0 };
    struct frame f = { .version = PROTOCOL_VERSION, .type = m->type };

    f.sender.b[15] = 2;
    msg_encode(m, &body);
    frame_encode(n->codec, &f, buf_span(&body), COMPRESS_NO, 1, &frame);
    zmq_send(socket, frame.p, frame.len, ZMQ_DONTWAIT);
    buf_fini(&body);
    buf_fini(&frame);
}

static void
a_watch_gives_events_decoded_and_drops_the_rest(void **state)
{
    struct node *n = *state;
    struct msg m = { .type = MSG_EVENT };
    struct lb_news news = { .kind = 0 };
    char where[128];

    snprintf(where, sizeof where, "ipc://%s/state.sock", n->dir);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PUB);
    assert_int_equal(zmq_bind(socket, where), 0);
    struct lb_watch *w = lb_watch_open(where);
    assert_non_null(w);
    m.event = (struct msg_event){ .time_ms = 42, .number = 7, .level = 3,
                                  .name = span_str("transfer"),
                                  .text = span_str("jobs=15 to=beta") };
    /* A subscription takes a moment: until the first is heard. */
    for (int i = 0; i < 500 && news.kind == 0; i++) {
        zmq_send(socket, "\xaa\xb7\x01\x02 junk", 9, ZMQ_DONTWAIT);
        publish(n, socket, &m);
        lb_watch_next(w, 20, &news);
    }
    assert_int_equal(news.kind, LB_NEWS_EVENT);
    assert_string_equal(news.node_id, "00000000000000000000000000000002");
    assert_string_equal(news.event.name, "transfer");
    assert_string_equal(news.event.text, "jobs=15 to=beta");
    assert_int_equal(news.event.number, 7);
    while (lb_watch_next(w, 0, &news))
        continue;
    m = (struct msg){ .type = MSG_BYE };
    publish(n, socket, &m);
    assert_true(lb_watch_next(w, 5000, &news));
    assert_int_equal(news.kind, LB_NEWS_BYE);
    lb_watch_free(w);
    zmq_close(socket);
    zmq_ctx_term(context);
    unlink(where + 6);
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_question_without_answer_is_repeated_under_its_number),
        PLAYED(silence_is_a_time_out_that_names_the_node),
        PLAYED(an_interrupt_ends_a_wait),
        PLAYED(files_are_asked_for_while_there_is_no_room_for_jobs),
        PLAYED(files_that_are_gone_end_a_submission),
        PLAYED(another_protocol_is_named),
        cmocka_unit_test(nobody_there_is_said_at_once),
        PLAYED(jobs_go_in_chunks_in_order),
        PLAYED(a_full_queue_refuses_or_is_waited_for),
        PLAYED(
            who_waits_for_room_hears_of_it_once_who_leaves_is_not_waited_for),
        PLAYED(results_come_page_by_page_each_once),
        PLAYED(a_watch_gives_events_decoded_and_drops_the_rest),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
