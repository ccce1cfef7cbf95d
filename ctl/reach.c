/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/reach.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "proto/names.h"

enum { ANSWER_US = 5 * 1000 * 1000 };   /* unless --timeout says else */

struct ctl_link {
    char name[64];
    struct lb *lb;
    bool local;             /* by ipc, or the loopback address */
};

static struct lb *
link_add(struct ctl *c, struct lb *lb, const char *where)
{
    c->links = xrealloc(c->links, c->n_links + 1, sizeof *c->links);
    struct ctl_link *l = &c->links[c->n_links++];
    *l = (struct ctl_link){ .lb = lb };
    text_add(l->name, sizeof l->name, "%.63s", lb_name(lb));
    l->local = strncmp(where, "ipc:", 4) == 0 ||
               strncmp(where, "127.", 4) == 0 ||
               strncmp(where, "localhost", 9) == 0 ||
               strncmp(where, "[::1]", 5) == 0;
    return lb;
}

/* Connects; NULL and the status if it fails, the text is in *why. */
static struct lb *
dial_node(struct ctl *c, const char *where, int *status, char *why, size_t cap)
{
    if (c->root == NULL)
        c->root = lb_new(NULL);
    struct lb *lb = lb_new(c->root);
    if (c->timeout_us > 0 && !(c->whole && c->timeout_us > ANSWER_US))
        lb_set_timeout(lb, (c->timeout_us + 999) / 1000);
    lb_set_interrupt(lb, &ctl_interrupt);
    *status = lb_connect(lb, where);
    if (*status == LB_OK)
        return link_add(c, lb, where);
    why[0] = '\0';
    text_add(why, cap, "%s", lb_error(lb));
    lb_free(lb);
    return NULL;
}

/* The sockets of this host, the user's before the system's. */
static struct lb *
dial_local(struct ctl *c, int *status, char *why, size_t cap)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    char where[300] = "ipc://";

    if (run != NULL && run[0] == '/') {
        text_add(where, sizeof where, "%s/lbagent/control.sock", run);
        if (access(where + 6, F_OK) == 0) {
            struct lb *lb = dial_node(c, where, status, why, cap);
            if (lb != NULL || access("/run/lbagent/control.sock", F_OK) != 0)
                return lb;
        }
    }
    return dial_node(c, "ipc:///run/lbagent/control.sock", status, why, cap);
}

static bool
resolves(const char *host)
{
    struct addrinfo hint = { .ai_socktype = SOCK_STREAM }, *list;

    if (getaddrinfo(host, NULL, &hint, &list) != 0)
        return false;
    freeaddrinfo(list);
    return true;
}

static void
known(const struct ctl *c, char *dst, size_t cap)
{
    dst[0] = '\0';
    for (size_t i = 0; i < c->n_nodes && i < 20; i++)
        text_add(dst, cap, "%s%s", i > 0 ? ", " : "", c->nodes[i].name);
}

/* `name` could be the name of a node that the local one knows, or a host. */
static struct lb *
dial_name(struct ctl *c, const char *name, int *status, char *why, size_t cap)
{
    char list[1024], unused[512];
    int ignored = LB_OK;
    const char *way = c->node_default;
    struct lb *lb = NULL;

    /* Who is asked for the way: what -n stands in for, but no name again. */
    if (way != NULL && way[0] != '\0' && !name_is_valid(way) &&
        strchr(way, ',') == NULL)
        lb = dial_node(c, way, &ignored, unused, sizeof unused);
    else
        lb = dial_local(c, &ignored, unused, sizeof unused);

    if (lb != NULL && strcmp(lb_name(lb), name) == 0)
        return lb;
    if (lb != NULL && reach_nodes(c) == 0 && reach_node(c, name) != NULL) {
        lb = reach(c, name);
        *status = lb != NULL ? LB_OK : -1;
        return lb;
    }
    if (resolves(name))
        return dial_node(c, name, status, why, cap);
    *status = EXIT_NOTFOUND;
    known(c, list, sizeof list);
    why[0] = '\0';
    if (lb != NULL)
        text_add(why, cap, "no node \"%s\"; known: %s", name, list);
    else
        text_add(why, cap, "no node \"%s\": no agent on this host knows it, "
                 "and there is no such host", name);
    return NULL;
}

