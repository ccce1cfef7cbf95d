/* SPDX-License-Identifier: MPL-2.0 */
/*
 * make_corpus_replay - writes the first inputs of fuzz_replay.
 *
 * make_corpus_replay DIR, DIR being tests/fuzz/corpus/replay; always the same
 * bytes. To be run when an encoding changes.
 */
#include "tests/unit/record_scene.h"

static void
put(const char *folder, const char *name, const struct buf *b)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    write_file(path, b->p, b->len);
}

/* All kinds of input as records without checksums. */
static void
put_records(const char *folder, const struct many *m)
{
    struct buf out = { 0 }, one = { 0 };

    buf_u8(&out, 'R');
    for (size_t i = 0; i < m->n; i++) {
        struct record rec;
        size_t at = 0;
        buf_reset(&one);
        if (!record_put_input(&m->v[i].in, buf_span(&m->v[i].raw), &one) ||
            !record_read(buf_span(&one), &at, &rec))
            abort();
        buf_u8(&out, rec.type);
        buf_u8(&out, 7);
        buf_span16(&out, rec.payload);
    }
    put(folder, "records", &out);
    buf_fini(&out);
    buf_fini(&one);
}

/* The first seconds of made-up data, with answers. */
static void
put_demo(const char *folder)
{
    static const char *const ops[] = { "nodes", "detail", "hello" };
    struct demo *d = demo_new(2, 1);
    struct record_head h = some_head();
    struct recorder *r = recorder_new(record_path[1], &h, UINT64_MAX);
    struct buf out = { 0 };
    struct input in;

    for (uint64_t i = 0; i < 3; i++) {
        in = (struct input){ .kind = IN_ASKED };
        in.asked.id = i + 1;
        snprintf(in.asked.op, sizeof in.asked.op, "%s", ops[i]);
        recorder_put(r, &in, span_of(NULL, 0));
        demo_ask(d, 0, &in.asked);
    }
    while (demo_next(d, 1500000, &in))
        recorder_put(r, &in, span_of(NULL, 0));
    if (recorder_free(r) != 0)
        abort();
    struct buf file = read_whole(record_path[1]);
    buf_u8(&out, 'F');
    buf_bytes(&out, file.p, file.len);
    put(folder, "file", &out);
    buf_fini(&file);
    buf_fini(&out);
    demo_free(d);
}

int
main(int argc, char **argv)
{
    struct many m;

    if (argc != 2 || record_setup(NULL) != 0)
        return 2;
    make_inputs(&m);
    put_records(argv[1], &m);
    put_demo(argv[1]);
    free_inputs(&m);
    return record_teardown(NULL) != 0;
}
