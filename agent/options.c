/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zmq.h>

#include "agent/journal.h"
#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/frame.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.0.0"
#endif

enum { OPT_DUMP = 256, OPT_NAME, OPT_WORKERS, OPT_LEVEL, OPT_FORMAT,
       OPT_ENDPOINT, OPT_LOSS, OPT_COPY, OPT_USAGE };

static const struct argp_option OPTIONS[] = {
    { "config", 'c', "FILE", 0, "default: /etc/lbagent/node.ini, "
      "of a user ~/.config/lbagent/node.ini", 0 },
    { "define", 'D', "SECTION.KEY=VALUE", 0, "override one key; repeatable",
      0 },
    { "check", 't', 0, 0, "print every problem of the configuration; 0 or 78",
      0 },
    { "dump-config", OPT_DUMP, "all|changed", OPTION_ARG_OPTIONAL,
      "print what is in force, and its origin", 0 },
    { "name", OPT_NAME, "NAME", 0, "node.name", 0 },
    { "workers", OPT_WORKERS, "N", 0, "workers.count", 0 },
    { "log-level", OPT_LEVEL, "LEVEL", 0, "log.level", 0 },
    { "log-format", OPT_FORMAT, "FORMAT", 0, "log.format", 0 },
    { "print-endpoint", OPT_ENDPOINT, 0, 0,
      "once ready, print port=N control=ipc://...", 0 },
    { "accept-loss", OPT_LOSS, "N", 0,
      "start with up to N rows of the journal lost", 0 },
    { "accept-copy", OPT_COPY, 0, 0,
      "start although the state directory was copied", 0 },
    { "version", 'V', "full", OPTION_ARG_OPTIONAL, "print the version", -1 },
    { "help", 'h', 0, 0, "print this help", -1 },
    { "usage", OPT_USAGE, 0, 0, "print all options in short", -1 },
    { 0 }
};

static const char DOC[] =
    "lbagent keeps this host as busy as its peers.\n\n"
    "  lbagent --name alpha --print-endpoint\n"
    "  lbagent -D listen.port=0 -D peers.node=10.0.0.7:8490\n";

static void
define(struct options *o, const char *key, const char *value)
{
    size_t len = strlen(key) + strlen(value) + 2;
    char *text = xcalloc(1, len);

    if (key[0] != '\0')
        text_add(text, len, "%s=%s", key, value);
    else
        text_add(text, len, "%s", value);
    o->defines = xrealloc(o->defines, o->n_defines + 2, sizeof(char *));
    o->defines[o->n_defines++] = text;
    o->defines[o->n_defines] = NULL;
}

__attribute__((noreturn)) static void
usage(const char *fmt, const char *what)
{
    fputs("lbagent: ", stderr);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fprintf(stderr, fmt, what);
#pragma GCC diagnostic pop
    fputs("\nTry \"lbagent --help\".\n", stderr);
    exit(EXIT_USAGE);
}

__attribute__((noreturn)) static void
version(const char *what)
{
    int major, minor, patch;

    if (what != NULL && strcmp(what, "full") != 0)
        usage("--version: \"%s\" is not \"full\"", what);
    printf("lbagent %s\n", PACKAGE_VERSION);
    if (what != NULL) {
        zmq_version(&major, &minor, &patch);
        printf("protocol %d..%d\nlibzmq %d.%d.%d (built with %d.%d.%d)\n"
               "sqlite %s\nzlib %s (built with %s)\n",
               (int)PROTOCOL_VERSION, (int)PROTOCOL_VERSION, major, minor,
               patch, ZMQ_VERSION_MAJOR, ZMQ_VERSION_MINOR, ZMQ_VERSION_PATCH,
               journal_library(), zlibVersion(),
               ZLIB_VERSION);
    }
    exit(EXIT_DONE);
}

static void
take_dump(struct options *o, const char *what)
{
    if (what == NULL || strcmp(what, "all") == 0)
        o->dump = DUMP_ALL;
    else if (strcmp(what, "changed") == 0)
        o->dump = DUMP_CHANGED;
    else
        usage("--dump-config: \"%s\" is not one of all changed", what);
}

