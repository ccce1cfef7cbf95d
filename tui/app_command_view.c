/* SPDX-License-Identifier: MPL-2.0 */
/* Commands that only look. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "tui/app_own.h"

static bool
wrong(char *err, const char *command, const char *text)
{
    err[0] = '\0';
    text_add(err, ERR_MAX, "%s: %s", command, text);
    return false;
}

static bool
on_off(const char *command, const char *word, bool *out, char *err)
{
    if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
        return wrong(err, command, "on or off");
    *out = word[1] == 'n';
    return true;
}

static bool
run_connect(struct app *a, char *rest, char *err)
{
    if (rest[0] == '\0')
        return wrong(err, "connect", "HOST[:PORT] or ipc://PATH");
    app_simple(a, EFFECT_CONNECT, rest);
    return true;
}

static bool
run_forget(struct app *a, char *rest, char *err)
{
    struct node *n = model_by_name(a->live, rest);

    if (n == NULL) {
        text_add(err, ERR_MAX, "no node \"%.60s\"", rest);
        return false;
    }
    bool pending = wishes_forget(a->wishes, n);
    if (n->seen == SEEN_LOST || n->seen == SEEN_GONE) {
        struct pending_act p = { .act = ACT_HIDE };
        p.n = target_one(n, &p.node);
        app_do(a, &p);
        free(p.node);
    } else
        ui_flash(&a->u, app_now_us(a), "%s: %s", n->name,
                 pending ? "forgotten here; what was sent is not unsent"
                         : "no command is pending");
    return true;
}

static bool
run_filter(struct app *a, char *rest, char *err)
{
    if (!prompt_set_filter(a, rest, err))
        return false;
    prompt_said_filter(a);
    return true;
}

static bool
run_sort(struct app *a, char *rest, char *err)
{
    struct sort s;
    char why[128] = "";

    if (sort_parse(rest, &s, why) != 0)
        return wrong(err, "sort", why);
    a->u.sort = s;
    a->u.sorted_us = 0;
    return true;
}

static bool
run_columns(struct app *a, char *rest, char *err)
{
    return ui_columns(&a->u, rest, err) == 0;
}

static bool
run_level(struct app *a, char *rest, char *err)
{
    for (unsigned l = NOTE_ERROR; l <= NOTE_DEBUG; l++)
        if (strcmp(note_level_name((enum note_level)l), rest) == 0) {
            a->u.level = (enum note_level)l;
            return true;
        }
    return wrong(err, "level", "error, warn, info or debug");
}

static bool
run_find(struct app *a, char *rest, char *err)
{
    bool notes = a->u.screen == SCREEN_MESSAGES;
    char *find = notes ? a->u.note_find : a->u.find;

    find[0] = '\0';
    text_add(find, sizeof a->u.find, "%s", rest);
    if (!notes && find[0] != '\0' && !move_find(a, 1, true)) {
        text_add(err, ERR_MAX, "nothing has \"%.60s\"", rest);
        return false;
    }
    return true;
}

static bool
run_freeze(struct app *a, char *rest, char *err)
{
    bool on = !a->u.frozen;

    if (a->u.stream == STREAM_REPLAY)
        return wrong(err, "freeze", "a replay is stopped by Z");
    if (rest[0] != '\0' && !on_off("freeze", rest, &on, err))
        return false;
    app_freeze(a, on);
    return true;
}

static bool
run_refresh(struct app *a, char *rest, char *err)
{
    int64_t us;
    int rc = units_duration(rest, &us);

    if (rc == 0 && us >= 100000 && us <= 60 * (int64_t)SECOND_US) {
        a->u.refresh_us = us;
        a->u.paced = false;
        return true;
    }
    text_add(err, ERR_MAX, "refresh: \"%.40s\" is not a duration from 100ms "
             "to 60s", rest);
    return false;
}

static bool
run_theme(struct app *a, char *rest, char *err)
{
    const char *names[THEMES + 1] = { NULL };

    for (enum theme t = 0; t < THEMES; t++) {
        names[t] = theme_name(t);
        if (strcmp(names[t], rest) != 0)
            continue;
        a->u.theme = t;
        app_simple(a, EFFECT_THEME, "");
        return true;
    }
    command_unknown(err, "theme", rest, names);
    return false;
}

static bool
run_record(struct app *a, char *rest, char *err)
{
    if (rest[0] == '\0')
        return wrong(err, "record", "a file, or off");
    app_simple(a, EFFECT_RECORD, strcmp(rest, "off") == 0 ? "" : rest);
    return true;
}

static bool
run_note(struct app *a, char *rest, char *err)
{
    if (rest[0] == '\0')
        return wrong(err, "note", "a text for the recording");
    app_simple(a, EFFECT_NOTE, rest);
    model_note(a->live, NOTE_INFO, "note: %s", rest);
    return true;
}

/* "14:02:37" of the recording's day, or the time since its start. */
static bool
parse_at(const struct app *a, const char *s, int64_t *us)
{
    int64_t part[3] = { 0 }, day = 24 * 3600;
    size_t n = 0;

    if (strchr(s, ':') == NULL) {
        bool ok = units_duration(s + (s[0] == '+'), us) == 0;
        *us += ok ? a->u.replay_begin_us : 0;
        return ok;
    }
    while (n < 3) {
        size_t len = strspn(s, "0123456789");
        if (len < 1 || len > 2)
            return false;
        for (size_t i = 0; i < len; i++)
            part[n] = part[n] * 10 + (s[i] - '0');
        n++;
        if (s[len] == '\0')
            break;
        if (s[len] != ':')
            return false;
        s += len + 1;
    }
    int64_t start = (a->live->wall_ms / 1000 + a->u.utc_off_s) % day;
    int64_t at = part[0] * 3600 + part[1] * 60 + part[2];
    *us = ((at - start) % day + day) % day * SECOND_US;
    return n >= 2 && part[0] < 24 && part[1] < 60 && part[2] < 60;
}

