/* SPDX-License-Identifier: MPL-2.0 */
/* cmd - the commands of lbctl: each takes its words and options from `a` and
 * returns c->status. */
#ifndef LB_CMD_H
#define LB_CMD_H

#include "ctl/args.h"

int start_main(struct ctl *c, struct args *a);
int hold_main(struct ctl *c, struct args *a);
int priority_main(struct ctl *c, struct args *a);
int cancel_main(struct ctl *c, struct args *a);
int retry_main(struct ctl *c, struct args *a);
int wait_main(struct ctl *c, struct args *a);
int results_main(struct ctl *c, struct args *a);
int logs_main(struct ctl *c, struct args *a);
int list_main(struct ctl *c, struct args *a);
int show_main(struct ctl *c, struct args *a);
int explain_main(struct ctl *c, struct args *a);
int nodes_main(struct ctl *c, struct args *a);
int status_main(struct ctl *c, struct args *a);
int ping_main(struct ctl *c, struct args *a);
int throttle_main(struct ctl *c, struct args *a);
int pause_main(struct ctl *c, struct args *a);
int resume_main(struct ctl *c, struct args *a);
int drain_main(struct ctl *c, struct args *a);
int undrain_main(struct ctl *c, struct args *a);
int release_main(struct ctl *c, struct args *a);
int stop_main(struct ctl *c, struct args *a);
int policy_main(struct ctl *c, struct args *a);
int placement_main(struct ctl *c, struct args *a);
int rebalance_main(struct ctl *c, struct args *a);
int events_main(struct ctl *c, struct args *a);
int kinds_main(struct ctl *c, struct args *a);
int generate_main(struct ctl *c, struct args *a);
int config_main(struct ctl *c, struct args *a);
int top_main(struct ctl *c, struct args *a);
int completion_main(struct ctl *c, struct args *a);
int help_main(struct ctl *c, struct args *a);

extern const struct option_row start_options[], cancel_options[],
    retry_options[], wait_options[], results_options[], list_options[],
    nodes_options[], status_options[], ping_options[], throttle_options[],
    pause_options[], drain_options[], stop_options[], policy_options[],
    rebalance_options[], events_options[], generate_options[],
    config_options[], logs_options[];

/* Name of the user at this host, "kim@desk": by whom a change is. */
const char *who(char *dst, size_t cap);
const char *phase_name(unsigned phase);
const char *workload_state(const struct lb_workload_info *w);

#endif
