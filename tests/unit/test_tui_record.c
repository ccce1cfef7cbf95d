/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/record_scene.h"

static struct replay *
open_ok(const char *path)
{
    char err[300] = "";
    int status;
    struct replay *r = replay_open(path, &status, err);

    if (r == NULL)
        fail_msg("%s", err);
    assert_int_equal(status, 0);
    return r;
}

static void
every_kind_of_input_comes_back(void **state)
{
    (void)state;
    struct many m;
    struct input in;

    make_inputs(&m);
    struct replay *r = open_ok(record_path[0]);
    const struct record_head *h = replay_head(r), want = some_head();
    assert_int_equal(h->wall_ms, want.wall_ms);
    assert_int_equal(h->utc_off_s, 3600);
    assert_int_equal(h->width, 140);
    assert_int_equal(h->height, 45);
    assert_true(h->ascii);
    assert_int_equal(h->refresh_us, 2 * SECOND);
    assert_string_equal(h->version, "0.9.2");
    assert_int_equal(replay_damage(r), -1);
    assert_int_equal(replay_end_us(r), 4 * SECOND);
    for (int pass = 0; pass < 2; pass++, replay_rewind(r)) {
        for (size_t i = 0; i < m.n; i++) {
            assert_true(replay_next(r, INT64_MAX, true, &in));
            if (!same_input(&in, &m.v[i].in))
                fail_msg("input %zu differs", i);
        }
        assert_false(replay_next(r, INT64_MAX, true, &in));
    }
    replay_free(r);
    free_inputs(&m);
}

static void
gives_inputs_up_to_a_time_and_keys_only_when_wanted(void **state)
{
    (void)state;
    struct many m;
    struct input in;
    size_t n = 0;

    make_inputs(&m);
    struct replay *r = open_ok(record_path[0]);
    for (int64_t t = 0; t <= 4 * SECOND; t += SECOND / 2)
        while (replay_next(r, t, false, &in)) {
            assert_true(in.at_us <= t);
            assert_true(in.kind != IN_KEY && in.kind != IN_PASTE);
            n++;
        }
    assert_int_equal(n, m.n - 2);
    replay_free(r);
    free_inputs(&m);
}

/* How many inputs a file gives: those of `m` from the first on. */
static size_t
plays(const char *path, const struct many *m)
{
    char err[300];
    int status;
    struct input in;
    size_t n = 0;
    struct replay *r = replay_open(path, &status, err);

    if (r == NULL) {
        assert_true(status == 2 || status == 76);
        return 0;
    }
    while (replay_next(r, INT64_MAX, true, &in)) {
        assert_true(n < m->n && same_input(&in, &m->v[n].in));
        n++;
    }
    assert_true(n == m->n || replay_damage(r) >= 0);
    replay_free(r);
    return n;
}

static void
plays_what_is_whole_of_any_truncation(void **state)
{
    (void)state;
    struct many m;
    size_t most = 0;

    make_inputs(&m);
    struct buf file = read_whole(record_path[0]);
    for (size_t len = 0; len <= file.len; len++) {
        write_file(record_path[2], file.p, len);
        size_t n = plays(record_path[2], &m);
        assert_true(n >= most);
        most = n;
    }
    assert_int_equal(most, m.n);
    buf_fini(&file);
    free_inputs(&m);
}

static void
plays_what_is_right_before_a_flipped_bit(void **state)
{
    (void)state;
    struct many m;
    size_t whole = 0, cut = 0;

    make_inputs(&m);
    struct buf file = read_whole(record_path[0]);
    for (size_t i = 0; i < file.len; i++)
        for (int bit = 0; bit < 8; bit += 3) {
            file.p[i] ^= (uint8_t)(1 << bit);
            write_file(record_path[2], file.p, file.len);
            size_t n = plays(record_path[2], &m);
            whole += n == m.n;
            cut += n < m.n;
            file.p[i] ^= (uint8_t)(1 << bit);
        }
    assert_true(cut > whole);
    buf_fini(&file);
    free_inputs(&m);
}

