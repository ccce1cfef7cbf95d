/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cmd.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

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

/* Until the first of them has ended. */
static int
wait_any(struct ctl *c, const struct targets *t,
         const struct follow_options *o)
{
    while (ctl_interrupt == 0 &&
           (o->until_us == 0 || now_us() < o->until_us)) {
        for (size_t i = 0; i < t->n; i++) {
            struct lb_progress p = { .version = 0 };
            int status = lb_wait(t->v[i].lb, t->v[i].number, 0, &p);
            if (status != LB_OK)
                return target_failed(c, &t->v[i], status);
            if (lb_progress_ended(&p))
                return wait_one(c, &t->v[i], o);
        }
        poll(NULL, 0, ANY_MS);
    }
    if (ctl_interrupt != 0)
        return ctl_status(c, ctl_interrupt);
    return ctl_fail(c, EXIT_TIMEOUT, "none of the workloads has ended; they "
                    "go on");
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
