/* SPDX-License-Identifier: MPL-2.0 */
/* The first byte says what the rest is: '{', with it, a file of --from-json;
 * 'v', values one a line; '0', values each ended by NUL; else a workload file.
 * Each good plan has jobs whose parameters are right in themselves. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/jobfile.h"
#include "ctl/own.h"
#include "ctl/submit.h"

enum { DIGITS_MAX = 4, LOOK_JOBS = 50 };

static void
need(bool right)
{
    if (!right)
        abort();
}

/* A short line may ask for millions of jobs, which takes memory and time and
 * is right; here it would only be slow. */
static bool
is_large(const uint8_t *p, size_t n)
{
    size_t digits = 0;

    for (size_t i = 0; i < n; i++) {
        digits = p[i] >= '0' && p[i] <= '9' ? digits + 1 : 0;
        if (digits > DIGITS_MAX || p[i] == 'M' || p[i] == 'G' || p[i] == 'K')
            return true;
    }
    return false;
}

static void
look_at(const struct load *l)
{
    const struct plan *p = &l->plan;
    char err[KIND_ERROR_MAX];
    uint64_t cost;

    for (uint32_t i = 0; i < p->n_jobs && i < LOOK_JOBS; i++) {
        struct buf out = { 0 };
        struct buf given = { 0 };
        if (p->args != NULL)
            buf_bytes(&given, p->args[i].p, p->args[i].len);
        else
            buf_bytes(&given, p->shared.p, p->shared.len);
        need(l->kind == kind_find("command") || p->args != NULL ||
             l->kind->parse(l->kind, buf_span(&given), &out, &cost,
                            err) == 0);
        buf_fini(&out);
        buf_fini(&given);
    }
    need(p->n_jobs <= KIND_JOBS_MAX);
}

static void
read_json(struct jobfile *f, const uint8_t *data, size_t size)
{
    char node[] = "ipc:///nonexistent/control.sock", path[64];
    struct ctl c = { .silent = true, .output = OUTPUT_QUIET, .node = node,
                     .timeout_us = 1000 };
    struct submit s = { .from_json = path };
    int fd = memfd_create("fuzz", 0);

    need(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int rc = json_read(&c, &s, f);
    need(rc == 0 || c.status != 0);
    for (size_t i = 0; i < sizeof s.owned / sizeof s.owned[0]; i++)
        free(s.owned[i]);
    own_forget(&c);
    close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = { "repeat=2" };
    struct jobfile f = { .n_loads = 0 };

    if (size == 0 || is_large(data, size))
        return 0;
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] == '{')
        read_json(&f, data, size);
    else if (data[0] == 'v')
        jobfile_values(&f, "f", rest, kind_find("fib"), words, 1, '\n');
    else if (data[0] == '0')
        jobfile_values(&f, "f", rest, kind_find("digitsum"), NULL, 0, '\0');
    else
        jobfile_read(&f, "f", rest);
    for (size_t i = 0; i < f.n_loads; i++)
        look_at(&f.load[i]);
    for (size_t i = 0; i < f.n_problems && i < JOBFILE_PROBLEMS; i++)
        need(strncmp(f.problem[i], "f", 1) == 0);
    jobfile_fini(&f);
    return 0;
}
