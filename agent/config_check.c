/* SPDX-License-Identifier: MPL-2.0 */
/* What only several keys together can get wrong; and what they mean to the
 * core. */
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "agent/config_parts.h"
#include "base/text.h"
#include "base/units.h"

/* The key to blame is the one that somebody has written. */
static void
clash(const struct config_file *f, const char *section, const char *name,
      const char *other, const char *text, struct problems *p)
{
    const struct key *k = key_find(section, name);
    const struct key *o = key_find(section, other);

    if (f->value[k - config_keys].where[0] == '\0' &&
        f->value[o - config_keys].where[0] != '\0')
        k = o;
    problem_add(p, config_origin(f, k), "[%s] %s: %s", section, k->name, text);
}

static void
check_times(const struct config_file *f, struct problems *p)
{
    const struct config *c = &f->config;

    if (c->stale_after_us < 2 * c->state_interval_us)
        clash(f, "peers", "stale_after", "state_interval",
              "stale_after is below 2 x state_interval", p);
    if (c->dead_after_us < 3 * c->state_interval_us)
        clash(f, "peers", "dead_after", "state_interval",
              "dead_after is below 3 x state_interval", p);
    if (c->dead_after_us < c->stale_after_us)
        clash(f, "peers", "dead_after", "stale_after",
              "dead_after is below stale_after", p);
    if (c->lease_us < 4 * c->claim_interval_us)
        clash(f, "peers", "lease", "claim_interval",
              "lease is below 4 x claim_interval", p);
    if (c->lease_us <= c->dead_after_us)
        clash(f, "peers", "lease", "dead_after",
              "lease is not above dead_after", p);
}

static void
check_orders(const struct config_file *f, struct problems *p)
{
    const struct config *c = &f->config;

    if (c->floor > c->ceiling)
        clash(f, "throttle", "floor", "ceiling", "floor is above ceiling", p);
    else if (c->percent < c->floor)
        clash(f, "throttle", "percent", "floor", "percent is below floor", p);
    else if (c->percent > c->ceiling)
        clash(f, "throttle", "percent", "ceiling", "percent is above ceiling",
              p);
    if (c->queue_max != 0 && c->queue_min != 0 &&
        c->queue_min >= c->queue_max)
        clash(f, "policy", "queue_min", "queue_max",
              "queue_min is not below queue_max", p);
}

bool
address_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, address, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return false;
}

static void
check_addresses(const struct config_file *f, struct problems *p)
{
    const struct config *c = &f->config;

    if (c->address.n == 0 && p->n == 0)
        problem_add(p, config_origin(f, key_find("listen", "address")),
                    "[listen] address: no value");
    for (size_t i = 0; i < c->address.n && !c->allow_insecure; i++)
        if (!address_is_loopback(c->address.v[i]))
            problem_add(p, config_origin(f, key_find("listen", "address")),
                        "[listen] address: plain TCP on %s needs "
                        "security.allow_insecure = yes", c->address.v[i]);
}

static void
check_tags(const struct config_file *f, struct problems *p)
{
    size_t len = 0;

    for (size_t i = 0; i < f->config.tags.n; i++)
        len += strlen(f->config.tags.v[i]) + 1;
    if (len > sizeof ((struct core_config *)0)->tags)
        problem_add(p, config_origin(f, key_find("node", "tags")),
                    "[node] tags: longer than 255 bytes");
}

void
config_check(struct config_file *f, struct problems *p)
{
    check_times(f, p);
    check_orders(f, p);
    check_addresses(f, p);
    check_tags(f, p);
    kinds_check(f, p);
}

static void
core_names(const struct config *c, struct core_config *out)
{
    char host[ENDPOINT_MAX_BYTES + 1] = "";

    out->name[0] = out->cluster[0] = out->host[0] = out->tags[0] = '\0';
    text_add(out->name, sizeof out->name, "%s", c->name);
    text_add(out->cluster, sizeof out->cluster, "%s", c->cluster);
    gethostname(host, sizeof host - 1);
    if (c->advertise[0] != '\0')
        text_add(out->host, sizeof out->host, "%s", c->advertise);
    else if (strcmp(c->address.v[0], "*") == 0)
        text_add(out->host, sizeof out->host, "%s", host);
    else
        text_add(out->host, sizeof out->host, "%s", c->address.v[0]);
    for (size_t i = 0; i < c->tags.n; i++)
        text_add(out->tags, sizeof out->tags, "%s%s", i > 0 ? " " : "",
                 c->tags.v[i]);
}

static void
core_policy(const struct config *c, struct policy_config *out)
{
    out->name = (enum policy)c->policy;
    out->amount = (enum amount)c->amount;
    out->difference = (uint32_t)c->difference;
    out->queue_max = (uint32_t)c->queue_max;
    out->queue_min = (uint32_t)c->queue_min;
    out->dead_rel = c->dead_rel;
    out->min_push = (uint32_t)c->min_push;
    out->low_rtt = (uint32_t)c->low_rtt;
    out->max_moves = (uint8_t)c->max_moves;
    out->bootstrap = c->bootstrap;
    out->duplicate = c->duplicate;
    out->retry_max_us = c->retry_max_us;
}

void
config_core(const struct config *c, struct core_config *out)
{
    core_names(c, out);
    core_policy(c, &out->policy);
    out->slots = (uint16_t)c->workers;
    out->prefetch = (uint16_t)c->prefetch;
    out->throttle_percent = (uint8_t)c->percent;
    out->floor_percent = (uint8_t)c->floor;
    out->ceiling_percent = (uint8_t)c->ceiling;
    out->throttle_persist = c->persist;
    out->state_interval_us = c->state_interval_us;
    out->stale_after_us = c->stale_after_us;
    out->dead_after_us = c->dead_after_us;
    out->claim_interval_us = c->claim_interval_us;
    out->lease_us = c->lease_us;
    out->shutdown_deadline_us = c->shutdown_deadline_us;
    out->queue_max_jobs = (uint32_t)c->queue_max_jobs;
    out->queue_max_bytes = c->queue_max_bytes;
    out->batch_jobs = (uint32_t)c->batch;
    out->batch_bytes = (uint32_t)c->batch_bytes;
    out->retries = (uint8_t)c->retries;
    out->lost_limit = (uint8_t)c->lost_limit;
    out->quarantine = (uint16_t)c->quarantine;
    out->timeout_us = (uint64_t)c->timeout_us;
    out->file_wait_us = c->file_wait_us;
    out->results_keep_us = c->results_keep_us;
    out->results_max_bytes = c->results_max_bytes;
    out->max_input_bytes = (uint32_t)c->max_input;
    out->placement = (enum placement)c->placement;
    out->placement_max_load = c->placement_max_load;
}
