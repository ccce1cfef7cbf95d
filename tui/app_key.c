/* SPDX-License-Identifier: MPL-2.0 */
/* Keys: who gets them, from the innermost question to the screen. */
#include <string.h>

#include "tui/app_own.h"

static void
unknown_key(struct app *a, uint32_t key)
{
    char name[16];

    if (a->unknown_us >= 0 && app_now_us(a) - a->unknown_us < SECOND_US)
        return;
    a->unknown_us = app_now_us(a);
    if (key == KEY_UNKNOWN)
        ui_flash(&a->u, app_now_us(a), "that key does nothing here (? help)");
    else {
        key_text(key, name);
        ui_flash(&a->u, app_now_us(a), "%s does nothing here (? help)", name);
    }
    if (a->u.bell)
        app_simple(a, EFFECT_BEEP, "");
}

/* On the help screen any key closes it that does not move or find. */
static bool
help_key(struct app *a, const struct key_row *row)
{
    if (a->u.screen != SCREEN_HELP)
        return false;
    if (row != NULL &&
        ((row->act >= ACT_UP && row->act <= ACT_RIGHT) ||
         row->act == ACT_FIND || row->act == ACT_FIND_NEXT ||
         row->act == ACT_FIND_PREVIOUS || row->act == ACT_QUIT_NOW ||
         row->act == ACT_SUSPEND || row->act == ACT_REDRAW ||
         row->act == ACT_COMMAND || row->act == ACT_WRITE))
        return false;
    screen_back(a);
    return true;
}

static void
take_key(struct app *a, uint32_t key)
{
    struct ui *u = &a->u;

    if (u->dialog.open) {
        app_dialog_key(a, key);
        return;
    }
    if (key == 3) { /* ^C: out of everything */
        app_simple(a, EFFECT_QUIT, "");
        return;
    }
    if (u->menu.open && app_menu_key(a, key))
        return;
    if (u->prompt.use != PROMPT_NONE) {
        prompt_take(a, key);
        return;
    }
    if (mouse_key(a, key))
        return;
    const struct key_row *row = key_find(key, ui_context(u, app_model(a)));
    if (help_key(a, row))
        return;
    if (row == NULL) {
        unknown_key(a, key);
        return;
    }
    u->flash[0] = '\0';
    if (row->changes && row->act < ACT_START_WORK && target_moved(a, NULL))
        return;
    if (row->changes && a->u.screen == SCREEN_JOBS && a->job_gone) {
        ui_flash(&a->u, app_now_us(a), "that workload is gone: nothing sent");
        return;
    }
    if (!fold_key(a, row))
        app_act(a, row);
}

/* Where the key moves the cursor is where the operator wants it; where the
 * list moves it he has to see first. A workload he has seen is meant, wherever
 * the list has put it. */
void
app_key(struct app *a, uint32_t key)
{
    if (key == 0)
        return;
    ui_arrange(&a->u, app_model(a), a->wishes);
    bool known = node_id_equal(&a->u.cursor, &a->seen);
    a->job_gone = !ui_hold_job(&a->u);
    take_key(a, key);
    if (known)
        a->seen = a->u.cursor;
    if (a->u.screen == SCREEN_JOBS)
        ui_saw_job(&a->u);
}

void
app_paste(struct app *a, struct span text)
{
    if (a->u.prompt.use == PROMPT_NONE) {
        ui_flash(&a->u, app_now_us(a), "paste ignored");
        return;
    }
    prompt_paste(&a->u.prompt, (const char *)text.p, text.len);
    if (!a->u.dialog.open)
        prompt_changed(a);
}
