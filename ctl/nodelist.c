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

static const char *
life_name(unsigned life)
{
    return life == LB_LOST ? "lost" : life == LB_STALE ? "stale"
                                    : "of another version";
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

/* Those of "all" or a tag that can be told something; the others in *out. */
static void
add_live(const struct ctl *c, const char *word, struct names *s,
         struct names *out)
{
    bool all = strcmp(word, "all") == 0;

    for (size_t i = 0; i < c->n_nodes; i++) {
        const struct lb_node *one = &c->nodes[i];
        if (all || has_tag(one->tags, word + 4))
            add(reach_node(c, one->name)->life <= LB_ALIVE ? s : out,
                one->name);
    }
}

/* One of "alpha", "all", "tag:rack=r2". -1 after a message. */
static int
expand(struct ctl *c, const char *word, struct names *s, struct names *out)
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
    add_live(c, word, s, out);
    if (s->n == before) {
        ctl_fail(c, EXIT_NOTFOUND, "no live node has the tag \"%s\"",
                 word + 4);
        return -1;
    }
    return 0;
}

/* The names of all words. -1 after a message. */
static int
gather(struct ctl *c, const char *const *words, size_t n_words,
       struct names s[2])
{
    char word[300];

    if (n_words == 0) {
        struct lb *lb = reach_asked(c);
        if (lb == NULL)
            return -1;
        add(&s[0], lb_name(lb));
    }
    for (size_t i = 0; i < n_words; i++)
        for (const char *at = words[i]; *at != '\0';) {
            size_t len = strcspn(at, ",");
            word[0] = '\0';
            text_add(word, sizeof word, "%.*s", (int)len, at);
            if (word[0] != '\0' && expand(c, word, &s[0], &s[1]) != 0)
                return -1;
            at += len + (at[len] == ',');
        }
    return 0;
}

/* Each of `out` that is not named in words of its own too. */
static void
tell_left_out(struct ctl *c, const struct names *s, const struct names *out)
{
    for (size_t i = 0; i < out->n; i++) {
        size_t k = 0;
        while (k < s->n && strcmp(s->v[k], out->v[i]) != 0)
            k++;
        if (k == s->n)
            ctl_fail(c, EXIT_UNREACHABLE, "%s is %s: left out",
                     out->v[i], life_name(reach_node(c, out->v[i])->life));
    }
}

static char (*
names_of(struct ctl *c, const char *const *words, size_t n_words,
         struct names s[2]))[64]
{
    if (gather(c, words, n_words, s) == 0)
        return s[0].v;
    free(s[0].v);
    return NULL;
}

char (*
reach_names(struct ctl *c, const char *const *words, size_t n_words,
            size_t *n))[64]
{
    struct names s[2] = { { .n = 0 } };
    char (*v)[64] = names_of(c, words, n_words, s);

    free(s[1].v);
    *n = s[0].n;
    return v;
}

char (*
reach_each(struct ctl *c, const char *const *words, size_t n_words,
           size_t *n))[64]
{
    struct names s[2] = { { .n = 0 } };
    char (*v)[64] = names_of(c, words, n_words, s);

    if (v != NULL)
        tell_left_out(c, &s[0], &s[1]);
    free(s[1].v);
    *n = s[0].n;
    return v;
}
