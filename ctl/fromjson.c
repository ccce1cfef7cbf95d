/* SPDX-License-Identifier: MPL-2.0 */
/* {"kind":..., "params":{...}, "jobs":[{...},...], "options":{...}} */
#include "ctl/submit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/own.h"
#include "kinds/command.h"

enum { WORDS_MAX = 64 };

struct words {
    const char *v[WORDS_MAX];
    char *own[WORDS_MAX];
    size_t n;
};

static void
words_fini(struct words *w, size_t keep)
{
    while (w->n > keep)
        free(w->own[--w->n]);
}

/* A list of texts, as words of kinds/command.h. */
static bool
add_list(struct buf *word, json_t *list)
{
    size_t start = word->len, i;
    json_t *one;

    json_array_foreach(list, i, one) {
        const char *text = json_string_value(one);
        if (text == NULL || strlen(text) != json_string_length(one))
            return false;
        command_word_put(word, start, text, strlen(text), NULL);
    }
    return true;
}

/* NAME=VALUE. What a command is given is words: lists of texts, but for cwd. */
static bool
add_member(struct buf *word, bool command, const char *key, json_t *value)
{
    char number[24];
    bool words = command && (strcmp(key, "argv") == 0 ||
                             strcmp(key, "env") == 0);

    buf_bytes(word, key, strlen(key));
    buf_u8(word, '=');
    if (words)
        return json_is_array(value) && add_list(word, value);
    const char *text = json_string_value(value);
    if (text != NULL && command && strcmp(key, "cwd") == 0)
        command_word_put(word, word->len, text, strlen(text), NULL);
    else if (text != NULL)
        buf_bytes(word, text, strlen(text));
    else if (json_is_integer(value)) {
        int n = snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                         json_integer_value(value));
        buf_bytes(word, number, (size_t)n);
    }
    return text != NULL || json_is_integer(value);
}

/* NAME=VALUE of each member; false: a value is not of its type. */
static bool
add_members(struct words *w, bool command, json_t *object, const char **bad)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) {
        struct buf word = { 0 };
        *bad = key;
        if (w->n == WORDS_MAX || !add_member(&word, command, key, value)) {
            buf_fini(&word);
            return false;
        }
        buf_u8(&word, '\0');
        w->own[w->n] = (char *)word.p;
        w->v[w->n++] = (char *)word.p;
    }
    return true;
}

static bool
has(const struct words *w, const char *word)
{
    size_t n = strcspn(word, "=") + 1;

    for (size_t i = 0; i < w->n; i++)
        if (strncmp(w->v[i], word, n) == 0)
            return true;
    return false;
}

/* What the command line says of all commands, where the file says nothing. */
static bool
add_shared(struct ctl *c, const struct submit *s, struct words *w)
{
    struct buf words = { 0 };
    int n = program_shared(c, &s->program, &words);
    const char *word = (const char *)words.p;

    for (int i = 0; i < n && w->n < WORDS_MAX; i++) {
        if (!has(w, word)) {
            w->own[w->n] = xstrdup(word);
            w->v[w->n] = w->own[w->n];
            w->n++;
        }
        word += strlen(word) + 1;
    }
    buf_fini(&words);
    return n >= 0;
}

static int
fail(struct ctl *c, const char *path, const char *what)
{
    ctl_fail(c, EXIT_USAGE, "%s: %s", path, what);
    return -1;
}

/* Adds `n` words to the job file as a line of its own. */
static int
add_job(struct ctl *c, const struct submit *s, const struct kind *kind,
        struct words *w, struct jobfile *out)
{
    const char *path = s->from_json;
    struct plan plan;
    char err[KIND_ERROR_MAX];

    if (kind == &kind_command && !add_shared(c, s, w))
        return -1;
    int rc = kind_plan(kind, w->v, w->n, &plan, err);

    if (rc != 0)
        return fail(c, path, err);
    if (out->n_loads == 0) {
        out->load = xcalloc(1, sizeof *out->load);
        out->load[out->n_loads++] = (struct load){ .kind = kind,
                                                   .plan = plan };
        return 0;
    }
    rc = plan_merge(kind, &out->load[0].plan, &plan, err);
    plan_fini(&plan);
    return rc == 0 ? 0 : fail(c, path, err);
}

