/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"

enum { BAR_EVERY_US = 200 * 1000, PLAIN_EVERY_US = 10 * 1000 * 1000,
       BAR_CELLS = 20 };

const char *const progress_modes[] = { "auto", "bar", "plain", "json", "none",
                                       NULL };

int64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
progress_init(struct progress *p, enum progress_mode mode,
              const struct ctl *c, const char *name)
{
    const char *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;

    if (mode == PROGRESS_AUTO)
        mode = c->output == OUTPUT_QUIET ? PROGRESS_NONE
               : isatty(STDERR_FILENO) && !dumb ? PROGRESS_BAR
                                                : PROGRESS_PLAIN;
    *p = (struct progress){ .mode = mode, .name = name,
                            .start_us = now_us() };
    p->shown_us = p->start_us;
}

static uint32_t
ended(const struct lb_progress *p)
{
    return p->done + p->failed + p->cancelled;
}

/* Jobs per second: two digits at least, but for none at all. */
static const char *
rate_text(double rate, char dst[32])
{
    int digits = rate < 9.95 && rate > 0 ? 1 : 0;

    dst[0] = '\0';
    if (rate > 0 && rate < 0.95)
        text_add(dst, 32, "%.2g", rate);
    else
        text_add(dst, 32, "%.*f", digits, rate);
    return dst;
}

void
progress_bar(const char *name, const struct lb_progress *p, double rate,
             size_t width, char *dst, size_t cap)
{
    uint32_t n = ended(p);
    double part = p->jobs > 0 ? (double)n / p->jobs : 1.0;
    size_t full = (size_t)(part * BAR_CELLS), len;
    char left[32] = "?", speed[32];

    if (rate > 0)
        units_print_duration((int64_t)((p->jobs - n) / rate) * 1000000, left,
                             sizeof left);
    dst[0] = '\0';
    text_add(dst, cap, "%s [", name);
    for (size_t i = 0; i < BAR_CELLS; i++)
        text_add(dst, cap, "%c", i < full ? '#' : '.');
    len = text_add(dst, cap, "] %u/%u  %.0f %%  %s jobs/s  left %s", n,
                   p->jobs, part * 100, rate_text(rate, speed), left);
    if (p->failed > 0)
        len = text_add(dst, cap, "  %u failed", p->failed);
    if (width > 1 && len > width - 1)
        dst[width - 1] = '\0';
}

static double
rate_of(struct progress *p, const struct lb_progress *now)
{
    double seconds = (double)(now_us() - p->start_us) / 1e6;

    return seconds > 0 ? (ended(now) - p->first_done) / seconds : 0;
}

static void
print_plain(struct progress *p, const struct lb_progress *now)
{
    uint32_t n = ended(now);
    double rate = rate_of(p, now);
    char left[32] = "?", nodes[512] = "", speed[32];

    if (rate > 0)
        units_print_duration((int64_t)((now->jobs - n) / rate * 1e6), left,
                             sizeof left);
    for (const char *at = now->nodes; *at != '\0';) {
        size_t len = strcspn(at, ","), name = strcspn(at, "=");
        if (name < len)
            text_add(nodes, sizeof nodes, "  %.*s %.*s", (int)name, at,
                     (int)(len - name - 1), at + name + 1);
        at += len + (at[len] == ',');
    }
    fprintf(stderr, "%s  %u/%u  %.0f %%  %s jobs/s  left %s%s\n", p->name, n,
            now->jobs, now->jobs > 0 ? 100.0 * n / now->jobs : 100.0,
            rate_text(rate, speed), left, nodes);
}

static size_t
stderr_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t n;

    if (columns != NULL && text_u64(columns, 20, 10000, &n) == 0)
        return (size_t)n;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void
progress_show(struct progress *p, const struct lb_progress *now)
{
    char bar[512];
    int64_t us = now_us();
    uint32_t tenth = now->jobs > 0
        ? (uint32_t)(10 * (uint64_t)ended(now) / now->jobs) : 10;

    if (p->mode == PROGRESS_BAR) {
        if (p->drawn && us - p->shown_us < BAR_EVERY_US)
            return;
        progress_bar(p->name, now, rate_of(p, now), stderr_width(), bar,
                     sizeof bar);
        fprintf(stderr, "\r\033[K%s", bar);
        p->drawn = true;
        p->shown_us = us;
        return;
    }
    /* The end has a line of its own. */
    bool due = (tenth > p->shown_tenth && tenth < 10) ||
               us - p->shown_us >= PLAIN_EVERY_US;
    if (!due || p->mode == PROGRESS_NONE)
        return;
    p->shown_tenth = tenth;
    p->shown_us = us;
    if (p->mode == PROGRESS_PLAIN)
        print_plain(p, now);
    else
        fprintf(stderr, "{\"v\":1,\"workload\":\"%s\",\"jobs\":%u,\"done\":%u,"
                "\"failed\":%u,\"cancelled\":%u}\n", p->name, now->jobs,
                now->done, now->failed, now->cancelled);
}

void
progress_wipe(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

void
progress_summary(const struct lb_progress *p, char *dst, size_t cap)
{
    double seconds = (double)p->elapsed_us / 1e6;
    const char *at = p->nodes;
    char speed[32];

    dst[0] = '\0';
    text_add(dst, cap, "%u done, %u failed, ", p->done, p->failed);
    if (p->cancelled > 0)
        text_add(dst, cap, "%u cancelled, ", p->cancelled);
    text_add(dst, cap, "%.1f s, %s jobs/s", seconds,
             rate_text(seconds > 0 ? ended(p) / seconds : 0, speed));
    for (char sep = ';'; *at != '\0'; sep = ',') {
        size_t len = strcspn(at, ","), name = strcspn(at, "=");
        if (name < len)
            text_add(dst, cap, "%c %.*s %.*s", sep, (int)name, at,
                     (int)(len - name - 1), at + name + 1);
        at += len + (at[len] == ',');
    }
}
