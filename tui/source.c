/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/source.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/exits.h"
#include "base/text.h"

/* Of very many made-up nodes there is less to remember. */
enum { POLL_MAX = 256, WAIT_MAX_US = 1000 * 1000, ERR = 300,
       DEMO_HISTORY_US = 120 * 1000 * 1000, DEMO_MANY = 2000,
       DEMO_SHORT_US = 15 * 1000 * 1000 };

int64_t
source_real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
take_wall(struct source *s, bool utc)
{
    struct timespec now;
    struct tm local;

    clock_gettime(CLOCK_REALTIME, &now);
    s->wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (!utc && localtime_r(&now.tv_sec, &local) != NULL)
        s->utc_off_s = (int)local.tm_gmtoff;
}

int64_t
source_now_us(const struct source *s)
{
    if (s->virtual_time || s->stopped)
        return s->base_us;
    double passed = (double)(source_real_us() - s->zero_us) * s->speed;
    int64_t now = s->base_us + (int64_t)passed;
    return s->stream == STREAM_REPLAY && now > s->end_us ? s->end_us : now;
}

/* Makes `at_us` the present. */
static void
set_now(struct source *s, int64_t at_us)
{
    s->base_us = at_us;
    s->zero_us = source_real_us();
}

static int
open_replay(struct source *s, const struct options *o, char *err)
{
    int status;
    int64_t at;

    s->replay = replay_open(o->replay, &status, err);
    if (s->replay == NULL)
        return status;
    const struct record_head *h = replay_head(s->replay);
    s->stream = STREAM_REPLAY;
    s->wall_ms = h->wall_ms;
    s->utc_off_s = o->setup.utc ? 0 : h->utc_off_s;
    s->begin_us = replay_begin_us(s->replay);
    s->end_us = replay_end_us(s->replay);
    set_now(s, s->begin_us);
    s->with_keys = o->with_keys;
    if (o->until[0] != '\0') {
        if (replay_time(s->replay, o->until, &at) != 0) {
            text_add(err, ERR, "--until: \"%s\" is not a time (14:02:37, "
                     "+2min)", o->until);
            return EXIT_USAGE;
        }
        s->end_us = at < s->end_us ? at : s->end_us;
    }
    if (o->at[0] != '\0') {
        if (replay_time(s->replay, o->at, &at) != 0) {
            text_add(err, ERR, "--at: \"%s\" is not a time (14:02:37, +2min)",
                     o->at);
            return EXIT_USAGE;
        }
        at = at > s->begin_us ? at : s->begin_us;
        set_now(s, at < s->end_us ? at : s->end_us);
    }
    return EXIT_DONE;
}

static void
open_net(struct source *s, const struct options *o)
{
    const char *where[WAYS_MAX];
    for (size_t i = 0; i < o->ways.n; i++)
        where[i] = o->ways.where[i];
    struct net_options n = { .where = where, .n_where = o->ways.n,
                             .by = o->user };
    s->net = net_new(&n);
}

int
source_open(struct source *s, const struct options *o, char *err)
{
    *s = (struct source){ .stream = STREAM_LIVE, .speed = 1,
                          .end_us = INT64_MAX };
    err[0] = '\0';
    take_wall(s, o->setup.utc);
    set_now(s, 0);
    if (o->replay[0] != '\0') {
        s->speed = o->speed > 0 ? o->speed : 1;
        s->virtual_time = o->dump_width > 0 || o->batch || o->speed <= 0;
        return open_replay(s, o, err);
    }
    if (o->demo > 0) {
        s->stream = STREAM_DEMO;
        s->demo = demo_new(o->demo, o->seed);
        s->wall_ms = DEMO_WALL_MS;
        s->utc_off_s = 0;
        s->virtual_time = o->dump_width > 0;
        set_now(s, o->demo > DEMO_MANY ? DEMO_SHORT_US : DEMO_HISTORY_US);
    } else {
        open_net(s, o);
    }
    if (o->record[0] == '\0')
        return EXIT_DONE;
    int rc = source_record(s, o->record, o, NULL);
    if (rc == 0)
        return EXIT_DONE;
    text_add(err, ERR, "--record: %s: %s", o->record, strerror(-rc));
    return EXIT_DISK;
}

