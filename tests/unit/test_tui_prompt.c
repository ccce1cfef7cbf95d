/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tui/key.h"
#include "tui/prompt.h"
#include "tui/utf8.h"

/* Keys: < > left and right, ^ $ home and end, - backspace, ~ delete,
 * @ ctrl-U, # ctrl-W, + up, _ down; the rest is typed. */
static void
press(struct prompt *p, const char *keys)
{
    static const struct {
        char c;
        uint32_t key;
    } map[] = {
        { '<', KEY_LEFT_ }, { '>', KEY_RIGHT_ }, { '^', KEY_HOME_ },
        { '$', KEY_END_ }, { '-', KEY_BACK }, { '~', KEY_DELETE },
        { '@', 21 }, { '#', 23 }, { '+', KEY_UP_ }, { '_', KEY_DOWN_ },
    };
    struct span text = span_str(keys);

    for (size_t at = 0; at < text.len;) {
        uint32_t key = utf8_next(text, &at);
        for (size_t i = 0; i < sizeof map / sizeof *map; i++)
            if ((uint32_t)map[i].c == key) {
                key = map[i].key;
                break;
            }
        prompt_key(p, key);
    }
}

static void
edits_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *text;
        size_t at;
    } rows[] = {
        { "abc", "abc", 3 }, { "abc<<x", "axbc", 2 },
        { "abc^x$y", "xabcy", 5 },
        { "abc--", "a", 1 }, { "abc^~~", "c", 0 }, { "-<~", "", 0 },
        { "é日x<<-", "日x", 0 }, { "é日<~", "é", 2 },
        { "é>>x", "éx", 3 },
        { "one two<<@", "wo", 0 }, { "one two#", "one ", 4 },
        { "one  ##", "", 0 }, { "one two<#", "one o", 4 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prompt p = { .use = PROMPT_NONE };
        prompt_open(&p, PROMPT_FILTER, "Filter: ", "");
        press(&p, rows[i].keys);
        assert_string_equal(p.text, rows[i].text);
        assert_int_equal(p.at, rows[i].at);
        prompt_fini(&p);
    }
}

static void
says_what_a_key_did(void **state)
{
    (void)state;
    struct prompt p = { .use = PROMPT_NONE };

    prompt_open(&p, PROMPT_FIND, "Find: ", "alpha");
    assert_int_equal(p.use, PROMPT_FIND);
    assert_string_equal(p.label, "Find: ");
    assert_int_equal(p.at, 5);
    strcpy(p.error, "wrong");
    assert_int_equal(prompt_key(&p, KEY_RIGHT_), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, KEY_LEFT_), PROMPT_EDITED);
    assert_string_equal(p.error, "wrong");
    assert_int_equal(prompt_key(&p, 'x'), PROMPT_EDITED);
    assert_string_equal(p.error, "");
    assert_int_equal(prompt_key(&p, 5), PROMPT_EDITED);
    assert_int_equal(prompt_key(&p, 1), PROMPT_EDITED);
    assert_int_equal(prompt_key(&p, KEY_BACK), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, 3), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, 0x9B), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, 0x202E), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, KEY_F1), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, KEY_UP_), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, KEY_TAB_), PROMPT_COMPLETE);
    assert_int_equal(prompt_key(&p, KEY_ENTER_), PROMPT_DONE);
    assert_string_equal(p.text, "alphxa");
    assert_int_equal(prompt_key(&p, KEY_ESCAPE), PROMPT_DROPPED);
    assert_string_equal(p.text, "alpha");
    prompt_close(&p);
    assert_int_equal(p.use, PROMPT_NONE);
    assert_string_equal(p.text, "");
    prompt_fini(&p);
}

