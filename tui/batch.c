/* SPDX-License-Identifier: MPL-2.0 */
/* Without a screen: blocks of text (-b), one command (-x), one screen as text
 * (--dump). Needs no terminal and touches no curses. */
#include <langinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/plain_table.h"
#include "tui/shell.h"

static volatile sig_atomic_t interrupted;

static void
note_signal(int number)
{
    interrupted = number;
}

static void
catch_signals(struct shell *s)
{
    struct sigaction a = { .sa_handler = note_signal };
    s->interrupted = &interrupted;
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

static int
interrupted_status(void)
{
    return interrupted == SIGINT ? EXIT_INT : EXIT_TERM;
}

/* A line, of which any part may come from the network: the one place where
 * what no terminal should get is taken out. */
__attribute__((format(printf, 2, 3))) static void
print_line(FILE *to, const char *fmt, ...)
{
    char text[1200] = "";
    va_list ap;

    va_start(ap, fmt);
    text_addv(text, sizeof text, fmt, ap);
    va_end(ap);
    char *clean = plain_clean(text);
    fprintf(to, "%s\n", clean);
    free(clean);
}

/* What a way in that did not answer makes of the exit status. */
static int
status_of(const char *why)
{
    static const struct { const char *why; int status; } table[] = {
        { "permission denied", EXIT_REFUSED },
        { "key refused", EXIT_REFUSED },
        { "speaks version", EXIT_PROTOCOL },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strncmp(why, table[i].why, strlen(table[i].why)) == 0)
            return table[i].status;
    return EXIT_UNREACHABLE;
}

/* Why nobody has answered. */
static int
unreachable(const struct shell *s)
{
    const struct model *m = s->app->live;
    int status = EXIT_UNREACHABLE;

    for (size_t i = 0; i < m->n_tries; i++) {
        const char *why = m->tries[i].why;
        print_line(stderr, "lbtop: %s: %s", m->tries[i].where,
                   why[0] != '\0' ? why : "no answer");
        if (status == EXIT_UNREACHABLE)
            status = status_of(why);
    }
    fputs(s->source.stream == STREAM_REPLAY
              ? "lbtop: the recording has no node\n"
              : "lbtop: no node is reachable\n", stderr);
    return status;
}

/* Nodes are known, but none that can be understood. */
static bool
is_foreign(const struct shell *s)
{
    const struct model *m = s->app->live;
    size_t foreign = 0;

    for (size_t i = 0; i < m->n; i++)
        foreign += m->node[i]->seen == SEEN_FOREIGN;
    return s->source.stream == STREAM_LIVE && foreign == m->n;
}

/* ---- -b ---- */

static bool
has_trouble(const struct model *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->node[i]->seen == SEEN_STALE || m->node[i]->seen == SEEN_LOST)
            return true;
    return false;
}

/* Lets a refresh period pass. */
static void
pass(struct shell *s)
{
    int64_t until = source_now_us(&s->source) + s->o->setup.refresh_us;
    while (source_now_us(&s->source) < until && interrupted == 0) {
        shell_wait(s, until);
        shell_turn(s);
    }
}

static int
print_blocks(struct shell *s)
{
    uint64_t last_note = UINT64_MAX;
    struct options *o = s->o;
    const struct model *m = s->app->live;
    struct plain p = { .form = o->form, .screen = o->screen,
                       .column = o->n_columns > 0 ? o->column : NULL,
                       .n_columns = o->n_columns, .sort = o->sort,
                       .filter = *ui_filter(&s->app->u),
                       .colour = o->setup.colour == 1,
                       .last_note = &last_note };
    const char *width = getenv("COLUMNS");
    uint64_t n;

    if (width != NULL && text_u64(width, 20, CANVAS_MAX_WIDTH, &n) == 0)
        p.width = (int)n;
    for (uint64_t i = 0; o->iterations == 0 || i < o->iterations; i++) {
        if (i > 0)
            pass(s);
        if (interrupted != 0)
            return interrupted_status();
        if (s->source.stream == STREAM_REPLAY && i > 0 &&
            source_now_us(&s->source) >= s->source.end_us)
            break;
        int rc = plain_print(stdout, &p, m);
        if (rc != 0) {
            fprintf(stderr, "lbtop: output: %s\n", strerror(-rc));
            return EXIT_DISK;
        }
    }
    return o->strict && has_trouble(m) ? EXIT_FAILED : EXIT_DONE;
}

