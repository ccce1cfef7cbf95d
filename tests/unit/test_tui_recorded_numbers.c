/* SPDX-License-Identifier: MPL-2.0 */
/* The same model gives the same numbers on the screen and in batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "tests/unit/recorded_scene.h"

enum { NAME, STATE, LOAD, THROTTLE, PEND, RUN, DONE, RATE, IN, OUT, RTT, AGE,
       CELLS, CELL = 24, LINES_MAX = 8 };
struct rows {
    size_t n;
    char cell[LINES_MAX][CELLS][CELL];
};

/* Words of a line, without bars and marks; how many. */
static size_t
words_of(const char *line, size_t len, char cell[CELLS][CELL])
{
    size_t n = 0;

    for (size_t at = 0, to; at < len; at = to + 1) {
        bool plain = true;
        for (to = at; to < len && line[to] != ' '; to++)
            plain = plain && (uint8_t)line[to] < 0x80;
        if (to == at || (!plain && line[at] != '('))
            continue;
        if (n == CELLS)
            return n + 1;
        cell[n][0] = '\0';
        text_add(cell[n++], CELL, "%.*s", (int)(to - at), line + at);
    }
    return n;
}

/* The lines that tell of a node have all cells. */
static void
rows_of(const char *text, struct rows *out)
{
    char cell[CELLS][CELL];

    out->n = 0;
    for (const char *line = text; *line != '\0'; line++) {
        size_t len = strcspn(line, "\n");
        if (words_of(line, len, cell) == CELLS &&
            strncmp(cell[NAME], "node0", 5) == 0 && out->n < LINES_MAX)
            memcpy(out->cell[out->n++], cell, sizeof cell);
        line += len;
    }
}

/* "65%", "2/2", "9ms", "(40%)": the number in it; "-" if there is none. */
static void
number_of(const char *cell, char dst[CELL])
{
    const char *p = cell[0] == '(' ? cell + 1 : cell;
    size_t n = strspn(p, "0123456789.");

    dst[0] = '\0';
    text_add(dst, CELL, "%.*s", n > 0 ? (int)n : 1, n > 0 ? p : "-");
}

/* Of a node that is gone the screen has what it said last, in brackets, and
 * for how long it has been silent; batch has nothing. */
static void
same_row(const char *at, char screen[CELLS][CELL], char batch[CELLS][CELL])
{
    bool lost = strcmp(screen[STATE], "LOST") == 0;
    bool gone = lost || strcmp(screen[STATE], "gone") == 0;
    char a[CELL], b[CELL];

    assert_string_equal(screen[NAME], batch[NAME]);
    assert_string_equal(lost ? "lost" : screen[STATE], batch[STATE]);
    for (size_t i = LOAD; i < CELLS; i++) {
        number_of(screen[i], a);
        number_of(batch[i], b);
        /* "3ms" of "2.27ms" */
        bool near = i == RTT && fabs(atof(a) - atof(b)) < 1;
        bool past = gone && strcmp(b, "-") == 0 &&
                    (screen[i][0] == '(' || i == AGE);
        if (strcmp(a, b) != 0 && !near && !past)
            fail_msg("%s: %s: column %zu: the screen says %s, batch %s", at,
                     screen[NAME], i, screen[i], batch[i]);
    }
}

/* The number in front of a word of the screen, or 0. */
static unsigned long
before(const char *text, const char *word)
{
    const char *p = strstr(text, word);

    while (p != NULL && p > text && strchr("0123456789", p[-1]) != NULL)
        p--;
    return p != NULL ? strtoul(p, NULL, 10) : 0;
}

static unsigned long
after(const char *text, const char *word)
{
    const char *p = strstr(text, word);

    if (p == NULL)
        fail_msg("no %s in %s", word, text);
    return strtoul(p + strlen(word), NULL, 10);
}

static void
same_totals(const char *shown, const char *said)
{
    assert_int_equal(before(shown, " nodes: "), after(said, " nodes="));
    assert_int_equal(before(shown, " up "), after(said, " up="));
    assert_int_equal(before(shown, " LOST "), after(said, " lost="));
    assert_int_equal(before(shown, " stale "), after(said, " stale="));
    assert_int_equal(before(shown, " run  "), after(said, " running="));
    assert_int_equal(before(shown, " pend "), after(said, " pending="));
    assert_int_equal(before(shown, " done "), after(said, " done="));
    assert_int_equal(before(shown, " failed "), after(said, " failed="));
}

/* And JSON what the table says, without rounding. */
static void
same_json(const char *json, const struct rows *r)
{
    static const char *const key[] = { [THROTTLE] = "throttle",
                                       [PEND] = "pend", [RUN] = "run",
                                       [DONE] = "done" };
    json_t *root = json_loads(json, 0, NULL);
    json_t *nodes = json_object_get(root, "nodes");

    assert_int_equal(json_array_size(nodes), r->n);
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < sizeof key / sizeof key[0]; k++) {
            json_t *v = key[k] == NULL
                            ? NULL
                            : json_object_get(json_array_get(nodes, i),
                                              key[k]);
            const char *cell = r->cell[i][k];
            if (json_is_null(v))
                assert_string_equal(cell, "-");
            else if (v != NULL)
                assert_int_equal(json_integer_value(v), atoll(cell));
        }
    json_decref(root);
}

/* NAME STATE ... AGE by -b; the caller frees. */
static char *
batch_at(const char *at, const char *form)
{
    char words[200] = "";

    text_add(words, sizeof words, "--at %s -s node -b -i 1 -c node,state,load,"
             "throttle,pend,run,done,rate,in,out,rtt,age%s", at, form);
    return printed(run_batch, words);
}

static void
same_at(const char *at)
{
    char words[100] = "";
    struct rows screen, batch;

    text_add(words, sizeof words, "--at %s -s node --dump 140x45 --utf8 "
             "--keys :columns<Space>-held<Enter>", at);
    char *shown = printed(run_dump, words);
    char *said = batch_at(at, ""), *json = batch_at(at, " --json");
    rows_of(shown, &screen);
    rows_of(said, &batch);
    if (screen.n < 5 || screen.n != batch.n)
        fail_msg("%s: %zu rows, batch %zu:\n%s", at, screen.n, batch.n,
                 shown);
    for (size_t i = 0; i < screen.n; i++)
        same_row(at, screen.cell[i], batch.cell[i]);
    same_totals(shown, said);
    same_json(json, &batch);
    free(shown);
    free(said);
    free(json);
}

/* Of nodes that are gone, and of one that has started again, too. */
static void
screen_and_batch_say_the_same_numbers(void **state)
{
    (void)state;
    static const char *const at[] = {
        "30s", "40s", "50s", "56s", "65s", "78s", "82s", "88s", "92s", "97s",
        "107s", "115s", "120s", "130s",
    };

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        same_at(at[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen_and_batch_say_the_same_numbers),
    };
    return cmocka_run_group_tests_name("tui recorded numbers", tests,
                                       recorded_setup, NULL);
}
