/* SPDX-License-Identifier: MPL-2.0 */
/* lbctl: the command line of lbagent. */
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "ctl/cmd.h"
#include "ctl/config.h"
#include "ctl/own.h"
#include "ctl/reach.h"

static int
dispatch(struct ctl *c, struct args *a)
{
    if (args_next(c, a) < 0)
        return c->status;
    if (a->at >= a->argc) {
        fputs("usage: lbctl [-n NODE] [OPTION]... COMMAND [WORD]...\n"
              "       lbctl run fib 30\n"
              "\"lbctl help\" lists the commands\n", stderr);
        return ctl_status(c, EXIT_USAGE);
    }
    const char *name = a->argv[a->at++];
    a->command = command_find(name);
    if (a->command == NULL)
        return command_unknown(c, name);
    return a->command->run(c, a);
}

int
main(int argc, char **argv)
{
    struct ctl c = { .colour = COLOUR_AUTO };
    struct args a;

    args_init(&a, argc, argv);
    if (!digest_start())
        ctl_fail(&c, EXIT_FAILED, "libsodium cannot be started");
    else if (config_load(&c) == 0)
        dispatch(&c, &a);
    args_fini(&a);
    reach_fini(&c);
    own_forget(&c);
    free(c.node);
    free(c.node_default);
    free(c.key);
    ctl_stdout(&c);
    return c.status;
}
