/* SPDX-License-Identifier: MPL-2.0 */
/* Which screen is open: there and back. */
#include <string.h>

#include "tui/app_own.h"
#include "tui/setup_list.h"

void
screen_go(struct app *a, enum screen s)
{
    struct ui *u = &a->u;
    const struct note *newest = notes_at(a->live->notes, 0);

    if (s == u->screen)
        return;
    if (s == SCREEN_HELP || s == SCREEN_SETUP) {
        if (u->screen != SCREEN_HELP && u->screen != SCREEN_SETUP)
            u->back = u->screen;
        u->help_page = 0;
        memcpy(u->help_find, u->find, sizeof u->help_find);
    }
    if (s == SCREEN_MESSAGES && newest != NULL)
        u->read_note = newest->number;
    if (s == SCREEN_DETAIL || s == SCREEN_WORK) {
        u->detail_top = 0;
        a->detail_us = -1;
    }
    if (u->screen == SCREEN_MESSAGES && s != SCREEN_HELP)
        u->only = (struct node_id){ { 0 } };
    u->screen = s;
}

void
screen_node(struct app *a, const struct node_id *id)
{
    a->u.detail = *id;
    a->detail_us = -1;
    a->u.detail_top = 0;
    move_to_node(a, id);
    screen_go(a, SCREEN_DETAIL);
}

/* The message under the cursor: of a node, to that node. */
static void
open_message(struct app *a)
{
    struct ui *u = &a->u;
    const struct notes *notes = app_model(a)->notes;
    size_t row = 0, at = u->follow_messages ? 0 : u->messages.at;

    for (size_t i = 0; i < notes_count(notes); i++) {
        const struct note *n = notes_at(notes, i);
        if (!ui_note_shown(u, n))
            continue;
        if (row++ < at)
            continue;
        if (model_by_id(app_model(a), &n->node) != NULL)
            screen_node(a, &n->node);
        else
            ui_flash(u, app_now_us(a), "that message is of no node");
        return;
    }
}

static void
open_work(struct app *a)
{
    struct node *home;
    struct work *w;

    if (!ui_work(&a->u, app_model(a), &home, &w))
        return;
    a->u.work_home = home->id;
    a->u.work_number = w->number;
    screen_go(a, SCREEN_WORK);
}

void
screen_open(struct app *a)
{
    struct node *n = ui_node(&a->u, app_model(a));

    switch (a->u.screen) {
    case SCREEN_NODES:
    case SCREEN_MAP:
        if (n != NULL)
            screen_node(a, &n->id);
        break;
    case SCREEN_JOBS: open_work(a); break;
    case SCREEN_MESSAGES: open_message(a); break;
    case SCREEN_SETUP: screen_setup_change(a); break;
    case SCREEN_DETAIL: case SCREEN_WORK: case SCREEN_HELP:
    case SCREENS_END: break;
    }
}

/* One step each: what is not sent, what was found, the filter, the screen. */
void
screen_back(struct app *a)
{
    struct ui *u = &a->u;
    bool table = u->screen == SCREEN_NODES || u->screen == SCREEN_MAP;

    if (wishes_drop(a->wishes)) {
        ui_flash(u, app_now_us(a), "dropped: nothing was sent");
        return;
    }
    if (u->all_next) {
        u->all_next = false;
        return;
    }
    if (u->screen == SCREEN_MESSAGES && u->note_find[0] != '\0') {
        u->note_find[0] = '\0';
        return;
    }
    if (table && u->find[0] != '\0') {
        u->find[0] = '\0';
        return;
    }
    struct query **filter = ui_filter(u);
    if ((u->screen == SCREEN_NODES || u->screen == SCREEN_WORK ||
         ui_filtered(u) != NULL) && *filter != NULL) {
        query_free(*filter);
        *filter = NULL;
        u->sorted_us = u->jobs_sorted_us = 0;
        return;
    }
    if (u->screen == SCREEN_HELP || u->screen == SCREEN_SETUP)
        u->screen = u->back != 0 ? u->back : SCREEN_NODES;
    else
        screen_go(a, u->screen == SCREEN_WORK ? SCREEN_JOBS : SCREEN_NODES);
}

/* ---- setup ---- */

static void
change_column(struct ui *u, size_t c)
{
    bool on = u->columns_on[c] != 0 ||
              (!column_table[c].optional && u->columns_off[c] == 0);

    u->columns_on[c] = !on && column_table[c].optional;
    u->columns_off[c] = on && !column_table[c].optional;
}

static int64_t
next_refresh(int64_t us)
{
    static const int64_t steps[] = { 100000, 200000, 500000, 1000000, 2000000,
                                     5000000, 10000000, 30000000, 60000000 };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i] > us)
            return steps[i];
    return steps[0];
}

void
screen_setup_change(struct app *a)
{
    struct ui *u = &a->u;

    switch ((enum setup_row)u->setup.at) {
    case SETUP_THEME:
        u->theme = (enum theme)((u->theme + 1) % THEMES);
        app_simple(a, EFFECT_THEME, "");
        return;
    case SETUP_REFRESH: u->refresh_us = next_refresh(u->refresh_us); return;
    case SETUP_ASCII: u->ascii = !u->ascii; return;
    case SETUP_BRAILLE: u->braille = !u->braille; return;
    case SETUP_PANE: u->pane = !u->pane; return;
    case SETUP_METERS: u->meters = !u->meters; return;
    case SETUP_MOUSE:
        u->mouse = !u->mouse;
        app_simple(a, EFFECT_MOUSE, "");
        return;
    case SETUP_BELL: u->bell = !u->bell; return;
    case SETUP_COLUMN: break;
    }
    if (u->setup.at >= SETUP_COLUMN && u->setup.at < SETUP_COLUMN + COLUMNS_)
        change_column(u, u->setup.at - SETUP_COLUMN);
}
