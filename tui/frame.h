/* SPDX-License-Identifier: MPL-2.0 */
/*
 * frame - the parts of the frame among themselves (frame*.c): what stands on
 * each screen round its body.
 *
 * Pure. Each draws into the rows that it is given and nowhere else.
 */
#ifndef LB_FRAME_PARTS_H
#define LB_FRAME_PARTS_H

#include "tui/screen.h"

enum { FRAME_WIDE = 120 };      /* columns from which there is room for more */

/* Title of the screens with tabs, from the totals. */
void frame_cluster_title(struct view *v, int y);
/* Title while no node is known: " lbtop   no node ...". */
void frame_empty_title(struct view *v, int y);
void frame_meters(struct view *v, const struct part *p);
void frame_tabs(struct view *v, int y);
/* A rule, then the newest messages. */
void frame_notes(struct view *v, const struct part *p);
/* Prompt, question, flash or what is under way; leaves the row as it is when
 * there is nothing to say. */
void frame_flash(struct view *v, int y);
/* Whether frame_flash would draw anything. */
bool frame_says(const struct view *v);
void frame_bar(struct view *v, int y);

/* ---- small things that several parts and screens use ---- */

/* Text in `width` columns; one that is longer ends in the ellipsis. Returns
 * the columns used. */
int put_cut(struct canvas *c, int x, int y, int width, enum style style,
            const char *text);
/* A message in `width` columns: of one that is longer words without digits
 * are left out, or else its middle. Returns the columns used. */
enum { SHORT_MAX = 600 };
int put_short(struct canvas *c, int x, int y, int width, enum style style,
              const char *text);
/* A text broken at blanks into at most `rows` rows from y on, the last one as
 * of put_short; those after the first stand two columns further in. Returns
 * the rows used. */
struct text_box { int x, y, width, rows; };
int put_wrapped(struct canvas *c, const struct text_box *at, enum style style,
                const char *text);
/* Bytes of a text that fit `width` columns, up to a blank where there is one.
 * At least one. */
size_t wrap_bytes(const char *text, int width);
/* Columns of a string. */
int columns_of(const char *text);
/* Right-aligned so that the last column is the one before `end`. */
void put_left_of(struct canvas *c, int end, int y, enum style style,
                 const char *text);
/* First row of a box so high: in the middle, but below the row of the cursor
 * if that leaves it to be seen. */
int box_row(const struct canvas *c, int rows);
/* Nodes that are not hidden. */
size_t nodes_visible(const struct model *m);
/* Whether nodes are shown as cards in `rows` rows: 1 to 4 of them, and room. */
bool nodes_as_cards(const struct view *v, int rows);
enum { CARD_ROWS = 5, CARD_CHARTS = 12 };
/* Rows of one card, CARD_CHARTS with charts, when `rows` are there for all. */
int card_rows(const struct view *v, int rows);
/* 1, 2, 4 or 8 times a power of ten, at least `most`: a scale that stays for a
 * while. */
double round_scale(double most);
/* Values of a ring that a cell of a sparkline or chart holds. */
int values_a_cell(const struct canvas *c);
/* Up to when a ring is shown: its newest value rather than now, so that there
 * is no blank at the right edge while the next one is on its way. */
int64_t recent_us(const struct ring *r, int64_t now_us);
/* A sparkline of buckets, as many as there are for the columns at a place;
 * `top` as of draw_spark. */
struct cells { int x, y, width; };
void draw_recent(struct view *v, struct cells at, const struct ring *r,
                 double top);
/* The same of a trail, as it is at a bucket. */
void draw_trail(struct view *v, struct cells at, const struct trail *t,
                int64_t bucket, double top);
/* Says that the filter matches nothing. */
void draw_no_match(struct view *v, const struct part *p);
/* Rows that the map strip wants for its cells in a screen so wide, at most
 * 8. */
int map_rows(const struct view *v);
/* The node whose cell is at x, y of the map in `p` (of several in a cell the
 * worst one); NULL: none. */
struct node *map_node_at(const struct view *v, const struct part *p, int x,
                         int y);

#endif
