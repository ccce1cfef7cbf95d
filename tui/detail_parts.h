/* SPDX-License-Identifier: MPL-2.0 */
/* detail_parts - what the screens of one node share. Pure. */
#ifndef LB_DETAIL_PARTS_H
#define LB_DETAIL_PARTS_H

#include "tui/screen.h"

/* Name, address, version, age, tags. */
void detail_head(struct view *v, int y, const struct node *n);
/* The longest its queue was of late, at least 1. */
double detail_queue_top(const struct model *m, const struct node *n);
/* A rule, then its messages. */
void detail_notes(struct view *v, int y, int end, const struct node *n);

#endif
