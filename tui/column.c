/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/column.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "tui/glyph.h"

enum { MEAN_BUCKETS = 12 };     /* a minute */

const struct column_info column_table[COLUMNS_] = {
    [COLUMN_NODE] = { "node", "NODE", COLUMN_TEXT, true, false, 11, 12, 0,
                      "name of the node" },
    [COLUMN_STATE] = { "state", "STATE", COLUMN_TEXT, true, false, 5, 5, 0,
                       "run idle pause drain start full stale lost gone ver "
                       "error off new" },
    [COLUMN_LOAD] = { "load", "LOAD", COLUMN_PERCENT, true, false, 13, 13, 3,
                      "CPU used by jobs, all processors = 100%" },
    [COLUMN_LOAD60] = { "load60", "LOAD 60 s", COLUMN_SPARK, true, false, 18,
                        18, 9, "its history; as a number, the last minute's "
                        "mean" },
    [COLUMN_THROTTLE] = { "throttle", "THROTTLE", COLUMN_PERCENT, true, false,
                          8, 8, 0, "share of time that its workers may run" },
    [COLUMN_PEND] = { "pend", "PEND", COLUMN_NUMBER, false, false, 6, 8, 0,
                      "jobs queued here" },
    [COLUMN_HELD] = { "held", "HELD", COLUMN_NUMBER, false, false, 5, 7, 4,
                      "jobs held here; shown while there are some" },
    [COLUMN_QUEUE60] = { "queue60", "QUEUE 60 s", COLUMN_SPARK, true, false,
                         17, 17, 10, "its history; as a number, the last "
                         "minute's mean" },
    [COLUMN_RUN] = { "run", "RUN", COLUMN_NUMBER, false, false, 4, 7, 4,
                     "jobs running here" },
    [COLUMN_SLOTS] = { "slots", "SLOTS", COLUMN_NUMBER, false, true, 5, 5, 4,
                       "jobs that can run at a time" },
    [COLUMN_DONE] = { "done", "DONE", COLUMN_NUMBER, false, false, 7, 7, 5,
                      "jobs that it has run" },
    [COLUMN_FAILED] = { "failed", "FAILED", COLUMN_NUMBER, false, true, 6, 6,
                        5, "runs that failed here" },
    [COLUMN_RATE] = { "rate", "RATE", COLUMN_NUMBER, false, false, 5, 5, 8,
                      "jobs done a second" },
    [COLUMN_IN] = { "in", "IN/s", COLUMN_NUMBER, false, false, 4, 5, 6,
                    "jobs that come from other nodes a second" },
    [COLUMN_OUT] = { "out", "OUT/s", COLUMN_NUMBER, false, false, 5, 5, 6,
                     "jobs that go to other nodes a second" },
    [COLUMN_LASTS] = { "lasts", "LASTS", COLUMN_DURATION, false, true, 6, 6,
                       6, "how long its queue lasts" },
    [COLUMN_POLICY] = { "policy", "POLICY", COLUMN_TEXT, true, false, 6, 6, 11,
                        "transfer policy" },
    [COLUMN_RTT] = { "rtt", "RTT", COLUMN_DURATION, false, false, 4, 4, 12,
                     "round trip of a command" },
    [COLUMN_AGE] = { "age", "AGE", COLUMN_DURATION, false, false, 4, 3, 7,
                     "age of its last state" },
    [COLUMN_HOST] = { "host", "HOST", COLUMN_TEXT, true, true, 16, 20, 13,
                      "where it listens" },
    [COLUMN_VERSION] = { "version", "VERSION", COLUMN_TEXT, true, true, 8, 8,
                         13, "of lbagent" },
    [COLUMN_TAGS] = { "tags", "TAGS", COLUMN_TEXT, true, true, 16, 24, 13,
                      "as in its node.ini" },
    [COLUMN_MEM] = { "mem", "MEM", COLUMN_PERCENT, false, true, 4, 4, 13,
                     "memory of the host in use" },
    [COLUMN_THROTTLE_TARGET] = { "throttle_target", "TARGET", COLUMN_PERCENT,
                                 false, true, 6, 6, 13,
                                 "throttle once commands are in force" },
};

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

enum column
column_find(const char *name)
{
    static const struct {
        const char *name;
        enum column column;
    } others[] = {
        { "name", COLUMN_NODE }, { "thr", COLUMN_THROTTLE },
        { "queue", COLUMN_PEND }, { "target", COLUMN_THROTTLE_TARGET },
    };

    for (int i = 0; i < COLUMNS_; i++)
        if (same(name, column_table[i].name) ||
            same(name, column_table[i].head))
            return (enum column)i;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (same(name, others[i].name))
            return others[i].column;
    return COLUMNS_;
}

