/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/packet.h"

#include <stdlib.h>

#include "base/xalloc.h"

struct packet *
packet_new(enum packet_kind kind)
{
    struct packet *p = xcalloc(1, sizeof *p);
    p->kind = kind;
    return p;
}

void
packet_free(struct packet *p)
{
    if (p == NULL)
        return;
    buf_fini(&p->frame);
    free(p->order);
    free(p);
}
