/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/damage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static const char *const files[] = { "journal.db", "journal.db-wal",
                                     "journal.db-end" };
enum { DB, WAL, END, FILES, FILE_MAX = 4 << 20 };

static void
path_of(char dst[300], const char *dir, const char *name)
{
    dst[0] = '\0';
    text_add(dst, 300, "%s/%s", dir, name);
}

/* -1: there is none. */
static ssize_t
read_file(const char *dir, const char *name, uint8_t *to)
{
    char path[300];
    size_t len = 0;
    ssize_t n = 1;

    path_of(path, dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (n > 0 && len < FILE_MAX) {
        n = read(fd, to + len, FILE_MAX - len);
        len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return (ssize_t)len;
}

static void
write_file(const char *dir, const char *name, const uint8_t *p, size_t len)
{
    char path[300];

    path_of(path, dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, p, len) != (ssize_t)len)
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void
empty(const char *dir)
{
    static const char *const others[] = {
        "journal.db", "journal.db-wal", "journal.db-end", "journal.db-shm",
        "journal.db.bad-1", "journal.db.bad-1-wal", "journal.db.bad-2",
        "journal.db.bad-2-wal", "journal.db.tmp", "journal.db.tmp-wal",
        "journal.db.new" };
    char path[300];

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        path_of(path, dir, others[i]);
        (void)unlink(path);
    }
}

static void
flip(uint8_t *p, size_t len, struct rng *rng, const char *name, char *what)
{
    size_t at = (size_t)rng_below(rng, len);
    unsigned bit = (unsigned)rng_below(rng, 8);

    p[at] ^= (uint8_t)(1u << bit);
    text_add(what, DAMAGE_TEXT, "%s: bit %u of byte %zu of %zu flipped; ",
             name, bit, at, len);
}

/* A sector or a page that was never written, or comes from elsewhere. */
static void
spoil(uint8_t *p, size_t len, struct rng *rng, const char *name, char *what)
{
    static const size_t sizes[] = { 16, 512, 4096 };
    size_t size = sizes[rng_below(rng, 3)];
    size_t at = (size_t)rng_below(rng, len) / size * size;
    unsigned how = (unsigned)rng_below(rng, 3);

    if (at + size > len)
        size = len - at;
    for (size_t i = 0; i < size; i++)
        p[at + i] = how == 0 ? 0 : how == 1 ? (uint8_t)rng_below(rng, 256)
                                            : p[(at / 2) + i];
    static const char *const names[] = { "zero", "random", "of another place" };
    text_add(what, DAMAGE_TEXT, "%s: %zu bytes at %zu of %zu are %s; ", name,
             size, at, len, names[how]);
}

static size_t
cut(size_t len, struct rng *rng, const char *name, char *what)
{
    size_t to = (size_t)rng_below(rng, len);

    if (rng_chance(rng, 50))
        to = to / 4096 * 4096;
    text_add(what, DAMAGE_TEXT, "%s: cut from %zu to %zu bytes; ", name, len,
             to);
    return to;
}

/* One harm to one file; false: it is to be removed. */
static bool
harm(uint8_t *p, size_t *len, struct rng *rng, const char *name, char *what)
{
    unsigned kind = (unsigned)rng_below(rng, 100);

    if (*len == 0)
        return true;
    if (kind < 60) {
        flip(p, *len, rng, name, what);
    } else if (kind < 75) {
        spoil(p, *len, rng, name, what);
    } else if (kind < 97) {
        *len = cut(*len, rng, name, what);
    } else {
        text_add(what, DAMAGE_TEXT, "%s: removed; ", name);
        return false;
    }
    return true;
}

void
damage_do(const struct sample *s, const char *dir, struct rng *rng,
          char what[DAMAGE_TEXT])
{
    static uint8_t bytes[FILE_MAX];
    unsigned n = rng_chance(rng, 80) ? 1 : 2 + (unsigned)rng_below(rng, 5);
    size_t victim[8];

    what[0] = '\0';
    (void)mkdir(dir, 0700);
    empty(dir);
    for (unsigned i = 0; i < n; i++) {
        unsigned of = (unsigned)rng_below(rng, 20);
        victim[i] = of < 10 ? DB : of < 19 ? WAL : END;
    }
    /* What is told of the end protects the log: not both at once. */
    for (unsigned i = 1; i < n; i++)
        if (victim[i] == END || victim[0] == END)
            victim[i] = victim[0];
    for (size_t f = 0; f < FILES; f++) {
        ssize_t got = read_file(s->dir, files[f], bytes);
        size_t len = got > 0 ? (size_t)got : 0;
        bool keep = got >= 0;
        for (unsigned i = 0; keep && i < n; i++)
            if (victim[i] == f)
                keep = harm(bytes, &len, rng, files[f], what);
        if (keep)
            write_file(dir, files[f], bytes, len);
    }
}
