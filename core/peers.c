/* SPDX-License-Identifier: MPL-2.0 */
#include "core/peers.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

int
peers_find(const struct peers *p, const struct node_id *id)
{
    for (size_t i = 0; i < p->n; i++)
        if (node_id_equal(&p->v[i]->id, id))
            return (int)i;
    return -1;
}

int
peers_add(struct peers *p, const struct node_id *id)
{
    int i = peers_find(p, id);
    if (i >= 0)
        return i;
    if (p->n == PEERS_MAX)
        return -1;
    struct peer *peer = xcalloc(1, sizeof *peer);
    peer->id = *id;
    peer->next_b = 1;
    p->v[p->n] = peer;
    return (int)p->n++;
}

void
peers_fini(struct peers *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct peer *peer = p->v[i];
        for (struct batch *b = peer->outbox, *next; b != NULL; b = next) {
            next = b->next;
            free(b);
        }
        for (struct verdict *v = peer->verdicts, *next; v != NULL; v = next) {
            next = v->next;
            buf_fini(&v->items);
            free(v);
        }
        buf_fini(&peer->state_bytes);
        buf_fini(&peer->finals);
        free(peer);
    }
    p->n = 0;
}

void
peer_keep_state(struct peer *p, struct span body)
{
    struct msg m;

    buf_reset(&p->state_bytes);
    buf_bytes(&p->state_bytes, body.p, body.len);
    int err = msg_decode(MSG_STATE, buf_span(&p->state_bytes), &m);
    assert(err == 0);
    (void)err;
    p->state = m.state;
    p->has_state = true;
    span_copy(m.state.name, p->name, sizeof p->name);
}

uint64_t
peer_low(const struct peer *p)
{
    uint64_t low = p->next_b;
    for (const struct batch *b = p->outbox; b != NULL; b = b->next)
        if (b->b < low)
            low = b->b;
    return low;
}

void
joblist_push(struct joblist *l, struct job *j)
{
    j->next = NULL;
    j->prev = l->last;
    if (l->last != NULL)
        l->last->next = j;
    else
        l->first = j;
    l->last = j;
}

void
joblist_remove(struct joblist *l, struct job *j)
{
    if (j->prev != NULL)
        j->prev->next = j->next;
    else
        l->first = j->next;
    if (j->next != NULL)
        j->next->prev = j->prev;
    else
        l->last = j->prev;
    j->next = j->prev = NULL;
}
