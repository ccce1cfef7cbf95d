/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/history.h"

static void
lines_come_back_in_the_next_session(void **state)
{
    char dir[] = "/tmp/lb-history.XXXXXX", path[128] = "", line[32];
    struct prompt p = { .use = PROMPT_NONE }, q = { .use = PROMPT_NONE };
    struct stat st;
    (void)state;

    assert_non_null(mkdtemp(dir));
    setenv("XDG_STATE_HOME", dir, 1);
    history_load(&p); /* nothing there */
    assert_int_equal(p.n_history, 0);
    for (int i = 0; i < PROMPT_HISTORY + 7; i++) {
        line[0] = '\0';
        text_add(line, sizeof line, "throttle %d", i);
        prompt_remember(&p, line);
    }
    history_save(&p);
    history_load(&q);
    assert_int_equal(q.n_history, PROMPT_HISTORY);
    assert_string_equal(q.history[0], "throttle 7");
    assert_string_equal(q.history[PROMPT_HISTORY - 1], "throttle 506");

    text_add(path, sizeof path, "%s/lbagent/lbtop-history", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(path);
    path[0] = '\0';
    text_add(path, sizeof path, "%s/lbagent", dir);
    rmdir(path);
    assert_int_equal(rmdir(dir), 0); /* nothing else was left */
    prompt_fini(&p);
    prompt_fini(&q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back_in_the_next_session),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
