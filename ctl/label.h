/* SPDX-License-Identifier: MPL-2.0 */
/* label - what a workload of commands is called if nobody said --name. Pure. */
#ifndef LB_LABEL_H
#define LB_LABEL_H

#include "ctl/template.h"

/* The last part of the program's path: "gzip" of "/usr/bin/gzip". `word` is
 * the first word of the command; of a line for a shell its own first word
 * counts. The same words give the same label, so that a workload submitted
 * again is the same. NULL if it has a replacement string, or what a shell
 * wants in quotes, or is too long; else the caller frees it. */
char *label_of(const char *word, const struct template_form *form);

#endif
