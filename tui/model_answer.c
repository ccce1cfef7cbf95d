/* SPDX-License-Identifier: MPL-2.0 */
/* Answers to questions of the model: nodes, hello, detail. */
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/xalloc.h"
#include "tui/model_own.h"

enum { FAILURES_MAX = 64, PLACES_MAX = NODES_MAX,
       SAME_US = 2 * SECOND_US };
enum { LIFE_SELF = 1, LIFE_ALIVE, LIFE_STALE, LIFE_LOST, LIFE_FOREIGN };

/* ---- nodes ---- */

struct member {             /* a row of the answer */
    int64_t age_us, rtt_us;
    uint64_t incarnation;
    uint8_t life;
    struct msg state;
};

static bool
member_read(struct span row, struct member *out)
{
    struct reader r;

    reader_init(&r, row);
    uint64_t age_us = reader_u64(&r);
    out->life = reader_u8(&r);
    uint64_t rtt_us = reader_u64(&r);
    out->incarnation = reader_u64(&r);
    reader_u64(&r);     /* jobs sent to it, received from it */
    reader_u64(&r);
    out->age_us = age_us < INT64_MAX / 2 ? (int64_t)age_us : INT64_MAX / 2;
    out->rtt_us = rtt_us > 0 && rtt_us < INT64_MAX ? (int64_t)rtt_us : -1;
    return !r.bad && out->life >= LIFE_SELF && out->life <= LIFE_FOREIGN &&
           msg_decode(MSG_STATE, span_of(r.p, reader_left(&r)),
                      &out->state) == 0 &&
           state_is_possible(&out->state.state);
}

static enum seen
seen_by_life(uint8_t life)
{
    switch (life) {
    case LIFE_STALE: return SEEN_STALE;
    case LIFE_LOST: return SEEN_LOST;
    case LIFE_FOREIGN: return SEEN_FOREIGN;
    default: return SEEN_LIVE;
    }
}

/* What the way in says of a node that does not speak to us itself: it is live
 * only as long as it could not be expected to have spoken. */
static void
judge(struct model *m, struct node *n, const struct member *r)
{
    if ((n->direct_us < 0 && n->seen == SEEN_NEW) ||
        (n->seen == SEEN_LOST && r->life == LIFE_FOREIGN))
        node_see(m, n, seen_by_life(r->life));
    else if ((n->seen == SEEN_LOST || n->seen == SEEN_GONE) &&
             r->life <= LIFE_STALE)
        node_see(m, n, SEEN_STALE);
    else if (node_is_up(n) && r->life == LIFE_LOST &&
             n->slow_us >= 0 && m->now_us - n->direct_us > r->age_us)
        node_lose(m, n);
}

/* "protocol 2" is all that is known of a node of another version. */
static void
take_foreign(struct node *n)
{
    struct span text = span_str(n->version), head = span_str("protocol ");
    unsigned v = 0;

    for (size_t i = head.len; i < text.len && text.p[i] >= '0' &&
                              text.p[i] <= '9' && v < 1000; i++)
        v = v * 10 + text.p[i] - '0';
    n->protocol = v;
}

static void
take_member(struct model *m, const struct member *r)
{
    const struct state *s = &r->state.state;
    struct heard h = { s, m->now_us - r->age_us, r->incarnation, false };
    struct node *n = node_add(m, &s->id);

    if (n == NULL || (n->direct_us >= 0 && r->incarnation < n->incarnation))
        return;
    if (h.at_us < 0)
        h.at_us = 0;
    if (n->seen == SEEN_GONE && r->incarnation == n->incarnation)
        return;
    n->way_in_life = r->life;
    n->way_in_us = m->now_us;
    if (r->rtt_us >= 0)
        n->rtt_us = r->rtt_us;
    /* Its own word counts while there is one: not that of a former life. */
    bool restarted = n->incarnation != 0 && r->life <= LIFE_STALE &&
                     r->incarnation > n->incarnation;
    if (restarted || n->direct_us < 0 ||
        h.at_us > n->heard_us + node_stale_us(m, n))
        node_take(m, n, &h);
    if (r->life == LIFE_FOREIGN && (n->direct_us < 0 || !node_is_up(n)))
        take_foreign(n);
    if (restarted) {
        n->direct_us = -1;
        node_see(m, n, seen_by_life(r->life));
    }
    judge(m, n, r);
}

