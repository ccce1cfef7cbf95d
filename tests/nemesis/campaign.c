/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/campaign.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

volatile sig_atomic_t campaign_interrupted;

int64_t
campaign_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
campaign_sleep(int64_t ms)
{
    int64_t until = campaign_now_ms() + ms, left = ms;

    while (!campaign_interrupted && left > 0) {
        poll(NULL, 0, left < 100 ? (int)left : 100);
        left = until - campaign_now_ms();
    }
    return !campaign_interrupted;
}

enum verdict
campaign_fail(struct run *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->why, sizeof r->why, fmt, ap);
    va_end(ap);
    return CAMPAIGN_FAIL;
}

enum verdict
campaign_skip(struct run *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->why, sizeof r->why, fmt, ap);
    va_end(ap);
    return CAMPAIGN_SKIP;
}

void
campaign_faults(struct run *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->faults, sizeof r->faults, fmt, ap);
    va_end(ap);
}
