/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/notes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* A ring that grows up to its cap: the newest of n notes is number `last`,
 * at last % room. */
struct notes {
    size_t cap, room, n;
    size_t next;            /* place of the next one */
    uint64_t last, dropped;
    struct note *v;         /* [room] */
};

/* So many notes are looked at for an equal one: a flood costs no more. */
enum { ROOM_FIRST = 64, FOLD_LOOK = 512, FOLD_PAST = 32 };

const char *
note_level_name(enum note_level l)
{
    switch (l) {
    case NOTE_ERROR: return "error";
    case NOTE_WARN: return "warn";
    case NOTE_INFO: return "info";
    case NOTE_DEBUG: return "debug";
    }
    return "?";
}

struct notes *
notes_new(size_t cap)
{
    struct notes *n = xcalloc(1, sizeof *n);

    assert(cap >= 1 && cap <= NOTES_MAX);
    n->cap = cap;
    return n;
}

struct notes *
notes_copy(const struct notes *n)
{
    struct notes *copy = xmemdup(n, sizeof *n);

    copy->v = NULL;
    if (n->room > 0)
        copy->v = xmemdup(n->v, n->room * sizeof *n->v);
    return copy;
}

void
notes_free(struct notes *n)
{
    if (n == NULL)
        return;
    free(n->v);
    free(n);
}

/* The i-th newest. */
static struct note *
at(const struct notes *n, size_t i)
{
    assert(i < n->n);
    return &n->v[(n->next + n->room - 1 - i) % n->room];
}

static bool
is_same(const struct note *a, const struct note *b)
{
    size_t len = strlen(a->text);

    return a->level == b->level && node_id_equal(&a->node, &b->node) &&
           strlen(b->text) == len && memcmp(a->text, b->text, len) == 0;
}

/* The note that `one` is folded into; NULL: none. */
static struct note *
fold_into(const struct notes *n, const struct note *one)
{
    for (size_t i = 0; i < n->n && i < FOLD_LOOK; i++) {
        struct note *old = at(n, i);
        if (one->at_us - old->at_us >= NOTES_FOLD_US)
            return NULL;
        if (is_same(old, one))
            return old;
    }
    return NULL;
}

/* While there is room to grow nothing has been overwritten, so that the
 * oldest is at 0. */
static void
make_room(struct notes *n)
{
    if (n->n < n->room || n->room == n->cap)
        return;
    n->room = n->room == 0 ? ROOM_FIRST : 2 * n->room;
    if (n->room > n->cap)
        n->room = n->cap;
    n->v = xrealloc(n->v, n->room, sizeof *n->v);
    n->next = n->n;
}

void
notes_add(struct notes *n, const struct note *one)
{
    struct note *same = fold_into(n, one);

    if (same != NULL) {
        same->times++;
        return;
    }
    make_room(n);
    struct note *place = &n->v[n->next];
    *place = *one;
    place->number = ++n->last;
    place->times = 1;
    n->next = (n->next + 1) % n->room;
    if (n->n < n->room)
        n->n++;
    else
        n->dropped++;
}

/* Folds them in their place; how many are left. */
static size_t
fold_past(struct note *past, size_t n_past)
{
    size_t n = 0;

    for (size_t i = 0; i < n_past; i++) {
        size_t k = n;
        while (k > 0 && n - k < FOLD_PAST &&
               past[i].at_us - past[k - 1].at_us < NOTES_FOLD_US &&
               !is_same(&past[k - 1], &past[i]))
            k--;
        if (k > 0 && past[i].at_us - past[k - 1].at_us < NOTES_FOLD_US &&
            is_same(&past[k - 1], &past[i])) {
            past[k - 1].times++;
            continue;
        }
        past[n] = past[i];
        past[n++].times = 1;
    }
    return n;
}

/* From the newest on; what there is no room for is the oldest. */
void
notes_add_past(struct notes *n, struct note *past, size_t n_past)
{
    size_t left = fold_past(past, n_past), old = 0;
    size_t all = n->n + left < n->cap ? n->n + left : n->cap;

    if (left == 0)
        return;
    struct note *v = xcalloc(all, sizeof *v);
    for (size_t to = all; to-- > 0;) {
        bool from_past = left > 0 && (old == n->n ||
                                      past[left - 1].at_us > at(n, old)->at_us);
        v[to] = from_past ? past[--left] : *at(n, old++);
        if (from_past)
            v[to].number = old < n->n ? at(n, old)->number : 0;
    }
    n->dropped += n->n - old;
    free(n->v);
    n->v = v;
    n->n = n->room = all;
    n->next = 0;
}

size_t
notes_count(const struct notes *n)
{
    return n->n;
}

const struct note *
notes_at(const struct notes *n, size_t i)
{
    return i < n->n ? at(n, i) : NULL;
}

uint64_t
notes_dropped(const struct notes *n)
{
    return n->dropped;
}

size_t
notes_since(const struct notes *n, uint64_t number, enum note_level level)
{
    size_t found = 0;

    for (size_t i = 0; i < n->n && at(n, i)->number > number; i++)
        found += at(n, i)->level <= level;
    return found;
}