static void
holds_512_bytes_and_no_more(void **state)
{
    (void)state;
    struct prompt p = { .use = PROMPT_NONE };
    char big[10000];

    prompt_open(&p, PROMPT_COMMAND, ":", "");
    for (int i = 0; i < 511; i++)
        assert_int_equal(prompt_key(&p, 'a'), PROMPT_EDITED);
    assert_int_equal(prompt_key(&p, 0xE9), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, 'a'), PROMPT_EDITED);
    assert_int_equal(prompt_key(&p, 'a'), PROMPT_IGNORED);
    assert_int_equal(strlen(p.text), 512);
    memset(big, 'b', sizeof big);
    big[sizeof big - 1] = '\0';
    prompt_paste(&p, big, sizeof big - 1);
    assert_int_equal(strlen(p.text), 512);
    prompt_open(&p, PROMPT_FILTER, big, big);
    assert_int_equal(strlen(p.text), 512);
    prompt_fini(&p);
}

static void
pastes_the_first_line_without_controls(void **state)
{
    (void)state;
    static const char pasted[] = "one\t\x1b[A tw\xFFo\nthree";
    struct prompt p = { .use = PROMPT_NONE };

    prompt_open(&p, PROMPT_COMMAND, ":", "<>");
    prompt_key(&p, KEY_LEFT_);
    prompt_paste(&p, pasted, sizeof pasted - 1);
    assert_string_equal(p.text, "<one[A tw?o>");
    assert_int_equal(p.at, strlen(p.text) - 1);
    prompt_fini(&p);
}

static void
walks_through_the_history(void **state)
{
    (void)state;
    struct prompt p = { .use = PROMPT_NONE };
    char line[32];

    prompt_remember(&p, "pause");
    prompt_remember(&p, "start");
    prompt_remember(&p, "start");
    prompt_remember(&p, "");
    assert_int_equal(p.n_history, 2);
    prompt_open(&p, PROMPT_COMMAND, ":", "");
    press(&p, "dr+");
    assert_string_equal(p.text, "start");
    press(&p, "++");
    assert_string_equal(p.text, "pause");
    press(&p, "_x_");
    assert_string_equal(p.text, "dr");
    assert_int_equal(prompt_key(&p, KEY_DOWN_), PROMPT_IGNORED);
    press(&p, "+");
    prompt_key(&p, KEY_ESCAPE);
    assert_string_equal(p.text, "");

    for (int i = 0; i < PROMPT_HISTORY + 5; i++) {
        snprintf(line, sizeof line, "line %d", i);
        prompt_remember(&p, line);
    }
    assert_int_equal(p.n_history, PROMPT_HISTORY);
    assert_string_equal(p.history[0], "line 5");
    assert_string_equal(p.history[PROMPT_HISTORY - 1], "line 504");
    prompt_fini(&p);
    assert_int_equal(p.n_history, 0);
}

static void
completes_words(void **state)
{
    (void)state;
    static const char *const words[] = { "throttle", "thaw", "alpha01",
                                         "alpha02", "épée", "étude" };
    static const struct {
        const char *keys, *text, *hint;
    } rows[] = {
        { "thr", "throttle ", "" }, { "th", "th", "throttle thaw" },
        { "throttle 60 a", "throttle 60 alpha0", "alpha01 alpha02" },
        { "pause beta,alpha01", "pause beta,alpha01 ", "" },
        { "x", "x", "" }, { "thr tail^>>>", "throttle tail", "" },
        { "é", "é", "épée étude" },
        { "", "", "throttle thaw alpha01 alpha02 épée étude" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prompt p = { .use = PROMPT_NONE };
        prompt_open(&p, PROMPT_COMMAND, ":", "");
        press(&p, rows[i].keys);
        prompt_complete(&p, words, 6);
        assert_string_equal(p.text, rows[i].text);
        assert_string_equal(p.hint, rows[i].hint);
        prompt_fini(&p);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_a_line),
        cmocka_unit_test(says_what_a_key_did),
        cmocka_unit_test(holds_512_bytes_and_no_more),
        cmocka_unit_test(pastes_the_first_line_without_controls),
        cmocka_unit_test(walks_through_the_history),
        cmocka_unit_test(completes_words),
    };
    return cmocka_run_group_tests_name("tui_prompt", tests, NULL, NULL);
}
