/* SPDX-License-Identifier: MPL-2.0 */
/*
 * wish - what the operator wants and has not seen done yet: from the key press
 * to the node's state that shows it, or to a refusal, or to silence.
 *
 * One wish is one command to one node (several nodes: one `group`). Never is
 * it shown as a fact: the value in force is the node's (model). Pure: time is
 * that of the calls; questions to send come out of wishes_next.
 *
 * Life: DRAFT (steps add up for 300 ms; Enter sends, Esc drops) -> SENT ->
 * ACCEPTED (the node answered) -> IN_FORCE (a state shows it; 2 s, then away).
 * Else REFUSED, DIFFERS (state shows another value within 3 periods: warning),
 * SILENT (5 s or 5 round trips; Enter sends the same id again, x forgets),
 * LOST (the node was lost before it answered).
 */
#ifndef LB_WISH_H
#define LB_WISH_H

#include "tui/model.h"

enum wish_kind {
    WISH_THROTTLE = 1, WISH_PAUSE, WISH_RESUME, WISH_DRAIN, WISH_UNDRAIN,
    WISH_POLICY,
    /* of a workload, asked of its home */
    WISH_START, WISH_HOLD, WISH_RETRY, WISH_CANCEL
};
enum wish_state { WISH_DRAFT = 1, WISH_SENT, WISH_ACCEPTED, WISH_IN_FORCE,
                  WISH_REFUSED, WISH_DIFFERS, WISH_SILENT, WISH_LOST };

struct wish {
    uint64_t id;            /* of the question */
    uint64_t group;         /* what was asked by one key of several nodes */
    enum wish_kind kind;
    enum wish_state state;
    struct node_id node;
    uint32_t workload;
    int asked, seen;        /* throttle, per cent; seen: when asked */
    char name[32];          /* policy */
    char before[32];        /* policy or phase when asked, for undo */
    int64_t since_us;       /* in this state */
    int64_t first_us;       /* key pressed */
    int64_t sent_us;        /* -1 */
    int64_t took_us;        /* sent to in force; -1 */
    uint64_t state_seq;     /* of the node when it was sent: a later STATE that
                               shows it confirms it */
    uint8_t status;         /* REFUSED: of the answer (base/exits.h); 0: ours */
    char why[200];          /* refusal; DIFFERS: what the node reports */
};

struct wishes;

/* `by`: name of the operator, sent with each. `seed` makes ids that no other
 * console makes. Reads the model at each call; borrows it never. */
struct wishes *wishes_new(const char *by, uint64_t seed);
void wishes_free(struct wishes *w);

/* A throttle step: adds up with a draft of the same node. `to` 1..100 is
 * absolute, so is what is sent. Returns false, with a line for the operator
 * in `say` (at its floor ...), when there is nothing to send. */
enum { WISH_SAY_MAX = 240 };
bool wish_throttle(struct wishes *w, const struct model *m,
                   const struct node *n, int to, bool draft,
                   char say[WISH_SAY_MAX]);
/* The throttle that the next step starts from: the draft's, the pending one's
 * or the one in force. */
int wish_throttle_now(const struct wishes *w, const struct node *n);
/* F7, F8: the next multiple of 5 (5 to 1); `by` +-5 or +-1. Within floor and
 * ceiling. */
int wish_step(const struct node *n, int from, int by);
/* All other commands. `name`: policy; `workload`: 0 for node commands. */
struct wish_order {
    enum wish_kind kind;
    uint32_t workload;
    const char *name;
    uint64_t group;
};
bool wish_order(struct wishes *w, const struct model *m, const struct node *n,
                const struct wish_order *o, char say[WISH_SAY_MAX]);
/* A new group: throttles that follow are in it, orders with `group` of 0. */
uint64_t wishes_group(struct wishes *w);

/* Answers and time. `answered`: to the question `id`, from the model's input;
 * false: not one of ours. */
bool wishes_answer(struct wishes *w, struct model *m, uint64_t id,
                   const struct msg_reply *r);
/* A question was sent. One that is not of ours (replay: recorded) becomes a
 * wish that is sent; questions that change nothing are passed over. */
void wishes_asked(struct wishes *w, const struct model *m,
                  const struct question *q);
/* After each input: states that confirm, time-outs, drafts that are due.
 * Notes for the messages go into the model. */
void wishes_look(struct wishes *w, struct model *m);
int64_t wishes_deadline_us(const struct wishes *w);

/* The next question to send; false: none. Pairs valid until the next call.
 * Marks the wish as sent. */
bool wishes_next(struct wishes *w, const struct model *m,
                 struct question *out);

/* Enter: sends drafts at once, and the silent ones of `group` again. Esc:
 * drops drafts. x: forgets what is pending. True: there was something. */
bool wishes_push(struct wishes *w, const struct model *m, uint64_t group);
bool wishes_drop(struct wishes *w);
bool wishes_forget(struct wishes *w, const struct node *n);
/* The next draft from *at (0: the oldest) on; NULL: no more. */
const struct wish *wishes_draft(const struct wishes *w, size_t *at);
/* That draft is refused by the console itself: `why` is all the text. */
void wishes_refuse(struct wishes *w, const struct model *m, uint64_t id,
                   const char *why);
/* u: what would be undone: the last confirmed group, less than 10 minutes
 * old. False with a text: nothing. `skip` counts nodes where the value was
 * changed since; what was sent after it is named. wishes_undo does it, once:
 * an undo is not undone. */
bool wishes_undo_look(const struct wishes *w, const struct model *m,
                      size_t *n, size_t *skip, char say[WISH_SAY_MAX]);
/* Nothing was sent, or is about to be, after what would be undone. */
bool wishes_undo_is_last(const struct wishes *w);
void wishes_undo(struct wishes *w, const struct model *m);
/* The group that it would undo; 0: none. */
uint64_t wishes_undo_group(const struct wishes *w);

/* From now on what has ended stays: -x prints it all at its end. */
void wishes_keep(struct wishes *w);
/* The newest wish of a node (of a kind; 0: any; of a workload, or 0 for node
 * commands); NULL: none. */
const struct wish *wish_of(const struct wishes *w, const struct node *n,
                           enum wish_kind kind, uint32_t workload);
size_t wishes_pending(const struct wishes *w);  /* no answer yet */
/* The flash line while something is under way ("alpha03: throttle 70% sent,
 * waiting for the node (0.3 s)"; for a group: "throttle 70%: 41 of 60
 * confirmed, 1 refused, 18 waiting"). False: nothing to say. */
bool wishes_flash(const struct wishes *w, const struct model *m, char *dst,
                  size_t cap);
const char *wish_kind_name(enum wish_kind k);   /* "throttle" */

#endif
