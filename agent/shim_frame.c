/* SPDX-License-Identifier: MPL-2.0 */
/* The bodies of the frames between a slot and its shim. */
#include <errno.h>
#include <string.h>

#include "agent/shim.h"

void
shim_run_encode(const struct shim_run *run, struct buf *out)
{
    buf_u64(out, run->timeout_us);
    buf_u64(out, run->kill_after_us);
    buf_u64(out, run->cpu_ms);
    buf_u64(out, run->output_max);
    buf_u8(out, run->lines);
    buf_u32(out, run->argc);
    buf_u32(out, run->envc);
    buf_span32(out, run->argv);
    buf_span32(out, run->env);
    buf_span32(out, run->cwd);
    buf_span32(out, run->input);
}

/* Are there `n` strings, each with its NUL, and nothing else? */
static bool
are_strings(struct span s, uint32_t n)
{
    uint32_t seen = 0;

    for (size_t i = 0; i < s.len; i++)
        seen += s.p[i] == '\0';
    return seen == n && n <= SHIM_WORDS_MAX &&
           (n == 0 ? s.len == 0 : s.p[s.len - 1] == '\0');
}

int
shim_run_decode(struct span in, struct shim_run *out)
{
    struct reader r;

    reader_init(&r, in);
    out->timeout_us = reader_u64(&r);
    out->kill_after_us = reader_u64(&r);
    out->cpu_ms = reader_u64(&r);
    out->output_max = reader_u64(&r);
    out->lines = reader_u8(&r) != 0;
    out->argc = reader_u32(&r);
    out->envc = reader_u32(&r);
    out->argv = reader_span32(&r);
    out->env = reader_span32(&r);
    out->cwd = reader_span32(&r);
    out->input = reader_span32(&r);
    return r.bad || reader_left(&r) > 0 || out->argc == 0 ||
                   !are_strings(out->argv, out->argc) ||
                   !are_strings(out->env, out->envc)
               ? -EBADMSG : 0;
}

void
shim_end_encode(const struct shim_end *end, struct buf *out)
{
    buf_u8(out, end->how);
    buf_u8(out, end->exit);
    buf_u8(out, end->signal);
    buf_u64(out, end->out_total);
    buf_u64(out, end->err_total);
    buf_u64(out, end->cpu_us);
    buf_span16(out, end->why);
}

int
shim_end_decode(struct span in, struct shim_end *out)
{
    struct reader r;

    reader_init(&r, in);
    out->how = reader_u8(&r);
    out->exit = reader_u8(&r);
    out->signal = reader_u8(&r);
    out->out_total = reader_u64(&r);
    out->err_total = reader_u64(&r);
    out->cpu_us = reader_u64(&r);
    out->why = reader_span16(&r);
    return r.bad || reader_left(&r) > 0 || out->how < SHIM_ENDED ||
                   out->how > SHIM_NOT_ALLOWED
               ? -EBADMSG : 0;
}
