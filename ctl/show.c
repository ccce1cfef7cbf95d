/* SPDX-License-Identifier: MPL-2.0 */
/* show, explain: all that a home says, one field a line. */
#include "ctl/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/follow.h"
#include "ctl/output.h"
#include "ctl/reach.h"
#include "ctl/select.h"

/* What is asked for, in the order in which it is shown. */
static const char *const workload_keys[] = {
    "label", "kind", "params", "state", "jobs", "accepted", "queued",
    "running", "done", "failed", "cancelled", "held", "away", "nodes",
    "priority", "retries", "timeout_us", "cost", "once", "idempotent",
    "age_us", "ended_age_us", "elapsed_us", NULL
};
static const char *const job_keys[] = {
    "state", "node", "holder", "attempt", "fence", "moves", "lost", "wait_us",
    "run_us", "cpu_us", "outcome", "value_bytes", "error", "args",
    "args_bytes", "cost", NULL
};
static const char *const explain_keys[] = {
    "state", "place", "holder", "holder_phase", "holder_throttle", "decision",
    "blocked_by", "reason", "next_s", NULL
};

static bool
is_time(const char *key, char *name, size_t cap)
{
    size_t n = strlen(key);
    bool us = n > 3 && strcmp(key + n - 3, "_us") == 0;

    name[0] = '\0';
    text_add(name, cap, us ? "%.*s_s" : "%.*s", us ? (int)n - 3 : (int)n,
             key);
    return us;
}

static bool
is_yes_or_no(const char *key)
{
    return strcmp(key, "once") == 0 || strcmp(key, "idempotent") == 0 ||
           strcmp(key, "held") == 0;
}

static json_t *
value_json(const char *key, const char *value)
{
    uint64_t n;
    char name[64];

    if (strcmp(key, "label") == 0 && value[0] == '\0')
        return json_null();     /* as in list */
    if (is_yes_or_no(key))
        return json_boolean(strcmp(value, "0") != 0);
    if (text_u64(value, 0, INT64_MAX, &n) == 0 && strcmp(key, "cost") == 0)
        return json_real((double)n / 1e6);
    if (text_u64(value, 0, INT64_MAX, &n) == 0)
        return is_time(key, name, sizeof name)
                   ? json_real((double)n / 1e6)
                   : json_integer((json_int_t)n);
    json_t *text = json_string(value);
    return text != NULL ? text : json_null();
}

