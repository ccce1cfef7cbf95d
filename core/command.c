/* SPDX-License-Identifier: MPL-2.0 */
#include "core/command.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/command_ask.h"

enum op_flag {
    OP_CHANGES = 1,     /* the reply is kept for a repeated request */
    OP_SHOWS = 2        /* without pairs it only shows: role view is enough */
};

struct op {
    const char *name;
    enum role role;
    unsigned flags;
    void (*run)(struct core *c, struct ask *a);
};

static const struct op ops[] = {
    { "cancel", ROLE_SUBMIT, OP_CHANGES, ask_cancel },
    { "drain", ROLE_OPERATOR, OP_CHANGES, ask_drain },
    { "explain", ROLE_VIEW, 0, ask_explain },
    { "forget", ROLE_SUBMIT, OP_CHANGES, ask_forget },
    { "hello", ROLE_VIEW, 0, ask_hello },
    { "hold", ROLE_SUBMIT, OP_CHANGES, ask_hold },
    { "job_list", ROLE_VIEW, 0, ask_job_list },
    { "list", ROLE_VIEW, 0, ask_list },
    { "nodes", ROLE_VIEW, 0, ask_nodes },
    { "pause", ROLE_OPERATOR, OP_CHANGES, ask_pause },
    { "ping", ROLE_VIEW, 0, ask_ping },
    { "placement", ROLE_OPERATOR, OP_CHANGES | OP_SHOWS, ask_placement },
    { "policy", ROLE_OPERATOR, OP_CHANGES | OP_SHOWS, ask_policy },
    { "priority", ROLE_SUBMIT, OP_CHANGES, ask_priority },
    { "rebalance", ROLE_OPERATOR, OP_CHANGES, ask_rebalance },
    { "results", ROLE_VIEW, 0, ask_results },
    { "resume", ROLE_OPERATOR, OP_CHANGES, ask_resume },
    { "retry", ROLE_SUBMIT, OP_CHANGES, ask_retry },
    { "show", ROLE_VIEW, 0, ask_show },
    { "start", ROLE_SUBMIT, OP_CHANGES, ask_start },
    { "stop", ROLE_OPERATOR, OP_CHANGES, ask_stop },
    { "submit", ROLE_SUBMIT, OP_CHANGES, ask_submit },
    { "throttle", ROLE_OPERATOR, OP_CHANGES | OP_SHOWS, ask_throttle },
    { "undrain", ROLE_OPERATOR, OP_CHANGES, ask_undrain },
    { "wait", ROLE_VIEW, 0, ask_wait },
};

static const struct op *
op_find(struct span name)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (span_is(name, ops[i].name))
            return &ops[i];
    return NULL;
}

/* ---- replies ---- */

static void
reply_bytes(struct core *c, uint64_t client, struct span body)
{
    struct span kept = out_keep(&c->out, body);
    struct action *act = out_add(&c->out, ACT_REPLY);
    act->reply.client = client;
    act->reply.body = kept;
}

static void
keep_reply(struct core *c, const struct ask *a, const struct buf *body)
{
    struct kept_reply *k = &c->replies[c->next_reply];
    c->next_reply = (c->next_reply + 1) % REPLIES_MAX;
    k->id = a->id;
    k->seq = a->seq;
    buf_fini(&k->body);
    buf_bytes(&k->body, body->p, body->len);
}

static void
reply(struct core *c, const struct ask *a, bool keep)
{
    struct buf body = { 0 };
    struct msg m = { .type = MSG_REPLY };

    m.reply.client = a->id;
    m.reply.seq = a->seq;
    m.reply.status = (uint8_t)a->status;
    m.reply.text = span_str(a->text);
    m.reply.pairs = buf_span(&a->out);
    m.reply.rows = buf_span(&a->rows);
    msg_encode(&m, &body);
    if (keep)
        keep_reply(c, a, &body);
    reply_bytes(c, a->client, buf_span(&body));
    buf_fini(&body);
}