static void
names_the_byte_that_is_damaged(void **state)
{
    (void)state;
    struct buf file = read_whole(record_path[0]);

    write_file(record_path[2], file.p, file.len - 40);
    struct replay *r = open_ok(record_path[2]);
    assert_in_range(replay_damage(r), file.len - 80, file.len - 40);
    replay_free(r);
    buf_fini(&file);
}

static void
refuses_what_is_no_recording(void **state)
{
    (void)state;
    static const struct { const char *text; int status; const char *says; }
    cases[] = {
        { "", 2, "is not an lbtop recording" },
        { "hello\n", 2, "is not an lbtop recording" },
        { "lbtop-record 1\n", 2, "is not an lbtop recording" },
        { "lbtop-record 1\nxxxxxxxx", 2, "is not an lbtop recording" },
        { "lbtop-record 2\nxxxxxxxx", 76, "format 2; this lbtop reads 1" },
        { "lbtop-record x\n", 2, "is not" },
    };
    char err[300];
    int status;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file(record_path[2], cases[i].text, strlen(cases[i].text));
        assert_null(replay_open(record_path[2], &status, err));
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(err, cases[i].says));
    }
    assert_null(replay_open("/tmp/no/such/file", &status, err));
    assert_int_equal(status, 66);
    assert_non_null(strstr(err, "No such file"));
}

static void
skips_records_it_does_not_know(void **state)
{
    (void)state;
    struct record_writer *w;
    struct record_head h = some_head();
    struct buf b = { 0 };
    struct input in;

    assert_int_equal(record_writer_new(record_path[3], UINT64_MAX, &w), 0);
    record_put_head(&h, &b);
    size_t begin = record_begin(&b, (enum record_type)200, 5);
    buf_u64(&b, 12345);
    record_end(&b, begin);
    in = (struct input){ .kind = IN_KEY, .at_us = 6 };
    record_put_input(&in, span_of(NULL, 0), &b);
    assert_int_equal(record_writer_put(w, buf_span(&b)), 0);
    assert_int_equal(record_writer_free(w), 0);
    struct replay *r = open_ok(record_path[3]);
    assert_true(replay_next(r, INT64_MAX, true, &in));
    assert_int_equal(in.kind, IN_KEY);
    assert_false(replay_next(r, INT64_MAX, true, &in));
    replay_free(r);
    buf_fini(&b);
}

static void
ends_where_time_goes_back(void **state)
{
    (void)state;
    static const int64_t times[] = { 10, 20, 19, 30 };
    struct record_writer *w;
    struct record_head h = some_head();
    struct buf b = { 0 };
    struct input in = { .kind = IN_KEY };

    record_put_head(&h, &b);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        in.at_us = times[i];
        record_put_input(&in, span_of(NULL, 0), &b);
    }
    assert_int_equal(record_writer_new(record_path[1], UINT64_MAX, &w), 0);
    assert_int_equal(record_writer_put(w, buf_span(&b)), 0);
    assert_int_equal(record_writer_free(w), 0);
    struct replay *r = open_ok(record_path[1]);
    assert_int_equal(replay_end_us(r), 20);
    assert_true(replay_damage(r) > 0);
    replay_free(r);
    buf_fini(&b);
}

/* However much comes at once: what is put in goes out in pieces. */
static void
keeps_its_bound_when_much_comes_at_once(void **state)
{
    (void)state;
    enum { BOUND = 64 * 1024, MUCH = 1024 * 1024 };
    struct record_writer *w;
    struct buf b = { 0 };
    uint32_t x = 1;

    (void)unlink(record_path[2]);
    assert_int_equal(record_writer_new(record_path[2], BOUND, &w), 0);
    while (b.len < MUCH) {
        size_t begin = record_begin(&b, (enum record_type)200, 5);
        for (size_t i = 0; i < 1000; i++)
            buf_u8(&b, (uint8_t)((x = x * 1664525u + 1013904223u) >> 24));
        record_end(&b, begin);
    }
    assert_int_equal(record_writer_put(w, buf_span(&b)), -EFBIG);
    assert_true(record_writer_bytes(w) < 3 * BOUND);
    (void)record_writer_free(w);
    (void)unlink(record_path[2]);
    buf_fini(&b);
}

