/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stray - what libraries, or we, write to stderr while the screen is shown: it
 * is caught, becomes messages, and is printed after the end.
 */
#ifndef LB_STRAY_H
#define LB_STRAY_H

#include <stdbool.h>
#include <stddef.h>

/* From here on stderr goes into a pipe. */
void stray_begin(void);
/* To poll for reading; -1 when not begun. */
int stray_fd(void);
/* The next line without its end; false: none. */
bool stray_line(char *dst, size_t cap);
/* stderr is as before; the last 64 KiB are printed there. */
void stray_end(void);
/* Of a process that crashes: prints what is there. Safe in a handler. */
void stray_crash(void);

#endif
