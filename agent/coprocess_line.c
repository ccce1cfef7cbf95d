/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/coprocess_line.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kinds/param.h"

/* ---- a job ---- */

static int
no_text(const struct line_job *job, const char *name, char *err)
{
    return param_error(err, -EINVAL, "kind %s: %s: not UTF-8, which JSON needs",
                       job->kind->name, name);
}

static json_t *
json_of(const struct line_job *job, const struct param *p, char *err)
{
    struct span value = kind_param(job->params, job->args, p->name);
    char number[128] = "";
    int64_t whole;
    json_t *v = NULL;

    if (value.p == NULL && p->value != NULL)
        value = span_str(p->value);
    if (value.p == NULL) {
        param_error(err, -EINVAL, "kind %s: %s is missing", job->kind->name,
                    p->name);
        return NULL;
    }
    if (p->type != PARAM_COUNT && p->type != PARAM_INT &&
        p->type != PARAM_REAL) {
        v = json_stringn((const char *)value.p, value.len);
        if (v == NULL)
            (void)no_text(job, p->name, err);
        return v;
    }
    if (value.len < sizeof number)
        span_copy(value, number, sizeof number);
    if (p->type == PARAM_REAL)
        v = json_real(strtod(number, NULL));
    else if (text_i64(number, INT64_MIN, INT64_MAX, &whole) == 0)
        v = json_integer(whole);
    if (v == NULL)
        param_error(err, -EINVAL, "kind %s: %s is no number", job->kind->name,
                    p->name);
    return v;
}

static int
append(const char *bytes, size_t n, void *to)
{
    buf_bytes(to, bytes, n);
    return 0;
}

static int
encode_json(const struct line_job *job, struct buf *out, char *err)
{
    json_t *params = json_object();
    int rc = 0;

    for (const struct param *p = job->kind->params; p->name != NULL && rc == 0;
         p++) {
        json_t *v = json_of(job, p, err);
        rc = v == NULL ? -EINVAL : json_object_set_new(params, p->name, v);
    }
    json_t *whole = json_pack("{s:s,s:i,s:o}", "job", job->name, "attempt",
                              (int)job->attempt, "params", params);
    if (rc == 0)
        (void)json_dump_callback(whole, append, out, JSON_COMPACT);
    json_decref(whole);
    return rc;
}

static void
put_plain(struct buf *out, struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t b = value.p[i];
        if (b == '\n' || b == '\\')
            buf_u8(out, '\\');
        buf_u8(out, b == '\n' ? 'n' : b);
    }
}

static int
encode_plain(const struct line_job *job, struct buf *out, char *err)
{
    const struct param *first = job->kind->params;

    for (const struct param *p = first; p->name != NULL; p++) {
        struct span value = kind_param(job->params, job->args, p->name);
        if (value.p == NULL && p->value == NULL)
            return param_error(err, -EINVAL, "kind %s: %s is missing",
                               job->kind->name, p->name);
        if (p > first)
            buf_u8(out, ' ');
        put_plain(out, value.p != NULL ? value : span_str(p->value));
    }
    return 0;
}

int
line_encode(const struct line_job *job, struct buf *out, char *err)
{
    size_t before = out->len;
    int rc = job->protocol == LINE_JSON ? encode_json(job, out, err)
                                        : encode_plain(job, out, err);

    if (rc != 0)
        out->len = before;
    else
        buf_u8(out, '\n');
    return rc;
}

/* ---- an answer ---- */

static int
decode_plain(struct span line, struct buf *out)
{
    for (size_t i = 0; i < line.len; i++) {
        uint8_t b = line.p[i], next = i + 1 < line.len ? line.p[i + 1] : 0;
        if (b == '\\' && (next == 'n' || next == '\\')) {
            b = next == 'n' ? '\n' : '\\';
            i++;
        }
        buf_u8(out, b);
    }
    return 0;
}

/* The shortest of three that is the same number. */
static void
put_real(struct buf *out, double v)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        int n = snprintf(text, sizeof text, "%.*g", digits, v);
        double again = strtod(text, NULL);
        if (digits < 17 && (again < v || again > v))
            continue;
        buf_bytes(out, text, (size_t)n);
        return;
    }
}

static void
put_result(struct buf *out, const json_t *v)
{
    if (v == NULL || json_is_null(v))
        return;
    if (json_is_string(v))
        buf_bytes(out, json_string_value(v), json_string_length(v));
    else if (json_is_real(v))
        put_real(out, json_real_value(v));
    else
        (void)json_dump_callback(v, append, out,
                                 JSON_COMPACT | JSON_ENCODE_ANY);
}

static int
judge(const struct line_job *job, const json_t *answer, struct buf *out,
      char *err)
{
    const char *kind = job->kind->name;
    const json_t *ok = json_object_get(answer, "ok");
    const char *name = json_string_value(json_object_get(answer, "job"));
    const char *why = json_string_value(json_object_get(answer, "error"));

    if (!json_is_object(answer))
        return param_error(err, -EPROTO, "kind %s: answer is no object", kind);
    if (name == NULL)
        return param_error(err, -EPROTO, "kind %s: answer without \"job\"",
                           kind);
    if (strcmp(name, job->name) != 0)
        return param_error(err, -EPROTO, "kind %s: answer to job %.80s instead "
                           "of %s", kind, name, job->name);
    if (!json_is_boolean(ok))
        return param_error(err, -EPROTO, "kind %s: answer without \"ok\"",
                           kind);
    if (!json_is_true(ok))
        return param_error(err, -EIO, "%.200s",
                           why != NULL ? why : "failed without a reason");
    put_result(out, json_object_get(answer, "result"));
    return 0;
}

/* Where it ceases to be JSON: jansson tells the end of the word that it does
 * not know, and what begins with one is wrong from there. */
static int
column_of(struct span line, const json_error_t *error)
{
    size_t blank = 0;

    while (blank < line.len && (line.p[blank] == ' ' || line.p[blank] == '\t'))
        blank++;
    return blank < line.len && line.p[blank] == '{' ? error->column
                                                    : (int)blank + 1;
}

int
line_decode(const struct line_job *job, struct span line, struct buf *out,
            char *err)
{
    json_error_t error;

    if (job->protocol == LINE_PLAIN)
        return decode_plain(line, out);
    json_t *answer = json_loadb((const char *)line.p, line.len,
                                JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (answer == NULL)
        return param_error(err, -EPROTO, "kind %s: answer is not JSON (column "
                           "%d)", job->kind->name, column_of(line, &error));
    int rc = judge(job, answer, out, err);
    json_decref(answer);
    return rc;
}
