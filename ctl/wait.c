/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ctl/away.h"
#include "ctl/follow.h"
#include "ctl/select.h"

enum { OPT_ANY = 256, OPT_PROGRESS, ANY_MS = 200 };

const struct option_row wait_options[] = {
    { "any", OPT_ANY, VALUE_NO }, { "progress", OPT_PROGRESS, VALUE_YES },
    { NULL, 0, VALUE_NO }
};

static int
wait_one(struct ctl *c, const struct target *t,
         const struct follow_options *o)
{
    struct followed f = { .lb = t->lb, .number = t->number };

    memcpy(f.name, t->name, sizeof f.name);
    return follow(c, &f, o);
}

/* LB_TIMEOUT: its home is away, which is told once; it may be back soon. */
static int
ask_one(const struct ctl *c, const struct target *t, bool *away,
        struct lb_progress *p)
{
    int status = lb_wait(t->lb, t->number, 0, p);
    bool silent = status == LB_TIMEOUT || (*away && status == LB_LATER);

    if (silent && !*away)
        away_tell(c, t->lb, t->name);
    else if (*away && status == LB_OK)
        away_over(c, t->lb);
    *away = silent;
    return silent ? LB_TIMEOUT : status;
}

static bool
has_time(const struct follow_options *o)
{
    return ctl_interrupt == 0 && (o->until_us == 0 || now_us() < o->until_us);
}

/* The first of them that has ended; NULL after a message. `away` [t->n]. */
static struct target *
first_ended(struct ctl *c, const struct targets *t,
            const struct follow_options *o, bool *away)
{
    while (has_time(o)) {
        for (size_t i = 0; i < t->n && has_time(o); i++) {
            struct lb_progress p = { .version = 0 };
            int status = ask_one(c, &t->v[i], &away[i], &p);
            if (status == LB_OK && lb_progress_ended(&p))
                return &t->v[i];
            if (status != LB_OK && status != LB_TIMEOUT) {
                target_failed(c, &t->v[i], status);
                return NULL;
            }
        }
        poll(NULL, 0, ANY_MS);
    }
    if (ctl_interrupt != 0)
        ctl_status(c, ctl_interrupt);
    else
        ctl_fail(c, EXIT_TIMEOUT, "none of the workloads has ended; they go "
                 "on");
    return NULL;
}

static int
wait_any(struct ctl *c, const struct targets *t,
         const struct follow_options *o)
{
    bool *away = xcalloc(t->n, sizeof *away);
    struct target *ended = first_ended(c, t, o, away);

    free(away);
    return ended != NULL ? wait_one(c, ended, o) : c->status;
}

int
wait_main(struct ctl *c, struct args *a)
{
    struct follow_options o = { .progress = PROGRESS_AUTO };
    struct targets t;
    bool any = false;
    int id, mode;

    while ((id = args_next(c, a)) > 0) {
        if (id == OPT_ANY) {
            any = true;
            continue;
        }
        mode = args_choice(c, a, progress_modes);
        if (mode < 0)
            return c->status;
        o.progress = (enum progress_mode)(mode + PROGRESS_AUTO);
    }
    if (id < 0 || args_words(c, a, 1, SIZE_MAX) != 0)
        return c->status;
    ctl_catch_signals();
    c->whole = true;
    if (c->timeout_us > 0)
        o.until_us = now_us() + c->timeout_us;
    if (select_words(c, a->word, a->n_words, &t) != 0)
        goto out;
    o.named = t.n > 1;
    if (any && t.n > 1) {
        wait_any(c, &t, &o);
        goto out;
    }
    for (size_t i = 0; i < t.n && ctl_interrupt == 0; i++)
        wait_one(c, &t.v[i], &o);
out:
    targets_fini(&t);
    return c->status;
}
