/* SPDX-License-Identifier: MPL-2.0 */
/*
 * term - the terminal: the only file that knows curses. Canvas in, keys out.
 *
 * One terminal a process; one thread calls it. After term_open the terminal
 * is restored on every way out: term_close, signals (ABRT SEGV BUS FPE ILL
 * by a handler that only writes and raises again), stop and continue.
 */
#ifndef LB_TERM_H
#define LB_TERM_H

#include "tui/canvas.h"
#include "tui/input.h"
#include "tui/ui.h"

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
void term_size(int *width, int *height);
void term_theme(enum theme t);
void term_mouse(bool on);

/* Descriptors to poll for reading: keys, and the pipe of signals. */
int term_key_fd(void);
int term_signal_fd(void);
/* Signals that came, in order: SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT,
 * SIGCONT, SIGTSTP; 0: no more. */
int term_signal(void);
/* The next key; 0: none (read until none). A pasted text: KEY_UNKNOWN with
 * *paste not NULL, valid until the next call. -1: the terminal is gone. */
int64_t term_key(int64_t now_us, const char **paste, size_t *paste_len);
/* When term_key wants to be called again without input (escape delay). */
int64_t term_deadline_us(void);

/* Draws the cells that changed. `all`: everything afresh. */
void term_draw(const struct canvas *c, bool all);
/* Whether the far end has shown the frame before (status answer), or is not
 * asked: then a new frame may go. *slow: how long it takes. */
bool term_ready(int64_t now_us, int64_t *took_us);
void term_suspend(void);    /* stops the process, comes back drawn afresh */
void term_beep(void);
uint64_t term_bytes(void);  /* written so far */

#endif
