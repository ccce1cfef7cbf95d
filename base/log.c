/* SPDX-License-Identifier: MPL-2.0 */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { LINE_CAP = 4096, FIELDS_CAP = 3072 };

/* Set once, before there are threads; only the level changes later. */
static struct {
    _Atomic int level;
    enum log_format format;
    const char *node;
} state = { .level = LOG_INFO, .format = LOG_TEXT };

/* JOURNAL_STREAM is inherited: it holds only while stderr is that stream. */
static bool
stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[64] = "";
    struct stat st;

    if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    text_add(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino);
    return strcmp(own, stream) == 0;
}

void
log_init(enum log_level level, enum log_format format, const char *node)
{
    if (format == LOG_AUTO)
        format = stderr_is_journal() ? LOG_JOURNAL : LOG_TEXT;
    state.format = format;
    state.node = node;
    log_set_level(level);
}

void
log_set_level(enum log_level level)
{
    atomic_store_explicit(&state.level, (int)level, memory_order_relaxed);
}

enum log_level
log_level(void)
{
    return (enum log_level)atomic_load_explicit(&state.level,
                                                memory_order_relaxed);
}

static const char *
name_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARN: return "warn";
    case LOG_INFO: return "info";
    case LOG_DEBUG: return "debug";
    }
    return "error";
}

/* The priorities of syslog, which the journal understands. */
static int
priority_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR: return 3;
    case LOG_WARN: return 4;
    case LOG_INFO: return 6;
    case LOG_DEBUG: return 7;
    }
    return 3;
}

static void
add_time(char *line, bool json)
{
    struct timespec now;
    struct tm tm;
    char date[32] = "", zone[8] = "";

    clock_gettime(CLOCK_REALTIME, &now);
    if (json ? gmtime_r(&now.tv_sec, &tm) == NULL
             : localtime_r(&now.tv_sec, &tm) == NULL)
        return;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!json)
        strftime(zone, sizeof zone, "%z", &tm);
    text_add(line, LINE_CAP, "%s.%03ld%s", date, now.tv_nsec / 1000000,
             json ? "Z" : zone);
}

/* Printable, and nothing that would end a value early. */
static bool
is_plain(const char *s)
{
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++)
        if ((unsigned char)*s <= ' ' || *s == '"' || *s == '\\' ||
            *s == '=' || *s == 0x7f)
            return false;
    return true;
}

/* Appends `c` to a quoted text, escaped as both logfmt and JSON know it. */
static size_t
escape(char c, char *dst, size_t cap)
{
    switch (c) {
    case '"': return (size_t)snprintf(dst, cap, "\\\"");
    case '\\': return (size_t)snprintf(dst, cap, "\\\\");
    case '\n': return (size_t)snprintf(dst, cap, "\\n");
    case '\t': return (size_t)snprintf(dst, cap, "\\t");
    case '\r': return (size_t)snprintf(dst, cap, "\\r");
    default: break;
    }
    if ((unsigned char)c < ' ' || c == 0x7f)
        return (size_t)snprintf(dst, cap, "\\u%04x", (unsigned)c);
    return (size_t)snprintf(dst, cap, "%c", c);
}

static const char *
quote(const char *s, size_t len, char *dst, size_t cap)
{
    enum { LONGEST = 6 };
    size_t at = 0;

    assert(cap >= LONGEST + 3);
    dst[at++] = '"';
    for (size_t i = 0; i < len && at + LONGEST + 2 <= cap; i++)
        at += escape(s[i], dst + at, cap - at);
    dst[at++] = '"';
    dst[at] = '\0';
    return dst;
}

const char *
log_quote(const char *s, char *dst, size_t cap)
{
    if (!is_plain(s) || strlen(s) >= cap)
        return quote(s, strlen(s), dst, cap);
    memcpy(dst, s, strlen(s) + 1);
    return dst;
}

/* A number that JSON takes as it is: digits with at most a sign and a
 * point; names such as 007 or 1.2.3 are texts. */
