/* SPDX-License-Identifier: MPL-2.0 */
/* The setup file is written: what has been changed on the screen. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ini.h"
#include "base/text.h"
#include "base/units.h"
#include "tui/setup_own.h"

/* What lbtop chose itself (for the locale, for the cluster, for a slow link)
 * is not what the operator chose; nor is a theme or title for this once. */
static void
from_ui(const struct ui *u, struct setup *s)
{
    s->utc = u->utc;
    s->bell = u->bell;
    s->mouse = u->mouse;
    if (s->theme_given)
        s->theme = s->theme_else;
    if (s->title_given)
        memcpy(s->title, s->title_else, sizeof s->title);
    if ((int)u->theme != s->shown_theme)
        s->theme = (int)u->theme;
    if (u->ascii != s->shown_ascii)
        s->ascii = u->ascii;
    if (u->braille != s->shown_braille)
        s->graphs = u->braille ? 1 : 0;
    s->pane = u->pane;
    s->meters = u->meters;
    if (!u->paced)
        s->refresh_us = u->refresh_us;
    if (u->sort.by != u->sort_own.by || u->sort.down != u->sort_own.down)
        s->sort = u->sort;
    s->columns[0] = '\0';
    for (int i = 0; i < COLUMNS_; i++)
        if (u->columns_on[i] != 0 || u->columns_off[i] != 0)
            text_add(s->columns, sizeof s->columns, "%s%c%s",
                     s->columns[0] != '\0' ? " " : "",
                     u->columns_on[i] != 0 ? '+' : '-', column_table[i].name);
}

/* ---- writing: only what differs from what is built in ---- */

static void
value_text(const struct setup *s, const struct setup_key *r, char *dst,
           size_t cap)
{
    const char *at = (const char *)s + r->at;
    int i;

    dst[0] = '\0';
    switch (r->type) {
    case YES_NO:
        text_add(dst, cap, "%s", *(const bool *)at ? "yes" : "no");
        break;
    case DURATION:
        units_print_duration(*(const int64_t *)(const void *)at, dst, cap);
        break;
    case CHOICE:
        i = *(const int *)(const void *)at - r->first;
        text_add(dst, cap, "%s", r->words[i]);
        break;
    case SORT:
        text_add(dst, cap, "%s%s", s->sort.down ? "-" : "",
                 column_table[s->sort.by].name);
        break;
    case TEXT:
        text_add(dst, cap, "%s", at);
        break;
    }
}

struct writing {
    FILE *to;
    const struct setup *now;
    bool written[SETUP_KEYS];
};

/* The row that a line of the old file sets for all clusters; NULL: none. */
static const struct setup_key *
row_of_line(const char *line)
{
    char key[64] = "";
    size_t n = strspn(line, " \t");

    text_add(key, sizeof key, "%.*s", (int)strcspn(line + n, " \t="),
             line + n);
    return strchr(line, '=') != NULL ? setup_key_of(key) : NULL;
}

/* New keys go before the first section, where they are for all clusters. */
static void
write_missing(struct writing *w)
{
    struct setup plain;
    char was[300], now[300];

    setup_default(&plain);
    for (size_t i = 0; i < SETUP_KEYS; i++) {
        if (w->written[i])
            continue;
        w->written[i] = true;
        value_text(&plain, &setup_rows[i], was, sizeof was);
        value_text(w->now, &setup_rows[i], now, sizeof now);
        if (strcmp(was, now) != 0)
            fprintf(w->to, "%s = %s\n", setup_rows[i].name, now);
    }
}

/* "[lbtop]" is for all clusters, as what stands before any section. */
static bool
is_for_all(const char *line)
{
    char name[64] = "";
    size_t n = strspn(line, " \t");

    text_add(name, sizeof name, "%.*s", (int)strcspn(line + n, " \t\r\n"),
             line + n);
    return strcmp(name, "[lbtop]") == 0;
}

static void
copy_lines(struct writing *w, FILE *old)
{
    char line[INI_LINE_BYTES], now[300];
    bool top = true, ours = true, begins = true;

    while (fgets(line, sizeof line, old) != NULL) {
        const struct setup_key *r = NULL;
        if (begins && line[strspn(line, " \t")] == '[') {
            if (top)
                write_missing(w);
            top = false;
            ours = is_for_all(line);
        } else if (begins && ours) {
            r = row_of_line(line);
        }
        begins = strchr(line, '\n') != NULL;
        if (r == NULL) {
            fputs(line, w->to);
            continue;
        }
        value_text(w->now, r, now, sizeof now);
        fprintf(w->to, "%s = %s\n", r->name, now);
        w->written[r - setup_rows] = true;
        begins = true;
    }
    if (!begins)
        fputc('\n', w->to);
    if (top)
        write_missing(w);
}

static void
make_directory(const char *path)
{
    char dir[512] = "";
    const char *slash = strrchr(path, '/');

    text_add(dir, sizeof dir, "%.*s",
             (int)(slash != NULL ? slash - path : 0), path);
    for (char *at = dir; *at != '\0' && (at = strchr(at + 1, '/')) != NULL;) {
        *at = '\0';
        (void)mkdir(dir, 0700);
        *at = '/';
    }
    (void)mkdir(dir, 0700);
}

static int
write_to(const char *path, const struct setup *s)
{
    struct writing w = { .now = s };
    char name[600] = "";
    int rc = 0;

    text_add(name, sizeof name, "%s.%ld", path, (long)getpid());
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    w.to = fdopen(fd, "w");
    if (w.to == NULL) {
        rc = -errno;
        close(fd);
        unlink(name);
        return rc;
    }
    FILE *old = fopen(path, "re");
    if (old != NULL) {
        copy_lines(&w, old);
        fclose(old);
    } else {
        write_missing(&w);
    }
    if (fflush(w.to) != 0 || ferror(w.to) || fsync(fd) != 0)
        rc = errno != 0 ? -errno : -EIO;
    if (fclose(w.to) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(name, path) != 0)
        rc = -errno;
    if (rc != 0)
        unlink(name);
    return rc;
}

int
setup_save(const struct setup *s, const struct ui *u)
{
    struct setup now = *s;
    char *target;

    from_ui(u, &now);
    make_directory(s->path);
    target = realpath(s->path, NULL);
    int rc = write_to(target != NULL ? target : s->path, &now);
    free(target);
    return rc;
}
