/* SPDX-License-Identifier: MPL-2.0 */
/* THROTTLE of a node: what it reports, and beside it what was asked of it and
 * is not yet seen. The value in force stays left until the node confirms. */
#include "base/text.h"
#include "tui/screen.h"

enum { TEXT = 32 };

/* "80→70" and a sign. */
static void
write_asked(const struct view *v, unsigned now, int asked, const char *sign,
            char dst[TEXT])
{
    text_add(dst, TEXT, "%u%s%d%s", now, glyph(v->c, GLYPH_TO), asked, sign);
}

static enum style
write_wish(const struct view *v, const struct node *n, const struct wish *w,
           char dst[TEXT])
{
    unsigned now = n->told.throttle_percent;
    switch (w->state) {
    case WISH_DRAFT:
    case WISH_SENT:
    case WISH_ACCEPTED:
        write_asked(v, now, w->asked, glyph(v->c, GLYPH_PENDING), dst);
        return STYLE_PENDING;
    case WISH_IN_FORCE:
        text_add(dst, TEXT, "%u%% %s", now, glyph(v->c, GLYPH_CONFIRMED));
        return STYLE_CONFIRMED;
    case WISH_REFUSED:
        text_add(dst, TEXT, "%u%% %s", now, glyph(v->c, GLYPH_REFUSED));
        return STYLE_REFUSED;
    case WISH_DIFFERS:
        if (w->seen == (int)now) {  /* accepted, but not to be seen */
            write_asked(v, now, w->asked, " !", dst);
            return STYLE_WARN;
        }
        text_add(dst, TEXT, "%u%% %s", now, glyph(v->c, GLYPH_CONFIRMED));
        return STYLE_WARN;
    case WISH_SILENT:
        write_asked(v, now, w->asked, " ?", dst);
        return STYLE_WARN;
    case WISH_LOST:
        text_add(dst, TEXT, "(%u%%)", now);
        return STYLE_OLD;
    }
    return STYLE_TEXT;
}

int
draw_throttle(struct view *v, int x, int y, int width, const struct node *n)
{
    char text[TEXT] = "";
    enum style style = STYLE_TEXT;
    const struct wish *w =
        v->w == NULL ? NULL : wish_of(v->w, n, WISH_THROTTLE, 0);
    if (n->heard_us < 0) {
        text_add(text, TEXT, "-");
        style = STYLE_OLD;
    } else if (w != NULL && node_is_up(n))
        style = write_wish(v, n, w, text);
    else if (!node_is_up(n) || n->seen == SEEN_STALE) {
        text_add(text, TEXT, "(%u%%)", n->told.throttle_percent);
        style = STYLE_OLD;
    } else
        text_add(text, TEXT, "%u%%", n->told.throttle_percent);
    return canvas_put(v->c, x, y, width, style, text);
}
