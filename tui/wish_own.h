/* SPDX-License-Identifier: MPL-2.0 */
/* wish_own - what the wish*.c share; no one else includes it. */
#ifndef LB_WISH_OWN_H
#define LB_WISH_OWN_H

#include "base/random.h"
#include "tui/wish.h"

enum {
    DEBOUNCE_US = 300 * 1000, SILENCE_US = 5 * 1000000,
    CONFIRMED_US = 2 * 1000000, ENDED_US = 10 * 1000000,
    UNDO_S = 600, PERIODS_TO_CONFIRM = 3
};

/* Wishes that exclude each other at one node: a later one replaces. */
enum family { FAMILY_THROTTLE = 1, FAMILY_PHASE, FAMILY_POLICY, FAMILY_WORK };

struct entry {
    struct wish w;
    size_t at;              /* place of its node in the live model */
    char node_name[64];     /* a frozen model may not have that node */
    int64_t due_us;         /* a draft: sent then */
    int64_t touched_us;     /* by the operator: which one the flash tells */
    int64_t silent_us;      /* sent: when it is silent; 0: after SILENCE_US */
    int64_t draft_us;       /* of the last key that changed it */
    uint64_t incarnation;   /* with state_seq */
    int told;               /* what the node told when the key was pressed: a */
    char told_word[32];     /* state on its way may still show it */
    bool steps;             /* a draft of F7/F8: the flash counts down */
    bool newer;             /* refused: somebody else was first */
    bool over;              /* shown no more; counts in its group */
    bool warned;            /* that the node was stale */
    bool undoes;            /* is an undo itself */
};

/* A confirmed command, for undo: one node of it. */
struct past {
    enum wish_kind kind;
    size_t at;
    int asked, seen;
    char name[32], before[32];
};

struct wishes {
    char by[64];
    struct random ids;
    uint64_t group;         /* the newest one */
    int64_t now_us;         /* of the live model: a frozen one stands still */
    bool keep;              /* what has ended is shown for ever */
    struct entry *e;        /* oldest first */
    size_t n, cap;
    struct past *past;      /* of one group */
    size_t n_past, cap_past;
    uint64_t past_group;
    int64_t past_us, past_first_us;
    uint64_t undone;        /* group of the last undo; 0: none */
    struct { uint64_t group; bool work; size_t n; char name[160], what[16]; }
        last;               /* what was sent last */
    struct buf pairs;
};

enum family wish_family(enum wish_kind k);
/* Answer not there yet, or state not. */
bool entry_waits(const struct entry *e);
/* Whether the node's last state shows what was asked. */
bool entry_shown(const struct entry *e, const struct node *n);
/* An older command at the same lever has no answer yet: what the operator
 * saw is known only then. */
bool wish_must_wait(const struct wishes *w, const struct entry *e);
struct entry *wishes_add(struct wishes *w, const struct model *m,
                         const struct node *n, enum wish_kind kind);
/* False with a reason: nothing can be sent to it. */
bool wish_reach(const struct node *n, enum wish_kind kind,
                char say[WISH_SAY_MAX]);
/* The phase or policy that a node shows now. */
void wish_before(const struct node *n, enum wish_kind kind, char dst[32]);
/* The phase that a wish wants; 0: none. */
unsigned wish_phase(enum wish_kind k);
const char *phase_word(unsigned phase);
/* As people call it: "start" for resume and undrain. */
const char *wish_word(enum wish_kind k);
/* "throttle 70%" "pause" "policy hybrid". */
void wish_text(const struct wish *w, char *dst, size_t cap);
/* "alpha03", or the name of the workload. */
void entry_name(const struct entry *e, const struct model *m, char *dst,
                size_t cap);
/* It is sent: u is told of it. */
void wish_acted(struct wishes *w, const struct model *m,
                const struct entry *e);
void wish_remember(struct wishes *w, const struct entry *e, int64_t now_us);
void say_in_force(const struct wishes *w, struct model *m,
                  const struct entry *e);

#endif
