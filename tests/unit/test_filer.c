/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/filer_parts.h"
#include "agent/files_parts.h"
#include "base/exits.h"
#include "proto/limits.h"

enum { M = 1024 * 1024, CLIENT = 77 };

struct desk {
    char dir[64];
    struct files *files;
    struct filer *filer;
    struct filer_from from;
    uint64_t id, seq;           /* of the client */
    /* the last answer */
    struct buf body;
    struct msg_reply reply;
};

static int
set_up(void **state)
{
    struct desk *k = calloc(1, sizeof *k);

    snprintf(k->dir, sizeof k->dir, "/tmp/lb-filer.XXXXXX");
    if (mkdtemp(k->dir) == NULL)
        return -1;
    k->files = files_open(k->dir, M);
    k->filer = filer_new(k->files);
    k->from = (struct filer_from){ .client = CLIENT, .local = true };
    k->id = 5;
    *state = k;
    return k->files != NULL && k->filer != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    struct desk *k = *state;
    char command[96];

    filer_free(k->filer);
    files_free(k->files);
    buf_fini(&k->body);
    snprintf(command, sizeof command, "rm -rf %s", k->dir);
    free(k);
    return system(command) == 0 ? 0 : -1;
}

/* Asks and waits; the status. */
static unsigned
ask(struct desk *k, const char *op, const struct buf *pairs, struct span blob)
{
    struct msg_command c = { .client = k->id, .seq = ++k->seq,
                             .op = span_str(op),
                             .pairs = buf_span(pairs), .blob = blob };
    struct filer_answer a;
    struct msg m;

    buf_fini(&k->body);
    assert_true(filer_knows(c.op));
    if (filer_ask(k->filer, &k->from, &c, &k->body)) {
        assert_int_equal(mailbox_wait(filer_answers(k->filer), &a, 1, -1), 1);
        assert_int_equal(a.client, k->from.client);
        k->body = a.body;
    }
    assert_int_equal(msg_decode(MSG_REPLY, buf_span(&k->body), &m), 0);
    k->reply = m.reply;
    assert_int_equal(k->reply.client, k->id);
    assert_int_equal(k->reply.seq, k->seq);
    return k->reply.status;
}

struct piece {
    const char *whole, *size, *offset, *workload, *bytes;
};

static unsigned
put(struct desk *k, const struct piece *p)
{
    struct digest d = digest_of(span_str(p->whole));
    struct buf pairs = { 0 };
    char hash[DIGEST_TEXT];

    digest_print(&d, hash);
    pair_add(&pairs, "hash", span_str(hash));
    if (p->size != NULL)
        pair_add(&pairs, "size", span_str(p->size));
    pair_add(&pairs, "offset", span_str(p->offset));
    if (p->workload != NULL)
        pair_add(&pairs, "workload", span_str(p->workload));
    unsigned status = ask(k, "file_put", &pairs, span_str(p->bytes));
    buf_fini(&pairs);
    return status;
}

static bool
says(const struct desk *k, const char *key, const char *value)
{
    return span_is(pair_get(k->reply.pairs, key), value);
}

static unsigned
get(struct desk *k, const char *whole, uint64_t offset)
{
    struct digest d = digest_of(span_str(whole));
    struct buf pairs = { 0 };
    char hash[DIGEST_TEXT];

    digest_print(&d, hash);
    pair_add(&pairs, "hash", span_str(hash));
    pair_add_u64(&pairs, "offset", offset);
    unsigned status = ask(k, "file_get", &pairs, span_str(""));
    buf_fini(&pairs);
    return status;
}

static bool
row_is(const struct desk *k, const char *text)
{
    struct span row;
    size_t at = 0;

    return row_next(k->reply.rows, &at, &row) && span_is(row, text);
}

static void
a_file_comes_in_pieces_and_is_read(void **state)
{
    struct desk *k = *state;
    const struct piece first = { "alphabet", "8", "0", NULL, "alp" },
                       second = { "alphabet", "8", "3", NULL, "habet" };

    assert_int_equal(get(k, "alphabet", 0), EXIT_NOTFOUND);
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_true(says(k, "received", "3"));
    assert_null(pair_get(k->reply.pairs, "stored").p);
    assert_int_equal(get(k, "alphabet", 0), EXIT_NOTFOUND);
    assert_int_equal(put(k, &second), EXIT_DONE);
    assert_true(says(k, "stored", "1"));
    assert_int_equal(put(k, &second), EXIT_DONE);   /* the same again */
    assert_true(says(k, "stored", "1"));
    assert_int_equal(get(k, "alphabet", 0), EXIT_DONE);
    assert_true(row_is(k, "alphabet") && says(k, "total", "8"));
    assert_int_equal(get(k, "alphabet", 5), EXIT_DONE);
    assert_true(row_is(k, "bet"));
    assert_int_equal(get(k, "alphabet", 9), EXIT_DONE);
    assert_true(row_is(k, ""));
}

