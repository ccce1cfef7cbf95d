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

#include "agent/fetcher.h"
#include "kinds/kind.h"
#include "proto/workload.h"

/* A file of ten digits, its jobs of four digits each. */
struct place {
    char dir[64], file[80];
    struct buf desc;
};

static void
describe(struct place *at, const char *kind, struct span params)
{
    const struct desc d = { .kind = span_str(kind), .params = params,
                            .label = span_str(""), .home_name = span_str("a"),
                            .n_jobs = 3, .cost = 1000000, .ship = true };
    buf_reset(&at->desc);
    desc_encode(&d, &at->desc);
}

static int
set_up(void **state)
{
    struct place *at = calloc(1, sizeof *at);
    char err[KIND_ERROR_MAX], word[100];
    const char *const words[] = { word, "chunk=4" };
    struct plan p;

    snprintf(at->dir, sizeof at->dir, "/tmp/lb-fetcher-XXXXXX");
    if (mkdtemp(at->dir) == NULL)
        return -1;
    snprintf(at->file, sizeof at->file, "%s/nums.txt", at->dir);
    snprintf(word, sizeof word, "file=%s", at->file);
    FILE *f = fopen(at->file, "w");
    if (f == NULL || fputs("0123456789", f) == EOF || fclose(f) != 0)
        return -1;
    if (kind_plan(kind_find("digitsum"), words, 2, &p, err) != 0)
        return -1;
    describe(at, "digitsum", buf_span(&p.shared));
    plan_fini(&p);
    *state = at;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *at = *state;
    unlink(at->file);
    rmdir(at->dir);
    buf_fini(&at->desc);
    free(at);
    return 0;
}

static void
ask(struct fetcher *f, const struct place *at, uint32_t index,
    const char *const *roots)
{
    const struct act_fetch a = { .workload = 7, .index = index,
                                 .max_bytes = 9,
                                 .desc = buf_span(&at->desc) };
    fetcher_ask(f, &a, roots);
}

/* The next part must be this line, or (NULL) none because of `error`. */
static void
expect(struct fetcher *f, uint32_t index, const char *want, const char *error)
{
    struct part p;
    assert_int_equal(mailbox_wait(fetcher_parts(f), &p, 1, -1), 1);
    assert_int_equal(p.workload, 7);
    assert_int_equal(p.index, index);
    assert_int_equal(p.len, want == NULL ? 0 : strlen(want));
    if (want != NULL)
        assert_memory_equal(p.bytes, want, p.len);
    else
        assert_non_null(strstr((char *)p.bytes, error));
    assert_int_equal(p.error_len, want == NULL ? strlen((char *)p.bytes) : 0);
    free(p.bytes);
}

static void
reads_parts_in_order(void **state)
{
    const struct place *at = *state;
    struct fetcher *f = fetcher_new(NULL);

    for (uint32_t i = 0; i < 3; i++)
        ask(f, at, 2 - i, NULL);
    expect(f, 2, "data=89", NULL);
    expect(f, 1, "data=4567", NULL);
    expect(f, 0, "data=0123", NULL);
    fetcher_free(f);
}

static void
keeps_to_roots_and_denied_directories(void **state)
{
    const struct place *at = *state;
    const char *const here[] = { at->dir, NULL };
    const char *const other[] = { "/nowhere", NULL };
    struct fetcher *f = fetcher_new(NULL);

    ask(f, at, 0, other);
    expect(f, 0, NULL, "not below jobs.file_roots");
    ask(f, at, 0, here);
    expect(f, 0, "data=0123", NULL);
    fetcher_free(f);
    f = fetcher_new(here);
    ask(f, at, 0, here);
    expect(f, 0, NULL, "not below jobs.file_roots");
    fetcher_free(f);
}

static void
says_why_a_part_cannot_be_had(void **state)
{
    struct place *at = *state;
    struct fetcher *f = fetcher_new(NULL);
    struct act_fetch a = { .workload = 7, .max_bytes = 8,
                           .desc = buf_span(&at->desc) };

    fetcher_ask(f, &a, NULL);
    expect(f, 0, NULL, "chunk is above jobs.max_input");
    a.max_bytes = 0;
    fetcher_ask(f, &a, NULL);
    expect(f, 0, NULL, "chunk is above jobs.max_input");
    assert_int_equal(truncate(at->file, 9), 0);
    ask(f, at, 0, NULL);
    expect(f, 0, NULL, "changed since it was submitted");
    assert_int_equal(unlink(at->file), 0);
    ask(f, at, 0, NULL);
    expect(f, 0, NULL, "changed since it was submitted");
    describe(at, "digits", span_str("chunk=4\n"));
    ask(f, at, 0, NULL);
    expect(f, 0, NULL, "unknown kind \"digits\"");
    describe(at, "fib", span_str("chunk=4\n"));
    ask(f, at, 0, NULL);
    expect(f, 0, NULL, "fib has no file");
    at->desc.len--;
    ask(f, at, 0, NULL);
    expect(f, 0, NULL, "its description cannot be read");
    fetcher_free(f);
}

static void
ends_with_wishes_and_parts_left(void **state)
{
    const struct place *at = *state;
    struct fetcher *f = fetcher_new(NULL);

    for (uint32_t i = 0; i < 900; i++)
        ask(f, at, i % 3, NULL);
    expect(f, 0, "data=0123", NULL);
    fetcher_free(f);
    fetcher_free(fetcher_new(NULL));
    fetcher_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_parts_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            keeps_to_roots_and_denied_directories, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_why_a_part_cannot_be_had, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ends_with_wishes_and_parts_left,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests_name("fetcher", tests, NULL, NULL);
}
