/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kill - SIGKILL at random agents while jobs are submitted to all: at random
 * moments; about when a submission arrives; and as soon as it is acknowledged,
 * when all must be on the disk. Each sync takes 20 ms, so that what is
 * acknowledged too early is caught.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>

#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/siege.h"

enum {
    NODES = 3,
    JOBS_PER_KILL = 500,
    GAP_MS = 120,           /* between kills, on average */
    ARM_MS = 250            /* an aim that finds no target is given up */
};

/* How the next kill is aimed. */
enum aim { AIM_NONE, AIM_ARRIVING, AIM_ANSWERED };

struct victim {
    int64_t back_ms;        /* when to start it; 0: it runs */
    int64_t ready_by_ms;    /* it was started and is not ready yet; 0: is */
    int64_t fault_ms;       /* the fault that it has not got over; 0: none */
};

struct kill {
    struct siege s;
    struct victim v[NODES];
    unsigned kills, aimed, longer;
    int64_t next_ms, armed_ms;
    atomic_int armed;       /* enum aim */
    atomic_int shot;        /* node + 1 that is to be shot, at shot_ms */
    _Atomic int64_t shot_ms;
    atomic_uint hits;       /* aimed shots */
};

/* By a submitter: the shot at an acknowledgement leaves at once; that at an
 * arrival a drawn time later, by the main thread. */
static void
take_aim(void *arg, size_t node, bool answered, struct rng *rng)
{
    struct kill *k = arg;
    int want = answered ? AIM_ANSWERED : AIM_ARRIVING;

    if (!atomic_compare_exchange_strong(&k->armed, &want, AIM_NONE))
        return;
    if (answered) {
        if (cluster_signal(k->s.c, node, SIGKILL))
            atomic_fetch_add(&k->hits, 1);
        return;
    }
    atomic_store(&k->shot_ms, campaign_now_ms() + rng_between(rng, 0, 30));
    atomic_store(&k->shot, (int)node + 1);
}

/* When it is to be back: mostly at once, at times after its peers have given
 * it up for dead. */
static int64_t
draw_absence(struct kill *k)
{
    uint64_t d = rng_below(&k->s.r->rng, 40);

    if (d == 0)
        k->longer++;
    return d == 0 ? 3000 : d < 4 ? rng_between(&k->s.r->rng, 300, 900) : 0;
}

/* Notes who has died and who is back. */
static enum verdict
look(struct kill *k, size_t i)
{
    struct victim *v = &k->v[i];
    int64_t now = campaign_now_ms();
    int status;

    if (v->back_ms != 0) {
        if (now < v->back_ms)
            return CAMPAIGN_PASS;
        v->back_ms = 0;
        v->ready_by_ms = now + SIEGE_READY_MS;
        return cluster_launch(k->s.c, i) == 0 ? CAMPAIGN_PASS
                                            : campaign_fail(k->s.r, "no start");
    }
    if (cluster_ended(k->s.c, i, &status)) {
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            k->kills++;
            if (v->fault_ms == 0)
                v->fault_ms = checker_now_ms();
            checker_fault(k->s.r->checker, i, v->fault_ms, 0);
        } else if (!cluster_shut_out(k->s.c, i)) {
            return campaign_fail(k->s.r, "%s ended by itself, status %d",
                                 cluster_name(k->s.c, i), status);
        }
        v->ready_by_ms = 0;
        v->back_ms = now + draw_absence(k);
        return CAMPAIGN_PASS;
    }
    if (v->ready_by_ms != 0 && cluster_ready(k->s.c, i)) {
        checker_fault(k->s.r->checker, i, v->fault_ms, checker_now_ms());
        v->ready_by_ms = v->fault_ms = 0;
    }
    if (v->ready_by_ms != 0 && now > v->ready_by_ms)
        return campaign_fail(k->s.r, "%s does not start again",
                             cluster_name(k->s.c, i));
    return CAMPAIGN_PASS;
}

static bool
is_up(const struct kill *k, size_t i)
{
    return k->v[i].back_ms == 0 && k->v[i].ready_by_ms == 0;
}

/* The next kill: now, or left to the submitters. One in five strikes an agent
 * that is starting still. */
