/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/text.h"
#include "proto/frame.h"
#include "proto/msg.h"

struct option {
    int name, value;
};

/* Never ZMQ_HEARTBEAT_IVL: libzmq 4.3.4 aborts the receiver under load. */
static const struct option COMMON[] = {
    { ZMQ_LINGER, 0 }, { ZMQ_RECONNECT_IVL, 100 },
    { ZMQ_RECONNECT_IVL_MAX, 5000 }, { ZMQ_CONNECT_TIMEOUT, 3000 },
    { ZMQ_HANDSHAKE_IVL, 3000 }, { ZMQ_TCP_KEEPALIVE, 1 },
    { ZMQ_TCP_KEEPALIVE_IDLE, 5 }, { ZMQ_TCP_KEEPALIVE_INTVL, 2 },
    { ZMQ_TCP_KEEPALIVE_CNT, 3 }, { ZMQ_TCP_MAXRT, 8000 },
    { ZMQ_BACKLOG, 1024 }, { 0, 0 }
};
static const struct option PULL[] = {
    { ZMQ_RCVHWM, 32 }, { ZMQ_RCVBUF, 262144 }, { 0, 0 }
};
static const struct option SUB[] = { { ZMQ_RCVHWM, 64 }, { 0, 0 } };
static const struct option PUB[] = { { ZMQ_SNDHWM, 16 }, { 0, 0 } };
static const struct option ROUTER[] = {
    { ZMQ_ROUTER_MANDATORY, 1 }, { ZMQ_ROUTER_HANDOVER, 0 },
    { ZMQ_SNDHWM, 1000 }, { ZMQ_RCVHWM, 32 }, { 0, 0 }
};
static const struct option PUSH[] = {
    { ZMQ_SNDHWM, 32 }, { ZMQ_IMMEDIATE, 1 }, { ZMQ_SNDBUF, 262144 },
    { ZMQ_SNDTIMEO, 0 }, { 0, 0 }
};
/* Threads for input and output: whatever comes in by TCP, strangers too, does
 * not keep clients of this host waiting, nor what goes out. */
enum affinity { INNER = 1, OUTER = 2 };

/* What may be said to each: a message, a state, a subscription. */
static const int64_t MOST[BOUND_SOCKETS] = {
    MESSAGE_MAX_BYTES, STATE_MAX_BYTES, 4096, MESSAGE_MAX_BYTES
};

void *
sockets_context(unsigned n_sockets)
{
    void *context = zmq_ctx_new();

    if (context == NULL)
        return NULL;
    zmq_ctx_set(context, ZMQ_IO_THREADS, 2);
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, (int)n_sockets);
    return context;
}

static bool
set_all(void *socket, const struct option *o)
{
    for (; o->name != 0; o++)
        if (zmq_setsockopt(socket, o->name, &o->value, sizeof o->value) != 0)
            return false;
    return true;
}

/* For what is bound or connected from now on. */
static bool
set_affinity(void *socket, enum affinity affinity)
{
    const uint64_t threads = affinity;

    return zmq_setsockopt(socket, ZMQ_AFFINITY, &threads,
                          sizeof threads) == 0;
}

static void *
new_socket(void *context, int type, bool ipv6, const struct option *own)
{
    void *s = zmq_socket(context, type);
    int six = ipv6;

    if (s != NULL && set_all(s, COMMON) && set_all(s, own) &&
        set_affinity(s, INNER) &&
        zmq_setsockopt(s, ZMQ_IPV6, &six, sizeof six) == 0)
        return s;
    if (s != NULL)
        zmq_close(s);
    return NULL;
}

static bool
subscribe(void *sub)
{
    uint8_t state[4], bye[4];

    frame_topic(MSG_STATE, state);
    frame_topic(MSG_BYE, bye);
    return zmq_setsockopt(sub, ZMQ_SUBSCRIBE, state, sizeof state) == 0 &&
           zmq_setsockopt(sub, ZMQ_SUBSCRIBE, bye, sizeof bye) == 0;
}

bool
sockets_open(void *context, bool ipv6, void *bound[BOUND_SOCKETS])
{
    static const int type[] = { ZMQ_PULL, ZMQ_SUB, ZMQ_PUB, ZMQ_ROUTER };
    static const struct option *const own[] = { PULL, SUB, PUB, ROUTER };

    for (int i = 0; i < BOUND_SOCKETS; i++) {
        bound[i] = new_socket(context, type[i], ipv6, own[i]);
        if (bound[i] == NULL ||
            zmq_setsockopt(bound[i], ZMQ_MAXMSGSIZE, &MOST[i],
                           sizeof MOST[i]) != 0)
            return false;
    }
    return subscribe(bound[BOUND_SUB]);
}