static void
take_loss(struct options *o, const char *n)
{
    if (text_u64(n, 0, UINT64_MAX, &o->accept_loss) != 0)
        usage("--accept-loss: \"%s\" is not a whole number", n);
}

static const struct argp_option *
letter_find(char letter)
{
    const struct argp_option *o = OPTIONS;

    while (o->name != NULL && o->key != letter)
        o++;
    return o->name != NULL ? o : NULL;
}

/* Of letters in one word the first that is none, or lacks its value; else
 * NULL. */
static const char *
wrong_letter(const char *word)
{
    if (word == NULL || word[0] != '-' || word[1] == '-')
        return NULL;
    for (const char *p = word + 1; *p != '\0'; p++) {
        const struct argp_option *o = letter_find(*p);
        if (o == NULL)
            return p;
        if (o->arg != NULL)     /* what follows is its value */
            return p[1] == '\0' && (o->flags & OPTION_ARG_OPTIONAL) == 0
                       ? p : NULL;
    }
    return NULL;
}

/* What getopt has refused stands right before `next`; a letter with others
 * behind it, at `next`. */
__attribute__((noreturn)) static void
unknown(const struct argp_state *state)
{
    static const char *const names[] = {
        "--config", "--define", "--check", "--dump-config", "--name",
        "--workers", "--log-level", "--log-format", "--print-endpoint",
        "--accept-loss", "--accept-copy", "--version", "--help", "--usage",
        NULL
    };
    char word[64] = "", text[160] = "";
    const char *given = state->argv[state->next - 1];

    const char *letter = wrong_letter(given);

    if (letter == NULL && strncmp(given, "--", 2) != 0)
        letter = wrong_letter(state->argv[state->next]);
    if (letter != NULL) {
        text_add(word, sizeof word, "-%c", *letter);
        usage(letter_find(*letter) != NULL ? "option \"%s\" needs a value"
                                           : "unknown option \"%s\"", word);
    }
    text_add(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    const char *near = text_nearest(word, names);
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], word) == 0)
            usage(strchr(given, '=') != NULL
                      ? "option \"%s\" takes no value"
                      : "option \"%s\" needs a value", word);
    text_add(text, sizeof text, "unknown option \"%s\"", word);
    if (near != NULL)
        text_add(text, sizeof text, " (did you mean \"%s\"?)", near);
    usage("%s", text);
}

static error_t take(int key, char *arg, struct argp_state *state);

static const struct argp PARSER = { OPTIONS, take, 0, DOC, 0, 0, 0 };

__attribute__((noreturn)) static void
help(unsigned what)
{
    char name[] = "lbagent";

    argp_help(&PARSER, stdout, what, name);
    exit(EXIT_DONE);
}

static error_t
take(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'c': o->source.file = arg; break;
    case 'D': define(o, "", arg); break;
    case 't': o->check = true; break;
    case 'h':
        help(ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG);
    case OPT_USAGE: help(ARGP_HELP_USAGE);
    case 'V': version(arg);
    case OPT_DUMP: take_dump(o, arg); break;
    case OPT_NAME: define(o, "node.name", arg); break;
    case OPT_WORKERS: define(o, "workers.count", arg); break;
    case OPT_LEVEL: define(o, "log.level", arg); break;
    case OPT_FORMAT: define(o, "log.format", arg); break;
    case OPT_ENDPOINT: o->print_endpoint = true; break;
    case OPT_LOSS: take_loss(o, arg); break;
    case OPT_COPY: o->accept_copy = true; break;
    case ARGP_KEY_ARG: usage("\"%s\": lbagent takes options only", arg);
    case ARGP_KEY_ERROR: unknown(state);
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void
options_parse(struct options *o, int argc, char **argv)
{
    *o = (struct options){ 0 };
    int rc = argp_parse(&PARSER, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS,
                        NULL, o);
    /* Without a word it would go on with no options at all. */
    if (rc == ENOMEM) {
        fputs("lbagent: out of memory\n", stderr);
        exit(EXIT_FAILED);
    }
    o->source.defines = o->defines;
}

void
options_fini(struct options *o)
{
    for (size_t i = 0; i < o->n_defines; i++)
        free((char *)o->defines[i]);
    free(o->defines);
}
