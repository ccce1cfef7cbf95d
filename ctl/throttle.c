/* SPDX-License-Identifier: MPL-2.0 */
/* throttle, pause, resume, drain, undrain, stop */
#include "ctl/cmd.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/reach.h"

enum { OPT_FOR = 256, OPT_DEADLINE, OPT_WAIT, OPT_FORCE, LOOK_MS = 200 };

const struct option_row throttle_options[] = {
    { "for", OPT_FOR, VALUE_YES }, { NULL, 0, VALUE_NO }
};
const struct option_row pause_options[] = {
    { "for", OPT_FOR, VALUE_YES }, { NULL, 0, VALUE_NO }
};
const struct option_row drain_options[] = {
    { "deadline", OPT_DEADLINE, VALUE_YES }, { "wait", OPT_WAIT, VALUE_NO },
    { "force", OPT_FORCE, VALUE_NO },        { "yes", 'y', VALUE_NO },
    { NULL, 0, VALUE_NO }
};
const struct option_row stop_options[] = {
    { "deadline", OPT_DEADLINE, VALUE_YES }, { "yes", 'y', VALUE_NO },
    { NULL, 0, VALUE_NO }
};

struct percent {
    bool given, relative;
    int64_t value;
};

/* Could this word be meant as a value, and not as a node? */
static bool
is_value(const char *word)
{
    return word[0] == '+' || word[0] == '-' || word[0] == '\0' ||
           (word[0] >= '0' && word[0] <= '9');
}

/* 70, 70%, +5, -5. -1 after a message. */
static int
read_percent(struct ctl *c, const char *word, struct percent *out)
{
    char digits[32] = "";
    size_t n = strlen(word);

    if (n > 1 && word[n - 1] == '%')
        n--;
    text_add(digits, sizeof digits, "%.*s", (int)n, word);
    out->given = true;
    out->relative = word[0] == '+' || word[0] == '-';
    if (text_i64(digits + (digits[0] == '+'), INT32_MIN, INT32_MAX,
                 &out->value) != 0) {
        ctl_fail(c, EXIT_USAGE, "throttle: \"%s\" is not a whole number",
                 word);
        return -1;
    }
    if (!out->relative && (out->value < 1 || out->value > 100)) {
        ctl_fail(c, EXIT_USAGE, "throttle: %" PRId64 " is outside 1..100%s",
                 out->value, out->value == 0 ? "; use pause" : "");
        return -1;
    }
    return 0;
}

static void
tell_throttle(struct ctl *c, const char *node, const struct lb_reply *r,
              const struct percent *p)
{
    uint64_t before = lb_reply_number(r, "old", 0);
    uint64_t now = lb_reply_number(r, "new", 0);
    uint64_t until = lb_reply_number(r, "until_ms", 0);
    char when[32] = "";

    if (until > 0)
        time_print((uint64_t)time(NULL) * 1000 + until, when);
    if (c->output == OUTPUT_JSON)
        json_line(json_pack("{s:s,s:I,s:I,s:s?}", "node", node, "old_pct",
                            (json_int_t)before, "new_pct", (json_int_t)now,
                            "until", until > 0 ? when : NULL));
    else if (p->given)
        printf("%s %" PRIu64 " -> %" PRIu64 "\n", node, before, now);
    else
        printf("%s %" PRIu64 "\n", node, now);
    fflush(stdout);
    if (lb_reply_text(r)[0] != '\0')
        ctl_note(c, "%s", lb_reply_text(r));
}

static int
set_throttle(struct ctl *c, struct lb *lb, const struct percent *p,
             int64_t for_us)
{
    struct lb_call call = { .op = "throttle" };
    struct lb_reply *r;
    char by[128], value[32] = "";

    text_add(value, sizeof value, "%" PRId64, p->value);
    if (p->given)
        lb_call_text(&call, p->relative ? "delta" : "value", value);
    if (for_us > 0)
        lb_call_number(&call, "for_ms", (uint64_t)for_us / 1000);
    if (p->given)
        lb_call_text(&call, "by", who(by, sizeof by));
    int status = lb_call_do(lb, &call, &r);
    if (status == LB_OK)
        tell_throttle(c, lb_name(lb), r, p);
    else
        ctl_failed(c, lb, status);
    lb_reply_free(r);
    return status;
}