static void
print_value(const char *key, const char *value)
{
    char name[64], text[32];
    uint64_t n;

    if (is_time(key, name, sizeof name) &&
        text_u64(value, 0, INT64_MAX, &n) == 0) {
        name[strlen(name) - 2] = '\0';
        units_print_duration((int64_t)n, text, sizeof text);
        value = text;
    } else if (is_yes_or_no(key)) {
        value = strcmp(value, "0") == 0 ? "no" : "yes";
    } else if (strcmp(key, "cost") == 0 &&
               text_u64(value, 0, INT64_MAX, &n) == 0) {
        snprintf(text, sizeof text, "%.10g", (double)n / 1e6);
        value = text;
    }
    /* Parameters are lines: continued under the first. */
    printf("%-16s", name);
    for (const char *at = value; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (at != value)
            printf("%-16s", "");
        printf("%.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
    if (*value == '\0')
        putchar('\n');
}

static void
print_reply(struct ctl *c, const char *what, const char *name,
            const struct lb_reply *r, const char *const *keys)
{
    json_t *o = json_pack("{s:s}", what, name);
    char shown[64];

    if (c->output != OUTPUT_JSON)
        print_value(what, name);
    for (size_t i = 0; keys[i] != NULL; i++) {
        const char *value = lb_reply_get(r, keys[i], NULL);
        if (value == NULL)
            continue;
        is_time(keys[i], shown, sizeof shown);
        json_object_set_new(o, shown, value_json(keys[i], value));
        if (c->output != OUTPUT_JSON && value[0] != '\0')
            print_value(keys[i], value);
    }
    if (c->output == OUTPUT_JSON)
        json_line(o);
    else
        json_decref(o);
}

/* The value of an ended workload, from all its results. */
static void
print_combined(struct ctl *c, const struct target *t,
               const struct lb_reply *r)
{
    struct lb_results_of of = { .workload = t->number };
    struct lb_result one;
    struct followed f;
    struct lb_reply *keep;
    char text[VALUE_TEXT_MAX];
    const char *state = lb_reply_get(r, "state", NULL);

    if (state == NULL || strcmp(state, "done") != 0 ||
        c->output == OUTPUT_JSON || followed_ask(c, t, &f, &keep) != 0)
        return;
    if (f.kind != NULL && f.kind->value != NULL) {
        struct lb_results *all = lb_results_open(t->lb, &of);
        struct value *v = value_new(&f);
        while (lb_results_next(all, 0, &one))
            value_add(v, &one);
        if (value_get(v, (uint32_t)lb_reply_number(r, "jobs", 0), text))
            print_value("value", text);
        value_free(v);
        lb_results_free(all);
    }
    lb_reply_free(keep);
}

static int
show_one(struct ctl *c, const struct target *t)
{
    struct lb_call call = { .op = "show" };
    struct lb_reply *r;
    uint32_t job = 0;
    char name[112] = "";

    if (t->ranges != NULL && select_job(c, t, &job) != 0)
        return c->status;
    lb_call_number(&call, "workload", t->number);
    if (t->ranges != NULL)
        lb_call_number(&call, "job", job);
    int status = lb_call_do(t->lb, &call, &r);
    text_add(name, sizeof name, t->ranges != NULL ? "%s.%u" : "%s", t->name,
             job);
    if (status != LB_OK)
        target_failed(c, t, status);
    else
        print_reply(c, t->ranges != NULL ? "job" : "workload", name, r,
                    t->ranges != NULL ? job_keys : workload_keys);
    if (status == LB_OK && t->ranges == NULL)
        print_combined(c, t, r);
    lb_reply_free(r);
    return c->status;
}

int
show_main(struct ctl *c, struct args *a)
{
    struct targets t;

    if (args_next(c, a) != 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    if (select_words(c, a->word, a->n_words, &t) == 0)
        for (size_t i = 0; i < t.n; i++)
            show_one(c, &t.v[i]);
    targets_fini(&t);
    return c->status;
}

static int
explain(struct ctl *c, struct lb *lb, const struct lb_call *call,
        const char *what, const char *name)
{
    struct lb_reply *r;
    int status = lb_call_do(lb, call, &r);

    if (status == LB_OK)
        print_reply(c, what, name, r, explain_keys);
    else if (status != LB_NOTFOUND)
        ctl_failed(c, lb, status);
    else
        ctl_fail(c, status, "no job %s", name);
    lb_reply_free(r);
    return c->status;
}

static bool
looks_like_job(const char *word)
{
    const char *dash = strrchr(word, '-');

    if (strncmp(word, "last", 4) == 0 && (word[4] == '\0' || word[4] == '.'))
        return true;
    return dash != NULL && dash != word && dash[1] >= '0' && dash[1] <= '9';
}

int
explain_main(struct ctl *c, struct args *a)
{
    struct lb_call call = { .op = "explain" };
    struct targets t = { .n = 0 };
    char name[112] = "";
    uint32_t job;

    if (args_next(c, a) != 0 || args_words(c, a, 1, 1) != 0)
        return c->status;
    struct lb *asked = reach_asked(c);
    if (asked == NULL)
        return c->status;
    bool node = strcmp(lb_name(asked), a->word[0]) == 0;
    if (!node && reach_nodes(c) == 0)
        node = reach_node(c, a->word[0]) != NULL;
    if (node || !looks_like_job(a->word[0])) {
        struct lb *lb = reach(c, a->word[0]);
        return lb == NULL ? c->status
                          : explain(c, lb, &call, "node", a->word[0]);
    }
    if (select_words(c, a->word, 1, &t) == 0 && t.n == 1) {
        lb_call_number(&call, "workload", t.v[0].number);
        text_add(name, sizeof name, "%s", t.v[0].name);
        if (t.v[0].ranges == NULL) {
            explain(c, t.v[0].lb, &call, "workload", name);
        } else if (select_job(c, &t.v[0], &job) == 0) {
            lb_call_number(&call, "job", job);
            text_add(name, sizeof name, ".%u", job);
            explain(c, t.v[0].lb, &call, "job", name);
        }
    }
    targets_fini(&t);
    return c->status;
}
