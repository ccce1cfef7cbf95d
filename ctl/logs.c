/* SPDX-License-Identifier: MPL-2.0 */
/* logs: what a command has written, of an ended one from its home, of one
 * that runs from the node that runs it. */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/follow.h"
#include "ctl/reach.h"
#include "ctl/select.h"

enum { OPT_STDERR = 256, LOOK_MS = 200 };

const struct option_row logs_options[] = {
    { "follow", 'f', VALUE_NO }, { "stderr", OPT_STDERR, VALUE_NO },
    { NULL, 0, VALUE_NO }
};

struct logs {
    const struct target *target;
    uint32_t job;
    bool follow, err;
    uint64_t from;              /* bytes shown so far */
    uint64_t attempt;           /* they are of this one */
    char name[112];
};

static int
show(struct ctl *c, struct logs *l, struct span bytes)
{
    if (l->from >= bytes.len)
        return 0;
    size_t n = bytes.len - (size_t)l->from;
    fwrite(bytes.p + l->from, 1, n, stdout);
    if (ctl_stdout(c) != 0)
        return -1;
    l->from += n;
    return 0;
}

/* What is left of the output of a job that has ended. */
static int
show_result(struct ctl *c, struct logs *l)
{
    char range[16];
    const struct lb_results_of of = { .workload = l->target->number,
                                      .ranges = range };
    struct command_result r;
    struct lb_reply *keep;
    struct lb_result one;
    struct followed f;
    int rc = 0;

    range[0] = '\0';
    text_add(range, sizeof range, "%u", l->job);
    if (followed_ask(c, l->target, &f, &keep) != 0)
        return -1;
    struct lb_results *all = lb_results_open(l->target->lb, &of);
    if (!lb_results_next(all, 0, &one)) {
        ctl_fail(c, EXIT_NOTFOUND, "%s: its output is not kept any more",
                 l->name);
        rc = -1;
    } else if (!result_command(&f, &one, &r)) {
        if (f.kind != &kind_command)
            ctl_fail(c, EXIT_USAGE, "%s is no command; lbctl results shows "
                     "its result", l->name);
        else
            ctl_note(c, "%s has written nothing", l->name);
    } else {
        struct span bytes = l->err ? r.err : r.out;
        uint64_t total = l->err ? r.err_total : r.out_total;
        rc = show(c, l, bytes);
        if (total > bytes.len)
            ctl_note(c, "%s: %llu more bytes were cut (jobs.max_output)",
                     l->name, (unsigned long long)(total - bytes.len));
    }
    lb_results_free(all);
    lb_reply_free(keep);
    return rc;
}

/* The next piece from the node that runs it: its bytes; 0 none now; -1 after
 * a message. */
static int64_t
show_piece(struct ctl *c, struct logs *l, const char *holder)
{
    struct lb *lb = reach(c, holder);
    struct lb_call call = { .op = "output" };
    struct lb_reply *r;
    const uint8_t *p;
    size_t len = 0, at = 0;

    if (lb == NULL)
        return -1;
    lb_call_text(&call, "home",
                 lb_reply_get(lb_hello(l->target->lb), "id", NULL));
    lb_call_number(&call, "workload", l->target->number);
    lb_call_number(&call, "index", l->job);
    lb_call_number(&call, "err", l->err);
    lb_call_number(&call, "from", l->from);
    int status = lb_call_do(lb, &call, &r);
    if (status == LB_OK && lb_reply_row(r, &at, &p, &len)) {
        if (len > 0)
            fwrite(p, 1, len, stdout);
        if (ctl_stdout(c) != 0) {
            len = 0;
            status = LB_DISK;
        }
        l->from += len;
    } else if (status != LB_NOTFOUND) {
        ctl_failed(c, lb, status);
    }
    lb_reply_free(r);
    return status == LB_OK || status == LB_NOTFOUND ? (int64_t)len : -1;
}

/* 1: once more; 0: that was all; -1 after a message. */
static int
look(struct ctl *c, struct logs *l)
{
    struct lb_call call = { .op = "show" };
    struct lb_reply *r;
    char holder[64] = "", state[16] = "";

    lb_call_number(&call, "workload", l->target->number);
    lb_call_number(&call, "job", l->job);
    int status = lb_call_do(l->target->lb, &call, &r);
    if (status != LB_OK) {
        target_failed(c, l->target, status);
        lb_reply_free(r);
        return -1;
    }
    const char *text = lb_reply_get(r, "state", NULL);
    text_add(state, sizeof state, "%s", text != NULL ? text : "");
    text = lb_reply_get(r, "holder", NULL);
    text_add(holder, sizeof holder, "%s", text != NULL ? text : "");
    uint64_t attempt = lb_reply_number(r, "attempt", 0);
    lb_reply_free(r);
    if (attempt != l->attempt && l->from > 0) {
        ctl_note(c, "%s: attempt %llu begins", l->name,
                 (unsigned long long)attempt);
        l->from = 0;
    }
    l->attempt = attempt;
    if (strcmp(state, "done") == 0 || strcmp(state, "failed") == 0 ||
        strcmp(state, "cancelled") == 0)
        return show_result(c, l);
    int64_t n = holder[0] == '\0' ? 0 : show_piece(c, l, holder);
    if (n < 0)
        return -1;
    if (n == 0 && !l->follow && l->from == 0)
        ctl_note(c, "%s is %s and has written nothing yet", l->name, state);
    return n > 0 || l->follow;
}

/* The job that is meant: the only one, if none is named. */
static int
which(struct ctl *c, const struct target *t, uint32_t *job)
{
    struct lb_progress p = { .version = 0 };

    if (t->ranges == NULL && lb_wait(t->lb, t->number, 0, &p) == LB_OK &&
        p.jobs == 1) {
        *job = 0;
        return 0;
    }
    return select_job(c, t, job);
}

int
logs_main(struct ctl *c, struct args *a)
{
    struct logs l = { .follow = false };
    struct targets t = { .n = 0 };
    int id, rc = 1;

    while ((id = args_next(c, a)) > 0)
        if (id == 'f')
            l.follow = true;
        else
            l.err = true;
    if (id < 0 || args_words(c, a, 1, 1) != 0)
        return c->status;
    if (select_words(c, a->word, 1, &t) == 0 && t.n == 1 &&
        which(c, &t.v[0], &l.job) == 0) {
        l.target = &t.v[0];
        text_add(l.name, sizeof l.name, "%s.%u", t.v[0].name, l.job);
        ctl_catch_signals();
        while (rc > 0 && ctl_interrupt == 0) {
            uint64_t before = l.from;
            rc = look(c, &l);
            if (rc > 0 && l.from == before)
                (void)poll(NULL, 0, LOOK_MS);
        }
        if (ctl_interrupt != 0)
            ctl_status(c, ctl_interrupt);
    }
    targets_fini(&t);
    return c->status;
}
