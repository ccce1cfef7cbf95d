/* SPDX-License-Identifier: MPL-2.0 */
/*
 * coprocess_line - a job of an own kind as a line, and the answer to it.
 *
 * json: {"job":"alpha-12.3","attempt":1,"params":{"n":5}}, answered by
 * {"job":"alpha-12.3","ok":true,"result":7} or
 * {"job":"alpha-12.3","ok":false,"error":"text"}. A result that is a text is
 * taken as it is, anything else as it is written, null as nothing.
 * plain: the values with one blank between them, answered by the result. A
 * newline is \n, a backslash \\.
 */
#ifndef LB_COPROCESS_LINE_H
#define LB_COPROCESS_LINE_H

#include <stdint.h>

#include "base/bytes.h"
#include "kinds/kind.h"

enum line_protocol { LINE_JSON = 1, LINE_PLAIN };   /* as node.ini counts */

struct line_job {
    enum line_protocol protocol;
    const struct kind *kind;
    const char *name;           /* "alpha-12.3" */
    unsigned attempt;
    struct span params, args;
};

/* Appends the line, newline included. 0; -EINVAL with `err` (KIND_ERROR_MAX):
 * its parameters make no sense, or are no text. */
int line_encode(const struct line_job *job, struct buf *out, char *err);
/* `line` without its newline. 0: the result is appended to `out`; -EIO: the
 * job has failed, `err` is what the program says; -EPROTO: this is no answer
 * to the job, `err` says why. */
int line_decode(const struct line_job *job, struct span line, struct buf *out,
                char *err);

#endif
