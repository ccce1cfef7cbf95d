/* SPDX-License-Identifier: MPL-2.0 */
/* Operations that change workloads: submit, start, hold, cancel, retry,
 * priority, forget. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/adaptor.h"
#include "core/command_ask.h"
#include "core/elsewhere.h"
#include "core/publish.h"

/* ---- submit ---- */

/* FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo); goes on from `h`. */
static uint64_t
hash_bytes(uint64_t h, struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ s.p[i]) * 0x100000001b3ull;
    return h;
}

static uint64_t
hash_of(struct span s)
{
    uint64_t h = hash_bytes(0xcbf29ce484222325ull, s);
    return h == 0 ? 1 : h; /* 0 says: none */
}

/* A repeated submission is cut into the same chunks: its first one stands for
 * the list of jobs. Chunks without a list say nothing beyond the count. */
static uint64_t
content_of(struct span desc, struct span blob, const struct chunk *chunk)
{
    uint64_t h = hash_of(desc);
    return chunk->list ? hash_bytes(h, blob) : h;
}

static uint32_t
retry_s(const struct core *c, uint32_t n_jobs)
{
    double s = c->mean_run_us / 1e6 * n_jobs / c->config.slots;
    if (s < 1)
        return 1;
    return s < 60 ? (uint32_t)s + 1 : 60;
}

/* When a program may try again: as soon as so many jobs may have ended as are
 * too many now. It waits longer by itself if that was too soon. */
static uint32_t
retry_ms(const struct core *c, uint32_t n_jobs)
{
    uint64_t sum = (uint64_t)c->own_open + n_jobs;
    uint64_t most = c->config.queue_max_jobs;
    double us = sum > most ? c->mean_run_us * (double)(sum - most) /
                                 c->config.slots
                           : 0;
    if (us < RETRY_MIN_US)
        return RETRY_MIN_US / MS;
    return us < RETRY_MAX_US ? (uint32_t)us / MS : RETRY_MAX_US / MS;
}

/* 75 with what the client may do then. */
static void
refuse_later(struct core *c, struct ask *a, uint32_t n_jobs)
{
    uint32_t s = retry_s(c, n_jobs);
    c->count.refused += n_jobs;
    a->status = EXIT_LATER;
    ask_say(a, "; try again in %us", (unsigned)s);
    pair_add_u64(&a->out, "retry_s", s);
    pair_add_u64(&a->out, "retry_ms", retry_ms(c, n_jobs));
}

static void
refuse_draining(struct core *c, struct ask *a, uint32_t n_jobs)
{
    unsigned n = 0;

    ask_refuse(a, EXIT_LATER, "%s is draining", c->config.name);
    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (!peer_alive(c, i) || !p->has_state || p->stale ||
            p->state.phase != PHASE_RUN || n == 8)
            continue;
        ask_say(a, "%s%s", n++ == 0 ? "; use another node (" : ", ",
                peer_name(c, i));
    }
    ask_say(a, "%s", n > 0 ? ")" : "; no other node is known");
    c->count.refused += n_jobs;
    pair_add_u64(&a->out, "retry_s", 1);
}

static bool
has_room(struct core *c, struct ask *a, const struct chunk *chunk)
{
    const struct core_config *k = &c->config;
    uint64_t queued = c->queue.bytes + c->elsewhere.bytes;
    char is[16], most[16];

    if (c->phase == PHASE_DRAIN || c->leaving) {
        refuse_draining(c, a, chunk->count);
    } else if (c->disk_full) {
        ask_refuse(a, EXIT_DISK, "%s: disk full", k->name);
        c->count.refused += chunk->count;
    } else if (chunk->count > k->queue_max_jobs ||
               c->own_open > k->queue_max_jobs - chunk->count) {
        ask_refuse(a, EXIT_LATER, "%s has no room (%u of %u jobs)", k->name,
                   (unsigned)c->own_open, (unsigned)k->queue_max_jobs);
        refuse_later(c, a, chunk->count);
    } else if (queued + chunk->jobs.len > k->queue_max_bytes) {
        units_print_size(queued, is, sizeof is);
        units_print_size(k->queue_max_bytes, most, sizeof most);
        ask_refuse(a, EXIT_LATER, "%s has no room (%s of %s of input)",
                   k->name, is, most);
        refuse_later(c, a, chunk->count);
    } else if (home_kept_bytes(c) > k->results_max_bytes) {
        units_print_size(home_kept_bytes(c), is, sizeof is);
        units_print_size(k->results_max_bytes, most, sizeof most);
        ask_refuse(a, EXIT_LATER,
                   "%s has no room (%s of %s of results); forget some",
                   k->name, is, most);
        refuse_later(c, a, chunk->count);
    }
    return a->status == EXIT_DONE;
}

