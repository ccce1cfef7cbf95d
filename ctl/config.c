/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"

static const char *const keys[] = { "node", "key", "timeout", "output", NULL };
static const char *const outputs[] = { "table", "json", "raw", "quiet", NULL };

static bool
user_dir(const char *variable, const char *under_home, char *dst, size_t cap)
{
    const char *base = getenv(variable), *home = getenv("HOME");

    dst[0] = '\0';
    if (base != NULL && base[0] == '/')
        text_add(dst, cap, "%s/lbagent", base);
    else if (home != NULL && home[0] == '/')
        text_add(dst, cap, "%s/%s/lbagent", home, under_home);
    return dst[0] != '\0';
}

bool
config_dir(char *dst, size_t cap)
{
    return user_dir("XDG_CONFIG_HOME", ".config", dst, cap);
}

bool
state_dir(char *dst, size_t cap)
{
    return user_dir("XDG_STATE_HOME", ".local/state", dst, cap);
}

static int
output_of(const char *word)
{
    for (int i = 0; outputs[i] != NULL; i++)
        if (strcmp(word, outputs[i]) == 0)
            return i + OUTPUT_TABLE;
    return -1;
}

static void
replace(char **at, const char *value)
{
    free(*at);
    *at = xstrdup(value);
}

/* Sets `key`; false: the value is wrong, `why` says how. */
static bool
set(struct ctl *c, const char *key, const char *value, char *why, size_t cap)
{
    int64_t us;

    why[0] = '\0';
    if (strcmp(key, "node") == 0) {
        replace(&c->node_default, value);
    } else if (strcmp(key, "key") == 0) {
        replace(&c->key, value);
    } else if (strcmp(key, "timeout") == 0) {
        int rc = units_duration(value, &us);
        if (rc == -EDOM)
            text_add(why, cap, "\"%s\" has no unit; write %ss or %smin", value,
                     value, value);
        else if (rc != 0)
            text_add(why, cap, "\"%s\" is not a duration (250ms 10s 5min 2h "
                     "1d)", value);
        else
            c->timeout_us = us;
    } else {
        int i = output_of(value);
        if (i < 0)
            text_add(why, cap, "\"%s\" is not one of table json raw quiet",
                     value);
        else
            c->output_default = (enum output)i;
    }
    return why[0] == '\0';
}

static bool
is_key(const char *key)
{
    for (size_t i = 0; keys[i] != NULL; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

struct reading {
    struct ctl *c;
    const char *path;
    int rc;
};

static void
read_line(void *with, const struct ini_line *l)
{
    struct reading *r = with;
    char why[256];

    if (l->key == NULL) {
        ctl_fail(r->c, EXIT_CONFIG, "%s:%u: %s", r->path, l->number,
                 l->wrong);
    } else if (!is_key(l->key)) {
        const char *near = text_nearest(l->key, keys);
        ctl_fail(r->c, EXIT_CONFIG, near != NULL
                 ? "%s:%u: unknown key \"%s\" (did you mean \"%s\"?)"
                 : "%s:%u: unknown key \"%s\"; keys: node key timeout output",
                 r->path, l->number, l->key, near);
    } else if (set(r->c, l->key, l->value, why, sizeof why)) {
        return;
    } else {
        ctl_fail(r->c, EXIT_CONFIG, "%s:%u: %s: %s", r->path, l->number,
                 l->key, why);
    }
    r->rc = -1;
}

int
config_read(struct ctl *c, const char *path, bool required)
{
    struct reading r = { c, path, 0 };
    int rc = ini_read(path, read_line, &r);

    if (rc == -ENOENT && !required)
        return 0;
    if (rc == 0)
        return r.rc;
    ctl_fail(c, rc == -ENOENT ? EXIT_NOTFOUND : EXIT_CONFIG, "%s: %s", path,
             rc == -ENOENT ? "no such file" : strerror(-rc));
    return -1;
}

static int
environment(struct ctl *c)
{
    static const struct { const char *variable, *key; } from[] = {
        { "LB_NODE", "node" }, { "LB_KEY", "key" },
        { "LB_TIMEOUT", "timeout" }, { "LB_OUTPUT", "output" }
    };
    char why[256];
    int rc = 0;

    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        const char *value = getenv(from[i].variable);
        if (value == NULL || value[0] == '\0' ||
            set(c, from[i].key, value, why, sizeof why))
            continue;
        ctl_fail(c, EXIT_USAGE, "%s: %s", from[i].variable, why);
        rc = -1;
    }
    return rc;
}

int
config_load(struct ctl *c)
{
    const char *file = getenv("LB_CONFIG");
    char path[4096];
    int rc = 0;

    c->output_default = OUTPUT_TABLE;
    if (file != NULL && file[0] != '\0') {
        rc = config_read(c, file, true);
    } else {
        rc = config_read(c, "/etc/lbagent/client.ini", false);
        if (config_dir(path, sizeof path)) {
            text_add(path, sizeof path, "/client.ini");
            if (config_read(c, path, false) != 0)
                rc = -1;
        }
    }
    return environment(c) == 0 ? rc : -1;
}
