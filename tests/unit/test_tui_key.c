/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tui/key.h"

static const unsigned contexts[] = { IN_NODES, IN_DETAIL, IN_JOBS, IN_WORK,
                                     IN_MESSAGES, IN_MAP, IN_HELP, IN_FIRST,
                                     IN_SETUP, IN_LOST, IN_REPLAY };
enum { CONTEXTS = sizeof contexts / sizeof contexts[0] };

/* Rows that a key has in one context. */
static size_t
rows_of(uint32_t key, unsigned where)
{
    size_t n = 0;

    for (size_t i = 0; i < key_rows; i++)
        for (size_t k = 0; k < 4; k++)
            n += key != 0 && key_table[i].key[k] == key &&
                 (key_table[i].where & where) != 0;
    return n;
}

static void
no_key_is_there_twice_in_a_context(void **state)
{
    (void)state;
    char name[16];

    for (size_t i = 0; i < key_rows; i++)
        for (size_t k = 0; k < 4; k++)
            for (size_t c = 0; c < CONTEXTS; c++) {
                key_text(key_table[i].key[k], name);
                if (rows_of(key_table[i].key[k], contexts[c]) > 1)
                    fail_msg("%s twice in context %u", name, contexts[c]);
                /* replay adds its keys to those of a screen */
                if (rows_of(key_table[i].key[k], contexts[c] | IN_REPLAY) > 1)
                    fail_msg("%s twice in a replay", name);
            }
}

/* The letters that a split arrow leaves behind. */
static void
a_split_arrow_is_no_command(void **state)
{
    (void)state;
    for (size_t c = 0; c < CONTEXTS; c++) {
        assert_null(key_find('A', contexts[c]));
        assert_null(key_find('B', contexts[c]));
        assert_null(key_find('D', contexts[c]));
        assert_null(key_find('O', contexts[c]));
        const struct key_row *row = key_find('C', contexts[c]);
        if (row != NULL)
            assert_int_equal(row->act, ACT_COLOURS);
        row = key_find('[', contexts[c]);
        if (row != NULL)
            assert_false(row->changes);
    }
}

static void
every_act_that_changes_is_marked(void **state)
{
    (void)state;
    for (size_t i = 0; i < key_rows; i++)
        assert_int_equal(key_table[i].changes, key_table[i].act >= ACT_LOWER);
    for (unsigned act = ACT_LOWER; act <= ACT_UNDO; act++) {
        size_t n = 0;
        for (size_t i = 0; i < key_rows; i++)
            n += key_table[i].act == (enum act)act;
        assert_true(n > 0);
    }
}