static bool
inputs_fit(const struct core *c, struct ask *a, const struct chunk *chunk)
{
    uint64_t limit = c->config.max_input_bytes;
    char is[16], most[16];
    struct chunk_job j;
    size_t at = 0;

    for (uint32_t i = chunk->first; chunk->list && chunk_next(chunk, &at, &j);
         i++) {
        if (j.args.len <= limit)
            continue;
        units_print_size(j.args.len, is, sizeof is);
        units_print_size(limit, most, sizeof most);
        ask_refuse(a, EXIT_USAGE,
                   "job %u: %s of input is above jobs.max_input = %s",
                   (unsigned)i, is, most);
        return false;
    }
    return true;
}

static void
answer_accepted(const struct core *c, struct ask *a, const struct workload *w)
{
    char why[LOG_TEXT_MAX];

    if (elsewhere_nobody(c, w, why, sizeof why))
        ask_say(a, "%s; jobs wait", why);
    pair_add_u64(&a->out, "workload", w->number);
    pair_add_u64(&a->out, "accepted", w->accepted);
}

/* Takes the chunk into w, unless it is there already. */
static void
accept_chunk(struct core *c, struct ask *a, struct workload *w,
             const struct chunk *chunk)
{
    char name[128];
    uint32_t before = w->accepted;

    if (chunk->first > before) {
        /* One before it was refused or got lost: all from there again. */
        ask_refuse(a, EXIT_LATER, "%s: job %u comes next, not %u",
                   job_name(c, w, name), (unsigned)before,
                   (unsigned)chunk->first);
        pair_add_u64(&a->out, "retry_s", 1);
        return;
    }
    if (chunk->first + chunk->count > before &&
        (!inputs_fit(c, a, chunk) || !has_room(c, a, chunk)))
        return;
    int err = home_accept(c, w, a->blob);
    if (err == -ENOBUFS) {
        ask_refuse(a, EXIT_LATER, "%s has no room", c->config.name);
        refuse_later(c, a, chunk->count);
        return;
    }
    if (err != 0) {
        ask_refuse(a, EXIT_USAGE,
                   "%s: jobs %u.. (%u) do not fit behind %u of %u",
                   job_name(c, w, name), (unsigned)chunk->first,
                   (unsigned)chunk->count, (unsigned)before,
                   (unsigned)w->desc.n_jobs);
        return;
    }
    if (w->accepted > before) {
        core_log(c, LOG_DEBUG, "accepted", "workload=%s jobs=%u of=%u",
                 job_name(c, w, name), (unsigned)w->accepted,
                 (unsigned)w->desc.n_jobs);
        adaptor_place(c, w, before, w->accepted - before);
        publish_soon(c);
    }
    answer_accepted(c, a, w);
}

/* The first chunk of a key that was used before. */
static void
submit_again(struct core *c, struct ask *a, struct workload *w,
             const struct chunk *chunk)
{
    char name[128], key[65];
    struct span desc = pair_get(a->pairs, "desc");

    if (w->content_hash != content_of(desc, a->blob, chunk)) {
        span_copy(pair_get(a->pairs, "key"), key, sizeof key);
        ask_refuse(a, EXIT_USAGE, "id \"%s\" was used for %s with other jobs",
                   key, job_name(c, w, name));
        return;
    }
    accept_chunk(c, a, w, chunk);
    if (a->status == EXIT_DONE)
        pair_add_u64(&a->out, "duplicate", 1);
}

/* Programs are run for those who could start them here themselves: whoever
 * may open the socket file. An address proves nothing. */
static bool
may_submit_kind(const struct core *c, struct ask *a, struct span kind)
{
    if (!span_is(kind, "command") ||
        (kind_runs_here(c, kind, true) && a->local))
        return true;
    ask_refuse(a, EXIT_REFUSED, kind_runs_here(c, kind, true)
                   ? "%s takes commands over its local socket only; run lbctl "
                     "on that host, with -n ipc://PATH of its control.sock"
                   : "%s does not run commands; set jobs.commands = yes (root, "
                     "where root runs it) in node.ini there", c->config.name);
    return false;
}

