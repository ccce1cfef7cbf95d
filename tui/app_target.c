/* SPDX-License-Identifier: MPL-2.0 */
/* Which nodes a command is for, fixed when the key is pressed. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app_own.h"

static bool
is_table(const struct ui *u)
{
    return u->screen == SCREEN_NODES || u->screen == SCREEN_MAP;
}

static size_t
marked(const struct model *m, struct node_id *out)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        if (m->node[i]->marked)
            out[n++] = m->node[i]->id;
    return n;
}

size_t
app_targets(const struct app *a, struct node_id **out)
{
    const struct ui *u = &a->u;
    const struct model *m = app_model(a);
    size_t n = 0;

    *out = xcalloc(m->n + 1, sizeof **out);
    if (is_table(u) && u->all_next) {
        for (size_t i = 0; i < u->nodes.n; i++)
            (*out)[n++] = u->shown[i]->id;
        return n;
    }
    /* an open node is what the operator looks at: marks are out of sight */
    if (u->screen != SCREEN_DETAIL)
        n = marked(m, *out);
    if (n > 0)
        return n;
    const struct node *one = ui_node(u, m);
    if (one != NULL)
        (*out)[n++] = one->id;
    return n;
}

bool
target_seen(const struct app *a)
{
    return is_table(&a->u) || a->u.screen == SCREEN_DETAIL;
}

bool
target_moved(struct app *a, char *err)
{
    static const char why[] = "the list has just moved: press again";
    const struct ui *u = &a->u;

    if (!a->drawn || !is_table(u) || u->all_next || u->n_marked > 0)
        return false;
    if (fold_refuses(a, err))
        return true;
    if (node_id_equal(&u->cursor, &a->seen))
        return false;
    if (err != NULL)
        text_add(err, ERR_MAX, "%s", why);
    else
        ui_flash(&a->u, app_now_us(a), "%s", why);
    return true;
}

void
target_mark(struct app *a, const struct node *n, bool on)
{
    size_t at = n->at;

    if (at < a->live->n)
        a->live->node[at]->marked = on;
    if (a->frozen != NULL && at < a->frozen->n)
        a->frozen->node[at]->marked = on;
}

static void
add(void *with, struct node *n)
{
    struct pending_act *p = with;

    p->node[p->n++] = n->id;
}

int
target_list(struct app *a, const char *list, struct pending_act *p, char *err)
{
    char why[QUERY_ERROR_MAX] = "";

    p->n = 0;
    p->node = xcalloc(a->live->n + 1, sizeof *p->node);
    if (query_nodes(a->live, list, add, p, why) == 0 && p->n > 0)
        return 0;
    free(p->node);
    p->node = NULL;
    err[0] = '\0';
    text_add(err, ERR_MAX, "%s", why[0] != '\0' ? why : "no node is named");
    return -1;
}

size_t
target_work(const struct app *a, const char *name, struct node **home,
            struct work **w)
{
    const struct model *m = a->live;
    char shown[160], plain[160];
    size_t found = 0;

    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->node[i]->n_works; k++) {
            struct work *one = &m->node[i]->work[k];
            work_name(m->node[i], one, shown);
            plain[0] = '\0';
            text_add(plain, sizeof plain, "%s-%u", m->node[i]->name,
                     (unsigned)one->number);
            bool own = strcmp(plain, name) == 0;
            if (!own && strcmp(shown, name) != 0)
                continue;
            *home = m->node[i];
            *w = one;
            if (own)
                return 1;
            found++;
        }
    return found;
}

void
target_names(const struct app *a, const struct pending_act *p, char *dst,
             size_t cap)
{
    enum { SHOWN = 3 };

    dst[0] = '\0';
    for (size_t i = 0; i < p->n && i < SHOWN; i++) {
        const struct node *n = model_by_id(a->live, &p->node[i]);
        text_add(dst, cap, "%s%s", i > 0 ? ", " : "",
                 n != NULL ? n->name : "(gone)");
    }
    if (p->n > SHOWN)
        text_add(dst, cap, ", ..");
}

struct node *
target_first(const struct app *a, const struct pending_act *p)
{
    return p->n > 0 ? model_by_id(a->live, &p->node[0]) : NULL;
}

void
target_own_name(const struct app *a, const struct pending_act *p, char *dst,
                size_t cap)
{
    const struct node *home = target_first(a, p);

    dst[0] = '\0';
    if (home != NULL)
        text_add(dst, cap, "%s-%u", home->name, (unsigned)p->workload);
}

size_t
target_one(const struct node *n, struct node_id **out)
{
    *out = xmemdup(&n->id, sizeof n->id);
    return 1;
}
