/* SPDX-License-Identifier: MPL-2.0 */
/* The cursor of each screen. */
#include <stdlib.h>
#include <string.h>

#include "tui/app_own.h"
#include "tui/map.h"

/* How far an act moves: rows, or to an end. */
static bool
distance(enum act act, int rows, long *by)
{
    long page = rows > 1 ? rows - 1 : 1, half = rows > 1 ? rows / 2 : 1;

    switch (act) {
    case ACT_UP: *by = -1; break;
    case ACT_DOWN: *by = 1; break;
    case ACT_PAGE_UP: *by = -page; break;
    case ACT_PAGE_DOWN: *by = page; break;
    case ACT_HALF_UP: *by = -half; break;
    case ACT_HALF_DOWN: *by = half; break;
    case ACT_FIRST: *by = -1000000000; break;
    case ACT_LAST: *by = 1000000000; break;
    default: return false;
    }
    return true;
}

static void
list_to(struct list *l, long at)
{
    if (at >= (long)l->n)
        at = (long)l->n - 1;
    l->at = at < 0 ? 0 : (size_t)at;
    if (l->at < l->top)
        l->top = l->at;
    if (l->rows > 0 && l->at >= l->top + (size_t)l->rows)
        l->top = l->at - (size_t)l->rows + 1;
}

static void
cursor_at(struct app *a, size_t at)
{
    struct ui *u = &a->u;

    if (u->nodes.n == 0)
        return;
    list_to(&u->nodes, (long)at);
    u->cursor = u->shown[u->nodes.at]->id;
    u->moved_us = app_now_us(a);
}

void
move_to_node(struct app *a, const struct node_id *id)
{
    for (size_t i = 0; i < a->u.nodes.n; i++)
        if (node_id_equal(&a->u.shown[i]->id, id)) {
            cursor_at(a, i);
            return;
        }
    a->u.cursor = *id;
}

/* The map has its own order and rows. */
static void
move_on_map(struct app *a, long by, bool rows)
{
    struct canvas *c = canvas_new(a->u.width, a->u.height);
    struct view v = { .m = app_model(a), .w = a->wishes, .u = &a->u, .c = c };
    struct layout l;
    struct map m;

    if (ui_node(&a->u, v.m) == NULL) {
        canvas_free(c);
        return;
    }
    frame_layout(&v, &l);
    map_make(&v, l.body.n, true, &m);
    for (size_t i = 0; i < m.n; i++) {
        if (!node_id_equal(&m.node[i]->id, &a->u.cursor))
            continue;
        long step = (long)m.k * (rows ? m.per_row : 1), to = (long)i;
        to += by * step;
        if (to >= (long)m.n)
            to = by < 1000000 ? (long)i : (long)m.n - 1;
        if (to < 0)
            to = by > -1000000 ? (long)i : 0;
        move_to_node(a, &m.node[to]->id);
        break;
    }
    map_fini(&m);
    canvas_free(c);
}

/* Who moves stops following. */
static void
move_messages(struct app *a, enum act act, long by)
{
    struct ui *u = &a->u;
    const struct note *newest = notes_at(app_model(a)->notes, 0);

    if (act == ACT_LAST) { /* End follows again */
        u->follow_messages = true;
        u->messages.at = u->messages.top = 0;
        return;
    }
    if (u->follow_messages) {
        u->follow_messages = false;
        u->messages.at = 0;
        u->paused_note = newest != NULL ? newest->number : 0;
    }
    list_to(&u->messages, (long)u->messages.at + by);
}

static bool
sideways(struct app *a, enum act act)
{
    int by = act == ACT_RIGHT ? 1 : -1;

    if (act != ACT_LEFT && act != ACT_RIGHT)
        return false;
    if (a->u.screen == SCREEN_MAP)
        move_on_map(a, by, false);
    else if (a->u.scroll_x + by >= 0 && a->u.scroll_x + by < COLUMNS_)
        a->u.scroll_x += by;
    return true;
}

static int
rows_of(const struct ui *u)
{
    switch (u->screen) {
    case SCREEN_NODES: return u->nodes.rows;
    case SCREEN_JOBS: return u->jobs.rows;
    case SCREEN_MESSAGES: return u->messages.rows;
    case SCREEN_SETUP: return u->setup.rows;
    case SCREEN_MAP: return 1;
    case SCREEN_DETAIL: case SCREEN_WORK: case SCREEN_HELP:
    case SCREENS_END: break;
    }
    return u->height > 8 ? u->height - 6 : 1;
}

/* A text that is moved as a whole: its first row shown. */
static void
scroll(int *top, long by)
{
    long to = *top + by;

    *top = to < 0 ? 0 : to > 100000 ? 100000 : (int)to;
}

/* Any movement turns one page; those to the ends go there. */
static void
turn_page(int *page, long by)
{
    const bool far = by > 1000 || by < -1000;

    scroll(page, far ? by : (by > 0) - (by < 0));
}

