/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/carry.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/landing.h"
#include "ctl/template.h"
#include "kinds/command.h"
#include "kinds/command_file.h"
#include "kinds/param.h"

struct carry {
    struct template *put, *back;    /* NULL: none */
};

static void
add(const char ***list, size_t *n, const char *word)
{
    *list = xrealloc((void *)(uintptr_t)*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = word;
}

void
carry_put(struct carry_options *o, const char *word)
{
    add(&o->put, &o->n_put, word);
}

void
carry_return(struct carry_options *o, const char *word)
{
    add(&o->back, &o->n_back, word);
}

void
carry_options_fini(struct carry_options *o)
{
    free((void *)(uintptr_t)o->put);
    free((void *)(uintptr_t)o->back);
}

/* ---- templates ---- */

static int
read_words(struct ctl *c, const char *option, struct template *t, size_t width)
{
    char err[TEMPLATE_ERROR_MAX];

    if (template_has_slot(t))
        ctl_fail(c, EXIT_USAGE, "%s: {%%}: the slot is known only when the "
                 "job runs", option);
    else if (template_check(t, width, err) != 0)
        ctl_fail(c, EXIT_USAGE, "%s: %s", option, err);
    else
        return 0;
    return -1;
}

struct carry *
carry_new(struct ctl *c, const struct carry_options *o, const char *value,
          size_t width)
{
    const struct template_form form = { .value = value };
    struct carry *k = xcalloc(1, sizeof *k);
    char err[TEMPLATE_ERROR_MAX] = "";
    int rc = 0;

    if (o->n_put > 0)
        k->put = template_new(o->put, o->n_put, &form, err);
    if (o->n_back > 0 && err[0] == '\0')
        k->back = template_new(o->back, o->n_back, &form, err);
    if (err[0] != '\0')
        rc = ctl_fail(c, EXIT_USAGE, "%s", err);
    if (rc == 0 && k->put != NULL)
        rc = read_words(c, "--transfer", k->put, width);
    if (rc == 0 && k->back != NULL)
        rc = read_words(c, "--return", k->back, width);
    if (rc == 0)
        return k;
    carry_free(k);
    return NULL;
}

void
carry_free(struct carry *k)
{
    if (k == NULL)
        return;
    template_free(k->put);
    template_free(k->back);
    free(k);
}

bool
carry_is_same(const struct carry *k)
{
    return (k->put == NULL || !template_replaces(k->put)) &&
           (k->back == NULL || !template_replaces(k->back));
}

/* The words of a job. One without replacement strings gets no values: they
 * would be added to it. */
static void
expand(const struct template *t, const struct carry_job *job, struct buf *out)
{
    template_expand(t, job->number, job->value,
                    template_replaces(t) ? job->n_values : 0, out);
}

/* ---- one job ---- */

/* Where its files lie so far. */
struct places {
    struct place {
        char *at;
        const char *from;   /* NULL: it comes back */
    } *v;
    size_t n;
};

static void
places_fini(struct places *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i].at);
    free(p->v);
}

static bool
is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);

    return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* 1; 0: it is there already; -1: *why says what else is. */
static int
places_add(struct places *p, const char *at, const char *from,
           const char **why)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct place *q = &p->v[i];
        if (strcmp(q->at, at) == 0 &&
            (from == NULL || strcmp(q->from, from) == 0))
            return 0;
        *why = q->at;
        if (strcmp(q->at, at) == 0 || is_below(q->at, at) ||
            is_below(at, q->at))
            return -1;
    }
    p->v = xrealloc(p->v, p->n + 1, sizeof *p->v);
    p->v[p->n++] = (struct place){ .at = xstrdup(at), .from = from };
    return 1;
}

struct list {
    struct places places;
    struct buf words;
    char what[64];          /* "job 3: --transfer" */
};

static int
refuse(struct ctl *c, const struct list *l, const char *path, const char *why)
{
    ctl_fail(c, EXIT_USAGE, "%s: %s: %s", l->what, path, why);
    return -1;
}

static int
put_one(struct ctl *c, struct files *files, const char *path, struct list *l)
{
    char at[LANDING_MAX], hash[DIGEST_TEXT], text[LANDING_MAX + 64] = "";
    const char *why = landing_put(path, at);

    if (why != NULL)
        return refuse(c, l, path, why);
    const struct file *file = files_get(c, files, path, l->what);
    if (file == NULL)
        return -1;
    int rc = places_add(&l->places, at, file->path, &why);
    if (rc < 0) {
        text_add(text, sizeof text, "is in the way of another file, at %s",
                 why);
        return refuse(c, l, path, text);
    }
    digest_print(&file->digest, hash);
    const struct command_file one = {
        .hash = hash, .mode = file->stat.st_mode & 0777,
        .size = (uint64_t)file->stat.st_size, .path = at
    };
    if (rc > 0)
        command_file_put(&l->words, 0, &one);
    return 0;
}

static int
return_one(struct ctl *c, const char *path, struct list *l)
{
    char at[LANDING_MAX], text[LANDING_MAX + 64] = "";
    const char *why = landing_return(path, at);

    if (why != NULL)
        return refuse(c, l, path, why);
    int rc = places_add(&l->places, at, NULL, &why);
    if (rc < 0) {
        text_add(text, sizeof text, "cannot be there with %s", why);
        return refuse(c, l, path, text);
    }
    if (rc > 0)
        command_word_put(&l->words, 0, at, strlen(at), NULL);
    return 0;
}

/* The line NAME= of a job. */
static int
add_line(struct ctl *c, const struct carry *k, const struct carry_job *job,
         struct buf *lines, bool back)
{
    struct list l = { .what = "" };
    struct buf all = { 0 }, word = { 0 };
    int rc = 0;

    if (!carry_is_same(k))
        text_add(l.what, sizeof l.what, "job %u: ", job->number - 1);
    text_add(l.what, sizeof l.what, back ? "--return" : "--transfer");
    expand(back ? k->back : k->put, job, &all);
    struct span rest = buf_span(&all);
    while (rc == 0 && command_word_next(&rest, 1, &word) > 0) {
        const char *path = (const char *)word.p;
        rc = back ? return_one(c, path, &l)
                  : put_one(c, job->files, path, &l);
        buf_reset(&word);
    }
    if (rc == 0)
        param_put(lines, back ? "ret" : "put", buf_span(&l.words));
    places_fini(&l.places);
    buf_fini(&l.words);
    buf_fini(&all);
    buf_fini(&word);
    return rc;
}

int
carry_job(struct ctl *c, const struct carry *k, const struct carry_job *job,
          struct buf *lines)
{
    int rc = k->put != NULL ? add_line(c, k, job, lines, false) : 0;

    return rc == 0 && k->back != NULL ? add_line(c, k, job, lines, true) : rc;
}
