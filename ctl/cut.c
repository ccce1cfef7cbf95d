/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/cut.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

enum { LINES = 10 };

/* "940,319" */
static void
print_grouped(uint64_t n, char *dst, size_t cap)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

    dst[0] = '\0';
    for (int i = 0; i < len; i++)
        text_add(dst, cap, "%s%c", i > 0 && (len - i) % 3 == 0 ? "," : "",
                 digits[i]);
}

static void
tell(struct ctl *c, const char *job, uint64_t missing, const char *stream)
{
    char bytes[32];

    print_grouped(missing, bytes, sizeof bytes);
    ctl_fail(c, EXIT_FAILED, "%s: %s more byte%s of %s %s cut "
             "(jobs.max_output)", job, bytes, missing == 1 ? "" : "s", stream,
             missing == 1 ? "was" : "were");
}

void
cut_tell(struct ctl *c, struct cut *k, const struct followed *f,
         const struct lb_result *r)
{
    struct command_result cmd;
    char job[96] = "";

    if (!result_command(f, r, &cmd) || !result_is_cut(&cmd))
        return;
    uint64_t out = cmd.out_total - cmd.out.len;
    uint64_t err = cmd.err_total - cmd.err.len;
    unsigned lines = out > 0 && err > 0 ? 2 : 1;
    if (k->told + lines > LINES) {
        k->more++;
        return;
    }
    text_add(job, sizeof job, "%s.%" PRIu32, f->name, r->index);
    if (out > 0)
        tell(c, job, out, "stdout");
    if (err > 0)
        tell(c, job, err, "stderr");
    k->told += lines;
}

void
cut_end(struct ctl *c, const struct cut *k, const struct followed *f)
{
    if (k->more > 0)
        ctl_fail(c, EXIT_FAILED, "%s: the output of %u more job%s was cut "
                 "(jobs.max_output)", f->name, k->more,
                 k->more == 1 ? "" : "s");
}
