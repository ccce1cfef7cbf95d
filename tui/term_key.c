/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/term_key.h"

#include "tui/key.h"

void
key_filter_fini(struct key_filter *f)
{
    buf_fini(&f->pasted);
}

static void
paste_add(struct key_filter *f, uint32_t c)
{
    if (f->pasted.len + 4 > PASTE_MAX_BYTES || c >= KEY_UP_)
        return;
    if (c < 0x80) {
        buf_u8(&f->pasted, (uint8_t)c);
    } else if (c < 0x800) {
        buf_u8(&f->pasted, (uint8_t)(0xc0 | c >> 6));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_u8(&f->pasted, (uint8_t)(0xe0 | c >> 12));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c & 0x3f)));
    } else {
        buf_u8(&f->pasted, (uint8_t)(0xf0 | c >> 18));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        buf_u8(&f->pasted, (uint8_t)(0x80 | (c & 0x3f)));
    }
}

/* The key of a final letter of a split sequence. */
static uint32_t
arrow(uint32_t final)
{
    switch (final) {
    case 'A': return KEY_UP_;
    case 'B': return KEY_DOWN_;
    case 'C': return KEY_RIGHT_;
    case 'D': return KEY_LEFT_;
    case 'H': return KEY_HOME_;
    case 'F': return KEY_END_;
    default: return KEY_UNKNOWN;
    }
}

/* The rest of a sequence whose Esc has been taken as a key already. */
static uint32_t
guarded(struct key_filter *f, uint32_t raw)
{
    if (raw >= 0x40 && raw < 0x7f) {
        uint32_t key = f->guard == 1 ? arrow(raw) : KEY_UNKNOWN;
        f->guard = 0;
        return key;
    }
    f->guard = raw >= 0x20 && raw < 0x40 ? 2 : 0;
    return f->guard != 0 ? 0 : raw;
}

uint32_t
key_filter_take(struct key_filter *f, int64_t now_us, uint32_t raw,
                bool *pasted)
{
    *pasted = false;
    if (raw == RAW_PASTE_BEGIN) {
        f->pasting = true;
        buf_reset(&f->pasted);
        return 0;
    }
    if (raw == RAW_PASTE_END) {
        *pasted = f->pasting;
        f->pasting = false;
        return *pasted ? KEY_UNKNOWN : 0;
    }
    if (f->pasting) {
        paste_add(f, raw);
        return 0;
    }
    if (raw == RAW_IGNORE)
        return 0;
    if (f->guard != 0)
        return guarded(f, raw);
    if (f->escape_us != 0 && (raw == '[' || raw == 'O') &&
        now_us - f->escape_us < ESCAPE_GUARD_US) {
        f->guard = 1;
        f->escape_us = 0;
        return 0;
    }
    f->escape_us = raw == KEY_ESCAPE ? (now_us > 0 ? now_us : 1) : 0;
    return raw;
}
