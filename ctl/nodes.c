/* SPDX-License-Identifier: MPL-2.0 */
/* nodes, ping */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/reach.h"
#include "proto/quarantined.h"

enum { OPT_SORT = 256, OPT_COLUMNS, OPT_WAIT, PING_AGAIN_MS = 100 };

const struct option_row nodes_options[] = {
    { "sort", OPT_SORT, VALUE_YES }, { "columns", OPT_COLUMNS, VALUE_YES },
    { NULL, 0, VALUE_NO }
};
const struct option_row ping_options[] = {
    { "wait", OPT_WAIT, VALUE_YES }, { NULL, 0, VALUE_NO }
};

static const struct column columns[] = {
    { "NODE", "node", false },       { "PHASE", "phase", false },
    { "THR", "throttle_pct", true }, { "SLOTS", "slots", true },
    { "RUN", "running", true },      { "QUEUED", "queued", true },
    { "DRAIN", "drain_s", true },    { "DONE", "done", true },
    { "IN", "in", true },            { "OUT", "out", true },
    { "CPU", "cpu_pct", true },      { "RTT", "rtt_s", true },
    { "AGE", "age_s", true },        { "VERSION", "version", false },
    { "POLICY", "policy", false },   { NULL, "id", false },
    { NULL, "incarnation", true },   { NULL, "address", false },
    { NULL, "floor_pct", true },     { NULL, "ceiling_pct", true },
    { NULL, "kinds", false },        { NULL, "tags", false },
    { NULL, "load", true },          { NULL, "ext_cpu_pct", true },
    { NULL, "mem_bytes", true },     { NULL, "raw_bytes", true },
    { NULL, "wire_bytes", true },    { NULL, "failed", true },
    { NULL, "held", true },          { NULL, "placement", false },
    { NULL, "stale", false },        { NULL, "quarantine", false },
    { NULL, "disk_full", false },
    { NULL, NULL, false }
};

const char *
phase_name(unsigned phase)
{
    switch ((enum lb_phase)phase) {
    case LB_START:
        return "start";
    case LB_RUN:
        return "run";
    case LB_PAUSE:
        return "pause";
    case LB_DRAIN:
        return "drain";
    }
    return "?";
}

static const char *
phase_shown(const struct lb_node *n)
{
    switch ((enum lb_life)n->life) {
    case LB_STALE:
        return "stale";
    case LB_LOST:
        return "lost";
    case LB_FOREIGN:
        return "protocol";
    case LB_SELF:
    case LB_ALIVE:
        break;
    }
    return phase_name(n->phase);
}

/* "a b c" as a list. */
static void
list_cell(struct table *t, const char *words)
{
    json_t *list = json_array();

    for (const char *at = words; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (len > 0)
            json_array_append_new(list, json_stringn(at, len));
        at += len + (at[len] == ' ');
    }
    table_json(t, list, words);
}

static void
percent_cell(struct table *t, unsigned permille)
{
    char text[16] = "";

    text_add(text, sizeof text, "%u", (permille + 5) / 10);
    table_real(t, permille / 10.0, text);
}

static void
shown_cells(struct table *t, const struct lb_node *n)
{
    char rtt[32] = "";

    table_text(t, n->name);
    table_text(t, phase_shown(n));
    table_number(t, n->throttle);
    table_number(t, n->slots);
    table_number(t, n->running);
    table_number(t, n->queued);
    table_duration(t, n->drain_us);
    table_number(t, n->done);
    table_number(t, n->received);
    table_number(t, n->sent);
    percent_cell(t, n->cpu_permille);
    text_add(rtt, sizeof rtt, "%.2fms", (double)n->rtt_us / 1e3);
    if (n->rtt_us > 0)
        table_real(t, (double)n->rtt_us / 1e6, rtt);
    else
        table_null(t);
    table_duration(t, n->age_us);
    table_text(t, n->version);
    table_text(t, n->policy);
}

static void
add_node(struct table *t, const struct lb_node *n)
{
    char address[300] = "";

    shown_cells(t, n);
    table_text(t, n->id);
    table_number(t, n->incarnation);
    text_add(address, sizeof address, strchr(n->host, ':') != NULL
             ? "[%s]:%u" : "%s:%u", n->host, n->port);
    table_text(t, address);
    table_number(t, n->floor);
    table_number(t, n->ceiling);
    list_cell(t, n->kinds);
    list_cell(t, n->tags);
    table_real(t, n->load_milli / 1e3, NULL);
    table_real(t, n->ext_cpu_permille / 10.0, NULL);
    table_number(t, n->rss_bytes);
    table_number(t, n->raw_bytes);
    table_number(t, n->wire_bytes);
    table_number(t, n->failed);
    table_number(t, n->held);
    table_text(t, n->placement);
    table_json(t, json_boolean(n->life == LB_STALE), "");
    list_cell(t, n->quarantine);
    table_json(t, json_boolean(n->disk_full), "");
}

