/* SPDX-License-Identifier: MPL-2.0 */
#include "core/queue.h"

#include <assert.h>
#include <stddef.h>

#include "core/ledger.h"

static void
count_in(struct queue *q, struct job *j)
{
    assert(j->place == AT_NONE);
    j->place = AT_QUEUED;
    q->n++;
    q->of[j->w->class_at].n++;
    q->of[j->w->class_at].cost += job_cost(j);
    q->bytes += job_bytes(j);
}

void
queue_push(struct queue *q, struct job *j)
{
    int level = j->w->desc.priority;
    count_in(q, j);
    j->next = NULL;
    j->prev = q->level[level].last;
    if (j->prev != NULL)
        j->prev->next = j;
    else
        q->level[level].first = j;
    q->level[level].last = j;
}

void
queue_push_front(struct queue *q, struct job *j)
{
    int level = j->w->desc.priority;
    count_in(q, j);
    j->prev = NULL;
    j->next = q->level[level].first;
    if (j->next != NULL)
        j->next->prev = j;
    else
        q->level[level].last = j;
    q->level[level].first = j;
}

void
queue_batch_begin(struct queue *q)
{
    for (int level = 0; level <= PRIORITY_MAX; level++)
        q->level[level].batch_end = NULL;
}

void
queue_push_batch(struct queue *q, struct job *j)
{
    int level = j->w->desc.priority;
    struct job *before = q->level[level].batch_end;

    if (before == NULL) {
        queue_push_front(q, j);
    } else {
        count_in(q, j);
        j->prev = before;
        j->next = before->next;
        before->next = j;
        if (j->next != NULL)
            j->next->prev = j;
        else
            q->level[level].last = j;
    }
    q->level[level].batch_end = j;
}

void
queue_remove(struct queue *q, struct job *j)
{
    int level = j->w->desc.priority;
    assert(j->place == AT_QUEUED && q->n > 0);
    if (q->level[level].batch_end == j)
        q->level[level].batch_end = j->prev;
    if (j->prev != NULL)
        j->prev->next = j->next;
    else
        q->level[level].first = j->next;
    if (j->next != NULL)
        j->next->prev = j->prev;
    else
        q->level[level].last = j->prev;
    q->n--;
    q->of[j->w->class_at].n--;
    q->of[j->w->class_at].cost -= job_cost(j);
    q->bytes -= job_bytes(j);
    j->place = AT_NONE;
    j->next = j->prev = NULL;
}

static struct job *
first_from(const struct queue *q, int level)
{
    for (; level >= 0; level--)
        if (q->level[level].first != NULL)
            return q->level[level].first;
    return NULL;
}

struct job *
queue_first(const struct queue *q)
{
    return first_from(q, PRIORITY_MAX);
}

struct job *
queue_after(const struct queue *q, const struct job *j)
{
    return j->next != NULL ? j->next : first_from(q, j->w->desc.priority - 1);
}

static struct job *
last_from(const struct queue *q, int level)
{
    for (; level <= PRIORITY_MAX; level++)
        if (q->level[level].last != NULL)
            return q->level[level].last;
    return NULL;
}

struct job *
queue_last(const struct queue *q)
{
    return last_from(q, 0);
}

struct job *
queue_before(const struct queue *q, const struct job *j)
{
    return j->prev != NULL ? j->prev : last_from(q, j->w->desc.priority + 1);
}
