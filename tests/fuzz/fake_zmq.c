/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/fuzz/fake_zmq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/xalloc.h"
#include "proto/dial.h"
#include "proto/lb.h"

bool (*fake_receive)(struct buf *out);
void (*fake_sent)(struct span frame);

struct got {                /* lies in a zmq_msg_t */
    uint8_t *p;
    size_t len;
};

_Static_assert(sizeof(struct got) <= sizeof(zmq_msg_t), "does not fit");

static int context;         /* stands for all of them, and for sockets */

void *
zmq_ctx_new(void)
{
    return &context;
}

int
zmq_ctx_term(void *c)
{
    (void)c;
    return 0;
}

void *
zmq_socket(void *c, int kind)
{
    (void)kind;
    return c;
}

int
zmq_close(void *s)
{
    (void)s;
    return 0;
}

int
zmq_connect(void *s, const char *where)
{
    (void)s;
    (void)where;
    return 0;
}

int
zmq_setsockopt(void *s, int name, const void *value, size_t len)
{
    (void)s;
    (void)name;
    (void)value;
    (void)len;
    return 0;
}

int
zmq_getsockopt(void *s, int name, void *value, size_t *len)
{
    (void)s;
    (void)name;
    memset(value, 0, *len);
    return 0;
}

int
zmq_socket_monitor(void *s, const char *where, int events)
{
    (void)s;
    (void)where;
    (void)events;
    return -1;
}

int
zmq_send(void *s, const void *p, size_t len, int flags)
{
    (void)s;
    (void)flags;
    fake_sent(span_of(p, len));
    return (int)len;
}

int
zmq_recv(void *s, void *p, size_t len, int flags)
{
    (void)s;
    (void)p;
    (void)len;
    (void)flags;
    errno = EAGAIN;
    return -1;
}

int
zmq_poll(zmq_pollitem_t *items, int n, long wait)
{
    (void)items;
    (void)n;
    (void)wait;
    return 0;
}

int
zmq_msg_init(zmq_msg_t *m)
{
    memset(m, 0, sizeof *m);
    return 0;
}

int
zmq_msg_recv(zmq_msg_t *m, void *s, int flags)
{
    struct got *g = (struct got *)(void *)m;
    struct buf frame = { 0 };

    (void)s;
    (void)flags;
    if (!fake_receive(&frame)) {
        errno = EAGAIN;
        return -1;
    }
    g->p = xmalloc(frame.len == 0 ? 1 : frame.len);
    if (frame.len > 0)
        memcpy(g->p, frame.p, frame.len);
    g->len = frame.len;
    buf_fini(&frame);
    return (int)g->len;
}

void *
zmq_msg_data(zmq_msg_t *m)
{
    return ((struct got *)(void *)m)->p;
}

size_t
zmq_msg_size(const zmq_msg_t *m)
{
    return ((const struct got *)(const void *)m)->len;
}

int
zmq_msg_close(zmq_msg_t *m)
{
    free(((struct got *)(void *)m)->p);
    return zmq_msg_init(m);
}

const char *
zmq_strerror(int error)
{
    return strerror(error);
}

/* ---- dial: whoever is called is there; a look at the clock takes 1 ms ---- */

int
dial(struct dial *d)
{
    d->address[0] = '\0';
    return LB_OK;
}

enum dial_word
dial_listen(struct dial *d)
{
    (void)d;
    return DIAL_SILENT;
}

int64_t
dial_now_ms(void)
{
    static int64_t now_ms;

    return ++now_ms;
}

bool
dial_interrupted(const volatile sig_atomic_t *flag)
{
    return flag != NULL && *flag != 0;
}
