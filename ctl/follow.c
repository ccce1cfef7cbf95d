/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/away.h"
#include "ctl/cut.h"
#include "ctl/download.h"
#include "ctl/failure.h"
#include "ctl/halt.h"
#include "ctl/output.h"
#include "ctl/own.h"
#include "ctl/program.h"
#include "ctl/reorder.h"
#include "ctl/select.h"

enum { LOOK_MS = 200, LOOK_RESULTS = 512, WAIT_MS = 2000, UNFINISHED = 10,
       AWAY_MS = 1000 };

int
followed_ask(struct ctl *c, const struct target *t, struct followed *f,
             struct lb_reply **keep)
{
    struct lb_call call = { .op = "show" };
    char err[KIND_ERROR_MAX];
    size_t len = 0;

    *f = (struct followed){ .lb = t->lb, .number = t->number };
    text_add(f->name, sizeof f->name, "%s", t->name);
    lb_call_number(&call, "workload", t->number);
    int status = lb_call_do(t->lb, &call, keep);
    if (status != LB_OK) {
        target_failed(c, t, status);
        lb_reply_free(*keep);
        *keep = NULL;
        return -1;
    }
    const char *kind = lb_reply_get(*keep, "kind", NULL);
    const char *params = lb_reply_get(*keep, "params", &len);
    f->kind = kind != NULL ? kind_ask(c, kind, err) : NULL;
    f->shared = span_of(params, len);
    return 0;
}

struct run {
    struct ctl *c;
    const struct followed *f;
    const struct follow_options *o;
    struct progress bar;
    struct value *value;
    struct reorder *early;  /* NULL: results come by index */
    struct cut cut;
    struct lb_progress now;
    bool away;              /* the home does not answer */
    bool again;             /* it was away: what is in may come twice */
    bool reopen;            /* it was away since the results were opened */
};

/* Who sits at a terminal is asked; a second Ctrl-C leaves all as it is. */
static bool
is_to_cancel(const struct followed *f, const struct follow_options *o)
{
    char answer[16];

    if (o->cancel || ctl_interrupt != EXIT_INT || !isatty(STDIN_FILENO) ||
        !isatty(STDERR_FILENO))
        return o->cancel;
    fprintf(stderr, "\n%s: cancel what is left of it? [y/N] ", f->name);
    return fgets(answer, sizeof answer, stdin) != NULL &&
           (answer[0] == 'y' || answer[0] == 'Y');
}

/* How to come back to it; `p` NULL: how it stands is not known. */
static void
tell_way(const struct followed *f, const struct follow_options *o,
         const struct lb_progress *p)
{
    uint32_t left = p == NULL ? 1 : p->jobs - p->done - p->failed -
                                    p->cancelled;

    if (p != NULL && left > 0)
        fprintf(stderr, "%u of %u job%s unfinished; they go on\n", left,
                p->jobs, p->jobs == 1 ? "" : "s");
    fprintf(stderr, left > 0 ? "lbctl wait %s\n"
                             : "all of it has ended\nlbctl results %s\n",
            f->name);
    if (left > 0 && ctl_interrupt == EXIT_PIPE)
        fprintf(stderr, "lbctl cancel %s\n", f->name);
    if (o->files)
        fprintf(stderr, "lbctl results --out DIR %s\n", f->name);
}

static int
cancel(struct ctl *c, const struct followed *f)
{
    int status = lb_cancel(f->lb, f->number);

    if (status == LB_OK) {
        ctl_note(c, "%s cancelled", f->name);
    } else {
        ctl_failed(c, f->lb, status);
        fprintf(stderr, "lbctl cancel %s\n", f->name);
    }
    return ctl_status(c, ctl_interrupt);
}

/* Some of the jobs that have not ended. */
static void
tell_unfinished(const struct followed *f)
{
    struct lb_call call = { .op = "job_list" };
    struct lb_reply *r;
    const uint8_t *row;
    size_t len, at = 0, n = 0;
    char index[16], state[16];

    lb_call_number(&call, "workload", f->number);
    lb_call_text(&call, "state", "held,queued,running");
    lb_call_number(&call, "limit", UNFINISHED);
    if (lb_call_do(f->lb, &call, &r) == LB_OK)
        while (n++ < UNFINISHED && lb_reply_row(r, &at, &row, &len))
            if (lb_row_get(row, len, "index", index, sizeof index) &&
                lb_row_get(row, len, "state", state, sizeof state))
                fprintf(stderr, "%s.%s %s\n", f->name, index, state);
    lb_reply_free(r);
}

