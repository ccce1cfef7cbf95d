/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/nemesis/cluster_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "proto/lb.h"
#include "tests/nemesis/campaign.h"
#include "tests/nemesis/process.h"

enum { LOOK_MS = 5, RUN_DIR_MAX = 80 };

static void
name_files(struct cluster *c, size_t node)
{
    struct member *m = &c->member[node];
    const char *dir = c->plan.dir;

    snprintf(m->name, sizeof m->name, "%c", 'a' + (int)node);
    snprintf(m->address, sizeof m->address, "127.0.0.1");
    snprintf(m->dir, sizeof m->dir, "%s/%s", dir, m->name);
    snprintf(m->state, sizeof m->state, "%s/%s/state", dir, m->name);
    snprintf(m->run, sizeof m->run, "%s/%s/run", dir, m->name);
    snprintf(m->ini, sizeof m->ini, "%s/%s.ini", dir, m->name);
    snprintf(m->log, sizeof m->log, "%s/%s.log", dir, m->name);
    snprintf(m->marks, sizeof m->marks, "%s/%s.marks", dir, m->name);
    snprintf(m->where, sizeof m->where, "ipc://%s/%s/run/control.sock", dir,
             m->name);
}

/* This program is BUILD/tests/nemesis/nemesis. */
static int
find_programs(struct cluster *c)
{
    ssize_t n = readlink("/proc/self/exe", c->self, sizeof c->self - 1);
    char top[CLUSTER_PATH];

    if (n < 0)
        return -1;
    c->self[n] = '\0';
    snprintf(top, sizeof top, "%s", c->self);
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(top, '/');
        if (slash == NULL)
            return -1;
        *slash = '\0';
    }
    if ((size_t)snprintf(c->agent, sizeof c->agent, "%s/lbagent", top) >=
        sizeof c->agent || access(c->agent, X_OK) != 0) {
        fprintf(stderr, "nemesis: %s: cannot run it\n", c->agent);
        return -1;
    }
    snprintf(c->preload, sizeof c->preload,
             "LD_PRELOAD=%.200s/tests/tools/.libs/slow_sync.so", top);
    return 0;
}

struct cluster *
cluster_new(const struct cluster_plan *plan)
{
    struct cluster *c = xcalloc(1, sizeof *c);
    int rc = find_programs(c);

    c->plan = *plan;
    c->n = plan->n_nodes;
    pthread_mutex_init(&c->lock, NULL);
    if (strlen(plan->dir) > RUN_DIR_MAX) {
        fprintf(stderr, "nemesis: %s: too long a path\n", plan->dir);
        rc = -1;
    }
    for (size_t i = 0; i < c->n; i++)
        name_files(c, i);
    for (size_t i = 0; rc == 0 && i < c->n; i++)
        rc = cluster_draw_port(c, i);
    if (rc == 0 && plan->netns)
        rc = cluster_make_net(c);
    for (size_t i = 0; rc == 0 && i < c->n; i++)
        rc = cluster_configure(c, i);
    if (rc == 0)
        return c;
    cluster_free(c);
    return NULL;
}

