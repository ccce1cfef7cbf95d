/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ini.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/option_value.h"

enum type { YES_NO = 1, DURATION, CHOICE, SORT, TEXT };

static const char *const colours[] = { "auto", "never", "always", NULL };
static const char *const themes[] = { "default", "mono", "light", "orange",
                                      "high", NULL };
static const char *const graphs[] = { "block", "braille", "ascii", NULL };

static const struct row {
    const char *name;
    enum type type;
    size_t at, size;            /* in struct setup */
    int64_t min, max;           /* DURATION, µs */
    const char *const *words;   /* CHOICE */
} rows[] = {
#define AT(field) offsetof(struct setup, field), \
                  sizeof(((struct setup *)0)->field)
    { "ascii", YES_NO, AT(ascii), 0, 0, NULL },
    { "bell", YES_NO, AT(bell), 0, 0, NULL },
    { "color", CHOICE, AT(colour), 0, 0, colours },
    { "columns", TEXT, AT(columns), 0, 0, NULL },
    { "esc_delay", DURATION, AT(esc_delay_us), 10000, 2000000, NULL },
    { "graphs", CHOICE, AT(graphs), 0, 0, graphs },
    { "messages", YES_NO, AT(pane), 0, 0, NULL },
    { "meters", YES_NO, AT(meters), 0, 0, NULL },
    { "mouse", YES_NO, AT(mouse), 0, 0, NULL },
    { "pace", YES_NO, AT(pace), 0, 0, NULL },
    { "read_only", YES_NO, AT(read_only), 0, 0, NULL },
    { "refresh", DURATION, AT(refresh_us), 100000, 60000000, NULL },
    { "sort", SORT, AT(sort), 0, 0, NULL },
    { "theme", CHOICE, AT(theme), 0, 0, themes },
    { "title", TEXT, AT(title), 0, 0, NULL },
    { "utc", YES_NO, AT(utc), 0, 0, NULL },
#undef AT
};
enum { ROWS = sizeof rows / sizeof rows[0] };

void
setup_default(struct setup *s)
{
    *s = (struct setup){ .colour = -1, .pane = true, .meters = true,
                         .pace = true, .refresh_us = 1000000,
                         .esc_delay_us = 120000,
                         .sort = { COLUMN_PEND, true } };
}

/* ---- reading ---- */

static int
word_at(const char *const *words, const char *value)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    return -1;
}

static void
say_words(char *why, size_t cap, const char *value, const char *const *words)
{
    text_add(why, cap, "\"%s\" is not one of", value);
    for (int i = 0; words[i] != NULL; i++)
        text_add(why, cap, " %s", words[i]);
}

static int
set_choice(const struct row *r, void *at, const char *value, char *why,
           size_t cap)
{
    int i = word_at(r->words, value);
    if (i < 0) {
        say_words(why, cap, value, r->words);
        return -1;
    }
    *(int *)at = r->words == colours ? (i == 0 ? -1 : i == 1 ? 0 : 1) : i;
    return 0;
}

static int
set_duration(const struct row *r, int64_t *at, const char *value, char *why,
             size_t cap)
{
    char range[64] = "";
    int64_t us;

    if (units_duration(value, &us) == 0 && us >= r->min && us <= r->max) {
        *at = us;
        return 0;
    }
    opt_range(r->min, r->max, range, sizeof range);
    text_add(why, cap, "\"%s\" is not a duration from %s", value, range);
    return -1;
}

/* -1 with the reason. */
static int
set(struct setup *s, const struct row *r, const char *value, char *why,
    size_t cap)
{
    char *at = (char *)s + r->at;
    static const char *const words[] = { "no", "yes", NULL };
    char err[160] = "";
    int i;

    switch (r->type) {
    case YES_NO:
        i = word_at(words, value);
        if (i < 0) {
            text_add(why, cap, "\"%s\" is neither yes nor no", value);
            return -1;
        }
        *(bool *)at = i == 1;
        return 0;
    case DURATION:
        return set_duration(r, (int64_t *)(void *)at, value, why, cap);
    case CHOICE:
        return set_choice(r, at, value, why, cap);
    case SORT:
        if (sort_parse(value, (struct sort *)(void *)at, err) == 0)
            return 0;
        text_add(why, cap, "%s", err);
        return -1;
    case TEXT:
        at[0] = '\0';
        text_add(at, r->size, "%s", value);
        return 0;
    }
    return 0;
}

