/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/chunk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "kinds/builtin.h"
#include "kinds/file.h"
#include "kinds/param.h"

static const struct span nothing = { NULL, 0 };

/* Gives `given` a description of its file, unless it has one. */
static int
describe(struct span given, struct buf *out, char *err)
{
    struct span name, value;
    struct span path = kind_param(given, nothing, "file");
    if (kind_param(given, nothing, "print").p != NULL || path.len == 0) {
        buf_bytes(out, given.p, given.len);
        return 0;
    }
    char *word = xmalloc(path.len + 1);
    struct buf real = { 0 }, rest = { 0 };
    span_copy(path, word, path.len + 1);
    int rc = file_describe(word, &real, &rest, err);
    if (rc == 0) {
        param_put(out, "file", buf_span(&real));
        while (param_next(&given, &name, &value)) {
            if (span_is(name, "file"))
                continue;
            buf_bytes(out, name.p, name.len);
            buf_u8(out, '=');
            buf_bytes(out, value.p, value.len);
            buf_u8(out, '\n');
        }
        buf_bytes(out, rest.p, rest.len);
    }
    free(word);
    buf_fini(&real);
    buf_fini(&rest);
    return rc;
}

static int
canonical(const struct kind *k, struct span given, struct buf *out,
          uint64_t *cost, char *err)
{
    struct file_id id;
    int64_t chunk;
    int rc = param_canonical(k, given, file_names, out, err);
    if (rc == 0)
        rc = param_read(k, given, nothing, "chunk", &chunk, err);
    if (rc == 0)
        rc = file_id(given, &id, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; file_names[i] != NULL; i++)
        param_put(out, file_names[i],
                  kind_param(given, nothing, file_names[i]));
    *cost = cost_of(id.size < (uint64_t)chunk ? id.size : (uint64_t)chunk);
    return 0;
}

int
chunk_parse(const struct kind *k, struct span given, struct buf *out,
            uint64_t *cost, char *err)
{
    struct buf described = { 0 }, first = { 0 };
    /* What is wrong in the words comes before what is wrong with the file. */
    int rc = param_canonical(k, given, file_names, &first, err);
    if (rc == 0)
        rc = describe(given, &described, err);
    if (rc == 0)
        rc = canonical(k, buf_span(&described), out, cost, err);
    buf_fini(&first);
    buf_fini(&described);
    return rc;
}

static int
shape(const struct kind *k, struct span params, uint64_t *size,
      uint64_t *chunk, char *err)
{
    struct file_id id;
    int64_t n;
    int rc = file_id(params, &id, err);
    if (rc == 0)
        rc = param_read(k, params, nothing, "chunk", &n, err);
    if (rc != 0)
        return rc;
    *size = id.size;
    *chunk = (uint64_t)n;
    return 0;
}

int
chunk_count(const struct kind *k, struct span params, uint32_t *n_jobs,
            char *err)
{
    uint64_t size, chunk;
    int rc = shape(k, params, &size, &chunk, err);
    if (rc != 0)
        return rc;
    uint64_t n = size / chunk + (size % chunk != 0);
    if (n > KIND_JOBS_MAX)
        return param_error(err, -EINVAL, "%s: chunk: %" PRIu64 " makes %"
                           PRIu64 " jobs, at most %d; use a larger chunk",
                           k->name, chunk, n, KIND_JOBS_MAX);
    *n_jobs = (uint32_t)n;
    return 0;
}

int
chunk_place(const struct kind *k, struct span params, uint32_t index,
            uint64_t *offset, uint64_t *len, char *err)
{
    uint64_t size, chunk;
    int rc = shape(k, params, &size, &chunk, err);
    if (rc != 0)
        return rc;
    *offset = index * chunk; /* at most 2^32 * 2^31 */
    if (*offset >= size) {
        (void)param_error(err, -EINVAL, "%s: job %" PRIu32 " is behind the "
                          "end of the file", k->name, index);
        return -EINVAL;
    }
    *len = size - *offset < chunk ? size - *offset : chunk;
    return 0;
}

/* The next bytes of the part: at `at`, `n` of them. */
static int
fetch(const struct file *f, struct span data, uint64_t from, uint64_t at,
      size_t n, struct span *piece, uint8_t *room, char *err)
{
    if (f == NULL) {
        *piece = span_of(data.p + (at - from), n);
        return 0;
    }
    *piece = span_of(room, n);
    return file_read(f, at, room, n, err);
}

int
chunk_run(const struct chunk_job *job,
          int (*each)(void *state, struct span piece, uint64_t offset,
                      char *err),
          void *state, char *err)
{
    struct file_id id;
    struct file *f = NULL;
    uint64_t from, len;
    struct span data = kind_param(nothing, job->args, "data");
    if (chunk_place(job->kind, job->params, job->index, &from, &len, err) != 0
        || file_id(job->params, &id, err) != 0)
        return -EIO;
    if (data.p != NULL && data.len != len)
        return param_error(err, -EIO, "%zu bytes came with the job instead "
                           "of %" PRIu64, data.len, len);
    int rc = data.p == NULL ? file_open(job->c, &id, &f, err) : 0;
    uint64_t at = from, end = from + len;
    while (rc == 0 && at < end) {
        size_t n = end - at < FILE_PIECE ? (size_t)(end - at) : FILE_PIECE;
        struct span piece;
        rc = fetch(f, data, from, at, n, &piece, f == NULL ? NULL : f->piece,
                   err);
        if (rc == 0)
            rc = each(state, piece, at, err);
        at += n;
        if (rc == 0 && at < end && !job->c->checkpoint(job->c))
            rc = -ECANCELED;
    }
    if (f == NULL)
        return rc;
    if (rc != -ECANCELED && file_same(f, err) != 0)
        rc = -EIO;
    file_done(job->c, f);
    return rc;
}

static bool
has_file(const struct kind *k)
{
    return k->params[0].name != NULL && k->params[0].type == PARAM_PATH;
}

int
kind_ship_bytes(const struct kind *k, const struct kind_context *c,
                struct span shared, uint32_t index, struct buf *args_out,
                char *err)
{
    struct file_id id;
    struct file *f;
    uint64_t offset, len;
    if (!has_file(k))
        return param_error(err, -ENOTSUP, "%s has no file", k->name);
    if (chunk_place(k, shared, index, &offset, &len, err) != 0
        || file_id(shared, &id, err) != 0)
        return -EIO;
    int rc = file_open(c, &id, &f, err);
    if (rc != 0)
        return rc;
    size_t before = args_out->len;
    buf_bytes(args_out, "data=", 5);
    uint8_t *room = buf_grow(args_out, (size_t)len);
    rc = file_read(f, offset, room, (size_t)len, err);
    if (rc == 0)
        rc = file_same(f, err);
    if (rc != 0)
        args_out->len = before;
    file_done(c, f);
    return rc;
}
