/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/inputs.h"
#include "ctl/label.h"
#include "ctl/quote.h"
#include "ctl/sources.h"
#include "ctl/submit.h"
#include "ctl/template.h"
#include "kinds/command.h"
#include "kinds/param.h"
#include "proto/limits.h"

static const struct span nothing = { NULL, 0 };

enum { SHARED_MAX = 32 * 1024 };    /* of files; more goes with each job */

void
program_options_fini(struct program_options *o)
{
    buf_fini(&o->env);
    carry_options_fini(&o->carry);
}

int
program_env(struct ctl *c, struct program_options *o, const char *pair)
{
    const char *equal = strchr(pair, '=');

    if (equal == NULL || equal == pair)
        ctl_fail(c, EXIT_USAGE, "--env: \"%s\" is not NAME=VALUE", pair);
    else if (strncmp(pair, "LB_", 3) == 0)
        ctl_fail(c, EXIT_USAGE, "--env: LB_ names are reserved");
    else {
        command_word_put(&o->env, 0, pair, strlen(pair), NULL);
        return 0;
    }
    return -1;
}

int
program_shared(struct ctl *c, const struct program_options *o,
               struct buf *words)
{
    char here[4096] = "";
    int n = 0;

    if (o->env.len > 0) {
        buf_bytes(words, "env=", 4);
        buf_bytes(words, o->env.p, o->env.len);
        buf_u8(words, '\0');
        n++;
    }
    if (o->carry.n_put + o->carry.n_back > 0)
        return n;
    if ((o->cwd == NULL || o->cwd[0] != '/') &&
        getcwd(here, sizeof here) == NULL) {
        ctl_fail(c, EXIT_NOTFOUND, "the directory lbctl is in cannot be "
                 "read; give --cwd with an absolute one");
        return -1;
    }
    if (o->cwd != NULL && here[0] != '\0')
        text_add(here, sizeof here, "/%s", o->cwd);
    const char *dir = o->cwd == NULL || here[0] != '\0' ? here : o->cwd;
    buf_bytes(words, "cwd=", 4);
    command_word_put(words, words->len, dir, strlen(dir), NULL);
    buf_u8(words, '\0');
    if (words->len < PARAMS_MAX_BYTES)
        return n + 1;
    ctl_fail(c, EXIT_USAGE, "--env: more than 64 KiB of variables");
    return -1;
}

/* ---- jobs ---- */

static char *
joined(const char *const *value, size_t n)
{
    struct buf text = { 0 };

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_u8(&text, ' ');
        buf_bytes(&text, value[i], strlen(value[i]));
    }
    buf_u8(&text, '\0');
    return (char *)text.p;
}

struct maker {
    struct ctl *c;
    struct submit *s;
    const struct template *t;
    const struct carry *carry;      /* NULL: no files */
    const struct inputs *in;
    struct load *l;
};

/* The lines of one job, checked as a node does. */
static int
add_job(struct maker *m, struct span argv, struct span files)
{
    struct load *l = m->l;
    char err[KIND_ERROR_MAX];
    struct buf all = { 0 }, canonical = { 0 };
    uint32_t i = l->plan.n_jobs;

    param_put(&l->plan.args[i], "argv", argv);
    buf_bytes(&l->plan.args[i], files.p, files.len);
    l->plan.n_jobs++;
    buf_bytes(&all, l->plan.args[i].p, l->plan.args[i].len);
    buf_bytes(&all, l->plan.shared.p, l->plan.shared.len);
    int rc = l->kind->parse(l->kind, buf_span(&all), &canonical,
                            &l->plan.args_cost[i], err);
    if (rc != 0)
        ctl_fail(m->c, EXIT_USAGE, "job %u: %s", i, err);
    buf_fini(&all);
    buf_fini(&canonical);
    return rc;
}

static int
make_job(struct maker *m, uint32_t i, const char **value, struct buf *argv)
{
    size_t n_values = inputs_get(m->in, i, value);
    const struct carry_job job = { .number = i + 1, .value = value,
                                   .n_values = n_values,
                                   .files = m->s->files };
    struct buf files = { 0 };

    buf_reset(argv);
    template_expand(m->t, i + 1, value, n_values, argv);
    if (m->l->values != NULL)
        m->l->values[i] = joined(value, n_values);
    int rc = m->carry != NULL ? carry_job(m->c, m->carry, &job, &files) : 0;
    if (rc == 0)
        rc = add_job(m, buf_span(argv), buf_span(&files));
    buf_fini(&files);
    return rc;
}

