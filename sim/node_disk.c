/* SPDX-License-Identifier: MPL-2.0 */
/* node_disk - what may become of the disk of a node. */
#include <stdlib.h>

#include "sim/invariants.h"
#include "sim/world.h"

void
node_replace(struct world *w, struct node *n)
{
    node_crash(w, n);
    world_tell(w, n->at + 1u, "disk is replaced");
    const struct disk old = n->disk;
    disk_fini(&n->disk);
    n->disk = (struct disk){ .keep = old.keep, .tears = old.tears,
                             .min_us = old.min_us, .max_us = old.max_us };
    n->backup = (struct backup){ 0 };
    for (size_t i = 0; i < w->book.n; i++)
        if (node_id_equal(&w->book.v[i]->home_id, &n->id))
            w->book.v[i]->lost = true;
    n->replaced++;
    n->broken = true;
    node_name(w, n);
}

void
node_back_up(struct world *w, struct node *n)
{
    if (n->disk.n_durable == 0)
        return;
    world_tell(w, n->at + 1u, "disk is copied");
    n->backup = (struct backup){ n->disk.n_durable, n->config.incarnation };
}

void
node_restore(struct world *w, struct node *n)
{
    if (n->backup.n == 0)
        return;
    node_crash(w, n);
    world_tell(w, n->at + 1u, "disk is the old copy");
    disk_cut(&n->disk, n->backup.n);
    n->config.incarnation = n->top_incarnation;     /* the clock sees to it */
    for (size_t i = 0; i < w->book.n; i++) {
        struct book_work *k = w->book.v[i];
        for (uint32_t x = 0; x < k->n_jobs && k->number == 0
             && node_id_equal(&k->home_id, &n->id); x++) {
            k->job[x].allowed++;    /* of those that the client never knew */
            k->job[x].acked = false;
        }
    }
    n->aged = true;
}

void
node_tell_disk(struct world *w, struct node *n)
{
    const bool full = n->disk.stuck && n->disk_full;
    struct event ev = { .kind = EV_DISK, .disk_full = full };

    if (n->core == NULL || n->paused || n->told_full == full)
        return;
    n->told_full = full;
    world_feed(w, n, &ev);
}

void
node_stick_disk(struct world *w, struct node *n, bool full)
{
    if (n->disk.stuck)
        return;
    world_tell(w, n->at + 1u, full ? "disk is full" : "disk is stuck");
    n->disk.stuck = true;
    n->disk.group = 0;
    n->disk_full = full;
    node_tell_disk(w, n);
}

void
node_free_disk(struct world *w, struct node *n)
{
    if (!n->disk.stuck)
        return;
    world_tell(w, n->at + 1u, "disk is free");
    n->disk.stuck = false;
    n->unsure_us = w->now_us;
    node_tell_disk(w, n);
    world_commit(w, n);
}
