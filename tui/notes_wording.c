/* SPDX-License-Identifier: MPL-2.0 */
/* Events of nodes in the words that a person reads. */
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "tui/notes.h"

/* `{key}` is the value of a key of the event. What stands in [] is left out
 * when a key in it is not there; without one of the others the row does not
 * fit, and the next of the same name is tried. */
static const struct wording {
    const char *name, *words;
} wordings[] = {
    { "throttle", "[{by}: ]throttle {from}% to {to}%[ (cmd {cmd})]" },
    { "pause", "[{by}: ]pause[ (cmd {cmd})]"
               "[; {queued} pending, {running} running]" },
    { "resume", "[{by}: ]resume[ (cmd {cmd})]" },
    { "drain", "[{by}: ]drain[ (cmd {cmd})]"
               "[; {queued} pending, {running} running]" },
    { "undrain", "[{by}: ]undrain[ (cmd {cmd})]" },
    { "drain-over", "drain: its time is over, "
                    "{running} running jobs are stopped" },
    { "stop", "[{by}: ]stop[ by signal {signal}][ (cmd {cmd})]"
              "[; {queued} pending, {running} running]" },
    { "policy", "[{by}: ]policy {from} to {to}[ (cmd {cmd})]" },
    { "placement", "[{by}: ]placement {from} to {to}[ (cmd {cmd})]" },
    { "rebalance", "[{by}: ]rebalance: {jobs} jobs move[ (cmd {cmd})]" },
    { "submit", "workload {workload}: {jobs} jobs accepted[ from {by}]" },
    { "start", "[{by}: ]start {workload}[, {jobs} jobs][ (cmd {cmd})]" },
    { "hold", "[{by}: ]hold {workload}[, {jobs} jobs][ (cmd {cmd})]" },
    { "cancel", "[{by}: ]cancel {workload}[, {jobs} jobs][ (cmd {cmd})]" },
    { "retry", "[{by}: ]retry {workload}[, {jobs} jobs][ (cmd {cmd})]" },
    { "priority", "[{by}: ]priority of {workload} to {to}[ (cmd {cmd})]" },
    { "forget", "[{by}: ]forget {workload}[ (cmd {cmd})]" },
    { "ended", "workload {workload} has ended: {jobs} jobs, {failed} failed" },
    { "transfer", "{jobs} jobs go to {to}" },
    { "reclaimed", "{jobs} jobs taken back from {from}" },
    { "quarantine", "takes no {kind} for {for_s} s: {failures} failures in a "
                    "row, {why}" },
    { "quarantine-over", "[{by}: ]takes {kind} again[ (cmd {cmd})]" },
    { "no-file", "{node} cannot read the file of {workload}" },
    { "fetch-failed", "{job}: its file cannot be fetched: {error}; {next}" },
    { "started", "up: incarnation {incarnation}, "
                 "{jobs} jobs in its journal" },
    { "reset", "{change} as configured, {before} before the restart"
               "[, set by {set_by}]" },
    { "kept", "{change} kept over the restart; configured are {configured}%"
              "[, set by {set_by}]" },
    { "leaving", "leaves: {queued} pending, {running} running" },
    { "restarted", "{peer} has restarted: incarnation {incarnation}" },
    { "peer-joined", "{peer} joined" },
    { "peer-up", "{peer} is back" },
    { "peer-down", "{peer} is lost: {why}" },
    { "peer-deaf", "{peer} {why}" },
    { "peer-hears", "{peer} answers offers again" },
    { "name-taken", "another node is called {name}: {at}; {next}" },
    { "refused", "{change} refused[: {why}][ (cmd {cmd}, {by})]" },
    { "refused", "{op} {workload} refused[: {why}][ (cmd {cmd}, {by})]" },
    { "refused", "{op} refused[: {why}][ (cmd {cmd}, {by})]" },
    { "journal", "journal: {error}; {next}" },
    { "config", "configuration: {problem}" },
    { "config", "configuration read again" },
};