/* The key map of the manual. */
static const struct {
    uint32_t key;
    unsigned where;
    enum act act;
} map[] = {
    { KEY_UP_, IN_LISTS, ACT_UP }, { 'k', IN_LISTS, ACT_UP },
    { KEY_DOWN_, IN_LISTS, ACT_DOWN }, { 'j', IN_LISTS, ACT_DOWN },
    { KEY_PAGE_UP, IN_LISTS, ACT_PAGE_UP }, { 2, IN_LISTS, ACT_PAGE_UP },
    { KEY_PAGE_DOWN, IN_LISTS, ACT_PAGE_DOWN },
    { 6, IN_LISTS, ACT_PAGE_DOWN }, { 21, IN_LISTS, ACT_HALF_UP },
    { 4, IN_LISTS, ACT_HALF_DOWN }, { KEY_HOME_, IN_LISTS, ACT_FIRST },
    { 'g', IN_LISTS, ACT_FIRST }, { KEY_END_, IN_LISTS, ACT_LAST },
    { 'G', IN_LISTS, ACT_LAST }, { KEY_LEFT_, IN_LISTS, ACT_LEFT },
    { 'h', IN_LISTS, ACT_LEFT }, { KEY_RIGHT_, IN_LISTS, ACT_RIGHT },
    { 'l', IN_LISTS, ACT_RIGHT }, { KEY_ENTER_, IN_LISTS, ACT_OPEN },
    { KEY_ESCAPE, IN_ALL, ACT_BACK }, { KEY_BACK, IN_ALL, ACT_BACK },
    { '1', IN_ALL, ACT_NODES }, { '2', IN_ALL, ACT_JOBS },
    { '3', IN_ALL, ACT_MESSAGES }, { '4', IN_ALL, ACT_MAP },
    { KEY_TAB_, IN_ALL, ACT_NEXT_SCREEN },
    { KEY_BACK_TAB, IN_ALL, ACT_PREVIOUS_SCREEN },
    { '[', IN_DETAIL | IN_LOST, ACT_PREVIOUS_NODE },
    { ']', IN_DETAIL | IN_LOST, ACT_NEXT_NODE },
    { KEY_F1, IN_ALL, ACT_HELP }, { '?', IN_ALL, ACT_HELP },
    { KEY_F1 + 1, IN_NODES, ACT_SETUP }, { 'c', IN_NODES, ACT_COLUMNS },
    { KEY_F1 + 2, IN_ALL, ACT_FIND }, { '/', IN_ALL, ACT_FIND },
    { 'n', IN_ALL, ACT_FIND_NEXT }, { 'N', IN_ALL, ACT_FIND_PREVIOUS },
    { KEY_F1 + 3, IN_ALL, ACT_FILTER }, { '\\', IN_ALL, ACT_FILTER },
    { KEY_F1 + 4, IN_NODES, ACT_TREE }, { 'T', IN_NODES, ACT_TREE },
    { '*', IN_NODES, ACT_FOLD_ALL }, { KEY_F1 + 5, IN_LISTS, ACT_SORT },
    { '>', IN_LISTS, ACT_SORT_NEXT }, { '<', IN_LISTS, ACT_SORT_PREVIOUS },
    { 'I', IN_LISTS, ACT_SORT_INVERT }, { KEY_F1 + 6, IN_NODE, ACT_LOWER },
    { '-', IN_NODE, ACT_LOWER }, { KEY_F1 + 7, IN_NODE, ACT_RAISE },
    { '+', IN_NODE, ACT_RAISE }, { '(', IN_NODE, ACT_LOWER_1 },
    { ')', IN_NODE, ACT_RAISE_1 }, { '=', IN_NODE, ACT_SET },
    { '_', IN_NODE, ACT_FLOOR }, { 's', IN_NODE, ACT_START },
    { 'p', IN_NODE, ACT_PAUSE }, { 'd', IN_NODE, ACT_DRAIN },
    { 'P', IN_NODE, ACT_POLICY }, { 's', IN_JOBS, ACT_START_WORK },
    { 'H', IN_JOBS, ACT_HOLD }, { 'R', IN_JOBS, ACT_RETRY },
    { 'K', IN_JOBS, ACT_CANCEL }, { 'u', IN_ALL, ACT_UNDO },
    { 'x', IN_ALL, ACT_FORGET }, { 'a', IN_NODES, ACT_ALL },
    { ' ', IN_NODES, ACT_MARK }, { 't', IN_NODES, ACT_MARK_SHOWN },
    { 'U', IN_NODES, ACT_UNMARK }, { 'F', IN_NODES, ACT_FOLLOW_NODE },
    { 'e', IN_NODES | IN_JOBS | IN_MESSAGES, ACT_PROBLEM },
    { 'E', IN_NODES | IN_JOBS | IN_MESSAGES, ACT_PROBLEM_BACK },
    { 'f', IN_MESSAGES, ACT_FOLLOW }, { 'L', IN_MESSAGES, ACT_LEVEL },
    { 'W', IN_MESSAGES, ACT_WRAP }, { 'v', IN_MAP, ACT_SHADE },
    { 'm', IN_ALL, ACT_PANE }, { '#', IN_ALL, ACT_METERS },
    { 'C', IN_ALL, ACT_COLOURS }, { 'Z', IN_ALL, ACT_FREEZE },
    { ',', IN_ALL, ACT_SLOWER }, { '.', IN_ALL, ACT_FASTER },
    { '{', IN_REPLAY, ACT_REWIND }, { '}', IN_REPLAY, ACT_FORWARD },
    { 'r', IN_ALL, ACT_FRESH }, { 12, IN_ALL, ACT_REDRAW },
    { 'w', IN_ALL, ACT_WRITE }, { 'M', IN_ALL, ACT_MOUSE },
    { ':', IN_ALL, ACT_COMMAND }, { KEY_DELETE, IN_LOST, ACT_HIDE },
    { 'q', IN_ALL, ACT_QUIT }, { 26, IN_ALL, ACT_SUSPEND },
    { 3, IN_ALL, ACT_QUIT_NOW },
};