static void
take_way_in_name(struct model *m, const char *name)
{
    if (name[0] == '\0' || span_is(span_str(name), m->way_in))
        return;
    if (m->last_way_in[0] != '\0' &&
        !span_is(span_str(name), m->last_way_in))
        model_note(m, NOTE_INFO, "way in %s closed; now through %s (nothing "
                   "missed)", m->last_way_in, name);
    m->last_way_in[0] = '\0';
    span_copy(span_str(name), m->way_in, sizeof m->way_in);
    m->version++;
}

static void
take_nodes(struct model *m, const struct input *in)
{
    struct span row;
    struct member r;
    size_t bad = 0;

    for (size_t at = 0; row_next(in->msg.reply.rows, &at, &row);) {
        if (!member_read(row, &r)) {
            bad++;
            continue;
        }
        take_member(m, &r);
        const struct node *n = model_by_id(m, &r.state.state.id);
        if (n != NULL && r.life == LIFE_SELF)
            take_way_in_name(m, n->name);
    }
    if (bad > 0)
        model_note(m, NOTE_WARN, "%zu of the members that the way in names "
                   "make no sense", bad);
    if (m->members_us < 0)
        m->members_us = m->now_us;
    m->look_us = m->now_us;
    m->version++;
    model_greet(m);
}

/* ---- hello ---- */

static void
take_hello(struct model *m, const struct input *in,
           const struct question *asked)
{
    struct span pairs = in->msg.reply.pairs;
    char name[64];

    span_copy(pair_get(pairs, "name"), name, sizeof name);
    if (m->cluster[0] == '\0')
        span_copy(pair_get(pairs, "cluster"), m->cluster, sizeof m->cluster);
    if (node_id_is_zero(&asked->to) && name_is_valid(name))
        take_way_in_name(m, name);
}

/* ---- detail ---- */

static void
text(struct span row, const char *key, char *dst, size_t cap)
{
    span_copy(pair_get(row, key), dst, cap);
}

/* -1: not there, or no number. */
static int64_t
number(struct span row, const char *key)
{
    uint64_t v;

    return pair_get(row, key).p != NULL && pair_u64(row, key, 0, &v) &&
                   v <= INT64_MAX
               ? (int64_t)v
               : -1;
}

static uint64_t
count(struct span row, const char *key)
{
    int64_t v = number(row, key);
    return v < 0 ? 0 : (uint64_t)v;
}

