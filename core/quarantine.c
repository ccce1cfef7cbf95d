/* SPDX-License-Identifier: MPL-2.0 */
#include "core/quarantine.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "core/elsewhere.h"

/* ---- the home ---- */

static struct trial *
trial_of(struct workload *w, uint16_t node)
{
    if (node >= w->n_trials) {
        w->trial = xrealloc(w->trial, node + 1u, sizeof *w->trial);
        memset(w->trial + w->n_trials, 0,
               (node + 1u - w->n_trials) * sizeof *w->trial);
        w->n_trials = node + 1u;
    }
    return &w->trial[node];
}

void
quarantine_note(struct core *c, struct workload *w, uint16_t node, bool done)
{
    if (done && w->n_trials == 0)
        return; /* nothing to compare with before something fails */
    struct trial *t = trial_of(w, node);
    if (done)
        t->done_us = c->now_us;
    else if (!t->fails)
        t->since_us = c->now_us;
    t->fails = !done;
}

void
quarantine_over(struct workload *w)
{
    free(w->trial);
    w->trial = NULL;
    w->n_trials = 0;
}

bool
quarantine_is_witnessed(const struct workload *w, uint16_t node)
{
    unsigned succeed = 0, fail = 0;

    if (node >= w->n_trials || !w->trial[node].fails)
        return false;
    for (size_t i = 0; i < w->n_trials; i++) {
        const struct trial *t = &w->trial[i];
        fail += i != node && t->fails;
        succeed += i != node && !t->fails &&
                   t->done_us > w->trial[node].since_us;
    }
    return succeed > fail;
}

/* ---- the node ---- */

/* The kinds behind the last place are not told apart. */
static struct guard *
guard_of(struct core *c, const struct workload *w)
{
    uint8_t at = c->classes.v[w->class_at].of;
    return at < KINDS_MAX - 1 ? &c->guard[at] : NULL;
}

void
quarantine_done(struct core *c, const struct workload *w)
{
    struct guard *g = c->guarded ? guard_of(c, w) : NULL;
    if (g != NULL)
        g->failed = 0;
}

void
quarantine_failed(struct core *c, const struct workload *w)
{
    struct guard *g = guard_of(c, w);
    if (c->config.quarantine == 0 || g == NULL || g->until_us != 0 ||
        !kind_offered(c->config.kinds, w->desc.kind))
        return;
    c->guarded = true;
    if (++g->failed < c->config.quarantine)
        return;
    g->until_us = c->now_us + QUARANTINE_US;
    c->n_quarantined++;
    core_log(c, LOG_WARN, "quarantine", "kind=%.*s failures=%u for_s=%u "
             "why=\"they succeed on other nodes\" "
             "next=\"its jobs go there; lbctl release %s\"",
             (int)w->desc.kind.len, (const char *)w->desc.kind.p,
             (unsigned)g->failed, (unsigned)(QUARANTINE_US / SECOND),
             c->config.name);
    elsewhere_offer(c);
}

static const char *
kind_at(const struct core *c, size_t i)
{
    return c->classes.v[i].kind;
}

/* Place of a kind that is in quarantine; KINDS_MAX: it is not. */
static size_t
find(const struct core *c, struct span kind)
{
    for (size_t i = 0; i < KINDS_MAX && c->n_quarantined > 0; i++)
        if (c->guard[i].until_us != 0 && span_is(kind, kind_at(c, i)))
            return i;
    return KINDS_MAX;
}

bool
quarantine_has(const struct core *c, struct span kind)
{
    return find(c, kind) < KINDS_MAX;
}

static unsigned
left_s(const struct core *c, const struct guard *g)
{
    int64_t us = g->until_us - c->now_us;
    return us <= 0 ? 0 : (unsigned)((us + SECOND - 1) / SECOND);
}

unsigned
quarantine_left_s(const struct core *c, struct span kind, unsigned *failures)
{
    size_t i = find(c, kind);

    *failures = i < KINDS_MAX ? c->guard[i].failed : 0;
    return i < KINDS_MAX ? left_s(c, &c->guard[i]) : 0;
}

void
quarantine_tell(const struct core *c, char *text, size_t cap)
{
    text[0] = '\0';
    for (size_t i = 0; i < KINDS_MAX && c->n_quarantined > 0; i++)
        if (c->guard[i].until_us != 0)
            text_add(text, cap, "%s%s:%u:%u", text[0] != '\0' ? " " : "",
                     kind_at(c, i), (unsigned)c->guard[i].failed,
                     left_s(c, &c->guard[i]));
}

static void
let_go(struct core *c, size_t i, const char *by)
{
    c->guard[i].failed = 0;
    c->guard[i].until_us = 0;
    c->n_quarantined--;
    core_log(c, LOG_INFO, "quarantine-over", "kind=%s %s", kind_at(c, i), by);
    elsewhere_offer(c);
}

unsigned
quarantine_release(struct core *c, struct span kind, const char *by)
{
    unsigned n = 0;

    for (size_t i = 0; i < KINDS_MAX; i++) {
        if (c->guard[i].until_us == 0 ||
            (kind.len > 0 && !span_is(kind, kind_at(c, i))))
            continue;
        let_go(c, i, by);
        n++;
    }
    return n;
}

static bool
is_taken_elsewhere(const struct core *c, struct span kind)
{
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (kind_runs_at(c, i, kind) && !peer_at(c, i)->left &&
            peer_at(c, i)->state.phase == PHASE_RUN)
            return true;
    return false;
}

void
quarantine_tick(struct core *c)
{
    for (size_t i = 0; i < KINDS_MAX && c->n_quarantined > 0; i++) {
        if (c->guard[i].until_us == 0)
            continue;
        if (c->now_us >= c->guard[i].until_us)
            let_go(c, i, "by=time");
        else if (!is_taken_elsewhere(c, span_str(kind_at(c, i))))
            let_go(c, i, "by=need");
    }
}
