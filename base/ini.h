/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ini - the small files that users write: lines `key = value`, lines
 * `[section]`, comments from # or ; at the beginning of a line.
 */
#ifndef LB_INI_H
#define LB_INI_H

enum { INI_LINE_BYTES = 1024 };

struct ini_line {
    unsigned number;            /* from 1 */
    const char *section;        /* "" before the first */
    const char *key, *value;    /* trimmed; key NULL: the line is wrong */
    const char *wrong;          /* why, then */
};

/* Calls `each` for every line that says something, and for every wrong one
 * ("line longer than 1022 bytes", "\"x\" is not KEY = VALUE"). The texts are
 * valid during the call. 0, or -errno when the file cannot be read. */
int ini_read(const char *path, void (*each)(void *with,
                                            const struct ini_line *l),
             void *with);

#endif
