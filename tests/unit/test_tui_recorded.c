/* SPDX-License-Identifier: MPL-2.0 */
/* A recording of real agents: what lbtop shows of it at fixed instants, that
 * any piece of it plays, and that a jump gives what playing gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "tests/unit/recorded_scene.h"

/* ---- screens ---- */

/* Compares with tests/golden/recorded/NAME.txt; GOLDEN_REWRITE=1 writes it. */
static void
golden(const char *name, const char *now)
{
    char file[100] = "", path[PATH_BYTES];

    text_add(file, sizeof file, "%s.txt", name);
    golden_path(file, path);
    if (getenv("GOLDEN_REWRITE") != NULL) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fputs(now, f) >= 0, 1);
        assert_int_equal(fclose(f), 0);
    }
    FILE *f = fopen(path, "r");
    if (f == NULL)
        fail_msg("%s is not there: GOLDEN_REWRITE=1 writes it", path);
    char *then = read_text(f);
    fclose(f);
    if (strcmp(now, then) != 0)
        fail_msg("%s differs (GOLDEN_REWRITE=1 rewrites it):\n%s", path, now);
    free(then);
}

static void
screen_looks(const char *name, const char *at, const char *keys)
{
    static const char *const size[] = { "80x24", "140x45" };

    for (size_t i = 0; i < 4; i++) {
        char words[200] = "", file[80] = "";
        text_add(words, sizeof words, "--at %s --dump %s %s%s%s", at,
                 size[i / 2], i % 2 == 0 ? "--utf8" : "-A",
                 keys[0] != '\0' ? " --keys " : "", keys);
        text_add(file, sizeof file, "%s-%s%s", name, size[i / 2],
                 i % 2 == 0 ? "" : "-ascii");
        char *now = printed(run_dump, words);
        golden(file, now);
        free(now);
    }
}

static void
screens_look_as_they_should(void **state)
{
    (void)state;
    static const struct { const char *name, *at, *keys; } screens[] = {
        { "cards", "20s", "" },
        { "nodes", "40s", "" },
        { "tree", "40s", "<F5>" },
        { "help", "40s", "?" },
        { "setup", "40s", "<F2>" },
        { "throttle", "40s", "=" },         /* a replay refuses it */
        { "pending", "42449ms", "" },       /* a throttle is on its way */
        { "in-force", "43s", "" },
        { "detail", "62s", "<Home><Enter>" },
        { "jobs", "68s", "2<End>" },
        { "work-failed", "68s", "2<End><Enter>" },
        { "work", "75s", "2<Home><Enter>" },
        { "lost", "92s", "" },
        { "lost-detail", "92s", "/node003<Enter><Enter>" },
        { "hide", "92s", "/node003<Enter><Del>" },
        { "map", "92s", "4" },
        { "messages", "97s", "3" },
        { "back", "107s", "" },             /* the lost one, started again */
        { "drain", "117s", "" },
        { "gone", "132s", "" },
    };
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++)
        screen_looks(screens[i].name, screens[i].at, screens[i].keys);
}

/* ---- what is left of a recording ---- */

/* Pieces of any length play as far as they go, and say where they end. */
static void
every_truncation_plays(void **state)
{
    (void)state;
    char path[] = "/tmp/lb-recorded.XXXXXX", err[300];
    int status, fd = mkstemp(path);
    FILE *whole = fopen(recording, "rb");
    int64_t end_us = 0;
    struct input in;

    assert_non_null(whole);
    for (int ch = 0, n = 0; ch != EOF; n++) {
        for (int i = 0; i < 251 && (ch = fgetc(whole)) != EOF; i++)
            assert_int_equal(write(fd, &(uint8_t){ (uint8_t)ch }, 1), 1);
        struct replay *r = replay_open(path, &status, err);
        if (r == NULL) {
            assert_int_equal(n, 0);     /* not even its head */
            continue;
        }
        assert_true(replay_end_us(r) >= end_us);
        end_us = replay_end_us(r);
        assert_int_equal(replay_damage(r) < 0, ch == EOF);
        struct model *m = model_new(0);
        while (replay_next(r, INT64_MAX, true, &in))
            model_feed(m, &in, NULL);
        model_free(m);
        replay_free(r);
    }
    assert_true(end_us > 60 * SECOND_US);
    fclose(whole);
    close(fd);
    unlink(path);
}

/* ---- jump equals play ---- */

enum { INSTANTS = 40, JUMPS = 60 };

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of the screen of now, in order of their texts: the order of rows
 * rests for three seconds after one was drawn. The caller frees. */
