/* SPDX-License-Identifier: MPL-2.0 */
/*
 * key - keys as numbers, their names, and the one table of what they do, from
 * which dispatch, function bar, help and read-only come.
 *
 * Pure.
 */
#ifndef LB_KEY_H
#define LB_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Code points are themselves; control keys 1..26; the rest from here. */
enum key {
    KEY_TAB_ = 9, KEY_ENTER_ = 13, KEY_ESCAPE = 27, KEY_BACK = 127,
    KEY_UP_ = 0x110000, KEY_DOWN_, KEY_LEFT_, KEY_RIGHT_, KEY_PAGE_UP,
    KEY_PAGE_DOWN, KEY_HOME_, KEY_END_, KEY_INSERT, KEY_DELETE, KEY_BACK_TAB,
    KEY_F1, KEY_F12 = KEY_F1 + 11,
    KEY_WHEEL_UP, KEY_WHEEL_DOWN,
    KEY_CLICK,          /* + y << 10 + x (x, y below 1024), see key_click */
    KEY_CLICK_LAST = KEY_CLICK + (1 << 20) - 1,
    KEY_UNKNOWN,
    KEYS_END
};
bool key_click(uint32_t key, int *x, int *y);
/* "F7" "^U" "Esc" "Space" "↑" as UTF-8; dst 16 bytes. */
void key_text(uint32_t key, char dst[16]);
/* The keys of a text as in --keys: "jjF7" has the letters j, j and F7 as
 * <F7>: names in <>: <Up> <Enter> <Esc> <C-u> <Space> <lt>, and F1..F12 bare
 * as well. <wait 500ms> lets time pass: gives KEY_UNKNOWN and sets wait_us.
 * Returns the number of bytes taken; 0: that is no key. */
size_t key_parse(const char *s, uint32_t *key, int64_t *wait_us);

/* Where a key means something. */
enum context {
    IN_NODES = 1, IN_DETAIL = 2, IN_JOBS = 4, IN_WORK = 8, IN_MESSAGES = 16,
    IN_MAP = 32, IN_HELP = 64, IN_FIRST = 128, IN_SETUP = 256, IN_LOST = 512,
    IN_REPLAY = 1024,
    IN_LISTS = IN_NODES | IN_JOBS | IN_MESSAGES | IN_MAP | IN_WORK,
    IN_NODE = IN_NODES | IN_DETAIL | IN_MAP,
    IN_ALL = IN_LISTS | IN_DETAIL | IN_LOST | IN_FIRST | IN_SETUP
};

/* What a key does. */
enum act {
    ACT_UP = 1, ACT_DOWN, ACT_PAGE_UP, ACT_PAGE_DOWN, ACT_HALF_UP,
    ACT_HALF_DOWN, ACT_FIRST, ACT_LAST, ACT_LEFT, ACT_RIGHT, ACT_OPEN,
    ACT_BACK, ACT_NODES, ACT_JOBS, ACT_MESSAGES, ACT_MAP, ACT_NEXT_SCREEN,
    ACT_PREVIOUS_SCREEN, ACT_NEXT_NODE, ACT_PREVIOUS_NODE, ACT_HELP, ACT_SETUP,
    ACT_COLUMNS, ACT_FIND, ACT_FIND_NEXT, ACT_FIND_PREVIOUS, ACT_FILTER,
    ACT_TREE, ACT_FOLD_ALL, ACT_SORT, ACT_SORT_NEXT, ACT_SORT_PREVIOUS,
    ACT_SORT_INVERT, ACT_MARK, ACT_MARK_SHOWN, ACT_UNMARK, ACT_FOLLOW_NODE,
    ACT_PROBLEM, ACT_PROBLEM_BACK, ACT_FOLLOW, ACT_LEVEL, ACT_WRAP, ACT_SHADE,
    ACT_PANE, ACT_METERS, ACT_COLOURS, ACT_FREEZE, ACT_SLOWER, ACT_FASTER,
    ACT_REWIND, ACT_FORWARD, ACT_FRESH, ACT_REDRAW, ACT_WRITE, ACT_MOUSE,
    ACT_COMMAND, ACT_HIDE, ACT_QUIT, ACT_QUIT_NOW, ACT_SUSPEND, ACT_FORGET,
    ACT_ALL,
    /* what changes something at a node */
    ACT_LOWER, ACT_RAISE, ACT_LOWER_1, ACT_RAISE_1, ACT_SET, ACT_FLOOR,
    ACT_START, ACT_PAUSE, ACT_DRAIN, ACT_POLICY, ACT_START_WORK, ACT_HOLD,
    ACT_RETRY, ACT_CANCEL, ACT_UNDO
};

struct key_row {
    uint32_t key[4];        /* 0: no more */
    unsigned where;         /* enum context, or-ed */
    enum act act;
    bool changes;           /* refused in read-only mode and in replay */
    const char *bar;        /* "Thr-"; NULL: not in the function bar; "": its
                               key alone, before the row after it */
    const char *group;      /* of the help: "MOVE" "VIEW" "FIND" "MARK"
                               "COMMANDS" */
    const char *help;       /* "throttle -5, +5". Rows of one group with the
                               same text stand together: one line. "": told
                               by another row of the same act */
    const char *wide;       /* in the bar from 120 columns on; NULL: as bar */
};
/* In the order of the function bar; ends with a row of zeros. */
extern const struct key_row key_table[];
extern const size_t key_rows;

/* The row of a key in a context; NULL: it does nothing there. At a LOST node
 * the keys of IN_DETAIL are found too: they say why they cannot act. */
const struct key_row *key_find(uint32_t key, unsigned where);

#endif