static bool
is_number(const char *s, size_t len)
{
    size_t i = s[0] == '-' ? 1 : 0, digits = 0, points = 0;

    if (i + 1 < len && s[i] == '0' && s[i + 1] != '.')
        return false;
    for (; i < len; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (!digit && (s[i] != '.' || digits == 0 || ++points > 1))
            return false;
        digits += digit;
    }
    return digits > 0 && digits < 16 && s[len - 1] != '.';
}

/* The end of the value at `s`: a blank, or the quote that closes it. */
static size_t
value_len(const char *s)
{
    size_t n = 0;

    if (*s != '"')
        return strcspn(s, " ");
    for (n = 1; s[n] != '\0' && s[n] != '"'; n++)
        if (s[n] == '\\' && s[n + 1] != '\0')
            n++;
    return s[n] == '"' ? n + 1 : n;
}

/* key=value key="va lue" becomes ,"key":value,"key":"va lue" */
static void
add_json_fields(char *line, const char *fields)
{
    char value[FIELDS_CAP];

    while (*(fields += strspn(fields, " ")) != '\0') {
        size_t key = strcspn(fields, "= ");
        if (fields[key] != '=') {
            fields += key;
            continue;
        }
        const char *v = fields + key + 1;
        size_t len = value_len(v);
        bool as_is = (*v == '"' && len > 1 && v[len - 1] == '"') ||
                     is_number(v, len);
        if (!as_is)
            v = quote(v, len, value, sizeof value);
        size_t out = as_is ? len : strlen(v);
        /* A field is there whole or not at all: the line stays JSON. */
        if (strlen(line) + key + out + 6 > LINE_CAP)
            return;
        text_add(line, LINE_CAP, ",\"%.*s\":%.*s", (int)key, fields, (int)out,
                 v);
        fields += key + 1 + len;
    }
}

static void
add_json(char *line, enum log_level level, const char *evt,
         const char *fields)
{
    char name[256];

    text_add(line, LINE_CAP, "{\"time\":\"");
    add_time(line, true);
    text_add(line, LINE_CAP, "\",\"level\":\"%s\"", name_of(level));
    if (state.node != NULL)
        text_add(line, LINE_CAP, ",\"node\":%s",
                 quote(state.node, strlen(state.node), name, sizeof name));
    text_add(line, LINE_CAP, ",\"evt\":\"%s\"", evt);
    add_json_fields(line, fields);
    text_add(line, LINE_CAP, "}");
}

static void
add_logfmt(char *line, enum log_level level, const char *evt,
           const char *fields)
{
    char name[256];

    if (state.format == LOG_JOURNAL) {
        text_add(line, LINE_CAP, "<%d>", priority_of(level));
    } else {
        add_time(line, false);
        text_add(line, LINE_CAP, " ");
    }
    text_add(line, LINE_CAP, "level=%s", name_of(level));
    if (state.node != NULL)
        text_add(line, LINE_CAP, " node=%s",
                 log_quote(state.node, name, sizeof name));
    text_add(line, LINE_CAP - 1, " evt=%s%s%s", evt,
             *fields != '\0' ? " " : "", fields);
}

void
log_event(enum log_level level, const char *evt, const char *fmt, ...)
{
    char fields[FIELDS_CAP], line[LINE_CAP] = "";
    va_list args;

    if (level > log_level())
        return;
    va_start(args, fmt);
    vsnprintf(fields, sizeof fields, fmt, args);
    va_end(args);
    for (char *c = fields; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    if (state.format == LOG_JSON)
        add_json(line, level, evt, fields);
    else
        add_logfmt(line, level, evt, fields);

    /* One write a line: lines of several threads do not mix. */
    size_t len = strlen(line);
    line[len < LINE_CAP - 1 ? len : LINE_CAP - 2] = '\n';
    ssize_t n = write(STDERR_FILENO, line, len < LINE_CAP - 1 ? len + 1 : len);
    (void)n;
}
