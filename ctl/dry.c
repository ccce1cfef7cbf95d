/* SPDX-License-Identifier: MPL-2.0 */
/* --dry-run: the jobs that would be submitted. */
#include "ctl/submit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/output.h"
#include "kinds/command.h"
#include "kinds/command_file.h"

/* Lines NAME=VALUE as words. */
static void
print_params(const struct span *parts, size_t n, char *dst, size_t cap)
{
    dst[0] = '\0';
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < parts[k].len;) {
            const uint8_t *p = parts[k].p + i;
            const uint8_t *end = memchr(p, '\n', parts[k].len - i);
            size_t len = end != NULL ? (size_t)(end - p) : parts[k].len - i;
            text_add(dst, cap, "%s%.*s", dst[0] != '\0' ? " " : "", (int)len,
                     (const char *)p);
            i += len + 1;
        }
}

/* The words as a list, of files given where they lie; null if they are no
 * text. */
static json_t *
words_json(const struct load *l, uint32_t job, const char *name)
{
    struct span rest = program_param(l, job, name);
    json_t *list = json_array();
    struct buf word = { 0 };
    struct command_file file;
    bool good = true;

    while (good && command_word_next(&rest, 1, &word) > 0) {
        const char *text = (const char *)word.p;
        if (strcmp(name, "put") == 0 && command_file_read(text, &file))
            text = file.path;
        json_t *one = json_string(text);
        good = json_array_append_new(list, one) == 0;
        buf_reset(&word);
    }
    buf_fini(&word);
    if (good)
        return list;
    json_decref(list);
    return json_null();
}

static void
add_row(struct table *t, const struct submit *s, const struct load *l,
        uint32_t k)
{
    char params[4096];
    uint64_t cost = l->plan.args_cost != NULL ? l->plan.args_cost[k]
                                              : l->plan.cost;

    table_number(t, k);
    table_text(t, l->kind->name);
    table_real(t, (double)(s->cost > 0 ? s->cost : cost) / 1e6, NULL);
    if (l->kind == &kind_command) {
        struct buf line = { 0 };
        program_show(l, k, &line);
        buf_u8(&line, 0);
        table_text(t, (const char *)line.p);
        table_json(t, words_json(l, k, "argv"), "");
        table_json(t, words_json(l, k, "put"), "");
        table_json(t, words_json(l, k, "ret"), "");
        buf_fini(&line);
        return;
    }
    struct span parts[2] = { buf_span(&l->plan.shared) };
    if (l->plan.args != NULL)
        parts[1] = buf_span(&l->plan.args[k]);
    print_params(parts, 2, params, sizeof params);
    table_text(t, params);
    for (int i = 0; i < 3; i++)
        table_null(t);
}

/* A line each, to be pasted into a shell. */
static void
print_commands(const struct load *l)
{
    struct buf line = { 0 };

    for (uint32_t k = 0; k < l->plan.n_jobs; k++) {
        buf_reset(&line);
        program_show(l, k, &line);
        buf_u8(&line, '\n');
        fwrite(line.p, 1, line.len, stdout);
    }
    buf_fini(&line);
}

/* The limit of an attempt. */
static json_t *
limit_json(const struct submit *s)
{
    if (s->timeout_percent > 0)
        return json_pack("{s:i}", "timeout_pct", (int)s->timeout_percent);
    return s->timeout_us > 0
               ? json_pack("{s:f}", "timeout_s", (double)s->timeout_us / 1e6)
               : NULL;
}

static void
tell_limit(struct ctl *c, const struct submit *s)
{
    char text[32];

    units_print_duration(s->timeout_us, text, sizeof text);
    if (s->timeout_percent > 0)
        ctl_note(c, "time-out of an attempt: %u%% of the median run time",
                 s->timeout_percent);
    else if (s->timeout_us > 0)
        ctl_note(c, "time-out of an attempt: %s", text);
}

int
dry_run(struct ctl *c, const struct submit *s, const struct jobfile *f)
{
    static const struct column columns[] = {
        { "INDEX", "index", true }, { "KIND", "kind", false },
        { "COST", "cost", true }, { "PARAMETERS", "params", false },
        { NULL, "argv", false }, { NULL, "transfer", false },
        { NULL, "return", false }, { NULL, NULL, false }
    };
    struct table *t = table_new(columns);
    bool data = c->output == OUTPUT_JSON || c->output == OUTPUT_RAW;

    for (size_t i = 0; i < f->n_loads; i++)
        if (f->load[i].kind == &kind_command && !data)
            print_commands(&f->load[i]);
        else
            for (uint32_t k = 0; k < f->load[i].plan.n_jobs; k++)
                add_row(t, s, &f->load[i], k);
    if (data || table_rows(t) > 0)
        table_print(c, t, "jobs", limit_json(s));
    table_free(t);
    if (!data)
        tell_limit(c, s);
    return c->status;
}
