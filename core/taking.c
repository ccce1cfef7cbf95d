/* SPDX-License-Identifier: MPL-2.0 */
/* The taking half of transfer: R11, R12, R14. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "core/adaptor.h"
#include "core/claims.h"
#include "core/home.h"
#include "core/rec.h"
#include "core/transfer.h"

struct offered {
    const struct batch_group *group;
    int home;           /* peer; -1: not known yet */
    uint64_t fence, cost;
    uint32_t index;
    uint8_t moves, attempt;
    bool has_args;
    uint8_t flags;      /* of the job */
    struct span args;
};

static struct workload *
workload_here(const struct core *c, const struct offered *o)
{
    return o->home < 0 ? NULL : ledger_find(c->ledger, (uint16_t)o->home,
                                            o->group->workload);
}

/* R14: a job of this home comes back. */
static enum item_verb
take_own(struct core *c, const struct offered *o)
{
    struct workload *w = ledger_find(c->ledger, 0, o->group->workload);
    struct job *j = w == NULL || o->index >= w->accepted
                        ? NULL
                        : workload_job(w, o->index);
    if (j == NULL || j->rec == REC_DONE || fence_inc(o->fence) < w->born)
        return VERDICT_STALE;
    int newer = copy_compare(o->fence, o->moves, j->fence, j->moves);
    if (j->rec == REC_UNKNOWN && o->fence < j->fence)
        return VERDICT_STALE;
    if (j->rec == REC_OUT && newer < 0)
        return VERDICT_STALE;
    if (j->rec == REC_HOME && newer <= 0)
        return VERDICT_STALE;
    if (j->rec == REC_HOME && j->place == AT_RUNNING) {
        j->fence = o->fence;
        j->moves = o->moves;
        return VERDICT_TAKEN;
    }
    home_take_back(c, j, o->fence, o->moves);
    return VERDICT_TAKEN;
}

uint32_t
transfer_room(const struct core *c)
{
    uint32_t most = c->config.queue_max_jobs + (LB_BUG == 24);
    uint32_t waits = c->queue.n + c->elsewhere.n, slots = c->config.slots;

    if (waits < most)
        return most - waits;
    return c->queue.n < slots && c->queue.n < most ? slots - c->queue.n : 0;
}

static bool
queue_has_room(const struct core *c, const struct offered *o)
{
    return transfer_room(c) > 0 &&
           c->queue.bytes + c->elsewhere.bytes + o->args.len <=
               c->config.queue_max_bytes;
}

/* The copy here, if it is one that counts (the release box does not). */
static struct job *
copy_here(const struct core *c, const struct offered *o)
{
    struct workload *w = workload_here(c, o);
    struct job *j = w == NULL ? NULL : workload_job(w, o->index);
    return j == NULL || j->place == AT_NONE ? NULL : j;
}

static bool
args_equal(const struct workload *w, const struct offered *o)
{
    const struct args *own = workload_args(w, o->index);
    const struct span here = own == NULL ? span_of(NULL, 0)
                                         : span_of(own->bytes, own->len);

    return span_equal(here, o->has_args ? o->args : span_of(NULL, 0));
}

/* But for what a home may change of a workload: the priority, and how many
 * jobs it has, if it was broken off before all were accepted. */
static bool
same_work(const struct desc *a, const struct desc *b)
{
    struct desc likened = *b;
    struct buf here = { 0 }, there = { 0 };

    likened.priority = a->priority;
    likened.n_jobs = a->n_jobs;
    desc_encode(a, &here);
    desc_encode(&likened, &there);
    bool same = span_equal(buf_span(&here), buf_span(&there));
    buf_fini(&here);
    buf_fini(&there);
    return same;
}

/* Drops all copies of `w`. False: one is not older than the offer. */
static bool
drop_all(struct core *c, struct workload *w, const struct offered *o)
{
    uint32_t n = w->n_copies;

    for (uint32_t i = 0; n > 0; n--) {
        struct job *j = workload_next(w, i);
        i = j->index + 1;
        if (fence_inc(j->fence) >= fence_inc(o->fence))
            return false;
        claims_drop(c, j);
    }
    return true;
}

/* A number, or a number and index, that stands for other work here is of a
 * workload that went with an old disk of its home, which has given the number
 * again in a later life: its copies are dropped. False: the offer itself is of
 * the old one. */
