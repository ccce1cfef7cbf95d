/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"

enum { TURN_US = 20 * 1000, NEAR_MAX = 64, STEP_US = 100 * 1000,
       REST_US = 60 * 1000 * 1000 };

/* A recording that was begun while lbtop ran does not say how it connected. */
static void
start_late(struct shell *s)
{
    if (s->source.begin_us > 0)
        s->app->live->greeted = true;
}

int
shell_open(struct shell *s, struct options *o, bool ascii)
{
    char err[300];
    int width = o->dump_width > 0 ? o->dump_width : 80;
    int height = o->dump_height > 0 ? o->dump_height : 24;

    *s = (struct shell){ .o = o };
    int rc = source_open(&s->source, o, err);
    if (rc != EXIT_DONE) {
        fprintf(stderr, "lbtop: %s\n", err);
        source_close(&s->source);
        return rc;
    }
    struct app_options a = {
        .by = o->user,
        .seed = s->source.stream == STREAM_LIVE
                    ? (uint64_t)s->source.wall_ms << 20 ^ (uint64_t)getpid()
                    : o->seed,
        .wall_ms = s->source.wall_ms, .utc_off_s = s->source.utc_off_s,
        .width = width, .height = height, .stream = s->source.stream,
        .ascii = ascii, .braille = o->setup.graphs == 1,
        .read_only = o->read_only, .refresh_us = o->setup.refresh_us,
        .title = o->setup.title[0] != '\0' ? o->setup.title : NULL,
    };
    s->app = app_new(&a);
    setup_to_ui(&o->setup, &s->app->u);
    s->app->u.sort = o->sort;
    if (o->sorted)
        s->app->u.sort_own.by = COLUMNS_;
    s->app->u.screen = o->screen;
    text_add(s->app->u.from, sizeof s->app->u.from, "%s", o->ways.from);
    if (o->filter[0] != '\0') {
        char ignored[QUERY_ERROR_MAX];
        *ui_filter(&s->app->u) = query_new_of(ui_filtered(&s->app->u),
                                              o->filter, ignored);
    }
    start_late(s);
    /* What lies before the present comes first: time never goes back. */
    if (s->source.stream != STREAM_LIVE)
        shell_turn(s);
    for (size_t i = 0; i < o->setup.n_problems; i++)
        shell_note(s, NOTE_WARN, o->setup.problem[i]);
    return EXIT_DONE;
}

int
shell_close(struct shell *s)
{
    app_free(s->app);
    s->app = NULL;
    return source_close(&s->source);
}

/* ---- effects ---- */

static int
write_file(const char *path, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL, 0600);
    int rc = 0;

    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, bytes.p, bytes.len);
    if (n < 0 || fsync(fd) != 0)
        rc = -errno;
    else if (n != (ssize_t)bytes.len)
        rc = -ENOSPC;
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc != 0)
        unlink(path);
    return rc;
}

/* In place of a file: the old one stays until the new one is whole. */
static int
replace_file(const char *path, struct span bytes)
{
    char name[sizeof(((struct effect *)0)->text) + 32] = "";
    struct stat old;

    if (lstat(path, &old) == 0 && !S_ISREG(old.st_mode))
        return S_ISLNK(old.st_mode) ? -ELOOP : -EINVAL;
    text_add(name, sizeof name, "%s.%ld", path, (long)getpid());
    int rc = write_file(name, bytes);
    if (rc == 0 && rename(name, path) != 0) {
        rc = -errno;
        unlink(name);
    }
    return rc;
}

/* Never over a file that is there without a yes, never through a link. */
static int
write_screen(struct shell *s, const char *path, bool over)
{
    const struct ui *u = &s->app->u;
    struct canvas *c = canvas_new(u->width, u->height);
    struct buf out = { 0 };

    c->ascii = u->ascii;
    c->braille = u->braille;
    shell_draw(s, c);
    canvas_dump(c, false, &out);
    int rc = over ? replace_file(path, buf_span(&out))
                  : write_file(path, buf_span(&out));
    buf_fini(&out);
    canvas_free(c);
    return rc;
}

static void
say(struct shell *s, int rc, const char *what, const char *path)
{
    char text[400] = "";
    if (rc == 0)
        text_add(text, sizeof text, "%s %s", what, path);
    else
        text_add(text, sizeof text, "%s %s: %s", what, path, strerror(-rc));
    ui_flash(&s->app->u, source_now_us(&s->source), "%s", text);
    shell_note(s, rc == 0 ? NOTE_INFO : NOTE_ERROR, text);
}

static void
save_screen(struct shell *s, const struct effect *e)
{
    int rc = write_screen(s, e->text, e->yes);
    if (rc == -EEXIST)
        app_overwrite(s->app, e->text);
    else
        say(s, rc, "write", e->text);
}

