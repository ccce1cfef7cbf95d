/* SPDX-License-Identifier: MPL-2.0 */
/* options - the command line of lbagent. */
#ifndef LB_OPTIONS_H
#define LB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/config.h"

enum dump { DUMP_NO, DUMP_ALL, DUMP_CHANGED };

struct options {
    struct config_source source;
    const char **defines;       /* what source.defines points to */
    size_t n_defines;
    bool check, print_endpoint, accept_copy;
    enum dump dump;
    uint64_t accept_loss;
};

/* Parses; prints and exits for help, version and usage errors (status 2). */
void options_parse(struct options *o, int argc, char **argv);
void options_fini(struct options *o);

#endif