static void
is_private_and_never_over_a_file_or_a_link(void **state)
{
    (void)state;
    struct record_head h = some_head();
    struct stat st;

    assert_int_equal(stat(record_path[0], &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_null(recorder_new(record_path[0], &h, UINT64_MAX));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(symlink("nowhere", record_path[4]), 0);
    assert_null(recorder_new(record_path[4], &h, UINT64_MAX));
    assert_int_equal(errno, EEXIST);
    assert_null(recorder_new("/tmp/no/such/file", &h, UINT64_MAX));
    assert_int_equal(errno, ENOENT);
}

static void
never_writes_a_time_that_falls(void **state)
{
    (void)state;
    struct record_head h = some_head();
    unlink(record_path[2]);
    struct recorder *r = recorder_new(record_path[2], &h, UINT64_MAX);
    struct input in = { .kind = IN_KEY, .at_us = 5 * SECOND };

    recorder_put(r, &in, span_of(NULL, 0));
    in.at_us = SECOND;
    recorder_put(r, &in, span_of(NULL, 0));
    assert_int_equal(recorder_free(r), 0);
    struct replay *p = open_ok(record_path[2]);
    assert_int_equal(replay_damage(p), -1);
    for (int i = 0; i < 2; i++) {
        assert_true(replay_next(p, INT64_MAX, true, &in));
        assert_int_equal(in.at_us, 5 * SECOND);
    }
    replay_free(p);
}

/* Waits for the writer's thread. */
static void
wait_for_error(const struct recorder *r, int error)
{
    for (int i = 0; i < 10000 && recorder_error(r) == 0; i++)
        usleep(1000);
    assert_int_equal(recorder_error(r), error);
}

static struct input
noise(struct random *rng, struct buf *b, int64_t at_us)
{
    struct input in = { .kind = IN_PASTE, .at_us = at_us };

    buf_reset(b);
    for (int i = 0; i < 512; i++)
        buf_u64(b, random_u64(rng));
    in.paste = buf_span(b);
    return in;
}

static void
stops_at_its_bound_with_a_file_that_is_whole(void **state)
{
    (void)state;
    struct record_head h = some_head();
    struct recorder *r = recorder_new(record_path[5], &h, 50000);
    struct random rng;
    struct buf b = { 0 };
    struct stat st;

    random_seed(&rng, 1);
    for (int i = 0; i < 50; i++) {
        struct input in = noise(&rng, &b, i * SECOND);
        recorder_put(r, &in, span_of(NULL, 0));
    }
    wait_for_error(r, -EFBIG);
    struct input more = noise(&rng, &b, 60 * SECOND);
    recorder_put(r, &more, span_of(NULL, 0));
    assert_true(recorder_bytes(r) >= 50000);
    assert_int_equal(recorder_free(r), 0);
    assert_int_equal(stat(record_path[5], &st), 0);
    assert_true(st.st_size < 250000);
    struct replay *p = open_ok(record_path[5]);
    assert_int_equal(replay_damage(p), -1);
    assert_true(replay_end_us(p) < 60 * SECOND);
    replay_free(p);
    buf_fini(&b);
}

/* What does not fit into the queue is left out, and that is said. */
static void
counts_what_was_dropped(void **state)
{
    (void)state;
    struct record_head h = some_head();
    struct recorder *r = recorder_new(record_path[6], &h, UINT64_MAX);
    size_t len = 9 << 20;
    uint8_t *p = xcalloc(1, len);
    struct input in = { .kind = IN_PASTE, .at_us = 1 };

    in.paste = span_of(p, len);
    assert_false(recorder_gaps(r));
    recorder_put(r, &in, span_of(NULL, 0));
    recorder_put(r, &in, span_of(NULL, 0));
    assert_true(recorder_gaps(r));
    in = (struct input){ .kind = IN_KEY, .at_us = 2, .key = 'x' };
    recorder_put(r, &in, span_of(NULL, 0));
    assert_int_equal(recorder_free(r), 0);
    struct replay *play = open_ok(record_path[6]);
    assert_true(replay_next(play, INT64_MAX, true, &in));
    assert_int_equal(in.kind, IN_NOTE);
    assert_true(replay_next(play, INT64_MAX, true, &in));
    assert_int_equal(in.kind, IN_KEY);
    replay_free(play);
    free(p);
}

/* The descriptor of the file: put over by one of a disk that is full. */
static void
fill_disk(const char *path)
{
    char link[64], target[128];
    int full = open("/dev/full", O_WRONLY);

    assert_true(full >= 0);
    for (int fd = 3; fd < 256; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (strcmp(target, path) == 0)
            assert_int_equal(dup2(full, fd), fd);
    }
    close(full);
}

static void
tells_of_a_full_disk(void **state)
{
    (void)state;
    struct record_head h = some_head();
    struct recorder *r = recorder_new(record_path[7], &h, UINT64_MAX);
    struct input in = { .kind = IN_KEY, .at_us = 2 * SECOND };

    fill_disk(record_path[7]);
    recorder_put(r, &in, span_of(NULL, 0));
    wait_for_error(r, -ENOSPC);
    recorder_put(r, &in, span_of(NULL, 0));
    assert_int_equal(recorder_free(r), -ENOSPC);
}

static void
understands_times(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t us; } cases[] = {
        { "+2min", INT64_C(120) * SECOND }, { "30s", 30 * SECOND },
        { "15:00:00", 0 }, { "15:02:37", INT64_C(157) * SECOND },
        { "14:59:59", INT64_C(86399) * SECOND },
        { "0", 0 }, { "", -1 }, { "+", -1 }, { "12", -1 }, { "25:00:00", -1 },
        { "15:61:00", -1 }, { "15:00", -1 }, { "-2min", -1 }, { "xx", -1 },
        { "99999d", -1 }
    };
    struct replay *r = open_ok(record_path[0]);
    int64_t us;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int rc = replay_time(r, cases[i].text, &us);
        assert_int_equal(rc, cases[i].us < 0 ? -EINVAL : 0);
        if (rc == 0)
            assert_int_equal(us, cases[i].us);
    }
    replay_free(r);
}

