/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/query.h"

#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "tui/match.h"

enum { SHOWN_MAX = 60, WORD_MAX = 24 };

enum kind { TERM_NAME = 1, TERM_NUMBER, TERM_WORD, TERM_TAG, TERM_PENDING,
            TERM_MARKED, TERM_REGEX };
enum op { OP_NONE = 0, OP_LESS, OP_LESS_EQUAL, OP_EQUAL, OP_NOT_EQUAL,
          OP_MORE_EQUAL, OP_MORE };

struct term {
    enum kind kind;
    bool not;
    bool begins;            /* the first after "|" */
    int column;
    enum op op;
    double number, slack;   /* "=" is true this near: what is on the screen
                               is rounded */
    struct span word, key;  /* in the query's text */
    regex_t *regex;
};

struct query {
    const struct query_table *of;   /* NULL: nodes */
    char *text;
    struct term *term;
    size_t n, cap;
    query_pending *pending;
    const void *with;
};

struct parser {
    struct query *q;
    const char *text, *at;
    struct term term;       /* the one being read */
    char *err;
    bool failed;
};

/* ---- errors ---- */

static void fail(struct parser *p, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
fail(struct parser *p, const char *at, const char *fmt, ...)
{
    size_t shown = strlen(p->text), position = 1;
    va_list args;

    for (const char *c = p->text; c < at; c++)
        position += (*c & 0xC0) != 0x80;
    bool cut = shown > SHOWN_MAX;
    if (cut)
        for (shown = SHOWN_MAX; (p->text[shown] & 0xC0) == 0x80;)
            shown--;
    p->failed = true;
    p->err[0] = '\0';
    text_add(p->err, QUERY_ERROR_MAX, "%.*s%s : ", (int)shown, p->text,
             cut ? "..." : "");
    va_start(args, fmt);
    text_addv(p->err, QUERY_ERROR_MAX, fmt, args);
    va_end(args);
    text_add(p->err, QUERY_ERROR_MAX, " (position %zu)", position);
}

static int
cut(size_t len)
{
    return len < WORD_MAX ? (int)len : WORD_MAX;
}

/* ---- terms ---- */

static const struct {
    const char *text;
    enum op op;
} ops[] = {
    { "<=", OP_LESS_EQUAL }, { "<", OP_LESS }, { ">=", OP_MORE_EQUAL },
    { ">", OP_MORE }, { "==", OP_EQUAL }, { "=", OP_EQUAL },
    { "!=", OP_NOT_EQUAL },
};

static enum op
op_at(const char *s, size_t len, size_t *n)
{
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        *n = strlen(ops[i].text);
        if (*n <= len && memcmp(s, ops[i].text, *n) == 0)
            return ops[i].op;
    }
    *n = 0;
    return OP_NONE;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with a point, if any; *unit the value of the last one. Returns the
 * bytes; 0: no number. */
static size_t
decimal(const char *s, double *number, double *unit)
{
    size_t n = 0;

    *number = 0;
    *unit = 1;
    for (; is_digit(s[n]); n++)
        *number = *number * 10 + (s[n] - '0');
    if (n == 0 || s[n] != '.')
        return n;
    if (!is_digit(s[n + 1]))
        return 0;
    for (n++; is_digit(s[n]); n++) {
        *unit /= 10;
        *number += *unit * (s[n] - '0');
    }
    return n;
}

/* As the screens write numbers: k is 1000; a per cent sign may follow. */
static bool
take_number(struct term *t, enum column_type type, const char *s)
{
    static const char letters[] = "kMGT";
    double unit;
    size_t n = decimal(s, &t->number, &unit);

    if (n == 0)
        return false;
    s += n;
    static const double steps[] = { 1e3, 1e6, 1e9, 1e12 };
    double by = 1;
    for (size_t i = 0; i < 4; i++)
        if (*s == letters[i] || (i == 0 && *s == 'K')) {
            by = steps[i];
            s++;
            break;
        }
    if (*s == '%' && type == COLUMN_PERCENT)
        s++;
    t->number *= by;
    t->slack = unit * by / 2;
    return *s == '\0';
}

static void
read_duration(struct parser *p, const char *at, const char *s)
{
    double ignored, unit;
    char one[32] = "1";
    int64_t us = 0, unit_us = 1;
    int rc = units_duration(s, &us);

    if (rc == -EDOM)
        fail(p, at, "\"%s\" has no unit; write %ss", s, s);
    else if (rc == -ERANGE)
        fail(p, at, "\"%s\" is too long", s);
    else if (rc != 0)
        fail(p, at, "\"%s\" is not a duration", s);
    if (rc != 0)
        return;
    text_add(one, sizeof one, "%s", s + decimal(s, &ignored, &unit));
    (void)units_duration(one, &unit_us);
    p->term.number = (double)us;
    p->term.slack = (double)unit_us * unit / 2;
}

static void
read_value(struct parser *p, struct span op, struct span value)
{
    struct term *t = &p->term;
    const char *at = (const char *)value.p;
    const struct query_field field = query_field(p->q->of, t->column);
    char text[WORD_MAX + 1] = "";

    if (value.len == 0) {
        fail(p, at, "a %s is missing after \"%.*s\"",
             field.type == COLUMN_TEXT       ? "word"
             : field.type == COLUMN_DURATION ? "duration" : "number",
             (int)op.len, (const char *)op.p);
        return;
    }
    if (field.type == COLUMN_TEXT) {
        t->kind = TERM_WORD;
        t->word = value;
        if (t->op != OP_EQUAL && t->op != OP_NOT_EQUAL)
            fail(p, (const char *)op.p, "%s is a text: = and != only",
                 field.name);
        return;
    }
    t->kind = TERM_NUMBER;
    text_add(text, sizeof text, "%.*s", cut(value.len), at);
    if (field.type == COLUMN_DURATION)
        read_duration(p, at, text);
    else if (value.len > WORD_MAX || !take_number(t, field.type, text))
        fail(p, at, "\"%s\" is not a number", text);
}

static void
read_column(struct parser *p, struct span word, size_t name, size_t n_op)
{
    const char *s = (const char *)word.p;
    char column[WORD_MAX + 1] = "";

    if (name == 0) {
        fail(p, s, "a column is missing before \"%.*s\"", (int)n_op, s);
        return;
    }
    text_add(column, sizeof column, "%.*s", cut(name), s);
    p->term.column = query_find(p->q->of, column);
    if (p->term.column < 0) {
        char why[QUERY_ERROR_MAX];
        query_no_column(p->q->of, column, why);
        fail(p, s, "%s", why);
        return;
    }
    read_value(p, span_of(s + name, n_op),
               span_of(s + name + n_op, word.len - name - n_op));
}

static void
read_tag(struct parser *p, struct span word)
{
    size_t n = 0;

    while (n < word.len && word.p[n] != '=')
        n++;
    if (n == 0)
        fail(p, (const char *)word.p, "a tag is missing after \"tag:\"");
    p->term.kind = TERM_TAG;
    p->term.key = span_of(word.p, n);
    if (n < word.len)
        p->term.word = span_of(word.p + n + 1, word.len - n - 1);
}

static void
read_word(struct parser *p)
{
    struct span word = span_of(p->at, strcspn(p->at, " |"));
    const bool nodes = p->q->of == NULL;
    size_t name = 0, n_op;

    p->at += word.len;
    if (nodes && word.len >= 4 && memcmp(word.p, "tag:", 4) == 0) {
        read_tag(p, span_of(word.p + 4, word.len - 4));
        return;
    }
    for (; name < word.len; name++) {
        p->term.op = op_at((const char *)word.p + name, word.len - name,
                           &n_op);
        if (p->term.op != OP_NONE) {
            read_column(p, word, name, n_op);
            return;
        }
    }
    p->term.kind = nodes && span_is(word, "pending")  ? TERM_PENDING
                   : nodes && span_is(word, "marked") ? TERM_MARKED
                                                      : TERM_NAME;
    p->term.word = word;
}

/* What is between two strokes; \/ is a stroke in it. */
static void
read_regex(struct parser *p)
{
    const char *from = p->at + 1, *to = from;
    char *text = xcalloc(strlen(from) + 1, 1), why[64];
    size_t n = 0;

    for (; *to != '\0' && *to != '/'; to++) {
        if (to[0] == '\\' && to[1] == '/')
            to++;
        else if (to[0] == '\\' && to[1] != '\0')
            text[n++] = *to++;
        text[n++] = *to;
    }
    if (*to == '\0') {
        fail(p, to, "a closing \"/\" is missing");
    } else {
        p->term.kind = TERM_REGEX;
        p->term.regex = xcalloc(1, sizeof *p->term.regex);
        int rc = regcomp(p->term.regex, text, REG_EXTENDED | REG_NOSUB);
        if (rc != 0) {
            regerror(rc, p->term.regex, why, sizeof why);
            fail(p, from, "%s", why);
            free(p->term.regex);
            p->term.regex = NULL;
        }
        p->at = to + 1;
    }
    free(text);
}

static void
keep(struct query *q, const struct term *t)
{
    if (q->n == q->cap) {
        q->cap = q->cap == 0 ? 8 : 2 * q->cap;
        q->term = xrealloc(q->term, q->cap, sizeof *q->term);
    }
    q->term[q->n++] = *t;
}

static void
read_term(struct parser *p, bool begins)
{
    p->term = (struct term){ .begins = begins };
    for (; *p->at == '!'; p->at++)
        p->term.not = !p->term.not;
    if (*p->at == '\0' || *p->at == ' ' || *p->at == '|')
        fail(p, p->at, "a word is missing after \"!\"");
    else if (*p->at == '/')
        read_regex(p);
    else
        read_word(p);
    if (!p->failed)
        keep(p->q, &p->term);
}

static void
parse(struct parser *p)
{
    bool begins = true, barred = false;

    while (!p->failed) {
        p->at += strspn(p->at, " ");
        if (*p->at == '\0')
            break;
        if (*p->at != '|') {
            read_term(p, begins);
            begins = barred = false;
        } else if (begins) {
            fail(p, p->at, "a word is missing before \"|\"");
        } else {
            begins = barred = true;
            p->at++;
        }
    }
    if (barred && !p->failed)
        fail(p, p->at, "a word is missing after \"|\"");
}

struct query *
query_new_of(const struct query_table *t, const char *text,
             char err[QUERY_ERROR_MAX])
{
    struct query *q = xcalloc(1, sizeof *q);

    q->of = t;
    q->text = xstrdup(text);
    struct parser p = { .q = q, .text = q->text, .at = q->text, .err = err };
    err[0] = '\0';
    parse(&p);
    if (!p.failed)
        return q;
    query_free(q);
    return NULL;
}

void
query_free(struct query *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < q->n; i++)
        if (q->term[i].regex != NULL) {
            regfree(q->term[i].regex);
            free(q->term[i].regex);
        }
    free(q->term);
    free(q->text);
    free(q);
}

