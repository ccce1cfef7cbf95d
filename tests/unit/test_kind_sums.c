/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/kind_file_help.h"

#include <inttypes.h>
#include <zlib.h>

static void
sums_exactly_at_every_length_and_chunk(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 15, 447, 448, 449, 4096, 29999,
                                      30000, 30001, 65536, 65537, 200000 };
    static const size_t chunks[] = { 1, 4096, 30000, 0, 2147483648 };
    uint8_t *bytes = xmalloc(200000);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t n = lengths[i];
        char sum[24], crc[16], chunk[32], text[KIND_ERROR_MAX];
        snprintf(sum, sizeof sum, "%" PRIu64, digits(bytes, n));
        snprintf(crc, sizeof crc, "%08lx", crc32_z(0, bytes, n));
        write_file("nums.txt", bytes, n);
        for (size_t k = n > 70000 ? 1 : 0; k < 5; k++) {
            size_t c = chunks[k] == 0 ? n + (n == 0) : chunks[k];
            struct worker w = worker_new();
            snprintf(chunk, sizeof chunk, "chunk=%zu", c);
            struct plan p = plan_of("digitsum", WORDS("nums.txt", chunk));
            assert_int_equal(p.n_jobs, (n + c - 1) / c);
            assert_int_equal(run_all("digitsum", &p, &w, text), 0);
            assert_string_equal(text, sum);
            plan_fini(&p);
            p = plan_of("crc32", WORDS("file=nums.txt", chunk));
            assert_int_equal(run_all("crc32", &p, &w, text), 0);
            assert_string_equal(text, crc);
            plan_fini(&p);
        }
    }
    free(bytes);
}

static void
holds_the_greatest_sums(void **state)
{
    (void)state;
    uint8_t bytes[100000];
    char text[KIND_ERROR_MAX];
    struct worker w = worker_new();
    memset(bytes, '9', sizeof bytes);
    write_file("nums.txt", bytes, sizeof bytes);
    struct plan p = plan_of("digitsum", WORDS("nums.txt"));
    assert_int_equal(run_all("digitsum", &p, &w, text), 0);
    assert_string_equal(text, "900000");
    plan_fini(&p);
}

static void
an_empty_file_is_no_jobs_and_zero(void **state)
{
    (void)state;
    struct worker w = worker_new();
    char text[KIND_ERROR_MAX];
    write_file("nums.txt", "", 0);
    struct plan p = plan_of("digitsum", WORDS("nums.txt"));
    assert_int_equal(p.n_jobs, 0);
    assert_int_equal(run_all("digitsum", &p, &w, text), 0);
    assert_string_equal(text, "0");
    assert_int_equal(run_at("digitsum", &p, &w, 0, text), -EIO);
    assert_string_equal(text, "digitsum: job 0 is behind the end of the file");
    plan_fini(&p);
    p = plan_of("crc32", WORDS("nums.txt"));
    assert_int_equal(p.n_jobs, 0);
    assert_int_equal(run_all("crc32", &p, &w, text), 0);
    assert_string_equal(text, "00000000");
    plan_fini(&p);
}

/* Every byte, at every place where the fast and the slow loop meet. */
static void
names_the_byte_that_is_no_digit(void **state)
{
    (void)state;
    static const size_t places[] = { 0, 15, 16, 447, 448, 30000, 30417, 59999,
                                     60000, 64999 };
    uint8_t bytes[65000];
    char text[KIND_ERROR_MAX], must[KIND_ERROR_MAX];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct worker w = worker_new();
        digits(bytes, sizeof bytes);
        bytes[places[i]] = 'a';
        if (places[i] + 1 < sizeof bytes)
            bytes[places[i] + 1] = 0xff;
        write_file("nums.txt", bytes, sizeof bytes);
        struct plan p = plan_of("digitsum", WORDS("nums.txt"));
        assert_int_equal(run_all("digitsum", &p, &w, text), -EIO);
        snprintf(must, sizeof must, "byte 0x61 at offset %zu is no digit",
                 places[i]);
        assert_string_equal(text, must);
        uint32_t other = places[i] < 30000 ? 1 : 0;
        assert_int_equal(run_at("digitsum", &p, &w, other, text), 0);
        plan_fini(&p);
    }
}

