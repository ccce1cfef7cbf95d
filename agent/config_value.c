/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config_parts.h"
#include "agent/cpus.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "proto/names.h"

/* Room for any scalar field. */
union scalar {
    uint64_t number;
    int64_t us;
    double real;
    bool yes;
};

static bool
refuse(char err[VALUE_ERROR], const char *fmt, const char *text,
       const char *range)
{
    char start[160];

    /* Long values are named by their beginning. */
    span_copy(span_str(text), start, sizeof start);
    err[0] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    text_add(err, VALUE_ERROR, fmt, start, range);
#pragma GCC diagnostic pop
    return false;
}

static bool
outside(const struct key *k, const char *text, char err[VALUE_ERROR])
{
    refuse(err, "%s is outside %s", text, k->range);
    if (strcmp(k->section, "throttle") == 0 && strcmp(text, "0") == 0)
        text_add(err, VALUE_ERROR,
                 "; use pause to stop a node (\"lbctl pause\")");
    return false;
}

static bool
in_range(const struct key *k, double v)
{
    return (k->zero && !(v < 0) && !(v > 0)) || (v >= k->min && v <= k->max);
}

static bool
parse_number(const struct key *k, const char *text, uint64_t *out,
             char err[VALUE_ERROR])
{
    int64_t v = 0;
    int rc = text_i64(text, INT64_MIN, INT64_MAX, &v);

    if (rc == -EINVAL)
        return refuse(err, "\"%s\" is not a whole number", text, "");
    if (rc != 0 || !in_range(k, (double)v))
        return outside(k, text, err);
    *out = (uint64_t)v;
    return true;
}

static bool
parse_real(const struct key *k, const char *text, double *out,
           char err[VALUE_ERROR])
{
    char *end;
    double v = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(v) ||
        strspn(text, "0123456789.eE+-") != strlen(text))
        return refuse(err, "\"%s\" is not a number", text, "");
    if (!in_range(k, v))
        return outside(k, text, err);
    *out = v;
    return true;
}

static bool
parse_duration(const struct key *k, const char *text, int64_t *out,
               char err[VALUE_ERROR])
{
    int64_t us = 0;
    int rc = units_duration(text, &us);

    if (rc == -EDOM)
        return refuse(err, "\"%1$s\" has no unit; write %1$ss or %1$smin",
                      text, "");
    if (rc == -ERANGE)
        return refuse(err, "\"%s\" is too long", text, "");
    if (rc != 0)
        return refuse(err, "\"%s\" is not a duration (250ms 10s 5min 2h 1d)",
                      text, "");
    if (!in_range(k, (double)us))
        return outside(k, text, err);
    *out = us;
    return true;
}

static bool
parse_size(const struct key *k, const char *text, uint64_t *out,
           char err[VALUE_ERROR])
{
    uint64_t bytes = 0;
    int rc = units_size(text, &bytes);

    if (rc == -EDOM)
        return refuse(err, "\"%1$s\" has no unit; write %1$sK or %1$sM", text,
                      "");
    if (rc == -ERANGE)
        return refuse(err, "\"%s\" is too large", text, "");
    if (rc != 0)
        return refuse(err, "\"%s\" is not a size (64K 10M 1G)", text, "");
    if (!in_range(k, (double)bytes))
        return outside(k, text, err);
    *out = bytes;
    return true;
}

static bool
parse_bool(const char *text, bool *out, char err[VALUE_ERROR])
{
    *out = strcmp(text, "yes") == 0;
    if (*out || strcmp(text, "no") == 0)
        return true;
    return refuse(err, "\"%s\" is not yes or no", text, "");
}

static bool
parse_word(const struct key *k, const char *text, uint64_t *out,
           char err[VALUE_ERROR])
{
    for (uint64_t i = 0; k->words[i] != NULL; i++)
        if (strcmp(k->words[i], text) == 0) {
            *out = i + 1;
            return true;
        }
    const char *near = text_nearest(text, k->words);
    refuse(err, "unknown value \"%s\"", text, "");
    if (near != NULL) {
        text_add(err, VALUE_ERROR, " (did you mean \"%s\"?)", near);
        return false;
    }
    text_add(err, VALUE_ERROR, "; values:");
    for (size_t i = 0; k->words[i] != NULL; i++)
        text_add(err, VALUE_ERROR, " %s", k->words[i]);
    return false;
}

