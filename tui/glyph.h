/* SPDX-License-Identifier: MPL-2.0 */
/*
 * glyph - the symbols of the screens, in UTF-8 or in ASCII; bars, sparklines,
 * charts, boxes; and numbers and durations as the screens write them.
 *
 * Pure. Words and numbers are the same in both.
 */
#ifndef LB_GLYPH_H
#define LB_GLYPH_H

#include "tui/canvas.h"

enum glyph {            /* UTF-8    ASCII */
    GLYPH_CURSOR = 0,   /* ▶        >     */
    GLYPH_UP, GLYPH_DOWN,   /* ▲ ▼  ^ v   sort order */
    GLYPH_IN, GLYPH_OUT,    /* ▼ ▲  "in " "out "  moves per second */
    GLYPH_FROM, GLYPH_TO,   /* ← →  <- -> */
    GLYPH_PENDING,      /* …        ~     */
    GLYPH_CONFIRMED,    /* ✓        ok    */
    GLYPH_REFUSED,      /* ✗        x     */
    GLYPH_ELLIPSIS,     /* …        ~     cut texts */
    GLYPH_RULE,         /* ─        -     */
    GLYPH_WALL,         /* │        |     */
    GLYPH_TARGET,       /* ¦        |     tick in a bar */
    GLYPH_END,          /* ┆        |     where data stops */
    GLYPH_NONE          /* ·        .     rest of a bar, map cell of load 0 */
};
const char *glyph(const struct canvas *c, enum glyph g);

/* A bar of `width` columns, for part/whole (cut to 0..1): with `walls` between
 * ▕ and ▏ ([ and ]); eighths of blocks, # in ASCII. The style is by value
 * (low up to 60 %, middle up to 85 %, high) if `style` is STYLES. */
struct bar {
    double part, whole;
    int width;          /* walls included */
    bool walls;
    enum style style;
    double target;      /* < 0: none; else a tick at target/whole */
    double bad;         /* what went wrong, behind the part: ▒ (x in ASCII), a
                           cell at least when both are the whole */
};
void draw_bar(struct canvas *c, int x, int y, const struct bar *b);

/* The last `width` of n values, oldest first, against `top` (0: the highest
 * of them); a value below 0 is unknown: a blank. Braille: two values a cell. */
void draw_spark(struct canvas *c, int x, int y, int width, const float *v,
                size_t n, double top);

/* A chart `height` rows high with labels 100, 50, 0 at its left (5 columns),
 * of the last values, one a column. */
struct chart {
    int width, height;
    const float *v;
    size_t n;
    double top;         /* the value at the upper edge */
    const char *gap;    /* said after the last value, when data stops; NULL */
};
void draw_chart(struct canvas *c, int x, int y, const struct chart *k);

/* A rule over the whole row: "─ text ────"; text may be "". */
void draw_rule(struct canvas *c, int y, const char *text);
/* A box with a title in its upper edge; blanks inside. */
void draw_box(struct canvas *c, int x, int y, int width, int height,
              const char *title);
/* Shade 0..4 of the map for a share 0..1: · ░ ▒ ▓ █ or . : - = #. */
const char *glyph_shade(const struct canvas *c, double share);

/* Numbers: as many digits as fit `width`, then k M G T with one decimal where
 * it fits ("1.4k", "464k"). `dst` has at least 24 bytes. */
void number_text(char *dst, uint64_t n, int width);
/* With commas between thousands: "1,820,411" (wide screens). */
void number_commas(char *dst, uint64_t n);
/* "0.31s" "12s" "3m04s" "2h10m" "3d04h"; "-" below 0. dst: 24 bytes. */
void duration_text(char *dst, int64_t us);
/* Age as AGE shows it: 0s..9s 10s 20s .. 50s 1m 2m .. 1h. */
void age_text(char *dst, int64_t us);
/* "8min" "52s" "1h33m": what is left. "-" when not known (< 0). */
void eta_text(char *dst, int64_t us);
/* Bytes: "1.9 MB". */
void bytes_text(char *dst, uint64_t bytes);
/* A rate with three digits: "14.2" "177" "0.3". */
void rate_text(char *dst, double per_s);

#endif
