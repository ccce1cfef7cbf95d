/* SPDX-License-Identifier: MPL-2.0 */
/* Tab: commands, nodes, tags, workloads, policies, columns. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app_own.h"

enum { WORDS_MAX = 20000, WORD_MAX = 300 };

struct words {
    const char **word;
    char **own;         /* those that were made here */
    size_t n, n_own, cap;
};

static void
add(struct words *w, const char *word)
{
    if (w->n == WORDS_MAX)
        return;
    if (w->n == w->cap) {
        w->cap = w->cap == 0 ? 64 : 2 * w->cap;
        w->word = xrealloc(w->word, w->cap, sizeof *w->word);
        w->own = xrealloc(w->own, w->cap, sizeof *w->own);
    }
    w->word[w->n++] = word;
}

static void
add_own(struct words *w, const char *word)
{
    for (size_t i = 0; i < w->n_own; i++)
        if (strcmp(w->own[i], word) == 0)
            return;
    add(w, "");
    w->own[w->n_own] = xstrdup(word);
    w->word[w->n - 1] = w->own[w->n_own++];
}

static void
add_list(struct words *w, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        add(w, list[i]);
}

static void
add_nodes(struct words *w, const struct model *m)
{
    for (size_t i = 0; i < m->n; i++)
        add(w, m->node[i]->name);
}

/* A few hosts have each tag: few are kept, each once. */
static void
add_tags(struct words *w, const struct model *m)
{
    enum { TAGS = 200 };
    char tag[WORD_MAX];
    size_t before = w->n_own;

    for (size_t i = 0; i < m->n && w->n_own < before + TAGS; i++)
        for (const char *at = m->node[i]->tags; *at != '\0';) {
            size_t len = strcspn(at, " ,");
            tag[0] = '\0';
            if (len > 0)
                text_add(tag, sizeof tag, "tag:%.*s", (int)len, at);
            if (tag[0] != '\0')
                add_own(w, tag);
            at += len + (at[len] != '\0');
        }
}

static void
add_works(struct words *w, const struct model *m)
{
    enum { WORKS = 500 };
    char name[160];
    size_t before = w->n_own;

    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->node[i]->n_works &&
                           w->n_own < before + WORKS; k++) {
            work_only_name(m, m->node[i], &m->node[i]->work[k], name);
            add_own(w, name);
        }
}

static void
add_columns(struct words *w)
{
    for (size_t c = 0; c < COLUMNS_; c++)
        add(w, column_table[c].name);
}

static bool
begins(const char *text, const char *word)
{
    size_t n = strlen(word);

    return strncmp(text, word, n) == 0 && text[n] == ' ';
}

/* The words that can come where the cursor is. */
static void
gather(const struct app *a, struct words *w)
{
    const struct prompt *p = &a->u.prompt;
    const char *text = p->text + strspn(p->text, " :");
    bool first = strchr(text, ' ') == NULL ||
                 (size_t)(strchr(text, ' ') - p->text) >= p->at;

    const struct query_table *rows = ui_filtered(&a->u);
    const bool filters = p->use == PROMPT_FILTER ||
                         (p->use == PROMPT_COMMAND && begins(text, "filter"));
    if (rows != NULL && filters) {
        for (size_t i = 0; rows->field[i].name != NULL; i++)
            add(w, rows->field[i].name);
        return;
    }
    if (p->use == PROMPT_FILTER) {
        add_columns(w);
        add_tags(w, a->live);
        add(w, "pending");
        add(w, "marked");
        return;
    }
    if (p->use != PROMPT_COMMAND) {
        add_nodes(w, a->live);
        return;
    }
    if (first) {
        add_list(w, app_command_names);
        return;
    }
    if (begins(text, "policy"))
        add_list(w, policy_words);
    if (begins(text, "sort") || begins(text, "columns") ||
        begins(text, "filter")) {
        add_columns(w);
        return;
    }
    for (enum theme t = 0; begins(text, "theme") && t < THEMES; t++)
        add(w, theme_name(t));
    if (begins(text, "start") || begins(text, "hold") ||
        begins(text, "retry") || begins(text, "cancel"))
        add_works(w, a->live);
    add_nodes(w, a->live);
    add_tags(w, a->live);
}

void
prompt_fill(struct app *a)
{
    struct words w = { 0 };

    gather(a, &w);
    if (w.n > 0)
        prompt_complete(&a->u.prompt, w.word, w.n);
    for (size_t i = 0; i < w.n_own; i++)
        free(w.own[i]);
    free(w.own);
    free(w.word);
    prompt_changed(a);
}
