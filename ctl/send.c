/* SPDX-License-Identifier: MPL-2.0 */
/* Sending jobs to a node, and what follows. */
#include "ctl/submit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/cmd.h"
#include "ctl/follow.h"
#include "ctl/joblog.h"
#include "ctl/output.h"
#include "ctl/reach.h"
#include "ctl/select.h"
#include "ctl/upload.h"
#include "kinds/command.h"
#include "proto/limits.h"

static const struct span nothing = { NULL, 0 };

struct sent {
    int64_t at_us;          /* when it was sent, since 1970 */
    const struct load *load;
    uint32_t number, accepted;
    char name[80], key[80];
    bool duplicate;
};

static void
make_key(const struct submit *s, size_t i, size_t n, char key[80])
{
    uint64_t random = 0;

    key[0] = '\0';
    if (s->id != NULL) {
        text_add(key, 80, "%.60s", s->id);
        if (n > 1)
            text_add(key, 80, "/%zu", i + 1);
        return;
    }
    if (getrandom(&random, sizeof random, 0) == (ssize_t)sizeof random)
        text_add(key, 80, "%016" PRIx64, random);
}

/* Do the bytes of the file travel with the jobs? -1 after a message. */
static int
ships(struct ctl *c, const struct submit *s, const struct load *l,
      struct lb *lb)
{
    struct span shared = buf_span(&l->plan.shared);
    uint64_t most = lb_reply_number(lb_hello(lb), "max_input", 2 << 20);
    uint64_t chunk = 0;
    char a[32], b[32], number[32];

    if (kind_param(shared, nothing, "file").p == NULL ||
        s->ship == SHIP_PATH || (s->ship == SHIP_AUTO &&
                                 reach_is_local(c, lb)))
        return 0;
    span_copy(kind_param(shared, nothing, "chunk"), number, sizeof number);
    if (units_count(number, &chunk) != 0 || chunk <= most)
        return 1;
    if (s->ship == SHIP_AUTO)
        return 0;
    units_print_size(chunk, a, sizeof a);
    units_print_size(most, b, sizeof b);
    ctl_fail(c, EXIT_USAGE, "%s: chunk: %s is above jobs.max_input = %s of "
             "%s; use a smaller chunk or --ship=path", l->kind->name, a, b,
             lb_name(lb));
    return -1;
}

/* Is any job larger than the node takes? */
static int
check_inputs(struct ctl *c, const struct load *l, struct lb *lb)
{
    uint64_t most = lb_reply_number(lb_hello(lb), "max_input", 2 << 20);
    char a[32], b[32];

    if (most > INPUT_MAX_BYTES)
        most = INPUT_MAX_BYTES;
    for (uint32_t i = 0; l->plan.args != NULL && i < l->plan.n_jobs; i++)
        if (l->plan.args[i].len + l->data.len > most) {
            units_print_size(l->plan.args[i].len + l->data.len, a, sizeof a);
            units_print_size(most, b, sizeof b);
            ctl_fail(c, EXIT_USAGE, "job %u: %s of input is above "
                     "jobs.max_input = %s", i, a, b);
            return -1;
        }
    return 0;
}

/* Commands are off unless a node is told to run them. */
static bool
refuses(struct ctl *c, const struct load *l, struct lb *lb)
{
    const char *runs = lb_reply_get(lb_hello(lb), "commands", NULL);

    if (l->kind != &kind_command || (runs != NULL && strcmp(runs, "no") != 0))
        return false;
    ctl_fail(c, EXIT_REFUSED, "%s does not run commands; set jobs.commands = "
             "yes (root, where root runs it) in node.ini there",
             lb_name(lb));
    return true;
}

static int
send_bytes(struct ctl *c, const struct load *l, struct lb_submit *out,
           uint64_t cost)
{
    struct buf args = { 0 };
    char err[KIND_ERROR_MAX];
    int status = LB_OK;

    for (uint32_t i = 0; i < l->plan.n_jobs && status == LB_OK; i++) {
        buf_reset(&args);
        int rc = kind_ship_bytes(l->kind, NULL, buf_span(&l->plan.shared), i,
                                 &args, err);
        if (rc != 0) {
            ctl_fail(c, rc == -ENOENT ? EXIT_NOTFOUND : EXIT_FAILED, "%s",
                     err);
            status = -1;
        } else {
            status = lb_submit_job(out, cost, args.p, args.len);
        }
    }
    buf_fini(&args);
    return status;
}

/* Jobs with own parameters, and what they read from stdin. */
static int
send_list(const struct submit *s, const struct load *l, struct lb_submit *out)
{
    struct buf with = { 0 };
    int status = LB_OK;

    for (uint32_t i = 0; i < l->plan.n_jobs && status == LB_OK; i++) {
        const struct buf *args = &l->plan.args[i];
        if (l->data.len > 0) {
            buf_reset(&with);
            buf_bytes(&with, args->p, args->len);
            buf_bytes(&with, l->data.p, l->data.len);
            args = &with;
        }
        status = lb_submit_job(out, s->cost > 0 ? s->cost
                                                : l->plan.args_cost[i],
                               args->p, args->len);
    }
    buf_fini(&with);
    return status;
}

