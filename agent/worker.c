/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/throttle.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/command.h"
#include "kinds/kind.h"
#include "proto/limits.h"
#include "proto/msg.h"
#include "proto/workload.h"

enum {
    LOOK_US = 1000,         /* between two looks at the orders */
    OUTCOMES_MAX = 64,      /* gathered for one wake-up of the loop */
    GATHER_US = 2000,
    STACK_BYTES = 512 * 1024
};

struct worker {
    struct kind_context kind;   /* first: kinds hand it back */
    struct kind_keep keep;
    struct command_slot *command;
    struct coprocess_slot *coprocess;
    struct workers *all;
    size_t number;
    pthread_t thread;
    struct throttle throttle;
    struct control control;     /* as last looked at */
    int64_t look_us;            /* next look */
    int64_t end_us;             /* of the run, by its time-out */
    bool timed_out;
    struct buf out;
    struct ended done[OUTCOMES_MAX];
    size_t n_done;
    int64_t done_us;            /* when the first of them ended */
    atomic_bool idles;          /* its run waits for something */
    int64_t seen_us, seen_cpu_us;   /* of the loop: workers_duty */
};

struct workers {
    struct workers_config config;
    struct orders *orders;
    struct mailbox *outcomes;
    size_t n;
    struct slot_duty *duty;     /* [n] */
    struct worker worker[];
};

static void
hand_over(struct worker *w)
{
    if (w->n_done == 0)
        return;
    /* False only when the process ends: nobody wants them any more. */
    if (!mailbox_put(w->all->outcomes, w->done, w->n_done))
        for (size_t i = 0; i < w->n_done; i++)
            free(w->done[i].bytes);
    w->n_done = 0;
}

/* Sleeps until `until_us` or the end of the run; false: the run is over. */
static bool
sleep_until(struct worker *w, int64_t until_us)
{
    hand_over(w);
    if (until_us > w->end_us)
        until_us = w->end_us;
    w->control = orders_sleep(w->all->orders, w->number, until_us,
                              &w->control);
    w->timed_out = !w->control.stop && clock_us() >= w->end_us;
    return !w->control.stop && !w->timed_out;
}

/* Sleeps as the throttle wants it. False: the run is over. */
static bool
obey(struct worker *w)
{
    for (;;) {
        const struct rate *r = &w->control.rate;
        int64_t now = clock_us();
        int64_t us = throttle_sleep_us(&w->throttle, clock_thread_cpu_us(),
                                       now, r->percent, r->period_us);
        if (us == 0)
            return true;
        if (!sleep_until(w, now + us))
            return false;
    }
}

static bool
checkpoint(struct kind_context *c)
{
    struct worker *w = (struct worker *)c;
    int64_t now = clock_us();

    if (now < w->look_us)
        return true;
    if (w->n_done > 0 && now - w->done_us >= GATHER_US)
        hand_over(w);
    w->control = orders_look(w->all->orders, w->number);
    w->timed_out = now >= w->end_us;
    if (w->control.stop || w->timed_out || !obey(w))
        return false;
    w->look_us = clock_us() + LOOK_US;
    return true;
}

static bool
sleep_work(struct worker *w, uint64_t us)
{
    int64_t left = us > INT64_MAX / 200 ? INT64_MAX / 200 : (int64_t)us;
    int64_t from = clock_us();

    w->control = orders_look(w->all->orders, w->number);
    while (left > 0) {
        unsigned percent = w->control.rate.percent;
        if (w->control.stop ||
            !sleep_until(w, from + throttle_wall_us(left, percent)))
            return false;
        int64_t now = clock_us();
        left -= throttle_allowed_us(now - from, percent);
        from = now;
    }
    throttle_rest(&w->throttle, clock_thread_cpu_us(), clock_us());
    return !w->control.stop;
}

static bool
idle(struct kind_context *c, uint64_t us)
{
    struct worker *w = (struct worker *)c;

    atomic_store(&w->idles, true);
    bool goes_on = sleep_work(w, us);
    atomic_store(&w->idles, false);
    return goes_on;
}

