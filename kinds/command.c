/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kinds/builtin.h"
#include "kinds/command_file.h"
#include "kinds/param.h"

/* ---- words ---- */

static const char plain[] = " \t\n\r\\", letter[] = "stnr\\";

void
command_word_put(struct buf *to, size_t start, const char *word, size_t n,
                 const char *slot)
{
    size_t slot_len = slot != NULL ? strlen(slot) : 0;

    if (to->len > start)
        buf_u8(to, ' ');
    if (n == 0)
        buf_bytes(to, "\\e", 2);
    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(plain, word[i]);
        if (slot_len > 0 && n - i >= slot_len &&
            memcmp(word + i, slot, slot_len) == 0) {
            buf_bytes(to, "\\%", 2);
            i += slot_len - 1;
        } else if (at != NULL) {
            buf_u8(to, '\\');
            buf_u8(to, (uint8_t)letter[at - plain]);
        } else {
            buf_u8(to, (uint8_t)word[i]);
        }
    }
}

/* What stands behind a backslash. */
static int
unescape(uint8_t what, unsigned slot, struct buf *to)
{
    const char *at = what != 0 ? strchr(letter, what) : NULL;
    char number[12];

    if (at != NULL) {
        buf_u8(to, (uint8_t)plain[at - letter]);
    } else if (what == '%') {
        int n = snprintf(number, sizeof number, "%u", slot);
        buf_bytes(to, number, (size_t)n);
    } else {
        return -EINVAL;
    }
    return 0;
}

int
command_word_next(struct span *rest, unsigned slot, struct buf *to)
{
    bool empty = rest->len >= 2 && memcmp(rest->p, "\\e", 2) == 0;
    size_t n = empty ? 2 : 0;

    if (rest->len == 0)
        return 0;
    if (empty && n < rest->len && rest->p[n] != ' ')
        return -EINVAL;
    for (; n < rest->len && rest->p[n] != ' '; n++) {
        uint8_t b = rest->p[n];
        if (b == 0 || (b == '\\' && n + 1 == rest->len))
            return -EINVAL;
        if (b != '\\')
            buf_u8(to, b);
        else if (unescape(rest->p[++n], slot, to) != 0)
            return -EINVAL;
    }
    /* A blank is followed by a word, and a word has letters. */
    if (n == 0 || n + 1 == rest->len)
        return -EINVAL;
    buf_u8(to, 0);
    n += n < rest->len;
    *rest = span_of(rest->p + n, rest->len - n);
    return 1;
}

/* ---- parameters ---- */

static const struct param params_of[] = {
    { .name = "argv", .type = PARAM_WORD, .range = "words" },
    { .name = "env", .type = PARAM_WORD, .range = "words", .value = "" },
    { .name = "cwd", .type = PARAM_PATH, .value = "" },
    { .name = "cpu", .type = PARAM_DURATION, .range = "0..86400000",
      .value = "0" },
    { .name = "put", .type = PARAM_WORD, .range = "words", .value = "" },
    { .name = "ret", .type = PARAM_WORD, .range = "words", .value = "" },
    { .name = NULL }
};

/* What is wrong with a word of parameter `name`: NULL if nothing. */
static const char *
wrong_word(const char *name, const char *word)
{
    struct command_file file;

    if (strcmp(name, "env") == 0)
        return strchr(word, '=') == NULL || word[0] == '=' ? "NAME=VALUE"
                                                           : NULL;
    if (strcmp(name, "put") == 0)
        return command_file_read(word, &file) ? NULL : "HASH:MODE:SIZE:PATH";
    if (strcmp(name, "ret") == 0)
        return command_path_is_right(word)
                   ? NULL : "a relative path without \"..\"";
    return NULL;
}

/* -EINVAL with `err`: not words, wrong ones, or more than `most`. */
static int
check_words(struct span value, const char *name, size_t most, char *err)
{
    struct buf word = { 0 };
    const char *wrong = NULL;
    size_t n = 0, bytes = 0;
    int rc = 0;

    while (wrong == NULL && (rc = command_word_next(&value, 0, &word)) > 0) {
        const char *text = (const char *)word.p;
        bytes += word.len;
        if (++n > most || bytes > COMMAND_ARGV_MAX)
            break;
        wrong = wrong_word(name, text);
        if (wrong != NULL)
            rc = param_error(err, -EINVAL, "command: %s: \"%.60s\" is not %s",
                             name, text, wrong);
        buf_reset(&word);
    }
    if (rc == 1)
        rc = param_error(err, -EINVAL, "command: %s: more than %zu words or "
                         "%d bytes", name, most, (int)COMMAND_ARGV_MAX);
    else if (rc < 0 && err[0] == '\0')
        rc = param_error(err, rc, "command: %s: not words", name);
    buf_fini(&word);
    return rc;
}

