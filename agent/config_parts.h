/* SPDX-License-Identifier: MPL-2.0 */
/* config_parts - what the files of config share; for nobody else. */
#ifndef LB_AGENT_CONFIG_PARTS_H
#define LB_AGENT_CONFIG_PARTS_H

#include "agent/config.h"

struct value {
    struct list items;      /* texts; a scalar has exactly one */
    char where[WHERE_CAP];  /* origin; "" default */
};

/* A section [kind.NAME]. */
struct kind_section {
    struct kind_config config;
    char name[OWN_NAME_MAX + 6];        /* "kind.NAME" */
    char where[WHERE_CAP];              /* first named */
    struct value *value;                /* by key of config_kind_keys */
};

struct config_file {
    struct config config;
    struct value *value;    /* by key */
    struct kind_section *kind[CONFIG_KINDS_MAX];
    size_t n_kinds;
    struct kind_section *kind_now;      /* what config_kind_keys are of */
};

size_t config_n_keys(void);
size_t config_n_kind_keys(void);
bool is_kind_key(const struct key *k);
/* Where the value of a key is; that of a kind in f->kind_now. */
struct value *config_value(const struct config_file *f, const struct key *k);
/* Its section as it stands in a file. */
const char *config_section(const struct config_file *f, const struct key *k);

/* ---- config_kind.c ---- */

/* Turns to [kind.NAME], which is made if it is new. False: `err` says why. */
bool kind_section_open(struct config_file *f, const char *section,
                       const char *where, char err[WHERE_CAP]);
bool is_kind_section(const char *section);
/* Puts the values into the structs. */
void kinds_apply(struct config_file *f);
/* What is wrong with them; and makes kind_config.own. */
void kinds_check(struct config_file *f, struct problems *p);
void kinds_free(struct config_file *f);
/* All of them as they would stand in a file, with origins; on the heap. */
void kinds_dump(const struct config_file *f, bool changed, FILE *out);
char *kinds_text(const struct config_file *f);

/* Prints a key and its value, and where it is from. */
void value_print(const struct key *k, const struct value *v, FILE *out);
bool key_is_list(const struct key *k);

void list_add(struct list *l, const char *item, size_t len);
void list_clear(struct list *l);

/* Adds "WHERE: TEXT", or TEXT when `where` is empty. */
void problem_add(struct problems *p, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Checks one value (list: one item) of a key. False: `err` says why. */
enum { VALUE_ERROR = 512 };
bool value_check(const struct key *k, const char *text, char err[VALUE_ERROR]);
/* Puts checked texts into the struct. */
void value_apply(const struct key *k, const struct list *items, void *c);
/* The default, also where it depends on the host. */
void value_default(const struct key *k, char *dst, size_t cap);

/* Takes the text of a value for a key: checks, splits, keeps. `fresh`: what
 * was there before (of another file) is replaced. */
void config_take(struct config_file *f, const struct key *k, const char *text,
               const char *where, bool fresh, struct problems *p);
const struct key *key_find(const char *section, const char *name);
bool section_is_known(const char *section);
/* ` (did you mean "x"?)`, or nothing. */
void suggest_section(const char *section, char *dst, size_t cap);
void suggest_key(const char *section, const char *name, char *dst,
                 size_t cap);

/* What several keys together get wrong. */
void config_check(struct config_file *f, struct problems *p);

/* Reads one file. 0 or -errno of opening it. */
int config_read(struct config_file *f, const char *path, struct problems *p);

#endif
