/* SPDX-License-Identifier: MPL-2.0 */
/* detail_parts - what the screens of one node share. Pure. */
#ifndef LB_DETAIL_PARTS_H
#define LB_DETAIL_PARTS_H

#include "tui/screen.h"

/* Name, address, version, age, tags. */
void detail_head(struct view *v, int y, const struct node *n);
/* A round number, no less than its queue was of late. */
double detail_queue_top(const struct model *m, const struct node *n);
/* "12 ms" "0.4 ms" "1.20s"; "-" below 0. dst: 24 bytes. */
void latency_text(char *dst, int64_t us);
/* A rule and its slots, or peers, in `most` rows at the utmost; the row after
 * them. */
int detail_slots(struct view *v, int y, int most, const struct node *n);
int detail_transfers(struct view *v, int y, int most, const struct node *n);
/* Rows that the transfers want. */
int detail_transfers_rows(const struct view *v, const struct node *n);
/* A rule, then its messages. */
void detail_notes(struct view *v, int y, int end, const struct node *n);

#endif
