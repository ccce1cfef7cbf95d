/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/process.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
as(int fd, int target)
{
    if (fd < 0)
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0 || dup2(fd, target) < 0)
        _exit(127);
}

/* In the child: dies with its parent, has default signals, is no member of the
 * group that a terminal's Ctrl-C strikes. */
static void
settle_in(pid_t parent)
{
    sigset_t none;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(127);
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
}

static int
enter(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
    if (fd >= 0)
        close(fd);
    return rc;
}

static void
add_variable(const char *pair)
{
    const char *equals = strchr(pair, '=');
    char *name = strndup(pair, (size_t)(equals - pair));

    if (name == NULL || setenv(name, equals + 1, 1) != 0)
        _exit(127);
    free(name);
}

pid_t
process_start(const struct process_plan *p)
{
    char path[256];
    pid_t parent = getpid(), pid;

    if (!process_find(p->argv[0], path, sizeof path)) {
        fprintf(stderr, "nemesis: %s: no such program\n", p->argv[0]);
        return -1;
    }
    if ((pid = fork()) != 0) {
        if (pid < 0)
            perror("nemesis: fork");
        return pid;
    }
    settle_in(parent);
    as(p->in, 0);
    as(p->out, 1);
    as(p->out, 2);
    for (size_t i = 0; p->env != NULL && p->env[i] != NULL; i++)
        add_variable(p->env[i]);
    if (p->netns != 0 && enter(p->netns) != 0)
        _exit(127);
    if (p->prepare != NULL && p->prepare(p->prepare_arg) != 0)
        _exit(127);
    /* The list is not changed: exec was declared before const was. */
    execv(path, (char *const *)(intptr_t)p->argv);
    _exit(127);
}

static int
raise_loopback(void)
{
    struct ifreq r = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = -1;

    if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0) {
        r.ifr_flags |= IFF_UP;
        rc = ioctl(fd, SIOCSIFFLAGS, &r);
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

pid_t
process_netns(void)
{
    int ready[2];
    char byte = 0;
    pid_t parent = getpid(), pid;

    if (pipe2(ready, O_CLOEXEC) != 0)
        return -1;
    if ((pid = fork()) == 0) {
        settle_in(parent);
        if (unshare(CLONE_NEWNET) != 0 || raise_loopback() != 0 ||
            write(ready[1], "y", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    ssize_t n = pid > 0 ? read(ready[0], &byte, 1) : 0;
    close(ready[0]);
    if (n == 1)
        return pid;
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return -1;
}

int
process_run(struct process_plan *p, const char *input)
{
    int pipes[2] = { -1, -1 }, status;

    if (input != NULL) {
        if (pipe2(pipes, O_CLOEXEC) != 0)
            return -1;
        p->in = pipes[0];
    }
    pid_t pid = process_start(p);
    if (input != NULL) {
        close(pipes[0]);
        /* A script that fits a pipe; who does not read it says why. */
        if (pid > 0 && write(pipes[1], input, strlen(input)) < 0)
            perror("nemesis: write");
        close(pipes[1]);
    }
    if (pid <= 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool
process_find(const char *name, char *path, size_t cap)
{
    char list[1024];
    const char *env = getenv("PATH");

    if (strchr(name, '/') != NULL) {
        snprintf(path, cap, "%s", name);
        return access(path, X_OK) == 0;
    }
    snprintf(list, sizeof list, "%s:/usr/sbin:/sbin", env != NULL ? env : "");
    for (char *rest = list, *dir; (dir = strsep(&rest, ":")) != NULL;) {
        snprintf(path, cap, "%s/%s", dir, name);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}
