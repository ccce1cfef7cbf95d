/* SPDX-License-Identifier: MPL-2.0 */
/* explain - why a job does not run, or why this node gets nothing. */
#include <string.h>

#include "base/text.h"
#include "core/again.h"
#include "core/command_ask.h"
#include "core/elsewhere.h"
#include "core/quarantine.h"
#include "core/rec.h"

/* What stands in the way: a word for programs, a line for people. */
struct reason {
    const char *by;
    char text[200];
};

static void
because(struct reason *r, const char *by, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
because(struct reason *r, const char *by, const char *fmt, ...)
{
    va_list ap;

    r->by = by;
    r->text[0] = '\0';
    va_start(ap, fmt);
    text_addv(r->text, sizeof r->text, fmt, ap);
    va_end(ap);
}

/* Jobs that start before j here. */
static unsigned
place_in_queue(const struct core *c, const struct job *j)
{
    unsigned n = 0;
    const struct queue *q = j->w->elsewhere ? &c->elsewhere : &c->queue;

    for (j = queue_before(q, j); j != NULL; j = queue_before(q, j))
        n++;
    return n;
}

/* This node does not offer its kind: does any? */
static void
why_elsewhere(const struct core *c, struct span kind, struct reason *r)
{
    const char *me = c->config.name;
    char name[NAME_MAX_BYTES + 1];

    span_copy(kind, name, sizeof name);
    unsigned failures, left_s = quarantine_left_s(c, kind, &failures);
    if (quarantine_has(c, kind))
        because(r, "quarantine", "kind %s is in quarantine on %s for %u s more "
                "(%u failures in a row while others succeeded)", name, me,
                left_s, failures);
    else if (kind_is_off(c, kind))
        because(r, "kind", "kind %s is switched off on %s (its program "
                "failed; see the log)", name, me);
    else
        because(r, "kind", "%s does not offer kind %s", me, name);
    text_add(r->text, sizeof r->text, "; %s",
             kind_runs_elsewhere(c, kind) ? "nodes that do have no room"
                                          : "no live node does");
}

/* Which nodes may run it, and why those that are there do not. */
static void
why_pinned(const struct core *c, const struct desc *d, struct reason *r)
{
    because(r, "pin", "only %.*s may run it (--pin)", (int)d->pin.len,
            (const char *)d->pin.p);
    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (!desc_may_run_at(d, p->name) || p->left)
            continue;
        if (!peer_alive(c, i))
            text_add(r->text, sizeof r->text, "; %s is not there", p->name);
        else if (p->has_state && p->state.phase != PHASE_RUN)
            text_add(r->text, sizeof r->text, "; %s: %s", p->name,
                     phase_name((enum phase)p->state.phase));
        else if (!kind_runs_at(c, i, d->kind))
            text_add(r->text, sizeof r->text, "; %s does not offer kind %.*s",
                     p->name, (int)d->kind.len, (const char *)d->kind.p);
    }
}

static void
why_queued(const struct core *c, const struct job *j, struct reason *r)
{
    const char *me = c->config.name;

    if (c->phase == PHASE_PAUSE)
        because(r, "pause", "%s is paused", me);
    else if (c->phase == PHASE_DRAIN)
        because(r, "drain", "%s is draining and no other node took it", me);
    else if (!desc_may_run_at(&j->w->desc, me))
        why_pinned(c, &j->w->desc, r);
    else if (again_waits(j))
        because(r, "retry", "attempt %u failed on %s, which tries it again "
                "only if no other node takes it",
                (unsigned)(j->attempt - j->lost) - 1, me);
    else if (j->w->elsewhere)
        why_elsewhere(c, j->w->desc.kind, r);
    else
        because(r, "slots", "%u jobs of %s start before it; %u run",
                place_in_queue(c, j), me, (unsigned)c->n_running);
    if ((j->flags & JOB_AVOID) && !again_waits(j))
        text_add(r->text, sizeof r->text, "; attempt %u failed on %s: other "
                 "nodes come first", (unsigned)(j->attempt - j->lost) - 1,
                 peer_name(c, j->holder));
}