static struct lb *
dial_one(struct ctl *c, const char *where, int *status, char *why, size_t cap)
{
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port;

    if (strncmp(where, "ipc://", 6) != 0) {
        int rc = endpoint_parse(where, host, &port);
        const char *colon = strrchr(where, ':');
        *status = EXIT_USAGE;
        why[0] = '\0';
        if (rc == -ERANGE)
            text_add(why, cap, "-n: port \"%s\" is not in 1024..65532",
                     colon + 1);
        else if (rc != 0)
            text_add(why, cap, "-n: \"%s\" is neither a node name, HOST[:PORT] "
                     "nor ipc://PATH", where);
        if (rc != 0)
            return NULL;
        if (name_is_valid(where))
            return dial_name(c, where, status, why, cap);
    }
    return dial_node(c, where, status, why, cap);
}

/* Makes links[0] the one that answered. What another knew on the way to it is
 * not what it knows. */
static struct lb *
asked_is(struct ctl *c, struct lb *lb)
{
    if (c->links[0].lb != lb) {
        free(c->nodes);
        c->nodes = NULL;
        c->n_nodes = 0;
    }
    for (size_t i = 0; i < c->n_links; i++)
        if (c->links[i].lb == lb) {
            struct ctl_link l = c->links[i];
            memmove(&c->links[1], &c->links[0], i * sizeof l);
            c->links[0] = l;
        }
    return lb;
}

struct lb *
reach_asked(struct ctl *c)
{
    char why[1200] = "", where[300];
    int status = LB_OK;
    struct lb *lb = NULL;
    const char *at = c->node != NULL ? c->node : c->node_default;

    if (c->n_links > 0)
        return c->links[0].lb;
    if (at == NULL || at[0] == '\0')
        lb = dial_local(c, &status, why, sizeof why);
    while (lb == NULL && at != NULL && at[0] != '\0' && ctl_interrupt == 0) {
        size_t len = strcspn(at, ",");
        where[0] = '\0';
        text_add(where, sizeof where, "%.*s", (int)len, at);
        lb = dial_one(c, where, &status, why, sizeof why);
        at += len + (at[len] == ',');
    }
    if (lb != NULL)
        return asked_is(c, lb);
    if (ctl_interrupt != 0)
        ctl_status(c, ctl_interrupt);
    else if (status > 0)
        ctl_fail(c, status, "%s", why);
    return NULL;
}

int
reach_nodes(struct ctl *c)
{
    struct lb *lb = reach_asked(c);

    if (lb == NULL)
        return -1;
    if (c->nodes != NULL)
        return 0;
    int status = lb_nodes(lb, &c->nodes, &c->n_nodes);
    if (status != LB_OK)
        ctl_failed(c, lb, status);
    return status == LB_OK ? 0 : -1;
}

const struct lb_node *
reach_node(const struct ctl *c, const char *name)
{
    const struct lb_node *found = NULL;

    /* A name that moved to another id is known twice: the live one counts. */
    for (size_t i = 0; i < c->n_nodes; i++)
        if (strcmp(c->nodes[i].name, name) == 0 &&
            (found == NULL || c->nodes[i].life < found->life))
            found = &c->nodes[i];
    return found;
}

