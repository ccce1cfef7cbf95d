/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "sim/script.h"

static bool
read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "r");
    char part[4096];
    size_t n;

    if (f == NULL)
        return false;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_bytes(out, part, n);
    buf_u8(out, '\0');
    (void)fclose(f);
    return true;
}

/* Where the transcript begins, after the line "----"; NULL: none. */
static char *
find_transcript(char *text)
{
    char *p = strncmp(text, "----\n", 5) == 0 ? text - 1
                                              : strstr(text, "\n----\n");
    return p == NULL ? NULL : p + 6;
}

static int
rewrite(const char *path, const char *text, size_t script_len,
        const struct buf *transcript)
{
    FILE *f = fopen(path, "w");
    bool bad = f == NULL;

    if (!bad) {
        const bool ended = script_len >= 5
                           && memcmp(text + script_len - 5, "----\n", 5) == 0;
        bad = fwrite(text, 1, script_len, f) != script_len
              || (!ended && fputs("----\n", f) < 0)
              || fwrite(transcript->p, 1, transcript->len, f)
                     != transcript->len;
        bad = fclose(f) != 0 || bad;
    }
    if (bad)
        (void)fprintf(stderr, "%s: cannot be written\n", path);
    return bad ? EXIT_DISK : EXIT_DONE;
}

/* Prints the first line in which the two differ. */
static void
print_difference(const char *path, const char *want, const char *got)
{
    unsigned line = 1;

    while (*want != '\0' || *got != '\0') {
        const size_t a = strcspn(want, "\n"), b = strcspn(got, "\n");
        if (a != b || memcmp(want, got, a) != 0) {
            (void)fprintf(stderr, "%s: line %u of the transcript\n"
                          "  expected %.*s\n  happened %.*s\n", path, line,
                          (int)a, want, (int)b, got);
            return;
        }
        want += a + (want[a] != '\0');
        got += b + (got[b] != '\0');
        line++;
    }
}

/* The lines of the script, up to its end or what is wrong. */
static int
play(struct script *s, const char *path, char *text)
{
    char *line = text;

    while (*line != '\0' && strncmp(line, "----\n", 5) != 0) {
        char *end = line + strcspn(line, "\n");
        const bool last = *end == '\0';
        *end = '\0';
        s->line++;
        if (!script_line(s, line)) {
            (void)fprintf(stderr, "%s:%u: %s\n", path, s->line, s->error);
            return EXIT_USAGE;
        }
        if (last)
            break;
        line = end + 1;
    }
    if (s->w != NULL && s->w->failure[0] != '\0') {
        (void)fprintf(stderr, "%s: step %llu: invariant: %s\n", path,
                      (unsigned long long)s->w->steps, s->w->failure);
        transcript_tail(&s->w->transcript, stderr);
        return EXIT_FAILED;
    }
    if (s->failures > 0)
        (void)fprintf(stderr, "%s: %u expectations do not hold\n", path,
                      s->failures);
    return s->failures > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int
judge(const char *path, const struct buf *file, struct script *s, int status)
{
    const char *again = getenv("SIM_REWRITE");
    char *text = (char *)file->p;
    const char *want = find_transcript(text);

    if (again != NULL && strcmp(again, "1") == 0 && status == EXIT_DONE) {
        const size_t len = want == NULL ? strlen(text)
                                        : (size_t)(want - text);
        return rewrite(path, text, len, &s->text);
    }
    buf_u8(&s->text, '\0');
    if (want == NULL || strcmp(want, (char *)s->text.p) == 0)
        return status;
    print_difference(path, want, (char *)s->text.p);
    return status == EXIT_DONE ? EXIT_FAILED : status;
}

int
scenario_run(const char *path, bool verbose)
{
    struct script s = { .verbose = verbose, .policy = "hybrid",
                        .placement = "local" };
    struct buf file = { 0 }, copy = { 0 };

    if (!read_file(path, &file)) {
        (void)fprintf(stderr, "lbsim: %s: no such file\n", path);
        return EXIT_NOTFOUND;
    }
    buf_bytes(&copy, file.p, file.len);
    int status = play(&s, path, (char *)copy.p);
    if (status != EXIT_USAGE)
        status = judge(path, &file, &s, status);
    script_fini(&s);
    buf_fini(&file);
    buf_fini(&copy);
    return status;
}
