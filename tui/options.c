/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/options.h"

#include <argp.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"
#include "proto/frame.h"
#include "tui/option_form.h"
#include "tui/option_value.h"
#include "tui/ways.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.0.0"
#endif

enum { OPT_KEY = 256, OPT_STRICT, OPT_RECORD, OPT_RECORD_MAX, OPT_REPLAY,
       OPT_AT, OPT_UNTIL, OPT_SPEED, OPT_WITH_KEYS, OPT_ANON, OPT_DEMO,
       OPT_SEED, OPT_DUMP, OPT_KEYS, OPT_UTF8, OPT_COLOUR, OPT_THEME,
       OPT_GRAPHS, OPT_UTC, OPT_BELL, OPT_MOUSE, OPT_ESC, OPT_PACE, OPT_NAME,
       OPT_USER, OPT_CONFIG, OPT_NO_CONFIG, OPT_JSON, OPT_RAW, OPT_TIMEOUT,
       OPT_USAGE };

static const struct argp_option table[] = {
    { "node", 'n', "NODE[,..]", 0, "way in: HOST[:PORT] (8490) or ipc://PATH; "
      "repeatable; default: the local node", 0 },
    { "delay", 'd', "DUR", 0, "refresh period, 100ms to 60s (1s)", 0 },
    { "batch", 'b', 0, 0, "no screen: print and go on", 0 },
    { "iterations", 'i', "N", 0, "stop after N refreshes; 0: never", 0 },
    { "output", 'o', "FORM", 0, "of batch output: table json raw none", 0 },
    { "json", OPT_JSON, 0, 0, "short for -o json", 0 },
    { "raw", OPT_RAW, 0, 0, "short for -o raw", 0 },
    { "screen", 'S', "SCREEN", 0, "first screen, or what batch prints: nodes "
      "jobs messages map", 0 },
    { "filter", 'f', "EXPR", 0, "as F4: \"load>80 !gamma\"", 0 },
    { "sort", 's', "[-]COLUMN", 0, "\"-s help\" lists the columns", 0 },
    { "columns", 'c', "LIST", 0, "\"-c help\" lists them", 0 },
    { "read-only", 'r', 0, 0, "no command that changes something", 0 },
    { "exec", 'x', "COMMAND", 0, "send one command, wait, print the answers, "
      "leave: -x 'throttle 60 alpha03'", 0 },
    { "yes", 'y', 0, 0, "yes to what would be asked (only with -x)", 0 },
    { "timeout", OPT_TIMEOUT, "DUR", 0, "how long -x and the first batch "
      "block wait (5s)", 0 },
    { "strict", OPT_STRICT, 0, 0, "batch: status 1 if any node is stale or "
      "LOST", 0 },
    { "record", OPT_RECORD, "FILE", 0, "write everything that is received",
      1 },
    { "record-max", OPT_RECORD_MAX, "SIZE", 0, "stop recording there (1G)",
      1 },
    { "replay", OPT_REPLAY, "FILE", 0, "run from a recording", 1 },
    { "at", OPT_AT, "TIME", 0, "begin there: 14:02:37, +2min", 1 },
    { "until", OPT_UNTIL, "TIME", 0, "end there", 1 },
    { "speed", OPT_SPEED, "N|max", 0, "of the replay: 0.25 to 64", 1 },
    { "with-keys", OPT_WITH_KEYS, 0, 0, "press the recorded keys", 1 },
    { "anon", OPT_ANON, 0, 0, "with --replay and --record: copy without names "
      "and texts", 1 },
    { "demo", OPT_DEMO, "N", 0, "made-up data of N nodes", 1 },
    { "seed", OPT_SEED, "N", 0, "of the made-up data", 1 },
    { "dump", OPT_DUMP, "WxH", 0, "print the screen at this size, end", 1 },
    { "keys", OPT_KEYS, "KEYS", 0, "press these first: 'jj<F7>'", 1 },
    { "ascii", 'A', 0, 0, "ASCII only", 2 },
    { "utf8", OPT_UTF8, 0, 0, "never ASCII by itself", 2 },
    { 0, 'C', 0, 0, "no colours", 2 },
    { "color", OPT_COLOUR, "WHEN", 0, "auto always never", 2 },
    { "theme", OPT_THEME, "NAME", 0, "default mono light orange high", 2 },
    { "graphs", OPT_GRAPHS, "FORM", 0, "block braille ascii", 2 },
    { "utc", OPT_UTC, 0, 0, "times in UTC", 2 },
    { "bell", OPT_BELL, 0, 0, "beep at unknown keys", 2 },
    { "mouse", OPT_MOUSE, 0, 0, "click to look", 2 },
    { "esc-delay", OPT_ESC, "DUR", 0, "wait after Esc (120ms)", 2 },
    { "pace", OPT_PACE, "auto|off", 0, "slower frames on a slow link", 2 },
    { "name", OPT_NAME, "TEXT", 0, "title (the cluster's name)", 2 },
    { "user", OPT_USER, "TEXT", 0, "name sent with commands (login name)", 2 },
    { "config", OPT_CONFIG, "FILE", 0, "instead of lbtop.ini of the user", 3 },
    { "no-config", OPT_NO_CONFIG, 0, 0, "read no lbtop.ini", 3 },
    { "verbose", 'v', 0, 0, "more messages", 3 },
    { "quiet", 'q', 0, 0, "fewer messages", 3 },
    { "version", 'V', "full", OPTION_ARG_OPTIONAL, "print the version", -1 },
    { "help", 'h', 0, 0, "print this help", -1 },
    { "usage", OPT_USAGE, 0, 0, "print all options in short", -1 },
    { 0 }
};

