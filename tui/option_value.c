/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/option_value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"

void
opt_fail(int status, const char *fmt, ...)
{
    char text[900] = "";
    va_list ap;

    va_start(ap, fmt);
    text_addv(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "lbtop: %s\n", text);
    if (status == EXIT_USAGE)
        fputs("Try \"lbtop --help\".\n", stderr);
    exit(status);
}

void
opt_copy(char *dst, size_t cap, const char *option, const char *text)
{
    if (text[strspn(text, " ")] == '\0')
        opt_fail(EXIT_USAGE, "%s: nothing is given", option);
    if (strlen(text) >= cap)
        opt_fail(EXIT_USAGE, "%s: longer than %zu bytes", option, cap - 1);
    dst[0] = '\0';
    text_add(dst, cap, "%s", text);
}

void
opt_range(int64_t min_us, int64_t max_us, char *dst, size_t cap)
{
    char low[24] = "", high[24] = "";

    units_print_duration(min_us, low, sizeof low);
    if (max_us <= 60 * 1000000)
        text_add(high, sizeof high, "%ds", (int)(max_us / 1000000));
    else
        units_print_duration(max_us, high, sizeof high);
    text_add(dst, cap, "%s to %s", low, high);
}

int64_t
opt_duration(const char *option, const char *text, int64_t min, int64_t max)
{
    char range[64] = "";
    int64_t us;
    int rc = units_duration(text, &us);

    if (rc == 0 && us >= min && us <= max)
        return us;
    if (rc == -EDOM)
        opt_fail(EXIT_USAGE, "%s: \"%s\" has no unit; write %ss", option,
                 text, text);
    opt_range(min, max, range, sizeof range);
    opt_fail(EXIT_USAGE, "%s: \"%s\" is not a duration from %s", option,
             text, range);
}

uint64_t
opt_number(const char *option, const char *text, uint64_t min, uint64_t max)
{
    uint64_t n;
    if (text_u64(text, min, max, &n) != 0)
        opt_fail(EXIT_USAGE, "%s: \"%s\" is not a whole number from %llu to "
                 "%llu", option, text, (unsigned long long)min,
                 (unsigned long long)max);
    return n;
}

int
opt_choice(const char *option, const char *text, const char *const *words)
{
    char all[200] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
        text_add(all, sizeof all, " %s", words[i]);
    }
    const char *near = text_nearest(text, words);
    if (near != NULL)
        opt_fail(EXIT_USAGE, "%s: \"%s\" is not one of%s (did you mean %s?)",
             option, text, all, near);
    opt_fail(EXIT_USAGE, "%s: \"%s\" is not one of%s", option, text, all);
}
