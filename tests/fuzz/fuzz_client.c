/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The first byte says what is asked; the rest is what a node answers: u8
 * how, u16 length, bytes. `how` 0: a frame as it is; 1: the body of a REPLY;
 * 2: u8 type and the body of a message; else a REPLY made of the bytes: u8
 * status, then pairs and rows. Frames of 1 and above are right, and a REPLY is
 * to the question.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/client.h"
#include "proto/workload.h"
#include "tests/fuzz/fake_zmq.h"

enum { ANSWERS_MAX = 64, JOBS = 20 };

static struct {
    struct frame_codec *codec;
    struct reader in;
    uint64_t client, seq;   /* of the last question */
    unsigned n;
} node;

static void
need(bool right)
{
    if (!right)
        abort();
}

/* ---- the node ---- */

static void
sent(struct span bytes)
{
    struct frame f;
    struct span body;
    struct msg m;

    need(frame_decode(node.codec, bytes, &f, &body) == FRAME_OK);
    need(f.type == MSG_COMMAND && msg_decode(f.type, body, &m) == 0);
    node.client = m.command.client;
    node.seq = m.command.seq;
}

static const char *const keys[] = {
    "name", "workload", "accepted", "duplicate", "retry_s", "retry_ms",
    "next", "ended", "nodes", "state", "jobs", "queued", "running", "done",
    "failed", "cancelled", "elapsed_us", "version", "old", "max_jobs"
};

static void
made(struct reader *r, struct buf *body)
{
    struct buf pairs = { 0 }, rows = { 0 };
    struct msg m = { .type = MSG_REPLY };
    uint8_t status = reader_u8(r), n = reader_u8(r) % 8u;

    for (; n > 0; n--) {
        const char *key = keys[reader_u8(r) % (sizeof keys / sizeof keys[0])];
        uint8_t how = reader_u8(r);
        if (how == 255)
            pair_add_u64(&pairs, key, reader_u64(r));
        else if (how >= 128)
            pair_add(&pairs, key, reader_span8(r));
        else
            pair_add_u64(&pairs, key, how);
    }
    for (n = reader_u8(r) % 8u; n > 0; n--)
        row_add(&rows, reader_span16(r));
    m.reply = (struct msg_reply){
        .client = node.client, .seq = node.seq,
        .status = status % 2u == 0 ? 0 : status,
        .text = span_str(status == 1 ? "" : "text"),
        .pairs = buf_span(&pairs), .rows = buf_span(&rows)
    };
    msg_encode(&m, body);
    buf_fini(&pairs);
    buf_fini(&rows);
}

/* A body that begins with whom it is for. */
static void
given(struct span in, struct buf *body)
{
    buf_u64(body, node.client);
    buf_u64(body, node.seq);
    buf_bytes(body, in.p, in.len);
}

static bool
answer(struct buf *out)
{
    struct buf body = { 0 };
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_REPLY };
    struct reader r;

    if (reader_left(&node.in) == 0 || ++node.n > ANSWERS_MAX)
        return false;
    uint8_t how = reader_u8(&node.in) % 8u;
    struct span in = reader_span16(&node.in);
    reader_init(&r, in);
    switch (how) {
    case 0: buf_bytes(out, in.p, in.len); return true;
    case 1: given(in, &body); break;
    case 2:
        f.type = reader_u8(&r);
        buf_bytes(&body, r.p, reader_left(&r));
        break;
    default: made(&r, &body); break;
    }
    frame_encode(node.codec, &f, buf_span(&body), COMPRESS_AUTO, 1, out);
    buf_fini(&body);
    return true;
}

/* ---- questions ---- */

