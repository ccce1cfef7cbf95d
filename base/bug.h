/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bug - bugs planted on purpose. LB_BUG is 0 in every build but those of
 * tests/planted-bugs.sh, which compile with -DLB_BUG=N and show that the
 * tests catch bug N. One line each, at the place where a tired person would
 * make it; what N stands for is in that script.
 */
#ifndef LB_BASE_BUG_H
#define LB_BASE_BUG_H

#ifndef LB_BUG
#define LB_BUG 0
#endif

#endif
