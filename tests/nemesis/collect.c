/* SPDX-License-Identifier: MPL-2.0 */
/* After the last fault: waits for the end of all work and reads what came. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/nemesis/load.h"
#include "tests/nemesis/mark.h"

enum { SILENT_MS = 5000, LOOK_MS = 50, ANSWER_LONG_MS = 10000, TRIES = 5 };

static struct lb *
reach(struct cluster *c, size_t node)
{
    struct lb *lb = lb_new(NULL);

    lb_set_interrupt(lb, &campaign_interrupted);
    lb_set_timeout(lb, ANSWER_LONG_MS);
    for (int i = 0; i < TRIES; i++)
        if (lb_connect(lb, cluster_where(c, node)) == LB_OK)
            return lb;
    fprintf(stderr, "nemesis: %s\n", lb_error(lb));
    lb_free(lb);
    return NULL;
}

/* Adds up what is left and what has ended at one home. */
static int
look(struct lb *lb, uint64_t *left, uint64_t *ended)
{
    struct lb_workload_info *v = NULL;
    size_t n = 0;

    if (lb_list(lb, 0, &v, &n) != LB_OK)
        return -1;
    for (size_t i = 0; i < n; i++) {
        *left += v[i].queued + v[i].running;
        *ended += v[i].done + v[i].failed + v[i].cancelled;
    }
    free(v);
    return 0;
}

static int
look_at_all(struct cluster *c, uint64_t *left, uint64_t *ended)
{
    *left = *ended = 0;
    for (size_t i = 0; i < cluster_size(c); i++) {
        struct lb *lb = cluster_pid(c, i) != 0 ? reach(c, i) : NULL;
        int rc = cluster_pid(c, i) == 0 ? 0
                 : lb == NULL           ? -1
                                        : look(lb, left, ended);
        lb_free(lb);
        if (rc != 0)
            return -1;
    }
    return 0;
}

int
load_await_end(struct run *r, struct cluster *c, int64_t idle_ms,
               int64_t *took_ms)
{
    int64_t start = campaign_now_ms(), since = start;
    uint64_t left = 0, ended = 0, last = UINT64_MAX;

    for (;;) {
        if (look_at_all(c, &left, &ended) == 0) {
            if (left == 0)
                break;
            if (ended != last)
                since = campaign_now_ms();
            last = ended;
        }
        if (campaign_now_ms() - since > idle_ms)
            return (void)campaign_fail(r, "%llu jobs do not end: nothing has "
                                       "for %lld ms", (unsigned long long)left,
                                       (long long)idle_ms), -1;
        if (!campaign_sleep(LOOK_MS))
            return (void)campaign_fail(r, "interrupted"), -1;
    }
    if (took_ms != NULL)
        *took_ms = campaign_now_ms() - start;
    return 0;
}

static int
read_workload(struct run *r, struct lb *lb, size_t home, uint32_t number)
{
    struct lb_result one;
    struct lb_results *s = lb_results_open(lb, &(struct lb_results_of){
        .workload = number
    });

    while (lb_results_next(s, -1, &one))
        checker_result(r->checker, home, number, &one);
    int status = lb_results_status(s);
    lb_results_free(s);
    if (status == LB_OK)
        return 0;
    campaign_fail(r, "results of workload %u: %s", number, lb_error(lb));
    return -1;
}

static int
read_home(struct run *r, struct cluster *c, size_t home)
{
    struct lb *lb = reach(c, home);
    struct lb_workload_info *v = NULL;
    size_t n = 0;
    int rc = 0;

    if (lb == NULL || lb_list(lb, 0, &v, &n) != LB_OK) {
        campaign_fail(r, "%s does not list its workloads",
                      cluster_name(c, home));
        rc = -1;
    }
    for (size_t i = 0; i < n; i++)
        checker_list(r->checker, home, &v[i]);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = read_workload(r, lb, home, v[i].number);
    free(v);
    lb_free(lb);
    return rc;
}

/* On a busy machine a node is silent for too long without our doing: its peers
 * take it for dead, say so, and what it held runs again. That is a fault of
 * the machine. */
static void
read_suspicions(struct run *r, struct cluster *c, size_t node)
{
    char line[1024];
    FILE *f = fopen(cluster_log(c, node), "r");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        struct tm t = { 0 };
        if (strstr(line, "evt=peer-down") == NULL ||
            strstr(line, "why=silent") == NULL ||
            strptime(line, "%Y-%m-%dT%H:%M:%S", &t) == NULL)
            continue;
        int64_t at = (int64_t)timegm(&t) * 1000;
        for (size_t i = 0; i < cluster_size(c); i++)
            checker_fault(r->checker, i, at - SILENT_MS, at + 1000);
    }
    if (f != NULL)
        fclose(f);
}

int
load_collect(struct run *r, struct cluster *c, int64_t idle_ms)
{
    if (load_await_end(r, c, idle_ms, NULL) != 0)
        return -1;
    for (size_t i = 0; i < cluster_size(c); i++) {
        if (cluster_ended(c, i, NULL))
            return (void)campaign_fail(r, "%s ended by itself",
                                       cluster_name(c, i)), -1;
        if (read_home(r, c, i) != 0)
            return -1;
        /* A node that ran no marked job has no such file. */
        if (access(cluster_marks(c, i), F_OK) == 0)
            mark_read(cluster_marks(c, i), i, r->checker);
        read_suspicions(r, c, i);
    }
    r->collected = true;
    return 0;
}
