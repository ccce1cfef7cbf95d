/* SPDX-License-Identifier: MPL-2.0 */
/* Questions out, answers in. */
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/wish_own.h"

bool
wish_must_wait(const struct wishes *w, const struct entry *e)
{
    for (const struct entry *o = w->e; o < e; o++)
        if (!o->over && o->at == e->at && o->w.state == WISH_SENT &&
            wish_family(o->w.kind) == wish_family(e->w.kind) &&
            o->w.workload == e->w.workload)
            return true;
    return false;
}

static void
add_text(struct buf *b, const char *key, const char *value)
{
    pair_add(b, key, span_str(value));
}

static void
build(struct wishes *w, const struct wish *one)
{
    struct buf *b = &w->pairs;
    char cmd[8] = "";

    buf_reset(b);
    switch (wish_family(one->kind)) {
    case FAMILY_THROTTLE:
        pair_add_u64(b, "value", (uint64_t)one->asked);
        pair_add_u64(b, "seen", (uint64_t)one->seen);
        break;
    case FAMILY_PHASE:
        if (strcmp(one->before, "start") != 0)
            add_text(b, "seen", one->before);
        break;
    case FAMILY_POLICY:
        add_text(b, "name", one->name);
        add_text(b, "seen", one->before);
        break;
    case FAMILY_WORK:
        pair_add_u64(b, "workload", one->workload);
        break;
    }
    add_text(b, "by", w->by);
    text_add(cmd, sizeof cmd, "%04x", (unsigned)(one->id & 0xFFFF));
    add_text(b, "cmd", cmd);
}

static void
note_state(struct entry *e, const struct model *m)
{
    e->w.state_seq = m->node[e->at]->sequence;
    e->incarnation = m->node[e->at]->incarnation;
    e->silent_us = 0;
}

bool
wishes_next(struct wishes *w, const struct model *m, struct question *out)
{
    for (size_t i = 0; i < w->n; i++) {
        struct entry *e = &w->e[i];
        if (e->over || e->w.state != WISH_DRAFT || e->due_us > m->now_us ||
            wish_must_wait(w, e))
            continue;
        e->w.state = WISH_SENT;
        e->w.sent_us = e->w.since_us = m->now_us;
        note_state(e, m);
        build(w, &e->w);
        wish_acted(w, m, e);
        *out = (struct question){ .id = e->w.id, .to = e->w.node,
                                  .pairs = buf_span(&w->pairs) };
        text_add(out->op, sizeof out->op, "%s", wish_kind_name(e->w.kind));
        return true;
    }
    return false;
}

const struct wish *
wishes_draft(const struct wishes *w, size_t *at)
{
    while (*at < w->n) {
        const struct entry *e = &w->e[(*at)++];
        if (!e->over && e->w.state == WISH_DRAFT)
            return &e->w;
    }
    return NULL;
}

void
wishes_refuse(struct wishes *w, const struct model *m, uint64_t id,
              const char *why)
{
    for (size_t i = 0; i < w->n; i++) {
        struct entry *e = &w->e[i];
        if (e->w.id != id)
            continue;
        e->w.since_us = m->now_us;
        /* Sent once: that one still has no answer. */
        e->w.state = e->w.sent_us < 0 ? WISH_REFUSED : WISH_SILENT;
        e->w.status = EXIT_REFUSED;
        e->w.why[0] = '\0';
        text_add(e->w.why, sizeof e->w.why, "%s", why);
    }
}

/* ---- answers ---- */

/* What was accepted is what the operator sees: drafts of the same lever go
 * out with it, and older wishes there are done with. */
static void
replace(struct wishes *w, const struct entry *e)
{
    enum family f = wish_family(e->w.kind);

    for (size_t i = 0; i < w->n; i++) {
        struct entry *o = &w->e[i];
        if (o == e || o->over || o->at != e->at ||
            wish_family(o->w.kind) != f || o->w.workload != e->w.workload)
            continue;
        if (o < e) {
            o->over = true;
            continue;
        }
        if (o->w.state != WISH_DRAFT)
            continue;
        o->w.seen = e->w.asked;
        o->w.before[0] = '\0';
        text_add(o->w.before, sizeof o->w.before, "%s",
                 f == FAMILY_POLICY ? e->w.name
                                    : phase_word(wish_phase(e->w.kind)));
    }
}

static void
refuse(struct entry *e, const struct msg_reply *r)
{
    e->w.state = WISH_REFUSED;
    e->w.status = r->status;
    e->newer = r->status == EXIT_FAILED && pair_get(r->pairs, "by").p != NULL;
    e->w.why[0] = '\0';
    span_copy(r->text, e->w.why, sizeof e->w.why);
    if (r->text.len == 0)
        text_add(e->w.why, sizeof e->w.why, "no reason given (status %u)",
                 r->status);
}

bool
wishes_answer(struct wishes *w, struct model *m, uint64_t id,
              const struct msg_reply *r)
{
    for (size_t i = 0; i < w->n; i++) {
        struct entry *e = &w->e[i];
        if (e->w.id != id)
            continue;
        if (e->over || e->w.state == WISH_ACCEPTED ||
            !(entry_waits(e) || e->w.state == WISH_LOST))
            return true;
        e->w.since_us = m->now_us;
        if (r->status != EXIT_DONE) {
            refuse(e, r);
            return true;
        }
        e->w.state = WISH_ACCEPTED;
        replace(w, e);
        return true;
    }
    return false;
}

/* ---- replay ---- */

static bool
kind_of(const char *op, enum wish_kind *out)
{
    for (enum wish_kind k = WISH_THROTTLE; k <= WISH_CANCEL; k++)
        if (strcmp(wish_kind_name(k), op) == 0) {
            *out = k;
            return true;
        }
    return false;
}

void
wishes_asked(struct wishes *w, const struct model *m,
             const struct question *q)
{
    enum wish_kind kind;
    const struct node *n = model_by_id(m, &q->to);
    uint64_t number = 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->e[i].w.id == q->id)
            return;
    if (n == NULL || !kind_of(q->op, &kind))
        return;
    wishes_group(w);
    struct entry *e = wishes_add(w, m, n, kind);
    e->w.id = q->id;
    e->w.state = WISH_SENT;
    e->w.sent_us = m->now_us;
    note_state(e, m);
    if (kind == WISH_THROTTLE && pair_u64(q->pairs, "value", 0, &number) &&
        number <= 100)
        e->w.asked = (int)number;
    if (pair_u64(q->pairs, "workload", 0, &number))
        e->w.workload = (uint32_t)number;
    if (kind == WISH_POLICY)
        span_copy(pair_get(q->pairs, "name"), e->w.name, sizeof e->w.name);
}
