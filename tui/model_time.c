/* SPDX-License-Identifier: MPL-2.0 */
/* What time alone changes: who is silent, and the rings of the cluster. */
#include "base/text.h"
#include "base/units.h"
#include "tui/model_own.h"

/* What is not said of a node's silence: nothing; it is in a window that is
 * not yet judged; it went with many others, which has been said once. */
enum hush { HUSH_NO, HUSH_WINDOW, HUSH_STORM };

enum {
    STORM_WINDOW_US = 2 * SECOND_US, STORM_PERCENT = 30, STORM_NODES = 3,
    HISTORY_US = (RING_BUCKETS + 1) * RING_BUCKET_S * SECOND_US,
    WAY_IN_TRUST_US = 15 * SECOND_US, GREET_US = 5 * SECOND_US,
    GONE_US = 600 * SECOND_US, CLUSTER_S = 30
};

/* ---- silence ---- */

int64_t
node_spoke_us(const struct node *n)
{
    return n->direct_us >= 0 ? n->direct_us : n->heard_us;
}

static void
tell_stale(struct model *m, const struct node *n)
{
    node_note(m, n, NOTE_WARN, "stale: 3 state messages missed");
}

static void
tell_lost(struct model *m, const struct node *n)
{
    uint64_t jobs = node_jobs(n), kept = node_kept(n);
    long long s = (m->now_us - node_spoke_us(n)) / SECOND_US;

    if (jobs == 0)
        node_note(m, n, NOTE_WARN, "no state for %lld s, LOST", s);
    else
        node_note(m, n, NOTE_WARN, "no state for %lld s, LOST; %llu jobs "
                  "given back, %llu kept", s,
                  (unsigned long long)(jobs - kept),
                  (unsigned long long)kept);
}

static void
become_stale(struct model *m, struct node *n)
{
    node_see(m, n, SEEN_STALE);
    if (n->hush == HUSH_STORM)
        return;
    if (m->storm_us < 0) {
        m->storm_us = m->now_us;
        m->storm_n = 0;
    }
    m->storm_n++;
    n->hush = HUSH_WINDOW;
}

void
node_lose(struct model *m, struct node *n)
{
    node_see(m, n, SEEN_LOST);
    if (n->hush == HUSH_NO)
        tell_lost(m, n);
}

/* Peers hear it: there is no path from here, and it is only stale. */
static bool
way_in_hears(const struct model *m, const struct node *n)
{
    return n->way_in_us >= 0 && m->now_us - n->way_in_us <= WAY_IN_TRUST_US &&
           n->way_in_life >= 1 && n->way_in_life <= 3;
}

/* Whether it changes; *next_us is made no later than its next change. */
static void
look_at(struct model *m, struct node *n, int64_t *next_us)
{
    int64_t stale_us = node_spoke_us(n) + node_stale_us(m, n);
    int64_t lost_us = node_spoke_us(n) + node_lost_us(m, n);

    if (!node_is_up(n))
        return;
    if (n->seen == SEEN_LIVE && m->now_us >= stale_us)
        become_stale(m, n);
    if (n->seen == SEEN_STALE && way_in_hears(m, n) &&
        lost_us < n->way_in_us + WAY_IN_TRUST_US)
        lost_us = n->way_in_us + WAY_IN_TRUST_US + 1;
    if (n->seen == SEEN_STALE && m->now_us >= lost_us)
        node_lose(m, n);
    if (!node_is_up(n))
        return;
    int64_t at_us = n->seen == SEEN_LIVE ? stale_us : lost_us;
    if (at_us < *next_us)
        *next_us = at_us;
}

static void
look(struct model *m)
{
    int64_t next_us = INT64_MAX;

    for (size_t i = 0; i < m->n; i++)
        look_at(m, m->node[i], &next_us);
    m->look_us = next_us;
}

/* ---- many at once ---- */

static unsigned
n_members(const struct model *m)
{
    unsigned n = 0;

    for (size_t i = 0; i < m->n; i++)
        n += !m->node[i]->hidden && (node_is_up(m->node[i]) ||
                                     m->node[i]->hush != HUSH_NO);
    return n;
}

static void
close_window(struct model *m)
{
    unsigned members = n_members(m);
    bool storm = m->storm_n >= STORM_NODES &&
                 m->storm_n * 100 > members * STORM_PERCENT;

    m->storm_us = -1;
    if (storm)
        model_note(m, NOTE_WARN, "%u of %u nodes went stale within 2 s: our "
                   "network?", m->storm_n, members);
    for (size_t i = 0; i < m->n; i++) {
        struct node *n = m->node[i];
        if (n->hush != HUSH_WINDOW)
            continue;
        n->hush = storm ? HUSH_STORM : HUSH_NO;
        m->storm_left += storm;
        if (!storm && n->seen == SEEN_STALE)
            tell_stale(m, n);
        else if (!storm && n->seen == SEEN_LOST)
            tell_lost(m, n);
    }
}

