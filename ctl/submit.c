/* SPDX-License-Identifier: MPL-2.0 */
/* Options of submit and run. */
#include "ctl/submit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/joblog.h"
#include "proto/workload.h"

enum opt { OPT_NAME = 256, OPT_ID, OPT_RETRIES, OPT_LIMIT, OPT_HOLD, OPT_ONCE,
           OPT_IDEMPOTENT, OPT_PRIORITY, OPT_COST, OPT_SHIP, OPT_FROM_JSON,
           OPT_DRY, OPT_SKIP, OPT_WAIT, OPT_PROGRESS, OPT_RESULTS, OPT_TAG,
           OPT_CANCEL, OPT_SHELL, OPT_COLSEP, OPT_ENV, OPT_CWD,
           OPT_STDIN, OPT_JOBLOG, OPT_RESUME, OPT_AGAIN, OPT_HALT, OPT_PIN,
           OPT_TRANSFER, OPT_RETURN };
enum { ID_MAX_BYTES = 64 };

const struct option_row submit_options[] = {
    { "name", OPT_NAME, VALUE_YES },     { "id", OPT_ID, VALUE_YES },
    { "retries", OPT_RETRIES, VALUE_YES },
    { "timeout", OPT_LIMIT, VALUE_YES }, { "hold", OPT_HOLD, VALUE_NO },
    { "once", OPT_ONCE, VALUE_NO },
    { "idempotent", OPT_IDEMPOTENT, VALUE_NO },
    { "priority", OPT_PRIORITY, VALUE_YES },
    { "cost", OPT_COST, VALUE_YES },     { "ship", OPT_SHIP, VALUE_YES },
    { "halt", OPT_HALT, VALUE_YES },     { "pin", OPT_PIN, VALUE_YES },
    { "from-json", OPT_FROM_JSON, VALUE_YES },
    { "dry-run", OPT_DRY, VALUE_NO },    { "skip-bad", OPT_SKIP, VALUE_NO },
    { "wait", OPT_WAIT, VALUE_NO },
    { "progress", OPT_PROGRESS, VALUE_YES },
    { "results", OPT_RESULTS, VALUE_YES },
    { "keep-order", 'k', VALUE_NO }, { "tag", OPT_TAG, VALUE_NO },
    { "cancel-on-interrupt", OPT_CANCEL, VALUE_NO },
    { "shell", OPT_SHELL, VALUE_NO },    { "colsep", OPT_COLSEP, VALUE_YES },
    { "replace", 'I', VALUE_YES },       { "env", OPT_ENV, VALUE_YES },
    { "cwd", OPT_CWD, VALUE_YES },       { "stdin", OPT_STDIN, VALUE_YES },
    { "transfer", OPT_TRANSFER, VALUE_YES },
    { "transferfile", OPT_TRANSFER, VALUE_YES },
    { "return", OPT_RETURN, VALUE_YES },
    { "joblog", OPT_JOBLOG, VALUE_YES }, { "resume", OPT_RESUME, VALUE_NO },
    { "resume-failed", OPT_AGAIN, VALUE_NO }, { "yes", 'y', VALUE_NO },
    { "arg-file", 'a', VALUE_YES },      { "null", '0', VALUE_NO },
    { NULL, 0, VALUE_NO }
};

static int
read_cost(struct ctl *c, const struct args *a, uint64_t *out)
{
    char *end;
    double x = strtod(a->value, &end);

    if (end == a->value || *end != '\0' || !isfinite(x)) {
        ctl_fail(c, EXIT_USAGE, "--cost: \"%s\" is not a number", a->value);
        return -1;
    }
    if (x <= 0 || x > 1e12) {
        ctl_fail(c, EXIT_USAGE, "--cost: %s %s", a->value,
                 x <= 0 ? "must be above 0" : "is above 10^12");
        return -1;
    }
    *out = x * 1e6 < 1 ? 1 : (uint64_t)(x * 1e6);
    return 0;
}

static int
read_text(struct ctl *c, const struct args *a, size_t max, const char **out)
{
    size_t n = strlen(a->value);

    if (n < 1 || n > max) {
        ctl_fail(c, EXIT_USAGE, "%s: %zu bytes are outside 1..%zu", a->option,
                 n, max);
        return -1;
    }
    for (const char *p = a->value; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            ctl_fail(c, EXIT_USAGE, "%s: a control character has no place "
                     "there", a->option);
            return -1;
        }
    *out = a->value;
    return 0;
}

