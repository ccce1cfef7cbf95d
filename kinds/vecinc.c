/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vecinc - increments every element of a vector, `iterations` times by `by`,
 * each addition depending on the one before.
 *
 * Element i of the whole vector is element i % elements of job i / elements.
 * It starts at i, at 0, or (random) at the upper 31 bits of splitmix64's
 * value i + 1 for `seed`.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/text.h"
#include "kinds/builtin.h"
#include "kinds/param.h"

enum { CHECK_ADDITIONS = 100000 }; /* 0.03 to 0.2 ms */
enum start { START_INDEX, START_ZERO, START_RANDOM };

#define DOUBLE_EXACT (INT64_C(1) << 53)

struct vec {
    int64_t jobs, elements, iterations, by, start, seed;
    int64_t is_double, is_crc;
};

static const struct param params_of[] = {
    { .name = "jobs", .type = PARAM_COUNT, .range = "1..10000000",
      .value = "1024", .shared = true },
    { .name = "elements", .type = PARAM_COUNT, .range = "1..131072",
      .value = "1024", .shared = true },
    { .name = "iterations", .type = PARAM_COUNT,
      .range = "0..1000000000000", .value = "1000", .shared = true },
    { .name = "by", .type = PARAM_INT, .range = "-2147483648..2147483648",
      .value = "1", .shared = true },
    { .name = "start", .type = PARAM_WORD, .range = "index|zero|random",
      .value = "index", .shared = true },
    { .name = "seed", .type = PARAM_INT, .range = "0..9223372036854775807",
      .value = "1", .shared = true },
    { .name = "type", .type = PARAM_WORD, .range = "int64|double",
      .value = "int64", .shared = true },
    { .name = "return", .type = PARAM_WORD, .range = "vector|crc",
      .value = "vector", .shared = true },
    { .name = NULL }
};

/* The greatest start value; the least is 0. */
static int64_t
start_max(const struct vec *v)
{
    switch ((enum start)v->start) {
    case START_INDEX:
        return v->jobs * v->elements - 1;
    case START_ZERO:
        return 0;
    case START_RANDOM:
        return INT32_MAX;
    }
    return 0;
}

static bool
fits(const struct vec *v)
{
    int64_t delta, most = start_max(v), end;
    if (__builtin_mul_overflow(v->iterations, v->by, &delta)
        || __builtin_add_overflow(most, delta, &end))
        return false;
    return v->is_double == 0
           || (most <= DOUBLE_EXACT && end <= DOUBLE_EXACT
               && delta >= -DOUBLE_EXACT);
}

static int
vec_read(struct span params, struct vec *v, char *err)
{
    int64_t *const to[] = { &v->jobs, &v->elements, &v->iterations, &v->by,
                            &v->start, &v->seed, &v->is_double, &v->is_crc };
    *v = (struct vec){ .jobs = 0 };
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
        if (param_read(&kind_vecinc, params, span_of(NULL, 0),
                       params_of[i].name, to[i], err) != 0)
            return -EINVAL;
    if (!fits(v))
        return param_error(err, -EINVAL, "vecinc: start + iterations x by "
                           "does not fit %s", v->is_double != 0
                           ? "53 bits, all that type=double holds exactly"
                           : "64 bits");
    return 0;
}

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    struct vec v;
    int rc = param_canonical(self, given, NULL, out, err);
    if (rc == 0)
        rc = vec_read(given, &v, err);
    if (rc == 0)
        *cost = cost_of((uint64_t)v.elements * (uint64_t)v.iterations);
    return rc;
}

static int
count(const struct kind *self, struct span params, uint32_t *n_jobs, char *err)
{
    (void)self;
    struct vec v;
    int rc = vec_read(params, &v, err);
    if (rc == 0)
        *n_jobs = (uint32_t)v.jobs;
    return rc;
}

static int64_t
start_of(const struct vec *v, uint64_t i)
{
    if (v->start != START_RANDOM)
        return v->start == START_ZERO ? 0 : (int64_t)i;
    uint64_t x = (uint64_t)v->seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (int64_t)((x ^ x >> 31) >> 33);
}

static int64_t
add_int64(int64_t x, int64_t by, int64_t n)
{
    for (; n > 0; n--) {
        x += by;
        /* Else the compiler would make one multiplication of all this. */
        __asm__ volatile("" : "+r"(x));
    }
    return x;
}

/* Not inline: additions of doubles may not be regrouped, and so they stay. */
__attribute__((noinline)) static double
add_double(double x, double by, int64_t n)
{
    for (; n > 0; n--)
        x += by;
    return x;
}

/* Element `i` as it is sent. */
static uint64_t
bits_of(const struct vec *v, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    double d = (double)value;
    if (v->is_double != 0)
        memcpy(&bits, &d, sizeof bits);
    return bits;
}

static void
store(uint8_t *p, uint64_t bits)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(bits >> 8 * i);
}

static uint64_t
load(const uint8_t *p)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits |= (uint64_t)p[i] << 8 * i;
    return bits;
}

/* Increments element i of the vector; `left` counts additions down to the
 * next checkpoint. False: the run is to end. */
static bool
increment(struct kind_context *c, const struct vec *v, uint64_t i,
          int64_t *left, uint64_t *bits)
{
    int64_t x = start_of(v, i);
    double d = (double)x;
    for (int64_t todo = v->iterations; todo > 0;) {
        int64_t n = todo < *left ? todo : *left;
        if (v->is_double != 0)
            d = add_double(d, (double)v->by, n);
        else
            x = add_int64(x, v->by, n);
        todo -= n;
        *left -= n;
        if (*left > 0)
            continue;
        *left = CHECK_ADDITIONS;
        if (!c->checkpoint(c))
            return false;
    }
    *bits = (uint64_t)x;
    if (v->is_double != 0)
        memcpy(bits, &d, sizeof *bits);
    return true;
}

