/* SPDX-License-Identifier: MPL-2.0 */
/* command_files_parts - what the files of command_files share; for nobody
 * else. */
#ifndef LB_COMMAND_FILES_PARTS_H
#define LB_COMMAND_FILES_PARTS_H

#include "agent/command_files.h"
#include "agent/config.h"
#include "agent/courier.h"
#include "base/digest.h"
#include "kinds/command_file.h"
#include "kinds/kind.h"

enum {
    CHUNK_BYTES = 1024 * 1024,  /* between two looks at the orders */
    JOB_PATH_CAP = PATH_CAP + 32
};

struct command_files {
    const struct command_config *config;
    struct orders *orders;
    size_t number;
    int news;                   /* eventfd of parcels; -1: not needed yet */
    const struct command_job *job;      /* NULL: no files in this run */
    int64_t end_us;             /* of the attempt; INT64_MAX: none */
    char path[JOB_PATH_CAP];    /* its directory */
    int dir;                    /* the same, open; -1 */
    struct buf *words;          /* of what is returned */
    int64_t short_us;           /* how long what a job is given is waited for */
    bool waits;                 /* this try: another one may do better, */
    char why[KIND_ERROR_MAX];   /* for this is what it lacked */
};

/* 0: the attempt goes on; or how it ends, stopped or timed out. */
uint8_t command_files_ended(const struct command_files *f, char *err);
/* Something that may pass is in the way of this try: 0, to be returned. */
uint8_t command_files_hitch(struct command_files *f, const char *why);
/* Calls `go` again, a second apart, as long as it meets a hitch, for `us` at
 * most. What it returned without one, how the attempt has ended meanwhile, or
 * OUTCOME_CANCELLED with f->waits: still a hitch. */
struct insisting {
    uint8_t (*go)(void *arg);   /* 0 or the outcome */
    void *arg;
    int64_t us;
    char *err;                  /* as everywhere; empty before each try */
};
uint8_t command_files_insist(struct command_files *f,
                             const struct insisting *i);
/* Where the home of the job is reached now; "": not known. */
void command_files_home(const struct command_files *f, char dst[PLACE_CAP]);
/* Sends for a parcel and waits for it. 0 with what
 * courier_look says in *status and its reason in `why` (KIND_ERROR_MAX), or
 * the outcome with `err`. */
uint8_t command_files_carry(struct command_files *f,
                            const struct parcel_of *of, int *status,
                            char *why, char *err);

/* ---- command_files_place.c ---- */

/* Insists for a short while on what a job needs before it begins. 0 or the
 * outcome: CANCELLED when it waits in its queue again, NO_FILE with `err` when
 * others may do better. */
uint8_t command_files_short(struct command_files *f, uint8_t (*go)(void *arg),
                            void *arg, char *err);

/* Puts one file that the job is given where it belongs. 0 or the outcome. */
uint8_t command_files_place(struct command_files *f,
                            const struct command_file *file, char *err);

/* ---- command_files_take.c ---- */

/* Brings the file at file->path to the home of the job: fills in its mode and
 * size, and its hash in digits. 0 or the outcome. */
uint8_t command_files_take(struct command_files *f, struct command_file *file,
                           char hash[DIGEST_TEXT], char *err);

#endif
