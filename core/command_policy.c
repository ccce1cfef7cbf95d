/* SPDX-License-Identifier: MPL-2.0 */
/* Operations on the cluster as this node sees it: hello, nodes, policy,
 * placement, rebalance. */
#include <string.h>

#include "base/text.h"
#include "core/adaptor.h"
#include "core/command_ask.h"
#include "core/publish.h"

void
ask_hello(struct core *c, struct ask *a)
{
    const struct core_config *k = &c->config;
    const struct span command = span_str("command");
    char id[NODE_ID_TEXT];

    node_id_print(&k->id, id);
    ask_add_text(a, "name", k->name);
    ask_add_text(a, "id", id);
    pair_add_u64(&a->out, "incarnation", k->incarnation);
    ask_add_text(a, "version", k->version);
    pair_add_u64(&a->out, "boot_id", k->boot_id);
    pair_add_u64(&a->out, "port", k->port);
    pair_add_u64(&a->out, "slots", k->slots);
    ask_add_text(a, "kinds", k->kinds);
    ask_add_text(a, "policy", policy_names[k->policy.name - 1]);
    ask_add_text(a, "placement", placement_names[k->placement - 1]);
    ask_add_text(a, "commands",
                 kind_offered(k->kinds, command)       ? "yes"
                 : kind_offered(k->own_kinds, command) ? "own"
                                                       : "no");
    pair_add_u64(&a->out, "max_input", k->max_input_bytes);
    pair_add_u64(&a->out, "max_jobs", k->queue_max_jobs);
    ask_add_text(a, "cluster", k->cluster);
    ask_add_text(a, "phase", phase_name(c->phase));
    ask_add_text(a, "role", role_name(a->role));
}

/* ---- nodes ---- */

enum life { LIFE_SELF = 1, LIFE_ALIVE, LIFE_STALE, LIFE_LOST, LIFE_OTHER };

static enum life
life_of(const struct core *c, uint16_t i)
{
    if (i == 0)
        return LIFE_SELF;
    if (!peer_alive(c, i))
        return LIFE_LOST;
    return peer_at(c, i)->stale ? LIFE_STALE : LIFE_ALIVE;
}

/* A STATE without its workloads: a thousand of them fit one message. */
static void
append_state(struct core *c, uint16_t i, struct buf *row)
{
    struct msg m = { .type = MSG_STATE };
    struct buf own = { 0 };

    if (i == 0) {
        publish_state_body(c, &own);
        int err = msg_decode(MSG_STATE, buf_span(&own), &m);
        if (err != 0)
            m = (struct msg){ .type = MSG_STATE };
    } else {
        m.state = peer_at(c, i)->state;
    }
    m.state.workloads = (struct span){ 0 };
    msg_encode(&m, row);
    buf_fini(&own);
}

/* All that is known of a node of another version is its id and that. */
static void
add_stranger(struct core *c, const struct stranger *s, struct ask *a)
{
    struct buf row = { 0 };
    struct msg m = { .type = MSG_STATE };
    char id[NODE_ID_TEXT], version[32] = "";

    node_id_print(&s->id, id);
    text_add(version, sizeof version, "protocol %u", (unsigned)s->version);
    m.state.id = s->id;
    m.state.name = (struct span){ (const uint8_t *)id, 8 };
    m.state.version = span_str(version);
    m.state.phase = PHASE_START;
    m.state.throttle_percent = m.state.floor_percent = 1;
    m.state.ceiling_percent = 100;
    buf_u64(&row, (uint64_t)(c->now_us - s->heard_us));
    buf_u8(&row, LIFE_OTHER);
    for (int i = 0; i < 4; i++)
        buf_u64(&row, 0);
    msg_encode(&m, &row);
    row_add(&a->rows, buf_span(&row));
    buf_fini(&row);
}

/* Names of those that were known once and have no row: they left, or were not
 * heard since the start. Separated by blanks. */
static void
add_gone(const struct core *c, struct ask *a)
{
    struct buf names = { 0 };

    for (uint16_t i = 1; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if ((p->has_state && !p->left) || p->name[0] == '\0')
            continue;
        if (names.len > 0)
            buf_u8(&names, ' ');
        buf_bytes(&names, p->name, strlen(p->name));
    }
    pair_add(&a->out, "gone", buf_span(&names));
    buf_fini(&names);
}

