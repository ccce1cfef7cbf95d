/* SPDX-License-Identifier: MPL-2.0 */
#include "core/command_ask.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

void
ask_refuse(struct ask *a, enum exit_status status, const char *fmt, ...)
{
    va_list ap;

    a->status = status;
    a->text[0] = '\0';
    va_start(ap, fmt);
    text_addv(a->text, sizeof a->text, fmt, ap);
    va_end(ap);
}

void
ask_say(struct ask *a, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    text_addv(a->text, sizeof a->text, fmt, ap);
    va_end(ap);
}

/* ---- what is asked ---- */

bool
ask_has(const struct ask *a, const char *key)
{
    return pair_get(a->pairs, key).p != NULL;
}

bool
ask_is(const struct ask *a, const char *key, const char *value)
{
    struct span v = pair_get(a->pairs, key);
    return v.p != NULL && span_is(v, value);
}

bool
ask_number(struct ask *a, const char *key, const struct ask_range *r,
           uint64_t *out)
{
    struct span v = pair_get(a->pairs, key);
    char word[40];
    uint64_t n;

    *out = r->absent;
    if (v.p == NULL)
        return true;
    span_copy(v, word, sizeof word);
    int err = text_u64(word, 0, UINT64_MAX, &n);
    bool negative = err != 0 && word[0] == '-' &&
                    text_u64(word + 1, 0, UINT64_MAX, &n) == 0;
    if (err == -EINVAL && !negative) {
        ask_refuse(a, EXIT_USAGE, "%s: %s: \"%s\" is not a whole number",
                   a->op, key, word);
        return false;
    }
    if (err != 0 || n < r->min || n > r->max) {
        ask_refuse(a, EXIT_USAGE, "%s: %s: %s is outside %llu..%llu", a->op,
                   key, word, (unsigned long long)r->min,
                   (unsigned long long)r->max);
        return false;
    }
    *out = n;
    return true;
}

struct workload *
ask_workload(const struct core *c, struct ask *a)
{
    const struct ask_range any = { 0, 1, UINT32_MAX };
    uint64_t number;

    if (!ask_number(a, "workload", &any, &number))
        return NULL;
    if (number == 0) {
        ask_refuse(a, EXIT_USAGE, "%s: say which workload", a->op);
        return NULL;
    }
    struct workload *w = ledger_find(c->ledger, 0, (uint32_t)number);
    if (w == NULL)
        ask_refuse(a, EXIT_NOTFOUND, "no workload %s-%u", c->config.name,
                   (unsigned)number);
    return w;
}

/* The parser of selectors reads the ranges, behind a name that stands for
 * the workload. */
static bool
parse_ranges(struct span text, struct selector *out)
{
    struct buf b = { 0 };
    const char nul = '\0';

    buf_bytes(&b, "x-1.", 4);
    buf_bytes(&b, text.p, text.len);
    buf_bytes(&b, &nul, 1);
    bool ok = strlen((const char *)b.p) == b.len - 1 &&
              selector_parse((const char *)b.p, out) == 0;
    buf_fini(&b);
    return ok;
}

void
refuse_index(const struct core *c, struct ask *a, const struct workload *w)
{
    char name[128];

    job_name(c, w, name);
    if (w->desc.n_jobs == 0)
        ask_refuse(a, EXIT_NOTFOUND, "%s has no jobs", name);
    else
        ask_refuse(a, EXIT_NOTFOUND, "%s has jobs 0..%u", name,
                   (unsigned)w->desc.n_jobs - 1);
}

bool
ask_ranges(const struct core *c, struct ask *a, const struct workload *w,
           struct ask_jobs *out)
{
    struct span text = pair_get(a->pairs, "ranges");
    char word[64];

    out->which = (struct jobs_asked){ 0 };
    if (text.len == 0)
        return true;
    if (!parse_ranges(text, &out->selector)) {
        span_copy(text, word, sizeof word);
        ask_refuse(a, EXIT_USAGE, "\"%s\" is not a selector", word);
        return false;
    }
    out->which.n = out->selector.n;
    out->which.range = out->selector.range;
    for (size_t i = 0; i < out->which.n; i++) {
        if (out->which.range[i].last < w->desc.n_jobs)
            continue;
        refuse_index(c, a, w);
        return false;
    }
    return true;
}

bool
jobs_named(const struct jobs_asked *which, uint32_t index)
{
    return jobs_after(which, index) == index;
}

uint32_t
jobs_after(const struct jobs_asked *which, uint32_t from)
{
    uint32_t best = UINT32_MAX;

    if (which->n == 0)
        return from;
    for (size_t i = 0; i < which->n; i++) {
        const struct selector_range *r = &which->range[i];
        uint64_t at = r->first;
        if (from > r->first)
            at += ((uint64_t)(from - r->first) + r->step - 1) / r->step *
                  r->step;
        if (at <= r->last && at < best)
            best = (uint32_t)at;
    }
    return best;
}

