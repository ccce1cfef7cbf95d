/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/args.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "ctl/foreign.h"
#include "ctl/submit.h"
#include "ctl/version.h"

enum { NAMES_MAX = 96 };
enum global { OPT_COLOUR = 1000, OPT_TIMEOUT, OPT_JSON, OPT_RAW, OPT_USAGE,
              OPT_KEY };

const struct option_row global_options[] = {
    { "node", 'n', VALUE_YES },       { "key", OPT_KEY, VALUE_YES },
    { "timeout", OPT_TIMEOUT, VALUE_YES },
    { "color", OPT_COLOUR, VALUE_YES }, { "json", OPT_JSON, VALUE_NO },
    { "raw", OPT_RAW, VALUE_NO },     { "quiet", 'q', VALUE_NO },
    { "verbose", 'v', VALUE_NO },     { "help", 'h', VALUE_NO },
    { "usage", OPT_USAGE, VALUE_NO }, { "version", 'V', VALUE_MAY },
    { NULL, 0, VALUE_NO }
};

void
args_init(struct args *a, int argc, char **argv)
{
    *a = (struct args){ .argc = argc, .argv = argv, .at = 1 };
    a->word = xcalloc((size_t)argc + 1, sizeof *a->word);
}

void
args_fini(struct args *a)
{
    free(a->word);
}

/* A command's own option wins over a global one of the same name. */
static const struct option_row *
find(const struct args *a, const char *name, size_t len, int letter)
{
    const struct option_row *tables[] = {
        a->command != NULL ? a->command->options : NULL, global_options
    };
    for (size_t t = 0; t < 2; t++)
        for (const struct option_row *o = tables[t];
             o != NULL && o->name != NULL; o++)
            if (name == NULL ? o->id == letter
                             : strlen(o->name) == len &&
                                   memcmp(o->name, name, len) == 0)
                return o;
    return NULL;
}

/* submit or run? */
static bool
is_of_jobs(const struct args *a)
{
    return a->command != NULL && a->command->options == submit_options;
}

/* Of submit and run it may be an option of GNU parallel, or of the program
 * itself. `dashes`: as it was written. -1. */
static int
not_here(struct ctl *c, const struct args *a, const char *dashes,
         const char *name)
{
    bool jobs = is_of_jobs(a);
    const char *why = jobs ? foreign_why(name, strlen(name)) : NULL;

    if (why != NULL)
        ctl_fail(c, EXIT_USAGE, "no option \"%s%s\": %s", dashes, name, why);
    else
        ctl_fail(c, EXIT_USAGE, "unknown option \"%s%s\"%s", dashes, name,
                 jobs && a->n_words > 0 ? "; a program goes behind \"--\""
                                        : "");
    return -1;
}

static int
unknown(struct ctl *c, const struct args *a, const char *name, size_t len)
{
    const char *names[NAMES_MAX + 1];
    size_t n = 0;
    char word[64];
    const struct option_row *tables[] = {
        a->command != NULL ? a->command->options : NULL, global_options
    };
    for (size_t t = 0; t < 2; t++)
        for (const struct option_row *o = tables[t];
             o != NULL && o->name != NULL && n < NAMES_MAX; o++)
            names[n++] = o->name;
    names[n] = NULL;
    if (len >= sizeof word)
        len = sizeof word - 1;
    memcpy(word, name, len);
    word[len] = '\0';
    const char *near = text_nearest(word, names);
    if (near == NULL || (is_of_jobs(a) && foreign_why(word, len) != NULL))
        return not_here(c, a, "--", word);
    ctl_fail(c, EXIT_USAGE, "unknown option \"--%s\" (did you mean "
             "\"--%s\"?)", word, near);
    return -1;
}

static int
mode(struct ctl *c, enum output output)
{
    static const char *const name[] = { "", "", "--json", "--raw", "-q" };
    enum output given = c->output;

    if (given != 0 && given != output) {
        enum output first = given < output ? given : output;
        enum output second = given < output ? output : given;
        ctl_fail(c, EXIT_USAGE, "%s and %s exclude each other", name[first],
                 name[second]);
        return -1;
    }
    c->output = output;
    return 0;
}

/* A global option: 0, or -1 if all is said. */
static int
obey(struct ctl *c, struct args *a, int id)
{
    static const char *const when[] = { "auto", "always", "never", NULL };
    int i;

    switch (id) {
    case 'n':
        free(c->node);
        c->node = xstrdup(a->value);
        return 0;
    case OPT_KEY:
        free(c->key);
        c->key = xstrdup(a->value);
        return 0;
    case OPT_TIMEOUT:
        return args_duration(c, a, &c->timeout_us);
    case OPT_COLOUR:
        i = args_choice(c, a, when);
        c->colour = (enum colour)(i + 1);
        return i < 0 ? -1 : 0;
    case OPT_JSON:
        return mode(c, OUTPUT_JSON);
    case OPT_RAW:
        return mode(c, OUTPUT_RAW);
    case 'q':
        return mode(c, OUTPUT_QUIET);
    case 'v':
        c->verbose = true;
        return 0;
    case 'V':
        version_print(c, a->value);
        return -1;
    case OPT_USAGE:
        usage_print(a->command);
        return -1;
    case 'h':
        help_print(a->command);
        return -1;
    default:
        return -1;
    }
}

static bool
is_global(const struct option_row *o)
{
    size_t n = sizeof global_options / sizeof global_options[0];

    return o >= global_options && o < global_options + n;
}