static void
every_other_byte_fails_or_is_skipped(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    char text[KIND_ERROR_MAX], must[KIND_ERROR_MAX];
    for (int c = 0; c < 256; c++) {
        struct worker w = worker_new();
        uint64_t sum = digits(bytes, sizeof bytes);
        sum -= (uint64_t)(bytes[100] - '0' + bytes[990] - '0');
        bytes[100] = bytes[990] = (uint8_t)c;
        bool digit = c >= '0' && c <= '9';
        if (digit)
            sum += 2 * (uint64_t)(c - '0');
        write_file("nums.txt", bytes, sizeof bytes);
        struct plan p = plan_of("digitsum", WORDS("nums.txt", "other=skip"));
        assert_int_equal(run_all("digitsum", &p, &w, text), 0);
        snprintf(must, sizeof must, "%" PRIu64, sum);
        assert_string_equal(text, must);
        plan_fini(&p);
        p = plan_of("digitsum", WORDS("nums.txt"));
        int rc = run_all("digitsum", &p, &w, text);
        if (!digit && strchr(" \t\r\n", c) == NULL)
            snprintf(must, sizeof must, "byte 0x%02x at offset 100 is no "
                     "digit", (unsigned)c);
        else if (c == 0)
            snprintf(must, sizeof must, "byte 0x00 at offset 100 is no digit");
        else
            assert_int_equal(rc, 0);
        assert_string_equal(text, must);
        plan_fini(&p);
    }
}

static void
ends_when_told_to(void **state)
{
    (void)state;
    char text[KIND_ERROR_MAX];
    write_file("nums.txt", "", 0);
    assert_int_equal(truncate("nums.txt", 100 << 20), 0);
    struct plan p = plan_of("digitsum", WORDS("nums.txt", "chunk=1G",
                                              "other=skip"));
    struct worker w = worker_new();
    w.stop_at = 3;
    assert_int_equal(run_at("digitsum", &p, &w, 0, text), -ECANCELED);
    assert_int_equal(w.asked, 3);
    plan_fini(&p);
    p = plan_of("crc32", WORDS("nums.txt", "chunk=1G"));
    w = worker_new();
    w.stop_at = 1;
    assert_int_equal(run_at("crc32", &p, &w, 0, text), -ECANCELED);
    /* 100 MiB; at 0.2 ms for 64 KiB 320 ms */
    w = worker_new();
    assert_int_equal(run_at("crc32", &p, &w, 0, text), 0);
    assert_true(w.asked >= 320);
    plan_fini(&p);
}

static void
results_that_make_no_sense_give_no_value(void **state)
{
    (void)state;
    char text[KIND_ERROR_MAX];
    uint64_t sum = 0;
    uint32_t crc = 0;
    struct span none = span_str("");
    const struct kind *k = kind_find("digitsum");
    assert_int_equal(k->combine(k, &sum, none, 0, span_str(""), text), -EIO);
    assert_int_equal(k->combine(k, &sum, none, 7, span_str("1x"), text), -EIO);
    assert_string_equal(text, "result of job 7 is no sum");
    assert_int_equal(k->combine(k, &sum, none, 0,
                                span_str("18446744073709551615"), text), 0);
    assert_int_equal(k->combine(k, &sum, none, 1, span_str("1"), text), -EIO);
    assert_string_equal(text, "the sum does not fit 64 bits");
    k = kind_find("crc32");
    assert_int_equal(k->combine(k, &crc, none, 5, span_str("0123456"), text),
                     -EIO);
    assert_string_equal(text, "result of job 5 is no CRC-32");
    assert_int_equal(k->combine(k, &crc, none, 5, span_str("0123456g"), text),
                     -EIO);
    assert_int_equal(k->combine(k, &crc, none, 5, span_str("01234567"), text),
                     -EIO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(sums_exactly_at_every_length_and_chunk),
        ROW(holds_the_greatest_sums),
        ROW(an_empty_file_is_no_jobs_and_zero),
        ROW(names_the_byte_that_is_no_digit),
        ROW(every_other_byte_fails_or_is_skipped),
        ROW(ends_when_told_to),
        ROW(results_that_make_no_sense_give_no_value),
    };
    return cmocka_run_group_tests_name("kind_sums", tests, NULL, NULL);
}