const char *
query_text(const struct query *q)
{
    return q->text;
}

void
query_set_pending(struct query *q, query_pending *f, const void *with)
{
    q->pending = f;
    q->with = with;
}

/* ---- matching ---- */

static bool
compare(const struct term *t, double x)
{
    if (isnan(x))
        return false;
    double off = x < t->number ? t->number - x : x - t->number;
    switch (t->op) {
    case OP_LESS: return x < t->number;
    case OP_LESS_EQUAL: return x <= t->number;
    case OP_EQUAL: return off <= t->slack;
    case OP_NOT_EQUAL: return off > t->slack;
    case OP_MORE_EQUAL: return x >= t->number;
    case OP_MORE: return x > t->number;
    case OP_NONE: break;
    }
    return false;
}

/* A node of a model, or (n NULL) a row of another list. */
struct row { const struct model *m; const struct node *n; const void *row; };

static bool
has_word(const struct term *t, const char *text)
{
    struct span value = span_str(text != NULL ? text : "");

    return value.len > 0 && match(t->word, value, true) == (t->op == OP_EQUAL);
}

static bool
row_matches(const struct query *q, const struct term *t, const void *row)
{
    char text[QUERY_TEXT_MAX] = "";

    if (t->kind == TERM_NUMBER)
        return compare(t, q->of->number(row, t->column));
    if (t->kind == TERM_WORD)
        return has_word(t, q->of->word(row, t->column, text));
    q->of->text(row, text);
    return t->kind == TERM_REGEX ? regexec(t->regex, text, 0, NULL, 0) == 0
                                 : match_holds(span_str(text), t->word);
}

