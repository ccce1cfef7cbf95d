/* SPDX-License-Identifier: MPL-2.0 */
/* service - what the service manager is told (sd_notify protocol). */
#ifndef LB_SERVICE_H
#define LB_SERVICE_H

#include <stdint.h>

struct service;

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC, and takes them out of the
 * environment. Without them everything here does nothing. */
struct service *service_new(void);
void service_free(struct service *s);

void service_ready(struct service *s);
void service_stopping(struct service *s);
void service_reloading(struct service *s, int64_t now_us);
/* A line for `systemctl status`; sent when it differs from the last one. */
void service_status(struct service *s, const char *text);
/* Feeds the watchdog when its time has come. */
void service_tick(struct service *s, int64_t now_us);
int64_t service_deadline_us(const struct service *s);

#endif
