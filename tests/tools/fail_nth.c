/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fail_nth - preloaded into an agent: its n-th call of a kind fails, as it
 * does on a broken disk or a host that has run out of something. The agent and
 * what it forks count together; programs that these start know nothing of it.
 *
 *   FAIL_CALL   malloc open socket fork thread fsync pwrite write rename
 *               unlink truncate
 *   FAIL_NTH    which one, from 1; FAIL_ERRNO  what it fails with
 *   FAIL_COUNT  how many fail, from that on (1); 0: all
 *   FAIL_UNDER  only files whose path begins so
 *   FAIL_HIT    this file is made when a call fails; if it is a malloc, it
 *               says in which functions
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

enum { DEEP = 64 };     /* functions of a failed malloc that are named */

enum kind { NONE, MALLOC, OPEN, SOCKET, FORK, THREAD, FSYNC, PWRITE, WRITE,
            RENAME, UNLINK, TRUNCATE };
static const char *const names[] = {
    "", "malloc", "open", "socket", "fork", "thread", "fsync", "pwrite",
    "write", "rename", "unlink", "truncate" };

/* Set by the constructor. */
static enum kind kind;
static uint64_t nth, how_many = 1;
static int error;
static char under[512], hit[512];
static _Atomic uint64_t *count;     /* shared with forked processes */

/* Of glibc. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t to, size_t n);

static const char *
word(const char *name)
{
    const char *v = getenv(name);

    return v != NULL ? v : "";
}

__attribute__((constructor)) static void
read_wish(void)
{
    enum kind k = NONE;
    void *at[1];

    (void)backtrace(at, 1);     /* loads what it needs, before it counts */
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(word("FAIL_CALL"), names[i]) == 0)
            k = (enum kind)i;
    nth = strtoull(word("FAIL_NTH"), NULL, 10);
    error = atoi(word("FAIL_ERRNO"));
    if (word("FAIL_COUNT")[0] != '\0')
        how_many = strtoull(word("FAIL_COUNT"), NULL, 10);
    strncpy(under, word("FAIL_UNDER"), sizeof under - 1);
    strncpy(hit, word("FAIL_HIT"), sizeof hit - 1);
    unsetenv("LD_PRELOAD");
    unsetenv("FAIL_CALL");
    void *p = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    count = p != MAP_FAILED ? p : NULL;
    kind = count != NULL ? k : NONE;
}

static bool
strikes(void)
{
    uint64_t n = atomic_fetch_add(count, 1) + 1;

    if (n < nth || (how_many != 0 && n >= nth + how_many))
        return false;
    long fd = syscall(SYS_openat, AT_FDCWD, hit, O_WRONLY | O_CREAT, 0644);
    if (fd >= 0) {
        void *at[DEEP];
        if (kind == MALLOC)
            backtrace_symbols_fd(at, backtrace(at, DEEP), (int)fd);
        (void)syscall(SYS_close, fd);
    }
    errno = error;
    return true;
}

static bool
fails(enum kind k)
{
    return kind == k && strikes();
}

static bool
is_under(const char *path)
{
    return strncmp(path, under, strlen(under)) == 0;
}

static bool
fails_at(enum kind k, const char *path)
{
    return kind == k && is_under(path) && strikes();
}

static bool
fails_of(enum kind k, int fd)
{
    char link[64], path[600];

    if (kind != k)
        return false;
    if (under[0] == '\0')
        return strikes();
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return false;
    path[n] = '\0';
    return is_under(path) && strikes();
}

/* `next`: the function that this one stands before. A cast between the two
 * kinds of pointers is what dlsym asks for. */
