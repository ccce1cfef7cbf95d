/* SPDX-License-Identifier: MPL-2.0 */
/* lbtop: one console for all nodes. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/exits.h"
#include "tui/shell.h"

/* --replay IN --record OUT: a piece of a recording. */
static int
run_cut(const struct options *o)
{
    struct record_cut cut = { 0, INT64_MAX, o->anon };
    char err[300] = "";
    int status;
    struct replay *r = replay_open(o->replay, &status, err);

    if (r == NULL) {
        fprintf(stderr, "lbtop: %s\n", err);
        return status;
    }
    if ((o->at[0] != '\0' && replay_time(r, o->at, &cut.from_us) != 0) ||
        (o->until[0] != '\0' && replay_time(r, o->until, &cut.until_us) != 0))
        status = EXIT_USAGE;
    else
        status = EXIT_DONE;
    replay_free(r);
    if (status != EXIT_DONE) {
        fputs("lbtop: --at, --until: a time is 14:02:37 or +2min\n", stderr);
        return status;
    }
    status = record_cut(o->replay, o->record, &cut, err);
    if (status != EXIT_DONE)
        fprintf(stderr, "lbtop: %s\n", err);
    return status;
}

int
main(int argc, char **argv)
{
    static struct options o;

    /* A limit on files is an error of write, as a full disk is. */
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setlocale(LC_ALL, "");
    /* A point, not a comma, in any locale. */
    (void)setlocale(LC_NUMERIC, "C");
    options_read(&o, argc, argv);
    if (o.replay[0] != '\0' && o.record[0] != '\0')
        return run_cut(&o);
    if (o.exec[0] != '\0')
        return run_exec(&o);
    if (o.dump_width > 0)
        return run_dump(&o);
    if (o.batch)
        return run_batch(&o);
    return run_screen(&o);
}
