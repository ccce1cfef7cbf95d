/* SPDX-License-Identifier: MPL-2.0 */
/*
 * count_digits FILE - the sum of the decimal digits in FILE, by another way
 * than the kind digitsum: counts how often each byte occurs, then weighs.
 * Any byte but a digit is an error, status 1.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    uint64_t count[256] = { 0 }, sum = 0;
    if (argc != 2) {
        fputs("usage: count_digits FILE\n", stderr);
        return 2;
    }
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        fprintf(stderr, "count_digits: %s: %s\n", argv[1], strerror(errno));
        return 66;
    }
    for (int c; (c = getc_unlocked(file)) != EOF;)
        count[c]++;
    int failed = ferror(file);
    fclose(file);
    for (int c = 0; c < 256; c++) {
        if (c >= '0' && c <= '9')
            sum += count[c] * (uint64_t)(c - '0');
        else if (count[c] > 0)
            failed = 1;
    }
    if (failed != 0) {
        fprintf(stderr, "count_digits: %s: not only digits\n", argv[1]);
        return 1;
    }
    printf("%" PRIu64 "\n", sum);
    return 0;
}
