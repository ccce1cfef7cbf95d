/* SPDX-License-Identifier: MPL-2.0 */
#include "core/placement.h"

#include "core/speed.h"

static int
here(const struct candidate *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c[i].peer == 0)
            return (int)i;
    return -1;
}

static bool
fits(const struct placer *p, const struct candidate *c, double cost)
{
    return !(p->max_load > 0) || c->load + cost <= p->max_load;
}

static double
end_s(const struct candidate *c, double cost)
{
    return c->xfer_s + finish_s(c->w, c->r, c->s, cost, c->slots);
}

/* This node and two others by lot: more would herd on the same old picture. */
static int
by_drain(const struct candidate *c, size_t n, double cost, struct random *rng)
{
    int own = here(c, n), best = own;
    size_t others = own < 0 ? n : n - 1;
    size_t skip[2] = { n, n };

    for (size_t k = 0; k < 2 && k < others; k++) {
        size_t i = (size_t)random_below(rng, others - k);
        /* the i-th of those that are neither here nor drawn already */
        for (size_t j = 0;; j++) {
            if ((int)j == own || j == skip[0])
                continue;
            if (i-- == 0) {
                skip[k] = j;
                break;
            }
        }
    }
    if (skip[0] > skip[1]) {
        size_t t = skip[0];
        skip[0] = skip[1];
        skip[1] = t;
    }
    for (size_t k = 0; k < 2; k++)
        if (skip[k] < n && (best < 0 ||
                            end_s(&c[skip[k]], cost) < end_s(&c[best], cost)))
            best = (int)skip[k];
    return best;
}

static int
by_turn(struct placer *p, const struct candidate *c, size_t n, double cost)
{
    size_t start = 0;

    while (start < n && c[start].peer != p->last)
        start++;
    if (start < n) {
        start++;
    } else {    /* the last one is gone: go on with who came after it */
        start = 0;
        while (start < n && c[start].peer < p->last)
            start++;
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = (start + k) % n;
        if (fits(p, &c[i], cost)) {
            p->last = c[i].peer;
            return (int)i;
        }
    }
    return -1;
}

static int
by_load(const struct placer *p, const struct candidate *c, size_t n,
        double cost)
{
    bool largest = p->rule == PLACEMENT_LEAST_DIFFERENCE;
    int best = -1;

    for (size_t i = 0; i < n; i++) {
        if (!fits(p, &c[i], cost))
            continue;
        if (best < 0 || (largest ? c[i].load > c[best].load
                                 : c[i].load < c[best].load))
            best = (int)i;
    }
    return best;
}

static int
first_fit(const struct placer *p, const struct candidate *c, size_t n,
          double cost)
{
    for (size_t i = 0; i < n; i++)
        if (fits(p, &c[i], cost))
            return (int)i;
    return -1;
}

int
placement_choose(struct placer *p, const struct candidate *c, size_t n,
                 double cost, struct random *rng)
{
    switch (p->rule) {
    case PLACEMENT_LOCAL:
        return here(c, n);
    case PLACEMENT_DRAIN:
        return by_drain(c, n, cost, rng);
    case PLACEMENT_FIRST_AVAILABLE:
        return first_fit(p, c, n, cost);
    case PLACEMENT_ROUND_ROBIN:
        return by_turn(p, c, n, cost);
    case PLACEMENT_LEAST_LOAD:
    case PLACEMENT_LEAST_DIFFERENCE:
        return by_load(p, c, n, cost);
    }
    return -1;
}
