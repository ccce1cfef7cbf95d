/* SPDX-License-Identifier: MPL-2.0 */
/* setup_own - what setup.c and setup_save.c share; for nobody else. */
#ifndef LB_SETUP_OWN_H
#define LB_SETUP_OWN_H

#include "tui/setup.h"

enum type { YES_NO = 1, DURATION, CHOICE, SORT, TEXT };

struct setup_key {
    const char *name;
    enum type type;
    size_t at, size;            /* in struct setup */
    int64_t min, max;           /* DURATION, µs */
    const char *const *words;   /* CHOICE; its first is `first` */
    int first;
};
enum { SETUP_KEYS = 16 };
extern const struct setup_key setup_rows[];

/* The key of that name; NULL: none. */
const struct setup_key *setup_key_of(const char *name);

#endif
