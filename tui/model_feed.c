/* SPDX-License-Identifier: MPL-2.0 */
/* Inputs: the state socket, bad frames, connections, notes. */
#include <string.h>

#include "base/text.h"
#include "tui/model_own.h"

enum { BAD_IN_ROW = 100, WARN_AGAIN_US = 60 * SECOND_US };

/* ---- malformed ---- */

static bool
may_warn(int64_t now_us, int64_t *warned_us)
{
    if (*warned_us >= 0 && now_us - *warned_us < WARN_AGAIN_US)
        return false;
    *warned_us = now_us;
    return true;
}

/* Before its name is known: the first digits of its id. */
static void
need_name(struct model *m, struct node *n)
{
    char digits[NODE_ID_TEXT];

    if (n->name[0] != '\0')
        return;
    node_id_print(&n->id, digits);
    digits[8] = '\0';
    index_name(m, n, digits);
}

static void
malformed(struct model *m, struct node *n, const char *why)
{
    need_name(m, n);
    n->malformed++;
    n->bad_in_row++;
    m->version++;
    if (may_warn(m->now_us, &n->warned_us))
        node_note(m, n, NOTE_WARN, "malformed message dropped: %s (%llu so "
                  "far)", why, (unsigned long long)n->malformed);
    if (n->bad_in_row == BAD_IN_ROW) {
        node_see(m, n, SEEN_ERROR);
        node_note(m, n, NOTE_ERROR, "%d malformed messages in a row",
                  BAD_IN_ROW);
    }
}

/* The id of a frame that cannot be read may be anybody's: it makes no node,
 * but for those of another version, whose id stands at its place. */
static void
take_bad(struct model *m, const struct input *in)
{
    struct node *n = model_by_id(m, &in->head.sender);

    if (in->why == FRAME_VERSION && !node_id_is_zero(&in->head.sender))
        n = node_add(m, &in->head.sender);
    if (n == NULL) {
        if (may_warn(m->now_us, &m->bad_us))
            model_note(m, NOTE_WARN, "malformed message dropped: %s",
                       frame_error_name(in->why));
        return;
    }
    if (in->why != FRAME_VERSION) {
        malformed(m, n, frame_error_name(in->why));
        return;
    }
    if (n->seen == SEEN_FOREIGN && n->protocol == in->head.version)
        return;
    need_name(m, n);
    n->protocol = in->head.version;
    node_see(m, n, SEEN_FOREIGN);
    node_note(m, n, NOTE_WARN, "speaks version %u of the protocol, lbtop "
              "speaks %d: no commands are sent", n->protocol,
              PROTOCOL_VERSION);
}

/* ---- STATE ---- */

/* Of an incarnation that has ended, or what was there before. */
static bool
is_old(const struct node *n, const struct input *in)
{
    if (n->direct_us < 0 || in->head.incarnation != n->incarnation)
        return in->head.incarnation < n->incarnation;
    return in->msg.type == MSG_STATE && n->seen != SEEN_GONE &&
           in->head.seq <= n->sequence;
}

/* After it has been taken: n is known by name and can be told of. */
static void
note_arrival(struct model *m, struct node *n, bool first)
{
    if (n->seen != SEEN_LIVE)
        node_back(m, n);
    if (first) {
        m->n_heard++;
        if (m->greeted && n->way_in_us < 0)
            node_note(m, n, NOTE_INFO, "joined: %u slots",
                      (unsigned)n->told.slots);
        model_greet(m);
    }
}

static void
take_state(struct model *m, const struct input *in)
{
    const struct state *s = &in->msg.state;
    const struct heard h = { s, m->now_us, in->head.incarnation, true };
    struct node *n = node_add(m, &in->head.sender);

    if (n == NULL || is_old(n, in))
        return;
    if (!state_is_possible(s) || !node_id_equal(&s->id, &n->id)) {
        malformed(m, n, "impossible numbers");
        return;
    }
    bool first = n->direct_us < 0;
    n->bad_in_row = 0;
    n->hidden = false;
    node_take(m, n, &h);
    if (in->msg.type == MSG_STATE_SLOW)
        n->slow_us = m->now_us;
    else
        n->sequence = in->head.seq;
    n->up_us = in->head.up_ms < INT64_MAX / 1000
                   ? (int64_t)in->head.up_ms * 1000
                   : 0;
    note_arrival(m, n, first);
    n->direct_us = m->now_us;
    int64_t stale_us = m->now_us + node_stale_us(m, n);
    if (stale_us < m->look_us)
        m->look_us = stale_us;
}

/* ---- EVENT, BYE ---- */

