/* SPDX-License-Identifier: MPL-2.0 */
/* tui_canvas_help - what the tests of lbtop's drawing share: a canvas as text,
 * and a frame of cells round what is drawn that must stay blank. */
#ifndef LB_TUI_CANVAS_HELP_H
#define LB_TUI_CANVAS_HELP_H

#include <string.h>

#include "tui/canvas.h"

/* The rows as text, each ended by '\n'; valid until the next call. */
static inline const char *
canvas_text(const struct canvas *c, bool with_styles)
{
    static struct buf out;

    buf_reset(&out);
    canvas_dump(c, with_styles, &out);
    buf_u8(&out, 0);
    return (const char *)out.p;
}

/* Whether all cells outside of width x height at x, y are blank. */
static inline bool
blank_outside(const struct canvas *c, const int at[2], int width, int height)
{
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            bool inside = x >= at[0] && x < at[0] + width && y >= at[1] &&
                          y < at[1] + height;
            const struct cell *cell = &c->cell[y * c->width + x];
            if (!inside && (cell->ch != ' ' || cell->style != STYLE_TEXT))
                return false;
        }
    return true;
}

#endif
