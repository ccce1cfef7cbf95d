/* SPDX-License-Identifier: MPL-2.0 */
#include "core/speed.h"

#include <limits.h>

/* Weight of the prior in own cost done, and of 1.0 in the prior itself. */
static const double n0 = 32.0, n_start = 4.0;

/* The scheduler starves nobody: what a slot gets on the busiest host. */
static const double least_share = 0.05;

double
speed_prior(double sum_done, double sum_busy)
{
    return (n_start + sum_done) / (n_start + sum_busy);
}

double
speed_kappa(const struct speed *s, double prior)
{
    assert(prior > 0);
    return (n0 + s->done) / (n0 / prior + s->busy);
}

double
speed_share(unsigned throttle_percent, const struct speed_host *h)
{
    unsigned left = h->ext_permille < 1000 ? 1000 - h->ext_permille : 0;
    double cpus = h->n_cpus * ((double)left / 1000.0);
    double share = h->n_cpus == 0 || h->slots == 0 || cpus >= h->slots
                       ? 1.0
                       : cpus / h->slots;

    return (double)throttle_percent / 100.0 *
           (share < least_share ? least_share : share);
}

unsigned long long
speed_round(double v)
{
    const double too_large = 18446744073709551616.0;    /* 2^64 */

    if (!(v > 0))
        return 0;
    if (v >= too_large)
        return ULLONG_MAX;
    unsigned long long whole = (unsigned long long)v;
    return v - (double)whole >= 0.5 ? whole + 1 : whole;
}

double
finish_s(double w, double r, double s, double c, double slots)
{
    if (!(s > 0) || !(r > 0))
        return NEVER_S;
    double wait = (w - (slots - 1) * c / 2) / r;
    return w < c * (slots - 0.5) || wait < 0 ? c / s : c / s + wait;
}
