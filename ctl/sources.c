/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

bool
sources_separator(const char *word)
{
    size_t n = strspn(word, ":");

    return (n == 3 || n == 4) && (word[n] == '\0' ||
                                  strcmp(word + n, "+") == 0);
}

/* Each line of a file is a value. */
static int
add_file(struct ctl *c, const struct submit *s, struct inputs *in,
         const char *path)
{
    struct buf text = { 0 };
    char *line = NULL;
    const char *why;
    int rc = input_read(c, path, &text);
    struct span rest = buf_span(&text);

    for (size_t n = 1; rc == 0 &&
         jobline_next(&rest, s->nul ? '\0' : '\n', &line, &why); n++)
        if (why == NULL)
            inputs_value(in, line);
        else {
            ctl_fail(c, EXIT_USAGE, "%s:%zu: %s", path, n, why);
            rc = -1;
        }
    free(line);
    buf_fini(&text);
    return rc;
}

/* From the first separator on. */
static int
add_sources(struct ctl *c, const struct submit *s, struct inputs *in,
            const char *const *words, size_t n)
{
    bool file = false, linked = false;

    for (size_t i = 0; i < n; i++) {
        if (sources_separator(words[i])) {
            file = words[i][3] == ':';
            linked = words[i][3 + file] == '+';
            if (linked && inputs_sources(in) == 0) {
                ctl_fail(c, EXIT_USAGE, "%s: there is no source before it",
                         words[i]);
                return -1;
            }
            if (!file)
                inputs_source(in, linked);
        } else if (file) {  /* each file is a source */
            inputs_source(in, linked);
            if (add_file(c, s, in, words[i]) != 0)
                return -1;
        } else {
            inputs_value(in, words[i]);
        }
    }
    return 0;
}

int
sources_read(struct ctl *c, const struct submit *s, struct inputs *in,
             const char *const *words, size_t n)
{
    char err[INPUTS_ERROR_MAX];

    if (s->program.colsep != NULL &&
        inputs_columns(in, s->program.colsep, err) != 0) {
        ctl_fail(c, EXIT_USAGE, "--colsep: %s", err);
        return -1;
    }
    if (s->file != NULL) {
        inputs_source(in, false);
        if (add_file(c, s, in, s->file) != 0)
            return -1;
    }
    return add_sources(c, s, in, words, n);
}
