/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pace - when the next frame may go: after a frame that changed much the
 * terminal is asked for its status, and its answer says that it has shown
 * that frame. Pure; time is the world's, in µs.
 *
 * A terminal that has answered once is waited for long: it may be far and
 * slow. One that never has is no longer asked after two tries.
 */
#ifndef LB_PACE_H
#define LB_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    bool ask;               /* it is asked at all */
    bool answers;           /* it has answered something */
    int64_t asked_us;       /* -1: no answer is awaited */
    int64_t took_us;        /* of an answer that was not told; -1: none */
    int missed;
    int echoes;             /* since it was asked */
};

void pace_init(struct pace *p, bool ask);
/* A frame in which `changed` cells did was sent: whether to ask now; then an
 * answer is awaited. */
bool pace_sent(struct pace *p, int64_t now_us, int changed);
/* An answer to the question, or to another one that shows that it answers. */
void pace_answered(struct pace *p, int64_t now_us);
void pace_heard(struct pace *p);
/* Whether a frame may go. */
bool pace_ready(struct pace *p, int64_t now_us);
/* Whether a key may be shown before: a few times, of which a whole frame takes
 * all; the others are seen with the next frame. */
bool pace_may_echo(const struct pace *p);
void pace_echoed(struct pace *p, bool whole);
/* How long the newest answer took, once; -1: none has come since. */
int64_t pace_took_us(struct pace *p);
/* When pace_ready waits no longer; INT64_MAX: it does not wait. */
int64_t pace_deadline_us(const struct pace *p);

#endif
