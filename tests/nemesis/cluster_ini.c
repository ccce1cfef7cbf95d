/* SPDX-License-Identifier: MPL-2.0 */
/* What the agents are told: ports, configurations, networks. */
#include "tests/nemesis/cluster_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/nemesis/process.h"
#include "tests/nemesis/rng.h"

enum { PORT_LOW = 10240, PORT_HIGH = 32000, PORTS = 4 };

static bool
is_free(uint16_t port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&a, sizeof a);

    if (fd >= 0)
        close(fd);
    return rc == 0;
}

/* Another run on this machine draws others: not from the seed. */
int
cluster_draw_port(struct cluster *c, size_t node)
{
    struct rng r;

    rng_seed(&r, rng_any_seed() + node);
    for (int tries = 0; tries < 1000; tries++) {
        uint16_t port = (uint16_t)(rng_between(&r, PORT_LOW, PORT_HIGH) /
                                   PORTS * PORTS);
        bool free = true;
        for (size_t i = 0; i < c->n; i++)
            free &= c->member[i].port != port;
        for (uint16_t i = 0; free && i < PORTS; i++)
            free = is_free((uint16_t)(port + i));
        if (free) {
            c->member[node].port = port;
            return 0;
        }
    }
    fprintf(stderr, "nemesis: no four free ports in a row\n");
    return -1;
}

static void
write_peers(FILE *f, const struct cluster *c, size_t node)
{
    const struct member *m = &c->member[node];

    fputs("[peers]\nnode =\n", f);
    for (size_t i = 0; i < c->n; i++) {
        const struct member *peer = &c->member[i];
        if (i == node)
            continue;
        if (m->route[i][0] != '\0')
            fprintf(f, "    %s@%s\n", peer->name, m->route[i]);
        else
            fprintf(f, "    %s@%s:%u\n", peer->name, peer->address,
                    peer->port);
    }
}

int
cluster_configure(struct cluster *c, size_t node)
{
    struct member *m = &c->member[node];
    const char *state = cluster_state_dir(c, node);

    if ((mkdir(m->dir, 0755) != 0 && errno != EEXIST) ||
        (mkdir(m->run, 0755) != 0 && errno != EEXIST) ||
        (mkdir(state, 0750) != 0 && errno != EEXIST)) {
        perror(state);
        return -1;
    }
    FILE *f = fopen(m->ini, "w");
    if (f == NULL) {
        perror(m->ini);
        return -1;
    }
    fprintf(f, "[node]\nname = %s\ncluster = nemesis-%d\nstate_dir = %s\n"
            "run_dir = %s\n", m->name, (int)getpid(), state, m->run);
    fprintf(f, "[listen]\naddress = %s\nport = %u\n", m->address, m->port);
    if (m->netns != 0)
        fputs("[security]\nallow_insecure = yes\n", f);
    write_peers(f, c, node);
    fprintf(f, "[workers]\ncount = 2\n[jobs]\nlost_limit = 100\n"
            "commands = %s\n[kind.mark]\ncommand = %s\n    --mark\n    %s\n"
            "protocol = plain\nparams = mark:string\n",
            geteuid() == 0 ? "root" : "yes", c->self, m->marks);
    fprintf(f, "%s\n%s\n", c->plan.ini != NULL ? c->plan.ini : "",
            m->own.ini != NULL ? m->own.ini : "");
    return fclose(f) == 0 ? 0 : -1;
}

/* ---- network namespaces ---- */

static int
ip(struct cluster *c, size_t node, const char *line)
{
    char words[256];
    const char *argv[24] = { "ip" };
    size_t n = 1;

    snprintf(words, sizeof words, "%s", line);
    for (char *rest = words, *word; (word = strsep(&rest, " ")) != NULL &&
                                    n + 1 < sizeof argv / sizeof argv[0];)
        argv[n++] = word;
    if (cluster_exec(c, node, argv, NULL) == 0)
        return 0;
    fprintf(stderr, "nemesis: ip %s: failed\n", line);
    return -1;
}

static int
wire(struct cluster *c, size_t node)
{
    struct member *m = &c->member[node];
    char line[128];
    int rc;

    snprintf(m->address, sizeof m->address, "10.77.0.%zu", node + 1);
    snprintf(line, sizeof line,
             "link add v%zu type veth peer name eth0 netns %d", node,
             (int)m->netns);
    rc = ip(c, SIZE_MAX, line);
    snprintf(line, sizeof line, "link set v%zu master br0 up", node);
    rc = rc != 0 ? rc : ip(c, SIZE_MAX, line);
    snprintf(line, sizeof line, "addr add %s/24 dev eth0", m->address);
    rc = rc != 0 ? rc : ip(c, node, line);
    return rc != 0 ? rc : ip(c, node, "link set eth0 up");
}

int
cluster_make_net(struct cluster *c)
{
    if ((c->hub = process_netns()) <= 0 ||
        ip(c, SIZE_MAX, "link add br0 type bridge") != 0 ||
        ip(c, SIZE_MAX, "link set br0 up") != 0)
        return -1;
    for (size_t i = 0; i < c->n; i++)
        if ((c->member[i].netns = process_netns()) <= 0 || wire(c, i) != 0)
            return -1;
    return 0;
}
