/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ini.h"
#include "base/text.h"

static char seen[4096];

static void
note(void *with, const struct ini_line *l)
{
    (void)with;
    if (l->key == NULL)
        text_add(seen, sizeof seen, "%u %.30s|", l->number, l->wrong);
    else
        text_add(seen, sizeof seen, "%u [%s] %s=%s|", l->number, l->section,
                 l->key, l->value);
}

/* What is read from a file of this text. */
static const char *
read_text(const char *text)
{
    char path[] = "/tmp/lb-ini.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    seen[0] = '\0';
    assert_int_equal(ini_read(path, note, NULL), 0);
    unlink(path);
    return seen;
}

static void
gives_keys_with_their_lines_and_sections(void **state)
{
    (void)state;
    assert_string_equal(read_text("# c\n\n a = b c \r\n[ x y ]\nk=\n;d\n"),
                        "3 [] a=b c|5 [x y] k=|");
    assert_string_equal(read_text("last = 1"), "1 [] last=1|");
    assert_string_equal(read_text(""), "");
}

static void
names_lines_that_say_nothing(void **state)
{
    char text[2100];
    (void)state;
    assert_string_equal(read_text("word\n= x\na=b\n"),
                        "1 \"word\" is not KEY = VALUE|"
                        "2 \"= x\" is not KEY = VALUE|3 [] a=b|");
    memset(text, 'x', sizeof text);
    memcpy(text, "a=b\n", 4);
    text[sizeof text - 1] = '\0';
    assert_string_equal(read_text(text), "1 [] a=b|2 line longer than 1022 "
                        "bytes|");
}

static void
says_when_there_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(ini_read("/tmp/lb-ini.none/x", note, NULL), -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_keys_with_their_lines_and_sections),
        cmocka_unit_test(names_lines_that_say_nothing),
        cmocka_unit_test(says_when_there_is_no_file),
    };
    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
