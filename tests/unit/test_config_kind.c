/* SPDX-License-Identifier: MPL-2.0 */
/* Sections [kind.NAME] of node.ini; what is wrong with them is in
 * config_broken.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/config_parts.h"

static struct config_file *
load(const char *text, const char *const *defines, struct problems *p)
{
    const struct config_source s = { "node.ini", defines };
    FILE *f = fopen("node.ini", "we");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    return config_load(&s, p);
}

static const char own_kinds[] =
    "[kind.render]\n"
    "command = /bin/sh\n"
    "    -c\n"
    "    exec cat\n"
    "protocol = plain\n"
    "params = n:count:1..10 mode:string:a|b:a\n"
    "    scene:path\n"
    "cost = n * 2\n"
    "combine = sum\n"
    "[kind.echo]\n"
    "command = /bin/cat\n"
    "[kind.render]\n"
    "max_jobs = 100\n"
    "timeout = 2min\n";

static void
reads_own_kinds(void **state)
{
    static const char *const defines[] = { "kind.echo.max_line=64K",
                                           "kind.more.command=/bin/cat",
                                           NULL };
    static const char text[] =
        "name=render\nparam=n:count:1..10\nparam=mode:string:a|b:a\n"
        "param=scene:path\ncost=n * 2\ncombine=sum\nidempotent=no\n";
    (void)state;
    struct problems p = { 0 };
    struct config_file *f = load(own_kinds, defines, &p);
    for (size_t i = 0; i < p.n; i++)
        fail_msg("%s", p.v[i]);
    const struct config *c = config_get(f);

    assert_int_equal(c->n_kinds, 3);
    const struct kind_config *k = c->kind[0];
    assert_string_equal(k->name, "render");
    assert_int_equal(k->command.n, 3);
    assert_string_equal(k->command.v[2], "exec cat");
    assert_int_equal(k->protocol, 2);
    assert_int_equal(k->max_jobs, 100);
    assert_int_equal(k->timeout_us, 120 * 1000000ll);
    struct span is = own_text(k->own);
    assert_int_equal(is.len, strlen(text));
    assert_memory_equal(is.p, text, is.len);
    k = c->kind[1];
    assert_string_equal(k->name, "echo");
    assert_int_equal(k->protocol, 1);
    assert_int_equal(k->start_timeout_us, 10 * 1000000ll);
    assert_int_equal(k->max_line, 64 * 1024);
    assert_int_equal(k->crash_limit, 3);
    assert_string_equal(c->kind[2]->name, "more");
    config_free(f);
}

static void
dump_has_own_kinds(void **state)
{
    (void)state;
    struct problems p = { 0 };
    const struct config_source again = { "dump.ini", NULL };
    struct config_file *f = load(own_kinds, NULL, &p);
    char *a, *b;

    for (int changed = 0; changed < 2; changed++) {
        FILE *out = fopen("dump.ini", "we");
        config_dump(f, changed, out);
        assert_int_equal(fclose(out), 0);
        struct config_file *g = config_load(&again, &p);
        for (size_t i = 0; i < p.n; i++)
            fail_msg("%s", p.v[i]);
        a = kinds_text(f);
        b = kinds_text(g);
        assert_string_equal(a, b);
        free(a);
        free(b);
        config_free(g);
    }
    config_free(f);
    assert_int_equal(unlink("dump.ini"), 0);
}

static int n_said, n_waiting;

static void
count_said(const struct key *k, const char *old, const char *value)
{
    assert_string_not_equal(old, value);
    n_said++;
    n_waiting += !k->live;
}

/* Programs run with what was in force when they were started. */
static void
reload_leaves_own_kinds(void **state)
{
    (void)state;
    struct problems p = { 0 };
    struct config_file *f = load(own_kinds, NULL, &p);
    const struct kind_config *k = config_get(f)->kind[0];
    const char *program = k->command.v[0];
    struct config_file *g = load("[kind.echo]\ncommand = /bin/sh\n", NULL,
                                 &p);

    n_said = n_waiting = 0;
    f = config_renew(f, g, count_said);
    assert_int_equal(n_said, 1);
    assert_int_equal(n_waiting, 1);
    assert_int_equal(config_get(f)->n_kinds, 2);
    assert_ptr_equal(config_get(f)->kind[0], k);
    assert_ptr_equal(k->command.v[0], program);
    config_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_own_kinds),
        cmocka_unit_test(dump_has_own_kinds),
        cmocka_unit_test(reload_leaves_own_kinds),
    };
    char dir[] = "/tmp/lb-config-XXXXXX";

    if (mkdtemp(dir) == NULL || chdir(dir) != 0)
        return 1;
    int rc = cmocka_run_group_tests_name("config_kind", tests, NULL, NULL);
    (void)unlink("node.ini");
    if (chdir("/") == 0)
        (void)rmdir(dir);
    return rc;
}
