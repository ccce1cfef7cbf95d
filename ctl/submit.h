/* SPDX-License-Identifier: MPL-2.0 */
/* submit - options of submit and run, and the forms in which jobs are said. */
#ifndef LB_CTL_SUBMIT_H
#define LB_CTL_SUBMIT_H

#include "ctl/args.h"
#include "ctl/jobfile.h"
#include "ctl/program.h"
#include "ctl/progress.h"

enum ship { SHIP_AUTO, SHIP_PATH, SHIP_BYTES };

struct submit {
    bool run;               /* lbctl run */
    const char *label, *id, *file, *from_json, *results, *joblog;
    const char *halt;       /* as halt_read takes it; NULL: never */
    const char *pin;        /* NODES words; NULL: any */
    uint64_t retries, priority, cost;   /* cost 0: by kind; millionths */
    int64_t timeout_us;
    uint16_t timeout_percent;   /* of the median run time; 0: not */
    bool retries_given, timeout_given, priority_given;
    bool hold, once, idempotent, dry_run, skip_bad, wait;
    bool keep_order, tag, cancel, nul;
    bool resume, resume_failed, sure;
    enum ship ship;
    enum progress_mode progress;
    struct program_options program;
    struct files *files;    /* that travel with the jobs; NULL: none */
    bool nothing;           /* ::: without values: all is said */
    char *owned[2];         /* label and id, if no word of the line */
};

/* The jobs that words and options mean. 0, or -1 after messages. */
int forms_read(struct ctl *c, struct submit *s, const struct args *a,
               struct jobfile *out);
/* One file, or `-`, whole. 0, or -1 after a message (66, 74). */
int input_read(struct ctl *c, const char *path, struct buf *out);
/* --dry-run: what would be submitted. */
int dry_run(struct ctl *c, const struct submit *s, const struct jobfile *f);
/* --from-json: jobs, and options that no option on the line said. */
int json_read(struct ctl *c, struct submit *s, struct jobfile *out);

/* "150%": a limit in per cent of the median run time? */
bool limit_is_percent(const char *text, uint16_t *out);

int submit_main(struct ctl *c, struct args *a);
int run_main(struct ctl *c, struct args *a);
extern const struct option_row submit_options[];
/* What follows when jobs were accepted: run, --wait, or just the name. */
int submit_all(struct ctl *c, struct submit *s, struct jobfile *jobs);

#endif
