/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* False: there is no home. Makes the directory if `make`. */
static bool
history_path(char *dst, size_t cap, bool make)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    dst[0] = '\0';
    if (base != NULL && base[0] == '/')
        text_add(dst, cap, "%s/lbagent", base);
    else if (home != NULL && home[0] == '/')
        text_add(dst, cap, "%s/.local/state/lbagent", home);
    else
        return false;
    for (char *at = dst; make && (at = strchr(at + 1, '/')) != NULL;) {
        *at = '\0';
        (void)mkdir(dst, 0700);
        *at = '/';
    }
    if (make)
        (void)mkdir(dst, 0700);
    text_add(dst, cap, "/lbtop-history");
    return true;
}

void
history_load(struct prompt *p)
{
    char path[512], line[PROMPT_MAX];
    FILE *f = history_path(path, sizeof path, false) ? fopen(path, "re")
                                                     : NULL;
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

    if (p->n_history == 0 || !history_path(path, sizeof path, true))
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
