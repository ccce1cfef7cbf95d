/* SPDX-License-Identifier: MPL-2.0 */
/* options - the command line of lbsim. */
#ifndef LB_SIM_OPTIONS_H
#define LB_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config.h"

enum dist { DIST_CONSTANT = 1, DIST_UNIFORM, DIST_EXP, DIST_PARETO,
            DIST_BIMODAL };
enum output { OUTPUT_TABLE = 1, OUTPUT_JSON };

struct host {
    char name[64];
    uint16_t slots;
    uint8_t throttle_percent;
    double speed;
};

struct options {
    uint16_t n_hosts;
    struct host *host;          /* [n_hosts], owned */
    bool hosts_given, slots_given;
    uint16_t slots;
    uint32_t jobs;
    double ms;                  /* mean of a job at 100 % */
    enum dist dist;
    const char *arrivals;       /* -a */
    bool all_policies;
    enum policy policy;
    enum placement placement;
    bool hints, duplicate, bootstrap;
    uint32_t difference, queue_max, queue_min;
    uint64_t seeds, seed;
    unsigned parallel;          /* processes for the seeds */
    bool seeds_given, comparison;   /* which of the two modes */
    bool verbose;
    const char *scenario, *trace;
    int64_t latency_us, interval_us;
    double loss_percent;
    uint32_t faults;            /* mask; UINT32_MAX: not given */
    enum output output;
};

/* Ends the program with status 2 or 78 and a message when they are wrong.
 * --help and --version end it with 0. */
void options_parse(int argc, char **argv, struct options *o);
void options_fini(struct options *o);

#endif
