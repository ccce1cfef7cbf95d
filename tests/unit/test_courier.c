/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/courier.h"
#include "proto/lb.h"
#include "tests/unit/fake_home.h"

enum { K = 1024, M = K * K };

struct post {
    struct fake_home home;
    char dir[64];
    struct files *files;
    struct courier *courier;
    int news;
    char why[256];
    char *large;                /* [LARGE] */
};
enum { LARGE = 5 * M + 12345 };

static int
set_up(void **state)
{
    struct post *p = calloc(1, sizeof *p);

    *state = p;
    snprintf(p->dir, sizeof p->dir, "/tmp/lb-courier.XXXXXX");
    if (!fake_home_open(&p->home) || mkdtemp(p->dir) == NULL)
        return -1;
    p->files = files_open(p->dir, 64 * M);
    p->courier = courier_new(p->files);
    p->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->large = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        p->large[i] = (char)(i * i >> 7);
    return p->files != NULL && p->news >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
    struct post *p = *state;
    char command[96];

    courier_free(p->courier);
    fake_home_close(&p->home);
    files_free(p->files);
    close(p->news);
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    free(p->large);
    free(p);
    return system(command) == 0 ? 0 : -1;
}

static struct parcel *
send_for(struct post *p, const struct digest *d, uint64_t size)
{
    const struct parcel_of of = { .home = p->home.at, .digest = *d,
                                  .size = size, .fd = -1 };
    struct parcel *parcel = courier_send(p->courier, &of, p->news);

    assert_non_null(parcel);
    return parcel;
}

/* Waits for it and leaves it; what became of it. */
static int
await(struct post *p, struct parcel *parcel)
{
    eventfd_t n;
    int status;

    p->why[0] = '\0';
    while ((status = courier_look(p->courier, parcel, p->why,
                                  sizeof p->why)) == PARCEL_UNDER_WAY) {
        struct pollfd fd = { p->news, POLLIN, 0 };
        assert_int_equal(poll(&fd, 1, -1), 1);
        (void)eventfd_read(p->news, &n);
    }
    courier_leave(p->courier, parcel, p->news);
    return status;
}

static bool
is_here(struct post *p, const struct digest *d, uint64_t size)
{
    uint64_t is;
    int fd = files_read(p->files, d, &is);

    if (fd < 0)
        return false;
    close(fd);
    return is == size;
}

static void
gets_files_of_any_size(void **state)
{
    struct post *p = *state;
    struct digest large = fake_home_put(&p->home, p->large, LARGE);
    struct digest even = fake_home_put(&p->home, p->large, 2 * M);
    struct digest small = fake_home_put(&p->home, "a", 1);
    struct digest empty = fake_home_put(&p->home, "", 0);

    assert_int_equal(await(p, send_for(p, &large, LARGE)), LB_OK);
    assert_true(is_here(p, &large, LARGE));
    assert_int_equal(p->home.gets, 6);
    assert_int_equal(await(p, send_for(p, &even, 2 * M)), LB_OK);
    assert_true(is_here(p, &even, 2 * M));
    assert_int_equal(p->home.gets, 8);
    assert_int_equal(await(p, send_for(p, &small, 1)), LB_OK);
    assert_int_equal(await(p, send_for(p, &empty, 0)), LB_OK);
    assert_true(is_here(p, &small, 1) && is_here(p, &empty, 0));
    assert_int_equal(await(p, send_for(p, &small, 1)), LB_OK);
    assert_int_equal(p->home.gets, 9);
}

static void
what_many_wait_for_is_got_once(void **state)
{
    struct post *p = *state;
    struct digest large = fake_home_put(&p->home, p->large, LARGE);
    struct parcel *parcel[20];

    for (size_t i = 0; i < 20; i++)
        parcel[i] = send_for(p, &large, LARGE);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(await(p, parcel[i]), LB_OK);
    assert_int_equal(p->home.gets, 6);
}