/* The old one, if any, goes on until the new one has begun. */
static void
record(struct shell *s, const char *path)
{
    bool had = s->source.recorder != NULL;
    bool told = s->told_recording;
    int ended, rc = source_record(&s->source, path, s->o, &ended);

    if (rc == 0)
        s->told_recording = false;
    if (rc == 0 && ended != 0 && !told)
        say(s, ended, "record", "(the one before)");
    if (path[0] != '\0')
        say(s, rc, "record", path);
    else
        say(s, 0, "record", had ? "off" : "is off already");
}

static void
rewind_to(struct shell *s, int64_t us)
{
    if (!source_seek(&s->source, us))
        return;
    app_forget_all(s->app);
    start_late(s);
}

static void
carry_out(struct shell *s, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_ASK: source_ask(&s->source, s->app->live, &e->ask); break;
    case EFFECT_WRITE: save_screen(s, e); break;
    case EFFECT_SAVE:
        say(s, setup_save(&s->o->setup, &s->app->u), "save",
            s->o->setup.path); break;
    case EFFECT_CONNECT:
        if (s->source.net != NULL)
            net_connect(s->source.net, e->text);
        break;
    case EFFECT_RETRY:
        if (s->source.net != NULL)
            net_retry(s->source.net);
        break;
    case EFFECT_RECORD: record(s, e->text); break;
    case EFFECT_NOTE: {
        struct input in = { .at_us = source_now_us(&s->source),
                            .kind = IN_NOTE, .level = NOTE_INFO,
                            .note = span_str(e->text) };
        source_keep(&s->source, &in);
        break;
    }
    case EFFECT_SEEK: rewind_to(s, e->us); break;
    case EFFECT_SPEED: source_speed(&s->source, e->number); break;
    case EFFECT_PLAY: source_play(&s->source, s->source.stopped); break;
    case EFFECT_REDRAW: s->redraw_all = true; break;
    case EFFECT_MOUSE: s->mouse = true; break;
    case EFFECT_THEME: s->theme = true; break;
    case EFFECT_BEEP: s->beep = true; break;
    case EFFECT_SUSPEND: s->suspend = true; break;
    case EFFECT_QUIT: s->quit = true; break;
    }
}

static void
carry_out_all(struct shell *s)
{
    struct effect e;
    while (app_effect(s->app, &e))
        carry_out(s, &e);
}

/* ---- feeding ---- */

void
shell_feed(struct shell *s, const struct input *in)
{
    if (in->kind == IN_KEY || in->kind == IN_PASTE || in->kind == IN_SIZE)
        s->touched_us = in->at_us;
    app_input(s->app, in);
    carry_out_all(s);
    s->dirty = true;
}

void
shell_key(struct shell *s, uint32_t key)
{
    struct input in = { .at_us = source_now_us(&s->source), .kind = IN_KEY,
                        .key = key };
    source_keep(&s->source, &in);
    shell_feed(s, &in);
}

void
shell_note(struct shell *s, enum note_level level, const char *text)
{
    struct input in = { .at_us = source_now_us(&s->source), .kind = IN_NOTE,
                        .level = (uint8_t)level, .note = span_str(text) };
    shell_feed(s, &in);
}

/* Nodes that deserve their full rate: on the screen. */
static size_t
near_nodes(const struct shell *s, struct node_id *near)
{
    const struct ui *u = &s->app->u;
    size_t n = 0;

    for (size_t i = u->nodes.top; i < u->nodes.n && n < NEAR_MAX &&
                                  i < u->nodes.top + (size_t)u->nodes.rows;
         i++)
        near[n++] = u->shown[i]->id;
    return n;
}

/* That the recording stops: once of each. */
static void
tell_recording(struct shell *s)
{
    const struct recorder *r = s->source.recorder;
    char text[200] = "";
    int rc = r != NULL ? recorder_error(r) : 0;

    if (rc == 0 || s->told_recording)
        return;
    if (rc == -EFBIG)
        text_add(text, sizeof text, "recording stops: it is as large as "
                 "--record-max allows");
    else
        text_add(text, sizeof text, "recording stops: %s", strerror(-rc));
    s->told_recording = true;
    shell_note(s, NOTE_ERROR, text);
}

/* That what is played is damaged where it ends: once. */
static void
tell_damage(struct shell *s)
{
    const struct source *from = &s->source;
    char text[200] = "";

    if (s->told_damage || from->stream != STREAM_REPLAY ||
        replay_damage(from->replay) < 0 ||
        source_now_us(from) < replay_end_us(from->replay))
        return;
    text_add(text, sizeof text, "recording ends here (damaged at byte %lld)",
             (long long)replay_damage(from->replay));
    s->told_damage = true;
    shell_note(s, NOTE_ERROR, text);
}

