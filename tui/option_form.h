/* SPDX-License-Identifier: MPL-2.0 */
/* option_form - options whose values have a form of their own: columns,
 * filters, keys, sizes. What is wrong ends the program (option_value.h). */
#ifndef LB_OPTION_FORM_H
#define LB_OPTION_FORM_H

#include "tui/options.h"

void opt_take_sort(struct options *o, const char *text);
void opt_take_columns(struct options *o, const char *text);
void opt_take_filter(struct options *o, const char *text);
/* Once the screen is known, whose list it filters. */
void opt_check_filter(const struct options *o);
void opt_take_dump(struct options *o, const char *text);
void opt_take_speed(struct options *o, const char *text);
void opt_take_keys(struct options *o, const char *text);
void opt_take_nodes(struct options *o, const char *text);
void opt_take_screen(struct options *o, const char *text);
void opt_take_size(struct options *o, const char *text);

#endif
