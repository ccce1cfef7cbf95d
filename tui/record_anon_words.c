/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "tui/record_anon.h"

/* Words that say nothing about anybody: states, policies, operations. */
static const char *const known[] = {
    "-", "run", "idle", "pause", "paused", "drain", "draining", "start",
    "starting", "free", "resume", "undrain", "stop", "throttle", "policy",
    "placement", "hold", "cancel", "retry", "hybrid", "sender", "receiver",
    "symmetric", "static", "none", "local", "first_available", "round_robin",
    "least_load", "least_difference", "time", "silent", "yes", "no",
    "timeout", "running", "held", "done", "failed", "cancelled",
    "slot", "peer", "failure", "bin", "place", NULL
}, *const builtin[] = {
    "vecinc", "digitsum", "fib", "primes", "sleep", "command", NULL
};

/* Keys that events, answers and questions have; others are left out. */
static const char *const keys_known[] = {
    "ack_us", "age_us", "at", "away", "bin", "boot_id", "by", "bytes",
    "cluster", "cmd", "commands", "deadline_ms", "duty", "error", "failed",
    "failure", "floor", "ceiling", "for_ms", "force", "from", "id",
    "incarnation", "job", "jobs", "kind", "label", "max_us", "moved", "name",
    "new", "next", "node", "number", "old", "op", "p50_us", "p95_us",
    "p99_us", "peer", "phase", "place", "policy", "port", "queued", "ran_us",
    "received", "refused", "retried", "row", "run_us", "running", "seen",
    "sent", "signal", "slot", "slots", "state", "state_seq", "sum_us", "to",
    "to_us",
    "until_ms", "up_ms", "value", "what", "why", "workload", NULL
};

static bool
is_one_of(const char *const *list, struct span word)
{
    for (; *list != NULL; list++)
        if (span_is(word, *list))
            return true;
    return false;
}

static bool
is_number(struct span s)
{
    size_t points = 0;

    for (size_t i = 0; i < s.len; i++) {
        points += s.p[i] == '.';
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.' &&
            !(i == 0 && s.p[i] == '-' && s.len > 1))
            return false;
    }
    return s.len > 0 && points <= 1;    /* more: an address */
}

enum { EVENT_MAX = 4096 };

static bool
is_hex(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') &&
            (s.p[i] < 'a' || s.p[i] > 'f'))
            return false;
    return s.len > 0 && s.len <= 8;
}

static bool
starts(struct span s, const char *head)
{
    size_t len = strlen(head);
    return s.len >= len && memcmp(s.p, head, len) == 0;
}

static void
add(struct buf *out, const char *text)
{
    buf_bytes(out, text, strlen(text));
}

/* "alpha-12.345": the home by its made-up name, the numbers stay. */
static void
selector(struct anon_names *n, struct span s, struct buf *out)
{
    size_t at = s.len;

    while (at > 0 && s.p[at - 1] != '-')
        at--;
    if (at == 0 || at == s.len) {
        anon_name(n, ANON_NODE, s, out);
        return;
    }
    size_t end = at;
    while (end < s.len && ((s.p[end] >= '0' && s.p[end] <= '9') ||
                           s.p[end] == '.'))
        end++;
    anon_name(n, ANON_NODE, span_of(s.p, at - 1), out);
    add(out, "-");
    buf_bytes(out, s.p + at, end - at);
}

static void
hex_id(struct anon_names *n, struct span text, struct buf *out)
{
    char digits[NODE_ID_TEXT];
    struct node_id id;

    span_copy(text, digits, sizeof digits);
    if (text.len != NODE_ID_TEXT - 1 || node_id_parse(digits, &id) != 0)
        return;
    anon_id(n, &id);
    node_id_print(&id, digits);
    add(out, digits);
}

static bool
is_node_key(struct span key)
{
    static const char *const keys[] = { "peer", "node", "name", "from", "to",
                                        "old", "new", "seen", "value", NULL };
    return is_one_of(keys, key);
}

