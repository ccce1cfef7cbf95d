/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/pace.h"
#include "tui/paint.h"
#include "tui/term_key.h"
#include "tui/term_read.h"
#include "tui/term_restore.h"
#include "tui/theme.h"

enum { SYNC_CELLS = 300, ECHO_ROWS = 2, PLAIN_PAIR = 1, FIRST_PAIR };

static struct {
    SCREEN *screen;
    int in, out;
    FILE *input;
    int colours;                /* 0, 8, 16, 256 */
    enum theme theme;
    struct look look[STYLES];
    attr_t attr[STYLES];
    short pair[STYLES];
    struct cell *shown;         /* what stands there now */
    int width, height;
    bool gone;
    struct key_filter filter;
    struct pace pace;
    bool sync;                  /* mode 2026 is known */
} t;

static void
send_bytes(const char *bytes)
{
    ssize_t ignored = write(t.out, bytes, strlen(bytes));
    (void)ignored;
}

/* ---- what the terminal can do ---- */

/* Text without a colour has a pair too: from a colour to pair 0 curses resets
 * everything, from one pair to another the colour alone. */
static void
paint_plain(void)
{
    cchar_t blank;

    if (t.colours == 0)
        return;
    init_pair(PLAIN_PAIR, -1, -1);
    setcchar(&blank, L" ", A_NORMAL, PLAIN_PAIR, NULL);
    bkgrndset(&blank);
}

static void
paint_styles(void)
{
    static const struct { unsigned char look; attr_t attr; } map[] = {
        { LOOK_BOLD, A_BOLD }, { LOOK_DIM, A_DIM },
        { LOOK_REVERSE, A_REVERSE }, { LOOK_UNDERLINE, A_UNDERLINE },
    };
    for (int s = 0; s < STYLES; s++) {
        struct look l = theme_look(t.theme, t.colours, (enum style)s);
        t.look[s] = l;
        t.attr[s] = A_NORMAL;
        for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
            if ((l.attr & map[i].look) != 0)
                t.attr[s] |= map[i].attr;
        t.pair[s] = t.colours > 0 ? PLAIN_PAIR : 0;
        if (l.colour >= 0) {
            t.pair[s] = (short)(FIRST_PAIR + s);
            init_pair(t.pair[s], l.colour, -1);
        }
    }
    paint_plain();
}

