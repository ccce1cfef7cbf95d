/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/pace.h"

enum {
    ASK_CELLS = 60,
    WAIT_US = 2 * 1000 * 1000, WAIT_LONG_US = 30 * 1000 * 1000,
    MISSED_MAX = 2, ECHOES_MAX = 4
};

void
pace_init(struct pace *p, bool ask)
{
    *p = (struct pace){ .ask = ask, .asked_us = -1, .took_us = -1 };
}

bool
pace_sent(struct pace *p, int64_t now_us, int changed)
{
    if (!p->ask || changed < ASK_CELLS || p->asked_us >= 0)
        return false;
    p->asked_us = now_us;
    p->echoes = 0;
    return true;
}

void
pace_heard(struct pace *p)
{
    p->answers = true;
    p->missed = 0;
}

void
pace_answered(struct pace *p, int64_t now_us)
{
    pace_heard(p);
    p->ask = true;      /* it was only late */
    if (p->asked_us >= 0)
        p->took_us = now_us - p->asked_us;
    p->asked_us = -1;
}

bool
pace_ready(struct pace *p, int64_t now_us)
{
    if (p->asked_us >= 0 && now_us < pace_deadline_us(p))
        return false;
    if (p->asked_us >= 0) {
        p->asked_us = -1;
        p->ask = ++p->missed < MISSED_MAX;
    }
    return true;
}

bool
pace_may_echo(const struct pace *p)
{
    return p->asked_us < 0 || p->echoes < ECHOES_MAX;
}

void
pace_echoed(struct pace *p, bool whole)
{
    p->echoes += whole ? ECHOES_MAX : 1;
}

int64_t
pace_took_us(struct pace *p)
{
    int64_t took_us = p->took_us;

    p->took_us = -1;
    return took_us;
}

int64_t
pace_deadline_us(const struct pace *p)
{
    if (p->asked_us < 0)
        return INT64_MAX;
    return p->asked_us + (p->answers ? WAIT_LONG_US : WAIT_US);
}
