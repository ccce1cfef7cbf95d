/* SPDX-License-Identifier: MPL-2.0 */
/* NODES: names with commas, tag:NAME, all. */
#include "ctl/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

struct names {
    char (*v)[64];
    size_t n;
};

static void
add(struct names *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i], name) == 0)
            return;
    s->v = xrealloc(s->v, s->n + 1, sizeof *s->v);
    s->v[s->n][0] = '\0';
    text_add(s->v[s->n++], sizeof *s->v, "%.63s", name);
}

static bool
has_tag(const char *tags, const char *tag)
{
    size_t len = strlen(tag);

    for (const char *at = tags; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == len && memcmp(at, tag, n) == 0)
            return true;
        at += n;
    }
    return false;
}

/* One of "alpha", "all", "tag:rack=r2". -1 after a message. */
static int
expand(struct ctl *c, const char *word, struct names *s)
{
    bool all = strcmp(word, "all") == 0;
    size_t before = s->n;

    if (!all && strncmp(word, "tag:", 4) != 0) {
        struct lb *asked = reach_asked(c);
        if (asked == NULL)
            return -1;
        if (strcmp(lb_name(asked), word) != 0) {
            if (reach_nodes(c) != 0)
                return -1;
            if (reach_node(c, word) == NULL)
                return reach(c, word) == NULL ? -1 : 0;
        }
        add(s, word);
        return 0;
    }
    if (reach_nodes(c) != 0)
        return -1;
    for (size_t i = 0; i < c->n_nodes; i++)
        if (c->nodes[i].life <= LB_ALIVE &&
            (all || has_tag(c->nodes[i].tags, word + 4)))
            add(s, c->nodes[i].name);
    if (s->n == before) {
        ctl_fail(c, EXIT_NOTFOUND, "no live node has the tag \"%s\"",
                 word + 4);
        return -1;
    }
    return 0;
}

char (*
reach_names(struct ctl *c, const char *const *words, size_t n_words,
            size_t *n))[64]
{
    struct names s = { .n = 0 };
    char word[300];

    if (n_words == 0) {
        struct lb *lb = reach_asked(c);
        if (lb == NULL)
            return NULL;
        add(&s, lb_name(lb));
    }
    for (size_t i = 0; i < n_words; i++)
        for (const char *at = words[i]; *at != '\0';) {
            size_t len = strcspn(at, ",");
            word[0] = '\0';
            text_add(word, sizeof word, "%.*s", (int)len, at);
            if (word[0] != '\0' && expand(c, word, &s) != 0) {
                free(s.v);
                return NULL;
            }
            at += len + (at[len] == ',');
        }
    *n = s.n;
    return s.v;
}
