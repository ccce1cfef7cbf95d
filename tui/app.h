/* SPDX-License-Identifier: MPL-2.0 */
/*
 * app - lbtop without its terminal, sockets and files: inputs go in, a canvas
 * and what is to be done come out. Live, replay, demo, --dump and -b all drive
 * this one.
 *
 * Pure. What it cannot do itself it asks of the shell by an effect.
 */
#ifndef LB_APP_H
#define LB_APP_H

#include "tui/screen.h"

enum effect_kind {
    EFFECT_ASK = 1,     /* send the question */
    EFFECT_WRITE,       /* dump the screen into file `text`; `yes`: overwrite */
    EFFECT_SAVE,        /* save the setup */
    EFFECT_CONNECT,     /* `text`: another way in */
    EFFECT_RETRY,       /* connect afresh, ask again (r) */
    EFFECT_RECORD,      /* `text`: file, or "" to stop */
    EFFECT_NOTE,        /* `text` into the recording */
    EFFECT_SEEK,        /* replay: to `us` */
    EFFECT_SPEED,       /* replay: `number` */
    EFFECT_PLAY,        /* replay: stop, go */
    EFFECT_REDRAW,      /* all of the terminal */
    EFFECT_MOUSE, EFFECT_THEME,     /* u->mouse, u->theme changed */
    EFFECT_BEEP, EFFECT_SUSPEND, EFFECT_QUIT
};
struct effect {
    enum effect_kind kind;
    struct question ask;
    char text[PROMPT_MAX];
    int64_t us;
    double number;
    bool yes;
};

struct app_options {
    const char *by;         /* operator's name */
    uint64_t seed;          /* for ids */
    int64_t wall_ms;        /* wall clock at time 0 */
    int utc_off_s;
    int width, height;
    enum stream stream;
    bool ascii, braille, read_only;
    const char *title;      /* NULL: the cluster's name */
    int64_t refresh_us;
};

struct app {
    struct model *live, *frozen;    /* frozen NULL unless u.frozen */
    struct wishes *wishes;
    struct ui u;
    /* private to app*.c */
    struct question *asked; /* of the model's own: nodes, detail */
    size_t n_asked, cap_asked;
    uint64_t next_id;
    int64_t members_us, detail_us;  /* when asked last; -1: ask now */
    struct node_id detailed;        /* whose detail was asked last; */
    uint32_t detailed_work;         /* of a workload of it, or 0 */
    int64_t unknown_us;     /* when an unknown key was last told; -1 */
    bool submit_only;       /* the role of our key: workloads alone */
    struct node_id seen;    /* the cursor where the operator last saw it */
    bool job_gone;          /* the workload under the cursor, likewise seen */
    bool drawn;             /* there is a screen; else -x: nodes are named */
    struct effect *effect;
    size_t n_effects, at_effect, cap_effects;
    struct pending_act meant;       /* of prompt or menu: its nodes */
    bool meant_all;
    char before[PROMPT_MAX];        /* of the filter prompt: the former one */
    struct buf pairs;
    char by[64];
};

struct app *app_new(const struct app_options *o);
void app_free(struct app *a);

/* Takes one input in: model, wishes, keys. Time is in->at_us. */
void app_input(struct app *a, const struct input *in);
/* The next thing that the shell has to do; false: none. Valid until the next
 * call. In a replay the shell carries out no EFFECT_ASK. */
bool app_effect(struct app *a, struct effect *out);
/* When it wants an IN_TICK; INT64_MAX: never. */
int64_t app_deadline_us(const struct app *a);
/* Draws into `c`, which has the size wanted. `at_us`: now. */
void app_draw(struct app *a, struct canvas *c);

/* Whether Messages is on the screen and a node has yet to tell what was before
 * (at most 200 nodes are asked). */
bool app_awaits_past(const struct app *a);

/* A command of the command line or of -x ("throttle 60 alpha0[1-5]"), at
 * present on the model. False: an error in `err` (300 bytes), nothing done.
 * Without the leading colon. */
bool app_command(struct app *a, const char *line, char *err);
/* Names of commands, for completion and "did you mean"; NULL-ended. */
extern const char *const app_command_names[];

/* The file that was to be written is there: asks whether to overwrite it. */
void app_overwrite(struct app *a, const char *file);

/* Replay goes back: model and wishes begin anew, the view stays. */
void app_forget_all(struct app *a);

/* The model that is looked at: frozen or live. */
const struct model *app_model(const struct app *a);

/* ---- app_*.c among themselves ---- */
void app_act(struct app *a, const struct key_row *row);
void app_do(struct app *a, const struct pending_act *p);    /* after a yes */
void app_add_effect(struct app *a, const struct effect *e);
bool app_dialog_key(struct app *a, uint32_t key);
bool app_menu_key(struct app *a, uint32_t key);
void app_prompt_done(struct app *a);
/* The targets of a command now: marked, cursor, or all shown. The caller
 * frees. */
size_t app_targets(const struct app *a, struct node_id **out);

#endif
