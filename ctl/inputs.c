/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/inputs.h"

#include <assert.h>
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

struct row {
    size_t at;              /* of its first column in `text` */
    size_t columns;         /* NUL-ended, one after the other */
};

struct source {
    bool linked;
    struct buf text;
    struct row *row;
    size_t n, cap;
    size_t width;           /* columns of its widest row */
};

struct inputs {
    struct source *source;
    size_t n;
    bool cuts;
    regex_t separator;
};

struct inputs *
inputs_new(void)
{
    return xcalloc(1, sizeof(struct inputs));
}

void
inputs_free(struct inputs *in)
{
    if (in == NULL)
        return;
    for (size_t i = 0; i < in->n; i++) {
        buf_fini(&in->source[i].text);
        free(in->source[i].row);
    }
    if (in->cuts)
        regfree(&in->separator);
    free(in->source);
    free(in);
}

/* \t of other tools is a tab; regcomp would take it for a t. */
static char *
with_tabs(const char *regex)
{
    char *copy = xstrdup(regex), *to = copy;

    for (const char *p = regex; *p != '\0'; p++) {
        if (p[0] == '\\' && p[1] == 't') {
            *to++ = '\t';
            p++;
            continue;
        }
        *to++ = *p;
        if (p[0] == '\\' && p[1] != '\0')
            *to++ = *++p;
    }
    *to = '\0';
    return copy;
}

int
inputs_columns(struct inputs *in, const char *regex, char *err)
{
    char why[128], *copy = with_tabs(regex);
    int rc = regcomp(&in->separator, copy, REG_EXTENDED);

    free(copy);
    err[0] = '\0';
    if (rc != 0) {
        regerror(rc, &in->separator, why, sizeof why);
        text_add(err, INPUTS_ERROR_MAX, "\"%.60s\" is no extended regular "
                 "expression: %s", regex, why);
        return -1;
    }
    in->cuts = true;
    if (regexec(&in->separator, "", 0, NULL, 0) == 0) {
        text_add(err, INPUTS_ERROR_MAX, "\"%.60s\" separates where nothing "
                 "is", regex);
        return -1;
    }
    return 0;
}

void
inputs_source(struct inputs *in, bool linked)
{
    assert(!linked || in->n > 0);
    in->source = xrealloc(in->source, in->n + 1, sizeof *in->source);
    in->source[in->n++] = (struct source){ .linked = linked };
}

size_t
inputs_sources(const struct inputs *in)
{
    return in->n;
}

static void
add_column(struct source *s, const char *p, size_t n, bool trim)
{
    while (trim && n > 0 && isspace((unsigned char)p[n - 1]))
        n--;
    while (trim && n > 0 && isspace((unsigned char)*p)) {
        p++;
        n--;
    }
    buf_bytes(&s->text, p, n);
    buf_u8(&s->text, '\0');
    s->row[s->n].columns++;
}

static void
cut(struct inputs *in, struct source *s, const char *value)
{
    const char *from = value, *p = value;
    regmatch_t m;

    while (regexec(&in->separator, p, 1, &m, p > value ? REG_NOTBOL : 0)
           == 0) {
        if (m.rm_eo == m.rm_so) {   /* nothing, behind a look at words */
            if (p[m.rm_eo] == '\0')
                break;
            p += m.rm_eo + 1;
            continue;
        }
        add_column(s, from, (size_t)(p + m.rm_so - from), true);
        from = p += m.rm_eo;
    }
    add_column(s, from, strlen(from), true);
}

void
inputs_value(struct inputs *in, const char *value)
{
    assert(in->n > 0);
    struct source *s = &in->source[in->n - 1];

    if (s->n == s->cap) {
        s->cap = s->cap * 2 + 16;
        s->row = xrealloc(s->row, s->cap, sizeof *s->row);
    }
    s->row[s->n] = (struct row){ .at = s->text.len };
    if (in->cuts)
        cut(in, s, value);
    else
        add_column(s, value, strlen(value), false);
    if (s->row[s->n].columns > s->width)
        s->width = s->row[s->n].columns;
    s->n++;
}

/* Source `first` and those linked to it: where they end, how far they go. */
static size_t
group(const struct inputs *in, size_t first, uint64_t *steps)
{
    size_t i = first + 1;

    *steps = in->source[first].n;
    for (; i < in->n && in->source[i].linked; i++)
        if (in->source[i].n < *steps)
            *steps = in->source[i].n;
    return i;
}

uint64_t
inputs_jobs(const struct inputs *in)
{
    uint64_t jobs = 1, steps;
    bool overflow = false;

    for (size_t i = 0; i < in->n;) {
        i = group(in, i, &steps);
        if (steps == 0)
            return 0;
        overflow |= jobs > UINT64_MAX / steps;
        jobs *= steps;
    }
    return overflow ? UINT64_MAX : jobs;
}

size_t
inputs_width(const struct inputs *in)
{
    size_t width = 0;

    for (size_t i = 0; i < in->n; i++)
        width += in->source[i].width;
    return width;
}

size_t
inputs_get(const struct inputs *in, uint64_t index, const char **value)
{
    uint64_t left = inputs_jobs(in), steps;
    size_t n = 0;

    assert(index < left);
    for (size_t i = 0; i < in->n;) {
        size_t end = group(in, i, &steps);
        left /= steps;
        for (; i < end; i++) {
            const struct source *s = &in->source[i];
            const struct row *row = &s->row[index / left % steps];
            const char *p = (const char *)s->text.p + row->at;
            for (size_t k = 0; k < row->columns; k++, p += strlen(p) + 1)
                value[n++] = p;
        }
    }
    return n;
}
