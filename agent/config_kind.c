/* SPDX-License-Identifier: MPL-2.0 */
/* The sections [kind.NAME] of node.ini. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config_parts.h"
#include "base/text.h"
#include "base/xalloc.h"

static const char prefix[] = "kind.";
enum { PREFIX = sizeof prefix - 1 };

bool
is_kind_section(const char *section)
{
    return strncmp(section, prefix, PREFIX) == 0;
}

/* ---- sections ---- */

static struct kind_section *
find(const struct config_file *f, const char *section)
{
    for (size_t i = 0; i < f->n_kinds; i++)
        if (strcmp(f->kind[i]->name, section) == 0)
            return f->kind[i];
    return NULL;
}

static void
take_defaults(struct config_file *f)
{
    struct problems none = { 0 };

    for (const struct key *k = config_kind_keys; k->section != NULL; k++) {
        config_take(f, k, k->value, "", true, &none);
        config_value(f, k)->where[0] = '\0';
    }
    problems_fini(&none);
}

bool
kind_section_open(struct config_file *f, const char *section,
                  const char *where, char err[WHERE_CAP])
{
    const char *name = section + PREFIX;

    err[0] = '\0';
    f->kind_now = find(f, section);
    if (f->kind_now != NULL)
        return true;
    if (!own_name_is_valid(name))
        text_add(err, WHERE_CAP, "\"%.60s\" is no name of a kind "
                 "([a-z][a-z0-9_]{0,30})", name);
    else if (kind_find(name) != NULL)
        text_add(err, WHERE_CAP, "%s is a built-in kind", name);
    else if (f->n_kinds == CONFIG_KINDS_MAX)
        text_add(err, WHERE_CAP, "more than %d kinds", CONFIG_KINDS_MAX);
    if (err[0] != '\0')
        return false;
    struct kind_section *s = xcalloc(1, sizeof *s);
    s->value = xcalloc(config_n_kind_keys(), sizeof *s->value);
    text_add(s->name, sizeof s->name, "%s", section);
    text_add(s->where, sizeof s->where, "%s", where);
    text_add(s->config.name, sizeof s->config.name, "%s", name);
    f->kind[f->n_kinds++] = f->kind_now = s;
    take_defaults(f);
    return true;
}

void
kinds_apply(struct config_file *f)
{
    for (size_t i = 0; i < f->n_kinds; i++) {
        struct kind_section *s = f->kind[i];
        /* What is in use stays as it is (config_renew). */
        for (size_t k = 0; k < config_n_kind_keys() && s->config.own == NULL;
             k++)
            value_apply(&config_kind_keys[k], &s->value[k].items, &s->config);
        f->config.kind[i] = &s->config;
    }
    f->config.n_kinds = f->n_kinds;
}

void
kinds_free(struct config_file *f)
{
    for (size_t i = 0; i < f->n_kinds; i++) {
        struct kind_section *s = f->kind[i];
        for (size_t k = 0; k < config_n_kind_keys(); k++)
            list_clear(&s->value[k].items);
        list_clear(&s->config.command);
        list_clear(&s->config.params);
        own_free(s->config.own);
        free(s->value);
        free(s);
    }
}

/* ---- what is wrong ---- */

static void
say(struct config_file *f, struct kind_section *s, const char *key,
    const char *text, struct problems *p)
{
    const struct key *k = key_find(s->name, key);

    f->kind_now = s;
    const char *where = k != NULL ? config_value(f, k)->where : "";
    problem_add(p, where[0] != '\0' ? where : s->where, "[%s] %s%s%s",
                s->name, key, key[0] != '\0' ? ": " : "", text);
}

static void
check_program(struct config_file *f, struct kind_section *s,
              struct problems *p)
{
    const struct list *l = &s->config.command;
    char text[VALUE_ERROR] = "";
    struct stat st;

    if (l->n == 0)
        text_add(text, sizeof text, "no value");
    else if (l->v[0][0] != '/')
        text_add(text, sizeof text, "\"%.160s\" is not an absolute path",
                 l->v[0]);
    else if (stat(l->v[0], &st) != 0)
        text_add(text, sizeof text, "%.160s: %s", l->v[0],
                 errno == ENOENT ? "no such file" : strerror(errno));
    else if (!S_ISREG(st.st_mode))
        text_add(text, sizeof text, "%.160s: not a program", l->v[0]);
    else if (access(l->v[0], X_OK) != 0)
        text_add(text, sizeof text, "%.160s: %s", l->v[0],
                 errno == EACCES ? "permission denied" : strerror(errno));
    if (text[0] != '\0')
        say(f, s, "command", text, p);
}

static void
add_line(struct buf *b, const char *key, const char *value)
{
    buf_bytes(b, key, strlen(key));
    buf_u8(b, '=');
    buf_bytes(b, value, strlen(value));
    buf_u8(b, '\n');
}

static void
make_own(struct config_file *f, struct kind_section *s, struct problems *p)
{
    static const char *const rules[] = { "none", "sum", "concat", "count" };
    struct kind_config *c = &s->config;
    char err[KIND_ERROR_MAX] = "";
    struct buf text = { 0 };
    const char *key;

    add_line(&text, "name", c->name);
    for (size_t i = 0; i < c->params.n; i++)
        add_line(&text, "param", c->params.v[i]);
    add_line(&text, "cost", c->cost);
    add_line(&text, "combine", rules[c->combine - 1]);
    add_line(&text, "idempotent", c->idempotent ? "yes" : "no");
    own_free(c->own);
    c->own = own_new(buf_span(&text), &key, err);
    if (c->own == NULL)
        say(f, s, key, err, p);
    buf_fini(&text);
}

void
kinds_check(struct config_file *f, struct problems *p)
{
    for (size_t i = 0; i < f->n_kinds; i++) {
        check_program(f, f->kind[i], p);
        make_own(f, f->kind[i], p);
    }
}

/* ---- printing ---- */

void
kinds_dump(const struct config_file *f, bool changed, FILE *out)
{
    for (size_t i = 0; i < f->n_kinds; i++) {
        const struct kind_section *s = f->kind[i];
        fprintf(out, "\n[%s]\n", s->name);
        for (size_t k = 0; k < config_n_kind_keys(); k++)
            if (!changed || s->value[k].where[0] != '\0')
                value_print(&config_kind_keys[k], &s->value[k], out);
    }
}

char *
kinds_text(const struct config_file *f)
{
    struct buf b = { 0 };

    for (size_t i = 0; i < f->n_kinds; i++) {
        const struct kind_section *s = f->kind[i];
        buf_bytes(&b, s->name, strlen(s->name));
        for (size_t k = 0; k < config_n_kind_keys(); k++)
            for (size_t n = 0; n < s->value[k].items.n; n++) {
                buf_u8(&b, n == 0 ? ';' : ' ');
                buf_bytes(&b, s->value[k].items.v[n],
                          strlen(s->value[k].items.v[n]));
            }
        buf_u8(&b, ' ');
    }
    buf_u8(&b, '\0');
    return (char *)b.p;
}
