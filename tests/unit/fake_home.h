/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fake_home - a home played by a thread, for tests of who fetches files from
 * it and brings them back: it says hello, answers the operations on files from
 * a store of its own, and nothing else.
 */
#ifndef LB_FAKE_HOME_H
#define LB_FAKE_HOME_H

#include <stdatomic.h>

#include "agent/files.h"

struct fake_home {
    char dir[64], at[64];       /* of its store; HOST:PORT */
    struct files *files;
    atomic_uint heard;          /* questions, answered or not */
    atomic_uint gets, puts;     /* that came */
    atomic_int busy;            /* so many are told to come again */
    atomic_bool deaf;           /* nothing is answered */
    struct fake_home_parts *parts;
};

/* False: it cannot be. */
bool fake_home_open(struct fake_home *h);
/* Removes its store as well. */
void fake_home_close(struct fake_home *h);
/* Stores some bytes there. */
struct digest fake_home_put(struct fake_home *h, const char *bytes, size_t n);

#endif
