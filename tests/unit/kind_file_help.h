/* SPDX-License-Identifier: MPL-2.0 */
/* kind_file_help - a directory for each test of kinds with files. */
#ifndef LB_KIND_FILE_HELP_H
#define LB_KIND_FILE_HELP_H

#include "tests/unit/kind_help.h"

#include <stdio.h>
#include <unistd.h>

struct place {
    char dir[64];   /* real path */
    char path[80];  /* of the file in it */
};

static inline int
enter(void **state)
{
    struct place *p = xcalloc(1, sizeof *p);
    char made[] = "/tmp/test_kind_XXXXXX";
    if (mkdtemp(made) == NULL)
        return -1;
    char *real = realpath(made, NULL);
    snprintf(p->dir, sizeof p->dir, "%s", real);
    snprintf(p->path, sizeof p->path, "%s/nums.txt", p->dir);
    free(real);
    *state = p;
    return chdir(p->dir);
}

static inline int
leave(void **state)
{
    struct place *p = *state;
    static const char *const names[] = { "nums.txt", "link", "pipe", "other",
                                         "a\nb", "sub/nums.txt" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(names[i]);
    rmdir("sub");
    int rc = chdir("/");
    if (rc == 0)
        rc = rmdir(p->dir);
    free(p);
    return rc;
}

static inline void
write_file(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Digits by a small generator, and their sum. */
static inline uint64_t
digits(uint8_t *p, size_t n)
{
    uint64_t sum = 0;
    uint32_t x = 12345;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        p[i] = (uint8_t)('0' + (x >> 16) % 10);
        sum += (uint64_t)(p[i] - '0');
    }
    return sum;
}

static inline int
run_at(const char *kind, const struct plan *p, struct worker *w,
       uint32_t index, char *text)
{
    struct buf out = { 0 };
    memset(text, 0, KIND_ERROR_MAX);
    int rc = kind_find(kind)->run(&w->c, buf_span(&p->shared),
                                  plan_args(p, index), index, &out, text);
    if (rc == 0)
        span_copy(buf_span(&out), text, KIND_ERROR_MAX);
    else
        assert_int_equal(out.len, 0);
    buf_fini(&out);
    return rc;
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, enter, leave)

#endif
