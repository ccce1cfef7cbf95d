/* SPDX-License-Identifier: MPL-2.0 */
/*
 * shell - one app fed by one source: what screen, batch, --exec and --dump
 * have in common. Carries out effects, but for those that only a terminal
 * has.
 */
#ifndef LB_SHELL_H
#define LB_SHELL_H

#include <signal.h>

#include "tui/app.h"
#include "tui/source.h"

struct shell {
    struct options *o;
    struct source source;
    struct app *app;
    bool redraw_all, quit, suspend, beep, theme, mouse;   /* asked for */
    bool told_recording;    /* that the one under way has stopped */
    bool told_damage;       /* that the one that is played ends so */
    bool dirty;             /* something was fed since last looked at */
    bool rests;             /* the clock tells minutes while no key comes */
    int64_t touched_us;     /* last key, paste or size */
    const volatile sig_atomic_t *interrupted;   /* not 0: no more waiting;
                               NULL: nobody says so */
};

/* 0, or an exit status after a message. */
int shell_open(struct shell *s, struct options *o, bool ascii);
/* 0, or -errno if a recording could not be written. */
int shell_close(struct shell *s);
/* Feeds one input that the shell itself has (key, size, note, tick). */
void shell_feed(struct shell *s, const struct input *in);
void shell_key(struct shell *s, uint32_t key);
void shell_note(struct shell *s, enum note_level level, const char *text);
/* Feeds all that is there and lets time act; carries out effects. */
void shell_turn(struct shell *s);
/* When shell_turn wants to be called, in lbtop's time. */
int64_t shell_deadline_us(const struct shell *s);
/* Sets clock, replay and recording facts for the title; draws. */
void shell_draw(struct shell *s, struct canvas *c);
/* Every member has told its state; replay: there is one, or it is over. */
bool shell_is_complete(const struct shell *s);
/* Until something is there, or that time. */
void shell_wait(struct shell *s, int64_t until_us);
/* Waits for that, for --timeout at most. False: time is over, or
 * interrupted. */
bool shell_complete(struct shell *s);
/* Likewise until all that live have told it themselves, with their workloads:
 * what the way in knows of them says nothing of those; on Messages, until they
 * have told what was before, too. */
bool shell_hear(struct shell *s);
/* Presses the keys of --keys. */
void shell_press(struct shell *s, const char *keys);

/* The ways of running: exit statuses. */
int run_screen(struct options *o);
int run_batch(struct options *o);
int run_exec(struct options *o);
int run_dump(struct options *o);

#endif
