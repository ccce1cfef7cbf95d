/* SPDX-License-Identifier: MPL-2.0 */
/*
 * replay - main of a fuzz target without libFuzzer: gives it each file of its
 * corpus, and each of them cut and changed, the same way every time.
 *
 * fuzz_NAME [FILE...]; without FILE all of $srcdir/tests/fuzz/corpus/NAME.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "tests/fuzz/fuzz.h"

#ifndef LB_LIBFUZZER   /* which has a main of its own */
#ifndef FUZZ_CHANGES    /* of each file; fewer where each takes long */
#define FUZZ_CHANGES 200
#endif
enum { FILE_MAX_BYTES = 1 << 20, CHANGES = FUZZ_CHANGES };

/* In memory of just its size, so that a sanitizer sees a read behind it. */
static void
give(const uint8_t *p, size_t n)
{
    uint8_t *exact = xmalloc(n == 0 ? 1 : n);

    if (n > 0)
        memcpy(exact, p, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static void
give_variants(uint8_t *p, size_t n)
{
    struct random rng;

    give(p, n);
    random_seed(&rng, n);
    for (int i = 0; n > 0 && i < CHANGES; i++) {
        size_t at = (size_t)random_below(&rng, n);
        uint8_t was = p[at];

        give(p, at);
        p[at] = (uint8_t)random_u64(&rng);
        give(p, n);
        p[at] = was;
    }
}

static int
replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = xmalloc(FILE_MAX_BYTES);

    if (f == NULL) {
        perror(path);
        free(p);
        return 1;
    }
    size_t n = fread(p, 1, FILE_MAX_BYTES, f);
    fclose(f);
    give_variants(p, n);
    free(p);
    return 0;
}

/* How many files; 0 is an error: a corpus has some. */
static int
replay_folder(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *e;
    char path[4096];
    int n = 0;

    if (d == NULL) {
        perror(folder);
        return 0;
    }
    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (replay_file(path) != 0)
            break;
        n++;
    }
    closedir(d);
    printf("%s: %d files\n", folder, n);
    return n;
}

int
main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir");
    const char *name = strstr(argv[0], "fuzz_");
    char folder[2048];

    for (int i = 1; i < argc; i++)
        if (replay_file(argv[i]) != 0)
            return 1;
    if (argc > 1)
        return 0;
    for (const char *p = name; p != NULL; p = strstr(p + 1, "fuzz_"))
        name = p;
    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s",
             srcdir != NULL ? srcdir : ".",
             name != NULL ? name + strlen("fuzz_") : "");
    return replay_folder(folder) > 0 ? 0 : 1;
}
#endif
