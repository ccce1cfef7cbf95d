/* SPDX-License-Identifier: MPL-2.0 */
/* plan - from a user's words to the jobs that they mean. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "kinds/kind.h"
#include "kinds/param.h"

/* n=FIRST..LAST:STEP */
struct range {
    const struct param *param; /* NULL: there is none */
    int64_t first, last, step;
    uint32_t n;
};

static const struct span nothing = { NULL, 0 };

/* How long the NAME of NAME=VALUE is; 0: a bare value. */
static size_t
name_len(const char *word)
{
    size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return word[n] == '=' ? n : 0;
}

static int
lines_of(const struct kind *k, const char *const *words, size_t n_words,
         struct buf *out, char *err)
{
    for (size_t i = 0; i < n_words; i++) {
        const char *word = words[i];
        if (strchr(word, '\n') != NULL)
            return param_error(err, -EINVAL, "%s: a value with a line break "
                               "cannot be a parameter", k->name);
        if (name_len(word) > 0) {
            buf_bytes(out, word, strlen(word));
            buf_u8(out, '\n');
            continue;
        }
        if (k->params[0].name == NULL)
            return param_error(err, -EINVAL, "%s: \"%.60s\" is no parameter; "
                               "it takes none", k->name, word);
        param_put(out, k->params[0].name, span_str(word));
    }
    return 0;
}

/* Appends the lines of `in` but those of parameter `name`. */
static void
lines_without(struct span in, const char *name, struct buf *out)
{
    struct span is, value;
    while (param_next(&in, &is, &value)) {
        if (span_is(is, name))
            continue;
        buf_bytes(out, is.p, is.len);
        buf_u8(out, '=');
        buf_bytes(out, value.p, value.len);
        buf_u8(out, '\n');
    }
}

static int
bound(const struct kind *k, const struct param *p, struct span word,
      int64_t *out, char *err)
{
    int rc = param_whole(word, p->type != PARAM_INT, out);
    int len = word.len < 60 ? (int)word.len : 60;
    if (rc == -EINVAL)
        return param_error(err, rc, "%s: %s: \"%.*s\" is not a whole number",
                           k->name, p->name, len, (const char *)word.p);
    if (rc != 0)
        return param_error(err, -EINVAL, "%s: %s: %.*s is outside %s",
                           k->name, p->name, len, (const char *)word.p,
                           p->range);
    return 0;
}

/* Reads A..B[:STEP]; `dots` is where the ".." of `word` is. */
static int
range_read(const struct kind *k, struct span word, size_t dots,
           struct range *r, char *err)
{
    const uint8_t *colon = memchr(word.p, ':', word.len);
    size_t len = colon == NULL ? word.len : (size_t)(colon - word.p);
    const struct param *p = r->param;
    if (len < dots + 2)
        return param_error(err, -EINVAL, "%s: %s: write a range as A..B or "
                           "A..B:STEP", k->name, p->name);
    int rc = bound(k, p, span_of(word.p, dots), &r->first, err);
    if (rc == 0)
        rc = bound(k, p, span_of(word.p + dots + 2, len - dots - 2), &r->last,
                   err);
    r->step = 1;
    if (rc == 0 && colon != NULL)
        rc = bound(k, p, span_of(colon + 1, word.len - len - 1), &r->step,
                   err);
    if (rc != 0)
        return rc;
    if (r->step < 1)
        return param_error(err, -EINVAL, "%s: %s: step must be 1 or more",
                           k->name, p->name);
    int shown = len < 60 ? (int)len : 60;
    if (r->first > r->last)
        return param_error(err, -EINVAL, "%s: %s: range %.*s is empty",
                           k->name, p->name, shown, (const char *)word.p);
    uint64_t wide = (uint64_t)r->last - (uint64_t)r->first;
    uint64_t n = wide / (uint64_t)r->step;
    if (n >= KIND_JOBS_MAX)
        return param_error(err, -EINVAL, "%s: %s: range %.*s makes more than "
                           "%d jobs", k->name, p->name, shown,
                           (const char *)word.p, KIND_JOBS_MAX);
    r->n = (uint32_t)n + 1;
    return 0;
}

