/* SPDX-License-Identifier: MPL-2.0 */
/* kinds, config, top */
#include "ctl/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/output.h"
#include "ctl/own.h"
#include "ctl/reach.h"
#include "kinds/kind.h"

enum { OPT_CHANGED = 256 };

const struct option_row config_options[] = {
    { "changed", OPT_CHANGED, VALUE_NO }, { NULL, 0, VALUE_NO }
};

static const struct column columns[] = {
    { "KIND", "kind", false },       { "PARAMETER", "parameter", false },
    { "TYPE", "type", false },       { "RANGE", "range", false },
    { "DEFAULT", "default", false }, { "COST", "cost", false },
    { "NODES", "nodes", true },      { NULL, "combine", false },
    { NULL, "idempotent", false },   { NULL, "help", false },
    { NULL, NULL, false }
};

static const char *
type_name(enum param_type type)
{
    switch (type) {
    case PARAM_COUNT:
        return "count";
    case PARAM_INT:
        return "int";
    case PARAM_WORD:
        return "word";
    case PARAM_PATH:
        return "path";
    case PARAM_DURATION:
        return "duration";
    case PARAM_REAL:
        return "real";
    case PARAM_STRING:
        return "string";
    }
    return "?";
}

static void
text_or_null(struct table *t, const char *s)
{
    if (s != NULL)
        table_text(t, s);
    else
        table_null(t);
}

/* `nodes` NULL: nobody could be asked who offers it. */
static void
add_row(struct table *t, const struct kind *k, const struct param *p,
        const struct ctl *nodes)
{
    uint64_t n = 0;

    table_text(t, k->name);
    text_or_null(t, p != NULL ? p->name : NULL);
    text_or_null(t, p != NULL ? type_name(p->type) : NULL);
    text_or_null(t, p != NULL ? p->range : NULL);
    if (p != NULL && p->value == NULL)
        table_json(t, json_null(), "required");
    else
        text_or_null(t, p != NULL ? p->value : NULL);
    table_text(t, k->cost_help != NULL ? k->cost_help : "1");
    for (size_t i = 0; nodes != NULL && i < nodes->n_nodes; i++)
        n += nodes->nodes[i].life <= LB_ALIVE &&
             kind_is_offered(nodes->nodes[i].kinds, k->name);
    if (nodes != NULL)
        table_number(t, n);
    else
        table_null(t);
    table_text(t, k->combine_help != NULL ? k->combine_help : "none");
    table_json(t, json_boolean(k->idempotent), "");
    table_text(t, k->help != NULL ? k->help : "");
}

static void
add_rows(struct table *t, const struct kind *k, const struct ctl *nodes)
{
    if (k->params[0].name == NULL)
        add_row(t, k, NULL, nodes);
    for (const struct param *p = k->params; p->name != NULL; p++)
        add_row(t, k, p, nodes);
}

/* All that some live node offers beside the built-in ones. */
static void
add_own(struct ctl *c, struct table *t, const struct ctl *nodes)
{
    char err[KIND_ERROR_MAX], seen[4096] = "", *save;

    for (size_t i = 0; nodes != NULL && i < nodes->n_nodes; i++) {
        char *names = xstrdup(nodes->nodes[i].kinds);
        bool live = nodes->nodes[i].life <= LB_ALIVE;
        for (char *name = strtok_r(names, " ", &save); live && name != NULL;
             name = strtok_r(NULL, " ", &save)) {
            if (kind_find(name) != NULL || kind_is_offered(seen, name))
                continue;
            text_add(seen, sizeof seen, " %s", name);
            const struct kind *k = kind_ask(c, name, err);
            if (k != NULL)
                add_rows(t, k, nodes);
        }
        free(names);
    }
}

