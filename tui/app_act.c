/* SPDX-License-Identifier: MPL-2.0 */
/* What the keys of the table do: one row an act. */
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"
#include "tui/setup_list.h"

static void
to_screen(struct app *a, enum act act)
{
    static const enum screen tabs[] = { SCREEN_NODES, SCREEN_JOBS,
                                        SCREEN_MESSAGES, SCREEN_MAP };
    size_t at = 0;

    for (size_t i = 0; i < 4; i++)
        if (tabs[i] == a->u.screen)
            at = i;
    switch (act) {
    case ACT_NEXT_SCREEN: screen_go(a, tabs[(at + 1) % 4]); break;
    case ACT_PREVIOUS_SCREEN: screen_go(a, tabs[(at + 3) % 4]); break;
    default: screen_go(a, tabs[act - ACT_NODES]); break;
    }
}

static void
move(struct app *a, enum act act)
{
    move_act(a, act);
}

/* Drafts go out; what the node under the cursor left unanswered, again; else
 * what is under the cursor is opened. */
static void
enter(struct app *a, enum act act)
{
    const struct node *n = ui_node(&a->u, app_model(a));
    const struct wish *w = n != NULL ? wish_of(a->wishes, n, 0, 0) : NULL;
    bool mine = w != NULL && (w->state == WISH_DRAFT ||
                              w->state == WISH_SILENT);

    (void)act;
    if (!mine || a->u.stream == STREAM_REPLAY)
        screen_open(a);
    else if (change_allowed(a, change_act(w->kind), NULL))
        wishes_push(a->wishes, a->live, w->group);
}

static void
back(struct app *a, enum act act)
{
    (void)act;
    screen_back(a);
}

static void
quit(struct app *a, enum act act)
{
    size_t n = wishes_pending(a->wishes);

    /* before any node answers all screens are the first one */
    bool front = a->u.screen == SCREEN_NODES ||
                 (ui_context(&a->u, app_model(a)) & IN_FIRST) != 0;
    bool leaves = front && (n == 0 || a->u.stream == STREAM_REPLAY);

    if (act == ACT_QUIT_NOW || leaves)
        app_simple(a, EFFECT_QUIT, "");
    else if (!front)
        screen_back(a);
    else
        dialog_leave(a);
}

static void
other_node(struct app *a, enum act act)
{
    struct ui *u = &a->u;
    size_t n = u->nodes.n;

    for (size_t i = 0; i < n; i++)
        if (node_id_equal(&u->shown[i]->id, &u->detail)) {
            size_t to = (i + (act == ACT_NEXT_NODE ? 1 : n - 1)) % n;
            struct node_id id = u->shown[to]->id;
            screen_node(a, &id);
            return;
        }
    if (n > 0) {
        struct node_id id = u->shown[0]->id;
        screen_node(a, &id);
    }
}

static void
help(struct app *a, enum act act)
{
    (void)act;
    screen_go(a, SCREEN_HELP);
}

static void
setup(struct app *a, enum act act)
{
    if (a->u.screen == SCREEN_SETUP && act == ACT_SETUP) {
        dialog_save(a);
        return;
    }
    screen_go(a, SCREEN_SETUP);
    a->u.setup.at = act == ACT_COLUMNS ? SETUP_COLUMN : 0;
}

static void
find(struct app *a, enum act act)
{
    if (act == ACT_FIND)
        prompt_start(a, PROMPT_FIND);
    else if (a->u.screen == SCREEN_MESSAGES)
        move_act(a, act == ACT_FIND_NEXT ? ACT_DOWN : ACT_UP);
    else if (a->u.find[0] == '\0')
        ui_flash(&a->u, app_now_us(a), "nothing to find yet (/ asks what)");
    else if (!move_find(a, act == ACT_FIND_NEXT ? 1 : -1, false))
        ui_flash(&a->u, app_now_us(a), "nothing has \"%s\"", a->u.find);
}

static void
filter(struct app *a, enum act act)
{
    (void)act;
    prompt_start(a, PROMPT_FILTER);
}

