/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "proto/msg.h"
#include "sim/load.h"
#include "sim/meddle.h"

enum { MILLI = 1000, SEC = 1000 * 1000, UNTIL_SECONDS = 120 };

void
script_fini(struct script *s)
{
    load_free(s->load);
    world_free(s->w);
    buf_fini(&s->text);
}

void
script_complain(struct script *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(s->error, sizeof s->error, fmt, ap);
    va_end(ap);
}

bool
script_node(struct script *s, const char *word, struct node **out)
{
    uint64_t n;

    if (s->w == NULL)
        return script_wrong(s, "first say how many nodes there are");
    if (text_u64(word, 1, s->w->n, &n) != 0)
        return script_wrong(s, "\"%s\" is no node of 1..%u", word,
                            (unsigned)s->w->n);
    *out = &s->w->node[n - 1];
    return true;
}

bool
script_duration(struct script *s, const char *word, int64_t *us)
{
    if (units_duration(word, us) != 0)
        return script_wrong(s, "\"%s\" is not a duration", word);
    return true;
}

bool
script_number(struct script *s, const char *word, uint64_t max,
              uint64_t *out)
{
    if (text_u64(word, 0, max, out) != 0)
        return script_wrong(s, "\"%s\" is not a number up to %llu", word,
                            (unsigned long long)max);
    return true;
}

bool
script_job(struct script *s, const char *word, struct book_work **k,
           uint32_t *index, bool *all)
{
    struct selector sel;

    if (s->w == NULL)
        return script_wrong(s, "first say how many nodes there are");
    if (selector_parse(word, &sel) != 0)
        return script_wrong(s, "\"%s\" is not a workload or job", word);
    *all = sel.n == 0;
    *index = sel.n == 0 ? 0 : sel.range[0].first;
    for (uint16_t i = 0; i < s->w->n; i++) {
        if (strcmp(s->w->node[i].config.name, sel.home) != 0)
            continue;
        for (size_t b = 0; b < s->w->book.n; b++) {
            *k = s->w->book.v[b];
            if ((*k)->home == i && (*k)->number == sel.number
                && *index < (*k)->n_jobs)
                return true;
        }
    }
    return script_wrong(s, "no workload or job \"%s\"", word);
}

