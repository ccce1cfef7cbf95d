/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/ways.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/ini.h"
#include "base/text.h"
#include "proto/names.h"

enum { ERR = 300 };
static const char SYSTEM_SOCKET[] = "ipc:///run/lbagent/control.sock";

static int
add_one(struct ways *w, const char *where, char *err)
{
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port;
    int rc = 0;

    err[0] = '\0';
    if (strncmp(where, "ipc://", 6) != 0)
        rc = endpoint_parse(where, host, &port);
    if (rc == -ERANGE) {
        text_add(err, ERR, "\"%s\": port is not in 1024..65532", where);
        return -EINVAL;
    }
    if (rc != 0 || where[0] == '\0' || strlen(where) >= sizeof w->where[0]) {
        text_add(err, ERR, "\"%s\" is neither HOST[:PORT] nor ipc://PATH",
                 where);
        return -EINVAL;
    }
    if (w->n == WAYS_MAX) {
        text_add(err, ERR, "more than %d ways in", (int)WAYS_MAX);
        return -EINVAL;
    }
    text_add(w->where[w->n++], sizeof w->where[0], "%s", where);
    return 0;
}

int
ways_add(struct ways *w, const char *list, char *err)
{
    char one[400];
    int rc = 0;

    do {
        size_t len = strcspn(list, ",");
        one[0] = '\0';
        text_add(one, sizeof one, "%.*s", (int)len, list);
        rc = add_one(w, one, err);
        list += len;
    } while (rc == 0 && *list++ == ',');
    return rc;
}

int
ways_user_file(const char *name, char *dst, size_t cap)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    dst[0] = '\0';
    if (base != NULL && base[0] == '/')
        text_add(dst, cap, "%s/lbagent/%s", base, name);
    else if (home != NULL && home[0] == '/')
        text_add(dst, cap, "%s/.config/lbagent/%s", home, name);
    return dst[0] != '\0' ? 0 : -ENOENT;
}

struct client {
    char node[512];
    char wrong[ERR];
    char path[512];
};

static void
take(void *with, const struct ini_line *l)
{
    static const char *const keys[] = { "node", "key", "timeout", "output",
                                        NULL };
    struct client *c = with;
    bool known = false;

    for (size_t i = 0; l->key != NULL && keys[i] != NULL; i++)
        known = known || strcmp(l->key, keys[i]) == 0;
    if (c->wrong[0] == '\0' && l->key == NULL)
        text_add(c->wrong, ERR, "%s:%u: %s", c->path, l->number, l->wrong);
    else if (c->wrong[0] == '\0' && !known)
        text_add(c->wrong, ERR, "%s:%u: unknown key \"%s\"", c->path,
                 l->number, l->key);
    else if (known && strcmp(l->key, "node") == 0) {
        c->node[0] = '\0';
        text_add(c->node, sizeof c->node, "%s", l->value);
    }
}

/* Of the user, or of the system. 0 or an exit status. */
static int
read_client(struct client *c, char *err)
{
    const char *given = getenv("LB_CONFIG");
    char user[512];
    const char *path[2] = { "/etc/lbagent/client.ini", NULL };

    if (given != NULL && *given != '\0')
        path[0] = given;
    else if (ways_user_file("client.ini", user, sizeof user) == 0)
        path[1] = user;
    for (size_t i = 0; i < 2 && path[i] != NULL; i++) {
        c->path[0] = '\0';
        text_add(c->path, sizeof c->path, "%s", path[i]);
        int rc = ini_read(path[i], take, c);
        if (rc != 0 && (rc != -ENOENT || path[0] == given)) {
            text_add(err, ERR, "%s: %s", path[i], strerror(-rc));
            return rc == -ENOENT ? EXIT_NOTFOUND : EXIT_CONFIG;
        }
        if (c->wrong[0] != '\0') {
            text_add(err, ERR, "%s", c->wrong);
            return EXIT_CONFIG;
        }
    }
    return EXIT_DONE;
}

static void
add_local(struct ways *w)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    char ignored[ERR], where[288] = "";

    if (run != NULL && run[0] == '/') {
        text_add(where, sizeof where, "ipc://%s/lbagent/control.sock", run);
        (void)add_one(w, where, ignored);
    }
    if (w->n == 0 || strcmp(w->where[0], SYSTEM_SOCKET) != 0)
        (void)add_one(w, SYSTEM_SOCKET, ignored);
    text_add(w->from, sizeof w->from,
             "default (no -n, no LB_NODE, no client.ini)");
}

int
ways_default(struct ways *w, char *err)
{
    const char *node = getenv("LB_NODE");
    struct client c = { .node = "" };
    char why[ERR];

    err[0] = '\0';
    int rc = read_client(&c, err);
    if (rc != EXIT_DONE)
        return rc;
    if (node != NULL && *node != '\0') {
        text_add(w->from, sizeof w->from, "LB_NODE");
        if (ways_add(w, node, why) == 0)
            return EXIT_DONE;
        text_add(err, ERR, "LB_NODE: %s", why);
        return EXIT_USAGE;
    }
    if (c.node[0] != '\0') {
        text_add(w->from, sizeof w->from, "client.ini");
        if (ways_add(w, c.node, why) == 0)
            return EXIT_DONE;
        text_add(err, ERR, "%s: node: %s", c.path, why);
        return EXIT_CONFIG;
    }
    add_local(w);
    return EXIT_DONE;
}
