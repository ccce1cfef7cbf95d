/* SPDX-License-Identifier: MPL-2.0 */
/* self - what a node tells others about itself in every frame. */
#ifndef LB_SELF_H
#define LB_SELF_H

#include <stdint.h>

#include "proto/limits.h"
#include "proto/names.h"

struct self {
    struct node_id id;
    uint64_t incarnation, boot_id;
    int64_t start_us;       /* clock_us when this incarnation began */
    char name[NAME_MAX_BYTES + 1], cluster[NAME_MAX_BYTES + 1];
    char host[ENDPOINT_MAX_BYTES + 1];
    const char *version;
    uint16_t port;          /* base port; known once the sockets are bound */
};

#endif
