/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

const char *const policy_words[] = { "hybrid", "sender", "receiver",
                                     "symmetric", "static", "none", NULL };
const char *const policy_texts[] = {
    "push once in bulk, then idle nodes pull: equal drain times",
    "a node above its threshold pushes jobs to others",
    "a node below its threshold asks others for jobs",
    "both: push above one threshold, ask below another",
    "jobs are divided when they come, and stay",
    "nothing moves: each node keeps its own jobs", NULL
};

static void
start(struct app *a, const char *title, enum act act)
{
    struct menu *m = &a->u.menu;

    *m = (struct menu){ .open = true, .act = act };
    text_add(m->title, sizeof m->title, "%s", title);
}

/* Each policy, what it does, and how many nodes have it. */
void
menu_policy(struct app *a)
{
    struct menu *m = &a->u.menu;
    const struct node *here = ui_node(&a->u, app_model(a));

    free(a->meant.node);
    a->meant = (struct pending_act){ .act = ACT_POLICY };
    a->meant_all = a->u.all_next;
    a->meant.n = app_targets(a, &a->meant.node);
    if (!change_reaches(a, &a->meant))
        return;
    start(a, "Policy", ACT_POLICY);
    for (size_t i = 0; policy_words[i] != NULL; i++) {
        size_t n = 0;
        for (size_t k = 0; k < a->live->n; k++)
            n += strcmp(a->live->node[k]->policy, policy_words[i]) == 0;
        text_add(m->item[i].name, sizeof m->item[i].name, "%s",
                 policy_words[i]);
        text_add(m->item[i].text, sizeof m->item[i].text, "%s (%zu)",
                 policy_texts[i], n);
        if (here != NULL && strcmp(here->policy, policy_words[i]) == 0)
            m->at = i;
        m->n++;
    }
}

void
menu_sort(struct app *a)
{
    struct menu *m = &a->u.menu;

    start(a, "Sort by", ACT_SORT);
    for (size_t c = 0; c < COLUMNS_; c++) {
        if (column_table[c].type == COLUMN_SPARK)
            continue;
        if (c == a->u.sort.by)
            m->at = m->n;
        text_add(m->item[m->n].name, sizeof m->item[0].name, "%s",
                 column_table[c].name);
        text_add(m->item[m->n].text, sizeof m->item[0].text, "%s",
                 column_table[c].help);
        m->n++;
    }
}

static void
choose_policy(struct app *a, const char *name)
{
    struct pending_act p = a->meant;

    a->meant = (struct pending_act){ .act = ACT_POLICY };
    text_add(p.name, sizeof p.name, "%s", name);
    change(a, &p, a->meant_all);
}

static void
choose(struct app *a)
{
    struct menu *m = &a->u.menu;
    char name[32];

    memcpy(name, m->item[m->at].name, sizeof name);
    m->open = false;
    if (m->act == ACT_POLICY) {
        if (change_allowed(a, ACT_POLICY, NULL))
            choose_policy(a, name);
        return;
    }
    enum column c = column_find(name);
    if (c == COLUMNS_)
        return;
    /* the same once more: the other way round */
    a->u.sort.down = a->u.sort.by == c
                         ? !a->u.sort.down
                         : column_table[c].type != COLUMN_TEXT;
    a->u.sort.by = c;
    a->u.sorted_us = 0;
}

bool
app_menu_key(struct app *a, uint32_t key)
{
    struct menu *m = &a->u.menu;

    if (key == KEY_UP_ || key == 'k')
        m->at = m->at > 0 ? m->at - 1 : m->n - 1;
    else if (key == KEY_DOWN_ || key == 'j')
        m->at = m->at + 1 < m->n ? m->at + 1 : 0;
    else if (key == KEY_HOME_ || key == 'g')
        m->at = 0;
    else if (key == KEY_END_ || key == 'G')
        m->at = m->n - 1;
    else if (key == KEY_ENTER_ && m->n > 0)
        choose(a);
    else if (key == KEY_ESCAPE || key == 'q' || key == KEY_BACK) {
        m->open = false;
        if (m->act == ACT_POLICY)
            a->u.all_next = false;
        ui_flash(&a->u, app_now_us(a), "nothing changed");
    }
    return true;
}