void
ask_nodes(struct core *c, struct ask *a)
{
    struct buf row = { 0 };

    for (uint16_t i = 0; i < c->peers.n; i++) {
        const struct peer *p = peer_at(c, i);
        if (i != 0 && (!p->has_state || p->left))
            continue;
        buf_reset(&row);
        buf_u64(&row, i == 0 ? 0 : (uint64_t)(c->now_us - p->state_us));
        buf_u8(&row, (uint8_t)life_of(c, i));
        buf_u64(&row, p->rtt_us > 0 ? (uint64_t)p->rtt_us : 0);
        buf_u64(&row, p->inc);
        buf_u64(&row, p->sent_jobs);
        buf_u64(&row, p->received_jobs);
        append_state(c, i, &row);
        row_add(&a->rows, buf_span(&row));
    }
    buf_fini(&row);
    for (size_t i = 0; i < c->n_strangers; i++)
        add_stranger(c, &c->stranger[i], a);
    add_gone(c, a);
}

/* ---- names and numbers of policy and placement ---- */

/* Key `key` as one of `names`; its number from 1, 0 when absent. */
static bool
ask_name(struct ask *a, const char *key, const char *const *names, int *out)
{
    struct span v = pair_get(a->pairs, key);
    char word[32];

    *out = 0;
    if (v.p == NULL)
        return true;
    for (int i = 0; names[i] != NULL; i++)
        if (span_is(v, names[i])) {
            *out = i + 1;
            return true;
        }
    span_copy(v, word, sizeof word);
    ask_refuse(a, EXIT_USAGE, "unknown %s \"%s\"; %s:",
               names == amount_names ? key : a->op, word,
               names == policy_names ? "policies"
               : names == placement_names ? "placements"
                                          : "amounts");
    for (int i = 0; names[i] != NULL; i++)
        ask_say(a, " %s", names[i]);
    return false;
}

struct decimal_range {
    double min, max;
};

/* Digits, with a point and more digits or without. */
static bool
parse_decimal(const char *s, double *out)
{
    double v = 0, unit = 1;
    bool point = false, digit = false;

    for (; *s != '\0'; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (*s < '0' || *s > '9')
            return false;
        digit = true;
        v = v * 10 + (*s - '0');
        unit *= point ? 10 : 1;
    }
    *out = v / unit;
    return digit;
}

static bool
ask_decimal(struct ask *a, const char *key, const struct decimal_range *r,
            double *value)
{
    struct span v = pair_get(a->pairs, key);
    char word[24];
    double n;

    if (v.p == NULL)
        return true;
    span_copy(v, word, sizeof word);
    if (!parse_decimal(word, &n)) {
        ask_refuse(a, EXIT_USAGE, "%s: %s: \"%s\" is not a number", a->op,
                   key, word);
        return false;
    }
    if (n < r->min || n > r->max) {
        ask_refuse(a, EXIT_USAGE, "%s: %s: %s is outside %g..%g", a->op, key,
                   word, r->min, r->max);
        return false;
    }
    *value = n;
    return true;
}

static bool
ask_yes(struct ask *a, const char *key, bool *value)
{
    if (!ask_has(a, key))
        return true;
    bool yes = ask_is(a, key, "yes") || ask_is(a, key, "1");
    if (!yes && !ask_is(a, key, "no") && !ask_is(a, key, "0")) {
        ask_refuse(a, EXIT_USAGE, "%s: %s: write yes or no", a->op, key);
        return false;
    }
    *value = yes;
    return true;
}

/* A whole number of 32 bits; unchanged when absent. */
static bool
ask_u32(struct ask *a, const char *key, const struct ask_range *most,
        uint32_t *value)
{
    struct ask_range r = { *value, most->min, most->max };
    uint64_t n;

    if (!ask_number(a, key, &r, &n))
        return false;
    *value = (uint32_t)n;
    return true;
}

/* ---- policy ---- */

static void
answer_policy(const struct core *c, struct ask *a)
{
    const struct policy_config *k = &c->config.policy;
    char rel[24] = "";

    text_add(rel, sizeof rel, "%g", k->dead_rel);
    ask_add_text(a, "name", policy_names[k->name - 1]);
    pair_add_u64(&a->out, "difference", k->difference);
    ask_add_text(a, "amount", amount_names[k->amount - 1]);
    pair_add_u64(&a->out, "queue_max", k->queue_max);
    pair_add_u64(&a->out, "queue_min", k->queue_min);
    ask_add_text(a, "dead_rel", rel);
    pair_add_u64(&a->out, "min_push", k->min_push);
    pair_add_u64(&a->out, "low_rtt", k->low_rtt);
    pair_add_u64(&a->out, "max_moves", k->max_moves);
    pair_add_u64(&a->out, "retry_max_ms", (uint64_t)k->retry_max_us / MS);
    ask_add_text(a, "bootstrap", k->bootstrap ? "yes" : "no");
    ask_add_text(a, "duplicate", k->duplicate ? "yes" : "no");
}

