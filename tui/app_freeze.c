/* SPDX-License-Identifier: MPL-2.0 */
/* FROZEN: the screen looks at a copy of the model. */
#include "tui/app_own.h"

void
app_freeze(struct app *a, bool on)
{
    struct ui *u = &a->u;

    if (on == u->frozen)
        return;
    struct model *old = a->frozen;
    a->frozen = on ? model_copy(a->live) : NULL;
    u->frozen = on;
    u->frozen_us = app_now_us(a);
    ui_arrange(u, app_model(a), a->wishes); /* its lists name the other one */
    model_free(old);
}
