/* SPDX-License-Identifier: MPL-2.0 */
/* --resume: what a job log says has run. */
#include "ctl/joblog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/reach.h"
#include "ctl/submit.h"
#include "proto/names.h"

enum { COLUMNS = 12, COLUMN_JOB = 9, NAME_MOST = 80 };

struct line {
    uint64_t seq, hash;
    bool done;
};

/* The jobs of all loads, by number. */
struct known {
    uint64_t *hash;
    bool *skip;
    uint64_t n;
};

static struct span
column_span(struct span line, int at)
{
    for (; at > 0; at--) {
        const uint8_t *tab = memchr(line.p, '\t', line.len);
        size_t n = tab != NULL ? (size_t)(tab - line.p) + 1 : line.len;
        line = span_of(line.p + n, line.len - n);
    }
    const uint8_t *tab = memchr(line.p, '\t', line.len);
    return span_of(line.p, tab != NULL ? (size_t)(tab - line.p) : line.len);
}

/* The text of column `at`; "" if it has no place. */
static void
column(struct span line, int at, char dst[24])
{
    struct span text = column_span(line, at);

    span_copy(span_of(text.p, text.len < 24 ? text.len : 0), dst, 24);
}

static bool
read_line(struct span line, struct line *out)
{
    char seq[24], status[24], sig[24], hash[24], *end;
    int64_t code;
    uint64_t number;
    int tabs = 0;

    for (size_t i = 0; i < line.len; i++)
        tabs += line.p[i] == '\t';
    if (tabs != COLUMNS - 1)
        return false;
    column(line, 0, seq);
    column(line, 6, status);
    column(line, 7, sig);
    column(line, 11, hash);
    if (text_u64(seq, 1, UINT64_MAX, &out->seq) != 0 ||
        text_i64(status, -1, 255, &code) != 0 ||
        text_u64(sig, 0, 255, &number) != 0 || strlen(hash) != 16 ||
        strspn(hash, "0123456789abcdef") != 16)
        return false;
    out->hash = strtoull(hash, &end, 16);
    out->done = code == 0 && number == 0;
    return true;
}

/* How many lines are of none of these jobs; -1 after a message. */
static int64_t
read_lines(struct ctl *c, const struct joblog_skip *how, struct span text,
           struct known *known)
{
    int64_t strange = 0;

    for (size_t number = 1; text.len > 0; number++) {
        const uint8_t *end = memchr(text.p, '\n', text.len);
        size_t n = (size_t)(end - text.p);
        struct span row = span_of(text.p, n);
        struct line line;
        bool is_head = n >= 4 && memcmp(text.p, "Seq\t", 4) == 0;
        text = span_of(end + 1, text.len - n - 1);
        if (number == 1 && is_head)
            continue;
        if (!read_line(row, &line)) {
            ctl_fail(c, EXIT_USAGE, "%s:%zu: not a job log line; cut it or "
                     "choose another file", how->path, number);
            return -1;
        }
        if (line.seq > known->n || known->hash[line.seq - 1] != line.hash)
            strange++;
        else    /* the last line about a job counts */
            known->skip[line.seq - 1] = line.done || !how->failed_again;
    }
    return strange;
}

static size_t
count_lines(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.p[i] == '\n';
    return n;
}

/* The whole lines; the rest, of a writer that was killed, is cut off. */
static int
read_file(struct ctl *c, const char *path, struct buf *out)
{
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (input_read(c, path, out) != 0)
        return -1;
    size_t n = out->len;
    while (n > 0 && out->p[n - 1] != '\n')
        n--;
    if (n == out->len)
        return 0;
    ctl_note(c, "%s: its last line is not whole, it is cut off", path);
    out->len = n;
    if (truncate(path, (off_t)n) == 0)
        return 0;
    ctl_fail(c, EXIT_DISK, "%s: %s", path, strerror(errno));
    return -1;
}

/* Jobs that stay move up. */
static int
thin_out(struct ctl *c, struct load *l, const struct known *known,
         int64_t *skipped)
{
    struct plan *p = &l->plan;
    uint32_t n = 0;

    for (uint32_t i = 0; i < p->n_jobs; i++) {
        if (known->skip[l->seq[i] - 1]) {
            ++*skipped;
            if (p->args != NULL)
                buf_fini(&p->args[i]);
            if (l->values != NULL)
                free(l->values[i]);
            continue;
        }
        l->seq[n] = l->seq[i];
        if (p->args != NULL) {
            p->args[n] = p->args[i];
            p->args_cost[n] = p->args_cost[i];
        }
        if (l->values != NULL)
            l->values[n] = l->values[i];
        n++;
    }
    bool whole = n < p->n_jobs && n > 0 && l->kind->count != NULL;
    p->n_jobs = n;
    if (!whole)
        return 0;
    ctl_fail(c, EXIT_USAGE, "--resume: the jobs of %s are pieces of one "
             "whole, none can be left out", l->kind->name);
    return -1;
}