/* Where the map says so, the key does that. */
static void
keys_do_what_the_map_says(void **state)
{
    (void)state;
    char name[16];

    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        for (size_t c = 0; c < CONTEXTS; c++) {
            if ((map[i].where & contexts[c]) == 0 ||
                (map[i].key == KEY_F1 + 1 && contexts[c] == IN_SETUP))
                continue;
            const struct key_row *row = key_find(map[i].key, contexts[c]);
            key_text(map[i].key, name);
            if (row == NULL || row->act != map[i].act)
                fail_msg("%s in context %u", name, contexts[c]);
        }
    for (size_t i = 0; i < key_rows; i++) {
        bool there = false;
        for (size_t k = 0; k < sizeof map / sizeof map[0]; k++)
            there = there || map[k].act == key_table[i].act;
        assert_true(there);
    }
}

static void
a_lost_node_has_the_levers_that_refuse(void **state)
{
    (void)state;
    assert_int_equal(key_find(KEY_F1 + 6, IN_LOST)->act, ACT_LOWER);
    assert_int_equal(key_find('d', IN_LOST)->act, ACT_DRAIN);
    assert_null(key_find('d', IN_JOBS));
}

/* The row of that act that the help has names this key. */
static bool
is_told(enum act act, uint32_t key)
{
    for (size_t i = 0; i < key_rows; i++)
        for (size_t k = 0; k < 4; k++)
            if (key_table[i].act == act && key_table[i].help[0] != '\0' &&
                key_table[i].key[k] == key)
                return true;
    return false;
}

/* Every act is told once, with its keys, and texts stand in groups. */
static void
help_has_every_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < key_rows; i++) {
        size_t told = 0;
        assert_non_null(key_table[i].help);
        for (size_t k = 0; k < key_rows; k++)
            told += key_table[k].act == key_table[i].act &&
                    key_table[k].help[0] != '\0';
        if (told != 1)
            fail_msg("act %u is told %zu times", key_table[i].act, told);
        for (size_t k = 0; k < 4 && key_table[i].key[k] != 0; k++)
            if (key_table[i].where != IN_SETUP && /* says it itself */
                !is_told(key_table[i].act, key_table[i].key[k]))
                fail_msg("act %u has a key more", key_table[i].act);
    }
}

/* The letters of --bar-- in the order of the table, as one line. */
static void
expect_bar(unsigned where, bool wide, const char *expected)
{
    char line[400] = "", name[16];

    for (size_t i = 0; i < key_rows; i++) {
        const struct key_row *row = &key_table[i];
        const char *bar = wide && row->wide != NULL ? row->wide : row->bar;
        if ((row->where & where) == 0 || bar == NULL)
            continue;
        key_text(row->key[0], name);
        strcat(line, line[0] == '\0' ? "" : " ");
        strcat(line, name);
        strcat(line, bar[0] == '\0' ? "" : " ");
        strcat(line, bar);
    }
    assert_string_equal(line, expected);
}

