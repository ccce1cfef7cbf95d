/* SPDX-License-Identifier: MPL-2.0 */
/* kinds - the descriptions of the own kinds of this node (kinds/own.h), for
 * who checks words before submitting them. */
#include <string.h>

#include "core/command_ask.h"

static size_t
line_len(const char *at)
{
    size_t n = 0;

    while (at[n] != '\0' && at[n] != '\n')
        n++;
    return at[n] == '\n' ? n + 1 : n;
}

/* Of one description: its line "name=" and those before the next such. */
static size_t
description_len(const char *at)
{
    size_t n = line_len(at);

    while (at[n] != '\0' && memcmp(at + n, "name=", 5) != 0)
        n += line_len(at + n);
    return n;
}

void
ask_kinds(struct core *c, struct ask *a)
{
    const char *at = c->config.own_text != NULL ? c->config.own_text : "";
    struct span wanted = pair_get(a->pairs, "kind");
    char name[NAME_MAX_BYTES + 1];
    bool found = false;

    while (*at != '\0') {
        struct span is = span_of(at + 5, line_len(at) - 6);
        size_t n = description_len(at);
        if (wanted.len == 0 || span_equal(wanted, is)) {
            row_add(&a->rows, span_of(at, n));
            found = true;
        }
        at += n;
    }
    if (found || wanted.len == 0)
        return;
    span_copy(wanted, name, sizeof name);
    ask_refuse(a, EXIT_NOTFOUND, "%s has no own kind \"%s\"", c->config.name,
               name);
}