/* Groups by the first key of the tags that there are. */
static void
tree(struct app *a, enum act act)
{
    struct ui *u = &a->u;
    const struct model *m = app_model(a);

    if (act == ACT_FOLD_ALL) {
        ui_flash(u, app_now_us(a), "%s", u->tree
                 ? "all groups are open" : "no groups here (T groups)");
        return;
    }
    for (size_t i = 0; i < m->n && u->tree_tag[0] == '\0'; i++) {
        size_t len = strcspn(m->node[i]->tags, "= ");
        if (len > 0 && len < sizeof u->tree_tag &&
            m->node[i]->tags[len] == '=')
            memcpy(u->tree_tag, m->node[i]->tags, len);
    }
    if (u->tree_tag[0] == '\0') {
        ui_flash(u, app_now_us(a), "no node has a tag to group by");
        return;
    }
    u->tree = !u->tree;
    u->sorted_us = 0;
}

static void
sort_jobs(struct ui *u, enum act act)
{
    if (act == ACT_SORT_INVERT)
        u->jobs_down = !u->jobs_down;
    else
        u->jobs_by_eta = !u->jobs_by_eta;
}

static void
sort(struct app *a, enum act act)
{
    struct ui *u = &a->u;
    unsigned by = u->sort.by;

    if (u->screen == SCREEN_JOBS || u->screen == SCREEN_WORK) {
        sort_jobs(u, act);
        return;
    }
    if (act == ACT_SORT) {
        menu_sort(a);
        return;
    }
    if (act == ACT_SORT_INVERT)
        u->sort.down = !u->sort.down;
    else {
        do
            by = (by + (act == ACT_SORT_NEXT ? 1 : COLUMNS_ - 1)) % COLUMNS_;
        while (column_table[by].type == COLUMN_SPARK);
        u->sort.by = (enum column)by;
        u->sort.down = column_table[by].type != COLUMN_TEXT;
    }
    u->sorted_us = 0;
}

static void
mark(struct app *a, enum act act)
{
    struct ui *u = &a->u;
    const struct model *m = app_model(a);
    struct node *n = ui_node(u, m);

    if (act == ACT_MARK && n != NULL) {
        target_mark(a, n, !n->marked);
        move_act(a, u->screen == SCREEN_MAP ? ACT_RIGHT : ACT_DOWN);
    }
    for (size_t i = 0; act == ACT_MARK_SHOWN && i < u->nodes.n; i++)
        target_mark(a, u->shown[i], true);
    for (size_t i = 0; act == ACT_UNMARK && i < m->n; i++)
        target_mark(a, m->node[i], false);
    ui_arrange(u, m, a->wishes);
}

static void
follow_node(struct app *a, enum act act)
{
    const struct node *n = ui_node(&a->u, app_model(a));

    (void)act;
    a->u.follow = !a->u.follow;
    ui_flash(&a->u, app_now_us(a), "%s %s",
             a->u.follow ? "following" : "no longer following",
             n != NULL ? n->name : "the node");
}

static void
problem(struct app *a, enum act act)
{
    move_problem(a, act == ACT_PROBLEM ? 1 : -1);
}

static void
messages(struct app *a, enum act act)
{
    struct ui *u = &a->u;

    if (act == ACT_FOLLOW) {
        if (u->follow_messages)
            move_act(a, ACT_UP);
        else
            move_act(a, ACT_LAST);
    } else if (act == ACT_WRAP)
        u->wrap = !u->wrap;
    else
        u->level = u->level < NOTE_DEBUG ? (enum note_level)(u->level + 1)
                                         : NOTE_ERROR;
}

