/* SPDX-License-Identifier: MPL-2.0 */
/* publishers_answer - what the nodes that are played answer. */
#include <zmq.h>

#include "base/exits.h"
#include "base/text.h"
#include "tests/tools/publishers.h"

struct answer {
    struct msg m;               /* a REPLY */
    struct buf pairs, rows;
    char text[200];
};

static const char *
phase_word(uint8_t phase)
{
    return phase == PHASE_PAUSE ? "pause" : phase == PHASE_DRAIN ? "drain"
                                                                 : "run";
}

static void
value_of(const struct played *k, struct span op, char dst[32])
{
    dst[0] = '\0';
    if (span_is(op, "throttle"))
        text_add(dst, 32, "%u", k->throttle);
    else
        text_add(dst, 32, "%s", span_is(op, "policy") ? k->policy
                                                      : phase_word(k->phase));
}

/* False: refused, the text says why. */
static bool
set(struct played *k, const struct msg_command *q, struct answer *a)
{
    uint64_t percent;
    struct span name = pair_get(q->pairs, "name");

    if (span_is(q->op, "throttle")) {
        if (pair_get(q->pairs, "value").p == NULL)
            return true;
        if (!pair_u64(q->pairs, "value", 0, &percent) || percent < 10 ||
            percent > 100) {
            text_add(a->text, sizeof a->text, "%s refused that: its floor is "
                     "10", k->name);
            return false;
        }
        k->throttle = (uint8_t)percent;
    } else if (span_is(q->op, "policy")) {
        if (name.p != NULL)
            span_copy(name, k->policy, sizeof k->policy);
    } else {
        k->phase = span_is(q->op, "pause")   ? PHASE_PAUSE
                   : span_is(q->op, "drain") ? PHASE_DRAIN
                                             : PHASE_RUN;
    }
    return true;
}

static void
steer(struct played *k, const struct msg_command *q, struct answer *a)
{
    char op[24], old[32], new[32], text[300] = "";
    struct span seen = pair_get(q->pairs, "seen");

    span_copy(q->op, op, sizeof op);
    value_of(k, q->op, old);
    bool late = seen.p != NULL && !span_is(seen, old) && k->by[0] != '\0';
    if (late)
        text_add(a->text, sizeof a->text, "%s set %s first (cmd %s)", k->by,
                 old, k->cmd);
    bool done = !late && set(k, q, a);
    if (done) {
        span_copy(pair_get(q->pairs, "by"), k->by, sizeof k->by);
        span_copy(pair_get(q->pairs, "cmd"), k->cmd, sizeof k->cmd);
    }
    value_of(k, q->op, new);
    a->m.reply.status = done ? EXIT_DONE : late ? EXIT_FAILED : EXIT_USAGE;
    pair_add(&a->pairs, "old", span_str(old));
    pair_add(&a->pairs, "new", span_str(new));
    pair_add(&a->pairs, "phase", span_str(phase_word(k->phase)));
    pair_add_u64(&a->pairs, "queued", k->queued);
    pair_add_u64(&a->pairs, "running", k->running);
    if (done)
        text_add(text, sizeof text, "from=%s to=%s by=%s cmd=%s", old, new,
                 k->by, k->cmd);
    else
        text_add(text, sizeof text, "op=%s why=\"%s\"", op, a->text);
    publish_event(k, done ? LOG_INFO : LOG_WARN, done ? op : "refused", text);
    publish_state(k);
}

static void
tell_nodes(const struct played *asked, struct answer *a)
{
    struct buf row = { 0 };

    for (size_t i = 0; i < all.n; i++) {
        struct msg m = { .type = MSG_STATE };
        buf_reset(&row);
        buf_u64(&row, 0);
        buf_u8(&row, &all.node[i] == asked                   ? 1
                     : all.node[i].fault == FAULT_VERSION ? 5
                                                          : 2);
        buf_u64(&row, 200);
        buf_u64(&row, 1);
        buf_u64(&row, 0);
        buf_u64(&row, 0);
        fill_state(&all.node[i], &m.state);
        msg_encode(&m, &row);
        row_add(&a->rows, buf_span(&row));
    }
    buf_fini(&row);
}

