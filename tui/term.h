/* SPDX-License-Identifier: MPL-2.0 */
/*
 * term - the terminal: canvas in, keys out. Only term.c knows curses; what the
 * keys' bytes mean in time (escape, paste) is term_key.c, what a crash must
 * leave behind is term_restore.c.
 *
 * One terminal a process; one thread calls it. After term_open the terminal
 * is restored on every way out: term_close, signals (ABRT SEGV BUS FPE ILL
 * by a handler that only writes and raises again), stop and continue.
 */
#ifndef LB_TERM_H
#define LB_TERM_H

#include "tui/canvas.h"
#include "tui/theme.h"

struct term_options {
    enum theme theme;
    int colour;             /* -1 auto (NO_COLOR, TERM), 0 never, 1 always */
    bool mouse, pace;
    int64_t esc_delay_us;
};

/* 0, or -1 with a text for people in err (300 bytes): TERM unknown or dumb, no
 * terminal. Before it: term_wants_ascii says what the locale and TERM can
 * show (setlocale has been called). */
int term_open(const struct term_options *o, char *err);
void term_close(void);
bool term_wants_ascii(const char **why);
/* "ncurses 6.4 ..." */
const char *term_library(void);
void term_size(int *width, int *height);
void term_theme(enum theme t);
void term_mouse(bool on);

/* Descriptors to poll for reading: keys, and the pipe of signals. */
int term_key_fd(void);
int term_signal_fd(void);
/* Signals that came, in order: SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT,
 * SIGCONT, SIGTSTP; 0: no more. */
int term_signal(void);
/* The next key; 0: none (read until none); -1: the terminal is gone. A pasted
 * text: KEY_UNKNOWN, and paste->p is not NULL, valid until the next call. */
int64_t term_key(int64_t now_us, struct span *paste);

/* Draws the cells that changed; everything afresh; or of what changed the rows
 * alone that answer a key: the cursor's and the lowest. */
enum draw { DRAW_CHANGED, DRAW_ALL, DRAW_ECHO };
void term_draw(const struct canvas *c, enum draw how, int64_t now_us);
/* Whether the far end has shown the frame before (status answer), or is not
 * asked: then a new frame may go (pace.h). */
bool term_ready(int64_t now_us);
/* While it has not: whether a key may be answered all the same. */
bool term_may_echo(void);
/* How long the newest answer took, once; -1: none has come since. */
int64_t term_took_us(void);
/* When term_ready gives up waiting; INT64_MAX: it does not wait. */
int64_t term_deadline_us(void);
void term_suspend(void);    /* stops the process, comes back drawn afresh */
void term_beep(void);

#endif
