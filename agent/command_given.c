/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/command_given.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds/command.h"
#include "kinds/kind.h"
#include "proto/limits.h"

void
given_keep(struct buf *b, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        const char *value = getenv(*names);
        if (value == NULL)
            continue;
        buf_bytes(b, *names, strlen(*names));
        buf_u8(b, '=');
        buf_bytes(b, value, strlen(value) + 1);
    }
}

void
given_init(struct given *g, const struct command_config *config, size_t slot)
{
    *g = (struct given){ .config = config, .slot = slot };
    given_keep(&g->kept, config != NULL ? config->keep : NULL);
}

void
given_fini(struct given *g)
{
    buf_fini(&g->kept);
    buf_fini(&g->argv);
    buf_fini(&g->env);
    buf_fini(&g->cwd);
}

void
given_put(struct buf *b, uint32_t *n, const char *fmt, ...)
{
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    if (len >= 0) {
        size_t room = (size_t)len + 1;
        (void)vsnprintf((char *)buf_grow(b, room), room, fmt, again);
        ++*n;
    }
    va_end(again);
    va_end(args);
}

/* Words of a parameter as strings; -EINVAL: not words. */
static int
put_words(struct buf *b, uint32_t *n, struct span words, unsigned slot)
{
    int rc;

    while ((rc = command_word_next(&words, slot, b)) > 0)
        ++*n;
    return rc;
}

/* Is the variable of `assigned` (NAME=VALUE) there? */
static bool
has(const struct buf *env, const char *assigned)
{
    size_t n = strcspn(assigned, "=") + 1;

    for (size_t i = 0; i < env->len;) {
        const char *at = (const char *)env->p + i;
        if (strncmp(at, assigned, n) == 0)
            return true;
        i += strlen(at) + 1;
    }
    return false;
}

/* What the node lets through, unless the job says its own. */
static void
put_kept(struct given *g, uint32_t *n)
{
    for (size_t i = 0; i < g->kept.len;) {
        const char *at = (const char *)g->kept.p + i;
        size_t len = strlen(at);
        if (!has(&g->env, at)) {
            buf_bytes(&g->env, at, len + 1);
            ++*n;
        }
        i += len + 1;
    }
}

static void
put_facts(struct given *g, const struct command_job *job, unsigned percent,
          uint32_t *n)
{
    struct buf *b = &g->env;
    const struct order *o = job->order;
    char home[NAME_MAX_BYTES + 1];

    span_copy(job->desc->home_name, home, sizeof home);
    given_put(b, n, "LB_JOB_ID=%s-%u.%u", home, (unsigned)o->workload,
               (unsigned)o->index);
    given_put(b, n, "LB_WORKLOAD=%s-%u", home, (unsigned)o->workload);
    given_put(b, n, "LB_INDEX=%u", (unsigned)o->index);
    given_put(b, n, "LB_JOBS=%u", (unsigned)job->desc->n_jobs);
    given_put(b, n, "LB_ATTEMPT=%u", (unsigned)o->attempt);
    given_put(b, n, "LB_NODE=%s", g->config->node);
    given_put(b, n, "LB_HOME=%s", home);
    given_put(b, n, "LB_SLOT=%zu", g->slot + 1);
    given_put(b, n, "LB_THROTTLE=%u", percent);
    if (!has(b, "TMPDIR="))
        given_put(b, n, "TMPDIR=%s/%zu", g->config->scratch, g->slot);
}

int
given_describe(struct given *g, const struct command_job *job,
               unsigned percent, struct shim_run *run)
{
    struct span params = job->desc->params;
    unsigned slot = (unsigned)g->slot + 1;
    uint32_t one = 0;
    char number[24];

    buf_reset(&g->argv);
    buf_reset(&g->env);
    buf_reset(&g->cwd);
    *run = (struct shim_run){
        .timeout_us = job->desc->timeout_us,
        .kill_after_us = (uint64_t)g->config->kill_after_us,
        .output_max = g->config->output_max };
    int rc = put_words(&g->argv, &run->argc,
                       kind_param(params, job->args, "argv"), slot);
    if (rc == 0)
        rc = put_words(&g->env, &run->envc,
                       kind_param(params, job->args, "env"), slot);
    if (rc == 0)
        rc = put_words(&g->cwd, &one, kind_param(params, job->args, "cwd"),
                       slot);
    put_facts(g, job, percent, &run->envc);
    put_kept(g, &run->envc);
    span_copy(kind_param(params, job->args, "cpu"), number, sizeof number);
    run->cpu_ms = strtoull(number, NULL, 10);
    run->argv = buf_span(&g->argv);
    run->env = buf_span(&g->env);
    if (one > 0)
        run->cwd = span_of(g->cwd.p, g->cwd.len - 1);
    run->input = kind_param(params, job->args, "data");
    return rc == 0 && run->argc > 0 && one <= 1 ? 0 : -EINVAL;
}