static bool
read_numbers(struct ask *a, struct policy_config *k)
{
    static const struct ask_range jobs = { 0, 1, 1000 * 1000 },
                                  gate = { 0, 0, 1000 * 1000 },
                                  push = { 0, 1, 1000 },
                                  small = { 0, 1, 64 },
                                  ms = { 0, 50, 60 * 1000 };
    static const struct decimal_range rel = { 0.05, 5 };
    uint32_t moves = k->max_moves;
    uint32_t retry_ms = (uint32_t)(k->retry_max_us / MS);

    if (!ask_u32(a, "difference", &jobs, &k->difference) ||
        !ask_u32(a, "queue_max", &gate, &k->queue_max) ||
        !ask_u32(a, "queue_min", &gate, &k->queue_min) ||
        !ask_u32(a, "min_push", &push, &k->min_push) ||
        !ask_u32(a, "low_rtt", &small, &k->low_rtt) ||
        !ask_u32(a, "max_moves", &small, &moves) ||
        !ask_u32(a, "retry_max_ms", &ms, &retry_ms) ||
        !ask_decimal(a, "dead_rel", &rel, &k->dead_rel))
        return false;
    k->max_moves = (uint8_t)moves;
    k->retry_max_us = (int64_t)retry_ms * MS;
    if (k->queue_max != 0 && k->queue_min >= k->queue_max) {
        ask_refuse(a, EXIT_USAGE,
                   "policy: queue_min %u is not below queue_max %u",
                   (unsigned)k->queue_min, (unsigned)k->queue_max);
        return false;
    }
    return true;
}

static bool
read_policy(struct ask *a, struct policy_config *k)
{
    int name, amount;

    if (!ask_name(a, "name", policy_names, &name) ||
        !ask_name(a, "amount", amount_names, &amount) ||
        !read_numbers(a, k) || !ask_yes(a, "bootstrap", &k->bootstrap) ||
        !ask_yes(a, "duplicate", &k->duplicate))
        return false;
    if (name != 0)
        k->name = (enum policy)name;
    if (amount != 0)
        k->amount = (enum amount)amount;
    return true;
}

/* All that is set, or nothing. */
void
ask_policy(struct core *c, struct ask *a)
{
    struct policy_config k = c->config.policy;
    char who[ASK_WHO_MAX];

    if (!read_policy(a, &k))
        return;
    const struct ask_value v = { policy_names[c->config.policy.name - 1],
                                 policy_names[k.name - 1], "" };
    if (!ask_saw(c, a, &v, &c->set_policy))
        return;
    if (ask_is_change(a)) {
        ask_set_by(a, &c->set_policy);
        core_log(c, LOG_INFO, "policy", "from=%s to=%s %s",
                 policy_names[c->config.policy.name - 1],
                 policy_names[k.name - 1], ask_who(a, who));
        c->config.policy = k;
        c->decide_due = true;
        publish_soon(c);
    }
    answer_policy(c, a);
}

/* ---- placement, rebalance ---- */

void
ask_placement(struct core *c, struct ask *a)
{
    static const struct decimal_range load = { 0, 1e15 };
    double max_load = c->config.placement_max_load;
    char text[32] = "", who[ASK_WHO_MAX];
    int name;

    if (!ask_name(a, "name", placement_names, &name) ||
        !ask_decimal(a, "max_load", &load, &max_load))
        return;
    if (ask_is_change(a)) {
        enum placement to = name != 0 ? (enum placement)name
                                      : c->config.placement;
        core_log(c, LOG_INFO, "placement", "from=%s to=%s %s",
                 placement_names[c->config.placement - 1],
                 placement_names[to - 1], ask_who(a, who));
        c->config.placement = to;
        c->config.placement_max_load = max_load;
        publish_soon(c);
    }
    text_add(text, sizeof text, "%.15g", max_load);
    ask_add_text(a, "name", placement_names[c->config.placement - 1]);
    ask_add_text(a, "max_load", text);
}

void
ask_rebalance(struct core *c, struct ask *a)
{
    struct decisions plan;
    struct buf row = { 0 };
    unsigned jobs = 0;
    char who[ASK_WHO_MAX];

    adaptor_plan(c, &plan);
    for (size_t i = 0; i < plan.n; i++) {
        const struct decision *d = &plan.v[i];
        if (d->kind != DECIDE_TRANSFER || d->n_jobs == 0)
            continue;
        buf_reset(&row);
        pair_add(&row, "from", span_str(c->config.name));
        pair_add(&row, "to", span_str(peer_name(c, d->peer)));
        pair_add_u64(&row, "jobs", d->n_jobs);
        row_add(&a->rows, buf_span(&row));
        jobs += d->n_jobs;
    }
    buf_fini(&row);
    if (jobs == 0)
        ask_say(a, "balanced");
    if (jobs == 0 || ask_is(a, "dry_run", "1"))
        return;
    core_log(c, LOG_INFO, "rebalance", "jobs=%u %s", jobs, ask_who(a, who));
    c->bootstrap_due = c->decide_due = true;
}
