/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config_parts.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"

size_t
config_n_keys(void)
{
    size_t n = 0;
    while (config_keys[n].section != NULL)
        n++;
    return n;
}

size_t
config_n_kind_keys(void)
{
    size_t n = 0;
    while (config_kind_keys[n].section != NULL)
        n++;
    return n;
}

bool
is_kind_key(const struct key *k)
{
    return k >= config_kind_keys && k < config_kind_keys +
                                        config_n_kind_keys();
}

struct value *
config_value(const struct config_file *f, const struct key *k)
{
    return is_kind_key(k) ? &f->kind_now->value[k - config_kind_keys]
                          : &f->value[k - config_keys];
}

const char *
config_section(const struct config_file *f, const struct key *k)
{
    return is_kind_key(k) ? f->kind_now->name : k->section;
}

static const struct key *
table_of(const char *section)
{
    return is_kind_section(section) ? config_kind_keys : config_keys;
}

bool
key_is_list(const struct key *k)
{
    return k->type >= KEY_WORDS;
}

void
list_add(struct list *l, const char *item, size_t len)
{
    l->v = xrealloc(l->v, l->n + 2, sizeof *l->v);
    l->v[l->n] = xmalloc(len + 1);
    memcpy(l->v[l->n], item, len);
    l->v[l->n++][len] = '\0';
    l->v[l->n] = NULL;
}

void
list_clear(struct list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
    *l = (struct list){ 0 };
}

void
problem_add(struct problems *p, const char *where, const char *fmt, ...)
{
    char text[1024] = "", what[700];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    text_add(text, sizeof text, "%s%s%s", where, *where != '\0' ? ": " : "",
             what);
    p->v = xrealloc(p->v, p->n + 1, sizeof *p->v);
    p->v[p->n++] = xstrdup(text);
}

void
problems_fini(struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i]);
    free(p->v);
    *p = (struct problems){ 0 };
}

