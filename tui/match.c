/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/match.h"

#include <string.h>

enum { TEXT_MAX = 256, DIGITS_MAX = 9 };

/* "8-12": both ends, and how many digits; 0: any number, no leading zeros. */
struct numbers {
    unsigned first, last;
    size_t digits;
};

static bool
is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t
lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* The digits at s, at most DIGITS_MAX of them; returns how many. */
static size_t
number(const uint8_t *s, const uint8_t *end, unsigned *out)
{
    size_t n = 0;

    *out = 0;
    for (; n < DIGITS_MAX && s + n < end && is_digit(s[n]); n++)
        *out = *out * 10 + (unsigned)(s[n] - '0');
    return n;
}

/* "8-12" or "7" at s; where it ends, NULL if it is none. */
static const uint8_t *
range(const uint8_t *s, const uint8_t *end, struct numbers *out)
{
    size_t n = number(s, end, &out->first);

    if (n == 0)
        return NULL;
    out->digits = n > 1 && s[0] == '0' ? n : 0;
    out->last = out->first;
    s += n;
    if (s == end || *s != '-')
        return s;
    n = number(s + 1, end, &out->last);
    return n == 0 || out->last < out->first ? NULL : s + 1 + n;
}

/* Behind the ] of the set that begins at s; NULL: it is none. */
static const uint8_t *
set_end(const uint8_t *s, const uint8_t *end)
{
    struct numbers r;

    do {
        s = range(s + 1, end, &r);
    } while (s != NULL && s < end && *s == ',');
    return s != NULL && s < end && *s == ']' ? s + 1 : NULL;
}

bool
match_is_pattern(struct span pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (strchr("*?[", pattern.p[i]) != NULL && pattern.p[i] != '\0')
            return true;
    return false;
}

bool
match_is_sound(struct span pattern)
{
    const uint8_t *s = pattern.p, *end = pattern.p + pattern.len;

    while (s != NULL && s < end)
        s = *s == '[' ? set_end(s, end) : s + 1;
    return s != NULL;
}

/* Whether the n digits at s are in the set that begins at `set`. */
static bool
is_in(const uint8_t *set, const uint8_t *end, struct span digits)
{
    struct numbers r;
    unsigned v;
    bool padded = digits.len > 1 && digits.p[0] == '0';

    (void)number(digits.p, digits.p + digits.len, &v);
    do {
        set = range(set + 1, end, &r);
        if (set != NULL && v >= r.first && v <= r.last &&
            (r.digits == 0 ? !padded : digits.len == r.digits))
            return true;
    } while (set != NULL && *set == ',');
    return false;
}

/* One element of a pattern: from the places in the text that the elements
 * before it reach, those that it reaches. */
struct step {
    struct span text;
    bool fold;
    bool at[TEXT_MAX];      /* [text.len + 1] */
};

static void
step_set(struct step *s, const uint8_t *set, const uint8_t *end)
{
    bool to[TEXT_MAX] = { false };

    for (size_t i = 0; i < s->text.len; i++) {
        const uint8_t *p = s->text.p + i;
        for (size_t n = 1; s->at[i] && n <= DIGITS_MAX &&
                           i + n <= s->text.len && is_digit(p[n - 1]); n++)
            if (is_in(set, end, span_of(p, n)))
                to[i + n] = true;
    }
    memcpy(s->at, to, sizeof to);
}

static void
step_star(struct step *s)
{
    for (size_t i = 1; i <= s->text.len; i++)
        s->at[i] = s->at[i] || s->at[i - 1];
}

static void
step_byte(struct step *s, uint8_t c)
{
    for (size_t i = s->text.len; i > 0; i--) {
        uint8_t got = s->text.p[i - 1];
        bool same = c == '?' || got == c ||
                    (s->fold && lower(got) == lower(c));
        s->at[i] = s->at[i - 1] && same;
    }
    s->at[0] = false;
}

bool
match(struct span pattern, struct span text, bool fold)
{
    struct step s = { .text = text, .fold = fold, .at = { true } };
    const uint8_t *p = pattern.p, *end = pattern.p + pattern.len;

    if (text.len >= TEXT_MAX)
        return false;
    while (p < end) {
        const uint8_t *behind = *p == '[' ? set_end(p, end) : NULL;
        if (behind != NULL)
            step_set(&s, p, end);
        else if (*p == '*')
            step_star(&s);
        else
            step_byte(&s, *p);
        p = behind != NULL ? behind : p + 1;
    }
    return s.at[text.len];
}

bool
match_holds(struct span text, struct span part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        size_t n = 0;
        while (n < part.len && lower(text.p[i + n]) == lower(part.p[n]))
            n++;
        if (n == part.len)
            return true;
    }
    return false;
}
