/* SPDX-License-Identifier: MPL-2.0 */
/* tui_scene - clusters for the tests of lbtop's screens, made of the inputs
 * that nodes would send; and screens compared with golden texts.
 * Comes after cmocka.h. */
#ifndef LB_TUI_SCENE_H
#define LB_TUI_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proto/msg.h"
#include "tui/screen.h"

enum { SCENE_S = 70, SCENE_LOST_S = 23, SCENE_NODES_MAX = 1000 };
static const int64_t SCENE_NOW_US = SCENE_S * INT64_C(1000000) + 500000;

struct scene_node {
    char name[40];
    const char *tags, *policy;
    unsigned load, throttle;
    enum phase phase;
    unsigned queued, running, slots;
    uint64_t done, failed, in, out;     /* in, out: a second */
    unsigned rate;                      /* jobs done in 2 s */
    bool lost;
};
struct scene_work {
    size_t home;
    struct state_workload w;
};
struct scene {
    struct model *m;
    struct wishes *w;
    struct ui u;
    size_t n, n_works;
    struct scene_node node[SCENE_NODES_MAX];
    const char *quarantine[SCENE_NODES_MAX];    /* NULL: none */
    struct scene_work work[40];
    struct buf works;
};

static inline struct node_id
scene_id(size_t i)
{
    return (struct node_id){ .b = { 1, 2, 3, 4, [14] = (uint8_t)(i >> 8),
                                    [15] = (uint8_t)i } };
}

/* A slow wave, so that sparklines have something to show; 0..1. */
static inline double
scene_wave(size_t i, int s)
{
    int at = (int)(i * 7) + s, up = at % 40;
    return (up < 20 ? up : 40 - up) / 20.0;
}

static inline struct span
scene_works(struct scene *c, size_t i, uint16_t *n)
{
    buf_reset(&c->works);
    *n = 0;
    for (size_t k = 0; k < c->n_works; k++)
        if (c->work[k].home == i) {
            state_workload_encode(&c->work[k].w, &c->works);
            (*n)++;
        }
    return buf_span(&c->works);
}

/* The state of node i at second s, heard at `at_us`. */
static inline void
scene_state(struct scene *c, size_t i, int s, int64_t at_us)
{
    const struct scene_node *k = &c->node[i];
    uint64_t left = s < SCENE_S ? (uint64_t)(SCENE_S - s) : 0;
    double wave = s == SCENE_S || k->lost ? 0 : scene_wave(i, s);
    double load = k->load * (1 - 0.4 * wave), more = k->queued * 0.5 * wave;
    struct input in = {
        .at_us = at_us, .kind = IN_STATE,
        .head = { .version = 1, .type = MSG_STATE, .sender = scene_id(i),
                  .incarnation = 7, .seq = (uint64_t)s + 1,
                  .up_ms = 1000 * (uint64_t)(s + 1) },
        .msg = { .type = MSG_STATE },
    };
    in.msg.state = (struct state){
        .id = scene_id(i), .name = span_str(k->name),
        .cluster = span_str("prod-a"),
        .endpoint_host = span_str("10.0.4.13"), .kinds = span_str("sleep"),
        .version = span_str("0.9.2"), .tags = span_str(k->tags),
        .quarantine = span_str(c->quarantine[i] != NULL ? c->quarantine[i]
                                                        : ""),
        .policy = span_str(k->policy), .placement = span_str("local"),
        .port = 8490, .interval_ms = 1000, .dead_after_ms = 5000,
        .phase = (uint8_t)k->phase, .throttle_percent = (uint8_t)k->throttle,
        .floor_percent = 10, .ceiling_percent = 100,
        .slots = (uint16_t)k->slots, .running = (uint16_t)k->running,
        .queued = k->queued + (uint32_t)more,
        .drain_us = (uint64_t)k->queued * 1000000 / 21,
        .cpu_permille = (uint16_t)(load * 10), .n_cpus = 8,
        .done = k->done - left * k->rate / 2, .failed = k->failed,
        .sent_jobs = 100000 - left * k->out,
        .received_jobs = 100000 - left * k->in,
    };
    in.msg.state.workloads =
        scene_works(c, i, &in.msg.state.n_workloads);
    model_feed(c->m, &in, NULL);
    wishes_look(c->w, c->m);
}

static inline void
scene_tick(struct scene *c, int64_t at_us)
{
    model_feed(c->m, &(struct input){ .at_us = at_us, .kind = IN_TICK },
               NULL);
    wishes_look(c->w, c->m);
}

