/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/coprocess.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/command_given.h"
#include "agent/coprocess_line.h"
#include "agent/coprocess_parts.h"
#include "base/log.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "proto/msg.h"

enum {
    KEEP_BYTES = 256 * 1024,
    READ_BYTES = 64 * 1024,
    SOON_US = 2000,
    GRACE_US = 1000 * 1000      /* from the end of a pipe to that of all */
};

struct coprocess_slot {
    const struct coprocess_config *config;
    struct orders *orders;
    size_t number;
    struct buf kept;            /* variables that programs get */
    struct buf line;            /* of the job under way */
    struct process process[];   /* [config->n_kinds] */
};

/* How the exchange of a line for an answer ends. */
enum got {
    GOT_NOTHING,                /* it goes on */
    GOT_LINE,                   /* in process.bytes, up to `len` */
    GOT_TOO_LONG, GOT_STOP, GOT_TIMEOUT,
    GOT_LATE,                   /* a new process has not taken its line */
    GOT_END, GOT_CLOSED         /* the process, or its stdin or stdout */
};

struct exchange {
    struct coprocess_slot *s;
    struct process *p;
    const struct command_job *job;
    size_t written;             /* of s->line */
    size_t len;                 /* GOT_LINE */
    int64_t cpu_us;             /* what it took of the processor */
    int64_t lasts_us, end_us, late_us, closed_us;   /* INT64_MAX: never */
};

struct coprocess_slot *
coprocess_slot_new(const struct coprocess_config *config,
                   struct orders *orders, size_t number)
{
    if (config == NULL || config->n_kinds == 0)
        return NULL;
    struct coprocess_slot *s =
        xcalloc(1, sizeof *s + config->n_kinds * sizeof s->process[0]);
    s->config = config;
    s->orders = orders;
    s->number = number;
    given_keep(&s->kept, config->command->keep);
    for (size_t i = 0; i < config->n_kinds; i++)
        process_init(&s->process[i], config, i, number);
    return s;
}

void
coprocess_slot_free(struct coprocess_slot *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->config->n_kinds; i++)
        process_fini(&s->process[i]);
    buf_fini(&s->kept);
    buf_fini(&s->line);
    free(s);
}

int
coprocess_find(const struct coprocess_config *config, const char *kind)
{
    if (config == NULL || config->spawner == NULL)
        return -1;
    for (size_t i = 0; i < config->n_kinds; i++)
        if (strcmp(config->kind[i]->name, kind) == 0)
            return (int)i;
    return -1;
}

/* ---- one line out, one line in ---- */

static enum got
put_line(struct exchange *x)
{
    const struct buf *line = &x->s->line;

    while (x->written < line->len && x->p->in >= 0) {
        ssize_t n = write(x->p->in, line->p + x->written,
                          line->len - x->written);
        if (n > 0) {
            x->written += (size_t)n;
        } else if (errno == EPIPE) {
            x->closed_us = clock_us() + GRACE_US;
            break;
        } else if (errno != EINTR) {
            break;
        }
    }
    return GOT_NOTHING;
}

static enum got
find_line(struct exchange *x, size_t from)
{
    const struct buf *b = &x->p->bytes;
    const uint8_t *end = b->len > from
                             ? memchr(b->p + from, '\n', b->len - from) : NULL;
    size_t len = end != NULL ? (size_t)(end - b->p) : b->len;

    x->len = len;
    return len > x->p->kind->max_line ? GOT_TOO_LONG
           : end != NULL              ? GOT_LINE
                                      : GOT_NOTHING;
}

static enum got
get_line(struct exchange *x)
{
    struct buf *b = &x->p->bytes;

    while (x->p->out >= 0) {
        size_t from = b->len;
        uint8_t *to = buf_grow(b, READ_BYTES);
        ssize_t n = read(x->p->out, to, READ_BYTES);
        b->len = from + (n > 0 ? (size_t)n : 0);
        if (n < 0 && errno == EINTR)
            continue;
        enum got got = n > 0 ? find_line(x, from) : GOT_NOTHING;
        if (n == 0 && x->closed_us == INT64_MAX)
            x->closed_us = clock_us() + GRACE_US;
        if (n <= 0 || got != GOT_NOTHING || n < READ_BYTES)
            return got;
    }
    return GOT_NOTHING;
}

/* What is true whether or not anything has come. */
static enum got
look_at_time(struct exchange *x, int64_t now)
{
    if (now >= x->lasts_us) {
        x->lasts_us = INT64_MAX;
        x->job->lasts(x->job->arg);
    }
    if (now >= x->end_us)
        return GOT_TIMEOUT;
    if (now >= x->closed_us)
        return GOT_CLOSED;
    if (now < x->late_us)
        return GOT_NOTHING;
    x->late_us = INT64_MAX;
    x->p->taken = x->written == x->s->line.len && process_unread(x->p) == 0;
    return x->p->taken ? GOT_NOTHING : GOT_LATE;
}

