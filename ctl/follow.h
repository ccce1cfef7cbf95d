/* SPDX-License-Identifier: MPL-2.0 */
/* follow - stay with a workload until it ends. */
#ifndef LB_FOLLOW_H
#define LB_FOLLOW_H

#include "ctl/joblog.h"
#include "ctl/progress.h"
#include "ctl/result.h"
#include "ctl/save.h"

struct follow_options {
    bool results;           /* print them, in order */
    bool files;             /* fetch what jobs return */
    bool cancel;            /* at an interrupt */
    bool named;             /* the summary begins with the workload's name */
    enum progress_mode progress;
    const char *halt;       /* --halt as halt_read takes it; NULL: never */
    struct save *save;      /* --results; NULL: nowhere */
    struct joblog *log;     /* NULL: none */
    int64_t until_us;       /* of now_us(); 0: no limit */
};

/* Waits, prints results and the value to stdout and the summary to stderr.
 * The status: 0, 1 (a job failed or was cancelled), 124, 130, ... */
int follow(struct ctl *c, const struct followed *f,
           const struct follow_options *o);

/* Fills in kind, parameters and the number of jobs of a workload by asking
 * its home; what `*keep` holds is borrowed by `f` and freed by the caller.
 * -1 after a message. */
struct target;
int followed_ask(struct ctl *c, const struct target *t, struct followed *f,
                 struct lb_reply **keep);

#endif
