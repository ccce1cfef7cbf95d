/* SPDX-License-Identifier: MPL-2.0 */
/* recorded_scene - a recording of real agents, which
 * tests/tools/record-cluster.sh made, and lbtop run on it.
 * Comes after cmocka.h. */
#ifndef LB_RECORDED_SCENE_H
#define LB_RECORDED_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/shell.h"

enum { ARGS_MAX = 24, PATH_BYTES = 600, SECOND_US = 1000 * 1000 };

static char recording[PATH_BYTES];

static inline void
golden_path(const char *name, char *dst)
{
    const char *top = getenv("LB_SRC");

    dst[0] = '\0';
    text_add(dst, PATH_BYTES, "%s/tests/golden/recorded/%s",
             top != NULL ? top : ".", name);
}

static inline char *
read_text(FILE *f)
{
    struct buf b = { 0 };

    for (int ch = fgetc(f); ch != EOF; ch = fgetc(f))
        buf_u8(&b, (uint8_t)ch);
    buf_u8(&b, 0);
    return (char *)b.p;     /* of the heap: the caller frees */
}

/* lbtop --replay with more words, blanks between them; its options. */
static inline void
options_of(struct options *o, const char *words)
{
    static char program[] = "lbtop", none[] = "--no-config",
                replay[] = "--replay";
    char *argv[ARGS_MAX + 1] = { program, none, replay, recording };
    char *own = xstrdup(words), *rest = own;
    int n = 4;

    for (char *w; (w = strsep(&rest, " ")) != NULL && n < ARGS_MAX;)
        argv[n++] = w;
    options_read(o, n, argv);
    free(own);
}

/* What a way of running prints; the caller frees. */
static inline char *
printed(int run(struct options *), const char *words)
{
    struct options *o = xcalloc(1, sizeof *o);
    FILE *to = tmpfile();

    assert_non_null(to);
    options_of(o, words);
    fflush(stdout);
    int out = dup(STDOUT_FILENO);
    assert_true(dup2(fileno(to), STDOUT_FILENO) >= 0);
    int rc = run(o);
    fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    close(out);
    assert_int_equal(rc, 0);
    free(o);
    rewind(to);
    char *text = read_text(to);
    fclose(to);
    return text;
}

static inline int
recorded_setup(void **state)
{
    (void)state;
    golden_path("cluster.lbtop", recording);
    return 0;
}

#endif