static void
look_at_clock(struct model *m, struct node *n, uint64_t time_ms)
{
    if (time_ms > INT64_MAX / 2000)
        return;
    int64_t off_us = ((int64_t)time_ms - m->wall_ms) * 1000 - m->now_us;
    int64_t size_us = off_us < 0 ? -off_us : off_us;

    n->clock_off_us = off_us;
    if (size_us <= CLOCK_WRONG_US) {
        n->clock_told = false;
    } else if (!n->clock_told) {
        n->clock_told = true;
        node_note(m, n, NOTE_WARN, "clock offset %s%lld.%lld s: times from "
                  "this node are shown as received here",
                  off_us < 0 ? "-" : "", (long long)(size_us / SECOND_US),
                  (long long)(size_us / 100000 % 10));
    }
}

static void
take_event(struct model *m, const struct input *in)
{
    const struct msg_event *e = &in->msg.event;
    struct node *n = model_by_id(m, &in->head.sender);
    struct note note;

    if (n != NULL)
        look_at_clock(m, n, e->time_ms);
    if (n != NULL && !past_heard(n, in->head.incarnation, e->number))
        return;
    event_note(m, &in->head.sender, e, &note);
    notes_add(m->notes, &note);
    m->version++;
}

static void
take_bye(struct model *m, const struct input *in)
{
    struct node *n = model_by_id(m, &in->head.sender);

    if (n == NULL || n->seen == SEEN_GONE ||
        in->head.incarnation < n->incarnation)
        return;
    node_left(m, n);
}

/* ---- connections ---- */

static void
take_way_in(struct model *m, const struct input *in)
{
    if (in->link == LINK_UP) {
        span_copy(in->where, m->way_in_where, sizeof m->way_in_where);
        m->n_tries = 0;
    } else if (in->link == LINK_DOWN && span_is(in->where, m->way_in_where)) {
        if (m->way_in[0] != '\0')
            memcpy(m->last_way_in, m->way_in, sizeof m->last_way_in);
        m->way_in[0] = m->way_in_where[0] = '\0';
    }
}

static void
take_try(struct model *m, const struct input *in)
{
    size_t i = 0;

    while (i < m->n_tries && !span_is(in->where, m->tries[i].where))
        i++;
    if (i == TRIES_MAX) {
        i = TRIES_MAX - 1;
        memmove(m->tries, m->tries + 1, i * sizeof *m->tries);
    } else if (i == m->n_tries) {
        m->n_tries++;
    }
    struct try_ *t = &m->tries[i];
    span_copy(in->where, t->where, sizeof t->where);
    t->at_us = m->now_us;
    /* A next try says nothing new about the last one. */
    if (in->link == LINK_FAILED)
        span_copy(in->text, t->why, sizeof t->why);
}

/* What the way in tells of it is all that is known; silence says nothing. */
static void
take_off(struct model *m, struct span id)
{
    char text[NODE_ID_TEXT];
    struct node_id which;

    span_copy(id, text, sizeof text);
    struct node *n = node_id_parse(text, &which) == 0
                         ? model_by_id(m, &which)
                         : NULL;
    if (n == NULL || n->direct_us >= 0)
        return;
    n->off = true;
    node_see(m, n, SEEN_ERROR);
}

static void
take_link(struct model *m, const struct input *in)
{
    m->version++;
    if (in->link == LINK_OFF)
        take_off(m, in->where);
    else if (in->way_in && (in->link == LINK_UP || in->link == LINK_DOWN))
        take_way_in(m, in);
    else if (in->way_in)
        take_try(m, in);
    else if (in->link == LINK_FAILED)
        model_note(m, NOTE_WARN, "%.*s: %.*s", (int)in->where.len,
                   (const char *)in->where.p, (int)in->text.len,
                   (const char *)in->text.p);
}

/* ---- all ---- */

static void
take_published(struct model *m, const struct input *in)
{
    switch (in->msg.type) {
    case MSG_STATE:
    case MSG_STATE_SLOW:
        take_state(m, in);
        break;
    case MSG_EVENT:
        take_event(m, in);
        break;
    case MSG_BYE:
        take_bye(m, in);
        break;
    }
}

static void
take_note(struct model *m, const struct input *in)
{
    enum note_level level = in->level >= NOTE_ERROR && in->level <= NOTE_DEBUG
                                ? (enum note_level)in->level
                                : NOTE_INFO;

    model_note(m, level, "%.*s", (int)in->note.len, (const char *)in->note.p);
}

void
model_feed(struct model *m, const struct input *in,
           const struct question *asked)
{
    model_go_to(m, in->at_us);
    switch (in->kind) {
    case IN_STATE:
        take_published(m, in);
        break;
    case IN_ANSWER:
        if (asked != NULL && in->msg.type == MSG_REPLY)
            model_answer(m, in, asked);
        break;
    case IN_BAD:
        take_bad(m, in);
        break;
    case IN_LINK:
        take_link(m, in);
        break;
    case IN_NOTE:
        take_note(m, in);
        break;
    case IN_TICK:
    case IN_ASKED:
    case IN_KEY:
    case IN_PASTE:
    case IN_SIZE:
        break;
    }
}