static int
wait_ms(const struct exchange *x, int64_t now)
{
    const int64_t at[] = { x->lasts_us, x->end_us, x->late_us, x->closed_us };
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        first = at[i] < first ? at[i] : first;
    if (first == INT64_MAX)
        return -1;
    int64_t ms = first > now ? (first - now + 999) / 1000 : 0;
    return ms < 3600 * 1000 ? (int)ms : 3600 * 1000;
}

/* Its shim has said something. What the process wrote before its end counts,
 * so that is read before. */
static enum got
hear_shim(struct exchange *x)
{
    if (process_hear(x->p) && x->p->runs)
        return GOT_NOTHING;
    enum got got = get_line(x);
    return got != GOT_NOTHING ? got : GOT_END;
}

static enum got
hear_orders(struct exchange *x)
{
    orders_heard(x->s->orders, x->s->number);
    /* A stop is obeyed by process_stop, the rate by the shim. */
    if (!shim_link_tell(&x->p->shim, x->s->orders, x->s->number, false))
        return GOT_END;
    return x->p->shim.control.stop ? GOT_STOP : GOT_NOTHING;
}

/* One wait and what it brought. */
static enum got
turn(struct exchange *x)
{
    struct process *p = x->p;
    bool closed = x->closed_us != INT64_MAX;
    struct pollfd fd[4] = {
        { closed ? -1 : p->out, POLLIN, 0 },
        { p->shim.fd, POLLIN, 0 },
        { orders_news(x->s->orders, x->s->number), POLLIN, 0 },
        { closed || x->written == x->s->line.len ? -1 : p->in, POLLOUT, 0 }
    };
    int64_t now = clock_us();
    int n = poll(fd, 4, wait_ms(x, now));
    enum got got = GOT_NOTHING;

    if (n > 0 && fd[0].revents != 0)
        got = get_line(x);
    if (got == GOT_NOTHING && n > 0 && fd[1].revents != 0)
        got = hear_shim(x);
    if (got == GOT_NOTHING && n > 0 && fd[2].revents != 0)
        got = hear_orders(x);
    if (got == GOT_NOTHING && n > 0 && fd[3].revents != 0)
        got = put_line(x);
    return got != GOT_NOTHING ? got : look_at_time(x, clock_us());
}

static int64_t
after(int64_t now_us, int64_t us)
{
    return us == 0 || us > INT64_MAX - now_us ? INT64_MAX : now_us + us;
}

static enum got
exchange(struct exchange *x)
{
    const struct kind_config *k = x->p->kind;
    int64_t now = clock_us(), limit = k->timeout_us;
    int64_t cpu = process_cpu_us(x->p);
    uint64_t own = x->job->desc->timeout_us;

    if (own != 0 && own < INT64_MAX && (limit == 0 || (int64_t)own < limit))
        limit = (int64_t)own;
    x->lasts_us = now + SOON_US;
    x->end_us = after(now, limit);
    x->late_us = x->p->taken ? INT64_MAX
                             : after(x->p->started_us, k->start_timeout_us);
    x->closed_us = INT64_MAX;
    enum got got = hear_orders(x);
    if (got == GOT_NOTHING)
        got = put_line(x);
    while (got == GOT_NOTHING)
        got = turn(x);
    cpu = process_cpu_us(x->p) - cpu;
    x->cpu_us += cpu > 0 ? cpu : 0;     /* one that is gone has none */
    return got;
}

/* ---- judging ---- */

static uint8_t
broken(struct exchange *x, enum coprocess_fate *fate, const char *err)
{
    char quoted[2 * KIND_ERROR_MAX + 8];

    *fate = FATE_BROKEN;
    log_event(LOG_WARN, "kind-replaced", "kind=%s slot=%zu why=%s",
              x->p->kind->name, x->s->number + 1,
              log_quote(err, quoted, sizeof quoted));
    process_kill(x->p);
    return OUTCOME_FAILED;
}

static void
tell_end(const struct process *p, char *err)
{
    const struct shim_end *e = &p->end;

    text_add(err, KIND_ERROR_MAX, "kind %s: its program ended",
             p->kind->name);
    if (e->how == SHIM_ENDED && e->signal != 0)
        text_add(err, KIND_ERROR_MAX, ": signal %u", e->signal);
    else if (e->how == SHIM_ENDED)
        text_add(err, KIND_ERROR_MAX, ": exit %u", e->exit);
}

static uint8_t
judge_line(struct exchange *x, const struct line_job *line, struct buf *out,
           enum coprocess_fate *fate, char *err)
{
    struct process *p = x->p;
    struct span is = span_of(p->bytes.p, x->len);

    if (p->bytes.len > x->len + 1) {
        text_add(err, KIND_ERROR_MAX, "kind %s: a second line of answer",
                 p->kind->name);
        return broken(x, fate, err);
    }
    int rc = line_decode(line, is, out, err);
    if (rc == -EPROTO)
        return broken(x, fate, err);
    *fate = FATE_ANSWERED;
    p->taken = true;
    p->n_jobs++;
    if (p->bytes.cap > KEEP_BYTES)
        buf_fini(&p->bytes);
    buf_reset(&p->bytes);
    return rc == 0 ? OUTCOME_DONE : OUTCOME_FAILED;
}

