/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/param.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum {
    WORD_MAX = 80, /* longest number or duration that is looked at */
    SHOWN_MAX = 60
};

int
param_error(char *err, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err, KIND_ERROR_MAX, fmt, ap);
    va_end(ap);
    return code;
}

static int
shown(struct span s)
{
    return s.len < SHOWN_MAX ? (int)s.len : SHOWN_MAX;
}

static const char *
text(struct span s)
{
    return s.p == NULL ? "" : (const char *)s.p;
}

bool
param_next(struct span *rest, struct span *name, struct span *value)
{
    static const char data[] = "data=";
    if (rest->len == 0)
        return false;
    const uint8_t *p = rest->p;
    size_t line = rest->len;
    if (rest->len < sizeof data - 1 || memcmp(p, data, sizeof data - 1) != 0) {
        const uint8_t *end = memchr(p, '\n', rest->len);
        line = end == NULL ? rest->len : (size_t)(end - p);
    }
    const uint8_t *eq = memchr(p, '=', line);
    size_t len = eq == NULL ? line : (size_t)(eq - p);
    *name = span_of(p, len);
    *value = eq == NULL ? span_of(NULL, 0) : span_of(eq + 1, line - len - 1);
    size_t used = line < rest->len ? line + 1 : line;
    *rest = span_of(p + used, rest->len - used);
    return true;
}

void
param_put(struct buf *b, const char *name, struct span value)
{
    buf_bytes(b, name, strlen(name));
    buf_u8(b, '=');
    if (value.len > 0)
        buf_bytes(b, value.p, value.len);
    buf_u8(b, '\n');
}

void
param_put_i64(struct buf *b, const char *name, int64_t value)
{
    char s[24];
    int n = snprintf(s, sizeof s, "%" PRId64, value);
    param_put(b, name, span_of(s, (size_t)n));
}

int
param_whole(struct span word, bool units, int64_t *out)
{
    char s[WORD_MAX];
    if (word.len == 0 || word.len >= sizeof s
        || memchr(word.p, '\0', word.len) != NULL)
        return -EINVAL;
    span_copy(word, s, sizeof s);
    bool minus = s[0] == '-';
    const char *digits = s + minus;
    if (digits[0] < '0' || digits[0] > '9')
        return -EINVAL;
    uint64_t n;
    int rc = units ? units_count(digits, &n)
                   : text_u64(digits, 0, UINT64_MAX, &n);
    if (rc != 0)
        return rc == -ERANGE ? -ERANGE : -EINVAL;
    if (n > INT64_MAX)
        return -ERANGE;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return 0;
}

bool
param_hex32(struct span s, uint32_t *out)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = memchr(digits, s.p[i], 16);
        if (at == NULL)
            return false;
        v = v << 4 | (uint32_t)(at - digits);
    }
    *out = v;
    return s.len == 8;
}

const struct param *
param_find(const struct kind *k, struct span name)
{
    for (const struct param *p = k->params; p->name != NULL; p++)
        if (span_is(name, p->name))
            return p;
    return NULL;
}

static bool
listed(const char *const *words, struct span word)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        if (span_is(word, words[i]))
            return true;
    return false;
}

static int
unknown(const struct kind *k, struct span name, char *err)
{
    char takes[128] = "";
    for (const struct param *p = k->params; p->name != NULL; p++)
        text_add(takes, sizeof takes, "%s%s", p == k->params ? "" : ", ",
                 p->name);
    return param_error(err, -EINVAL, "%s: no parameter \"%.*s\"; it takes %s",
                       k->name, shown(name), text(name),
                       takes[0] == '\0' ? "none" : takes);
}

int
param_check(const struct kind *k, struct span given, const char *const *also,
            char *err)
{
    struct span name, value, other;
    while (param_next(&given, &name, &value)) {
        if (param_find(k, name) == NULL && !listed(also, name))
            return unknown(k, name, err);
        if (value.p == NULL)
            return param_error(err, -EINVAL, "%s: %.*s: write %.*s=VALUE",
                               k->name, shown(name), text(name), shown(name),
                               text(name));
        for (struct span rest = given; param_next(&rest, &other, &value);)
            if (span_equal(name, other))
                return param_error(err, -EINVAL, "%s: %.*s given twice",
                                   k->name, shown(name), text(name));
    }
    return 0;
}

static int
outside(const struct kind *k, const struct param *p, struct span word,
        char *err)
{
    bool above = p->why != NULL && text(word)[0] != '-';
    return param_error(err, -EINVAL, "%s: %s: %.*s is outside %s%s%s%s",
                       k->name, p->name, shown(word), text(word), p->range,
                       above ? " (" : "", above ? p->why : "",
                       above ? ")" : "");
}

/* Milliseconds, begun ones counted whole. */
static int
duration(struct span word, int64_t *ms)
{
    char s[WORD_MAX];
    int64_t us;
    int rc = param_whole(word, true, ms);
    if (rc != -EINVAL)
        return rc;
    if (word.len == 0 || word.len >= sizeof s)
        return -EINVAL;
    span_copy(word, s, sizeof s);
    rc = units_duration(s, &us);
    if (rc != 0)
        return rc == -ERANGE ? -ERANGE : -EINVAL;
    *ms = us / 1000 + (us % 1000 != 0);
    return 0;
}

