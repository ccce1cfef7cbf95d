/* SPDX-License-Identifier: MPL-2.0 */
/* The way in: which of the control connections it is. */
#include <string.h>

#include "base/text.h"
#include "tui/net_own.h"

static bool
is_tried(const struct net *n, const char *where)
{
    for (size_t i = 0; i < WAYS_ALL; i++)
        if (n->control[i]->state != CONTROL_IDLE &&
            strcmp(n->control[i]->where, where) == 0)
            return true;
    return false;
}

/* Another live member in place of the way in. */
static void
seek_spare(struct net *n, const struct model *m, struct control *c)
{
    char where[DIAL_WHERE_MAX];

    for (size_t i = 0; i < m->n; i++) {
        const struct node *k = m->node[(n->spare_at + i) % m->n];
        if (!node_is_up(k) || !member_address(k, 0, where, sizeof where) ||
            is_tried(n, where + strlen("tcp://")))
            continue;
        n->spare_at = (n->spare_at + i + 1) % m->n;
        if (control_set_where(c, where + strlen("tcp://")))
            control_begin(n, c);
        return;
    }
}

/* A name that the members know need not be one that the resolver knows. */
static void
place_by_name(const struct model *m, struct control *c)
{
    const struct node *k = model_by_name(m, c->where);

    if (k == NULL || strcmp(k->name, c->where) != 0 || k->told.port == 0 ||
        k->host[0] == '\0')
        return;
    c->host[0] = '\0';
    text_add(c->host, sizeof c->host, "%s", k->host);
    c->port = k->told.port + CONTROL_OFFSET;
}

static void
seek_way_in(struct net *n, const struct model *m)
{
    for (size_t i = 0; i < WAYS_ALL; i++) {
        struct control *c = n->control[i];
        bool due = c->state == CONTROL_IDLE ||
                   (c->state == CONTROL_FAILED &&
                    (n->retry || n->now_us >= c->until_us));
        if (!due)
            continue;
        c->state = CONTROL_IDLE;
        if (i >= WAYS_KEPT)
            seek_spare(n, m, c);
        else if (c->host[0] != '\0') {
            place_by_name(m, c);
            control_begin(n, c);
        }
    }
}

void
ways_look(struct net *n, const struct model *m)
{
    const struct node *k = n->way_in == NULL
                               ? NULL
                               : model_by_id(m, &n->way_in->id);

    if (k != NULL && k->seen == SEEN_GONE)
        control_leave_way_in(n, "it left");
    else if (k != NULL && k->seen == SEEN_LOST &&
             n->now_us - n->answered_us > 4 * HELLO_US)
        control_leave_way_in(n, "time-out");
    if (n->way_in == NULL)
        seek_way_in(n, m);
    n->retry = false;
}

void
net_connect(struct net *n, const char *where)
{
    struct control *c = n->control[0];

    if (n->way_in != NULL)
        control_leave_way_in(n, "another was chosen");
    for (size_t i = 0; i < WAYS_ALL; i++) {
        control_shut(n, n->control[i]);
        n->control[i]->state = CONTROL_FAILED;
        n->control[i]->until_us = n->now_us + HELLO_US;
    }
    c->back_off_us = 0;
    c->state = CONTROL_IDLE;    /* the next look begins it */
    n->look_us = 0;
    if (!control_set_where(c, where))
        control_fail(n, c, "neither HOST[:PORT] nor ipc://PATH");
}