static const struct row *
row_of(const char *key)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, key) == 0)
            return &rows[i];
    return NULL;
}

struct reading {
    struct setup *s;
    const char *file, *cluster;
};

__attribute__((format(printf, 3, 4))) static void
problem(const struct reading *r, const struct ini_line *l, const char *fmt,
        ...)
{
    va_list ap;
    if (r->s->n_problems == SETUP_PROBLEMS)
        return;
    char *text = r->s->problem[r->s->n_problems++];
    text[0] = '\0';
    text_add(text, sizeof r->s->problem[0], "%s:%u: ", r->file, l->number);
    va_start(ap, fmt);
    text_addv(text, sizeof r->s->problem[0], fmt, ap);
    va_end(ap);
}

static bool
concerns(const struct reading *r, const char *section)
{
    if (section[0] == '\0' || strcmp(section, "lbtop") == 0)
        return true;
    return strncmp(section, "cluster ", 8) == 0 && r->cluster != NULL &&
           strcmp(section + 8, r->cluster) == 0;
}

static void
take(void *with, const struct ini_line *l)
{
    const struct reading *r = with;
    const char *names[ROWS + 1] = { NULL };
    char why[160] = "";

    if (l->key == NULL) {
        problem(r, l, "%s", l->wrong);
        return;
    }
    if (!concerns(r, l->section))
        return;
    const struct row *row = row_of(l->key);
    if (row == NULL) {
        for (size_t i = 0; i < ROWS; i++)
            names[i] = rows[i].name;
        const char *near = text_nearest(l->key, names);
        problem(r, l, near != NULL ? "unknown key \"%s\" (did you mean "
                "\"%s\"?)" : "unknown key \"%s\"", l->key, near);
        return;
    }
    if (set(r->s, row, l->value, why, sizeof why) != 0)
        problem(r, l, "%s: %s", l->key, why);
}

int
setup_read(struct setup *s, const char *path, const char *cluster)
{
    const char *slash = strrchr(path, '/');
    struct reading r = { s, slash != NULL ? slash + 1 : path, cluster };

    if (s->path != path) {
        s->path[0] = '\0';
        text_add(s->path, sizeof s->path, "%s", path);
    }
    return ini_read(path, take, &r);
}

/* ---- to the screen ---- */

void
setup_to_ui(const struct setup *s, struct ui *u)
{
    u->utc = s->utc;
    u->bell = s->bell;
    u->mouse = s->mouse;
    u->theme = (enum theme)s->theme;
    u->pane = s->pane;
    u->meters = s->meters;
    u->refresh_us = s->refresh_us;
    u->sort = s->sort;
    if (s->title[0] != '\0') {
        u->title[0] = '\0';
        text_add(u->title, sizeof u->title, "%s", s->title);
    }
    if (s->read_only && !u->read_only) {
        u->read_only = true;
        u->read_only_why[0] = '\0';
        text_add(u->read_only_why, sizeof u->read_only_why, "lbtop.ini");
    }
    if (s->columns[0] != '\0')
        ui_columns(u, s->columns, NULL);
}

static void
from_ui(const struct ui *u, struct setup *s)
{
    s->utc = u->utc;
    s->bell = u->bell;
    s->mouse = u->mouse;
    s->theme = (int)u->theme;
    s->pane = u->pane;
    s->meters = u->meters;
    s->refresh_us = u->refresh_us;
    s->sort = u->sort;
    s->columns[0] = '\0';
    for (int i = 0; i < COLUMNS_; i++)
        if (u->columns_on[i] != 0 || u->columns_off[i] != 0)
            text_add(s->columns, sizeof s->columns, "%s%c%s",
                     s->columns[0] != '\0' ? " " : "",
                     u->columns_on[i] != 0 ? '+' : '-', column_table[i].name);
}

