/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

int
folder_make(const char *path, mode_t mode)
{
    char *part = xstrdup(path);
    struct stat st;

    /* What fails on the way shows at the end. */
    for (char *p = part; *p != '\0'; p++)
        if (*p == '/' && p > part) {
            *p = '\0';
            mkdir(part, mode);
            *p = '/';
        }
    free(part);
    if (mkdir(path, mode) == 0)
        return 0;
    if (errno == EEXIST && stat(path, &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            return -ENOTDIR;
        if (access(path, W_OK | X_OK) == 0)
            return 0;
    }
    return -errno;
}
