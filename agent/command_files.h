/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command_files - the files that one run of a command is given and returns
 * (put, ret; kinds/command.h), and the directory it runs in then. Of one slot
 * and its thread, which waits for parcels here: a stop and the time-out of the
 * attempt are heeded meanwhile.
 */
#ifndef LB_COMMAND_FILES_H
#define LB_COMMAND_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/command.h"
#include "agent/shim.h"
#include "base/bytes.h"

struct command_files;

/* At start: makes the directory that those of jobs lie in, and empties it. */
void command_files_clean(const char *jobs);

/* As command_slot_new. */
struct command_files *command_files_new(const struct command_config *config,
                                        struct orders *orders, size_t number);
void command_files_free(struct command_files *f);

/* Before a run: if `job` has files, makes its directory with those that it is
 * given, and tells `run` of it and of the time that is left. 0; or the outcome
 * (enum outcome) with `err` (KIND_ERROR_MAX). `job` outlives the run. */
uint8_t command_files_give(struct command_files *f,
                           const struct command_job *job,
                           struct shim_run *run, char *err);
/* After it has ended well: brings what it returns to its home and appends the
 * words (struct command_result) to `words`. 0, or the outcome with `err`. */
uint8_t command_files_return(struct command_files *f, struct buf *words,
                             char *err);
/* After command_files_give, whatever came of it: the directory is removed. */
void command_files_end(struct command_files *f);

#endif