/* LB_OK, a status with a text at `lb`, or -1: all is said. */
static int
send_jobs(struct ctl *c, const struct submit *s, const struct load *l,
          struct lb_submit *out, int bytes)
{
    const struct plan *p = &l->plan;
    int status = LB_OK;

    if (bytes > 0)
        status = send_bytes(c, l, out, s->cost > 0 ? s->cost : p->cost);
    else if (p->args == NULL)
        status = lb_submit_same(out, p->n_jobs);
    else
        status = send_list(s, l, out);
    return status == LB_OK ? lb_submit_end(out) : status;
}

/* A submission broke off: how to complete it. */
static void
broken(struct ctl *c, const struct load *l, const struct sent *sent)
{
    if (sent->accepted > 0)
        ctl_note(c, "%s: %u of %u jobs accepted; complete it with the same "
                 "command and --id %s, or cancel it", sent->name,
                 sent->accepted, l->plan.n_jobs, sent->key);
}

/* --pin: the names, blank-separated, on the heap. NULL after a message. */
static char *
names_of(struct ctl *c, const char *word)
{
    size_t n;
    char (*name)[64] = reach_names(c, &word, 1, &n);

    if (name == NULL)
        return NULL;
    char *all = xcalloc(n + 1, sizeof *name);
    for (size_t i = 0; i < n; i++)
        text_add(all, (n + 1) * sizeof *name, "%s%s", i > 0 ? " " : "",
                 name[i]);
    free(name);
    return all;
}

/* What the node is told of a load before its jobs. */
struct ready {
    struct lb_workload w;
    int bytes;              /* as ships() says */
    char *pin;
    struct uploaded files;
    char by[128];
};

static void
ready_fini(struct ready *r)
{
    free(r->pin);
    free(r->files.hash);
}

static void
describe(const struct submit *s, const struct load *l, struct ready *r)
{
    struct span shared = buf_span(&l->plan.shared);

    r->w = (struct lb_workload){
        .kind = l->kind->name, .params = l->plan.shared.p,
        .params_len = l->plan.shared.len, .label = s->label,
        .by = who(r->by, sizeof r->by), .n_jobs = l->plan.n_jobs,
        .cost = s->cost > 0 ? s->cost : l->plan.cost,
        .timeout_us = s->timeout_us > 0 ? (uint64_t)s->timeout_us
                                        : UINT64_MAX,
        .timeout_percent = s->timeout_percent,
        .priority = (uint8_t)s->priority,
        .retries = s->retries_given ? (uint8_t)s->retries : RETRIES_DEFAULT,
        .patient = s->wait, .halt = s->halt,
        .pin = r->pin,
        .ship = s->ship == SHIP_AUTO && r->bytes == 0 &&
                kind_param(shared, nothing, "file").p != NULL
    };
    r->w.flags = (uint8_t)((s->once ? LB_ONCE : 0) | (s->hold ? LB_HELD : 0) |
                           (s->idempotent || (l->kind->idempotent && !s->once)
                                ? LB_IDEMPOTENT : 0));
}

/* Asks and checks all that can be wrong, and brings up the files, before a
 * job is sent. -1 after a message. */
static int
get_ready(struct ctl *c, const struct submit *s, const struct load *l,
          struct ready *r)
{
    struct lb *lb = reach_asked(c);

    *r = (struct ready){ .pin = NULL };
    if (lb == NULL || refuses(c, l, lb))
        return -1;
    r->bytes = ships(c, s, l, lb);
    if (r->bytes < 0 || check_inputs(c, l, lb) != 0)
        return -1;
    if (s->pin != NULL && (r->pin = names_of(c, s->pin)) == NULL)
        return -1;
    describe(s, l, r);
    if (s->files != NULL && upload(c, lb, s->files, l, &r->files) < 0)
        return -1;
    r->w.needed = r->files.hash;
    r->w.n_needed = r->files.n;
    if (r->files.n > 0)
        r->w.files = r->files.hash[r->files.n - 1].byte;
    return 0;
}

/* Why nothing happens for a while. */
static void
tell_later(void *with, const char *why)
{
    const char *end = strstr(why, "; try again");

    ctl_note(with, "%.*s; waiting", (int)(end != NULL ? end - why
                                                      : (long)strlen(why)),
             why);
}

static int
send_load(struct ctl *c, const struct submit *s, const struct load *l,
          struct sent *sent)
{
    struct ready ready;