int
throttle_main(struct ctl *c, struct args *a)
{
    struct percent p = { .given = false };
    int64_t for_us = 0;
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (args_duration(c, a, &for_us) != 0)
            return c->status;
    if (id < 0 || args_words(c, a, 0, 2) != 0)
        return c->status;
    size_t words = a->n_words;
    /* One word is a value if it looks like one or cannot be a node; of two
     * the second is. */
    if (words == 2 || (words == 1 && is_value(a->word[0]))) {
        if (read_percent(c, a->word[words - 1], &p) != 0)
            return c->status;
        words--;
    }
    if (for_us > 0 && !p.given)
        return ctl_fail(c, EXIT_USAGE, "throttle: --for needs a value");
    if (words == 1 && !p.given && reach_asked(c) != NULL &&
        strchr(a->word[0], ',') == NULL && strchr(a->word[0], ':') == NULL &&
        strcmp(a->word[0], "all") != 0 && reach_nodes(c) == 0 &&
        reach_node(c, a->word[0]) == NULL)
        return ctl_fail(c, EXIT_USAGE, "throttle: \"%s\" is not a whole "
                        "number, nor a node", a->word[0]);
    char (*name)[64] = reach_each(c, a->word, words, &n);
    for (size_t i = 0; name != NULL && i < n; i++) {
        struct lb *lb = reach(c, name[i]);
        if (lb != NULL)
            set_throttle(c, lb, &p, for_us);
    }
    free(name);
    return c->status;
}

static void
tell_phase(struct ctl *c, const char *node, const struct lb_reply *r)
{
    const char *phase = lb_reply_get(r, "phase", NULL);
    uint64_t queued = lb_reply_number(r, "queued", 0);
    uint64_t running = lb_reply_number(r, "running", 0);
    const char *text = lb_reply_text(r);

    if (c->output == OUTPUT_JSON)
        json_line(json_pack("{s:s,s:s?,s:I,s:I}", "node", node, "phase",
                            phase, "queued", (json_int_t)queued, "running",
                            (json_int_t)running));
    else if (text[0] != '\0')
        printf("%s: %s\n", node, text);
    else
        printf("%s: %s, %" PRIu64 " queued, %" PRIu64 " running\n", node,
               phase != NULL ? phase : "?", queued, running);
    fflush(stdout);
}

static int
change_phase(struct ctl *c, struct lb *lb, const struct lb_call *call)
{
    struct lb_reply *r;
    int status = lb_call_do(lb, call, &r);

    if (status == LB_OK)
        tell_phase(c, lb_name(lb), r);
    else
        ctl_failed(c, lb, status);
    lb_reply_free(r);
    return status;
}

/* Drained: nothing queued, nothing running. */
static int
wait_drained(struct ctl *c, struct lb *lb, int64_t until)
{
    struct lb_node *node;
    size_t n;

    for (;;) {
        int status = lb_nodes(lb, &node, &n);
        bool empty = true;
        for (size_t i = 0; status == LB_OK && i < n; i++)
            if (strcmp(node[i].name, lb_name(lb)) == 0)
                empty = node[i].queued == 0 && node[i].running == 0;
        free(node);
        if (status != LB_OK)
            return ctl_failed(c, lb, status);
        if (empty)
            return LB_OK;
        if (ctl_interrupt != 0)
            return ctl_status(c, ctl_interrupt);
        if (until > 0 && now_us() >= until)
            return ctl_fail(c, EXIT_TIMEOUT, "%s is not empty yet; it goes "
                            "on draining", lb_name(lb));
        poll(NULL, 0, LOOK_MS);
    }
}

struct change {
    struct lb_call call;
    bool wait, yes, force, asks;
    char by[128];
};

static int
take(struct ctl *c, struct change *g, const struct args *a, int id)
{
    int64_t us;

    switch (id) {
    case OPT_WAIT:
        g->wait = true;
        return 0;
    case OPT_FORCE:
        g->force = true;
        lb_call_number(&g->call, "force", 1);
        return 0;
    case 'y':
        g->yes = true;
        return 0;
    default:
        if (args_duration(c, a, &us) != 0)
            return -1;
        lb_call_number(&g->call, id == OPT_FOR ? "for_ms" : "deadline_ms",
                       (uint64_t)us / 1000);
        return 0;
    }
}

