/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/cpus.h"
#include "tests/unit/config_broken.h"

static char packaged[PATH_MAX];     /* conf/node.ini; "": not known */
static char lbagent[PATH_MAX];      /* the program */

static void
write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static struct config_file *
load(const char *text, const char *const *defines, struct problems *p)
{
    const struct config_source s = { "node.ini", defines };

    write_file("node.ini", text, strlen(text));
    return config_load(&s, p);
}

static const struct key *
key(const char *section, const char *name)
{
    for (const struct key *k = config_keys; k->section != NULL; k++)
        if (strcmp(k->section, section) == 0 && strcmp(k->name, name) == 0)
            return k;
    fail_msg("no key %s.%s", section, name);
    return NULL;
}

/* ---- what is wrong ---- */

static void
every_broken_file_says_what_and_where(void **state)
{
    (void)state;
    size_t n = sizeof BROKEN / sizeof BROKEN[0];

    assert_true(n >= 110);
    for (size_t i = 0; i < n; i++) {
        struct problems p = { 0 };
        size_t want = 0;
        struct config_file *f = load(BROKEN[i].text, NULL, &p);
        if (f != NULL)
            fail_msg("accepted: %s", BROKEN[i].text);
        while (want < 4 && BROKEN[i].problem[want] != NULL)
            want++;
        for (size_t j = 0; j < p.n && j < want; j++)
            assert_string_equal(p.v[j], BROKEN[i].problem[j]);
        if (p.n != want)
            fail_msg("%zu problems, not %zu, in: %s", p.n, want,
                     BROKEN[i].text);
        problems_fini(&p);
    }
}

/* The same through the program: what it says, and its status. */
static void
every_broken_file_ends_lbagent_with_78(void **state)
{
    (void)state;
    char command[PATH_MAX + 32] = "", said[4096];

    (void)snprintf(command, sizeof command, "%s -c node.ini --check 2>&1",
                   lbagent);
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        write_file("node.ini", BROKEN[i].text, strlen(BROKEN[i].text));
        FILE *in = popen(command, "r");
        assert_non_null(in);
        said[fread(said, 1, sizeof said - 1, in)] = '\0';
        int status = pclose(in);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 78)
            fail_msg("status %d: %s", status, BROKEN[i].text);
        for (size_t j = 0; j < 4 && BROKEN[i].problem[j] != NULL; j++)
            if (strstr(said, BROKEN[i].problem[j]) == NULL)
                fail_msg("does not say %s: %s", BROKEN[i].problem[j], said);
    }
}

static void
a_file_that_everybody_may_write_is_refused(void **state)
{
    (void)state;
    const struct config_source s = { "node.ini", NULL };
    struct problems p = { 0 };

    write_file("node.ini", "", 0);
    assert_int_equal(chmod("node.ini", 0666), 0);
    assert_null(config_load(&s, &p));
    assert_int_equal(p.n, 1);
    assert_string_equal(p.v[0], "node.ini:1: everybody may write to this "
                                "file; \"chmod o-w\" it");
    problems_fini(&p);
    assert_int_equal(chmod("node.ini", 0664), 0);
    struct config_file *f = config_load(&s, &p);
    assert_non_null(f);
    config_free(f);
}

/* A NUL byte would end the text of the table. */
static void
refuses_nul_bytes(void **state)
{
    (void)state;
    static const char text[] = "[node]\nname = a\0b\n";
    const struct config_source s = { "node.ini", NULL };
    struct problems p = { 0 };

    write_file("node.ini", text, sizeof text - 1);
    assert_null(config_load(&s, &p));
    assert_int_equal(p.n, 1);
    assert_string_equal(p.v[0], "node.ini:2: NUL byte in the line");
    problems_fini(&p);
}