bool
move_act(struct app *a, enum act act)
{
    struct ui *u = &a->u;
    long by;

    if (sideways(a, act))
        return true;
    if (!distance(act, rows_of(u), &by))
        return false;
    switch (u->screen) {
    case SCREEN_NODES: cursor_at(a, ui_rows_from(u, by)); break;
    case SCREEN_MAP: move_on_map(a, by, true); break;
    case SCREEN_JOBS: list_to(&u->jobs, (long)u->jobs.at + by); break;
    case SCREEN_MESSAGES: move_messages(a, act, by); break;
    case SCREEN_SETUP: list_to(&u->setup, (long)u->setup.at + by); break;
    case SCREEN_DETAIL: scroll(&u->detail_top, by); break;
    case SCREEN_WORK: break;
    case SCREEN_HELP: turn_page(&u->help_page, by); break;
    case SCREENS_END: break;
    }
    return true;
}

/* ---- problems ---- */

/* Of a closed group it could not be seen. */
static void
cursor_to(struct app *a, size_t i)
{
    (void)ui_unfold(&a->u, a->u.shown[i]);
    cursor_at(a, i);
}

static bool
is_trouble(const struct app *a, size_t i)
{
    const struct ui *u = &a->u;

    if (u->screen == SCREEN_JOBS || u->screen == SCREEN_WORK) {
        const struct job_row *r = &u->job[i];
        return r->work < r->home->n_works &&
               (r->home->work[r->work].failed > 0 || !node_is_up(r->home));
    }
    return node_is_problem(u->shown[i]);
}

/* A node of which there is something to say; NULL: none. */
static struct node *
node_problem(const struct app *a)
{
    const struct ui *u = &a->u;

    for (size_t i = 0; i < u->nodes.n; i++)
        if (node_is_problem(u->shown[i]))
            return u->shown[i];
    return NULL;
}

/* No workload has one: a node may. */
static void
to_node_problem(struct app *a)
{
    struct node *n = node_problem(a);

    if (n == NULL) {
        ui_flash(&a->u, app_now_us(a),
                 "no problem: nothing is stale, lost or failed");
        return;
    }
    ui_flash(&a->u, app_now_us(a), "no workload has failed; %s is %s",
             n->name, node_state(n));
    screen_go(a, SCREEN_NODES);
    (void)ui_unfold(&a->u, n);
    move_to_node(a, &n->id);
}

static void
message_problem(struct app *a, int by)
{
    struct ui *u = &a->u;
    const struct notes *notes = app_model(a)->notes;
    size_t row = 0, from = u->follow_messages ? 0 : u->messages.at;
    size_t found = SIZE_MAX;

    /* rows as the screen counts them: of the level that is shown */
    for (size_t i = 0; i < notes_count(notes); i++) {
        const struct note *n = notes_at(notes, i);
        if (!ui_note_shown(u, n))
            continue;
        if (n->level <= NOTE_WARN &&
            (by > 0 ? row > from || (row == 0 && u->follow_messages)
                    : row < from)) {
            found = row;
            if (by > 0)
                break;
        }
        row++;
    }
    if (found == SIZE_MAX) {
        const struct node *n = node_problem(a);
        ui_flash(u, app_now_us(a), "no warning or error %s here%s%s%s%s",
                 by > 0 ? "before" : "after", n != NULL ? "; " : "",
                 n != NULL ? n->name : "", n != NULL ? " is " : "",
                 n != NULL ? node_state(n) : "");
        return;
    }
    if (u->messages.n < row + 1)
        u->messages.n = row + 1;
    move_messages(a, ACT_DOWN, (long)found - (long)from);
}

/* An open workload gives way to the one that is next. */
static void
to_work(struct ui *u, size_t i)
{
    const struct job_row *r = &u->job[i];

    list_to(&u->jobs, (long)i);
    if (u->screen != SCREEN_WORK)
        return;
    u->work_home = r->home->id;
    u->work_number = r->home->work[r->work].number;
}

void
move_problem(struct app *a, int by)
{
    struct ui *u = &a->u;

    if (u->screen == SCREEN_MESSAGES) {
        message_problem(a, by);
        return;
    }
    bool jobs = u->screen == SCREEN_JOBS || u->screen == SCREEN_WORK;
    struct list *l = jobs ? &u->jobs : &u->nodes;
    for (size_t k = 1; k <= l->n; k++) {
        size_t i = (l->at + (by > 0 ? k : l->n - k)) % l->n;
        if (!is_trouble(a, i))
            continue;
        if (jobs)
            to_work(u, i);
        else
            cursor_to(a, i);
        return;
    }
    to_node_problem(a);
}

/* ---- find ---- */

bool
move_find(struct app *a, int by, bool here_too)
{
    struct ui *u = &a->u;
    bool jobs = u->screen == SCREEN_JOBS;
    struct list *l = jobs ? &u->jobs : &u->nodes;
    char name[160] = "";

    if (l->n == 0 || u->find[0] == '\0')
        return false;
    for (size_t k = here_too ? 0 : 1; k <= l->n; k++) {
        size_t i = (l->at + (by > 0 ? k : l->n - k)) % l->n;
        if (jobs && u->job[i].work < u->job[i].home->n_works)
            work_name(u->job[i].home, &u->job[i].home->work[u->job[i].work],
                      name);
        const char *text = jobs ? name : u->shown[i]->name;
        if (strstr(text, u->find) == NULL)
            continue;
        if (jobs)
            list_to(l, (long)i);
        else
            cursor_to(a, i);
        return true;
    }
    return false;
}