static void
an_empty_file_is_one_empty_piece(void **state)
{
    struct desk *k = *state;
    const struct piece p = { "", "0", "0", NULL, "" };

    assert_int_equal(put(k, &p), EXIT_DONE);
    assert_true(says(k, "stored", "1"));
    assert_int_equal(get(k, "", 0), EXIT_DONE);
    assert_true(row_is(k, "") && says(k, "total", "0"));
}

static void
pieces_may_come_again_but_not_too_early(void **state)
{
    struct desk *k = *state;
    const struct piece early = { "alpha", "5", "2", NULL, "pha" },
                       first = { "alpha", "5", "0", NULL, "al" },
                       more = { "alpha", "5", "1", NULL, "lph" },
                       last = { "alpha", "5", "4", NULL, "a" };

    assert_int_equal(put(k, &early), EXIT_LATER);
    assert_true(says(k, "received", "0"));
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_int_equal(put(k, &last), EXIT_LATER);
    assert_true(says(k, "received", "2"));
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_true(says(k, "received", "2"));
    assert_int_equal(put(k, &more), EXIT_DONE);
    assert_true(says(k, "received", "4"));
    assert_int_equal(put(k, &last), EXIT_DONE);
    assert_true(says(k, "stored", "1"));
}

static void
refuses_what_makes_no_sense(void **state)
{
    struct desk *k = *state;
    static const struct piece bad[] = {
        { "alpha", NULL, "0", NULL, "alpha" },
        { "alpha", "4", "0", NULL, "alpha" },
        { "alpha", "5", "6", NULL, "" },
        { "alpha", "5", "0", NULL, "" },
        { "alpha", "5", "1", NULL, "alpha" },
        { "alpha", "-5", "0", NULL, "alpha" },
        { "alpha", "9223372036854775808", "0", NULL, "alpha" },
        { "alpha", "5", "0", "4294967296", "alpha" },
        { "alpha", "5", "0", NULL, "alphb" } };    /* other bytes */
    struct buf none = { 0 };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(put(k, &bad[i]), EXIT_USAGE);
    assert_int_equal(ask(k, "file_get", &none, span_str("")), EXIT_USAGE);
    assert_int_equal(ask(k, "file_put", &none, span_str("")), EXIT_USAGE);
    assert_int_equal(ask(k, "file_have", &none, span_str("abc")), EXIT_USAGE);
    assert_false(filer_knows(span_str("file_pu")));
    assert_int_equal(files_used(k->files), 0);
}

static void
a_full_store_says_later(void **state)
{
    struct desk *k = *state;
    const struct piece large = { "alpha", "1048577", "0", NULL, "a" },
                       first = { "beta", "4", "0", NULL, "beta" },
                       more = { "gamma", "5", "0", NULL, "gamma" };

    assert_int_equal(put(k, &large), EXIT_LATER);
    files_set_max(k->files, 4096);
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_int_equal(put(k, &more), EXIT_LATER);
    assert_null(pair_get(k->reply.pairs, "retry_ms").p);
    files_set_max(k->files, 2 * M);
    assert_int_equal(put(k, &more), EXIT_DONE);
}

/* The first of two bytes of a file that is one of many. */
static unsigned
begin(struct desk *k, unsigned number)
{
    char whole[16];
    snprintf(whole, sizeof whole, "%c%c", 'a' + (int)(number / 26),
             'a' + (int)(number % 26));
    const char first[2] = { whole[0], '\0' };
    const struct piece p = { whole, "2", "0", NULL, first };

    return put(k, &p);
}

/* The pieces that came last came so many seconds earlier. The thread waits
 * for a question. */
static void
age_puts(struct desk *k, int64_t seconds)
{
    for (size_t i = 0; i < PUTS_MAX; i++)
        k->filer->put[i].used_us -= seconds * 1000000;
}

static void
room_is_taken_by_bytes_not_by_promises(void **state)
{
    struct desk *k = *state;
    const struct piece large = { "beta", "1048576", "0", NULL, "b" },
                       empty = { "delta", "1048576", "0", NULL, "" },
                       more = { "gamma", "5", "0", NULL, "gamma" };

    assert_int_equal(put(k, &empty), EXIT_USAGE);
    assert_int_equal(put(k, &large), EXIT_DONE);
    assert_int_equal(files_used(k->files), 4096);
    assert_int_equal(put(k, &more), EXIT_DONE);
    assert_int_equal(files_used(k->files), 8192);
}