static bool
drop_others(struct core *c, const struct offered *o, const struct desc *d)
{
    struct workload *w = workload_here(c, o);
    const uint32_t life = (uint32_t)fence_inc(o->fence);

    if (w == NULL)
        return true;
    if (w->born != life && !same_work(&w->desc, d))
        return drop_all(c, w, o);
    if (w->born != life && d->n_jobs > w->desc.n_jobs)
        workload_grow(w, d->n_jobs);
    if (w->born < life)
        w->born = life;
    struct job *j = workload_job(w, o->index);
    if (j != NULL && j->place != AT_NONE && fence_inc(j->fence) < life &&
        !args_equal(w, o))
        claims_drop(c, j);
    return true;
}

/* A home of which nothing is taken is not remembered: peers are few. */
static enum item_verb
take_new(struct core *c, struct offered *o)
{
    if (o->home < 0)
        o->home = peers_add(&c->peers, &o->group->home);
    if (o->home < 0)
        return VERDICT_NAK_FULL;
    struct peer *home = peer_at(c, (uint16_t)o->home);
    struct workload *w = workload_here(c, o);
    if (w == NULL) {
        if (ledger_add(c->ledger, (uint16_t)o->home, o->group->workload,
                       o->group->desc, &w) != 0)
            return VERDICT_NAK_KIND;
        w->class_at = classes_take(&c->classes, w->desc.kind, w->desc.n_jobs);
        w->born = (uint32_t)fence_inc(o->fence);
    }
    if (o->index >= w->desc.n_jobs)
        return VERDICT_STALE; /* two descriptions of one workload: a lie */
    classes_tell(&c->classes, w->class_at,
                 (double)o->group->unit_ps / 1e12);
    struct job *j = workload_job(w, o->index);
    if (j != NULL && j->place == AT_RELEASED) { /* a newer copy: R12 */
        joblist_remove(&home->released, j);
        j->place = AT_NONE;
        c->n_released--;
    } else {
        j = workload_make(w, o->index);
        w->n_copies++;
        home->n_copies++;
        c->n_foreign++;
    }
    j->fence = o->fence;
    j->moves = o->moves;
    j->attempt = o->attempt;
    j->flags = o->flags;
    j->at_us = c->now_us;
    j->lost = 0;
    if (o->has_args)
        workload_set_args(w, o->index, o->cost, o->args);
    queue_push_batch(&c->queue, j);
    return VERDICT_TAKEN;
}

static enum item_verb
take_over(struct core *c, struct job *j, const struct offered *o)
{
    if (copy_compare(o->fence, o->moves, j->fence, j->moves) <= 0)
        return VERDICT_STALE;
    j->fence = o->fence;
    j->moves = o->moves;
    if (j->place == AT_OFFERED) {
        transfer_void(c, j);
        queue_push_batch(&c->queue, j);
    }
    if (j->place == AT_QUEUED) {
        j->attempt = o->attempt;
        j->flags &= (uint8_t)~(JOB_AVOID | JOB_NOT_HOME);
        j->flags |= o->flags;
    }
    return VERDICT_TAKEN;
}

static enum item_verb
decide_one(struct core *c, struct offered *o)
{
    struct desc d;
    if (c->phase != PHASE_RUN)
        return VERDICT_NAK_DRAIN;
    if (!queue_has_room(c, o))
        return VERDICT_NAK_FULL;
    if (o->home == 0)
        return take_own(c, o);
    if (desc_decode(o->group->desc, &d) != 0 ||
        o->index >= d.n_jobs || !kind_offered(c->config.kinds, d.kind) ||
        !desc_may_run_at(&d, c->config.name))
        return VERDICT_NAK_KIND;
    if (!drop_others(c, o, &d))
        return VERDICT_STALE;
    struct job *here = copy_here(c, o);
    /* Its result is of the attempt before, and may be on its way already. */
    if (here != NULL && here->place == AT_FINISHED &&
        o->attempt > here->attempt && o->fence > here->fence) {
        claims_drop(c, here);
        here = NULL;
    }
    return here == NULL || here->place == AT_RELEASED ? take_new(c, o)
                                                      : take_over(c, here, o);
}

/* Adds a verdict to the list; the same as the last one makes that longer. */
static void
add_verdict(struct verdict *v, struct item *last, enum item_verb verb)
{
    if (last->verb == verb) {
        last->count++;
        return;
    }
    if (last->verb != 0)
        item_encode(last, &v->items);
    *last = (struct item){ .verb = (uint8_t)verb, .count = 1 };
}

static uint8_t
flags_of(const struct item *it)
{
    return (uint8_t)(((it->flags & ITEM_STAYS) ? JOB_AVOID : 0) |
                     ((it->flags & ITEM_NOT_HOME) ? JOB_NOT_HOME : 0));
}

static uint32_t
decide_group(struct core *c, const struct batch_group *g, struct verdict *v,
             struct item *last)
{
    struct item it;
    size_t at = 0, args_at = 0;
    uint32_t taken = 0;
    int home = peers_find(&c->peers, &g->home);

