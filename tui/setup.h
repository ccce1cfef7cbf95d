/* SPDX-License-Identifier: MPL-2.0 */
/*
 * setup - lbtop.ini: how the screen looks. Keys `key = value`; sections
 * [cluster NAME] (theme, read_only, title) for one cluster, in force as soon as
 * a node has told the cluster's name. Wrong values keep the default and leave
 * a message; the file is written by :save and F2 alone, keeping comments, keys
 * that are not known and sections.
 */
#ifndef LB_SETUP_H
#define LB_SETUP_H

#include "tui/ui.h"

enum { SETUP_PROBLEMS = 8 };

struct setup {
    char path[512];
    bool ascii, utc, bell, mouse, pane, meters, pace, read_only;
    bool utf8;                  /* --utf8: never ASCII by itself */
    int graphs;                 /* 0 block, 1 braille, 2 ascii */
    int colour;                 /* -1 auto, 0 never, 1 always */
    int theme;                  /* enum theme */
    int64_t refresh_us, esc_delay_us;
    struct sort sort;
    char columns[256];          /* "+rtt -age" */
    char title[64];
    size_t n_problems;
    char problem[SETUP_PROBLEMS][200];  /* "lbtop.ini:12: refresh: ..." */
    char wrong[SETUP_WRONG_MAX];    /* the first that saving would replace */
    bool theme_given, title_given;  /* by options: they win over sections, */
    int theme_else;             /* and are not saved: these are */
    char title_else[64];
    /* private to setup*.c */
    bool was_read;
    char cluster[64];           /* whose section is in force */
    int shown_theme;            /* as the screen began with them */
    bool shown_ascii, shown_braille;
};

void setup_default(struct setup *s);
/* 0; -ENOENT (no file: not a problem but for --config). */
int setup_read(struct setup *s, const char *path);
/* An option has it: its theme; its title is to come. */
void setup_give_theme(struct setup *s, int theme);
void setup_give_title(struct setup *s);
/* Temporary file in the same directory, mode 0600, flushed, renamed; a link
 * is followed to its target. 0 or -errno. */
int setup_save(const struct setup *s, const struct ui *u);
/* The looks that the screen begins with. */
void setup_to_ui(struct setup *s, struct ui *u);
/* Puts the section of `cluster` ("": not known yet) in force, once: theme,
 * title and read_only of `u`. Its mistakes are added to the problems. */
void setup_cluster(struct setup *s, struct ui *u, const char *cluster);

#endif
