/* SPDX-License-Identifier: MPL-2.0 */
/*
 * notes - the messages on the screen: events of nodes, and what lbtop itself
 * has to say (from "lbtop"). A bounded list; equal ones of one node within
 * 10 s are folded into one with a count.
 *
 * Pure. The newest are kept; `dropped` counts the others.
 */
#ifndef LB_NOTES_H
#define LB_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/names.h"

enum { NOTES_MAX = 10000, NOTE_TEXT_MAX = 240, NOTES_FOLD_US = 10 * 1000000 };

enum note_level { NOTE_ERROR = 1, NOTE_WARN, NOTE_INFO, NOTE_DEBUG };
const char *note_level_name(enum note_level l);     /* "error" */

struct note {
    uint64_t number;        /* counts from 1; never falls */
    int64_t at_us;          /* arrival, lbtop's time */
    enum note_level level;
    uint32_t times;         /* folded: 1 and up */
    struct node_id node;    /* zero: lbtop */
    char from[64];          /* name of the node, "lbtop", "cluster" */
    char text[NOTE_TEXT_MAX];
};

struct notes;

struct notes *notes_new(size_t cap);    /* 1..NOTES_MAX */
struct notes *notes_copy(const struct notes *n);
void notes_free(struct notes *n);
void notes_add(struct notes *n, const struct note *one);
/* Puts in `n_past` notes of before, the oldest first, each at its time. They
 * are no news: their number is that of the note before them. Equal ones of
 * them are folded. `past` is changed. */
void notes_add_past(struct notes *n, struct note *past, size_t n_past);
size_t notes_count(const struct notes *n);          /* kept */
/* i = 0 the newest. NULL beyond the oldest. */
const struct note *notes_at(const struct notes *n, size_t i);
uint64_t notes_dropped(const struct notes *n);
/* Of this level or worse that came after note `number`. */
size_t notes_since(const struct notes *n, uint64_t number,
                   enum note_level level);

/* What an EVENT says in words a person reads: "throttle 80% to 70%" from
 * evt "throttle" and "from=80 to=70 by=ann". Events without a wording are
 * shown as they are. */
void note_wording(const char *name, const char *text, char *dst, size_t cap);

#endif
