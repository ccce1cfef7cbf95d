/* SPDX-License-Identifier: MPL-2.0 */
/*
 * checker - the total-queue checker: what goes in must come out, once.
 * Submitters tell it what they ask for and what is acknowledged; readers what
 * the homes deliver; the marks (mark.h) which jobs really ran, and where; the
 * campaign whom it has struck. Then it judges.
 * All calls may come from any thread. A workload is known by its label, which
 * the campaign makes unique; a home and a node by their number in the cluster.
 * Times are of checker_now_ms.
 * Source of the counts: Jepsen's total-queue checker (K. Kingsbury, 2014).
 */
#ifndef LB_NEMESIS_CHECKER_H
#define LB_NEMESIS_CHECKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/lb.h"

enum { CHECKER_LABEL = 24, CHECKER_NODES_MAX = 16 };

struct checker_workload {
    char label[CHECKER_LABEL];
    uint32_t n_jobs;
    size_t home;
    bool once;              /* never two attempts */
    bool marked;            /* each run leaves a mark, its value is
                               "LABEL/INDEX" */
    size_t pin;             /* node + 1: that node alone runs it; 0: any */
};

struct checker_counts {
    uint64_t submitted;     /* jobs asked for, whatever was answered */
    uint64_t acknowledged;  /* of these: the home said that it has them */
    uint64_t lost;          /* acknowledged, and no result, or not done */
    uint64_t duplicated;    /* delivered twice, or twice differently */
    uint64_t unexpected;    /* a result that nobody asked for, or wrong */
    uint64_t recovered;     /* not acknowledged, and done all the same */
    uint64_t unknown;       /* --once jobs of which none knows whether they
                               ran: allowed, when there was a fault */
    uint64_t reruns;        /* marks beyond the first of a job */
    uint64_t unjustified;   /* of these: without a fault of any node that may
                               have held it, or of its home, at that time */
    uint64_t once_reruns;   /* of --once jobs: never */
};

struct checker;

struct checker *checker_new(void);
void checker_free(struct checker *c);
/* Wall clock, ms since 1970: comparable with the marks. */
int64_t checker_now_ms(void);

/* Before the first try to submit it. The number that names it below. */
uint32_t checker_ask(struct checker *c, const struct checker_workload *w);
/* The home has acknowledged the first `jobs` jobs. May be told again. */
void checker_acknowledge(struct checker *c, uint32_t id, uint32_t jobs);
/* So far. */
uint64_t checker_acknowledged(struct checker *c);

/* A reader that follows `id`: a new one, and what it was handed. One reader
 * must get each result once, and what the others get. */
uint32_t checker_reader(struct checker *c, uint32_t id);
void checker_follow(struct checker *c, uint32_t reader,
                    const struct lb_result *r);

/* In the end, of each home: the workloads that it lists, and all results of
 * them. `number` is the workload's at its home. */
void checker_list(struct checker *c, size_t home,
                  const struct lb_workload_info *w);
void checker_result(struct checker *c, size_t home, uint32_t number,
                    const struct lb_result *r);

/* A run of job `index` of the workload `label` began at this node. */
void checker_mark(struct checker *c, size_t node, const char *job,
                  int64_t at_ms);
/* The node was struck: killed, stopped, cut off. Until it is whole again:
 * until_ms; 0: to the end, or till told again with the same from_ms. */
void checker_fault(struct checker *c, size_t node, int64_t from_ms,
                   int64_t until_ms);
/* The disk of a home was lost at until_ms; or it became as it was at from_ms
 * (0: empty). Jobs asked for in between may be gone: they are counted apart.
 * What the home has forgotten it may have run and delivered before. Tell it
 * while the home is down. */
void checker_destroy(struct checker *c, size_t home, int64_t from_ms,
                     int64_t until_ms);
/* After checker_judge: jobs acknowledged on a destroyed disk alone. */
uint64_t checker_excused(const struct checker *c);

/* Counts, and writes what is wrong to `to`, at most 20 lines. */
struct checker_counts checker_judge(struct checker *c, FILE *to);
/* Nothing lost, duplicated, unexpected; no rerun that may not be. */
bool checker_good(const struct checker_counts *n);
/* "submitted N / acknowledged N / lost N / ..." */
void checker_print(const struct checker_counts *n, FILE *to);

#endif