static bool
parse_slots(const struct key *k, const char *text, uint64_t *out,
            char err[VALUE_ERROR])
{
    size_t len = strlen(text);
    char number[16] = "";
    uint64_t percent;

    if (strcmp(text, "auto") == 0) {
        *out = cpus_allowed();
        return true;
    }
    if (len == 0 || len >= sizeof number || text[len - 1] != '%')
        return parse_number(k, text, out, err);
    memcpy(number, text, len - 1);
    number[len - 1] = '\0';
    int rc = text_u64(number, 1, 100, &percent);
    if (rc == -EINVAL)
        return refuse(err, "\"%s\" is not a whole number of per cent", text,
                      "");
    if (rc != 0)
        return outside(k, text, err);
    *out = (cpus_allowed() * percent + 99) / 100;
    return true;
}

static bool
parse_name(const char *text, char err[VALUE_ERROR])
{
    if (name_is_valid(text))
        return true;
    if (strcmp(text, "all") == 0 || strcmp(text, "last") == 0 ||
        strcmp(text, "mine") == 0)
        return refuse(err, "\"%s\" is reserved", text, "");
    return refuse(err, "\"%s\" is not a name (letters, digits, - and _; at "
                       "most 63, one letter at least)", text, "");
}

static bool
parse_path(const struct key *k, const char *text, char err[VALUE_ERROR])
{
    double max = k->max > 0 ? k->max : PATH_CAP - 1;
    char most[16] = "";

    if (text[0] != '/')
        return refuse(err, "\"%s\" is not an absolute path", text, "");
    text_add(most, sizeof most, "%d", (int)max);
    if ((double)strlen(text) > max)
        return refuse(err, "\"%s\" is longer than %s bytes", text, most);
    return true;
}

static bool
parse_host(const char *text, char err[VALUE_ERROR])
{
    if (strlen(text) > ENDPOINT_MAX_BYTES)
        return refuse(err, "\"%s\" is longer than 255 bytes", text, "");
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("._:-", *c) == NULL)
            return refuse(err, "\"%s\" is not a host or an address", text, "");
    return true;
}

static bool
parse_address(const char *text, char err[VALUE_ERROR])
{
    unsigned char bytes[16];

    if (strcmp(text, "*") == 0 || inet_pton(AF_INET, text, bytes) == 1 ||
        inet_pton(AF_INET6, text, bytes) == 1)
        return true;
    return refuse(err, "\"%s\" is not an address (10.0.0.7 fd00::7 *)", text,
                  "");
}

static bool
parse_node(const char *text, char err[VALUE_ERROR])
{
    char host[ENDPOINT_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1];
    const char *at = strchr(text, '@');
    uint16_t port;

    if (at != NULL) {
        span_copy(span_of(text, (size_t)(at - text)), name, sizeof name);
        if ((size_t)(at - text) > NAME_MAX_BYTES || !name_is_valid(name))
            return refuse(err, "\"%s\": what stands before @ is not a name",
                          text, "");
        at++;
    }
    int rc = endpoint_parse(at != NULL ? at : text, host, &port);
    if (rc == -ERANGE)
        return refuse(err, "\"%s\": the port is not in 1024..65532", text, "");
    if (rc != 0)
        return refuse(err, "\"%s\" is not [NAME@]HOST[:PORT]", text, "");
    return true;
}

static bool
parse_text(const char *text, char err[VALUE_ERROR])
{
    if (strlen(text) <= KEY_TEXT_CAP)
        return true;
    return refuse(err, "\"%s\" is longer than %s bytes", text, "120");
}

static bool
parse_tag(const char *text, char err[VALUE_ERROR])
{
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_.=-", *c) == NULL)
            return refuse(err, "\"%s\" is not a word or k=v", text, "");
    if (text[0] == '=')
        return refuse(err, "\"%s\" is not a word or k=v", text, "");
    return true;
}