static uint8_t
judge(struct exchange *x, enum got got, enum coprocess_fate *fate, char *err)
{
    const struct kind_config *k = x->p->kind;
    char most[16];

    *fate = FATE_NONE;
    switch (got) {
    case GOT_STOP:
        process_stop(x->p);
        return OUTCOME_CANCELLED;
    case GOT_TIMEOUT:
        process_stop(x->p);
        text_add(err, KIND_ERROR_MAX, "timeout");
        return OUTCOME_FAILED;
    case GOT_TOO_LONG:
        units_print_size(k->max_line, most, sizeof most);
        text_add(err, KIND_ERROR_MAX, "kind %s: answer longer than max_line = "
                 "%s", k->name, most);
        break;
    case GOT_LATE:
        text_add(err, KIND_ERROR_MAX, "kind %s: its program has not taken a "
                 "line in start_timeout", k->name);
        break;
    case GOT_CLOSED:
        text_add(err, KIND_ERROR_MAX, "kind %s: its program closed stdin or "
                 "stdout", k->name);
        break;
    case GOT_END:
    case GOT_NOTHING:
    case GOT_LINE:
        tell_end(x->p, err);
        break;
    }
    return broken(x, fate, err);
}

/* ---- a run ---- */

/* An idle process has nothing to say, and does not go on for ever. */
static void
look_before(struct coprocess_slot *s, struct process *p)
{
    const struct kind_config *k = p->kind;
    struct pollfd fd = { p->out, POLLIN, 0 };

    process_look(p);
    if (!p->runs || p->out < 0)
        return;
    if (k->max_jobs > 0 && p->n_jobs >= k->max_jobs) {
        process_retire(p);
    } else if (poll(&fd, 1, 0) > 0 && (fd.revents & POLLIN) != 0) {
        log_event(LOG_WARN, "kind-replaced", "kind=%s slot=%zu why=\"it wrote "
                  "a line that no job waits for\"", k->name, s->number + 1);
        process_kill(p);
    }
}

/* 0, or the outcome when there is no process to be had. */
static uint8_t
have_process(struct exchange *x, enum coprocess_fate *fate, char *err)
{
    look_before(x->s, x->p);
    if (x->p->runs)
        return 0;
    int rc = process_start(x->p, &x->s->kept, x->s->orders, err);
    if (rc == -EPIPE)
        return OUTCOME_CANCELLED;
    if (rc == -EAGAIN)
        return OUTCOME_FAILED;  /* no fault of the program */
    return rc == 0 ? 0 : broken(x, fate, err);
}

static uint8_t
fits(const struct coprocess_slot *s, const struct kind_config *k, char *err)
{
    char most[16];

    if (s->line.len - 1 <= k->max_line)
        return 0;
    units_print_size(k->max_line, most, sizeof most);
    text_add(err, KIND_ERROR_MAX, "kind %s: a line of %zu bytes is above "
             "max_line = %s", k->name, s->line.len - 1, most);
    return OUTCOME_FAILED;
}

static uint8_t
ask(struct exchange *x, const struct line_job *line, struct buf *out,
    enum coprocess_fate *fate, char *err)
{
    for (;;) {
        uint8_t outcome = have_process(x, fate, err);
        if (outcome != 0)
            return outcome;
        bool old = x->p->n_jobs > 0;
        x->written = 0;
        enum got got = exchange(x);
        if (got == GOT_LINE)
            return judge_line(x, line, out, fate, err);
        /* It ended after the job before: this one is none of its. */
        if ((got == GOT_END || got == GOT_CLOSED) && old &&
            process_unread(x->p) == x->written) {
            process_kill(x->p);
            continue;
        }
        return judge(x, got, fate, err);
    }
}

uint8_t
coprocess_run(struct coprocess_slot *s, size_t kind,
              const struct command_job *job, struct buf *out,
              struct coprocess_told *told, char *err)
{
    const struct kind_config *k = s->config->kind[kind];
    const struct order *o = job->order;
    struct exchange x = { .s = s, .p = &s->process[kind], .job = job };
    char name[NAME_MAX_BYTES + 32] = "", home[NAME_MAX_BYTES + 1];
    const struct line_job line = {
        .protocol = (enum line_protocol)k->protocol,
        .kind = own_kind(k->own), .name = name, .attempt = o->attempt,
        .params = job->desc->params, .args = job->args };

    *told = (struct coprocess_told){ .fate = FATE_NONE };
    span_copy(job->desc->home_name, home, sizeof home);
    text_add(name, sizeof name, "%s-%u.%u", home, (unsigned)o->workload,
             (unsigned)o->index);
    buf_reset(&s->line);
    if (line_encode(&line, &s->line, err) != 0)
        return OUTCOME_FAILED;
    uint8_t outcome = fits(s, k, err);
    if (outcome == 0)
        outcome = ask(&x, &line, out, &told->fate, err);
    told->cpu_us = (uint64_t)x.cpu_us;
    if (outcome != OUTCOME_DONE)
        buf_reset(out);
    if (s->line.cap > KEEP_BYTES)
        buf_fini(&s->line);
    return outcome;
}