/* The outcome that the return value of kind->run stands for. */
static uint8_t
judge(const struct worker *w, int rc, char *err)
{
    if (rc == 0 && w->out.len > RESULT_MAX_BYTES) {
        err[0] = '\0';
        text_add(err, KIND_ERROR_MAX, "result of %zu bytes is above %d",
                 w->out.len, (int)RESULT_MAX_BYTES);
        return OUTCOME_FAILED;
    }
    if (rc == 0)
        return OUTCOME_DONE;
    if (rc == -ENOENT)
        return OUTCOME_NO_FILE;
    if (rc != -ECANCELED)
        return OUTCOME_FAILED;
    if (!w->timed_out)
        return OUTCOME_CANCELLED;
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "timeout");
    return OUTCOME_FAILED;
}

/* A program takes its time: what ended before it does not wait for it. */
static void
lasts(void *arg)
{
    hand_over(arg);
}

/* The worker waits for a program, which a shim throttles and ends. `own`: the
 * place of the kind among own ones; -1: it is "command". */
static uint8_t
run_program(struct worker *w, const struct order *o, const struct desc *desc,
            struct ended *e, int own, char *err)
{
    struct coprocess_told told = { .fate = FATE_NONE };
    uint8_t outcome;
    const struct command_job job = {
        .order = o, .desc = desc,
        .args = span_of(o->bytes + o->desc_len, o->args_len),
        .lasts = lasts, .arg = w };

    atomic_store(&w->idles, true);
    if (own < 0)
        outcome = command_run(w->command, &job, &w->out, &e->cpu_us, err);
    else
        outcome = coprocess_run(w->coprocess, (size_t)own, &job, &w->out,
                                &told, err);
    if (own >= 0)
        e->cpu_us = told.cpu_us;
    e->kind = (uint8_t)(own + 1);
    e->fate = (uint8_t)told.fate;
    if (w->out.len > RESULT_MAX_BYTES) {
        outcome = OUTCOME_FAILED;
        err[0] = '\0';
        text_add(err, KIND_ERROR_MAX, "result of %zu bytes is above %d",
                 w->out.len, (int)RESULT_MAX_BYTES);
        buf_fini(&w->out);
    }
    atomic_store(&w->idles, false);
    throttle_rest(&w->throttle, clock_thread_cpu_us(), clock_us());
    return outcome;
}

static uint8_t
run_kind(struct worker *w, const struct order *o, struct ended *e, char *err)
{
    struct desc desc;
    char name[NAME_MAX_BYTES + 1];

    if (desc_decode(span_of(o->bytes, o->desc_len), &desc) != 0) {
        text_add(err, KIND_ERROR_MAX, "its description cannot be read");
        return OUTCOME_FAILED;
    }
    span_copy(desc.kind, name, sizeof name);
    const struct kind *kind = kind_find(name);
    int own = kind == NULL ? coprocess_find(w->all->config.coprocess, name)
                           : -1;
    if (kind == &kind_command || own >= 0)
        return run_program(w, o, &desc, e, own, err);
    if (kind == NULL) {
        kind_unknown(name, err);
        return OUTCOME_FAILED;
    }
    int64_t now = clock_us(), cpu = clock_thread_cpu_us();
    w->timed_out = false;
    w->end_us = desc.timeout_us == 0 ||
                desc.timeout_us > (uint64_t)(INT64_MAX - now)
                    ? INT64_MAX : now + (int64_t)desc.timeout_us;
    w->kind.file_roots =
        orders_look(w->all->orders, w->number).file_roots;
    int rc = kind->run(&w->kind, desc.params,
                       span_of(o->bytes + o->desc_len, o->args_len),
                       o->index, &w->out, err);
    w->end_us = INT64_MAX;
    e->changed = rc == -ESTALE;
    e->cpu_us = (uint64_t)(clock_thread_cpu_us() - cpu);
    uint8_t outcome = judge(w, rc, err);
    if (outcome != OUTCOME_DONE)
        buf_reset(&w->out);
    return outcome;
}

/* Error and value in one block. */
static void
pack(const struct worker *w, const char *err, struct ended *e)
{
    size_t error_len = 0, value_len;

    value_len = w->out.len;
    if (e->outcome != OUTCOME_DONE)
        error_len = strnlen(err, ERROR_MAX_BYTES);
    e->error_len = (uint8_t)error_len;
    e->value_len = (uint32_t)value_len;
    if (error_len + value_len == 0)
        return;
    e->bytes = xmalloc(error_len + value_len);
    memcpy(e->bytes, err, error_len);
    if (value_len > 0)
        memcpy(e->bytes + error_len, w->out.p, value_len);
}

/* It is shown on terminals, and may hold what a program or a user wrote. */
static void
clean(char *err)
{
    for (; *err != '\0'; err++)
        if ((unsigned char)*err < ' ' || *err == 0x7f)
            *err = '?';
}

