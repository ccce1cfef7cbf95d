/* SPDX-License-Identifier: MPL-2.0 */
/* xalloc - allocation that aborts: the one place that meets "out of memory". */
#ifndef LB_XALLOC_H
#define LB_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
/* Grows or shrinks to n * size bytes; overflow of the product aborts too. */
void *xrealloc(void *p, size_t n, size_t size);
void *xmemdup(const void *p, size_t len);
char *xstrdup(const char *s);

#endif
