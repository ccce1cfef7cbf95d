/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The protocol is one datagram a message to a UNIX socket. libsystemd's own
 * manual (sd_notify(3), "Notes") offers it for programs that speak it by
 * themselves; doing so keeps that library and what it pulls in, 1 to 2 MiB,
 * out of a daemon whose memory is counted.
 */
#include "agent/service.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"

struct service {
    int fd;                 /* -1: nobody listens */
    struct sockaddr_un to;
    socklen_t to_len;
    int64_t feed_us;        /* every so often; 0: no watchdog */
    int64_t next_us;
    char status[256];
};

static void
find_watchdog(struct service *s)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t v;

    if (us == NULL || text_u64(us, 1, INT64_MAX / 2, &v) != 0)
        return;
    if (pid != NULL && strtoll(pid, NULL, 10) != getpid())
        return;
    s->feed_us = (int64_t)v / 2;
}

static void
find_socket(struct service *s)
{
    const char *path = getenv("NOTIFY_SOCKET");

    if (path == NULL || (path[0] != '/' && path[0] != '@') ||
        strlen(path) >= sizeof s->to.sun_path)
        return;
    s->to.sun_family = AF_UNIX;
    memcpy(s->to.sun_path, path, strlen(path));
    if (path[0] == '@')     /* an abstract name begins with NUL */
        s->to.sun_path[0] = '\0';
    s->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                            strlen(path));
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

struct service *
service_new(void)
{
    struct service *s = xcalloc(1, sizeof *s);

    s->fd = -1;
    find_socket(s);
    find_watchdog(s);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return s;
}

void
service_free(struct service *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

static void
tell(struct service *s, const char *text)
{
    if (s->fd < 0)
        return;
    /* A manager that does not listen is no reason to stop. */
    ssize_t n = sendto(s->fd, text, strlen(text), MSG_NOSIGNAL,
                       (const struct sockaddr *)&s->to, s->to_len);
    (void)n;
}

void
service_ready(struct service *s)
{
    tell(s, "READY=1");
}

void
service_stopping(struct service *s)
{
    tell(s, "STOPPING=1");
}

void
service_reloading(struct service *s, int64_t now_us)
{
    char text[80] = "";

    text_add(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)now_us);
    tell(s, text);
}

void
service_status(struct service *s, const char *text)
{
    char line[300] = "";

    if (s->fd < 0 || strcmp(text, s->status) == 0)
        return;
    s->status[0] = '\0';
    text_add(s->status, sizeof s->status, "%s", text);
    text_add(line, sizeof line, "STATUS=%s", s->status);
    tell(s, line);
}

void
service_tick(struct service *s, int64_t now_us)
{
    if (s->feed_us == 0 || s->fd < 0 || now_us < s->next_us)
        return;
    tell(s, "WATCHDOG=1");
    s->next_us = now_us + s->feed_us;
}

int64_t
service_deadline_us(const struct service *s)
{
    return s->feed_us == 0 || s->fd < 0 ? INT64_MAX : s->next_us;
}