/* A value as one word of a log line. */
static void
word_of(const struct ask *a, const char *key, char *dst, size_t cap)
{
    span_copy(pair_get(a->pairs, key), dst, cap);
    for (char *p = dst; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~' || *p == '"' || *p == '=')
            *p = '_';
}

void
ask_set_by(const struct ask *a, struct setter *s)
{
    word_of(a, "by", s->by, sizeof s->by);
    word_of(a, "cmd", s->cmd, sizeof s->cmd);
}

const char *
ask_who(const struct ask *a, char dst[ASK_WHO_MAX])
{
    struct setter s;

    ask_set_by(a, &s);
    dst[0] = '\0';
    text_add(dst, ASK_WHO_MAX, "by=%s%s%s", s.by[0] == '\0' ? "-" : s.by,
             s.cmd[0] == '\0' ? "" : " cmd=", s.cmd);
    return dst;
}

bool
ask_is_change(const struct ask *a)
{
    struct pair p;

    for (size_t at = 0; pair_next(a->pairs, &at, &p);)
        if (!span_is(p.key, "by") && !span_is(p.key, "cmd") &&
            !span_is(p.key, "seen"))
            return true;
    return false;
}

bool
ask_saw(const struct core *c, struct ask *a, const struct ask_value *v,
        const struct setter *s)
{
    struct span seen = pair_get(a->pairs, "seen");
    char word[32];

    if (seen.len == 0 || span_is(seen, v->now) ||
        span_is(span_str(v->wanted), v->now))
        return true;
    word_of(a, "seen", word, sizeof word);
    if (s->by[0] == '\0')
        ask_refuse(a, EXIT_FAILED, "%s is at %s%s, not at %s%s",
                   c->config.name, v->now, v->unit, word, v->unit);
    else
        ask_refuse(a, EXIT_FAILED, "%s set %s%s first", s->by, v->now,
                   v->unit);
    if (s->cmd[0] != '\0')
        ask_say(a, " (cmd %s)", s->cmd);
    if (s->by[0] != '\0')
        ask_add_text(a, "by", s->by);
    if (s->cmd[0] != '\0')
        ask_add_text(a, "cmd", s->cmd);
    return false;
}

bool
ask_lists(const struct ask *a, const char *key, const char *word)
{
    struct span list = pair_get(a->pairs, key);
    size_t len = strlen(word);

    if (list.len == 0)
        return true;
    for (size_t at = 0; at <= list.len;) {
        size_t n = 0;
        while (at + n < list.len && list.p[at + n] != ',')
            n++;
        if (n == len && memcmp(list.p + at, word, n) == 0)
            return true;
        at += n + 1;
    }
    return false;
}

/* ---- what is answered ---- */

void
ask_add_text(struct ask *a, const char *key, const char *value)
{
    pair_add(&a->out, key, span_str(value));
}

const char *
phase_name(enum phase phase)
{
    switch (phase) {
    case PHASE_START: return "start";
    case PHASE_RUN: return "run";
    case PHASE_PAUSE: return "pause";
    case PHASE_DRAIN: return "drain";
    }
    return "?";
}

const char *
workload_state(const struct workload *w)
{
    if (!w->ended && w->held)
        return "held";
    if (!w->ended)
        return w->accepted > 0 && workload_open(w) == 0 ? "incomplete"
                                                        : "running";
    if (w->failed > 0)
        return "failed";
    return w->cancelled > 0 ? "cancelled" : "done";
}

static uint64_t
since(int64_t now_us, int64_t then_us)
{
    return now_us > then_us ? (uint64_t)(now_us - then_us) : 0;
}

void
workload_told(const struct core *c, const struct workload *w,
              struct state_workload *out)
{
    uint32_t open = workload_open(w);

    *out = (struct state_workload){
        .number = w->number,
        .n_jobs = w->desc.n_jobs,
        .queued = open > w->running ? open - w->running : 0,
        .running = w->running,
        .done = w->done,
        .failed = w->failed,
        .cancelled = w->cancelled,
        .held = w->held,
        .ended = w->ended,
        .priority = w->desc.priority,
        .age_us = since(c->true_us, w->accepted_us),
        .kind = w->desc.kind,
        .label = w->desc.label,
    };
    if (w->ended) /* 0 says: not ended */
        out->ended_age_us = since(c->true_us, w->ended_us) + 1;
}

/* "north=281,south=131": results by node. */
static void
add_nodes(const struct core *c, struct ask *a, const struct workload *w)
{
    struct buf nodes = { 0 };
    char item[96];

    for (size_t i = 0; i < w->n_by_node; i++) {
        if (w->by_node[i] == 0)
            continue;
        item[0] = '\0';
        text_add(item, sizeof item, "%s%s=%u", nodes.len > 0 ? "," : "",
                 peer_name(c, (uint16_t)i), (unsigned)w->by_node[i]);
        buf_bytes(&nodes, item, strlen(item));
    }
    pair_add(&a->out, "nodes", buf_span(&nodes));
    buf_fini(&nodes);
}

void
ask_add_counts(const struct core *c, struct ask *a, const struct workload *w)
{
    struct state_workload t;

    workload_told(c, w, &t);
    ask_add_text(a, "state", workload_state(w));
    pair_add_u64(&a->out, "jobs", t.n_jobs);
    pair_add_u64(&a->out, "queued", t.queued);
    pair_add_u64(&a->out, "running", t.running);
    pair_add_u64(&a->out, "done", t.done);
    pair_add_u64(&a->out, "failed", t.failed);
    pair_add_u64(&a->out, "cancelled", t.cancelled);
    pair_add_u64(&a->out, "elapsed_us",
                 since(w->ended ? w->ended_us : c->true_us, w->accepted_us));
    pair_add_u64(&a->out, "version", w->version);
    add_nodes(c, a, w);
}
