/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/stray.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

enum { KEPT_MAX = 64 * 1024 };

static int before = -1, caught = -1;
static struct buf kept;
static size_t read_at;

void
stray_begin(void)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    caught = p[0];
    dup2(p[1], STDERR_FILENO);
    close(p[1]);
}

int
stray_fd(void)
{
    return caught;
}

static void
gather(void)
{
    char piece[1024];
    for (ssize_t n; (n = read(caught, piece, sizeof piece)) > 0;)
        if (kept.len + (size_t)n <= KEPT_MAX)
            buf_bytes(&kept, piece, (size_t)n);
}

bool
stray_line(char *dst, size_t cap)
{
    if (caught < 0)
        return false;
    gather();
    const uint8_t *from = kept.p + read_at;
    const uint8_t *end =
        kept.len > read_at ? memchr(from, '\n', kept.len - read_at) : NULL;
    if (end == NULL)
        return false;
    span_copy(span_of(from, (size_t)(end - from)), dst, cap);
    read_at += (size_t)(end - from) + 1;
    return true;
}

void
stray_end(void)
{
    if (caught < 0)
        return;
    gather();
    dup2(before, STDERR_FILENO);
    close(before);
    close(caught);
    caught = before = -1;
    if (kept.len > 0) {
        ssize_t ignored = write(STDERR_FILENO, kept.p, kept.len);
        (void)ignored;
    }
    buf_fini(&kept);
    read_at = 0;
}

void
stray_crash(void)
{
    char piece[1024];

    if (caught < 0)
        return;
    ssize_t ignored = write(before, kept.p, kept.len);
    for (ssize_t n; (n = read(caught, piece, sizeof piece)) > 0;)
        ignored = write(before, piece, (size_t)n);
    (void)ignored;
    /* What comes yet, as from a sanitizer, is seen at once. */
    dup2(before, STDERR_FILENO);
}
