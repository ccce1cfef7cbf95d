/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/landing.h"

#include <string.h>

#include "kinds/command_file.h"

/* Without empty and "." parts. */
static const char *
tidy(const char *path, char dst[LANDING_MAX])
{
    size_t at = 0;

    if (path[0] == '\0')
        return "the name is empty";
    if (strlen(path) >= LANDING_MAX)
        return "the name is too long";
    for (const char *p = path; *p != '\0'; p += *p == '/') {
        size_t n = strcspn(p, "/");
        const char *part = p;
        p += n;
        if (n == 0 || (n == 1 && part[0] == '.'))
            continue;
        if (n == 2 && part[0] == '.' && part[1] == '.')
            return "\"..\" leads out of the directory of the job; what stands "
                   "before \"/./\" is left out";
        if (at > 0)
            dst[at++] = '/';
        memcpy(dst + at, part, n);
        at += n;
    }
    dst[at] = '\0';
    size_t len = strlen(path);
    if (at == 0 || path[len - 1] == '/' ||
        (path[len - 1] == '.' && path[len - 2] == '/'))
        return "names a directory";
    return command_path_is_right(dst) ? NULL : "the name is too long";
}

/* Behind the first "/./"; NULL: there is none. */
static const char *
behind_dot(const char *path)
{
    const char *dot = strstr(path, "/./");

    return dot != NULL ? dot + 3 : NULL;
}

const char *
landing_put(const char *path, char dst[LANDING_MAX])
{
    const char *rest = behind_dot(path);

    if (rest == NULL)
        rest = path[0] == '/' ? strrchr(path, '/') + 1 : path;
    if (rest[0] == '\0' && path[0] != '\0')
        return "names a directory";
    return tidy(rest, dst);
}

const char *
landing_return(const char *path, char dst[LANDING_MAX])
{
    const char *rest = behind_dot(path);

    if (rest == NULL && path[0] == '/')
        return "is absolute: it must lie below the directory of the job, as "
               "{/} and {/.} do";
    return tidy(rest != NULL ? rest : path, dst);
}
