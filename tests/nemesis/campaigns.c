/* SPDX-License-Identifier: MPL-2.0 */
/* The table of campaigns. */
#include "tests/nemesis/campaigns.h"

const struct campaign *const campaigns[] = {
    &campaign_kill,
    NULL
};
