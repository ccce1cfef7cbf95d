/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/fds.h"
#include "agent/shim.h"
#include "agent/shim_parts.h"
#include "base/xalloc.h"

const char *const spawner_hold_names[] = { "namespace", "namespace-only",
                                           "subreaper", NULL };

enum {
    CONTROL_FD = 3,     /* of the spawner's end, in the spawner */
    END_S = 5           /* for shims to end */
};

struct spawner {
    pid_t pid;
    int fd, death;
    pthread_mutex_t lock;
};

/* What crosses: a slot number; hold or -errno, with two descriptors. */
struct answer {
    int32_t rc;
};

static int
receive_answer(int fd, int fds[2])
{
    struct answer a = { -EPIPE };
    bool lost;

    if (fds_receive(fd, &a, sizeof a, fds, &lost) != sizeof a)
        return -EPIPE;
    if (lost)
        return -EMFILE;     /* the shim ends, as nobody has its socket */
    return a.rc == 0 || (a.rc > 0 && fds[0] < 0) ? -EPROTO : a.rc;
}

/* ---- the process of a shim, before it is one ---- */

struct birth {
    const struct spawner_config *config;
    struct shim_config shim;
    unsigned slot;
    enum spawner_hold hold;
    int ready;              /* write end: one byte says that it serves */
    int not_its[2];         /* descriptors that it must not keep: the slot's
                               end of its socket, above all */
    uid_t uid;
    gid_t gid;
};

static bool
write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 &&
              write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}

/* In a user namespace everybody stays who he is. */
static bool
map_user(const struct birth *b)
{
    char text[64];

    (void)write_file("/proc/self/setgroups", "deny");
    snprintf(text, sizeof text, "%u %u 1\n", (unsigned)b->uid,
             (unsigned)b->uid);
    if (!write_file("/proc/self/uid_map", text))
        return false;
    snprintf(text, sizeof text, "%u %u 1\n", (unsigned)b->gid,
             (unsigned)b->gid);
    return write_file("/proc/self/gid_map", text);
}

static bool
mount_proc(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
           mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                 NULL) == 0;
}

static void
be_shim(struct birth *b)
{
    uint8_t hold = HOLD_SUBREAPER;
    char quota[CGROUP_PATH];

    close(b->not_its[0]);
    close(b->not_its[1]);
    close(CONTROL_FD);
    if (b->config->cgroup != NULL &&
        cgroup_enter(b->config->cgroup, b->slot, quota)) {
        b->shim.quota = quota;
        b->shim.cgroup_version = b->config->cgroup->version;
    }
    /* A subreaper that is killed leaves its programs behind. */
    (void)prctl(PR_SET_PDEATHSIG,
                b->hold == HOLD_SUBREAPER ? SIGTERM : SIGKILL, 0, 0, 0);
    if (b->hold != HOLD_SUBREAPER) {
        if (b->uid != 0 && !map_user(b))
            _exit(1);
        b->shim.namespaced = true;
        b->shim.own_proc = b->hold == HOLD_NAMESPACE && mount_proc();
        hold = b->shim.own_proc ? HOLD_NAMESPACE : HOLD_NAMESPACE_ONLY;
    }
    if (b->config->nice > 0)
        (void)setpriority(PRIO_PROCESS, 0, b->config->nice);
    if (write(b->ready, &hold, 1) != 1)
        _exit(1);
    close(b->ready);
    _exit(shim_main(&b->shim));
}

/* The new process, in the namespaces that `hold` asks for; -errno. Like fork:
 * glibc has no wrapper for one that also makes namespaces. */
static pid_t
bear(struct birth *b, int *pidfd)
{
    unsigned long flags = CLONE_PIDFD | SIGCHLD;

    if (b->hold != HOLD_SUBREAPER)
        flags |= CLONE_NEWPID | (b->uid != 0 ? CLONE_NEWUSER : 0);
    long pid = syscall(SYS_clone, flags, NULL, pidfd, NULL, NULL);
    if (pid == 0)
        be_shim(b);
    return pid < 0 ? -errno : (pid_t)pid;
}

/* ---- the process that makes them ---- */

/* Waits for the word of a new shim: how it holds; or -EPERM: it has ended. */
static int
hear(int fd)
{
    uint8_t hold;
    ssize_t n;

    do {
        n = read(fd, &hold, 1);
    } while (n < 0 && errno == EINTR);
    return n == 1 ? hold : -EPERM;
}

static int
try_hold(const struct spawner_config *config, unsigned slot,
         enum spawner_hold hold, int fds[2])
{
    int pair[2], ready[2];
    char scratch[PATH_MAX];
    struct birth b = { .config = config, .slot = slot, .hold = hold,
                       .uid = geteuid(), .gid = getegid() };

