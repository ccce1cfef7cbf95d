/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/bench/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void
die(const char *text)
{
    fprintf(stderr, "bench: %s\n", text);
    _exit(1);
}

int64_t
clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct wire *
wire_open(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    struct wire *w = calloc(1, sizeof *w);
    int yes = 1;
    if (w == NULL)
        die("out of memory");
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("the server does not answer");
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return w;
}

void
wire_close(struct wire *w)
{
    close(w->fd);
    free(w);
}

void
wire_flush(struct wire *w)
{
    for (size_t at = 0; at < w->out_len;) {
        ssize_t n = send(w->fd, w->out + at, w->out_len - at, MSG_NOSIGNAL);
        if (n <= 0)
            die("the server has closed the connection");
        at += (size_t)n;
    }
    w->out_len = 0;
}

void
wire_put(struct wire *w, const void *p, size_t len)
{
    if (len > WIRE_BYTES)
        die("too long");
    if (w->out_len + len > WIRE_BYTES)
        wire_flush(w);
    memcpy(w->out + w->out_len, p, len);
    w->out_len += len;
}

static void
fill(struct wire *w)
{
    wire_flush(w);
    if (w->in_at > 0) {
        memmove(w->in, w->in + w->in_at, w->in_len - w->in_at);
        w->in_len -= w->in_at;
        w->in_at = 0;
    }
    ssize_t n = recv(w->fd, w->in + w->in_len, WIRE_BYTES - w->in_len, 0);
    if (n <= 0)
        die("the server has closed the connection");
    w->in_len += (size_t)n;
}

const char *
wire_get(struct wire *w, size_t len)
{
    if (len > WIRE_BYTES)
        die("too long");
    while (w->in_len - w->in_at < len)
        fill(w);
    w->in_at += len;
    return w->in + w->in_at - len;
}

const char *
wire_line(struct wire *w)
{
    char *end;
    while ((end = memchr(w->in + w->in_at, '\n', w->in_len - w->in_at))
           == NULL) {
        if (w->in_len - w->in_at == WIRE_BYTES)
            die("too long");
        fill(w);
    }
    char *line = w->in + w->in_at;
    w->in_at = (size_t)(end - w->in) + 1;
    *end = '\0';
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    return line;
}

int
wire_empty(const struct wire *w)
{
    return w->in_at == w->in_len;
}