static void
end_process(pid_t pid)
{
    if (pid > 0 && kill(pid, SIGKILL) == 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
}

void
cluster_free(struct cluster *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        end_process(c->member[i].pid);
    for (size_t i = 0; i < c->n; i++)
        end_process(c->member[i].netns);
    end_process(c->hub);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- what is what ---- */

size_t
cluster_size(const struct cluster *c)
{
    return c->n;
}

const char *
cluster_name(const struct cluster *c, size_t node)
{
    return c->member[node].name;
}

const char *
cluster_where(const struct cluster *c, size_t node)
{
    return c->member[node].where;
}

const char *
cluster_state_dir(const struct cluster *c, size_t node)
{
    const struct member *m = &c->member[node];

    return m->own.state_dir != NULL ? m->own.state_dir : m->state;
}

const char *
cluster_agent(const struct cluster *c)
{
    return c->agent;
}

const char *
cluster_ini(const struct cluster *c, size_t node)
{
    return c->member[node].ini;
}

const char *
cluster_log(const struct cluster *c, size_t node)
{
    return c->member[node].log;
}

const char *
cluster_marks(const struct cluster *c, size_t node)
{
    return c->member[node].marks;
}

uint16_t
cluster_port(const struct cluster *c, size_t node)
{
    return c->member[node].port;
}

const char *
cluster_address(const struct cluster *c, size_t node)
{
    return c->member[node].address;
}

pid_t
cluster_pid(const struct cluster *c, size_t node)
{
    struct cluster *self = (struct cluster *)(uintptr_t)c;

    pthread_mutex_lock(&self->lock);
    pid_t pid = c->member[node].pid;
    pthread_mutex_unlock(&self->lock);
    return pid;
}

int
cluster_set(struct cluster *c, size_t node, const struct cluster_node *n)
{
    c->member[node].own = *n;
    return cluster_configure(c, node);
}

int
cluster_route(struct cluster *c, size_t from, size_t to, const char *address)
{
    struct member *m = &c->member[from];

    snprintf(m->route[to], sizeof m->route[to], "%s",
             address != NULL ? address : "");
    return cluster_configure(c, from);
}

int
cluster_exec(struct cluster *c, size_t node, const char *const *argv,
             const char *input)
{
    struct process_plan p = { .argv = argv, .in = -1, .out = STDERR_FILENO };

    p.netns = node == SIZE_MAX ? c->hub : c->member[node].netns;
    return process_run(&p, input);
}

/* ---- starting ---- */

enum { WORDS_MAX = 32 };

/* A killed agent leaves its endpoint file: only a new one says that it is
 * ready. */
static void
forget_endpoint(const struct member *m)
{
    char path[CLUSTER_PATH + 16];

    snprintf(path, sizeof path, "%s/endpoint", m->run);
    unlink(path);
}

bool
cluster_ready(const struct cluster *c, size_t node)
{
    const struct member *m = &c->member[node];
    char path[CLUSTER_PATH + 16];
    struct stat s;

    snprintf(path, sizeof path, "%s/endpoint", m->run);
    return stat(path, &s) == 0 && s.st_size > 0;
}

static void
put_words(const struct cluster *c, const struct member *m,
          const char *argv[WORDS_MAX + 4])
{
    size_t n = 0;

    for (size_t i = 0; m->own.wrap != NULL && m->own.wrap[i] != NULL; i++)
        if (n < WORDS_MAX)
            argv[n++] = m->own.wrap[i];
    argv[n++] = c->agent;
    argv[n++] = "-c";
    argv[n++] = m->ini;
    for (size_t i = 0; m->own.args != NULL && m->own.args[i] != NULL; i++)
        if (n < WORDS_MAX + 3)
            argv[n++] = m->own.args[i];
    argv[n] = NULL;
}

int
cluster_launch(struct cluster *c, size_t node)
{
    struct member *m = &c->member[node];
    const char *argv[WORDS_MAX + 4], *env[WORDS_MAX + 4];
    size_t n = 0;

    forget_endpoint(m);
    put_words(c, m, argv);
    env[n++] = "LC_ALL=C.UTF-8";
    if (c->plan.slow_disk)
        env[n++] = c->preload;
    for (size_t i = 0; m->own.env != NULL && m->own.env[i] != NULL; i++)
        if (n < WORDS_MAX)
            env[n++] = m->own.env[i];
    env[n] = NULL;
    int log = open(m->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    struct process_plan p = {
        .argv = argv, .env = env, .netns = m->netns, .in = -1, .out = log,
        .prepare = m->own.prepare, .prepare_arg = m->own.prepare_arg
    };
    pid_t pid = process_start(&p);
    if (log >= 0)
        close(log);
    pthread_mutex_lock(&c->lock);
    m->pid = pid > 0 ? pid : 0;
    pthread_mutex_unlock(&c->lock);
    return pid > 0 ? 0 : -1;
}

bool
cluster_shut_out(const struct cluster *c, size_t node)
{
    char tail[512] = "";
    FILE *f = fopen(c->member[node].log, "r");

    if (f == NULL)
        return false;
    if (fseek(f, -(long)sizeof tail + 1, SEEK_END) != 0)
        rewind(f);
    tail[fread(tail, 1, sizeof tail - 1, f)] = '\0';
    fclose(f);
    return strstr(tail, "address in use") != NULL ||
           strstr(tail, "Address already in use") != NULL;
}

int
cluster_await_ready(struct cluster *c, size_t node, int64_t ms)
{
    struct member *m = &c->member[node];
    int64_t until = campaign_now_ms() + ms;
    int status = 0;

    while (!cluster_ready(c, node)) {
        if (cluster_ended(c, node, &status)) {
            if (!cluster_shut_out(c, node)) {
                fprintf(stderr, "nemesis: %s ended at its start, status %d\n",
                        m->name, status);
                return -1;
            }
            if (!campaign_sleep(200) || cluster_launch(c, node) != 0)
                return -1;
        }
        if (campaign_now_ms() > until) {
            fprintf(stderr, "nemesis: %s: not ready in %lld ms\n", m->name,
                    (long long)ms);
            return -1;
        }
        if (!campaign_sleep(LOOK_MS))
            return -1;
    }
    return 0;
}

static bool
sees(struct cluster *c, size_t node, size_t running)
{
    struct lb *lb = lb_new(NULL);
    struct lb_node *v = NULL;
    size_t n = 0, found = 0;

    lb_set_timeout(lb, 1000);
    if (lb_connect(lb, c->member[node].where) == LB_OK &&
        lb_nodes(lb, &v, &n) == LB_OK)
        for (size_t i = 0; i < n; i++)
            found += v[i].phase == LB_RUN &&
                     (v[i].life == LB_SELF || v[i].life == LB_ALIVE);
    free(v);
    lb_free(lb);
    return found >= running;
}

int
cluster_await_all(struct cluster *c, int64_t ms)
{
    int64_t until = campaign_now_ms() + ms;
    size_t running = 0;

    for (size_t i = 0; i < c->n; i++)
        running += cluster_pid(c, i) != 0;
    for (size_t i = 0; i < c->n; i++)
        while (cluster_pid(c, i) != 0 && !sees(c, i, running)) {
            if (campaign_now_ms() > until) {
                fprintf(stderr, "nemesis: %s does not see all %zu nodes\n",
                        c->member[i].name, running);
                return -1;
            }
            if (!campaign_sleep(20))
                return -1;
        }
    return 0;
}

int
cluster_start(struct cluster *c, int64_t ms)
{
    int64_t until = campaign_now_ms() + ms;

    for (size_t i = 0; i < c->n; i++)
        if (cluster_launch(c, i) != 0)
            return -1;
    for (size_t i = 0; i < c->n; i++)
        if (cluster_await_ready(c, i, until - campaign_now_ms()) != 0)
            return -1;
    return cluster_await_all(c, until - campaign_now_ms());
}

/* ---- ending ---- */

bool
cluster_signal(struct cluster *c, size_t node, int number)
{
    pthread_mutex_lock(&c->lock);
    /* Not reaped yet: the number is still its own. */
    pid_t pid = c->member[node].pid;
    bool sent = pid != 0 && kill(pid, number) == 0;
    pthread_mutex_unlock(&c->lock);
    return sent;
}

bool
cluster_ended(struct cluster *c, size_t node, int *status)
{
    struct member *m = &c->member[node];
    int word = 0;

    pthread_mutex_lock(&c->lock);
    pid_t pid = m->pid;
    if (pid != 0 && waitpid(pid, &word, WNOHANG) == pid) {
        m->pid = 0;
        if (status != NULL)
            *status = word;
    }
    bool ended = m->pid == 0;
    pthread_mutex_unlock(&c->lock);
    return ended;
}

int
cluster_await_end(struct cluster *c, size_t node, int64_t ms, int *status)
{
    int64_t until = campaign_now_ms() + ms;

    while (!cluster_ended(c, node, status))
        if (campaign_now_ms() > until || !campaign_sleep(2))
            return -1;
    return 0;
}

int
cluster_kill(struct cluster *c, size_t node)
{
    cluster_signal(c, node, SIGKILL);
    return cluster_await_end(c, node, 10000, NULL);
}
