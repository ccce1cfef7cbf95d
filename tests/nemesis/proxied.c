/* SPDX-License-Identifier: MPL-2.0 */
/*
 * proxied - all that agents say to each other goes through the proxy: late,
 * out of order between connections, cut in mid-frame, swallowed, said again.
 * It ends when so many messages were said again; then the work must end.
 */
#include <inttypes.h>
#include <stdio.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/proxy.h"
#include "tests/nemesis/siege.h"

enum {
    NODES = 3,
    RESULTS_PER_MESSAGE = 10
};

struct proxied {
    struct siege s;
    struct proxy *p;
};

/* A way of its own from each to each. */
static int
route(struct proxied *x)
{
    char address[32];

    for (size_t i = 0; i < NODES; i++)
        for (size_t k = 0; k < NODES; k++) {
            if (i == k)
                continue;
            uint16_t port = proxy_add(x->p, cluster_port(x->s.c, k));
            snprintf(address, sizeof address, "127.0.0.1:%u", port);
            if (port == 0 || cluster_route(x->s.c, i, k, address) != 0)
                return -1;
        }
    return proxy_start(x->p);
}

static enum verdict
start(void *arg)
{
    struct proxied *x = arg;
    int64_t start_ms = checker_now_ms();

    if (route(x) != 0)
        return campaign_fail(x->s.r, "no proxy");
    for (size_t i = 0; i < NODES; i++)
        checker_fault(x->s.r->checker, i, start_ms, 0);
    for (size_t i = 0; i < NODES; i++)
        if (cluster_launch(x->s.c, i) != 0 ||
            cluster_await_ready(x->s.c, i, SIEGE_READY_MS) != 0)
            return campaign_fail(x->s.r, "the agents do not start");
    return CAMPAIGN_PASS;
}

static enum verdict
torment(void *arg)
{
    struct proxied *x = arg;
    uint64_t results = (uint64_t)x->s.r->events * RESULTS_PER_MESSAGE;
    enum verdict v = CAMPAIGN_PASS;

    while (v == CAMPAIGN_PASS &&
           (proxy_count(x->p).messages < x->s.r->events ||
            checker_acknowledged(x->s.r->checker) < results))
        v = siege_look(&x->s, 20);
    return v;
}

static enum verdict
lift(void *arg, enum verdict v)
{
    struct proxied *x = arg;

    proxy_heal(x->p);
    struct proxy_counts n = proxy_count(x->p);
    campaign_faults(x->s.r, "%" PRIu64 " connections, %" PRIu64 " cut, %" PRIu64
                    " KiB swallowed of %" PRIu64 ", %" PRIu64 " messages said "
                    "again in %" PRIu64 " replays", n.connections, n.cuts,
                    n.swallowed / 1024, (n.bytes + n.swallowed) / 1024,
                    n.messages, n.replays);
    return v;
}

static enum verdict
run(struct run *r)
{
    struct proxied x = { .s.r = r, .p = proxy_new(r->seed) };

    enum verdict v = siege_lay(&x.s, &(struct siege_plan){
        .cluster = { .n_nodes = NODES, .ini = campaign_quick_timers },
        .load = { .submitters = 3, .readers = 1, .once_percent = 5,
                  .marked_percent = 20, .sleep_percent = 30,
                  .jobs_ahead = 3000, .pause_ms = 30 },
        .arg = &x, .start = start, .torment = torment, .lift = lift
    });
    proxy_free(x.p);
    return v;
}

const struct campaign campaign_proxied = {
    .name = "proxy", .promise = "P3", .ci = 5000, .full = 100000,
    .programs = "", .run = run,
    .what = "late, reordered, cut, swallowed, repeated messages"
};
