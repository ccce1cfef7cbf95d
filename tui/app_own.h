/* SPDX-License-Identifier: MPL-2.0 */
/* app_own - what the app*.c share beyond app.h; no one else includes it. */
#ifndef LB_APP_OWN_H
#define LB_APP_OWN_H

#include "tui/app.h"

enum { SECOND_US = 1000000, ERR_MAX = 300, MANY = 10 };

/* ---- app_ask.c: questions of the console itself ---- */

/* Asks what is due: members, detail. */
void ask_due(struct app *a);
int64_t ask_deadline_us(const struct app *a);
/* Members and the open detail, at once. */
void ask_again(struct app *a);
/* The question that `id` answers; NULL: none of ours. */
struct question *ask_find(const struct app *a, uint64_t id);
void ask_done(struct app *a, uint64_t id);
/* One that was asked when this was recorded. */
void ask_recorded(struct app *a, const struct question *q);
/* States of the nodes on the screen, now. */
void ask_publish(struct app *a);

/* ---- app_key.c ---- */

void app_key(struct app *a, uint32_t key);
void app_paste(struct app *a, struct span text);

/* ---- app_move.c, app_screen.c ---- */

/* Moves the cursor of the screen; false: that act moves nothing. */
bool move_act(struct app *a, enum act act);
void move_to_node(struct app *a, const struct node_id *id);
void move_problem(struct app *a, int by);
/* The next node (message) that holds u.find from `from` on, `by` +-1. */
bool move_find(struct app *a, int by, bool here_too);
void screen_go(struct app *a, enum screen s);
void screen_open(struct app *a);
void screen_back(struct app *a);
void screen_node(struct app *a, const struct node_id *id);
void screen_setup_change(struct app *a);

/* ---- app_freeze.c ---- */

void app_freeze(struct app *a, bool on);

/* ---- app_target.c ---- */

/* A list of nodes from the command line. -1 with a text in err. */
int target_list(struct app *a, const char *list, struct pending_act *p,
                char *err);
void target_mark(struct app *a, const struct node *n, bool on);
/* How many workloads are called so; the name by the home is of one alone. The
 * last of them. */
size_t target_work(const struct app *a, const char *name, struct node **home,
                   struct work **w);
/* A list of one. */
size_t target_one(const struct node *n, struct node_id **out);
/* "alpha04, alpha05", of many "alpha04, alpha05 ..". */
void target_names(const struct app *a, const struct pending_act *p,
                  char *dst, size_t cap);
/* The node that is meant when there is one. */
struct node *target_first(const struct app *a, const struct pending_act *p);
/* The workload that is meant, by its home: "alpha02-7". "" without one. */
void target_own_name(const struct app *a, const struct pending_act *p,
                     char *dst, size_t cap);

/* The cursor decides which node is meant, and went to another one that was
 * not drawn yet, or is on a closed group: flashes it, or writes `err`. */
bool target_moved(struct app *a, char *err);
/* The screen shows which nodes would be meant. */
bool target_seen(const struct app *a);

/* ---- app_fold.c ---- */

/* The cursor is on a closed group, which is no node: flashes it, or writes
 * `err`. */
bool fold_refuses(struct app *a, char *err);
/* A key that opens or closes groups, or cannot act on a closed one. */
bool fold_key(struct app *a, const struct key_row *row);

/* ---- app_change.c ---- */

/* Whether this may be changed now; else flashes, or writes `err`, why not. */
bool change_allowed(struct app *a, enum act act, char *err);
/* Does it, or asks first. Takes p->node over. `all`: all shown. False: it can
 * not be done anywhere, the flash says why. */
bool change(struct app *a, struct pending_act *p, bool all);
/* Whether anyone would take it, before its value (0, "") is asked for; else
 * flashes why not. */
bool change_reaches(struct app *a, const struct pending_act *p);
bool change_work(struct app *a, enum act act, const struct node *home,
                 const struct work *w);
void change_undo(struct app *a);
/* The question that is open tells the numbers of now. */
void change_retell(struct app *a);
const char *change_word(enum act act);      /* "throttle" */
enum act change_act(enum wish_kind k);      /* that asks for it */
/* What is allowed has changed: drafts that are not any more are refused, as
 * the flash says. */
void change_recheck(struct app *a);

/* ---- app_text.c: what a command would do, in words ---- */

void text_question(const struct app *a, const struct pending_act *p, bool all,
                   struct dialog *d);

/* ---- app_dialog.c ---- */

/* Opens u.dialog, which has its lines, `word` and `then` (taken over). */
void dialog_open(struct app *a, const struct dialog *d);
/* What is to be typed: the workload, the node, or `number`. */
void dialog_word(const struct app *a, const struct pending_act *p,
                 size_t number, struct dialog *d);
void dialog_close(struct app *a);
/* y/N before something that is no command to a node. */
void dialog_ask(struct app *a, enum act act, const char *line);
/* y/N before leaving, as commands have no answer yet; it follows what is
 * answered. */
void dialog_leave(struct app *a);
void dialog_follow(struct app *a);
/* Saves the setup; asks first if that replaces a line that is wrong. */
void dialog_save(struct app *a);

/* ---- app_menu.c ---- */

void menu_policy(struct app *a);
void menu_sort(struct app *a);

/* ---- app_prompt.c, app_complete.c ---- */

void prompt_start(struct app *a, enum prompt_for use);
void prompt_take(struct app *a, uint32_t key);
void prompt_changed(struct app *a);
void prompt_fill(struct app *a);        /* Tab */
/* True: taken; else `err` has why and the former one stays. */
/* Of the list on the screen. Afterwards: says if nothing matches. */
bool prompt_set_filter(struct app *a, const char *text, char *err);
void prompt_said_filter(struct app *a);
bool prompt_throttle(const char *text, int *out, char *err);

/* ---- app_command*.c ---- */

/* Writes "no X "word" (did you mean Y?)" and what there is. */
void command_unknown(char *err, const char *what, const char *word,
                     const char *const *names);
extern const char *const policy_words[];    /* NULL-ended */
extern const char *const policy_texts[];

struct command {
    const char *name;
    bool (*run)(struct app *a, char *rest, char *err);
};
extern const struct command command_nodes_table[], command_view_table[];

/* ---- app_mouse.c ---- */

bool mouse_key(struct app *a, uint32_t key);

/* ---- app.c ---- */

int64_t app_now_us(const struct app *a);
void app_simple(struct app *a, enum effect_kind kind, const char *text);

#endif