static int
number(const struct kind *k, const struct param *p, struct span word,
       int64_t *out, char *err)
{
    bool span_of_time = p->type == PARAM_DURATION;
    int rc = span_of_time ? duration(word, out)
                          : param_whole(word, p->type == PARAM_COUNT, out);
    if (rc == -EINVAL)
        return param_error(err, -EINVAL, span_of_time
                           ? "%s: %s: \"%.*s\" is neither a whole number of "
                             "milliseconds nor a duration"
                           : "%s: %s: \"%.*s\" is not a whole number",
                           k->name, p->name, shown(word), text(word));
    const char *dots = strstr(p->range, "..");
    assert(dots != NULL);
    if (rc != 0 || *out < strtoll(p->range, NULL, 10)
        || *out > strtoll(dots + 2, NULL, 10))
        return outside(k, p, word, err);
    return 0;
}

static int
real(const struct kind *k, const struct param *p, struct span word,
     double *out, char *err)
{
    char s[WORD_MAX], *end;

    span_copy(word, s, sizeof s);
    *out = strtod(s, &end);
    if (word.len == 0 || word.len >= sizeof s || strlen(s) != word.len ||
        strspn(s, "0123456789.eE+-") != word.len || *end != '\0' ||
        !isfinite(*out))
        return param_error(err, -EINVAL, "%s: %s: \"%.*s\" is not a number",
                           k->name, p->name, shown(word), text(word));
    if (p->range == NULL)
        return 0;
    const char *dots = strstr(p->range, "..");
    assert(dots != NULL);
    if (*out < strtod(p->range, NULL) || *out > strtod(dots + 2, NULL))
        return outside(k, p, word, err);
    return 0;
}

/* Place of `word` in "a|b|c". */
static int
choice(const struct kind *k, const struct param *p, struct span word,
       int64_t *out, char *err)
{
    const char *s = p->range;
    for (int64_t i = 0; *s != '\0'; i++) {
        size_t len = strcspn(s, "|");
        if (span_equal(word, span_of(s, len))) {
            *out = i;
            return 0;
        }
        s += len + (s[len] == '|');
    }
    return param_error(err, -EINVAL, "%s: %s: \"%.*s\" is not one of %s",
                       k->name, p->name, shown(word), text(word), p->range);
}

static int
value_of(const struct kind *k, const struct param *p, struct span word,
         int64_t *out, char *err)
{
    *out = 0;
    if (word.p == NULL && p->value == NULL)
        return param_error(err, -EINVAL, "%s: %s is missing", k->name,
                           p->name);
    if (word.p == NULL)
        word = span_str(p->value);
    switch (p->type) {
    case PARAM_WORD:
        return choice(k, p, word, out, err);
    case PARAM_COUNT:
    case PARAM_INT:
    case PARAM_DURATION:
        return number(k, p, word, out, err);
    case PARAM_REAL:
        return real(k, p, word, &(double){ 0 }, err);
    case PARAM_PATH:
        return word.len > 0 ? 0 : param_error(err, -EINVAL, "%s: %s is empty",
                                              k->name, p->name);
    case PARAM_STRING:
        break;
    }
    return 0;
}

/* Numbers are written anew, words stay as they are. */
static bool
is_whole(const struct param *p)
{
    return p->type == PARAM_COUNT || p->type == PARAM_INT ||
           p->type == PARAM_DURATION;
}

int
param_canonical(const struct kind *k, struct span given,
                const char *const *also, struct buf *out, char *err)
{
    int rc = param_check(k, given, also, err);
    for (const struct param *p = k->params; rc == 0 && p->name != NULL; p++) {
        struct span word = kind_param(given, span_of(NULL, 0), p->name);
        int64_t n;
        rc = value_of(k, p, word, &n, err);
        if (rc != 0)
            break;
        if (is_whole(p))
            param_put_i64(out, p->name, n);
        else
            param_put(out, p->name,
                      word.p == NULL ? span_str(p->value) : word);
    }
    return rc;
}

int
param_read(const struct kind *k, struct span shared, struct span args,
           const char *name, int64_t *out, char *err)
{
    const struct param *p = param_find(k, span_str(name));
    assert(p != NULL);
    return value_of(k, p, kind_param(shared, args, name), out, err);
}

int
param_real(const struct kind *k, struct span given, const char *name,
           double *out, char *err)
{
    const struct param *p = param_find(k, span_str(name));
    struct span word = kind_param(given, span_of(NULL, 0), name);

    assert(p != NULL && p->type == PARAM_REAL);
    *out = 0;
    if (word.p == NULL && p->value == NULL)
        return param_error(err, -EINVAL, "%s: %s is missing", k->name, name);
    return real(k, p, word.p != NULL ? word : span_str(p->value), out, err);
}
