/* SPDX-License-Identifier: MPL-2.0 */
/* A replay and its operator: questions are answered while time stands still,
 * memory does not grow with the recording, and a jump goes far back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/app.h"
#include "tui/record_wire.h"
#include "tui/source.h"

enum { SECOND_US = 1000 * 1000 };

/* ---- questions ---- */

static struct app *
app_of(enum stream stream)
{
    struct app_options o = { .by = "ann", .seed = 1, .width = 80,
                             .height = 24, .stream = stream };
    return app_new(&o);
}

static void
press(struct app *a, int64_t at_us, uint32_t key)
{
    struct input in = { .at_us = at_us, .kind = IN_KEY, .key = key };

    app_input(a, &in);
}

static bool
writes_over(struct app *a)
{
    struct effect e;
    bool is = false;

    while (app_effect(a, &e))
        is = is || (e.kind == EFFECT_WRITE && e.yes);
    return is;
}

/* At the end of a recording, or after Z, no time passes: the first moment of
 * a question, in which keys are not for it, would never be over. */
static void
a_question_is_answered_while_time_stands_still(void **state)
{
    (void)state;
    struct app *a = app_of(STREAM_REPLAY);

    press(a, 5 * SECOND_US, 'm');
    app_overwrite(a, "screen.txt");
    assert_true(a->u.dialog.open);
    press(a, 5 * SECOND_US, 'y');
    assert_false(a->u.dialog.open);
    assert_true(writes_over(a));
    app_overwrite(a, "screen.txt");
    press(a, 5 * SECOND_US, 'n');
    assert_false(a->u.dialog.open);
    assert_false(writes_over(a));
    app_free(a);
}

/* Where time passes a key of the first moment was meant for something else. */
static void
a_key_of_the_first_moment_is_no_answer_in_a_demo(void **state)
{
    (void)state;
    struct app *a = app_of(STREAM_DEMO);

    press(a, 5 * SECOND_US, 'm');
    app_overwrite(a, "screen.txt");
    press(a, 5 * SECOND_US, 'y');
    assert_true(a->u.dialog.open);
    assert_false(writes_over(a));
    press(a, 6 * SECOND_US, 'y');
    assert_false(a->u.dialog.open);
    assert_true(writes_over(a));
    app_free(a);
}

/* ---- a recording begun while lbtop ran ---- */

/* Its replay starts where it was begun: there is nothing before. */
static void
a_late_recording_starts_at_its_begin(void **state)
{
    (void)state;
    char dir[] = "/tmp/lbtop-test-XXXXXX", path[64] = "", err[300];
    struct record_head h = { .wall_ms = 0 };
    struct options *o = xcalloc(1, sizeof *o);
    struct source s;

    assert_non_null(mkdtemp(dir));
    text_add(path, sizeof path, "%s/late", dir);
    struct recorder *w = recorder_new(path, &h, 1 << 20);
    for (int64_t at = 9500000; at < 20 * SECOND_US; at += SECOND_US)
        recorder_put(w, &(struct input){ .at_us = at, .kind = IN_KEY,
                                         .key = 'm' },
                     (struct span){ NULL, 0 });
    assert_int_equal(recorder_free(w), 0);
    text_add(o->replay, sizeof o->replay, "%s", path);
    text_add(o->at, sizeof o->at, "+2s");
    o->batch = true;
    assert_int_equal(source_open(&s, o, err), 0);
    assert_int_equal(source_now_us(&s), 11 * SECOND_US);
    (void)source_seek(&s, 0);
    assert_int_equal(source_now_us(&s), 9 * SECOND_US);
    (void)source_close(&s);
    free(o);
    unlink(path);
    rmdir(dir);
}

/* ---- a recorded command ---- */

static void
feed_state(struct app *a, int64_t at_us, uint64_t seq, unsigned percent)
{
    struct input in = { .at_us = at_us, .kind = IN_STATE,
                        .head = { .version = 1, .type = MSG_STATE,
                                  .sender = { { 1 } }, .incarnation = 1,
                                  .seq = seq } };

    in.msg.type = MSG_STATE;
    in.msg.state = (struct state){
        .id = { { 1 } }, .name = span_str("alpha"), .phase = PHASE_RUN,
        .throttle_percent = (uint8_t)percent, .floor_percent = 1,
        .ceiling_percent = 100, .slots = 1, .interval_ms = 1000,
        .dead_after_ms = 5000, .port = 8490 };
    app_input(a, &in);
}

static const struct wish *
wish_now(const struct app *a)
{
    return wish_of(a->wishes, model_by_name(a->live, "alpha"), WISH_THROTTLE,
                   0);
}

/* Asked, answered and in force at one instant, as when one jumps there. */
static void
a_recorded_command_comes_true_while_time_stands_still(void **state)
{
    (void)state;
    struct app *a = app_of(STREAM_REPLAY);
    struct buf pairs = { 0 };
    struct input in = { .at_us = SECOND_US, .kind = IN_ASKED,
                        .asked = { .id = 7, .to = { { 1 } },
                                   .op = "throttle" } };

    feed_state(a, SECOND_US, 1, 80);
    pair_add_u64(&pairs, "value", 60);
    pair_add_u64(&pairs, "seen", 80);
    in.asked.pairs = buf_span(&pairs);
    app_input(a, &in);
    assert_non_null(wish_now(a));
    assert_int_equal(wish_now(a)->state, WISH_SENT);
    in = (struct input){ .at_us = SECOND_US, .kind = IN_ANSWER };
    in.msg.type = MSG_REPLY;
    in.msg.reply.seq = 7;
    app_input(a, &in);
    feed_state(a, SECOND_US, 2, 60);
    assert_int_equal(wish_now(a)->state, WISH_IN_FORCE);
    buf_fini(&pairs);
    app_free(a);
}

