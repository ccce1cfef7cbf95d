/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/glyph.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 24 };

static const char *const glyphs[][2] = {
    [GLYPH_CURSOR] = { "▶", ">" },
    [GLYPH_UP] = { "▲", "^" },
    [GLYPH_DOWN] = { "▼", "v" },
    [GLYPH_IN] = { "▼", "in " },
    [GLYPH_OUT] = { "▲", "out " },
    [GLYPH_FROM] = { "←", "<-" },
    [GLYPH_TO] = { "→", "->" },
    [GLYPH_PENDING] = { "…", "~" },
    [GLYPH_CONFIRMED] = { "✓", "ok" },
    [GLYPH_REFUSED] = { "✗", "x" },
    [GLYPH_ELLIPSIS] = { "…", "~" },
    [GLYPH_RULE] = { "─", "-" },
    [GLYPH_WALL] = { "│", "|" },
    [GLYPH_TARGET] = { "¦", "|" },
    [GLYPH_END] = { "┆", "|" },
    [GLYPH_NONE] = { "·", "." },
};

const char *
glyph(const struct canvas *c, enum glyph g)
{
    return glyphs[g][c->ascii];
}

const char *
glyph_shade(const struct canvas *c, double share)
{
    static const char *const shades[][2] = {
        { "·", "." }, { "░", ":" }, { "▒", "-" }, { "▓", "=" },
        { "█", "#" },
    };
    int i = share >= 1 ? 4 : share > 0 ? (int)(share * 4 + 0.5) : 0;

    return shades[i][c->ascii];
}

/* Replaces a text: dst has TEXT_MAX bytes. */
static void put(char *dst, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(char *dst, const char *fmt, ...)
{
    va_list args;

    dst[0] = '\0';
    va_start(args, fmt);
    text_addv(dst, TEXT_MAX, fmt, args);
    va_end(args);
}

static uint64_t
divide(uint64_t n, uint64_t by)
{
    return n / by + (n % by >= by - by / 2);
}

/* n as tenths of a unit, rounded. */
static uint64_t
tenths(uint64_t n, uint64_t unit)
{
    return n / unit * 10 + divide(n % unit, unit / 10);
}

void
number_text(char *dst, uint64_t n, int width)
{
    static const char letters[] = "kMGT";
    uint64_t unit = 1000;

    put(dst, "%" PRIu64, n);
    for (size_t i = 0; (int)strlen(dst) > width && i < 4; i++, unit *= 1000) {
        uint64_t t = tenths(n, unit);
        put(dst, "%" PRIu64 ".%u%c", t / 10, (unsigned)(t % 10), letters[i]);
        /* No "1000.0k" where "1.0M" is shorter. */
        if ((int)strlen(dst) > width)
            put(dst, "%" PRIu64 "%c", divide(n, unit), letters[i]);
    }
    if ((int)strlen(dst) > width)
        put(dst, "+");
}

void
number_commas(char *dst, uint64_t n)
{
    char digits[TEXT_MAX];
    size_t len, to = 0;

    put(digits, "%" PRIu64, n);
    len = strlen(digits);
    /* 20 digits would take 26: the last comma of those has no room. */
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && len < 18)
            dst[to++] = ',';
        dst[to++] = digits[i];
    }
    dst[to] = '\0';
}

void
duration_text(char *dst, int64_t us)
{
    int64_t s = us / 1000000;

    if (us < 0)
        put(dst, "-");
    else if (s < 10)
        put(dst, "%d.%02ds", (int)s, (int)(us / 10000 % 100));
    else if (s < 60)
        put(dst, "%ds", (int)s);
    else if (s < 3600)
        put(dst, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        put(dst, "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
    else
        put(dst, "%" PRId64 "d%02dh", s / 86400, (int)(s / 3600 % 24));
}

void
age_text(char *dst, int64_t us)
{
    int64_t s = us / 1000000;

    if (us < 0)
        put(dst, "-");
    else if (s < 60)
        put(dst, "%ds", (int)(s < 10 ? s : s / 10 * 10));
    else if (s < 3600)
        put(dst, "%dm", (int)(s / 60));
    else if (s < 86400)
        put(dst, "%dh", (int)(s / 3600));
    else
        put(dst, "%" PRId64 "d", s / 86400);
}

void
eta_text(char *dst, int64_t us)
{
    int64_t s = us / 1000000 + (us % 1000000 >= 500000), min = (s + 30) / 60;

    if (us < 0)
        put(dst, "-");
    else if (s < 60)
        put(dst, "%ds", (int)s);
    else if (min < 60)
        put(dst, "%dmin", (int)min);
    else if (min < 1440)
        put(dst, "%dh%02dm", (int)(min / 60), (int)(min % 60));
    else
        put(dst, "%" PRId64 "d%02dh", min / 1440, (int)(min / 60 % 24));
}

void
bytes_text(char *dst, uint64_t bytes)
{
    static const char letters[] = "kMGTPE";
    uint64_t unit = 1000;
    size_t i = 0;

    if (bytes < 1000) {
        put(dst, "%" PRIu64 " B", bytes);
        return;
    }
    while (i < 5 && divide(bytes, unit) >= 1000) {
        unit *= 1000;
        i++;
    }
    uint64_t t = tenths(bytes, unit);
    if (t < 1000)
        put(dst, "%u.%u %cB", (unsigned)(t / 10), (unsigned)(t % 10),
            letters[i]);
    else
        put(dst, "%" PRIu64 " %cB", divide(bytes, unit), letters[i]);
}

void
rate_text(char *dst, double per_s)
{
    if (!(per_s >= 0)) {
        put(dst, "-");
    } else if (per_s < 99.95) {
        unsigned t = (unsigned)(per_s * 10 + 0.5);
        put(dst, "%u.%u", t / 10, t % 10);
    } else if (per_s < 1e18) {
        number_text(dst, (uint64_t)(per_s + 0.5), 4);
    } else {
        put(dst, "+");
    }
}