static void
why_away(const struct core *c, const struct job *j, struct reason *r)
{
    const struct peer *p = peer_at(c, j->holder);
    const char *name = peer_name(c, j->holder);

    if (p->dead)
        because(r, "lost", "%s is lost; the job is taken back", name);
    else if ((j->flags & JOB_RAN) != 0)
        because(r, "", "runs at %s", name);
    else if (p->has_state && p->state.phase != PHASE_RUN)
        because(r, phase_name((enum phase)p->state.phase),
                "waits at %s, phase %s", name,
                phase_name((enum phase)p->state.phase));
    else
        because(r, "slots", "waits at %s behind its other jobs", name);
}

/* By hand; or its home cannot read its file, and others are asked. */
static void
why_held(const struct core *c, const struct job *j, struct reason *r)
{
    const char *me = c->config.name;
    int64_t left_us = j->w->seek_us + c->config.file_wait_us - c->now_us;
    int64_t left_s = left_us <= 0 ? 0 : (left_us + SECOND - 1) / SECOND;

    if (rec_is_held(j))
        because(r, "held", "held; release it with \"lbctl start %s-%u\"", me,
                (unsigned)j->w->number);
    else
        because(r, "file", "%s cannot read its file or enter its directory; "
                "other nodes are asked for %lld s more", me,
                (long long)left_s);
}

static void
why_home(const struct core *c, const struct job *j, struct reason *r)
{
    switch ((enum place)j->place) {
    case AT_HELD: why_held(c, j, r); break;
    case AT_QUEUED: why_queued(c, j, r); break;
    case AT_RUNNING: because(r, "", "runs at %s", c->config.name); break;
    case AT_OFFERED: because(r, "offer", "offered, not answered yet"); break;
    case AT_NONE:
    case AT_FINISHED:
    case AT_RELEASED: because(r, "", "on its way"); break;
    }
}

static void
why_job(const struct core *c, const struct job *j, struct reason *r)
{
    switch ((enum rec)j->rec) {
    case REC_OUT: why_away(c, j, r); break;
    case REC_UNKNOWN:
        because(r, "unknown", "%s was restarted; it asks who has the job",
                c->config.name);
        break;
    case REC_HOME:
    case REC_FOREIGN:
    case REC_DONE: why_home(c, j, r); break;
    }
}

static void
add_holder(const struct core *c, struct ask *a, const struct job *j)
{
    uint16_t i = j->rec == REC_OUT ? j->holder : 0;
    const struct peer *p = peer_at(c, i);

    if (j->rec == REC_UNKNOWN || (i != 0 && !p->has_state))
        return;
    uint8_t phase = i == 0 ? (uint8_t)c->phase : p->state.phase;
    uint8_t throttle = i == 0 ? c->config.throttle_percent
                              : p->state.throttle_percent;
    ask_add_text(a, "holder", peer_name(c, i));
    ask_add_text(a, "holder_phase", phase_name((enum phase)phase));
    pair_add_u64(&a->out, "holder_throttle", throttle);
}

static void
add_reason(const struct core *c, struct ask *a, const struct reason *r)
{
    ask_add_text(a, "decision", policy_names[c->config.policy.name - 1]);
    ask_add_text(a, "blocked_by", r->by);
    ask_add_text(a, "reason", r->text);
    pair_add_u64(&a->out, "next_s", 1); /* each interval, or sooner */
    ask_say(a, "%s", r->text);
}

