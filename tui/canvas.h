/* SPDX-License-Identifier: MPL-2.0 */
/*
 * canvas - an array of cells: what a screen looks like, before any terminal.
 *
 * Pure. Text goes in as UTF-8 from anywhere, also from the network: what is
 * not UTF-8, control characters and bidirectional controls become '?', a wide
 * character takes two cells or, where only one is left, none (a blank). What
 * lies outside the canvas is cut by columns, never inside a character.
 */
#ifndef LB_CANVAS_H
#define LB_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What a cell means; term.c gives it colours and attributes by scheme. */
enum style {
    STYLE_TEXT = 0,
    STYLE_TITLE,        /* the title bar */
    STYLE_ALARM,        /* title bar of FROZEN and REPLAY: reverse throughout */
    STYLE_LABEL,        /* rules, labels, rest of a bar, disabled keys: dim */
    STYLE_HEAD,         /* column heads */
    STYLE_LOW, STYLE_MIDDLE, STYLE_HIGH,    /* bars */
    STYLE_MARKED,
    STYLE_IDLE, STYLE_PAUSE, STYLE_DRAIN, STYLE_START,
    STYLE_STALE, STYLE_LOST, STYLE_ERROR, STYLE_WARN,
    STYLE_OLD,          /* numbers of a node that is stale or lost */
    STYLE_PENDING, STYLE_CONFIRMED, STYLE_REFUSED,
    STYLE_KEY,          /* names of keys in the function bar */
    STYLE_TAB,          /* the tab that is open */
    STYLE_BOX,          /* a dialog */
    STYLE_BOLD,
    STYLES
};
const char *style_name(enum style s);   /* "pending": tests, setup file */

enum { CELL_CURSOR = 1 };   /* flag: in the row of the cursor */

struct cell {
    uint32_t ch;        /* code point; 0: right half of a wide one */
    uint8_t style;      /* enum style */
    uint8_t flags;
};

enum { CANVAS_MAX_WIDTH = 1000, CANVAS_MAX_HEIGHT = 500 };

struct canvas {
    int width, height;  /* at least 1 */
    bool ascii;         /* symbols are plain (glyph.h) */
    bool braille;       /* sparklines and charts in braille */
    int cursor_x, cursor_y; /* of an input line; -1: not shown */
    struct cell *cell;  /* [height * width], row by row */
};

/* Blank. Sizes are cut into 1..MAX. Free with canvas_free. */
struct canvas *canvas_new(int width, int height);
void canvas_free(struct canvas *c);
/* Makes all blank and hides the cursor. */
void canvas_clear(struct canvas *c);

/* Puts text at column x of row y, at most `width` columns of it (< 0: up to
 * the edge). Returns the columns used. x or y outside: nothing is put. */
int canvas_put(struct canvas *c, int x, int y, int width, enum style style,
               const char *text);
int canvas_span(struct canvas *c, int x, int y, int width, enum style style,
                struct span text);
/* As printf, up to 1 KiB. Returns the columns used. */
int canvas_print(struct canvas *c, int x, int y, enum style style,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Right-aligned: the last column is x + width - 1. */
void canvas_right(struct canvas *c, int x, int y, int width, enum style style,
                  const char *text);
/* Text that is wider than `width` loses its middle ("alph..017" with the
 * ellipsis of glyph.h). Returns the columns used. */
int canvas_middle(struct canvas *c, int x, int y, int width, enum style style,
                  const char *text);
/* Fills with one character of width 1. */
void canvas_fill(struct canvas *c, int x, int y, int width, enum style style,
                 const char *symbol);
/* Gives cells that are there another style (STYLES: keep it), adds flags. */
void canvas_restyle(struct canvas *c, int x, int y, int width,
                    enum style style, uint8_t flags);

/* Columns that a text takes. */
int text_columns(struct span text);

/* Appends one line for each row, as UTF-8, each exactly as wide as the canvas
 * (trailing blanks stay), ended by '\n'. With `styles` each row is followed by
 * one of the same width with a letter for each cell's style (tests). */
void canvas_dump(const struct canvas *c, bool styles, struct buf *out);

#endif
