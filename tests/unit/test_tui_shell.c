/* SPDX-License-Identifier: MPL-2.0 */
/* Effects that are carried out: recordings, one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/shell.h"

enum { SECOND = 1000000, TRIES = 3000, FILES = 3 };

struct desk {
    struct shell shell;
    struct options o;
    char folder[64], file[FILES][80];
};

static int
begin(void **state)
{
    struct desk *d = calloc(1, sizeof *d);

    strcpy(d->folder, "/tmp/lbtop-shell.XXXXXX");
    if (mkdtemp(d->folder) == NULL)
        return -1;
    for (int i = 0; i < FILES; i++)
        snprintf(d->file[i], sizeof d->file[i], "%s/%d.rec", d->folder, i);
    d->o = (struct options){ .demo = 3, .seed = 1, .screen = SCREEN_NODES,
                             .dump_width = 80,
                             .dump_height = 24, .record_max = 1 << 30,
                             .user = "ann" };
    d->o.setup.refresh_us = SECOND;
    *state = d;
    return shell_open(&d->shell, &d->o, true);
}

static int
end(void **state)
{
    struct desk *d = *state;
    int rc = shell_close(&d->shell);

    for (int i = 0; i < FILES; i++)
        unlink(d->file[i]);
    rmdir(d->folder);
    free(d);
    return rc;
}

/* ":record WHAT". */
static void
record(struct desk *d, const char *what)
{
    char keys[120];

    snprintf(keys, sizeof keys, ":record %s<Enter>", what);
    shell_press(&d->shell, keys);
}

static size_t
told(const struct desk *d, const char *text)
{
    const struct notes *notes = d->shell.app->live->notes;
    size_t n = 0;

    for (size_t i = 0; i < notes_count(notes); i++)
        if (strstr(notes_at(notes, i)->text, text) != NULL)
            n += notes_at(notes, i)->times;
    return n;
}

/* A second of the made-up time; its recording is written by a thread. */
static void
second(struct desk *d)
{
    int64_t until = source_now_us(&d->shell.source) + SECOND;

    while (source_now_us(&d->shell.source) < until) {
        shell_wait(&d->shell, until);
        shell_turn(&d->shell);
    }
}

static void
each_recording_that_stops_is_told(void **state)
{
    struct desk *d = *state;

    d->o.record_max = 2048;
    for (int i = 0; i < FILES; i++) {
        record(d, d->file[i]);
        assert_non_null(d->shell.source.recorder);
        for (int k = 0; k < TRIES && told(d, "recording stops") <= (size_t)i;
             k++) {
            second(d);
            usleep(1000);
        }
        assert_int_equal(told(d, "recording stops"), i + 1);
        second(d); /* once of each */
        assert_int_equal(told(d, "recording stops"), i + 1);
    }
}

static void
a_new_recording_that_cannot_begin_leaves_the_old_one(void **state)
{
    struct desk *d = *state;
    struct stat s;

    record(d, d->file[0]);
    struct recorder *old = d->shell.source.recorder;
    assert_non_null(old);
    record(d, d->file[0]);
    assert_ptr_equal(d->shell.source.recorder, old);
    assert_int_equal(told(d, "File exists"), 1);
    record(d, "/tmp/no/such/folder/x.rec");
    assert_ptr_equal(d->shell.source.recorder, old);
    second(d);
    record(d, d->file[1]);
    assert_non_null(d->shell.source.recorder);
    assert_int_equal(stat(d->file[0], &s), 0);
    assert_true(s.st_size > 100);
    record(d, "off");
    assert_null(d->shell.source.recorder);
    assert_string_equal(d->shell.app->u.flash, "record off");
    assert_int_equal(stat(d->file[1], &s), 0);
    record(d, "off");
    assert_string_equal(d->shell.app->u.flash, "record is off already");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_recording_that_stops_is_told,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            a_new_recording_that_cannot_begin_leaves_the_old_one, begin, end),
    };
    return cmocka_run_group_tests_name("tui_shell", tests, NULL, NULL);
}
