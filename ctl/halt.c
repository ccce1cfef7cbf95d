/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/halt.h"

#include <stdint.h>

#include "base/text.h"
#include "proto/workload.h"

/* How many end it; as the home counts, of all jobs of the workload. */
static uint64_t
enough(const struct desc_halt *h, uint32_t jobs)
{
    uint64_t n = h->percent ? ((uint64_t)h->n * jobs + 99) / 100 : h->n;

    return n > 0 ? n : 1;
}

static bool
is_met(const struct desc_halt *h, const struct lb_progress *p)
{
    uint64_t n = h->on == HALT_ON_FAIL      ? p->failed
                 : h->on == HALT_ON_SUCCESS ? p->done
                                            : (uint64_t)p->done + p->failed;

    return n >= enough(h, p->jobs);
}

bool
halt_is_content(const char *halt, const struct lb_progress *p)
{
    struct desc_halt h;

    return halt != NULL && halt_read(halt, &h) && h.on == HALT_ON_SUCCESS &&
           is_met(&h, p);
}

void
halt_text(const char *halt, const struct lb_progress *p, char *dst, size_t cap)
{
    static const char *const one[] = { "", "failure", "success", "job" };
    static const char *const many[] = { "", "failures", "successes", "jobs" };
    struct desc_halt h;

    dst[0] = '\0';
    if (halt != NULL && halt_read(halt, &h) && is_met(&h, p)) {
        uint64_t n = enough(&h, p->jobs);
        text_add(dst, cap, "halted after %llu %s: ", (unsigned long long)n,
                 n == 1 ? one[h.on] : many[h.on]);
    }
    text_add(dst, cap, "%u job%s cancelled", p->cancelled,
             p->cancelled == 1 ? "" : "s");
}
