/* SPDX-License-Identifier: MPL-2.0 */
/* The input line: find, filter, a throttle, a command, a file. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

static void
start_throttle(struct app *a)
{
    char label[64] = "", whom[40] = "";
    const struct node *n;

    free(a->meant.node);
    a->meant = (struct pending_act){ .act = ACT_SET };
    a->meant_all = a->u.all_next;
    a->meant.n = app_targets(a, &a->meant.node);
    n = target_first(a, &a->meant);
    if (n == NULL) {
        ui_flash(&a->u, app_now_us(a), "no node here");
        return;
    }
    if (!change_reaches(a, &a->meant))
        return;
    if (a->meant.n == 1)
        text_add(whom, sizeof whom, "%.30s", n->name);
    else
        text_add(whom, sizeof whom, "%zu nodes", a->meant.n);
    text_add(label, sizeof label, "Throttle of %s, 1-100%%: ", whom);
    prompt_open(&a->u.prompt, PROMPT_THROTTLE, label, "");
}

void
prompt_start(struct app *a, enum prompt_for use)
{
    struct ui *u = &a->u;
    const struct query *q = *ui_filter(u);
    const char *text = q != NULL ? query_text(q) : "";

    switch (use) {
    case PROMPT_NONE:
        break;
    case PROMPT_FIND:
        prompt_open(&u->prompt, use, "Find: ", "");
        break;
    case PROMPT_FILTER:
        a->before[0] = '\0';
        text_add(a->before, sizeof a->before, "%s", text);
        prompt_open(&u->prompt, use, "Filter: ", a->before);
        break;
    case PROMPT_THROTTLE:
        start_throttle(a);
        break;
    case PROMPT_COMMAND:
        prompt_open(&u->prompt, use, ":", "");
        break;
    case PROMPT_WRITE:
        prompt_open(&u->prompt, use, "Write this screen to: ", "lbtop.txt");
        break;
    }
}

bool
prompt_set_filter(struct app *a, const char *text, char *err)
{
    struct query *q = NULL;
    char why[QUERY_ERROR_MAX] = "";

    if (text[strspn(text, " ")] != '\0') {
        q = query_new_of(ui_filtered(&a->u), text, why);
        if (q == NULL) {
            text_add(memset(err, 0, 1), QUERY_ERROR_MAX, "%s", why);
            return false;
        }
    }
    struct query **filter = ui_filter(&a->u);
    query_free(*filter);
    *filter = q;
    a->u.sorted_us = a->u.jobs_sorted_us = 0;
    return true;
}

void
prompt_said_filter(struct app *a)
{
    struct ui *u = &a->u;
    const struct query *q = *ui_filter(u);
    const bool jobs = u->screen == SCREEN_JOBS;

    ui_arrange(u, app_model(a), a->wishes);
    if (q == NULL || u->screen == SCREEN_MESSAGES ||
        (jobs ? u->jobs.n : u->nodes.n) > 0)
        return;
    ui_flash(u, app_now_us(a), "0 of %zu %s match \"%s\". Esc clears the "
             "filter.", jobs ? u->n_job : app_model(a)->n,
             jobs ? "workloads" : "nodes", query_text(q));
}

bool
prompt_throttle(const char *text, int *out, char *err)
{
    char digits[16] = "";
    size_t from = strspn(text, " "), len;
    uint64_t n;

    text_add(digits, sizeof digits, "%.15s", text + from);
    len = strlen(digits);
    while (len > 0 && (digits[len - 1] == ' ' || digits[len - 1] == '%'))
        digits[--len] = '\0';
    err[0] = '\0';
    if (len == 0 || len != strspn(digits, "0123456789") ||
        text_u64(digits, 0, 1000000, &n) != 0) {
        text_add(err, QUERY_ERROR_MAX, "a whole number, please");
        return false;
    }
    *out = (int)n;
    if (n == 0)
        text_add(err, QUERY_ERROR_MAX, "0 is refused: use pause (p)");
    return n > 0;
}

/* Of one node its own limits; of several, one and a hundred. */
static bool
in_limits(const struct app *a, const struct pending_act *p, char *err)
{
    const struct node *n = target_first(a, p);
    int low = 1, high = 100;

    if (p->n == 1 && n != NULL) {
        low = n->told.floor_percent > 0 ? n->told.floor_percent : 1;
        high = n->told.ceiling_percent > 0 ? n->told.ceiling_percent : 100;
    }
    const char *who = p->n == 1 && n != NULL ? n->name : "every node";
    err[0] = '\0';
    if (p->value > high)
        text_add(err, QUERY_ERROR_MAX, "%d is the ceiling of %s", high, who);
    else if (p->value < low)
        text_add(err, QUERY_ERROR_MAX, "%d is the floor of %s", low, who);
    return err[0] == '\0';
}