char *
script_value(char *word, const char *key)
{
    const size_t n = strlen(key);
    return strncmp(word, key, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static void
start_nodes(struct script *s)
{
    struct world *w = s->w;

    for (uint16_t i = 0; i < w->n; i++) {
        struct core_config *c = &w->node[i].config;
        for (int p = 0; policy_names[p] != NULL; p++)
            if (strcmp(policy_names[p], s->policy) == 0)
                c->policy.name = (enum policy)(p + 1);
        for (int p = 0; placement_names[p] != NULL; p++)
            if (strcmp(placement_names[p], s->placement) == 0)
                c->placement = (enum placement)(p + 1);
        node_start(w, &w->node[i]);
    }
    /* they come to know each other before the story begins */
    w->transcript.level = 0;
    world_run(w, 5ll * SEC);
    w->transcript.level = LOG_DEBUG;
    w->transcript.zero_us = w->now_us;
    w->transcript.out = s->verbose ? stdout : NULL;
    w->transcript.text = &s->text;
    w->tell_runs = w->quiet = true;
}

static void
by_hand(struct script *s)
{
    (void)snprintf(s->policy, sizeof s->policy, "sender");
    for (uint16_t i = 0; i < s->w->n; i++)
        meddle_by_hand(&s->w->node[i]);
}

/* One `key=value` of `nodes`, for every node. */
static bool
node_option(struct script *s, char *word)
{
    static const char *const keys[] = { "slots", "queue", "max_moves",
                                        "prefetch", "batch", "lost_limit",
                                        "difference", "bootstrap",
                                        "quarantine" };
    uint64_t v;

    if (strcmp(word, "by_hand") == 0) {
        by_hand(s);
        return true;
    }
    for (size_t key = 0; key < sizeof keys / sizeof keys[0]; key++) {
        char *value = script_value(word, keys[key]);
        if (value == NULL)
            continue;
        if (!script_number(s, value, 10000, &v))
            return false;
        for (uint16_t i = 0; i < s->w->n; i++) {
            struct core_config *c = &s->w->node[i].config;
            switch (key) {
            case 0: c->slots = (uint16_t)(v == 0 ? 1 : v); break;
            case 1: c->queue_max_jobs = (uint32_t)v; break;
            case 2: c->policy.max_moves = (uint8_t)v; break;
            case 3: c->prefetch = (uint16_t)(v > 8 ? 8 : v); break;
            case 4: c->batch_jobs = (uint32_t)v; break;
            case 5: c->lost_limit = (uint8_t)v; break;
            case 6: c->policy.difference = (uint32_t)v; break;
            case 8: c->quarantine = (uint16_t)v; break;
            default: c->policy.bootstrap = v != 0; break;
            }
        }
        return true;
    }
    return script_wrong(s, "nodes: unknown option \"%s\"", word);
}

/* nodes N [slots=K] [queue=K] [latency=DUR] [commit=DUR] [by_hand] ... */
static bool
do_nodes(struct script *s, size_t n, char **word)
{
    uint64_t count;
    int64_t latency_us = 500, commit_us = MILLI, leave_us = -1;

    if (s->w != NULL || n < 2 || !script_number(s, word[1], 64, &count)
        || count == 0)
        return script_wrong(s, "nodes N, once, N of 1..64");
    for (size_t i = 2; i < n; i++) {
        char *lat = script_value(word[i], "latency");
        char *com = script_value(word[i], "commit");
        char *end = script_value(word[i], "shutdown");
        if ((end != NULL && !script_duration(s, end, &leave_us))
            || (lat != NULL && !script_duration(s, lat, &latency_us))
            || (com != NULL && !script_duration(s, com, &commit_us)))
            return false;
    }
    const struct world_options wo = {
        .seed = 1, .nodes = (uint16_t)count, .slots = 1,
        .link = { .latency_us = latency_us }, .commit_min_us = commit_us,
        .commit_max_us = commit_us, .keep_records = true
    };
    s->w = world_new(&wo);
    s->w->max_steps = 5 * 1000 * 1000;
    s->load = load_new(s->w);
    for (size_t i = 2; i < n; i++)
        if (script_value(word[i], "latency") == NULL
            && script_value(word[i], "commit") == NULL
            && script_value(word[i], "shutdown") == NULL
            && !node_option(s, word[i]))
            return false;
    for (uint16_t i = 0; leave_us >= 0 && i < s->w->n; i++)
        s->w->node[i].config.shutdown_deadline_us = leave_us;
    start_nodes(s);
    return true;
}

/* run DUR */
static bool
do_run(struct script *s, size_t n, char **word)
{
    int64_t us;

    if (n != 2 || s->w == NULL)
        return script_wrong(s, "run DURATION, after nodes");
    if (!script_duration(s, word[1], &us))
        return false;
    world_run(s->w, s->w->now_us + us);
    return true;
}

/* until TEXT: a line of the transcript that contains it. */
static bool
do_until(struct script *s, size_t n, char **word)
{
    char want[200] = "";

    if (n < 2 || s->w == NULL)
        return script_wrong(s, "until TEXT, after nodes");
    for (size_t i = 1; i < n; i++)
        (void)text_add(want, sizeof want, "%s%s", i == 1 ? "" : " ", word[i]);
    struct transcript *t = &s->w->transcript;
    const int64_t end_us = s->w->now_us + (int64_t)UNTIL_SECONDS * SEC;
    while (s->w->failure[0] == '\0' && s->w->now_us < end_us) {
        const uint64_t before = t->n;
        if (!world_step(s->w))
            break;
        for (uint64_t i = before; i < t->n; i++)
            if (strstr(t->line[i % TRANSCRIPT_LINES], want) != NULL)
                return true;
    }
    if (s->w->failure[0] == '\0')
        (void)fprintf(stderr, "line %u: \"%s\" has not come within %d s\n",
                      s->line, want, (int)UNTIL_SECONDS);
    s->failures++;
    return true;
}

static bool
command_of_job(struct script *s, size_t n, char **word)
{
    struct buf pairs = { 0 };
    struct book_work *k;
    uint32_t index;
    bool all;

    if (n < 2 || !script_job(s, word[1], &k, &index, &all))
        return n < 2 ? script_wrong(s, "%s WORKLOAD", word[0]) : false;
    pair_add_u64(&pairs, "workload", k->number);
    const char *dot = strchr(word[1], '.');
    if (dot != NULL)
        pair_add(&pairs, "ranges", span_str(dot + 1));
    if (strcmp(word[0], "retry") == 0)
        pair_add(&pairs, "what", span_str(n > 2 ? word[2] : "failed"));
    k->forgotten |= strcmp(word[0], "forget") == 0;
    for (uint32_t i = 0; i < k->n_jobs; i++) {
        if (strcmp(word[0], "cancel") == 0)
            k->job[i].cancelled = true;
        if (strcmp(word[0], "retry") == 0) {
            k->job[i].allowed++;
            k->job[i].seen_outcome = 0;
        }
    }
    struct node *home = &s->w->node[k->home];
    if (home->core != NULL)
        node_command(s->w, home, word[0], buf_span(&pairs));
    buf_fini(&pairs);
    return true;
}

/* ask A -> B [N]: A sends B a REQUEST for N jobs (1), as if it had nothing
 * queued. */
static bool
do_ask(struct script *s, size_t n, char **word)
{
    struct node *from, *to;
    uint64_t jobs = 1;

    if (n < 4 || strcmp(word[2], "->") != 0)
        return script_wrong(s, "ask A -> B [N]");
    if (!script_node(s, word[1], &from) || !script_node(s, word[3], &to)
        || (n > 4 && !script_number(s, word[4], 1000000, &jobs)))
        return false;
    meddle_ask(s->w, from, to, (uint32_t)jobs);
    return true;
}

/* tell NODE OPERATION [KEY=VALUE...] */
static bool
do_tell(struct script *s, size_t n, char **word)
{
    struct buf pairs = { 0 };
    struct node *node;

    if (n < 3)
        return script_wrong(s, "tell NODE OPERATION [KEY=VALUE...]");
    if (!script_node(s, word[1], &node))
        return false;
    for (size_t i = 3; i < n; i++) {
        char *eq = strchr(word[i], '=');
        if (eq == NULL)
            return script_wrong(s, "\"%s\" is not KEY=VALUE", word[i]);
        *eq = '\0';
        pair_add(&pairs, word[i], span_str(eq + 1));
    }
    if (strcmp(word[2], "drain") == 0)
        pair_add(&pairs, "force", span_str("1"));
    if (node->core != NULL)
        node_command(s->w, node, word[2], buf_span(&pairs));
    buf_fini(&pairs);
    return true;
}

/* throttle NODE PERCENT, drain NODE, undrain NODE: short for tell. */
static bool
do_short(struct script *s, size_t n, char **word)
{
    char text[40];
    char *full[4] = { word[0], NULL, word[0], text };

    if (n != (strcmp(word[0], "throttle") == 0 ? 3u : 2u))
        return script_wrong(s, "%s NODE%s", word[0],
                            n == 2 ? " PERCENT" : "");
    full[1] = word[1];
    if (n == 3)
        (void)snprintf(text, sizeof text, "value=%s", word[2]);
    return do_tell(s, n + 1, full);
}

static bool
do_rule_name(struct script *s, size_t n, char **word)
{
    const bool policy = strcmp(word[0], "policy") == 0;
    const char *const *names = policy ? policy_names : placement_names;

    if (n != 2 || s->w != NULL)
        return script_wrong(s, "%s NAME, before nodes", word[0]);
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], word[1]) != 0)
            continue;
        (void)snprintf(policy ? s->policy : s->placement, 32, "%s", word[1]);
        return true;
    }
    return script_wrong(s, "unknown %s \"%s\"", word[0], word[1]);
}

