/* SPDX-License-Identifier: MPL-2.0 */
/* foreign - options of GNU parallel that submit and run have not, and what is
 * here instead. */
#ifndef LB_FOREIGN_H
#define LB_FOREIGN_H

#include <stddef.h>

/* As they are written behind the dashes, `len` bytes: "j", "jobs". NULL: it
 * is none of them. */
const char *foreign_why(const char *option, size_t len);

#endif
