/* SPDX-License-Identifier: MPL-2.0 */
/* The row of tabs, and right of it how the list below is sorted and cut. */
#include "base/text.h"
#include "tui/frame.h"

enum { TABS = 4, RIGHTS = 6, TEXT = 80 };

struct tab {
    char text[40];
    int x, width;       /* of the text, without brackets */
    bool warn;
};
/* What stands at the right edge; those of high rank go first. */
struct right {
    size_t n;
    char text[RIGHTS][TEXT];
    int rank[RIGHTS];
};

static enum screen
open_tab(const struct ui *u)
{
    return u->screen <= SCREEN_MAP ? u->screen : SCREEN_NODES;
}

/* Names and counts; `brief`: 0 all, 1 no counts, 2 short names, 3 the open
 * one alone. */
static void
name_tabs(const struct view *v, int brief, struct tab tab[TABS])
{
    static const char *const name[] = { "Nodes", "Jobs", "Messages", "Map" };
    const struct model *m = v->m;
    size_t works = 0;
    for (size_t i = 0; i < m->n; i++)
        works += m->node[i]->hidden ? 0 : m->node[i]->n_works;
    size_t news = notes_since(m->notes, v->u->read_note, NOTE_WARN);
    enum screen open = open_tab(v->u);
    for (int i = 0; i < TABS; i++) {
        struct tab *t = &tab[i];
        *t = (struct tab){ .x = 0 };
        if (brief == 3 && i + 1 != (int)open)
            continue;
        text_add(t->text, sizeof t->text, "%d %s", i + 1,
                 brief == 2 && i == 2 ? "Msg" : name[i]);
        t->warn = i == 2 && news > 0 && open != SCREEN_MESSAGES;
        if (i == 0 && brief == 0)
            text_add(t->text, sizeof t->text, " %u",
                     (unsigned)nodes_visible(m));
        if (i == 1 && brief == 0 && works > 0)
            text_add(t->text, sizeof t->text, " %u", (unsigned)works);
        if (t->warn)
            text_add(t->text, sizeof t->text, " %u!", (unsigned)news);
    }
}

/* Places the tabs in the longest form that fits; returns the column after the
 * last one. */
static int
make_tabs(const struct view *v, struct tab tab[TABS])
{
    int open = (int)open_tab(v->u) - 1, end = 0;
    for (int brief = 0; brief <= 3; brief++) {
        name_tabs(v, brief, tab);
        int x = open == 0 || brief == 3 ? 1 : 2;
        for (int i = 0; i < TABS; i++) {
            struct tab *t = &tab[i];
            if (t->text[0] == '\0')
                continue;
            t->x = x + (i == open);
            t->width = columns_of(t->text);
            end = t->x + t->width + (i == open);
            x = end + 2;
        }
        if (end < v->c->width)
            break;
    }
    return end;
}

static void
say(struct right *r, int rank, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct right *r, int rank, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    r->text[r->n][0] = '\0';
    text_addv(r->text[r->n], TEXT, fmt, ap);
    va_end(ap);
    r->rank[r->n++] = rank;
}

static void
say_rows(struct right *r, const struct list *l, bool wide)
{
    size_t first = l->n == 0 ? 0 : l->top + 1;
    size_t last = l->top + (l->rows > 0 ? (size_t)l->rows : 0);
    last = last < l->n ? last : l->n;
    if (wide)
        say(r, 3, "rows %u-%u of %u", (unsigned)first, (unsigned)last,
            (unsigned)l->n);
    else if (l->n > last - first + 1)
        say(r, 3, "%u-%u/%u", (unsigned)first, (unsigned)last,
            (unsigned)l->n);
}

static void
say_filter(const struct query *q, bool wide, struct right *r)
{
    const char *text = q == NULL ? "" : query_text(q);

    if (text[0] != '\0')
        say(r, 1, "filter %.40s", text);
    else if (wide)
        say(r, 4, "filter none");
}