#define NEXT(function) \
    static __typeof__(function) *next; \
    if (next == NULL) \
        *(void **)&next = dlsym(RTLD_NEXT, #function)

/* ---- memory ---- */

SEEN void *
malloc(size_t n)
{
    return fails(MALLOC) ? NULL : __libc_malloc(n);
}

SEEN void *
calloc(size_t n, size_t size)
{
    return fails(MALLOC) ? NULL : __libc_calloc(n, size);
}

SEEN void *
realloc(void *p, size_t n)
{
    return fails(MALLOC) ? NULL : __libc_realloc(p, n);
}

SEEN int
posix_memalign(void **p, size_t to, size_t n)
{
    *p = fails(MALLOC) ? NULL : __libc_memalign(to, n);
    return *p != NULL ? 0 : ENOMEM;
}

SEEN void *
aligned_alloc(size_t to, size_t n)
{
    return fails(MALLOC) ? NULL : __libc_memalign(to, n);
}

/* ---- files ---- */

static int
do_open(int dir, const char *path, int flags, va_list ap)
{
    mode_t mode = 0;

    if ((flags & (O_CREAT | O_TMPFILE)) != 0)
        mode = va_arg(ap, mode_t);
    if (fails_at(OPEN, path))
        return -1;
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}

#define OPENS(name) \
    SEEN int \
    name(const char *path, int flags, ...) \
    { \
        va_list ap; \
        va_start(ap, flags); \
        int fd = do_open(AT_FDCWD, path, flags, ap); \
        va_end(ap); \
        return fd; \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
    SEEN int \
    name(int dir, const char *path, int flags, ...) \
    { \
        va_list ap; \
        va_start(ap, flags); \
        int fd = do_open(dir, path, flags, ap); \
        va_end(ap); \
        return fd; \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

#define FOPENS(name) \
    SEEN FILE * \
    name(const char *path, const char *how) \
    { \
        NEXT(name); \
        return fails_at(OPEN, path) ? NULL : next(path, how); \
    }
FOPENS(fopen)
FOPENS(fopen64)

/* Others that make a descriptor. */
SEEN int
eventfd(unsigned first, int flags)
{
    return fails_at(OPEN, "")
               ? -1 : (int)syscall(SYS_eventfd2, first, flags);
}

SEEN int
epoll_create1(int flags)
{
    return fails_at(OPEN, "") ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

SEEN int
pipe2(int fd[2], int flags)
{
    return fails_at(OPEN, "") ? -1 : (int)syscall(SYS_pipe2, fd, flags);
}

SEEN int
fsync(int fd)
{
    return fails_of(FSYNC, fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

SEEN int
fdatasync(int fd)
{
    return fails_of(FSYNC, fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

SEEN ssize_t
write(int fd, const void *p, size_t n)
{
    return fails_of(WRITE, fd) ? -1 : syscall(SYS_write, fd, p, n);
}

SEEN ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
    return fails_of(PWRITE, fd) ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

SEEN ssize_t
pwrite64(int fd, const void *p, size_t n, off_t at)
{
    return pwrite(fd, p, n, at);
}

SEEN int
ftruncate(int fd, off_t len)
{
    return fails_of(TRUNCATE, fd) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

SEEN int
ftruncate64(int fd, off_t len)
{
    return ftruncate(fd, len);
}

SEEN int
rename(const char *from, const char *to)
{
    return fails_at(RENAME, to) ? -1 : (int)syscall(SYS_rename, from, to);
}

SEEN int
link(const char *from, const char *to)
{
    return fails_at(RENAME, to) ? -1 : (int)syscall(SYS_link, from, to);
}

SEEN int
unlink(const char *path)
{
    return fails_at(UNLINK, path) ? -1 : (int)syscall(SYS_unlink, path);
}

/* ---- sockets, processes, threads ---- */

SEEN int
socket(int domain, int type, int protocol)
{
    return fails(SOCKET) ? -1
                         : (int)syscall(SYS_socket, domain, type, protocol);
}

SEEN int
socketpair(int domain, int type, int protocol, int fd[2])
{
    return fails(SOCKET)
               ? -1
               : (int)syscall(SYS_socketpair, domain, type, protocol, fd);
}

SEEN int
accept4(int fd, __SOCKADDR_ARG a, socklen_t *len, int flags)
{
    return fails(SOCKET) ? -1
                         : (int)syscall(SYS_accept4, fd, a.__sockaddr__, len,
                                        flags);
}

SEEN int
accept(int fd, __SOCKADDR_ARG a, socklen_t *len)
{
    return accept4(fd, a, len, 0);
}

SEEN pid_t
fork(void)
{
    NEXT(fork);
    return fails(FORK) ? -1 : next();
}

/* The spawner makes its shims by the bare call. */
SEEN long
syscall(long n, ...)
{
    NEXT(syscall);
    long v[6];
    va_list ap;

    va_start(ap, n);
    for (int i = 0; i < 6; i++)
        v[i] = va_arg(ap, long);
    va_end(ap);
    if (n == SYS_clone && fails(FORK))
        return -1;
    return next(n, v[0], v[1], v[2], v[3], v[4], v[5]);
}

SEEN int
clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
    NEXT(clone);
    va_list ap;

    va_start(ap, arg);
    void *a = va_arg(ap, void *), *b = va_arg(ap, void *),
         *c = va_arg(ap, void *);
    va_end(ap);
    return fails(FORK) ? -1 : next(fn, stack, flags, arg, a, b, c);
}

SEEN int
pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *),
               void *arg)
{
    NEXT(pthread_create);
    return fails(THREAD) ? error : next(t, a, fn, arg);
}
