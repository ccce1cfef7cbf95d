/* SPDX-License-Identifier: MPL-2.0 */
/* The forms in which jobs are said: KIND words, KIND ::: v... :::: FILE,
 * -a FILE, -a FILE KIND. */
#include "ctl/submit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/own.h"
#include "kinds/command.h"

enum { FILE_BYTES_MAX = 1 << 30 };

int
input_read(struct ctl *c, const char *path, struct buf *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "re");
    struct stat st = { .st_mode = 0 };
    size_t n = 1;

    if (f == NULL) {
        const char *why = errno == ENOENT ? "no such file"
                          : errno == EACCES ? "permission denied"
                                            : strerror(errno);
        ctl_fail(c, EXIT_NOTFOUND, "%s: %s", path, why);
        return -1;
    }
    if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
        ctl_fail(c, EXIT_NOTFOUND, "%s: is a directory", path);
        fclose(f);
        return -1;
    }
    /* What says its size is refused before it is read. */
    bool large = S_ISREG(st.st_mode) && st.st_size >= FILE_BYTES_MAX;
    while (n > 0 && !large) {
        uint8_t *to = buf_grow(out, 1 << 16);
        n = fread(to, 1, 1 << 16, f);
        out->len -= (1 << 16) - n;
        large = out->len >= FILE_BYTES_MAX;
    }
    bool bad = ferror(f) != 0;
    if (!is_stdin)
        fclose(f);
    if (bad)
        ctl_fail(c, EXIT_DISK, "%s: cannot be read", path);
    else if (large)
        ctl_fail(c, EXIT_USAGE, "%s: larger than 1G", path);
    return bad || large ? -1 : 0;
}

/* Workload files may have commands: they all get these words. */
static int
from_lines(struct ctl *c, const struct submit *s, struct jobfile *out,
           struct span text)
{
    struct buf words = { 0 };
    int n = program_shared(c, &s->program, &words);
    const char *word[2] = { (const char *)words.p };

    if (n == 2)
        word[1] = word[0] + strlen(word[0]) + 1;
    if (n > 0) {
        out->command_words = word;
        out->n_command_words = (size_t)n;
        out->find = kind_ask_with;
        out->find_with = c;
        jobfile_read(out, s->file, text);
        out->command_words = NULL;
        out->n_command_words = 0;
    }
    buf_fini(&words);
    return n > 0 ? 0 : -1;
}

/* -a FILE and -a FILE KIND */
static int
from_file(struct ctl *c, const struct submit *s, const struct args *a,
          struct jobfile *out)
{
    struct buf text = { 0 };
    char err[KIND_ERROR_MAX];
    int rc = input_read(c, s->file, &text);

    if (rc == 0 && a->n_words > 0) {
        const struct kind *kind = kind_ask(c, a->word[0], err);
        if (kind == NULL) {
            ctl_fail(c, c->kind_status, "%s", err);
            rc = -1;
        } else {
            jobfile_values(out, s->file, buf_span(&text), kind, a->word + 1,
                           a->n_words - 1, s->nul ? '\0' : '\n');
        }
    } else if (rc == 0) {
        rc = from_lines(c, s, out, buf_span(&text));
    }
    buf_fini(&text);
    if (rc == 0 && out->n_loads == 0 && out->n_problems == 0) {
        ctl_fail(c, EXIT_USAGE, "%s: no jobs", s->file);
        rc = -1;
    }
    return rc;
}

static bool
is_separator(const char *word)
{
    return strcmp(word, ":::") == 0 || strcmp(word, "::::") == 0;
}

static size_t
first_separator(const struct args *a)
{
    size_t i = 0;

    while (i < a->n_words && !is_separator(a->word[i]))
        i++;
    return i;
}

