/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/plain_table.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/utf8.h"

enum { GAP = 2, JSON_FORM = JSON_COMPACT | JSON_REAL_PRECISION(12) };

void
plain_table_fini(struct plain_table *t)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        free(t->cell[i].text);
        json_decref(t->cell[i].value);
    }
    free(t->cell);
    *t = (struct plain_table){ .list = NULL };
}

void
plain_column(struct plain_table *t, const char *head, const char *key,
             bool left)
{
    if (t->n_columns == PLAIN_COLUMNS)
        return;
    struct plain_head *c = &t->column[t->n_columns++];
    text_add(c->head, sizeof c->head, "%s", head);
    text_add(c->key, sizeof c->key, "%s", key);
    c->left = left;
}

/* Takes both over. */
static void
add(struct plain_table *t, char *text, json_t *value)
{
    if (t->n_cells == t->cap) {
        t->cap = t->cap == 0 ? 256 : 2 * t->cap;
        t->cell = xrealloc(t->cell, t->cap, sizeof *t->cell);
    }
    t->cell[t->n_cells++] = (struct plain_cell){ text, value, STYLE_TEXT };
}

char *
plain_clean(const char *text)
{
    struct span in = span_str(text);
    char *clean = xcalloc(in.len + 1, 1);
    size_t n = 0;

    for (size_t at = 0; at < in.len;)
        n += utf8_put(utf8_next(in, &at), clean + n);
    return clean;
}

void
plain_text(struct plain_table *t, const char *text)
{
    char *clean = plain_clean(text);

    if (clean[0] == '\0') {
        free(clean);
        plain_null(t);
        return;
    }
    add(t, clean, json_string(clean));
}

void
plain_count(struct plain_table *t, uint64_t n)
{
    char text[24] = "";

    text_add(text, sizeof text, "%" PRIu64, n);
    add(t, xstrdup(text),
        json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

void
plain_real(struct plain_table *t, double x, const char *text)
{
    double most = 9e15;

    if (x > -most && x < most)
        x = (double)(int64_t)(x * 1000 + (x < 0 ? -0.5 : 0.5)) / 1000;
    add(t, xstrdup(text), json_real(x));
}

void
plain_null(struct plain_table *t)
{
    add(t, xstrdup("-"), json_null());
}

void
plain_style(struct plain_table *t, enum style s)
{
    t->cell[t->n_cells - 1].style = s;
}

/* ---- for people ---- */

/* How a line is being written. */
struct line {
    FILE *to;
    int left;               /* columns up to the edge */
    int blanks;             /* owed: none stand at the end of a line */
    bool colour;
};

static const char *
colour_of(enum style s)
{
    switch (s) {
    case STYLE_HEAD: return "1";
    case STYLE_PAUSE:
    case STYLE_STALE:
    case STYLE_WARN: return "33";
    case STYLE_DRAIN:
    case STYLE_START: return "36";
    case STYLE_LOST:
    case STYLE_ERROR: return "1;31";
    default: return NULL;
    }
}

/* The text, as far as it fits. */
static void
put(struct line *l, const char *text, enum style style)
{
    struct span in = span_str(text);
    const char *code = l->colour ? colour_of(style) : NULL;
    size_t end = 0;

    if (in.len == 0)
        return;
    if (l->blanks >= l->left)
        l->left = l->blanks = 0;
    l->left -= l->blanks;
    for (; l->blanks > 0; l->blanks--)
        putc(' ', l->to);
    for (size_t at = 0; at < in.len; end = at) {
        int columns = utf8_columns(utf8_next(in, &at));
        if (columns > l->left)
            break;
        l->left -= columns;
    }
    if (code != NULL && end > 0)
        fprintf(l->to, "\x1b[%sm%.*s\x1b[0m", code, (int)end, text);
    else
        fprintf(l->to, "%.*s", (int)end, text);
}

static void
put_padded(struct line *l, const struct plain_head *c, int width,
           const struct plain_cell *cell)
{
    int pad = width - text_columns(span_str(cell->text));

    l->blanks += c->left ? 0 : pad;
    put(l, cell->text, cell->style);
    l->blanks += (c->left ? pad : 0) + GAP;
}

static const struct plain_cell *
row(const struct plain_table *t, size_t i)
{
    return &t->cell[i * t->n_columns];
}

static size_t
rows(const struct plain_table *t)
{
    return t->n_columns > 0 ? t->n_cells / t->n_columns : 0;
}

void
plain_print_table(FILE *to, const struct plain_table *t, int width,
                  bool colour)
{
    int columns[PLAIN_COLUMNS], edge = width > 0 ? width : INT_MAX;
    struct line l = { .to = to, .left = edge, .colour = colour };

    for (size_t k = 0; k < t->n_columns; k++) {
        columns[k] = text_columns(span_str(t->column[k].head));
        for (size_t i = 0; i < rows(t); i++) {
            int n = text_columns(span_str(row(t, i)[k].text));
            columns[k] = n > columns[k] ? n : columns[k];
        }
    }
    for (size_t k = 0; k < t->n_columns; k++) {
        char head[sizeof t->column[k].head];
        memcpy(head, t->column[k].head, sizeof head);
        struct plain_cell cell = { .text = head, .style = STYLE_HEAD };
        put_padded(&l, &t->column[k], columns[k], &cell);
    }
    putc('\n', to);
    for (size_t i = 0; i < rows(t); i++) {
        l.left = edge;
        l.blanks = 0;
        for (size_t k = 0; k < t->n_columns; k++)
            put_padded(&l, &t->column[k], columns[k], &row(t, i)[k]);
        putc('\n', to);
    }
}

/* ---- for programs ---- */

void
plain_print_json(FILE *to, const struct plain_table *t, const char *time)
{
    fprintf(to, "{\"v\":1,\"time\":\"%s\",\"%s\":[", time, t->list);
    for (size_t i = 0; i < rows(t); i++) {
        json_t *object = json_object();
        for (size_t k = 0; k < t->n_columns; k++)
            json_object_set(object, t->column[k].key, row(t, i)[k].value);
        fputs(i == 0 ? "\n" : ",\n", to);
        json_dumpf(object, to, JSON_FORM);
        json_decref(object);
    }
    fputs("]}\n", to);
}

/* As lbctl --raw: no blanks within a value. */
static void
put_raw(FILE *to, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == ' ' || *text == '\\')
            fprintf(to, "\\x%02x", (unsigned)*text);
        else
            putc(*text, to);
}

void
plain_print_raw(FILE *to, const struct plain_table *t)
{
    for (size_t i = 0; i < rows(t); i++) {
        if (t->time != NULL)
            fprintf(to, "%s ", t->time);
        for (size_t k = 0; k < t->n_columns; k++) {
            put_raw(to, row(t, i)[k].text);
            putc(k + 1 < t->n_columns ? ' ' : '\n', to);
        }
    }
}
