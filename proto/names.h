/* SPDX-License-Identifier: MPL-2.0 */
/* names - how nodes, workloads and jobs are called: alpha, alpha-12,
 * alpha-12.345, HOST[:PORT]; and the 128-bit id behind a node's name. */
#ifndef LB_NAMES_H
#define LB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/limits.h"

struct node_id {
    uint8_t b[16];
};

int node_id_compare(const struct node_id *a, const struct node_id *b);
bool node_id_equal(const struct node_id *a, const struct node_id *b);
bool node_id_is_zero(const struct node_id *a);
/* 32 hexadecimal digits and NUL. */
enum { NODE_ID_TEXT = 33 };
void node_id_print(const struct node_id *id, char dst[NODE_ID_TEXT]);
int node_id_parse(const char *s, struct node_id *id); /* 0 or -EINVAL */

/* [A-Za-z0-9_-]{1,63} with a letter; not all, last, mine. */
bool name_is_valid(const char *s);

/* "alpha-12" "alpha-12.345" "alpha-12.0-99" "alpha-12.0-99:2"
 * "alpha-12.3,7,9-11". What the user named, of one workload. */
struct selector_range {
    uint32_t first, last, step; /* step >= 1 */
};
enum { SELECTOR_RANGES_MAX = 256 };
struct selector {
    char home[NAME_MAX_BYTES + 1];
    uint32_t number;
    size_t n;       /* 0: the whole workload */
    struct selector_range range[SELECTOR_RANGES_MAX];
};
/* 0 or -EINVAL (`"12x" is not a selector`). Words last, mine, all are the
 * caller's to look for first. */
int selector_parse(const char *s, struct selector *out);

/* HOST[:PORT], [IPv6][:PORT]; PORT 1024..65532, 0 when left out. `host` is
 * without brackets. 0, -EINVAL (no host) or -ERANGE (port). */
int endpoint_parse(const char *s, char host[ENDPOINT_MAX_BYTES + 1],
                   uint16_t *port);

#endif
