/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

void
book_fini(struct book *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->v[i]->job);
        free(b->v[i]);
    }
    free(b->v);
    *b = (struct book){ 0 };
}

struct book_work *
book_add(struct book *b, uint32_t n_jobs)
{
    if (b->n == b->cap) {
        b->cap = b->cap == 0 ? 16 : 2 * b->cap;
        b->v = xrealloc(b->v, b->cap, sizeof(struct book_work *));
    }
    struct book_work *k = xcalloc(1, sizeof *k);
    k->at = b->n;
    k->n_jobs = n_jobs;
    k->job = xcalloc(n_jobs == 0 ? 1 : n_jobs, sizeof *k->job);
    b->v[b->n++] = k;
    return k;
}

struct book_work *
book_find(const struct book *b, const struct node_id *home, uint32_t number)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->v[i]->number == number && !b->v[i]->lost
            && node_id_equal(&b->v[i]->home_id, home))
            return b->v[i];
    return NULL;
}

bool
book_has_lost(const struct book *b, const struct node_id *home,
              uint32_t number)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->v[i]->number == number && b->v[i]->lost
            && node_id_equal(&b->v[i]->home_id, home))
            return true;
    return false;
}

struct book_work *
book_by_params(const struct book *b, struct span params)
{
    char text[32];
    uint64_t at;

    span_copy(params, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, "sim=", 4) != 0
        || text_u64(text + 4, 0, UINT32_MAX, &at) != 0 || at >= b->n)
        return NULL;
    return b->v[at];
}

void
book_data(const struct book_work *k, uint32_t index,
          char out[BOOK_DATA_BYTES])
{
    (void)snprintf(out, BOOK_DATA_BYTES, "data=%zu.%u", k->at,
                   (unsigned)index);
}

void
book_value_write(const struct book_value *v, uint8_t out[16])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v->serial >> (56 - 8 * i));
    for (int i = 0; i < 4; i++) {
        out[8 + i] = (uint8_t)(v->work >> (24 - 8 * i));
        out[12 + i] = (uint8_t)(v->index >> (24 - 8 * i));
    }
}

bool
book_value_read(struct span in, struct book_value *out)
{
    struct reader r;

    if (in.len != BOOK_VALUE_BYTES)
        return false;
    reader_init(&r, in);
    out->serial = reader_u64(&r);
    out->work = reader_u32(&r);
    out->index = reader_u32(&r);
    return !r.bad;
}
