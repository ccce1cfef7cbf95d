/* SPDX-License-Identifier: MPL-2.0 */
/*
 * partition - agents in network namespaces of their own, on one bridge, that
 * cease to hear each other: halves, one node, one way, all but a bridge, or
 * off and on again. Then the cut is healed, and now and again the work must
 * end within two leases of that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/load.h"

enum {
    NODES_MAX = 5,
    READY_MS = 20 * 1000,
    IDLE_MS = 60 * 1000,
    ROUND = 25,             /* partitions between two looks at the drain */
    SLACK_MS = 30 * 1000    /* a short run does not judge the machine */
};

enum shape { HALVES = 1, ALONE, ONE_WAY, BRIDGE, FLAP, SHAPES = FLAP };

struct cuts {
    struct run *r;
    struct cluster *c;
    struct load *load;
    size_t n;
    bool deaf[NODES_MAX][NODES_MAX];    /* [i][j]: i does not hear j */
    unsigned count[SHAPES + 1];
    int64_t fault_ms;       /* since when something is cut */
    int64_t drain_ms;       /* the longest time from a heal to the end */
};

/* ---- the knife ---- */

static const char *const nft[] = { "nft", "-f", "-", NULL };

static int
sharpen(struct cuts *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (cluster_exec(p->c, i, nft,
                         "add table inet cut\n"
                         "add set inet cut from { type ipv4_addr; }\n"
                         "add chain inet cut in { type filter hook input "
                         "priority 0; }\n"
                         "add rule inet cut in ip saddr @from drop\n") != 0)
            return -1;
    return 0;
}

/* Makes the networks as `deaf` says. */
static int
apply(struct cuts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        char script[256] = "flush set inet cut from\n";
        for (size_t j = 0; j < p->n; j++)
            if (p->deaf[i][j])
                text_add(script, sizeof script,
                         "add element inet cut from { %s }\n",
                         cluster_address(p->c, j));
        if (cluster_exec(p->c, i, nft, script) != 0)
            return -1;
    }
    return 0;
}

static int
heal(struct cuts *p)
{
    memset(p->deaf, 0, sizeof p->deaf);
    return apply(p);
}

static void
part(struct cuts *p, size_t i, size_t j)
{
    p->deaf[i][j] = p->deaf[j][i] = true;
}

/* ---- shapes ---- */

static void
cut_halves(struct cuts *p, size_t bridge)
{
    uint64_t side = 1 + rng_below(&p->r->rng, (1u << p->n) - 2);

    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < i; j++)
            if ((side >> i & 1) != (side >> j & 1) && i != bridge &&
                j != bridge)
                part(p, i, j);
}

static void
cut_one(struct cuts *p, bool both_ways)
{
    size_t i = (size_t)rng_below(&p->r->rng, p->n);
    uint64_t whom = 1 + rng_below(&p->r->rng, (1u << p->n) - 1);

    for (size_t j = 0; j < p->n; j++) {
        if (j == i || (!both_ways && (whom >> j & 1) == 0))
            continue;
        p->deaf[i][j] = true;
        p->deaf[j][i] = both_ways;
    }
}

static void
draw_shape(struct cuts *p, enum shape shape)
{
    switch (shape) {
    case HALVES: cut_halves(p, SIZE_MAX); break;
    case ALONE: cut_one(p, true); break;
    case ONE_WAY: cut_one(p, false); break;
    case BRIDGE:
        cut_halves(p, (size_t)rng_below(&p->r->rng, p->n));
        break;
    case FLAP: cut_halves(p, SIZE_MAX); break;
    }
}

/* Short ones often, long ones at times: 0.1 s times a power of two. */
static int64_t
draw_length(struct cuts *p)
{
    int64_t most = 200;
    unsigned doublings = (unsigned)rng_below(&p->r->rng, p->r->full ? 8 : 6);

    most <<= doublings;
    return rng_between(&p->r->rng, most / 2, most);
}

static int
flap(struct cuts *p)
{
    bool cut[NODES_MAX][NODES_MAX];
    int64_t until = campaign_now_ms() + draw_length(p);

    memcpy(cut, p->deaf, sizeof cut);
    while (campaign_now_ms() < until) {
        memcpy(p->deaf, cut, sizeof cut);
        if (apply(p) != 0 ||
            !campaign_sleep(rng_between(&p->r->rng, 20, 400)) || heal(p) != 0 ||
            !campaign_sleep(rng_between(&p->r->rng, 20, 400)))
            return -1;
    }
    return 0;
}

