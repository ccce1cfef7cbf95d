/* SPDX-License-Identifier: MPL-2.0 */
/*
 * source - where inputs come from: the network, a recording or made-up data;
 * one at a time, all alike to who reads them. Reads the clock for all of
 * lbtop: time is µs since lbtop started, or that of the recording.
 */
#ifndef LB_SOURCE_H
#define LB_SOURCE_H

#include <zmq.h>

#include "tui/net.h"
#include "tui/options.h"
#include "tui/record.h"

struct source {
    enum stream stream;
    struct net *net;
    struct replay *replay;
    struct demo *demo;
    struct recorder *recorder;  /* NULL: nothing is recorded */
    bool virtual_time;          /* time is as fast as it is read */
    bool with_keys;
    int64_t wall_ms;            /* wall clock at time 0 */
    int utc_off_s;
    int64_t begin_us;           /* replay: nothing comes before */
    int64_t end_us;             /* replay: of the recording, or --until */
    /* private */
    int64_t zero_us;            /* monotonic clock at base_us */
    int64_t base_us;
    double speed;
    bool stopped;
};

/* Opens what the options name. 0, or an exit status with a text (300). */
int source_open(struct source *s, const struct options *o, char *err);
/* 0, or -errno if a recording could not be written. */
int source_close(struct source *s);
int64_t source_now_us(const struct source *s);
/* The next input that is there; false: none now. Recorded if asked for. */
bool source_next(struct source *s, struct input *out);
/* Sends a question (live), or has it answered (demo); none in replay. */
void source_ask(struct source *s, const struct model *m,
                const struct question *q);
/* Records what was not received: keys, sizes, notes. */
void source_keep(struct source *s, const struct input *in);
/* The clock of the world, for what concerns terminal and link. */
int64_t source_real_us(void);
/* Waits until something is there, `until_us` of lbtop's time, or `most_us` of
 * the world's (-1: no bound); `own`: the caller's descriptors. Virtual time
 * jumps there. */
struct waiting {
    zmq_pollitem_t *own;
    size_t n_own;
    int64_t until_us, most_us;
};
void source_wait(struct source *s, const struct waiting *w);
/* When the source itself wants to be called. */
int64_t source_deadline_us(const struct source *s);

/* Ends the recording that there is, after a new one was begun in its place if
 * `path` is not empty. 0; or -errno of the new one, then the old one goes on.
 * *ended, unless NULL: 0, or -errno if the old one could not be written. */
int source_record(struct source *s, const char *path,
                  const struct options *o, int *ended);
/* Replay and demo: jump (replay starts afresh: true if the reader has to
 * forget what it knew), speed, stop and go. */
bool source_seek(struct source *s, int64_t to_us);
void source_speed(struct source *s, double speed);
void source_play(struct source *s, bool on);

#endif
