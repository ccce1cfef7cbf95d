/* SPDX-License-Identifier: MPL-2.0 */
/*
 * book - what the simulator itself knows of workloads and jobs, beside what
 * the nodes believe: the truth that the invariants compare with.
 */
#ifndef LB_SIM_BOOK_H
#define LB_SIM_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/names.h"

struct book_job {
    int64_t done_us;        /* when its home had the result; 0 not yet */
    size_t ack_after;       /* its acknowledgement waits for this record */
    uint64_t seen_value;    /* of the result that the client saw */
    uint64_t fence;         /* highest at home so far */
    uint32_t base_us;       /* at 100 % on a node of speed 1 */
    uint16_t starts, live;  /* runs begun, runs going on */
    uint16_t ends_ok, ends_failed;
    uint8_t seen_outcome;   /* 0 not seen */
    uint8_t allowed;        /* `retry` that may have reached it */
    bool acked;             /* a result was acknowledged to its holder */
    bool cancelled;         /* a cancel may have reached it */
    bool shown;             /* to the client, since it began to read */
};

struct book_work {
    size_t at;              /* place in the book, told in the parameters */
    uint16_t home;          /* node */
    struct node_id home_id;
    uint32_t number;        /* 0 not known yet */
    uint32_t n_jobs, accepted;  /* accepted: acknowledged to the client */
    bool once, held, stays_held, halts;     /* held: at first */
    char pin[64];           /* nodes that alone may run its jobs; "": any */
    bool file;              /* its jobs are about parts of a file */
    bool ship;              /* bytes of which may go along */
    bool closed;            /* client has all, or has forgotten it */
    bool forgotten;
    bool lost;              /* with the disk of its home */
    bool meddled;           /* an operator may have held it */
    bool anew;              /* its home has an old disk: read all again */
    uint8_t retries;
    uint32_t fail_permille, hang_permille;
    uint64_t timeout_us;
    uint16_t timeout_percent;
    int64_t submitted_us;
    uint32_t n_done;
    uint32_t waits;         /* the first job that is neither begun nor over */
    int64_t waits_since_us; /* 0: none (idle.c) */
    struct book_job *job;   /* [n_jobs] */
};

struct book {
    size_t n, cap;
    struct book_work **v;
    uint64_t serial;        /* of runs: names each in its result */
};

void book_fini(struct book *b);
struct book_work *book_add(struct book *b, uint32_t n_jobs);
/* By the home's number, of those that are not lost; NULL. */
struct book_work *book_find(const struct book *b, const struct node_id *home,
                            uint32_t number);
/* Is there one that went with a disk? An older copy of it may have it still. */
bool book_has_lost(const struct book *b, const struct node_id *home,
                   uint32_t number);
/* By the shared parameters of its jobs ("sim=17"); NULL. */
struct book_work *book_by_params(const struct book *b, struct span params);

/* What stands for the bytes of the file of a job: a line "data=". */
enum { BOOK_DATA_BYTES = 40 };
void book_data(const struct book_work *k, uint32_t index,
               char out[BOOK_DATA_BYTES]);

/* The value of a result: which run of which job it is of. */
struct book_value {
    uint64_t serial;
    uint32_t work, index;
};
enum { BOOK_VALUE_BYTES = 16 };
void book_value_write(const struct book_value *v, uint8_t out[16]);
bool book_value_read(struct span in, struct book_value *out);

#endif
