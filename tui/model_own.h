/* SPDX-License-Identifier: MPL-2.0 */
/* model_own - what the files of model share; for nobody else. */
#ifndef LB_MODEL_OWN_H
#define LB_MODEL_OWN_H

#include "tui/model.h"

enum { SECOND_US = 1000000, CLOCK_WRONG_US = 2 * SECOND_US };

/* ---- model_index.c: nodes by id and by name, by their place ---- */

struct model_index;
struct model_index *index_new(void);
struct model_index *index_copy(const struct model_index *x);
void index_free(struct model_index *x);
/* SIZE_MAX: none. */
size_t index_by_id(const struct model *m, const struct node_id *id);
/* The next node of this name; *at = 0 first. NULL: no more. */
struct node *index_by_name(const struct model *m, const char *name,
                           size_t *at);
/* A node that was added at its place, with its id, and no name yet. */
void index_add(struct model *m, const struct node *n);
/* Gives it another name; looks which nodes share a name. */
void index_name(struct model *m, struct node *n, const char *name);
/* After it has gone or come back: which nodes share its name. */
void index_look(struct model *m, struct node *n);

/* ---- model_node.c ---- */

/* The node of this id, added if it is not known. NULL: there are too many. */
struct node *node_add(struct model *m, const struct node_id *id);
void node_see(struct model *m, struct node *n, enum seen seen);
/* Periods after which it is stale and lost. */
int64_t node_stale_us(const struct model *m, const struct node *n);
int64_t node_lost_us(const struct model *m, const struct node *n);
/* Its jobs in queue, held or running. */
uint64_t node_jobs(const struct node *n);
void node_note(struct model *m, const struct node *n, enum note_level level,
               const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void detail_fini(struct detail *d);
/* What was told of its slots and transfers is of another incarnation. */
void detail_forget(struct model *m, struct node *n);

/* ---- model_state.c: a STATE becomes the numbers of a node ---- */

struct heard {
    const struct state *state;
    int64_t at_us;          /* when it was new */
    uint64_t incarnation;
    bool direct;            /* from the node itself */
};
/* Whether its numbers can be. */
bool state_is_possible(const struct state *s);
void node_take(struct model *m, struct node *n, const struct heard *h);

/* ---- model_past.c: events, as they come and from before ---- */

/* An event of this number was published by this incarnation: whether it is
 * not known yet. */
bool past_heard(struct node *n, uint64_t incarnation, uint64_t number);
/* The note of an event that has come now. */
void event_note(const struct model *m, const struct node_id *from,
                const struct msg_event *e, struct note *out);
/* The answer to "events". */
void past_take(struct model *m, const struct input *in,
               const struct question *asked);

/* ---- model_answer.c ---- */

void model_answer(struct model *m, const struct input *in,
                  const struct question *asked);

/* ---- model_time.c ---- */

/* Time goes on to `at_us`, by way of all instants at which something changes:
 * what is known then is the same however often the model was asked. */
void model_go_to(struct model *m, int64_t at_us);
/* When it last spoke for itself, or else was told of. */
int64_t node_spoke_us(const struct node *n);
/* It was heard again, from itself: what is said about that. */
void node_back(struct model *m, struct node *n);
/* It is lost: says so. */
void node_lose(struct model *m, struct node *n);
/* It said BYE. */
void node_left(struct model *m, struct node *n);
/* That the members are known, or one of them was heard. */
void model_greet(struct model *m);

#endif
