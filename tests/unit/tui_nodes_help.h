/* SPDX-License-Identifier: MPL-2.0 */
/* tui_nodes_help - a model with nodes of which a test sets the numbers. */
#ifndef LB_TUI_NODES_HELP_H
#define LB_TUI_NODES_HELP_H

#include <string.h>

#include "base/text.h"
#include "tui/model_own.h"

/* 2026-11-20T14:02:37.114Z, at lbtop's time 0. */
static const int64_t help_wall_ms = INT64_C(1795183357114);

/* A live node whose state came right now: hybrid, throttle 80 %, 8 slots. */
static inline struct node *
help_node(struct model *m, const char *name)
{
    struct node_id id = { .b = { (uint8_t)((m->n + 1) >> 8),
                                 (uint8_t)(m->n + 1), 9 } };
    struct node *n = node_add(m, &id);

    index_name(m, n, name);
    node_see(m, n, SEEN_LIVE);
    n->heard_us = n->direct_us = m->now_us;
    n->done_s = n->in_s = n->out_s = 0;
    n->told = (struct state){ .phase = PHASE_RUN, .throttle_percent = 80,
                              .floor_percent = 10, .ceiling_percent = 100,
                              .interval_ms = 1000, .dead_after_ms = 5000,
                              .slots = 8, .drain_us = UINT64_MAX };
    text_add(n->policy, sizeof n->policy, "hybrid");
    return n;
}

static inline void
help_text(char *dst, size_t cap, const char *text)
{
    dst[0] = '\0';
    text_add(dst, cap, "%s", text);
}

#endif