static int
range_find(const struct kind *k, struct span given, struct range *r, char *err)
{
    struct span name, word;
    *r = (struct range){ .param = NULL };
    while (param_next(&given, &name, &word)) {
        const struct param *p = param_find(k, name);
        if (p == NULL || p->shared || word.len == 0
            || (p->type != PARAM_COUNT && p->type != PARAM_INT
                && p->type != PARAM_DURATION))
            continue;
        const uint8_t *dots = memmem(word.p, word.len, "..", 2);
        if (dots == NULL)
            continue;
        if (r->param != NULL)
            return param_error(err, -EINVAL, "%s: %s and %s are both ranges; "
                               "one is allowed", k->name, r->param->name,
                               p->name);
        r->param = p;
        int rc = range_read(k, word, (size_t)(dots - word.p), r, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* One job for each value: what differs goes to args. */
static int
plan_range(const struct kind *k, struct span given, const struct range *r,
           struct plan *out, char *err)
{
    const char *name = r->param->name;
    struct buf lines = { 0 }, canonical = { 0 };
    int rc = 0;
    out->args = xcalloc(r->n, sizeof *out->args);
    out->args_cost = xcalloc(r->n, sizeof *out->args_cost);
    out->args_cap = r->n;
    lines_without(given, name, &lines);
    size_t common = lines.len;
    for (out->n_jobs = 0; rc == 0 && out->n_jobs < r->n; out->n_jobs++) {
        uint32_t i = out->n_jobs;
        lines.len = common;
        buf_reset(&canonical);
        param_put_i64(&lines, name, r->first + (int64_t)i * r->step);
        rc = k->parse(k, buf_span(&lines), &canonical, &out->args_cost[i],
                      err);
        if (rc != 0)
            break;
        param_put(&out->args[i], name,
                  kind_param(buf_span(&canonical), nothing, name));
        if (i == 0)
            lines_without(buf_span(&canonical), name, &out->shared);
    }
    out->cost = out->args_cost[0];
    buf_fini(&lines);
    buf_fini(&canonical);
    return rc;
}

static int
plan_equal(const struct kind *k, struct span given, struct plan *out,
           char *err)
{
    int rc = k->parse(k, given, &out->shared, &out->cost, err);
    if (rc == 0 && k->count != NULL)
        rc = k->count(k, buf_span(&out->shared), &out->n_jobs, err);
    return rc;
}

/* Takes jobs=N out of `given`; *n_jobs is 0 if it is not there. */
static int
take_jobs(const struct kind *k, struct buf *given, uint32_t *n_jobs, char *err)
{
    struct span word = kind_param(buf_span(given), nothing, "jobs");
    int64_t n = 0;
    *n_jobs = 0;
    if (word.p == NULL)
        return 0;
    int rc = param_whole(word, true, &n);
    int len = word.len < 60 ? (int)word.len : 60;
    if (rc == -EINVAL)
        return param_error(err, rc, "%s: jobs: \"%.*s\" is not a whole number",
                           k->name, len, (const char *)word.p);
    if (rc != 0 || n < 1 || n > KIND_JOBS_MAX)
        return param_error(err, -EINVAL, "%s: jobs: %.*s is outside 1..%d",
                           k->name, len, (const char *)word.p, KIND_JOBS_MAX);
    struct buf rest = { 0 };
    lines_without(buf_span(given), "jobs", &rest);
    buf_fini(given);
    *given = rest;
    *n_jobs = (uint32_t)n;
    return 0;
}

/* Checks names; jobs=N is for every kind that does not count by itself. */
static int
plan_lines(const struct kind *k, struct buf *given, struct plan *out,
           char *err)
{
    static const char *const jobs[] = { "jobs", NULL };
    bool counts = k->count != NULL;
    struct range r;
    int rc = param_check(k, buf_span(given), counts ? NULL : jobs, err);
    if (rc == 0 && !counts)
        rc = take_jobs(k, given, &out->n_jobs, err);
    if (rc == 0)
        rc = range_find(k, buf_span(given), &r, err);
    if (rc != 0)
        return rc;
    if (r.param == NULL) {
        if (!counts && out->n_jobs == 0)
            out->n_jobs = 1;
        return plan_equal(k, buf_span(given), out, err);
    }
    if (out->n_jobs > 0)
        return param_error(err, -EINVAL, "%s: jobs and a range of %s exclude "
                           "each other", k->name, r.param->name);
    return plan_range(k, buf_span(given), &r, out, err);
}

int
kind_plan(const struct kind *k, const char *const *words, size_t n_words,
          struct plan *out, char *err)
{
    struct buf given = { 0 };
    *out = (struct plan){ .n_jobs = 0 };
    int rc = lines_of(k, words, n_words, &given, err);
    if (rc == 0)
        rc = plan_lines(k, &given, out, err);
    buf_fini(&given);
    if (rc != 0)
        plan_fini(out);
    return rc;
}

void
plan_fini(struct plan *p)
{
    for (uint32_t i = 0; p->args != NULL && i < p->n_jobs; i++)
        buf_fini(&p->args[i]);
    free(p->args);
    free(p->args_cost);
    buf_fini(&p->shared);
    *p = (struct plan){ .n_jobs = 0 };
}

/* Lines of `lines` that `shared` does not have, to `args`; false: one of them
 * may not differ. */
static bool
difference(const struct kind *k, struct span shared, struct span lines,
           struct buf *args)
{
    struct span rest = lines, name, value;
    while (param_next(&rest, &name, &value)) {
        const struct param *p = param_find(k, name);
        if (p == NULL)
            return false;
        if (span_equal(kind_param(shared, nothing, p->name), value))
            continue;
        if (p->shared)
            return false;
        param_put(args, p->name, value);
    }
    return true;
}

/* Gives `p` args of its own for each job, and room for `more` jobs. */
static void
make_room(struct plan *p, uint32_t more)
{
    bool had = p->args != NULL;
    uint32_t n = p->n_jobs + more;
    if (!had || n > p->args_cap) {
        p->args_cap = had && n < 2 * p->args_cap ? 2 * p->args_cap : n;
        p->args = xrealloc(p->args, p->args_cap, sizeof *p->args);
        p->args_cost = xrealloc(p->args_cost, p->args_cap,
                                sizeof *p->args_cost);
    }
    for (uint32_t i = had ? p->n_jobs : 0; i < n; i++) {
        p->args[i] = (struct buf){ .len = 0 };
        p->args_cost[i] = p->cost;
    }
}

int
plan_merge(const struct kind *k, struct plan *into, const struct plan *from,
           char *err)
{
    struct buf other = { 0 };
    bool one = k->count == NULL
               && difference(k, buf_span(&into->shared),
                             buf_span(&from->shared), &other);
    if (!one || from->n_jobs > KIND_JOBS_MAX - into->n_jobs) {
        buf_fini(&other);
        return one ? param_error(err, -EINVAL, "%s: more than %d jobs",
                                 k->name, KIND_JOBS_MAX)
                   : param_error(err, -ENOTSUP, "%s: these jobs cannot be one "
                                 "workload", k->name);
    }
    if (into->args != NULL || from->args != NULL || other.len > 0) {
        make_room(into, from->n_jobs);
        for (uint32_t i = 0; i < from->n_jobs; i++) {
            struct buf *args = &into->args[into->n_jobs + i];
            into->args_cost[into->n_jobs + i] = from->cost;
            if (other.len > 0)
                buf_bytes(args, other.p, other.len);
            if (from->args == NULL)
                continue;
            buf_bytes(args, from->args[i].p, from->args[i].len);
            into->args_cost[into->n_jobs + i] = from->args_cost[i];
        }
    }
    into->n_jobs += from->n_jobs;
    buf_fini(&other);
    return 0;
}
