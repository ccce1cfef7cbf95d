/* SPDX-License-Identifier: MPL-2.0 */
/* What made-up nodes say: STATE and EVENT, encoded. */
#include <stdarg.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tui/demo_own.h"

static const uint64_t GIB = UINT64_C(1) << 30;

/* The share of its jobs that run, of all that wait or run somewhere. */
static double
run_part(const struct demo *d)
{
    uint64_t run = 0, all = 1;

    for (size_t i = 0; i < d->n; i++) {
        run += d->node[i].silent ? 0 : d->node[i].running;
        all += d->node[i].jobs;
    }
    return (double)run / (double)all;
}

static void
add_works(const struct demo *d, const struct demo_node *n, int64_t at_us,
          struct buf *out)
{
    double part = n->n_works > 0 ? run_part(d) : 0;

    for (size_t i = n->n_works; i-- > 0;) {
        const struct demo_work *w = &n->work[i];
        uint32_t left = work_left(w);
        uint32_t run = w->held ? 0 : (uint32_t)(left * part);
        struct state_workload t = {
            .number = w->number, .n_jobs = w->n_jobs, .queued = left - run,
            .running = run, .done = w->done, .failed = w->failed,
            .cancelled = w->cancelled, .held = w->held, .ended = w->ended,
            .priority = 5, .age_us = (uint64_t)(at_us - w->accepted_us),
            .kind = span_str(w->kind), .label = span_str(w->label) };
        if (w->ended)
            t.ended_age_us = (uint64_t)(at_us - w->ended_us) + 1;
        state_workload_encode(&t, out);
    }
}

/* Of all processors, per mille: as its jobs load it, and a little unrest. */
static uint16_t
cpu_permille(const struct demo *d, const struct demo_node *n, int64_t at_us)
{
    double load = n->load * n->throttle / n->usual * 10 *
                  (1 + 0.12 * world_wave(d, n, at_us / DEMO_S + 20));
    unsigned unrest = (unsigned)(at_us / DEMO_S * 7 + n->id.b[0]) % 41;

    if (n->phase == PHASE_PAUSE || n->running == 0)
        return (uint16_t)(10 + unrest / 4);
    load += unrest;
    return load > 980 ? 980 : (uint16_t)load;
}

static void
fill_load(const struct demo *d, const struct demo_node *n, int64_t at_us,
          struct state *s)
{
    double speed = 0.42 * n->throttle / n->usual * 1e6;
    double rate = speed * (n->running > 0 ? n->running : 1);

    s->queued = n->jobs - n->running;
    s->running = (uint16_t)n->running;
    s->held = n->held;
    s->room = n->phase == PHASE_RUN && s->queued < 4096 ? 4096 - s->queued
                                                        : 0;
    s->queued_cost = s->w = (uint64_t)s->queued * 1000000;
    s->slot_rate = (uint64_t)speed;
    s->rate = (uint64_t)rate;
    s->drain_us = (uint64_t)(n->jobs / rate * 1e12);
    s->n_cpus = (uint16_t)n->slots;
    s->ext_cpu_permille = 20;
    s->cpu_permille = (uint16_t)(cpu_permille(d, n, at_us) + 20);
    s->load_milli = (uint32_t)s->cpu_permille * n->slots;
    s->mem_total_bytes = 16 * GIB;
    s->mem_avail_bytes = 16 * GIB - (uint64_t)(n->load * 1e8);
    s->rss_bytes = 20 << 20;
    s->done = n->done;
    s->failed = n->failed;
    s->sent_jobs = n->sent;
    s->received_jobs = n->received;
    s->raw_bytes = n->sent * 9000;
    s->wire_bytes = n->sent * 3000;
}

void
say_state(const struct demo *d, const struct demo_node *n, int64_t at_us,
          bool works, struct buf *body)
{
    struct msg m = { .type = MSG_STATE };
    struct state *s = &m.state;
    struct buf list = { 0 };
    char tags[48] = "";
    size_t i = (size_t)(n - d->node);

    text_add(tags, sizeof tags, "rack=r%u zone=%c",
             (unsigned)(i / 8 + 1), "ab"[i % 2]);
    *s = (struct state){
        .id = n->id, .port = 8490, .interval_ms = 1000,
        .dead_after_ms = 5000, .phase = (uint8_t)n->phase,
        .throttle_percent = n->throttle, .floor_percent = n->floor,
        .ceiling_percent = 100, .slots = (uint16_t)n->slots,
        .boot_id = n->boot_id, .name = span_str(n->name),
        .cluster = span_str(d->n == 2 ? "lab" : d->n < 100 ? "prod-a"
                                                          : "prod-b"),
        .endpoint_host = span_str(n->host), .version = span_str("0.9.2"),
        .policy = span_str(n->policy), .placement = span_str("local"),
        .kinds = span_str("command fib primes sleep"),
        .tags = span_str(tags) };
    fill_load(d, n, at_us, s);
    if (works)
        add_works(d, n, at_us, &list);
    s->workloads = buf_span(&list);
    msg_encode(&m, body);
    buf_fini(&list);
}

struct demo_due *
say_later(struct demo *d, int64_t at_us, enum input_kind kind)
{
    size_t i = d->n_due;

    if (d->n_due == d->cap_due) {
        d->cap_due = d->cap_due == 0 ? 16 : 2 * d->cap_due;
        d->due = xrealloc(d->due, d->cap_due, sizeof *d->due);
    }
    for (; i > 0 && d->due[i - 1].at_us > at_us; i--)
        d->due[i] = d->due[i - 1];
    d->n_due++;
    d->due[i] = (struct demo_due){ .at_us = at_us, .kind = kind };
    return &d->due[i];
}

static void
add_event(struct demo *d, struct demo_node *n, int64_t at_us,
          const struct msg_event *e)
{
    struct msg m = { .type = MSG_EVENT, .event = *e };
    struct demo_due *due = say_later(d, at_us, IN_STATE);

    m.event.time_ms = (uint64_t)(DEMO_WALL_MS + at_us / 1000);
    m.event.number = ++n->last_event;
    due->node = (size_t)(n - d->node);
    due->type = MSG_EVENT;
    msg_encode(&m, &due->body);
}

void
say_event(struct demo *d, struct demo_node *n, int64_t at_us,
          const char *name, const char *fmt, ...)
{
    char text[256] = "";
    va_list args;

    va_start(args, fmt);
    text_addv(text, sizeof text, fmt, args);
    va_end(args);
    add_event(d, n, at_us,
              &(struct msg_event){ .level = LOG_INFO, .name = span_str(name),
                                   .text = span_str(text) });
}

void
say_warning(struct demo *d, struct demo_node *n, int64_t at_us,
            const char *name, const char *text)
{
    add_event(d, n, at_us,
              &(struct msg_event){ .level = LOG_WARN, .name = span_str(name),
                                   .text = span_str(text) });
}