static void
tells_why_there_is_none(void **state)
{
    struct post *p = *state;
    struct digest none = digest_of(span_str("none"));
    struct digest small = fake_home_put(&p->home, "alpha", 5);
    char path[160], name[DIGEST_TEXT];

    assert_int_equal(await(p, send_for(p, &none, 4)), LB_NOTFOUND);
    assert_string_equal(p->why, "no such file here");
    assert_int_equal(await(p, send_for(p, &small, 6)), LB_USAGE);
    assert_string_equal(p->why, "its home has it with another size");
    digest_print(&small, name);
    snprintf(path, sizeof path, "%s/own/%s", p->home.dir, name);
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, "b", 1), 1);
    close(fd);
    assert_int_equal(await(p, send_for(p, &small, 5)), LB_USAGE);
    assert_string_equal(p->why, "what came is not what its hash says");
    files_set_max(p->files, M);
    struct digest large = fake_home_put(&p->home, p->large, LARGE);
    assert_int_equal(await(p, send_for(p, &large, LARGE)), LB_LATER);
    assert_false(is_here(p, &large, LARGE));
    assert_int_equal(files_used(p->files), 0);
}

static void
a_home_that_has_much_to_do_is_asked_again(void **state)
{
    struct post *p = *state;
    struct digest large = fake_home_put(&p->home, p->large, LARGE);

    p->home.busy = 7;
    assert_int_equal(await(p, send_for(p, &large, LARGE)), LB_OK);
    assert_true(is_here(p, &large, LARGE));
    assert_int_equal(p->home.busy, 0);
}

/* Brings some bytes to the home: what became of it. */
static int
bring(struct post *p, const char *bytes, size_t n, struct digest *d)
{
    char path[96];

    *d = digest_of(span_of(bytes, n));
    snprintf(path, sizeof path, "%s/returned", p->dir);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, bytes, n), n);
    const struct parcel_of of = { .home = p->home.at, .digest = *d, .size = n,
                                  .fd = fd, .workload = 12 };
    struct parcel *parcel = courier_send(p->courier, &of, p->news);
    assert_non_null(parcel);
    close(fd);
    return await(p, parcel);
}

static void
brings_files_back_for_their_workload(void **state)
{
    struct post *p = *state;
    uint32_t number = 12;
    struct files_live live = { .number = &number, .n_numbers = 1 };
    struct digest large, even, small, empty;
    uint64_t size;

    assert_int_equal(bring(p, p->large, LARGE, &large), LB_OK);
    assert_int_equal(p->home.puts, 6);
    p->home.busy = 5;
    assert_int_equal(bring(p, p->large, 2 * M, &even), LB_OK);
    assert_int_equal(bring(p, "a", 1, &small), LB_OK);
    assert_int_equal(bring(p, "", 0, &empty), LB_OK);
    assert_int_equal(bring(p, "a", 1, &small), LB_OK);
    assert_int_equal(files_sweep(p->home.files, &live, 0), 0);
    int fd = files_read(p->home.files, &large, &size);
    assert_true(fd >= 0);
    assert_int_equal(size, LARGE);
    close(fd);
    live.n_numbers = 0;
    assert_int_equal(files_sweep(p->home.files, &live, 0), 4);
    files_set_max(p->home.files, M);
    assert_int_equal(bring(p, p->large, LARGE, &large), LB_REFUSED);
    assert_string_equal(p->why, "the file is above jobs.files_max");
}

static void
other_bytes_than_it_was_to_have_are_not_brought(void **state)
{
    struct post *p = *state;
    char path[96];
    const struct digest d = digest_of(span_str("alpha"));

    snprintf(path, sizeof path, "%s/returned", p->dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, "alphb", 5), 5);
    struct parcel_of of = { .home = p->home.at, .digest = d, .size = 5,
                            .fd = fd, .workload = 12 };
    assert_int_equal(await(p, courier_send(p->courier, &of, p->news)),
                     LB_USAGE);
    of.size = 6;
    assert_int_equal(await(p, courier_send(p->courier, &of, p->news)),
                     LB_USAGE);
    assert_string_equal(p->why, "it has become shorter");
    close(fd);
}

