/* SPDX-License-Identifier: MPL-2.0 */
/* One node and one workload, as columns and screens show them. */
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/model_own.h"

enum {
    SLOW_STALE_US = 15 * SECOND_US, SLOW_LOST_US = 20 * SECOND_US,
    FULL_RATE_NODES = 200, PERIOD_MS = 1000, DEAD_AFTER_MS = 5000,
    PERIODS_STALE = 3, ETA_MAX_S = 1000000000
};

/* ---- workloads ---- */

const char *
work_state(const struct work *w)
{
    if (!w->ended)
        return w->held ? "held" : "run";
    if (w->failed > 0)
        return "failed";
    return w->cancelled > 0 ? "cancel" : "done";
}

static uint32_t
work_open(const struct work *w)
{
    uint64_t ended = (uint64_t)w->done + w->failed + w->cancelled;
    return ended < w->n_jobs ? w->n_jobs - (uint32_t)ended : 0;
}

int64_t
work_eta_us(const struct work *w)
{
    if (w->ended)
        return 0;
    if (w->held || !(w->rate > 1e-6) || work_open(w) / w->rate > ETA_MAX_S)
        return -1;
    return (int64_t)(work_open(w) / w->rate * 1e6);
}

int64_t
work_bucket(const struct node *home, const struct work *w, int64_t at_us)
{
    return trail_bucket(at_us, RING_BUCKET_S,
                        ring_phase(home->at + w->number));
}

void
work_name(const struct node *home, const struct work *w, char *dst)
{
    dst[0] = '\0';
    text_add(dst, 140, "%s-%u", w->label[0] != '\0' ? w->label : home->name,
             (unsigned)w->number);
}

/* Is this what others call a workload too, by its label or its home? */
static bool
is_shared(const struct model *m, const struct node *home, const struct work *w)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct node *n = m->node[i];
        if (node_id_equal(&n->id, &home->id))
            continue;
        for (size_t k = 0; k < n->n_works; k++)
            if (n->work[k].number == w->number &&
                (strcmp(n->work[k].label, w->label) == 0 ||
                 strcmp(n->name, w->label) == 0))
                return true;
    }
    return false;
}

void
work_only_name(const struct model *m, const struct node *home,
               const struct work *w, char *dst)
{
    work_name(home, w, dst);
    if (w->label[0] == '\0' || !is_shared(m, home, w))
        return;
    dst[0] = '\0';
    text_add(dst, 140, "%s-%u", home->name, (unsigned)w->number);
}

/* ---- nodes ---- */

struct node *
node_add(struct model *m, const struct node_id *id)
{
    struct node *n = model_by_id(m, id);

    if (n != NULL)
        return n;
    if (m->n == NODES_MAX) {
        if (!m->full_told)
            model_note(m, NOTE_WARN, "more than %d nodes: the others are not "
                       "shown", NODES_MAX);
        m->full_told = true;
        return NULL;
    }
    if (m->n == m->cap) {
        m->cap = m->cap == 0 ? 16 : 2 * m->cap;
        m->node = xrealloc(m->node, m->cap, sizeof(struct node *));
    }
    if (m->n == 0)
        m->rates_us = (m->now_us / SECOND_US + 1) * SECOND_US;
    n = xcalloc(1, sizeof *n);
    *n = (struct node){ .id = *id, .at = m->n, .seen = SEEN_NEW,
                        .seen_us = m->now_us, .heard_us = -1, .rtt_us = -1,
                        .clock_off_us = INT64_MIN, .done_s = -1, .in_s = -1,
                        .out_s = -1, .detail = { .at_us = -1 },
                        .direct_us = -1, .slow_us = -1, .way_in_us = -1,
                        .warned_us = -1, .events = { .asked_us = -1 } };
    const unsigned phase_s = ring_phase(n->at);
    ring_init(&n->load, phase_s);
    ring_init(&n->queue, phase_s);
    ring_init(&n->rate, phase_s);
    ring_init(&n->throttle, phase_s);
    m->node[m->n++] = n;
    index_add(m, n);
    return n;
}

void
node_see(struct model *m, struct node *n, enum seen seen)
{
    bool there = n->seen != SEEN_GONE, up = node_is_up(n);

    if (n->seen == seen)
        return;
    n->seen = seen;
    n->seen_us = m->now_us;
    m->version++;
    if (there != (seen != SEEN_GONE) || up != node_is_up(n))
        index_look(m, n);
}

/* By the slow topic: above the number of nodes up to which all are read at
 * full rate, or when it was heard there. */
