/* SPDX-License-Identifier: MPL-2.0 */
#include "core/config.h"

#include "base/bug.h"

const char *const policy_names[] = { "hybrid", "sender", "receiver",
                                     "symmetric", "static", "none", 0 };
const char *const amount_names[] = { "half", "literal", "half_queue", "min",
                                     0 };
const char *const placement_names[] = { "local", "drain", "first_available",
                                        "round_robin", "least_load",
                                        "least_difference", 0 };

void
core_config_defaults(struct core_config *c)
{
    enum { SECOND = 1000 * 1000 };
    *c = (struct core_config){
        .slots = 1,
        .prefetch = 2,
        .throttle_percent = 100,
        .floor_percent = 1,
        .ceiling_percent = 100,
        .state_interval_us = 1 * SECOND,
        .stale_after_us = 3 * SECOND,
        .dead_after_us = 5 * SECOND,
        .claim_interval_us = 2 * SECOND,
        .lease_us = LB_BUG == 11 ? 1 * SECOND : 10 * SECOND,
        .shutdown_deadline_us = 30 * SECOND,
        .leave_deadline_us = 4 * SECOND,
        .queue_max_jobs = 1000 * 1000,
        .queue_max_bytes = 1ull << 30,
        .batch_jobs = 1000,
        .batch_bytes = 256 * 1024,
        .lost_limit = 3,
        .quarantine = 5,
        .file_wait_us = 30 * SECOND,
        .results_keep_us = 7ll * 24 * 3600 * SECOND,
        .results_max_bytes = 1ull << 30,
        .max_input_bytes = 2 * 1024 * 1024,
        .policy = { .name = POLICY_HYBRID,
                    .amount = AMOUNT_HALF,
                    .difference = 30,
                    .dead_rel = 0.5,
                    .min_push = 4,
                    .low_rtt = 4,
                    .max_moves = 8,
                    .bootstrap = true,
                    .retry_max_us = 1 * SECOND },
        .placement = PLACEMENT_LOCAL,
    };
}
