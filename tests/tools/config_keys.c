/* SPDX-License-Identifier: MPL-2.0 */
/* config_keys - prints the table of keys of node.ini, a line each, fields
 * separated by tabs: section, name, default ("?": of the host), range, live. */
#include <stdio.h>

#include "agent/config.h"

static void
print_range(const struct key *k)
{
    if (k->range != NULL) {
        fputs(k->range, stdout);
        return;
    }
    for (size_t i = 0; k->words[i] != NULL; i++)
        printf("%s%s", i > 0 ? ", " : "", k->words[i]);
}

static void
print(const struct key *k)
{
    for (; k->section != NULL; k++) {
        printf("%s\t%s\t%s\t", k->section, k->name,
               k->value != NULL ? k->value : "?");
        print_range(k);
        printf("\t%s\n", k->live ? "live" : "at restart");
    }
}

int
main(void)
{
    print(config_keys);
    print(config_kind_keys);
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