void
shell_turn(struct shell *s)
{
    struct input in;
    int64_t begin = source_now_us(&s->source);
    struct node_id near[NEAR_MAX];

    while (source_next(&s->source, &in)) {
        app_input(s->app, &in);
        s->dirty = true;
        carry_out_all(s);
        if (s->source.stream == STREAM_LIVE &&
            source_now_us(&s->source) - begin > TURN_US)
            break;
    }
    in = (struct input){ .at_us = source_now_us(&s->source),
                         .kind = IN_TICK };
    app_input(s->app, &in);
    carry_out_all(s);
    tell_recording(s);
    tell_damage(s);
    setup_cluster(&s->o->setup, &s->app->u, s->app->live->cluster);
    if (s->source.net != NULL)
        net_look(s->source.net, s->app->live, in.at_us, near,
                 near_nodes(s, near));
}

int64_t
shell_deadline_us(const struct shell *s)
{
    int64_t a = app_deadline_us(s->app), b = source_deadline_us(&s->source);
    return a < b ? a : b;
}

/* ---- drawing ---- */

static void
tell_title(struct shell *s)
{
    struct ui *u = &s->app->u;
    int64_t now_us = source_now_us(&s->source);
    time_t wall = (time_t)((s->source.wall_ms + now_us / 1000) / 1000 +
                           s->source.utc_off_s);
    struct tm t;

    /* Else a screen on which nothing happens would change each second. */
    bool rest = s->rests && s->source.stream != STREAM_REPLAY &&
                now_us - s->touched_us >= REST_US;
    if (gmtime_r(&wall, &t) != NULL)
        (void)strftime(u->clock, sizeof u->clock,
                       rest ? "%H:%M" : "%H:%M:%S", &t);
    u->utc_off_s = s->source.utc_off_s;
    u->replay_at_us = now_us - s->source.begin_us;
    u->replay_end_us = s->source.end_us - s->source.begin_us;
    u->replay_begin_us = s->source.begin_us;
    u->replay_speed = s->source.stopped ? -1 : s->source.speed;
    u->record_bytes = s->source.recorder != NULL
                          ? recorder_bytes(s->source.recorder) + 1 : 0;
    u->record_gaps = s->source.recorder != NULL &&
                     recorder_gaps(s->source.recorder);
}

void
shell_draw(struct shell *s, struct canvas *c)
{
    tell_title(s);
    app_draw(s->app, c);
}

/* ---- until all is there ---- */

bool
shell_is_complete(const struct shell *s)
{
    const struct model *m = s->app->live;

    if (s->source.stream == STREAM_REPLAY)
        return m->n > 0 || source_now_us(&s->source) >= s->source.end_us;
    if (s->source.stream == STREAM_DEMO)
        return true;
    if (m->n == 0 || m->way_in[0] == '\0')
        return false;
    for (size_t i = 0; i < m->n; i++)
        if (m->node[i]->seen == SEEN_NEW)
            return false;
    return true;
}

void
shell_wait(struct shell *s, int64_t until_us)
{
    struct waiting w = { .until_us = shell_deadline_us(s), .most_us = -1 };

    if (until_us < w.until_us)
        w.until_us = until_us;
    source_wait(&s->source, &w);
}

/* All that live have told their state themselves, and what was before. */
static bool
has_heard(const struct shell *s)
{
    const struct model *m = s->app->live;

    for (size_t i = 0; i < m->n; i++)
        if (node_is_up(m->node[i]) && m->node[i]->by_way_in)
            return false;
    return shell_is_complete(s) && (s->source.stream != STREAM_LIVE ||
                                    !app_awaits_past(s->app));
}

static bool
wait_until(struct shell *s, bool (*all)(const struct shell *s))
{
    int64_t end = source_now_us(&s->source) + s->o->timeout_us;

    for (;;) {
        shell_turn(s);
        int64_t now = source_now_us(&s->source);
        if (all(s))
            return true;
        /* A recording may begin late. */
        if (s->source.stream == STREAM_REPLAY && s->app->live->n == 0)
            end = now + s->o->timeout_us;
        if (now >= end || (s->interrupted != NULL && *s->interrupted != 0))
            return false;
        shell_wait(s, s->source.virtual_time ? now + STEP_US : end);
    }
}

bool
shell_complete(struct shell *s)
{
    return wait_until(s, shell_is_complete);
}

bool
shell_hear(struct shell *s)
{
    return wait_until(s, has_heard);
}

void
shell_press(struct shell *s, const char *keys)
{
    uint32_t key;
    int64_t wait_us;
    size_t n;

    while (*keys != '\0' && (n = key_parse(keys, &key, &wait_us)) > 0) {
        keys += n;
        if (wait_us > 0) {
            int64_t until = source_now_us(&s->source) + wait_us;
            while (source_now_us(&s->source) < until) {
                shell_wait(s, until);
                shell_turn(s);
            }
            continue;
        }
        shell_key(s, key);
    }
}