void
node_back(struct model *m, struct node *n)
{
    enum seen was = n->seen;
    uint8_t hush = n->hush;
    bool told = n->down_told;
    int64_t silent_us = m->now_us - node_spoke_us(n);
    char silent[32];

    units_print_duration(silent_us / SECOND_US * SECOND_US, silent,
                         sizeof silent);
    n->hush = HUSH_NO;
    n->down_told = false;
    node_see(m, n, SEEN_LIVE);
    if (hush == HUSH_STORM) {
        if (--m->storm_left == 0)
            model_note(m, NOTE_INFO, "all nodes that had gone stale together "
                       "are back again");
    } else if (!told && was != SEEN_LIVE && node_spoke_us(n) >= 0 &&
               silent_us >= (int64_t)n->told.dead_after_ms * 1000) {
        /* The way in may have called it stale again in between. */
        node_note(m, n, NOTE_INFO, "back again after %s", silent);
    }
}

void
node_left(struct model *m, struct node *n)
{
    m->storm_left -= n->hush == HUSH_STORM;
    n->hush = HUSH_NO;
    node_see(m, n, SEEN_GONE);
    node_note(m, n, NOTE_INFO, "has left");
}

/* ---- the first seconds ---- */

void
model_greet(struct model *m)
{
    char took[32];
    unsigned members = 0;

    if (m->greeted || m->members_us < 0)
        return;
    for (size_t i = 0; i < m->n; i++)
        members += node_is_up(m->node[i]) || m->node[i]->seen == SEEN_NEW;
    if (m->n_heard < members && m->now_us < m->members_us + GREET_US)
        return;
    m->greeted = true;
    units_print_duration((m->now_us + 50000) / 100000 * 100000, took,
                         sizeof took);
    model_note(m, NOTE_INFO, "connected to %u of %u nodes in %s",
               m->n_heard < members ? m->n_heard : members, members, took);
}

/* ---- the cluster, each second ---- */

/* Who has left is shown for a while. */
static void
hide_gone(struct model *m)
{
    for (size_t i = 0; i < m->n; i++) {
        struct node *n = m->node[i];
        if (n->seen != SEEN_GONE || n->hidden ||
            m->now_us - n->seen_us < GONE_US)
            continue;
        n->hidden = true;
        index_look(m, n);
    }
}

static void
tell_cluster(struct model *m, const struct totals *t)
{
    struct note note = { .at_us = m->now_us, .level = NOTE_INFO,
                         .from = "cluster" };

    if (t->load_min < 0 || t->out_s < 0.5 ||
        m->rates_us / SECOND_US % CLUSTER_S != 0)
        return;
    text_add(note.text, sizeof note.text,
             "load %.0f-%.0f%%, %.0f jobs/s moving, %llu in flight",
             t->load_min, t->load_max, t->out_s,
             (unsigned long long)t->in_flight);
    notes_add(m->notes, &note);
}

static void
add_rings(struct model *m)
{
    struct totals t;

    m->rates_us = (m->now_us / SECOND_US + 1) * SECOND_US;
    if (m->n == 0)
        return;
    model_totals(m, &t);
    if (t.load >= 0)
        ring_add(&m->load, m->now_us, (float)t.load);
    if (t.throttle >= 0)
        ring_add(&m->throttle, m->now_us, (float)t.throttle);
    ring_add(&m->moves, m->now_us, (float)t.out_s);
    ring_add(&m->done, m->now_us, (float)t.rate);
    tell_cluster(m, &t);
    hide_gone(m);
    m->version++;   /* ages */
}

int64_t
model_deadline_us(const struct model *m)
{
    int64_t at_us = m->look_us;

    if (m->storm_us >= 0 && m->storm_us + STORM_WINDOW_US < at_us)
        at_us = m->storm_us + STORM_WINDOW_US;
    if (m->n > 0 && m->rates_us < at_us)
        at_us = m->rates_us;
    if (!m->greeted && m->members_us >= 0 &&
        m->members_us + GREET_US < at_us)
        at_us = m->members_us + GREET_US;
    return at_us;
}

/* The window first: a node in it is said to be stale before lost. */
static void
pass(struct model *m)
{
    if (m->storm_us >= 0 && m->now_us >= m->storm_us + STORM_WINDOW_US)
        close_window(m);
    if (m->now_us >= m->look_us)
        look(m);
    if (m->now_us >= m->rates_us)
        add_rings(m);
    if (!m->greeted && m->members_us >= 0 &&
        m->now_us >= m->members_us + GREET_US)
        model_greet(m);
}

void
model_go_to(struct model *m, int64_t at_us)
{
    int64_t next_us, kept_us = at_us - HISTORY_US;

    /* What the rings have forgotten need not be added. */
    if (m->rates_us < kept_us)
        m->rates_us = kept_us / SECOND_US * SECOND_US;
    while ((next_us = model_deadline_us(m)) <= at_us) {
        if (next_us > m->now_us)
            m->now_us = next_us;
        pass(m);
    }
    if (at_us > m->now_us)
        m->now_us = at_us;
}
