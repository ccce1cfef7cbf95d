/* SPDX-License-Identifier: MPL-2.0 */
/* config_parts - what the files of config share; for nobody else. */
#ifndef LB_AGENT_CONFIG_PARTS_H
#define LB_AGENT_CONFIG_PARTS_H

#include "agent/config.h"

struct value {
    struct list items;      /* texts; a scalar has exactly one */
    char where[WHERE_CAP];  /* origin; "" default */
};

struct config_file {
    struct config config;
    struct value *value;    /* by key */
};

size_t config_n_keys(void);
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
void value_apply(const struct key *k, const struct list *items,
                 struct config *c);
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
void config_check(const struct config_file *f, struct problems *p);

/* Reads one file. 0 or -errno of opening it. */
int config_read(struct config_file *f, const char *path, struct problems *p);

#endif
