/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/term_read.h"

#include <curses.h>

#include "tui/key.h"
#include "tui/term_key.h"

/* Keys of ours beside those of curses. */
enum { OURS = KEY_MAX + 1, OURS_STATUS = OURS, OURS_SYNC, OURS_NO_SYNC,
       OURS_PASTE, OURS_PASTE_END, OURS_FOCUS, OURS_BACK_TAB };

void
term_read_begin(void)
{
    static const struct { const char *bytes; int key; } known[] = {
        { "\033[A", KEY_UP }, { "\033OA", KEY_UP },
        { "\033[B", KEY_DOWN }, { "\033OB", KEY_DOWN },
        { "\033[C", KEY_RIGHT }, { "\033OC", KEY_RIGHT },
        { "\033[D", KEY_LEFT }, { "\033OD", KEY_LEFT },
        { "\033[H", KEY_HOME }, { "\033OH", KEY_HOME },
        { "\033[1~", KEY_HOME }, { "\033[7~", KEY_HOME },
        { "\033[F", KEY_END }, { "\033OF", KEY_END },
        { "\033[4~", KEY_END }, { "\033[8~", KEY_END },
        { "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE },
        { "\033[2~", KEY_IC }, { "\033[3~", KEY_DC },
        { "\033OP", KEY_F(1) }, { "\033[11~", KEY_F(1) },
        { "\033[[A", KEY_F(1) },
        { "\033OQ", KEY_F(2) }, { "\033[12~", KEY_F(2) },
        { "\033[[B", KEY_F(2) },
        { "\033OR", KEY_F(3) }, { "\033[13~", KEY_F(3) },
        { "\033[[C", KEY_F(3) },
        { "\033OS", KEY_F(4) }, { "\033[14~", KEY_F(4) },
        { "\033[[D", KEY_F(4) },
        { "\033[15~", KEY_F(5) }, { "\033[17~", KEY_F(6) },
        { "\033[18~", KEY_F(7) }, { "\033[19~", KEY_F(8) },
        { "\033[Z", OURS_BACK_TAB }, { "\033[0n", OURS_STATUS },
        { "\033[?2026;1$y", OURS_SYNC }, { "\033[?2026;2$y", OURS_SYNC },
        { "\033[?2026;0$y", OURS_NO_SYNC }, { "\033[?2026;4$y", OURS_NO_SYNC },
        { "\033[200~", OURS_PASTE }, { "\033[201~", OURS_PASTE_END },
        { "\033[I", OURS_FOCUS }, { "\033[O", OURS_FOCUS },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        define_key(known[i].bytes, known[i].key);
}

static uint32_t
mouse_key(void)
{
    MEVENT e;
    if (getmouse(&e) != OK)
        return RAW_IGNORE;
    if ((e.bstate & BUTTON4_PRESSED) != 0)
        return KEY_WHEEL_UP;
    if ((e.bstate & BUTTON5_PRESSED) != 0)
        return KEY_WHEEL_DOWN;
    if ((e.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) == 0 || e.x < 0 ||
        e.y < 0 || e.x > 1023 || e.y > 1023)
        return RAW_IGNORE;
    return KEY_CLICK + ((uint32_t)e.y << 10) + (uint32_t)e.x;
}

/* What is no key but an answer of the terminal. */
static uint32_t
answer_key(wint_t c, enum term_answer *answer)
{
    switch (c) {
    case OURS_STATUS: *answer = ANSWER_STATUS; return RAW_IGNORE;
    case OURS_SYNC: *answer = ANSWER_SYNC; return RAW_IGNORE;
    case OURS_NO_SYNC: *answer = ANSWER_NO_SYNC; return RAW_IGNORE;
    case OURS_PASTE: return RAW_PASTE_BEGIN;
    case OURS_PASTE_END: return RAW_PASTE_END;
    case OURS_BACK_TAB: return KEY_BACK_TAB;
    default: return RAW_IGNORE;
    }
}

static uint32_t
function_key(wint_t c, enum term_answer *answer)
{
    if (c >= KEY_F(1) && c <= KEY_F(12))
        return KEY_F1 + (uint32_t)(c - KEY_F(1));
    switch (c) {
    case KEY_UP: return KEY_UP_;
    case KEY_DOWN: return KEY_DOWN_;
    case KEY_LEFT: return KEY_LEFT_;
    case KEY_RIGHT: return KEY_RIGHT_;
    case KEY_PPAGE: return KEY_PAGE_UP;
    case KEY_NPAGE: return KEY_PAGE_DOWN;
    case KEY_HOME: return KEY_HOME_;
    case KEY_END: return KEY_END_;
    case KEY_IC: return KEY_INSERT;
    case KEY_DC: return KEY_DELETE;
    case KEY_BTAB: return KEY_BACK_TAB;
    case KEY_BACKSPACE: return KEY_BACK;
    case KEY_ENTER: return KEY_ENTER_;
    case KEY_MOUSE: return mouse_key();
    case KEY_RESIZE: return RAW_IGNORE;
    default: return c >= OURS ? answer_key(c, answer) : KEY_UNKNOWN;
    }
}

static uint32_t
plain_key(wint_t c, bool pasting)
{
    if (c == '\n' || c == '\r')
        return pasting ? '\n' : KEY_ENTER_;
    return c == 8 ? KEY_BACK : (uint32_t)c;
}

uint32_t
term_read(bool pasting, enum term_answer *answer)
{
    wint_t c;
    int rc = get_wch(&c);

    *answer = ANSWER_NONE;
    if (rc == ERR)
        return 0;
    return rc == KEY_CODE_YES ? function_key(c, answer)
                              : plain_key(c, pasting);
}
