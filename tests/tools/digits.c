/* SPDX-License-Identifier: MPL-2.0 */
/*
 * digits SEED COUNT FILE - writes COUNT random decimal digits, the same for
 * the same seed and without a newline.
 * Generator: splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014); 16 digits of each number.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 16, BUFFER = DIGITS * 4096 };

static uint64_t
next(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static size_t
fill(char *buffer, uint64_t *state, uint64_t left)
{
    for (size_t at = 0; at < BUFFER; at += DIGITS) {
        uint64_t x = next(state);
        for (size_t i = 0; i < DIGITS; i++, x /= 10)
            buffer[at + i] = (char)('0' + x % 10);
    }
    return left < BUFFER ? (size_t)left : BUFFER;
}

static int
number(const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || *text == '-' ? -1 : 0;
}

int
main(int argc, char **argv)
{
    static char buffer[BUFFER];
    uint64_t state, left;
    if (argc != 4 || number(argv[1], &state) != 0
        || number(argv[2], &left) != 0) {
        fputs("usage: digits SEED COUNT FILE\n", stderr);
        return 2;
    }
    FILE *file = fopen(argv[3], "wb");
    while (file != NULL && left > 0) {
        size_t n = fill(buffer, &state, left);
        if (fwrite(buffer, 1, n, file) != n)
            break;
        left -= n;
    }
    if (file == NULL || fclose(file) != 0 || left > 0) {
        fprintf(stderr, "digits: %s: %s\n", argv[3], strerror(errno));
        return 74;
    }
    return 0;
}
