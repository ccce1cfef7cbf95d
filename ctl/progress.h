/* SPDX-License-Identifier: MPL-2.0 */
/* progress - how far a workload is: a bar on a terminal, else plain lines; to
 * stderr. */
#ifndef LB_PROGRESS_H
#define LB_PROGRESS_H

#include "ctl/ctl.h"

enum progress_mode { PROGRESS_AUTO = 1, PROGRESS_BAR, PROGRESS_PLAIN,
                     PROGRESS_JSON, PROGRESS_NONE };
extern const char *const progress_modes[];

struct progress {
    enum progress_mode mode;
    const char *name;           /* of the workload or kind */
    int64_t start_us, shown_us;
    uint32_t shown_tenth, first_done;
    bool drawn;                 /* there is a bar to wipe */
};

void progress_init(struct progress *p, enum progress_mode mode,
                   const struct ctl *c, const char *name);
/* Shows the counts if it is time to. */
void progress_show(struct progress *p, const struct lb_progress *now);
/* Takes the bar away, so that a line can be printed. */
void progress_wipe(struct progress *p);
/* "1024 done, 0 failed, 15.2 s, 67 jobs/s; north 684, south 340" */
void progress_summary(const struct lb_progress *p, char *dst, size_t cap);
/* One line of `width` columns at most; pure. rate 0: not known. */
void progress_bar(const char *name, const struct lb_progress *p, double rate,
                  size_t width, char *dst, size_t cap);
int64_t now_us(void);

#endif
