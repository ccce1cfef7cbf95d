/* SPDX-License-Identifier: MPL-2.0 */
/*
 * doors - keeps connections from taking the descriptors that the node needs
 * for files of its own. libzmq accepts whoever comes until there are none
 * left; then it tries again and again, and at a socket file it aborts. So
 * here stands the accept4 that it calls: who would take one of the last is
 * closed at once, and comes again later. So is who comes by TCP and does not
 * begin with a greeting of ZMTP 2 or later, or comes too often (knocks.h):
 * strangers shall not keep the others waiting. Who leaves before a word is
 * none, unless he comes too often.
 */
#ifndef LB_AGENT_DOORS_H
#define LB_AGENT_DOORS_H

#include <stdint.h>

/* Connections that were refused so far: for want of descriptors; because of
 * what they said, or how often they came. */
uint64_t doors_refused(void);
uint64_t doors_strangers(void);
/* Warns of refusals, at most once a minute. */
void doors_tick(int64_t now_us);

#endif