static int
add_jobs(struct maker *m)
{
    struct load *l = m->l;
    uint32_t n = (uint32_t)inputs_jobs(m->in);
    const char **value = xcalloc(inputs_width(m->in) + 1, sizeof *value);
    struct buf argv = { 0 };
    int rc = 0;

    l->plan.args = xcalloc(n, sizeof *l->plan.args);
    l->plan.args_cost = xcalloc(n, sizeof *l->plan.args_cost);
    l->plan.args_cap = n;
    if (m->s->tag || m->s->wait)   /* a line that fails names them */
        l->values = xcalloc(n, sizeof *l->values);
    for (uint32_t i = 0; i < n && rc == 0; i++)
        rc = make_job(m, i, value, &argv);
    l->plan.cost = l->plan.args_cost[0];
    buf_fini(&argv);
    free((void *)(uintptr_t)value);
    return rc;
}

/* Files that all jobs have are shared, unless they are many. */
static int
share_files(struct maker *m)
{
    const struct carry_job job = { .number = 1, .files = m->s->files };
    struct buf lines = { 0 };
    int rc = carry_job(m->c, m->carry, &job, &lines);

    if (rc == 0 && lines.len <= SHARED_MAX) {
        buf_bytes(&m->l->plan.shared, lines.p, lines.len);
        m->carry = NULL;
    }
    buf_fini(&lines);
    return rc;
}

/* The jobs with their files. */
static int
fill_load(struct maker *m)
{
    const struct program_options *o = &m->s->program;
    struct carry *carry = NULL;
    int rc = 0;

    if (o->carry.n_put + o->carry.n_back > 0) {
        carry = carry_new(m->c, &o->carry, o->value, inputs_width(m->in));
        if (carry == NULL)
            return -1;
        m->s->files = files_new(!m->s->dry_run);
        m->carry = carry;
        if (carry_is_same(carry))
            rc = share_files(m);
    }
    if (rc == 0)
        rc = add_jobs(m);
    carry_free(carry);
    return rc;
}

static int
add_load(struct ctl *c, struct submit *s, const struct template *t,
         const struct inputs *in, struct jobfile *out)
{
    struct buf words = { 0 };
    int n = program_shared(c, &s->program, &words);

    if (n < 0) {
        buf_fini(&words);
        return -1;
    }
    out->load = xcalloc(1, sizeof *out->load);
    out->n_loads = 1;
    struct load *l = out->load;
    *l = (struct load){ .kind = &kind_command };
    const char *word = (const char *)words.p;
    for (; n > 0; n--, word += strlen(word) + 1) {
        buf_bytes(&l->plan.shared, word, strlen(word));
        buf_u8(&l->plan.shared, '\n');
    }
    buf_fini(&words);
    struct maker m = { .c = c, .s = s, .t = t, .in = in, .l = l };
    return fill_load(&m);
}

/* 0; 1: nothing to do; -1 after a message. */
static int
count_jobs(struct ctl *c, struct submit *s, const struct template *t,
           const struct inputs *in)
{
    char err[TEMPLATE_ERROR_MAX];
    uint64_t n = inputs_jobs(in);

    if (n == 0) {
        ctl_note(c, "no input values, nothing to do");
        s->nothing = true;
        return 1;
    }
    if (n > KIND_JOBS_MAX)
        ctl_fail(c, EXIT_USAGE, "these inputs make more than %d jobs",
                 (int)KIND_JOBS_MAX);
    else if (template_check(t, inputs_width(in), err) != 0)
        ctl_fail(c, EXIT_USAGE, "%s", err);
    else
        return 0;
    return -1;
}

/* Bytes that nobody will read: of a file, or in a pipe by now. */
static bool
stdin_waits(void)
{
    struct stat st;
    int n = 0;

    if (fstat(STDIN_FILENO, &st) != 0)
        return false;
    if (S_ISREG(st.st_mode))
        return lseek(STDIN_FILENO, 0, SEEK_CUR) < st.st_size;
    return (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) &&
           ioctl(STDIN_FILENO, FIONREAD, &n) == 0 && n > 0;
}