/* Parameters for all jobs, then a job for each member of `jobs`. */
static int
add_all(struct ctl *c, const struct submit *s, json_t *root,
        const struct kind *kind, struct jobfile *out)
{
    json_t *params = json_object_get(root, "params");
    json_t *jobs = json_object_get(root, "jobs"), *job;
    const char *path = s->from_json, *bad = "";
    bool command = kind == &kind_command;
    struct words w = { .n = 0 };
    char why[160] = "";
    size_t i;
    int rc = 0;

    if (!add_members(&w, command, params, &bad)) {
        text_add(why, sizeof why, "params.%.60s: %s is required", bad,
                 command ? "a list of texts, or a text"
                         : "a text or a whole number");
        rc = fail(c, path, why);
    }
    size_t shared = w.n;
    if (rc == 0 && jobs == NULL)
        rc = add_job(c, s, kind, &w, out);
    json_array_foreach(jobs, i, job) {
        if (rc == 0 && (!json_is_object(job) ||
                        !add_members(&w, command, job, &bad))) {
            text_add(why, sizeof why, "jobs[%zu].%.60s: %s is required", i,
                     bad, command ? "a list of texts, or a text"
                                  : "a text or a whole number");
            rc = fail(c, path, why);
        }
        if (rc == 0)
            rc = add_job(c, s, kind, &w, out);
        words_fini(&w, shared);
    }
    words_fini(&w, 0);
    return rc;
}

static int
add_jobs(struct ctl *c, const struct submit *s, json_t *root,
         struct jobfile *out)
{
    const char *name = json_string_value(json_object_get(root, "kind"));
    char err[KIND_ERROR_MAX] = "";

    if (name == NULL)
        return fail(c, s->from_json, "kind: a text is required");
    const struct kind *kind = kind_ask(c, name, err);
    if (kind != NULL)
        return add_all(c, s, root, kind, out);
    return fail(c, s->from_json, err);
}

static bool
is_number(json_t *value, uint64_t max, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool
set_number(json_t *value, uint64_t max, bool *given, uint64_t *out)
{
    uint64_t n;

    if (!is_number(value, max, &n))
        return false;
    if (!*given)
        *out = n;
    *given = true;
    return true;
}

static bool
set_text(const char **to, char **owned, const char *text)
{
    if (text != NULL && *to == NULL)
        *to = *owned = xstrdup(text);
    return text != NULL;
}

static bool
set_limit(struct submit *s, const char *text)
{
    uint16_t percent = 0;
    int64_t us = 0;

    if (text == NULL || (!limit_is_percent(text, &percent) &&
                         units_duration(text, &us) != 0))
        return false;
    if (!s->timeout_given) {
        s->timeout_us = us;
        s->timeout_percent = percent;
    }
    s->timeout_given = true;
    return true;
}

static bool
set_flag(json_t *value, bool *to)
{
    *to |= json_is_true(value);
    return json_is_boolean(value);
}

/* What the command line said already stays. */
static bool
set_option(struct submit *s, const char *key, json_t *value)
{
    const char *text = json_string_value(value);

    if (strcmp(key, "name") == 0)
        return set_text(&s->label, &s->owned[0], text);
    if (strcmp(key, "id") == 0)
        return set_text(&s->id, &s->owned[1], text);
    if (strcmp(key, "retries") == 0)
        return set_number(value, 100, &s->retries_given, &s->retries);
    if (strcmp(key, "priority") == 0)
        return set_number(value, 9, &s->priority_given, &s->priority);
    if (strcmp(key, "timeout") == 0)
        return set_limit(s, text);
    if (strcmp(key, "hold") == 0)
        return set_flag(value, &s->hold);
    if (strcmp(key, "once") == 0)
        return set_flag(value, &s->once);
    return strcmp(key, "idempotent") == 0 && set_flag(value, &s->idempotent);
}

static int
check_top(struct ctl *c, const char *path, json_t *root)
{
    static const char *const known[] = { "kind", "params", "jobs", "options",
                                         NULL };
    const char *key;
    json_t *value;

    if (!json_is_object(root))
        return fail(c, path, "an object is required");
    json_object_foreach(root, key, value) {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL) {
            char why[160] = "";
            text_add(why, sizeof why, "unknown field \"%.60s\"; fields: kind "
                     "params jobs options", key);
            return fail(c, path, why);
        }
    }
    json_t *jobs = json_object_get(root, "jobs");
    if (jobs != NULL && !json_is_array(jobs))
        return fail(c, path, "jobs: a list of objects is required");
    return 0;
}

int
json_read(struct ctl *c, struct submit *s, struct jobfile *out)
{
    struct buf text = { 0 };
    json_error_t error;
    const char *key;
    json_t *value;

    if (input_read(c, s->from_json, &text) != 0) {
        buf_fini(&text);
        return -1;
    }
    json_t *root = json_loadb((const char *)text.p, text.len,
                              JSON_REJECT_DUPLICATES, &error);
    buf_fini(&text);
    if (root == NULL) {
        ctl_fail(c, EXIT_USAGE, "%s:%d: column %d: %s", s->from_json,
                 error.line, error.column, error.text);
        return -1;
    }
    int rc = check_top(c, s->from_json, root);
    if (rc == 0)
        rc = add_jobs(c, s, root, out);
    json_t *options = json_object_get(root, "options");
    json_object_foreach(options, key, value)
        if (rc == 0 && !set_option(s, key, value)) {
            char why[160] = "";
            text_add(why, sizeof why, "options.%.60s: unknown, or not of its "
                     "type", key);
            rc = fail(c, s->from_json, why);
        }
    json_decref(root);
    return rc;
}