static void
nobody_at_home_is_told(void **state)
{
    struct post *p = *state;
    struct digest d = digest_of(span_str("a"));
    struct parcel_of of = { .home = "127.0.0.1:1024", .digest = d, .size = 1,
                            .fd = -1 };
    struct parcel *parcel = courier_send(p->courier, &of, p->news);

    assert_int_equal(await(p, parcel), LB_UNREACHABLE);
    assert_true(p->why[0] != '\0');
}

/* Who leaves is not held up by a home that does not answer, and neither is
 * the end. */
static void
who_leaves_waits_for_nobody(void **state)
{
    struct post *p = *state;
    struct digest d = fake_home_put(&p->home, "a", 1);
    struct parcel *parcel[12];
    struct parcel_of of = { .home = p->home.at, .size = 1, .fd = -1 };

    p->home.deaf = true;
    for (size_t i = 0; i < 12; i++) {
        of.digest = d;
        of.digest.byte[0] = (uint8_t)i;
        parcel[i] = courier_send(p->courier, &of, p->news);
    }
    for (size_t i = 0; i < 12; i++)
        courier_leave(p->courier, parcel[i], p->news);
    p->home.deaf = false;
    assert_int_equal(await(p, send_for(p, &d, 1)), LB_OK);
    p->home.deaf = true;
    of.digest.byte[0] = 99;
    (void)courier_send(p->courier, &of, p->news);
}

/* Those of a home that does not answer wait for it; others do not. */
static void
a_slow_home_does_not_have_all_carriers(void **state)
{
    struct post *p = *state;
    struct fake_home other;
    struct parcel_of of = { .home = p->home.at, .size = 1, .fd = -1 };
    struct parcel *parcel[12];

    p->home.deaf = true;
    for (size_t i = 0; i < 12; i++) {
        of.digest.byte[0] = (uint8_t)i;
        parcel[i] = courier_send(p->courier, &of, p->news);
    }
    assert_true(fake_home_open(&other));
    of.home = other.at;
    for (int i = 0; i < 3; i++) {
        char text[2] = { (char)('a' + i), '\0' };
        of.digest = fake_home_put(&other, text, 1);
        assert_int_equal(await(p, courier_send(p->courier, &of, p->news)),
                         LB_OK);
    }
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(courier_look(p->courier, parcel[i], p->why,
                                      sizeof p->why), PARCEL_UNDER_WAY);
        courier_leave(p->courier, parcel[i], p->news);
    }
    fake_home_close(&other);
    p->home.deaf = false;       /* and its own are got again */
    of.home = p->home.at;
    of.digest = fake_home_put(&p->home, "d", 1);
    assert_int_equal(await(p, courier_send(p->courier, &of, p->news)), LB_OK);
}

static void
a_shortage_of_descriptors_passes(void **state)
{
    struct post *p = *state;
    struct digest d = fake_home_put(&p->home, "a", 1);
    struct rlimit was, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct courier *other = courier_new(p->files);
    int error = errno;
    int status = await(p, send_for(p, &d, 1));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_null(other);
    assert_int_equal(error, EMFILE);
    assert_int_equal(status, PARCEL_SHORT);
    assert_int_equal(await(p, send_for(p, &d, 1)), LB_OK);
}

/* Reading what libzmq has received looks like a race at each byte. */
__attribute__((visibility("default"))) const char *
__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
    return "race:libzmq.so\ncalled_from_lib:libzmq.so\n";
}

#define POST_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        POST_TEST(gets_files_of_any_size),
        POST_TEST(what_many_wait_for_is_got_once),
        POST_TEST(tells_why_there_is_none),
        POST_TEST(a_home_that_has_much_to_do_is_asked_again),
        POST_TEST(brings_files_back_for_their_workload),
        POST_TEST(other_bytes_than_it_was_to_have_are_not_brought),
        POST_TEST(nobody_at_home_is_told),
        POST_TEST(a_slow_home_does_not_have_all_carriers),
        POST_TEST(a_shortage_of_descriptors_passes),
        POST_TEST(who_leaves_waits_for_nobody),
    };
    return cmocka_run_group_tests_name("courier", tests, NULL, NULL);
}
