/* SPDX-License-Identifier: MPL-2.0 */
/* Keys at a closed group of the tree. */
#include "base/text.h"
#include "tui/app_own.h"

/* What is for the node under the cursor alone and changes nothing there. */
static bool
is_for_one(enum act act)
{
    return act == ACT_MARK || act == ACT_FOLLOW_NODE || act == ACT_FORGET ||
           act == ACT_HIDE;
}

bool
fold_refuses(struct app *a, char *err)
{
    static const char why[] = "this is a closed group: Enter opens it";
    const struct ui *u = &a->u;
    const struct node *n = ui_node(u, app_model(a));

    if (u->screen != SCREEN_NODES || n == NULL || !ui_is_closed(u, n))
        return false;
    if (err != NULL)
        text_add(err, ERR_MAX, "%s", why);
    else
        ui_flash(&a->u, app_now_us(a), "%s", why);
    return true;
}

bool
fold_key(struct app *a, const struct key_row *row)
{
    struct ui *u = &a->u;
    const struct node *n = ui_node(u, app_model(a));

    if (u->screen != SCREEN_NODES || !u->tree)
        return false;
    if (row->act == ACT_FOLD_ALL) {
        ui_fold(u);
        ui_flash(u, app_now_us(a), u->folded
                 ? "groups are closed: Enter opens one, * all"
                 : "all groups are open");
        return true;
    }
    if (row->act == ACT_OPEN && n != NULL)
        return ui_unfold(u, n);
    return is_for_one(row->act) && fold_refuses(a, NULL);
}
