/* SPDX-License-Identifier: MPL-2.0 */
/* campaigns - one line for each file that has one. */
#ifndef LB_NEMESIS_CAMPAIGNS_H
#define LB_NEMESIS_CAMPAIGNS_H

#include "tests/nemesis/campaign.h"

extern const struct campaign campaign_disk;
extern const struct campaign campaign_full;
extern const struct campaign campaign_journal;
extern const struct campaign campaign_kill;
extern const struct campaign campaign_limits;
extern const struct campaign campaign_partition;
extern const struct campaign campaign_power;
extern const struct campaign campaign_stop;
extern const struct campaign campaign_rejoin;
extern const struct campaign campaign_boundary;
extern const struct campaign campaign_proxied;
extern const struct campaign campaign_clock;
extern const struct campaign campaign_signals;

#endif
