/* SPDX-License-Identifier: MPL-2.0 */
/* Readers that follow results while all is on fire. */
#include "tests/nemesis/load_parts.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE_MS = 100 };

static bool
pick(struct worker *w, struct recent *out)
{
    struct load *l = w->load;

    pthread_mutex_lock(&l->lock);
    size_t n = l->n_recent < RECENT ? l->n_recent : RECENT;
    if (n > 0)
        *out = l->recent[rng_below(&w->rng, n)];
    pthread_mutex_unlock(&l->lock);
    return n > 0;
}

/* A home that has got an old disk gives its numbers a second time. */
static bool
is_still(struct lb *lb, const struct recent *what)
{
    struct lb_workload_info *v = NULL;
    size_t n = 0;
    bool same = lb_list(lb, what->number, &v, &n) == LB_OK && n == 1 &&
                strcmp(v[0].label, what->label) == 0;

    free(v);
    return same;
}

/* One stream, to its end or to the fault that cuts it. */
static void
follow(struct worker *w, const struct recent *what)
{
    struct load *l = w->load;
    int status;
    struct lb *lb = load_reach(w, what->home, &status);
    struct lb_result one;

    if (lb == NULL || !is_still(lb, what)) {
        load_part(w, what->home);
        campaign_sleep(SLICE_MS);
        return;
    }
    struct lb_results *r = lb_results_open(lb, &(struct lb_results_of){
        .workload = what->number, .follow = true,
        .by_finish = rng_chance(&w->rng, 50)
    });
    uint32_t reader = checker_reader(l->plan.checker, what->id);
    do {
        while (lb_results_next(r, SLICE_MS, &one))
            checker_follow(l->plan.checker, reader, &one);
        status = lb_results_status(r);
    } while (status == LB_OK && !lb_results_ended(r) &&
             !atomic_load(&l->stop) && !campaign_interrupted);
    if (status != LB_OK && !load_is_fault(status))
        load_trouble_add(l, "follow", status, lb_error(lb));
    lb_results_free(r);
    if (status != LB_OK)
        load_part(w, what->home);
}

void
load_read(struct worker *w)
{
    struct recent what;

    while (!atomic_load(&w->load->stop) && !campaign_interrupted) {
        if (pick(w, &what))
            follow(w, &what);
        else
            campaign_sleep(SLICE_MS);
    }
}
