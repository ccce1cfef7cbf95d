/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/setup.h"

#include <string.h>

#include "base/ini.h"
#include "base/text.h"
#include "base/units.h"
#include "tui/option_value.h"
#include "tui/setup_own.h"

static const char BY_FILE[] = "lbtop.ini";
static const char *const colours[] = { "auto", "never", "always", NULL };
static const char *const themes[] = { "default", "mono", "light", "orange",
                                      "high", NULL };
static const char *const graphs[] = { "block", "braille", "ascii", NULL };

const struct setup_key setup_rows[] = {
#define AT(field) offsetof(struct setup, field), \
                  sizeof(((struct setup *)0)->field)
    { "ascii", YES_NO, AT(ascii), 0, 0, NULL, 0 },
    { "bell", YES_NO, AT(bell), 0, 0, NULL, 0 },
    { "color", CHOICE, AT(colour), 0, 0, colours, -1 },
    { "columns", TEXT, AT(columns), 0, 0, NULL, 0 },
    { "esc_delay", DURATION, AT(esc_delay_us), 10000, 2000000, NULL, 0 },
    { "graphs", CHOICE, AT(graphs), 0, 0, graphs, 0 },
    { "messages", YES_NO, AT(pane), 0, 0, NULL, 0 },
    { "meters", YES_NO, AT(meters), 0, 0, NULL, 0 },
    { "mouse", YES_NO, AT(mouse), 0, 0, NULL, 0 },
    { "pace", YES_NO, AT(pace), 0, 0, NULL, 0 },
    { "read_only", YES_NO, AT(read_only), 0, 0, NULL, 0 },
    { "refresh", DURATION, AT(refresh_us), 100000, 60000000, NULL, 0 },
    { "sort", SORT, AT(sort), 0, 0, NULL, 0 },
    { "theme", CHOICE, AT(theme), 0, 0, themes, 0 },
    { "title", TEXT, AT(title), 0, 0, NULL, 0 },
    { "utc", YES_NO, AT(utc), 0, 0, NULL, 0 },
#undef AT
};
_Static_assert(sizeof setup_rows / sizeof setup_rows[0] == SETUP_KEYS,
               "as many as there are");

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
set_choice(const struct setup_key *r, void *at, const char *value, char *why,
           size_t cap)
{
    int i = word_at(r->words, value);
    if (i < 0) {
        say_words(why, cap, value, r->words);
        return -1;
    }
    *(int *)at = i + r->first;
    return 0;
}