static bool
is_among(const char *node, char (*name)[64], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name[i], node) == 0)
            return true;
    return false;
}

/* Before the first of several drains: each would be told of the others only
 * when it has said yes. */
static bool
may_drain(struct ctl *c, char (*name)[64], size_t n, bool force)
{
    bool stays = force;

    for (size_t i = 0; i < n && c->status == 0; i++)
        reach(c, name[i]);
    if (c->status != 0) {
        ctl_note(c, "nothing done");
        return false;
    }
    if (reach_nodes(c) != 0)
        return false;
    for (size_t i = 0; i < c->n_nodes; i++) {
        const struct lb_node *one = &c->nodes[i];
        stays |= one->life <= LB_ALIVE && !is_among(one->name, name, n) &&
                 (one->phase == LB_RUN || one->phase == LB_PAUSE);
    }
    if (!stays)
        ctl_fail(c, EXIT_USAGE, "these are all live nodes; --force drains "
                 "them anyway; nothing done");
    return stays;
}

static int
each(struct ctl *c, struct args *a, const char *op, bool asks)
{
    struct change g = { .call = { .op = op }, .asks = asks };
    char what[512] = "";
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (take(c, &g, a, id) != 0)
            return c->status;
    if (id < 0)
        return c->status;
    ctl_catch_signals();
    c->whole = g.wait;
    lb_call_text(&g.call, "by", who(g.by, sizeof g.by));
    char (*name)[64] = reach_each(c, a->word, a->n_words, &n);
    if (name == NULL)
        return c->status;
    if (strcmp(op, "drain") == 0 && (n > 1 || c->status != 0) &&
        !may_drain(c, name, n, g.force)) {
        free(name);
        return c->status;
    }
    text_add(what, sizeof what, "%s", op);
    for (size_t i = 0; i < n; i++)
        text_add(what, sizeof what, " %s", name[i]);
    bool go = !g.asks || g.yes || ctl_confirm(c, what);
    for (size_t i = 0; go && i < n; i++) {
        struct lb *lb = reach(c, name[i]);
        if (lb != NULL)
            change_phase(c, lb, &g.call);
    }
    int64_t until = c->timeout_us > 0 ? now_us() + c->timeout_us : 0;
    for (size_t i = 0; go && g.wait && i < n && c->status == 0; i++)
        wait_drained(c, reach(c, name[i]), until);
    free(name);
    return c->status;
}

int
pause_main(struct ctl *c, struct args *a)
{
    return each(c, a, "pause", false);
}

int
resume_main(struct ctl *c, struct args *a)
{
    return each(c, a, "resume", false);
}

int
drain_main(struct ctl *c, struct args *a)
{
    return each(c, a, "drain", true);
}

int
undrain_main(struct ctl *c, struct args *a)
{
    return each(c, a, "undrain", false);
}

/* release NODE [KIND] */
int
release_main(struct ctl *c, struct args *a)
{
    struct lb_call call = { .op = "release" };
    struct lb_reply *r;
    char by[128];

    if (args_next(c, a) != 0 || args_words(c, a, 1, 2) != 0)
        return c->status;
    struct lb *lb = reach(c, a->word[0]);
    if (lb == NULL)
        return c->status;
    if (a->n_words == 2)
        lb_call_text(&call, "kind", a->word[1]);
    lb_call_text(&call, "by", who(by, sizeof by));
    int status = lb_call_do(lb, &call, &r);
    if (status != LB_OK)
        ctl_failed(c, lb, status);
    else if (c->output == OUTPUT_JSON)
        json_line(json_pack("{s:s,s:I}", "node", lb_name(lb), "released",
                            (json_int_t)lb_reply_number(r, "released", 0)));
    else if (lb_reply_text(r)[0] != '\0')
        printf("%s\n", lb_reply_text(r));
    lb_reply_free(r);
    return c->status;
}

int
stop_main(struct ctl *c, struct args *a)
{
    return each(c, a, "stop", true);
}