static void
know(const struct jobfile *jobs, struct known *known)
{
    for (size_t k = 0; k < jobs->n_loads; k++)
        known->n += jobs->load[k].plan.n_jobs;
    known->hash = xcalloc(known->n + 1, sizeof *known->hash);
    known->skip = xcalloc(known->n + 1, sizeof *known->skip);
    for (size_t k = 0; k < jobs->n_loads; k++)
        for (uint32_t i = 0; i < jobs->load[k].plan.n_jobs; i++)
            known->hash[jobs->load[k].seq[i] - 1] =
                joblog_hash(&jobs->load[k], i);
}

int64_t
joblog_skip(struct ctl *c, const struct joblog_skip *how,
            struct jobfile *jobs)
{
    struct known known = { .n = 0 };
    struct buf text = { 0 };
    char what[4400] = "";
    int64_t strange = -1, skipped = 0;

    know(jobs, &known);
    if (read_file(c, how->path, &text) == 0)
        strange = read_lines(c, how, buf_span(&text), &known);
    int rc = strange < 0 ? -1 : 0;
    if (strange > 0 && !how->sure) {
        size_t lines = count_lines(buf_span(&text));
        lines -= text.len >= 4 && memcmp(text.p, "Seq\t", 4) == 0;
        text_add(what, sizeof what, "%.4000s: %" PRId64 " of %zu lines fit no "
                 "input of this run", how->path, strange, lines);
        rc = ctl_confirm(c, what) ? 0 : -1;
    }
    for (size_t k = 0; rc == 0 && k < jobs->n_loads; k++)
        rc = thin_out(c, &jobs->load[k], &known, &skipped);
    buf_fini(&text);
    free(known.hash);
    free(known.skip);
    return rc == 0 ? skipped : -1;
}

/* ---- what still runs ---- */

/* Is `name` of a workload that has not ended? 1 with *w. -1 after a message. */
static int
goes_on(struct ctl *c, const char *name, struct lb_workload_info *w)
{
    struct lb_workload_info *v;
    struct selector s;
    size_t n;

    if (selector_parse(name, &s) != 0)
        return 0;
    if (reach_nodes(c) != 0)
        return -1;
    /* A home that is not here can be asked nothing: a log outlives it. */
    const struct lb_node *home = reach_node(c, s.home);
    if (home == NULL || home->life > LB_STALE)
        return 0;
    struct lb *lb = reach(c, s.home);
    if (lb == NULL)
        return -1;
    int status = lb_list(lb, s.number, &v, &n);
    if (status != LB_OK && status != LB_NOTFOUND) {
        ctl_failed(c, lb, status);
        return -1;
    }
    bool open = status == LB_OK && n > 0 && !v[0].ended;
    if (open)
        *w = v[0];
    free(v);
    return open;
}

/* -1 after a message, and a question. */
static int
check_open(struct ctl *c, const char *path, const char *name)
{
    struct lb_workload_info w;
    char what[4700] = "";
    int open = goes_on(c, name, &w);

    if (open <= 0)
        return open;
    uint32_t left = w.jobs - w.done - w.failed - w.cancelled;
    text_add(what, sizeof what, "%.4000s: %s goes on, %" PRIu32 " of its %"
             PRIu32 " jobs are left and would run twice: \"lbctl cancel %s\" "
             "ends them, \"lbctl results --follow %s\" waits for them", path,
             name, left, w.jobs, name, name);
    return ctl_confirm(c, what) ? 0 : -1;
}

int
joblog_check(struct ctl *c, const char *path)
{
    struct buf text = { 0 };
    char (*name)[NAME_MOST] = NULL;
    size_t n = 0;
    int rc = read_file(c, path, &text);
    struct span rest = buf_span(&text);

    while (rc == 0 && rest.len > 0) {
        const uint8_t *end = memchr(rest.p, '\n', rest.len);
        size_t len = (size_t)(end - rest.p), k = 0;
        struct span job = column_span(span_of(rest.p, len), COLUMN_JOB);
        const uint8_t *dot = memchr(job.p, '.', job.len);
        char one[NAME_MOST];
        rest = span_of(end + 1, rest.len - len - 1);
        if (dot == NULL || dot - job.p >= NAME_MOST)
            continue;
        span_copy(span_of(job.p, (size_t)(dot - job.p)), one, sizeof one);
        while (k < n && strcmp(name[n - 1 - k], one) != 0)
            k++;
        if (k < n)
            continue;
        name = xrealloc(name, n + 1, sizeof *name);
        memcpy(name[n++], one, sizeof one);
        rc = check_open(c, path, one);
    }
    free(name);
    buf_fini(&text);
    return rc;
}
