/* SPDX-License-Identifier: MPL-2.0 */
/* links_parts - what the files of links share; for nobody else. */
#ifndef LB_LINKS_PARTS_H
#define LB_LINKS_PARTS_H

#include "agent/links.h"

#define SECOND_US INT64_C(1000000)
#define PING_TAG (UINT64_C(0xb7) << 56) /* no clock of a core gets there */

struct link {
    uint32_t number;            /* of the link, for its PINGs */
    bool fixed;                 /* configured */
    bool known, myself, left;
    struct node_id id;          /* known */
    uint64_t incarnation, boot_id, state_inc, state_seq, seq;
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port;              /* where it is dialled */
    char fixed_host[ENDPOINT_MAX_BYTES + 1];
    uint16_t fixed_port;
    bool pub_connected;
    void *push;
    int64_t used_us, heard_us, state_us, hello_us, dialled_us;
    struct packet *first, *last;
    size_t n_queued, queued_bytes;
    int64_t blocked_us, retry_us;
};

struct links {
    struct links_options o;
    uint64_t ping;              /* PING_TAG and what no copy of this node has;
                                   the lower half is for the number */
    size_t n;
    struct link **v;            /* [o.max] */
    uint32_t last_number;
    int64_t next_us;            /* of links_tick */
    struct links_counts total;
};

struct link *link_by_id(const struct links *l, const struct node_id *id);
/* Whether it was heard lately; whether it should be told HELLO. */
bool link_alive(const struct links *l, const struct link *k, int64_t now_us);
bool link_wants_state(const struct links *l, const struct link *k,
                      int64_t now_us);
void link_set_place(struct link *k, const char *host, uint16_t port);
void link_drop(struct links *l, struct link *k);
/* Opens what is not open towards it; closes it; empties its queue. */
void link_dial(struct links *l, struct link *k, int64_t now_us);
void link_undial(struct links *l, struct link *k);
void link_drop_queue(struct links *l, struct link *k);

#endif
