/* SPDX-License-Identifier: MPL-2.0 */
#include "core/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/command_ask.h"
#include "core/record.h"

/* The names stand in the events. */
enum { THROTTLE, PHASE, POLICY, PLACEMENT, N_LIVE };
static const char *const live_name[N_LIVE] = { "throttle", "phase", "policy",
                                               "placement" };

static size_t
n_names(const char *const *names)
{
    size_t n = 0;
    while (names[n] != NULL)
        n++;
    return n;
}

/* A value as a word; NULL: it cannot be. */
static const char *
word_of(int what, uint8_t value, char digits[4])
{
    const char *const *names = what == POLICY ? policy_names
                                              : placement_names;
    if (what == THROTTLE) {
        if (value < 1 || value > 100)
            return NULL;
        digits[0] = '\0';
        text_add(digits, 4, "%u", (unsigned)value);
        return digits;
    }
    if (what == PHASE)
        return value >= PHASE_RUN && value <= PHASE_DRAIN
                   ? phase_name((enum phase)value)
                   : NULL;
    return value >= 1 && value <= n_names(names) ? names[value - 1] : NULL;
}

static uint8_t
in_force(const struct core *c, int what)
{
    switch (what) {
    case THROTTLE: return c->config.throttle_percent;
    case PHASE: return (uint8_t)c->phase;
    case POLICY: return (uint8_t)c->config.policy.name;
    default: return (uint8_t)c->config.placement;
    }
}

static uint8_t
in_files(const struct core *c, int what)
{
    switch (what) {
    case THROTTLE: return c->file_throttle_percent;
    case PHASE: return PHASE_RUN;
    case POLICY: return (uint8_t)c->file_policy.name;
    default: return (uint8_t)c->file_placement;
    }
}

static const struct setter *
setter_of(const struct core *c, int what)
{
    static const struct setter nobody = { .by = "" };

    switch (what) {
    case THROTTLE: return &c->set_throttle;
    case PHASE: return &c->set_phase;
    case POLICY: return &c->set_policy;
    default: return &nobody;
    }
}

/* u8 throttle to keep, and for each: u8 value, s8 who set it. A value of 0:
 * as the files say. */
static void
encode(const struct core *c, struct buf *out)
{
    uint8_t kept = c->throttle_until_us != 0 ? c->revert_percent
                                             : c->config.throttle_percent;

    buf_u8(out, kept == c->file_throttle_percent ? 0 : kept);
    for (int what = 0; what < N_LIVE; what++) {
        uint8_t value = in_force(c, what);
        bool as_files = value == in_files(c, what);
        buf_u8(out, as_files ? 0 : value);
        buf_span8(out, span_str(as_files ? "" : setter_of(c, what)->by));
    }
}

void
live_replay(struct core *c, struct span body)
{
    buf_reset(&c->live);
    buf_bytes(&c->live, body.p, body.len);
}

static void
keep_throttle(struct core *c, uint8_t percent, struct span by)
{
    const struct core_config *k = &c->config;

    if (percent < k->floor_percent)
        percent = k->floor_percent;
    if (percent > k->ceiling_percent)
        percent = k->ceiling_percent;
    span_copy(by, c->set_throttle.by, sizeof c->set_throttle.by);
    core_log(c, LOG_INFO, "kept", "op=throttle to=%u configured=%u set_by=%s",
             (unsigned)percent, (unsigned)k->throttle_percent,
             by.len == 0 ? "-" : c->set_throttle.by);
    c->config.throttle_percent = percent;
}

static void
tell_reset(struct core *c, int what, uint8_t was, struct span by)
{
    char d1[4], d2[4], who[SETTER_BY_MAX];
    const char *old = word_of(what, was, d1);
    const char *now = word_of(what, in_force(c, what), d2);

    if (old == NULL || now == NULL || was == in_force(c, what))
        return;
    span_copy(by, who, sizeof who);
    core_log(c, LOG_WARN, "reset", "op=%s was=%s to=%s set_by=%s",
             live_name[what], old, now, by.len == 0 ? "-" : who);
}

void
live_started(struct core *c)
{
    struct reader r;

    reader_init(&r, buf_span(&c->live));
    uint8_t kept = reader_u8(&r);
    for (int what = 0; what < N_LIVE && !r.bad; what++) {
        uint8_t was = reader_u8(&r);
        struct span by = reader_span8(&r);
        if (r.bad)
            break;
        if (what == THROTTLE && c->config.throttle_persist && kept >= 1 &&
            kept <= 100)
            keep_throttle(c, kept, by);
        tell_reset(c, what, was, by);
    }
    if (c->live.len == 0)
        encode(c, &c->live);
}

void
live_save(struct core *c)
{
    struct buf now = { 0 };

    if (c->disk_full || c->leaving)
        return;
    encode(c, &now);
    if (!span_equal(buf_span(&now), buf_span(&c->live))) {
        out_add(&c->out, ACT_FORGET)->forget = LIVE_ROWS;
        out_save(&c->out, SAVE_LIVE, LIVE_ROWS, &now);
        live_replay(c, buf_span(&now));
    }
    buf_fini(&now);
}
