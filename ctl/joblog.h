/* SPDX-License-Identifier: MPL-2.0 */
/*
 * joblog - a line for each job that has ended, and which jobs need not run
 * again because of it.
 *
 * Tab-separated columns as GNU parallel has them, and three more:
 *   Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
 *   Job Attempt Inputhash
 * Seq counts the jobs of a command line from 1, whatever workloads they are
 * in. Times are in seconds, the start since 1970. Send and Receive are bytes
 * of stdin and stdout and of the files that travelled. Exitval is -1 if there
 * is no exit status, or if the time was over or the job was cancelled. In
 * Command a tab is \t and a newline \n. Inputhash is of all that a job is
 * given.
 */
#ifndef LB_JOBLOG_H
#define LB_JOBLOG_H

#include "ctl/jobfile.h"
#include "ctl/result.h"

/* 64 bits, of kind and parameters of job `i`, by FNV-1a. */
uint64_t joblog_hash(const struct load *l, uint32_t i);
/* Gives each job its number (load->seq), in order, from 1. */
void joblog_number(struct jobfile *jobs);

struct joblog_skip {
    const char *path;
    bool failed_again;      /* --resume-failed: only done ones are skipped */
    bool sure;              /* -y: lines of other jobs are no matter */
};
/* Takes out the jobs that the log has, which may be missing; numbers stay.
 * How many they are, or -1 after a message. */
int64_t joblog_skip(struct ctl *c, const struct joblog_skip *how,
                    struct jobfile *jobs);
/* Asks the homes whether a workload that the log names has jobs left, which
 * the log therefore lacks; if so, the user. -1 after a message. */
int joblog_check(struct ctl *c, const char *path);

struct joblog;
/* Begins the file, or goes on behind its last whole line. NULL after a
 * message. */
struct joblog *joblog_open(struct ctl *c, const char *path, bool append);
void joblog_free(struct joblog *log);
/* Whose jobs the next lines are of; `since_us` is when they were accepted,
 * since 1970. */
void joblog_load(struct joblog *log, const struct load *l, int64_t since_us);
/* A line, flushed. -1 after a message (74). */
int joblog_add(struct ctl *c, struct joblog *log, const struct followed *f,
               const struct lb_result *r);

#endif
