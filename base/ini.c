/* SPDX-License-Identifier: MPL-2.0 */
#include "base/ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static char *
trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
        s[--n] = '\0';
    return s;
}

/* Fills in what the line says; `section` is kept. False: it says nothing. */
static bool
take(char *text, struct ini_line *l, char section[INI_LINE_BYTES],
     char wrong[INI_LINE_BYTES + 32])
{
    size_t len = strlen(text);
    char *equals = strchr(text, '=');

    if (len == 0 || text[0] == '#' || text[0] == ';')
        return false;
    if (text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = '\0';
        section[0] = '\0';
        text_add(section, INI_LINE_BYTES, "%s", trim(text + 1));
        return false;
    }
    if (equals == NULL || equals == text) {
        wrong[0] = '\0';
        text_add(wrong, INI_LINE_BYTES + 32, "\"%s\" is not KEY = VALUE",
                 text);
        l->wrong = wrong;
        return true;
    }
    *equals = '\0';
    l->key = trim(text);
    l->value = trim(equals + 1);
    return true;
}

int
ini_read(const char *path, void (*each)(void *with, const struct ini_line *l),
         void *with)
{
    char line[INI_LINE_BYTES], section[INI_LINE_BYTES] = "";
    char wrong[INI_LINE_BYTES + 32];
    unsigned number = 0;
    FILE *f = fopen(path, "re");

    if (f == NULL)
        return -errno;
    while (fgets(line, sizeof line, f) != NULL) {
        struct ini_line l = { .number = number + 1, .section = section };
        number++;
        if (strchr(line, '\n') == NULL && !feof(f)) {
            l.wrong = "line longer than 1022 bytes";
            each(with, &l);
            break;
        }
        if (take(trim(line), &l, section, wrong))
            each(with, &l);
    }
    int rc = ferror(f) ? -EIO : 0;
    fclose(f);
    return rc;
}