/* Lost nodes speak up to second SCENE_LOST_S, or at the first one alone. */
static inline void
scene_second(struct scene *c, int s)
{
    for (int odd = 1; odd >= 0; odd--)
        for (size_t i = (size_t)odd; i < c->n; i += 2)
            if (!c->node[i].lost || s <= SCENE_LOST_S || c->m->n <= i)
                scene_state(c, i, s, s * INT64_C(1000000) +
                                         (odd ? -600000 : 0));
}

static inline struct scene *
scene_new(void)
{
    struct scene *c = calloc(1, sizeof *c);
    /* 14:02:37 at SCENE_S */
    c->m = model_new(((14 * 60 + 2) * 60 + 37 - SCENE_S) * INT64_C(1000));
    c->w = wishes_new("ann", 1);
    ui_init(&c->u);
    text_add(c->u.title, sizeof c->u.title, "prod-a");
    text_add(c->u.clock, sizeof c->u.clock, "14:02:37");
    c->u.sort = (struct sort){ COLUMN_PEND, true };
    return c;
}

static inline void
scene_free(struct scene *c)
{
    ui_fini(&c->u);
    wishes_free(c->w);
    model_free(c->m);
    buf_fini(&c->works);
    free(c);
}

/* Lets the seconds pass up to the last; `from` 1: all of the history. */
static inline void
scene_run(struct scene *c, int from)
{
    for (int s = from; s <= SCENE_S; s++)
        scene_second(c, s);
    scene_tick(c, SCENE_NOW_US);
}

static inline void
scene_note(struct scene *c, int64_t ago_s, enum note_level level,
           const char *from, const char *text)
{
    struct note n = { .at_us = SCENE_NOW_US - ago_s * 1000000,
                      .level = level };
    text_add(n.from, sizeof n.from, "%s", from);
    text_add(n.text, sizeof n.text, "%s", text);
    notes_add(c->m->notes, &n);
}

static inline void
scene_cursor(struct scene *c, const char *name)
{
    struct node *n = model_by_name(c->m, name);
    assert_non_null(n);
    c->u.cursor = n->id;
    c->u.moved_us = 1;
}

static inline void
scene_add(struct scene *c, const struct scene_node *k)
{
    c->node[c->n++] = *k;
}

/* ---- clusters ---- */

static inline void
scene_add_work(struct scene *c, size_t home, const char *label,
               const struct state_workload *w)
{
    struct scene_work *k = &c->work[c->n_works++];
    k->home = home;
    k->w = *w;
    k->w.label = span_str(label);
    k->w.kind = span_str("command");
    k->w.age_us = 600000000;
}

/* The twelve of the main screen; what is asked of them comes later. */
static inline struct scene *
scene_twelve(void)
{
    static const struct scene_node k[] = {
        { "alpha01", "rack=r1", "hybrid", 91, 100, PHASE_RUN, 2210, 8, 8,
          3120, 0, 0, 9, 32, false },
        { "alpha02", "rack=r1", "hybrid", 88, 100, PHASE_RUN, 1904, 8, 8,
          2988, 0, 0, 6, 31, false },
        { "alpha03", "rack=r2", "hybrid", 76, 80, PHASE_RUN, 1422, 7, 8, 2544,
          3, 0, 4, 28, false },
        { "alpha04", "rack=r2", "hybrid", 64, 80, PHASE_RUN, 1120, 7, 8, 2301,
          0, 2, 2, 26, false },
        { "alpha05", "rack=r2", "hybrid", 58, 80, PHASE_RUN, 988, 6, 8, 2209,
          0, 2, 0, 24, false },
        { "beta01", "rack=r3", "hybrid", 49, 60, PHASE_RUN, 870, 5, 8, 1530,
          0, 5, 0, 20, false },
        { "beta02", "rack=r3", "hybrid", 33, 60, PHASE_RUN, 640, 4, 8, 1321,
          0, 6, 0, 18, false },
        { "beta03", "rack=r3", "hybrid", 21, 60, PHASE_DRAIN, 310, 2, 8, 902,
          0, 0, 10, 8, false },
        { "beta04", "rack=r4", "hybrid", 2, 60, PHASE_PAUSE, 288, 0, 8, 711,
          38, 0, 0, 0, false },
        { "gamma01", "rack=r4", "hybrid", 12, 50, PHASE_RUN, 92, 1, 8, 402, 0,
          7, 0, 6, false },
        { "gamma02", "", "hybrid", 1, 50, PHASE_RUN, 0, 0, 8, 176, 0, 9, 0, 0,
          false },
        { "gamma03", "rack=r4", "hybrid", 3, 50, PHASE_RUN, 40, 0, 8, 24, 0,
          0, 0, 1, true },
    };
    struct scene *c = scene_new();
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
        scene_add(c, &k[i]);
    scene_add_work(c, 0, "render",
                   &(struct state_workload){ .number = 7, .n_jobs = 20000,
                                             .done = 14211, .queued = 5747,
                                             .running = 39, .failed = 3 });
    scene_add_work(c, 1, "etl-night",
                   &(struct state_workload){ .number = 3, .n_jobs = 6537,
                                             .done = 3104, .queued = 3386,
                                             .running = 9, .failed = 38 });
    scene_add_work(c, 2, "bench",
                   &(struct state_workload){ .number = 3, .n_jobs = 800,
                                             .done = 90, .queued = 710,
                                             .held = 1 });
    scene_add_work(c, 5, "hello",
                   &(struct state_workload){ .number = 1, .n_jobs = 800,
                                             .done = 800, .ended = 1 });
    scene_add_work(c, 11, "probe",
                   &(struct state_workload){ .number = 2, .n_jobs = 16,
                                             .done = 4, .queued = 12 });
    return c;
}