int
run_batch(struct options *o)
{
    struct shell s;
    int rc = shell_open(&s, o, false);

    if (rc != EXIT_DONE)
        return rc;
    catch_signals(&s);
    (void)shell_hear(&s);
    if (interrupted != 0)
        rc = interrupted_status();
    else if (s.app->live->n == 0 || is_foreign(&s))
        rc = unreachable(&s);
    else
        rc = print_blocks(&s);
    int written = shell_close(&s);
    if (written == 0)
        return rc;
    fprintf(stderr, "lbtop: --record: %s: %s\n", o->record,
            strerror(-written));
    return EXIT_DISK;
}

/* ---- -x ---- */

/* The status that one wish ends with. */
static int
wish_status(const struct wish *w)
{
    switch (w->state) {
    case WISH_IN_FORCE: return EXIT_DONE;
    case WISH_REFUSED:
        return w->status == EXIT_LATER || w->status == EXIT_REFUSED ||
                       w->status == EXIT_PROTOCOL || w->status == EXIT_NOTFOUND
                   ? w->status : EXIT_USAGE;
    case WISH_DRAFT: case WISH_SENT: case WISH_ACCEPTED: case WISH_SILENT:
        return EXIT_TIMEOUT;
    case WISH_DIFFERS: case WISH_LOST: break;
    }
    return EXIT_FAILED;
}

static void
print_wish(const struct node *n, const struct wish *w)
{
    const long long took_ms = (long long)(w->took_us / 1000);
    const bool starts = w->kind == WISH_RESUME || w->kind == WISH_UNDRAIN;

    if (w->state == WISH_IN_FORCE && w->kind == WISH_THROTTLE)
        print_line(stdout, "%s ok %d (was %d) %lldms", n->name, w->asked,
                   w->seen, took_ms);
    else if (w->state == WISH_IN_FORCE)
        print_line(stdout, "%s ok %s %lldms", n->name,
                   w->kind == WISH_POLICY ? w->name
                   : starts ? "start" : wish_kind_name(w->kind), took_ms);
    else if (w->state == WISH_REFUSED)
        print_line(stdout, "%s refused %s", n->name, w->why);
    else if (w->state == WISH_DIFFERS)
        print_line(stdout, "%s differs asked %d, node reports %d", n->name,
                   w->asked, (int)n->told.throttle_percent);
    else if (w->state == WISH_LOST)
        print_line(stdout, "%s lost may or may not be set", n->name);
    else
        print_line(stdout, "%s no-answer", n->name);
}

/* The newest wish of a node, whatever it is about. */
static const struct wish *
newest(const struct shell *s, const struct node *n)
{
    const struct wish *w = wish_of(s->app->wishes, n, 0, 0);
    for (size_t i = 0; i < n->n_works && w == NULL; i++)
        w = wish_of(s->app->wishes, n, 0, n->work[i].number);
    return w;
}

/* The status of what was not sent, by why; EXIT_DONE: there was nothing to
 * do. */
static int
said_status(const char *said)
{
    static const struct { const char *part; int status; } table[] = {
        { "your key may only ", EXIT_REFUSED },
        { "read-only: ", EXIT_REFUSED },
        { " speaks protocol ", EXIT_PROTOCOL },
        { " is the ceiling", EXIT_USAGE }, { " is the floor", EXIT_USAGE },
        { " not sent", EXIT_FAILED }, { "none of ", EXIT_FAILED },
        { "no node", EXIT_NOTFOUND }, { "no workload", EXIT_NOTFOUND },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strstr(said, table[i].part) != NULL)
            return table[i].status;
    return EXIT_DONE;
}

static int
print_said(const char *said, bool none)
{
    int status = said_status(said);

    if (status != EXIT_DONE)
        print_line(stderr, "lbtop: %s", said);
    else if (none && said[0] != '\0')
        print_line(stdout, "%s", said);
    return status;
}