static void
run(struct worker *w, const struct order *o)
{
    enum { KEEP_BYTES = 64 * 1024 };
    char err[KIND_ERROR_MAX] = "";
    struct ended e = { .slot = o->slot, .run = o->run };
    int64_t start = clock_us();

    e.outcome = run_kind(w, o, &e, err);
    clean(err);
    int64_t end = clock_us();
    e.run_us = (uint64_t)(end - start);
    pack(w, err, &e);
    if (w->out.cap > KEEP_BYTES)
        buf_fini(&w->out);
    buf_reset(&w->out);
    if (w->n_done == 0)
        w->done_us = end;
    w->done[w->n_done++] = e;
    if (w->n_done == OUTCOMES_MAX || end - w->done_us >= GATHER_US)
        hand_over(w);
}

/* The next order. What is owed to the throttle is slept off before one is
 * taken, so that it can go to another worker meanwhile. */
static struct order *
next(struct worker *w)
{
    struct orders *orders = w->all->orders;

    (void)checkpoint(&w->kind);
    struct order *o = orders_try_take(orders, w->number);
    if (o != NULL)
        return o;
    hand_over(w);
    o = orders_take(orders, w->number);
    throttle_rest(&w->throttle, clock_thread_cpu_us(), clock_us());
    return o;
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct order *o;

    /* On Linux this is the thread's own. It fails only where the nice value
     * would fall, and then the old one is as good. */
    if (w->all->config.nice > 0)
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), w->all->config.nice);
    w->control = orders_look(w->all->orders, w->number);
    throttle_init(&w->throttle, clock_thread_cpu_us(), clock_us(),
                  w->control.rate.percent);
    while ((o = next(w)) != NULL) {
        run(w, o);
        free(o);
    }
    hand_over(w);
    command_slot_free(w->command);
    coprocess_slot_free(w->coprocess);
    kind_keep_fini(&w->keep);
    buf_fini(&w->out);
    return NULL;
}

struct workers *
workers_start(const struct workers_config *config, struct orders *orders,
              struct mailbox *outcomes)
{
    struct workers *all =
        xcalloc(1, sizeof *all + config->n * sizeof all->worker[0]);
    pthread_attr_t attr;
    int rc = 0;

    all->config = *config;
    all->orders = orders;
    all->outcomes = outcomes;
    all->duty = xcalloc(config->n, sizeof *all->duty);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    for (; all->n < config->n && rc == 0; all->n += rc == 0) {
        struct worker *w = &all->worker[all->n];
        w->all = all;
        w->number = all->n;
        w->end_us = INT64_MAX;
        w->command = command_slot_new(config->command, orders, w->number);
        w->coprocess = coprocess_slot_new(config->coprocess, orders,
                                          w->number);
        w->kind = (struct kind_context){ checkpoint, idle, NULL,
                                         config->file_denied, &w->keep };
        rc = pthread_create(&w->thread, &attr, work, w);
    }
    pthread_attr_destroy(&attr);
    if (rc == 0)
        return all;
    orders_close(orders);
    mailbox_close(outcomes);
    workers_join(all);
    errno = rc;
    return NULL;
}

const struct slot_duty *
workers_duty(struct workers *all, uint16_t *n)
{
    for (size_t i = 0; i < all->n; i++) {
        struct worker *w = &all->worker[i];
        int64_t cpu = clock_thread_of_us(w->thread), now = clock_us();
        int64_t passed = now - w->seen_us;
        int64_t percent = passed <= 0 ? 0
                          : (100 * (cpu - w->seen_cpu_us) + passed / 2) /
                                passed;
        all->duty[i].run = orders_run(all->orders, i);
        all->duty[i].percent = w->seen_us == 0 || atomic_load(&w->idles)
                                   ? DUTY_UNKNOWN
                               : percent > 100 ? 100
                                               : (uint8_t)percent;
        w->seen_us = now;
        w->seen_cpu_us = cpu;
    }
    *n = (uint16_t)all->n;
    return all->duty;
}

bool
workers_output(struct workers *all, struct command_piece *piece)
{
    for (size_t i = 0; i < all->n; i++)
        if (command_output(all->worker[i].command, piece))
            return true;
    return false;
}

void
workers_join(struct workers *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n; i++)
        pthread_join(all->worker[i].thread, NULL);
    free(all->duty);
    free(all);
}