/* beta01 has confirmed, gamma01 has refused, alpha03 has not answered yet. */
static inline void
scene_wishes(struct scene *c)
{
    char say[WISH_SAY_MAX];
    struct question q;
    struct node *beta = model_by_name(c->m, "beta01");
    struct node *gamma = model_by_name(c->m, "gamma01");
    struct node *alpha = model_by_name(c->m, "alpha03");
    struct msg_reply ok = { .text = span_str("ok") };
    struct msg_reply no = {
        .status = 2, .text = span_str("below floor 50% (node.ini)"),
    };
    assert_true(wish_throttle(c->w, c->m, gamma, 30, false, say));
    assert_true(wishes_next(c->w, c->m, &q));
    assert_true(wishes_answer(c->w, c->m, q.id, &no));
    scene_second(c, SCENE_S - 1);
    wishes_group(c->w);
    assert_true(wish_throttle(c->w, c->m, beta, 70, false, say));
    assert_true(wishes_next(c->w, c->m, &q));
    assert_true(wishes_answer(c->w, c->m, q.id, &ok));
    c->node[5].throttle = 70;
    scene_second(c, SCENE_S);
    wishes_group(c->w);
    scene_tick(c, SCENE_NOW_US - 300000);
    assert_true(wish_throttle(c->w, c->m, alpha, 70, false, say));
    assert_true(wishes_next(c->w, c->m, &q));
    scene_tick(c, SCENE_NOW_US);
}

/* The main screen's twelve, as they stand at 14:02:37. */
static inline struct scene *
scene_main(void)
{
    struct scene *c = scene_twelve();
    for (int s = 1; s < SCENE_S - 1; s++)
        scene_second(c, s);
    scene_note(c, 6, NOTE_ERROR, "gamma01",
               "throttle 30% refused: below floor 50% (node.ini)");
    scene_note(c, 4, NOTE_INFO, "beta03",
               "drain: 10 jobs/s leaving, 310 left, about 31 s");
    scene_wishes(c);
    model_by_name(c->m, "alpha04")->marked = true;
    model_by_name(c->m, "alpha05")->marked = true;
    scene_cursor(c, "alpha03");
    return c;
}

static inline struct scene *
scene_two(void)
{
    static const struct scene_node k[] = {
        { "anna", "", "hybrid", 82, 100, PHASE_RUN, 470, 4, 4, 211, 0, 0, 4,
          20, false },
        { "bert", "", "hybrid", 40, 70, PHASE_RUN, 200, 2, 4, 137, 0, 4, 0,
          20, false },
    };
    struct scene *c = scene_new();
    c->u.title[0] = '\0';
    text_add(c->u.title, sizeof c->u.title, "lab");
    scene_add(c, &k[0]);
    scene_add(c, &k[1]);
    scene_add_work(c, 0, "",
                   &(struct state_workload){ .number = 1, .n_jobs = 1024,
                                             .done = 348, .queued = 670,
                                             .running = 6 });
    scene_run(c, 1);
    scene_note(c, 5, NOTE_INFO, "anna",
               "work for 47 s, bert for 20 s: 8 jobs go to bert");
    scene_note(c, 1, NOTE_INFO, "bert", "throttle 70% in force (was 60%)");
    c->u.sort = (struct sort){ COLUMN_NODE, false };
    scene_cursor(c, "anna");
    return c;
}