static int
run(struct kind_context *c, struct span params, struct span args,
    uint32_t index, struct buf *out, char *err)
{
    (void)args;
    struct vec v;
    if (vec_read(params, &v, err) != 0)
        return -EIO;
    if (index >= v.jobs)
        return param_error(err, -EIO, "vecinc: there is no job %" PRIu32,
                           index);
    size_t before = out->len, n = (size_t)v.elements;
    uint8_t *p = buf_grow(out, 8 * n);
    uint64_t first = (uint64_t)index * n, bits;
    int64_t left = CHECK_ADDITIONS;
    for (size_t i = 0; i < n; i++) {
        if (!increment(c, &v, first + i, &left, &bits)) {
            out->len = before;
            return -ECANCELED;
        }
        store(p + 8 * i, bits);
    }
    if (v.is_crc != 0) {
        uint32_t crc = (uint32_t)crc32_z(0, p, 8 * n);
        out->len = before;
        buf_u32(out, crc);
    }
    return 0;
}

static void
show_element(const struct vec *v, uint64_t bits, char *dst, size_t cap)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    if (v->is_double != 0)
        text_add(dst, cap, "%.17g", d);
    else
        text_add(dst, cap, "%" PRId64, (int64_t)bits);
}

/* "[1000, 1001, .. 2023]", or the CRC in hex. */
static void
show(const struct kind *self, struct span params, struct span result,
     char *dst, size_t cap)
{
    (void)self;
    struct vec v;
    char err[KIND_ERROR_MAX];
    if (cap == 0)
        return;
    dst[0] = '\0';
    size_t n = result.len / 8;
    if (vec_read(params, &v, err) != 0)
        return;
    if (v.is_crc != 0 && result.len == 4) {
        struct reader r;
        reader_init(&r, result);
        text_add(dst, cap, "%08" PRIx32, reader_u32(&r));
        return;
    }
    text_add(dst, cap, "[");
    for (size_t i = 0; i < n; i++) {
        if (i == 2 && n > 4) {
            text_add(dst, cap, ", ..");
            i = n - 1;
        }
        text_add(dst, cap, i == 0 ? "" : n > 4 && i == n - 1 ? " " : ", ");
        show_element(&v, load(result.p + 8 * i), dst, cap);
    }
    text_add(dst, cap, "]");
}

static uint64_t
expected(const struct vec *v, uint64_t i)
{
    return bits_of(v, start_of(v, i) + v->iterations * v->by);
}

static int
compare_crc(const struct vec *v, uint64_t first, struct span result, char *err)
{
    uint64_t n = (uint64_t)v->elements;
    uLong crc = 0;
    uint8_t b[8];
    for (uint64_t i = 0; i < n; i++) {
        store(b, expected(v, first + i));
        crc = crc32_z(crc, b, sizeof b);
    }
    struct reader r;
    reader_init(&r, result);
    uint32_t is = reader_u32(&r);
    if (r.bad || reader_left(&r) > 0 || is != (uint32_t)crc)
        return param_error(err, -EIO, "CRC-32 of elements %" PRIu64 " to %"
                           PRIu64 " is %08" PRIx32 " instead of %08lx", first,
                           first + n - 1, is, crc);
    return 0;
}

static int
compare(const struct vec *v, uint64_t first, struct span result, char *err)
{
    uint64_t n = (uint64_t)v->elements;
    if (result.len != 8 * n)
        return param_error(err, -EIO, "element %" PRIu64 ": %zu bytes of "
                           "result instead of %" PRIu64, first, result.len,
                           8 * n);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t is = load(result.p + 8 * i), must = expected(v, first + i);
        if (is == must)
            continue;
        char a[40] = "", b[40] = "";
        show_element(v, is, a, sizeof a);
        show_element(v, must, b, sizeof b);
        return param_error(err, -EIO, "element %" PRIu64 " is %s instead of "
                           "%s", first + i, a, b);
    }
    return 0;
}

static int
combine(const struct kind *self, void *state, struct span params,
        uint32_t index, struct span result, char *err)
{
    (void)self;
    struct vec v;
    uint64_t equal;
    memcpy(&equal, state, sizeof equal);
    if (vec_read(params, &v, err) != 0)
        return -EIO;
    uint64_t first = (uint64_t)index * (uint64_t)v.elements;
    int rc = v.is_crc != 0 ? compare_crc(&v, first, result, err)
                           : compare(&v, first, result, err);
    if (rc != 0)
        return rc;
    equal += (uint64_t)v.elements;
    memcpy(state, &equal, sizeof equal);
    return 0;
}

static int
value(const struct kind *self, void *state, struct span params, char *dst,
      size_t cap, char *err)
{
    (void)self;
    struct vec v;
    uint64_t equal;
    memcpy(&equal, state, sizeof equal);
    if (vec_read(params, &v, err) != 0)
        return -EIO;
    uint64_t all = (uint64_t)(v.jobs * v.elements);
    if (equal != all)
        return param_error(err, -EIO, "%" PRIu64 " of %" PRIu64 " elements "
                           "compared", equal, all);
    snprintf(dst, cap, "%" PRIu64 " of %" PRIu64 " equal", equal, all);
    return 0;
}

const struct kind kind_vecinc = {
    .name = "vecinc",
    .help = "increments every element of a vector, addition by addition",
    .params = params_of,
    .idempotent = true,
    .combine_help = "vector",
    .cost_help = "elements x iterations",
    .parse = parse,
    .count = count,
    .run = run,
    .show = show,
    .state_size = sizeof(uint64_t),
    .combine = combine,
    .value = value,
};
