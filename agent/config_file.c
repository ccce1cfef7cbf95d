/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Debian's inih has no line numbers, stops at its first error, cuts long
 * lines in silence and joins any indented line to the key before. So this
 * reader looks at each line first, says what is wrong with it, and hands inih
 * nothing but lines that cannot go wrong.
 */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/config_parts.h"
#include "base/text.h"
#include "base/xalloc.h"

enum { LINE_MAX_BYTES = 199, SECTION_CAP = 64, INI_NO_MEMORY = -2 };

struct reading {
    struct config_file *into;
    struct problems *problems;
    FILE *file;
    const char *path;
    unsigned line;
    bool continues;             /* the line now: adds to `key` */
    bool skip;                  /* what follows belongs to something refused */
    bool known_section, in_section;
    char section[SECTION_CAP];
    const struct key *key;      /* an indented line would add to */
    unsigned *given;            /* [keys] line in this file, 0 none; then
                                   [kinds][their keys] */
};

static void
where_now(const struct reading *r, char dst[WHERE_CAP])
{
    dst[0] = '\0';
    text_add(dst, WHERE_CAP, "%s:%u", r->path, r->line);
}

static bool
wrong(struct reading *r, const char *what, const char *value)
{
    char where[WHERE_CAP];

    where_now(r, where);
    if (value == NULL)
        problem_add(r->problems, where, "%s", what);
    else
        problem_add(r->problems, where, "\"%.60s\" %s", value, what);
    r->skip = true;
    r->key = NULL;
    return false;
}

