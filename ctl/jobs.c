/* SPDX-License-Identifier: MPL-2.0 */
/* start, hold, priority, cancel, retry */
#include "ctl/cmd.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/output.h"
#include "ctl/reach.h"
#include "ctl/select.h"

enum { OPT_QUEUED = 256, OPT_FAILED, OPT_ALL };
enum { ASK_FROM = 100 };    /* jobs */

const struct option_row cancel_options[] = {
    { "queued", OPT_QUEUED, VALUE_NO }, { "yes", 'y', VALUE_NO },
    { NULL, 0, VALUE_NO }
};
const struct option_row retry_options[] = {
    { "failed", OPT_FAILED, VALUE_NO }, { "all", OPT_ALL, VALUE_NO },
    { NULL, 0, VALUE_NO }
};

const char *
who(char *dst, size_t cap)
{
    const struct passwd *user = getpwuid(getuid());
    char host[65] = "";

    dst[0] = '\0';
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    text_add(dst, cap, "%s@%s", user != NULL ? user->pw_name : "?",
             host);
    return dst;
}

/* Asks the home of `t`; NULL after a message. */
static struct lb_reply *
ask(struct ctl *c, const struct target *t, struct lb_call *call)
{
    struct lb_reply *r;
    char by[128];

    lb_call_text(call, "by", who(by, sizeof by));
    int status = lb_call_do(t->lb, call, &r);
    if (status == LB_OK)
        return r;
    target_failed(c, t, status);
    lb_reply_free(r);
    return NULL;
}

/* $1 is the name, $2 and $3 the numbers, $s the s of more or less than one. */
static void
print_format(const char *format, const char *name, uint64_t a, uint64_t b)
{
    char text[256] = "";

    for (const char *p = format; *p != '\0'; p++) {
        if (p[0] != '$') {
            text_add(text, sizeof text, "%c", *p);
            continue;
        }
        p++;
        if (*p == '1')
            text_add(text, sizeof text, "%s", name);
        else if (*p == 's')
            text_add(text, sizeof text, "%s", a == 1 ? "" : "s");
        else
            text_add(text, sizeof text, "%" PRIu64, *p == '2' ? a : b);
    }
    printf("%s\n", text);
}

/* A count of the answer as "alpha-12 started, 1000 jobs" or in JSON. */
static void
tell(struct ctl *c, const struct target *t, const struct lb_reply *r,
     const char *const keys[2], const char *format)
{
    uint64_t a = lb_reply_number(r, keys[0], 0);
    uint64_t b = keys[1] != NULL ? lb_reply_number(r, keys[1], 0) : 0;

    if (c->output == OUTPUT_JSON) {
        json_t *o = json_pack("{s:s,s:I}", "workload", t->name, keys[0],
                              (json_int_t)a);
        if (keys[1] != NULL)
            json_object_set_new(o, keys[1], json_integer((json_int_t)b));
        json_line(o);
    } else if (c->output == OUTPUT_QUIET) {
        printf("%s\n", t->name);
    } else {
        print_format(format, t->name, a, b);
        if (c->verbose && lb_reply_text(r)[0] != '\0')
            ctl_note(c, "%s", lb_reply_text(r));
    }
}

static int
each(struct ctl *c, struct args *a, size_t n_words, const struct lb_call *call,
     const char *const keys[2], const char *format)
{
    struct targets t;
    uint64_t sum[2] = { 0, 0 };
    int ok = select_words(c, a->word, n_words, &t);
    targets_join(&t);
    /* "all" has many that have ended long ago: one line for all of them. */
    bool total = t.all && c->output != OUTPUT_JSON;

    for (size_t i = 0; ok == 0 && i < t.n; i++) {
        struct lb_call own = *call;
        target_call(&own, &t.v[i]);
        struct lb_reply *r = ask(c, &t.v[i], &own);
        for (size_t k = 0; r != NULL && k < 2 && keys[k] != NULL; k++)
            sum[k] += lb_reply_number(r, keys[k], 0);
        if (r != NULL && !total)
            tell(c, &t.v[i], r, keys, format);
        lb_reply_free(r);
    }
    if (ok == 0 && total && c->output != OUTPUT_QUIET)
        print_format(format, "all", sum[0], sum[1]);
    targets_fini(&t);
    return c->status;
}

static int
start_one(struct ctl *c, const struct target *t)
{
    struct lb_call call = { .op = "start" };
    static const char *const keys[2] = { "jobs", NULL };

    lb_call_number(&call, "workload", t->number);
    struct lb_reply *r = ask(c, t, &call);
    if (r == NULL)
        return c->status;
    bool started = lb_reply_number(r, "started", 0) > 0;
    tell(c, t, r, keys, started ? "$1 started, $2 job$s"
                                : "$1 is started already");
    lb_reply_free(r);
    return 0;
}

