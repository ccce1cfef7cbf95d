/* SPDX-License-Identifier: MPL-2.0 */
#include "core/node_names.h"

#include <string.h>

#include "core/record.h"

static void
save(struct core *c, const struct peer *p)
{
    struct buf body = { 0 };

    buf_bytes(&body, p->id.b, sizeof p->id.b);
    buf_span8(&body, span_str(p->name));
    out_save(&c->out, SAVE_NODE, c->name_rows, &body);
    buf_fini(&body);
}

void
node_names_save(struct core *c, uint16_t node)
{
    struct peer *p = peer_at(c, node);

    if (node == 0 || p->name_saved || p->name[0] == '\0')
        return;
    p->name_saved = true;
    if (c->name_rows == 0)
        c->name_rows = NODE_ROWS;
    save(c, p);
}

void
node_names_replay(struct core *c, uint32_t rows, struct span body)
{
    struct reader r;

    reader_init(&r, body);
    (void)reader_bytes(&r, sizeof(struct node_id));
    (void)reader_span8(&r);
    if (r.bad || reader_left(&r) > 0) {
        c->dropped++;
        return;
    }
    c->name_rows = rows;
    c->n_names++;
    buf_bytes(&c->names, body.p, body.len);
}

/* False: nothing more. *known: that node has results, and had no name yet. */
static bool
take_next(struct core *c, struct reader *r, bool *known)
{
    struct node_id id;
    const uint8_t *bytes = reader_bytes(r, sizeof id.b);
    struct span name = reader_span8(r);

    if (r->bad)
        return false;
    memcpy(id.b, bytes, sizeof id.b);
    int i = peers_find(&c->peers, &id);
    *known = i > 0 && !peer_at(c, (uint16_t)i)->name_saved;
    if (i <= 0)
        return true;
    struct peer *p = peer_at(c, (uint16_t)i);
    span_copy(name, p->name, sizeof p->name);
    p->name_saved = true;
    return true;
}

void
node_names_started(struct core *c)
{
    const uint32_t before = c->name_rows;
    struct reader r;
    uint32_t n = 0;
    bool known;

    reader_init(&r, buf_span(&c->names));
    while (take_next(c, &r, &known))
        n += known;
    buf_fini(&c->names);
    if (n == c->n_names)
        return;
    /* Others than those that count: these are saved anew, then all go. */
    c->name_rows = before == NODE_ROWS ? NODE_ROWS + 1 : NODE_ROWS;
    for (uint16_t i = 1; i < c->peers.n; i++)
        if (peer_at(c, i)->name_saved)
            save(c, peer_at(c, i));
    if (before != 0)
        out_add(&c->out, ACT_FORGET)->forget = before;
}