/* Also as GNU parallel once wrote it: never, 0, 1, 2, -1, -2. */
static int
read_halt(struct ctl *c, const struct args *a, const char **out)
{
    static const char *const old[][2] = {
        { "never", NULL }, { "0", NULL }, { "1", "soon,fail=1" },
        { "2", "now,fail=1" }, { "-1", "soon,success=1" },
        { "-2", "now,success=1" }
    };
    struct desc_halt halt;

    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        if (strcmp(a->value, old[i][0]) == 0) {
            *out = old[i][1];
            return 0;
        }
    if (!halt_read(a->value, &halt)) {
        ctl_fail(c, EXIT_USAGE, "--halt: write now|soon,fail|success|done=N "
                 "or N%%");
        return -1;
    }
    *out = a->value;
    return 0;
}

bool
limit_is_percent(const char *text, uint16_t *out)
{
    size_t n = strlen(text);
    char number[8];
    uint64_t percent;

    if (n < 2 || n > sizeof number || text[n - 1] != '%')
        return false;
    memcpy(number, text, n - 1);
    number[n - 1] = '\0';
    if (text_u64(number, 1, UINT16_MAX, &percent) != 0)
        return false;
    *out = (uint16_t)percent;
    return true;
}

/* The option said last counts. */
static int
read_limit(struct ctl *c, struct submit *s, const struct args *a)
{
    s->timeout_given = true;
    s->timeout_us = 0;
    s->timeout_percent = 0;
    if (limit_is_percent(a->value, &s->timeout_percent))
        return 0;
    if (strchr(a->value, '%') == NULL)
        return args_duration(c, a, &s->timeout_us);
    ctl_fail(c, EXIT_USAGE, "--timeout: \"%s\" is not a duration, nor per "
             "cent of the median run time (1%% to 65535%%)", a->value);
    return -1;
}

static int
flag(bool *to)
{
    *to = true;
    return 0;
}

static int
text(const char **to, const char *value)
{
    *to = value;
    return 0;
}

static int
choose(struct ctl *c, struct submit *s, const struct args *a, int id)
{
    static const char *const ships[] = { "auto", "path", "bytes", NULL };
    int i = args_choice(c, a, id == OPT_SHIP ? ships : progress_modes);

    if (i >= 0 && id == OPT_SHIP)
        s->ship = (enum ship)i;
    else if (i >= 0)
        s->progress = (enum progress_mode)(i + PROGRESS_AUTO);
    return i < 0 ? -1 : 0;
}

static int
take_log(struct submit *s, const struct args *a, int id)
{
    if (id == OPT_JOBLOG)
        return text(&s->joblog, a->value);
    return flag(id == 'y' ? &s->sure : id == OPT_RESUME ? &s->resume
                                                        : &s->resume_failed);
}

/* What only commands have. */
static int
take_program(struct ctl *c, struct submit *s, const struct args *a, int id)
{
    struct program_options *o = &s->program;

    o->given = id == OPT_SHELL ? "--shell" : id == OPT_COLSEP ? "--colsep"
             : id == 'I' ? "-I" : id == OPT_ENV ? "--env"
             : id == OPT_CWD ? "--cwd" : id == OPT_TRANSFER ? "--transfer"
             : id == OPT_RETURN ? "--return" : "--stdin";
    if (id == OPT_SHELL)
        return flag(&o->shell);
    if (id == OPT_ENV)
        return program_env(c, o, a->value);
    if (a->value[0] == '\0') {
        ctl_fail(c, EXIT_USAGE, "%s: the value is empty", a->option);
        return -1;
    }
    if (id == OPT_TRANSFER || id == OPT_RETURN) {
        if (id == OPT_TRANSFER)
            carry_put(&o->carry, a->value);
        else
            carry_return(&o->carry, a->value);
        return 0;
    }
    return text(id == OPT_COLSEP ? &o->colsep : id == 'I' ? &o->value
                : id == OPT_CWD ? &o->cwd : &o->stdin_file, a->value);
}

/* What an option without a value switches on; NULL: it is another one. */
static bool *
switch_of(struct submit *s, int id)
{
    switch (id) {
    case OPT_HOLD: return &s->hold;
    case OPT_ONCE: return &s->once;
    case OPT_IDEMPOTENT: return &s->idempotent;
    case OPT_DRY: return &s->dry_run;
    case OPT_SKIP: return &s->skip_bad;
    case OPT_WAIT: return &s->wait;
    case 'k': return &s->keep_order;
    case OPT_TAG: return &s->tag;
    case OPT_CANCEL: return &s->cancel;
    case '0': return &s->nul;
    default: return NULL;
    }
}