static int
both(int a, int b)
{
    if (a == EXIT_DONE || b == EXIT_DONE || a == b)
        return a == EXIT_DONE ? b : a;
    return EXIT_FAILED;
}

static int
print_wishes(const struct shell *s, const char *said)
{
    const struct model *m = s->app->live;
    int status = EXIT_DONE;
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++) {
        const struct wish *w = newest(s, m->node[i]);
        if (w == NULL)
            continue;
        n++;
        print_wish(m->node[i], w);
        status = both(status, wish_status(w));
    }
    return both(status, print_said(said, n == 0));
}

static bool
is_under_way(const struct shell *s)
{
    const struct model *m = s->app->live;

    for (size_t i = 0; i < m->n; i++) {
        const struct wish *w = newest(s, m->node[i]);
        if (w != NULL && (w->state == WISH_DRAFT || w->state == WISH_SENT ||
                          w->state == WISH_ACCEPTED))
            return true;
    }
    return false;
}

static int
execute(struct shell *s)
{
    char err[300] = "", said[sizeof s->app->u.flash];
    struct app *a = s->app;
    int64_t end = source_now_us(&s->source) + s->o->timeout_us;

    bool known = app_command(a, s->o->exec, err);
    /* A workload is known when its home has spoken itself. */
    if (!known && strncmp(err, "no ", 3) == 0) {
        (void)shell_hear(s);
        if (interrupted != 0)
            return interrupted_status();
        known = app_command(a, s->o->exec, err);
    }
    if (!known) {
        int status = said_status(err);
        print_line(stderr, "lbtop: %s", err);
        return status == EXIT_DONE ? EXIT_USAGE : status;
    }
    if (a->u.dialog.open && !s->o->yes) {
        print_line(stderr, "lbtop: %s  Confirm with --yes.",
                   a->u.dialog.line[0]);
        return EXIT_USAGE;
    }
    if (a->u.dialog.open) {
        struct pending_act then = a->u.dialog.then;
        a->u.dialog.open = false;
        app_do(a, &then);
    }
    memcpy(said, a->u.flash, sizeof said);
    do {
        shell_turn(s);
        if (!is_under_way(s))
            break;
        shell_wait(s, end);
    } while (source_now_us(&s->source) < end && interrupted == 0);
    return interrupted != 0 ? interrupted_status()
                            : print_wishes(s, said);
}

int
run_exec(struct options *o)
{
    struct shell s;
    int rc = shell_open(&s, o, false);

    if (rc != EXIT_DONE)
        return rc;
    catch_signals(&s);
    (void)shell_complete(&s);
    if (interrupted != 0)
        rc = interrupted_status();
    else
        rc = s.app->live->n == 0 || is_foreign(&s) ? unreachable(&s)
                                                   : execute(&s);
    (void)shell_close(&s);
    return rc;
}

/* ---- --dump ---- */

int
run_dump(struct options *o)
{
    struct shell s;
    struct buf out = { 0 };
    bool utf8 = o->setup.utf8 || strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    int rc = shell_open(&s, o, o->setup.ascii || !utf8);

    if (rc != EXIT_DONE)
        return rc;
    struct canvas *c = canvas_new(o->dump_width, o->dump_height);
    struct input in = { .at_us = source_now_us(&s.source), .kind = IN_SIZE };
    in.width = o->dump_width;
    in.height = o->dump_height;
    shell_feed(&s, &in);
    if (s.source.stream == STREAM_REPLAY)
        shell_turn(&s);     /* that very instant */
    else if (o->screen == SCREEN_JOBS || o->screen == SCREEN_MESSAGES)
        (void)shell_hear(&s);
    else
        (void)shell_complete(&s);
    c->ascii = s.app->u.ascii;
    c->braille = s.app->u.braille;
    shell_draw(&s, c);
    shell_press(&s, o->keys);
    shell_draw(&s, c);
    canvas_dump(c, false, &out);
    if (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
        rc = EXIT_DISK;
    buf_fini(&out);
    canvas_free(c);
    (void)shell_close(&s);
    return rc;
}