/* The first Ctrl-C: what is left goes on, and how to come back to it. */
static int
detach(struct run *r)
{
    const struct followed *f = r->f;
    struct lb_progress p = { .version = 0 };

    lb_set_interrupt(f->lb, NULL);
    if (r->away)
        lb_set_timeout(f->lb, AWAY_MS);
    if (ctl_interrupt == EXIT_PIPE)
        ctl_note(r->c, "nobody reads standard output any more");
    snprintf(ctl_last_words, sizeof ctl_last_words, "\nlbctl wait %s\n",
             f->name);
    if (is_to_cancel(f, r->o))
        return cancel(r->c, f);
    bool known = !r->away && lb_wait(f->lb, f->number, 0, &p) == LB_OK;
    if (known)
        tell_unfinished(f);
    tell_way(f, r->o, known ? &p : NULL);
    return ctl_status(r->c, ctl_interrupt);
}

static int
failed(struct run *r, int status)
{
    progress_wipe(&r->bar);
    if (status == LB_INTERRUPTED)
        return detach(r);
    struct target t = { .lb = r->f->lb, .number = r->f->number };
    text_add(t.name, sizeof t.name, "%s", r->f->name);
    return target_failed(r->c, &t, status);
}

/* No answer: LB_OK once its home is back. */
static int
silent(struct run *r)
{
    progress_wipe(&r->bar);
    r->away = true;
    int status = away_wait(r->c, r->f, r->o->until_us);

    r->away = status != LB_OK;
    r->now.version = 0;     /* it counts anew */
    r->again = r->reopen = true;
    return status == LB_OK ? LB_OK : failed(r, status);
}

static int
timed_out(struct run *r)
{
    progress_wipe(&r->bar);
    return ctl_fail(r->c, EXIT_TIMEOUT, "%s is %s, %u of %u job%s ended; it "
                    "goes on", r->f->name, r->now.state, r->now.done +
                    r->now.failed + r->now.cancelled, r->now.jobs,
                    r->now.jobs == 1 ? "" : "s");
}

/* How long one question may take, in ms; < 0: the time is over. */
static int64_t
slice(const struct run *r, int64_t ms)
{
    if (r->o->until_us == 0)
        return ms;
    int64_t left = (r->o->until_us - now_us()) / 1000;
    return left < ms ? left : ms;
}

static int
look(struct run *r, int64_t wait_ms)
{
    bool first = r->now.state[0] == '\0';
    int status;

    while ((status = lb_wait(r->f->lb, r->f->number, wait_ms, &r->now)) ==
           LB_TIMEOUT)
        if ((status = silent(r)) != LB_OK)
            return status;
    if (status != LB_OK)
        return failed(r, status);
    if (first) {
        r->bar.first_done = r->now.done + r->now.failed + r->now.cancelled;
        if (strcmp(r->now.state, "held") == 0)
            ctl_note(r->c, "%s is held; release it with \"lbctl start %s\"",
                     r->f->name, r->f->name);
    }
    if (!lb_progress_ended(&r->now))
        progress_show(&r->bar, &r->now);
    return LB_OK;
}

static void
print_result(struct run *r, const struct lb_result *one, bool whole)
{
    char text[RESULT_TEXT_MAX];

    if (r->c->output == OUTPUT_JSON)
        json_line(result_json(r->f, one));
    else if (!whole && (one->outcome == LB_JOB_DONE ||
                        r->f->kind == &kind_command))
        result_print(r->f, one, stdout, stderr);
    bool halted = r->o->halt != NULL && one->outcome == LB_JOB_CANCELLED;
    if (r->c->output == OUTPUT_JSON || one->outcome == LB_JOB_DONE || halted)
        return;
    failure_text(r->f, one, text);
    ctl_note(r->c, "%s", text);
}

static int
put_result(struct run *r, const struct lb_result *one, bool whole)
{
    value_add(r->value, one);
    if (r->o->save != NULL && save_add(r->c, r->o->save, r->f, one) != 0)
        return EXIT_DISK;
    if (!r->o->results && r->o->save == NULL)
        return LB_OK;
    progress_wipe(&r->bar);
    if (r->o->results && r->c->output != OUTPUT_QUIET)
        print_result(r, one, whole);
    cut_tell(r->c, &r->cut, r->f, one);
    return LB_OK;
}

/* What came back is here before anything says that the job is done. */
static int
fetch(struct run *r, const struct lb_result *one)
{
    if (!r->o->files || r->f->load == NULL ||
        one->index >= r->f->load->plan.n_jobs)
        return LB_OK;
    struct span wanted = program_param(r->f->load, one->index, "ret");
    progress_wipe(&r->bar);
    return download(r->c, r->f, one, ".", wanted) == 0 ? LB_OK : r->c->status;
}

/* The log has each as it ends; it goes out when it is its turn. */
static int
log_result(struct run *r, const struct lb_result *one, bool whole)
{
    struct lb_result next;
    int status = LB_OK;

    if (joblog_add(r->c, r->o->log, r->f, one) != 0)
        return EXIT_DISK;
    reorder_put(r->early, one);
    while (status == LB_OK && reorder_next(r->early, &next))
        status = put_result(r, &next, whole);
    return status;
}

