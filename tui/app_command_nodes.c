/* SPDX-License-Identifier: MPL-2.0 */
/* Commands that change something at nodes or workloads. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/app_own.h"

/* The first word of `rest`; *rest is what follows it. */
static char *
take_word(char **rest)
{
    char *word = *rest, *end = word + strcspn(word, " ");

    if (*end != '\0') {
        *end++ = '\0';
        end += strspn(end, " ");
    }
    *rest = end;
    return word;
}

/* What the flash line would say is the error of a command. */
static bool
taken(struct app *a, bool done, char *err)
{
    if (done && !a->drawn)
        wishes_keep(a->wishes);
    if (done)
        return true;
    text_add(err, ERR_MAX, "%s", a->u.flash);
    a->u.flash[0] = '\0';
    return false;
}

/* Named nodes, else those that the screen says. Without a screen (-x), or on
 * one without nodes, nobody sees a cursor: then they must be named. */
static bool
give(struct app *a, struct pending_act *p, const char *list, char *err)
{
    bool all = a->u.all_next && list[0] == '\0';

    if (!change_allowed(a, p->act, err))
        return false;
    if (list[0] != '\0') {
        if (target_list(a, list, p, err) != 0)
            return false;
    } else if (target_moved(a, err)) {
        return false;
    } else if (!a->drawn || !target_seen(a)) {
        text_add(err, ERR_MAX, "%s: which nodes? name them",
                 change_word(p->act));
        return false;
    } else
        p->n = app_targets(a, &p->node);
    return taken(a, change(a, p, all), err);
}

static bool
parse_throttle(const char *word, struct pending_act *p, char *err)
{
    int64_t by;

    if (strcmp(word, "floor") == 0) {
        p->act = ACT_FLOOR;
        return true;
    }
    p->act = ACT_RAISE;
    p->value = 100; /* a step that stops at the ceiling */
    if (strcmp(word, "max") == 0)
        return true;
    if (word[0] == '+' || word[0] == '-') {
        if (text_i64(word + (word[0] == '+'), -100, 100, &by) != 0 ||
            by == 0) {
            text_add(err, ERR_MAX, "throttle: \"%.40s\" is not a step from "
                     "-100 to +100", word);
            return false;
        }
        p->act = by < 0 ? ACT_LOWER : ACT_RAISE;
        p->value = (int)by;
        return true;
    }
    p->act = ACT_SET;
    if (!prompt_throttle(word, &p->value, err))
        return false;
    if (p->value > 100)
        text_add(err, ERR_MAX, "throttle: 100 is the most");
    return p->value <= 100;
}

static bool
run_throttle(struct app *a, char *rest, char *err)
{
    struct pending_act p = { .act = ACT_SET };
    const char *word = take_word(&rest);

    if (word[0] == '\0') {
        text_add(err, ERR_MAX,
                 "throttle: a number, +N, -N, max or floor, then nodes");
        return false;
    }
    return parse_throttle(word, &p, err) && give(a, &p, rest, err);
}

static bool
run_policy(struct app *a, char *rest, char *err)
{
    struct pending_act p = { .act = ACT_POLICY };
    const char *word = take_word(&rest);

    for (size_t i = 0; policy_words[i] != NULL; i++)
        if (strcmp(policy_words[i], word) == 0) {
            text_add(p.name, sizeof p.name, "%s", word);
            return give(a, &p, rest, err);
        }
    command_unknown(err, "policy", word, policy_words);
    return false;
}

static bool
run_pause(struct app *a, char *rest, char *err)
{
    struct pending_act p = { .act = ACT_PAUSE };

    return give(a, &p, rest, err);
}

static bool
run_drain(struct app *a, char *rest, char *err)
{
    struct pending_act p = { .act = ACT_DRAIN };

    return give(a, &p, rest, err);
}

/* ---- workloads ---- */

/* "did you mean" among the workloads that are known. */
static void
unknown_work(const struct app *a, const char *name, char *err)
{
    enum { WORKS = 200 };
    char names[WORKS][160];
    const char *list[WORKS + 1];
    size_t n = 0;

    for (size_t i = 0; i < a->live->n; i++)
        for (size_t k = 0; k < a->live->node[i]->n_works && n < WORKS; k++) {
            work_name(a->live->node[i], &a->live->node[i]->work[k], names[n]);
            list[n] = names[n];
            n++;
        }
    list[n] = NULL;
    const char *near = text_nearest(name, list);
    text_add(err, ERR_MAX, "no workload \"%.60s\"", name);
    if (near != NULL)
        text_add(err, ERR_MAX, " (did you mean %s?)", near);
}

static bool
work(struct app *a, enum act act, const char *name, char *err)
{
    struct node *home;
    struct work *w;
    size_t n = 1;
    bool seen = a->u.screen == SCREEN_JOBS || a->u.screen == SCREEN_WORK;

    if (!change_allowed(a, act, err))
        return false;
    if (name[0] == '\0') {
        if (!seen || !ui_work(&a->u, app_model(a), &home, &w)) {
            text_add(err, ERR_MAX, "%s: which workload? name it",
                     change_word(act));
            return false;
        }
    } else
        n = target_work(a, name, &home, &w);
    if (n == 0)
        unknown_work(a, name, err);
    else if (n > 1)
        text_add(err, ERR_MAX, "%zu workloads are called %.60s; name one by "
                 "its home, as %.63s-%u", n, name, home->name,
                 (unsigned)w->number);
    if (n != 1)
        return false;
    return taken(a, change_work(a, act, home, w), err);
}

static bool
run_start(struct app *a, char *rest, char *err)
{
    struct pending_act p = { .act = ACT_START };
    struct node *home;
    struct work *w;
    bool jobs = a->u.screen == SCREEN_JOBS || a->u.screen == SCREEN_WORK;

    if ((rest[0] == '\0' && jobs) || target_work(a, rest, &home, &w) > 0)
        return work(a, ACT_START_WORK, rest, err);
    return give(a, &p, rest, err);
}

static bool
run_hold(struct app *a, char *rest, char *err)
{
    return work(a, ACT_HOLD, rest, err);
}

static bool
run_retry(struct app *a, char *rest, char *err)
{
    return work(a, ACT_RETRY, rest, err);
}

static bool
run_cancel(struct app *a, char *rest, char *err)
{
    return work(a, ACT_CANCEL, rest, err);
}

static bool
run_undo(struct app *a, char *rest, char *err)
{
    (void)rest;
    if (!change_allowed(a, ACT_UNDO, err))
        return false;
    change_undo(a);
    return true;
}

const struct command command_nodes_table[] = {
    { "throttle", run_throttle }, { "policy", run_policy },
    { "start", run_start },       { "pause", run_pause },
    { "drain", run_drain },       { "hold", run_hold },
    { "retry", run_retry },       { "cancel", run_cancel },
    { "undo", run_undo },         { NULL, NULL }
};
