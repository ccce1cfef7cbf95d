/* SPDX-License-Identifier: MPL-2.0 */
/* The screen: terminal, signals, keys, and frames at their pace. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/history.h"
#include "tui/pending.h"
#include "tui/shell.h"
#include "tui/stray.h"
#include "tui/term.h"

enum { KEY_FRAME_US = 50 * 1000, SLOW_US = 300 * 1000,
       REFRESH_MAX_US = 8 * 1000 * 1000 };

/* What a screen is of: while it stays, few rows answer a key. */
enum { PLACE = 9 };
struct place { size_t v[PLACE]; };

struct live {
    struct shell shell;
    struct canvas *canvas;
    bool key;               /* pressed since the last frame */
    bool first;
    bool stuck;             /* the frame that is due has to wait */
    struct place place;
    int64_t drawn_us;
    int64_t wanted_us;      /* refresh period as asked for */
    uint64_t frames;
    enum theme theme;       /* the terminal's */
    size_t n_problems;      /* of the setup file that were told */
    int status;
};

static int64_t
now_us(const struct live *l)
{
    return source_now_us(&l->shell.source);
}

static void
take_size(struct live *l)
{
    struct input in = { .at_us = now_us(l), .kind = IN_SIZE };
    int width, height;

    term_size(&width, &height);
    in.width = width;
    in.height = height;
    const struct ui *u = &l->shell.app->u;
    canvas_free(l->canvas);
    l->canvas = canvas_new(width, height);
    l->canvas->ascii = u->ascii;
    l->canvas->braille = u->braille;
    source_keep(&l->shell.source, &in);
    shell_feed(&l->shell, &in);
    l->key = true;
}

static void
end(struct live *l, int status)
{
    l->shell.quit = true;
    l->status = status;
}

/* Nobody can be told any more: the next lbtop does. */
static void
lose_terminal(struct live *l)
{
    if (l->shell.source.stream == STREAM_LIVE && !l->shell.quit)
        (void)pending_save(l->shell.app->wishes, l->shell.app->live);
    end(l, EXIT_FAILED);
}

/* What an lbtop that lost its terminal has left. */
static void
tell_pending(struct live *l)
{
    char text[NOTE_TEXT_MAX];

    if (l->shell.source.stream == STREAM_LIVE &&
        pending_take(text, sizeof text))
        shell_note(&l->shell, NOTE_WARN, text);
}

static void
take_signals(struct live *l)
{
    bool resized = false;

    for (int number; (number = term_signal()) != 0;) {
        switch (number) {
        case SIGWINCH: case SIGCONT: resized = true; break;
        case SIGINT: end(l, EXIT_INT); break;
        case SIGHUP: lose_terminal(l); break;
        case SIGTERM: case SIGQUIT: end(l, EXIT_TERM); break;
        case SIGTSTP: l->shell.suspend = true; break;
        default: break;
        }
    }
    if (resized) {
        take_size(l);
        /* It may have been small in between and is as large as before. */
        l->shell.redraw_all = true;
    }
}

static void
take_keys(struct live *l)
{
    struct span paste;
    int64_t key;

    while ((key = term_key(source_real_us(), &paste)) > 0) {
        l->key = true;
        if (paste.p == NULL) {
            shell_key(&l->shell, (uint32_t)key);
            continue;
        }
        struct input in = { .at_us = now_us(l), .kind = IN_PASTE,
                            .paste = paste };
        source_keep(&l->shell.source, &in);
        shell_feed(&l->shell, &in);
    }
    if (key < 0)
        lose_terminal(l);
}

static void
take_stray(struct live *l)
{
    char line[NOTE_TEXT_MAX];
    while (stray_line(line, sizeof line))
        shell_note(&l->shell, NOTE_WARN, line);
}

/* What the section of this cluster in the setup file says came with its
 * name. */
static void
tell_setup(struct live *l)
{
    const struct setup *s = &l->shell.o->setup;

    while (l->n_problems < s->n_problems)
        shell_note(&l->shell, NOTE_WARN, s->problem[l->n_problems++]);
    if (l->theme != l->shell.app->u.theme)
        l->shell.theme = true;
    l->theme = l->shell.app->u.theme;
}

/* What the app asked of the terminal. */
static void
obey(struct live *l)
{
    struct shell *s = &l->shell;

    if (s->suspend) {
        term_suspend();
        take_size(l);
    }
    if (s->beep)
        term_beep();
    if (s->theme)
        term_theme(s->app->u.theme);
    if (s->mouse)
        term_mouse(s->app->u.mouse);
    l->canvas->ascii = s->app->u.ascii;
    l->canvas->braille = s->app->u.braille;
    s->suspend = s->beep = s->theme = s->mouse = false;
}