    if (get_ready(c, s, l, &ready) != 0) {
        ready_fini(&ready);
        return -1;
    }
    struct lb *lb = reach_asked(c);
    ready.w.key = sent->key;
    ready.w.later = tell_later;
    ready.w.later_with = c;
    struct lb_submit *out = lb_submit_open(lb, &ready.w);
    int status = send_jobs(c, s, l, out, ready.bytes);
    sent->number = lb_submit_number(out);
    sent->accepted = lb_submit_accepted(out);
    sent->duplicate = lb_submit_duplicate(out);
    if (lb_submit_note(out)[0] != '\0')
        ctl_note(c, "%s", lb_submit_note(out));
    lb_submit_free(out);
    ready_fini(&ready);
    text_add(sent->name, sizeof sent->name, "%s-%u", lb_name(lb),
             sent->number);
    if (status == LB_OK)
        return 0;
    if (status > 0)
        ctl_failed(c, lb, status);
    broken(c, l, sent);
    return -1;
}

/* The name on stdout, how many on stderr. */
static void
tell(struct ctl *c, const struct submit *s, const struct sent *sent,
     const char *home)
{
    const char *held = s->hold ? ", held" : "";

    if (c->output == OUTPUT_JSON && !s->run)
        json_line(json_pack("{s:s,s:s,s:I,s:b,s:b,s:s}", "workload",
                            sent->name, "home", home, "jobs",
                            (json_int_t)sent->accepted, "held", s->hold,
                            "duplicate", sent->duplicate, "id", sent->key));
    else if (!s->run)
        printf("%s\n", sent->name);
    fflush(stdout);
    const char *jobs = sent->accepted == 1 ? "job" : "jobs";
    if (sent->duplicate)
        ctl_note(c, "%s was submitted before, %u %s", sent->name,
                 sent->accepted, jobs);
    else if (s->run)
        ctl_note(c, "%s: %u %s accepted by %s", sent->name, sent->accepted,
                 jobs, home);
    else
        ctl_note(c, "%u %s accepted by %s%s", sent->accepted, jobs, home,
                 held);
}

/* Where results go; NULL: not. */
struct kept {
    struct joblog *log;
    struct save *save;
};

/* What cannot be kept is not begun. -1 after a message. */
static int
kept_open(struct ctl *c, const struct submit *s, struct kept *k)
{
    bool more = s->resume || s->resume_failed;

    *k = (struct kept){ .log = NULL };
    if (s->joblog == NULL && s->results == NULL)
        return 0;
    if (reach_asked(c) == NULL)     /* and old ones stay as they are */
        return -1;
    if (s->joblog != NULL &&
        (k->log = joblog_open(c, s->joblog, more)) == NULL)
        return -1;
    if (s->results != NULL &&
        (k->save = save_open(c, s->results, more)) == NULL)
        return -1;
    return 0;
}

static void
stay(struct ctl *c, const struct submit *s, const struct sent *sent,
     const struct kept *k)
{
    const struct load *l = sent->load;
    struct followed f = {
        .lb = reach_asked(c), .number = sent->number, .kind = l->kind,
        .shared = buf_span(&l->plan.shared), .n_values = l->plan.n_jobs,
        .seq = l->seq, .load = l
    };
    struct follow_options o = {
        .results = s->run, .cancel = s->cancel, .progress = s->progress,
        .files = s->program.carry.n_back > 0,
        .halt = s->halt, .save = k->save, .log = k->log,
        .until_us = c->timeout_us > 0 ? now_us() + c->timeout_us : 0
    };

    text_add(f.name, sizeof f.name, "%s", sent->name);
    if (s->tag)
        f.values = l->values;
    if (k->log != NULL)
        joblog_load(k->log, l, sent->at_us);
    follow(c, &f, &o);
}

static int64_t
wall_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* How many of the loads were sent whole. */
static size_t
send_all(struct ctl *c, struct submit *s, const struct jobfile *jobs,
         struct sent *sent)
{
    bool resumes = s->resume || s->resume_failed;
    size_t i = 0;

    for (; i < jobs->n_loads; i++) {
        if (resumes && jobs->load[i].plan.n_jobs == 0)
            continue;       /* all of it has run */
        make_key(s, i, jobs->n_loads, sent[i].key);
        sent[i].load = &jobs->load[i];
        sent[i].at_us = wall_us();
        int err = send_load(c, s, &jobs->load[i], &sent[i]);
        if (sent[i].number != 0) /* also one that broke off */
            last_write(sent[i].name);
        if (err != 0)
            break;
        tell(c, s, &sent[i], lb_name(reach_asked(c)));
    }
    return i;
}

int
submit_all(struct ctl *c, struct submit *s, struct jobfile *jobs)
{
    struct sent sent[64] = { { .number = 0 } };
    struct kept kept;

    if (jobs->n_loads > sizeof sent / sizeof sent[0])
        return ctl_fail(c, EXIT_USAGE, "%zu workloads at once are above %zu",
                        jobs->n_loads, sizeof sent / sizeof sent[0]);
    ctl_catch_signals();
    c->whole = s->wait;
    size_t n = kept_open(c, s, &kept) == 0 ? send_all(c, s, jobs, sent) : 0;
    for (size_t i = 0; s->wait && i < n && ctl_interrupt == 0; i++)
        if (sent[i].number != 0)
            stay(c, s, &sent[i], &kept);
    joblog_free(kept.log);
    save_close(c, kept.save);
    return c->status;
}
