/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/template.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/quote.h"
#include "kinds/command.h"

enum what { TEXT, VALUE, NO_EXTENSION, BASE, FOLDER, BASE_NO_EXTENSION, NUMBER,
            SLOT, WORD_END };

struct piece {
    enum what what;
    int position;           /* from 1, or from -1; 0: all values */
    const char *text;       /* as it was written */
    size_t len;
};

struct template {
    bool shell;
    struct piece *piece;
    size_t n, cap;
    bool replaces;          /* has a replacement string */
};

/* No word has a NUL: so it can stand for the slot until a word is put. */
enum { SLOT_MARK = '\0' };

static void
add(struct template *t, struct piece p)
{
    if (t->n == t->cap) {
        t->cap = t->cap * 2 + 16;
        t->piece = xrealloc(t->piece, t->cap, sizeof *t->piece);
    }
    t->piece[t->n++] = p;
    t->replaces |= p.what != TEXT && p.what != WORD_END;
}

/* What stands between the number and the closing brace. */
static bool
suffix(struct span s, enum what *what)
{
    static const struct {
        const char *text;
        enum what what;
    } row[] = {
        { "", VALUE }, { ".", NO_EXTENSION }, { "/", BASE },
        { "//", FOLDER }, { "/.", BASE_NO_EXTENSION },
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (span_is(s, row[i].text)) {
            *what = row[i].what;
            return true;
        }
    return false;
}

/* Is the text at `s` a replacement string? Its length, or 0. */
static size_t
match(const char *s, const char *value, struct piece *out)
{
    size_t n = strlen(value);

    *out = (struct piece){ .what = VALUE, .text = s };
    if (strncmp(s, value, n) == 0)
        return out->len = n;
    const char *end = s[0] == '{' ? strchr(s, '}') : NULL;
    if (end == NULL)
        return 0;
    out->len = (size_t)(end - s) + 1;
    if (out->len == 3 && (s[1] == '#' || s[1] == '%')) {
        out->what = s[1] == '#' ? NUMBER : SLOT;
        return out->len;
    }
    const char *p = s + 1;
    bool minus = *p == '-', digits = false;
    long at = 0;
    for (p += minus; isdigit((unsigned char)*p); p++, digits = true)
        if (at < INT_MAX / 10)
            at = at * 10 + (*p - '0');
    out->position = digits ? (int)(minus ? -at : at) : 0;
    /* {-/} is text, and so is {} when -I renames it. */
    if (!suffix(span_of(p, (size_t)(end - p)), &out->what) ||
        (!digits && (minus || out->what == VALUE)))
        return 0;
    if (digits && at == 0)
        out->position = INT_MAX;    /* {0}: no job has that */
    return out->len;
}

/* -1: GNU parallel would run it as Perl. */
static int
add_word(struct template *t, const char *word, const char *value, char *err)
{
    const char *from = word, *p = word;
    struct piece found;

    while (*p != '\0') {
        if (strncmp(p, "{=", 2) == 0 && strstr(p, "=}") != NULL) {
            text_add(err, TEMPLATE_ERROR_MAX, "{= =}: Perl is not known "
                     "here; let --shell and sed or the like do it");
            return -1;
        }
        size_t n = match(p, value, &found);
        if (n == 0) {
            p++;
            continue;
        }
        if (p > from)
            add(t, (struct piece){ .what = TEXT, .text = from,
                                   .len = (size_t)(p - from) });
        add(t, found);
        from = p += n;
    }
    if (p > from)
        add(t, (struct piece){ .what = TEXT, .text = from,
                               .len = (size_t)(p - from) });
    add(t, (struct piece){ .what = WORD_END });
    return 0;
}

struct template *
template_new(const char *const *words, size_t n_words,
             const struct template_form *form, char *err)
{
    struct template *t = xcalloc(1, sizeof *t);
    const char *value = form->value != NULL ? form->value : "{}";

    err[0] = '\0';
    t->shell = form->shell;
    for (size_t i = 0; i < n_words; i++)
        if (add_word(t, words[i], value, err) != 0) {
            template_free(t);
            return NULL;
        }
    return t;
}

void
template_free(struct template *t)
{
    if (t == NULL)
        return;
    free(t->piece);
    free(t);
}

bool
template_replaces(const struct template *t)
{
    return t->replaces;
}

bool
template_has_slot(const struct template *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->piece[i].what == SLOT)
            return true;
    return false;
}

int
template_check(const struct template *t, size_t n_values, char *err)
{
    err[0] = '\0';
    for (size_t i = 0; n_values > 0 && i < t->n; i++) {
        const struct piece *p = &t->piece[i];
        size_t at = (size_t)(p->position < 0 ? -p->position : p->position);
        int len = p->len < 40 ? (int)p->len : 40;
        if (at <= n_values)
            continue;
        if (p->position == INT_MAX)
            text_add(err, TEMPLATE_ERROR_MAX, "%.*s: inputs count from 1",
                     len, p->text);
        else
            text_add(err, TEMPLATE_ERROR_MAX, n_values == 1
                     ? "%.*s: there is only %zu input"
                     : "%.*s: there are only %zu inputs", len, p->text,
                     n_values);
        return -1;
    }
    return 0;
}

