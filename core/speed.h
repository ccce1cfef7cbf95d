/* SPDX-License-Identifier: MPL-2.0 */
/* speed - the cost rate of this node, learned from raw sums. Plain values in,
 * plain values out. */
#ifndef LB_SPEED_H
#define LB_SPEED_H

#include <assert.h>
#include <float.h>

/* The same inputs give the same bits on every machine and compiler. */
static_assert(FLT_EVAL_METHOD == 0, "double must be calculated as double");

struct speed {
    double done, busy;      /* raw sums, own */
};

/* kappa = (n0 + done) / (n0 / prior + busy); prior = (4 + sum done) /
 * (4 + sum busy) over all nodes seen, from raw sums only. */
double speed_prior(double sum_done, double sum_busy);
double speed_kappa(const struct speed *s, double prior);
/* What there is to run on: the processors of a host, how much of all of them
 * others take, and how many slots want one. */
struct speed_host {
    unsigned n_cpus, ext_permille, slots;
};
/* The part of a slot's time that is work now: the throttle, times what others
 * leave of a processor. Nothing is lost while they leave one for each slot.
 * The speed of a slot is kappa times this (nominal is 1). */
double speed_share(unsigned throttle_percent, const struct speed_host *h);
/* Rounds to an integer for the wire, a half upwards. What is no number and
 * what is below 0 gives 0; infinity, and all that is too large, the largest. */
unsigned long long speed_round(double v);

/* When one more job of cost c ends on a node with work w; NEVER_S, a large
 * number that can be calculated with, when s or r is 0. */
#define NEVER_S 1e30
double finish_s(double w, double r, double s, double c, double slots);

#endif