const char *
column_nearest(const char *name)
{
    const char *words[COLUMNS_ + 1] = { NULL };

    for (int i = 0; i < COLUMNS_; i++)
        words[i] = column_table[i].name;
    return text_nearest(name, words);
}

/* Of the values of the last minute that are known. */
static double
mean(const struct model *m, const struct ring *r)
{
    float v[MEAN_BUCKETS];
    double sum = 0;
    int n = 0;

    ring_buckets(r, m->now_us, v, MEAN_BUCKETS);
    for (size_t i = 0; i < MEAN_BUCKETS; i++)
        if (v[i] >= 0) {
            sum += (double)v[i];
            n++;
        }
    return n > 0 ? sum / n : (double)NAN;
}

static double
known(double v)
{
    return v >= 0 ? v : (double)NAN;
}

static double
lasts(const struct state *s)
{
    return s->drain_us == UINT64_MAX ? (double)NAN : (double)s->drain_us;
}

static double
memory(const struct state *s)
{
    if (s->mem_total_bytes == 0 || s->mem_avail_bytes > s->mem_total_bytes)
        return (double)NAN;
    return 100 * (1 - (double)s->mem_avail_bytes / (double)s->mem_total_bytes);
}

double
column_number(const struct model *m, const struct node *n, enum column c)
{
    const struct state *s = &n->told;

    if (c == COLUMN_RTT)
        return known((double)n->rtt_us);
    if (n->heard_us < 0)
        return (double)NAN;
    switch (c) {
    case COLUMN_LOAD: return known(node_load(n));
    case COLUMN_LOAD60: return mean(m, &n->load);
    case COLUMN_THROTTLE:
    case COLUMN_THROTTLE_TARGET: return s->throttle_percent;
    case COLUMN_PEND: return s->queued;
    case COLUMN_HELD: return s->held;
    case COLUMN_QUEUE60: return mean(m, &n->queue);
    case COLUMN_RUN: return s->running;
    case COLUMN_SLOTS: return s->slots;
    case COLUMN_DONE: return (double)s->done;
    case COLUMN_FAILED: return (double)s->failed;
    case COLUMN_RATE: return known(n->done_s);
    case COLUMN_IN: return known(n->in_s);
    case COLUMN_OUT: return known(n->out_s);
    case COLUMN_LASTS: return lasts(s);
    case COLUMN_AGE: return known((double)node_age_us(m, n));
    case COLUMN_MEM: return memory(s);
    case COLUMN_NODE: case COLUMN_STATE: case COLUMN_POLICY: case COLUMN_RTT:
    case COLUMN_HOST: case COLUMN_VERSION: case COLUMN_TAGS: case COLUMNS_:
        break;
    }
    return (double)NAN;
}

const char *
column_word(const struct node *n, enum column c)
{
    switch (c) {
    case COLUMN_NODE: return n->name;
    case COLUMN_STATE: return node_state(n);
    case COLUMN_POLICY: return n->policy;
    case COLUMN_HOST: return n->host;
    case COLUMN_VERSION: return n->version;
    case COLUMN_TAGS: return n->tags;
    default: return NULL;
    }
}

static void
duration(char *dst, enum column c, double us)
{
    if (c == COLUMN_AGE)
        age_text(dst, (int64_t)us);
    else if (us < 1e6)
        text_add(dst, 24, "%dms", (int)(us / 1000));
    else
        duration_text(dst, us < 9e18 ? (int64_t)us : INT64_MAX);
}

void
column_text(const struct model *m, const struct node *n, enum column c,
            char *dst, size_t cap)
{
    const struct column_info *k = &column_table[c];
    double v = k->type == COLUMN_TEXT ? 0 : column_number(m, n, c);
    char text[24] = "";

    dst[0] = '\0';
    if (k->type == COLUMN_TEXT) {
        const char *word = column_word(n, c);
        text_add(dst, cap, "%s", word[0] != '\0' ? word : "-");
        return;
    }
    if (isnan(v))
        text_add(text, sizeof text, "-");
    else if (k->type == COLUMN_DURATION)
        duration(text, c, v);
    else if (c == COLUMN_RATE)
        rate_text(text, v);
    else
        text_add(text, sizeof text, "%" PRIu64 "%s", (uint64_t)(v + 0.5),
                 k->type == COLUMN_PERCENT ? "%" : "");
    text_add(dst, cap, "%s", text);
}

bool
node_tag(const struct node *n, struct span key, struct span *value)
{
    const char *at = n->tags;

    for (; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " "), name = 0;
        while (name < len && at[name] != '=')
            name++;
        if (span_equal(span_of(at, name), key)) {
            name += name < len;
            *value = span_of(at + name, len - name);
            return true;
        }
        at += len;
    }
    return false;
}
