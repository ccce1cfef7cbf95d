/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/transcript.h"

#include <inttypes.h>
#include <string.h>

void
transcript_add(struct transcript *t, int64_t now_us, unsigned node,
               const char *what, const char *text)
{
    now_us -= t->zero_us;
    char *line = t->line[t->n++ % TRANSCRIPT_LINES];
    char who[12] = "*";

    if (node > 0)
        (void)snprintf(who, sizeof who, "%u", node);
    (void)snprintf(line, TRANSCRIPT_WIDTH, "[%" PRId64 ".%03d] %s %s%s%s",
                   now_us / 1000000, (int)(now_us / 1000 % 1000), who, what,
                   text[0] == '\0' ? "" : " ", text);
    if (t->out != NULL)
        (void)fprintf(t->out, "%s\n", line);
    if (t->text != NULL) {
        buf_bytes(t->text, line, strlen(line));
        buf_u8(t->text, '\n');
    }
}

void
transcript_tail(const struct transcript *t, FILE *out)
{
    uint64_t i = t->n > TRANSCRIPT_LINES ? t->n - TRANSCRIPT_LINES : 0;
    for (; i < t->n; i++)
        (void)fprintf(out, "%s\n", t->line[i % TRANSCRIPT_LINES]);
}
