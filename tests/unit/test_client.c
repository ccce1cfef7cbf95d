/* SPDX-License-Identifier: MPL-2.0 */
/* The client library against a node that is played by a thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/frame.h"
#include "proto/lb.h"
#include "proto/msg.h"
#include "proto/workload.h"

enum { SEEN_MAX = 64, JOBS = 25000 };

struct node {
    char dir[64], where[128];
    void *context, *socket;
    pthread_t thread;
    struct frame_codec *codec;
    /* what came, in order */
    size_t n_seen;
    char op[SEEN_MAX][16];
    uint64_t seq[SEEN_MAX], wait_ms[SEEN_MAX];
    uint32_t first[SEEN_MAX];
    pthread_mutex_t lock;   /* of what stands above and below */
    /* how it behaves */
    int drop;               /* so many pings are not answered */
    int full;               /* so many submits are refused */
    int version, jobs;
    uint32_t accepted;
};

static void
answer(struct node *n, const zmq_msg_t *id, const struct msg_command *q,
       struct msg_reply *r)
{
    struct buf body = { 0 }, frame = { 0 };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_REPLY };
    struct msg m = { .type = MSG_REPLY };
    zmq_msg_t to;

    r->client = q->client;
    r->seq = q->seq;
    m.reply = *r;
    msg_encode(&m, &body);
    frame_encode(n->codec, &f, buf_span(&body), COMPRESS_NO, 1, &frame);
    frame.p[2] = (uint8_t)n->version;
    zmq_msg_init(&to);
    zmq_msg_copy(&to, (zmq_msg_t *)(uintptr_t)id);
    zmq_msg_send(&to, n->socket, ZMQ_SNDMORE);
    zmq_send(n->socket, frame.p, frame.len, 0);
    buf_fini(&body);
    buf_fini(&frame);
}

static void
take_chunk(struct node *n, const struct msg_command *q, struct buf *pairs,
           struct msg_reply *r)
{
    struct chunk chunk;
    uint64_t number;

    if (n->full > 0) {
        n->full--;
        r->status = LB_LATER;
        r->text = span_str("alpha has no room");
        pair_add_u64(pairs, "retry_s", 24 * 3600);
        pair_add_u64(pairs, "retry_ms", 1); /* the finer one counts */
        return;
    }
    pair_u64(q->pairs, "workload", 0, &number);
    if (chunk_decode(q->blob, &chunk) != 0 || chunk.first != n->accepted ||
        number != (chunk.first > 0 ? 7 : 0)) {
        r->status = LB_USAGE;   /* out of order, or of no workload */
        return;
    }
    n->accepted += chunk.count;
    pair_add_u64(pairs, "workload", 7);
    pair_add_u64(pairs, "accepted", n->accepted);
}

/* A page of two results at a time, in order; ended with the last. */
static void
give_results(struct node *n, const struct msg_command *q, struct buf *pairs,
             struct buf *rows)
{
    uint64_t after = 0;

    pair_u64(q->pairs, "after", 0, &after);
    for (int i = 0; i < 2 && after < (uint64_t)n->jobs; i++, after++) {
        struct buf row = { 0 };
        struct result r = { .workload = 7, .index = (uint32_t)after,
                            .outcome = OUTCOME_DONE, .attempt = 1,
                            .error = span_str(""), .value = span_str("v") };
        r.node.b[15] = 1;
        result_encode(&r, &row);
        row_add(rows, buf_span(&row));
        buf_fini(&row);
    }
    pair_add_u64(pairs, "next", after);
    pair_add(pairs, "nodes",
             span_str("00000000000000000000000000000001=beta"));
    if (after == (uint64_t)n->jobs)
        pair_add_u64(pairs, "ended", 1);
}

/* Reading what libzmq has received looks like a race at each byte. Working out
 * that it is none takes longer, for a list of jobs, than clients wait. */
__attribute__((visibility("default"))) const char *
__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
    return "called_from_lib:libzmq.so";
}

/* A chunk may come again when the machine is slow: it counts once. */
static size_t
place_of(struct node *n, const struct msg_command *q)
{
    for (size_t i = 0; i < n->n_seen && span_is(q->op, "submit"); i++)
        if (strcmp(n->op[i], "submit") == 0 && n->seq[i] == q->seq)
            return i;
    return n->n_seen < SEEN_MAX ? n->n_seen++ : SEEN_MAX - 1;
}