static bool
is_utf8(const unsigned char *s)
{
    while (*s != '\0') {
        int more = *s < 0x80 ? 0 : *s >= 0xc2 && *s < 0xe0 ? 1
                 : *s >= 0xe0 && *s < 0xf0 ? 2 : *s >= 0xf0 && *s < 0xf5 ? 3
                 : -1;
        if (more < 0)
            return false;
        for (s++; more > 0; more--, s++)
            if ((*s & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* "[policy]" with at most a comment behind it. */
static bool
check_section(struct reading *r, const char *s)
{
    const char *end = strchr(s, ']');
    char where[WHERE_CAP], hint[128] = "", why[WHERE_CAP] = "";

    r->key = NULL;
    r->skip = r->in_section = true;
    r->known_section = false;
    if (end == NULL)
        return wrong(r, "has no \"]\"", s);
    const char *rest = end + 1 + strspn(end + 1, " \t");
    if (*rest != '\0' && *rest != ';' && *rest != '#')
        return wrong(r, "stands behind a [section]", rest);
    span_copy(span_of(s + 1, (size_t)(end - s - 1)), r->section,
              sizeof r->section);
    if (is_kind_section(r->section)) {
        where_now(r, where);
        if (!kind_section_open(r->into, r->section, where, why)) {
            problem_add(r->problems, where, "[%s]: %s", r->section, why);
            return false;
        }
    } else if (!section_is_known(r->section)) {
        suggest_section(r->section, hint, sizeof hint);
        where_now(r, where);
        problem_add(r->problems, where, "[%s]: unknown section%s", r->section,
                    hint);
        return false;
    }
    r->known_section = true;
    r->skip = false;
    return true;
}

static bool
check_indented(struct reading *r)
{
    char where[WHERE_CAP];

    if (r->skip)
        return false;
    if (r->key == NULL)
        return wrong(r, "indented line, and no list before it", NULL);
    if (!key_is_list(r->key)) {
        where_now(r, where);
        problem_add(r->problems, where,
                    "[%s] %s: takes one value; indented lines add to a list",
                    r->section, r->key->name);
        return false;
    }
    r->continues = true;
    return true;
}

/* "key = value": the key is looked up when inih has split the line. */
static bool
check_pair(struct reading *r, const char *s)
{
    size_t key = strcspn(s, "=:;#\"");

    if (r->in_section && !r->known_section)
        return false;       /* its section was refused */
    r->key = NULL;
    r->skip = false;
    if (s[key] != '=' || key == 0)
        return wrong(r, "is not \"key = value\"", s);
    if (!r->in_section)
        return wrong(r, "stands before any [section]", s);
    return true;
}

/* Whether inih may see the line, which is ended by NUL without newline. */
static bool
check_line(struct reading *r, const char *line, size_t len)
{
    const char *s = line + strspn(line, " \t");

    r->continues = false;
    if (memchr(line, '\0', len) != NULL)
        return wrong(r, "NUL byte in the line", NULL);
    if (*s == '\0' || *s == '#' || *s == ';')
        return false;
    if (len > LINE_MAX_BYTES)
        return wrong(r, "line longer than 199 bytes; put list items on "
                        "indented lines", NULL);
    if (!is_utf8((const unsigned char *)line))
        return wrong(r, "line is not UTF-8", NULL);
    if (s > line)
        return check_indented(r);
    return *s == '[' ? check_section(r, s) : check_pair(r, s);
}

/* As fgets, for inih. */
static char *
next_line(char *dst, int cap, void *arg)
{
    struct reading *r = arg;
    char *line = NULL;
    size_t room = 0;
    ssize_t n = getline(&line, &room, r->file);

    if (n < 0) {
        free(line);
        return NULL;
    }
    r->line++;
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        line[--n] = '\0';
    char *text = line;
    if (r->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        n -= 3;
    }
    bool good = check_line(r, text, (size_t)n) && n + 2 <= cap;
    dst[0] = '\0';
    text_add(dst, (size_t)cap, "%s\n", good ? text : "");
    free(line);
    return dst;
}

static const struct key *
look_up(struct reading *r, const char *section, const char *name)
{
    const struct key *k = key_find(section, name);
    char where[WHERE_CAP], hint[128] = "";

    if (k != NULL)
        return k;
    suggest_key(section, name, hint, sizeof hint);
    where_now(r, where);
    problem_add(r->problems, where, "[%s] %s: unknown key%s", section, name,
                hint);
    r->skip = true;
    return NULL;
}

static unsigned *
given_of(const struct reading *r, const struct key *k)
{
    size_t at = 0;

    if (!is_kind_key(k))
        return &r->given[k - config_keys];
    while (r->into->kind[at] != r->into->kind_now)
        at++;
    return &r->given[config_n_keys() + at * config_n_kind_keys() +
                     (size_t)(k - config_kind_keys)];
}

/* For inih: one key, or one more line of a list. */
static int
take(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;
    char where[WHERE_CAP];

    where_now(r, where);
    if (r->continues) {
        config_take(r->into, r->key, value, where, false, r->problems);
        return 1;
    }
    const struct key *k = look_up(r, section, name);
    if (k == NULL)
        return 1;
    r->key = k;
    unsigned *given = given_of(r, k);
    if (*given != 0 && !key_is_list(k)) {
        problem_add(r->problems, where,
                    "[%s] %s: given twice, first in line %u", section, name,
                    *given);
        return 1;
    }
    bool fresh = !key_is_list(k) || value[0] == '\0';
    config_take(r->into, k, value, where, fresh, r->problems);
    *given = r->line;
    return 1;
}

/* Who writes it says what programs this node runs. */
static bool
check_mode(struct reading *r)
{
    struct stat st;

    if (fstat(fileno(r->file), &st) != 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & S_IWOTH) == 0)
        return true;
    r->line = 1;
    return wrong(r, "everybody may write to this file; \"chmod o-w\" it",
                 NULL);
}

static bool
is_directory(FILE *f)
{
    struct stat st;

    return fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode);
}

int
config_read(struct config_file *f, const char *path, struct problems *p)
{
    struct reading r = { .into = f, .problems = p, .path = path };

    r.file = fopen(path, "re");
    if (r.file == NULL)
        return -errno;
    if (is_directory(r.file)) {
        problem_add(p, path, "is a directory");
        fclose(r.file);
        return 0;
    }
    r.given = xcalloc(config_n_keys() +
                          CONFIG_KINDS_MAX * config_n_kind_keys(),
                      sizeof *r.given);
    /* Without memory getline, too, seems to have come to the end. */
    bool whole = !check_mode(&r) ||
                 (ini_parse_stream(next_line, &r, take, &r) != INI_NO_MEMORY &&
                  feof(r.file));
    if (!whole) {
        r.line++;
        (void)wrong(&r, "cannot be read", NULL);
    }
    free(r.given);
    fclose(r.file);
    return 0;
}