/* One job, of which more might have been meant. */
static void
tell_no_source(struct ctl *c, const struct submit *s, const struct template *t)
{
    const char *value = s->program.value;

    if (template_replaces(t))
        ctl_note(c, "nothing gives %s a value, it stays as it is; give ::: "
                 "VALUES, or :::: - for lines of standard input",
                 value != NULL ? value : "{}");
    else if (s->program.stdin_file == NULL && stdin_waits())
        ctl_note(c, "standard input is not read, this is one job; give :::: - "
                 "for one a line, --stdin - for one that reads it");
}

int
program_read(struct ctl *c, struct submit *s, const char *const *words,
             size_t n_words, struct jobfile *out)
{
    const struct template_form form = { .shell = s->program.shell,
                                        .value = s->program.value };
    char err[TEMPLATE_ERROR_MAX];
    size_t n = 0;

    while (n < n_words && !sources_separator(words[n]))
        n++;
    if (n == 0) {
        ctl_fail(c, EXIT_USAGE, "%s: no command after \"--\"",
                 s->run ? "run" : "submit");
        return -1;
    }
    struct template *t = template_new(words, n, &form, err);
    if (t == NULL) {
        ctl_fail(c, EXIT_USAGE, "%s", err);
        return -1;
    }
    if (s->label == NULL)
        s->label = s->owned[0] = label_of(words[0], &form);
    struct inputs *in = inputs_new();
    int rc = sources_read(c, s, in, words + n, n_words - n);
    if (rc == 0 && inputs_sources(in) == 0)
        tell_no_source(c, s, t);
    if (rc == 0)
        rc = count_jobs(c, s, t, in);
    if (rc == 0)
        rc = add_load(c, s, t, in, out);
    inputs_free(in);
    template_free(t);
    return rc < 0 ? -1 : 0;
}

/* ---- stdin ---- */

static int
read_stdin(struct ctl *c, const struct program_options *o, struct buf *data)
{
    char size[32];

    if (input_read(c, o->stdin_file, data) != 0)
        return -1;
    if (data->len < INPUT_MAX_BYTES)
        return 0;
    units_print_size(data->len, size, sizeof size);
    ctl_fail(c, EXIT_USAGE, "%s: %s of input is above jobs.max_input, which "
             "is 3M at most", o->stdin_file, size);
    return -1;
}

int
program_end(struct ctl *c, const struct program_options *o,
            struct jobfile *jobs)
{
    struct buf data = { 0 };
    bool any = false;

    if (o->stdin_file != NULL && read_stdin(c, o, &data) != 0) {
        buf_fini(&data);
        return -1;
    }
    for (size_t i = 0; i < jobs->n_loads; i++) {
        struct load *l = &jobs->load[i];
        bool fits = l->plan.shared.len + data.len + 8 < PARAMS_MAX_BYTES;
        if (l->kind != &kind_command)
            continue;
        any = true;
        if (o->stdin_file == NULL)
            continue;
        struct buf *to = fits ? &l->plan.shared : &l->data;
        buf_bytes(to, "data=", 5);
        buf_bytes(to, data.p, data.len);
    }
    buf_fini(&data);
    if (any || o->given == NULL)
        return 0;
    ctl_fail(c, EXIT_USAGE, "%s is for commands: write them after \"--\"",
             o->given);
    return -1;
}

struct span
program_param(const struct load *l, uint32_t job, const char *name)
{
    const struct span own = l->plan.args != NULL
                                ? buf_span(&l->plan.args[job]) : nothing;

    return kind_param(buf_span(&l->plan.shared), own, name);
}

void
program_show(const struct load *l, uint32_t job, struct buf *out)
{
    struct span rest = program_param(l, job, "argv");
    struct buf word = { 0 };
    bool first = true;

    while (command_word_next(&rest, 1, &word) > 0) {
        if (!first)
            buf_u8(out, ' ');
        quote_put(out, span_of(word.p, word.len - 1), !first);
        first = false;
        buf_reset(&word);
    }
    buf_fini(&word);
}
