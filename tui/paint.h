/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paint - the style in which a cell goes to the terminal: its own, but where
 * another one looks the same and takes fewer bytes. Pure.
 */
#ifndef LB_PAINT_H
#define LB_PAINT_H

#include "tui/theme.h"

/* Of cell x of a row of `width` cells; `look` has STYLES entries.
 * A blank between two words of one style has their style, if nobody can see
 * it. In the row of the cursor bars, labels and numbers have no colours of
 * their own, only words that tell something have. */
enum style paint_style(const struct look *look, const struct cell *row, int x,
                       int width);

#endif
