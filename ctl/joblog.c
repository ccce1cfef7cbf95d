/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/joblog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ctl/program.h"
#include "kinds/command_file.h"
#include "kinds/param.h"

static const char head[] =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\t"
    "Command\tJob\tAttempt\tInputhash\n";

struct joblog {
    FILE *file;
    char *path;
    const struct load *load;
    int64_t since_us;
};

static int
fail(struct ctl *c, const char *path)
{
    ctl_fail(c, EXIT_DISK, "%s: %s", path, strerror(errno));
    return -1;
}

struct joblog *
joblog_open(struct ctl *c, const char *path, bool append)
{
    FILE *f = fopen(path, append ? "ae" : "we");

    /* Behind the last whole line: joblog_skip has cut the rest off. */
    if (f == NULL || (fseek(f, 0, SEEK_END) == 0 && ftell(f) == 0 &&
                      (fputs(head, f) == EOF || fflush(f) != 0))) {
        fail(c, path);
        if (f != NULL)
            fclose(f);
        return NULL;
    }
    struct joblog *log = xcalloc(1, sizeof *log);
    log->file = f;
    log->path = xstrdup(path);
    return log;
}

void
joblog_free(struct joblog *log)
{
    if (log == NULL)
        return;
    fclose(log->file);
    free(log->path);
    free(log);
}

void
joblog_load(struct joblog *log, const struct load *l, int64_t since_us)
{
    log->load = l;
    log->since_us = since_us;
}

/* The parameters of a job, own ones and those of all that no own one hides. */
struct walk {
    struct span own, rest, shared;
};

static struct walk
walk_of(const struct load *l, uint32_t i)
{
    struct span own = l->plan.args != NULL ? buf_span(&l->plan.args[i])
                                           : span_of(NULL, 0);

    return (struct walk){ .own = own, .rest = own,
                          .shared = buf_span(&l->plan.shared) };
}

static bool
walk_next(struct walk *w, struct span *name, struct span *value)
{
    char text[64];

    while (param_next(&w->shared, name, value)) {
        span_copy(*name, text, sizeof text);
        if (kind_param(w->own, span_of(NULL, 0), text).p == NULL)
            return true;
    }
    return param_next(&w->rest, name, value);
}

/* A job: a command as sh reads it, or kind and parameters. */
static void
describe(const struct load *l, uint32_t i, struct buf *out)
{
    struct walk w = walk_of(l, i);
    struct span name, value;
    struct buf text = { 0 };

    if (l->kind == &kind_command)
        program_show(l, i, &text);
    else
        buf_bytes(&text, l->kind->name, strlen(l->kind->name));
    while (l->kind != &kind_command && walk_next(&w, &name, &value)) {
        buf_u8(&text, ' ');
        buf_bytes(&text, name.p, name.len);
        buf_u8(&text, '=');
        buf_bytes(&text, value.p, value.len);
    }
    for (size_t k = 0; k < text.len; k++)
        if (text.p[k] == '\t' || text.p[k] == '\n')
            buf_bytes(out, text.p[k] == '\t' ? "\\t" : "\\n", 2);
        else
            buf_u8(out, text.p[k]);
    buf_fini(&text);
}

/* Of files, as words HASH:MODE:SIZE:PATH. */
static uint64_t
files_bytes(struct span words)
{
    struct buf word = { 0 };
    struct command_file file;
    uint64_t bytes = 0;

    while (command_word_next(&words, 1, &word) > 0) {
        if (command_file_read((const char *)word.p, &file))
            bytes += file.size;
        buf_reset(&word);
    }
    buf_fini(&word);
    return bytes;
}

static size_t
stdin_bytes(const struct load *l, uint32_t i)
{
    const struct span own = l->plan.args != NULL
                                ? buf_span(&l->plan.args[i])
                                : span_of(NULL, 0);
    size_t name = strlen("data=");

    return l->data.len > name
               ? l->data.len - name
               : kind_param(buf_span(&l->plan.shared), own, "data").len;
}

/* -1: it has none of its own, as GNU parallel says of what it killed. */
static int
exit_of(const struct lb_result *r, const struct command_result *cmd, bool ran)
{
    bool killed = r->outcome == LB_JOB_CANCELLED ||
                  (r->outcome != LB_JOB_DONE &&
                   strcmp(r->error, "timeout") == 0);

    if (ran && !killed)
        return cmd->exit;
    return r->outcome == LB_JOB_DONE ? 0 : -1;
}

int
joblog_add(struct ctl *c, struct joblog *log, const struct followed *f,
           const struct lb_result *r)
{
    const struct load *l = log->load;
    uint32_t i = r->index;
    struct command_result cmd;
    bool ran = result_command(f, r, &cmd);
    uint64_t bytes = ran ? cmd.out_total + files_bytes(cmd.files)
                         : r->value_len;
    uint64_t sent = stdin_bytes(l, i) +
                    files_bytes(program_param(l, i, "put"));
    double start = (double)log->since_us / 1e6 + (double)r->wait_us / 1e6;
    struct buf line = { 0 };

    if (i >= l->plan.n_jobs)    /* not a job that we have submitted */
        return 0;
    describe(l, i, &line);
    fprintf(log->file, "%" PRIu32 "\t%s\t%.3f\t%10.3f\t%" PRIu64 "\t%" PRIu64
            "\t%d\t%u\t%.*s\t%s.%" PRIu32 "\t%u\t%016" PRIx64 "\n",
            l->seq != NULL ? l->seq[i] : i + 1,
            r->node[0] != '\0' ? r->node : ":", start,
            (double)r->run_us / 1e6, sent, bytes,
            exit_of(r, &cmd, ran), cmd.signal, (int)line.len,
            (const char *)line.p, f->name, i, r->attempt, joblog_hash(l, i));
    buf_fini(&line);
    if (fflush(log->file) == 0 && !ferror(log->file))
        return 0;
    return fail(c, log->path);
}

/* ---- numbers ---- */

static uint64_t
fnv(uint64_t h, struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ s.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

uint64_t
joblog_hash(const struct load *l, uint32_t i)
{
    const uint64_t basis = UINT64_C(0xcbf29ce484222325);
    struct walk w = walk_of(l, i);
    struct span name, value;
    uint64_t h = fnv(basis, span_str(l->kind->name));

    /* A sum: which parameters are shared depends on the other jobs. */
    while (walk_next(&w, &name, &value))
        h += fnv(fnv(fnv(basis, name), span_str("=")), value);
    return l->data.len > 0 ? h + fnv(basis, buf_span(&l->data)) : h;
}

void
joblog_number(struct jobfile *jobs)
{
    uint32_t n = 0;

    for (size_t k = 0; k < jobs->n_loads; k++) {
        struct load *l = &jobs->load[k];
        l->seq = xcalloc((size_t)l->plan.n_jobs + 1, sizeof *l->seq);
        for (uint32_t i = 0; i < l->plan.n_jobs; i++)
            l->seq[i] = ++n;
    }
}