static const char doc[] =
    "lbtop shows and steers all nodes of lbagent.\n\n"
    "  lbtop                             the cluster of the local node\n"
    "  lbtop -n alpha,beta               by either of two nodes\n"
    "  lbtop -b -i 1 --json              one block for scripts\n"
    "  lbtop -x 'throttle 60 alpha03'    one command\n"
    "  lbtop --demo 12                   look around in made-up data\n";

/* ---- version and help ---- */

__attribute__((noreturn)) static void
version(const char *what)
{
    if (what != NULL && strcmp(what, "full") != 0)
        opt_fail(EXIT_USAGE, "--version: \"%s\" is not \"full\"", what);
    printf("lbtop %s\n", PACKAGE_VERSION);
    if (what != NULL)
        printf("protocol %d..%d\n%s\n", (int)PROTOCOL_VERSION,
               (int)PROTOCOL_VERSION, term_library());
    exit(EXIT_DONE);
}

static error_t take(int key, char *arg, struct argp_state *state);
static const struct argp parser = { table, take, 0, doc, 0, 0, 0 };

__attribute__((noreturn)) static void
help(unsigned what)
{
    char name[] = "lbtop";
    argp_help(&parser, stdout, what, name);
    exit(EXIT_DONE);
}

/* What getopt has refused stands right before `next`. */
__attribute__((noreturn)) static void
unknown(const struct argp_state *state)
{
    const char *given = state->argv[state->next - 1];
    const char *names[sizeof table / sizeof table[0] + 1];
    static char text[sizeof table / sizeof table[0]][32];
    char word[64] = "";
    size_t n = 0;

    text_add(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    for (size_t i = 0; table[i].name != NULL || table[i].key != 0; i++) {
        if (table[i].name == NULL)
            continue;
        text_add(text[n], sizeof text[n], "--%s", table[i].name);
        names[n] = text[n];
        if (strcmp(text[n], word) == 0)
            opt_fail(EXIT_USAGE, strchr(given, '=') != NULL
                 ? "option %s takes no value" : "option %s needs a value",
                 word);
        n++;
    }
    names[n] = NULL;
    const char *near = text_nearest(word, names);
    if (near != NULL)
        opt_fail(EXIT_USAGE, "unknown option %s (did you mean %s?)", word,
                 near);
    opt_fail(EXIT_USAGE, "unknown option %s", word);
}

/* ---- the options ---- */

static error_t
take_look(struct options *o, int key, const char *arg)
{
    static const char *const when[] = { "auto", "never", "always", NULL };
    static const char *const themes[] = { "default", "mono", "light", "orange",
                                          "high", NULL };
    static const char *const graphs[] = { "block", "braille", "ascii", NULL };
    static const char *const paces[] = { "off", "auto", NULL };
    struct setup *s = &o->setup;

    switch (key) {
    case 'A': s->ascii = true; break;
    case OPT_UTF8: s->utf8 = true; break;
    case 'C': s->colour = 0; break;
    case OPT_COLOUR: s->colour = opt_choice("--color", arg, when);
        s->colour = s->colour == 0 ? -1 : s->colour - 1; break;
    case OPT_THEME: setup_give_theme(s, opt_choice("--theme", arg, themes));
        break;
    case OPT_GRAPHS: s->graphs = opt_choice("--graphs", arg, graphs); break;
    case OPT_UTC: s->utc = true; break;
    case OPT_BELL: s->bell = true; break;
    case OPT_MOUSE: s->mouse = true; break;
    case OPT_ESC:
        s->esc_delay_us = opt_duration("--esc-delay", arg, 10000, 2000000);
        break;
    case OPT_PACE: s->pace = opt_choice("--pace", arg, paces) == 1; break;
    case OPT_NAME: setup_give_title(s);
        opt_copy(s->title, sizeof s->title, "--name", arg); break;
    case 'd': s->refresh_us = opt_duration("--delay", arg, 100000, 60000000);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t
take_stream(struct options *o, int key, const char *arg)
{
    switch (key) {
    case OPT_RECORD: opt_copy(o->record, sizeof o->record, "--record", arg);
        break;
    case OPT_RECORD_MAX: opt_take_size(o, arg); break;
    case OPT_REPLAY: opt_copy(o->replay, sizeof o->replay, "--replay", arg);
        break;
    case OPT_AT: opt_copy(o->at, sizeof o->at, "--at", arg); break;
    case OPT_UNTIL: opt_copy(o->until, sizeof o->until, "--until", arg);
        break;
    case OPT_SPEED: opt_take_speed(o, arg); break;
    case OPT_WITH_KEYS: o->with_keys = true; break;
    case OPT_ANON: o->anon = true; break;
    case OPT_DEMO:
        o->demo = (unsigned)opt_number("--demo", arg, 1, NODES_MAX); break;
    case OPT_SEED: o->seed = opt_number("--seed", arg, 0, UINT64_MAX); break;
    case OPT_DUMP: opt_take_dump(o, arg); break;
    case OPT_KEYS: opt_take_keys(o, arg); break;
    default: return take_look(o, key, arg);
    }
    return 0;
}

static error_t
take(int key, char *arg, struct argp_state *state)
{
    static const char *const forms[] = { "table", "json", "raw", "none",
                                         NULL };
    struct options *o = state->input;

    switch (key) {
    case 'n': opt_take_nodes(o, arg); break;
    case 'b': o->batch = true; break;
    case 'i': o->iterations = opt_number("--iterations", arg, 0, UINT32_MAX);
        break;
    case 'o': o->form = (enum plain_form)(opt_choice("--output", arg, forms) +
                                          PLAIN_TABLE);
        break;
    case OPT_JSON: o->form = PLAIN_JSON; break;
    case OPT_RAW: o->form = PLAIN_RAW; break;
    case 'S': opt_take_screen(o, arg); break;
    case 'f': opt_take_filter(o, arg); break;
    case 's': opt_take_sort(o, arg); break;
    case 'c': opt_take_columns(o, arg); break;
    case 'r': o->read_only = true; break;
    case 'x': opt_copy(o->exec, sizeof o->exec, "--exec", arg); break;
    case 'y': o->yes = true; break;
    case OPT_TIMEOUT: o->timeout_us = opt_duration("--timeout", arg, 1000,
                                               3600 * (int64_t)1000000); break;
    case OPT_STRICT: o->strict = true; break;
    case OPT_USER: opt_copy(o->user, sizeof o->user, "--user", arg); break;
    case OPT_CONFIG: case OPT_NO_CONFIG: break;     /* read before */
    case 'v': o->verbose++; break;
    case 'q': o->verbose--; break;
    case 'h': help(ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC |
                   ARGP_HELP_LONG);
    case OPT_USAGE: help(ARGP_HELP_USAGE);
    case 'V': version(arg);
    case ARGP_KEY_ARG:
        opt_fail(EXIT_USAGE, "\"%s\": lbtop takes options only; a node is "
                 "named by -n", arg);
    case ARGP_KEY_ERROR: unknown(state);
    default: return take_stream(o, key, arg);
    }
    return 0;
}

/* ---- order: option, environment, file, built-in ---- */

static const char *
config_word(int argc, char **argv, bool *none)
{
    const char *file = NULL;
    *none = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-config") == 0)
            *none = true;
        else if (strncmp(argv[i], "--config=", 9) == 0)
            file = argv[i] + 9;
        else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            file = argv[i + 1];
    }
    return file;
}

static void
read_setup(struct options *o, int argc, char **argv)
{
    bool none;
    const char *file = config_word(argc, argv, &none);
    char path[512] = "";

    if (file != NULL)
        text_add(path, sizeof path, "%s", file);
    else if (ways_user_file("lbtop.ini", path, sizeof path) != 0)
        return;
    text_add(o->setup.path, sizeof o->setup.path, "%s", path);
    if (none && file == NULL)
        return;
    int rc = setup_read(&o->setup, path);
    if (file == NULL)
        return;
    if (rc == -ENOENT)
        opt_fail(EXIT_NOTFOUND, "--config: %s: no such file", path);
    if (rc != 0)
        opt_fail(EXIT_CONFIG, "--config: %s: %s", path, strerror(-rc));
    if (o->setup.n_problems > 0)
        opt_fail(EXIT_CONFIG, "%s", o->setup.problem[0]);
}

static void
check(const struct options *o)
{
    const bool screen = !o->batch && o->exec[0] == '\0' && o->dump_width == 0;

    opt_check_filter(o);
    if (o->yes && o->exec[0] == '\0')
        opt_fail(EXIT_USAGE, "--yes needs --exec");
    if (o->exec[0] != '\0' && o->read_only)
        opt_fail(EXIT_USAGE, "--exec and --read-only exclude each other");
    if (o->exec[0] != '\0' && o->replay[0] != '\0')
        opt_fail(EXIT_USAGE, "--exec and --replay exclude each other");
    if (o->at[0] != '\0' && o->replay[0] == '\0')
        opt_fail(EXIT_USAGE, "--at needs --replay");
    if (o->until[0] != '\0' && o->replay[0] == '\0')
        opt_fail(EXIT_USAGE, "--until needs --replay");
    if (o->anon && (o->replay[0] == '\0' || o->record[0] == '\0'))
        opt_fail(EXIT_USAGE, "--anon needs --replay and --record");
    if (o->demo > 0 && o->replay[0] != '\0')
        opt_fail(EXIT_USAGE, "--demo and --replay exclude each other");
    if (o->strict && !o->batch)
        opt_fail(EXIT_USAGE, "--strict needs --batch");
    if (screen && !(o->replay[0] != '\0' && o->record[0] != '\0') &&
        !isatty(STDOUT_FILENO))
        opt_fail(EXIT_USAGE, "stdout is not a terminal; use -b for plain "
                 "output");
}

static void
login_name(char *dst, size_t cap)
{
    const struct passwd *p = getpwuid(getuid());
    dst[0] = '\0';
    text_add(dst, cap, "%s", p != NULL ? p->pw_name : "operator");
}

void
options_read(struct options *o, int argc, char **argv)
{
    char err[300];

    *o = (struct options){ .form = PLAIN_TABLE, .screen = SCREEN_NODES,
                           .timeout_us = 5000000, .speed = 1,
                           .record_max = 1ull << 30, .seed = 1 };
    setup_default(&o->setup);
    login_name(o->user, sizeof o->user);
    read_setup(o, argc, argv);
    (void)argp_parse(&parser, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL,
                     o);
    if (!o->sorted)
        o->sort = o->setup.sort;
    if (o->ways.n == 0 && o->demo == 0 && o->replay[0] == '\0') {
        int rc = ways_default(&o->ways, err);
        if (rc != 0)
            opt_fail(rc, "%s", err);
    }
    check(o);
}