static bool
matches(const struct query *q, const struct term *t, const struct row *r)
{
    const struct node *n = r->n;
    const enum column c = (enum column)t->column;
    struct span value = span_str("");

    if (n == NULL)
        return row_matches(q, t, r->row);
    switch (t->kind) {
    case TERM_NAME: return match_holds(span_str(n->name), t->word);
    case TERM_NUMBER: return compare(t, column_number(r->m, n, c));
    case TERM_WORD: return has_word(t, column_word(n, c));
    case TERM_TAG:
        return node_tag(n, t->key, &value) &&
               (t->word.p == NULL || match(t->word, value, true));
    case TERM_PENDING: return q->pending != NULL && q->pending(q->with, n);
    case TERM_MARKED: return n->marked;
    case TERM_REGEX: return regexec(t->regex, n->name, 0, NULL, 0) == 0;
    }
    return false;
}

static bool
holds(const struct query *q, const struct row *r)
{
    bool all = true;

    for (size_t i = 0; q != NULL && i < q->n; i++) {
        const struct term *t = &q->term[i];
        if (t->begins && i > 0) {
            if (all)
                return true;
            all = true;
        }
        all = all && matches(q, t, r) != t->not;
    }
    return all;
}

bool
query_match(const struct query *q, const struct model *m,
            const struct node *n)
{
    return holds(q, &(struct row){ m, n, NULL });
}

bool
query_match_row(const struct query *q, const void *row)
{
    return holds(q, &(struct row){ NULL, NULL, row });
}