static uint32_t
count32(struct span row, const char *key)
{
    uint64_t v = count(row, key);
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static bool
has(struct span row, const char *key)
{
    return pair_get(row, key).p != NULL;
}

/* Whether it is a row of this sort: its pair "row" says so. */
static bool
is_a(struct span row, const char *sort)
{
    return span_is(pair_get(row, "row"), sort);
}

static size_t
rows_with(struct span rows, const char *sort, size_t most)
{
    struct span row;
    size_t n = 0;

    for (size_t at = 0; row_next(rows, &at, &row);)
        n += is_a(row, sort);
    return n < most ? n : most;
}

static void
read_slot(struct span row, struct slot *s)
{
    int64_t duty = number(row, "duty");

    s->number = count32(row, "number");
    text(row, "state", s->state, sizeof s->state);
    text(row, "job", s->job, sizeof s->job);
    text(row, "kind", s->kind, sizeof s->kind);
    s->ran_us = number(row, "ran_us");
    s->duty_percent = duty > 100 ? 100 : (int)duty;
}

static void
read_peer(struct span row, struct peer_traffic *p)
{
    text(row, "name", p->name, sizeof p->name);
    p->sent = count(row, "sent");
    p->received = count(row, "received");
    p->refused = count(row, "refused");
    p->bytes = count(row, "bytes");
    p->ack_us = number(row, "ack_us");
}

static bool
is_same_failure(const struct failure *a, const struct failure *b)
{
    return strcmp(a->job, b->job) == 0 && strcmp(a->next, b->next) == 0 &&
           strcmp(a->node, b->node) == 0;
}

/* Answers tell ages, and each rounds another way: the same failure stays where
 * it first was. Tries of one job may be alike: the nearest one is meant. */
static void
place_failures(struct failure *v, size_t n, const struct failure *was,
               size_t n_was)
{
    for (size_t i = 0; i < n; i++) {
        int64_t at_us = v[i].at_us, least_us = SAME_US + 1;
        for (size_t k = 0; k < n_was; k++) {
            int64_t off_us = was[k].at_us - v[i].at_us;
            off_us = off_us < 0 ? -off_us : off_us;
            if (off_us < least_us && is_same_failure(&was[k], &v[i])) {
                at_us = was[k].at_us;
                least_us = off_us;
            }
        }
        v[i].at_us = at_us;
    }
}

static void
read_failure(struct span row, int64_t now_us, struct failure *f)
{
    int64_t age_us = number(row, "age_us");

    text(row, "job", f->job, sizeof f->job);
    text(row, "node", f->node, sizeof f->node);
    text(row, "what", f->what, sizeof f->what);
    text(row, "next", f->next, sizeof f->next);
    f->run_us = number(row, "run_us");
    f->at_us = now_us - (age_us < 0 ? 0 : age_us);
}

static const struct peer_traffic *
peer_before(const struct detail *d, const char *name, size_t i)
{
    if (i < d->n_peers && strcmp(d->peer[i].name, name) == 0)
        return &d->peer[i];
    for (i = 0; i < d->n_peers; i++)
        if (strcmp(d->peer[i].name, name) == 0)
            return &d->peer[i];
    return NULL;
}

/* What was known of the same slots and peers goes on. */
static void
go_on(struct detail *d, const struct detail *was)
{
    const int64_t five = trail_bucket(d->at_us, RING_BUCKET_S, 0);

    for (size_t i = 0; i < d->n_slots; i++) {
        struct slot *s = &d->slot[i];
        if (i < was->n_slots && was->slot[i].number == s->number)
            s->duty = was->slot[i].duty;
        trail_set(&s->duty, trail_bucket(d->at_us, 1, 0),
                  s->duty_percent < 0 ? 0 : (float)s->duty_percent);
    }
    for (size_t i = 0; i < d->n_peers; i++) {
        struct peer_traffic *p = &d->peer[i];
        const struct peer_traffic *k = peer_before(was, p->name, i);
        if (k == NULL || k->sent > p->sent || k->received > p->received)
            continue;
        p->out = k->out;
        p->in = k->in;
        trail_more(&p->out, five, (float)(p->sent - k->sent));
        trail_more(&p->in, five, (float)(p->received - k->received));
    }
}

static void
take_detail(struct model *m, struct node *n, const struct msg_reply *r)
{
    struct detail d = { .at_us = m->now_us };
    size_t slots = rows_with(r->rows, "slot", SLOTS_MAX);
    size_t peers = rows_with(r->rows, "peer", NODES_MAX);
    size_t failures = rows_with(r->rows, "failure", FAILURES_MAX);
    struct span row;

    d.slot = slots == 0 ? NULL : xcalloc(slots, sizeof *d.slot);
    d.peer = peers == 0 ? NULL : xcalloc(peers, sizeof *d.peer);
    d.failure = failures == 0 ? NULL : xcalloc(failures, sizeof *d.failure);
    for (size_t at = 0; row_next(r->rows, &at, &row);) {
        if (is_a(row, "slot") && d.n_slots < slots)
            read_slot(row, &d.slot[d.n_slots++]);
        else if (is_a(row, "peer") && d.n_peers < peers)
            read_peer(row, &d.peer[d.n_peers++]);
        else if (is_a(row, "failure") && d.n_failures < failures)
            read_failure(row, d.at_us, &d.failure[d.n_failures++]);
    }
    place_failures(d.failure, d.n_failures, n->detail.failure,
                   n->detail.n_failures);
    go_on(&d, &n->detail);
    if (m->detailed != SIZE_MAX)
        detail_fini(&m->node[m->detailed]->detail);
    n->detail = d;
    m->detailed = n->at;
}

/* ---- detail of a workload ---- */

static void
read_work_pairs(struct span pairs, struct work_detail *w)
{
    w->away = count32(pairs, "away");
    w->moved = count32(pairs, "moved");
    w->retried = count32(pairs, "retried");
    w->p50_us = number(pairs, "p50_us");
    w->p95_us = number(pairs, "p95_us");
    w->p99_us = number(pairs, "p99_us");
    w->max_us = number(pairs, "max_us");
    w->sum_us = number(pairs, "sum_us");
}

static void
read_work_row(struct span row, struct work_detail *w, size_t places,
              size_t failures)
{
    const int64_t now_us = w->at_us;

    if (is_a(row, "bin") && w->n_bins < BINS_MAX) {
        w->bin[w->n_bins].to_us = number(row, "to_us");
        w->bin[w->n_bins++].jobs = count(row, "jobs");
    } else if (is_a(row, "place") && w->n_places < places) {
        text(row, "node", w->place[w->n_places].node,
             sizeof w->place->node);
        w->place[w->n_places++].jobs = count32(row, "jobs");
    } else if (is_a(row, "failure") && w->n_failures < failures) {
        read_failure(row, now_us, &w->failure[w->n_failures++]);
    }
}

static void
take_work_detail(struct model *m, const struct node *home, uint32_t workload,
                 const struct msg_reply *r)
{
    struct work_detail w = { .at_us = m->now_us, .home = home->id,
                             .number = workload };
    size_t places = rows_with(r->rows, "place", PLACES_MAX);
    size_t failures = rows_with(r->rows, "failure", FAILURES_MAX);
    struct span row;

    w.place = places == 0 ? NULL : xcalloc(places, sizeof *w.place);
    w.failure = failures == 0 ? NULL : xcalloc(failures, sizeof *w.failure);
    read_work_pairs(r->pairs, &w);
    for (size_t at = 0; row_next(r->rows, &at, &row);)
        read_work_row(row, &w, places, failures);
    if (m->work.number == workload && node_id_equal(&m->work.home, &home->id))
        place_failures(w.failure, w.n_failures, m->work.failure,
                       m->work.n_failures);
    free(m->work.place);
    free(m->work.failure);
    m->work = w;
}

static void
take_details(struct model *m, const struct input *in,
             const struct question *asked)
{
    const struct node_id *from = node_id_is_zero(&asked->to)
                                     ? &in->head.sender
                                     : &asked->to;
    struct node *n = model_by_id(m, from);

    if (n == NULL || (node_id_equal(&in->head.sender, &n->id) &&
                      in->head.incarnation != 0 &&
                      in->head.incarnation < n->incarnation))
        return;
    if (has(asked->pairs, "workload"))
        take_work_detail(m, n, count32(asked->pairs, "workload"),
                         &in->msg.reply);
    else
        take_detail(m, n, &in->msg.reply);
    m->version++;
}

void
model_answer(struct model *m, const struct input *in,
             const struct question *asked)
{
    struct span op = span_str(asked->op);

    if (span_is(op, "events"))
        past_take(m, in, asked);
    if (in->msg.reply.status != EXIT_DONE)
        return;
    if (span_is(op, "nodes"))
        take_nodes(m, in);
    else if (span_is(op, "hello"))
        take_hello(m, in, asked);
    else if (span_is(op, "detail"))
        take_details(m, in, asked);
}
