/* SPDX-License-Identifier: MPL-2.0 */
/* Operations on this node: throttle, pause, resume, drain, undrain, stop,
 * release, ping. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "core/claims.h"
#include "core/command_ask.h"
#include "core/publish.h"
#include "core/quarantine.h"
#include "core/runs.h"

/* ---- what goes back by itself ---- */

static void
note_next(struct core *c)
{
    const int64_t at[] = { c->throttle_until_us, c->pause_until_us,
                           c->drain_until_us };
    c->revert_us = 0;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        if (at[i] != 0 && (c->revert_us == 0 || at[i] < c->revert_us))
            c->revert_us = at[i];
}

/* Key `key`, a time from now in ms; *at_us 0 when it is not there. */
static bool
ask_until(const struct core *c, struct ask *a, const char *key,
          int64_t *at_us)
{
    const struct ask_range ms = { 0, 0, 365ull * 24 * 3600 * 1000 };
    uint64_t n;

    if (!ask_number(a, key, &ms, &n))
        return false;
    *at_us = n == 0 ? 0 : c->true_us + (int64_t)n * MS;
    return true;
}

static void
changed(struct core *c)
{
    note_next(c);
    c->decide_due = true;
    publish_soon(c);
}

static void
set_throttle(struct core *c, uint8_t percent)
{
    c->config.throttle_percent = percent;
    out_add(&c->out, ACT_THROTTLE)->throttle_percent = percent;
    changed(c);
}

void
node_revert_tick(struct core *c)
{
    static const struct setter by_time = { .by = "time" };

    if (c->throttle_until_us != 0 && c->true_us >= c->throttle_until_us) {
        core_log(c, LOG_INFO, "throttle", "from=%u to=%u by=time",
                 (unsigned)c->config.throttle_percent,
                 (unsigned)c->revert_percent);
        c->throttle_until_us = 0;
        c->set_throttle = by_time;
        set_throttle(c, c->revert_percent);
    }
    if (c->pause_until_us != 0 && c->true_us >= c->pause_until_us) {
        c->pause_until_us = 0;
        if (c->phase == PHASE_PAUSE) {
            c->phase = PHASE_RUN;
            c->set_phase = by_time;
            core_log(c, LOG_INFO, "resume", "from=pause to=run by=time");
        }
        changed(c);
    }
    if (c->drain_until_us != 0 && c->true_us >= c->drain_until_us) {
        c->drain_until_us = 0;
        core_log(c, LOG_WARN, "drain-over", "running=%u",
                 (unsigned)c->n_running);
        runs_kill_all(c);
        changed(c);
    }
}

/* ---- throttle ---- */

static bool
ask_signed(struct ask *a, const char *key, int64_t *out)
{
    struct span v = pair_get(a->pairs, key);
    char word[40];

    span_copy(v, word, sizeof word);
    int err = text_i64(word + (word[0] == '+'), INT32_MIN, INT32_MAX, out);
    if (err == 0)
        return true;
    if (err == -ERANGE)
        ask_refuse(a, EXIT_USAGE, "throttle: %s is outside 1..100", word);
    else
        ask_refuse(a, EXIT_USAGE, "throttle: \"%s\" is not a whole number",
                   word);
    return false;
}

static bool
absolute(const struct core *c, struct ask *a, int64_t *value)
{
    const struct core_config *k = &c->config;

    if (!ask_signed(a, "value", value))
        return false;
    if (*value < 1 || *value > 100)
        ask_refuse(a, EXIT_USAGE, "throttle: %lld is outside 1..100%s",
                   (long long)*value, *value == 0 ? "; use pause" : "");
    else if (*value < k->floor_percent)
        ask_refuse(a, EXIT_USAGE, "%s refused %lld: its floor is %u", k->name,
                   (long long)*value, (unsigned)k->floor_percent);
    else if (*value > k->ceiling_percent)
        ask_refuse(a, EXIT_USAGE, "%s refused %lld: its ceiling is %u",
                   k->name, (long long)*value, (unsigned)k->ceiling_percent);
    return a->status == EXIT_DONE;
}

