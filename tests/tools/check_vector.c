/* SPDX-License-Identifier: MPL-2.0 */
/*
 * check_vector COUNT ITERATIONS BY - reads int64 elements, little-endian,
 * from stdin and compares element i with i + ITERATIONS x BY.
 * Prints "EQUAL of COUNT"; names the first that differs on stderr. Status 0
 * only when all COUNT are there, equal, and nothing follows.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t
number(const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        fprintf(stderr, "check_vector: \"%s\" is no number\n", text);
        exit(2);
    }
    return value;
}

/* False at the end of stdin. */
static int
element(int64_t *value)
{
    unsigned char b[8];
    uint64_t bits = 0;
    if (fread(b, 1, sizeof b, stdin) != sizeof b)
        return 0;
    for (int i = 7; i >= 0; i--)
        bits = bits << 8 | b[i];
    *value = (int64_t)bits;
    return 1;
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: check_vector COUNT ITERATIONS BY <FILE\n", stderr);
        return 2;
    }
    int64_t count = number(argv[1]);
    int64_t more = number(argv[2]) * number(argv[3]);
    int64_t equal = 0, n = 0, value;
    for (; n < count && element(&value); n++) {
        if (value == n + more)
            equal++;
        else if (equal == n)
            fprintf(stderr, "check_vector: element %" PRId64 " is %" PRId64
                    ", expected %" PRId64 "\n", n, value, n + more);
    }
    if (n < count)
        fprintf(stderr, "check_vector: only %" PRId64 " elements\n", n);
    int rest = getchar() != EOF;
    if (rest)
        fputs("check_vector: bytes behind the last element\n", stderr);
    printf("%" PRId64 " of %" PRId64 "\n", equal, count);
    return equal == count && !rest ? 0 : 1;
}
