/* SPDX-License-Identifier: MPL-2.0 */
/* Texts that are longer than their row: what they count stays to be read. */
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "tui/frame.h"

/* The end of the word at `at`; whether it has a digit. */
static size_t
word_end(const char *text, size_t at, bool *digit)
{
    *digit = false;
    for (; text[at] != '\0' && text[at] != ' '; at++)
        *digit |= text[at] >= '0' && text[at] <= '9';
    return at;
}

/* The shortest row of words without digits, at neither end, that has at least
 * `columns`: its first byte and the one after it. False: there is none. */
static bool
words_to_spare(const char *text, int columns, size_t *first, size_t *end)
{
    bool digit;
    int least = INT_MAX;

    for (size_t i = word_end(text, 0, &digit); text[i] == ' ';
         i = word_end(text, i + 1, &digit)) {
        size_t k = word_end(text, i + 1, &digit);
        for (; !digit && text[k] == ' '; k = word_end(text, k + 1, &digit)) {
            int n = text_columns(span_of(text + i + 1, k - i - 1));
            if (n < columns || n >= least)
                continue;
            least = n;
            *first = i + 1;
            *end = k;
        }
    }
    return least < INT_MAX;
}

/* Leaves out of `text` what stands from `first` up to and with the first
 * `end` after it. False: it is not there. */
static bool
leave_out(char *text, const char *first, const char *end)
{
    char *at = strstr(text, first);
    char *to = at == NULL ? NULL : strstr(at + strlen(first), end);

    if (to == NULL)
        return false;
    to += strlen(end);
    memmove(at, to, strlen(to) + 1);
    return true;
}

/* What is there for who looks closely: numbers of commands, then times. */
static void
leave_out_least(char *text, int width)
{
    if (columns_of(text) > width && strncmp(text, "cmd ", 4) == 0)
        (void)leave_out(text, "cmd ", " ");
    if (columns_of(text) > width)
        (void)leave_out(text, " (cmd ", ")");
    if (columns_of(text) > width)
        (void)leave_out(text, " after ", " ms");
}

int
put_short(struct canvas *c, int x, int y, int width, enum style style,
          const char *text)
{
    char less[SHORT_MAX] = "", rest[SHORT_MAX] = "";
    size_t first = 0, end = 0;

    text_add(rest, sizeof rest, "%s", text);
    leave_out_least(rest, width);
    text = rest;
    int more = columns_of(text) - width;
    if (more <= 0 || !words_to_spare(text, more + 1, &first, &end))
        return canvas_middle(c, x, y, width, style, text);
    text_add(less, sizeof less, "%.*s%s%s", (int)first, text,
             glyph(c, GLYPH_ELLIPSIS), text + end);
    return canvas_middle(c, x, y, width, style, less);
}

int
put_wrapped(struct canvas *c, const struct text_box *at, enum style style,
            const char *text)
{
    int row = 0, x = at->x, width = at->width;

    while (row + 1 < at->rows && columns_of(text) > width) {
        size_t n = wrap_bytes(text, width);
        canvas_span(c, x, at->y + row++, width, style, span_of(text, n));
        text += n;
        text += *text == ' ';
        x = at->x + 2;
        width = at->width - 2;
    }
    if (row < at->rows && *text != '\0')
        put_short(c, x, at->y + row++, width, style, text);
    return row;
}
