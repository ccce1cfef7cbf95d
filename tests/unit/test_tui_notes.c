/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tui/notes.h"

static void
add_at(struct notes *n, int64_t at_us, uint8_t node, const char *text)
{
    struct note one = { .at_us = at_us, .level = NOTE_WARN,
                        .node = { { node } } };

    snprintf(one.text, sizeof one.text, "%s", text);
    notes_add(n, &one);
}

static void
keeps_the_newest_and_counts_the_others(void **state)
{
    (void)state;
    struct notes *n = notes_new(100);
    char text[32];

    assert_null(notes_at(n, 0));
    for (int i = 1; i <= 250; i++) {
        snprintf(text, sizeof text, "note %d", i);
        add_at(n, i, 1, text);
        assert_int_equal(notes_count(n), i < 100 ? i : 100);
        assert_string_equal(notes_at(n, 0)->text, text);
    }
    assert_int_equal(notes_dropped(n), 150);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(notes_at(n, i)->number, 250 - i);
    assert_null(notes_at(n, 100));
    notes_free(n);
}

static void
folds_equal_notes_of_one_node_within_10_s(void **state)
{
    (void)state;
    struct notes *n = notes_new(10);

    for (int i = 0; i < 38; i++)
        add_at(n, i, 1, "job exit 1");
    add_at(n, 40, 2, "job exit 1");
    add_at(n, 41, 1, "job exit 2");
    add_at(n, NOTES_FOLD_US - 1, 1, "job exit 1");
    assert_int_equal(notes_count(n), 3);
    assert_int_equal(notes_at(n, 2)->times, 39);
    assert_int_equal(notes_at(n, 2)->at_us, 0);
    assert_int_equal(notes_at(n, 0)->times, 1);
    add_at(n, NOTES_FOLD_US, 1, "job exit 1");
    assert_int_equal(notes_count(n), 4);
    assert_int_equal(notes_at(n, 0)->number, 4);
    notes_free(n);
}

static void
puts_notes_of_before_at_their_time(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t at_us, number; } want[] = {
        { "five", 50, 3 }, { "past 45", 45, 2 }, { "four", 40, 2 },
        { "three", 30, 1 }, { "past 20", 20, 0 }, { "past -7", -7, 0 }
    };
    struct note past[] = {
        { .at_us = -7, .level = NOTE_INFO, .text = "past -7" },
        { .at_us = -6, .level = NOTE_INFO, .text = "past -7" },
        { .at_us = 20, .level = NOTE_INFO, .text = "past 20" },
        { .at_us = 45, .level = NOTE_INFO, .text = "past 45" }
    };
    struct notes *n = notes_new(100);

    add_at(n, 30, 1, "three");
    add_at(n, 40, 1, "four");
    add_at(n, 50, 1, "five");
    notes_add_past(n, past, 4);
    assert_int_equal(notes_count(n), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(notes_at(n, i)->text, want[i].text);
        assert_int_equal(notes_at(n, i)->at_us, want[i].at_us);
        assert_int_equal(notes_at(n, i)->number, want[i].number);
    }
    assert_int_equal(notes_at(n, 5)->times, 2);
    assert_int_equal(notes_since(n, 3, NOTE_DEBUG), 0);
    add_at(n, 60, 1, "six");
    assert_int_equal(notes_at(n, 0)->number, 4);
    assert_int_equal(notes_since(n, 3, NOTE_DEBUG), 1);
    assert_string_equal(notes_at(n, 6)->text, "past -7");
    notes_free(n);
}

static void
notes_of_before_give_way_to_newer_ones(void **state)
{
    (void)state;
    struct note past[80];
    struct notes *n = notes_new(100);
    char text[32];

    for (int i = 0; i < 90; i++) {
        snprintf(text, sizeof text, "note %d", i);
        add_at(n, 1000 + i, 1, text);
    }
    for (int i = 0; i < 80; i++) {
        past[i] = (struct note){ .at_us = i, .level = NOTE_INFO };
        snprintf(past[i].text, sizeof past[i].text, "past %d", i);
    }
    notes_add_past(n, past, 80);
    assert_int_equal(notes_count(n), 100);
    assert_string_equal(notes_at(n, 99)->text, "past 70");
    for (int i = 0; i < 95; i++) {
        snprintf(text, sizeof text, "later %d", i);
        add_at(n, 2000 + i, 1, text);
    }
    assert_int_equal(notes_count(n), 100);
    assert_string_equal(notes_at(n, 94)->text, "later 0");
    assert_string_equal(notes_at(n, 95)->text, "note 89");
    notes_add_past(n, past, 0);
    assert_int_equal(notes_count(n), 100);
    notes_free(n);
}

static void
does_not_fold_what_differs_in_level(void **state)
{
    (void)state;
    struct notes *n = notes_new(10);
    struct note one = { .level = NOTE_INFO, .text = "x" };

    notes_add(n, &one);
    one.level = NOTE_ERROR;
    notes_add(n, &one);
    assert_int_equal(notes_count(n), 2);
    notes_free(n);
}

