/* SPDX-License-Identifier: MPL-2.0 */
/* policy_view - small calculations on a view, for the policies only. */
#ifndef LB_POLICY_VIEW_H
#define LB_POLICY_VIEW_H

#include "core/policy.h"

static inline double
larger(double a, double b)
{
    return a > b ? a : b;
}

static inline double
smaller(double a, double b)
{
    return a < b ? a : b;
}

static inline uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline double
drain_s(double w, double r)
{
    if (r > 0)
        return w / r;
    return w > 0 ? NEVER_S : 0;
}

/* Work of a node by now: aged, plus what was offered and not answered. */
static inline double
projected(const struct view *n)
{
    return larger(0, n->w - n->r * n->seen_s) + n->inflight;
}

static inline double
xfer_s(const struct picture *p, const struct view *to, uint32_t n_jobs)
{
    double bytes = (double)n_jobs * p->bytes_per_job;

    return 1.5 * to->rtt_s + (p->bandwidth > 0 ? bytes / p->bandwidth : 0);
}

static inline uint32_t
room_of(const struct view *n)
{
    return n->room > n->inflight_jobs ? n->room - n->inflight_jobs : 0;
}

#endif
