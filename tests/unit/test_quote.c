/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctl/quote.h"

static void
is(const char *word, bool argument, const char *want)
{
    struct buf out = { 0 };

    quote_put(&out, span_str(word), argument);
    buf_u8(&out, 0);
    assert_string_equal((const char *)out.p, want);
    buf_fini(&out);
}

static void
only_what_needs_quotes_gets_them(void **state)
{
    (void)state;
    is("gzip", false, "gzip");
    is("-9,a:b%c@d+e_f./", true, "-9,a:b%c@d+e_f./");
    is("", true, "''");
    is("a b", true, "'a b'");
    is("it's", true, "'it'\\''s'");
    is("a\nb", true, "'a\nb'");
    is("\xc3\xbc", true, "'\xc3\xbc'");
    is("~", true, "'~'");
}

static void
what_begins_a_command_is_no_assignment_or_keyword(void **state)
{
    (void)state;
    is("a=b", true, "a=b");
    is("a=b", false, "'a=b'");
    is("if", true, "if");
    is("if", false, "'if'");
}

/* Every byte but NUL, twice, comes back from sh as it was. */
static void
sh_reads_every_byte_back(void **state)
{
    char word[512], back[600];
    struct buf line = { 0 };
    size_t n = 0;

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int b = 1; b < 256; b++)
            word[n++] = (char)b;
    buf_bytes(&line, "printf %s ", 10);
    quote_put(&line, span_of(word, n), true);
    buf_u8(&line, 0);
    FILE *f = popen((const char *)line.p, "r");
    assert_non_null(f);
    assert_int_equal(fread(back, 1, sizeof back, f), n);
    assert_int_equal(pclose(f), 0);
    assert_memory_equal(back, word, n);
    buf_fini(&line);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_needs_quotes_gets_them),
        cmocka_unit_test(what_begins_a_command_is_no_assignment_or_keyword),
        cmocka_unit_test(sh_reads_every_byte_back),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