static int
take(struct ctl *c, struct submit *s, const struct args *a, int id)
{
    bool *on = switch_of(s, id);

    if (on != NULL)
        return flag(on);
    switch (id) {
    case OPT_NAME:
        return read_text(c, a, 63, &s->label);
    case OPT_ID:
        return read_text(c, a, ID_MAX_BYTES - 8, &s->id);
    case OPT_RETRIES:
        s->retries_given = true;
        return args_number(c, a, 0, 100, &s->retries);
    case OPT_LIMIT:
        return read_limit(c, s, a);
    case OPT_PRIORITY:
        s->priority_given = true;
        return args_number(c, a, 0, 9, &s->priority);
    case OPT_COST:
        return read_cost(c, a, &s->cost);
    case OPT_HALT:
        return read_halt(c, a, &s->halt);
    case OPT_PIN:
        return text(&s->pin, a->value);
    case OPT_SHIP:
    case OPT_PROGRESS:
        return choose(c, s, a, id);
    case OPT_FROM_JSON:
        return text(&s->from_json, a->value);
    case OPT_RESULTS:
        return text(&s->results, a->value);
    case 'a':
        if (s->file == NULL)
            return text(&s->file, a->value);
        ctl_fail(c, EXIT_USAGE, "-a is given twice; write :::: FILE FILE");
        return -1;
    case OPT_JOBLOG:
    case OPT_RESUME:
    case OPT_AGAIN:
    case 'y':
        return take_log(s, a, id);
    default:
        return take_program(c, s, a, id);
    }
}

static int
check(struct ctl *c, const struct submit *s)
{
    const char *why = NULL;
    bool carries = s->program.carry.n_put + s->program.carry.n_back > 0;

    if (s->once && s->retries_given && s->retries > 0)
        why = "--once and --retries exclude each other";
    else if (s->run && s->hold)
        why = "run --hold would wait for ever; use submit --hold";
    else if (s->file != NULL && s->from_json != NULL)
        why = "-a and --from-json exclude each other";
    else if (s->program.cwd != NULL && carries)
        why = "--cwd has no place beside --transfer and --return: the "
              "directory is the job's own";
    else if (s->results != NULL && !s->wait)
        why = "--results needs run, or submit --wait";
    else if (s->joblog != NULL && !s->wait)
        why = "--joblog needs run, or submit --wait";
    else if (s->joblog != NULL && strcmp(s->joblog, "-") == 0)
        why = "--joblog -: the log has a file of its own; standard output is "
              "for what the jobs print";
    else if (s->joblog == NULL && s->resume)
        why = "--resume needs --joblog";
    else if (s->joblog == NULL && s->resume_failed)
        why = "--resume-failed needs --joblog";
    if (why != NULL)
        ctl_fail(c, EXIT_USAGE, "%s", why);
    return why != NULL ? -1 : 0;
}

/* Leaves out what the job log has. -1 after a message. */
static int
resume(struct ctl *c, struct submit *s, struct jobfile *jobs)
{
    const struct joblog_skip how = { .path = s->joblog, .sure = s->sure,
                                     .failed_again = s->resume_failed };
    uint64_t n = 0;

    if (s->joblog == NULL && s->results == NULL)
        return 0;
    joblog_number(jobs);
    if (!s->resume && !s->resume_failed)
        return 0;
    int64_t skipped = joblog_skip(c, &how, jobs);
    for (size_t i = 0; i < jobs->n_loads; i++)
        n += jobs->load[i].plan.n_jobs;
    s->nothing = skipped > 0 && n == 0;
    if (skipped > 0)
        ctl_note(c, "%s has %" PRId64 " of %" PRIu64 " job%s%s", s->joblog,
                 skipped, n + (uint64_t)skipped,
                 n + (uint64_t)skipped == 1 ? "" : "s",
                 n == 0 ? ", nothing to do" : "");
    return skipped < 0 ? -1 : 0;
}

static int
submit_or_run(struct ctl *c, struct args *a, bool run)
{
    struct submit s = { .run = run, .priority = 5, .wait = run,
                        .progress = PROGRESS_AUTO };
    struct jobfile jobs = { .n_loads = 0 };
    int id;

    while ((id = args_next(c, a)) > 0)
        if (take(c, &s, a, id) != 0)
            return c->status;
    if (id < 0 || check(c, &s) != 0)
        return c->status;
    if (forms_read(c, &s, a, &jobs) == 0 && !s.nothing &&
        resume(c, &s, &jobs) == 0 && !s.nothing) {
        if (s.dry_run)
            dry_run(c, &s, &jobs);
        else if ((!s.resume && !s.resume_failed) || s.sure ||
                 joblog_check(c, s.joblog) == 0)
            submit_all(c, &s, &jobs);
    }
    jobfile_fini(&jobs);
    program_options_fini(&s.program);
    files_free(s.files);
    for (size_t i = 0; i < sizeof s.owned / sizeof s.owned[0]; i++)
        free(s.owned[i]);
    return c->status;
}

int
submit_main(struct ctl *c, struct args *a)
{
    return submit_or_run(c, a, false);
}

int
run_main(struct ctl *c, struct args *a)
{
    return submit_or_run(c, a, true);
}
