/* SPDX-License-Identifier: MPL-2.0 */
/* The whole screen: which body goes into the frame, and what lies over it. */
#include "tui/frame.h"

enum { LEAST_WIDTH = 20, LEAST_HEIGHT = 4 };

/* Keys still work: one line says what is missing. */
static void
draw_too_small(struct canvas *c)
{
    canvas_print(c, 0, 0, STYLE_TEXT, "%dx%d needed, %dx%d here", LEAST_WIDTH,
                 LEAST_HEIGHT, c->width, c->height);
}

static void
draw_detail(struct view *v, const struct part *p)
{
    if (ui_context(v->u, v->m) & IN_LOST)
        screen_lost(v, p);
    else
        screen_detail(v, p);
}

static void
draw_body(struct view *v, const struct layout *l)
{
    enum screen s = v->u->screen;
    if (ui_context(v->u, v->m) & IN_FIRST && s != SCREEN_HELP &&
        s != SCREEN_SETUP) {
        screen_first(v, &l->body);
        return;
    }
    switch (s) {
    case SCREEN_NODES: screen_nodes(v, l); break;
    case SCREEN_JOBS: screen_jobs(v, &l->body); break;
    case SCREEN_MESSAGES: screen_messages(v, &l->body); break;
    case SCREEN_MAP: screen_map(v, &l->body, true); break;
    case SCREEN_DETAIL: draw_detail(v, &l->body); break;
    case SCREEN_WORK: screen_work(v, &l->body); break;
    case SCREEN_HELP: screen_help(v, &l->body); break;
    case SCREEN_SETUP: screen_setup(v, &l->body); break;
    case SCREENS_END: break;
    }
}

void
screen_draw(struct view *v)
{
    struct layout l;
    canvas_clear(v->c);
    if (v->c->width < LEAST_WIDTH || v->c->height < LEAST_HEIGHT) {
        draw_too_small(v->c);
        return;
    }
    frame_layout(v, &l);
    draw_body(v, &l);   /* before the tabs, which tell its rows */
    frame_draw(v, &l);
    if (v->u->menu.open)
        screen_menu(v);
    if (v->u->dialog.open && v->u->dialog.box)
        screen_dialog(v);
}