/* ---- writing: only what differs from what is built in ---- */

static void
value_text(const struct setup *s, const struct row *r, char *dst, size_t cap)
{
    const char *at = (const char *)s + r->at;
    int i;

    dst[0] = '\0';
    switch (r->type) {
    case YES_NO:
        text_add(dst, cap, "%s", *(const bool *)at ? "yes" : "no");
        break;
    case DURATION:
        units_print_duration(*(const int64_t *)(const void *)at, dst, cap);
        break;
    case CHOICE:
        i = *(const int *)(const void *)at;
        if (r->words == colours)
            i = i < 0 ? 0 : i + 1;
        text_add(dst, cap, "%s", r->words[i]);
        break;
    case SORT:
        text_add(dst, cap, "%s%s", s->sort.down ? "-" : "",
                 column_table[s->sort.by].name);
        break;
    case TEXT:
        text_add(dst, cap, "%s", at);
        break;
    }
}

struct writing {
    FILE *to;
    const struct setup *now;
    bool written[ROWS];
};

/* The row that a line of the old file sets for all clusters; NULL: none. */
static const struct row *
row_of_line(const char *line)
{
    char key[64] = "";
    size_t n = strspn(line, " \t");

    text_add(key, sizeof key, "%.*s", (int)strcspn(line + n, " \t="),
             line + n);
    return strchr(line, '=') != NULL ? row_of(key) : NULL;
}

/* New keys go before the first section, where they are for all clusters. */
static void
write_missing(struct writing *w)
{
    struct setup plain;
    char was[300], now[300];

    setup_default(&plain);
    for (size_t i = 0; i < ROWS; i++) {
        if (w->written[i])
            continue;
        w->written[i] = true;
        value_text(&plain, &rows[i], was, sizeof was);
        value_text(w->now, &rows[i], now, sizeof now);
        if (strcmp(was, now) != 0)
            fprintf(w->to, "%s = %s\n", rows[i].name, now);
    }
}

static void
copy_lines(struct writing *w, FILE *old)
{
    char line[INI_LINE_BYTES], now[300];
    bool top = true;

    while (fgets(line, sizeof line, old) != NULL) {
        const struct row *r = top ? row_of_line(line) : NULL;
        if (line[strspn(line, " \t")] == '[' && top) {
            write_missing(w);
            top = false;
        }
        if (r == NULL) {
            fputs(line, w->to);
            continue;
        }
        value_text(w->now, r, now, sizeof now);
        fprintf(w->to, "%s = %s\n", r->name, now);
        w->written[r - rows] = true;
    }
    if (top)
        write_missing(w);
}

static void
make_directory(const char *path)
{
    char dir[512] = "";
    const char *slash = strrchr(path, '/');

    text_add(dir, sizeof dir, "%.*s",
             (int)(slash != NULL ? slash - path : 0), path);
    for (char *at = dir; *at != '\0' && (at = strchr(at + 1, '/')) != NULL;) {
        *at = '\0';
        (void)mkdir(dir, 0700);
        *at = '/';
    }
    (void)mkdir(dir, 0700);
}

static int
write_to(const char *path, const struct setup *s)
{
    struct writing w = { .now = s };
    char name[600] = "";
    int rc = 0;

    text_add(name, sizeof name, "%s.%ld", path, (long)getpid());
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    w.to = fdopen(fd, "w");
    FILE *old = fopen(path, "re");
    if (old != NULL) {
        copy_lines(&w, old);
        fclose(old);
    } else {
        write_missing(&w);
    }
    if (fflush(w.to) != 0 || fsync(fd) != 0)
        rc = -errno;
    if (fclose(w.to) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(name, path) != 0)
        rc = -errno;
    if (rc != 0)
        unlink(name);
    return rc;
}

int
setup_save(const struct setup *s, const struct ui *u)
{
    struct setup now = *s;
    char *target;

    from_ui(u, &now);
    make_directory(s->path);
    target = realpath(s->path, NULL);
    int rc = write_to(target != NULL ? target : s->path, &now);
    free(target);
    return rc;
}
