/* SPDX-License-Identifier: MPL-2.0 */
/*
 * proxied - all that agents say to each other goes through the proxy: late,
 * out of order between connections, cut in mid-frame, swallowed, said again.
 * It ends when so many messages were said again; then the work must end.
 */
#include <inttypes.h>
#include <stdio.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"
#include "tests/nemesis/proxy.h"

enum {
    NODES = 3,
    READY_MS = 20 * 1000,
    IDLE_MS = 60 * 1000,
    RESULTS_PER_MESSAGE = 10
};

struct proxied {
    struct run *r;
    struct cluster *c;
    struct proxy *p;
    struct load *load;
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
            uint16_t port = proxy_add(x->p, cluster_port(x->c, k));
            snprintf(address, sizeof address, "127.0.0.1:%u", port);
            if (port == 0 || cluster_route(x->c, i, k, address) != 0)
                return -1;
        }
    return proxy_start(x->p);
}

static enum verdict
torment(struct proxied *x)
{
    uint64_t results = (uint64_t)x->r->events * RESULTS_PER_MESSAGE;

    while (proxy_count(x->p).messages < x->r->events ||
           checker_acknowledged(x->r->checker) < results) {
        for (size_t i = 0; i < NODES; i++)
            if (cluster_ended(x->c, i, NULL))
                return campaign_fail(x->r, "%s ended by itself",
                                     cluster_name(x->c, i));
        if (load_trouble(x->load)[0] != '\0')
            return campaign_fail(x->r, "%s", load_trouble(x->load));
        if (!campaign_sleep(20))
            return campaign_fail(x->r, "interrupted");
    }
    return CAMPAIGN_PASS;
}

static enum verdict
run_with(struct proxied *x)
{
    int64_t start_ms = checker_now_ms();

    if (route(x) != 0)
        return campaign_fail(x->r, "no proxy");
    for (size_t i = 0; i < NODES; i++)
        checker_fault(x->r->checker, i, start_ms, 0);
    for (size_t i = 0; i < NODES; i++)
        if (cluster_launch(x->c, i) != 0 ||
            cluster_await_ready(x->c, i, READY_MS) != 0)
            return campaign_fail(x->r, "the agents do not start");
    x->load = load_start(&(struct load_plan){
        .cluster = x->c, .checker = x->r->checker, .seed = x->r->seed,
        .submitters = 3, .readers = 1, .once_percent = 5,
        .marked_percent = 20, .sleep_percent = 30, .jobs_ahead = 3000,
        .pause_ms = 30
    });
    enum verdict v = torment(x);
    load_stop(x->load);
    proxy_heal(x->p);
    struct proxy_counts n = proxy_count(x->p);
    campaign_faults(x->r, "%" PRIu64 " connections, %" PRIu64 " cut, %" PRIu64
                    " KiB swallowed of %" PRIu64 ", %" PRIu64 " messages said "
                    "again in %" PRIu64 " replays", n.connections, n.cuts,
                    n.swallowed / 1024, (n.bytes + n.swallowed) / 1024,
                    n.messages, n.replays);
    if (v == CAMPAIGN_PASS && load_collect(x->r, x->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct proxied x = { .r = r, .p = proxy_new(r->seed) };

    x.c = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = NODES, .ini = campaign_quick_timers
    });
    enum verdict v = x.c == NULL ? campaign_fail(r, "no cluster")
                                 : run_with(&x);
    load_free(x.load);
    cluster_free(x.c);
    proxy_free(x.p);
    return v;
}

const struct campaign campaign_proxied = {
    .name = "proxy", .promise = "P3", .ci = 3000, .full = 100000,
    .programs = "", .run = run,
    .what = "late, reordered, cut, swallowed, repeated messages"
};
