/* SPDX-License-Identifier: MPL-2.0 */
/* Readers that follow results while all is on fire. */
#include "tests/nemesis/load_parts.h"

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

/* One stream, to its end or to the fault that cuts it. */
static void
follow(struct worker *w, const struct recent *what)
{
    struct load *l = w->load;
    int status;
    struct lb *lb = load_reach(w, what->home, &status);
    struct lb_result one;

    if (lb == NULL) {
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
