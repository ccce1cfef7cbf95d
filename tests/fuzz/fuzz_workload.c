/* SPDX-License-Identifier: MPL-2.0 */
/* The same bytes as a description and as a chunk of jobs. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/limits.h"
#include "proto/workload.h"

static void
try_desc(struct span in)
{
    struct desc d, again;
    struct buf b = { 0 };

    if (desc_decode(in, &d) != 0)
        return;
    desc_encode(&d, &b);
    if (b.len > in.len || desc_decode(buf_span(&b), &again) != 0 ||
        !span_equal(d.params, again.params) || d.flags != again.flags)
        abort();
    buf_fini(&b);
}

static void
try_chunk(struct span in)
{
    struct chunk c;
    struct chunk_job job;
    struct buf b = { 0 };
    uint32_t n = 0;

    if (chunk_decode(in, &c) != 0)
        return;
    if (c.first + c.count > JOBS_MAX)
        abort();
    chunk_begin(c.first, c.count, c.list, &b);
    for (size_t at = 0; chunk_next(&c, &at, &job); n++)
        chunk_job(job.cost, job.args, &b);
    if (n != (c.list ? c.count : 0) || !span_equal(buf_span(&b), in))
        abort();
    buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_desc(span_of(data, size));
    try_chunk(span_of(data, size));
    return 0;
}
