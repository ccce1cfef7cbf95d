/* SPDX-License-Identifier: MPL-2.0 */
/*
 * screen - draws what the operator sees: model, wishes and ui in, canvas out.
 *
 * Pure; one file a screen. Each line is exactly as wide as the canvas, at any
 * size from 1x1 up: parts give way in the order of frame.c.
 */
#ifndef LB_SCREEN_H
#define LB_SCREEN_H

#include "tui/canvas.h"
#include "tui/glyph.h"
#include "tui/ui.h"

struct view {               /* what a screen is drawn from; borrowed */
    const struct model *m;
    const struct wishes *w;
    struct ui *u;           /* list.rows and list.top are set by drawing */
    struct canvas *c;
};

/* The whole screen: frame, the screen of u->screen, dialog, menu, prompt. */
void screen_draw(struct view *v);

/* ---- frame.c: title, meters, tabs, messages pane, flash, function bar ---- */

/* Which rows belong to what; n = 0: not shown. */
struct part { int y, n; };
struct layout {
    struct part title, meters, tabs, map, heads, body, notes, flash, bar;
};
void frame_layout(const struct view *v, struct layout *out);
void frame_draw(struct view *v, const struct layout *l);
/* Title of detail screens: " lbtop  prod-a > WHERE ... LIVE 1s  14:02:37 ".
 * frame_draw has drawn it: screens need not. */
void frame_title(struct view *v, int y, const char *where);
/* "1 Nodes 12", for the mouse: the screen whose tab is at x; 0: none. */
enum screen frame_tab_at(const struct view *v, int x, int y);

/* ---- the screens: draw into rows y .. y + n - 1 ---- */

void screen_nodes(struct view *v, const struct layout *l);  /* cards or table */
void screen_cards(struct view *v, const struct part *p);
void screen_map(struct view *v, const struct part *p, bool whole);
void screen_detail(struct view *v, const struct part *p);
void screen_lost(struct view *v, const struct part *p);
void screen_jobs(struct view *v, const struct part *p);
void screen_work(struct view *v, const struct part *p);
void screen_messages(struct view *v, const struct part *p);
void screen_help(struct view *v, const struct part *p);
void screen_setup(struct view *v, const struct part *p);
void screen_first(struct view *v, const struct part *p);
void screen_dialog(struct view *v);
void screen_menu(struct view *v);

/* THROTTLE of a node as 6.1 draws it: "80→70…", "70% ✓", "(50%)". Returns
 * its columns. */
int draw_throttle(struct view *v, int x, int y, int width,
                  const struct node *n);
/* Row y and column of a click on the nodes table: the node, or the column
 * whose head was hit. */
struct node *nodes_at(const struct view *v, int x, int y,
                      enum column *head);

#endif
