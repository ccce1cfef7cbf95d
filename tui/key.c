/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/key.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"

/* Names by which keys are written and, in <>, read; the first one of a key is
 * the one that is written. */
static const struct { uint32_t key; const char *name; } named[] = {
    { KEY_UP_, "↑" },           { KEY_UP_, "Up" },
    { KEY_DOWN_, "↓" },         { KEY_DOWN_, "Down" },
    { KEY_LEFT_, "←" },         { KEY_LEFT_, "Left" },
    { KEY_RIGHT_, "→" },        { KEY_RIGHT_, "Right" },
    { KEY_TAB_, "Tab" },        { KEY_BACK_TAB, "S-Tab" },
    { KEY_ENTER_, "Enter" },    { KEY_ESCAPE, "Esc" },
    { KEY_BACK, "Bksp" },       { KEY_BACK, "Backspace" },
    { KEY_PAGE_UP, "PgUp" },    { KEY_PAGE_DOWN, "PgDn" },
    { KEY_HOME_, "Home" },      { KEY_END_, "End" },
    { KEY_INSERT, "Ins" },      { KEY_DELETE, "Del" },
    { ' ', "Space" },           { KEY_WHEEL_UP, "WheelUp" },
    { KEY_WHEEL_DOWN, "WheelDown" },
    { '<', "lt" }, /* read only: '<' is written as itself */
};
enum { NAMED = sizeof named / sizeof named[0] };

bool
key_click(uint32_t key, int *x, int *y)
{
    if (key < KEY_CLICK || key > KEY_CLICK_LAST)
        return false;
    *x = (int)((key - KEY_CLICK) & 1023);
    *y = (int)((key - KEY_CLICK) >> 10);
    return true;
}

static void
put_utf8(uint32_t ch, char *dst)
{
    unsigned char *d = (unsigned char *)dst;

    if (ch < 0x80) {
        d[0] = (unsigned char)ch;
        d[1] = 0;
    } else if (ch < 0x800) {
        d[0] = (unsigned char)(0xC0 | ch >> 6);
        d[1] = (unsigned char)(0x80 | (ch & 63));
        d[2] = 0;
    } else if (ch < 0x10000) {
        d[0] = (unsigned char)(0xE0 | ch >> 12);
        d[1] = (unsigned char)(0x80 | (ch >> 6 & 63));
        d[2] = (unsigned char)(0x80 | (ch & 63));
        d[3] = 0;
    } else {
        d[0] = (unsigned char)(0xF0 | ch >> 18);
        d[1] = (unsigned char)(0x80 | (ch >> 12 & 63));
        d[2] = (unsigned char)(0x80 | (ch >> 6 & 63));
        d[3] = (unsigned char)(0x80 | (ch & 63));
        d[4] = 0;
    }
}

void
key_text(uint32_t key, char dst[16])
{
    int x, y;

    dst[0] = '\0';
    for (size_t i = 0; i < NAMED; i++)
        if (named[i].key == key && key != '<') {
            text_add(dst, 16, "%s", named[i].name);
            return;
        }
    if (key >= KEY_F1 && key <= KEY_F12)
        text_add(dst, 16, "F%u", (unsigned)(key - KEY_F1 + 1));
    else if (key >= 1 && key <= 26)
        text_add(dst, 16, "^%c", (char)('A' + key - 1));
    else if (key_click(key, &x, &y))
        text_add(dst, 16, "click");
    else if (key == 0 || key > 0x10FFFF || (key > 26 && key < 32))
        text_add(dst, 16, "this key");
    else
        put_utf8(key, dst);
}

/* ---- --keys ---- */

/* A character of UTF-8; 0: none. */
static size_t
take_utf8(const char *s, uint32_t *key)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t len = p[0] < 0x80    ? 1
                 : p[0] >= 0xF0 ? 4
                 : p[0] >= 0xE0 ? 3
                 : p[0] >= 0xC0 ? 2
                                : 0;
    uint32_t ch = len == 1 ? p[0] : len == 0 ? 0 : p[0] & (0xFFu >> (len + 1));

    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        ch = ch << 6 | (p[i] & 63);
    }
    *key = ch;
    return ch == 0 || ch > 0x10FFFF ? 0 : len;
}

/* "F7" "F12": bytes taken; 0: no function key. */
static size_t
take_function(const char *s, uint32_t *key)
{
    if (s[0] != 'F' || s[1] < '1' || s[1] > '9')
        return 0;
    if (s[1] == '1' && s[2] >= '0' && s[2] <= '2') {
        *key = KEY_F1 + 9 + (uint32_t)(s[2] - '0');
        return 3;
    }
    *key = KEY_F1 + (uint32_t)(s[1] - '1');
    return 2;
}

/* What stands in <>. */
static bool
take_name(const char *name, uint32_t *key, int64_t *wait_us)
{
    for (size_t i = 0; i < NAMED; i++)
        if (strcmp(named[i].name, name) == 0) {
            *key = named[i].key;
            return true;
        }
    if (strncmp(name, "wait ", 5) == 0) {
        *key = KEY_UNKNOWN;
        return units_duration(name + 5, wait_us) == 0;
    }
    if (strncmp(name, "C-", 2) == 0 && name[2] >= 'a' && name[2] <= 'z' &&
        name[3] == '\0') {
        *key = (uint32_t)(name[2] - 'a' + 1);
        return true;
    }
    size_t n = take_function(name, key);
    if (n == 0)
        n = take_utf8(name, key);
    return n > 0 && name[n] == '\0';
}

size_t
key_parse(const char *s, uint32_t *key, int64_t *wait_us)
{
    char name[32] = "";

    *wait_us = 0;
    if (s[0] == '<') {
        const char *end = strchr(s, '>');
        if (end == NULL || (size_t)(end - s) > sizeof name)
            return 0;
        memcpy(name, s + 1, (size_t)(end - s) - 1);
        return take_name(name, key, wait_us) ? (size_t)(end - s) + 1 : 0;
    }
    size_t n = take_function(s, key);
    return n > 0 ? n : take_utf8(s, key);
}

const struct key_row *
key_find(uint32_t key, unsigned where)
{
    for (size_t i = 0; i < key_rows && key != 0; i++)
        for (size_t k = 0; k < 4; k++)
            if (key_table[i].key[k] == key &&
                (key_table[i].where & where) != 0)
                return &key_table[i];
    if ((where & IN_LOST) != 0 && (where & IN_DETAIL) == 0)
        return key_find(key, IN_DETAIL);
    return NULL;
}
