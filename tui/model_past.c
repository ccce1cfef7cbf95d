/* SPDX-License-Identifier: MPL-2.0 */
/* Events, as they come and from before this lbtop listened: a node keeps its
 * newest ones and tells them when asked. They are numbered by the process. */
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/xalloc.h"
#include "tui/model_own.h"

enum { PAST_ROWS_MAX = 1000 };
static const int64_t ASK_AGAIN_US = INT64_C(30) * SECOND_US,
                     PEERS_AGREE_US = INT64_C(15) * SECOND_US;

/* ---- what is known ---- */

bool
past_heard(struct node *n, uint64_t incarnation, uint64_t number)
{
    struct known_events *p = &n->events;

    if (incarnation != p->incarnation) {
        *p = (struct known_events){ .incarnation = incarnation, .from = number,
                            .last = number, .asked_us = -1 };
        return true;
    }
    if (number <= p->last)
        return !p->known;
    if (p->known && number > p->last + 1) {
        p->to = p->last;
        p->from = number;
        p->known = false;
        p->asked_us = -1;
    }
    p->last = number;
    return true;
}

bool
node_past_due(const struct model *m, const struct node *n)
{
    const struct known_events *p = &n->events;

    if (n->seen != SEEN_LIVE || n->direct_us < 0)
        return false;
    if (p->incarnation != n->incarnation)
        return p->asked_us < 0 || p->asked_of != n->incarnation ||
               m->now_us - p->asked_us >= ASK_AGAIN_US;
    return !p->known && (p->asked_us < 0 ||
                         m->now_us - p->asked_us >= ASK_AGAIN_US);
}

bool
node_past_known(const struct node *n)
{
    return n->seen != SEEN_LIVE || n->direct_us < 0 ||
           (n->events.known && n->events.incarnation == n->incarnation);
}

void
node_past_asked(const struct model *m, struct node *n)
{
    n->events.asked_us = m->now_us;
    n->events.asked_of = n->incarnation;
}

/* ---- a note of an event ---- */

/* Each peer tells of a node that comes or goes; lbtop sees it by itself. */
static bool
is_of_a_peer(struct span name)
{
    return span_is(name, "peer-up") || span_is(name, "peer-down") ||
           span_is(name, "peer-joined") || span_is(name, "restarted");
}

/* A workload that has ended, with failed jobs. */
static bool
has_failed(struct span name, const char *text)
{
    const char *failed = strstr(text, " failed=");

    return span_is(name, "ended") && failed != NULL && failed[8] != '0';
}

void
event_note(const struct model *m, const struct node_id *from,
           const struct msg_event *e, struct note *out)
{
    const struct node *n = model_by_id(m, from);
    char name[64], text[1024];

    *out = (struct note){ .at_us = m->now_us, .node = *from,
                          .level = (enum note_level)e->level };
    if (n != NULL && n->name[0] != '\0') {
        span_copy(span_str(n->name), out->from, sizeof out->from);
    } else {
        char id[NODE_ID_TEXT];
        node_id_print(from, id);
        span_copy(span_of(id, 8), out->from, sizeof out->from);
    }
    if (out->level < NOTE_ERROR || out->level > NOTE_DEBUG ||
        is_of_a_peer(e->name))
        out->level = NOTE_DEBUG;
    span_copy(e->name, name, sizeof name);
    span_copy(e->text, text, sizeof text);
    if (out->level == NOTE_INFO && has_failed(e->name, text))
        out->level = NOTE_WARN;
    note_wording(name, text, out->text, sizeof out->text);
}

/* ---- the answer ---- */

/* When it was, by the clock here. */
static int64_t
event_at_us(const struct model *m, const struct node *n, uint64_t time_ms)
{
    int64_t at_us = ((int64_t)time_ms - m->wall_ms) * 1000;

    if (n->clock_off_us != INT64_MIN &&
        (n->clock_off_us > CLOCK_WRONG_US || n->clock_off_us < -CLOCK_WRONG_US))
        at_us -= n->clock_off_us;
    return at_us < m->now_us ? at_us : m->now_us;
}

static bool
is_missing(const struct known_events *p, const struct msg_event *e)
{
    return e->number > p->to && (p->from == 0 || e->number < p->from) &&
           e->time_ms < INT64_MAX / 2000;
}

/* The i-th newest note is the first that is no later. */
static size_t
first_until(const struct notes *notes, int64_t at_us)
{
    size_t low = 0, high = notes_count(notes);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (notes_at(notes, middle)->at_us > at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Each peer tells of it, at about the same time: "beta02 is lost: ...". */
static bool
is_told(const struct notes *notes, const struct note *one)
{
    size_t len = strcspn(one->text, ":");
    const struct note *o;

    for (size_t i = first_until(notes, one->at_us + PEERS_AGREE_US);
         (o = notes_at(notes, i)) != NULL &&
         o->at_us >= one->at_us - PEERS_AGREE_US; i++)
        if (o->level <= NOTE_INFO && strncmp(o->text, one->text, len) == 0 &&
            (o->text[len] == '\0' || o->text[len] == ':'))
            return true;
    return false;
}

/* What peers say of a node from before there was this lbtop, it did not see
 * itself: one of them is believed. */
static void
believe_peer(const struct model *m, const struct msg_event *e,
             struct note *one)
{
    bool moved = span_is(e->name, "peer-up") || span_is(e->name, "peer-down");

    if (moved && one->at_us < 0 && !is_told(m->notes, one))
        one->level = e->level == NOTE_WARN ? NOTE_WARN : NOTE_INFO;
}

/* In the order of their numbers, which their times must not break. */
static void
take_rows(struct model *m, struct node *n, struct span rows)
{
    struct note *v = xcalloc(PAST_ROWS_MAX, sizeof *v);
    struct known_events *p = &n->events;
    struct span row;
    struct msg one;
    size_t k = 0;

    for (size_t at = 0; row_next(rows, &at, &row) && k < PAST_ROWS_MAX;) {
        if (msg_decode(MSG_EVENT, row, &one) != 0 ||
            !is_missing(p, &one.event))
            continue;
        event_note(m, &n->id, &one.event, &v[k]);
        v[k].at_us = event_at_us(m, n, one.event.time_ms);
        if (k > 0 && v[k].at_us < v[k - 1].at_us)
            v[k].at_us = v[k - 1].at_us;
        believe_peer(m, &one.event, &v[k]);
        k++;
        p->to = one.event.number;
    }
    notes_add_past(m->notes, v, k);
    free(v);
    if (p->to > p->last)
        p->last = p->to;
}

void
past_take(struct model *m, const struct input *in,
          const struct question *asked)
{
    struct node *n = model_by_id(m, &asked->to);

    if (n == NULL || in->head.incarnation < n->events.incarnation)
        return;
    if (in->head.incarnation != n->events.incarnation)
        n->events = (struct known_events){ .incarnation = in->head.incarnation,
                                 .asked_us = n->events.asked_us,
                                 .asked_of = n->events.asked_of };
    if (in->msg.reply.status == EXIT_DONE)
        take_rows(m, n, in->msg.reply.rows);
    n->events.known = true;
    m->version++;
}