static void
say_nodes(const struct view *v, bool wide, struct right *r)
{
    const struct ui *u = v->u;
    const char *order = glyph(v->c, u->sort.down ? GLYPH_DOWN : GLYPH_UP);
    if (u->screen == SCREEN_MAP)
        say(r, 2, "shade %s", shade_name(u->shade));
    else if (u->sort.by < COLUMNS_)
        say(r, 2, "sort %s%s", column_table[u->sort.by].head, order);
    say_filter(u->filter, wide, r);
    if (u->follow)
        say(r, 3, "follow");
    if (u->screen == SCREEN_NODES)
        say_rows(r, &u->nodes, wide);
    if (u->n_marked > 0 && u->n_hidden_marks > 0)
        say(r, 0, "%u marked (%u hidden)", (unsigned)u->n_marked,
            (unsigned)u->n_hidden_marks);
    else if (u->n_marked > 0)
        say(r, 0, "%u marked", (unsigned)u->n_marked);
}

static void
say_messages(const struct view *v, bool wide, struct right *r)
{
    const struct ui *u = v->u;
    const struct node *only = model_by_id(v->m, &u->only);
    if (only != NULL)
        say(r, 1, "of %.40s", only->name);
    say(r, 2, "level %s+", note_level_name(u->level));
    say_filter(u->note_filter, wide && only == NULL, r);
    const int rank = u->note_find[0] != '\0';   /* it hides notes */
    if (rank > 0) {
        size_t of, n = ui_notes_found(u, v->m->notes, &of);
        say(r, 0, "find \"%.20s\": %zu of %zu", u->note_find, n, of);
    }
    size_t later = notes_since(v->m->notes, u->paused_note, u->level);
    if (u->follow_messages)
        say(r, rank, "FOLLOW");
    else if (later > 0)
        say(r, rank, "PAUSED, %u new", (unsigned)later);
    else
        say(r, rank, "PAUSED");
}

static void
say_right(const struct view *v, struct right *r)
{
    const struct ui *u = v->u;
    bool wide = v->c->width >= FRAME_WIDE;
    if (u->screen == SCREEN_MESSAGES)
        say_messages(v, wide, r);
    else if (u->screen == SCREEN_JOBS) {
        say(r, 2, "sort %s%s", u->jobs_by_eta ? "ETA" : "SUBMITTED",
            glyph(v->c, u->jobs_down ? GLYPH_DOWN : GLYPH_UP));
        say_filter(u->job_filter, wide, r);
        say_rows(r, &u->jobs, wide);
    } else
        say_nodes(v, wide, r);
}

static void
draw_right(struct view *v, int y, int from)
{
    struct right r = { .n = 0 };
    say_right(v, &r);
    int gap = v->u->screen == SCREEN_MESSAGES || v->c->width >= FRAME_WIDE
                  ? 3 : 2;
    for (int rank = 4; rank >= 0; rank--) {
        char line[RIGHTS * (TEXT + 3)] = "";
        for (size_t i = 0; i < r.n; i++)
            if (r.rank[i] <= rank)
                text_add(line, sizeof line, "%*s%s", line[0] ? gap : 0, "",
                         r.text[i]);
        if (columns_of(line) + from + 3 > v->c->width)
            continue;
        put_left_of(v->c, v->c->width - 1, y, STYLE_TEXT, line);
        return;
    }
}

void
frame_tabs(struct view *v, int y)
{
    struct tab tab[TABS];
    int end = make_tabs(v, tab);
    for (int i = 0; i < TABS; i++) {
        const struct tab *t = &tab[i];
        if (t->text[0] == '\0')
            continue;
        bool open = i + 1 == (int)open_tab(v->u);
        enum style style = open ? STYLE_TAB
                           : t->warn ? STYLE_WARN : STYLE_TEXT;
        canvas_put(v->c, t->x, y, -1, style, t->text);
        if (open) {
            canvas_put(v->c, t->x - 1, y, 1, style, "[");
            canvas_put(v->c, t->x + t->width, y, 1, style, "]");
        }
    }
    draw_right(v, y, end);
}

enum screen
frame_tab_at(const struct view *v, int x, int y)
{
    struct layout l;
    struct tab tab[TABS];
    frame_layout(v, &l);
    if (l.tabs.n == 0 || y != l.tabs.y)
        return (enum screen)0;
    make_tabs(v, tab);
    for (int i = 0; i < TABS; i++)
        if (tab[i].text[0] != '\0' && x >= tab[i].x - 1 &&
            x <= tab[i].x + tab[i].width)
            return (enum screen)(i + 1);
    return (enum screen)0;
}