int
source_close(struct source *s)
{
    int rc = s->recorder != NULL ? recorder_free(s->recorder) : 0;

    net_free(s->net);
    replay_free(s->replay);
    demo_free(s->demo);
    *s = (struct source){ .stream = STREAM_LIVE };
    return rc == -EFBIG ? 0 : rc;
}

bool
source_next(struct source *s, struct input *out)
{
    struct span raw = { NULL, 0 };
    int64_t now_us = source_now_us(s);
    bool is = false;

    if (s->net != NULL)
        is = net_next(s->net, now_us, out, &raw);
    else if (s->replay != NULL)
        is = replay_next(s->replay, now_us, s->with_keys, out);
    else if (s->demo != NULL)
        is = demo_next(s->demo, now_us, out);
    if (is && s->recorder != NULL)
        recorder_put(s->recorder, out, raw);
    return is;
}

void
source_ask(struct source *s, const struct model *m, const struct question *q)
{
    struct input in = { .at_us = source_now_us(s), .kind = IN_ASKED,
                        .asked = *q };
    source_keep(s, &in);
    if (s->net != NULL)
        (void)net_ask(s->net, m, q);
    else if (s->demo != NULL)
        demo_ask(s->demo, in.at_us, q);
}

void
source_keep(struct source *s, const struct input *in)
{
    if (s->recorder != NULL)
        recorder_put(s->recorder, in, (struct span){ NULL, 0 });
}

int64_t
source_deadline_us(const struct source *s)
{
    return s->net != NULL ? net_deadline_us(s->net) : INT64_MAX;
}

/* µs of the real clock until `until_us` of ours, -1: for ever, as at the end
 * of a recording, where time stands. */
static int64_t
real_wait_us(const struct source *s, int64_t until_us)
{
    if (s->stopped || until_us == INT64_MAX)
        return -1;
    int64_t left = until_us - source_now_us(s);
    if (left > 0 && s->stream == STREAM_REPLAY && until_us - left >= s->end_us)
        return -1;
    return left <= 0 ? 0 : (int64_t)((double)left / s->speed);
}

void
source_wait(struct source *s, const struct waiting *w)
{
    zmq_pollitem_t items[POLL_MAX];
    size_t n = w->n_own;
    int64_t wait = 0;

    if (s->virtual_time) {
        if (w->until_us != INT64_MAX && w->until_us > s->base_us)
            s->base_us = w->until_us;
    } else {
        wait = real_wait_us(s, w->until_us);
        if (w->most_us >= 0 && (wait < 0 || wait > w->most_us))
            wait = w->most_us;
    }
    if (n > 0)
        memcpy(items, w->own, n * sizeof *items);
    if (s->net != NULL)
        n += net_poll(s->net, items + n, POLL_MAX - n);
    if (n == 0 && wait < 0)
        wait = WAIT_MAX_US;
    (void)zmq_poll(items, (int)n,
                   wait < 0 ? -1 : (long)((wait + 999) / 1000));
    if (w->n_own > 0)
        memcpy(w->own, items, w->n_own * sizeof *items);
}

int
source_record(struct source *s, const char *path, const struct options *o,
              int *ended)
{
    struct record_head h = { .wall_ms = s->wall_ms,
                             .utc_off_s = s->utc_off_s,
                             .ascii = o->setup.ascii,
                             .refresh_us = o->setup.refresh_us };
    struct recorder *next = NULL;

    if (ended != NULL)
        *ended = 0;
    if (path[0] != '\0' &&
        (next = recorder_new(path, &h, o->record_max)) == NULL)
        return -errno;
    int rc = s->recorder != NULL ? recorder_free(s->recorder) : 0;
    if (ended != NULL)
        *ended = rc == -EFBIG ? 0 : rc;
    s->recorder = next;
    return 0;
}

/* ---- replay ---- */

bool
source_seek(struct source *s, int64_t to_us)
{
    bool back = to_us < source_now_us(s);

    if (to_us < s->begin_us)
        to_us = s->begin_us;
    if (to_us > s->end_us)
        to_us = s->end_us;
    if (s->replay != NULL && back)
        replay_rewind(s->replay);
    set_now(s, to_us);
    return s->replay != NULL && back;
}

void
source_speed(struct source *s, double speed)
{
    set_now(s, source_now_us(s));
    s->speed = speed;
}

void
source_play(struct source *s, bool on)
{
    set_now(s, source_now_us(s));
    s->stopped = !on;
}
