/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/command_file.h"

const char *
outcome_name(int outcome)
{
    switch ((enum lb_outcome)outcome) {
    case LB_JOB_DONE:
        return "done";
    case LB_JOB_FAILED:
    case LB_JOB_UNKNOWN:
        return "failed";
    case LB_JOB_CANCELLED:
        return "cancelled";
    }
    return "failed";
}

bool
result_command(const struct followed *f, const struct lb_result *r,
               struct command_result *out)
{
    struct span value = span_of(r->value, r->value_len);

    *out = (struct command_result){ .exit = 0 };
    return f->kind == &kind_command &&
           (r->outcome == LB_JOB_DONE || value.len > 0) &&
           command_result_decode(value, out) == 0;
}

bool
result_is_cut(const struct command_result *cmd)
{
    return cmd->out_total > cmd->out.len || cmd->err_total > cmd->err.len;
}

struct span
result_bytes(const struct followed *f, const struct lb_result *r)
{
    struct command_result cmd;

    if (f->kind != &kind_command)
        return span_of(r->value, r->value_len);
    result_command(f, r, &cmd);
    return cmd.out;
}

void
result_text(const struct followed *f, const struct lb_result *r,
            char dst[RESULT_TEXT_MAX])
{
    struct span value = span_of(r->value, r->value_len);

    dst[0] = '\0';
    if (r->outcome == LB_JOB_DONE && f->kind != NULL && f->kind->show != NULL)
        f->kind->show(f->kind, f->shared, value, dst, RESULT_TEXT_MAX);
    else if (r->outcome == LB_JOB_DONE)
        span_copy(value, dst, RESULT_TEXT_MAX);
    else
        text_add(dst, RESULT_TEXT_MAX, "%s", r->error);
    if (f->kind == &kind_command)
        dst[strcspn(dst, "\n")] = '\0';
}

/* Bytes that are no text are null. */
static json_t *
text_json(struct span s)
{
    json_t *text = json_stringn(s.len > 0 ? (const char *)s.p : "", s.len);

    return text != NULL ? text : json_null();
}

/* The files that came back. */
static json_t *
files_json(struct span words)
{
    json_t *list = json_array();
    struct buf word = { 0 };
    struct command_file file;
    char mode[8];

    while (command_word_next(&words, 1, &word) > 0) {
        if (command_file_read((const char *)word.p, &file)) {
            snprintf(mode, sizeof mode, "%04o", file.mode & 0777);
            json_array_append_new(list, json_pack(
                "{s:o,s:I,s:s,s:o}", "path",
                text_json(span_str(file.path)), "size_bytes",
                (json_int_t)file.size, "mode", mode, "hash",
                json_stringn(file.hash, COMMAND_HASH_DIGITS)));
        }
        buf_reset(&word);
    }
    buf_fini(&word);
    return list;
}

static void
add_command(json_t *o, const struct command_result *cmd)
{
    if (cmd->signal != 0)
        json_object_set_new(o, "signal", json_integer(cmd->signal));
    else
        json_object_set_new(o, "exit", json_integer(cmd->exit));
    json_object_set_new(o, "result", json_null());
    json_object_set_new(o, "stdout", text_json(cmd->out));
    json_object_set_new(o, "stderr", text_json(cmd->err));
    json_object_set_new(o, "truncated", json_boolean(result_is_cut(cmd)));
    if (cmd->files.len > 0)
        json_object_set_new(o, "files", files_json(cmd->files));
}

json_t *
result_json(const struct followed *f, const struct lb_result *r)
{
    char text[RESULT_TEXT_MAX], job[96] = "";
    struct command_result cmd;
    bool done = r->outcome == LB_JOB_DONE;

    text_add(job, sizeof job, "%s.%u", f->name, r->index);
    result_text(f, r, text);
    json_t *result = done ? json_string(text) : json_null();
    if (result == NULL)         /* bytes that are no text */
        result = json_null();
    json_t *o = json_pack(
        "{s:s,s:s,s:s?,s:i,s:n,s:n,s:f,s:f,s:o,s:n,s:n,s:b,s:s?,s:n}",
        "job", job, "state", outcome_name(r->outcome),
        "node", r->node[0] != '\0' ? r->node : NULL,
        "attempt", (int)r->attempt, "exit", "signal",
        "run_s", (double)r->run_us / 1e6, "wait_s", (double)r->wait_us / 1e6,
        "result", result, "stdout", "stderr", "truncated", 0,
        "error", done ? NULL : r->error, "files");
    if (result_command(f, r, &cmd))
        add_command(o, &cmd);
    return o;
}

/* As it is; or whole lines with a tag before each. */
static void
put_lines(struct span s, const char *tag, FILE *out)
{
    if (tag == NULL) {
        if (s.len > 0)
            fwrite(s.p, 1, s.len, out);
        return;
    }
    while (s.len > 0) {
        const uint8_t *end = memchr(s.p, '\n', s.len);
        size_t n = end != NULL ? (size_t)(end - s.p) + 1 : s.len;
        fprintf(out, "%s\t", tag);
        fwrite(s.p, 1, n, out);
        if (end == NULL)
            fputc('\n', out);
        s = span_of(s.p + n, s.len - n);
    }
}

void
result_print(const struct followed *f, const struct lb_result *r, FILE *out,
             FILE *err)
{
    char text[RESULT_TEXT_MAX];
    struct command_result cmd;
    bool tagged = f->values != NULL && r->index < f->n_values;
    const char *tag = tagged ? f->values[r->index] : NULL;

    if (f->kind == &kind_command) {
        result_command(f, r, &cmd);
        put_lines(cmd.out, tag, out);
        fflush(out);        /* stdout first, as it stands on a terminal */
        put_lines(cmd.err, tag, err);
        return;
    }
    if (tagged)
        fprintf(out, "%s\t", tag);
    if (f->kind != NULL && f->kind->show != NULL) {
        result_text(f, r, text);
        fputs(text, out);
    } else {
        fwrite(r->value, 1, r->value_len, out);
    }
    fputc('\n', out);
}

struct value {
    const struct followed *f;
    void *state;
    uint32_t n;
    bool failed;
    char error[KIND_ERROR_MAX];
};

struct value *
value_new(const struct followed *f)
{
    struct value *v = xcalloc(1, sizeof *v);
    size_t size = f->kind != NULL ? f->kind->state_size : 0;

    v->f = f;
    v->state = xcalloc(1, size > 0 ? size : 1);
    return v;
}

void
value_free(struct value *v)
{
    if (v == NULL)
        return;
    free(v->state);
    free(v);
}

void
value_add(struct value *v, const struct lb_result *r)
{
    const struct kind *kind = v->f->kind;

    v->n++;
    if (r->outcome != LB_JOB_DONE)
        v->failed = true;
    if (v->failed || kind == NULL || kind->combine == NULL)
        return;
    if (kind->combine(kind, v->state, v->f->shared, r->index,
                      span_of(r->value, r->value_len), v->error) != 0)
        v->failed = true;
}

bool
value_get(struct value *v, uint32_t n_jobs, char text[VALUE_TEXT_MAX])
{
    const struct kind *kind = v->f->kind;

    text[0] = '\0';
    if (!v->failed && v->n == n_jobs && kind != NULL && kind->value != NULL) {
        if (kind->value(kind, v->state, v->f->shared, text, VALUE_TEXT_MAX,
                        v->error) == 0)
            return true;
    }
    text[0] = '\0';
    text_add(text, VALUE_TEXT_MAX, "%s", v->error);
    return false;
}

bool
value_is_whole(const struct followed *f)
{
    return f->kind != NULL && f->kind->count != NULL;
}