static void
strike(struct kill *k)
{
    struct rng *rng = &k->s.r->rng;
    int64_t now = campaign_now_ms();
    int armed = atomic_load(&k->armed);

    if (now < k->next_ms)
        return;
    if (armed == AIM_NONE && rng_chance(rng, 50)) {
        atomic_store(&k->armed,
                     rng_chance(rng, 50) ? AIM_ARRIVING : AIM_ANSWERED);
        k->next_ms = now + rng_between(rng, 1, 2 * GAP_MS) + ARM_MS;
        k->armed_ms = now;
        return;
    }
    atomic_store(&k->armed, AIM_NONE);
    size_t i = (size_t)rng_below(rng, NODES);
    if (k->v[i].back_ms == 0 && (is_up(k, i) || rng_chance(rng, 20)))
        cluster_signal(k->s.c, i, SIGKILL);
    k->next_ms = now + rng_between(rng, 1, 2 * GAP_MS);
}

/* An armed aim has been used: the next kill need not wait for its end. */
static void
watch_aims(struct kill *k)
{
    int64_t now = campaign_now_ms();
    int node = atomic_load(&k->shot);

    if (node != 0 && now >= atomic_load(&k->shot_ms)) {
        if (cluster_signal(k->s.c, (size_t)node - 1, SIGKILL))
            atomic_fetch_add(&k->hits, 1);
        atomic_store(&k->shot, 0);
    }
    if (k->armed_ms != 0 && atomic_load(&k->armed) == AIM_NONE) {
        k->armed_ms = 0;
        k->next_ms = now + rng_between(&k->s.r->rng, 1, 2 * GAP_MS);
    }
}

static enum verdict
torment(void *arg)
{
    struct kill *k = arg;
    uint64_t jobs = (uint64_t)k->s.r->events * JOBS_PER_KILL;

    while (k->kills < k->s.r->events ||
           checker_acknowledged(k->s.r->checker) < jobs) {
        for (size_t i = 0; i < NODES; i++) {
            enum verdict v = look(k, i);
            if (v != CAMPAIGN_PASS)
                return v;
        }
        watch_aims(k);
        strike(k);
        if (load_trouble(k->s.load)[0] != '\0')
            return campaign_fail(k->s.r, "%s", load_trouble(k->s.load));
        if (!campaign_sleep(1))
            return campaign_fail(k->s.r, "interrupted");
    }
    atomic_store(&k->armed, AIM_NONE);
    return CAMPAIGN_PASS;
}

/* No more faults: all are up again, and stay up. */
static enum verdict
recover(struct kill *k)
{
    int64_t until = campaign_now_ms() + SIEGE_READY_MS;
    size_t up = 0;

    while (up < NODES) {
        up = 0;
        for (size_t i = 0; i < NODES; i++) {
            enum verdict v = look(k, i);
            if (v != CAMPAIGN_PASS)
                return v;
            up += is_up(k, i) && cluster_pid(k->s.c, i) != 0;
        }
        if (campaign_now_ms() > until || !campaign_sleep(5))
            return campaign_fail(k->s.r, "the agents do not come back");
    }
    return CAMPAIGN_PASS;
}

static enum verdict
lift(void *arg, enum verdict v)
{
    struct kill *k = arg;

    if (v == CAMPAIGN_PASS)
        v = recover(k);
    campaign_faults(k->s.r, "%u kills, %u of them aimed at a submission, %u "
                    "for longer than dead_after", k->kills,
                    atomic_load(&k->hits), k->longer);
    return v;
}

static enum verdict
run(struct run *r)
{
    struct kill k = { .s.r = r };

    return siege_lay(&k.s, &(struct siege_plan){
        .cluster = { .n_nodes = NODES, .slow_disk = !r->quick_disk,
                     .ini = campaign_quick_timers },
        .load = { .submitters = 4, .readers = 1, .once_percent = 3,
                  .marked_percent = 12, .sleep_percent = 10, .pause_ms = 250,
                  .aim = take_aim, .aim_arg = &k },
        .arg = &k, .torment = torment, .lift = lift
    });
}

const struct campaign campaign_kill = {
    .name = "kill", .promise = "P1 P4", .ci = 100, .full = 2000,
    .programs = "", .run = run,
    .what = "SIGKILL of random agents, also aimed at submissions"
};
