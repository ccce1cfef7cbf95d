/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/foreign.h"

#include <string.h>

#define SLOTS "slots belong to nodes: workers.count there, or \"lbctl " \
              "throttle\""
#define ONE "a job has one value of each source; --colsep makes {1} {2} of it"

static const char *const foreign[][2] = {
    { "j", SLOTS },     { "jobs", SLOTS },      { "P", SLOTS },
    { "max-procs", SLOTS },
    { "N", ONE },       { "max-replace-args", ONE },
    { "L", ONE },       { "max-lines", ONE },   { "max-args", ONE },
    { "X", ONE },       { "m", ONE },           { "xargs", ONE },
    { "S", "nodes are those of the cluster; --pin NODES chooses" },
    { "sshlogin", "nodes are those of the cluster; --pin NODES chooses" },
    { "pipe", "standard input is not cut into jobs; :::: - has a job a line" },
    { "bar", "write --progress=bar" },
    { "eta", "write --progress=bar" }
};

const char *
foreign_why(const char *option, size_t len)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (strlen(foreign[i][0]) == len &&
            memcmp(foreign[i][0], option, len) == 0)
            return foreign[i][1];
    return NULL;
}
