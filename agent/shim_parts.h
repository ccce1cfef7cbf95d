/* SPDX-License-Identifier: MPL-2.0 */
/* The parts of a shim (shim.h): how it starts a program, what it knows of its
 * descendants, what it passes on of their output, its scratch directory. */
#ifndef LB_SHIM_PARTS_H
#define LB_SHIM_PARTS_H

#include <sys/types.h>

#include "agent/shim.h"

/* ---- shim_start.c ---- */

struct start {
    const struct shim_run *run;
    const char *scratch;
    const char *const *allow;   /* as in shim_config */
    int in, out, err;           /* its descriptors 0, 1, 2 */
    uint8_t how;                /* after a failure: SHIM_NO_DIR, ... */
    char why[SHIM_WHY_MAX + 1];
};
/* Starts the program in a session of its own, with default signals. Its
 * process, or -1 with `how` and `why` set and no process left. */
pid_t shim_start(struct start *s);

/* ---- shim_tree.c: all descendants of this shim ---- */

struct tree {
    bool namespaced, own_proc;
};
/* To all of them; none is no error. */
void tree_signal(const struct tree *t, int signal);
/* Processor time of all of them, gone ones too, since the shim began; -1: it
 * cannot be told here. */
int64_t tree_cpu_us(const struct tree *t);
/* Kills them all and waits until none is left. */
void tree_end(const struct tree *t);

/* ---- shim_output.c ---- */

enum { STREAM_BYTES = 64 * 1024 };
struct stream {
    uint8_t type;           /* SHIM_OUT, SHIM_ERR */
    int fd;                 /* read end, non-blocking; -1: at its end */
    uint64_t total, most;   /* bytes seen; bytes passed on at most */
    int64_t since_us;       /* when the first of `bytes` came */
    size_t n;
    uint8_t bytes[STREAM_BYTES];
};
/* Makes its pipe and gives the end to write to; -errno. */
int stream_open(struct stream *s, uint8_t type, uint64_t most);
/* Reads until nothing is there now, or about `most` bytes have been read: one
 * that never ceases to write does not keep the shim. What does not fit goes to
 * `out` as frames. */
void stream_read(struct stream *s, size_t most, int64_t now_us,
                 struct buf *out);
/* What is left goes to `out`. */
void stream_flush(struct stream *s, struct buf *out);
void stream_close(struct stream *s);

/* ---- shim_pipes.c ---- */

/* A descriptor that gives `bytes`, `null` if there are none; -errno. */
int input_open(int null, struct span bytes);

enum pipe_end { PIPE_IN, PIPE_OUT };    /* of a program: its stdin, stdout */
/* The end of a new pipe for the program, or -errno; the other one goes to
 * ours[end]. */
int pipe_open(enum pipe_end end, int ours[2]);
/* As the frame SHIM_PIPES. False: nobody is there any more. */
bool pipes_send(int socket, const int ours[2]);
void pipes_close(int ours[2]);

/* ---- shim_scratch.c ---- */

/* Makes the directory if it is not there, and empties it. Nothing outside is
 * touched: links are not followed, what is mounted there is let go. */
void scratch_clean(const char *path);

#endif
