/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ui - how the operator looks at the model: which screen, where the cursor is,
 * what is sorted, filtered, frozen, asked. Screens read it; app.c changes it.
 *
 * Pure.
 */
#ifndef LB_UI_H
#define LB_UI_H

#include "tui/key.h"
#include "tui/prompt.h"
#include "tui/query.h"
#include "tui/theme.h"
#include "tui/wish.h"

enum screen { SCREEN_NODES = 1, SCREEN_JOBS, SCREEN_MESSAGES, SCREEN_MAP,
              SCREEN_DETAIL, SCREEN_WORK, SCREEN_HELP, SCREEN_SETUP,
              SCREENS_END };
enum shade { SHADE_LOAD = 0, SHADE_QUEUE, SHADE_THROTTLE, SHADE_AGE,
             SHADE_ERRORS, SHADES };
const char *shade_name(enum shade s);

/* What the title says of the stream. */
enum stream { STREAM_LIVE = 1, STREAM_REPLAY, STREAM_DEMO };

/* A workload on the Jobs screen. */
struct job_row { struct node *home; size_t work; };

enum { FLASH_MAX = 240, SETUP_WRONG_MAX = 200 };

/* What a yes or a typed word will do. */
struct pending_act {
    enum act act;
    int value;                  /* throttle */
    char name[PROMPT_MAX];      /* policy; workload; file */
    size_t n;
    struct node_id *node;       /* fixed when the key was pressed */
    uint32_t workload;
    uint64_t group;             /* undo: what is to be undone */
};

/* A question on the screen: one line with y/N (class 1), or a box in which a
 * word is typed (class 2). `Enter` alone is never yes. */
enum { DIALOG_LINES = 6 };
struct dialog {
    bool open, box;
    char title[64];
    char line[DIALOG_LINES][300];
    size_t n_lines;
    char word[160];             /* to be typed; "" : y/N */
    char also[160];             /* does as well; "": nothing */
    int misses;
    int64_t since_us;           /* keys of the first 300 ms are ignored */
    uint32_t early;             /* such a key, to be told; 0: none */
    bool all;                   /* of all shown */
    size_t left_out;            /* nodes that cannot be asked */
    struct pending_act then;
};
/* A menu: policies, sort columns. */
struct menu {
    bool open;
    char title[64];
    size_t n, at;
    struct { char name[32], text[80]; } item[40];
    enum act act;               /* ACT_POLICY, ACT_SORT, ACT_COLUMNS */
    bool ticked[40];
};

struct list {                   /* a list with a cursor */
    size_t at, top, n;
    int rows;                   /* on the screen, when last drawn */
};

struct ui {
    int width, height;
    enum screen screen, back;   /* `back`: of help, setup */
    enum stream stream;
    bool ascii, braille, utc, mouse, bell;
    enum theme theme;
    bool pane, meters;          /* messages pane, meters shown */
    bool read_only;
    char read_only_why[40];     /* "view key", "option" */
    int64_t refresh_us;
    bool paced;                 /* refresh made longer by the link */
    bool slow_link;
    bool frozen;
    int64_t frozen_us;
    /* nodes */
    struct sort sort;
    struct list nodes;
    struct node **shown;        /* [nodes.n]: filtered and sorted */
    size_t cap_shown, n_hidden_marks, n_marked;
    struct node_id cursor;      /* the node under the cursor */
    bool follow;                /* F */
    bool tree;
    char tree_tag[32];          /* the tag key that groups */
    bool folded;                /* groups are closed, */
    bool unfolded;              /* but for the one of this value */
    char open_group[256];
    unsigned columns_on[COLUMNS_], columns_off[COLUMNS_];  /* 1: by the user */
    int scroll_x;
    struct query *filter;       /* of nodes; NULL: none */
    char find[64];
    bool all_next;              /* a: the next command goes to all shown */
    int64_t sorted_us, moved_us;
    enum shade shade;
    /* detail */
    struct node_id detail;
    int detail_top;
    /* jobs */
    struct list jobs;
    struct query *job_filter;   /* NULL: none */
    struct job_row *job;        /* [jobs.n]; behind them those left out */
    size_t n_job, cap_job;      /* of all */
    struct job_place { uint32_t home, number; } job_seen;  /* see ui_saw_job */
    struct node_id work_home;   /* of SCREEN_WORK */
    uint32_t work_number;
    bool jobs_by_eta, jobs_down;
    /* messages */
    struct list messages;
    struct query *note_filter;  /* NULL: none */
    enum note_level level;
    bool follow_messages, wrap;
    uint64_t read_note;         /* newest note seen on that screen */
    uint64_t paused_note;
    struct node_id only;        /* messages of one node; zero: all */
    char note_find[64];
    /* help, setup */
    int help_page;
    char help_find[64];         /* what the help was last turned to */
    struct list setup;
    char setup_wrong[SETUP_WRONG_MAX];  /* a line of the setup file that saving
                                   would replace; "": none */
    /* asking */
    struct prompt prompt;
    struct dialog dialog;
    struct menu menu;
    char flash[FLASH_MAX];
    int64_t flash_until_us;     /* 0: none */
    /* what others tell it, for the title */
    char title[64];             /* --name, or the cluster's */
    uint64_t record_bytes;      /* REC; 0: not recording */
    bool record_gaps;
    double replay_speed;        /* 0: as fast as it can; -1: it stands */
    int64_t replay_at_us, replay_end_us;    /* since its begin */
    int64_t replay_begin_us;    /* in lbtop's time */
    char from[64];              /* what named the ways in, "option -n" */
    char clock[16];             /* "14:02:37", made by the shell from wall
                                   time; batch and tests set it likewise */
    int utc_off_s;              /* for times of day of notes */
    /* private to ui_*.c: the order as it was when last sorted */
    struct sort sorted_by;
    struct sort sort_own;       /* chosen by itself, while sort equals it */
    bool many;                  /* nodes: order stays longer */
    uint32_t *order;            /* places of all nodes */
    size_t n_order, cap_order;
    struct job_place *job_order;
    size_t n_job_order, cap_job_order, job_at;
    int64_t jobs_sorted_us;     /* 0: at once */
    bool jobs_sorted_by_eta, jobs_sorted_down;
    uint64_t newest_note;
};

