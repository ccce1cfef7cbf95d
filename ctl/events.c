/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/output.h"
#include "ctl/reach.h"

enum { OPT_SINCE = 256, OPT_NODE, OPT_LEVEL, OPT_TYPE, OPT_LINES,
       LIMIT = 1000, FOLLOW_MS = 1000, LINES_FOLLOWED = 10,
       LINES_MAX = 100 * 1000 };

const struct option_row events_options[] = {
    { "follow", 'f', VALUE_NO },       { "since", OPT_SINCE, VALUE_YES },
    { "node", OPT_NODE, VALUE_YES },   { "level", OPT_LEVEL, VALUE_YES },
    { "type", OPT_TYPE, VALUE_YES },   { "lines", OPT_LINES, VALUE_YES },
    { NULL, 0, VALUE_NO }
};

static const char *const levels[] = { "error", "warn", "info", "debug",
                                      NULL };

struct watching {
    bool follow;
    int64_t since_us;
    const char *nodes, *type;
    unsigned level;         /* at most this one is shown */
    bool all;               /* that is kept; else the last `lines` of a node */
    uint64_t lines;
};

/* The last events of a node, until all that it keeps have been read. */
struct tail {
    struct lb_event *v;     /* [cap], number n is at n % cap */
    uint64_t cap, n;
};

/* key=value and key="a b" out of the text of an event. */
static void
add_fields(json_t *o, const char *text)
{
    char key[64], value[1024];

    while (*text != '\0') {
        size_t n = strcspn(text, "= "), k = 0;
        key[0] = '\0';
        text_add(key, sizeof key, "%.*s", (int)n, text);
        text += n;
        if (*text != '=') {
            text += *text == ' ';
            continue;
        }
        bool quoted = *++text == '"';
        text += quoted;
        for (; *text != '\0' && *text != (quoted ? '"' : ' '); text++) {
            if (*text == '\\' && text[1] != '\0')
                text++;
            if (k < sizeof value - 1)
                value[k++] = *text;
        }
        value[k] = '\0';
        text += quoted && *text == '"';
        text += *text == ' ';
        json_t *v = json_string(value);
        if (v != NULL && json_object_get(o, key) == NULL)
            json_object_set(o, key, v);
        json_decref(v);
    }
}

static void
print_event(struct ctl *c, const char *node, const struct lb_event *e)
{
    const char *level = e->level >= 1 && e->level <= 4 ? levels[e->level - 1]
                                                       : "?";
    char when[32] = "";

    if (c->output == OUTPUT_JSON) {
        time_print(e->time_ms, when);
        json_t *o = json_pack("{s:s,s:s,s:s,s:s}", "time", when, "node", node,
                              "level", level, "evt", e->name);
        add_fields(o, e->text);
        json_line(o);
        return;
    }
    time_print_local(e->time_ms, when);
    printf("%s  %-10s %-5s  %-12s %s\n", when, node, level, e->name, e->text);
}

static bool
is_wanted(const struct watching *g, const struct lb_event *e, int64_t since)
{
    return e->level <= g->level && (int64_t)e->time_ms >= since &&
           (g->type == NULL || strcmp(g->type, e->name) == 0);
}

/* Events of one node from *next on, printed or, with `tail`, kept for later.
 * -1 after a message. */
static int
take(struct ctl *c, struct lb *lb, const struct watching *g, uint64_t *next,
     struct tail *tail, int64_t wait_ms)
{
    struct lb_call call = { .op = "events", .wait_ms = wait_ms };
    struct lb_reply *r;
    const uint8_t *row;
    size_t len, at = 0;
    int64_t since = g->since_us > 0
        ? (int64_t)time(NULL) * 1000 - g->since_us / 1000 : 0;

    lb_call_number(&call, "after", *next);
    lb_call_number(&call, "limit", LIMIT);
    lb_call_number(&call, "wait_ms", (uint64_t)wait_ms);
    int status = lb_call_do(lb, &call, &r);
    if (status != LB_OK)
        ctl_failed(c, lb, status);
    while (status == LB_OK && lb_reply_row(r, &at, &row, &len)) {
        struct lb_event e;
        if (!lb_event_read(row, len, &e) || !is_wanted(g, &e, since))
            continue;
        if (tail == NULL)
            print_event(c, lb_name(lb), &e);
        else if (tail->cap > 0)
            tail->v[tail->n++ % tail->cap] = e;
    }
    if (status == LB_OK)
        *next = lb_reply_number(r, "next", *next);
    fflush(stdout);
    lb_reply_free(r);
    return status == LB_OK ? 0 : -1;
}

/* What a node has kept: all of it, or the last so many. -1 after a message. */
static int
take_kept(struct ctl *c, struct lb *lb, const struct watching *g,
          uint64_t *next)
{
    struct tail t = { .cap = g->all ? 0 : g->lines };
    uint64_t before;
    int rc;

    t.v = xcalloc((size_t)t.cap + 1, sizeof *t.v);
    do {
        before = *next;
        rc = take(c, lb, g, next, g->all ? NULL : &t, 0);
    } while (rc == 0 && *next - before >= LIMIT && ctl_interrupt == 0);
    for (uint64_t i = t.n > t.cap ? t.n - t.cap : 0; i < t.n; i++)
        print_event(c, lb_name(lb), &t.v[i % t.cap]);
    fflush(stdout);
    free(t.v);
    return rc;
}

static int
watch(struct ctl *c, const struct watching *g, char (*name)[64], size_t n)
{
    uint64_t *next = calloc(n, sizeof *next);
    int rc = next != NULL ? 0 : -1;

    for (bool first = true; rc == 0 && ctl_interrupt == 0 &&
                            (first || g->follow); first = false)
        for (size_t i = 0; rc == 0 && i < n && ctl_interrupt == 0; i++) {
            struct lb *lb = reach(c, name[i]);
            /* Several nodes are asked in turn, none for long. */
            int64_t wait_ms = n == 1 ? FOLLOW_MS : 50;
            rc = lb == NULL ? -1
                 : first    ? take_kept(c, lb, g, &next[i])
                            : take(c, lb, g, &next[i], NULL, wait_ms);
        }
    free(next);
    return c->status;
}

static int
obey(struct ctl *c, struct watching *g, const struct args *a, int id)
{
    int level;

    switch (id) {
    case 'f':
        g->follow = true;
        return 0;
    case OPT_SINCE:
        return args_duration(c, a, &g->since_us);
    case OPT_NODE:
        g->nodes = a->value;
        return 0;
    case OPT_TYPE:
        g->type = a->value;
        return 0;
    case OPT_LINES:
        g->all = false;
        return args_number(c, a, 0, LINES_MAX, &g->lines);
    default:
        level = args_choice(c, a, levels);
        g->level = (unsigned)level + 1;
        return level < 0 ? -1 : 0;
    }
}

int
events_main(struct ctl *c, struct args *a)
{
    struct watching g = { .level = 3, .all = true };
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (obey(c, &g, a, id) != 0)
            return c->status;
    if (id < 0 || args_words(c, a, 0, 0) != 0)
        return c->status;
    if (g.all && g.follow && g.since_us == 0) {
        g.all = false;
        g.lines = LINES_FOLLOWED;
    }
    ctl_catch_signals();
    char (*name)[64] = reach_names(c, &g.nodes, g.nodes != NULL, &n);
    if (name != NULL)
        watch(c, &g, name, n);
    free(name);
    return c->status;
}
