/* SPDX-License-Identifier: MPL-2.0 */
#include "tui/state_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

bool
state_file(const char *name, char *dst, size_t cap, bool make)
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
    text_add(dst, cap, "/%s", name);
    return true;
}
