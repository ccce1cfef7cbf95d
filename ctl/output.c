/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/output.h"

#include <assert.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"

enum { COLUMNS_MAX = 64, JSON_FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(9) };

struct cell {
    json_t *value;
    char *text;
};

struct table {
    const struct column *columns;
    size_t n_columns;
    struct cell *cells;         /* n_cells = rows * n_columns */
    size_t n_cells, cap;
    size_t shown[COLUMNS_MAX];  /* columns with a head, in order */
    size_t n_shown;
};

struct table *
table_new(const struct column *columns)
{
    struct table *t = xcalloc(1, sizeof *t);

    t->columns = columns;
    for (; columns[t->n_columns].json != NULL; t->n_columns++)
        if (columns[t->n_columns].head != NULL)
            t->shown[t->n_shown++] = t->n_columns;
    assert(t->n_columns <= COLUMNS_MAX);
    return t;
}

static void
drop(struct table *t, size_t from)
{
    for (size_t i = from; i < t->n_cells; i++) {
        json_decref(t->cells[i].value);
        free(t->cells[i].text);
    }
    t->n_cells = from;
}

void
table_free(struct table *t)
{
    if (t == NULL)
        return;
    drop(t, 0);
    free(t->cells);
    free(t);
}

void
table_json(struct table *t, json_t *value, const char *text)
{
    assert(value != NULL);
    if (t->n_cells == t->cap) {
        t->cap = t->cap == 0 ? 256 : 2 * t->cap;
        t->cells = xrealloc(t->cells, t->cap, sizeof *t->cells);
    }
    t->cells[t->n_cells++] = (struct cell){ value, xstrdup(text) };
}

void
table_text(struct table *t, const char *s)
{
    json_t *value = json_string(s);

    table_json(t, value != NULL ? value : json_string("?"), s);
}

void
table_number(struct table *t, uint64_t n)
{
    char text[24] = "";

    text_add(text, sizeof text, "%" PRIu64, n);
    table_json(t, json_integer((json_int_t)n), text);
}

void
table_real(struct table *t, double x, const char *text)
{
    char own[32] = "";

    text_add(own, sizeof own, "%.3g", x);
    table_json(t, json_real(x), text != NULL ? text : own);
}

void
table_duration(struct table *t, uint64_t us)
{
    char text[32];

    units_print_duration((int64_t)us, text, sizeof text);
    table_json(t, json_real((double)us / 1e6), text);
}

void
table_null(struct table *t)
{
    table_json(t, json_null(), "-");
}

size_t
table_rows(const struct table *t)
{
    return t->n_cells / t->n_columns;
}

void
table_drop_row(struct table *t)
{
    drop(t, (table_rows(t) - 1) * t->n_columns);
}

static int
column_find(struct ctl *c, const struct table *t, const char *name, size_t len)
{
    char list[512] = "";

    for (size_t i = 0; i < t->n_columns; i++) {
        const struct column *col = &t->columns[i];
        if (col->head == NULL)
            continue;
        if ((strlen(col->head) == len &&
             strncasecmp(col->head, name, len) == 0) ||
            (strlen(col->json) == len && strncmp(col->json, name, len) == 0))
            return (int)i;
        text_add(list, sizeof list, " %s", col->json);
    }
    ctl_fail(c, EXIT_USAGE, "no column \"%.*s\"; columns:%s", (int)len, name,
             list);
    return -1;
}

int
table_pick(struct ctl *c, struct table *t, const char *names)
{
    t->n_shown = 0;
    for (;;) {
        size_t len = strcspn(names, ",");
        int i = column_find(c, t, names, len);
        if (i < 0)
            return -1;
        if (t->n_shown < COLUMNS_MAX)
            t->shown[t->n_shown++] = (size_t)i;
        if (names[len] == '\0')
            return 0;
        names += len + 1;
    }
}

/* What a row is sorted by, and where it was. */
struct ranked {
    const struct cell *by;
    size_t row;
};

/* What is no number ("-") comes before numbers; what is equal stays as it
 * was, so that the order is total. */
static int
by_rank(const void *p, const void *q)
{
    const struct ranked *a = p, *b = q;
    bool number = json_is_number(a->by->value);
    int rc = number - json_is_number(b->by->value);

    if (rc == 0 && number) {
        double x = json_number_value(a->by->value);
        double y = json_number_value(b->by->value);
        rc = (x > y) - (x < y);
    } else if (rc == 0) {
        rc = strcmp(a->by->text, b->by->text);
    }
    return rc != 0 ? rc : (a->row > b->row) - (a->row < b->row);
}

int
table_sort(struct ctl *c, struct table *t, const char *name)
{
    int by = column_find(c, t, name, strlen(name));
    size_t width = t->n_columns, rows = table_rows(t);

    if (by < 0 || rows == 0)
        return by < 0 ? -1 : 0;
    struct ranked *order = xcalloc(rows, sizeof *order);
    struct cell *sorted = xcalloc(t->n_cells, sizeof *sorted);
    for (size_t i = 0; i < rows; i++)
        order[i] = (struct ranked){ &t->cells[i * width + (size_t)by], i };
    qsort(order, rows, sizeof *order, by_rank);
    for (size_t i = 0; i < rows; i++)
        memcpy(&sorted[i * width], &t->cells[order[i].row * width],
               width * sizeof *sorted);
    free(order);
    free(t->cells);
    t->cells = sorted;
    t->cap = t->n_cells;
    return 0;
}