static void
explain_job(const struct core *c, struct ask *a, const struct workload *w,
            uint32_t index)
{
    const struct outcome_rec *o = workload_outcome(w, index);
    const struct job *j = workload_job(w, index);
    struct reason r = { .by = "" };

    if (o != NULL) {
        ask_add_text(a, "state", "ended");
        ask_add_text(a, "holder", peer_name(c, o->node));
        because(&r, "", "has ended at %s", peer_name(c, o->node));
        add_reason(c, a, &r);
        return;
    }
    bool runs = j->place == AT_RUNNING || (j->flags & JOB_RAN) != 0;
    ask_add_text(a, "state", runs ? "running"
                             : j->place == AT_HELD && rec_is_held(j)
                                   ? "held" : "queued");
    if (j->place == AT_QUEUED)
        pair_add_u64(&a->out, "place", place_in_queue(c, j));
    add_holder(c, a, j);
    why_job(c, j, &r);
    add_reason(c, a, &r);
}

static uint32_t
queued_elsewhere(const struct core *c)
{
    uint32_t n = 0;
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (peer_alive(c, i) && peer_at(c, i)->has_state)
            n += peer_at(c, i)->state.queued;
    return n;
}

static void
explain_node(const struct core *c, struct ask *a)
{
    const char *me = c->config.name;
    struct reason r = { .by = "" };
    char kinds[KINDS_MAX_BYTES];

    if (c->phase != PHASE_RUN)
        because(&r, phase_name(c->phase), "%s is in phase %s", me,
                phase_name(c->phase));
    else if (c->queue.n > 0)
        because(&r, "", "%s has %u jobs queued and runs %u", me,
                (unsigned)c->queue.n, (unsigned)c->n_running);
    else if (c->peers.n == 1)
        because(&r, "peers", "%s knows no other node", me);
    else if (queued_elsewhere(c) == 0)
        because(&r, "work", "no job is queued anywhere %s knows", me);
    else if (c->config.policy.name == POLICY_NONE)
        because(&r, "policy", "the policy of %s moves nothing", me);
    else
        because(&r, "policy", "%u jobs are queued elsewhere, where they end "
                "sooner as far as %s knows", (unsigned)queued_elsewhere(c),
                me);
    if (c->disk_full)
        text_add(r.text, sizeof r.text, "; its disk is full: it accepts no "
                 "jobs and gives none of its own away");
    if (c->kinds_off[0] != '\0')
        text_add(r.text, sizeof r.text, "; switched off here: %s",
                 c->kinds_off);
    quarantine_tell(c, kinds, sizeof kinds);
    if (kinds[0] != '\0')
        text_add(r.text, sizeof r.text, "; in quarantine here (kind:failures:"
                 "seconds left): %s", kinds);
    ask_add_text(a, "state", phase_name(c->phase));
    ask_add_text(a, "holder", me);
    ask_add_text(a, "holder_phase", phase_name(c->phase));
    pair_add_u64(&a->out, "holder_throttle", c->config.throttle_percent);
    add_reason(c, a, &r);
}

void
ask_explain(struct core *c, struct ask *a)
{
    const struct ask_range index = { UINT64_MAX, 0, UINT32_MAX };
    uint64_t job;

    if (!ask_has(a, "workload")) {
        explain_node(c, a);
        return;
    }
    struct workload *w = ask_workload(c, a);
    if (w == NULL || !ask_number(a, "job", &index, &job))
        return;
    bool whole = job == UINT64_MAX;
    if (whole) /* the first that has not ended stands for all */
        for (job = 0; job < w->accepted &&
                      workload_outcome(w, (uint32_t)job) != NULL;)
            job++;
    if (job < w->accepted) {
        explain_job(c, a, w, (uint32_t)job);
    } else if (whole) {
        struct reason r;
        if (w->ended || w->accepted == w->desc.n_jobs)
            because(&r, "", "no job of it waits");
        else
            because(&r, "submit", "%u of its %u jobs were submitted; it waits "
                    "for the others: submit it again with the same --id, or "
                    "cancel it", (unsigned)w->accepted,
                    (unsigned)w->desc.n_jobs);
        ask_add_text(a, "state", workload_state(w));
        add_reason(c, a, &r);
    } else {
        refuse_index(c, a, w);
    }
}
