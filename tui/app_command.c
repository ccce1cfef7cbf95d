/* SPDX-License-Identifier: MPL-2.0 */
/* The command line, also that of -x. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

enum { LINE_MAX_ = 640 };

const char *const app_command_names[] = {
    "throttle", "policy", "start", "pause", "drain", "hold", "retry", "cancel",
    "undo", "connect", "forget", "filter", "sort", "columns", "level", "find",
    "freeze", "refresh", "theme", "ascii", "record", "note", "at", "write",
    "save", "set", "messages", "help", "version", "quit", "q", NULL
};

/* Words that other programs have for a command. */
static const char *
meant(const char *word)
{
    static const char *const of_at[] = { "goto", "seek", "jump", "time" };

    for (size_t i = 0; i < sizeof of_at / sizeof of_at[0]; i++)
        if (strcmp(word, of_at[i]) == 0)
            return "at";
    return NULL;
}

void
command_unknown(char *err, const char *what, const char *word,
                const char *const *names)
{
    const char *near = text_nearest(word, names);

    if (names == app_command_names && meant(word) != NULL)
        near = meant(word);
    err[0] = '\0';
    text_add(err, ERR_MAX, "no %s \"%.60s\"", what, word);
    if (near != NULL)
        text_add(err, ERR_MAX, " (did you mean %s?)", near);
    if (near != NULL && names == app_command_names)
        return;     /* they are many */
    text_add(err, ERR_MAX, "; %s: ",
             strcmp(what, "policy") == 0 ? "policies" : "known");
    for (size_t i = 0; names[i] != NULL; i++)
        text_add(err, ERR_MAX, "%s%s", i > 0 ? " " : "", names[i]);
}

static const struct command *
find(const struct command *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

bool
app_command(struct app *a, const char *line, char *err)
{
    char text[LINE_MAX_] = "", *word, *rest;

    err[0] = '\0';
    text_add(text, sizeof text, "%s", line + strspn(line, " :"));
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    word = text;
    rest = text + strcspn(text, " ");
    if (*rest != '\0') {
        *rest++ = '\0';
        rest += strspn(rest, " ");
    }
    const struct command *c = find(command_nodes_table, word);
    if (c == NULL)
        c = find(command_view_table, word);
    if (c == NULL) {
        command_unknown(err, "command", word, app_command_names);
        return false;
    }
    a->u.flash[0] = '\0';
    ui_arrange(&a->u, app_model(a), a->wishes);
    return c->run(a, rest, err);
}