static void
submit(struct lb *lb, bool patient)
{
    struct lb_workload w = { .kind = "sleep", .params = "ms=1\n",
                             .params_len = 5, .n_jobs = JOBS,
                             .cost = 1000000, .key = "k",
                             .patient = patient };
    struct lb_submit *s = lb_submit_open(lb, &w);
    int status = lb_submit_same(s, JOBS / 2);

    for (int i = 0; i < JOBS / 2 && status == LB_OK; i++)
        status = lb_submit_job(s, 1000000, "ms=2\n", 5);
    if (status == LB_OK)
        status = lb_submit_end(s);
    need(status == LB_OK || lb_error(lb)[0] != '\0');
    need(lb_submit_note(s) != NULL);
    (void)lb_submit_accepted(s);
    lb_submit_free(s);
}

static void
results(struct lb *lb, bool follow)
{
    struct lb_results_of of = { .workload = 1, .follow = follow };
    struct lb_results *r = lb_results_open(lb, &of);
    struct lb_result one;

    while (lb_results_next(r, 0, &one)) {
        const volatile uint8_t *p = one.value;
        for (size_t i = 0; i < one.value_len; i++)
            (void)p[i];
        need(strlen(one.node) <= NAME_MAX_BYTES);
        need(strlen(one.error) <= ERROR_MAX_BYTES);
    }
    (void)lb_results_status(r);
    lb_results_free(r);
}

static void
nodes(struct lb *lb)
{
    struct lb_node *v;
    struct lb_workload_info *w;
    size_t n;

    (void)lb_nodes(lb, &v, &n);
    free(v);
    (void)lb_list(lb, 0, &w, &n);
    free(w);
}

static void
any(struct lb *lb)
{
    struct lb_call c = { .op = "events" };
    struct lb_reply *r;
    const uint8_t *p;
    struct lb_event e;
    char text[64];
    size_t len;

    int status = lb_call_do(lb, &c, &r);
    need(status == LB_OK || lb_error(lb)[0] != '\0');
    for (size_t at = 0; r != NULL && lb_reply_row(r, &at, &p, &len);) {
        (void)lb_event_read(p, len, &e);
        (void)lb_row_get(p, len, "state", text, sizeof text);
    }
    for (size_t i = 0; r != NULL && i < sizeof keys / sizeof keys[0]; i++) {
        (void)lb_reply_get(r, keys[i], &len);
        (void)lb_reply_number(r, keys[i], 0);
    }
    lb_reply_free(r);
}

static void
watch(void)
{
    struct lb_watch *w = lb_watch_open("alpha");
    struct lb_news news;

    need(w != NULL);
    while (lb_watch_next(w, 0, &news))
        for (uint32_t i = 0; news.kind == LB_NEWS_STATE &&
             i < news.state.n_workloads; i++)
            need(strlen(news.state.workloads[i].kind) < 64);
    lb_watch_free(w);
}

static void
ask(struct lb *lb, uint8_t what)
{
    struct lb_progress p = { .version = 0 };
    unsigned was;

    switch (what % 10u) {
    case 0: submit(lb, false); break;
    case 1: submit(lb, true); break;
    case 2: results(lb, false); break;
    case 3: results(lb, true); break;
    case 4: nodes(lb); break;
    case 5: any(lb); break;
    case 6:
        (void)lb_wait(lb, 1, 0, &p);
        (void)lb_progress_ended(&p);
        break;
    case 7: (void)lb_throttle(lb, 50, &was); break;
    case 8: watch(); break;
    default: break;         /* all is in the greeting */
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static volatile sig_atomic_t interrupt = 1;

    if (size == 0)
        return 0;
    if (node.codec == NULL)
        node.codec = frame_codec_new();
    fake_receive = answer;
    fake_sent = sent;
    node.n = 0;
    reader_init(&node.in, span_of(data + 1, size - 1));
    struct lb *lb = lb_new(NULL);
    lb_set_timeout(lb, 0);
    lb_set_interrupt(lb, &interrupt);   /* no wait is longer than a moment */
    if (lb_connect(lb, "alpha") == LB_OK)
        ask(lb, data[0]);
    lb_free(lb);
    return 0;
}
