/* SPDX-License-Identifier: MPL-2.0 */
/* The input up to its first NUL, as all that people may call something. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "proto/names.h"

static void
try_selector(const char *text)
{
    struct selector s;

    if (selector_parse(text, &s) != 0)
        return;
    if (!name_is_valid(s.home) || s.n > SELECTOR_RANGES_MAX)
        abort();
    for (size_t i = 0; i < s.n; i++)
        if (s.range[i].first > s.range[i].last || s.range[i].step == 0)
            abort();
}

static void
try_endpoint(const char *text)
{
    char host[ENDPOINT_MAX_BYTES + 1];
    uint16_t port;

    if (endpoint_parse(text, host, &port) != 0)
        return;
    if (host[0] == '\0' || strstr(text, host) == NULL ||
        (port != 0 && (port < 1024 || port > 65532)))
        abort();
}

static void
try_id(const char *text)
{
    struct node_id id, again;
    char back[NODE_ID_TEXT];

    if (node_id_parse(text, &id) != 0)
        return;
    node_id_print(&id, back);
    if (node_id_parse(back, &again) != 0 || !node_id_equal(&id, &again))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xmalloc(size + 1);

    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (name_is_valid(text) && strlen(text) > NAME_MAX_BYTES)
        abort();
    try_selector(text);
    try_endpoint(text);
    try_id(text);
    free(text);
    return 0;
}