/* Quiet: NULL with the status; 66: no such node. */
static struct lb *
try_reach(struct ctl *c, const char *name, int *status, char *why, size_t cap)
{
    char where[300] = "", at[1024];

    why[0] = '\0';
    for (size_t i = 0; i < c->n_links; i++)
        if (strcmp(c->links[i].name, name) == 0)
            return c->links[i].lb;
    if (reach_nodes(c) != 0) {
        *status = -1;
        return NULL;
    }
    const struct lb_node *node = reach_node(c, name);
    if (node == NULL) {
        char list[1024];
        known(c, list, sizeof list);
        *status = EXIT_NOTFOUND;
        text_add(why, cap, "no node \"%s\"; known: %s", name, list);
        return NULL;
    }
    bool v6 = strchr(node->host, ':') != NULL;
    snprintf(where, sizeof where, v6 ? "[%s]:%u" : "%s:%u", node->host,
             node->port);
    struct lb *lb = dial_node(c, where, status, at, sizeof at);
    if (lb == NULL)     /* who asks knows it by its name, not its address */
        text_add(why, cap, "%s: %s", name, at);
    if (lb != NULL && strcmp(lb_name(lb), name) != 0) {
        *status = EXIT_UNREACHABLE;
        text_add(why, cap, "%s is not reachable: %s answers as %s", name,
                 where, lb_name(lb));
        return NULL;
    }
    return lb;
}

struct lb *
reach(struct ctl *c, const char *name)
{
    char why[1200];
    int status = LB_OK;

    if (reach_asked(c) == NULL && c->n_links == 0)
        return NULL;
    struct lb *lb = try_reach(c, name, &status, why, sizeof why);
    if (lb == NULL && status > 0)
        ctl_fail(c, status, "%s", why);
    return lb;
}

/* A node that was known once and is not now: it left. */
static bool
is_gone(struct ctl *c, const char *name)
{
    struct lb_call call = { .op = "nodes" };
    struct lb_reply *r;
    bool found = false;
    size_t n = strlen(name);

    if (lb_call_do(reach_asked(c), &call, &r) == LB_OK) {
        const char *at = lb_reply_get(r, "gone", NULL);
        while (at != NULL && *at != '\0' && !found) {
            size_t len = strcspn(at, " ");
            found = len == n && memcmp(at, name, n) == 0;
            at += len + (at[len] == ' ');
        }
    }
    lb_reply_free(r);
    return found;
}

struct lb *
reach_home(struct ctl *c, const char *name, const char *what)
{
    char why[1200];
    int status = LB_OK;

    if (reach_asked(c) == NULL)
        return NULL;
    struct lb *lb = try_reach(c, name, &status, why, sizeof why);
    if (lb != NULL || status < 0)
        return lb;
    if (status == EXIT_NOTFOUND && is_gone(c, name))
        ctl_fail(c, EXIT_UNREACHABLE, "%s: its home %s is not here; results "
                 "are kept there", what, name);
    else if (status == EXIT_NOTFOUND)
        ctl_fail(c, status, "no workload %s", what);
    else if (status == EXIT_UNREACHABLE || status == EXIT_TIMEOUT)
        ctl_fail(c, EXIT_UNREACHABLE, "%s, home of %s, is not reachable; its "
                 "jobs go on, results are kept there", name, what);
    else
        ctl_fail(c, status, "%s", why);
    return NULL;
}

bool
reach_is_local(struct ctl *c, struct lb *lb)
{
    uint64_t boot = lb_reply_number(lb_hello(lb), "boot_id", 0);

    for (size_t i = 0; i < c->n_links; i++) {
        const struct lb_reply *hello = lb_hello(c->links[i].lb);
        if (c->links[i].local &&
            (c->links[i].lb == lb ||
             (boot != 0 && lb_reply_number(hello, "boot_id", 0) == boot)))
            return true;
    }
    return false;
}

void
reach_fini(struct ctl *c)
{
    /* The root carries the threads of all: freed last. */
    for (size_t i = 0; i < c->n_links; i++)
        lb_free(c->links[i].lb);
    lb_free(c->root);
    free(c->links);
    free(c->nodes);
}