static char *
screen_of(struct shell *s)
{
    enum { WIDTH = 100, HEIGHT = 40 };
    struct canvas *c = canvas_new(WIDTH, HEIGHT);
    struct buf out = { 0 }, sorted = { 0 };
    char *line[HEIGHT + 1], *rest;
    size_t n = 0;

    shell_draw(s, c);
    canvas_dump(c, false, &out);
    canvas_free(c);
    buf_u8(&out, 0);
    rest = (char *)out.p;
    while (n <= HEIGHT && (line[n] = strsep(&rest, "\n")) != NULL)
        n++;
    qsort(line, n, sizeof *line, by_text);
    for (size_t i = 0; i < n; i++) {
        buf_bytes(&sorted, line[i], strlen(line[i]));
        buf_u8(&sorted, '\n');
    }
    buf_u8(&sorted, 0);
    buf_fini(&out);
    return (char *)sorted.p;
}

/* Shows the first line that differs. */
static void
same_screens(int64_t at_us, const char *jumped, const char *played)
{
    size_t at = 0, line = 0;

    if (strcmp(jumped, played) == 0)
        return;
    for (; jumped[at] == played[at]; at++)
        if (jumped[at] == '\n')
            line = at + 1;
    fail_msg("a jump to %lld us gives\n%.*s\nbut playing\n%.*s",
             (long long)at_us, (int)strcspn(jumped + line, "\n"),
             jumped + line, (int)strcspn(played + line, "\n"),
             played + line);
}

static void
jump(struct shell *s, int64_t to_us)
{
    app_add_effect(s->app, &(struct effect){ .kind = EFFECT_SEEK,
                                             .us = to_us });
    shell_turn(s);      /* carries it out */
    shell_turn(s);      /* what was before the new instant */
}

static int
by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Some known ones: beginning and end, snapshots (each minute) and what is
 * about them, nodes that come, die and come back; and some at random. */
static void
choose_instants(int64_t *at, int64_t end_us)
{
    static const int64_t known_ms[] = { 0, 59990, 60000, 60010, 60990, 119990,
                                        120000, 120010, 121000, 22188, 42449,
                                        42460, 83780, 83790, 100069, 100200 };
    size_t n = sizeof known_ms / sizeof known_ms[0];
    struct random r;

    random_seed(&r, 7);
    for (size_t i = 0; i < n; i++)
        at[i] = known_ms[i] * 1000;
    at[n++] = end_us;
    for (; n < INSTANTS; n++)
        at[n] = (int64_t)(random_u64(&r) % (uint64_t)end_us);
    qsort(at, INSTANTS, sizeof *at, by_size);
}

static void
play_to(struct shell *s, int64_t to_us)
{
    while (source_now_us(&s->source) < to_us) {
        shell_wait(s, to_us);
        shell_turn(s);
    }
}

/* At two minutes there is something to open. */
static void
open_shell(struct shell *s, struct options *o, const char *keys)
{
    options_of(o, "--dump 100x40 --utf8 -s node --at 2min");
    assert_int_equal(shell_open(s, o, false), 0);
    shell_press(s, keys);
    jump(s, 0);
}

static void
jumps_as_it_plays(const char *keys)
{
    struct options *o = xcalloc(2, sizeof *o);
    struct shell play, jumper;
    char *played[INSTANTS];
    int64_t at[INSTANTS];
    struct random r;

    open_shell(&play, &o[0], keys);
    open_shell(&jumper, &o[1], keys);
    choose_instants(at, play.source.end_us);
    for (size_t i = 0; i < INSTANTS; i++) {
        play_to(&play, at[i]);
        played[i] = screen_of(&play);
    }
    random_seed(&r, 1);
    for (size_t i = 0; i < JUMPS; i++) {
        size_t k = (size_t)(random_u64(&r) % INSTANTS);
        jump(&jumper, at[k]);
        char *now = screen_of(&jumper);
        same_screens(at[k], now, played[k]);
        free(now);
    }
    for (size_t i = 0; i < INSTANTS; i++)
        free(played[i]);
    assert_int_equal(shell_close(&play) + shell_close(&jumper), 0);
    free(o);
}

static void
a_jump_gives_what_playing_gives(void **state)
{
    (void)state;
    static const char *const keys[] = { "1", "2", "3", "4", "1<Home><Enter>",
                                        "2<Home><Enter>" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        jumps_as_it_plays(keys[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_look_as_they_should),
        cmocka_unit_test(every_truncation_plays),
        cmocka_unit_test(a_jump_gives_what_playing_gives),
    };
    return cmocka_run_group_tests_name("tui recorded", tests,
                                       recorded_setup, NULL);
}
