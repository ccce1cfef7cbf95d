/* SPDX-License-Identifier: MPL-2.0 */
/* net_parts - what the files of net share; for nobody else. */
#ifndef LB_NET_PARTS_H
#define LB_NET_PARTS_H

#include <zmq.h>

#include "agent/clients.h"
#include "agent/links.h"
#include "agent/net.h"
#include "agent/sockets.h"

enum { STRANGERS_MAX = 64 };

struct net {
    void *context, *bound[BOUND_SOCKETS];
    struct self *self;
    struct links *links;
    struct clients *clients;
    struct frame_codec *codec;
    enum frame_compress compress;
    int level;
    uint64_t publish_seq[256];
    /* the message that net_receive has given out */
    zmq_msg_t part;
    unsigned left[BOUND_SOCKETS];   /* of BATCH, in this turn */
    bool deaf;
    uint64_t gone;          /* a client that had to make room */
    struct net_counts count;
    uint64_t rejects_said;
    int64_t warn_us;
    struct stranger stranger[STRANGERS_MAX];
    size_t n_strangers;
};

#endif
