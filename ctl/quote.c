/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/quote.h"

#include <string.h>

/* What a shell takes for something else where a command begins. */
static const char *const reserved[] = {
    "if", "then", "else", "elif", "fi", "do", "done", "case", "esac",
    "while", "until", "for", "in", "function", "select", "time", "coproc"
};

static bool
is_plain(struct span word, bool argument)
{
    static const char safe[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "_@%+:,./-";

    for (size_t i = 0; i < word.len; i++) {
        bool good = word.p[i] != 0 && strchr(safe, word.p[i]) != NULL;
        if (!good && !(argument && word.p[i] == '='))
            return false;
    }
    for (size_t i = 0; !argument &&
                       i < sizeof reserved / sizeof reserved[0]; i++)
        if (span_is(word, reserved[i]))
            return false;
    return word.len > 0;
}

void
quote_put(struct buf *to, struct span word, bool argument)
{
    if (is_plain(word, argument)) {
        buf_bytes(to, word.p, word.len);
        return;
    }
    buf_u8(to, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.p[i] == '\'')
            buf_bytes(to, "'\\''", 4);
        else
            buf_u8(to, word.p[i]);
    buf_u8(to, '\'');
}