/* The sample of the manual: all problems in one run, in order. */
static void
names_all_problems_in_one_run(void **state)
{
    (void)state;
    static const char *const want[] = {
        "node.ini:2: [policy] name: unknown value \"recever\" (did you mean "
        "\"receiver\"?)",
        "node.ini:4: [throttle] percent: 0 is outside 1..100; use pause to "
        "stop a node (\"lbctl pause\")",
        "node.ini:6: [peers] dead_after: \"5\" has no unit; write 5s or 5min",
        "node.ini.d/20-lab.ini:3: [transfer] batc: unknown key (did you mean "
        "\"batch\"?)",
        "-D: [nod]: unknown section (did you mean \"node\"?)",
        "-D: \"x\" is not SECTION.KEY=VALUE",
    };
    static const char *const defines[] = { "nod.name=a", "x", NULL };
    static const char part[] = "; lab\n[transfer]\nbatc = 3\n";
    struct problems p = { 0 };

    assert_int_equal(mkdir("node.ini.d", 0755), 0);
    write_file("node.ini.d/20-lab.ini", part, strlen(part));
    assert_null(load("[policy]\nname = recever\n[throttle]\npercent = 0\n"
                     "[peers]\ndead_after = 5\n", defines, &p));
    assert_int_equal(p.n, sizeof want / sizeof want[0]);
    for (size_t i = 0; i < p.n; i++)
        assert_string_equal(p.v[i], want[i]);
    problems_fini(&p);
    assert_int_equal(unlink("node.ini.d/20-lab.ini"), 0);
    assert_int_equal(rmdir("node.ini.d"), 0);
}

static void
missing_file_is_named(void **state)
{
    (void)state;
    const struct config_source s = { "none.ini", NULL };
    struct problems p = { 0 };

    assert_null(config_load(&s, &p));
    assert_true(p.no_file);
    assert_int_equal(p.n, 1);
    assert_string_equal(p.v[0], "none.ini: no such file");
    problems_fini(&p);
}

/* ---- what is right ---- */

static void
reads_values_of_all_types(void **state)
{
    (void)state;
    struct problems p = { 0 };
    struct config_file *f = load(
        "\xef\xbb\xbf# comment\n[node]\nname = alpha ; the first\r\n"
        "tags = a k=v, b\n   # comment\n   c\n"
        "[peers]\nnode =\n  10.0.0.7\n  beta@host:9000\n  [fd00::1]:9000\n"
        "dead_after = 4.5s\n[workers]\ncount=3\n[policy]\nname = symmetric\n"
        "dead_rel = 0.25\nbootstrap = no\n[queue]\nmax_bytes = 2M\n"
        "[node]\ncluster = lab", NULL, &p);

    assert_int_equal(p.n, 0);
    assert_non_null(f);
    const struct config *c = config_get(f);
    assert_string_equal(c->name, "alpha");
    assert_string_equal(c->cluster, "lab");
    assert_int_equal(c->tags.n, 4);
    assert_string_equal(c->tags.v[1], "k=v");
    assert_string_equal(c->tags.v[3], "c");
    assert_null(c->tags.v[4]);
    assert_int_equal(c->peer_nodes.n, 3);
    assert_string_equal(c->peer_nodes.v[2], "[fd00::1]:9000");
    assert_int_equal(c->dead_after_us, 4500000);
    assert_int_equal(c->workers, 3);
    assert_int_equal(c->policy, POLICY_SYMMETRIC);
    assert_true(c->dead_rel > 0.24 && c->dead_rel < 0.26);
    assert_false(c->bootstrap);
    assert_int_equal(c->queue_max_bytes, 2 << 20);
    assert_string_equal(config_origin(f, key("node", "name")), "node.ini:3");
    assert_string_equal(config_origin(f, key("node", "run_dir")), "default");
    config_free(f);
}

static void
later_files_and_defines_win(void **state)
{
    (void)state;
    static const char first[] = "[throttle]\npercent = 60\n"
                                "[peers]\nnode = b\n";
    static const char second[] = "[throttle]\npercent = 70\n"
                                 "[peers]\nnode =\nnode = c\n";
    static const char *const defines[] = { "throttle.floor=5", NULL };
    struct problems p = { 0 };

    assert_int_equal(mkdir("node.ini.d", 0755), 0);
    write_file("node.ini.d/10-a.ini", first, strlen(first));
    write_file("node.ini.d/README", "junk", 4);
    struct config_file *f = load("[throttle]\npercent = 50\n[peers]\n"
                                 "node = a\n", defines, &p);
    assert_int_equal(p.n, 0);
    assert_int_equal(config_get(f)->percent, 60);
    assert_int_equal(config_get(f)->floor, 5);
    assert_int_equal(config_get(f)->peer_nodes.n, 2);
    assert_string_equal(config_origin(f, key("throttle", "percent")),
                        "node.ini.d/10-a.ini:2");
    assert_string_equal(config_origin(f, key("throttle", "floor")), "-D");
    config_free(f);
    write_file("node.ini.d/20-b.ini", second, strlen(second));
    f = load("[throttle]\npercent = 50\n[peers]\nnode = a\n", defines, &p);
    assert_int_equal(p.n, 0);
    assert_int_equal(config_get(f)->percent, 70);
    assert_int_equal(config_get(f)->peer_nodes.n, 1);
    assert_string_equal(config_get(f)->peer_nodes.v[0], "c");
    config_free(f);
    assert_int_equal(unlink("node.ini.d/10-a.ini"), 0);
    assert_int_equal(unlink("node.ini.d/20-b.ini"), 0);
    assert_int_equal(unlink("node.ini.d/README"), 0);
    assert_int_equal(rmdir("node.ini.d"), 0);
}

