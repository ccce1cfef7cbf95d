/* SPDX-License-Identifier: MPL-2.0 */
/* cluster_parts - what the files of the cluster share; for nobody else. */
#ifndef LB_NEMESIS_CLUSTER_PARTS_H
#define LB_NEMESIS_CLUSTER_PARTS_H

#include <pthread.h>

#include "tests/nemesis/cluster.h"

enum { CLUSTER_PATH = 256 };

struct member {
    char name[8], address[32], where[CLUSTER_PATH];
    char dir[CLUSTER_PATH], ini[CLUSTER_PATH], log[CLUSTER_PATH];
    char marks[CLUSTER_PATH], state[CLUSTER_PATH], run[CLUSTER_PATH];
    char route[CLUSTER_NODES_MAX][64];  /* to each other; "": as it is */
    uint16_t port;
    struct cluster_node own;
    pid_t pid;                  /* 0: not running */
    pid_t netns;                /* holder of its namespace; 0: ours */
};

struct cluster {
    struct cluster_plan plan;
    pthread_mutex_t lock;       /* pids */
    size_t n;
    pid_t hub;                  /* holder of the namespace of the bridge */
    char agent[CLUSTER_PATH], self[CLUSTER_PATH], preload[CLUSTER_PATH + 16];
    struct member member[CLUSTER_NODES_MAX];
};

/* Draws a base port with four free ones in a row. */
int cluster_draw_port(struct cluster *c, size_t node);
/* Writes the configuration of a node. */
int cluster_configure(struct cluster *c, size_t node);
/* Namespaces, the bridge, an address for each. */
int cluster_make_net(struct cluster *c);

#endif
