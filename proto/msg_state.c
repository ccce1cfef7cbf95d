/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/msg_wire.h"

#include <assert.h>

void
state_workload_encode(const struct state_workload *w, struct buf *out)
{
    buf_u32(out, w->number);
    buf_u32(out, w->n_jobs);
    buf_u32(out, w->queued);
    buf_u32(out, w->running);
    buf_u32(out, w->done);
    buf_u32(out, w->failed);
    buf_u32(out, w->cancelled);
    buf_u8(out, w->held);
    buf_u8(out, w->ended);
    buf_u8(out, w->priority);
    buf_u8(out, 0);
    buf_u64(out, w->age_us);
    buf_u64(out, w->ended_age_us);
    buf_span8(out, w->kind);
    buf_span8(out, w->label);
}

static void
workload_read(struct reader *r, struct state_workload *w)
{
    w->number = reader_u32(r);
    w->n_jobs = reader_u32(r);
    w->queued = reader_u32(r);
    w->running = reader_u32(r);
    w->done = reader_u32(r);
    w->failed = reader_u32(r);
    w->cancelled = reader_u32(r);
    w->held = reader_u8(r);
    w->ended = reader_u8(r);
    w->priority = reader_u8(r);
    w->_zero = reader_u8(r);
    w->age_us = reader_u64(r);
    w->ended_age_us = reader_u64(r);
    w->kind = wire_text8(r, NAME_MAX_BYTES);
    w->label = wire_text8(r, NAME_MAX_BYTES);
    wire_check(r, w->n_jobs <= JOBS_MAX && w->held <= 1 && w->ended <= 1 &&
                  w->priority <= PRIORITY_MAX);
}

bool
state_workload_next(const struct state *s, size_t *at,
                    struct state_workload *out)
{
    struct reader r = wire_from(s->workloads, *at);

    workload_read(&r, out);
    if (r.bad)
        return false;
    *at = wire_at(s->workloads, &r);
    return true;
}

/* The fields of fixed size come in four groups, in the order of the struct. */
static void
node_read(struct reader *r, struct state *s)
{
    s->id = wire_read_id(r);
    s->port = reader_u16(r);
    s->interval_ms = reader_u32(r);
    s->dead_after_ms = reader_u32(r);
    s->phase = reader_u8(r);
    s->throttle_percent = reader_u8(r);
    s->floor_percent = reader_u8(r);
    s->ceiling_percent = reader_u8(r);
    s->slots = reader_u16(r);
    s->running = reader_u16(r);
    wire_check(r, s->phase >= PHASE_START && s->phase <= PHASE_DRAIN);
    wire_check(r, s->throttle_percent >= 1 && s->throttle_percent <= 100);
    wire_check(r, s->floor_percent <= 100 && s->ceiling_percent <= 100);
    wire_check(r, s->slots <= SLOTS_MAX);
}

static void
node_write(const struct state *s, struct buf *out)
{
    wire_write_id(&s->id, out);
    buf_u16(out, s->port);
    buf_u32(out, s->interval_ms);
    buf_u32(out, s->dead_after_ms);
    buf_u8(out, s->phase);
    buf_u8(out, s->throttle_percent);
    buf_u8(out, s->floor_percent);
    buf_u8(out, s->ceiling_percent);
    buf_u16(out, s->slots);
    buf_u16(out, s->running);
}

static void
load_read(struct reader *r, struct state *s)
{
    s->queued = reader_u32(r);
    s->held = reader_u32(r);
    s->room = reader_u32(r);
    s->queued_cost = reader_u64(r);
    s->w = reader_u64(r);
    s->slot_rate = reader_u64(r);
    s->rate = reader_u64(r);
    s->done_cost = reader_u64(r);
    s->busy_units = reader_u64(r);
    s->drain_us = reader_u64(r);
    s->tail_us = reader_u64(r);
}

static void
load_write(const struct state *s, struct buf *out)
{
    buf_u32(out, s->queued);
    buf_u32(out, s->held);
    buf_u32(out, s->room);
    buf_u64(out, s->queued_cost);
    buf_u64(out, s->w);
    buf_u64(out, s->slot_rate);
    buf_u64(out, s->rate);
    buf_u64(out, s->done_cost);
    buf_u64(out, s->busy_units);
    buf_u64(out, s->drain_us);
    buf_u64(out, s->tail_us);
}

static void
host_read(struct reader *r, struct state *s)
{
    s->cpu_permille = reader_u16(r);
    s->ext_cpu_permille = reader_u16(r);
    s->n_cpus = reader_u16(r);
    s->load_milli = reader_u32(r);
    s->mem_total_bytes = reader_u64(r);
    s->mem_avail_bytes = reader_u64(r);
    s->rss_bytes = reader_u64(r);
    s->boot_id = reader_u64(r);
}

