/* SPDX-License-Identifier: MPL-2.0 */
/* The table of campaigns. */
#include "tests/nemesis/campaigns.h"

const char campaign_quick_timers[] =
    "[peers]\nstate_interval = 250ms\nstale_after = 1s\ndead_after = 2s\n"
    "claim_interval = 500ms\nlease = 4s\n";

const struct campaign *const campaigns[] = {
    &campaign_disk,
    &campaign_full,
    &campaign_journal,
    &campaign_kill,
    &campaign_limits,
    &campaign_partition,
    &campaign_power,
    &campaign_stop,
    &campaign_rejoin,
    &campaign_boundary,
    &campaign_proxied,
    &campaign_clock,
    &campaign_signals,
    NULL
};
