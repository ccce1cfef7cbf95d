/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/label.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ctl/quote.h"
#include "proto/limits.h"

static bool
is_plain(const char *word, const struct template_form *form)
{
    char err[TEMPLATE_ERROR_MAX];
    struct buf quoted = { 0 };
    struct template *t = template_new(&word, 1, form, err);
    bool plain = t != NULL && !template_replaces(t);

    template_free(t);
    quote_put(&quoted, span_str(word), !form->shell);
    plain = plain && quoted.len == strlen(word);
    buf_fini(&quoted);
    return plain;
}

char *
label_of(const char *word, const struct template_form *form)
{
    static const char blanks[] = " \t\n";
    const char *from = form->shell ? word + strspn(word, blanks) : word;
    size_t len = form->shell ? strcspn(from, blanks) : strlen(from);
    char *program = xcalloc(len + 1, 1);
    char *label = NULL;

    memcpy(program, from, len);
    const char *slash = strrchr(program, '/');
    const char *base = slash != NULL ? slash + 1 : program;
    size_t n = strlen(base);
    if (n >= 1 && n <= NAME_MAX_BYTES && is_plain(program, form))
        label = xstrdup(base);
    free(program);
    return label;
}
