/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/log.h"

/* Runs log_event with stderr sent to a file; what it wrote is in `out`. */
static FILE *file;
static int saved;
static char out[8192];

static void
capture(void)
{
    file = tmpfile();
    assert_non_null(file);
    fflush(stderr);
    saved = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

static void
captured(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    size_t n = fread(out, 1, sizeof out - 1, file);
    out[n] = '\0';
    fclose(file);
}

static void
writes_a_line_for_the_journal(void **state)
{
    (void)state;
    log_init(LOG_INFO, LOG_JOURNAL, "alpha");
    capture();
    log_event(LOG_INFO, "transfer", "jobs=%d to=%s", 15, "beta");
    log_event(LOG_ERROR, "stop", "%s", "");
    captured();
    assert_string_equal(out,
                        "<6>level=info node=alpha evt=transfer jobs=15 "
                        "to=beta\n"
                        "<3>level=error node=alpha evt=stop\n");
}

static void
puts_the_time_first_elsewhere(void **state)
{
    (void)state;
    int year, used = 0;

    setenv("JOURNAL_STREAM", "1:1", 1);
    log_init(LOG_INFO, LOG_AUTO, NULL);
    capture();
    log_event(LOG_WARN, "late", "by=%s", "2s");
    captured();
    unsetenv("JOURNAL_STREAM");
    assert_int_equal(sscanf(out, "%4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*3d%*[+-]%*4d "
                                 "%n", &year, &used), 1);
    assert_true(year >= 2024 && used > 0);
    assert_string_equal(out + used, "level=warn evt=late by=2s\n");
}

static void
leaves_out_what_is_switched_off(void **state)
{
    (void)state;
    log_init(LOG_WARN, LOG_JOURNAL, NULL);
    assert_int_equal(log_level(), LOG_WARN);
    capture();
    log_event(LOG_INFO, "quiet", "%s", "");
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "loud", "%s", "");
    captured();
    assert_string_equal(out, "<7>level=debug evt=loud\n");
}

static void
quotes_only_what_needs_it(void **state)
{
    (void)state;
    char text[64], small[12];

    assert_string_equal(log_quote("plain", text, sizeof text), "plain");
    assert_string_equal(log_quote("", text, sizeof text), "\"\"");
    assert_string_equal(log_quote("a b", text, sizeof text), "\"a b\"");
    assert_string_equal(log_quote("k=v", text, sizeof text), "\"k=v\"");
    assert_string_equal(log_quote("say \"x\"\\\n", text, sizeof text),
                        "\"say \\\"x\\\"\\\\\\n\"");
    assert_string_equal(log_quote("\x01", text, sizeof text), "\"\\u0001\"");
    assert_true(strlen(log_quote("far too long for it", small,
                                 sizeof small)) < sizeof small);
    assert_int_equal(small[strlen(small) - 1], '"');
}

static void
keeps_an_event_on_one_line(void **state)
{
    (void)state;
    char text[6000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_init(LOG_INFO, LOG_JOURNAL, NULL);
    capture();
    log_event(LOG_INFO, "evil", "a=%s", "1\nlevel=error evt=fake");
    log_event(LOG_INFO, "long", "a=%s", text);
    captured();
    char *end = strchr(out, '\n');
    assert_non_null(end);
    assert_memory_equal(end + 1, "<6>level=info evt=long", 22);
    assert_ptr_equal(strchr(end + 1, '\n'), out + strlen(out) - 1);
}

static void
gives_the_same_fields_as_json(void **state)
{
    (void)state;
    char text[64], longest[3000];

    memset(longest, '"', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    log_init(LOG_INFO, LOG_JSON, "al\"pha");
    capture();
    log_event(LOG_INFO, "transfer", "jobs=15 share=0.5 id=007 path=%s x=-",
              log_quote("a \"b\" c", text, sizeof text));
    captured();
    json_t *line = json_loads(out, 0, NULL);
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "node")),
                        "al\"pha");
    assert_string_equal(json_string_value(json_object_get(line, "evt")),
                        "transfer");
    assert_int_equal(json_integer_value(json_object_get(line, "jobs")), 15);
    assert_true(json_is_real(json_object_get(line, "share")));
    assert_string_equal(json_string_value(json_object_get(line, "id")), "007");
    assert_string_equal(json_string_value(json_object_get(line, "path")),
                        "a \"b\" c");
    assert_string_equal(json_string_value(json_object_get(line, "x")), "-");
    json_decref(line);

    capture();
    log_event(LOG_INFO, "long", "a=1 b=x%s c=2", longest);
    captured();
    line = json_loads(out, 0, NULL);
    assert_non_null(line);
    assert_int_equal(json_integer_value(json_object_get(line, "a")), 1);
    json_decref(line);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_line_for_the_journal),
        cmocka_unit_test(puts_the_time_first_elsewhere),
        cmocka_unit_test(leaves_out_what_is_switched_off),
        cmocka_unit_test(quotes_only_what_needs_it),
        cmocka_unit_test(keeps_an_event_on_one_line),
        cmocka_unit_test(gives_the_same_fields_as_json),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
