/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/failure.h"

#include "base/text.h"

enum { VALUE_CHARS = 40 };

static void
add_value(const char *value, char *dst)
{
    size_t chars = 0;

    text_add(dst, RESULT_TEXT_MAX, " (");
    for (const char *p = value; *p != '\0'; p++) {
        unsigned char ch = (unsigned char)*p;
        chars += (ch & 0xc0) != 0x80;   /* first byte of a character */
        if (chars > VALUE_CHARS) {
            text_add(dst, RESULT_TEXT_MAX, "...");
            break;
        }
        text_add(dst, RESULT_TEXT_MAX, "%c",
                 ch < ' ' || ch == 0x7f ? '?' : *p);
    }
    text_add(dst, RESULT_TEXT_MAX, ")");
}

void
failure_text(const struct followed *f, const struct lb_result *r,
             char dst[RESULT_TEXT_MAX])
{
    const struct load *l = f->load;
    bool known = l != NULL && l->values != NULL && r->index < l->plan.n_jobs;
    const char *value = known ? l->values[r->index] : NULL;

    dst[0] = '\0';
    text_add(dst, RESULT_TEXT_MAX, "%s.%u %s on %s: %.800s", f->name,
             r->index, outcome_name(r->outcome),
             r->node[0] != '\0' ? r->node : "no node", r->error);
    if (value != NULL && value[0] != '\0')
        add_value(value, dst);
}