/* ---- parts of a value ---- */

static struct span
base(struct span s)
{
    size_t n = s.len;

    while (n > 0 && s.p[n - 1] != '/')
        n--;
    return span_of(s.p + n, s.len - n);
}

static struct span
no_extension(struct span s)
{
    for (size_t n = s.len; n > 0 && s.p[n - 1] != '/'; n--)
        if (s.p[n - 1] == '.')
            return span_of(s.p, n - 1);
    return s;
}

static size_t
without_slashes(struct span s, size_t n)
{
    while (n > 0 && s.p[n - 1] == '/')
        n--;
    return n;
}

/* As dirname(1). */
static struct span
folder(struct span s)
{
    size_t n = without_slashes(s, s.len);

    while (n > 0 && s.p[n - 1] != '/')
        n--;
    n = without_slashes(s, n);
    if (n > 0)
        return span_of(s.p, n);
    return span_str(s.len > 0 && s.p[0] == '/' ? "/" : ".");
}

static struct span
part(enum what what, const char *value)
{
    struct span s = span_str(value);

    switch (what) {
    case NO_EXTENSION:
        return no_extension(s);
    case BASE:
        return base(s);
    case FOLDER:
        return folder(s);
    case BASE_NO_EXTENSION:
        return no_extension(base(s));
    case TEXT:
    case VALUE:
    case NUMBER:
    case SLOT:
    case WORD_END:
        break;
    }
    return s;
}

/* ---- expansion ---- */

struct job {
    const struct template *t;
    uint32_t number;
    const char *const *value;
    size_t n_values;
    struct buf word;        /* the one in hand, or the line of the shell */
    struct buf *argv;
};

/* The word in hand, with marks, goes out. */
static void
put_word(struct job *j)
{
    const char *p = (const char *)j->word.p;
    size_t n = j->word.len, at = 0;

    if (j->argv->len > 0)
        buf_u8(j->argv, ' ');
    if (n == 0)
        command_word_put(j->argv, j->argv->len, "", 0, NULL);
    while (p != NULL && at < n) {
        const char *mark = memchr(p + at, SLOT_MARK, n - at);
        size_t end = mark != NULL ? (size_t)(mark - p) : n;
        if (end > at)   /* as the first of a list: no blank before it */
            command_word_put(j->argv, j->argv->len, p + at, end - at, NULL);
        if (mark != NULL)
            buf_bytes(j->argv, "\\%", 2);
        at = end + (mark != NULL);
    }
    buf_reset(&j->word);
}

static void
end_word(struct job *j)
{
    if (j->t->shell)
        buf_u8(&j->word, ' ');
    else
        put_word(j);
}

static void
put_part(struct job *j, enum what what, const char *value)
{
    struct span s = part(what, value);

    if (j->t->shell)
        quote_put(&j->word, s, false);
    else
        buf_bytes(&j->word, s.p, s.len);
}

static void
put_values(struct job *j, const struct piece *p)
{
    size_t n = j->n_values, at = (size_t)abs(p->position);

    if (p->position == 0) {
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                end_word(j);
            put_part(j, p->what, j->value[i]);
        }
        return;
    }
    if (at <= n)
        put_part(j, p->what, j->value[p->position > 0 ? at - 1 : n - at]);
}

static void
put_piece(struct job *j, const struct piece *p)
{
    char number[16];
    bool literal = p->what == TEXT || j->n_values == 0;

    if (p->what == WORD_END) {
        end_word(j);
    } else if (literal) {
        buf_bytes(&j->word, p->text, p->len);
    } else if (p->what == NUMBER) {
        int n = snprintf(number, sizeof number, "%u", j->number);
        buf_bytes(&j->word, number, (size_t)n);
    } else if (p->what == SLOT) {
        buf_u8(&j->word, SLOT_MARK);
    } else {
        put_values(j, p);
    }
}

void
template_expand(const struct template *t, uint32_t number,
                const char *const *value, size_t n_values, struct buf *argv)
{
    struct job j = { .t = t, .number = number, .value = value,
                     .n_values = n_values, .argv = argv };

    if (t->shell) {
        command_word_put(argv, 0, "/bin/sh", 7, NULL);
        command_word_put(argv, 0, "-c", 2, NULL);
    }
    for (size_t i = 0; i < t->n; i++)
        put_piece(&j, &t->piece[i]);
    for (size_t i = 0; !t->replaces && i < n_values; i++) {
        put_part(&j, VALUE, value[i]);
        end_word(&j);
    }
    if (t->shell) {
        j.word.len--;       /* the blank behind the last word */
        put_word(&j);
    }
    buf_fini(&j.word);
}
