/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/jobfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/command.h"

enum { WORDS_MAX = 256 };

static bool
is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Reads one word at *in to *out, without its quotes. False: `err`. */
static bool
take_word(char **in, char **out, const char **err)
{
    char quote = '\0';

    for (char *p = *in; ; p++) {
        if (*p == '\0' || (quote == '\0' && is_blank(*p))) {
            *err = "a quote is not closed";
            *in = p;
            return quote == '\0';
        }
        if (quote == '\0' && (*p == '\'' || *p == '"'))
            quote = *p;
        else if (*p == quote)
            quote = '\0';
        else if (*p == '\\' && quote != '\'' && p[1] != '\0' &&
                 (quote == '\0' || p[1] == '"' || p[1] == '\\'))
            *(*out)++ = *++p;
        else
            *(*out)++ = *p;
    }
}

int
words_split(char *line, const char **word, size_t cap, const char **err)
{
    char *in = line, *out = line;
    size_t n = 0;

    for (;;) {
        while (is_blank(*in))
            in++;
        if (*in == '\0' || *in == '#')
            return (int)n;
        if (n == cap) {
            *err = "too many words";
            return -1;
        }
        word[n++] = out;
        if (!take_word(&in, &out, err))
            return -1;
        bool more = *in != '\0';
        *out++ = '\0';      /* at most where the blank was */
        in += more;
    }
}

static void
problem(struct jobfile *f, const char *name, size_t line, const char *text)
{
    char all[JOBFILE_PROBLEMS + KIND_ERROR_MAX + 512] = "";

    if (f->n_problems++ >= JOBFILE_PROBLEMS)
        return;
    if (line > 0)
        text_add(all, sizeof all, "%s:%zu: %s", name, line, text);
    else
        text_add(all, sizeof all, "%s", text);
    f->problem[f->n_problems - 1] = xstrdup(all);
}

static struct load *
load_of(struct jobfile *f, const struct kind *kind)
{
    for (size_t i = f->n_loads; i > 0; i--)
        if (f->load[i - 1].kind == kind)
            return &f->load[i - 1];
    return NULL;
}

static void
keep_values(struct load *l, uint32_t first, const char *value)
{
    if (value == NULL)
        return;
    l->values = xrealloc(l->values, l->plan.n_jobs + 1, sizeof *l->values);
    for (uint32_t i = first; i < l->plan.n_jobs; i++)
        l->values[i] = xstrdup(value);
}

/* Adds what the words mean; -1 with `err`. */
static int
add(struct jobfile *f, const struct kind *kind, const char *const *words,
    size_t n, const char *value, char *err)
{
    struct plan plan;
    int rc = kind_plan(kind, words, n, &plan, err);

    if (rc == -ENOENT)
        f->no_file = true;
    if (rc != 0)
        return -1;
    f->n_lines++;
    struct load *l = load_of(f, kind);
    uint32_t first = l != NULL ? l->plan.n_jobs : 0;
    rc = l != NULL ? plan_merge(kind, &l->plan, &plan, err) : -ENOTSUP;
    if (rc == -ENOTSUP) {   /* the first, or a workload of its own */
        f->load = xrealloc(f->load, f->n_loads + 1, sizeof *f->load);
        l = &f->load[f->n_loads++];
        *l = (struct load){ .kind = kind, .plan = plan };
        keep_values(l, 0, value);
        return 0;
    }
    plan_fini(&plan);
    if (rc != 0)
        return -1;
    keep_values(l, first, value);
    return 0;
}

/* The words of a command become one parameter. */
static int
add_command(struct jobfile *f, const char *const *words, size_t n, char *err)
{
    const char **all = xcalloc(f->n_command_words + 1, sizeof *all);
    struct buf argv = { 0 };

    buf_bytes(&argv, "argv=", 5);
    for (size_t i = 0; i < n; i++)
        command_word_put(&argv, 5, words[i], strlen(words[i]), NULL);
    buf_u8(&argv, '\0');
    all[0] = (const char *)argv.p;
    for (size_t i = 0; i < f->n_command_words; i++)
        all[i + 1] = f->command_words[i];
    int rc = add(f, &kind_command, all, f->n_command_words + 1, NULL, err);
    buf_fini(&argv);
    free(all);
    return rc;
}

