/* SPDX-License-Identifier: MPL-2.0 */
/* Without a screen: blocks of text (-b), one command (-x), one screen as text
 * (--dump). Needs no terminal and touches no curses. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "tui/shell.h"

static volatile sig_atomic_t interrupted;

static void
note_signal(int number)
{
    interrupted = number;
}

static void
catch_signals(void)
{
    struct sigaction a = { .sa_handler = note_signal };
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

static int
interrupted_status(void)
{
    return interrupted == SIGINT ? EXIT_INT : EXIT_TERM;
}

/* Why nobody has answered. */
static int
unreachable(const struct shell *s)
{
    const struct model *m = s->app->live;

    for (size_t i = 0; i < m->n_tries; i++)
        fprintf(stderr, "lbtop: %s: %s\n", m->tries[i].where,
                m->tries[i].why[0] != '\0' ? m->tries[i].why : "no answer");
    fputs("lbtop: no node is reachable\n", stderr);
    return EXIT_UNREACHABLE;
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
    uint64_t last_note = 0;
    struct options *o = s->o;
    const struct model *m = s->app->live;
    struct plain p = { .form = o->form, .screen = o->screen,
                       .column = o->n_columns > 0 ? o->column : NULL,
                       .n_columns = o->n_columns, .sort = o->sort,
                       .filter = s->app->u.filter,
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
    catch_signals();
    (void)shell_complete(&s);
    if (interrupted != 0)
        rc = interrupted_status();
    else if (s.app->live->n == 0)
        rc = unreachable(&s);
    else
        rc = print_blocks(&s);
    shell_close(&s);
    return rc;
}

/* ---- -x ---- */

/* The status that one wish ends with. */
static int
wish_status(const struct wish *w)
{
    switch (w->state) {
    case WISH_IN_FORCE: return EXIT_DONE;
    case WISH_REFUSED: return EXIT_USAGE;
    case WISH_DRAFT: case WISH_SENT: case WISH_ACCEPTED: case WISH_SILENT:
        return EXIT_TIMEOUT;
    case WISH_DIFFERS: case WISH_LOST: break;
    }
    return EXIT_FAILED;
}

static void
print_wish(const struct node *n, const struct wish *w)
{
    char took[24];

    duration_text(took, w->took_us);
    printf("%s ", n->name);
    if (w->state == WISH_IN_FORCE && w->kind == WISH_THROTTLE)
        printf("ok %d (was %d) %s\n", w->asked, w->seen, took);
    else if (w->state == WISH_IN_FORCE)
        printf("ok %s %s\n", w->kind == WISH_POLICY ? w->name
                                                    : wish_kind_name(w->kind),
               took);
    else if (w->state == WISH_REFUSED)
        printf("refused %s\n", w->why);
    else if (w->state == WISH_DIFFERS)
        printf("differs asked %d, node reports %d\n", w->asked,
               (int)n->told.throttle_percent);
    else if (w->state == WISH_LOST)
        printf("lost may or may not be set\n");
    else
        printf("no-answer\n");
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

static int
print_wishes(const struct shell *s)
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
        int one = wish_status(w);
        status = status == EXIT_DONE || one == status || one == EXIT_DONE
                     ? (one == EXIT_DONE ? status : one) : EXIT_FAILED;
    }
    if (n == 0 && s->app->u.flash[0] != '\0')
        puts(s->app->u.flash);
    return status;
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
    char err[300] = "";
    struct app *a = s->app;
    int64_t end = source_now_us(&s->source) + s->o->timeout_us;

    if (!app_command(a, s->o->exec, err)) {
        fprintf(stderr, "lbtop: %s\n", err);
        return strncmp(err, "no node", 7) == 0 ||
               strncmp(err, "no workload", 11) == 0 ? EXIT_NOTFOUND
                                                    : EXIT_USAGE;
    }
    if (a->u.dialog.open && !s->o->yes) {
        fprintf(stderr, "lbtop: %s: confirm with --yes\n",
                a->u.dialog.line[0]);
        return EXIT_USAGE;
    }
    if (a->u.dialog.open) {
        struct pending_act then = a->u.dialog.then;
        a->u.dialog.open = false;
        app_do(a, &then);
    }
    do {
        shell_turn(s);
        if (!is_under_way(s))
            break;
        shell_wait(s, end);
    } while (source_now_us(&s->source) < end && interrupted == 0);
    return interrupted != 0 ? interrupted_status() : print_wishes(s);
}

int
run_exec(struct options *o)
{
    struct shell s;
    int rc = shell_open(&s, o, false);

    if (rc != EXIT_DONE)
        return rc;
    catch_signals();
    (void)shell_complete(&s);
    rc = s.app->live->n == 0 ? unreachable(&s) : execute(&s);
    shell_close(&s);
    return rc;
}

/* ---- --dump ---- */

int
run_dump(struct options *o)
{
    struct shell s;
    struct buf out = { 0 };
    int rc = shell_open(&s, o, o->setup.ascii);

    if (rc != EXIT_DONE)
        return rc;
    struct canvas *c = canvas_new(o->dump_width, o->dump_height);
    struct input in = { .at_us = source_now_us(&s.source), .kind = IN_SIZE };
    in.width = o->dump_width;
    in.height = o->dump_height;
    shell_feed(&s, &in);
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
    shell_close(&s);
    return rc;
}