static bool
is(const char *s, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* ---- the fields of an event: key=value, key="value with \"blanks\"" ---- */

struct field {
    const char *key, *value;    /* value without its quotes */
    size_t key_len, value_len;
    bool quoted;
};

/* The next field from *at on; false: none. */
static bool
field_next(const char **at, struct field *f)
{
    const char *p = *at;

    while (*p == ' ')
        p++;
    f->key = p;
    while (*p != '\0' && *p != ' ' && *p != '=')
        p++;
    f->key_len = (size_t)(p - f->key);
    p += *p == '=';
    f->quoted = *p == '"';
    p += f->quoted;
    f->value = p;
    while (*p != '\0' && *p != (f->quoted ? '"' : ' '))
        p += f->quoted && *p == '\\' && p[1] != '\0' ? 2 : 1;
    f->value_len = (size_t)(p - f->value);
    *at = p + (f->quoted && *p == '"');
    return f->key_len > 0;
}

static bool
field_find(const char *text, const char *key, size_t len, struct field *f)
{
    while (field_next(&text, f))
        if (f->key_len == len && memcmp(f->key, key, len) == 0)
            return true;
    return false;
}

/* Where the words go. */
struct line {
    char *dst;
    size_t cap;
};

static void
add(const struct line *l, const char *s, size_t len)
{
    text_add(l->dst, l->cap, "%.*s", (int)len, s);
}

static void
add_value(const struct line *l, const struct field *f)
{
    for (size_t i = 0; i < f->value_len; i++) {
        if (f->quoted && f->value[i] == '\\' && i + 1 < f->value_len)
            i++;
        add(l, f->value + i, 1);
    }
}

/* ---- filling in ---- */

/* "-" stands for nobody; who acts by the time that is over is not named. */
static bool
is_nobody(const struct field *f)
{
    return (is(f->key, f->key_len, "by") ||
            is(f->key, f->key_len, "set_by")) &&
           (is(f->value, f->value_len, "-") ||
            is(f->value, f->value_len, "time"));
}

/* A value of an operation: 30%, hybrid. */
static bool
put_of(const struct line *l, const char *text, const char *key)
{
    struct field op, value;

    if (!field_find(text, "op", 2, &op) ||
        !field_find(text, key, strlen(key), &value))
        return false;
    add_value(l, &value);
    add(l, "%", is(op.value, op.value_len, "throttle"));
    return true;
}

/* Of an operation with a value: {change} is "throttle 30%". */
static bool
put_change(const struct line *l, const char *text)
{
    static const char *const with_value[] = { "throttle", "phase", "policy",
                                              "placement" };
    struct field op;

    if (!field_find(text, "op", 2, &op))
        return false;
    for (size_t i = 0; i < sizeof with_value / sizeof with_value[0]; i++) {
        if (!is(op.value, op.value_len, with_value[i]))
            continue;
        add_value(l, &op);
        add(l, " ", 1);
        return put_of(l, text, "to");
    }
    return false;
}

static bool
put_key(const struct line *l, const char *text, const char *key, size_t len)
{
    struct field f;

    if (is(key, len, "change"))
        return put_change(l, text);
    if (is(key, len, "before"))
        return put_of(l, text, "was");
    if (!field_find(text, key, len, &f) || is_nobody(&f))
        return false;
    add_value(l, &f);
    return true;
}

/* Words up to `end`, in a part of brackets or outside; false: a key of it is
 * missing. *at goes behind them. */
static bool
put_part(const struct line *l, const char *text, const char **at, char end)
{
    const char *p = *at;
    bool whole = true;

    for (; *p != '\0' && *p != end && *p != '['; p++) {
        if (*p != '{') {
            add(l, p, 1);
            continue;
        }
        const char *key = ++p;
        while (*p != '}')
            p++;
        whole &= put_key(l, text, key, (size_t)(p - key));
    }
    *at = p;
    return whole;
}

static bool
put(const struct line *l, const char *words, const char *text)
{
    l->dst[0] = '\0';
    while (*words != '\0') {
        if (!put_part(l, text, &words, '\0'))
            return false;
        if (*words != '[')
            continue;
        size_t before = strlen(l->dst);
        words++;
        if (!put_part(l, text, &words, ']'))
            l->dst[before] = '\0';
        words += *words == ']';
    }
    return true;
}

void
note_wording(const char *name, const char *text, char *dst, size_t cap)
{
    const struct line l = { dst, cap };
    size_t len = strlen(name);

    for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++)
        if (is(name, len, wordings[i].name) &&
            put(&l, wordings[i].words, text))
            return;
    dst[0] = '\0';
    text_add(dst, cap, "%s%s%s", name,
             *name != '\0' && *text != '\0' ? " " : "", text);
}
