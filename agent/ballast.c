/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

void
ballast_init(struct ballast *b, const char *dir)
{
    *b = (struct ballast){ .lacks = false };
    text_add(b->path, sizeof b->path, "%s/journal.db-ballast", dir);
}

void
ballast_make(struct ballast *b)
{
    int fd = open(b->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    int error = fd < 0 ? errno : posix_fallocate(fd, 0, BALLAST_BYTES +
                                                        BALLAST_SPARE);

    if (error == 0 && ftruncate(fd, BALLAST_BYTES) != 0)
        error = errno;
    if (fd >= 0)
        close(fd);
    b->lacks = error == ENOSPC || error == EDQUOT;
    if (error != 0)
        (void)unlink(b->path);
}

bool
ballast_drop(struct ballast *b)
{
    b->lacks = true;
    return unlink(b->path) == 0;
}