static void
counts_what_came_since(void **state)
{
    (void)state;
    struct notes *n = notes_new(10);
    struct note one = { .level = NOTE_INFO, .text = "a" };

    notes_add(n, &one);
    one.level = NOTE_ERROR;
    notes_add(n, &one);
    one.level = NOTE_WARN;
    notes_add(n, &one);
    assert_int_equal(notes_since(n, 0, NOTE_DEBUG), 3);
    assert_int_equal(notes_since(n, 0, NOTE_WARN), 2);
    assert_int_equal(notes_since(n, 2, NOTE_WARN), 1);
    assert_int_equal(notes_since(n, 2, NOTE_ERROR), 0);
    assert_int_equal(notes_since(n, 3, NOTE_DEBUG), 0);
    notes_free(n);
}

static void
copies_are_apart(void **state)
{
    (void)state;
    struct notes *n = notes_new(10), *copy;

    add_at(n, 1, 1, "a");
    copy = notes_copy(n);
    add_at(n, 2, 1, "b");
    assert_int_equal(notes_count(copy), 1);
    assert_string_equal(notes_at(copy, 0)->text, "a");
    notes_free(n);
    assert_string_equal(notes_at(copy, 0)->text, "a");
    notes_free(copy);
}

/* Event, its text, and the words. */
static const char *const cases[][3] = {
    { "throttle", "from=80 to=70 by=ann cmd=8f3a",
      "ann: throttle 80% to 70% (cmd 8f3a)" },
    { "throttle", "from=80 to=70 by=ann", "ann: throttle 80% to 70%" },
    { "throttle", "from=60 to=80 by=time", "throttle 60% to 80%" },
    { "throttle", "to=80", "throttle to=80" },
    { "reset", "op=throttle was=40 to=100 set_by=ann",
      "throttle 100% as configured, 40% before the restart, "
      "set by ann" },
    { "reset", "op=phase was=pause to=run set_by=-",
      "phase run as configured, pause before the restart" },
    { "kept", "op=throttle to=40 configured=100 set_by=ann",
      "throttle 40% kept over the restart; configured are 100%, "
      "set by ann" },
    { "pause", "queued=288 running=0 by=bob cmd=9bf2",
      "bob: pause (cmd 9bf2); 288 pending, 0 running" },
    { "drain", "by=ann cmd=8f39", "ann: drain (cmd 8f39)" },
    { "resume", "by=-", "resume" },
    { "stop", "signal=TERM next=\"hand over, then end\"",
      "stop by signal TERM" },
    { "policy", "from=hybrid to=sender by=ann",
      "ann: policy hybrid to sender" },
    { "refused", "op=throttle to=30 by=ann cmd=8f39 why=\"below floor 50%\"",
      "throttle 30% refused: below floor 50% (cmd 8f39, ann)" },
    { "refused", "op=drain to=drain by=ann cmd=1 why=\"the last \\\"live\\\"\"",
      "drain refused: the last \"live\" (cmd 1, ann)" },
    { "refused", "op=pause by=ann", "pause refused" },
    { "refused", "op=policy to=sender by=ann cmd=1 why=\"not now\"",
      "policy sender refused: not now (cmd 1, ann)" },
    { "submit", "workload=alpha-12 jobs=300 by=ann",
      "workload alpha-12: 300 jobs accepted from ann" },
    { "start", "workload=alpha-12 jobs=300 by=-", "start alpha-12, 300 jobs" },
    { "transfer", "jobs=64 to=gamma02", "64 jobs go to gamma02" },
    { "reclaimed", "jobs=28 from=gamma03", "28 jobs taken back from gamma03" },
    { "started", "incarnation=12 jobs=0",
      "up: incarnation 12, 0 jobs in its journal" },
    { "ended", "workload=a-1 jobs=5 failed=0",
      "workload a-1 has ended: 5 jobs, 0 failed" },
    { "something", "a=1 b=\"two words\"", "something a=1 b=\"two words\"" },
    { "something", "", "something" },
    { "", "", "" },
};

static void
says_events_in_words(void **state)
{
    (void)state;
    char words[NOTE_TEXT_MAX];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        note_wording(cases[i][0], cases[i][1], words, sizeof words);
        assert_string_equal(words, cases[i][2]);
    }
}

/* Whatever a node sends: nothing is written behind the end. */
static void
cuts_long_and_broken_events(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "from=\"", "from=\"\\", "from", "=", "from= to=", "from=\"a\"to=\"b\"",
        "from=1 to=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
    };
    char words[16 + 1];

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        for (size_t cap = 1; cap <= 16; cap++) {
            memset(words, '#', sizeof words);
            note_wording("throttle", broken[i], words, cap);
            assert_true(strlen(words) < cap);
            assert_int_equal(words[cap], '#');
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_newest_and_counts_the_others),
        cmocka_unit_test(folds_equal_notes_of_one_node_within_10_s),
        cmocka_unit_test(puts_notes_of_before_at_their_time),
        cmocka_unit_test(notes_of_before_give_way_to_newer_ones),
        cmocka_unit_test(does_not_fold_what_differs_in_level),
        cmocka_unit_test(counts_what_came_since),
        cmocka_unit_test(copies_are_apart),
        cmocka_unit_test(says_events_in_words),
        cmocka_unit_test(cuts_long_and_broken_events),
    };
    return cmocka_run_group_tests_name("tui_notes", tests, NULL, NULL);
}
