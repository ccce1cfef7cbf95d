/* SPDX-License-Identifier: MPL-2.0 */
/* shell_command - the operations that the shell answers by itself: events,
 * config, output and those on files; all others are the core's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/loop_parts.h"
#include "base/exits.h"
#include "base/text.h"

void
loop_reply(struct loop *l, uint64_t client, struct span body)
{
    struct net *net = l->s->net;

    if (!net_send(net, net_encode_reply(net, client, body), l->now_us))
        loop_client_gone(l, client);
}

static void
ask_events(struct loop *l, uint64_t client, const struct msg_command *m)
{
    struct buf body = { 0 };

    if (events_ask(l->s->events, client, m, l->now_us, &body))
        loop_reply(l, client, buf_span(&body));
    buf_fini(&body);
}

/* A row for each line of --dump-config. */
static void
ask_config(struct loop *l, uint64_t client, const struct msg_command *m)
{
    struct buf body = { 0 }, rows = { 0 };
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    if (f != NULL) {
        config_dump(l->s->config, span_is(pair_get(m->pairs, "changed"), "1"),
                    f);
        fclose(f);
    }
    for (const char *p = text; p != NULL && *p != '\0';) {
        size_t n = strcspn(p, "\n");
        row_add(&rows, span_of(p, n));
        p += n + (p[n] == '\n');
    }
    const struct msg r = { .type = MSG_REPLY,
                           .reply = { .client = m->client, .seq = m->seq,
                                      .status = EXIT_DONE,
                                      .rows = buf_span(&rows) } };
    msg_encode(&r, &body);
    loop_reply(l, client, buf_span(&body));
    buf_fini(&body);
    buf_fini(&rows);
    free(text);
}

/* What a program that runs here has written: home, workload, index, err (0,
 * 1), from; answered by one row of bytes, and the total. */
static void
ask_output(struct loop *l, uint64_t client, const struct msg_command *m)
{
    struct command_piece piece = { .total = 0 };
    struct buf body = { 0 }, rows = { 0 }, pairs = { 0 };
    uint64_t workload = 0, index = 0, err = 0;
    char home[NODE_ID_TEXT];

    span_copy(pair_get(m->pairs, "home"), home, sizeof home);
    struct msg r = { .type = MSG_REPLY,
                     .reply = { .client = m->client, .seq = m->seq } };
    if (node_id_parse(home, &piece.home) != 0 ||
        !pair_u64(m->pairs, "workload", 0, &workload) ||
        !pair_u64(m->pairs, "index", 0, &index) ||
        !pair_u64(m->pairs, "err", 0, &err) ||
        !pair_u64(m->pairs, "from", 0, &piece.from) ||
        workload > UINT32_MAX || index > UINT32_MAX) {
        r.reply.status = EXIT_USAGE;
        r.reply.text = span_str("output: home, workload, index, err or from: "
                                "makes no sense");
    } else {
        piece.workload = (uint32_t)workload;
        piece.index = (uint32_t)index;
        piece.err = err != 0;
        bool runs = workers_output(l->s->workers, &piece);
        r.reply.status = runs ? EXIT_DONE : EXIT_NOTFOUND;
        r.reply.text = span_str(runs ? "" : "does not run here");
        row_add(&rows, buf_span(&piece.bytes));
        r.reply.rows = buf_span(&rows);
        pair_add_u64(&pairs, "total", piece.total);
        r.reply.pairs = buf_span(&pairs);
    }
    msg_encode(&r, &body);
    loop_reply(l, client, buf_span(&body));
    buf_fini(&body);
    buf_fini(&rows);
    buf_fini(&pairs);
    buf_fini(&piece.bytes);
}

/* As open as their likes in the core's table (core/command.c): what is written
 * so far, as results. */
static const struct op {
    const char *name;
    enum role role;
    /* NULL: loop_file_ask */
    void (*run)(struct loop *l, uint64_t client, const struct msg_command *m);
} ops[] = {
    { "config", ROLE_VIEW, ask_config },
    { "events", ROLE_VIEW, ask_events },
    { "file_get", ROLE_SUBMIT, NULL },
    { "file_have", ROLE_SUBMIT, NULL },
    { "file_put", ROLE_SUBMIT, NULL },
    { "output", ROLE_VIEW, ask_output },
};

static const struct op *
op_find(struct span name)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (span_is(name, ops[i].name))
            return &ops[i];
    return NULL;
}

bool
shell_refuses(const struct msg_command *m, enum role role, const char *node,
              struct buf *body)
{
    const struct op *op = op_find(m->op);
    char text[200] = "";

    if (op == NULL || role >= op->role)
        return false;
    text_add(text, sizeof text, "your role may not %s on %s", op->name, node);
    const struct msg r = { .type = MSG_REPLY,
                           .reply = { .client = m->client, .seq = m->seq,
                                      .status = EXIT_REFUSED,
                                      .text = span_str(text) } };
    msg_encode(&r, body);
    return true;
}

void
loop_command(struct loop *l, const struct net_in *in)
{
    const struct msg_command *m = &in->msg.command;
    const struct op *op = op_find(m->op);
    struct event ev = { .kind = EV_COMMAND };
    struct buf body = { 0 };

    if (shell_refuses(m, in->role, l->s->core_config.name, &body) ||
        !shell_takes_file(l, in, &body)) {
        loop_reply(l, in->client, buf_span(&body));
        buf_fini(&body);
        return;
    }
    if (op != NULL && op->run == NULL) {
        loop_file_ask(l, in);
        return;
    }
    if (op != NULL) {
        op->run(l, in->client, m);
        return;
    }
    ev.command.client = in->client;
    ev.command.role = in->role;
    ev.command.local = in->local;
    ev.command.command = m;
    loop_feed(l, &ev);
}

void
loop_client_gone(struct loop *l, uint64_t client)
{
    struct event ev = { .kind = EV_CLIENT_GONE, .client = client };

    events_client_gone(l->s->events, client);
    loop_feed(l, &ev);
}

void
loop_wake_waiters(struct loop *l)
{
    struct buf body = { 0 };
    uint64_t client;

    while ((client = events_next(l->s->events, l->now_us, &body)) != 0) {
        loop_reply(l, client, buf_span(&body));
        buf_reset(&body);
    }
    buf_fini(&body);
}
