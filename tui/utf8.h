/* SPDX-License-Identifier: MPL-2.0 */
/*
 * utf8 - characters and the columns that they take, by a table of our own:
 * what a terminal gets is the same in every locale.
 *
 * Pure. Ambiguous characters (lines, blocks, arrows) take one column; where a
 * terminal draws them wide, lbtop writes ASCII.
 */
#ifndef LB_UTF8_H
#define LB_UTF8_H

#include "base/bytes.h"

enum { UTF8_MAX = 4, UTF8_LAST = 0x10FFFF };

/* The character at *at (which is before the end), and *at behind it. A byte
 * that is not UTF-8, and a character that no terminal should get (controls,
 * bidirectional controls, noncharacters), is '?'. */
uint32_t utf8_next(struct span text, size_t *at);
/* Columns: 1, 2, 0 for a combining mark, -1 where utf8_next gives '?'. */
int utf8_columns(uint32_t ch);
/* Writes it, without NUL; returns the bytes. */
size_t utf8_put(uint32_t ch, char dst[UTF8_MAX]);

#endif
