/* SPDX-License-Identifier: MPL-2.0 */
#include "core/elsewhere.h"

#include "base/text.h"
#include "core/claims.h"
#include "core/publish.h"
#include "core/quarantine.h"
#include "core/rec.h"
#include "core/transfer.h"

/* ---- who offers what ---- */

bool
kind_runs_here(const struct core *c, struct span kind, bool own)
{
    return kind_offered(c->config.kinds, kind) ||
           (own && kind_offered(c->config.own_kinds, kind));
}

bool
kind_is_off(const struct core *c, struct span kind)
{
    return kind_offered(c->kinds_off, kind);
}

bool
kind_runs_at(const struct core *c, uint16_t peer, struct span kind)
{
    char kinds[KINDS_MAX_BYTES + 1];

    if (peer == 0 || !peer_alive(c, peer) || !peer_at(c, peer)->has_state)
        return false;
    span_copy(peer_at(c, peer)->state.kinds, kinds, sizeof kinds);
    return kind_offered(kinds, kind);
}

bool
kind_runs_elsewhere(const struct core *c, struct span kind)
{
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (kind_runs_at(c, i, kind))
            return true;
    return false;
}

bool
elsewhere_nobody(const struct core *c, const struct workload *w, char *why,
                 size_t cap)
{
    const struct desc *d = &w->desc;
    bool offered = kind_runs_here(c, d->kind, true);

    why[0] = '\0';
    if (offered && desc_may_run_at(d, c->config.name))
        return false;
    for (uint16_t i = 1; i < c->peers.n; i++) {
        if (!kind_runs_at(c, i, d->kind))
            continue;
        offered = true;
        if (desc_may_run_at(d, peer_at(c, i)->name))
            return false;
    }
    if (offered)
        text_add(why, cap, "no live node of --pin %.*s offers kind \"%.*s\"",
                 (int)d->pin.len, (const char *)d->pin.p, (int)d->kind.len,
                 (const char *)d->kind.p);
    else
        text_add(why, cap, "no live node offers kind \"%.*s\"",
                 (int)d->kind.len, (const char *)d->kind.p);
    return true;
}

/* ---- giving ---- */

/* The kind of a class, which may be that of one workload. */
static const char *
kind_of(const struct core *c, uint8_t class_at)
{
    return c->classes.v[c->classes.v[class_at].of].kind;
}

/* Kinds that share the last place are told apart job by job. */
static bool
may_have(const struct core *c, uint16_t peer, uint8_t class_at)
{
    return transfer_may_offer(c, peer) &&
           (c->classes.v[class_at].of == KINDS_MAX - 1 ||
            kind_runs_at(c, peer, span_str(kind_of(c, class_at))));
}

static void
give_class(struct core *c, uint8_t class_at)
{
    uint32_t left = c->elsewhere.of[class_at].n;
    uint64_t slots = 0;

    for (uint16_t i = 1; i < c->peers.n; i++)
        if (may_have(c, i, class_at))
            slots += peer_at(c, i)->state.slots;
    for (uint16_t i = 1; i < c->peers.n && left > 0 && slots > 0; i++) {
        uint64_t own = peer_at(c, i)->state.slots;
        if (!may_have(c, i, class_at))
            continue;
        uint32_t share = (uint32_t)((left * own + slots - 1) / slots);
        const struct give g = { .peer = i,
                                .max_jobs = share,
                                /* They cannot stay, however often a node
                                   that did not know has sent them back; it
                                   does not beyond its own bound. */
                                .max_moves = UINT8_MAX,
                                .elsewhere = true,
                                .class_at = class_at };
        uint32_t n = transfer_give(c, &g);
        if (n > 0)
            core_log(c, LOG_INFO, "transfer", "jobs=%u to=%s kind=%s",
                     (unsigned)n, peer_name(c, i),
                     kind_of(c, class_at));
        /* What it may not or cannot take is for those behind it. */
        left -= n < left ? n : left;
        slots -= own;
    }
}