static int
set_duration(const struct setup_key *r, int64_t *at, const char *value,
             char *why, size_t cap)
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
set(struct setup *s, const struct setup_key *r, const char *value, char *why,
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

const struct setup_key *
setup_key_of(const char *name)
{
    for (size_t i = 0; i < SETUP_KEYS; i++)
        if (strcmp(setup_rows[i].name, name) == 0)
            return &setup_rows[i];
    return NULL;
}

struct reading {
    struct setup *s;
    const char *file;
    const char *cluster;        /* its section alone; NULL: none */
    bool set[SETUP_KEYS];
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
    if (r->cluster == NULL)
        return section[0] == '\0' || strcmp(section, "lbtop") == 0;
    return strncmp(section, "cluster ", 8) == 0 &&
           strcmp(section + 8, r->cluster) == 0;
}

static bool
is_for_a_cluster(const char *key)
{
    return strcmp(key, "theme") == 0 || strcmp(key, "read_only") == 0 ||
           strcmp(key, "title") == 0;
}

static void
take(void *with, const struct ini_line *l)
{
    struct reading *r = with;
    const char *names[SETUP_KEYS + 1] = { NULL };
    char why[160] = "";

    if (l->key == NULL && r->cluster == NULL)
        problem(r, l, "%s", l->wrong);
    if (l->key == NULL || !concerns(r, l->section))
        return;
    const struct setup_key *row = setup_key_of(l->key);
    if (row == NULL) {
        for (size_t i = 0; i < SETUP_KEYS; i++)
            names[i] = setup_rows[i].name;
        const char *near = text_nearest(l->key, names);
        problem(r, l, near != NULL ? "unknown key \"%s\" (did you mean "
                "\"%s\"?)" : "unknown key \"%s\"", l->key, near);
        return;
    }
    if (r->cluster != NULL && !is_for_a_cluster(l->key)) {
        problem(r, l, "%s: a cluster has only theme, read_only and title",
                l->key);
    } else if (set(r->s, row, l->value, why, sizeof why) == 0) {
        r->set[row - setup_rows] = true;
    } else {
        problem(r, l, "%s: %s", l->key, why);
        if (r->cluster == NULL && r->s->wrong[0] == '\0')
            text_add(r->s->wrong, sizeof r->s->wrong, "%s:%u: %s: %s",
                     r->file, l->number, l->key, why);
    }
}

static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

int
setup_read(struct setup *s, const char *path)
{
    struct reading r = { .s = s, .file = file_name(path) };

    if (s->path != path) {
        s->path[0] = '\0';
        text_add(s->path, sizeof s->path, "%s", path);
    }
    s->was_read = true;
    return ini_read(path, take, &r);
}

void
setup_give_theme(struct setup *s, int theme)
{
    if (!s->theme_given)
        s->theme_else = s->theme;
    s->theme_given = true;
    s->theme = theme;
}

void
setup_give_title(struct setup *s)
{
    if (!s->title_given)
        memcpy(s->title_else, s->title, sizeof s->title_else);
    s->title_given = true;
}

/* ---- to the screen ---- */

static void
make_read_only(struct ui *u, bool on)
{
    if (on == u->read_only || (!on && strcmp(u->read_only_why, BY_FILE) != 0))
        return;
    u->read_only = on;
    u->read_only_why[0] = '\0';
    if (on)
        text_add(u->read_only_why, sizeof u->read_only_why, "%s", BY_FILE);
}

static void
set_title(struct ui *u, const char *title)
{
    if (title[0] == '\0')
        return;
    u->title[0] = '\0';
    text_add(u->title, sizeof u->title, "%s", title);
}

void
setup_to_ui(struct setup *s, struct ui *u)
{
    u->utc = s->utc;
    u->bell = s->bell;
    u->mouse = s->mouse;
    u->theme = (enum theme)s->theme;
    u->pane = s->pane;
    u->meters = s->meters;
    u->refresh_us = s->refresh_us;
    u->sort = s->sort;
    set_title(u, s->title);
    if (s->read_only)
        make_read_only(u, true);
    if (s->columns[0] != '\0')
        ui_columns(u, s->columns, NULL);
    s->shown_theme = s->theme;
    s->shown_ascii = u->ascii;
    s->shown_braille = u->braille;
    memcpy(u->setup_wrong, s->wrong, sizeof u->setup_wrong);
}

void
setup_cluster(struct setup *s, struct ui *u, const char *cluster)
{
    struct setup own = *s;
    struct reading r = { .s = &own, .file = file_name(s->path),
                         .cluster = cluster };

    if (!s->was_read || strcmp(cluster, s->cluster) == 0)
        return;
    s->cluster[0] = '\0';
    text_add(s->cluster, sizeof s->cluster, "%s", cluster);
    (void)ini_read(s->path, take, &r);
    memcpy(s->problem, own.problem, sizeof s->problem);
    s->n_problems = own.n_problems;
    if (r.set[setup_key_of("read_only") - setup_rows])
        make_read_only(u, own.read_only);
    if (r.set[setup_key_of("title") - setup_rows] && !s->title_given)
        set_title(u, own.title);
    if (!r.set[setup_key_of("theme") - setup_rows] || s->theme_given)
        return;
    u->theme = (enum theme)own.theme;
    s->shown_theme = own.theme;
}