static bool
is_slow(const struct model *m, const struct node *n)
{
    return m->n > FULL_RATE_NODES ||
           (n->slow_us >= 0 && m->now_us - n->slow_us <= SLOW_LOST_US);
}

int64_t
node_stale_us(const struct model *m, const struct node *n)
{
    uint32_t ms = n->told.interval_ms;

    if (is_slow(m, n))
        return SLOW_STALE_US;
    return (int64_t)(ms == 0 ? PERIOD_MS : ms) * 1000 * PERIODS_STALE;
}

int64_t
node_lost_us(const struct model *m, const struct node *n)
{
    uint32_t ms = n->told.dead_after_ms;
    int64_t lost = (int64_t)(ms == 0 ? DEAD_AFTER_MS : ms) * 1000;
    int64_t stale = node_stale_us(m, n);

    if (is_slow(m, n))
        return SLOW_LOST_US;
    return lost > stale ? lost : stale;
}

uint64_t
node_jobs(const struct node *n)
{
    return (uint64_t)n->told.queued + n->told.running + n->told.held;
}

uint64_t
node_kept(const struct node *n)
{
    uint64_t own = 0, here = node_jobs(n);

    for (size_t i = 0; i < n->n_works; i++)
        own += work_open(&n->work[i]);
    return own < here ? own : here;
}

bool
node_is_up(const struct node *n)
{
    return n->seen == SEEN_LIVE || n->seen == SEEN_STALE;
}

static const char *
phase_word(const struct node *n)
{
    switch ((enum phase)n->told.phase) {
    case PHASE_START: return "start";
    case PHASE_PAUSE: return "pause";
    case PHASE_DRAIN: return "drain";
    case PHASE_RUN: break;
    }
    if (n->told.disk_full)
        return "full";
    return n->told.queued == 0 && n->told.running == 0 ? "idle" : "run";
}

const char *
node_state(const struct node *n)
{
    switch (n->seen) {
    case SEEN_NEW: return "new";
    case SEEN_LIVE: return phase_word(n);
    case SEEN_STALE: return "stale";
    case SEEN_LOST: return "LOST";
    case SEEN_GONE: return "gone";
    case SEEN_FOREIGN: return "ver";
    case SEEN_ERROR: return n->off ? "off" : "error";
    }
    return "?";
}

static enum style
phase_style(const struct node *n)
{
    switch ((enum phase)n->told.phase) {
    case PHASE_START: return STYLE_START;
    case PHASE_PAUSE: return STYLE_PAUSE;
    case PHASE_DRAIN: return STYLE_DRAIN;
    case PHASE_RUN: break;
    }
    if (n->told.disk_full)
        return STYLE_ERROR;
    return n->told.queued == 0 && n->told.running == 0 ? STYLE_IDLE
                                                       : STYLE_TEXT;
}

enum style
node_style(const struct node *n)
{
    switch (n->seen) {
    case SEEN_NEW: return STYLE_LABEL;
    case SEEN_LIVE: return phase_style(n);
    case SEEN_STALE: return STYLE_STALE;
    case SEEN_LOST: return STYLE_LOST;
    case SEEN_GONE: return STYLE_OLD;
    case SEEN_FOREIGN:
    case SEEN_ERROR: return n->off ? STYLE_LABEL : STYLE_ERROR;
    }
    return STYLE_TEXT;
}

double
node_load(const struct node *n)
{
    const struct state *s = &n->told;

    if (n->heard_us < 0)
        return -1;
    return s->cpu_permille < s->ext_cpu_permille
               ? 0
               : (s->cpu_permille - s->ext_cpu_permille) / 10.0;
}

int64_t
node_age_us(const struct model *m, const struct node *n)
{
    if (n->heard_us < 0)
        return -1;
    return m->now_us > n->heard_us ? m->now_us - n->heard_us : 0;
}

int64_t
node_detail_age_us(const struct model *m, const struct node *n)
{
    int64_t at_us = n->detail.at_us, age_us = m->now_us - at_us;
    int64_t ms = n->told.interval_ms > PERIOD_MS ? n->told.interval_ms
                                                 : PERIOD_MS;

    if (at_us < 0)
        return -1;
    return age_us > ms * 1000 * PERIODS_STALE ? age_us : 0;
}

bool
node_is_problem(const struct node *n)
{
    return n->seen == SEEN_STALE || n->seen == SEEN_LOST ||
           n->seen == SEEN_FOREIGN || (n->seen == SEEN_ERROR && !n->off);
}