/* A recording of all kinds of input, for those that only read. */
static int
setup(void **state)
{
    struct many m;

    if (record_setup(state) != 0)
        return -1;
    make_inputs(&m);
    record_inputs(&m, record_path[0]);
    free_inputs(&m);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_input_comes_back),
        cmocka_unit_test(gives_inputs_up_to_a_time_and_keys_only_when_wanted),
        cmocka_unit_test(plays_what_is_whole_of_any_truncation),
        cmocka_unit_test(plays_what_is_right_before_a_flipped_bit),
        cmocka_unit_test(names_the_byte_that_is_damaged),
        cmocka_unit_test(refuses_what_is_no_recording),
        cmocka_unit_test(skips_records_it_does_not_know),
        cmocka_unit_test(ends_where_time_goes_back),
        cmocka_unit_test(keeps_its_bound_when_much_comes_at_once),
        cmocka_unit_test(is_private_and_never_over_a_file_or_a_link),
        cmocka_unit_test(never_writes_a_time_that_falls),
        cmocka_unit_test(stops_at_its_bound_with_a_file_that_is_whole),
        cmocka_unit_test(counts_what_was_dropped),
        cmocka_unit_test(tells_of_a_full_disk),
        cmocka_unit_test(understands_times),
    };
    return cmocka_run_group_tests_name("tui_record", tests, setup,
                                       record_teardown);
}
