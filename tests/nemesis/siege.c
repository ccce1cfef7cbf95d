/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/siege.h"

enum verdict
siege_start(struct siege *s)
{
    return cluster_start(s->c, SIEGE_READY_MS) == 0
               ? CAMPAIGN_PASS
               : campaign_fail(s->r, "the agents do not find each other");
}

enum verdict
siege_look(struct siege *s, int64_t sleep_ms)
{
    for (size_t i = 0; i < cluster_size(s->c); i++)
        if (cluster_ended(s->c, i, NULL))
            return campaign_fail(s->r, "%s ended by itself",
                                 cluster_name(s->c, i));
    if (load_trouble(s->load)[0] != '\0')
        return campaign_fail(s->r, "%s", load_trouble(s->load));
    return campaign_sleep(sleep_ms) ? CAMPAIGN_PASS
                                    : campaign_fail(s->r, "interrupted");
}

static enum verdict
under_load(struct siege *s, const struct siege_plan *plan)
{
    struct load_plan load = plan->load;
    enum verdict v = plan->start != NULL ? plan->start(plan->arg)
                                         : siege_start(s);

    if (v != CAMPAIGN_PASS)
        return v;
    load.cluster = s->c;
    load.checker = s->r->checker;
    load.seed = s->r->seed;
    s->load = load_start(&load);
    v = plan->torment(plan->arg);
    load_stop(s->load);
    v = plan->lift(plan->arg, v);
    if (v == CAMPAIGN_PASS && load_collect(s->r, s->c, SIEGE_IDLE_MS) != 0)
        v = CAMPAIGN_FAIL;
    return v;
}

enum verdict
siege_lay(struct siege *s, const struct siege_plan *plan)
{
    struct cluster_plan cluster = plan->cluster;

    cluster.dir = s->r->dir;
    s->c = cluster_new(&cluster);
    if (s->c == NULL)
        return campaign_fail(s->r, "no cluster");
    enum verdict v = under_load(s, plan);
    load_free(s->load);
    cluster_free(s->c);
    return v;
}
