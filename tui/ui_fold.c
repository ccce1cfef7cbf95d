/* SPDX-License-Identifier: MPL-2.0 */
/* Groups of the tree, open and closed. Closed ones hide their nodes from the
 * screen alone: what is for all shown nodes is for those, too. */
#include "tui/ui.h"

struct span
ui_group(const struct ui *u, const struct node *n)
{
    struct span value;

    return node_tag(n, span_str(u->tree_tag), &value) ? value : span_str("");
}

static bool
is_same(const struct ui *u, size_t i, size_t k)
{
    return span_equal(ui_group(u, u->shown[i]), ui_group(u, u->shown[k]));
}

bool
ui_group_begins(const struct ui *u, size_t i)
{
    return i == 0 || !is_same(u, i, i - 1);
}

size_t
ui_group_first(const struct ui *u, size_t i)
{
    while (!ui_group_begins(u, i))
        i--;
    return i;
}

size_t
ui_group_end(const struct ui *u, size_t i)
{
    for (i++; i < u->nodes.n && !ui_group_begins(u, i); i++)
        ;
    return i;
}

bool
ui_is_closed(const struct ui *u, const struct node *n)
{
    if (!u->tree || !u->folded)
        return false;
    return !u->unfolded ||
           !span_equal(ui_group(u, n), span_str(u->open_group));
}

void
ui_fold(struct ui *u)
{
    u->folded = !u->folded;
    u->unfolded = false;
}

bool
ui_unfold(struct ui *u, const struct node *n)
{
    if (!ui_is_closed(u, n))
        return false;
    span_copy(ui_group(u, n), u->open_group, sizeof u->open_group);
    u->unfolded = true;
    return true;
}

size_t
ui_rows_from(const struct ui *u, long by)
{
    size_t at = u->nodes.at, n = u->nodes.n;

    if (!u->tree || !u->folded || n == 0) {
        long to = (long)at + by;
        return to < 0 ? 0 : (size_t)to;
    }
    at = at < n ? at : n - 1;
    for (; by > 0; by--) {
        size_t next = ui_is_closed(u, u->shown[at]) ? ui_group_end(u, at)
                                                    : at + 1;
        if (next >= n)
            break;
        at = next;
    }
    for (; by < 0; by++) {
        if (ui_is_closed(u, u->shown[at]))
            at = ui_group_first(u, at);
        if (at == 0)
            break;
        at--;
    }
    return ui_is_closed(u, u->shown[at]) ? ui_group_first(u, at) : at;
}