static void
dump_is_a_valid_file_with_the_same_values(void **state)
{
    (void)state;
    static const char *const defines[] = { "peers.node=a:2000,b", "node.tags=",
                                           "listen.advertise=h", NULL };
    struct problems p = { 0 };
    struct config_file *f = load("[throttle]\npercent = 50\n", defines, &p);
    FILE *out = fopen("dump.ini", "we");
    const struct config_source again = { "dump.ini", NULL };

    assert_non_null(f);
    config_dump(f, false, out);
    assert_int_equal(fclose(out), 0);
    struct config_file *g = config_load(&again, &p);
    for (size_t i = 0; i < p.n; i++)
        fail_msg("%s", p.v[i]);
    for (const struct key *k = config_keys; k->section != NULL; k++) {
        char *a = config_text(f, k), *b = config_text(g, k);
        assert_string_equal(a, b);
        assert_string_not_equal(config_origin(g, k), "default");
        free(a);
        free(b);
    }
    config_free(f);
    config_free(g);
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

static void
reload_changes_only_what_may_change(void **state)
{
    (void)state;
    struct problems p = { 0 };
    struct config_file *f = load("[node]\nname = a\n[throttle]\n"
                                 "percent = 50\n[listen]\nport = 2000\n",
                                 NULL, &p);
    struct config_file *g = load("[node]\nname = b\n[throttle]\n"
                                 "percent = 60\n[listen]\nport = 2000\n",
                                 NULL, &p);

    n_said = n_waiting = 0;
    f = config_renew(f, g, count_said);
    assert_int_equal(n_said, 2);
    assert_int_equal(n_waiting, 1);
    assert_string_equal(config_get(f)->name, "a");
    assert_int_equal(config_get(f)->percent, 60);
    assert_int_equal(config_get(f)->port, 2000);
    config_free(f);
}

/* The table and core_config_defaults say the same. */
static void
defaults_are_those_of_the_core(void **state)
{
    (void)state;
    struct problems p = { 0 };
    struct core_config want, got;
    struct config_file *f = load("[workers]\ncount = 1\n", NULL, &p);

    memset(&want, 0, sizeof want);
    memset(&got, 0, sizeof got);
    core_config_defaults(&want);
    core_config_defaults(&got);
    got.queue_max_jobs = got.batch_jobs = got.lost_limit = 0;
    got.quarantine = 0;
    got.policy.difference = got.policy.min_push = 0;
    got.state_interval_us = 0;
    config_core(config_get(f), &got);
    assert_string_equal(got.host, "127.0.0.1");
    assert_string_equal(got.cluster, "default");
    got.host[0] = got.cluster[0] = got.name[0] = '\0';
    assert_int_equal(got.policy.name, want.policy.name);
    assert_int_equal(got.policy.difference, want.policy.difference);
    assert_int_equal(got.policy.min_push, want.policy.min_push);
    assert_int_equal(got.policy.max_moves, want.policy.max_moves);
    assert_true(got.policy.dead_rel >= want.policy.dead_rel &&
                got.policy.dead_rel <= want.policy.dead_rel);
    assert_int_equal(got.placement, want.placement);
    assert_int_equal(got.state_interval_us, want.state_interval_us);
    assert_int_equal(got.stale_after_us, want.stale_after_us);
    assert_int_equal(got.dead_after_us, want.dead_after_us);
    assert_int_equal(got.claim_interval_us, want.claim_interval_us);
    assert_int_equal(got.lease_us, want.lease_us);
    assert_int_equal(got.shutdown_deadline_us, want.shutdown_deadline_us);
    assert_int_equal(got.queue_max_jobs, want.queue_max_jobs);
    assert_int_equal(got.queue_max_bytes, want.queue_max_bytes);
    assert_int_equal(got.batch_jobs, want.batch_jobs);
    assert_int_equal(got.batch_bytes, want.batch_bytes);
    assert_int_equal(got.lost_limit, want.lost_limit);
    assert_int_equal(got.quarantine, want.quarantine);
    assert_int_equal(got.results_keep_us, want.results_keep_us);
    assert_int_equal(got.results_max_bytes, want.results_max_bytes);
    assert_int_equal(got.max_input_bytes, want.max_input_bytes);
    config_free(f);
}

static void
quota_counts_as_processors(void **state)
{
    (void)state;
    assert_int_equal(cpus_of_quota("max 100000"), 0);
    assert_int_equal(cpus_of_quota("150000 100000"), 2);
    assert_int_equal(cpus_of_quota("200000 100000\n"), 2);
    assert_int_equal(cpus_of_quota("1000 100000"), 1);
    assert_int_equal(cpus_of_quota("-1 100000"), 0);
    assert_int_equal(cpus_of_quota("100000"), 0);
    assert_int_equal(cpus_of_quota(""), 0);
    assert_true(cpus_allowed() >= 1);
}

/* conf/node.ini is what the table prints, and runs as it is. */
static void
packaged_file_is_that_of_the_table(void **state)
{
    (void)state;
    char *want = NULL, *got;
    size_t len = 0;
    FILE *out = open_memstream(&want, &len), *in = fopen(packaged, "re");

    if (in == NULL)
        fail_msg("%s: %s", packaged, strerror(errno));
    config_packaged(out);
    assert_int_equal(fclose(out), 0);
    got = calloc(1, len + 2);
    size_t n = fread(got, 1, len + 1, in);
    fclose(in);
    assert_int_equal(n, len);
    assert_string_equal(got, want);
    struct problems p = { 0 };
    struct config_file *f = load(want, NULL, &p);
    assert_non_null(f);
    config_free(f);
    free(got);
    free(want);
}

/* For the manual page: one line a key, SECTION.KEY<tab>DEFAULT. */
static int
print_keys(void)
{
    for (const struct key *k = config_keys; k->section != NULL; k++)
        printf("%s.%s\t%s\n", k->section, k->name,
               k->value != NULL ? k->value : "");
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_broken_file_says_what_and_where),
        cmocka_unit_test(every_broken_file_ends_lbagent_with_78),
        cmocka_unit_test(a_file_that_everybody_may_write_is_refused),
        cmocka_unit_test(refuses_nul_bytes),
        cmocka_unit_test(names_all_problems_in_one_run),
        cmocka_unit_test(missing_file_is_named),
        cmocka_unit_test(reads_values_of_all_types),
        cmocka_unit_test(later_files_and_defines_win),
        cmocka_unit_test(dump_is_a_valid_file_with_the_same_values),
        cmocka_unit_test(reload_changes_only_what_may_change),
        cmocka_unit_test(defaults_are_those_of_the_core),
        cmocka_unit_test(quota_counts_as_processors),
        cmocka_unit_test(packaged_file_is_that_of_the_table),
    };
    char dir[] = "/tmp/lb-config-XXXXXX";
    const char *top = getenv("srcdir");

    if (argc > 1 && strcmp(argv[1], "--keys") == 0)
        return print_keys();
    if (argc > 1 && strcmp(argv[1], "--packaged") == 0) {
        config_packaged(stdout);
        return 0;
    }
    if (realpath("lbagent", lbagent) == NULL ||
        realpath(top != NULL ? top : ".", packaged) == NULL ||
        mkdtemp(dir) == NULL || chdir(dir) != 0)
        return 1;
    (void)strncat(packaged, "/conf/node.ini",
                  sizeof packaged - strlen(packaged) - 1);
    int rc = cmocka_run_group_tests_name("config", tests, NULL, NULL);
    (void)unlink("node.ini");
    if (chdir("/") == 0)
        (void)rmdir(dir);
    return rc;
}