/* Stops at floor and ceiling, and says so. */
static bool
relative(const struct core *c, struct ask *a, int64_t *value)
{
    const struct core_config *k = &c->config;
    int64_t low = k->floor_percent, high = k->ceiling_percent;

    if (!ask_signed(a, "delta", value))
        return false;
    *value += k->throttle_percent;
    if (*value < low) {
        *value = low;
        ask_say(a, "%s stays at its floor %lld", k->name, (long long)low);
    } else if (*value > high) {
        *value = high;
        ask_say(a, "%s stays at its ceiling %lld", k->name, (long long)high);
    }
    return true;
}

/* Who saw another value than the one in force did not mean this change. */
static bool
saw_it(const struct core *c, struct ask *a, int64_t value)
{
    const struct ask_range percent = { 1, 1, 100 };
    char now[8] = "", wanted[24] = "";
    uint64_t seen;

    text_add(now, sizeof now, "%u", (unsigned)c->config.throttle_percent);
    text_add(wanted, sizeof wanted, "%lld", (long long)value);
    const struct ask_value v = { now, wanted, "%" };
    return ask_number(a, "seen", &percent, &seen) &&
           ask_saw(c, a, &v, &c->set_throttle);
}

/* Old and new stand in every answer: command.c adds them. */
static void
answer_throttle(const struct core *c, struct ask *a)
{
    int64_t left_us = c->throttle_until_us - c->true_us;

    pair_add_u64(&a->out, "until_ms",
                 left_us > 0 ? (uint64_t)left_us / MS : 0);
}

void
ask_throttle(struct core *c, struct ask *a)
{
    uint8_t old = c->config.throttle_percent;
    int64_t value, until_us;
    char who[ASK_WHO_MAX];

    if (!ask_has(a, "value") && !ask_has(a, "delta")) {
        answer_throttle(c, a);
        return;
    }
    if (!(ask_has(a, "value") ? absolute(c, a, &value)
                              : relative(c, a, &value)) ||
        !saw_it(c, a, value) || !ask_until(c, a, "for_ms", &until_us))
        return;
    if (until_us != 0 && c->throttle_until_us == 0)
        c->revert_percent = old;
    c->throttle_until_us = until_us;
    ask_set_by(a, &c->set_throttle);
    core_log(c, LOG_INFO, "throttle", "from=%u to=%u %s", (unsigned)old,
             (unsigned)value, ask_who(a, who));
    if (value != old)
        set_throttle(c, (uint8_t)value);
    note_next(c);
    answer_throttle(c, a);
}

/* ---- pause, resume ---- */

static void
answer_phase(const struct core *c, struct ask *a)
{
    ask_add_text(a, "phase", phase_name(c->phase));
    pair_add_u64(&a->out, "queued", c->queue.n);
    pair_add_u64(&a->out, "running", c->n_running);
}

static void
tell_phase(struct core *c, const struct ask *a, enum phase to)
{
    char who[ASK_WHO_MAX];

    core_log(c, LOG_INFO, a->op, "from=%s to=%s %s queued=%u running=%u",
             phase_name(c->phase), phase_name(to), ask_who(a, who),
             (unsigned)c->queue.n, (unsigned)c->n_running);
}

static void
enter(struct core *c, struct ask *a, enum phase phase)
{
    tell_phase(c, a, phase);
    ask_set_by(a, &c->set_phase);
    c->phase = phase;
    changed(c);
}

/* Nothing to change: said to who asked, and to all. */
static void
stay(struct core *c, struct ask *a, const char *text)
{
    tell_phase(c, a, c->phase);
    ask_say(a, "%s", text);
}

static bool
saw_phase(const struct core *c, struct ask *a, enum phase wanted)
{
    const struct ask_value v = { phase_name(c->phase), phase_name(wanted),
                                 "" };
    return ask_saw(c, a, &v, &c->set_phase);
}

void
ask_pause(struct core *c, struct ask *a)
{
    int64_t until_us;

    if (!saw_phase(c, a, PHASE_PAUSE))
        return;
    if (c->phase == PHASE_DRAIN) {
        ask_refuse(a, EXIT_USAGE, "%s is draining", c->config.name);
        return;
    }
    if (!ask_until(c, a, "for_ms", &until_us))
        return;
    c->pause_until_us = until_us;
    if (c->phase == PHASE_PAUSE)
        stay(c, a, "already paused");
    else
        enter(c, a, PHASE_PAUSE);
    note_next(c);
    answer_phase(c, a);
}