static int
check_value(struct span is, struct span value, char *err)
{
    static const struct { const char *name; size_t most; } lists[] = {
        { "argv", COMMAND_WORDS_MAX }, { "env", COMMAND_WORDS_MAX },
        { "cwd", COMMAND_WORDS_MAX }, { "put", COMMAND_FILES_MAX },
        { "ret", COMMAND_FILES_MAX } };
    int64_t ms;

    if (value.p == NULL)
        return param_error(err, -EINVAL, "command: %.*s has no value",
                           (int)(is.len < 60 ? is.len : 60),
                           (const char *)is.p);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (span_is(is, lists[i].name))
            return check_words(value, lists[i].name, lists[i].most, err);
    if (span_is(is, "cpu") && (param_whole(value, false, &ms) != 0 || ms < 0))
        return param_error(err, -EINVAL, "command: cpu: not milliseconds");
    return 0;
}

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    static const char *const also[] = { "data", NULL };
    static const char *const order[] = { "argv", "env", "cwd", "cpu", "put",
                                        "ret" };
    struct span rest = given, is, value;

    err[0] = '\0';
    int rc = param_check(self, given, also, err);
    while (rc == 0 && param_next(&rest, &is, &value))
        rc = check_value(is, value, err);
    if (rc != 0)
        return rc;
    value = kind_param(given, span_of(NULL, 0), "argv");
    if (value.len == 0)
        return param_error(err, -EINVAL, "command: no program");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        value = kind_param(given, span_of(NULL, 0), order[i]);
        if (value.p != NULL && value.len > 0)
            param_put(out, order[i], value);
    }
    value = kind_param(given, span_of(NULL, 0), "data");
    if (value.p != NULL) {      /* its bytes and no others: no newline */
        buf_bytes(out, "data=", 5);
        buf_bytes(out, value.p, value.len);
    }
    *cost = cost_of(1);
    return 0;
}

/* ---- results ---- */

enum { RESULT_VERSION = 1 };

void
command_result_encode(const struct command_result *r, struct buf *to)
{
    if (r->exit == 0 && r->signal == 0 && r->out_total == 0 &&
        r->err_total == 0 && r->files.len == 0)
        return;
    buf_u8(to, RESULT_VERSION);
    buf_u8(to, r->exit);
    buf_u8(to, r->signal);
    buf_u64(to, r->out_total);
    buf_u64(to, r->err_total);
    buf_span32(to, r->out);
    buf_span32(to, r->err);
    if (r->files.len > 0)
        buf_span32(to, r->files);
}

int
command_result_decode(struct span in, struct command_result *out)
{
    struct reader r;

    *out = (struct command_result){ .exit = 0 };
    if (in.len == 0)
        return 0;
    reader_init(&r, in);
    uint8_t version = reader_u8(&r);
    out->exit = reader_u8(&r);
    out->signal = reader_u8(&r);
    out->out_total = reader_u64(&r);
    out->err_total = reader_u64(&r);
    out->out = reader_span32(&r);
    out->err = reader_span32(&r);
    if (reader_left(&r) > 0)
        out->files = reader_span32(&r);
    return r.bad || version != RESULT_VERSION || reader_left(&r) > 0 ||
                   out->out.len > out->out_total ||
                   out->err.len > out->err_total
               ? -EBADMSG : 0;
}

/* Its output as it is, without the last newline; else how it ended. */
static void
show(const struct kind *self, struct span params, struct span result,
     char *dst, size_t cap)
{
    (void)self;
    struct command_result r;

    (void)params;
    dst[0] = '\0';
    if (command_result_decode(result, &r) != 0)
        text_add(dst, cap, "(not a result of a command)");
    else if (r.out.len > 0)
        span_copy(span_of(r.out.p,
                          r.out.len - (r.out.p[r.out.len - 1] == '\n')),
                  dst, cap);
}

const struct kind kind_command = {
    .name = "command",
    .help = "runs a program: \"-- PROGRAM ARGUMENT...\"",
    .params = params_of,
    .combine_help = "none",
    .parse = parse,
    .run = run_by_program,
    .show = show,
};