/* The looks of a fresh start: nodes by their queue, everything shown. */
void ui_init(struct ui *u);
void ui_fini(struct ui *u);
unsigned ui_context(const struct ui *u, const struct model *m);

/* Filters, sorts and places the cursor again: before drawing and before keys.
 * Order stays still: sorted at most every 3 s (5 s on a slow link and of more
 * than 200 nodes), not within 3 s after a movement
 * (moved_us; 0: the user has not moved yet), at once when the sort changed or
 * sorted_us is 0. u->cursor says where the cursor is; its node keeps its
 * screen line. Before the first movement the cursor stays on the first line.
 * `follow`: its node is shown even where the filter leaves it out. `w` may be
 * NULL. */
void ui_arrange(struct ui *u, const struct model *m, const struct wishes *w);
/* The node that detail, or the cursor, is on; NULL: none. */
struct node *ui_node(const struct ui *u, const struct model *m);
/* The workload under the cursor, or open; false: none. */
bool ui_work(const struct ui *u, const struct model *m, struct node **home,
             struct work **w);
/* The workload under the cursor is the one that the operator sees: after it is
 * drawn, and after a key. Before the next key the cursor goes back to it,
 * wherever the order has put it meanwhile; false: it is gone. */
void ui_saw_job(struct ui *u);
bool ui_hold_job(struct ui *u);
/* The list that F4 filters on a screen (NULL: of nodes); on this screen, and
 * its filter. */
const struct query_table *ui_table_of(enum screen s);
const struct query_table *ui_filtered(const struct ui *u);
struct query **ui_filter(struct ui *u);
/* Whether a note is among those of the Messages screen: level, node, filter,
 * find. */
bool ui_note_shown(const struct ui *u, const struct note *n);
/* How many those are, and how many the find alone leaves out with them. */
size_t ui_notes_found(const struct ui *u, const struct notes *all, size_t *of);

/* ---- ui_fold.c: the groups of the tree; nodes are named by their place in
 * u->shown, which has those of closed groups too ---- */

/* The value of the tag that groups; empty: the node does not have it. */
struct span ui_group(const struct ui *u, const struct node *n);
/* Whether node i is the first one of its group. */
bool ui_group_begins(const struct ui *u, size_t i);
/* The first node of the group of node i, and the one after its last. */
size_t ui_group_first(const struct ui *u, size_t i);
size_t ui_group_end(const struct ui *u, size_t i);
/* Whether only the head of its group is on the screen. */
bool ui_is_closed(const struct ui *u, const struct node *n);
/* Closes all groups, or opens all. */
void ui_fold(struct ui *u);
/* Opens the group of a node alone; false: it was open. */
bool ui_unfold(struct ui *u, const struct node *n);
/* The node so many rows below the cursor; closed groups are a row each. */
size_t ui_rows_from(const struct ui *u, long by);

/* "+rtt -age": shows and hides columns. 0, or -EINVAL with a text in err (160
 * bytes; may be NULL: what is wrong is passed over). */
int ui_columns(struct ui *u, const char *text, char *err);
void ui_flash(struct ui *u, int64_t now_us, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "14:02:37" of lbtop's time. dst 16 bytes. */
void ui_time(const struct ui *u, const struct model *m, int64_t at_us,
             bool millis, char dst[16]);

#endif