static bool
parse(const struct key *k, const char *text, union scalar *out,
      char err[VALUE_ERROR])
{
    switch (k->type) {
    case KEY_NAME: return parse_name(text, err);
    case KEY_PATH: return parse_path(k, text, err);
    case KEY_HOST: return parse_host(text, err);
    case KEY_NUMBER: return parse_number(k, text, &out->number, err);
    case KEY_REAL: return parse_real(k, text, &out->real, err);
    case KEY_DURATION: return parse_duration(k, text, &out->us, err);
    case KEY_SIZE: return parse_size(k, text, &out->number, err);
    case KEY_BOOL: return parse_bool(text, &out->yes, err);
    case KEY_WORD: return parse_word(k, text, &out->number, err);
    case KEY_SLOTS: return parse_slots(k, text, &out->number, err);
    case KEY_TEXT: return parse_text(text, err);
    case KEY_WORDS: return parse_tag(text, err);
    case KEY_NODES: return parse_node(text, err);
    case KEY_ADDRESSES: return parse_address(text, err);
    case KEY_PATHS: return parse_path(k, text, err);
    case KEY_ITEMS:
    case KEY_LINES: return true;
    }
    return false;
}

bool
value_check(const struct key *k, const char *text, char err[VALUE_ERROR])
{
    union scalar v = { 0 };

    if (text[0] == '\0' && k->type != KEY_HOST)
        return refuse(err, "no value", "", "");
    return parse(k, text, &v, err);
}

static void
apply_scalar(const struct key *k, const char *text, void *field)
{
    union scalar v = { 0 };
    char err[VALUE_ERROR];

    if (!parse(k, text, &v, err))
        return; /* said before: nothing starts */
    switch (k->type) {
    case KEY_NAME:
    case KEY_PATH:
    case KEY_TEXT:
    case KEY_HOST: memcpy(field, text, strlen(text) + 1); break;
    case KEY_REAL: *(double *)field = v.real; break;
    case KEY_DURATION: *(int64_t *)field = v.us; break;
    case KEY_BOOL: *(bool *)field = v.yes; break;
    case KEY_NUMBER:
    case KEY_SIZE:
    case KEY_WORD:
    case KEY_SLOTS: *(uint64_t *)field = v.number; break;
    case KEY_WORDS:
    case KEY_NODES:
    case KEY_ADDRESSES:
    case KEY_PATHS:
    case KEY_ITEMS:
    case KEY_LINES: break;
    }
}

void
value_apply(const struct key *k, const struct list *items, void *c)
{
    void *field = (char *)c + k->offset;

    if (!key_is_list(k)) {
        if (items->n > 0)
            apply_scalar(k, items->v[0], field);
        return;
    }
    struct list *l = field;
    list_clear(l);
    for (size_t i = 0; i < items->n; i++)
        list_add(l, items->v[i], strlen(items->v[i]));
}

/* Of a user without root: below the home directory. */
static void
default_dir(const char *variable, const char *system, const char *user,
            const char *rest, char *dst, size_t cap)
{
    const char *given = getenv(variable), *home = getenv("HOME");

    if (given != NULL && given[0] == '/')
        text_add(dst, cap, "%.*s", (int)strcspn(given, ":"), given);
    else if (geteuid() == 0)
        text_add(dst, cap, "%s", system);
    else if (user != NULL && user[0] == '/')
        text_add(dst, cap, "%s/lbagent", user);
    else if (home != NULL && home[0] == '/' && rest != NULL)
        text_add(dst, cap, "%s%s", home, rest);
    else
        text_add(dst, cap, "/tmp/lbagent-%u", (unsigned)geteuid());
}

static void
default_name(char *dst, size_t cap)
{
    char host[256] = "";

    gethostname(host, sizeof host - 1);
    host[strcspn(host, ".")] = '\0';
    text_add(dst, cap, "%s", name_is_valid(host) ? host : "node");
}

void
value_default(const struct key *k, char *dst, size_t cap)
{
    dst[0] = '\0';
    if (k->value != NULL)
        text_add(dst, cap, "%s", k->value);
    else if (strcmp(k->name, "state_dir") == 0)
        default_dir("STATE_DIRECTORY", "/var/lib/lbagent",
                    getenv("XDG_STATE_HOME"), "/.local/state/lbagent", dst,
                    cap);
    else if (strcmp(k->name, "run_dir") == 0)
        default_dir("RUNTIME_DIRECTORY", "/run/lbagent",
                    getenv("XDG_RUNTIME_DIR"), NULL, dst, cap);
    else
        default_name(dst, cap);
}
