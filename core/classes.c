/* SPDX-License-Identifier: MPL-2.0 */
#include "core/classes.h"

/* Shorter than a clock tells; but never nothing, which means "not known". */
static const double least_s = 1e-7;

enum { FADE = 1000 };   /* completions that count for half of the mean */

uint8_t
classes_of(struct classes *k, struct span kind)
{
    size_t at = 0;
    while (at < k->n && !span_is(kind, k->v[at].kind))
        at++;
    if (at == CLASSES_MAX)
        return CLASSES_MAX - 1;
    if (at == k->n) {
        k->v[at] = (struct class){ .told_s = 0 };
        span_copy(kind, k->v[at].kind, sizeof k->v[at].kind);
        k->n++;
    }
    return (uint8_t)at;
}

void
classes_learn(struct classes *k, uint8_t at, double cost, double busy_s)
{
    struct class *c = &k->v[at];
    c->cost += cost;
    c->busy_s += busy_s > least_s ? busy_s : least_s;
    if (++c->samples < FADE)
        return;
    c->samples /= 2;
    c->cost /= 2;
    c->busy_s /= 2;
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
    double own_s = c->cost > 0 ? c->busy_s / c->cost : 0;
    if (c->told_s > 0 && (!c->own || !(own_s > 0)))
        return c->told_s;
    return own_s;
}

double
classes_work_s(const struct classes *k, uint8_t at, double cost, double n)
{
    double unit_s = classes_unit_s(k, at);
    return unit_s > 0 ? cost * unit_s : n;
}