static bool
check_desc(struct ask *a, struct span desc, const struct chunk *chunk)
{
    const struct ask_range jobs = { UINT64_MAX, 0, JOBS_MAX };
    struct desc d;
    uint64_t total;

    if (desc_decode(desc, &d) != 0)
        ask_refuse(a, EXIT_USAGE, "submit: desc: makes no sense");
    else if (d.files.len > 0 && !span_is(d.kind, "command"))
        ask_refuse(a, EXIT_USAGE, "submit: files are for commands only");
    else if (!ask_number(a, "total", &jobs, &total))
        return false;
    else if (total != UINT64_MAX && total != d.n_jobs)
        ask_refuse(a, EXIT_USAGE, "submit: total: %llu is not the %u of desc",
                   (unsigned long long)total, (unsigned)d.n_jobs);
    else if (chunk->first != 0 || chunk->count > d.n_jobs)
        ask_refuse(a, EXIT_USAGE, "submit: jobs %u.. (%u) do not begin a "
                   "workload of %u", (unsigned)chunk->first,
                   (unsigned)chunk->count, (unsigned)d.n_jobs);
    return a->status == EXIT_DONE;
}

static void
submit_first(struct core *c, struct ask *a, const struct chunk *chunk)
{
    struct span desc = pair_get(a->pairs, "desc");
    struct span key = pair_get(a->pairs, "key");
    uint64_t key_hash = key.len == 0 ? 0 : hash_of(key);
    char name[128], who[ASK_WHO_MAX];
    struct workload *w;
    struct desc d;

    if (!check_desc(a, desc, chunk) ||
        (desc_decode(desc, &d) == 0 && !may_submit_kind(c, a, d.kind)))
        return;
    w = key_hash == 0 ? NULL : ledger_by_key(c->ledger, key_hash);
    if (w != NULL) {
        submit_again(c, a, w, chunk);
        return;
    }
    if (!inputs_fit(c, a, chunk) || !has_room(c, a, chunk))
        return;
    int err = home_open(c, desc, key_hash, content_of(desc, a->blob, chunk),
                        &w);
    if (err != 0) {
        ask_refuse(a, EXIT_LATER, "%s has no room for a workload",
                   c->config.name);
        refuse_later(c, a, chunk->count);
        return;
    }
    core_log(c, LOG_INFO, "submit", "workload=%s jobs=%u%s %s",
             job_name(c, w, name), (unsigned)w->desc.n_jobs,
             w->held ? " held=1" : "", ask_who(a, who));
    accept_chunk(c, a, w, chunk);
}

void
ask_submit(struct core *c, struct ask *a)
{
    struct chunk chunk;

    if (chunk_decode(a->blob, &chunk) != 0) {
        ask_refuse(a, EXIT_USAGE, "submit: the jobs make no sense");
        return;
    }
    if (ask_has(a, "desc")) {
        submit_first(c, a, &chunk);
        return;
    }
    struct workload *w = ask_workload(c, a);
    if (w != NULL && may_submit_kind(c, a, w->desc.kind))
        accept_chunk(c, a, w, &chunk);
}

/* ---- start, hold ---- */

static bool
is_held(const struct workload *w)
{
    if (w->ended)
        return false;
    bool held = w->held;
    for (const struct job *j = workload_next(w, 0); j != NULL && !held;
         j = workload_next(w, j->index + 1))
        held = (j->flags & JOB_HELD) != 0;
    return held;
}

static bool
start_one(struct core *c, struct ask *a, struct workload *w, uint64_t *jobs)
{
    char name[128], who[ASK_WHO_MAX];

    if (!is_held(w))
        return false;
    uint32_t n = home_start(c, w);
    *jobs += n;
    job_name(c, w, name);
    core_log(c, LOG_INFO, "start", "workload=%s jobs=%u %s", name,
             (unsigned)n, ask_who(a, who));
    ask_say(a, "%s%s started, %u jobs", a->text[0] == '\0' ? "" : "; ", name,
            (unsigned)n);
    return true;
}

void
ask_start(struct core *c, struct ask *a)
{
    uint64_t started = 0, jobs = 0;
    char name[128], who[ASK_WHO_MAX];

    if (ask_has(a, "workload")) {
        struct workload *w = ask_workload(c, a);
        if (w == NULL)
            return;
        started = start_one(c, a, w, &jobs);
        if (started == 0) {
            ask_say(a, "%s was started already", job_name(c, w, name));
            core_log(c, LOG_INFO, "start", "workload=%s jobs=0 %s", name,
                     ask_who(a, who));
        }
    } else {
        for (struct workload *w = ledger_first(c->ledger); w != NULL;
             w = w->next)
            started += w->home == 0 && start_one(c, a, w, &jobs);
        if (started == 0)
            ask_say(a, "nothing is held");
    }
    pair_add_u64(&a->out, "started", started);
    pair_add_u64(&a->out, "jobs", jobs);
    if (started > 0)
        publish_soon(c);
}