int
kinds_main(struct ctl *c, struct args *a)
{
    struct ctl quiet = { .silent = true, .output = OUTPUT_QUIET };
    const struct kind *one = NULL;
    char err[KIND_ERROR_MAX];

    if (args_next(c, a) != 0 || args_words(c, a, 0, 1) != 0)
        return c->status;
    if (a->n_words == 1) {
        one = kind_ask(c, a->word[0], err);
        if (one == NULL)
            return ctl_fail(c, EXIT_NOTFOUND, "%s", err);
    }
    quiet.node = c->node;
    quiet.node_default = c->node_default;
    quiet.timeout_us = c->timeout_us > 0 ? c->timeout_us : 1000000;
    const struct ctl *nodes = reach_nodes(&quiet) == 0 ? &quiet : NULL;
    struct table *t = table_new(columns);
    if (one != NULL)
        add_rows(t, one, nodes);
    for (const struct kind *const *k = kind_all(); one == NULL && *k != NULL;
         k++)
        add_rows(t, *k, nodes);
    if (one == NULL)
        add_own(c, t, nodes);
    table_print(c, t, "kinds", NULL);
    table_free(t);
    reach_fini(&quiet);
    return c->status;
}

/* Becomes the program argv[0], beside this one or in the PATH. */
static int
become(struct ctl *c, char *const *argv, const char *what)
{
    char path[4096] = "";
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);

    fflush(stdout);
    if (n > 0) {
        path[n] = '\0';
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            strcpy(slash + 1, argv[0]);
            execv(path, argv);
        }
    }
    execvp(argv[0], argv);
    return ctl_fail(c, EXIT_NOTFOUND, "%s: %s; it is what %s", argv[0],
                    errno == ENOENT ? "no such program" : strerror(errno),
                    what);
}

static int
check(struct ctl *c, const char *file)
{
    char *const argv[] = { (char *)(uintptr_t)"lbagent",
                           (char *)(uintptr_t)"-t",
                           (char *)(uintptr_t)(file != NULL ? "-c" : NULL),
                           (char *)(uintptr_t)file, NULL };

    return become(c, argv, "checks a configuration");
}

/* Its words and options are lbtop's own: none is looked at here. */
int
top_main(struct ctl *c, struct args *a)
{
    char **argv = xcalloc((size_t)(a->argc - a->at) + 4, sizeof *argv);
    size_t n = 0;

    argv[n++] = (char *)(uintptr_t)"lbtop";
    if (c->node != NULL) {
        argv[n++] = (char *)(uintptr_t)"-n";
        argv[n++] = c->node;
    }
    while (a->at < a->argc)
        argv[n++] = a->argv[a->at++];
    become(c, argv, "shows the nodes");
    free(argv);
    return c->status;
}

static int
show(struct ctl *c, bool changed)
{
    struct lb_call call = { .op = "config" };
    struct lb_reply *r;
    const uint8_t *row;
    size_t len, at = 0;
    struct lb *lb = reach_asked(c);

    if (lb == NULL)
        return c->status;
    if (changed)
        lb_call_number(&call, "changed", 1);
    int status = lb_call_do(lb, &call, &r);
    if (status != LB_OK)
        ctl_failed(c, lb, status);
    json_t *lines = json_array();
    while (status == LB_OK && lb_reply_row(r, &at, &row, &len)) {
        if (c->output == OUTPUT_JSON)
            json_array_append_new(lines,
                                  json_stringn((const char *)row, len));
        else
            printf("%.*s\n", (int)len, (const char *)row);
    }
    if (c->output == OUTPUT_JSON && status == LB_OK)
        json_line(json_pack("{s:s,s:O}", "node", lb_name(lb), "lines",
                            lines));
    json_decref(lines);
    lb_reply_free(r);
    return c->status;
}

int
config_main(struct ctl *c, struct args *a)
{
    bool changed = false;
    int id;

    while ((id = args_next(c, a)) > 0)
        changed = true;
    if (id < 0 || args_words(c, a, 1, 2) != 0)
        return c->status;
    if (strcmp(a->word[0], "check") == 0)
        return check(c, a->n_words > 1 ? a->word[1] : NULL);
    if (strcmp(a->word[0], "show") == 0 && a->n_words == 1)
        return show(c, changed);
    return ctl_fail(c, EXIT_USAGE, "config: \"%s\" is not one of check show",
                    a->word[a->n_words - 1]);
}
