/* SPDX-License-Identifier: MPL-2.0 */
/*
 * classes - what a unit of cost of each kind takes, so that work of several
 * kinds can be added up: seconds of a slot at full speed. Costs of one kind
 * compare among themselves only; this is learned from completions, by raw
 * sums. Until then every job of the kind counts as one second.
 */
#ifndef LB_CLASSES_H
#define LB_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { CLASSES_MAX = 64, CLASS_NAME_MAX = 32 };

struct class {
    char kind[CLASS_NAME_MAX];
    double cost, busy_s;    /* of completions: cost units, seconds */
    double told_s;          /* per unit, by a home; 0 not told */
    uint32_t samples;
    bool own;               /* this node is home of such jobs: it measures */
};

struct classes {
    size_t n;
    struct class v[CLASSES_MAX];
};

/* The place of a kind, known from now on; the last one is shared by all that
 * do not fit. */
uint8_t classes_of(struct classes *k, struct span kind);
/* A job of `cost` units was busy for so long at full speed. Old ones fade. */
void classes_learn(struct classes *k, uint8_t at, double cost, double busy_s);
/* What the home of a job measured; 0: it does not know. */
void classes_tell(struct classes *k, uint8_t at, double unit_s);
/* Seconds per unit; 0: not known. */
double classes_unit_s(const struct classes *k, uint8_t at);
/* Seconds of `n` jobs of `cost` units in all. */
double classes_work_s(const struct classes *k, uint8_t at, double cost,
                      double n);

#endif