static size_t
split(char *line, char **word)
{
    char *save = NULL;
    size_t n = 0;

    for (char *p = strtok_r(line, " \t\n", &save);
         p != NULL && n < WORDS_MAX; p = strtok_r(NULL, " \t\n", &save))
        word[n++] = p;
    return n;
}

bool
script_line(struct script *s, char *line)
{
    static const struct {
        const char *name;
        bool (*act)(struct script *s, size_t n, char **word);
    } verbs[] = {
        { "nodes", do_nodes },       { "policy", do_rule_name },
        { "placement", do_rule_name }, { "submit", script_submit },
        { "run", do_run },           { "until", do_until },
        { "cancel", command_of_job }, { "hold", command_of_job },
        { "start", command_of_job }, { "retry", command_of_job },
        { "forget", command_of_job },
        { "tell", do_tell },         { "throttle", do_short },
        { "drain", do_short },       { "undrain", do_short },
        { "ask", do_ask },           { "expect", script_expect }
    };
    char *word[WORDS_MAX];
    bool known;

    const size_t n = split(line, word);
    if (n == 0 || word[0][0] == '#')
        return true;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(word[0], verbs[i].name) == 0)
            return verbs[i].act(s, n, word);
    const bool ok = script_fault(s, n, word, &known);
    return known ? ok : script_wrong(s, "unknown verb \"%s\"", word[0]);
}
