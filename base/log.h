/* SPDX-License-Identifier: MPL-2.0 */
/*
 * log - one line an event to stderr, logfmt: level=info node=a evt=x key=value
 *
 * Under systemd (JOURNAL_STREAM) a line begins with <N> and has no time; else
 * with the local time. The level is the one mutable global of the project.
 */
#ifndef LB_LOG_H
#define LB_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_ERROR = 1, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_AUTO = 1, LOG_JOURNAL, LOG_TEXT, LOG_JSON };

/* `node` is kept as it is (not copied); NULL leaves the field out. */
void log_init(enum log_level level, enum log_format format, const char *node);
void log_set_level(enum log_level level);
enum log_level log_level(void);
/* Writes "evt=EVT " and the formatted fields, if `level` is switched on.
 * Fields are key=value; a value with blanks is quoted by log_quote. */
void log_event(enum log_level level, const char *evt, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* `s` as a logfmt value: as it is, or quoted and escaped. Returns dst. */
const char *log_quote(const char *s, char *dst, size_t cap);

#endif