static void
done_throttle(struct app *a)
{
    struct prompt *p = &a->u.prompt;

    if (!prompt_throttle(p->text, &a->meant.value, p->error) ||
        !in_limits(a, &a->meant, p->error))
        return;
    prompt_close(p);
    if (!change_allowed(a, ACT_SET, NULL))
        return;
    struct pending_act meant = a->meant;
    a->meant = (struct pending_act){ .act = ACT_SET };
    change(a, &meant, a->meant_all);
}

static void
done_filter(struct app *a)
{
    struct ui *u = &a->u;

    if (!prompt_set_filter(a, u->prompt.text, u->prompt.error))
        return;
    prompt_close(&u->prompt);
    prompt_said_filter(a);
}

static void
done_command(struct app *a)
{
    struct prompt *p = &a->u.prompt;
    char line[PROMPT_MAX] = "", err[ERR_MAX] = "";

    text_add(line, sizeof line, "%s", p->text);
    prompt_close(p);
    if (line[strspn(line, " :")] == '\0')
        return;
    prompt_remember(p, line);
    if (app_command(a, line, err))
        return;
    prompt_open(p, PROMPT_COMMAND, ":", line);
    p->error[0] = '\0';
    text_add(p->error, sizeof p->error, "%s", err);
}

void
app_prompt_done(struct app *a)
{
    struct prompt *p = &a->u.prompt;

    switch (p->use) {
    case PROMPT_NONE: break;
    case PROMPT_FIND: prompt_close(p); break;
    case PROMPT_FILTER: done_filter(a); break;
    case PROMPT_THROTTLE: done_throttle(a); break;
    case PROMPT_COMMAND: done_command(a); break;
    case PROMPT_WRITE:
        if (p->text[0] != '\0')
            app_simple(a, EFFECT_WRITE, p->text);
        prompt_close(p);
        break;
    }
}

void
prompt_changed(struct app *a)
{
    struct ui *u = &a->u;
    struct prompt *p = &u->prompt;
    char *find = u->screen == SCREEN_MESSAGES ? u->note_find : u->find;

    p->error[0] = '\0';
    if (p->use == PROMPT_FILTER)
        prompt_set_filter(a, p->text, p->error);
    if (p->use != PROMPT_FIND)
        return;
    find[0] = '\0';
    text_add(find, sizeof u->find, "%s", p->text);
    if (u->screen != SCREEN_MESSAGES && find[0] != '\0' &&
        !move_find(a, 1, true))
        text_add(p->error, sizeof p->error, "nothing has it");
}

static void
dropped(struct app *a)
{
    struct ui *u = &a->u;
    char ignored[QUERY_ERROR_MAX];

    if (u->prompt.use == PROMPT_FILTER)
        prompt_set_filter(a, a->before, ignored);
    if (u->prompt.use == PROMPT_FIND)
        (u->screen == SCREEN_MESSAGES ? u->note_find : u->find)[0] = '\0';
    if (u->prompt.use == PROMPT_THROTTLE)
        u->all_next = false;
    prompt_close(&u->prompt);
}

void
prompt_take(struct app *a, uint32_t key)
{
    switch (prompt_key(&a->u.prompt, key)) {
    case PROMPT_EDITED: prompt_changed(a); break;
    case PROMPT_DONE: app_prompt_done(a); break;
    case PROMPT_DROPPED: dropped(a); break;
    case PROMPT_COMPLETE: prompt_fill(a); break;
    case PROMPT_IGNORED: break;
    }
}