int
start_main(struct ctl *c, struct args *a)
{
    struct targets t;
    int id = args_next(c, a);

    if (id != 0)
        return c->status;
    if (a->n_words > 0) {
        if (select_words(c, a->word, a->n_words, &t) == 0)
            for (size_t i = 0; i < t.n; i++)
                start_one(c, &t.v[i]);
        targets_fini(&t);
        return c->status;
    }
    struct lb *lb = reach_asked(c);
    struct lb_workload_info *w;
    size_t n, started = 0;
    if (lb == NULL)
        return c->status;
    int status = lb_list(lb, 0, &w, &n);
    if (status != LB_OK)
        return ctl_failed(c, lb, status);
    for (size_t i = 0; i < n; i++) {
        struct target one = { .number = w[i].number, .lb = lb };
        if (!w[i].held || w[i].ended)
            continue;
        text_add(one.name, sizeof one.name, "%s-%u", lb_name(lb),
                 w[i].number);
        start_one(c, &one);
        started++;
    }
    free(w);
    if (started == 0)
        ctl_note(c, "nothing is held at %s", lb_name(lb));
    return c->status;
}

int
hold_main(struct ctl *c, struct args *a)
{
    static const char *const keys[2] = { "held", NULL };
    struct lb_call call = { .op = "hold" };

    if (args_next(c, a) != 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    return each(c, a, a->n_words, &call, keys, "$1: $2 job$s held");
}

int
priority_main(struct ctl *c, struct args *a)
{
    static const char *const keys[2] = { "changed", NULL };
    struct lb_call call = { .op = "priority" };
    uint64_t n;

    if (args_next(c, a) != 0 || args_words(c, a, 2, SIZE_MAX) != 0)
        return c->status;
    const char *word = a->word[a->n_words - 1];
    if (text_u64(word, 0, 9, &n) != 0) {
        ctl_fail(c, EXIT_USAGE, "priority: %s is outside 0..9", word);
        return c->status;
    }
    lb_call_number(&call, "value", n);
    return each(c, a, a->n_words - 1, &call, keys, "$1: $2 job$s changed");
}

/* "all", and much at once, are asked about. */
static bool
may_cancel(struct ctl *c, struct args *a, const struct targets *t)
{
    uint64_t jobs = 0;
    char what[256] = "cancel";

    for (size_t i = 0; i < t->n; i++) {
        struct lb_workload_info *w;
        uint64_t most = target_jobs(&t->v[i]);
        size_t n;
        if (lb_list(t->v[i].lb, t->v[i].number, &w, &n) == LB_OK)
            for (size_t k = 0; k < n; k++) {
                uint64_t open = w[k].jobs - w[k].done - w[k].failed -
                                w[k].cancelled;
                jobs += open < most ? open : most;
            }
        free(w);
    }
    if (!t->all && jobs < ASK_FROM)
        return true;
    for (size_t i = 0; i < a->n_words; i++)
        text_add(what, sizeof what, " %s", a->word[i]);
    text_add(what, sizeof what, ": %zu workload%s, %" PRIu64 " job%s", t->n,
             t->n == 1 ? "" : "s", jobs, jobs == 1 ? "" : "s");
    return ctl_confirm(c, what);
}

int
cancel_main(struct ctl *c, struct args *a)
{
    static const char *const keys[2] = { "cancelled", "ended" };
    struct lb_call call = { .op = "cancel" };
    struct targets t;
    bool yes = false;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (id == OPT_QUEUED)
            lb_call_number(&call, "queued", 1);
        else
            yes = true;
    if (id < 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    bool go = select_words(c, a->word, a->n_words, &t) == 0;
    targets_join(&t);
    go = go && (yes || may_cancel(c, a, &t));
    targets_fini(&t);
    if (!go)
        return c->status;
    return each(c, a, a->n_words, &call, keys,
                "cancelled $2, already ended $3");
}

int
retry_main(struct ctl *c, struct args *a)
{
    static const char *const keys[2] = { "retried", NULL };
    struct lb_call call = { .op = "retry" };
    bool failed = false, all = false;
    int id;

    while ((id = args_next(c, a)) > 0)
        *(id == OPT_ALL ? &all : &failed) = true;
    if (id == 0 && all && failed)
        return ctl_fail(c, EXIT_USAGE, "--failed and --all exclude each "
                        "other");
    if (id < 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    lb_call_text(&call, "what", all ? "all" : "failed");
    return each(c, a, a->n_words, &call, keys, "$1: $2 job$s run again");
}
