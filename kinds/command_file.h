/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command_file - one file that travels with a command, there or back, as a
 * word HASH:MODE:SIZE:PATH: 64 lower-case hex digits (base/digest.h), up to
 * four octal digits, decimal bytes, and where it lies below the directory that
 * the job runs in. A path is 1..4095 bytes, relative, of parts that are
 * neither empty nor "." nor ".." and have 255 bytes at most.
 */
#ifndef LB_COMMAND_FILE_H
#define LB_COMMAND_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { COMMAND_HASH_DIGITS = 64, COMMAND_PATH_MAX = 4095 };

struct command_file {
    const char *hash;       /* COMMAND_HASH_DIGITS of them, no NUL behind */
    unsigned mode;          /* 0..0777: of permissions only */
    uint64_t size;          /* bytes, at most INT64_MAX */
    const char *path;
};

bool command_path_is_right(const char *path);
/* From an unescaped word, NUL-ended, into which `out` points. False: it is
 * none. */
bool command_file_read(const char *word, struct command_file *out);
/* Appends it to a list of words that begins at `start` of `to`, as
 * command_word_put does. */
void command_file_put(struct buf *to, size_t start,
                      const struct command_file *f);

#endif
