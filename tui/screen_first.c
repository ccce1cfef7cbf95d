/* SPDX-License-Identifier: MPL-2.0 */
/* What to do while no node has answered. */
#include "base/text.h"
#include "tui/frame.h"

enum { TEXT = 400, BLOCK = 78, LABEL = 11, TIGHT = 70, SPARE = 14 };

struct place { int x, y, end; };

static void
say(struct view *v, struct place *at, enum style style, const char *label,
    const char *text)
{
    int x = at->x;
    if (at->y >= at->end)
        return;
    if (label != NULL) {
        canvas_put(v->c, x, at->y, 10, STYLE_LABEL, label);
        x += 11;
    }
    put_cut(v->c, x, at->y, v->c->width - x, style, text);
    at->y++;
}

/* Where both do not fit, the reason has a line of its own if there are lines,
 * else the middle of the address is cut. */
static void
say_try(struct view *v, struct place *at, const char *label,
        const struct try_ *t)
{
    const char *why = t->why[0] != '\0' ? t->why : "no answer yet";
    int x = at->x + LABEL, room = v->c->width - x - columns_of(why) - 2;

    if (at->y >= at->end)
        return;
    canvas_put(v->c, at->x, at->y, LABEL - 1, STYLE_LABEL, label);
    if (columns_of(t->where) > room && at->end - at->y > SPARE) {
        canvas_middle(v->c, x, at->y++, v->c->width - x, STYLE_TEXT,
                      t->where);
        put_cut(v->c, x + 2, at->y++, v->c->width - x - 2, STYLE_WARN, why);
        return;
    }
    room = room < 8 ? 8 : room < 34 ? room : columns_of(t->where) < 34 ? 34
                                             : room;
    int used = canvas_middle(v->c, x, at->y, room, STYLE_TEXT, t->where);
    x += used < 34 && room == 34 ? 35 : used + 1;
    put_cut(v->c, x, at->y, v->c->width - x, STYLE_WARN, why);
    at->y++;
}

static void
say_tries(struct view *v, struct place *at)
{
    const struct model *m = v->m;

    for (size_t i = 0; i < m->n_tries; i++)
        say_try(v, at, i == 0 ? "Tried" : "", &m->tries[i]);
    if (v->u->from[0] != '\0')
        say(v, at, STYLE_TEXT, "From", v->u->from);
}

static void
say_ways_out(struct view *v, struct place *at)
{
    static const char *const wide[] = {
        "  On this host, start a node:       lbagent",
        "  A node runs on another host?      :connect HOST[:PORT]   "
        "(press :)",
        "  Or leave and come back with:      lbtop -n HOST[:PORT]",
        "  Or name it once in the file:      "
        "~/.config/lbagent/client.ini",
        "  Only looking around?              lbtop --demo 12    "
        "(made-up data)",
    };
    static const char *const tight[] = {
        "lbagent              starts a node",
        ":connect HOST[:PORT] another host",
        "lbtop -n HOST[:PORT] likewise",
        "lbtop --demo 12      made-up data",
        "~/.config/lbagent/client.ini",
    };
    const bool cut = v->c->width < TIGHT;

    say(v, at, STYLE_BOLD, NULL, "What you can do now");
    at->y += at->end - at->y > 8;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        say(v, at, STYLE_TEXT, NULL, cut ? tight[i] : wide[i]);
}

void
screen_first(struct view *v, const struct part *p)
{
    const bool high = p->n >= 18;
    const int width = v->c->width;
    struct place at = { width < TIGHT ? 1 : 3,
                        p->y + (high ? (p->n - 10) * 2 / 7 : 0),
                        p->y + p->n };
    const bool live = v->u->stream != STREAM_REPLAY;
    char line[TEXT] = "";
    int64_t s = v->m->now_us / 1000000;

    if (width > BLOCK + 6)
        at.x = (width - BLOCK) / 2;
    struct place head = at;
    head.x += width < TIGHT ? 0 : LABEL;
    if (live)
        text_add(line, sizeof line, "No node has answered yet.    Looking for "
                 "%lld s %s", (long long)s, v->c->ascii ? "..." : "…");
    else
        text_add(line, sizeof line, "No node had answered yet.");
    say(v, &head, STYLE_BOLD, NULL, line);
    at.y += 1 + high;
    say_tries(v, &at);
    if (!live)
        return;
    at.y += high;
    say_ways_out(v, &at);
    at.y += high * 2;
    say(v, &at, STYLE_LABEL, NULL, "Still trying every 2 s. The screen fills "
        "by itself when a node answers.");
}