static void
bars_are_those_of_the_screens(void **state)
{
    (void)state;
    expect_bar(IN_NODES, false,
               "F1 Help F3 Find F4 Filter F6 Sort F7 Thr- F8 Thr+ s Start "
               "p Pause d Drain q Quit");
    expect_bar(IN_NODES, true,
               "F1 Help F2 Setup F3 Find F4 Filter F5 Tree F6 Sort F7 Thr- "
               "F8 Thr+ = Set s Start p Pause d Drain P Policy Z Freeze "
               ": Command q Quit");
    expect_bar(IN_DETAIL, false,
               "Esc Back F7 Thr- F8 Thr+ = Set s Start p Pause d Drain "
               "P Policy [ ] Prev/Next");
    expect_bar(IN_JOBS, false,
               "Esc Back Enter Open s Start H Hold R Retry K Cancel.. "
               "F4 Filter F6 Sort e Next");
    expect_bar(IN_MESSAGES, false,
               "Esc Back / Find F4 Filter L Level e NextErr f Follow W Wrap "
               "w Write Enter GoNode");
    expect_bar(IN_LOST, false,
               "Esc Back r Retry Del Hide 3 Messages [ ] Prev/Next");
    expect_bar(IN_FIRST, false, "F1 Help : Command r Retry now q Quit");
}

static void
names_keys(void **state)
{
    (void)state;
    static const struct { uint32_t key; const char *name; } table[] = {
        { KEY_F1 + 6, "F7" }, { KEY_F12, "F12" }, { 21, "^U" },
        { KEY_ESCAPE, "Esc" }, { ' ', "Space" }, { KEY_UP_, "↑" },
        { KEY_BACK_TAB, "S-Tab" }, { 'a', "a" }, { '<', "<" },
        { 0xE9, "é" }, { 0x20AC, "€" }, { KEY_DELETE, "Del" },
        { KEY_UNKNOWN, "this key" }, { 0, "this key" },
    };
    char name[16];

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        key_text(table[i].key, name);
        assert_string_equal(name, table[i].name);
    }
    int x = 0, y = 0;
    assert_true(key_click(KEY_CLICK + (7 << 10) + 79, &x, &y));
    assert_int_equal(x, 79);
    assert_int_equal(y, 7);
    assert_false(key_click('a', &x, &y));
}

static void
reads_keys(void **state)
{
    (void)state;
    static const struct { const char *text; size_t n; uint32_t key; } t[] = {
        { "jjF7", 1, 'j' }, { "F7", 2, KEY_F1 + 6 }, { "F12x", 3, KEY_F12 },
        { "F1x", 2, KEY_F1 }, { "F13", 2, KEY_F1 }, { "F", 1, 'F' },
        { "FF", 1, 'F' }, { "<F>", 3, 'F' }, { "<F7>", 4, KEY_F1 + 6 },
        { "<Up>j", 4, KEY_UP_ }, { "<C-u>", 5, 21 }, { "<lt>", 4, '<' },
        { "<Space>", 7, ' ' }, { "<Esc>", 5, 27 }, { "<Enter>", 7, 13 },
        { "é", 2, 0xE9 }, { "<nokey>", 0, 0 }, { "<Up", 0, 0 },
        { "", 0, 0 }, { "\xff", 0, 0 }, { "\xc3", 0, 0 }, { "<>", 0, 0 },
    };
    uint32_t key;
    int64_t wait;

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        key = 0;
        if (key_parse(t[i].text, &key, &wait) != t[i].n)
            fail_msg("%s", t[i].text);
        assert_int_equal(wait, 0);
        if (t[i].n > 0)
            assert_int_equal(key, t[i].key);
    }
    assert_int_equal(key_parse("<wait 500ms>q", &key, &wait), 12);
    assert_int_equal(key, KEY_UNKNOWN);
    assert_int_equal(wait, 500000);
    assert_int_equal(key_parse("<wait x>", &key, &wait), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_is_there_twice_in_a_context),
        cmocka_unit_test(a_split_arrow_is_no_command),
        cmocka_unit_test(every_act_that_changes_is_marked),
        cmocka_unit_test(keys_do_what_the_map_says),
        cmocka_unit_test(a_lost_node_has_the_levers_that_refuse),
        cmocka_unit_test(help_has_every_key),
        cmocka_unit_test(bars_are_those_of_the_screens),
        cmocka_unit_test(names_keys),
        cmocka_unit_test(reads_keys),
    };
    return cmocka_run_group_tests_name("tui_key", tests, NULL, NULL);
}
