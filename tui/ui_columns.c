/* SPDX-License-Identifier: MPL-2.0 */
/* Which columns the user wants beside, or without, the usual ones. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui.h"

enum { ERR = 160 };

static int
refuse(char *err, const char *name)
{
    const char *near = column_nearest(name);
    if (err == NULL)
        return -EINVAL;
    err[0] = '\0';
    text_add(err, ERR, "no column \"%s\"", name);
    if (near != NULL)
        text_add(err, ERR, " (did you mean %s?)", near);
    return -EINVAL;
}

static int
apply(struct ui *u, const char *word, char *err)
{
    const bool off = word[0] == '-';
    const char *name = word + (word[0] == '+' || off);
    enum column c = column_find(name);

    if (c == COLUMNS_)
        return refuse(err, name);
    u->columns_on[c] = !off;
    u->columns_off[c] = off;
    return 0;
}

int
ui_columns(struct ui *u, const char *text, char *err)
{
    char word[64];
    struct ui before = *u;

    for (;;) {
        text += strspn(text, " ,");
        size_t n = strcspn(text, " ,");
        if (n == 0)
            return 0;
        word[0] = '\0';
        text_add(word, sizeof word, "%.*s", (int)n, text);
        if (apply(u, word, err) != 0 && err != NULL) {
            memcpy(u->columns_on, before.columns_on, sizeof u->columns_on);
            memcpy(u->columns_off, before.columns_off, sizeof u->columns_off);
            return -EINVAL;
        }
        text += n;
    }
}
