/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/cpus.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static unsigned
by_affinity(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN); /* more than CPU_SETSIZE */
    return n > 0 ? (unsigned)n : 1;
}

unsigned
cpus_of_quota(const char *cpu_max)
{
    char *end;
    long long quota = strtoll(cpu_max, &end, 10);

    if (end == cpu_max || quota <= 0)
        return 0;
    long long period = strtoll(end, NULL, 10);
    if (period <= 0 || quota / period >= 1000000)
        return 0;
    return (unsigned)((quota + period - 1) / period);
}

static bool
read_line(const char *path, char *dst, int cap)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    bool got = fgets(dst, cap, f) != NULL;
    fclose(f);
    return got;
}

/* The group of this process in the unified hierarchy, "/a/b". */
static bool
own_group(char *dst, int cap)
{
    FILE *f = fopen("/proc/self/cgroup", "re");
    bool got = false;

    if (f == NULL)
        return false;
    while (!got && fgets(dst, cap, f) != NULL)
        got = strncmp(dst, "0::", 3) == 0;
    fclose(f);
    if (!got)
        return false;
    dst[strcspn(dst, "\n")] = '\0';
    memmove(dst, dst + 3, strlen(dst + 3) + 1);
    return true;
}

static unsigned
least(unsigned a, unsigned b)
{
    return b != 0 && b < a ? b : a;
}

/* The quota of the group and of all above it. */
static unsigned
by_group(unsigned n)
{
    char group[512], path[600], line[128];

    if (own_group(group, sizeof group))
        for (char *end; (end = strrchr(group, '/')) != NULL; *end = '\0') {
            path[0] = '\0';
            text_add(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
            if (read_line(path, line, sizeof line))
                n = least(n, cpus_of_quota(line));
        }
    return n;
}

/* Version 1 of cgroups, as containers mount it. */
static unsigned
by_old_group(unsigned n)
{
    char line[128], both[300] = "";

    if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", line, sizeof line)) {
        line[strcspn(line, "\n")] = '\0';
        text_add(both, sizeof both, "%s ", line);
    }
    if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", line, sizeof line))
        text_add(both, sizeof both, "%s", line);
    return least(n, cpus_of_quota(both));
}

unsigned
cpus_allowed(void)
{
    unsigned n = by_old_group(by_group(by_affinity()));
    return n > 0 ? n : 1;
}
