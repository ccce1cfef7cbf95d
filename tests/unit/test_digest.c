/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/digest.h"

/* BLAKE2b-256 of "" and of "abc", as b2sum -l 256 prints them. */
static const char EMPTY[] =
    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
static const char ABC[] =
    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";

static void
names_bytes_as_others_do(void **state)
{
    (void)state;
    struct digest d = digest_of(span_str(""));
    char text[DIGEST_TEXT];

    digest_print(&d, text);
    assert_string_equal(text, EMPTY);
    d = digest_of(span_str("abc"));
    digest_print(&d, text);
    assert_string_equal(text, ABC);
}

static void
pieces_give_the_same_as_the_whole(void **state)
{
    (void)state;
    struct digester *g = digester_new();

    digester_add(g, span_str("a"));
    digester_add(g, span_str(""));
    digester_add(g, span_str("bc"));
    struct digest d = digester_end(g), whole = digest_of(span_str("abc"));
    assert_int_equal(digest_compare(&d, &whole), 0);
    digester_free(g);
    digester_free(NULL);
}

static void
reads_its_own_text_alone(void **state)
{
    (void)state;
    struct digest whole = digest_of(span_str("abc")), d;
    char text[DIGEST_TEXT + 1];

    assert_int_equal(digest_parse(span_str(ABC), &d), 0);
    assert_int_equal(digest_compare(&d, &whole), 0);
    assert_int_equal(digest_parse(span_of(ABC, 63), &d), -EINVAL);
    strcpy(text, ABC);
    strcat(text, "0");
    assert_int_equal(digest_parse(span_str(text), &d), -EINVAL);
    strcpy(text, ABC);
    text[0] = 'B';
    assert_int_equal(digest_parse(span_str(text), &d), -EINVAL);
    text[0] = 'g';
    assert_int_equal(digest_parse(span_str(text), &d), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_bytes_as_others_do),
        cmocka_unit_test(pieces_give_the_same_as_the_whole),
        cmocka_unit_test(reads_its_own_text_alone),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
