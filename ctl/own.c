/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/own.h"

#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/reach.h"
#include "kinds/own.h"

enum { ASK_US = 1000 * 1000 };

bool
kind_is_offered(const char *kinds, const char *kind)
{
    size_t n = strlen(kind);

    for (const char *at = strstr(kinds, kind); at != NULL;
         at = strstr(at + 1, kind))
        if ((at == kinds || at[-1] == ' ') &&
            (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static const struct kind *
known(const struct ctl *c, const char *name)
{
    for (size_t i = 0; i < c->n_own; i++)
        if (strcmp(own_kind(c->own[i])->name, name) == 0)
            return own_kind(c->own[i]);
    return NULL;
}

static const struct kind *
keep(struct ctl *c, struct own *o)
{
    c->own = xrealloc(c->own, c->n_own + 1, sizeof(struct own *));
    c->own[c->n_own++] = o;
    return own_kind(o);
}

/* NULL: it does not offer it (*status as it was), or cannot be asked. */
static struct own *
ask_node(struct lb *lb, const char *name, int *status)
{
    struct lb_call call = { .op = "kinds" };
    char err[KIND_ERROR_MAX];
    struct lb_reply *r;
    struct own *o = NULL;
    const uint8_t *row;
    const char *key;
    size_t len, at = 0;

    lb_call_text(&call, "kind", name);
    int rc = lb_call_do(lb, &call, &r);
    if (rc == LB_OK && lb_reply_row(r, &at, &row, &len))
        o = own_new(span_of(row, len), &key, err);
    else if (rc != LB_OK && rc != EXIT_NOTFOUND && rc != EXIT_USAGE)
        *status = rc;
    lb_reply_free(r);
    if (o != NULL && strcmp(own_kind(o)->name, name) != 0) {
        own_free(o);
        o = NULL;
    }
    return o;
}

/* A connection of its own: nobody hears of what fails here. NULL with *status
 * LB_OK: nobody offers it, else that of the last one who could not be asked. */
static struct own *
ask_all(const struct ctl *c, const char *name, int *status)
{
    struct ctl quiet = { .silent = true, .output = OUTPUT_QUIET,
                         .node = c->node, .node_default = c->node_default,
                         .key = c->key };
    struct own *o = NULL;

    quiet.timeout_us = c->timeout_us > 0 ? c->timeout_us : ASK_US;
    struct lb *lb = reach_asked(&quiet);
    if (lb != NULL)
        o = ask_node(lb, name, status);
    bool more = lb != NULL && o == NULL && reach_nodes(&quiet) == 0;
    for (size_t i = 0; more && o == NULL && i < quiet.n_nodes; i++) {
        const struct lb_node *n = &quiet.nodes[i];
        if (n->life != LB_ALIVE || !kind_is_offered(n->kinds, name))
            continue;
        lb = reach(&quiet, n->name);
        if (lb != NULL)
            o = ask_node(lb, name, status);
    }
    if (*status == LB_OK)
        *status = quiet.status;
    reach_fini(&quiet);
    return o;
}

/* No typing error, if nobody could be asked. */
static void
cannot_ask(struct ctl *c, const char *name, int status, char *err)
{
    c->kind_status = status;
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "kind \"%.60s\" is not built in, and %s",
             name,
             status == EXIT_TIMEOUT     ? "no agent told of it in time"
             : status == EXIT_REFUSED   ? "the agent lets nobody ask for it"
                                        : "no agent can be asked for it");
}

const struct kind *
kind_ask(struct ctl *c, const char *name, char *err)
{
    const struct kind *kind = kind_find(name);

    if (kind == NULL)
        kind = known(c, name);
    if (kind != NULL)
        return kind;
    int status = LB_OK;
    struct own *o = own_name_is_valid(name) ? ask_all(c, name, &status) : NULL;
    if (o != NULL)
        return keep(c, o);
    c->kind_status = EXIT_USAGE;
    if (status == LB_OK || kind_near(name) != NULL)
        kind_unknown(name, err);
    else
        cannot_ask(c, name, status, err);
    return NULL;
}

const struct kind *
kind_ask_with(void *ctl, const char *name, char *err)
{
    return kind_ask(ctl, name, err);
}

void
own_forget(struct ctl *c)
{
    for (size_t i = 0; i < c->n_own; i++)
        own_free(c->own[i]);
    free(c->own);
    c->own = NULL;
    c->n_own = 0;
}
