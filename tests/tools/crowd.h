/* SPDX-License-Identifier: MPL-2.0 */
/*
 * crowd - many TCP connections to the four ports of a node that say nothing,
 * or garbage, or stop half way through a greeting. Who is cut comes again 1 s
 * to 5 s later. A thread of its own does it; the same seed behaves the same.
 */
#ifndef LB_CROWD_H
#define LB_CROWD_H

#include <stddef.h>
#include <stdint.h>

struct crowd;

struct crowd_count {
    size_t up;          /* connected now */
    uint64_t made, cut; /* since the beginning */
};

/* They begin to come. NULL with errno: there are not so many descriptors,
 * say. */
struct crowd *crowd_start(uint16_t port, uint64_t seed, size_t n);
/* Until as many have been connected, or 30 s are over. */
void crowd_await(struct crowd *c);
struct crowd_count crowd_count(struct crowd *c);
/* Closes all of them. */
void crowd_end(struct crowd *c);

#endif