static void
host_write(const struct state *s, struct buf *out)
{
    buf_u16(out, s->cpu_permille);
    buf_u16(out, s->ext_cpu_permille);
    buf_u16(out, s->n_cpus);
    buf_u32(out, s->load_milli);
    buf_u64(out, s->mem_total_bytes);
    buf_u64(out, s->mem_avail_bytes);
    buf_u64(out, s->rss_bytes);
    buf_u64(out, s->boot_id);
}

static void
counters_read(struct reader *r, struct state *s)
{
    s->done = reader_u64(r);
    s->failed = reader_u64(r);
    s->retried = reader_u64(r);
    s->lost = reader_u64(r);
    s->sent_jobs = reader_u64(r);
    s->received_jobs = reader_u64(r);
    s->raw_bytes = reader_u64(r);
    s->wire_bytes = reader_u64(r);
    s->rejected = reader_u64(r);
    s->accepted = reader_u64(r);
    s->refused = reader_u64(r);
}

static void
counters_write(const struct state *s, struct buf *out)
{
    buf_u64(out, s->done);
    buf_u64(out, s->failed);
    buf_u64(out, s->retried);
    buf_u64(out, s->lost);
    buf_u64(out, s->sent_jobs);
    buf_u64(out, s->received_jobs);
    buf_u64(out, s->raw_bytes);
    buf_u64(out, s->wire_bytes);
    buf_u64(out, s->rejected);
    buf_u64(out, s->accepted);
    buf_u64(out, s->refused);
}

static void
texts_read(struct reader *r, struct state *s)
{
    s->name = wire_name(r);
    s->cluster = wire_name(r);
    s->endpoint_host = wire_text8(r, ENDPOINT_MAX_BYTES);
    s->version = wire_text8(r, NAME_MAX_BYTES);
    s->policy = wire_text8(r, NAME_MAX_BYTES);
    s->placement = wire_text8(r, NAME_MAX_BYTES);
    s->kinds = wire_text16(r, KINDS_MAX_BYTES);
    s->tags = wire_text16(r, KINDS_MAX_BYTES);
}

static void
texts_write(const struct state *s, struct buf *out)
{
    buf_span8(out, s->name);
    buf_span8(out, s->cluster);
    buf_span8(out, s->endpoint_host);
    buf_span8(out, s->version);
    buf_span8(out, s->policy);
    buf_span8(out, s->placement);
    buf_span16(out, s->kinds);
    buf_span16(out, s->tags);
}

enum { TROUBLE_DISK_FULL = 1 };

/* What is missing says nothing; what is beyond is of a later version. */
static void
read_tail(struct span tail, struct state *s)
{
    struct reader r;

    reader_init(&r, tail);
    s->quarantine = span_of(NULL, 0);
    s->disk_full = false;
    if (tail.len > 0)
        s->quarantine = wire_text16(&r, KINDS_MAX_BYTES);
    if (r.bad)
        s->quarantine = span_of(NULL, 0);
    else if (reader_left(&r) > 0)
        s->disk_full = (reader_u8(&r) & TROUBLE_DISK_FULL) != 0;
}

void
state_read(struct reader *r, struct state *s)
{
    struct state_workload w;

    wire_check(r, reader_left(r) <= STATE_MAX_BYTES);
    node_read(r, s);
    load_read(r, s);
    host_read(r, s);
    counters_read(r, s);
    texts_read(r, s);
    s->n_workloads = reader_u16(r);
    wire_check(r, s->n_workloads <= STATE_WORKLOADS_MAX);
    s->workloads.p = r->p;
    for (uint16_t i = 0; i < s->n_workloads && !r->bad; i++)
        workload_read(r, &w);
    if (!r->bad)
        s->workloads.len = (size_t)(r->p - s->workloads.p);
    read_tail(reader_span16(r), s);
}

void
state_write(const struct state *s, struct buf *out)
{
    struct buf tail = { 0 };
    struct state_workload w;
    uint16_t n = 0;

    for (size_t at = 0; state_workload_next(s, &at, &w);)
        n++;
    assert(n <= STATE_WORKLOADS_MAX);
    node_write(s, out);
    load_write(s, out);
    host_write(s, out);
    counters_write(s, out);
    texts_write(s, out);
    buf_u16(out, n);
    buf_bytes(out, s->workloads.p, s->workloads.len);
    if (s->quarantine.len > 0 || s->disk_full)
        buf_span16(&tail, s->quarantine);
    if (s->disk_full)
        buf_u8(&tail, TROUBLE_DISK_FULL);
    buf_span16(out, buf_span(&tail));
    buf_fini(&tail);
}