/* One that is in. */
static int
take_result(struct run *r, const struct lb_result *one, bool whole)
{
    if (r->again && r->early != NULL && reorder_has(r->early, one->index))
        return LB_OK;
    int status = fetch(r, one);
    if (status != LB_OK)
        return status;
    return r->early != NULL ? log_result(r, one, whole)
                            : put_result(r, one, whole);
}

static struct lb_results *
open_results(const struct run *r)
{
    struct lb_results_of of = { .workload = r->f->number, .follow = true,
                                .by_finish = r->early != NULL };

    return lb_results_open(r->f->lb, &of);
}

/* An index stays what it is; in which order jobs have ended the home may see
 * otherwise when it has started anew: all of them once more. */
static struct lb_results *
reopen(struct run *r, struct lb_results *all)
{
    r->reopen = false;
    if (r->early == NULL)
        return all;
    lb_results_free(all);
    return open_results(r);
}

/* No page came. */
static int
lost_page(struct run *r, int status)
{
    return status == LB_TIMEOUT ? silent(r) : failed(r, status);
}

/* All results as they come. */
static int
take_results(struct run *r)
{
    struct lb_results *all = open_results(r);
    bool whole = value_is_whole(r->f);
    int status = look(r, 0);
    size_t n = 0;

    while (status == LB_OK) {
        struct lb_result one;
        int64_t wait_ms = slice(r, LOOK_MS);
        if (r->reopen)
            all = reopen(r, all);
        if (ctl_interrupt != 0) {
            status = failed(r, LB_INTERRUPTED);
        } else if (wait_ms < 0) {
            status = timed_out(r);
        } else if (lb_results_next(all, wait_ms, &one)) {
            status = take_result(r, &one, whole);
            if (++n % LOOK_RESULTS == 0 && status == LB_OK)
                status = look(r, 0);
        } else if (lb_results_status(all) != LB_OK) {
            status = lost_page(r, lb_results_status(all));
        } else if (lb_results_ended(all)) {
            break;
        } else {
            fflush(stdout);
            status = look(r, 0);
        }
    }
    lb_results_free(all);
    fflush(stdout);
    cut_end(r->c, &r->cut, r->f);
    return status;
}

static int
until_end(struct run *r)
{
    int status = look(r, 0);

    while (status == LB_OK && !lb_progress_ended(&r->now)) {
        int64_t wait_ms = slice(r, WAIT_MS);
        status = wait_ms < 0 ? timed_out(r) : look(r, wait_ms);
    }
    return status;
}

static json_t *
summary_json(const struct run *r, const char *value)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:f,s:s?}", "workload",
                     r->f->name, "state", r->now.state, "jobs",
                     (json_int_t)r->now.jobs, "done", (json_int_t)r->now.done,
                     "failed", (json_int_t)r->now.failed, "cancelled",
                     (json_int_t)r->now.cancelled, "elapsed_s",
                     (double)r->now.elapsed_us / 1e6, "value", value);
}

static int
finish(struct run *r)
{
    char value[VALUE_TEXT_MAX] = "", summary[2600];
    bool results = r->o->results || r->o->save != NULL || r->early != NULL;
    bool has = results && value_get(r->value, r->now.jobs, value);
    bool bad = (r->now.failed > 0 || r->now.cancelled > 0) &&
               !halt_is_content(r->o->halt, &r->now);

    progress_wipe(&r->bar);
    if (r->c->output == OUTPUT_JSON)
        json_line(summary_json(r, has ? value : NULL));
    else if (has && r->o->results)
        printf("%s\n", value);
    fflush(stdout);
    if (!has && value[0] != '\0') {
        ctl_fail(r->c, EXIT_FAILED, "%s: %s", r->f->name, value);
        bad = true;
    }
    if (r->o->halt != NULL && r->now.cancelled > 0) {
        halt_text(r->o->halt, &r->now, summary, sizeof summary);
        ctl_note(r->c, "%s", summary);
    }
    progress_summary(&r->now, summary, sizeof summary);
    if (r->c->output != OUTPUT_QUIET)
        fprintf(stderr, "%s%s%s\n", r->o->named ? r->f->name : "",
                r->o->named ? ": " : "", summary);
    return ctl_status(r->c, bad ? EXIT_FAILED : EXIT_DONE);
}

int
follow(struct ctl *c, const struct followed *f,
       const struct follow_options *o)
{
    struct run r = { .c = c, .f = f, .o = o };
    int status;

    ctl_catch_pipe();
    r.value = value_new(f);
    r.early = o->log != NULL ? reorder_new() : NULL;
    progress_init(&r.bar, o->progress, c, f->name);
    bool results = o->results || o->save != NULL || o->log != NULL ||
                   o->files;
    status = results ? take_results(&r) : until_end(&r);
    if (status == LB_OK && results)
        status = look(&r, 0);
    if (status == LB_OK)
        status = finish(&r);
    value_free(r.value);
    reorder_free(r.early);
    return status;
}
