/* SPDX-License-Identifier: MPL-2.0 */
/* Hostile batches (tests/tools/batches.h): none is a message, whatever it
 * deflates to, and none costs more memory than one frame may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>

#include "proto/frame.h"
#include "proto/msg.h"
#include "tests/tools/batches.h"

enum { BATCHES = 1000, SEEDS = 5 };

/* Whether any job of it could be taken. */
static bool
is_accepted(struct frame_codec *c, struct span in)
{
    struct frame f;
    struct span body;
    struct msg m;

    return frame_decode(c, in, &f, &body) == FRAME_OK &&
           msg_decode(f.type, body, &m) == 0;
}

static void
no_job_of_a_hostile_batch_is_taken(void **state)
{
    (void)state;
    struct frame_codec *c = frame_codec_new();
    struct buf out = { 0 };
    struct batches b;

    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        batches_init(&b, seed, 7);
        for (int i = 0; i < BATCHES; i++) {
            const char *what = batches_next(&b, &out);
            if (is_accepted(c, buf_span(&out)))
                fail_msg("seed %u: batch %d is accepted: %s", seed, i, what);
        }
    }
    batches_right(&b, 3, &out);
    assert_true(is_accepted(c, buf_span(&out)));
    buf_fini(&out);
    frame_codec_free(c);
}

static void
no_bomb_takes_more_than_a_frame_may_have(void **state)
{
    (void)state;
    struct frame_codec *c = frame_codec_new();
    struct buf out = { 0 };
    struct batches b;
    size_t most = 0;

    batches_init(&b, 1, 7);
    for (int i = 0; i < BATCHES; i++) {
        (void)batches_next(&b, &out);
        size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        assert_false(is_accepted(c, buf_span(&out)));
        size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
        if (after > before && after - before > most)
            most = after - before;
    }
    print_message("%d hostile batches of seed 1: %zu bytes more at most\n",
                  BATCHES, most);
    assert_true(most <= MESSAGE_MAX_BYTES + 4096);
    buf_fini(&out);
    frame_codec_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_job_of_a_hostile_batch_is_taken),
        cmocka_unit_test(no_bomb_takes_more_than_a_frame_may_have),
    };
    return cmocka_run_group_tests_name("batches", tests, NULL, NULL);
}