void
elsewhere_give(struct core *c)
{
    for (size_t i = 0; i < CLASSES_MAX && c->elsewhere.n > 0; i++)
        if (c->elsewhere.of[i].n > 0)
            give_class(c, (uint8_t)i);
}

/* ---- what this node offers changes ---- */

void
elsewhere_note(const struct core *c, struct workload *w)
{
    w->elsewhere = !kind_runs_here(c, w->desc.kind, w->home == 0) ||
                   !desc_may_run_at(&w->desc, c->config.name);
}

/* Its queued jobs to the queue where they belong now; those of others back to
 * their homes. For those that seek a reader of their file it begins anew. */
static void
move(struct core *c, struct workload *w)
{
    bool was = w->elsewhere;

    elsewhere_note(c, w);
    if (was == w->elsewhere)
        return;
    w->elsewhere = was;
    w->seek_us = 0;
    for (struct job *j = workload_next(w, 0); j != NULL;
         j = workload_next(w, j->index + 1)) {
        bool sought = j->place == AT_HELD && (j->flags & JOB_NOT_HOME);
        j->flags &= (uint8_t)~JOB_NOT_HOME; /* also of those that are away */
        if (j->place != AT_QUEUED && !sought)
            continue;
        rec_drop_copy(c, j);
        if (w->home != 0)
            claims_release_job(c, j, false);
    }
    w->elsewhere = !was;
    for (struct job *j = w->home == 0 ? workload_next(w, 0) : NULL; j != NULL;
         j = workload_next(w, j->index + 1))
        if (j->rec == REC_HOME && j->place == AT_NONE)
            rec_requeue(c, j, false);
}

/* Of all kinds those that are neither switched off nor in quarantine. */
static void
choose_kinds(struct core *c)
{
    const char *word = c->kinds_all;
    char *kinds = c->config.kinds;

    kinds[0] = '\0';
    while (*word != '\0') {
        struct span one = span_of(word, 0);
        while (word[one.len] != '\0' && word[one.len] != ' ')
            one.len++;
        if (!kind_is_off(c, one) && !quarantine_has(c, one))
            text_add(kinds, KINDS_MAX_BYTES, "%s%.*s",
                     kinds[0] != '\0' ? " " : "", (int)one.len, word);
        word += one.len + (word[one.len] == ' ');
    }
}

void
elsewhere_offer(struct core *c)
{
    choose_kinds(c);
    for (struct workload *w = ledger_first(c->ledger); w != NULL; w = w->next)
        move(c, w);
    c->decide_due = true;
    publish_soon(c);
}

static void
switch_off(struct core *c, struct span kind, const char *why)
{
    if (kind_is_off(c, kind) || !kind_offered(c->kinds_all, kind))
        return;
    text_add(c->kinds_off, sizeof c->kinds_off, "%s%.*s",
             c->kinds_off[0] != '\0' ? " " : "", (int)kind.len,
             (const char *)kind.p);
    core_log(c, LOG_WARN, "kind-off", "kind=%.*s why=\"%s\" next=\"its jobs "
             "go to other nodes\"", (int)kind.len, (const char *)kind.p, why);
    elsewhere_offer(c);
}

/* A program that fails again and again is not started for ever. */
void
elsewhere_fared(struct core *c, const struct event *ev)
{
    struct span kind = ev->coprocess.kind, what = ev->coprocess.why;
    struct guard *g = &c->guard[classes_of(&c->classes, kind)];
    char why[LOG_TEXT_MAX / 2] = "";

    if (!ev->coprocess.broken) {
        g->broken = 0;
        return;
    }
    if (g->broken < UINT16_MAX)
        g->broken++;
    if (g->broken < ev->coprocess.limit)
        return;
    text_add(why, sizeof why, "%u failures in a row, the last: %.*s",
             (unsigned)g->broken, (int)what.len, (const char *)what.p);
    for (char *p = why; *p != '\0'; p++)
        if (*p == '"' || *p == '\\')
            *p = '\'';
    switch_off(c, kind, why);
}