/* False: it is to end. */
static bool
obey(struct node *n, const zmq_msg_t *id, const struct msg_command *q)
{
    struct buf pairs = { 0 }, rows = { 0 };
    struct msg_reply r = { .status = 0, .text = span_str("") };
    size_t i = place_of(n, q);
    bool silent = false;
    struct chunk chunk;

    span_copy(q->op, n->op[i], sizeof n->op[i]);
    n->seq[i] = q->seq;
    if (chunk_decode(q->blob, &chunk) == 0)
        n->first[i] = chunk.first;
    if (span_is(q->op, "hello"))
        pair_add(&pairs, "name", span_str("alpha"));
    else if (span_is(q->op, "ping"))
        silent = n->drop-- > 0;
    else if (span_is(q->op, "submit"))
        take_chunk(n, q, &pairs, &r);
    else if (span_is(q->op, "results"))
        give_results(n, q, &pairs, &rows);
    r.pairs = buf_span(&pairs);
    r.rows = buf_span(&rows);
    if (!silent)
        answer(n, id, q, &r);
    buf_fini(&pairs);
    buf_fini(&rows);
    return !span_is(q->op, "end");
}

static bool
obey_alone(struct node *n, const zmq_msg_t *id, const struct msg_command *q)
{
    pthread_mutex_lock(&n->lock);
    bool on = obey(n, id, q);
    pthread_mutex_unlock(&n->lock);
    return on;
}

/* The node as it is between two questions: what either thread did before is
 * seen by the other one after. */
static struct node *
look(struct node *n)
{
    pthread_mutex_lock(&n->lock);
    pthread_mutex_unlock(&n->lock);
    return n;
}

/* Changes how it behaves, between two questions. */
static void
put(struct node *n, int *at, int value)
{
    pthread_mutex_lock(&n->lock);
    *at = value;
    pthread_mutex_unlock(&n->lock);
}

static void *
play(void *arg)
{
    struct node *n = arg;
    bool on = true;

    while (on) {
        zmq_msg_t id, body;
        struct frame f;
        struct span in;
        struct msg m;
        zmq_msg_init(&id);
        zmq_msg_init(&body);
        if (zmq_msg_recv(&id, n->socket, 0) >= 0 &&
            zmq_msg_recv(&body, n->socket, 0) >= 0 &&
            frame_decode(n->codec, span_of(zmq_msg_data(&body),
                                           zmq_msg_size(&body)), &f, &in) ==
                FRAME_OK && msg_decode(f.type, in, &m) == 0)
            on = obey_alone(n, &id, &m.command);
        zmq_msg_close(&id);
        zmq_msg_close(&body);
    }
    return NULL;
}

static int
start(void **state)
{
    struct node *n = calloc(1, sizeof *n);
    int linger = 500;

    pthread_mutex_init(&n->lock, NULL);
    strcpy(n->dir, "/tmp/lb-client.XXXXXX");
    if (mkdtemp(n->dir) == NULL)
        return -1;
    snprintf(n->where, sizeof n->where, "ipc://%s/control.sock", n->dir);
    n->version = PROTOCOL_VERSION;
    n->codec = frame_codec_new();
    n->context = zmq_ctx_new();
    n->socket = zmq_socket(n->context, ZMQ_ROUTER);
    zmq_setsockopt(n->socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_bind(n->socket, n->where) != 0)
        return -1;
    *state = n;
    return pthread_create(&n->thread, NULL, play, n);
}

static int
stop(void **state)
{
    struct node *n = *state;
    struct lb_call end = { .op = "end" };
    struct lb_reply *r;
    struct lb *lb = lb_new(NULL);

    put(n, &n->version, PROTOCOL_VERSION);
    if (lb_connect(lb, n->where) != LB_OK)
        return -1;
    lb_call_do(lb, &end, &r);
    lb_reply_free(r);
    lb_free(lb);
    pthread_join(n->thread, NULL);
    zmq_close(n->socket);
    zmq_ctx_term(n->context);
    frame_codec_free(n->codec);
    pthread_mutex_destroy(&n->lock);
    unlink(n->where + 6);
    rmdir(n->dir);
    free(n);
    return 0;
}

static struct lb *
connected(struct node *n)
{
    struct lb *lb = lb_new(NULL);

    assert_int_equal(lb_connect(lb, n->where), LB_OK);
    assert_string_equal(lb_name(lb), "alpha");
    return lb;
}

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
        PLAYED(another_protocol_is_named),
        cmocka_unit_test(nobody_there_is_said_at_once),
        PLAYED(jobs_go_in_chunks_in_order),
        PLAYED(a_full_queue_refuses_or_is_waited_for),
        PLAYED(results_come_page_by_page_each_once),
        PLAYED(a_watch_gives_events_decoded_and_drops_the_rest),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
