/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/clock.h"
#include "base/xalloc.h"

struct probe {
    int stat, meminfo, statm, loadavg;
    uint64_t busy, total;   /* ticks, at the last call */
    int64_t own_us, now_us;
    uint16_t cpu_permille, ext_permille;
};

static int
open_proc(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

struct probe *
probe_new(void)
{
    struct probe *p = xcalloc(1, sizeof *p);

    p->stat = open_proc("/proc/stat");
    p->meminfo = open_proc("/proc/meminfo");
    p->statm = open_proc("/proc/self/statm");
    p->loadavg = open_proc("/proc/loadavg");
    return p;
}

static void
shut(int fd)
{
    if (fd >= 0)
        close(fd);
}

void
probe_free(struct probe *p)
{
    if (p == NULL)
        return;
    shut(p->stat);
    shut(p->meminfo);
    shut(p->statm);
    shut(p->loadavg);
    free(p);
}

/* The start of the file, "" if it cannot be read. */
static const char *
start_of(int fd, char *dst, size_t cap)
{
    ssize_t n = fd < 0 ? -1 : pread(fd, dst, cap - 1, 0);

    dst[n > 0 ? n : 0] = '\0';
    return dst;
}

bool
probe_parse_stat(const char *line, uint64_t *busy, uint64_t *total)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    uint64_t v[FIELDS] = { 0 };
    int n = 0;

    if (strncmp(line, "cpu ", 4) != 0)
        return false;
    for (const char *p = line + 4; n < FIELDS; n++) {
        char *end;
        v[n] = strtoull(p, &end, 10);
        if (end == p)
            break;
        p = end;
    }
    if (n <= IDLE)
        return false;
    *busy = *total = 0;
    for (int i = 0; i < FIELDS; i++) {
        *total += v[i];
        *busy += i == IDLE || i == IOWAIT ? 0 : v[i];
    }
    return true;
}

static uint16_t
permille(double part)
{
    if (!(part > 0))
        return 0;
    return part >= 1 ? 1000 : (uint16_t)(part * 1000 + 0.5);
}

static void
read_cpu(struct probe *p, long n_cpus)
{
    char line[256];
    uint64_t busy, total;
    int64_t own = clock_process_cpu_us(), now = clock_us();

    if (!probe_parse_stat(start_of(p->stat, line, sizeof line), &busy, &total))
        return;
    /* Fewer ticks than this say nothing; counters may also be set back. */
    if (p->now_us != 0 && total >= p->total + 10 && busy >= p->busy &&
        now > p->now_us) {
        double share = (double)(busy - p->busy) / (double)(total - p->total);
        double mine = (double)(own - p->own_us) /
                      ((double)(now - p->now_us) * (double)n_cpus);
        p->cpu_permille = permille(share);
        p->ext_permille = permille(share - mine);
    } else if (p->now_us != 0 && total >= p->total && busy >= p->busy) {
        return;
    }
    p->busy = busy;
    p->total = total;
    p->own_us = own;
    p->now_us = now;
}

/* A line "MemTotal:   123 kB". */
static uint64_t
meminfo(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at == NULL ? 0 : strtoull(at + strlen(key), NULL, 10) * 1024;
}

void
probe_read(struct probe *p, struct event_sample *out)
{
    char text[512], *at;
    long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned long long pages;
    double load;

    n_cpus = n_cpus < 1 ? 1 : n_cpus > UINT16_MAX ? UINT16_MAX : n_cpus;
    read_cpu(p, n_cpus);
    out->n_cpus = (uint16_t)n_cpus;
    out->cpu_permille = p->cpu_permille;
    out->ext_cpu_permille = p->ext_permille;
    start_of(p->meminfo, text, sizeof text);
    out->mem_total_bytes = meminfo(text, "MemTotal:");
    out->mem_avail_bytes = meminfo(text, "MemAvailable:");
    load = strtod(start_of(p->loadavg, text, sizeof text), NULL);
    out->load_milli = load > 0 && load < 1e6 ? (uint32_t)(load * 1000) : 0;
    (void)strtoull(start_of(p->statm, text, sizeof text), &at, 10);
    pages = strtoull(at, NULL, 10);
    if (pages > 0)
        out->rss_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
