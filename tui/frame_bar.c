/* SPDX-License-Identifier: MPL-2.0 */
/* The function bar: the keys of this screen, from the table of keys. */
#include "base/text.h"
#include "tui/frame.h"

enum { ITEMS = 32 };

struct bar_key {
    const struct key_row *row;
    char key[40];
    const char *text;
    int width;          /* with the blank after it */
    int rank;
    bool dim;
};

/* What gives way first when the row is too short: the levers and the ways out
 * stay longest, of them help and quit. */
static int
rank_of(enum act a)
{
    static const enum act first[] = {
        ACT_WRITE, ACT_FREEZE, ACT_COMMAND, ACT_UNDO, ACT_WRAP, ACT_SETUP,
        ACT_TREE, ACT_SET, ACT_POLICY, ACT_SHADE, ACT_PREVIOUS_NODE,
        ACT_NEXT_NODE, ACT_FOLLOW, ACT_LEVEL, ACT_PROBLEM, ACT_SORT, ACT_FIND,
        ACT_HIDE, ACT_RETRY, ACT_HOLD, ACT_CANCEL, ACT_FILTER, ACT_DRAIN,
        ACT_START_WORK, ACT_START, ACT_PAUSE, ACT_RAISE, ACT_LOWER, ACT_FRESH,
        ACT_OPEN, ACT_MESSAGES, ACT_QUIT, ACT_HELP, ACT_BACK
    };
    int n = (int)(sizeof first / sizeof first[0]);
    for (int i = 0; i < n; i++)
        if (first[i] == a)
            return n - i;
    return n + 1;
}

static const char *
bar_text(const struct view *v, const struct key_row *k)
{
    return v->c->width >= FRAME_WIDE && k->wide != NULL ? k->wide : k->bar;
}

/* While something is asked, keys go there. */
static bool
refused(const struct view *v, const struct key_row *k)
{
    const struct ui *u = v->u;
    if (u->dialog.open || u->menu.open || u->prompt.use != PROMPT_NONE)
        return true;
    return k->changes && (u->read_only || u->stream == STREAM_REPLAY);
}

static size_t
gather(const struct view *v, struct bar_key *item)
{
    unsigned where = ui_context(v->u, v->m);
    size_t n = 0;
    char before[24] = "";   /* keys that stand alone, before the next */
    for (size_t i = 0; i < key_rows && n < ITEMS; i++) {
        const struct key_row *k = &key_table[i];
        const char *text = bar_text(v, k);
        char name[16];
        if (!(k->where & where) || text == NULL)
            continue;
        key_text(k->key[0], name);
        if (text[0] == '\0') {
            text_add(before, sizeof before, "%s ", name);
            continue;
        }
        struct bar_key *it = &item[n++];
        *it = (struct bar_key){ .row = k, .text = text, .rank = rank_of(k->act),
                             .dim = refused(v, k) };
        text_add(it->key, sizeof it->key, "%s%s", before, name);
        it->width = columns_of(it->key) + columns_of(text) + 2;
        before[0] = '\0';
    }
    return n;
}

/* Takes away the item of highest rank. */
static size_t
drop(struct bar_key *item, size_t n)
{
    size_t worst = 0;
    for (size_t i = 1; i < n; i++)
        if (item[i].rank > item[worst].rank)
            worst = i;
    for (size_t i = worst; i + 1 < n; i++)
        item[i] = item[i + 1];
    return n - 1;
}

void
frame_bar(struct view *v, int y)
{
    struct bar_key item[ITEMS];
    size_t n = gather(v, item);
    for (;;) {
        int sum = -1;
        for (size_t i = 0; i < n; i++)
            sum += item[i].width;
        if (sum <= v->c->width || n <= 1)
            break;
        n = drop(item, n);
    }
    int x = 0;
    for (size_t i = 0; i < n; i++) {
        const struct bar_key *it = &item[i];
        int key = canvas_put(v->c, x, y, -1,
                             it->dim ? STYLE_LABEL : STYLE_KEY, it->key);
        canvas_put(v->c, x + key + 1, y, -1,
                   it->dim ? STYLE_LABEL : STYLE_TEXT, it->text);
        x += it->width;
    }
}
