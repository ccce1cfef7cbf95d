/* SPDX-License-Identifier: MPL-2.0 */
#include "core/command.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/command_ask.h"

enum op_flag {
    OP_CHANGES = 1,     /* the reply is kept for a repeated request */
    OP_SHOWS = 2,       /* without pairs it only shows: role view is enough */
    OP_STEERS = 4,      /* what became of it is told to all consoles */
    OP_SOON = 64,       /* tells nothing that a crash could take back */
    OP_ONE = 128,       /* tells of one workload alone */
    OP_NEWS = 256,      /* of use even if a crash takes it back; waits for
                           the disk unless that is full */
    /* the answer has old and new, the value in force */
    OP_THROTTLE = 8, OP_PHASE = 16, OP_POLICY = 32
};

struct op {
    const char *name;
    enum role role;
    unsigned flags;
    void (*run)(struct core *c, struct ask *a);
};

static const struct op ops[] = {
    { "cancel", ROLE_SUBMIT, OP_CHANGES | OP_STEERS, ask_cancel },
    { "detail", ROLE_VIEW, OP_SOON, ask_detail },
    { "drain", ROLE_OPERATOR, OP_CHANGES | OP_STEERS | OP_NEWS | OP_PHASE,
      ask_drain },
    { "explain", ROLE_VIEW, OP_ONE | OP_NEWS, ask_explain },
    { "forget", ROLE_SUBMIT, OP_CHANGES, ask_forget },
    { "hello", ROLE_VIEW, OP_SOON, ask_hello },
    { "hold", ROLE_SUBMIT, OP_CHANGES | OP_STEERS, ask_hold },
    { "job_list", ROLE_VIEW, OP_ONE, ask_job_list },
    { "kinds", ROLE_VIEW, OP_SOON, ask_kinds },
    { "list", ROLE_VIEW, OP_NEWS, ask_list },
    { "nodes", ROLE_VIEW, OP_SOON, ask_nodes },
    { "pause", ROLE_OPERATOR, OP_CHANGES | OP_STEERS | OP_NEWS | OP_PHASE,
      ask_pause },
    { "ping", ROLE_VIEW, OP_SOON, ask_ping },
    { "placement", ROLE_OPERATOR, OP_CHANGES | OP_SHOWS | OP_STEERS | OP_NEWS,
      ask_placement },
    { "policy", ROLE_OPERATOR,
      OP_CHANGES | OP_SHOWS | OP_STEERS | OP_NEWS | OP_POLICY, ask_policy },
    { "priority", ROLE_SUBMIT, OP_CHANGES, ask_priority },
    { "publish", ROLE_VIEW, OP_SOON, ask_publish },
    { "rebalance", ROLE_OPERATOR, OP_CHANGES | OP_NEWS, ask_rebalance },
    { "release", ROLE_OPERATOR, OP_CHANGES | OP_STEERS | OP_NEWS, ask_release },
    { "results", ROLE_VIEW, OP_ONE, ask_results },
    { "resume", ROLE_OPERATOR, OP_CHANGES | OP_STEERS | OP_NEWS | OP_PHASE,
      ask_resume },
    { "retry", ROLE_SUBMIT, OP_CHANGES | OP_STEERS, ask_retry },
    { "show", ROLE_VIEW, OP_ONE | OP_NEWS, ask_show },
    { "start", ROLE_SUBMIT, OP_CHANGES | OP_STEERS, ask_start },
    { "stop", ROLE_OPERATOR, OP_CHANGES | OP_STEERS, ask_stop },
    { "submit", ROLE_SUBMIT, OP_CHANGES, ask_submit },
    { "throttle", ROLE_OPERATOR,
      OP_CHANGES | OP_SHOWS | OP_STEERS | OP_NEWS | OP_THROTTLE, ask_throttle },
    { "undrain", ROLE_OPERATOR, OP_CHANGES | OP_STEERS | OP_NEWS | OP_PHASE,
      ask_undrain },
    { "wait", ROLE_VIEW, OP_ONE, ask_wait },
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

static struct action *
reply_bytes(struct core *c, uint64_t client, struct span body)
{
    struct span kept = out_keep(&c->out, body);
    struct action *act = out_add(&c->out, ACT_REPLY);
    act->reply.client = client;
    act->reply.body = kept;
    return act;
}

/* A disk that is full holds back only what it must: neither refusals, nor
 * results that were saved before. That a workload is not there may tell that
 * it was forgotten, which is saved. */
static void
let_pass(const struct core *c, const struct ask *a, struct action *act)
{
    const struct op *op = op_find(span_str(a->op));
    const unsigned flags = op != NULL ? op->flags : 0;
    const struct ask_range any = { 0, 0, UINT32_MAX };
    struct ask scratch = *a;
    uint64_t number = 0;
    const bool named = ask_number(&scratch, "workload", &any, &number) &&
                       number != 0;
    const bool gone = named && a->status == EXIT_NOTFOUND;

    act->reply.soon = (a->status != EXIT_DONE && !gone) ||
                      (flags & OP_SOON) != 0 ||
                      ((flags & OP_NEWS) != 0 && c->disk_full && !gone);
    act->reply.busy = a->status == EXIT_LATER;
    if (named && ((flags & OP_ONE) != 0 || gone))
        act->reply.workload = (uint32_t)number;
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
    let_pass(c, a, reply_bytes(c, a->client, buf_span(&body)));
    buf_fini(&body);
}

static bool
repeat_reply(struct core *c, const struct ask *a)
{
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        const struct kept_reply *k = &c->replies[i];
        if (k->body.len == 0 || k->id != a->id || k->seq != a->seq)
            continue;
        (void)reply_bytes(c, a->client, buf_span(&k->body));
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
    return (op->flags & OP_SHOWS) != 0 && !ask_is_change(a);
}

const char *
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
    a->op = "";
    ask_refuse(a, EXIT_USAGE, "%s knows no operation \"%s\"", c->config.name,
               op);
    reply(c, a, false);
}

