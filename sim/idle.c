/* SPDX-License-Identifier: MPL-2.0 */
/* idle - an invariant: who has time does not stay idle while a job waits. */
#include "core/core.h"
#include "sim/invariants.h"

enum { SEC = 1000 * 1000,
       IDLE_US = 45 * SEC };    /* some leases, and retries of who asks */

static bool
is_idle(const struct node *n)
{
    for (uint16_t i = 0; i < n->config.slots; i++)
        if (n->slot[i].busy)
            return false;
    return n->core != NULL && n->first_order == n->n_orders;
}

/* May any node run its jobs, and nobody but the policy say when? */
static bool
is_free(const struct book_work *k)
{
    return !k->closed && !k->lost && !k->anew && !k->file && !k->held &&
           !k->halts && !k->meddled && k->pin[0] == '\0' && k->accepted > 0;
}

/* The first job that waits stays the same as long as none of its workload is
 * begun; one that no node runs may also be on its way. */
static void
note_waiting(const struct world *w, struct book_work *k)
{
    uint32_t i = 0;

    while (i < k->accepted && (k->job[i].done_us != 0 || k->job[i].live > 0 ||
                               k->job[i].cancelled))
        i++;
    if (i == k->accepted || !is_free(k))
        k->waits_since_us = 0;
    else if (k->waits_since_us == 0 || k->waits != i)
        k->waits_since_us = w->now_us;
    k->waits = i;
}

static const struct node *
longest_idle(struct world *w)
{
    struct node *longest = NULL;

    for (uint16_t i = 0; i < w->n; i++) {
        struct node *n = &w->node[i];
        if (!is_idle(n))
            n->idle_since_us = 0;
        else if (n->idle_since_us == 0)
            n->idle_since_us = w->now_us;
        if (n->idle_since_us != 0 &&
            (longest == NULL || n->idle_since_us < longest->idle_since_us))
            longest = n;
    }
    return longest;
}

void
check_idle(struct world *w)
{
    const struct node *n = longest_idle(w);

    for (size_t i = 0; i < w->book.n; i++) {
        struct book_work *k = w->book.v[i];
        note_waiting(w, k);
        if (n != NULL && k->waits_since_us != 0 &&
            w->now_us - n->idle_since_us > IDLE_US &&
            w->now_us - k->waits_since_us > IDLE_US) {
            check_fail(w, k, k->waits, "waits, and a node is idle");
            return;
        }
    }
}
