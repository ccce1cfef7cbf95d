/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/state_file.h"

static const char NAME[] = "lbtop-history";

void
history_load(struct prompt *p)
{
    char path[512], line[PROMPT_MAX];
    FILE *f = NULL;

    if (state_file(NAME, path, sizeof path, false))
        f = fopen(path, "re");
    if (f == NULL)
        return;
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0')
            prompt_remember(p, line);
    }
    fclose(f);
}

void
history_save(const struct prompt *p)
{
    char path[512], name[540] = "";

    if (p->n_history == 0 || !state_file(NAME, path, sizeof path, true))
        return;
    text_add(name, sizeof name, "%s.%ld", path, (long)getpid());
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (f == NULL)
        return;
    for (size_t i = 0; i < p->n_history; i++)
        fprintf(f, "%s\n", p->history[i]);
    bool good = fflush(f) == 0 && !ferror(f);
    if (fclose(f) != 0 || !good || rename(name, path) != 0)
        unlink(name);
}
