/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/key.h"
#include "tui/utf8.h"

enum { CTRL_A = 1, CTRL_E = 5, CTRL_H = 8, NEWLINE = 10, CTRL_U = 21,
       CTRL_W = 23 };

void
prompt_fini(struct prompt *p)
{
    for (size_t i = 0; i < p->n_history; i++)
        free(p->history[i]);
    *p = (struct prompt){ .use = PROMPT_NONE };
}

static void
copy(char *dst, size_t cap, const char *src)
{
    dst[0] = '\0';
    text_add(dst, cap, "%s", src);
}

/* What was said about the text is no longer true. */
static enum prompt_did
edited(struct prompt *p)
{
    p->error[0] = p->hint[0] = '\0';
    return PROMPT_EDITED;
}

/* Puts one character at the cursor; false: no room, or not one to show. */
static bool
insert(struct prompt *p, uint32_t ch)
{
    char bytes[UTF8_MAX];
    size_t len = strlen(p->text), n;

    if (utf8_columns(ch) < 0)
        return false;
    n = utf8_put(ch, bytes);
    if (len + n >= PROMPT_MAX)
        return false;
    memmove(p->text + p->at + n, p->text + p->at, len - p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->at += n;
    return true;
}

/* Takes the bytes from..to out. */
static enum prompt_did
cut(struct prompt *p, size_t from, size_t to)
{
    size_t len = strlen(p->text);

    if (from == to)
        return PROMPT_IGNORED;
    memmove(p->text + from, p->text + to, len - to + 1);
    p->at = from;
    return edited(p);
}

/* Text from elsewhere, at the cursor; up to the end of its first line. */
static bool
insert_text(struct prompt *p, struct span text)
{
    bool any = false;

    for (size_t at = 0; at < text.len;) {
        uint8_t first = text.p[at];
        if (first == '\n' || first == '\r')
            break;
        uint32_t ch = utf8_next(text, &at);
        if (first >= ' ' && first != 0x7F && insert(p, ch))
            any = true;
    }
    return any;
}

/* Replaces the text, with the cursor at its end. */
static enum prompt_did
replace(struct prompt *p, const char *text)
{
    char clean[PROMPT_MAX];

    copy(clean, sizeof clean, text);
    p->text[0] = '\0';
    p->at = 0;
    insert_text(p, span_str(clean));
    return edited(p);
}

void
prompt_open(struct prompt *p, enum prompt_for use, const char *label,
            const char *text)
{
    p->use = use;
    copy(p->label, sizeof p->label, label);
    replace(p, text);
    copy(p->saved, sizeof p->saved, p->text);
    p->history_at = p->n_history;
}

void
prompt_close(struct prompt *p)
{
    p->use = PROMPT_NONE;
    p->text[0] = '\0';
    p->at = 0;
    edited(p);
}

static size_t
before(const struct prompt *p, size_t at)
{
    while (at > 0 && (p->text[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static size_t
behind(const struct prompt *p, size_t at)
{
    if (p->text[at] != '\0')
        at++;
    while ((p->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static size_t
word_start(const struct prompt *p)
{
    size_t at = p->at;

    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

static enum prompt_did
move(struct prompt *p, size_t to)
{
    if (to == p->at)
        return PROMPT_IGNORED;
    p->at = to;
    return PROMPT_EDITED;
}

/* Up and down in the history, whose end is the draft. */
static enum prompt_did
recall(struct prompt *p, bool up)
{
    if (p->use != PROMPT_COMMAND ||
        p->history_at == (up ? 0 : p->n_history))
        return PROMPT_IGNORED;
    if (p->history_at == p->n_history)
        copy(p->saved, sizeof p->saved, p->text);
    p->history_at += up ? (size_t)-1 : 1;
    return replace(p, p->history_at == p->n_history
                          ? p->saved : p->history[p->history_at]);
}

/* For a filter the one before; a command has none, only its draft. */
static enum prompt_did
drop(struct prompt *p)
{
    replace(p, p->use == PROMPT_COMMAND ? "" : p->saved);
    return PROMPT_DROPPED;
}

enum prompt_did
prompt_key(struct prompt *p, uint32_t key)
{
    switch (key) {
    case KEY_ENTER_:
    case NEWLINE: return PROMPT_DONE;
    case KEY_ESCAPE: return drop(p);
    case KEY_TAB_: return PROMPT_COMPLETE;
    case KEY_LEFT_: return move(p, before(p, p->at));
    case KEY_RIGHT_: return move(p, behind(p, p->at));
    case KEY_HOME_:
    case CTRL_A: return move(p, 0);
    case KEY_END_:
    case CTRL_E: return move(p, strlen(p->text));
    case KEY_BACK:
    case CTRL_H: return cut(p, before(p, p->at), p->at);
    case KEY_DELETE: return cut(p, p->at, behind(p, p->at));
    case CTRL_U: return cut(p, 0, p->at);
    case CTRL_W: return cut(p, word_start(p), p->at);
    case KEY_UP_: return recall(p, true);
    case KEY_DOWN_: return recall(p, false);
    default: return insert(p, key) ? edited(p) : PROMPT_IGNORED;
    }
}

void
prompt_paste(struct prompt *p, const char *text, size_t len)
{
    if (insert_text(p, span_of(text, len)))
        edited(p);
}

/* Bytes that a and b begin with alike, never inside a character. */
static size_t
common(const char *a, const char *b, size_t most)
{
    size_t n = 0;

    while (n < most && a[n] == b[n] && a[n] != '\0')
        n++;
    while (n > 0 && (a[n] & 0xC0) == 0x80)
        n--;
    return n;
}

void
prompt_complete(struct prompt *p, const char *const *words, size_t n)
{
    size_t from = p->at, hits = 0, most = 0;
    const char *first = NULL;

    while (from > 0 && p->text[from - 1] != ' ' && p->text[from - 1] != ',')
        from--;
    size_t len = p->at - from;
    edited(p);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(words[i], p->text + from, len) != 0)
            continue;
        most = hits == 0 ? strlen(words[i]) : common(first, words[i], most);
        first = hits == 0 ? words[i] : first;
        text_add(p->hint, sizeof p->hint, "%s%s", hits > 0 ? " " : "",
                 words[i]);
        hits++;
    }
    if (hits == 0)
        return;
    if (most > len)
        insert_text(p, span_of(first + len, most - len));
    if (hits > 1)
        return;
    if (p->text[p->at] != ' ')
        insert(p, ' ');
    p->hint[0] = '\0';
}

void
prompt_remember(struct prompt *p, const char *line)
{
    bool again = p->n_history > 0 &&
                 strcmp(p->history[p->n_history - 1], line) == 0;

    if (line[0] != '\0' && !again) {
        if (p->n_history == PROMPT_HISTORY) {
            free(p->history[0]);
            memmove(p->history, p->history + 1,
                    (PROMPT_HISTORY - 1) * sizeof *p->history);
            p->n_history--;
        }
        p->history[p->n_history++] = xstrdup(line);
    }
    p->history_at = p->n_history;
}