/* Below the table: what a node does not take for a while, and why. */
static void
tell_trouble(const struct lb_node *n)
{
    struct span text = span_str(n->quarantine);
    struct quarantined q;

    if (n->disk_full)
        printf("%s accepts no jobs: its disk is full; it goes on by itself "
               "when there is room\n", n->name);
    while (quarantined_next(&text, &q))
        printf("%s takes no %.*s for %u s more: %u failed in a row there, "
               "others succeed elsewhere\n", n->name, (int)q.kind.len,
               (const char *)q.kind.p, (unsigned)q.left_s,
               (unsigned)q.failures);
}

int
nodes_main(struct ctl *c, struct args *a)
{
    const char *sort = NULL, *pick = NULL;
    char (*name)[64] = NULL;
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (id == OPT_SORT)
            sort = a->value;
        else
            pick = a->value;
    if (id < 0)
        return c->status;
    struct table *t = table_new(columns);
    if ((pick != NULL && table_pick(c, t, pick) != 0) ||
        (sort != NULL && table_sort(c, t, sort) != 0) || reach_nodes(c) != 0)
        goto out;
    if (a->n_words > 0) {
        name = reach_names(c, a->word, a->n_words, &n);
        if (name == NULL)
            goto out;
    }
    for (size_t i = 0; i < c->n_nodes; i++) {
        size_t k = 0;
        while (k < n && strcmp(name[k], c->nodes[i].name) != 0)
            k++;
        if (name == NULL || k < n)
            add_node(t, &c->nodes[i]);
    }
    if (sort != NULL)
        table_sort(c, t, sort);
    table_print(c, t, "nodes", NULL);
    for (size_t i = 0; i < c->n_nodes && c->output == OUTPUT_TABLE; i++)
        tell_trouble(&c->nodes[i]);
    free(name);
out:
    table_free(t);
    return c->status;
}

/* One ping; the status, without a message. */
static int
ping(struct lb *lb, int64_t *took_us)
{
    struct lb_call call = { .op = "ping" };
    struct lb_reply *r;
    int64_t start = now_us();
    int status = lb_call_do(lb, &call, &r);

    *took_us = now_us() - start;
    lb_reply_free(r);
    return status;
}

static int
ping_node(struct ctl *c, struct lb *lb, int64_t wait_us)
{
    int64_t took, until = now_us() + wait_us;
    int status = ping(lb, &took);

    while (status == LB_LATER && now_us() < until && ctl_interrupt == 0) {
        poll(NULL, 0, PING_AGAIN_MS);
        status = ping(lb, &took);
    }
    if (status != LB_OK)
        return ctl_failed(c, lb, status);
    if (c->output == OUTPUT_JSON)
        json_line(json_pack("{s:s,s:f}", "node", lb_name(lb), "rtt_s",
                            (double)took / 1e6));
    else
        printf("%s %.2f ms\n", lb_name(lb), (double)took / 1e3);
    return LB_OK;
}

/* --wait: until an agent is there at all. */
static struct lb *
await(struct ctl *c, int64_t wait_us)
{
    int64_t until = now_us() + wait_us;

    for (;;) {
        struct ctl quiet = { .node = c->node, .timeout_us = c->timeout_us,
                             .node_default = c->node_default,
                             .output = OUTPUT_QUIET, .silent = true };
        bool there = reach_asked(&quiet) != NULL;
        reach_fini(&quiet);
        if (there || now_us() >= until || ctl_interrupt != 0 ||
            quiet.status == EXIT_USAGE)
            return reach_asked(c);
        poll(NULL, 0, PING_AGAIN_MS);
    }
}

int
ping_main(struct ctl *c, struct args *a)
{
    int64_t wait_us = 0;
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        if (args_duration(c, a, &wait_us) != 0)
            return c->status;
    if (id < 0)
        return c->status;
    ctl_catch_signals();
    if (await(c, wait_us) == NULL)
        return c->status;
    char (*name)[64] = reach_each(c, a->word, a->n_words, &n);
    for (size_t i = 0; name != NULL && i < n; i++) {
        struct lb *lb = reach(c, name[i]);
        if (lb != NULL)
            ping_node(c, lb, wait_us);
    }
    free(name);
    return c->status;
}
