/* SPDX-License-Identifier: MPL-2.0 */
#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No stdio: printf may allocate, and here there is nothing left. */
static void *
check(void *p)
{
    static const char text[] = "out of memory: aborting\n";

    if (p == NULL) {
        ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
        (void)n;
        abort();
    }
    return p;
}

void *
xmalloc(size_t size)
{
    return check(malloc(size > 0 ? size : 1));
}

void *
xcalloc(size_t n, size_t size)
{
    return check(n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1));
}

void *
xrealloc(void *p, size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size)
        return check(NULL);
    return check(realloc(p, n * size > 0 ? n * size : 1));
}

void *
xmemdup(const void *p, size_t len)
{
    void *copy = xmalloc(len);

    if (len > 0)
        memcpy(copy, p, len);
    return copy;
}

char *
xstrdup(const char *s)
{
    return xmemdup(s, strlen(s) + 1);
}