/* The workload and the jobs of it that a request names. */
static struct workload *
ask_selected(struct core *c, struct ask *a, struct ask_jobs *jobs)
{
    struct workload *w = ask_workload(c, a);
    return w != NULL && ask_ranges(c, a, w, jobs) ? w : NULL;
}

/* One line for people: what happened to n jobs of w, and who wanted it. */
static void
tell(struct core *c, struct ask *a, const struct workload *w, uint32_t n)
{
    char name[128], who[ASK_WHO_MAX];
    core_log(c, LOG_INFO, a->op, "workload=%s jobs=%u %s",
             job_name(c, w, name), (unsigned)n, ask_who(a, who));
    publish_soon(c);
}

void
ask_hold(struct core *c, struct ask *a)
{
    struct ask_jobs jobs;
    struct workload *w = ask_selected(c, a, &jobs);
    char name[128];

    if (w == NULL)
        return;
    if (w->ended) {
        ask_say(a, "%s has ended", job_name(c, w, name));
        pair_add_u64(&a->out, "held", 0);
        return;
    }
    uint32_t n = home_hold(c, w, &jobs.which);
    tell(c, a, w, n);
    ask_say(a, "held %u", (unsigned)n);
    pair_add_u64(&a->out, "held", n);
}

/* ---- cancel, retry, priority, forget ---- */

void
ask_cancel(struct core *c, struct ask *a)
{
    struct ask_jobs jobs;
    struct workload *w = ask_selected(c, a, &jobs);
    uint32_t cancelled, ended;

    if (w == NULL)
        return;
    home_cancel(c, w, &jobs.which, ask_is(a, "queued", "1"), &cancelled,
                &ended);
    tell(c, a, w, cancelled);
    c->decide_due = true;
    ask_say(a, "cancelled %u, already ended %u", (unsigned)cancelled,
            (unsigned)ended);
    pair_add_u64(&a->out, "cancelled", cancelled);
    pair_add_u64(&a->out, "ended", ended);
}

void
ask_retry(struct core *c, struct ask *a)
{
    struct ask_jobs jobs;
    struct workload *w = ask_selected(c, a, &jobs);
    bool all = ask_is(a, "what", "all");

    if (w == NULL)
        return;
    if (!all && ask_has(a, "what") && !ask_is(a, "what", "failed")) {
        ask_refuse(a, EXIT_USAGE, "retry: what: failed or all");
        return;
    }
    if (c->disk_full) {
        ask_refuse(a, EXIT_DISK, "%s: disk full", c->config.name);
        return;
    }
    uint32_t n = home_retry(c, w, &jobs.which, all);
    tell(c, a, w, n);
    ask_say(a, "%u tried again", (unsigned)n);
    pair_add_u64(&a->out, "retried", n);
}

void
ask_priority(struct core *c, struct ask *a)
{
    const struct ask_range range = { UINT64_MAX, 0, PRIORITY_MAX };
    struct workload *w = ask_workload(c, a);
    char name[128], who[ASK_WHO_MAX];
    uint64_t value;

    if (w == NULL || !ask_number(a, "value", &range, &value))
        return;
    if (value == UINT64_MAX) {
        ask_refuse(a, EXIT_USAGE, "priority: say a value of 0..9");
        return;
    }
    uint32_t changed = 0;
    if (value != w->desc.priority) {
        changed = workload_open(w);
        home_priority(c, w, (uint8_t)value);
        core_log(c, LOG_INFO, "priority", "workload=%s to=%u %s",
                 job_name(c, w, name), (unsigned)value, ask_who(a, who));
        publish_soon(c);
        c->parked_due = true;
    }
    pair_add_u64(&a->out, "changed", changed);
}

void
ask_forget(struct core *c, struct ask *a)
{
    struct workload *w = ask_workload(c, a);
    char name[128], who[ASK_WHO_MAX];

    if (w == NULL)
        return;
    job_name(c, w, name);
    if (home_forget(c, w) != 0) {
        ask_refuse(a, EXIT_USAGE, "%s has not ended; cancel it first", name);
        return;
    }
    core_log(c, LOG_INFO, "forget", "workload=%s %s", name, ask_who(a, who));
    publish_soon(c);
}
