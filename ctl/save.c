/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/folder.h"

enum { PATH_BYTES = 4096 };

struct save {
    char where[PATH_BYTES];
    FILE *file;         /* NULL: a folder */
    bool csv;
};

static bool
ends_in(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);

    return n > k && strcmp(s + n - k, tail) == 0;
}

/* "no space left on device": as the system says it, in our case. */
static int
fail(struct ctl *c, const char *path)
{
    char why[128] = "";

    text_add(why, sizeof why, "%s", strerror(errno));
    if (why[0] >= 'A' && why[0] <= 'Z')
        why[0] = (char)(why[0] - 'A' + 'a');
    ctl_fail(c, EXIT_DISK, "%s: %s", path, why);
    return -1;
}

static int
make_dir(struct ctl *c, const char *path)
{
    errno = -folder_make(path, 0777);
    return errno == 0 ? 0 : fail(c, path);
}

struct save *
save_open(struct ctl *c, const char *where, bool more)
{
    struct save *s = xcalloc(1, sizeof *s);
    int rc = 0;

    text_add(s->where, sizeof s->where, "%s", where);
    s->csv = ends_in(where, ".csv");
    if (s->csv || ends_in(where, ".jsonl")) {
        s->file = fopen(where, more ? "ae" : "we");
        rc = s->file != NULL ? 0 : fail(c, where);
        if (rc == 0 && s->csv && fseek(s->file, 0, SEEK_END) == 0 &&
            ftell(s->file) == 0)
            fputs("job,state,node,attempt,run_s,wait_s,result,error,exit,"
                  "signal,stdout,stderr,truncated\r\n", s->file);
    } else {
        rc = make_dir(c, where);
    }
    if (rc == 0)
        return s;
    free(s);
    return NULL;
}

/* A field of RFC 4180. */
static void
put_csv(FILE *f, struct span s, char end)
{
    bool quote = false;

    for (size_t i = 0; i < s.len; i++)
        quote |= strchr(",\"\r\n", s.p[i]) != NULL;
    if (quote)
        fputc('"', f);
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '"')
            fputc('"', f);
        fputc(s.p[i], f);
    }
    if (quote)
        fputc('"', f);
    if (end == '\n')
        fputc('\r', f);
    fputc(end, f);
}

static int
write_file(struct ctl *c, const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "we");

    if (f == NULL)
        return fail(c, path);
    bool ok = len == 0 || fwrite(p, 1, len, f) == len;
    if (fclose(f) != 0 || !ok)
        return fail(c, path);
    return 0;
}

static int
write_part(struct ctl *c, const char *dir, const char *name, struct span part)
{
    char path[PATH_BYTES + 64] = "";

    text_add(path, sizeof path, "%s/%s", dir, name);
    return write_file(c, path, part.p, part.len);
}

/* stdout, stderr, and as its result how it ended. */
static int
write_command(struct ctl *c, const char *dir, const struct command_result *cmd)
{
    char how[32] = "";

    if (cmd->signal != 0)
        text_add(how, sizeof how, "signal %u\n", cmd->signal);
    else
        text_add(how, sizeof how, "%u\n", cmd->exit);
    return write_part(c, dir, "stdout", cmd->out) != 0 ||
           write_part(c, dir, "stderr", cmd->err) != 0 ||
           write_part(c, dir, "result", span_str(how)) != 0 ? -1 : 0;
}

bool
save_folder(const struct save *s, const struct followed *f,
            const struct lb_result *r, struct save_name *out)
{
    bool numbered = f->seq != NULL && r->index < f->n_values;

    out->text[0] = '\0';
    text_add(out->text, sizeof out->text, "%s/%u", s->where,
             numbered ? f->seq[r->index] - 1 : r->index);
    return s->file == NULL;
}

static int
add_folder(struct ctl *c, struct save *s, const struct followed *f,
           const struct lb_result *r)
{
    struct span value = span_of(r->value, r->value_len);
    struct command_result cmd;
    struct save_name name;

    save_folder(s, f, r, &name);
    const char *dir = name.text;
    if (make_dir(c, dir) != 0)
        return -1;
    int rc = result_command(f, r, &cmd) ? write_command(c, dir, &cmd)
                                        : write_part(c, dir, "result", value);
    if (rc != 0)
        return rc;
    json_t *meta = result_json(f, r);
    char *text = json_dumps(meta, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(meta);
    rc = write_part(c, dir, "meta.json", span_str(text));
    free(text);
    return rc;
}

static void
add_csv(struct save *s, const struct followed *f, const struct lb_result *r)
{
    char text[RESULT_TEXT_MAX], how[16] = "";
    bool done = r->outcome == LB_JOB_DONE;
    struct command_result cmd;
    bool ran = result_command(f, r, &cmd);

    result_text(f, r, text);
    fprintf(s->file, "%s.%u,%s,%s,%u,%.6f,%.6f,", f->name, r->index,
            outcome_name(r->outcome), r->node, r->attempt,
            (double)r->run_us / 1e6, (double)r->wait_us / 1e6);
    put_csv(s->file, span_str(done ? text : ""), ',');
    put_csv(s->file, span_str(done ? "" : r->error), ',');
    if (ran)
        text_add(how, sizeof how, "%u", cmd.signal ? cmd.signal : cmd.exit);
    put_csv(s->file, span_str(cmd.signal ? "" : how), ',');
    put_csv(s->file, span_str(cmd.signal ? how : ""), ',');
    put_csv(s->file, cmd.out, ',');
    put_csv(s->file, cmd.err, ',');
    put_csv(s->file, span_str(ran && result_is_cut(&cmd) ? "true" : "false"),
            '\n');
}

int
save_add(struct ctl *c, struct save *s, const struct followed *f,
         const struct lb_result *r)
{
    if (s->file == NULL)
        return add_folder(c, s, f, r);
    if (s->csv) {
        add_csv(s, f, r);
    } else {
        json_t *line = result_json(f, r);
        json_dumpf(line, s->file, JSON_COMPACT | JSON_REAL_PRECISION(9));
        fputc('\n', s->file);
        json_decref(line);
    }
    return ferror(s->file) ? fail(c, s->where) : 0;
}

int
save_close(struct ctl *c, struct save *s)
{
    int rc = 0;

    if (s == NULL)
        return 0;
    if (s->file != NULL && fclose(s->file) != 0)
        rc = fail(c, s->where);
    free(s);
    return rc;
}
