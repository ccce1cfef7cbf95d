/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/journal_end.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/text.h"

/* All lines have the same length, so one replaces the other whole. */
#define HEAD "seq=%019" PRId64 " incarnation=%019" PRId64
enum { LINE_MAX_BYTES = 128 };

static void
print(char line[LINE_MAX_BYTES], int64_t seq, int64_t incarnation)
{
    line[0] = '\0';
    size_t len = text_add(line, LINE_MAX_BYTES, HEAD, seq, incarnation);
    uLong crc = crc32(0, (const Bytef *)line, (uInt)len);
    text_add(line, LINE_MAX_BYTES, " crc=%08lx\n", crc);
}

int
journal_end_open(struct journal_end *e, const char *dir)
{
    char path[PATH_MAX] = "", line[LINE_MAX_BYTES] = "", want[LINE_MAX_BYTES];

    *e = (struct journal_end){ .fd = -1 };
    text_add(path, sizeof path, "%s/journal.db-end", dir);
    e->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (e->fd < 0)
        return -errno;
    if (pread(e->fd, line, sizeof line - 1, 0) < 0)
        return -errno;
    const char *second = strchr(line, ' ');
    if (strncmp(line, "seq=", 4) != 0 || second == NULL ||
        strncmp(second, " incarnation=", 13) != 0)
        return 0;
    /* What is no number does not make this line again. */
    e->seq = strtoll(line + 4, NULL, 10);
    e->incarnation = strtoll(second + 13, NULL, 10);
    print(want, e->seq, e->incarnation);
    e->known = strcmp(line, want) == 0;
    return 0;
}

void
journal_end_tell(struct journal_end *e, int64_t seq, int64_t incarnation)
{
    char line[LINE_MAX_BYTES];

    if (e->fd < 0)
        return;
    print(line, seq, incarnation);
    ssize_t n = pwrite(e->fd, line, strlen(line), 0);
    e->known = n == (ssize_t)strlen(line);
    e->seq = seq;
    e->incarnation = incarnation;
}

void
journal_end_close(struct journal_end *e)
{
    if (e->fd >= 0)
        close(e->fd);
    *e = (struct journal_end){ .fd = -1 };
}