    snprintf(scratch, sizeof scratch, "%s/%u", config->scratch, slot);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    if (pipe2(ready, O_CLOEXEC) != 0) {
        int rc = -errno;
        close(pair[0]);
        close(pair[1]);
        return rc;
    }
    b.ready = ready[1];
    b.not_its[0] = pair[0];
    b.not_its[1] = ready[0];
    b.shim = (struct shim_config){ .fd = pair[1], .scratch = scratch,
                                   .allow = config->allow,
                                   .kinds = config->kinds };
    if (hold == HOLD_SUBREAPER)
        b.shim.parent = getpid();
    fds[0] = pair[0];
    int rc = bear(&b, &fds[1]);
    close(pair[1]);
    close(ready[1]);
    if (rc > 0) {
        rc = hear(ready[0]);
        if (rc < 0)
            close(fds[1]);
    }
    close(ready[0]);
    if (rc < 0)
        close(pair[0]);
    return rc;
}

static int
make_shim(const struct spawner_config *config, unsigned slot, int fds[2])
{
    int rc = -EPERM;

    for (enum spawner_hold h = config->best != 0 ? config->best
                                                 : HOLD_NAMESPACE;
         h <= HOLD_SUBREAPER; h++) {
        if (h == HOLD_NAMESPACE_ONLY && config->best != h)
            continue;   /* what HOLD_NAMESPACE becomes by itself */
        rc = try_hold(config, slot, h, fds);
        if (rc > 0 || rc == -EMFILE || rc == -EAGAIN)
            return rc;
    }
    return rc;
}

static void
serve(const struct spawner_config *config, int fd)
{
    uint32_t slot;
    int fds[2] = { -1, -1 };

    for (bool first = true;; first = false) {
        ssize_t n = recv(fd, &slot, sizeof slot, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof slot)
            return;
        /* The state directory is locked by now: these are of a dead agent. */
        if (first)
            scratch_clean(config->scratch);
        int rc = make_shim(config, slot, fds);
        const struct answer a = { rc };
        bool sent = fds_send(fd, &a, sizeof a, rc > 0 ? fds : NULL);
        if (rc > 0) {
            close(fds[0]);
            close(fds[1]);
        }
        if (!sent)
            return;
    }
}

/* Whatever the agent was started with, programs begin as usual. */
static void
plain_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL);   /* not all may be set */
    signal(SIGCHLD, SIG_IGN);       /* its shims leave no zombies */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
be_spawner(const struct spawner_config *config, int fd, pid_t parent)
{
    /* A terminal's Ctrl-C is the agent's to answer. */
    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(0);
    (void)prctl(PR_SET_NAME, "lbagent-spawn", 0, 0, 0);
    plain_signals();
    /* 0 and 1 are nobody's here; stderr stays for the words of a sanitizer. */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        (fcntl(2, F_GETFD) < 0 && dup2(null, 2) < 0) ||
        dup2(fd, CONTROL_FD) < 0 ||
        fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC) != 0 ||
        close_range(CONTROL_FD + 1, ~0u, 0) != 0)
        _exit(1);
    serve(config, CONTROL_FD);
    /* The agent has let go of its shims: they end. One that cannot, because
     * the kernel holds what it runs, is not waited for. */
    (void)alarm(END_S);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    _exit(0);
}

struct spawner *
spawner_fork(const struct spawner_config *config)
{
    pid_t parent = getpid();
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0)
        be_spawner(config, pair[1], parent);
    int error = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = error;
        return NULL;
    }
    struct spawner *s = xcalloc(1, sizeof *s);
    s->pid = pid;
    s->fd = pair[0];
    s->death = (int)syscall(SYS_pidfd_open, pid, 0);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

int
spawner_shim(struct spawner *s, unsigned slot, int *pidfd,
             enum spawner_hold *hold)
{
    uint32_t number = slot;
    int fds[2], rc = -EPIPE;

    pthread_mutex_lock(&s->lock);
    if (send(s->fd, &number, sizeof number, MSG_NOSIGNAL) == sizeof number)
        rc = receive_answer(s->fd, fds);
    pthread_mutex_unlock(&s->lock);
    if (rc < 0)
        return rc;
    *hold = (enum spawner_hold)rc;
    *pidfd = fds[1];
    return fds[0];
}

void
spawner_free(struct spawner *s)
{
    if (s == NULL)
        return;
    close(s->fd);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (s->death >= 0)
        close(s->death);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

pid_t
spawner_pid(const struct spawner *s)
{
    return s->pid;
}

int
spawner_death(const struct spawner *s)
{
    return s != NULL ? s->death : -1;
}