/* The period that the link can follow: doubled while it takes long. */
static void
pace(struct live *l, int64_t took_us)
{
    struct ui *u = &l->shell.app->u;

    if (!u->paced || u->refresh_us <= l->wanted_us)
        l->wanted_us = u->refresh_us;
    l->shell.o->setup.refresh_us = l->wanted_us;
    if (took_us > SLOW_US && u->refresh_us < REFRESH_MAX_US) {
        u->refresh_us *= 2;
        u->paced = true;
    } else if (took_us < SLOW_US / 4 && u->paced) {
        u->refresh_us /= 2;
        u->paced = u->refresh_us > l->wanted_us;
    }
    u->slow_link = u->paced && u->refresh_us >= 4 * l->wanted_us;
}

/* Real µs until a frame may be drawn. */
static int64_t
frame_wait_us(const struct live *l)
{
    int64_t gap = l->key ? KEY_FRAME_US : l->shell.app->u.refresh_us;
    int64_t left = l->drawn_us + gap - source_real_us();
    return l->first || left < 0 ? 0 : left;
}

/* Whether the screen is of what it was of; remembers it. */
static bool
is_same_place(struct live *l)
{
    const struct ui *u = &l->shell.app->u;
    const struct place now = { {
        u->screen, u->dialog.open, u->menu.open, u->prompt.use != PROMPT_NONE,
        u->nodes.top, u->jobs.top, u->messages.top, (size_t)u->help_page,
        (size_t)u->detail_top,
    } };
    bool same = true;

    for (size_t i = 0; i < PLACE; i++)
        same = same && now.v[i] == l->place.v[i];
    l->place = now;
    return same;
}

static void
draw(struct live *l)
{
    int64_t now = source_real_us(), took = term_took_us();

    l->stuck = false;
    if (took >= 0)
        pace(l, took);
    if (frame_wait_us(l) > 0 && !l->shell.redraw_all)
        return;
    bool ready = term_ready(now);
    l->stuck = !ready && !(l->key && term_may_echo());
    if (l->stuck)
        return;
    shell_draw(&l->shell, l->canvas);
    bool same = is_same_place(l);
    term_draw(l->canvas, l->shell.redraw_all ? DRAW_ALL
                         : !ready && same    ? DRAW_ECHO : DRAW_CHANGED, now);
    l->shell.redraw_all = l->key = l->first = l->shell.dirty = false;
    l->drawn_us = now;
    l->frames++;
    if (l->shell.o->iterations > 0 && l->frames >= l->shell.o->iterations)
        end(l, EXIT_DONE);
}

static void
turn(struct live *l)
{
    zmq_pollitem_t own[] = {
        { NULL, term_key_fd(), ZMQ_POLLIN, 0 },
        { NULL, term_signal_fd(), ZMQ_POLLIN, 0 },
        { NULL, stray_fd(), ZMQ_POLLIN, 0 },
    };
    struct waiting w = { .own = own, .n_own = stray_fd() >= 0 ? 3 : 2,
                         .until_us = shell_deadline_us(&l->shell),
                         .most_us = frame_wait_us(l) };
    int64_t answer = term_deadline_us();

    if (l->stuck && w.most_us == 0)
        w.most_us = answer == INT64_MAX ? KEY_FRAME_US
                                        : answer - source_real_us();
    if (w.most_us < 0)
        w.most_us = 0;
    source_wait(&l->shell.source, &w);
    take_signals(l);
    take_keys(l);
    take_stray(l);
    shell_turn(&l->shell);
    tell_setup(l);
    obey(l);
    draw(l);
}

int
run_screen(struct options *o)
{
    struct live l = { .first = true, .status = EXIT_DONE };
    char err[300], text[120] = "";
    const char *why = NULL;
    bool ascii = o->setup.ascii || (!o->setup.utf8 && term_wants_ascii(&why));
    struct term_options t = { .theme = (enum theme)o->setup.theme,
                              .colour = o->setup.colour,
                              .mouse = o->setup.mouse,
                              .pace = o->setup.pace,
                              .esc_delay_us = o->setup.esc_delay_us };
    int rc = shell_open(&l.shell, o, ascii);
    if (rc != EXIT_DONE)
        return rc;
    if (term_open(&t, err) != 0) {
        fprintf(stderr, "lbtop: %s\n", err);
        (void)shell_close(&l.shell);
        return EXIT_USAGE;
    }
    if (why != NULL) {
        text_add(text, sizeof text, "ASCII only: %s", why);
        shell_note(&l.shell, NOTE_INFO, text);
    }
    l.wanted_us = o->setup.refresh_us;
    l.theme = (enum theme)o->setup.theme;
    l.n_problems = o->setup.n_problems;
    stray_begin();
    history_load(&l.shell.app->u.prompt);
    tell_pending(&l);
    take_size(&l);
    shell_press(&l.shell, o->keys);
    l.shell.rests = true;
    while (!l.shell.quit)
        turn(&l);
    term_close();
    history_save(&l.shell.app->u.prompt);
    (void)shell_close(&l.shell);     /* said on the screen */
    stray_end();
    canvas_free(l.canvas);
    return l.status;
}
