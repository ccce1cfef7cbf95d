/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { LINE = 1024, QUOTA_MIN_US = 1000 };  /* the least the kernel takes */

/* ---- files ---- */

static bool
put(const char *dir, const char *name, const char *text)
{
    char path[CGROUP_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text);
}

static bool
get(const char *dir, const char *name, char *text, size_t cap)
{
    char path[CGROUP_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    size_t n = fread(text, 1, cap - 1, f);
    fclose(f);
    text[n] = '\0';
    return true;
}

/* Is `word` one of those in `list`? */
static bool
lists(const char *list, const char *word, const char *separators)
{
    size_t n = strlen(word);

    for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
        if ((p == list || strchr(separators, p[-1]) != NULL) &&
            (p[n] == '\0' || strchr(separators, p[n]) != NULL))
            return true;
    return false;
}

/* ---- where we are ---- */

/* The path of this process in the hierarchy: that of the controller cpu, or
 * of version 2 (cgroups(7), /proc/PID/cgroup). */
static bool
own_path(unsigned version, char path[CGROUP_PATH])
{
    char line[LINE], *list, *at;
    FILE *f = fopen("/proc/self/cgroup", "re");
    bool found = false;

    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if ((list = strchr(line, ':')) == NULL ||
            (at = strchr(++list, ':')) == NULL)
            continue;
        *at++ = '\0';
        found = version == 2 ? list[0] == '\0' : lists(list, "cpu", ",");
        if (found && strlen(at) < CGROUP_PATH)
            memcpy(path, at, strlen(at) + 1);
    }
    if (f != NULL)
        fclose(f);
    return found;
}

/* Where that hierarchy is mounted, and what of it (proc(5), mountinfo). */
static bool
mounted(unsigned version, char root[CGROUP_PATH], char point[CGROUP_PATH])
{
    char line[LINE], type[32], options[256];
    FILE *f = fopen("/proc/self/mountinfo", "re");
    bool found = false;

    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        const char *rest = strstr(line, " - ");
        found = rest != NULL &&
                sscanf(line, "%*s %*s %*s %511s %511s", root, point) == 2 &&
                sscanf(rest, " - %31s %*s %255s", type, options) == 2 &&
                (version == 2 ? strcmp(type, "cgroup2") == 0
                              : strcmp(type, "cgroup") == 0 &&
                                    lists(options, "cpu", ","));
    }
    if (f != NULL)
        fclose(f);
    return found;
}

static bool
own_dir(unsigned version, char dir[CGROUP_PATH])
{
    char root[CGROUP_PATH], point[CGROUP_PATH], path[CGROUP_PATH];

    if (!own_path(version, path) || !mounted(version, root, point))
        return false;
    const char *below = path;
    size_t n = strlen(root);
    if (strcmp(root, "/") != 0) {
        if (strncmp(path, root, n) != 0)
            return false;
        below = path + n;
    }
    dir[0] = '\0';
    text_add(dir, CGROUP_PATH, "%s%s", point,
             strcmp(below, "/") == 0 ? "" : below);
    return true;
}

/* ---- open ---- */

/* Groups of agents that were killed: who is not empty stays. */
static void
sweep(const char *dir)
{
    const struct dirent *e;
    DIR *d = opendir(dir);
    char text[32];

    while (d != NULL && (e = readdir(d)) != NULL) {
        struct cgroup old = { .version = 1 };
        if (strncmp(e->d_name, "lbagent.", 8) != 0)
            continue;
        snprintf(text, sizeof text, "/proc/%.10s", e->d_name + 8);
        if (access(text, F_OK) == 0)
            continue;
        text_add(old.dir, sizeof old.dir, "%s/%.40s", dir, e->d_name);
        cgroup_close(&old);
    }
    if (d != NULL)
        closedir(d);
}

/* A group of version 2 hands its processor on only when no process is in it:
 * ours is, so it moves; others would stay. */
static bool
hand_on(const char *dir)
{
    char text[LINE], leaf[CGROUP_PATH + 8], pid[32];

    if (!get(dir, "cgroup.controllers", text, sizeof text) ||
        !lists(text, "cpu", " \n") ||
        !get(dir, "cgroup.procs", text, sizeof text))
        return false;
    snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (strcmp(text, pid) != 0)
        return false;
    snprintf(leaf, sizeof leaf, "%s/agent", dir);
    return (mkdir(leaf, 0755) == 0 || errno == EEXIST) &&
           put(leaf, "cgroup.procs", "0") &&
           put(dir, "cgroup.subtree_control", "+cpu");
}

static bool
open_version(struct cgroup *g, unsigned version)
{
    char dir[CGROUP_PATH];

    if (!own_dir(version, dir))
        return false;
    sweep(dir);
    if (version == 2 && !hand_on(dir))
        return false;
    g->dir[0] = '\0';
    text_add(g->dir, sizeof g->dir, "%s/lbagent.%d", dir, (int)getpid());
    if (mkdir(g->dir, 0755) != 0)
        return false;
    if ((version == 2 && !put(g->dir, "cgroup.subtree_control", "+cpu")) ||
        (version == 1 && !put(g->dir, "cpu.cfs_quota_us", "-1"))) {
        (void)rmdir(g->dir);
        return false;
    }
    g->version = version;
    return true;
}

bool
cgroup_open(struct cgroup *g)
{
    g->version = 0;
    return open_version(g, 2) || open_version(g, 1);
}

void
cgroup_close(const struct cgroup *g)
{
    char path[CGROUP_PATH + 300];
    const struct dirent *e;
    DIR *d = g->version != 0 ? opendir(g->dir) : NULL;

    while (d != NULL && (e = readdir(d)) != NULL)
        if (strncmp(e->d_name, "slot.", 5) == 0) {
            snprintf(path, sizeof path, "%s/%s", g->dir, e->d_name);
            (void)rmdir(path);
        }
    if (d != NULL) {
        closedir(d);
        (void)rmdir(g->dir);
    }
}

bool
cgroup_enter(const struct cgroup *g, unsigned slot, char path[CGROUP_PATH])
{
    if (g->version == 0)
        return false;
    path[0] = '\0';
    text_add(path, CGROUP_PATH, "%s/slot.%u", g->dir, slot);
    return (mkdir(path, 0755) == 0 || errno == EEXIST) &&
           put(path, "cgroup.procs", "0");
}

bool
cgroup_limit(const char *path, unsigned version, unsigned percent,
             int64_t period_us)
{
    int64_t quota = period_us * percent / 100;
    char text[64];

    if (quota < QUOTA_MIN_US) {
        period_us = period_us * QUOTA_MIN_US / (quota > 0 ? quota : 1);
        quota = QUOTA_MIN_US;
    }
    if (version == 2) {
        if (percent >= 100)
            return put(path, "cpu.max", "max");
        snprintf(text, sizeof text, "%lld %lld", (long long)quota,
                 (long long)period_us);
        return put(path, "cpu.max", text);
    }
    if (percent >= 100)
        return put(path, "cpu.cfs_quota_us", "-1");
    /* A quota above a new, shorter period is refused: first without any. */
    snprintf(text, sizeof text, "%lld", (long long)period_us);
    if (!put(path, "cpu.cfs_quota_us", "-1") ||
        !put(path, "cpu.cfs_period_us", text))
        return false;
    snprintf(text, sizeof text, "%lld", (long long)quota);
    return put(path, "cpu.cfs_quota_us", text);
}
