/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/unit/kind_help.h"

#include <stdio.h>
#include <zlib.h>

static int64_t
element(const struct buf *b, size_t i)
{
    uint64_t v = 0;
    for (size_t k = 0; k < 8; k++)
        v |= (uint64_t)b->p[8 * i + k] << 8 * k;
    return (int64_t)v;
}

static double
element_double(const struct buf *b, size_t i)
{
    int64_t bits = element(b, i);
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static void
run_job(const struct plan *p, uint32_t index, struct buf *out)
{
    struct worker w = worker_new();
    char err[KIND_ERROR_MAX];
    buf_reset(out);
    assert_int_equal(kind_find("vecinc")->run(&w.c, buf_span(&p->shared),
                                              plan_args(p, index), index, out,
                                              err), 0);
}

static int
fold(const struct plan *p, uint32_t index, struct span result, char *err)
{
    uint64_t equal = 0;
    const struct kind *k = kind_find("vecinc");
    return k->combine(k, &equal, buf_span(&p->shared), index, result, err);
}

static void
adds_to_every_element(void **state)
{
    (void)state;
    struct buf out = { 0 };
    struct plan p = plan_of("vecinc", WORDS("jobs=3", "elements=5",
                                            "iterations=100", "by=-3"));
    run_job(&p, 2, &out);
    assert_int_equal(out.len, 40);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(element(&out, (size_t)i), 10 + i - 300);
    plan_fini(&p);

    p = plan_of("vecinc", WORDS("start=zero", "type=double", "elements=3",
                                "iterations=250000", "by=2"));
    run_job(&p, 1023, &out);
    assert_int_equal(out.len, 24);
    for (size_t i = 0; i < 3; i++)
        assert_true(element_double(&out, i) == 500000.0);
    plan_fini(&p);

    p = plan_of("vecinc", WORDS("iterations=0", "elements=2"));
    run_job(&p, 7, &out);
    assert_int_equal(element(&out, 0), 14);
    assert_int_equal(element(&out, 1), 15);
    plan_fini(&p);
    buf_fini(&out);
}

static void
random_starts_follow_the_seed(void **state)
{
    (void)state;
    struct buf a = { 0 }, b = { 0 };
    struct plan p = plan_of("vecinc", WORDS("start=random", "iterations=0",
                                            "elements=4"));
    run_job(&p, 0, &a);
    /* splitmix64, seed 1: first values by another program, upper 31 bits */
    assert_int_equal(element(&a, 0),
                     (int64_t)(UINT64_C(0x910a2dec89025cc1) >> 33));
    assert_int_equal(element(&a, 1),
                     (int64_t)(UINT64_C(0xbeeb8da1658eec67) >> 33));
    run_job(&p, 0, &b);
    assert_true(span_equal(buf_span(&a), buf_span(&b)));
    run_job(&p, 1, &b);
    assert_false(span_equal(buf_span(&a), buf_span(&b)));
    plan_fini(&p);
    p = plan_of("vecinc", WORDS("start=random", "iterations=0", "elements=4",
                                "seed=2"));
    run_job(&p, 0, &b);
    assert_false(span_equal(buf_span(&a), buf_span(&b)));
    plan_fini(&p);
    buf_fini(&a);
    buf_fini(&b);
}

static void
all_elements_equal_in_every_form(void **state)
{
    (void)state;
    static const char *const starts[] = { "start=index", "start=zero",
                                          "start=random" };
    static const char *const types[] = { "type=int64", "type=double" };
    static const char *const returns[] = { "return=vector", "return=crc" };
    for (size_t i = 0; i < 12; i++) {
        struct worker w = worker_new();
        char text[KIND_ERROR_MAX];
        struct plan p = plan_of("vecinc", WORDS("jobs=16", "elements=33",
                                                "iterations=70", "by=-5",
                                                starts[i % 3], types[i % 2],
                                                returns[i / 6]));
        assert_int_equal(run_all("vecinc", &p, &w, text), 0);
        assert_string_equal(text, "528 of 528 equal");
        plan_fini(&p);
    }
}

static void
the_crc_is_that_of_the_elements(void **state)
{
    (void)state;
    struct buf v = { 0 }, c = { 0 };
    struct plan p = plan_of("vecinc", WORDS("elements=100"));
    run_job(&p, 3, &v);
    plan_fini(&p);
    p = plan_of("vecinc", WORDS("elements=100", "return=crc"));
    run_job(&p, 3, &c);
    plan_fini(&p);
    struct reader r;
    reader_init(&r, buf_span(&c));
    assert_int_equal(c.len, 4);
    assert_int_equal(reader_u32(&r), crc32(0, v.p, (uInt)v.len));
    buf_fini(&v);
    buf_fini(&c);
}

static void
a_wrong_element_is_named(void **state)
{
    (void)state;
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    struct plan p = plan_of("vecinc", WORDS("jobs=4", "elements=8"));
    run_job(&p, 2, &out);
    assert_int_equal(fold(&p, 2, buf_span(&out), err), 0);
    out.p[8 * 5]++;
    out.p[8 * 7]++;
    assert_int_equal(fold(&p, 2, buf_span(&out), err), -EIO);
    assert_string_equal(err, "element 21 is 1022 instead of 1021");
    out.p[8 * 5]--;
    out.p[8 * 7]--;
    assert_int_equal(fold(&p, 1, buf_span(&out), err), -EIO);
    assert_string_equal(err, "element 8 is 1016 instead of 1008");
    assert_int_equal(fold(&p, 2, span_of(out.p, 63), err), -EIO);
    assert_string_equal(err,
                        "element 16: 63 bytes of result instead of 64");
    plan_fini(&p);

    p = plan_of("vecinc", WORDS("jobs=4", "elements=8", "type=double"));
    run_job(&p, 0, &out);
    out.p[7] ^= 0x80;
    assert_int_equal(fold(&p, 0, buf_span(&out), err), -EIO);
    assert_string_equal(err, "element 0 is -1000 instead of 1000");
    plan_fini(&p);

    p = plan_of("vecinc", WORDS("jobs=4", "elements=8", "return=crc"));
    run_job(&p, 1, &out);
    assert_int_equal(fold(&p, 1, buf_span(&out), err), 0);
    out.p[3] ^= 1;
    assert_int_equal(fold(&p, 1, buf_span(&out), err), -EIO);
    assert_non_null(strstr(err, "CRC-32 of elements 8 to 15 is "));
    assert_int_equal(fold(&p, 1, span_of(out.p, 3), err), -EIO);
    plan_fini(&p);
    buf_fini(&out);
}

static void
a_missing_job_gives_no_value(void **state)
{
    (void)state;
    char text[KIND_ERROR_MAX];
    uint64_t equal = 24;
    struct plan p = plan_of("vecinc", WORDS("jobs=4", "elements=8"));
    const struct kind *k = kind_find("vecinc");
    assert_int_equal(k->value(k, &equal, buf_span(&p.shared), text,
                              sizeof text, text), -EIO);
    assert_string_equal(text, "24 of 32 elements compared");
    plan_fini(&p);
}

static void
refuses_the_last_bit_too_much(void **state)
{
    (void)state;
    struct plan p;
    char err[KIND_ERROR_MAX];
    /* 441650591 * 20394401 = 2^53 - 1, and the greatest start is jobs - 1 */
    const char *const most[] = { "jobs=2", "elements=1", "type=double",
                                 "iterations=441650591", "by=20394401", NULL };
    const char *const over[] = { "jobs=3", "elements=1", "type=double",
                                 "iterations=441650591", "by=20394401", NULL };
    const char *const under[] = { "jobs=3", "elements=1", "type=double",
                                  "iterations=441650592", "by=-20394401",
                                  NULL };
    assert_int_equal(plan_words("vecinc", most, &p, err), 0);
    plan_fini(&p);
    assert_int_equal(plan_words("vecinc", over, &p, err), -EINVAL);
    assert_string_equal(err, "vecinc: start + iterations x by does not fit 53 "
                        "bits, all that type=double holds exactly");
    assert_int_equal(plan_words("vecinc", under, &p, err), -EINVAL);

    /* 6018353089 * 1532540863 = 2^63 - 1 */
    const char *const most64[] = { "jobs=1", "elements=1",
                                   "iterations=6018353089",
                                   "by=1532540863", NULL };
    assert_int_equal(plan_words("vecinc", most64, &p, err), 0);
    plan_fini(&p);
    const char *const over64[] = { "jobs=2", "elements=1",
                                   "iterations=6018353089",
                                   "by=1532540863", NULL };
    assert_int_equal(plan_words("vecinc", over64, &p, err), -EINVAL);
    assert_string_equal(err, "vecinc: start + iterations x by does not fit 64 "
                        "bits");
}

static void
ends_when_told_to(void **state)
{
    (void)state;
    static const char *const types[] = { "type=int64", "type=double" };
    for (size_t i = 0; i < 2; i++) {
        struct worker w = worker_new();
        struct buf out = { 0 };
        char err[KIND_ERROR_MAX];
        struct plan p = plan_of("vecinc", WORDS("iterations=1000000000",
                                                types[i]));
        w.stop_at = 4;
        buf_u8(&out, 7);
        assert_int_equal(kind_find("vecinc")->run(&w.c, buf_span(&p.shared),
                                                  span_str(""), 0, &out, err),
                         -ECANCELED);
        assert_int_equal(w.asked, 4);
        assert_int_equal(out.len, 1);
        plan_fini(&p);
        buf_fini(&out);
    }
}

static void
asks_often_enough(void **state)
{
    (void)state;
    struct worker w = worker_new();
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    /* 10^7 additions; at 2 ns each 20 ms */
    struct plan p = plan_of("vecinc", WORDS("elements=1000",
                                            "iterations=10000"));
    assert_int_equal(kind_find("vecinc")->run(&w.c, buf_span(&p.shared),
                                              span_str(""), 0, &out, err), 0);
    assert_true(w.asked >= 20);
    plan_fini(&p);
    buf_fini(&out);
}

static void
shows_ends_of_the_vector(void **state)
{
    (void)state;
    static const struct {
        const char *elements, *type, *text;
    } rows[] = {
        { "elements=1", "type=int64", "[1000]" },
        { "elements=4", "type=double", "[1000, 1001, 1002, 1003]" },
        { "elements=5", "type=int64", "[1000, 1001, .. 1004]" },
        { "elements=1024", "type=int64", "[1000, 1001, .. 2023]" },
    };
    const struct kind *k = kind_find("vecinc");
    struct buf out = { 0 };
    char text[100];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct plan p = plan_of("vecinc", WORDS(rows[i].elements,
                                                rows[i].type));
        run_job(&p, 0, &out);
        k->show(k, buf_span(&p.shared), buf_span(&out), text, sizeof text);
        assert_string_equal(text, rows[i].text);
        plan_fini(&p);
    }
    struct plan p = plan_of("vecinc", WORDS("return=crc"));
    k->show(k, buf_span(&p.shared), span_of("\0\1\2\xff", 4), text,
            sizeof text);
    assert_string_equal(text, "000102ff");
    plan_fini(&p);
    buf_fini(&out);
}

static void
refuses_a_job_that_is_not_there(void **state)
{
    (void)state;
    struct worker w = worker_new();
    struct buf out = { 0 };
    char err[KIND_ERROR_MAX];
    struct plan p = plan_of("vecinc", WORDS("jobs=4"));
    assert_int_equal(kind_find("vecinc")->run(&w.c, buf_span(&p.shared),
                                              span_str(""), 4, &out, err),
                     -EIO);
    assert_string_equal(err, "vecinc: there is no job 4");
    plan_fini(&p);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_to_every_element),
        cmocka_unit_test(random_starts_follow_the_seed),
        cmocka_unit_test(all_elements_equal_in_every_form),
        cmocka_unit_test(the_crc_is_that_of_the_elements),
        cmocka_unit_test(a_wrong_element_is_named),
        cmocka_unit_test(a_missing_job_gives_no_value),
        cmocka_unit_test(refuses_the_last_bit_too_much),
        cmocka_unit_test(ends_when_told_to),
        cmocka_unit_test(asks_often_enough),
        cmocka_unit_test(shows_ends_of_the_vector),
        cmocka_unit_test(refuses_a_job_that_is_not_there),
    };
    return cmocka_run_group_tests_name("kind_vecinc", tests, NULL, NULL);
}