static bool
run_at(struct app *a, char *rest, char *err)
{
    struct effect e = { .kind = EFFECT_SEEK };

    if (a->u.stream != STREAM_REPLAY)
        return wrong(err, "at", "only in a replay");
    if (!parse_at(a, rest, &e.us))
        return wrong(err, "at", "a time as 14:02:37, or +2min");
    app_add_effect(a, &e);
    return true;
}

static bool
run_write(struct app *a, char *rest, char *err)
{
    (void)err;
    app_simple(a, EFFECT_WRITE, rest[0] != '\0' ? rest : "lbtop.txt");
    return true;
}

static bool
run_save(struct app *a, char *rest, char *err)
{
    (void)rest;
    (void)err;
    dialog_save(a);
    return true;
}

static bool
run_ascii(struct app *a, char *rest, char *err)
{
    return on_off("ascii", rest, &a->u.ascii, err);
}

static bool
run_set(struct app *a, char *rest, char *err)
{
    static const char *const keys[] = { "ascii", "bell", "braille", "level",
                                        "meters", "mouse", "pane", "refresh",
                                        "theme", "utc", NULL };
    struct ui *u = &a->u;
    bool *const flags[] = { &u->ascii, &u->bell, &u->braille, NULL,
                            &u->meters, &u->mouse, &u->pane, NULL,
                            NULL, &u->utc };
    char *value = rest + strcspn(rest, " =");

    if (*value != '\0')
        *value++ = '\0';
    value += strspn(value, " =");
    if (strcmp(rest, "level") == 0)
        return run_level(a, value, err);
    if (strcmp(rest, "refresh") == 0)
        return run_refresh(a, value, err);
    if (strcmp(rest, "theme") == 0)
        return run_theme(a, value, err);
    for (size_t i = 0; keys[i] != NULL; i++)
        if (strcmp(rest, keys[i]) == 0 && flags[i] != NULL) {
            bool ok = on_off(rest, value, flags[i], err);
            if (ok && flags[i] == &u->mouse)
                app_simple(a, EFFECT_MOUSE, "");
            return ok;
        }
    command_unknown(err, "key", rest, keys);
    return false;
}

static bool
run_messages(struct app *a, char *rest, char *err)
{
    struct node *n = rest[0] != '\0' ? model_by_name(a->live, rest) : NULL;

    if (rest[0] != '\0' && n == NULL) {
        text_add(err, ERR_MAX, "no node \"%.60s\"", rest);
        return false;
    }
    screen_go(a, SCREEN_MESSAGES);
    a->u.only = n != NULL ? n->id : (struct node_id){ { 0 } };
    return true;
}

/* Of a command: which key does it. */
static bool
run_help(struct app *a, char *rest, char *err)
{
    char name[16];

    (void)err;
    for (size_t i = 0; rest[0] != '\0' && i < key_rows; i++)
        if (strstr(key_table[i].help, rest) != NULL) {
            key_text(key_table[i].key[0], name);
            ui_flash(&a->u, app_now_us(a), "%s  %s", name, key_table[i].help);
            return true;
        }
    screen_go(a, SCREEN_HELP);
    return true;
}

static bool
run_version(struct app *a, char *rest, char *err)
{
    const struct node *n = ui_node(&a->u, app_model(a));

    (void)rest;
    (void)err;
    ui_flash(&a->u, app_now_us(a), "%s%s%s", n != NULL ? n->name : "",
             n != NULL ? ": lbagent " : "lbtop --version tells it",
             n != NULL ? n->version : "");
    return true;
}

static bool
run_quit(struct app *a, char *rest, char *err)
{
    const struct key_row *row = key_find('q', IN_NODES);

    (void)rest;
    (void)err;
    a->u.screen = SCREEN_NODES;
    app_act(a, row);
    return true;
}

const struct command command_view_table[] = {
    { "connect", run_connect }, { "forget", run_forget },
    { "filter", run_filter },   { "sort", run_sort },
    { "columns", run_columns }, { "level", run_level },
    { "find", run_find },       { "freeze", run_freeze },
    { "refresh", run_refresh }, { "theme", run_theme },
    { "ascii", run_ascii },     { "record", run_record },
    { "note", run_note },       { "at", run_at },
    { "write", run_write },     { "save", run_save },
    { "set", run_set },         { "messages", run_messages },
    { "help", run_help },       { "version", run_version },
    { "quit", run_quit },       { "q", run_quit },
    /* nothing is saved by leaving */
    { "q!", run_quit },         { "wq", run_quit },
    { "x", run_quit },          { "exit", run_quit },
    { NULL, NULL }
};
