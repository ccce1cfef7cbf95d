/* SPDX-License-Identifier: MPL-2.0 */
/* tui_desk - a model of five nodes, and how they are looked at. */
#ifndef LB_TUI_DESK_H
#define LB_TUI_DESK_H

#include "tests/unit/tui_nodes_help.h"
#include "tui/ui.h"

enum { S = 1000000 };

/* Nodes a b c d e with queues 50 40 30 20 10: in that order by default. */
struct desk {
    struct model *m;
    struct ui u;
    struct node *n[5];
};

static inline void
desk_init(struct desk *d)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };

    d->m = model_new(help_wall_ms);
    d->m->now_us = 30 * S;
    for (uint32_t i = 0; i < 5; i++) {
        d->n[i] = help_node(d->m, names[i]);
        d->n[i]->told.queued = 50 - 10 * i;
    }
    ui_init(&d->u);
}

static inline void
desk_fini(struct desk *d)
{
    ui_fini(&d->u);
    model_free(d->m);
}

#endif
