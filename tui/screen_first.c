/* SPDX-License-Identifier: MPL-2.0 */
/* What to do while no node has answered. */
#include "base/text.h"
#include "tui/frame.h"

enum { TEXT = 400, BLOCK = 74 };

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

static void
say_tries(struct view *v, struct place *at)
{
    const struct model *m = v->m;
    char line[TEXT];

    for (size_t i = 0; i < m->n_tries; i++) {
        const struct try_ *t = &m->tries[i];
        line[0] = '\0';
        text_add(line, sizeof line, "%-34s %s", t->where,
                 t->why[0] != '\0' ? t->why : "no answer yet");
        say(v, at, STYLE_TEXT, i == 0 ? "Tried" : "", line);
    }
    if (v->u->from[0] != '\0')
        say(v, at, STYLE_TEXT, "From", v->u->from);
}

static void
say_ways_out(struct view *v, struct place *at)
{
    static const char *const lines[] = {
        "  On this host, start a node:       lbagent",
        "  A node runs on another host?      :connect HOST[:PORT]   "
        "(press :)",
        "  Or leave and come back with:      lbtop -n HOST[:PORT]",
        "  Or name it once in the file:      "
        "~/.config/lbagent/client.ini",
        "  Only looking around?              lbtop --demo 12    "
        "(made-up data)",
    };
    say(v, at, STYLE_BOLD, NULL, "What you can do now");
    at->y += at->end - at->y > 10;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        say(v, at, STYLE_TEXT, NULL, lines[i]);
}

void
screen_first(struct view *v, const struct part *p)
{
    const bool high = p->n >= 18;
    struct place at = { 3, p->y + (high ? (p->n - 15) / 2 : 0), p->y + p->n };
    char line[TEXT] = "";
    int64_t s = v->m->now_us / 1000000;

    if (v->c->width > BLOCK + 6)
        at.x = (v->c->width - BLOCK) / 2;
    text_add(line, sizeof line, "No node has answered yet.    Looking for "
             "%lld s %s", (long long)s, v->c->ascii ? "..." : "…");
    say(v, &at, STYLE_BOLD, NULL, line);
    at.y += high;
    say_tries(v, &at);
    at.y += high;
    say_ways_out(v, &at);
    at.y += high;
    say(v, &at, STYLE_LABEL, NULL, "Still trying every 2 s. The screen fills "
        "by itself when a node answers.");
}
