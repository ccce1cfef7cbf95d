/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/ui.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui_order.h"

enum { FLASH_US = 5000000, DAY_S = 86400 };

static const char *const shades[SHADES] = {
    [SHADE_LOAD] = "load", [SHADE_QUEUE] = "queue",
    [SHADE_THROTTLE] = "throttle", [SHADE_AGE] = "age",
    [SHADE_ERRORS] = "errors",
};
static const char *const themes[THEMES] = {
    [THEME_DEFAULT] = "default", [THEME_MONO] = "mono",
    [THEME_LIGHT] = "light", [THEME_ORANGE] = "orange",
    [THEME_HIGH] = "high",
};

const char *
shade_name(enum shade s)
{
    return s < SHADES ? shades[s] : "?";
}

const char *
theme_name(enum theme t)
{
    return t < THEMES ? themes[t] : "?";
}

void
ui_init(struct ui *u)
{
    *u = (struct ui){
        .width = 80, .height = 24, .screen = SCREEN_NODES,
        .back = SCREEN_NODES, .stream = STREAM_LIVE, .pane = true,
        .meters = true, .refresh_us = 1000000,
        .sort = { COLUMN_PEND, true }, .sort_own = { COLUMN_PEND, true },
        .jobs_by_eta = true,
        .level = NOTE_INFO, .follow_messages = true, .wrap = true,
        .replay_speed = 1,
    };
}

void
ui_fini(struct ui *u)
{
    free(u->shown);
    free(u->order);
    free(u->job);
    free(u->job_order);
    query_free(u->filter);
    query_free(u->job_filter);
    query_free(u->note_filter);
    prompt_fini(&u->prompt);
    *u = (struct ui){ .screen = SCREEN_NODES };
}

/* Of the screen that is open, with what it shows. */
static unsigned
context_of(const struct ui *u, const struct model *m)
{
    const struct node *n;

    switch (u->screen) {
    case SCREEN_NODES: return IN_NODES;
    case SCREEN_JOBS: return IN_JOBS;
    case SCREEN_MAP: return IN_MAP;
    case SCREEN_WORK: return IN_WORK;
    case SCREEN_DETAIL:
        n = ui_node(u, m);
        return n != NULL && (n->seen == SEEN_LOST || n->seen == SEEN_GONE)
                   ? IN_LOST : IN_DETAIL;
    case SCREEN_MESSAGES: return IN_MESSAGES;
    case SCREEN_HELP: return IN_HELP;
    case SCREEN_SETUP: return IN_SETUP;
    case SCREENS_END: break;
    }
    return 0;
}

unsigned
ui_context(const struct ui *u, const struct model *m)
{
    unsigned c = context_of(u, m);

    if (m->n == 0 && (c & (IN_MESSAGES | IN_HELP | IN_SETUP)) == 0)
        c = IN_FIRST;
    return u->stream == STREAM_REPLAY ? c | IN_REPLAY : c;
}

struct node *
ui_node(const struct ui *u, const struct model *m)
{
    if (u->screen == SCREEN_DETAIL)
        return model_by_id(m, &u->detail);
    if (u->screen == SCREEN_NODES && u->nodes.n == 0)
        return NULL;
    return model_by_id(m, &u->cursor);
}

bool
ui_work(const struct ui *u, const struct model *m, struct node **home,
        struct work **w)
{
    uint32_t number = u->work_number;

    if (u->screen == SCREEN_WORK) {
        *home = model_by_id(m, &u->work_home);
    } else {
        if (u->jobs.at >= u->jobs.n)
            return false;
        const struct job_row *row = &u->job[u->jobs.at];
        *home = row->home;
        if (row->work >= row->home->n_works)
            return false;
        number = row->home->work[row->work].number;
    }
    for (size_t i = 0; *home != NULL && i < (*home)->n_works; i++)
        if ((*home)->work[i].number == number) {
            *w = &(*home)->work[i];
            return true;
        }
    return false;
}

/* ---- filters ---- */

enum { NOTE_LEVEL, NOTE_NODE, NOTE_COUNT, NOTE_MESSAGE };
static const struct query_field note_fields[] = {
    [NOTE_LEVEL] = { "level", COLUMN_TEXT },
    [NOTE_NODE] = { "node", COLUMN_TEXT },
    [NOTE_COUNT] = { "count", COLUMN_NUMBER },
    [NOTE_MESSAGE] = { "message", COLUMN_TEXT },
    { NULL, COLUMN_TEXT },
};

static double
note_number(const void *row, int c)
{
    const struct note *n = row;

    return c == NOTE_COUNT ? n->times : (double)NAN;
}

static const char *
note_word(const void *row, int c, char *dst)
{
    const struct note *n = row;

    (void)dst;
    return c == NOTE_LEVEL ? note_level_name(n->level)
           : c == NOTE_NODE ? n->from : n->text;
}

static void
note_said(const void *row, char *dst)
{
    const struct note *n = row;

    text_add(dst, QUERY_TEXT_MAX, "%s %s", n->from, n->text);
}

static const struct query_table notes_table = { note_fields, note_number,
                                                note_word, note_said };

const struct query_table *
ui_table_of(enum screen s)
{
    return s == SCREEN_JOBS       ? &jobs_table
           : s == SCREEN_MESSAGES ? &notes_table : NULL;
}

const struct query_table *
ui_filtered(const struct ui *u)
{
    return ui_table_of(u->screen);
}

struct query **
ui_filter(struct ui *u)
{
    return u->screen == SCREEN_JOBS       ? &u->job_filter
           : u->screen == SCREEN_MESSAGES ? &u->note_filter : &u->filter;
}

static bool
is_listed(const struct ui *u, const struct note *n)
{
    if (n->level > u->level)
        return false;
    if (!node_id_is_zero(&u->only) && !node_id_equal(&u->only, &n->node))
        return false;
    return query_match_row(u->note_filter, n);
}

bool
ui_note_shown(const struct ui *u, const struct note *n)
{
    return is_listed(u, n) &&
           (u->note_find[0] == '\0' || strstr(n->text, u->note_find) != NULL ||
            strstr(n->from, u->note_find) != NULL);
}

size_t
ui_notes_found(const struct ui *u, const struct notes *all, size_t *of)
{
    size_t found = *of = 0;

    for (size_t i = 0; i < notes_count(all); i++) {
        *of += is_listed(u, notes_at(all, i));
        found += ui_note_shown(u, notes_at(all, i));
    }
    return found;
}

void
ui_flash(struct ui *u, int64_t now_us, const char *fmt, ...)
{
    va_list args;

    u->flash[0] = '\0';
    va_start(args, fmt);
    text_addv(u->flash, sizeof u->flash, fmt, args);
    va_end(args);
    u->flash_until_us = now_us + FLASH_US;
}

void
ui_time(const struct ui *u, const struct model *m, int64_t at_us, bool millis,
        char dst[16])
{
    int64_t ms = m->wall_ms + at_us / 1000;

    if (!u->utc)
        ms += (int64_t)u->utc_off_s * 1000;
    ms %= DAY_S * INT64_C(1000);
    if (ms < 0)
        ms += DAY_S * INT64_C(1000);
    int s = (int)(ms / 1000);
    dst[0] = '\0';
    text_add(dst, 16, "%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    if (millis)
        text_add(dst, 16, ".%03d", (int)(ms % 1000));
}