static void
look(struct app *a, enum act act)
{
    struct ui *u = &a->u;

    switch (act) {
    case ACT_SHADE: u->shade = (enum shade)((u->shade + 1) % SHADES); break;
    case ACT_PANE: u->pane = !u->pane; break;
    case ACT_METERS: u->meters = !u->meters; break;
    case ACT_COLOURS:
        u->theme = (enum theme)((u->theme + 1) % THEMES);
        app_simple(a, EFFECT_THEME, "");
        ui_flash(u, app_now_us(a), "colours: %s", theme_name(u->theme));
        break;
    case ACT_MOUSE:
        u->mouse = !u->mouse;
        app_simple(a, EFFECT_MOUSE, "");
        ui_flash(u, app_now_us(a), "mouse %s", u->mouse ? "on" : "off");
        break;
    case ACT_REDRAW: app_simple(a, EFFECT_REDRAW, ""); break;
    case ACT_SUSPEND: app_simple(a, EFFECT_SUSPEND, ""); break;
    case ACT_WRITE: prompt_start(a, PROMPT_WRITE); break;
    case ACT_COMMAND: prompt_start(a, PROMPT_COMMAND); break;
    default: break;
    }
}

static void
freeze(struct app *a, enum act act)
{
    (void)act;
    if (a->u.stream == STREAM_REPLAY)
        app_simple(a, EFFECT_PLAY, "");
    else
        app_freeze(a, !a->u.frozen);
}

static void
pace(struct app *a, enum act act)
{
    static const int64_t steps[] = { 100000, 200000, 500000, 1000000, 2000000,
                                     5000000, 10000000, 30000000, 60000000 };
    enum { STEPS = sizeof steps / sizeof steps[0] };
    struct effect e = { .kind = EFFECT_SPEED };
    struct ui *u = &a->u;
    size_t at = 0;

    if (u->stream == STREAM_REPLAY) {
        e.number = u->replay_speed > 0 ? u->replay_speed : 1;
        e.number *= act == ACT_SLOWER ? 0.5 : 2;
        e.number = e.number < 0.25 ? 0.25 : e.number > 64 ? 64 : e.number;
        app_add_effect(a, &e);
        return;
    }
    while (at + 1 < STEPS && steps[at] < u->refresh_us)
        at++;
    if (act == ACT_SLOWER && at + 1 < STEPS)
        at++;
    if (act == ACT_FASTER && at > 0)
        at--;
    u->refresh_us = steps[at];
    u->paced = false;
    ui_flash(u, app_now_us(a), "refresh every %.1f s",
             (double)u->refresh_us / 1e6);
}

static void
jump(struct app *a, enum act act)
{
    struct effect e = { .kind = EFFECT_SEEK };
    int64_t by = act == ACT_REWIND ? -10 * SECOND_US : 10 * SECOND_US;

    e.us = app_now_us(a) + by < 0 ? 0 : app_now_us(a) + by;
    app_add_effect(a, &e);
}

static void
fresh(struct app *a, enum act act)
{
    (void)act;
    app_simple(a, EFFECT_RETRY, "");
    ask_publish(a);
    ask_again(a);
    ui_flash(&a->u, app_now_us(a), "asking again");
}

static void
hide(struct app *a, enum act act)
{
    struct node *n = ui_node(&a->u, app_model(a));
    struct dialog d = { .n_lines = 1, .then = { .act = act } };

    if (n == NULL)
        return;
    if (n->seen != SEEN_LOST && n->seen != SEEN_GONE) {
        ui_flash(&a->u, app_now_us(a), "%s answers: only a LOST node can be "
                 "hidden", n->name);
        return;
    }
    text_add(d.line[0], sizeof d.line[0], "Hide %s until it answers again?",
             n->name);
    d.then.n = target_one(n, &d.then.node);
    dialog_open(a, &d);
}

static void
forget(struct app *a, enum act act)
{
    struct node *n = ui_node(&a->u, app_model(a));

    (void)act;
    if (n == NULL || !wishes_forget(a->wishes, n))
        ui_flash(&a->u, app_now_us(a), "no command is pending there");
    else
        ui_flash(&a->u, app_now_us(a), "%s: forgotten here; what was sent is "
                 "not unsent", n->name);
}

static void
all_shown(struct app *a, enum act act)
{
    (void)act;
    a->u.all_next = !a->u.all_next;
}

/* ---- what changes something ---- */