/* n nodes in racks, some of them in trouble. */
static inline struct scene *
scene_many(size_t n, int seconds)
{
    static const char *const family[] = { "alpha", "beta", "gamma", "delta" };
    static const char *const rack[] = { "rack=r1", "rack=r2", "rack=r3",
                                        "rack=r4", "rack=r5 zone=b" };
    struct scene *c = scene_new();
    for (size_t i = 0; i < n; i++) {
        struct scene_node k = {
            .tags = rack[i / 7 % 5], .policy = i % 17 ? "hybrid" : "symmetric",
            .load = (unsigned)(97 * scene_wave(0, (int)(i / 3))) +
                    (unsigned)(i % 4),
            .throttle = 100 - 20 * (unsigned)(i % 3), .phase = PHASE_RUN,
            .queued = (unsigned)(i * 37 % 4211), .slots = 8,
            .running = (unsigned)(i % 9), .done = 31200 - i,
            .failed = i % 31 ? 0 : i, .in = i % 25, .out = (i + 9) % 25,
            .rate = (unsigned)(i % 33), .lost = i % 250 == 203,
        };
        if (i % 100 == 42)
            k.phase = PHASE_PAUSE;
        if (i % 300 == 77)
            k.phase = PHASE_DRAIN;
        text_add(k.name, sizeof k.name, "%s%03u", family[i * 4 / n],
                 (unsigned)(i % 1000));
        scene_add(c, &k);
    }
    scene_run(c, SCENE_S - seconds + 1 < SCENE_LOST_S && n < 100
                     ? 1 : SCENE_S - seconds + 1);
    return c;
}

/* ---- screens ---- */

/* Draws the screen; the caller frees what comes back. */
static inline struct canvas *
scene_draw(struct scene *c, int width, int height)
{
    struct canvas *canvas = canvas_new(width, height);
    struct view v = { c->m, c->w, &c->u, canvas };
    canvas->ascii = c->u.ascii;
    canvas->braille = c->u.braille;
    c->u.width = width;
    c->u.height = height;
    c->u.sorted_us = 0;
    ui_arrange(&c->u, c->m, c->w);
    screen_draw(&v);
    return canvas;
}

/* Fails unless there are as many lines as rows, each as wide as the canvas. */
static inline void
assert_exact(const struct canvas *canvas, const char *what)
{
    struct buf dump = { .len = 0 };
    canvas_dump(canvas, false, &dump);
    size_t at = 0;
    int rows = 0;
    while (at < dump.len) {
        size_t end = at;
        while (end < dump.len && dump.p[end] != '\n')
            end++;
        int n = text_columns(span_of(dump.p + at, end - at));
        if (n != canvas->width)
            fail_msg("%s %dx%d: row %d has %d columns: %.*s", what,
                     canvas->width, canvas->height, rows, n, (int)(end - at),
                     (const char *)dump.p + at);
        rows++;
        at = end + 1;
    }
    assert_int_equal(rows, canvas->height);
    buf_fini(&dump);
}

static inline void
golden_path(const char *name, char dst[600])
{
    const char *top = getenv("LB_SRC");
    dst[0] = '\0';
    text_add(dst, 600, "%s/tests/golden/%s.txt", top ? top : ".", name);
}

static inline void
golden_read(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s is not there: GOLDEN_REWRITE=1 writes it", path);
    for (int ch = fgetc(f); ch != EOF; ch = fgetc(f))
        buf_u8(out, (uint8_t)ch);
    fclose(f);
}

/* Compares the screen with tests/golden/NAME.txt; GOLDEN_REWRITE=1 writes
 * that file. */
static inline void
golden(const struct canvas *canvas, const char *name, bool styles)
{
    struct buf now = { .len = 0 }, then = { .len = 0 };
    char path[600];
    golden_path(name, path);
    canvas_dump(canvas, styles, &now);
    if (getenv("GOLDEN_REWRITE") != NULL) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(now.p, 1, now.len, f), now.len);
        assert_int_equal(fclose(f), 0);
    }
    golden_read(path, &then);
    if (!span_equal(buf_span(&now), buf_span(&then)))
        fail_msg("%s differs (GOLDEN_REWRITE=1 rewrites it):\n%.*s", path,
                 (int)now.len, (const char *)now.p);
    buf_fini(&now);
    buf_fini(&then);
}

/* The screen in UTF-8 and in ASCII, as NAME-WxH and NAME-WxH-ascii. */
static inline void
golden_both(struct scene *c, const char *name, int width, int height)
{
    for (int ascii = 0; ascii <= 1; ascii++) {
        char file[120] = "";
        c->u.ascii = ascii;
        struct canvas *canvas = scene_draw(c, width, height);
        text_add(file, sizeof file, "%s-%dx%d%s", name, width, height,
                 ascii ? "-ascii" : "");
        assert_exact(canvas, file);
        golden(canvas, file, false);
        canvas_free(canvas);
    }
    c->u.ascii = false;
}

#endif