/* Who is in a cut, for the checker. */
static void
note(struct cuts *p, int64_t until_ms)
{
    for (size_t i = 0; i < p->n; i++)
        checker_fault(p->r->checker, i, p->fault_ms, until_ms);
}

static enum verdict
partition(struct cuts *p)
{
    enum shape shape = (enum shape)(1 + rng_below(&p->r->rng, SHAPES));
    int rc;

    draw_shape(p, shape);
    p->count[shape]++;
    p->fault_ms = checker_now_ms();
    note(p, 0);
    if (shape == FLAP)
        rc = flap(p);
    else
        rc = apply(p) != 0 || !campaign_sleep(draw_length(p));
    if (rc != 0 || heal(p) != 0)
        return campaign_fail(p->r, "nft failed");
    note(p, checker_now_ms());
    for (size_t i = 0; i < p->n; i++)
        if (cluster_ended(p->c, i, NULL))
            return campaign_fail(p->r, "%s ended by itself",
                                 cluster_name(p->c, i));
    if (load_trouble(p->load)[0] != '\0')
        return campaign_fail(p->r, "%s", load_trouble(p->load));
    return CAMPAIGN_PASS;
}

/* ---- rounds ---- */

static void
start_load(struct cuts *p, unsigned round)
{
    p->load = load_start(&(struct load_plan){
        .cluster = p->c, .checker = p->r->checker,
        .seed = p->r->seed, .part = round, .submitters = 3, .readers = 1,
        .once_percent = 5, .marked_percent = 20, .sleep_percent = 50,
        .jobs_ahead = 400, .pause_ms = 100
    });
}

/* No more work; all that there is must end within two leases of the heal. */
static enum verdict
drain(struct cuts *p)
{
    int64_t lease = p->r->full ? CAMPAIGN_LEASE_MS : CAMPAIGN_QUICK_LEASE_MS;
    int64_t most = 2 * lease + (p->r->full ? 0 : SLACK_MS);
    int64_t start = campaign_now_ms(), took;

    load_stop(p->load);
    if (load_await_end(p->r, p->c, IDLE_MS, NULL) != 0)
        return CAMPAIGN_FAIL;
    took = campaign_now_ms() - start;
    if (took > p->drain_ms)
        p->drain_ms = took;
    load_free(p->load);
    p->load = NULL;
    if (took > most)
        return campaign_fail(p->r, "the work ended %" PRId64 " ms after the "
                             "heal, the lease is %" PRId64 " ms", took, lease);
    return CAMPAIGN_PASS;
}

static enum verdict
torment(struct cuts *p)
{
    enum verdict v = CAMPAIGN_PASS;

    for (unsigned i = 0; v == CAMPAIGN_PASS && i < p->r->events; i++) {
        if (p->load == NULL)
            start_load(p, i);
        v = partition(p);
        if (v == CAMPAIGN_PASS && (i % ROUND == ROUND - 1 ||
                                   i == p->r->events - 1))
            v = drain(p);
        else if (rng_chance(&p->r->rng, 60))
            campaign_sleep(rng_between(&p->r->rng, 0, 1500));
    }
    return v;
}

static enum verdict
run_with(struct cuts *p)
{
    enum verdict v;

    if (sharpen(p) != 0)
        return campaign_skip(p->r, "nft cannot filter here");
    if (cluster_start(p->c, READY_MS) != 0)
        return campaign_fail(p->r, "the agents do not find each other");
    v = torment(p);
    campaign_faults(p->r, "%zu nodes, partitions: %u halves, %u alone, %u one "
                    "way, %u with a bridge, %u flapping; drained %.1f s after "
                    "a heal at the latest", p->n, p->count[HALVES],
                    p->count[ALONE], p->count[ONE_WAY], p->count[BRIDGE],
                    p->count[FLAP], (double)p->drain_ms / 1000);
    if (v == CAMPAIGN_PASS && load_collect(p->r, p->c, IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

static enum verdict
run(struct run *r)
{
    struct cuts p = { .r = r };

    p.n = (size_t)rng_between(&r->rng, 3, NODES_MAX);
    p.c = cluster_new(&(struct cluster_plan){
        .dir = r->dir, .n_nodes = p.n, .netns = true,
        .ini = r->full ? NULL : campaign_quick_timers
    });
    if (p.c == NULL)
        return campaign_fail(r, "no cluster");
    enum verdict v = run_with(&p);
    load_free(p.load);
    cluster_free(p.c);
    return v;
}

const struct campaign campaign_partition = {
    .name = "partition", .promise = "P8", .ci = 25, .full = 500,
    .root = true, .programs = "ip nft", .run = run,
    .what = "cuts between agents in network namespaces, healed"
};
