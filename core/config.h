/* SPDX-License-Identifier: MPL-2.0 */
/* config - what the core is told about itself. Plain values; the shell has
 * checked the ranges (node.ini). */
#ifndef LB_CORE_CONFIG_H
#define LB_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "proto/names.h"

enum policy {
    POLICY_HYBRID = 1, POLICY_SENDER, POLICY_RECEIVER, POLICY_SYMMETRIC,
    POLICY_STATIC, POLICY_NONE
};
enum amount { AMOUNT_HALF = 1, AMOUNT_LITERAL, AMOUNT_HALF_QUEUE, AMOUNT_MIN };
enum placement {
    PLACEMENT_LOCAL = 1, PLACEMENT_DRAIN, PLACEMENT_FIRST_AVAILABLE,
    PLACEMENT_ROUND_ROBIN, PLACEMENT_LEAST_LOAD, PLACEMENT_LEAST_DIFFERENCE
};

struct policy_config {
    enum policy name;
    enum amount amount;
    uint32_t difference;            /* jobs */
    uint32_t queue_max, queue_min;  /* 0 off */
    double dead_rel;
    uint32_t min_push, low_rtt;
    uint8_t max_moves;
    bool bootstrap, duplicate;
    int64_t retry_max_us;
};

struct core_config {
    struct node_id id;
    uint64_t incarnation;           /* 1.. , grows; below 2^32; not below the
                                       time in seconds of this start */
    char name[NAME_MAX_BYTES + 1];
    char cluster[NAME_MAX_BYTES + 1];
    char host[ENDPOINT_MAX_BYTES + 1];  /* told to peers and clients */
    char kinds[KINDS_MAX_BYTES];    /* blank-separated; what is run here */
    char own_kinds[64];             /* likewise, only for workloads of this
                                       home; no peer is told */
    const char *own_text;           /* NULL, or descriptions of own kinds
                                       (kinds/own.h), one behind the other,
                                       each from its line "name=" on; outlives
                                       the core */
    char tags[256], version[32];
    uint16_t port;
    uint64_t boot_id;
    uint16_t slots, prefetch;       /* prefetch: jobs ready per slot */
    uint8_t throttle_percent, floor_percent, ceiling_percent;
    bool throttle_persist;          /* what is set live outlives a restart */
    int64_t state_interval_us, stale_after_us, dead_after_us;
    int64_t claim_interval_us, lease_us;
    int64_t shutdown_deadline_us, leave_deadline_us;
    uint32_t queue_max_jobs;
    uint64_t queue_max_bytes;
    uint32_t batch_jobs, batch_bytes;
    uint8_t retries, lost_limit;    /* jobs.retries, jobs.lost_limit */
    uint16_t quarantine;            /* jobs.quarantine; 0 off */
    uint64_t timeout_us;            /* jobs.timeout; 0 none */
    int64_t file_wait_us;           /* for a node that reads a job's file */
    int64_t results_keep_us;
    uint64_t results_max_bytes;
    uint32_t max_input_bytes;
    struct policy_config policy;
    enum placement placement;
    double placement_max_load;
};

/* The defaults of node.ini; id, incarnation and names are left zero. */
void core_config_defaults(struct core_config *c);

extern const char *const policy_names[];    /* by enum - 1, NULL-ended */
extern const char *const amount_names[];
extern const char *const placement_names[];

#endif
