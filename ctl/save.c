/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/xalloc.h"

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
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : fail(c, path);
}

struct save *
save_open(struct ctl *c, const char *where)
{
    struct save *s = xcalloc(1, sizeof *s);
    int rc = 0;

    text_add(s->where, sizeof s->where, "%s", where);
    s->csv = ends_in(where, ".csv");
    if (s->csv || ends_in(where, ".jsonl")) {
        s->file = fopen(where, "we");
        rc = s->file != NULL ? 0 : fail(c, where);
        if (rc == 0 && s->csv)
            fputs("job,state,node,attempt,run_s,wait_s,result,error\r\n",
                  s->file);
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
put_csv(FILE *f, const char *s, char end)
{
    if (strpbrk(s, ",\"\r\n") == NULL) {
        fputs(s, f);
    } else {
        fputc('"', f);
        for (; *s != '\0'; s++) {
            if (*s == '"')
                fputc('"', f);
            fputc(*s, f);
        }
        fputc('"', f);
    }
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
    bool ok = fwrite(p, 1, len, f) == len;
    if (fclose(f) != 0 || !ok)
        return fail(c, path);
    return 0;
}

static int
add_folder(struct ctl *c, struct save *s, const struct followed *f,
           const struct lb_result *r)
{
    char dir[PATH_BYTES + 32] = "", path[PATH_BYTES + 64] = "";

    text_add(dir, sizeof dir, "%s/%u", s->where, r->index);
    text_add(path, sizeof path, "%s/result", dir);
    if (make_dir(c, dir) != 0 ||
        write_file(c, path, r->value, r->value_len) != 0)
        return -1;
    json_t *meta = result_json(f, r);
    char *text = json_dumps(meta, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(meta);
    path[0] = '\0';
    text_add(path, sizeof path, "%s/meta.json", dir);
    int rc = write_file(c, path, text, strlen(text));
    free(text);
    return rc;
}

int
save_add(struct ctl *c, struct save *s, const struct followed *f,
         const struct lb_result *r)
{
    char text[RESULT_TEXT_MAX];
    bool done = r->outcome == LB_JOB_DONE;

    if (s->file == NULL)
        return add_folder(c, s, f, r);
    if (s->csv) {
        result_text(f, r, text);
        fprintf(s->file, "%s.%u,%s,%s,%u,%.6f,%.6f,", f->name, r->index,
                outcome_name(r->outcome), r->node, r->attempt,
                (double)r->run_us / 1e6, (double)r->wait_us / 1e6);
        put_csv(s->file, done ? text : "", ',');
        put_csv(s->file, done ? "" : r->error, '\n');
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