void
ask_resume(struct core *c, struct ask *a)
{
    if (!saw_phase(c, a, PHASE_RUN))
        return;
    if (c->phase == PHASE_DRAIN) {
        ask_refuse(a, EXIT_USAGE, "%s is draining; use undrain",
                   c->config.name);
        return;
    }
    c->pause_until_us = 0;
    if (c->phase == PHASE_RUN)
        stay(c, a, "not paused");
    else
        enter(c, a, PHASE_RUN);
    note_next(c);
    answer_phase(c, a);
}

/* ---- drain, undrain, stop ---- */

static bool
is_last_live(const struct core *c)
{
    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (peer_alive(c, i) && !p->stale && p->has_state &&
            (p->state.phase == PHASE_RUN || p->state.phase == PHASE_PAUSE))
            return false;
    }
    return true;
}

void
ask_drain(struct core *c, struct ask *a)
{
    int64_t until_us;

    if (!saw_phase(c, a, PHASE_DRAIN))
        return;
    if (c->phase != PHASE_DRAIN && !ask_is(a, "force", "1") &&
        is_last_live(c)) {
        ask_refuse(a, EXIT_USAGE,
                   "%s is the last live node; --force drains it anyway",
                   c->config.name);
        return;
    }
    if (!ask_until(c, a, "deadline_ms", &until_us))
        return;
    c->drain_until_us = until_us;
    c->pause_until_us = 0;
    if (c->phase == PHASE_DRAIN) {
        stay(c, a, "already draining");
    } else {
        enter(c, a, PHASE_DRAIN);
        claims_release_all(c);
    }
    note_next(c);
    answer_phase(c, a);
}

void
ask_undrain(struct core *c, struct ask *a)
{
    if (c->leaving) {
        ask_refuse(a, EXIT_LATER, "%s is leaving", c->config.name);
        return;
    }
    if (!saw_phase(c, a, PHASE_RUN))
        return;
    c->drain_until_us = 0;
    if (c->phase != PHASE_DRAIN)
        stay(c, a, "not draining");
    else
        enter(c, a, PHASE_RUN);
    note_next(c);
    answer_phase(c, a);
}

void
ask_stop(struct core *c, struct ask *a)
{
    int64_t until_us;

    if (!ask_until(c, a, "deadline_ms", &until_us))
        return;
    if (until_us != 0)
        c->config.shutdown_deadline_us = until_us - c->true_us;
    c->pause_until_us = c->drain_until_us = 0;
    tell_phase(c, a, PHASE_DRAIN);
    ask_set_by(a, &c->set_phase);
    core_leave(c);
    changed(c);
    answer_phase(c, a);
}

/* A kind in quarantine, or all of them. */
void
ask_release(struct core *c, struct ask *a)
{
    struct span kind = pair_get(a->pairs, "kind");
    char who[ASK_WHO_MAX];
    unsigned n = quarantine_release(c, kind, ask_who(a, who));

    if (n == 0 && kind.len > 0)
        ask_say(a, "kind %.*s is not in quarantine on %s", (int)kind.len,
                (const char *)kind.p, c->config.name);
    else if (n == 0)
        ask_say(a, "no kind is in quarantine on %s", c->config.name);
    pair_add_u64(&a->out, "released", n);
}

void
ask_ping(struct core *c, struct ask *a)
{
    if (c->phase == PHASE_DRAIN)
        ask_refuse(a, EXIT_LATER, "%s is draining", c->config.name);
    ask_add_text(a, "phase", phase_name(c->phase));
}

/* The state now, for who cannot wait for the next interval. */
void
ask_publish(struct core *c, struct ask *a)
{
    (void)a;
    if (c->asked_state_us != 0 && c->now_us < c->asked_state_us + ASKED_GAP_US)
        return;
    c->asked_state_us = c->now_us;
    c->state_us = c->state_slow_us = c->now_us;
}