/* ---- what all consoles hear ---- */

/* The value that an operation steers, as a word. */
static void
in_force(const struct core *c, const struct op *op, char dst[32])
{
    dst[0] = '\0';
    if ((op->flags & OP_THROTTLE) != 0)
        text_add(dst, 32, "%u", (unsigned)c->config.throttle_percent);
    else if ((op->flags & OP_PHASE) != 0)
        text_add(dst, 32, "%s", phase_name(c->phase));
    else if ((op->flags & OP_POLICY) != 0)
        text_add(dst, 32, "%s", policy_names[c->config.policy.name - 1]);
}

/* What was asked for: the first pair that says it. */
static void
wanted_word(const struct ask *a, char dst[64])
{
    static const char *const keys[] = { "value", "delta", "name",
                                        "workload" };

    dst[0] = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (ask_has(a, keys[i])) {
            span_copy(pair_get(a->pairs, keys[i]), dst, 64);
            break;
        }
    for (char *p = dst; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~' || *p == '"' || *p == '=')
            *p = '_';
}

static void
tell_refused(struct core *c, const struct ask *a)
{
    char who[ASK_WHO_MAX], to[64], why[200];

    span_copy(span_str(a->text), why, sizeof why);
    for (char *p = why; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\')
            *p = '\'';
    wanted_word(a, to);
    core_log(c, LOG_WARN, "refused", "op=%s%s%s %s why=\"%s\"", a->op,
             to[0] == '\0' ? "" : " to=", to, ask_who(a, who), why);
}

/* Adds what every answer has, and tells consoles of a refusal. */
static void
conclude(struct core *c, struct ask *a, const struct op *op, const char *old)
{
    char new[32];

    in_force(c, op, new);
    if (new[0] != '\0') {
        ask_add_text(a, "old", old);
        ask_add_text(a, "new", new);
    }
    if ((op->flags & OP_STEERS) != 0 && a->status != EXIT_DONE &&
        !only_shows(op, a))
        tell_refused(c, a);
}

void
command_step(struct core *c, const struct event_command *ev)
{
    const struct msg_command *m = ev->command;
    const struct op *op = op_find(m->op);
    struct ask a = { .client = ev->client, .id = m->client, .seq = m->seq,
                     .role = ev->role, .local = ev->local,
                     .pairs = m->pairs,
                     .blob = m->blob };
    char old[32];

    if (op == NULL) {
        unknown_op(c, &a, m->op);
        return;
    }
    a.op = op->name;
    in_force(c, op, old);
    bool changes = (op->flags & OP_CHANGES) != 0 && !only_shows(op, &a);
    if (!may_run(c, &a, op, ev->role)) {
        conclude(c, &a, op, old);
        reply(c, &a, false);
        ask_fini(&a);
        return;
    }
    if (changes && repeat_reply(c, &a))
        return;
    home_save_results(c);
    op->run(c, &a);
    conclude(c, &a, op, old);
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
    c->hold_us = INT64_MAX;
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