static void
node_change(struct app *a, enum act act)
{
    struct pending_act p = { .act = act };
    bool all = a->u.all_next;

    if (act == ACT_SET) {
        prompt_start(a, PROMPT_THROTTLE);
        return;
    }
    if (act == ACT_POLICY) {
        menu_policy(a);
        return;
    }
    p.n = app_targets(a, &p.node);
    change(a, &p, all);
}

static void
work_change(struct app *a, enum act act)
{
    struct node *home;
    struct work *w;

    if (ui_work(&a->u, app_model(a), &home, &w))
        change_work(a, act, home, w);
    else
        ui_flash(&a->u, app_now_us(a), "no workload here");
}

static void
undo(struct app *a, enum act act)
{
    (void)act;
    change_undo(a);
}

typedef void act_fn(struct app *a, enum act act);

static act_fn *const acts[] = {
    [ACT_UP] = move, [ACT_DOWN] = move, [ACT_PAGE_UP] = move,
    [ACT_PAGE_DOWN] = move, [ACT_HALF_UP] = move, [ACT_HALF_DOWN] = move,
    [ACT_FIRST] = move, [ACT_LAST] = move, [ACT_LEFT] = move,
    [ACT_RIGHT] = move, [ACT_OPEN] = enter, [ACT_BACK] = back,
    [ACT_NODES] = to_screen, [ACT_JOBS] = to_screen,
    [ACT_MESSAGES] = to_screen, [ACT_MAP] = to_screen,
    [ACT_NEXT_SCREEN] = to_screen, [ACT_PREVIOUS_SCREEN] = to_screen,
    [ACT_NEXT_NODE] = other_node, [ACT_PREVIOUS_NODE] = other_node,
    [ACT_HELP] = help, [ACT_SETUP] = setup, [ACT_COLUMNS] = setup,
    [ACT_FIND] = find, [ACT_FIND_NEXT] = find, [ACT_FIND_PREVIOUS] = find,
    [ACT_FILTER] = filter, [ACT_TREE] = tree, [ACT_FOLD_ALL] = tree,
    [ACT_SORT] = sort, [ACT_SORT_NEXT] = sort, [ACT_SORT_PREVIOUS] = sort,
    [ACT_SORT_INVERT] = sort, [ACT_MARK] = mark, [ACT_MARK_SHOWN] = mark,
    [ACT_UNMARK] = mark, [ACT_FOLLOW_NODE] = follow_node,
    [ACT_PROBLEM] = problem, [ACT_PROBLEM_BACK] = problem,
    [ACT_FOLLOW] = messages, [ACT_LEVEL] = messages, [ACT_WRAP] = messages,
    [ACT_SHADE] = look, [ACT_PANE] = look, [ACT_METERS] = look,
    [ACT_COLOURS] = look, [ACT_FREEZE] = freeze, [ACT_SLOWER] = pace,
    [ACT_FASTER] = pace, [ACT_REWIND] = jump, [ACT_FORWARD] = jump,
    [ACT_FRESH] = fresh, [ACT_REDRAW] = look, [ACT_WRITE] = look,
    [ACT_MOUSE] = look, [ACT_COMMAND] = look, [ACT_HIDE] = hide,
    [ACT_QUIT] = quit, [ACT_QUIT_NOW] = quit, [ACT_SUSPEND] = look,
    [ACT_FORGET] = forget, [ACT_ALL] = all_shown,
    [ACT_LOWER] = node_change, [ACT_RAISE] = node_change,
    [ACT_LOWER_1] = node_change, [ACT_RAISE_1] = node_change,
    [ACT_SET] = node_change, [ACT_FLOOR] = node_change,
    [ACT_START] = node_change, [ACT_PAUSE] = node_change,
    [ACT_DRAIN] = node_change, [ACT_POLICY] = node_change,
    [ACT_START_WORK] = work_change, [ACT_HOLD] = work_change,
    [ACT_RETRY] = work_change, [ACT_CANCEL] = work_change, [ACT_UNDO] = undo
};

void
app_act(struct app *a, const struct key_row *row)
{
    if (row->changes && !change_allowed(a, row->act, NULL))
        return;
    acts[row->act](a, row->act);
}
