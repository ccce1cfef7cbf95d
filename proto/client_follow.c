/* SPDX-License-Identifier: MPL-2.0 */
/* Waiting for a workload, and its results page by page. */
#include "proto/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum {
    PAGE_RESULTS = 4096,
    PAGE_WAIT_MS = 10 * 1000    /* a page that nothing is in yet */
};

bool
lb_progress_ended(const struct lb_progress *p)
{
    return strcmp(p->state, "done") == 0 || strcmp(p->state, "failed") == 0 ||
           strcmp(p->state, "cancelled") == 0;
}

static uint32_t
count_of(const struct lb_reply *r, const char *key)
{
    uint64_t n = lb_reply_number(r, key, 0);

    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void
text_of(const struct lb_reply *r, const char *key, char *dst, size_t cap)
{
    const char *s = lb_reply_get(r, key, NULL);

    span_copy(span_str(s != NULL ? s : ""), dst, cap);
}

int
lb_wait(struct lb *lb, uint32_t workload, int64_t wait_ms,
        struct lb_progress *p)
{
    struct lb_call c = { .op = "wait", .wait_ms = wait_ms };
    struct lb_reply *r;

    lb_call_number(&c, "workload", workload);
    lb_call_number(&c, "wait_ms", (uint64_t)wait_ms);
    if (p->version != 0)
        lb_call_number(&c, "seen", p->version);
    int status = lb_call_do(lb, &c, &r);
    if (status == LB_OK) {
        text_of(r, "state", p->state, sizeof p->state);
        text_of(r, "nodes", p->nodes, sizeof p->nodes);
        p->jobs = count_of(r, "jobs");
        p->queued = count_of(r, "queued");
        p->running = count_of(r, "running");
        p->done = count_of(r, "done");
        p->failed = count_of(r, "failed");
        p->cancelled = count_of(r, "cancelled");
        p->elapsed_us = lb_reply_number(r, "elapsed_us", 0);
        p->version = lb_reply_number(r, "version", 0);
    }
    lb_reply_free(r);
    return status;
}

struct lb_results {
    struct lb *lb;
    uint32_t workload;
    char *ranges;
    bool by_finish, failed, follow, ended;
    int status;
    uint64_t cursor;
    struct lb_reply *page;
    size_t at;
    char *nodes;                /* "ID=name,..." of the page */
    char node[NAME_MAX_BYTES + 1], error[ERROR_MAX_BYTES + 1];
};

struct lb_results *
lb_results_open(struct lb *lb, const struct lb_results_of *of)
{
    struct lb_results *r = xcalloc(1, sizeof *r);

    r->lb = lb;
    r->workload = of->workload;
    r->ranges = of->ranges != NULL ? xstrdup(of->ranges) : NULL;
    r->by_finish = of->by_finish;
    r->failed = of->failed;
    r->follow = of->follow;
    return r;
}

void
lb_results_free(struct lb_results *r)
{
    if (r == NULL)
        return;
    lb_reply_free(r->page);
    free(r->ranges);
    free(r);
}

int
lb_results_status(const struct lb_results *r)
{
    return r->status;
}

bool
lb_results_ended(const struct lb_results *r)
{
    return r->ended && r->page == NULL;
}

/* The next page; it may be empty. */
static void
turn(struct lb_results *r, int64_t wait_ms)
{
    struct lb_call c = { .op = "results", .wait_ms = wait_ms };

    lb_call_number(&c, "workload", r->workload);
    lb_call_text(&c, "ranges", r->ranges);
    lb_call_text(&c, "order", r->by_finish ? "finish" : "index");
    lb_call_number(&c, "after", r->cursor);
    lb_call_number(&c, "limit", PAGE_RESULTS);
    lb_call_number(&c, "wait_ms", (uint64_t)wait_ms);
    if (r->failed)
        lb_call_number(&c, "failed", 1);
    r->at = 0;
    r->status = lb_call_do(r->lb, &c, &r->page);
    if (r->status != LB_OK) {
        lb_reply_free(r->page);
        r->page = NULL;
        return;
    }
    r->cursor = lb_reply_number(r->page, "next", r->cursor);
    r->ended = lb_reply_number(r->page, "ended", 0) == 1;
    const char *nodes = lb_reply_get(r->page, "nodes", NULL);
    r->nodes = (char *)(uintptr_t)nodes;
}

/* Name of the node with this id, from "ID=name,ID=name". */
static void
name_node(struct lb_results *r, const struct node_id *id)
{
    char text[NODE_ID_TEXT + 1];

    node_id_print(id, text);
    strcpy(text + NODE_ID_TEXT - 1, "=");
    const char *at = r->nodes != NULL ? strstr(r->nodes, text) : NULL;
    r->node[0] = '\0';
    if (at == NULL)
        return;
    at += NODE_ID_TEXT;
    size_t len = strcspn(at, ",");
    span_copy(span_of(at, len), r->node, sizeof r->node);
}

/* The next result of the page; false: no more in it. */
static bool
take(struct lb_results *r, struct lb_result *out)
{
    const uint8_t *p;
    struct result in;
    size_t len, at = 0;

    if (!lb_reply_row(r->page, &r->at, &p, &len))
        return false;
    if (!result_next(span_of(p, len), &at, &in)) {
        r->status = client_fail(r->lb, LB_INTERNAL, "%s sent a result that "
                                "makes no sense; please report it",
                                lb_name(r->lb));
        return false;
    }
    name_node(r, &in.node);
    span_copy(in.error, r->error, sizeof r->error);
    *out = (struct lb_result){
        .index = in.index, .outcome = in.outcome, .attempt = in.attempt,
        .node = r->node, .wait_us = in.wait_us, .run_us = in.run_us,
        .cpu_us = in.cpu_us, .error = r->error, .value = in.value.p,
        .value_len = in.value.len
    };
    return true;
}

bool
lb_results_next(struct lb_results *r, int64_t wait_ms, struct lb_result *out)
{
    int64_t until = dial_now_ms() + wait_ms;

    for (r->status = LB_OK;;) {
        if (r->page != NULL && take(r, out))
            return true;
        bool was_empty = r->page != NULL && r->at == 0;
        lb_reply_free(r->page);
        r->page = NULL;
        if (r->status != LB_OK || r->ended || (was_empty && !r->follow))
            return false;
        int64_t left = wait_ms < 0 ? PAGE_WAIT_MS : until - dial_now_ms();
        if (was_empty && left <= 0)
            return false;
        if (left > PAGE_WAIT_MS)
            left = PAGE_WAIT_MS;
        turn(r, r->follow && left > 0 ? left : 0);
        if (r->status != LB_OK)
            return false;
    }
}
