/* SPDX-License-Identifier: MPL-2.0 */
/* clock - the only reader of clocks. All in microseconds unless said. */
#ifndef LB_CLOCK_H
#define LB_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

int64_t clock_us(void);             /* monotonic */
int64_t clock_thread_cpu_us(void);  /* of the calling thread */
int64_t clock_thread_of_us(pthread_t thread); /* of another that lives */
int64_t clock_process_cpu_us(void); /* of all threads */
int64_t clock_process_of_us(pid_t pid);     /* of another; 0: it is gone */
uint64_t clock_wall_ms(void);       /* since 1970, milliseconds */
/* For the wait functions that take an absolute time (of clock_us). */
struct timespec clock_timespec(int64_t us);

#endif
