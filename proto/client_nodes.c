/* SPDX-License-Identifier: MPL-2.0 */
/* Nodes and workloads as plain values. */
#include "proto/client.h"

#include <string.h>

#include "base/xalloc.h"

void
client_workload(const struct state_workload *w, struct lb_workload_info *out)
{
    *out = (struct lb_workload_info){
        .number = w->number, .jobs = w->n_jobs, .queued = w->queued,
        .running = w->running, .done = w->done, .failed = w->failed,
        .cancelled = w->cancelled, .held = w->held != 0,
        .ended = w->ended != 0, .priority = w->priority,
        .age_us = w->age_us, .ended_age_us = w->ended_age_us
    };
    span_copy(w->kind, out->kind, sizeof out->kind);
    span_copy(w->label, out->label, sizeof out->label);
}

static void
numbers(const struct state *s, struct lb_node *out)
{
    *out = (struct lb_node){
        .port = s->port, .phase = s->phase, .throttle = s->throttle_percent,
        .floor = s->floor_percent, .ceiling = s->ceiling_percent,
        .slots = s->slots, .running = s->running, .queued = s->queued,
        .held = s->held, .room = s->room, .drain_us = s->drain_us,
        .queued_cost = s->queued_cost, .rate = s->rate,
        .cpu_permille = s->cpu_permille,
        .ext_cpu_permille = s->ext_cpu_permille, .n_cpus = s->n_cpus,
        .load_milli = s->load_milli, .mem_total_bytes = s->mem_total_bytes,
        .mem_avail_bytes = s->mem_avail_bytes, .rss_bytes = s->rss_bytes,
        .done = s->done, .failed = s->failed, .retried = s->retried,
        .lost = s->lost, .sent = s->sent_jobs, .received = s->received_jobs,
        .raw_bytes = s->raw_bytes, .wire_bytes = s->wire_bytes,
        .rejected = s->rejected, .accepted = s->accepted,
        .refused = s->refused, .boot_id = s->boot_id,
        .n_workloads = s->n_workloads
    };
}

void
client_node(const struct state *s, struct lb_node *out)
{
    numbers(s, out);
    node_id_print(&s->id, out->id);
    span_copy(s->name, out->name, sizeof out->name);
    span_copy(s->cluster, out->cluster, sizeof out->cluster);
    span_copy(s->endpoint_host, out->host, sizeof out->host);
    span_copy(s->version, out->version, sizeof out->version);
    span_copy(s->policy, out->policy, sizeof out->policy);
    span_copy(s->placement, out->placement, sizeof out->placement);
    span_copy(s->kinds, out->kinds, sizeof out->kinds);
    span_copy(s->tags, out->tags, sizeof out->tags);
    span_copy(s->quarantine, out->quarantine, sizeof out->quarantine);
    out->disk_full = s->disk_full;
}

static bool
node_row(const uint8_t *p, size_t len, struct lb_node *out)
{
    struct reader r;
    struct msg m;

    reader_init(&r, span_of(p, len));
    uint64_t age = reader_u64(&r);
    uint8_t life = reader_u8(&r);
    uint64_t rtt = reader_u64(&r), incarnation = reader_u64(&r);
    uint64_t sent = reader_u64(&r), received = reader_u64(&r);
    if (r.bad || msg_decode(MSG_STATE, span_of(r.p, reader_left(&r)), &m) != 0)
        return false;
    client_node(&m.state, out);
    out->age_us = age;
    out->life = life;
    out->rtt_us = rtt;
    out->incarnation = incarnation;
    out->sent_to = sent;
    out->received_from = received;
    return true;
}

static int
nonsense(struct lb *lb, const char *what)
{
    return client_fail(lb, LB_INTERNAL, "%s answered \"%s\" with what makes "
                       "no sense; please report it", lb_name(lb), what);
}

int
lb_nodes(struct lb *lb, struct lb_node **out, size_t *n)
{
    struct lb_call c = { .op = "nodes" };
    struct lb_reply *r;
    const uint8_t *p;
    size_t len;
    int status = lb_call_do(lb, &c, &r);

    *out = NULL;
    *n = 0;
    for (size_t at = 0; status == LB_OK && lb_reply_row(r, &at, &p, &len);) {
        *out = xrealloc(*out, *n + 1, sizeof **out);
        if (node_row(p, len, &(*out)[*n]))
            (*n)++;
        else
            status = nonsense(lb, c.op);
    }
    lb_reply_free(r);
    return status;
}

int
lb_list(struct lb *lb, uint32_t number, struct lb_workload_info **out,
        size_t *n)
{
    struct lb_call c = { .op = "list" };
    struct lb_reply *r;
    const uint8_t *p;
    size_t len;

    *out = NULL;
    *n = 0;
    if (number != 0)
        lb_call_number(&c, "workload", number);
    int status = lb_call_do(lb, &c, &r);
    for (size_t at = 0; status == LB_OK && lb_reply_row(r, &at, &p, &len);) {
        struct state one = { .n_workloads = 1 };
        struct state_workload w;
        size_t in = 0;
        one.workloads = span_of(p, len);
        if (!state_workload_next(&one, &in, &w)) {
            status = nonsense(lb, c.op);
            break;
        }
        *out = xrealloc(*out, *n + 1, sizeof **out);
        client_workload(&w, &(*out)[(*n)++]);
    }
    lb_reply_free(r);
    return status;
}

static void
event_of(const struct msg_event *e, struct lb_event *out)
{
    out->time_ms = e->time_ms;
    out->number = e->number;
    out->level = e->level;
    span_copy(e->name, out->name, sizeof out->name);
    span_copy(e->text, out->text, sizeof out->text);
}

bool
lb_event_read(const uint8_t *row, size_t len, struct lb_event *out)
{
    struct msg m;

    if (msg_decode(MSG_EVENT, span_of(row, len), &m) != 0)
        return false;
    event_of(&m.event, out);
    return true;
}