static bool
repeat_reply(struct core *c, const struct ask *a)
{
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        const struct kept_reply *k = &c->replies[i];
        if (k->body.len == 0 || k->id != a->id || k->seq != a->seq)
            continue;
        reply_bytes(c, a->client, buf_span(&k->body));
        return true;
    }
    return false;
}

static void
ask_fini(struct ask *a)
{
    buf_fini(&a->out);
    buf_fini(&a->rows);
}

/* ---- the step ---- */

/* Whether all that the request says is who asks. */
static bool
only_shows(const struct op *op, const struct ask *a)
{
    struct pair p;
    for (size_t at = 0; pair_next(a->pairs, &at, &p);)
        if (!span_is(p.key, "by"))
            return false;
    return (op->flags & OP_SHOWS) != 0;
}

static const char *
role_name(enum role role)
{
    return role == ROLE_VIEW ? "view"
           : role == ROLE_SUBMIT ? "submit"
                                 : "operator";
}

/* 77 and the other refusals that every operation shares. */
static bool
may_run(const struct core *c, struct ask *a, const struct op *op,
        enum role role)
{
    if (role < op->role && !only_shows(op, a))
        ask_refuse(a, EXIT_REFUSED, "role %s may not %s on %s",
                   role_name(role), op->name, c->config.name);
    else if (!c->started)
        ask_refuse(a, EXIT_LATER, "%s is starting; try again",
                   c->config.name);
    return a->status == EXIT_DONE;
}

static void
unknown_op(struct core *c, struct ask *a, struct span name)
{
    char op[64];
    span_copy(name, op, sizeof op);
    ask_refuse(a, EXIT_USAGE, "%s knows no operation \"%s\"", c->config.name,
               op);
    reply(c, a, false);
}

void
command_step(struct core *c, const struct event_command *ev)
{
    const struct msg_command *m = ev->command;
    const struct op *op = op_find(m->op);
    struct ask a = { .client = ev->client, .id = m->client, .seq = m->seq,
                     .pairs = m->pairs, .blob = m->blob };

    if (op == NULL) {
        unknown_op(c, &a, m->op);
        return;
    }
    a.op = op->name;
    bool changes = (op->flags & OP_CHANGES) != 0 && !only_shows(op, &a);
    if (!may_run(c, &a, op, ev->role)) {
        reply(c, &a, false);
        return;
    }
    if (changes && repeat_reply(c, &a))
        return;
    home_save_results(c);
    op->run(c, &a);
    if (!a.parked)
        reply(c, &a, changes);
    ask_fini(&a);
}

/* ---- parked clients ---- */

static void
unpark(struct core *c, size_t i)
{
    buf_fini(&c->parked[i].pairs);
    c->n_parked--;
    memmove(&c->parked[i], &c->parked[i + 1],
            (c->n_parked - i) * sizeof c->parked[0]);
}

void
command_client_gone(struct core *c, uint64_t client)
{
    for (size_t i = c->n_parked; i-- > 0;)
        if (c->parked[i].client == client)
            unpark(c, i);
}

void
command_wake(struct core *c)
{
    c->parked_due = false;
    for (size_t i = 0; i < c->n_parked;) {
        struct parked *p = &c->parked[i];
        struct ask a = { .client = p->client,
                         .id = p->id,
                         .seq = p->seq,
                         .op = p->results ? "results" : "wait",
                         .pairs = buf_span(&p->pairs) };
        if (!ask_again(c, &a, p)) {
            i++;
            continue;
        }
        home_save_results(c);
        reply(c, &a, false);
        ask_fini(&a);
        unpark(c, i);
    }
}

void
command_tick(struct core *c)
{
    node_revert_tick(c);
}

void
command_fini(struct core *c)
{
    while (c->n_parked > 0)
        unpark(c, c->n_parked - 1);
    free(c->parked);
    for (size_t i = 0; i < REPLIES_MAX; i++)
        buf_fini(&c->replies[i].body);
}
