/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/unread.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct unread {
    struct unread *all;         /* NULL: it is of all */
    atomic_size_t bytes, users; /* its owner, its clients, what was taken */
};

struct unread *
unread_all_new(void)
{
    return unread_new(NULL);
}

struct unread *
unread_new(struct unread *all)
{
    struct unread *u = xcalloc(1, sizeof *u);

    u->all = all;
    u->users = 1;
    if (all != NULL)
        all->users++;
    return u;
}

void
unread_leave(struct unread *u)
{
    while (u != NULL && atomic_fetch_sub(&u->users, 1) == 1) {
        struct unread *all = u->all;
        free(u);
        u = all;
    }
}

bool
unread_take(struct unread *u, size_t bytes, size_t part)
{
    size_t held = u->all->bytes;    /* others can only give back meanwhile */
    size_t left = held < UNREAD_MAX ? UNREAD_MAX - held : 0;

    if (bytes > left || u->bytes >= left / part)
        return false;
    u->bytes += bytes;
    u->all->bytes += bytes;
    u->users++;
    return true;
}

void
unread_give(struct unread *u, size_t bytes)
{
    if (u == NULL)
        return;
    u->bytes -= bytes;
    u->all->bytes -= bytes;
    unread_leave(u);
}