/* --NAME, --NAME=VALUE, --NAME VALUE */
static int
long_option(struct ctl *c, struct args *a, const char *arg)
{
    char *written = a->written;
    size_t len = strcspn(arg + 2, "=");
    const struct option_row *o = find(a, arg + 2, len, 0);

    if (o == NULL)
        return unknown(c, a, arg + 2, len);
    written[0] = '\0';
    text_add(written, sizeof a->written, "--%s", o->name);
    a->option = written;
    a->value = arg[2 + len] == '=' ? arg + 3 + len : NULL;
    if (a->value != NULL && o->value == VALUE_NO) {
        ctl_fail(c, EXIT_USAGE, "%s takes no value", written);
        return -1;
    }
    if (a->value == NULL && o->value == VALUE_YES) {
        if (a->at >= a->argc) {
            ctl_fail(c, EXIT_USAGE, "%s needs a value", written);
            return -1;
        }
        a->value = a->argv[a->at++];
    }
    return is_global(o) ? obey(c, a, o->id) : o->id;
}

/* The next of -qv, -nVALUE, -n VALUE */
static int
short_option(struct ctl *c, struct args *a)
{
    char *written = a->written;
    char letter = *a->letters++;
    const struct option_row *o = find(a, NULL, 0, letter);

    written[0] = '\0';
    text_add(written, sizeof a->written, "-%c", letter);
    a->option = written;
    if (o == NULL)
        return not_here(c, a, "-", written + 1);
    a->value = NULL;
    if (o->value == VALUE_YES) {
        a->value = *a->letters != '\0' ? a->letters : NULL;
        a->letters = NULL;
        if (a->value == NULL && a->at < a->argc)
            a->value = a->argv[a->at++];
        if (a->value == NULL) {
            ctl_fail(c, EXIT_USAGE, "%s needs a value", written);
            return -1;
        }
    }
    if (a->letters != NULL && *a->letters == '\0')
        a->letters = NULL;
    return is_global(o) ? obey(c, a, o->id) : o->id;
}

static bool
is_word(const struct args *a, const char *arg)
{
    if (a->dashed || arg[0] != '-' || arg[1] == '\0')
        return true;
    /* -5 and -.5 are numbers, but -0 may be an option. */
    bool number = isdigit((unsigned char)arg[1]) || arg[1] == '.';
    return number && find(a, NULL, 0, arg[1]) == NULL;
}

int
args_next(struct ctl *c, struct args *a)
{
    int id = 0;

    while (id == 0) {
        if (a->letters != NULL) {
            id = short_option(c, a);
            continue;
        }
        if (a->at >= a->argc) {
            if (c->output == 0)
                c->output = c->output_default;
            return 0;
        }
        const char *arg = a->argv[a->at];
        if (is_word(a, arg)) {
            if (a->command == NULL)
                return 0;
            a->word[a->n_words++] = arg;
            a->at++;
        } else if (strcmp(arg, "--") == 0) {
            a->dashed = true;
            a->dashes = a->n_words;
            a->at++;
        } else {
            a->at++;
            if (arg[1] == '-')
                id = long_option(c, a, arg);
            else
                a->letters = arg + 1;
        }
    }
    return id;
}

int
args_number(struct ctl *c, const struct args *a, uint64_t min, uint64_t max,
            uint64_t *out)
{
    int rc = text_u64(a->value, min, max, out);

    if (rc == -ERANGE)
        ctl_fail(c, EXIT_USAGE, "%s: %s is outside %" PRIu64 "..%" PRIu64,
                 a->option, a->value, min, max);
    else if (rc != 0)
        ctl_fail(c, EXIT_USAGE, "%s: \"%s\" is not a whole number",
                 a->option, a->value);
    return rc == 0 ? 0 : -1;
}

int
duration_read(struct ctl *c, const char *what, const char *text, int64_t *us)
{
    int rc = units_duration(text, us);

    if (rc == -EDOM)
        ctl_fail(c, EXIT_USAGE, "%s: \"%s\" has no unit; write %ss or %smin",
                 what, text, text, text);
    else if (rc == -ERANGE)
        ctl_fail(c, EXIT_USAGE, "%s: \"%s\" is too long", what, text);
    else if (rc != 0)
        ctl_fail(c, EXIT_USAGE, "%s: \"%s\" is not a duration (250ms 10s 5min "
                 "2h 1d)", what, text);
    return rc == 0 ? 0 : -1;
}

int
args_duration(struct ctl *c, const struct args *a, int64_t *us)
{
    return duration_read(c, a->option, a->value, us);
}

int
args_choice(struct ctl *c, const struct args *a, const char *const *words)
{
    char list[256] = "";

    assert(a->value != NULL);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(a->value, words[i]) == 0)
            return i;
        text_add(list, sizeof list, " %s", words[i]);
    }
    ctl_fail(c, EXIT_USAGE, "%s: \"%s\" is not one of%s", a->option, a->value,
             list);
    return -1;
}

int
args_words(struct ctl *c, const struct args *a, size_t min, size_t max)
{
    if (a->n_words >= min && a->n_words <= max)
        return 0;
    if (a->n_words > max)
        ctl_fail(c, EXIT_USAGE, "%s: \"%s\" is one word too many; usage: "
                 "lbctl %s", a->command->name, a->word[max],
                 a->command->usage);
    else
        ctl_fail(c, EXIT_USAGE, "%s: a word is missing; usage: lbctl %s",
                 a->command->name, a->command->usage);
    return -1;
}
