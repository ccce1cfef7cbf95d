/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/throttle.h"

#include "base/bug.h"

void
throttle_init(struct throttle *t, int64_t cpu_us, int64_t now_us,
              unsigned percent)
{
    *t = (struct throttle){ cpu_us, now_us, percent };
}

/* CPU time used beyond what was allowed; negative: less. */
static int64_t
debt_us(const struct throttle *t, int64_t cpu_us, int64_t now_us)
{
    return cpu_us - t->cpu_us - throttle_allowed_us(now_us - t->now_us,
                                                    t->percent);
}

/* Counts from now on, with this debt. */
static void
rebase(struct throttle *t, int64_t cpu_us, int64_t now_us, int64_t debt)
{
    t->cpu_us = cpu_us - debt;
    t->now_us = now_us;
}

int64_t
throttle_sleep_us(struct throttle *t, int64_t cpu_us, int64_t now_us,
                  unsigned percent, int64_t period_us)
{
    int64_t debt = debt_us(t, cpu_us, now_us);
    int64_t owed_max = throttle_allowed_us(THROTTLE_FORGET_US, percent);

    if (debt > THROTTLE_FORGET_US)
        rebase(t, cpu_us, now_us, debt = THROTTLE_FORGET_US);
    else if (LB_BUG != 35 && debt < -owed_max)
        rebase(t, cpu_us, now_us, debt = -owed_max);
    if (percent != t->percent) {
        rebase(t, cpu_us, now_us, debt);
        t->percent = percent;
    }
    if (percent >= 100) {
        rebase(t, cpu_us, now_us, 0);
        return 0;
    }
    /* What a stretch of period x percent leaves behind. */
    int64_t stretch = period_us * percent / 100;
    if (debt <= 0 || debt < stretch * (100 - percent) / 100)
        return 0;
    return throttle_wall_us(debt, percent);
}

void
throttle_rest(struct throttle *t, int64_t cpu_us, int64_t now_us)
{
    if (debt_us(t, cpu_us, now_us) < 0)
        rebase(t, cpu_us, now_us, 0);
}

int64_t
throttle_allowed_us(int64_t passed_us, unsigned percent)
{
    return passed_us / 100 * percent + passed_us % 100 * percent / 100;
}

int64_t
throttle_wall_us(int64_t allowed_us, unsigned percent)
{
    int64_t p = percent;

    return allowed_us / p * 100 + (allowed_us % p * 100 + p - 1) / p;
}
