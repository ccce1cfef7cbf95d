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
};

/* 0: the attempt goes on; or how it ends, stopped or timed out. */
uint8_t command_files_ended(const struct command_files *f, char *err);
/* Sends for a parcel and waits for it. 0 with an enum lb_status in *status and
 * its reason in `why` (KIND_ERROR_MAX), or the outcome with `err`. */
uint8_t command_files_carry(struct command_files *f,
                            const struct parcel_of *of, int *status,
                            char *why, char *err);

/* ---- command_files_place.c ---- */

/* Puts one file that the job is given where it belongs. 0 or the outcome. */
uint8_t command_files_place(struct command_files *f,
                            const struct command_file *file, char *err);

/* ---- command_files_take.c ---- */

/* Brings the file at file->path to the home of the job: fills in its mode and
 * size, and its hash in digits. 0 or the outcome. */
uint8_t command_files_take(struct command_files *f, struct command_file *file,
                           char hash[DIGEST_TEXT], char *err);

#endif