static void
find_colours(int wanted)
{
    const char *no = getenv("NO_COLOR");
    bool off = wanted == 0 || (wanted < 0 && no != NULL && *no != '\0');

    t.colours = 0;
    if (off || !has_colors())
        return;
    start_color();
    use_default_colors();
    t.colours = COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

/* What stands there is drawn afresh at the next chance. */
static void
let_go(void)
{
    free(t.shown);
    t.shown = NULL;
    t.width = t.height = 0;
}

void
term_theme(enum theme theme)
{
    t.theme = theme;
    paint_styles();
    let_go();
}

/* ---- keys ---- */

static bool
has_hung_up(void)
{
    struct pollfd p = { .fd = t.in, .events = POLLIN };
    char byte;
    if (poll(&p, 1, 0) != 1)
        return false;
    if ((p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        return true;
    /* Readable, and yet curses has no key: end of file. */
    return (p.revents & POLLIN) != 0 && read(t.in, &byte, 0) < 0;
}

static void
take_answer(enum term_answer answer, int64_t now_us)
{
    if (answer == ANSWER_SYNC)
        t.sync = true;
    if (answer == ANSWER_STATUS)
        pace_answered(&t.pace, now_us);
    else if (answer != ANSWER_NONE)
        pace_heard(&t.pace);
}

int64_t
term_key(int64_t now_us, struct span *paste)
{
    *paste = (struct span){ NULL, 0 };
    for (;;) {
        bool pasted;
        enum term_answer answer;
        uint32_t raw = term_read(t.filter.pasting, &answer);
        if (raw == 0) {
            t.gone = t.gone || has_hung_up();
            return t.gone ? -1 : 0;
        }
        take_answer(answer, now_us);
        uint32_t key = key_filter_take(&t.filter, now_us, raw, &pasted);
        if (pasted)
            *paste = t.filter.pasted.len > 0 ? buf_span(&t.filter.pasted)
                                             : span_str("");
        if (key != 0)
            return key;
    }
}

/* ---- open and close ---- */

/* Without padding, "$<2>": written as it is, it would show. */
static void
add_capability(char *dst, size_t cap, const char *name)
{
    const char *s = tigetstr(name);

    if (s == NULL || s == (char *)-1)
        return;
    while (*s != '\0') {
        const char *end = strncmp(s, "$<", 2) == 0 ? strchr(s, '>') : NULL;
        if (end != NULL)
            s = end + 1;
        else
            text_add(dst, cap, "%c", *s++);
    }
}

static void
prepare_restore(void)
{
    static const char *const names[] = { "sgr0", "op", "rmkx", "cnorm",
                                         "rmcup" };
    char bytes[256] = "";
    text_add(bytes, sizeof bytes, "\033[?2004l\033[?1000l\033[?1006l");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_capability(bytes, sizeof bytes, names[i]);
    restore_begin(t.out, bytes, strlen(bytes));
}

static bool
is_multiplexed(void)
{
    return getenv("TMUX") != NULL || getenv("STY") != NULL;
}

static bool
is_simple(const char *term)
{
    return term != NULL && (strncmp(term, "vt", 2) == 0 ||
                            strcmp(term, "linux") == 0);
}

static int
open_input(char *err)
{
    t.out = STDOUT_FILENO;
    t.in = STDIN_FILENO;
    if (!isatty(t.in)) {
        t.in = open("/dev/tty", O_RDWR | O_CLOEXEC);
        if (t.in < 0) {
            text_add(err, 300, "stdin is not a terminal and there is no other "
                     "one; use -b for plain output");
            return -1;
        }
    }
    t.input = t.in == STDIN_FILENO ? stdin : fdopen(t.in, "r");
    return 0;
}

static void
set_modes(const struct term_options *o)
{
    struct termios now;

    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    if (getenv("ESCDELAY") == NULL)
        set_escdelay((int)(o->esc_delay_us / 1000));
    if (tcgetattr(t.in, &now) == 0) {
        now.c_iflag &= ~(tcflag_t)IXON;
        tcsetattr(t.in, TCSANOW, &now);
        def_prog_mode();    /* so that it stays so after a stop */
    }
    term_read_begin();
    curs_set(0);
    if (!is_simple(getenv("TERM")))
        send_bytes("\033[?2004h");
    term_mouse(o->mouse);
}

int
term_open(const struct term_options *o, char *err)
{
    const char *term = getenv("TERM");

    err[0] = '\0';
    if (term == NULL || *term == '\0' || strcmp(term, "dumb") == 0) {
        text_add(err, 300, "TERM=%s cannot show a screen; try TERM=xterm "
                 "lbtop, or -b for plain output", term == NULL ? "" : term);
        return -1;
    }
    if (open_input(err) != 0)
        return -1;
    /* They would freeze the size. */
    unsetenv("LINES");
    unsetenv("COLUMNS");
    restore_modes(t.in);
    t.screen = newterm(NULL, stdout, t.input);
    if (t.screen == NULL) {
        text_add(err, 300, "TERM=%s is not known here; try TERM=xterm lbtop, "
                 "or -b for plain output", term);
        return -1;
    }
    find_colours(o->colour);
    t.theme = o->theme;
    paint_styles();
    set_modes(o);
    prepare_restore();
    pace_init(&t.pace, o->pace && !is_multiplexed() && !is_simple(term));
    if (t.pace.ask)
        send_bytes("\033[?2026$p");
    return 0;
}

void
term_close(void)
{
    if (t.screen == NULL)
        return;
    term_mouse(false);
    endwin();
    restore_now();
    delscreen(t.screen);
    t.screen = NULL;
    free(t.shown);
    t.shown = NULL;
    key_filter_fini(&t.filter);
}

void
term_mouse(bool on)
{
    mousemask(on ? BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED |
                       BUTTON5_PRESSED : 0, NULL);
    mouseinterval(0);
}

int
term_key_fd(void)
{
    return t.in;
}

int
term_signal_fd(void)
{
    return restore_fd();
}

int
term_signal(void)
{
    return restore_signal();
}

void
term_size(int *width, int *height)
{
    struct winsize w = { 0 };

    if (ioctl(t.out, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
        if (w.ws_row != LINES || w.ws_col != COLS)
            resizeterm(w.ws_row, w.ws_col);
    }
    *width = COLS;
    *height = LINES;
}

void
term_suspend(void)
{
    endwin();
    restore_stop();
    if (t.gone)
        return;
    refresh();
    if (!is_simple(getenv("TERM")))
        send_bytes("\033[?2004h");
    curs_set(0);
    let_go();
}

const char *
term_library(void)
{
    return curses_version();
}

void
term_beep(void)
{
    beep();
}

/* ---- drawing ---- */

static void
put_cell(int x, int y, const struct cell *c, enum style style)
{
    wchar_t text[2] = { (wchar_t)(c->ch == 0 ? ' ' : c->ch), 0 };
    attr_t attr = t.attr[style];
    cchar_t out;

    if ((c->flags & CELL_CURSOR) != 0)
        attr ^= A_REVERSE;
    setcchar(&out, text, attr, t.pair[style], NULL);
    mvadd_wch(y, x, &out);
}

static int
put_row(const struct canvas *c, int y, struct cell *old)
{
    const struct cell *row = c->cell + (size_t)y * (size_t)c->width;
    int changed = 0;

    for (int x = 0; x < c->width; x++) {
        if (row[x].ch == old[x].ch && row[x].style == old[x].style &&
            row[x].flags == old[x].flags)
            continue;
        old[x] = row[x];
        changed++;
        if (row[x].ch != 0)
            put_cell(x, y, &row[x], paint_style(t.look, row, x, c->width));
    }
    return changed;
}

/* Forgets what stands there: all is drawn at the next chance. */
static void
forget(int width, int height)
{
    free(t.shown);
    t.width = width;
    t.height = height;
    t.shown = xcalloc((size_t)width * (size_t)height, sizeof *t.shown);
    clear();
}

static void
show(const struct canvas *c, int changed)
{
    const bool sync = t.sync && changed >= SYNC_CELLS;

    if (c->cursor_x >= 0)
        move(c->cursor_y, c->cursor_x);
    leaveok(stdscr, c->cursor_x < 0);
    curs_set(c->cursor_x >= 0 ? 1 : 0);
    if (sync)
        send_bytes("\033[?2026h");
    refresh();
    if (sync)
        send_bytes("\033[?2026l");
}

/* The rows in which a key shows at once: where the cursor was and is, and the
 * line of questions and answers. */
static bool
is_echo(const struct canvas *c, int y, const struct cell *old)
{
    const struct cell *row = c->cell + (size_t)y * (size_t)c->width;

    for (int x = 0; x < c->width; x++)
        if (((row[x].flags ^ old[x].flags) & CELL_CURSOR) != 0)
            return true;
    return y >= c->height - ECHO_ROWS || y == c->cursor_y;
}

void
term_draw(const struct canvas *c, enum draw how, int64_t now_us)
{
    int changed = 0;

    if (t.shown == NULL || t.width != c->width || t.height != c->height ||
        how == DRAW_ALL)
        forget(c->width, c->height);
    if (how == DRAW_ALL)
        clearok(curscr, TRUE);
    struct cell *old = t.shown;
    for (int y = 0; y < c->height && y < LINES; y++, old += c->width)
        if (how != DRAW_ECHO || is_echo(c, y, old))
            changed += put_row(c, y, old);
    show(c, changed);
    if (t.pace.asked_us >= 0)
        pace_echoed(&t.pace, how != DRAW_ECHO);
    else if (pace_sent(&t.pace, now_us, changed))
        send_bytes("\033[5n");
}

bool
term_ready(int64_t now_us)
{
    struct pollfd p = { .fd = t.out, .events = POLLOUT };

    return pace_ready(&t.pace, now_us) && poll(&p, 1, 0) == 1 &&
           (p.revents & POLLOUT) != 0;
}

bool
term_may_echo(void)
{
    return pace_may_echo(&t.pace);
}

int64_t
term_took_us(void)
{
    return pace_took_us(&t.pace);
}

int64_t
term_deadline_us(void)
{
    return pace_deadline_us(&t.pace);
}
