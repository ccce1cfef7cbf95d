/* SPDX-License-Identifier: MPL-2.0 */
/* setup_list - the rows of the setup screen, in order: looks, then a row for
 * each column of the nodes table (SETUP_COLUMN + enum column). */
#ifndef LB_SETUP_LIST_H
#define LB_SETUP_LIST_H

enum setup_row {
    SETUP_THEME = 0, SETUP_REFRESH, SETUP_ASCII, SETUP_BRAILLE, SETUP_PANE,
    SETUP_METERS, SETUP_MOUSE, SETUP_BELL,
    SETUP_COLUMN        /* and all after it */
};

#endif