static void
tell_detail(const struct played *k, struct answer *a)
{
    struct buf row = { 0 };
    char job[80];

    for (uint32_t i = 0; i < SLOTS; i++) {
        buf_reset(&row);
        pair_add(&row, "row", span_str("slot"));
        pair_add_u64(&row, "number", i + 1);
        pair_add(&row, "state", span_str(i < k->running ? "run" : "free"));
        if (i < k->running) {
            job[0] = '\0';
            text_add(job, sizeof job, "%s-1.%llu", k->name,
                     (unsigned long long)k->done + i);
            pair_add(&row, "job", span_str(job));
            pair_add(&row, "kind", span_str("sleep"));
            pair_add_u64(&row, "ran_us", 1000 * (i + 1));
            pair_add_u64(&row, "duty", k->throttle);
        }
        row_add(&a->rows, buf_span(&row));
    }
    pair_add_u64(&a->pairs, "up_ms",
                 (uint64_t)(now_us() - all.start_us) / 1000);
    pair_add_u64(&a->pairs, "state_seq", k->seq[MSG_STATE]);
    pair_add(&a->pairs, "tags", span_str(k->tags));
    pair_add(&a->pairs, "policy", span_str(k->policy));
    buf_fini(&row);
}

static void
tell_hello(const struct played *k, struct answer *a)
{
    char id[NODE_ID_TEXT];

    node_id_print(&k->id, id);
    pair_add(&a->pairs, "name", span_str(fault_name(k)));
    pair_add(&a->pairs, "id", span_str(id));
    pair_add_u64(&a->pairs, "boot_id", 42);
    pair_add(&a->pairs, "cluster", span_str("publishers"));
    pair_add(&a->pairs, "role",
             span_str(k->fault == FAULT_VIEW     ? "view"
                      : k->fault == FAULT_SUBMIT ? "submit"
                                                 : "operator"));
}

static void
dispatch(struct played *k, const struct msg_command *q, struct answer *a)
{
    static const char *const steering[] = { "throttle", "pause", "resume",
                                            "drain", "undrain", "policy" };

    for (size_t i = 0; i < sizeof steering / sizeof steering[0]; i++) {
        if (!span_is(q->op, steering[i]))
            continue;
        if (k->fault == FAULT_VIEW || k->fault == FAULT_SUBMIT ||
            k->fault == FAULT_TEXT) {
            a->m.reply.status = EXIT_REFUSED;
            text_add(a->text, sizeof a->text, "%s",
                     fault_text(k, "role operator is needed"));
        } else
            steer(k, q, a);
        return;
    }
    if (span_is(q->op, "hello")) {
        tell_hello(k, a);
    } else if (span_is(q->op, "nodes")) {
        tell_nodes(k, a);
    } else if (span_is(q->op, "detail")) {
        tell_detail(k, a);
    } else if (span_is(q->op, "publish")) {
        publish_state(k);
    } else {
        a->m.reply.status = EXIT_USAGE;
        text_add(a->text, sizeof a->text, "%s only plays", k->name);
    }
}

static void
reply(struct played *k, struct span who, const struct msg_command *q)
{
    struct answer a = { .m = { .type = MSG_REPLY } };
    struct buf out = { 0 };

    if (k->fault == FAULT_VERSION) {
        a.m.reply.status = EXIT_PROTOCOL;
        text_add(a.text, sizeof a.text, "speaks protocol 2");
    } else {
        dispatch(k, q, &a);
        a.m.reply.client = q->client;
        a.m.reply.seq = q->seq;
    }
    a.m.reply.text = span_str(a.text);
    a.m.reply.pairs = buf_span(&a.pairs);
    a.m.reply.rows = buf_span(&a.rows);
    frame(k, &a.m, 1, &out);
    (void)zmq_send(k->router, who.p, who.len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    (void)zmq_send(k->router, out.p, out.len, ZMQ_DONTWAIT);
    all.answered++;
    buf_fini(&a.pairs);
    buf_fini(&a.rows);
    buf_fini(&out);
}

void
serve(struct played *k)
{
    static uint8_t in[64 * 1024];
    uint8_t who[256];
    struct frame f;
    struct span body;
    struct msg m;

    for (int len; (len = zmq_recv(k->router, who, sizeof who,
                                  ZMQ_DONTWAIT)) > 0;) {
        int n = zmq_recv(k->router, in, sizeof in, ZMQ_DONTWAIT);
        if (n > 0 && n <= (int)sizeof in &&
            frame_decode(all.codec, span_of(in, (size_t)n), &f, &body) ==
                FRAME_OK &&
            f.type == MSG_COMMAND && msg_decode(f.type, body, &m) == 0)
            reply(k, span_of(who, (size_t)len), &m.command);
    }
}
