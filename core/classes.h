/* SPDX-License-Identifier: MPL-2.0 */
/*
 * classes - what a unit of cost takes, so that work of several kinds can be
 * added up: seconds of a slot at full speed. Costs compare within a kind only,
 * and often, as those of commands, within a workload only; so each workload
 * of some size is a class of its own, and all others of a kind are one. What
 * a unit takes is learned from completions, by raw sums. A workload of which
 * nothing has ended yet is taken for one like the others of its kind; without
 * any, a job counts as one second. It is corrected while its jobs run: they
 * take as long as they have taken already, at least.
 */
#ifndef LB_CLASSES_H
#define LB_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/limits.h"
#include "proto/limits.h"

enum { CLASS_NAME_MAX = NAME_MAX_BYTES + 1 };

struct class {
    char kind[CLASS_NAME_MAX];  /* "": of a workload */
    uint8_t of;             /* its kind; itself if it is one */
    bool own;               /* this node is home of such jobs: it measures */
    bool used, over;        /* over: left, free when nothing of it runs */
    double cost, busy_s;    /* of completions: cost units, seconds */
    double told_s;          /* per unit, by a home; 0 not told */
    uint32_t samples;
    uint32_t n_runs;        /* orders out: number, cost, starts */
    uint64_t run_cost;      /* millionths */
    int64_t start_sum_us;
};

struct classes {
    size_t n;               /* kinds */
    struct class v[CLASSES_MAX];
    int64_t now_us;         /* for the age of what runs */
    double share;           /* of a slot's time that is work */
};

/* The place of a kind, known from now on. */
uint8_t classes_of(struct classes *k, struct span kind);
/* The class of a workload of so many jobs, until classes_leave: its own one,
 * or that of its kind if it is small or no place is left. */
uint8_t classes_take(struct classes *k, struct span kind, uint32_t n_jobs);
/* Nothing of it is queued any more. Gives the class of its kind. */
uint8_t classes_leave(struct classes *k, uint8_t at);
/* A job of `cost` units was busy for so long at full speed. Old ones fade. */
void classes_learn(struct classes *k, uint8_t at, double cost, double busy_s);
/* An order of a class goes out or has ended; cost in millionths. */
void classes_run(struct classes *k, uint8_t at, uint64_t cost,
                 int64_t start_us);
void classes_run_over(struct classes *k, uint8_t at, uint64_t cost,
                      int64_t start_us);
/* What the home of a job measured; 0: it does not know. */
void classes_tell(struct classes *k, uint8_t at, double unit_s);
/* Seconds per unit; 0: not known. */
double classes_unit_s(const struct classes *k, uint8_t at);
/* Whether jobs of the class itself have ended here. */
bool classes_is_known(const struct classes *k, uint8_t at);
/* Seconds of `n` jobs of `cost` units in all. */
double classes_work_s(const struct classes *k, uint8_t at, double cost,
                      double n);

#endif
