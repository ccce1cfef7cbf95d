/* SPDX-License-Identifier: MPL-2.0 */
/*
 * queue - the jobs that may start here now: by priority, FIFO within one.
 * A batch that came in goes to the front of its priority: it runs first and
 * is not moved again. Borrows the jobs; sets their place.
 */
#ifndef LB_QUEUE_H
#define LB_QUEUE_H

#include <stdint.h>

#include "core/classes.h"
#include "core/job.h"
#include "proto/limits.h"

struct queue {
    struct {
        struct job *first, *last;
        struct job *batch_end;  /* last one of the batch that comes in */
    } level[PRIORITY_MAX + 1];
    uint32_t n;
    uint64_t bytes;
    struct { uint32_t n; uint64_t cost; } of[CLASSES_MAX];  /* millionths */
};

void queue_push(struct queue *q, struct job *j);        /* at the end */
void queue_push_front(struct queue *q, struct job *j);
/* A batch: its jobs go to the front in the order in which they are pushed. */
void queue_batch_begin(struct queue *q);
void queue_push_batch(struct queue *q, struct job *j);
void queue_remove(struct queue *q, struct job *j);      /* place AT_NONE */
/* The job that starts next; NULL when empty. Stays in the queue. */
struct job *queue_first(const struct queue *q);
/* The job that would start last; then the one before `j`. NULL: none. */
struct job *queue_last(const struct queue *q);
struct job *queue_before(const struct queue *q, const struct job *j);
/* The job that starts after `j`. */
struct job *queue_after(const struct queue *q, const struct job *j);

#endif
