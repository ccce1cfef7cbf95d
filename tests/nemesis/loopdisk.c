/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/loopdisk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tests/nemesis/campaign.h"

/* As in <linux/fs.h> of newer kernels; ext4 had it before under its name. */
#define SHUTDOWN _IOR('X', 125, uint32_t)
enum { FLUSH_ALL = 0, NO_LOG_FLUSH = 2, BUSY_MS = 10 * 1000, TRIES = 50 };

struct loopdisk {
    char file[256], path[256];
    bool mounted;
};

static int
make_file_system(const char *file, uint64_t bytes)
{
    int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int status = 0;

    if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return -error;
    }
    close(fd);
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        execlp("mkfs.ext4", "mkfs.ext4", "-q", "-F", file, (char *)NULL);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) != pid)
        return -errno;
    return status == 0 ? 0 : -ENOTSUP;
}

/* A free loop device over the file, gone when it is not mounted any more; its
 * descriptor, or -errno. Others take devices at the same time. */
static int
attach(const char *file, char name[32])
{
    struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int error = errno, device = -1;

    if (control < 0)
        return -error;
    int fd = open(file, O_RDWR | O_CLOEXEC);
    error = errno;
    for (int i = 0; fd >= 0 && device < 0 && i < TRIES; i++) {
        int n = ioctl(control, LOOP_CTL_GET_FREE);
        name[0] = '\0';
        text_add(name, 32, "/dev/loop%d", n);
        device = n >= 0 ? open(name, O_RDWR | O_CLOEXEC) : -1;
        error = errno;
        config.fd = (uint32_t)fd;
        if (device >= 0 && ioctl(device, LOOP_CONFIGURE, &config) != 0) {
            error = errno;
            close(device);
            device = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    close(control);
    return device >= 0 ? device : -error;
}

static int
mount_it(struct loopdisk *d)
{
    char name[32];
    int device = attach(d->file, name);

    if (device < 0)
        return device;
    int rc = mount(name, d->path, "ext4", MS_NOATIME, "") != 0 ? -errno : 0;
    close(device);
    d->mounted = rc == 0;
    return rc;
}

/* Processes that have just been killed may hold it a little longer. */
static int
unmount(struct loopdisk *d)
{
    int64_t end = campaign_now_ms() + BUSY_MS;

    if (!d->mounted)
        return 0;
    while (umount2(d->path, UMOUNT_NOFOLLOW) != 0) {
        if (errno != EBUSY || campaign_now_ms() > end)
            return -errno;
        usleep(2000);
    }
    d->mounted = false;
    return 0;
}

struct loopdisk *
loopdisk_new(const char *dir, uint64_t bytes, char *why, size_t why_cap)
{
    struct loopdisk *d = xcalloc(1, sizeof *d);
    const char *what = "a mount namespace";
    int rc = 0;

    text_add(d->file, sizeof d->file, "%s/disk", dir);
    text_add(d->path, sizeof d->path, "%s/mount", dir);
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mkdir(d->path, 0700) != 0)
        rc = -errno;
    if (rc == 0) {
        what = "mkfs.ext4";
        rc = make_file_system(d->file, bytes);
    }
    if (rc == 0) {
        what = "a loop device";
        rc = mount_it(d);
    }
    if (rc == 0)
        return d;
    why[0] = '\0';
    text_add(why, why_cap, "%s: %s", what, strerror(-rc));
    loopdisk_free(d);
    return NULL;
}

void
loopdisk_free(struct loopdisk *d)
{
    if (d == NULL)
        return;
    int rc = unmount(d);
    if (rc != 0)
        fprintf(stderr, "%s: %s\n", d->path, strerror(-rc));
    (void)rmdir(d->path);
    (void)unlink(d->file);
    free(d);
}

const char *
loopdisk_path(const struct loopdisk *d)
{
    return d->path;
}

static int
shut_down(struct loopdisk *d, uint32_t how)
{
    int fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    int rc = ioctl(fd, SHUTDOWN, &how) != 0 ? -errno : 0;
    close(fd);
    return rc;
}

int
loopdisk_cut(struct loopdisk *d)
{
    return shut_down(d, NO_LOG_FLUSH);
}

int
loopdisk_fail(struct loopdisk *d)
{
    return shut_down(d, FLUSH_ALL);
}

int
loopdisk_restore(struct loopdisk *d)
{
    int rc = unmount(d);

    return rc != 0 ? rc : mount_it(d);
}