/* KIND words ::: v... :::: FILE... */
static int
from_values(struct ctl *c, struct submit *s, const struct args *a,
            const struct kind *kind, struct jobfile *out)
{
    size_t n = first_separator(a);
    bool file = false;

    for (size_t i = n; i < a->n_words; i++) {
        const char *word = a->word[i];
        struct buf text = { 0 };
        if (is_separator(word)) {
            file = word[3] != '\0';
            continue;
        }
        if (!file) {
            jobfile_value(out, word, kind, a->word + 1, n - 1);
            continue;
        }
        int rc = input_read(c, word, &text);
        if (rc == 0)
            jobfile_values(out, word, buf_span(&text), kind, a->word + 1,
                           n - 1, s->nul ? '\0' : '\n');
        buf_fini(&text);
        if (rc != 0)
            return -1;
    }
    if (out->n_loads == 0 && out->n_problems == 0) {
        ctl_note(c, "no input values, nothing to do");
        s->nothing = true;
    }
    return 0;
}

/* KIND words: one plan. */
static int
from_words(struct ctl *c, const struct args *a, const struct kind *kind,
           struct jobfile *out)
{
    char err[KIND_ERROR_MAX];
    struct plan plan;
    int rc = kind_plan(kind, a->word + 1, a->n_words - 1, &plan, err);

    if (rc != 0) {
        ctl_fail(c, rc == -ENOENT ? EXIT_NOTFOUND : EXIT_USAGE, "%s", err);
        return -1;
    }
    out->load = xcalloc(1, sizeof *out->load);
    out->n_loads = 1;
    out->load[0] = (struct load){ .kind = kind, .plan = plan };
    return 0;
}

/* All problems, the first twenty in words. */
static int
report(struct ctl *c, const struct submit *s, const struct jobfile *f)
{
    if (f->n_problems == 0)
        return 0;
    int status = f->no_file ? EXIT_NOTFOUND : EXIT_USAGE;
    for (size_t i = 0; i < f->n_problems && i < JOBFILE_PROBLEMS; i++)
        if (s->skip_bad)
            ctl_note(c, "%s", f->problem[i]);
        else
            ctl_fail(c, status, "%s", f->problem[i]);
    if (s->skip_bad) {
        ctl_note(c, "%zu bad lines skipped", f->n_problems);
        return 0;
    }
    if (f->n_problems > 1)
        ctl_fail(c, status, "%zu bad lines, nothing submitted",
                 f->n_problems);
    return -1;
}

/* KIND words and their values. */
static int
from_kind(struct ctl *c, struct submit *s, const struct args *a,
          struct jobfile *out)
{
    char err[KIND_ERROR_MAX];
    const struct kind *kind = kind_ask(c, a->word[0], err);

    if (kind == NULL) {
        ctl_fail(c, c->kind_status, "%s", err);
        return -1;
    }
    return first_separator(a) < a->n_words ? from_values(c, s, a, kind, out)
                                           : from_words(c, a, kind, out);
}

static int
read_form(struct ctl *c, struct submit *s, const struct args *a,
          struct jobfile *out)
{
    if (a->dashed && s->from_json == NULL && a->dashes == 0)
        return program_read(c, s, a->word, a->n_words, out);
    /* The kind's own name says the same as the dashes. */
    if (s->from_json == NULL && a->n_words > 0 &&
        strcmp(a->word[0], kind_command.name) == 0)
        return program_read(c, s, a->word + 1, a->n_words - 1, out);
    if (s->program.carry.n_put + s->program.carry.n_back > 0) {
        ctl_fail(c, EXIT_USAGE, "%s is for commands: write them after \"--\"",
                 s->program.carry.n_put > 0 ? "--transfer" : "--return");
        return -1;
    }
    if (s->from_json != NULL)
        return json_read(c, s, out);
    if (s->file != NULL)
        return from_file(c, s, a, out);
    if (a->n_words > 0 && !is_separator(a->word[0]))
        return from_kind(c, s, a, out);
    ctl_fail(c, EXIT_USAGE, "%s: say a KIND, or \"--\" and a command; "
             "\"lbctl kinds\" lists kinds", s->run ? "run" : "submit");
    return -1;
}

int
forms_read(struct ctl *c, struct submit *s, const struct args *a,
           struct jobfile *out)
{
    if (read_form(c, s, a, out) != 0 || report(c, s, out) != 0)
        return -1;
    return s->nothing ? 0 : program_end(c, &s->program, out);
}
