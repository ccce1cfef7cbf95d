/* SPDX-License-Identifier: MPL-2.0 */
/* Any keys in any order at any size: nothing breaks, and where nothing may be
 * changed nothing is sent. A seed reproduces a failure. */
#include "tests/unit/app_scene.h"

#include "base/random.h"

enum { SEEDS = 24, KEYS = 400, NODES = 14 };

static uint32_t
any_key(struct random *r)
{
    static const uint32_t special[] = {
        KEY_ENTER_, KEY_ESCAPE, KEY_TAB_, KEY_BACK, KEY_UP_, KEY_DOWN_,
        KEY_LEFT_, KEY_RIGHT_, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME_, KEY_END_,
        KEY_DELETE, KEY_BACK_TAB, KEY_WHEEL_UP, KEY_WHEEL_DOWN, KEY_UNKNOWN,
        'y', 'y', 0xE9, 0x1F600
    };
    uint64_t what = random_below(r, 10);

    if (what < 6)
        return 32 + (uint32_t)random_below(r, 95);
    if (what == 6)
        return KEY_F1 + (uint32_t)random_below(r, 12);
    if (what == 7)
        return KEY_CLICK + ((uint32_t)random_below(r, 30) << 10) +
               (uint32_t)random_below(r, 120);
    if (what == 8)
        return 4 + (uint32_t)random_below(r, 23); /* no ^C: it only quits */
    return special[random_below(r, sizeof special / sizeof special[0])];
}

/* Nodes change, answer and fall silent. */
static void
live_on(struct scene *s, struct random *r)
{
    size_t i = random_below(r, s->n);
    struct fake *f = &s->node[i];

    f->told.phase = (uint8_t)(PHASE_RUN + random_below(r, 3));
    f->told.queued = (uint32_t)random_below(r, 5000);
    if (s->n_asked > 0 && random_below(r, 2) == 0) {
        const struct kept_question *q = &s->asked[s->n_asked - 1];
        struct input in = fake_reply(f, q->id, random_below(r, 3) == 0
                                     ? EXIT_USAGE : EXIT_DONE, "because");
        scene_feed(s, &in);
    }
    scene_wait(s, (int64_t)random_below(r, 700) * 1000);
    for (size_t k = 0; k < s->n; k++)
        if (random_below(r, 3) == 0)
            scene_tell(s, k);
}

static void
draw(struct scene *s, struct random *r)
{
    struct canvas *c = canvas_new(1 + (int)random_below(r, 160),
                                  1 + (int)random_below(r, 50));
    struct buf out = { 0 };

    c->ascii = s->a->u.ascii;
    app_draw(s->a, c);
    canvas_dump(c, false, &out);
    assert_true(out.len > 0);
    buf_fini(&out);
    canvas_free(c);
}

static void
press_any(uint64_t seed, const struct app_options *o, bool may_send)
{
    struct random r;
    struct scene s;

    random_seed(&r, seed);
    scene_open(&s, 1 + random_below(&r, NODES), o);
    scene_work(&s, 0, "render", false);
    scene_work(&s, 0, "etl-night", true);
    for (int i = 0; i < KEYS; i++) {
        scene_key(&s, any_key(&r));
        if (random_below(&r, 4) == 0)
            live_on(&s, &r);
        if (random_below(&r, 4) == 0)
            draw(&s, &r);
        if (random_below(&r, 200) == 0)
            app_forget_all(s.a);
        if (!may_send && s.n_asked > 0)
            fail_msg("seed %llu, key %d: sent %s", (unsigned long long)seed,
                     i, s.asked[0].op);
        if (s.n_asked == KEPT_MAX || s.n_did == KEPT_MAX ||
            s.n_own == KEPT_MAX)
            s.n_asked = s.n_did = s.n_own = 0;
    }
    scene_close(&s);
}

static void
live_consoles_bear_it(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        press_any(seed, NULL, true);
}

static void
read_only_consoles_send_nothing(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_LIVE, .read_only = true };

    for (uint64_t seed = 1; seed <= SEEDS / 2; seed++)
        press_any(seed, &o, false);
}

static void
replays_send_nothing(void **state)
{
    (void)state;
    struct app_options o = { .stream = STREAM_REPLAY };

    for (uint64_t seed = 1; seed <= SEEDS / 2; seed++)
        press_any(seed, &o, false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_consoles_bear_it),
        cmocka_unit_test(read_only_consoles_send_nothing),
        cmocka_unit_test(replays_send_nothing),
    };
    return cmocka_run_group_tests_name("tui_app_random", tests, NULL, NULL);
}
