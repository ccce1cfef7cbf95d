/* SPDX-License-Identifier: MPL-2.0 */
/* publishers_fault - what the last of the nodes does that none should do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/exits.h"
#include "tests/tools/publishers.h"

enum { GARBAGE = 150, BIG_BYTES = 100 * 1000, LONG_NAME = 255,
       AHEAD_MS = 3600 * 1000 };

static const char *const names[] = {
    [FAULT_NONE] = "none", [FAULT_VERSION] = "version", [FAULT_VIEW] = "view",
    [FAULT_SUBMIT] = "submit", [FAULT_GARBAGE] = "garbage",
    [FAULT_BIG] = "big", [FAULT_TWIN] = "twin",
    [FAULT_IMPOSSIBLE] = "impossible", [FAULT_CLOCK] = "clock",
    [FAULT_NAME] = "name", [FAULT_LONG] = "long", [FAULT_NO_NAME] = "no-name",
    [FAULT_TEXT] = "text"
};

enum fault
fault_find(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum fault)i;
    fprintf(stderr, "publishers: no fault \"%s\"\n", name);
    exit(EXIT_USAGE);
}

const char *
fault_name(const struct played *k)
{
    static char name[LONG_NAME + 1];

    switch (k->fault) {
    case FAULT_TWIN: return all.node[0].name;
    case FAULT_NAME: return "bad\x1b[31m\nname";
    case FAULT_NO_NAME: return "";
    case FAULT_LONG: return memset(name, 'n', LONG_NAME);
    default: return k->name;
    }
}

const char *
fault_text(const struct played *k, const char *text)
{
    return k->fault == FAULT_TEXT ? "no\x1b]0;owned\x07\x9b" "31m\nway" : text;
}

void
fault_state(const struct played *k, struct state *s)
{
    if (k->fault == FAULT_IMPOSSIBLE && k->states > 0) {
        s->throttle_percent = 0;
        s->cpu_permille = 40000;
        s->queued = 987654;
    }
    if (k->fault == FAULT_VERSION)
        s->version = span_str("protocol 2");
}

/* A frame that is made. */
void
fault_frame(const struct played *k, struct buf *out)
{
    if (k->fault == FAULT_VERSION)
        out->p[2] = PROTOCOL_VERSION + 1;
}

/* After each of its states. */
void
fault_publish(struct played *k)
{
    struct buf out = { 0 };
    uint8_t *big;

    switch (k->fault) {
    case FAULT_GARBAGE:
        frame(k, &(struct msg){ .type = MSG_BYE }, 1, &out);
        out.p[3] = MSG_STATE;       /* a body that is none */
        for (int i = 0; i < GARBAGE; i++)
            (void)zmq_send(k->pub, out.p, out.len, ZMQ_DONTWAIT);
        break;
    case FAULT_BIG:
        big = calloc(1, BIG_BYTES);
        frame(k, &(struct msg){ .type = MSG_BYE }, 1, &out);
        out.p[3] = MSG_STATE;
        if (big == NULL)
            abort();
        memcpy(big, out.p, out.len);
        (void)zmq_send(k->pub, big, BIG_BYTES, ZMQ_DONTWAIT);
        free(big);
        break;
    case FAULT_CLOCK:
    case FAULT_TEXT:
        publish_event(k, LOG_INFO, "told", fault_text(k, "ahead"));
        break;
    default: break;
    }
    buf_fini(&out);
}

uint64_t
fault_ahead_ms(const struct played *k)
{
    return k->fault == FAULT_CLOCK ? AHEAD_MS : 0;
}
