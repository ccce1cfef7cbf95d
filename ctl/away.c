/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/away.h"

#include <poll.h>
#include <string.h>

#include "ctl/progress.h"
#include "proto/client.h"

enum { ASK_MS = 5000, PAUSE_MS = 100 };

/* Asks until it answers anything at all. */
static int
ask(const struct followed *f, int64_t until_us, struct lb_reply **out)
{
    const struct lb_call call = { .op = "hello" };

    for (bool asked = false;; asked = true) {
        int64_t left = until_us == 0 ? ASK_MS : (until_us - now_us()) / 1000;
        if (left <= 0)
            return asked ? client_fail(f->lb, LB_TIMEOUT, "%s is away",
                                       lb_name(f->lb))
                         : LB_TIMEOUT;
        if (until_us != 0)
            lb_set_timeout(f->lb, left < ASK_MS ? left : ASK_MS);
        int status = lb_call_do(f->lb, &call, out);
        if (status != LB_TIMEOUT && status != LB_LATER)
            return status;
        lb_reply_free(*out);    /* it is starting */
        *out = NULL;
        if (status == LB_LATER)
            poll(NULL, 0, PAUSE_MS);
    }
}

void
away_tell(const struct ctl *c, struct lb *lb, const char *name)
{
    ctl_note(c, "%s; %s goes on, and this waits until %s is back",
             lb_error(lb), name, lb_name(lb));
}

void
away_over(const struct ctl *c, struct lb *lb)
{
    ctl_note(c, "%s is back", lb_name(lb));
}

int
away_wait(const struct ctl *c, const struct followed *f, int64_t until_us)
{
    struct lb_reply *hello = NULL;

    if (until_us == 0 || now_us() < until_us)
        away_tell(c, f->lb, f->name);
    int status = ask(f, until_us, &hello);
    if (status == LB_OK) {
        const char *was = lb_reply_get(lb_hello(f->lb), "id", NULL);
        const char *is = lb_reply_get(hello, "id", NULL);
        if (was == NULL || is == NULL || strcmp(was, is) != 0)
            status = client_fail(f->lb, LB_UNREACHABLE, "another node than "
                                 "%s is there now; %s is not known to it",
                                 lb_name(f->lb), f->name);
        else
            away_over(c, f->lb);
    }
    lb_reply_free(hello);
    return status;
}
