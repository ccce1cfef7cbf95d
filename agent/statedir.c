/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/text.h"

enum { PLACE_TEXT = 96 };

static int
fail(char err[STATEDIR_ERROR], const char *what, const char *why)
{
    err[0] = '\0';
    text_add(err, STATEDIR_ERROR, "%s: %s", what, why);
    return -1;
}

/* With all directories above it. */
static int
make_dir(const char *dir)
{
    char path[PATH_MAX] = "";

    text_add(path, sizeof path, "%s", dir);
    for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return -errno;
        *p = '/';
    }
    return mkdir(path, 0750) != 0 && errno != EEXIST ? -errno : 0;
}

static void
in_use(int fd, const char *dir, char err[STATEDIR_ERROR])
{
    char pid[32] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

    pid[n > 0 ? n : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    err[0] = '\0';
    text_add(err, STATEDIR_ERROR, "%s is in use by process %s", dir,
             pid[0] != '\0' ? pid : "(unknown)");
}

/* For people alone: a full disk keeps nobody from starting. */
static bool
tell_pid(int fd)
{
    char pid[32] = "";

    text_add(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, strlen(pid), 0) >= 0)
        return true;
    return errno == ENOSPC || errno == EDQUOT;
}

int
statedir_lock(const char *dir, char err[STATEDIR_ERROR])
{
    char path[PATH_MAX] = "";
    int rc = make_dir(dir);

    if (rc != 0)
        return fail(err, dir, strerror(-rc));
    text_add(path, sizeof path, "%s/lock", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return fail(err, path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        in_use(fd, dir, err);
        close(fd);
        return -1;
    }
    if (!tell_pid(fd)) {
        fail(err, path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

int
statedir_write(const char *dir, const char *name, const char *text,
               unsigned mode)
{
    char path[PATH_MAX] = "", half[PATH_MAX] = "";
    size_t len = strlen(text);

    text_add(path, sizeof path, "%s/%s", dir, name);
    text_add(half, sizeof half, "%s/.%s.tmp", dir, name);
    (void)unlink(half);
    int fd = open(half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    errno = EIO;
    bool good = fchmod(fd, mode) == 0 &&
                write(fd, text, len) == (ssize_t)len &&
                (LB_BUG == 33 || fsync(fd) == 0);
    int error = errno;
    close(fd);
    if (good && rename(half, path) != 0) {
        error = errno;
        good = false;
    }
    int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d >= 0) {
        if (LB_BUG != 32)
            (void)fsync(d);
        close(d);
    }
    return good ? 0 : -error;
}

int
statedir_id(const char *dir, struct node_id *out, char err[STATEDIR_ERROR])
{
    char path[PATH_MAX] = "", text[64] = "", line[NODE_ID_TEXT + 1];

    text_add(path, sizeof path, "%s/id", dir);
    FILE *f = fopen(path, "re");
    if (f != NULL) {
        bool got = fgets(text, sizeof text, f) != NULL;
        fclose(f);
        text[strcspn(text, "\n")] = '\0';
        if (got && node_id_parse(text, out) == 0 && !node_id_is_zero(out))
            return 0;
        return fail(err, path, "not the id of a node (32 hexadecimal "
                               "digits); restore it from a backup, or remove "
                               "the whole directory");
    }
    if (errno != ENOENT)
        return fail(err, path, strerror(errno));
    if (getrandom(out->b, sizeof out->b, 0) != sizeof out->b)
        return fail(err, "getrandom", strerror(errno));
    node_id_print(out, line);
    line[NODE_ID_TEXT - 1] = '\n';
    line[NODE_ID_TEXT] = '\0';
    int rc = statedir_write(dir, "id", line, 0640);
    return rc == 0 ? 0 : fail(err, path, strerror(-rc));
}

static int
print_place(const char *dir, char line[PLACE_TEXT])
{
    char path[PATH_MAX] = "";
    struct statx s;

    text_add(path, sizeof path, "%s/id", dir);
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME,
              &s) != 0)
        return -errno;
    if ((s.stx_mask & STATX_BTIME) == 0)
        s.stx_btime.tv_sec = s.stx_btime.tv_nsec = 0;
    line[0] = '\0';
    text_add(line, PLACE_TEXT, "inode=%llu born=%lld.%09u\n",
             (unsigned long long)s.stx_ino, (long long)s.stx_btime.tv_sec,
             (unsigned)s.stx_btime.tv_nsec);
    return 0;
}

/* The time of birth tells, where both know it: an inode may have another
 * number after the next mount (overlayfs). */
static bool
is_same_place(const char *a, const char *b)
{
    const char *x = strstr(a, "born="), *y = strstr(b, "born=");

    if (x == NULL || y == NULL)
        return false;
    if (strncmp(x, "born=0.", 7) == 0 || strncmp(y, "born=0.", 7) == 0)
        return strncmp(a, b, (size_t)(x - a)) == 0;
    return strcmp(x, y) == 0;
}

/* It may tell that this is a copy. */
static int
unreadable(const char *path, int error, char err[STATEDIR_ERROR])
{
    fail(err, path, strerror(error));
    text_add(err, STATEDIR_ERROR, "; it tells whether the directory is a copy: "
             "make it readable for the user of this node, or, if no other node "
             "has this state, start once with --accept-copy");
    return -1;
}

int
statedir_place(const char *dir, bool accept, char err[STATEDIR_ERROR])
{
    char path[PATH_MAX] = "", line[PLACE_TEXT], old[PLACE_TEXT] = "";
    int rc = print_place(dir, line);

    text_add(path, sizeof path, "%s/place", dir);
    errno = 0;
    FILE *f = rc == 0 ? fopen(path, "re") : NULL;
    if (rc == 0 && f == NULL && errno != ENOENT && !accept)
        return unreadable(path, errno, err);
    if (f != NULL) {
        bool got = fgets(old, sizeof old, f) != NULL;
        fclose(f);
        if (got && is_same_place(old, line))
            return 0;
        if (!accept) {
            fail(err, dir, "is a copy of the state of a node. If that node "
                 "may still run, give this one a directory of its own; if it "
                 "never will, as after a backup was restored, start once "
                 "with --accept-copy");
            return 1;
        }
    }
    rc = rc == 0 ? statedir_write(dir, "place", line, 0640) : rc;
    return rc == 0 ? 0 : fail(err, path, strerror(-rc));
}

/* FNV-1a of the text that the kernel makes at boot. Source: G. Fowler, L. C.
 * Noll, K.-P. Vo, the FNV hash, 1991. */
uint64_t
statedir_boot_id(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    char text[64] = "";
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

    if (f == NULL)
        return 0;
    if (fgets(text, sizeof text, f) != NULL)
        for (const char *p = text; *p != '\0'; p++)
            hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    fclose(f);
    return hash;
}
