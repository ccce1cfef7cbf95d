/* SPDX-License-Identifier: MPL-2.0 */
/* The mouse: it looks, and never sends a command. */
#include "tui/app_own.h"

enum { WHEEL = 3 };

static void
sort_by(struct ui *u, enum column c)
{
    if (column_table[c].type == COLUMN_SPARK)
        return;
    u->sort.down = u->sort.by == c ? !u->sort.down
                                   : column_table[c].type != COLUMN_TEXT;
    u->sort.by = c;
    u->sorted_us = 0;
}

/* A click on a node selects it; on the selected one, opens it. */
static void
click(struct app *a, int x, int y)
{
    struct canvas *c = canvas_new(a->u.width, a->u.height);
    struct view v = { .m = app_model(a), .w = a->wishes, .u = &a->u, .c = c };
    enum column head = COLUMNS_;
    enum screen tab = frame_tab_at(&v, x, y);
    struct node *n = NULL;

    if (tab == 0 && a->u.screen == SCREEN_NODES)
        n = nodes_at(&v, x, y, &head);
    canvas_free(c);
    if (tab != 0)
        screen_go(a, tab);
    else if (n != NULL && node_id_equal(&n->id, &a->u.cursor)) {
        if (!ui_unfold(&a->u, n))
            screen_node(a, &n->id);
    }
    else if (n != NULL)
        move_to_node(a, &n->id);
    else if (head < COLUMNS_)
        sort_by(&a->u, head);
}

bool
mouse_key(struct app *a, uint32_t key)
{
    int x, y;

    if (key == KEY_WHEEL_UP || key == KEY_WHEEL_DOWN) {
        for (int i = 0; i < WHEEL; i++)
            move_act(a, key == KEY_WHEEL_UP ? ACT_UP : ACT_DOWN);
        return true;
    }
    if (!key_click(key, &x, &y))
        return false;
    click(a, x, y);
    return true;
}