void
table_limit(struct table *t, size_t n)
{
    if (n < table_rows(t))
        drop(t, n * t->n_columns);
}

static int
by_number(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void
table_least(struct table *t, const char *name, size_t n)
{
    size_t width = t->n_columns, rows = table_rows(t), by = 0, kept = 0;

    if (n >= rows)
        return;
    while (strcmp(t->columns[by].json, name) != 0)
        by++;
    double *all = xcalloc(rows, sizeof *all);
    for (size_t i = 0; i < rows; i++)
        all[i] = json_number_value(t->cells[i * width + by].value);
    qsort(all, rows, sizeof *all, by_number);
    double most = n > 0 ? all[n - 1] : -HUGE_VAL;
    free(all);
    for (size_t i = 0; i < rows; i++) {
        struct cell *row = &t->cells[i * width];
        if (kept == n || json_number_value(row[by].value) > most)
            continue;
        for (size_t k = 0; k < width; k++) {
            struct cell moved = t->cells[kept * width + k];
            t->cells[kept * width + k] = row[k];
            row[k] = moved;
        }
        kept++;
    }
    drop(t, kept * width);
}

static void
print_json(struct table *t, const char *list, json_t *more)
{
    json_t *all = json_object(), *rows = json_array();

    json_object_set_new(all, "v", json_integer(1));
    if (more != NULL)
        json_object_update(all, more);
    for (size_t i = 0; i < t->n_cells; i += t->n_columns) {
        json_t *row = json_object();
        for (size_t k = 0; k < t->n_columns; k++)
            json_object_set(row, t->columns[k].json, t->cells[i + k].value);
        json_array_append_new(rows, row);
    }
    json_object_set_new(all, list, rows);
    json_dumpf(all, stdout, JSON_FLAGS);
    putchar('\n');
    json_decref(all);
}

void
raw_put(FILE *f, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char ch = (unsigned char)*s;
        if (ch <= ' ' || ch == '\\' || ch == 0x7f)
            fprintf(f, "\\x%02x", ch);
        else
            fputc(ch, f);
    }
}

static void
print_raw(struct table *t, size_t n_shown)
{
    for (size_t i = 0; i < t->n_cells; i += t->n_columns)
        for (size_t k = 0; k < n_shown; k++) {
            raw_put(stdout, t->cells[i + t->shown[k]].text);
            putchar(k + 1 < n_shown ? ' ' : '\n');
        }
}

static void
print_table(struct table *t)
{
    struct libscols_table *tb = scols_new_table();
    size_t width = terminal_width();

    assert(tb != NULL);
    for (size_t k = 0; k < t->n_shown; k++) {
        const struct column *col = &t->columns[t->shown[k]];
        struct libscols_column *cl =
            scols_table_new_column(tb, col->head, 0,
                                   col->right ? SCOLS_FL_RIGHT : 0);
        assert(cl != NULL);
    }
    for (size_t i = 0; i < t->n_cells; i += t->n_columns) {
        struct libscols_line *line = scols_table_new_line(tb, NULL);
        assert(line != NULL);
        for (size_t k = 0; k < t->n_shown; k++)
            scols_line_set_data(line, k, t->cells[i + t->shown[k]].text);
    }
    scols_table_set_termforce(tb, width > 0 ? SCOLS_TERMFORCE_ALWAYS
                                            : SCOLS_TERMFORCE_NEVER);
    if (width > 0)
        scols_table_set_termwidth(tb, width);
    scols_print_table(tb);
    scols_unref_table(tb);
}

void
table_print(struct ctl *c, struct table *t, const char *list, json_t *more)
{
    switch (c->output) {
    case OUTPUT_TABLE:
        if (t->n_cells > 0)
            print_table(t);
        break;
    case OUTPUT_JSON:
        print_json(t, list, more);
        break;
    case OUTPUT_RAW:
        print_raw(t, t->n_shown);
        break;
    case OUTPUT_QUIET:
        print_raw(t, 1);
        break;
    }
    json_decref(more);
    fflush(stdout);
}

void
json_line(json_t *object)
{
    json_t *all = json_object();

    json_object_set_new(all, "v", json_integer(1));
    json_object_update(all, object);
    json_decref(object);
    json_dumpf(all, stdout, JSON_FLAGS);
    putchar('\n');
    fflush(stdout);
    json_decref(all);
}

size_t
terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t n;

    if (!isatty(STDOUT_FILENO))
        return 0;
    if (columns != NULL && text_u64(columns, 20, 10000, &n) == 0)
        return (size_t)n;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void
time_print(uint64_t ms, char dst[32])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    size_t n = strftime(dst, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    text_add(dst, 32, ".%03uZ", (unsigned)(ms % 1000));
    (void)n;
}

void
time_print_local(uint64_t ms, char dst[32])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    localtime_r(&seconds, &tm);
    strftime(dst, 32, "%Y-%m-%d %H:%M:%S", &tm);
    text_add(dst, 32, ".%03u", (unsigned)(ms % 1000));
}