static void
what_was_cut_off_takes_no_room_twice(void **state)
{
    struct desk *k = *state;
    const struct piece first = { "alpha", "5", "0", NULL, "al" },
                       all = { "alpha", "5", "0", NULL, "alpha" };

    assert_int_equal(put(k, &first), EXIT_DONE);
    k->id++;
    assert_int_equal(put(k, &first), EXIT_DONE);    /* both may be there */
    assert_int_equal(files_used(k->files), 8192);
    age_puts(k, 6);
    k->id++;
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_int_equal(files_used(k->files), 4096);
    k->id++;
    assert_int_equal(put(k, &first), EXIT_DONE);
    k->id++;
    assert_int_equal(put(k, &all), EXIT_DONE);
    assert_int_equal(files_used(k->files), 4096);
}

static void
strangers_leave_a_part_to_others(void **state)
{
    struct desk *k = *state;
    const struct piece large = { "alpha", "1000000", "0", NULL, "a" },
                       half = { "beta", "500000", "0", NULL, "b" };
    unsigned n = 0;

    k->from.local = false;
    assert_int_equal(put(k, &large), EXIT_LATER);   /* above his part */
    assert_null(pair_get(k->reply.pairs, "retry_ms").p);
    while (n < PUTS_EACH_MAX && begin(k, n) == EXIT_DONE)
        n++;
    assert_int_equal(n, PUTS_EACH_MAX);
    assert_int_equal(begin(k, n), EXIT_LATER);
    assert_true(pair_get(k->reply.pairs, "retry_ms").len > 0);
    k->from.client++;
    assert_int_equal(put(k, &half), EXIT_DONE);     /* but only that one */
    assert_int_equal(begin(k, n), EXIT_LATER);
    for (n++; n < PUTS_FAR_MAX; n++) {
        k->from.client++;
        assert_int_equal(begin(k, n), EXIT_DONE);
    }
    k->from.client++;
    assert_int_equal(begin(k, n), EXIT_LATER);
    k->from.local = true;
    for (; n < PUTS_MAX; n++)
        assert_int_equal(begin(k, n), EXIT_DONE);
    assert_int_equal(begin(k, n), EXIT_LATER);
    age_puts(k, 31);        /* who sends nothing gives way */
    assert_int_equal(begin(k, n), EXIT_DONE);
    assert_int_equal(files_used(k->files), 4096);
}

static void
have_tells_of_each(void **state)
{
    struct desk *k = *state;
    const struct piece p = { "alpha", "5", "0", NULL, "alpha" };
    struct digest d[3] = { digest_of(span_str("beta")),
                           digest_of(span_str("alpha")),
                           digest_of(span_str("gamma")) };
    struct buf none = { 0 };
    struct span row;
    size_t at = 0;

    assert_int_equal(put(k, &p), EXIT_DONE);
    assert_int_equal(ask(k, "file_have", &none, span_of(d, sizeof d)),
                     EXIT_DONE);
    assert_int_equal(k->reply.n_rows, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(row_next(k->reply.rows, &at, &row));
        assert_true(span_is(row, i == 1 ? "1" : "0"));
    }
    assert_int_equal(ask(k, "file_have", &none, span_str("")), EXIT_DONE);
}

static struct files_live
live_of(uint32_t number)
{
    struct files_live live = { .number = malloc(sizeof number),
                               .n_numbers = 1 };

    *live.number = number;
    return live;
}

static void
what_came_back_outlives_a_sweep(void **state)
{
    struct desk *k = *state;
    const struct piece kept = { "alpha", "5", "0", "12", "alpha" },
                       loose = { "beta", "4", "0", NULL, "beta" };
    struct files_live live = live_of(12);

    assert_int_equal(put(k, &kept), EXIT_DONE);
    assert_int_equal(put(k, &loose), EXIT_DONE);
    assert_true(filer_sweep(k->filer, &live, 0));
    assert_int_equal(get(k, "alpha", 0), EXIT_DONE);
    assert_int_equal(get(k, "beta", 0), EXIT_NOTFOUND);
    live = live_of(13);
    assert_true(filer_sweep(k->filer, &live, 0));
    assert_int_equal(get(k, "alpha", 0), EXIT_NOTFOUND);
}

