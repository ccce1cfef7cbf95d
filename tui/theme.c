/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/theme.h"

enum { RED = 1, GREEN, YELLOW, MAGENTA = 5, CYAN, BRIGHT = 8,
       SKY = 75, AMBER = 214 };

static const struct look plain = { -1, 0 };

static struct look
mono(enum style s)
{
    switch (s) {
    case STYLE_TITLE: case STYLE_TAB: case STYLE_HIGH: case STYLE_REFUSED:
    case STYLE_LOST: case STYLE_ERROR:
        return (struct look){ -1, LOOK_REVERSE };
    case STYLE_ALARM:
        return (struct look){ -1, LOOK_REVERSE | LOOK_BOLD };
    case STYLE_LABEL: case STYLE_STALE: case STYLE_OLD: case STYLE_IDLE:
        return (struct look){ -1, LOOK_DIM };
    case STYLE_HEAD: case STYLE_MIDDLE: case STYLE_MARKED: case STYLE_WARN:
    case STYLE_CONFIRMED: case STYLE_KEY: case STYLE_BOLD:
        return (struct look){ -1, LOOK_BOLD };
    case STYLE_PENDING:
        return (struct look){ -1, LOOK_UNDERLINE };
    case STYLE_TEXT: case STYLE_LOW: case STYLE_PAUSE: case STYLE_DRAIN:
    case STYLE_START: case STYLE_BOX: case STYLES:
        break;
    }
    return plain;
}

/* The user's 16 colours; where there is no bright black: dim. */
static struct look
coloured(enum style s, int colours)
{
    const struct look dim = colours >= 16 ? (struct look){ BRIGHT, 0 }
                                          : (struct look){ -1, LOOK_DIM };
    switch (s) {
    case STYLE_LABEL: case STYLE_IDLE: case STYLE_OLD:
        return dim;
    case STYLE_LOW: case STYLE_CONFIRMED:
        return (struct look){ GREEN, 0 };
    case STYLE_MIDDLE: case STYLE_PAUSE: case STYLE_WARN: case STYLE_STALE:
        return (struct look){ YELLOW, 0 };
    case STYLE_HIGH: case STYLE_REFUSED:
        return (struct look){ RED, 0 };
    case STYLE_MARKED:
        return (struct look){ YELLOW, LOOK_BOLD };
    case STYLE_PENDING:
        return (struct look){ YELLOW, LOOK_UNDERLINE };
    case STYLE_DRAIN: case STYLE_START:
        return (struct look){ CYAN, 0 };
    case STYLE_LOST: case STYLE_ERROR:
        return (struct look){ RED, LOOK_BOLD };
    case STYLE_TITLE: case STYLE_ALARM: case STYLE_TAB: case STYLE_HEAD:
    case STYLE_KEY: case STYLE_BOLD:
        return mono(s);
    case STYLE_TEXT: case STYLE_BOX: case STYLES:
        break;
    }
    return plain;
}

/* Yellow cannot be read on white. */
static struct look
light(struct look l)
{
    if (l.colour == YELLOW)
        l.colour = MAGENTA;
    return l;
}

/* Blue and orange in place of green and red. */
static struct look
orange(struct look l, int colours)
{
    const bool many = colours >= 256;
    if (l.colour == GREEN)
        l.colour = many ? SKY : CYAN;
    else if (l.colour == YELLOW)
        l.colour = -1;
    else if (l.colour == RED)
        l = (struct look){ many ? AMBER : YELLOW,
                           (unsigned char)(l.attr | LOOK_BOLD) };
    return l;
}

static struct look
high(struct look l)
{
    if (l.colour == BRIGHT || (l.attr & LOOK_DIM) != 0)
        return plain;
    if (l.colour >= 0)
        l.attr |= LOOK_BOLD;
    return l;
}

struct look
theme_look(enum theme t, int colours, enum style s)
{
    if (colours < 8 || t == THEME_MONO)
        return mono(s);
    struct look l = coloured(s, colours);
    switch (t) {
    case THEME_LIGHT: return light(l);
    case THEME_ORANGE: return orange(l, colours);
    case THEME_HIGH: return high(l);
    case THEME_DEFAULT: case THEME_MONO: case THEMES: break;
    }
    return l;
}