const struct key *
key_find(const char *section, const char *name)
{
    bool any = is_kind_section(section);

    for (const struct key *k = table_of(section); k->section != NULL; k++)
        if ((any || strcmp(k->section, section) == 0) &&
            strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

bool
section_is_known(const char *section)
{
    for (const struct key *k = config_keys; k->section != NULL; k++)
        if (strcmp(k->section, section) == 0)
            return true;
    return false;
}

static void
suggest(const char *word, const char *const *words, char *dst, size_t cap)
{
    const char *near = text_nearest(word, words);

    if (near != NULL)
        text_add(dst, cap, " (did you mean \"%s\"?)", near);
}

void
suggest_section(const char *section, char *dst, size_t cap)
{
    const char **words = xcalloc(config_n_keys() + 1, sizeof *words);
    size_t n = 0;

    for (const struct key *k = config_keys; k->section != NULL; k++)
        if (n == 0 || strcmp(words[n - 1], k->section) != 0)
            words[n++] = k->section;
    suggest(section, words, dst, cap);
    free(words);
}

void
suggest_key(const char *section, const char *name, char *dst, size_t cap)
{
    const char **words = xcalloc(config_n_keys() + 1, sizeof *words);
    size_t n = 0;
    bool any = is_kind_section(section);

    for (const struct key *k = table_of(section); k->section != NULL; k++)
        if (any || strcmp(k->section, section) == 0)
            words[n++] = k->name;
    suggest(name, words, dst, cap);
    free(words);
}

static bool
check_item(const char *section, const struct key *k, const char *item,
           const char *where, struct problems *p)
{
    char err[VALUE_ERROR] = "";

    if (value_check(k, item, err))
        return true;
    problem_add(p, where, "[%s] %s: %s", section, k->name, err);
    return false;
}

static void
take_items(struct value *v, const struct key *k, const char *text,
           const char *where, struct problems *p)
{
    const char *split = k->type == KEY_LINES ? "\n"
                        : k->type == KEY_PATHS || k->type == KEY_ITEMS
                            ? " \t" : " \t,";

    for (size_t len; *(text += strspn(text, split)) != '\0'; text += len) {
        len = strcspn(text, split);
        list_add(&v->items, text, len);
        if (!check_item(k->section, k, v->items.v[v->items.n - 1], where, p))
            free(v->items.v[--v->items.n]);
        v->items.v[v->items.n] = NULL;
    }
}

void
config_take(struct config_file *f, const struct key *k, const char *text,
          const char *where, bool fresh, struct problems *p)
{
    struct value *v = config_value(f, k);

    /* A refused value leaves the old one, for the checks that follow. */
    if (!key_is_list(k) && !check_item(config_section(f, k), k, text, where, p))
        return;
    if (fresh || v->where[0] == '\0')
        list_clear(&v->items);
    /* The problems of lines are those of the first. */
    if (k->type != KEY_LINES || v->items.n == 0)
        v->where[0] = '\0';
    if (v->where[0] == '\0')
        text_add(v->where, sizeof v->where, "%s", where);
    if (key_is_list(k))
        take_items(v, k, text, where, p);
    else
        list_add(&v->items, text, strlen(text));
}

static void
take_defaults(struct config_file *f)
{
    char text[PATH_CAP];
    struct problems none = { 0 };

    for (const struct key *k = config_keys; k->section != NULL; k++) {
        value_default(k, text, sizeof text);
        config_take(f, k, text, "", true, &none);
        f->value[k - config_keys].where[0] = '\0';
    }
    problems_fini(&none);
}

static int
is_ini(const struct dirent *e)
{
    size_t len = strlen(e->d_name);
    return e->d_name[0] != '.' && len > 4 &&
           strcmp(e->d_name + len - 4, ".ini") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void
read_or_say(struct config_file *f, const char *path, struct problems *p)
{
    int rc = config_read(f, path, p);

    if (rc != 0)
        problem_add(p, path, "%s", strerror(-rc));
}

static void
read_parts(struct config_file *f, const char *file, struct problems *p)
{
    struct dirent **e = NULL;
    char path[2 * PATH_CAP] = "";

    text_add(path, sizeof path, "%s.d", file);
    int n = scandir(path, &e, is_ini, by_bytes);
    for (int i = 0; i < n; i++) {
        path[0] = '\0';
        text_add(path, sizeof path, "%s.d/%s", file, e[i]->d_name);
        read_or_say(f, path, p);
        free(e[i]);
    }
    free(e);
}

static void
default_file(char *dst, size_t cap)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (geteuid() == 0)
        text_add(dst, cap, "/etc/lbagent/node.ini");
    else if (config != NULL && config[0] == '/')
        text_add(dst, cap, "%s/lbagent/node.ini", config);
    else
        text_add(dst, cap, "%s/.config/lbagent/node.ini",
                 home != NULL ? home : "");
    if (geteuid() != 0 && access(dst, R_OK) != 0 && errno == ENOENT &&
        access("/etc/lbagent/node.ini", R_OK) == 0 &&
        getenv("STATE_DIRECTORY") != NULL) {
        dst[0] = '\0';
        text_add(dst, cap, "/etc/lbagent/node.ini");
    }
}

static void
read_files(struct config_file *f, const char *file, struct problems *p)
{
    char path[PATH_CAP] = "";

    if (file != NULL)
        text_add(path, sizeof path, "%s", file);
    else
        default_file(path, sizeof path);
    int rc = config_read(f, path, p);
    if (rc == -ENOENT && file != NULL) {
        problem_add(p, path, "no such file");
        p->no_file = true;
        return;
    }
    if (rc != 0 && rc != -ENOENT)
        problem_add(p, path, "%s", strerror(-rc));
    read_parts(f, path, p);
}

/* SECTION.KEY=VALUE */
static void
take_define(struct config_file *f, const char *define, struct problems *p)
{
    char section[64] = "", name[64] = "", hint[WHERE_CAP] = "";
    const char *is = strchr(define, '=');
    const char *dot = is != NULL ? memrchr(define, '.', (size_t)(is - define))
                                 : NULL;

    if (dot == NULL || dot == define || dot + 1 == is) {
        problem_add(p, "-D", "\"%.100s\" is not SECTION.KEY=VALUE", define);
        return;
    }
    span_copy(span_of(define, (size_t)(dot - define)), section,
              sizeof section);
    span_copy(span_of(dot + 1, (size_t)(is - dot - 1)), name, sizeof name);
    if (is_kind_section(section)) {
        if (!kind_section_open(f, section, "-D", hint)) {
            problem_add(p, "-D", "[%s]: %s", section, hint);
            return;
        }
    } else if (!section_is_known(section)) {
        suggest_section(section, hint, sizeof hint);
        problem_add(p, "-D", "[%s]: unknown section%s", section, hint);
        return;
    }
    const struct key *k = key_find(section, name);
    if (k == NULL) {
        suggest_key(section, name, hint, sizeof hint);
        problem_add(p, "-D", "[%s] %s: unknown key%s", section, name, hint);
        return;
    }
    config_take(f, k, is + 1, "-D", true, p);
}

static void
apply_all(struct config_file *f)
{
    for (const struct key *k = config_keys; k->section != NULL; k++)
        value_apply(k, &f->value[k - config_keys].items, &f->config);
    kinds_apply(f);
}

struct config_file *
config_load(const struct config_source *source, struct problems *p)
{
    struct config_file *f = xcalloc(1, sizeof *f);

    f->value = xcalloc(config_n_keys(), sizeof *f->value);
    take_defaults(f);
    read_files(f, source->file, p);
    for (size_t i = 0; source->defines != NULL && source->defines[i] != NULL;
         i++)
        take_define(f, source->defines[i], p);
    apply_all(f);
    if (!p->no_file)
        config_check(f, p);
    if (p->n == 0)
        return f;
    config_free(f);
    return NULL;
}

void
config_free(struct config_file *f)
{
    if (f == NULL)
        return;
    for (const struct key *k = config_keys; k->section != NULL; k++) {
        list_clear(&f->value[k - config_keys].items);
        if (key_is_list(k))
            list_clear((struct list *)(void *)((char *)&f->config +
                                               k->offset));
    }
    kinds_free(f);
    free(f->value);
    free(f);
}

const struct config *
config_get(const struct config_file *f)
{
    return &f->config;
}

const char *
config_origin(const struct config_file *f, const struct key *k)
{
    const char *where = config_value(f, k)->where;
    return where[0] != '\0' ? where : "default";
}

/* They are in use: those of before stay as they are, until a restart. */
static void
keep_kinds(struct config_file *now, struct config_file *renewed,
           void (*said)(const struct key *k, const char *old,
                        const char *value))
{
    char *old = kinds_text(now), *value = kinds_text(renewed);
    struct config_file kept = *now;

    if (strcmp(old, value) != 0)
        said(&config_kind_keys[0], old, value);
    free(old);
    free(value);
    memcpy(now->kind, renewed->kind, sizeof now->kind);
    now->n_kinds = renewed->n_kinds;
    memcpy(renewed->kind, kept.kind, sizeof kept.kind);
    renewed->n_kinds = kept.n_kinds;
}

struct config_file *
config_renew(struct config_file *now, struct config_file *renewed,
             void (*said)(const struct key *k, const char *old,
                          const char *value))
{
    for (const struct key *k = config_keys; k->section != NULL; k++) {
        size_t i = (size_t)(k - config_keys);
        char *old = config_text(now, k), *value = config_text(renewed, k);
        if (strcmp(old, value) != 0) {
            said(k, old, value);
            if (!k->live) {
                struct value kept = now->value[i];
                now->value[i] = renewed->value[i];
                renewed->value[i] = kept;
            }
        }
        free(old);
        free(value);
    }
    keep_kinds(now, renewed, said);
    apply_all(renewed);
    renewed->config.workers = now->config.workers;  /* "auto" may differ now */
    config_free(now);
    return renewed;
}
