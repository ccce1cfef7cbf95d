/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/mark.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 512 };

int
mark_main(const char *file)
{
    char line[LINE], note[LINE];
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0)
        return 1;
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t len = strcspn(line, "\n");
        int n = snprintf(note, sizeof note, "%.*s %" PRId64 "\n", (int)len,
                         line, checker_now_ms());
        /* One write: a line is there whole or not at all. */
        if (n < 0 || write(fd, note, (size_t)n) != n)
            return 1;
        if (line[0] == MARK_SLOW)
            poll(NULL, 0, MARK_SLOW_MS);
        if (fwrite(line, 1, len + 1, stdout) != len + 1 || fflush(stdout))
            return 1;
    }
    return 0;
}

int
mark_read(const char *file, size_t node, struct checker *c)
{
    char line[LINE];
    FILE *f = fopen(file, "r");

    if (f == NULL)
        return -1;
    while (fgets(line, sizeof line, f) != NULL) {
        char *blank = strrchr(line, ' ');
        if (blank == NULL)
            continue;
        *blank = '\0';
        checker_mark(c, node, line, strtoll(blank + 1, NULL, 10));
    }
    fclose(f);
    return 0;
}