    while (item_next(g->items, &at, &it)) {
        struct offered o = { .group = g,
                             .home = home,
                             .fence = it.fence,
                             .moves = it.moves,
                             .attempt = it.attempt,
                             .has_args = (it.flags & ITEM_HAS_ARGS) != 0,
                             .flags = flags_of(&it) };
        if (o.has_args)
            batch_args(g, &args_at, &o.cost, &o.args);
        for (uint32_t k = 0; k < it.count; k++) {
            o.index = it.first + k;
            enum item_verb verb = (it.flags & ITEM_VOID) ? VERDICT_STALE
                                                         : decide_one(c, &o);
            home = o.home;
            add_verdict(v, last, verb);
            taken += verb == VERDICT_TAKEN;
            v->tells |= home == 0 && verb == VERDICT_STALE;
        }
    }
    return taken;
}

/* Only that an own job has ended, so that its copy may be forgotten, tells of
 * a save: what is taken is in memory alone. `v` NULL: no verdict. */
static void
send_ack(struct core *c, uint16_t peer, uint64_t peer_inc,
         const struct msg_batch *m, const struct verdict *v)
{
    struct msg out = { .type = MSG_BATCH_ACK };
    out.batch_ack.asker_inc = peer_inc;
    out.batch_ack.asked_inc = m->target_inc;
    out.batch_ack.b = m->b;
    out.batch_ack.low = m->low;
    out.batch_ack.wrong_inc = m->target_inc != c->config.incarnation;
    out.batch_ack.items = v == NULL ? span_of(NULL, 0)
                                    : buf_span(&v->items);
    if (v != NULL && v->tells)
        core_send(c, peer, &out);
    else
        core_send_now(c, peer, &out);
}

static struct verdict *
forget_below(struct peer *p, uint64_t low, uint64_t b)
{
    struct verdict **at = &p->verdicts, *found = NULL;
    if (low > p->low_seen)
        p->low_seen = low;
    while (*at != NULL) {
        struct verdict *v = *at;
        if (v->b < p->low_seen) {
            *at = v->next;
            buf_fini(&v->items);
            free(v);
            continue;
        }
        if (v->b == b)
            found = v;
        at = &v->next;
    }
    return found;
}

/* Takes over what `v` holds. */
static void
remember(struct peer *p, const struct verdict *v)
{
    struct verdict *kept = xmalloc(sizeof *kept);
    *kept = *v;
    kept->next = p->verdicts;
    p->verdicts = kept;
}

static void
decide(struct core *c, uint16_t peer, uint64_t peer_inc,
       const struct msg_batch *m)
{
    struct peer *p = peer_at(c, peer);
    struct verdict v = { .b = m->b };
    struct item last = { 0 };
    struct batch_group g;
    size_t at = 0;
    uint32_t taken = 0;

    queue_batch_begin(&c->queue);
    queue_batch_begin(&c->elsewhere);
    while (batch_next(m, &at, &g))
        taken += decide_group(c, &g, &v, &last);
    if (last.verb != 0)
        item_encode(&last, &v.items);
    send_ack(c, peer, peer_inc, m, &v);
    if (LB_BUG != 2 || taken > 0)
        remember(p, &v);
    else
        buf_fini(&v.items);
    core_log(c, LOG_DEBUG, "take", "from=%s b=%u jobs=%u of=%u",
             peer_name(c, peer), (unsigned)m->b, (unsigned)taken,
             (unsigned)m->n_jobs);
    if (taken == 0)
        return;
    c->count.received += taken;
    p->received_jobs += taken;
    adaptor_forget_waiters(c);
    c->last_batch_in_us = c->now_us;
    if (m->drain_us != 0) {
        c->told_drain_us = m->drain_us;
        c->told_us = c->now_us;
    }
    c->request_to = -1;
    c->backoff_us = 0;
    c->next_request_us = c->now_us;
    c->state_due = c->decide_due = true;
}

void
transfer_batch(struct core *c, uint16_t peer, uint64_t peer_inc,
               const struct msg_batch *m)
{
    if (m->target_inc != c->config.incarnation) {
        send_ack(c, peer, peer_inc, m, NULL);
        return;
    }
    struct verdict *known = forget_below(peer_at(c, peer), m->low, m->b);
    if (m->b == 0)
        send_ack(c, peer, peer_inc, m, NULL);
    else if (known != NULL)
        send_ack(c, peer, peer_inc, m, known);
    else if (LB_BUG == 7 || m->b >= peer_at(c, peer)->low_seen)
        decide(c, peer, peer_inc, m);
}
