/* SPDX-License-Identifier: MPL-2.0 */
/* Questions and answers as values; the most usual questions. */
#include "proto/client.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

static struct lb_pair *
pair_new(struct lb_call *c, const char *key)
{
    assert(c->n_pairs < LB_PAIRS_MAX);
    struct lb_pair *p = &c->pair[c->n_pairs++];
    *p = (struct lb_pair){ .key = key };
    return p;
}

void
lb_call_bytes(struct lb_call *c, const char *key, const void *p, size_t len)
{
    struct lb_pair *pair = pair_new(c, key);
    pair->value = p != NULL ? p : "";
    pair->len = len;
}

void
lb_call_text(struct lb_call *c, const char *key, const char *value)
{
    if (value != NULL)
        lb_call_bytes(c, key, value, strlen(value));
}

void
lb_call_number(struct lb_call *c, const char *key, uint64_t value)
{
    struct lb_pair *p = pair_new(c, key);
    int n = snprintf(p->number, sizeof p->number, "%" PRIu64, value);
    p->len = (size_t)n;
}

void
lb_reply_free(struct lb_reply *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n_texts; i++)
        free(r->texts[i]);
    free(r->texts);
    free(r->text);
    buf_fini(&r->body);
    free(r);
}

int
lb_reply_status(const struct lb_reply *r)
{
    return r->msg.status;
}

const char *
lb_reply_text(const struct lb_reply *r)
{
    return r->text;
}

const char *
lb_reply_get(const struct lb_reply *r, const char *key, size_t *len)
{
    /* The copy is kept with the answer, which to its reader stays the same. */
    struct lb_reply *own = (struct lb_reply *)(uintptr_t)r;
    struct span value = pair_get(r->msg.pairs, key);

    if (value.p == NULL)
        return NULL;
    char *text = xmalloc(value.len + 1);
    memcpy(text, value.p, value.len);
    text[value.len] = '\0';
    own->texts = xrealloc(own->texts, own->n_texts + 1, sizeof *own->texts);
    own->texts[own->n_texts++] = text;
    if (len != NULL)
        *len = value.len;
    return text;
}

uint64_t
lb_reply_number(const struct lb_reply *r, const char *key, uint64_t absent)
{
    uint64_t n;

    return pair_u64(r->msg.pairs, key, absent, &n) ? n : absent;
}

bool
lb_reply_row(const struct lb_reply *r, size_t *at, const uint8_t **p,
             size_t *len)
{
    struct span row;

    if (!row_next(r->msg.rows, at, &row))
        return false;
    *p = row.p;
    *len = row.len;
    return true;
}

bool
lb_row_get(const uint8_t *row, size_t len, const char *key, char *dst,
           size_t cap)
{
    struct span value = pair_get(span_of(row, len), key);

    if (value.p == NULL)
        return false;
    span_copy(value, dst, cap);
    return true;
}

int
client_status(struct lb *lb, const struct lb_reply *r)
{
    if (r->msg.status == LB_OK)
        return LB_OK;
    if (r->text[0] != '\0')
        return client_fail(lb, r->msg.status, "%s", r->text);
    return client_fail(lb, r->msg.status, "%s refused, status %u",
                       lb_name(lb), r->msg.status);
}

int
lb_call_do(struct lb *lb, const struct lb_call *c, struct lb_reply **out)
{
    uint64_t seq, got;
    int status;

    lb->error[0] = '\0';
    *out = NULL;
    client_forget(lb, 0);
    seq = client_ask(lb, c);
    do {
        lb_reply_free(*out);
        status = client_answer(lb, &got, out);
    } while (*out != NULL && got != seq);
    return status;
}

/* Asks; only the status counts. */
static int
ask(struct lb *lb, const struct lb_call *c)
{
    struct lb_reply *r;
    int status = lb_call_do(lb, c, &r);

    lb_reply_free(r);
    return status;
}

int
lb_start(struct lb *lb, uint32_t workload)
{
    struct lb_call c = { .op = "start" };

    lb_call_number(&c, "workload", workload);
    return ask(lb, &c);
}

int
lb_cancel(struct lb *lb, uint32_t workload)
{
    struct lb_call c = { .op = "cancel" };

    lb_call_number(&c, "workload", workload);
    return ask(lb, &c);
}

int
lb_throttle(struct lb *lb, unsigned percent, unsigned *was)
{
    struct lb_call c = { .op = "throttle" };
    struct lb_reply *r;

    lb_call_number(&c, "value", percent);
    int status = lb_call_do(lb, &c, &r);
    if (status == LB_OK && was != NULL)
        *was = (unsigned)lb_reply_number(r, "old", 0);
    lb_reply_free(r);
    return status;
}
