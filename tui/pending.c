/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tui/state_file.h"

enum { LINE = 400, TOLD = 3 };
static const char NAME[] = "lbtop-pending";

/* "throttle 70 alpha03", as the command line has it; what became of it. */
static void
print(FILE *f, const struct node *n, const struct wish *w)
{
    char what[LINE] = "";

    switch (w->kind) {
    case WISH_THROTTLE:
        text_add(what, sizeof what, "throttle %d %s", w->asked, n->name);
        break;
    case WISH_POLICY:
        text_add(what, sizeof what, "policy %s %s", w->name, n->name);
        break;
    case WISH_PAUSE: case WISH_DRAIN:
        text_add(what, sizeof what, "%s %s", wish_kind_name(w->kind),
                 n->name);
        break;
    case WISH_RESUME: case WISH_UNDRAIN:
        text_add(what, sizeof what, "start %s", n->name);
        break;
    case WISH_START: case WISH_HOLD: case WISH_RETRY: case WISH_CANCEL:
        text_add(what, sizeof what, "%s %s-%u", wish_kind_name(w->kind),
                 n->name, (unsigned)w->workload);
        break;
    }
    fprintf(f, "%s (%s)\n", what,
            w->state == WISH_DRAFT      ? "not sent"
            : w->state == WISH_ACCEPTED ? "accepted, not seen in force"
                                        : "sent, no answer");
}

static bool
is_open(const struct wish *w)
{
    return w != NULL && (w->state == WISH_DRAFT || w->state == WISH_SENT ||
                         w->state == WISH_ACCEPTED ||
                         w->state == WISH_SILENT || w->state == WISH_LOST);
}

/* The open wishes of a node, of one workload of it or of itself (0). */
static size_t
print_wishes(FILE *f, const struct wishes *w, const struct node *n,
             uint32_t workload)
{
    size_t lines = 0;

    for (enum wish_kind k = WISH_THROTTLE; k <= WISH_CANCEL; k++) {
        const struct wish *one = wish_of(w, n, k, workload);
        if (!is_open(one))
            continue;
        if (f != NULL)
            print(f, n, one);
        lines++;
    }
    return lines;
}

/* Without a file: how many there are, of which one is enough. */
static size_t
print_all(FILE *f, const struct wishes *w, const struct model *m)
{
    size_t lines = 0;

    for (size_t i = 0; i < m->n && lines < PENDING_MAX; i++) {
        const struct node *n = m->node[i];
        lines += print_wishes(f, w, n, 0);
        for (size_t j = 0; j < n->n_works && lines < PENDING_MAX; j++)
            lines += print_wishes(f, w, n, n->work[j].number);
        if (f == NULL && lines > 0)
            break;
    }
    return lines;
}

int
pending_save(const struct wishes *w, const struct model *m)
{
    char path[512];
    int rc = 0;

    if (print_all(NULL, w, m) == 0)
        return 0;
    if (!state_file(NAME, path, sizeof path, true))
        return -ENOENT;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW |
                            O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    FILE *f = fdopen(fd, "a");
    if (f == NULL) {
        rc = -errno;
        close(fd);
        return rc;
    }
    (void)print_all(f, w, m);
    if (fflush(f) != 0 || fsync(fd) != 0)
        rc = -errno;
    if (fclose(f) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

bool
pending_take(char *dst, size_t cap)
{
    char path[512], own[560] = "", line[LINE];
    size_t lines = 0, told = 0;

    if (!state_file(NAME, path, sizeof path, false))
        return false;
    /* Taken away first: of two that start together one tells. */
    text_add(own, sizeof own, "%s.%ld", path, (long)getpid());
    if (rename(path, own) != 0)
        return false;
    FILE *f = fopen(own, "re");
    unlink(own);
    if (f == NULL)
        return false;
    dst[0] = '\0';
    text_add(dst, cap, "the terminal closed on open commands: ");
    for (; fgets(line, sizeof line, f) != NULL; lines++) {
        size_t len = strcspn(line, "\n");
        line[len] = '\0';
        if (told == TOLD || strlen(dst) + len + 20 > cap)
            continue;
        told++;
        text_add(dst, cap, "%s%s", lines > 0 ? ", " : "", line);
    }
    fclose(f);
    if (lines > told)
        text_add(dst, cap, ", and %zu more", lines - told);
    return lines > 0;
}
