/* SPDX-License-Identifier: MPL-2.0 */
/* The first byte chooses what the rest is: parameters of a kind, its results,
 * words of a command, what came out of one, a description of an own kind, or
 * what a co-process answers. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/coprocess_line.h"
#include "kinds/command.h"
#include "kinds/own.h"

enum { KINDS = 8, SHOWN_MAX = 512 };

static void
need(bool right)
{
    if (!right)
        abort();
}

/* An error is a text; right parameters are right again when written out. */
static void
try_params(const struct kind *k, struct span given)
{
    struct buf out = { 0 }, again = { 0 };
    char err[KIND_ERROR_MAX] = "";
    uint64_t cost = 0, same = 0;
    uint32_t n;
    int rc = k->parse(k, given, &out, &cost, err);

    need(rc == 0 || rc == -EINVAL || rc == -ENOENT);
    need(rc == 0 || err[0] != '\0');
    if (rc == 0) {
        need(cost >= 1000000);
        need(k->parse(k, buf_span(&out), &again, &same, err) == 0);
        need(cost == same &&
             span_equal(buf_span(&out), buf_span(&again)));
        if (k->count != NULL &&
            k->count(k, buf_span(&out), &n, err) == 0)
            need(n <= KIND_JOBS_MAX);
    }
    buf_fini(&out);
    buf_fini(&again);
}

static void
try_result(const struct kind *k, struct span in)
{
    char shown[SHOWN_MAX], err[KIND_ERROR_MAX] = "";
    struct span params = span_str("");
    void *state = calloc(1, k->state_size + 1);

    need(state != NULL);
    if (k->show != NULL)
        k->show(k, params, in, shown, sizeof shown);
    for (uint32_t i = 0; k->combine != NULL && i < 2; i++)
        if (k->combine(k, state, params, i, in, err) != 0)
            need(err[0] != '\0');
    if (k->value != NULL &&
        k->value(k, state, params, shown, sizeof shown, err) == 0)
        need(memchr(shown, '\0', sizeof shown) != NULL);
    free(state);
}

/* Appends the words of `in` to `list`. The rest that are no words. */
static size_t
say_again(struct span in, struct buf *list)
{
    struct buf word = { 0 };
    int rc;

    while ((rc = command_word_next(&in, 7, &word)) == 1) {
        need(word.len > 0 && word.p[word.len - 1] == '\0');
        size_t n = strlen((const char *)word.p);
        command_word_put(list, 0, (const char *)word.p, n, NULL);
        buf_reset(&word);
    }
    need(rc == (in.len == 0 ? 0 : -EINVAL));
    buf_fini(&word);
    return in.len;
}

static void
try_words(struct span in)
{
    struct buf list = { 0 }, again = { 0 };

    (void)say_again(in, &list);
    need(say_again(buf_span(&list), &again) == 0);
    need(span_equal(buf_span(&list), buf_span(&again)));
    buf_fini(&list);
    buf_fini(&again);
}

static void
try_command_result(struct span in)
{
    struct command_result r;
    struct buf again = { 0 };

    if (command_result_decode(in, &r) != 0)
        return;
    need(r.out.len <= in.len && r.err.len <= in.len);
    command_result_encode(&r, &again);
    need(command_result_decode(buf_span(&again), &r) == 0);
    buf_fini(&again);
}

static void
try_own(struct span in)
{
    char err[KIND_ERROR_MAX] = "";
    const uint8_t *nul = in.len > 0 ? memchr(in.p, 0, in.len) : NULL;
    size_t n = nul != NULL ? (size_t)(nul - in.p) : in.len;
    const char *key = NULL;
    struct own *o = own_new(span_of(in.p, n), &key, err), *again;

    if (o == NULL) {
        need(err[0] != '\0' && key != NULL);
        return;
    }
    again = own_new(own_text(o), &key, err);
    need(again != NULL && span_equal(own_text(again), own_text(o)));
    if (nul != NULL) {
        struct span rest = span_of(nul + 1, in.len - n - 1);
        try_params(own_kind(o), rest);
        try_result(own_kind(o), rest);
    }
    own_free(o);
    own_free(again);
}

static void
try_answer(enum line_protocol protocol, struct span in)
{
    struct line_job job = { .protocol = protocol, .name = "alpha-12.3",
                            .kind = kind_find("fib"), .attempt = 1,
                            .params = span_str("n=5\nrepeat=1\n"),
                            .args = in };
    char err[KIND_ERROR_MAX] = "";
    struct buf out = { 0 };
    int rc = line_decode(&job, in, &out, err);

    need(rc == 0 || ((rc == -EIO || rc == -EPROTO) && err[0] != '\0'));
    buf_reset(&out);
    rc = line_encode(&job, &out, err);
    need(rc == -EINVAL || (rc == 0 && out.p[out.len - 1] == '\n'));
    buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct kind *k = kind_all()[data[0] % KINDS];
    struct span in = span_of(data + 1, size - 1);

    switch (data[0] / KINDS % 8) {
    case 0: try_params(k, in); break;
    case 1: try_result(k, in); break;
    case 2: try_words(in); break;
    case 3: try_command_result(in); break;
    case 4: try_own(in); break;
    case 5: try_answer(LINE_JSON, in); break;
    case 6: try_answer(LINE_PLAIN, in); break;
    default: break;
    }
    return 0;
}
