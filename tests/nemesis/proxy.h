/* SPDX-License-Identifier: MPL-2.0 */
/*
 * proxy - TCP between agents, with faults that a kernel does not make: each
 * connection is late by its own time (so what goes over several is
 * reordered), stands still, swallows what it is given, or is cut in the
 * middle of a frame. And what agents said before is said again: the recorded
 * start of a connection is replayed over a new one, to any byte. (That works
 * because connections are not encrypted.)
 * One thread does it all; the calls may come from another.
 */
#ifndef LB_NEMESIS_PROXY_H
#define LB_NEMESIS_PROXY_H

#include <stdbool.h>
#include <stdint.h>

struct proxy;

struct proxy_counts {
    uint64_t connections, cuts, swallowed;  /* swallowed: bytes */
    uint64_t bytes;
    uint64_t replays, messages;             /* messages: said again */
};

/* NULL: failed. */
struct proxy *proxy_new(uint64_t seed);
/* Listens at two ports in a row, for `port` and port + 1 of loopback. The
 * first; 0: failed. Before proxy_start. */
uint16_t proxy_add(struct proxy *p, uint16_t port);
int proxy_start(struct proxy *p);
/* From now on it only passes on. */
void proxy_heal(struct proxy *p);
struct proxy_counts proxy_count(struct proxy *p);
/* Ends the thread. NULL is ignored. */
void proxy_free(struct proxy *p);

#endif