static int
add_words(struct jobfile *f, const struct kind *kind,
          const char *const *words, size_t n, char *err)
{
    return kind == &kind_command ? add_command(f, words, n, err)
                                 : add(f, kind, words, n, NULL, err);
}

static void
read_line(struct jobfile *f, const char *name, size_t number, char *line)
{
    const char *word[WORDS_MAX], *why;
    char err[KIND_ERROR_MAX];
    int n = words_split(line, word, WORDS_MAX, &why);

    if (n == 0)
        return;
    if (n < 0) {
        problem(f, name, number, why);
        return;
    }
    const struct kind *kind = kind_find(word[0]);
    if (kind == NULL && f->find != NULL)
        kind = f->find(f->find_with, word[0], err);
    else if (kind == NULL)
        kind_unknown(word[0], err);
    if (kind == NULL ||
        add_words(f, kind, word + 1, (size_t)n - 1, err) != 0)
        problem(f, name, number, err);
}

bool
jobline_next(struct span *text, char separator, char **line, const char **why)
{
    if (text->len == 0)
        return false;
    const uint8_t *end = memchr(text->p, separator, text->len);
    size_t n = end != NULL ? (size_t)(end - text->p) : text->len;
    *why = n > JOBLINE_MAX ? "line longer than 64 KiB"
           : separator != 0 && memchr(text->p, 0, n) != NULL
               ? "a NUL byte" : NULL;
    if (*why == NULL) {
        *line = xrealloc(*line, n + 1, 1);
        memcpy(*line, text->p, n);
        (*line)[n] = '\0';
    }
    n += end != NULL;
    *text = span_of(text->p + n, text->len - n);
    return true;
}

void
jobfile_read(struct jobfile *f, const char *name, struct span text)
{
    char *line = NULL;
    const char *why;

    for (size_t number = 1; jobline_next(&text, '\n', &line, &why); number++)
        if (why != NULL)
            problem(f, name, number, why);
        else
            read_line(f, name, number, line);
    free(line);
}

void
jobfile_value(struct jobfile *f, const char *value, const struct kind *kind,
              const char *const *words, size_t n_words)
{
    jobfile_values(f, NULL, span_str(value[0] != '\0' ? value : "\n"), kind,
                   words, n_words, '\n');
}

void
jobfile_values(struct jobfile *f, const char *name, struct span text,
               const struct kind *kind, const char *const *words,
               size_t n_words, char separator)
{
    const char **word = xcalloc(n_words + 1, sizeof *word);
    const char *first = kind->params[0].name, *why;
    char *line = NULL, err[KIND_ERROR_MAX];

    for (size_t i = 0; i < n_words; i++)
        word[i] = words[i];
    for (size_t number = 1; jobline_next(&text, separator, &line, &why);
         number++) {
        /* NAME= keeps a value that looks like NAME=VALUE what it is. */
        char *whole = xmalloc(JOBLINE_MAX + 128);
        size_t at = name != NULL ? number : 0;
        if (why == NULL && first == NULL)
            why = "the kind has no parameter to take a value";
        whole[0] = '\0';
        if (why == NULL) {
            size_t n = strlen(line);
            if (n > 0 && line[n - 1] == '\r' && separator == '\n')
                line[n - 1] = '\0';
            text_add(whole, JOBLINE_MAX + 128, "%s=%s", first, line);
            word[n_words] = whole;
        }
        if (why != NULL)
            problem(f, name, at, why);
        else if (add(f, kind, word, n_words + 1, line, err) != 0)
            problem(f, name, at, err);
        free(whole);
    }
    free(line);
    free(word);
}

void
jobfile_fini(struct jobfile *f)
{
    for (size_t i = 0; i < f->n_loads; i++) {
        struct load *l = &f->load[i];
        for (uint32_t k = 0; l->values != NULL && k < l->plan.n_jobs; k++)
            free(l->values[k]);
        free(l->values);
        free(l->seq);
        buf_fini(&l->data);
        plan_fini(&l->plan);
    }
    for (size_t i = 0; i < f->n_problems && i < JOBFILE_PROBLEMS; i++)
        free(f->problem[i]);
    free(f->load);
    *f = (struct jobfile){ .n_loads = 0 };
}
