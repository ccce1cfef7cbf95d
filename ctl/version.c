/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/version.h"

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zmq.h>

#include "proto/frame.h"

void
version_print(struct ctl *c, const char *what)
{
    int major, minor, patch;

    zmq_version(&major, &minor, &patch);
    if (what != NULL && strcmp(what, "full") != 0) {
        ctl_fail(c, EXIT_USAGE, "--version: \"%s\" is not one of full", what);
    } else if (c->output == OUTPUT_JSON) {
        printf("{\"v\":1,\"program\":\"lbctl\",\"version\":\"%s\","
               "\"protocol\":[%d,%d],\"libraries\":{\"libzmq\":\"%d.%d.%d\","
               "\"zlib\":\"%s\",\"jansson\":\"%s\",\"smartcols\":\"%s\"}}\n",
               PACKAGE_VERSION, PROTOCOL_VERSION, PROTOCOL_VERSION, major,
               minor, patch, zlibVersion(), jansson_version_str(),
               LIBSMARTCOLS_VERSION);
    } else if (what == NULL) {
        printf("lbctl %s\n", PACKAGE_VERSION);
    } else {
        printf("lbctl %s\nprotocol %d..%d\n"
               "libzmq %d.%d.%d, built with %d.%d.%d\n"
               "zlib %s, built with %s\njansson %s, built with %s\n"
               "smartcols built with %s\n", PACKAGE_VERSION, PROTOCOL_VERSION,
               PROTOCOL_VERSION, major, minor, patch, ZMQ_VERSION_MAJOR,
               ZMQ_VERSION_MINOR, ZMQ_VERSION_PATCH, zlibVersion(),
               ZLIB_VERSION, jansson_version_str(), JANSSON_VERSION,
               LIBSMARTCOLS_VERSION);
    }
}
