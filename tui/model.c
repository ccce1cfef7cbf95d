/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/model.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/model_own.h"

struct model *
model_new(int64_t wall_ms)
{
    struct model *m = xcalloc(1, sizeof *m);

    m->wall_ms = wall_ms;
    m->notes = notes_new(NOTES_MAX);
    m->index = index_new();
    m->look_us = INT64_MAX;
    m->storm_us = m->bad_us = m->members_us = m->work.at_us = -1;
    m->detailed = SIZE_MAX;
    ring_init(&m->load, 0);
    ring_init(&m->throttle, 0);
    ring_init(&m->moves, 0);
    ring_init(&m->done, 0);
    return m;
}

/* A copy of n things of `size` bytes; NULL of none. */
static void *
copied(const void *p, size_t n, size_t size)
{
    return n == 0 ? NULL : xmemdup(p, n * size);
}

static struct node *
node_copy(const struct node *n)
{
    struct node *copy = xmemdup(n, sizeof *n);
    const struct detail *d = &n->detail;

    copy->work = copied(n->work, n->n_works, sizeof *n->work);
    copy->cap_works = n->n_works;
    copy->detail.slot = copied(d->slot, d->n_slots, sizeof *d->slot);
    copy->detail.peer = copied(d->peer, d->n_peers, sizeof *d->peer);
    copy->detail.failure = copied(d->failure, d->n_failures,
                                  sizeof *d->failure);
    return copy;
}

struct model *
model_copy(const struct model *m)
{
    struct model *copy = xmemdup(m, sizeof *m);
    const struct work_detail *w = &m->work;

    copy->node = copied(m->node, m->n, sizeof(struct node *));
    copy->cap = m->n;
    for (size_t i = 0; i < m->n; i++)
        copy->node[i] = node_copy(m->node[i]);
    copy->notes = notes_copy(m->notes);
    copy->index = index_copy(m->index);
    copy->work.place = copied(w->place, w->n_places, sizeof *w->place);
    copy->work.failure = copied(w->failure, w->n_failures,
                                sizeof *w->failure);
    return copy;
}

void
detail_fini(struct detail *d)
{
    free(d->slot);
    free(d->peer);
    free(d->failure);
    *d = (struct detail){ .at_us = -1 };
}

void
detail_forget(struct model *m, struct node *n)
{
    detail_fini(&n->detail);
    if (m->detailed == n->at)
        m->detailed = SIZE_MAX;
}

void
model_free(struct model *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->n; i++) {
        detail_fini(&m->node[i]->detail);
        free(m->node[i]->work);
        free(m->node[i]);
    }
    free(m->node);
    free(m->work.place);
    free(m->work.failure);
    notes_free(m->notes);
    index_free(m->index);
    free(m);
}

struct node *
model_by_id(const struct model *m, const struct node_id *id)
{
    size_t at = index_by_id(m, id);
    return at == SIZE_MAX ? NULL : m->node[at];
}

enum { DIGITS_MIN = 4 };

/* The only node whose id begins so; NULL: none, or two. */
static struct node *
by_digits(const struct model *m, const char *digits)
{
    struct node *found = NULL;
    size_t len = strlen(digits);
    char text[NODE_ID_TEXT];

    if (len < DIGITS_MIN || len >= NODE_ID_TEXT)
        return NULL;
    for (size_t i = 0; i < m->n; i++) {
        node_id_print(&m->node[i]->id, text);
        if (memcmp(text, digits, len) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = m->node[i];
    }
    return found;
}

/* One that is there is meant before one that has gone. */
struct node *
model_by_name(const struct model *m, const char *name)
{
    struct node *n, *there = NULL, *gone = NULL;
    size_t at = 0, n_there = 0, n_gone = 0;

    if (name[0] == '\0')
        return NULL;
    while ((n = index_by_name(m, name, &at)) != NULL) {
        bool has_gone = n->seen == SEEN_GONE || n->hidden;
        *(has_gone ? &gone : &there) = n;
        ++*(has_gone ? &n_gone : &n_there);
    }
    if (n_there + n_gone == 0)
        return by_digits(m, name);
    if (n_there > 0)
        return n_there == 1 ? there : NULL;
    return n_gone == 1 ? gone : NULL;
}

static void
add_note(struct model *m, const struct node *n, enum note_level level,
         const char *text)
{
    struct note note = { .at_us = m->now_us, .level = level };

    if (n != NULL)
        note.node = n->id;
    span_copy(span_str(n != NULL ? n->name : "lbtop"), note.from,
              sizeof note.from);
    span_copy(span_str(text), note.text, sizeof note.text);
    notes_add(m->notes, &note);
    m->version++;
}

void
model_note(struct model *m, enum note_level level, const char *fmt, ...)
{
    char text[NOTE_TEXT_MAX] = "";
    va_list args;

    va_start(args, fmt);
    text_addv(text, sizeof text, fmt, args);
    va_end(args);
    add_note(m, NULL, level, text);
}

void
node_note(struct model *m, const struct node *n, enum note_level level,
          const char *fmt, ...)
{
    char text[NOTE_TEXT_MAX] = "";
    va_list args;

    va_start(args, fmt);
    text_addv(text, sizeof text, fmt, args);
    va_end(args);
    add_note(m, n, level, text);
}
