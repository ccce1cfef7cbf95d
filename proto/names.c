/* SPDX-License-Identifier: MPL-2.0 */
#include "proto/names.h"

#include <errno.h>
#include <string.h>

enum { PORT_MIN = 1024, PORT_MAX = 65532 }; /* base + 3 must be a port too */

/* Own classes: those of ctype.h follow the locale. */
static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name_char(char c)
{
    return is_digit(c) || is_letter(c) || c == '_' || c == '-';
}

/* Value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int
node_id_compare(const struct node_id *a, const struct node_id *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

bool
node_id_equal(const struct node_id *a, const struct node_id *b)
{
    return node_id_compare(a, b) == 0;
}

bool
node_id_is_zero(const struct node_id *a)
{
    static const struct node_id zero;

    return node_id_equal(a, &zero);
}

void
node_id_print(const struct node_id *id, char dst[NODE_ID_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof id->b; i++) {
        dst[2 * i] = digits[id->b[i] >> 4];
        dst[2 * i + 1] = digits[id->b[i] & 15];
    }
    dst[NODE_ID_TEXT - 1] = '\0';
}

int
node_id_parse(const char *s, struct node_id *id)
{
    struct node_id got;

    if (strlen(s) != NODE_ID_TEXT - 1)
        return -EINVAL;
    for (size_t i = 0; i < sizeof got.b; i++) {
        int high = hex_value(s[2 * i]), low = hex_value(s[2 * i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        got.b[i] = (uint8_t)(high << 4 | low);
    }
    *id = got;
    return 0;
}

bool
name_is_valid(const char *s)
{
    bool letter = false;
    size_t n = 0;

    for (; s[n] != '\0'; n++) {
        if (n == NAME_MAX_BYTES || !is_name_char(s[n]))
            return false;
        letter = letter || is_letter(s[n]);
    }
    return letter && strcmp(s, "all") != 0 && strcmp(s, "last") != 0 &&
           strcmp(s, "mine") != 0;
}

/* Reads a decimal number at *s and moves *s behind it. */
static bool
take_u32(const char **s, uint32_t *out)
{
    uint64_t v = 0;

    if (!is_digit(**s))
        return false;
    for (; is_digit(**s); (*s)++) {
        v = v * 10 + (uint64_t)(**s - '0');
        if (v > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)v;
    return true;
}

/* Steps over `c` if it is next. */
static bool
take_char(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

/* "3" "0-99" "0-99:2" */
static bool
take_range(const char **s, struct selector_range *out)
{
    out->step = 1;
    if (!take_u32(s, &out->first))
        return false;
    out->last = out->first;
    if (!take_char(s, '-'))
        return true;
    if (!take_u32(s, &out->last) || out->last < out->first)
        return false;
    if (!take_char(s, ':'))
        return true;
    return take_u32(s, &out->step) && out->step >= 1;
}

static int
parse_ranges(const char *s, struct selector *out)
{
    do {
        if (out->n == SELECTOR_RANGES_MAX ||
            !take_range(&s, &out->range[out->n]))
            return -EINVAL;
        out->n++;
    } while (take_char(&s, ','));
    return *s == '\0' ? 0 : -EINVAL;
}

int
selector_parse(const char *s, struct selector *out)
{
    /* A name has no dot, so the number ends at the first one, and begins
     * behind the last hyphen before it. */
    size_t end = strcspn(s, "."), dash = end;

    while (dash > 0 && s[dash - 1] != '-')
        dash--;
    if (dash < 2 || dash - 1 > NAME_MAX_BYTES)
        return -EINVAL;
    memcpy(out->home, s, dash - 1);
    out->home[dash - 1] = '\0';
    out->n = 0;
    const char *p = s + dash;
    if (!name_is_valid(out->home) || !take_u32(&p, &out->number) ||
        p != s + end)
        return -EINVAL;
    return *p == '\0' ? 0 : parse_ranges(p + 1, out);
}

/* Letters, digits and what a host name or an IPv4 address may hold. */
static bool
is_host(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_name_char(s[i]) && s[i] != '.')
            return false;
    return n > 0;
}

/* Hexadecimal digits, colons, a dotted tail, a zone: fe80::1%eth0. */
static bool
is_ipv6(const char *s, size_t n)
{
    size_t i = 0, colons = 0;

    for (; i < n && s[i] != '%'; i++) {
        if (hex_value(s[i]) < 0 && s[i] != ':' && s[i] != '.')
            return false;
        colons += s[i] == ':';
    }
    return colons >= 2 && (i == n || is_host(s + i + 1, n - i - 1));
}

int
endpoint_parse(const char *s, char host[ENDPOINT_MAX_BYTES + 1],
               uint16_t *port)
{
    bool v6 = take_char(&s, '[');
    size_t n = strcspn(s, v6 ? "]" : ":");
    const char *p = s + n;
    uint32_t number = 0;

    if (n > ENDPOINT_MAX_BYTES || !(v6 ? is_ipv6(s, n) : is_host(s, n)))
        return -EINVAL;
    if (v6 && !take_char(&p, ']'))
        return -EINVAL;
    if (!v6 && *p == ':' && strchr(p + 1, ':') != NULL)
        return -EINVAL;     /* IPv6 without brackets has no one reading */
    if (take_char(&p, ':')) {
        if (!take_u32(&p, &number) || *p != '\0' || number < PORT_MIN ||
            number > PORT_MAX)
            return -ERANGE;
    } else if (*p != '\0') {
        return -EINVAL;
    }
    memcpy(host, s, n);
    host[n] = '\0';
    *port = (uint16_t)number;
    return 0;
}
