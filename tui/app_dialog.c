/* SPDX-License-Identifier: MPL-2.0 */
/* Questions: y/N in one line, or a word typed into a box. `Enter` alone is
 * never yes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

/* Two words of so many bytes leave room in the box to type one. */
enum { IGNORED_US = 300 * 1000, MISSES = 3, EITHER_MOST = 20 };

void
dialog_close(struct app *a)
{
    struct dialog *d = &a->u.dialog;

    if (d->open && d->box)
        prompt_close(&a->u.prompt);
    free(d->then.node);
    *d = (struct dialog){ .open = false };
}

void
dialog_open(struct app *a, const struct dialog *d)
{
    char label[80] = "";

    dialog_close(a);
    a->u.menu.open = false;
    a->u.dialog = *d;
    a->u.dialog.open = true;
    a->u.dialog.misses = 0;
    a->u.dialog.since_us = app_now_us(a);
    a->u.flash[0] = '\0';
    if (d->also[0] != '\0' &&
        strlen(d->word) + strlen(d->also) <= EITHER_MOST)
        text_add(label, sizeof label, "Type %s or %s to go on:  ", d->word,
                 d->also);
    else if (d->also[0] != '\0')
        text_add(label, sizeof label, "Type either name to go on:  ");
    else if (d->then.workload != 0)
        text_add(label, sizeof label, "Type the workload to go on:  ");
    else if (d->then.n == 1)
        text_add(label, sizeof label, "Type the node name to go on:  ");
    else
        text_add(label, sizeof label, "Type %s to go on:  ", d->word);
    if (d->box)
        prompt_open(&a->u.prompt, PROMPT_FIND, label, "");
    else
        prompt_close(&a->u.prompt);
}

void
dialog_word(const struct app *a, const struct pending_act *p, size_t number,
            struct dialog *d)
{
    const struct node *n = target_first(a, p);

    if (p->workload != 0) {
        text_add(d->word, sizeof d->word, "%s", p->name);
        target_own_name(a, p, d->also, sizeof d->also);
        if (strcmp(d->also, d->word) == 0)
            d->also[0] = '\0';
    } else if (p->n == 1 && n != NULL)
        text_add(d->word, sizeof d->word, "%s", n->name);
    else
        text_add(d->word, sizeof d->word, "%zu", number);
}

void
dialog_ask(struct app *a, enum act act, const char *line)
{
    struct dialog d = { .n_lines = 1, .then = { .act = act } };

    text_add(d.line[0], sizeof d.line[0], "%s", line);
    dialog_open(a, &d);
}

static void
leave_line(size_t n, char *line, size_t cap)
{
    line[0] = '\0';
    text_add(line, cap, "%zu %s no answer yet. Leave?", n,
             n == 1 ? "command has" : "commands have");
}

void
dialog_leave(struct app *a)
{
    char line[100];

    leave_line(wishes_pending(a->wishes), line, sizeof line);
    dialog_ask(a, ACT_QUIT, line);
}

void
dialog_follow(struct app *a)
{
    struct dialog *d = &a->u.dialog;
    size_t n;

    if (!d->open || d->then.act != ACT_QUIT)
        return;
    n = wishes_pending(a->wishes);
    leave_line(n, d->line[0], sizeof d->line[0]);
    if (n > 0)
        return;
    dialog_close(a);
    ui_flash(&a->u, app_now_us(a), "answered  (q leaves)");
}

void
dialog_save(struct app *a)
{
    char line[300] = "";

    if (a->u.setup_wrong[0] == '\0') {
        app_simple(a, EFFECT_SAVE, "");
        return;
    }
    text_add(line, sizeof line, "%s. Save over it?", a->u.setup_wrong);
    dialog_ask(a, ACT_SETUP, line);
}

void
app_overwrite(struct app *a, const char *file)
{
    struct dialog d = { .n_lines = 1, .then = { .act = ACT_WRITE } };

    text_add(d.line[0], sizeof d.line[0], "%s exists: overwrite?", file);
    text_add(d.then.name, sizeof d.then.name, "%s", file);
    dialog_open(a, &d);
}

/* Does what was asked; the dialog is closed before, as that may open one. */
static void
say_yes(struct app *a)
{
    struct pending_act p = a->u.dialog.then;

    a->u.dialog.then.node = NULL;
    dialog_close(a);
    app_do(a, &p);
    free(p.node);
}

static void
say_no(struct app *a)
{
    enum act act = a->u.dialog.then.act;

    dialog_close(a);
    if (act >= ACT_LOWER)
        ui_flash(&a->u, app_now_us(a), "nothing sent");
}

static void
check_word(struct app *a)
{
    struct dialog *d = &a->u.dialog;

    if (strcmp(a->u.prompt.text, d->word) == 0 ||
        (d->also[0] != '\0' && strcmp(a->u.prompt.text, d->also) == 0)) {
        say_yes(a);
        return;
    }
    if (++d->misses < MISSES) {
        char label[64];
        memcpy(label, a->u.prompt.label, sizeof label);
        prompt_open(&a->u.prompt, PROMPT_FIND, label, "");
        ui_flash(&a->u, app_now_us(a), "not the name");
        return;
    }
    dialog_close(a);
    ui_flash(&a->u, app_now_us(a), "not the name: nothing sent");
}

static void
box_key(struct app *a, uint32_t key)
{
    switch (prompt_key(&a->u.prompt, key)) {
    case PROMPT_DONE:
        check_word(a);
        break;
    case PROMPT_DROPPED:
        say_no(a);
        break;
    case PROMPT_EDITED:
        a->u.flash[0] = '\0';
        break;
    case PROMPT_COMPLETE:
    case PROMPT_IGNORED:
        break;
    }
}

bool
app_dialog_key(struct app *a, uint32_t key)
{
    struct dialog *d = &a->u.dialog;
    int x, y;

    if (!d->open)
        return false;
    if (key == KEY_WHEEL_UP || key == KEY_WHEEL_DOWN ||
        key_click(key, &x, &y))
        return true;
    /* the time of a replay may stand still */
    if (a->u.stream != STREAM_REPLAY &&
        app_now_us(a) - d->since_us < IGNORED_US) {
        d->early = key;
        return true;
    }
    d->early = 0;
    if (key == 3) { /* ^C quits from everywhere */
        dialog_close(a);
        app_simple(a, EFFECT_QUIT, "");
    } else if (d->box)
        box_key(a, key);
    else if (key == 'y' || key == 'Y')
        say_yes(a);
    else if (key == 'n' || key == 'N' || key == KEY_ENTER_ ||
             key == KEY_ESCAPE || key == 'q')
        say_no(a);
    return true;
}
