/* SPDX-License-Identifier: MPL-2.0 */
/*
 * options - lbtop's arguments, environment and setup file: option, environment,
 * file, built-in, the first that says something wins. All wrong values are
 * refused with the option, the value and the range.
 */
#ifndef LB_OPTIONS_H
#define LB_OPTIONS_H

#include "tui/plain.h"
#include "tui/setup.h"
#include "tui/term.h"
#include "tui/ways.h"

struct options {
    struct ways ways;           /* empty with --demo and --replay */
    bool batch, read_only, strict, yes, with_keys, anon;
    uint64_t iterations;        /* 0: never stops */
    enum plain_form form;
    enum screen screen;
    char filter[512];
    struct sort sort;
    bool sorted;
    enum column column[COLUMNS_];
    size_t n_columns;
    char exec[600], keys[600];
    int64_t timeout_us;
    char record[512], replay[512], at[64], until[64];
    uint64_t record_max, seed;
    double speed;               /* 0: max */
    unsigned demo;              /* 0: none */
    int dump_width, dump_height;    /* 0: no --dump */
    int verbose;
    char user[64];
    struct setup setup;         /* what the file and the options say of looks */
};

/* Exits by itself with --help, --version, -s help, -c help (0) and after
 * naming what is wrong (2, 66, 78). */
void options_read(struct options *o, int argc, char **argv);

#endif