/* ---- much of it ---- */

enum { MANY = 100, MINUTES = 6, GROWTH_MAX = 1024 * 1024 };
static char path[] = "/tmp/lb-replay.XXXXXX/rec";

/* Made-up nodes for some minutes, straight into a file: 10 MB of it. */
static void
record_many(void)
{
    struct record_writer *w;
    struct record_head h = { .width = 80, .height = 24 };
    struct frame_codec *c = frame_codec_new();
    struct demo *d = demo_new(MANY, 1);
    struct buf b = { 0 }, raw = { 0 }, body = { 0 };
    struct input in;

    assert_int_equal(record_writer_new(path, UINT64_MAX, &w), 0);
    record_put_head(&h, &b);
    while (demo_next(d, INT64_C(60) * MINUTES * SECOND_US, &in)) {
        buf_reset(&raw);
        buf_reset(&body);
        if (in.kind == IN_STATE || in.kind == IN_ANSWER) {
            msg_encode(&in.msg, &body);
            frame_encode(c, &in.head, buf_span(&body), COMPRESS_NO, 0, &raw);
        }
        record_put_input(&in, buf_span(&raw), &b);
        if (b.len < 65536)
            continue;
        assert_int_equal(record_writer_put(w, buf_span(&b)), 0);
        buf_reset(&b);
    }
    assert_int_equal(record_writer_put(w, buf_span(&b)), 0);
    assert_int_equal(record_writer_free(w), 0);
    frame_codec_free(c);
    demo_free(d);
    buf_fini(&b);
    buf_fini(&raw);
    buf_fini(&body);
}

static size_t
allocated(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

static void
memory_does_not_grow_with_the_recording(void **state)
{
    (void)state;
    char err[300];
    int status;
    struct input in;
    size_t n = 0, before, most = 0;

    record_many();
    before = allocated();
    struct replay *r = replay_open(path, &status, err);
    assert_non_null(r);
    assert_int_equal(replay_damage(r), -1);
    assert_int_equal(replay_end_us(r) / SECOND_US, MINUTES * 60 - 1);
    for (int pass = 0; pass < 2; pass++, replay_rewind(r))
        for (; replay_next(r, INT64_MAX, false, &in); n++)
            if (n % 1000 == 0 && allocated() > most)
                most = allocated();
    assert_true(n / 2 > MANY * 60 * (MINUTES - 1));
    if (most > before + GROWTH_MAX)
        fail_msg("%zu KiB for a replay", (most - before) / 1024);
    replay_free(r);
}

/* HEAD, a record of unknown type that is longer than any frame, a key. */
static void
record_long(size_t len)
{
    struct record_writer *w;
    struct record_head h = { .width = 80, .height = 24 };
    struct input in = { .kind = IN_KEY, .at_us = 6, .key = 'x' };
    struct buf b = { 0 };

    unlink(path);
    assert_int_equal(record_writer_new(path, UINT64_MAX, &w), 0);
    record_put_head(&h, &b);
    size_t begin = record_begin(&b, (enum record_type)200, 5);
    memset(buf_grow(&b, len), 0, len);
    record_end(&b, begin);
    if (len % 2 == 1)
        b.p[begin + 1000] ^= 1;
    record_put_input(&in, span_of(NULL, 0), &b);
    /* the writer, too, would see that it is damaged */
    assert_int_equal(record_writer_put(w, buf_span(&b)), 0);
    assert_int_equal(record_writer_free(w), 0);
    buf_fini(&b);
}

static void
a_record_longer_than_any_frame_is_checked_and_passed_over(void **state)
{
    (void)state;
    char err[300];
    int status;
    struct input in;

    for (size_t odd = 0; odd <= 1; odd++) {
        record_long(2 * (size_t)RECORD_MAX_BYTES + odd);
        struct replay *r = replay_open(path, &status, err);
        assert_non_null(r);
        assert_int_equal(replay_damage(r) >= 0, odd);
        assert_int_equal(replay_end_us(r), odd ? 0 : 6);
        assert_int_equal(replay_next(r, INT64_MAX, true, &in), !odd);
        if (!odd)
            assert_int_equal(in.key, 'x');
        replay_free(r);
    }
}

static void
a_pipe_is_refused_in_words(void **state)
{
    (void)state;
    char err[300] = "", name[32];
    int status, fd[2];

    assert_int_equal(pipe(fd), 0);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd[0]);
    assert_null(replay_open(name, &status, err));
    assert_int_equal(status, 2);
    assert_non_null(strstr(err, "is a pipe"));
    close(fd[0]);
    close(fd[1]);
}

static int
setup(void **state)
{
    (void)state;
    path[strlen(path) - 4] = '\0';
    bool made = mkdtemp(path) != NULL;
    path[strlen(path)] = '/';
    return made ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    unlink(path);
    path[strlen(path) - 4] = '\0';
    return rmdir(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_while_time_stands_still),
        cmocka_unit_test(a_key_of_the_first_moment_is_no_answer_in_a_demo),
        cmocka_unit_test(
            a_recorded_command_comes_true_while_time_stands_still),
        cmocka_unit_test(a_late_recording_starts_at_its_begin),
        cmocka_unit_test(memory_does_not_grow_with_the_recording),
        cmocka_unit_test(
            a_record_longer_than_any_frame_is_checked_and_passed_over),
        cmocka_unit_test(a_pipe_is_refused_in_words),
    };
    return cmocka_run_group_tests_name("tui replay", tests, setup, teardown);
}
