/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/knocks.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#define EACH_US (INT64_C(1000000) / KNOCKS_SECOND)

/* Of IPv6 the network alone: a host may have as many addresses in it as it
 * likes. IPv4 in IPv6 is IPv4. */
static uint32_t
store_of(const struct sockaddr *from)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    const uint8_t *p = (const uint8_t *)&four.sin_addr;
    uInt len = 4;

    if (from->sa_family == AF_INET6) {
        memcpy(&six, from, sizeof six);
        bool mapped = IN6_IS_ADDR_V4MAPPED(&six.sin6_addr);
        p = six.sin6_addr.s6_addr + (mapped ? 12 : 0);
        len = mapped ? 4 : 8;
    } else if (from->sa_family == AF_INET) {
        memcpy(&four, from, sizeof four);
    } else {
        return 0;
    }
    return (uint32_t)crc32(0, p, len) % KNOCKS_STORES;
}

bool
knocks_allow(struct knocks *k, const struct sockaddr *from, int64_t now_us)
{
    int64_t *full_us = &k->full_us[store_of(from)];
    int64_t next = (*full_us > now_us ? *full_us : now_us) + EACH_US;

    if (next - now_us > KNOCKS_BURST * EACH_US)
        return false;
    *full_us = next;
    return true;
}
