/* SPDX-License-Identifier: MPL-2.0 */
/* kind_help - what the tests of kinds share: a context and runs. */
#ifndef LB_KIND_HELP_H
#define LB_KIND_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/xalloc.h"
#include "kinds/kind.h"

/* A worker that counts, and ends the run at its `stop_at`-th question. */
struct worker {
    struct kind_context c; /* first: the kinds are given this */
    uint64_t asked, stop_at, idle_us;
};

static inline bool
worker_ask(struct kind_context *c)
{
    struct worker *w = (struct worker *)c;
    w->asked++;
    return w->asked != w->stop_at;
}

static inline bool
worker_idle(struct kind_context *c, uint64_t us)
{
    struct worker *w = (struct worker *)c;
    w->idle_us += us;
    return worker_ask(c);
}

static inline struct worker
worker_new(void)
{
    return (struct worker){ .c = { .checkpoint = worker_ask,
                                   .idle = worker_idle } };
}

/* The words of a user, ended by NULL, as a plan. */
static inline int
plan_words(const char *kind, const char *const *words, struct plan *p,
           char *err)
{
    size_t n = 0;
    while (words[n] != NULL)
        n++;
    memset(err, 0, KIND_ERROR_MAX);
    return kind_plan(kind_find(kind), words, n, p, err);
}

static inline struct plan
plan_of(const char *kind, const char *const *words)
{
    struct plan p;
    char err[KIND_ERROR_MAX];
    if (plan_words(kind, words, &p, err) != 0)
        fail_msg("%s: refused: %s", kind, err);
    return p;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline struct span
plan_args(const struct plan *p, uint32_t index)
{
    return p->args == NULL ? (struct span){ NULL, 0 }
                           : buf_span(&p->args[index]);
}

static inline void
assert_span(struct span s, const char *text)
{
    char *is = xmalloc(s.len + 1);
    span_copy(s, is, s.len + 1);
    assert_string_equal(is, text);
    free(is);
}

/* Runs all jobs and folds their results: what value() or the first failure
 * returns, its text in `text` (of KIND_ERROR_MAX). */
static inline int
run_all(const char *kind, const struct plan *p, struct worker *w, char *text)
{
    const struct kind *k = kind_find(kind);
    void *state = xcalloc(1, k->state_size + 1);
    struct span shared = buf_span(&p->shared);
    int rc = 0;
    for (uint32_t i = 0; i < p->n_jobs && rc == 0; i++) {
        struct buf out = { 0 };
        rc = k->run(&w->c, shared, plan_args(p, i), i, &out, text);
        if (rc == 0 && k->combine != NULL)
            rc = k->combine(k, state, shared, i, buf_span(&out), text);
        buf_fini(&out);
    }
    if (rc == 0)
        rc = k->value(k, state, shared, text, KIND_ERROR_MAX, text);
    free(state);
    return rc;
}

#endif
