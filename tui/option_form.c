/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/option_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"
#include "tui/option_value.h"

static void
list_columns(FILE *to)
{
    for (int i = 0; i < COLUMNS_; i++)
        fprintf(to, "%-16s %s\n", column_table[i].name, column_table[i].help);
}

static enum column
column(const char *option, const char *name)
{
    char all[400] = "";
    enum column c = column_find(name);

    if (c != COLUMNS_)
        return c;
    for (int i = 0; i < COLUMNS_; i++)
        text_add(all, sizeof all, " %s", column_table[i].name);
    opt_fail(EXIT_USAGE, "%s: no column \"%s\"; columns:%s", option, name,
             all);
}

void
opt_take_sort(struct options *o, const char *text)
{
    if (strcmp(text, "help") == 0) {
        list_columns(stdout);
        exit(EXIT_DONE);
    }
    o->sort.down = text[0] == '-';
    o->sort.by = column("--sort", text + (text[0] == '-'));
    o->sorted = true;
}

void
opt_take_columns(struct options *o, const char *text)
{
    char word[64];

    if (strcmp(text, "help") == 0) {
        list_columns(stdout);
        exit(EXIT_DONE);
    }
    for (o->n_columns = 0; *text != '\0';) {
        size_t len = strcspn(text, ",");
        word[0] = '\0';
        text_add(word, sizeof word, "%.*s", (int)len, text);
        if (o->n_columns == COLUMNS_)
            opt_fail(EXIT_USAGE, "--columns: more than there are");
        o->column[o->n_columns++] = column("--columns", word);
        text += len + (text[len] == ',');
    }
}

void
opt_take_filter(struct options *o, const char *text)
{
    o->filter[0] = '\0';
    if (*text != '\0')
        opt_copy(o->filter, sizeof o->filter, "--filter", text);
}

void
opt_check_filter(const struct options *o)
{
    char err[QUERY_ERROR_MAX];
    struct query *q = query_new_of(ui_table_of(o->screen), o->filter, err);

    if (q == NULL)
        opt_fail(EXIT_USAGE, "--filter: %s", err);
    query_free(q);
}

void
opt_take_dump(struct options *o, const char *text)
{
    char wide[24] = "";
    uint64_t width, height;
    size_t at = strcspn(text, "x");

    text_add(wide, sizeof wide, "%.*s", (int)at, text);
    if (text[at] != 'x' ||
        text_u64(wide, 1, CANVAS_MAX_WIDTH, &width) != 0 ||
        text_u64(text + at + 1, 1, CANVAS_MAX_HEIGHT, &height) != 0)
        opt_fail(EXIT_USAGE, "--dump: \"%s\" is not WIDTHxHEIGHT, as 80x24",
                 text);
    o->dump_width = (int)width;
    o->dump_height = (int)height;
}

void
opt_take_speed(struct options *o, const char *text)
{
    char *end;

    if (strcmp(text, "max") == 0) {
        o->speed = 0;
        return;
    }
    o->speed = strtod(text, &end);
    if (end == text || *end != '\0' || !(o->speed >= 0.25 && o->speed <= 64))
        opt_fail(EXIT_USAGE, "--speed: \"%s\" is not a number from 0.25 to "
                 "64, nor max", text);
}

void
opt_take_keys(struct options *o, const char *text)
{
    const char *at = text;
    uint32_t key;
    int64_t wait_us;

    while (*at != '\0') {
        size_t n = key_parse(at, &key, &wait_us);
        if (n == 0)
            opt_fail(EXIT_USAGE, "--keys: \"%s\" is no key", at);
        at += n;
    }
    if (*text != '\0')
        opt_copy(o->keys, sizeof o->keys, "--keys", text);
}

void
opt_take_nodes(struct options *o, const char *text)
{
    char err[300];
    if (ways_add(&o->ways, text, err) != 0)
        opt_fail(EXIT_USAGE, "--node: %s", err);
    opt_copy(o->ways.from, sizeof o->ways.from, "--node", "option -n");
}

void
opt_take_screen(struct options *o, const char *text)
{
    static const char *const names[] = { "nodes", "jobs", "messages", "map",
                                         NULL };
    static const enum screen which[] = { SCREEN_NODES, SCREEN_JOBS,
                                         SCREEN_MESSAGES, SCREEN_MAP };
    o->screen = which[opt_choice("--screen", text, names)];
}

void
opt_take_size(struct options *o, const char *text)
{
    if (units_size(text, &o->record_max) != 0 || o->record_max < 64 * 1024)
        opt_fail(EXIT_USAGE, "--record-max: \"%s\" is not a size from 64K",
                 text);
}
