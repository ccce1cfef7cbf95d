/* SPDX-License-Identifier: MPL-2.0 */
/*
 * term_restore - what every way out owes the terminal: signals into a pipe,
 * and, for those that end the process, a prepared sequence and the old modes.
 */
#ifndef LB_TERM_RESTORE_H
#define LB_TERM_RESTORE_H

#include <stddef.h>

/* Remembers the modes of `fd`: before curses changes them. */
void restore_modes(int fd);
/* Remembers the bytes that bring the terminal back; installs the handlers, on
 * a stack of their own for this thread. Once, after curses has begun. */
void restore_begin(int fd, const char *bytes, size_t len);
/* The descriptor to poll, and the next signal that came; 0: none. */
int restore_fd(void);
int restore_signal(void);
/* Stops the process as ctrl-Z does; returns when it goes on. */
void restore_stop(void);
/* Writes the sequence and sets the old modes: also for an ordinary end. */
void restore_now(void);

#endif
