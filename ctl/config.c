/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"

enum { LINE_BYTES = 1024 };

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

static char *
trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
        s[--n] = '\0';
    return s;
}

static bool
is_key(const char *key)
{
    for (size_t i = 0; keys[i] != NULL; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* A line that is neither blank nor a comment. False after a message. */
static bool
read_line(struct ctl *c, char *line, const char *path, unsigned number)
{
    char why[256];
    char *equals = strchr(line, '=');

    if (equals == NULL) {
        ctl_fail(c, EXIT_CONFIG, "%s:%u: \"%s\" is not KEY = VALUE", path,
                 number, line);
        return false;
    }
    *equals = '\0';
    char *key = trim(line), *value = trim(equals + 1);
    if (!is_key(key)) {
        const char *near = text_nearest(key, keys);
        ctl_fail(c, EXIT_CONFIG, near != NULL
                 ? "%s:%u: unknown key \"%s\" (did you mean \"%s\"?)"
                 : "%s:%u: unknown key \"%s\"; keys: node key timeout output",
                 path, number, key, near);
        return false;
    }
    if (set(c, key, value, why, sizeof why))
        return true;
    ctl_fail(c, EXIT_CONFIG, "%s:%u: %s: %s", path, number, key, why);
    return false;
}

int
config_read(struct ctl *c, const char *path, bool required)
{
    char line[LINE_BYTES];
    unsigned number = 0;
    int rc = 0;
    FILE *f = fopen(path, "re");

    if (f == NULL && errno == ENOENT && !required)
        return 0;
    if (f == NULL) {
        ctl_fail(c, errno == ENOENT ? EXIT_NOTFOUND : EXIT_CONFIG, "%s: %s",
                 path, errno == ENOENT ? "no such file" : strerror(errno));
        return -1;
    }
    while (fgets(line, sizeof line, f) != NULL) {
        number++;
        if (strchr(line, '\n') == NULL && !feof(f)) {
            ctl_fail(c, EXIT_CONFIG, "%s:%u: line longer than %d bytes", path,
                     number, LINE_BYTES - 2);
            rc = -1;
            break;
        }
        char *text = trim(line);
        if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
            continue;
        if (!read_line(c, text, path, number))
            rc = -1;
    }
    fclose(f);
    return rc;
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
