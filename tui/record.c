/* SPDX-License-Identifier: MPL-2.0 */
/* The writer: inputs go into a queue, a thread puts them into the file. */
#include "tui/record.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "tui/record_wire.h"

enum { QUEUE_BYTES = 8 * 1024 * 1024 };

struct recorder {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* under the lock */
    struct buf queue;
    size_t taken;           /* bytes that the thread has in hand */
    uint64_t dropped;       /* since the last that was not */
    bool end;
    /* of any thread */
    atomic_uint_fast64_t bytes;
    atomic_int error;
    atomic_bool gaps;
    /* of the caller */
    struct frame_codec *codec;
    struct buf record, raw;
    int64_t last_us;
    struct record_writer *writer;   /* of the thread, while it runs */
};

/* ---- the thread ---- */

static void
append_gap(struct recorder *r, int64_t at_us)
{
    size_t begin = record_begin(&r->queue, RECORD_GAP, at_us);

    buf_u64(&r->queue, r->dropped);
    record_end(&r->queue, begin);
    r->dropped = 0;
}

static void *
work(void *arg)
{
    struct recorder *r = arg;
    struct buf hand = { 0 };
    bool end = false;

    while (!end) {
        pthread_mutex_lock(&r->lock);
        r->taken = 0;
        while (r->queue.len == 0 && !r->end)
            pthread_cond_wait(&r->wake, &r->lock);
        end = r->end;
        if (end && r->dropped > 0)
            append_gap(r, r->last_us);
        struct buf swap = hand;
        hand = r->queue;
        r->queue = swap;
        buf_reset(&r->queue);
        r->taken = hand.len;
        pthread_mutex_unlock(&r->lock);
        int error = record_writer_put(r->writer, buf_span(&hand));
        atomic_store(&r->bytes, record_writer_bytes(r->writer));
        if (error != 0)
            atomic_store(&r->error, error);
    }
    buf_fini(&hand);
    return NULL;
}

/* ---- the caller ---- */

static void
put_record(struct recorder *r, int64_t at_us)
{
    pthread_mutex_lock(&r->lock);
    r->last_us = at_us;
    if (r->queue.len + r->taken + r->record.len > QUEUE_BYTES) {
        r->dropped++;
        atomic_store(&r->gaps, true);
    } else {
        if (r->dropped > 0)
            append_gap(r, at_us);
        buf_bytes(&r->queue, r->record.p, r->record.len);
        pthread_cond_signal(&r->wake);
    }
    pthread_mutex_unlock(&r->lock);
}

/* Signals are for the thread that owns the terminal. */
static int
start(struct recorder *r)
{
    sigset_t all, was;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    int error = pthread_create(&r->thread, NULL, work, r);
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    return error;
}

static void
release(struct recorder *r)
{
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->wake);
    frame_codec_free(r->codec);
    buf_fini(&r->queue);
    buf_fini(&r->record);
    buf_fini(&r->raw);
    free(r);
}

struct recorder *
recorder_new(const char *path, const struct record_head *h,
             uint64_t max_bytes)
{
    struct record_writer *writer;
    int error = record_writer_new(path, max_bytes, &writer);

    if (error != 0) {
        errno = -error;
        return NULL;
    }
    struct recorder *r = xcalloc(1, sizeof *r);
    r->writer = writer;
    r->codec = frame_codec_new();
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    record_put_head(h, &r->record);
    put_record(r, 0);
    error = start(r);
    if (error == 0)
        return r;
    (void)record_writer_free(writer);
    release(r);
    errno = error;
    return NULL;
}

int
recorder_free(struct recorder *r)
{
    if (r == NULL)
        return 0;
    pthread_mutex_lock(&r->lock);
    r->end = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    int error = record_writer_free(r->writer);
    release(r);
    return error;
}

/* Made-up data comes without frames. */
static struct span
frame_of(struct recorder *r, const struct input *in)
{
    struct buf body = { 0 };

    msg_encode(&in->msg, &body);
    buf_reset(&r->raw);
    frame_encode(r->codec, &in->head, buf_span(&body), COMPRESS_NO, 0,
                 &r->raw);
    buf_fini(&body);
    return buf_span(&r->raw);
}

void
recorder_put(struct recorder *r, const struct input *in, struct span raw)
{
    struct input later = *in;

    if (atomic_load(&r->error) != 0)
        return;
    /* Times in a recording never fall, whatever the caller's do. */
    if (later.at_us < r->last_us)
        later.at_us = r->last_us;
    if (raw.len == 0 && (in->kind == IN_STATE || in->kind == IN_ANSWER))
        raw = frame_of(r, in);
    buf_reset(&r->record);
    if (record_put_input(&later, raw, &r->record))
        put_record(r, later.at_us);
}

uint64_t
recorder_bytes(const struct recorder *r)
{
    return atomic_load(&r->bytes);
}

bool
recorder_gaps(const struct recorder *r)
{
    return atomic_load(&r->gaps);
}

int
recorder_error(const struct recorder *r)
{
    return atomic_load(&r->error);
}