void *
sockets_push(void *context, bool ipv6)
{
    return new_socket(context, ZMQ_PUSH, ipv6, PUSH);
}

void
sockets_linger(void *socket, int ms)
{
    (void)zmq_setsockopt(socket, ZMQ_LINGER, &ms, sizeof ms);
}

void
tcp_address(const char *host, uint16_t port, char dst[TCP_ADDRESS_CAP])
{
    bool six = strchr(host, ':') != NULL;

    dst[0] = '\0';
    text_add(dst, TCP_ADDRESS_CAP, "tcp://%s%s%s:%u", six ? "[" : "", host,
             six ? "]" : "", (unsigned)port);
}

/* Four ports at all addresses, or none: -1, the error in errno and the
 * address that was refused in `where`. */
static int
bind_from(void *bound[BOUND_SOCKETS], char *const *address, uint16_t port,
          char where[TCP_ADDRESS_CAP])
{
    char done[TCP_ADDRESS_CAP];
    int n = 0, total = 0, error = 0;

    while (address[total] != NULL)
        total++;
    for (total *= BOUND_SOCKETS; n < total; n++) {
        tcp_address(address[n / BOUND_SOCKETS],
                    (uint16_t)(port + n % BOUND_SOCKETS), where);
        void *socket = bound[n % BOUND_SOCKETS];
        (void)set_affinity(socket, OUTER);
        int rc = zmq_bind(socket, where);
        error = errno;
        (void)set_affinity(socket, INNER);
        if (rc != 0)
            break;
    }
    if (n == total)
        return 0;
    while (n-- > 0) {
        tcp_address(address[n / BOUND_SOCKETS],
                    (uint16_t)(port + n % BOUND_SOCKETS), done);
        (void)zmq_unbind(bound[n % BOUND_SOCKETS], done);
    }
    errno = error;
    return -1;
}

/* The first port that the kernel lends to others. */
static unsigned
lent_from(void)
{
    FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    unsigned long low = 32768;
    char line[64];

    if (f != NULL && fgets(line, sizeof line, f) != NULL)
        low = strtoul(line, NULL, 10);
    if (f != NULL)
        fclose(f);
    return low < 32768 && low > 12000 ? (unsigned)low : 32768;
}

static int
bind_any(void *bound[BOUND_SOCKETS], char *const *address, uint16_t *port,
         char where[TCP_ADDRESS_CAP])
{
    enum { LOWEST = 10240, TRIES = 200 };
    uint32_t random = 0, room = lent_from() - BOUND_SOCKETS - LOWEST;

    for (int i = 0; i < TRIES; i++) {
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return -1;
        uint16_t base = (uint16_t)(LOWEST + random % room);
        if (bind_from(bound, address, base, where) == 0) {
            *port = base;
            return 0;
        }
        if (errno != EADDRINUSE)
            return -1;
    }
    return -1;
}

static const char *
reason(int error)
{
    if (error == EADDRINUSE)
        return "address in use (another lbagent? use listen.port)";
    return error == ENODEV ? "no such address here" : zmq_strerror(error);
}

bool
sockets_bind(void *bound[BOUND_SOCKETS], char *const *address, uint16_t *port,
             char *err, size_t cap)
{
    char where[TCP_ADDRESS_CAP] = "tcp://";
    int rc = *port != 0 ? bind_from(bound, address, *port, where)
                        : bind_any(bound, address, port, where);

    err[0] = '\0';
    if (rc != 0)
        text_add(err, cap, "%s: %s", where + strlen("tcp://"), reason(errno));
    return rc == 0;
}

static bool
bind_file(void *socket, const char *dir, const char *name, char *err,
          size_t cap)
{
    char address[300] = "";
    const char *path = address + strlen("ipc://");

    text_add(address, sizeof address, "ipc://%s/%s", dir, name);
    if (zmq_bind(socket, address) == 0 && chmod(path, 0660) == 0)
        return true;
    err[0] = '\0';
    text_add(err, cap, "%s: %s", path, zmq_strerror(errno));
    return false;
}

bool
sockets_bind_local(void *bound[BOUND_SOCKETS], const char *dir, char *err,
                   size_t cap)
{
    return bind_file(bound[BOUND_PUB], dir, "state.sock", err, cap) &&
           bind_file(bound[BOUND_ROUTER], dir, "control.sock", err, cap);
}
