/* SPDX-License-Identifier: MPL-2.0 */
#include "core/classes.h"

#include <assert.h>

/* Shorter than a clock tells; but never nothing, which means "not known". */
static const double least_s = 1e-7;

/* The word of a home is not of these jobs if what they take here is so many
 * times more or less. */
static const double far_off = 4;

enum {
    FADE = 1000,    /* completions that count for half of the mean */
    ENOUGH = 3      /* completions after which what still runs says nothing
                       new, and what ended says more than others */
};

uint8_t
classes_of(struct classes *k, struct span kind)
{
    size_t at = 0;
    while (at < k->n && !span_is(kind, k->v[at].kind))
        at++;
    if (at == KINDS_MAX)
        return KINDS_MAX - 1;
    if (at == k->n) {
        k->v[at] = (struct class){ .of = (uint8_t)at, .used = true };
        span_copy(kind, k->v[at].kind, sizeof k->v[at].kind);
        k->n++;
    }
    return (uint8_t)at;
}

uint8_t
classes_take(struct classes *k, struct span kind, uint32_t n_jobs)
{
    uint8_t of = classes_of(k, kind);

    for (size_t at = KINDS_MAX; n_jobs >= CLASS_JOBS_MIN && at < CLASSES_MAX;
         at++) {
        if (k->v[at].used)
            continue;
        k->v[at] = (struct class){ .of = of, .used = true };
        return (uint8_t)at;
    }
    return of;
}

uint8_t
classes_leave(struct classes *k, uint8_t at)
{
    struct class *c = &k->v[at];

    if (c->of == at)
        return at;
    c->over = true;
    c->used = c->n_runs > 0;
    return c->of;
}

static void
add_sample(struct class *c, double cost, double busy_s)
{
    c->cost += cost;
    c->busy_s += busy_s > least_s ? busy_s : least_s;
    if (++c->samples < FADE)
        return;
    c->samples /= 2;
    c->cost /= 2;
    c->busy_s /= 2;
}

void
classes_learn(struct classes *k, uint8_t at, double cost, double busy_s)
{
    struct class *c = &k->v[at];

    add_sample(c, cost, busy_s);
    if (c->of != at)
        add_sample(&k->v[c->of], cost, busy_s);
}

void
classes_run(struct classes *k, uint8_t at, uint64_t cost, int64_t start_us)
{
    struct class *c = &k->v[at];

    c->n_runs++;
    c->run_cost += cost;
    c->start_sum_us += start_us;
}

void
classes_run_over(struct classes *k, uint8_t at, uint64_t cost,
                 int64_t start_us)
{
    struct class *c = &k->v[at];

    assert(c->n_runs > 0);
    c->n_runs--;
    c->run_cost -= cost;
    c->start_sum_us -= start_us;
    c->used = !c->over || c->n_runs > 0;
}

void
classes_tell(struct classes *k, uint8_t at, double unit_s)
{
    if (unit_s > 0)
        k->v[at].told_s = unit_s;
}

double
classes_unit_s(const struct classes *k, uint8_t at)
{
    const struct class *c = &k->v[at];
    double mine_s = c->cost > 0 ? c->busy_s / c->cost : 0;
    bool told = c->told_s > 0 && (!c->own || !(mine_s > 0));

    if (told && c->of != at && c->samples >= ENOUGH &&
        (mine_s > c->told_s * far_off || mine_s < c->told_s / far_off))
        told = false;
    if (told)
        return c->told_s;
    return mine_s > 0 || c->of == at ? mine_s : classes_unit_s(k, c->of);
}

bool
classes_is_known(const struct classes *k, uint8_t at)
{
    const struct class *c = &k->v[at];
    return c->of == at ? classes_unit_s(k, at) > 0 : c->samples > 0;
}

/* What has ended and what runs took so long together, up to now. */
static double
least_unit_s(const struct classes *k, const struct class *c)
{
    double cost = c->cost + (double)c->run_cost / 1e6;
    double age_us = (double)((int64_t)c->n_runs * k->now_us -
                             c->start_sum_us);

    if (c->samples >= ENOUGH || c->n_runs == 0 || !(cost > 0))
        return 0;
    return (c->busy_s + age_us / 1e6 * k->share) / cost;
}

double
classes_work_s(const struct classes *k, uint8_t at, double cost, double n)
{
    double unit_s = classes_unit_s(k, at);
    double work_s = unit_s > 0 ? cost * unit_s : n;
    double least_work_s = cost * least_unit_s(k, &k->v[at]);

    return work_s > least_work_s ? work_s : least_work_s;
}