static void
too_many_questions_are_refused_for_now(void **state)
{
    struct desk *k = *state;
    struct digest d = digest_of(span_str("a"));
    struct msg_command c = { .client = 5, .op = span_str("file_have"),
                             .blob = span_of(&d, sizeof d) };
    struct filer_answer a;
    struct buf refusal = { 0 };
    struct msg m;
    size_t taken = 0;

    /* Nobody takes the answers, so that there is room for some only. */
    while (taken < 10000 && filer_ask(k->filer, &k->from, &c, &refusal))
        taken++;
    assert_true(taken >= 64 && taken < 10000);
    assert_int_equal(msg_decode(MSG_REPLY, buf_span(&refusal), &m), 0);
    assert_int_equal(m.reply.status, EXIT_LATER);
    assert_true(pair_get(m.reply.pairs, "retry_ms").len > 0);
    for (size_t i = 0; i < taken; i++) {
        assert_int_equal(mailbox_wait(filer_answers(k->filer), &a, 1, -1), 1);
        buf_fini(&a.body);
    }
    buf_fini(&refusal);
}

static void
who_does_not_read_gets_no_more(void **state)
{
    struct desk *k = *state;
    const struct piece p = { "alpha", "5", "0", NULL, "alpha" };
    struct unread *all = unread_all_new(), *his = unread_new(all);
    size_t n = 0;

    assert_int_equal(put(k, &p), EXIT_DONE);
    for (k->from.unread = his; get(k, "alpha", 0) == EXIT_DONE; n++)
        assert_in_range(n, 0, UNREAD_MAX / UNREAD_FILE / FILE_PIECE_BYTES);
    assert_int_equal(k->reply.status, EXIT_LATER);
    assert_true(n >= 4 && pair_get(k->reply.pairs, "retry_ms").len > 0);
    assert_int_equal(put(k, &p), EXIT_DONE);    /* it is of pieces alone */
    unread_give(his, FILE_PIECE_BYTES);         /* he reads one */
    assert_int_equal(get(k, "alpha", 0), EXIT_DONE);
    for (; n > 0; n--)
        unread_give(his, FILE_PIECE_BYTES);
    unread_leave(his);
    unread_leave(all);
}

static void
ends_with_questions_and_pieces_under_way(void **state)
{
    struct desk *k = *state;
    const struct piece p = { "alpha", "5", "0", NULL, "al" };
    struct digest d = digest_of(span_str("a"));
    struct msg_command c = { .client = 5, .op = span_str("file_have"),
                             .blob = span_of(&d, sizeof d) };
    struct files_live live = live_of(1);
    struct buf refusal = { 0 };

    assert_int_equal(put(k, &p), EXIT_DONE);
    while (filer_ask(k->filer, &k->from, &c, &refusal))
        ;
    (void)filer_sweep(k->filer, &live, 0);
    buf_fini(&refusal);
}

/* fsync fails at a descriptor that is only a place; names change as ever. */
static void
a_name_that_may_not_be_on_disk_is_taken_back(void **state)
{
    struct desk *k = *state;
    const struct piece old = { "beta", "4", "0", NULL, "beta" },
                       all = { "alpha", "5", "0", NULL, "alpha" },
                       first = { "alpha", "5", "0", NULL, "al" };
    int good = k->files->dir[FILES_OWN];
    char own[80];

    assert_int_equal(put(k, &old), EXIT_DONE);
    snprintf(own, sizeof own, "%s/own", k->dir);
    k->files->dir[FILES_OWN] = open(own, O_PATH | O_DIRECTORY);
    assert_int_equal(put(k, &all), EXIT_DISK);
    assert_int_equal(put(k, &old), EXIT_DISK);
    close(k->files->dir[FILES_OWN]);
    k->files->dir[FILES_OWN] = good;
    assert_int_equal(put(k, &first), EXIT_DONE);
    assert_true(says(k, "received", "2"));
    assert_int_equal(put(k, &all), EXIT_DONE);
    assert_true(says(k, "stored", "1"));
    assert_int_equal(get(k, "beta", 0), EXIT_DONE);     /* was there before */
    assert_int_equal(files_used(k->files), 8192);
}

#define DESK_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_file_comes_in_pieces_and_is_read),
        DESK_TEST(an_empty_file_is_one_empty_piece),
        DESK_TEST(pieces_may_come_again_but_not_too_early),
        DESK_TEST(refuses_what_makes_no_sense),
        DESK_TEST(a_full_store_says_later),
        DESK_TEST(room_is_taken_by_bytes_not_by_promises),
        DESK_TEST(what_was_cut_off_takes_no_room_twice),
        DESK_TEST(strangers_leave_a_part_to_others),
        DESK_TEST(have_tells_of_each),
        DESK_TEST(what_came_back_outlives_a_sweep),
        DESK_TEST(too_many_questions_are_refused_for_now),
        DESK_TEST(who_does_not_read_gets_no_more),
        DESK_TEST(a_name_that_may_not_be_on_disk_is_taken_back),
        DESK_TEST(ends_with_questions_and_pieces_under_way),
    };
    return cmocka_run_group_tests_name("filer", tests, NULL, NULL);
}
