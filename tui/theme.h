/* SPDX-License-Identifier: MPL-2.0 */
/*
 * theme - what each style looks like: colours by their numbers and attributes,
 * in each scheme and for what the terminal can do. Pure.
 *
 * No plain dark blue, no truecolor. Colour never carries meaning alone.
 */
#ifndef LB_THEME_H
#define LB_THEME_H

#include "tui/canvas.h"

enum theme { THEME_DEFAULT = 0, THEME_MONO, THEME_LIGHT, THEME_ORANGE,
             THEME_HIGH, THEMES };
const char *theme_name(enum theme t);

enum look_attr { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4,
                 LOOK_UNDERLINE = 8 };
struct look {
    short colour;           /* of the foreground; -1: the terminal's own */
    unsigned char attr;     /* enum look_attr */
};

/* `colours`: 0 none, 8, 16, 256. */
struct look theme_look(enum theme t, int colours, enum style s);

#endif