void
anon_value(struct anon_names *n, struct span key, struct span value,
           struct buf *out)
{
    if (is_number(value) || is_one_of(known, value) ||
        (span_is(key, "cmd") && is_hex(value)))
        buf_bytes(out, value.p, value.len);
    else if (span_is(key, "by"))
        anon_name(n, ANON_OWNER, value, out);
    else if (span_is(key, "workload") || span_is(key, "job"))
        selector(n, value, out);
    else if (span_is(key, "id"))
        hex_id(n, value, out);
    else if (span_is(key, "kind"))
        anon_job_kind(n, value, out);
    else if (span_is(key, "label"))
        anon_name(n, ANON_LABEL, value, out);
    else if (span_is(key, "cluster"))
        anon_name(n, ANON_CLUSTER, value, out);
    else if (span_is(key, "next") && (starts(value, "retry ") ||
                                      span_is(value, "gave up")))
        add(out, starts(value, "retry ") ? "retry" : "gave up");
    else if (is_node_key(key))
        anon_name(n, ANON_NODE, value, out);
    else if (value.len > 0)
        add(out, "-");
}

/* ---- an EVENT ---- */

void
anon_event(struct anon_names *n, struct span text, struct buf *out)
{
    size_t i = 0;

    while (i < text.len && out->len < EVENT_MAX) {
        size_t key = i;
        while (i < text.len && text.p[i] != '=' && text.p[i] != ' ')
            i++;
        struct span k = { text.p + key, i - key };
        if (i == text.len || text.p[i] == ' ') {
            i++;        /* a word without a value: left out */
            continue;
        }
        bool quoted = ++i < text.len && text.p[i] == '"';
        size_t value = i += quoted;
        while (i < text.len && text.p[i] != (quoted ? '"' : ' '))
            i += quoted && text.p[i] == '\\' && i + 1 < text.len ? 2 : 1;
        struct span v = { text.p + value, i - value };
        i += quoted + 1u;
        if (!is_one_of(keys_known, k))
            continue;
        if (out->len > 0)
            add(out, " ");
        buf_bytes(out, k.p, k.len);
        add(out, "=");
        if (quoted)
            add(out, "-");
        else
            anon_value(n, k, v, out);
    }
}

void
anon_pairs(struct anon_names *n, struct span pairs, struct buf *out)
{
    struct buf value = { 0 };
    struct pair p;

    for (size_t at = 0; pair_next(pairs, &at, &p);) {
        char key[NAME_MAX_BYTES + 1];
        if (!is_one_of(keys_known, p.key))
            continue;
        buf_reset(&value);
        anon_value(n, p.key, p.value, &value);
        span_copy(p.key, key, sizeof key);
        pair_add(out, key, buf_span(&value));
    }
    buf_fini(&value);
}

/* ---- lists ---- */

void
anon_tags(struct anon_names *n, struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t from = i, is = text.len;
        for (; i < text.len && text.p[i] != ' '; i++)
            if (text.p[i] == '=' && is == text.len)
                is = i;
        if (i == from)
            continue;
        if (out->len > 0)
            add(out, " ");
        anon_name(n, ANON_TAG,
                  span_of(text.p + from, (is < i ? is : i) - from), out);
        if (is >= i)
            continue;
        add(out, "=");
        anon_name(n, ANON_VALUE, span_of(text.p + is + 1, i - is - 1), out);
    }
}

void
anon_job_kind(struct anon_names *n, struct span text, struct buf *out)
{
    if (is_one_of(builtin, text))
        buf_bytes(out, text.p, text.len);
    else
        anon_name(n, ANON_KIND, text, out);
}

void
anon_kinds(struct anon_names *n, struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t from = i;
        while (i < text.len && text.p[i] != ' ')
            i++;
        if (i == from)
            continue;
        if (out->len > 0)
            add(out, " ");
        anon_job_kind(n, span_of(text.p + from, i - from), out);
    }
}
