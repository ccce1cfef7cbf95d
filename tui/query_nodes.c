/* SPDX-License-Identifier: MPL-2.0 */
/* Lists of nodes for commands; columns by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/match.h"
#include "tui/query.h"

enum { SHOWN_MAX = 64 };

struct hits {
    const struct model *m;
    bool *hit;              /* [m->n], by place */
    char *err;
};

/* The next item: up to a blank or a comma that stands outside of [ ]. */
static struct span
next_item(const char **at)
{
    const char *s = *at + strspn(*at, " ,");
    bool inside = false;
    size_t n = 0;

    for (; s[n] != '\0' && s[n] != ' ' && (inside || s[n] != ','); n++)
        inside = s[n] == '[' || (inside && s[n] != ']');
    *at = s + n;
    return span_of(s, n);
}

/* Patterns and tags mean the nodes that are there. */
static bool
is_there(const struct node *n)
{
    return n->seen != SEEN_GONE && !n->hidden;
}

static bool
has_tag(const struct node *n, struct span tag)
{
    struct span value = span_str("");
    size_t len = 0;

    while (len < tag.len && tag.p[len] != '=')
        len++;
    return node_tag(n, span_of(tag.p, len), &value) &&
           (len == tag.len ||
            match(span_of(tag.p + len + 1, tag.len - len - 1), value, false));
}

static int
hit_many(struct hits *h, struct span item, bool tag)
{
    bool any = false;

    for (size_t i = 0; i < h->m->n; i++) {
        const struct node *n = h->m->node[i];
        bool meant = tag ? has_tag(n, item)
                         : match(item, span_str(n->name), false);
        if (meant && is_there(n))
            h->hit[i] = any = true;
    }
    if (!any)
        text_add(h->err, QUERY_ERROR_MAX,
                 tag ? "no node has the tag \"%.*s\""
                     : "no node matches \"%.*s\"",
                 item.len < SHOWN_MAX ? (int)item.len : SHOWN_MAX,
                 (const char *)item.p);
    return any ? 0 : -ENOENT;
}

static size_t
count(const struct model *m, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        n += is_there(m->node[i]) && strcmp(m->node[i]->name, name) == 0;
    return n;
}

static void
say_unknown(const struct hits *h, const char *name)
{
    const char **words = xcalloc(h->m->n + 1, sizeof *words);
    size_t n = 0;

    for (size_t i = 0; i < h->m->n; i++)
        if (is_there(h->m->node[i]))
            words[n++] = h->m->node[i]->name;
    const char *near = text_nearest(name, words);
    text_add(h->err, QUERY_ERROR_MAX, "no node \"%s\"", name);
    if (near != NULL)
        text_add(h->err, QUERY_ERROR_MAX, " (did you mean %s?)", near);
    free(words);
}

static int
hit_one(struct hits *h, struct span item)
{
    char name[SHOWN_MAX + 1];
    const struct node *one;

    span_copy(item, name, sizeof name);
    one = item.len > SHOWN_MAX ? NULL : model_by_name(h->m, name);
    if (one != NULL) {
        h->hit[one->at] = true;
        return 0;
    }
    size_t n = count(h->m, name);
    if (n < 2) {
        say_unknown(h, name);
        return -ENOENT;
    }
    text_add(h->err, QUERY_ERROR_MAX,
             "%zu nodes are called \"%s\": say which by its id", n, name);
    return -EINVAL;
}

static int
hit(struct hits *h, struct span item)
{
    bool tag = item.len >= 4 && memcmp(item.p, "tag:", 4) == 0;

    if (!match_is_sound(item)) {
        text_add(h->err, QUERY_ERROR_MAX,
                 "\"%.*s\": in [ ] stand numbers, as in [1-5]",
                 item.len < SHOWN_MAX ? (int)item.len : SHOWN_MAX,
                 (const char *)item.p);
        return -EINVAL;
    }
    if (tag)
        return hit_many(h, span_of(item.p + 4, item.len - 4), true);
    return match_is_pattern(item) ? hit_many(h, item, false)
                                  : hit_one(h, item);
}

int
query_nodes(const struct model *m, const char *list,
            void (*each)(void *with, struct node *n), void *with,
            char err[QUERY_ERROR_MAX])
{
    struct hits h = { m, xcalloc(m->n + 1, sizeof *h.hit), err };
    int rc = 0;

    err[0] = '\0';
    while (rc == 0) {
        struct span item = next_item(&list);
        if (item.len == 0)
            break;
        rc = hit(&h, item);
    }
    for (size_t i = 0; rc == 0 && i < m->n; i++)
        if (h.hit[i])
            each(with, m->node[i]);
    free(h.hit);
    return rc;
}

struct query *
query_new(const char *text, char err[QUERY_ERROR_MAX])
{
    return query_new_of(NULL, text, err);
}

/* ---- columns ---- */

enum { FIELDS_MAX = 24 };

void
query_no_column(const struct query_table *t, const char *name,
                char dst[QUERY_ERROR_MAX])
{
    const char *near = query_nearest(t, name);

    dst[0] = '\0';
    text_add(dst, QUERY_ERROR_MAX, "no column \"%s\"", name);
    if (near != NULL)
        text_add(dst, QUERY_ERROR_MAX, " (did you mean %s?)", near);
    for (int i = 0; near == NULL && t != NULL && t->field[i].name != NULL; i++)
        text_add(dst, QUERY_ERROR_MAX, "%s %s", i == 0 ? "; columns:" : "",
                 t->field[i].name);
}

struct query_field
query_field(const struct query_table *t, int c)
{
    if (t != NULL)
        return t->field[c];
    return (struct query_field){ column_table[c].name, column_table[c].type };
}

int
query_find(const struct query_table *t, const char *name)
{
    if (t == NULL) {
        enum column c = column_find(name);
        return c == COLUMNS_ ? -1 : (int)c;
    }
    for (int i = 0; t->field[i].name != NULL; i++)
        if (match(span_str(t->field[i].name), span_str(name), true))
            return i;
    return -1;
}

const char *
query_nearest(const struct query_table *t, const char *name)
{
    const char *words[FIELDS_MAX + 1] = { NULL };

    if (t == NULL)
        return column_nearest(name);
    for (size_t i = 0; i < FIELDS_MAX && t->field[i].name != NULL; i++)
        words[i] = t->field[i].name;
    return text_nearest(name, words);
}
