/* SPDX-License-Identifier: MPL-2.0 */
/* lbagent - the order in which a node starts, and ends. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/command_files.h"
#include "agent/loop.h"
#include "agent/options.h"
#include "agent/programs.h"
#include "agent/statedir.h"
#include "agent/worker.h"
#include "base/digest.h"
#include "base/exits.h"
#include "base/text.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.0.0"
#endif

enum { OUTCOMES_CAP = 8192, LINGER_MS = 500,
       ENDPOINT_TRIES = 3, ENDPOINT_WAIT_MS = 20,
       FILES_LEAST = 160,       /* 64, and 96 for files that travel */
       FILES_SLOT = 8 };        /* shim, orders, a job's files on their way */

/* What is open, in the order of opening. */
struct node {
    struct options options;
    struct shell shell;
    struct self self;
    char state_dir[PATH_CAP];
    const char *denied[3];      /* directories no job may read */
    struct programs programs;
    int state_lock, run_lock;
};

static int
fail(int status, const char *text)
{
    fprintf(stderr, "lbagent: %s\n", text);
    return status;
}

/* ---- configuration ---- */

static int
say_problems(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        fprintf(stderr, "lbagent: %s\n", p->v[i]);
    if (p->no_file)
        return EXIT_NOTFOUND;
    fprintf(stderr, "lbagent: %zu problem%s, not started\n", p->n,
            p->n == 1 ? "" : "s");
    return EXIT_CONFIG;
}

/* Below 0: go on. */
static int
read_config(struct node *n)
{
    struct problems p = { 0 };
    int status = -1;

    n->shell.source = &n->options.source;
    n->shell.print_endpoint = n->options.print_endpoint;
    n->shell.config = config_load(n->shell.source, &p);
    if (n->shell.config == NULL)
        status = say_problems(&p);
    else if (n->options.dump != DUMP_NO)
        config_dump(n->shell.config, n->options.dump == DUMP_CHANGED, stdout);
    if (status < 0 && n->options.check) {
        const char *unused = programs_unused(config_get(n->shell.config));
        if (unused != NULL)
            fprintf(stderr, "lbagent: warning: %s\n", unused);
    }
    if (status < 0 && (n->options.dump != DUMP_NO || n->options.check))
        status = fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
    problems_fini(&p);
    return status;
}

/* Before the first thread, and before limits, umask and signals are the
 * agent's own: programs get those that it was started with. */
static int
open_programs(struct node *n)
{
    const char *why = programs_open(&n->programs,
                                    config_get(n->shell.config),
                                    n->self.name);

    n->shell.spawner_fd = spawner_death(n->programs.spawner);
    if (why == NULL)
        return -1;
    return fail(n->programs.is_config ? EXIT_CONFIG : EXIT_FAILED, why);
}

/* ---- the process ---- */

/* Fewer descriptors than this, and clients would wait for nothing. */
static int
judge_files(rlim_t have, uint32_t slots)
{
    char text[200] = "";
    rlim_t need = FILES_LEAST + (rlim_t)slots * FILES_SLOT;

    if (have >= need)
        return -1;
    text_add(text, sizeof text, "may open %llu files, and needs %llu for %u "
             "slots: raise the limit (ulimit -n, LimitNOFILE=), or lower "
             "workers.count", (unsigned long long)have,
             (unsigned long long)need, (unsigned)slots);
    return fail(EXIT_FAILED, text);
}

/* Below 0: go on. */
static int
settle_process(uint32_t slots)
{
    struct rlimit files;

    /* Threads share one arena: an idle node shall be small. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
    umask(027);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
        return judge_files(files.rlim_max, slots);
    }
    return -1;
}

/* Before the first thread, which inherits the mask. */
static int
block_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ---- what it is ---- */

static int
lock_dirs(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    char err[STATEDIR_ERROR];

    n->state_lock = statedir_lock(c->state_dir, err);
    if (n->state_lock < 0)
        return fail(strstr(err, "is in use by") != NULL ? EXIT_FAILED
                                                        : EXIT_DISK, err);
    n->run_lock = strcmp(c->state_dir, c->run_dir) == 0
                      ? n->state_lock : statedir_lock(c->run_dir, err);
    if (n->run_lock < 0)
        return fail(EXIT_FAILED, err);
    if (statedir_id(c->state_dir, &n->self.id, err) != 0)
        return fail(EXIT_DISK, err);
    int rc = statedir_place(c->state_dir, n->options.accept_copy, err);
    if (rc != 0)
        return fail(rc > 0 ? EXIT_REFUSED : EXIT_DISK, err);
    return -1;
}

static int
open_journal(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    const struct journal_options o = { c->state_dir, n->options.accept_loss };
    char err[JOURNAL_ERROR];

    n->shell.journal = journal_open(&o, err);
    if (n->shell.journal == NULL)
        return fail(EXIT_DISK, err);
    n->self.incarnation = journal_incarnation(n->shell.journal);
    if (journal_mended(n->shell.journal))
        log_event(LOG_WARN, "journal", "error=damaged lost_rows=%llu next=\""
                  "goes on with the others in a new file, keeps the old one as "
                  "journal.db.bad-N\"",
                  (unsigned long long)journal_lost(n->shell.journal));
    return -1;
}

static void
describe(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    struct core_config *k = &n->shell.core_config;
    struct self *s = &n->self;

    core_config_defaults(k);
    config_core(c, k);
    programs_name_kinds(&n->programs, c, k);
    text_add(k->version, sizeof k->version, "%s", PACKAGE_VERSION);
    s->boot_id = k->boot_id = statedir_boot_id();
    s->start_us = clock_us();
    s->version = PACKAGE_VERSION;
    memcpy(s->name, k->name, sizeof s->name);
    memcpy(s->cluster, k->cluster, sizeof s->cluster);
    memcpy(s->host, k->host, sizeof s->host);
    k->id = s->id;
    k->incarnation = s->incarnation;
    n->shell.self = s;
}

/* ---- core ---- */

struct replaying {
    struct core *core;
    int64_t now_us;
};

static void
replay_row(void *arg, uint8_t type, uint32_t workload, struct span body)
{
    const struct replaying *r = arg;
    struct event ev = { .kind = EV_REPLAY, .now_us = r->now_us };
    const struct actions *out;

    ev.replay.type = type;
    ev.replay.workload = workload;
    ev.replay.body = body;
    core_step(r->core, &ev, &out);  /* answers nothing yet */
}

static int
open_core(struct node *n)
{
    uint64_t seed = (uint64_t)clock_us();

    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed ^= n->self.incarnation << 32;
    n->shell.core = core_new(&n->shell.core_config, seed);
    struct replaying r = { n->shell.core, clock_us() };
    if (journal_replay(n->shell.journal, replay_row, &r) != 0)
        return fail(EXIT_DISK, "journal.db: cannot be read");
    int rc = journal_start(n->shell.journal);
    return rc == 0 ? -1 : fail(EXIT_FAILED, strerror(-rc));
}

static int
open_workers(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    struct shell *s = &n->shell;

    memcpy(n->state_dir, c->state_dir, sizeof n->state_dir);
    n->denied[0] = n->state_dir;
    n->denied[1] = "/etc/lbagent";
    const struct workers_config w = {
        .n = c->workers, .nice = (int)c->nice,
        .file_denied = n->denied, .command = &n->programs.command,
        .coprocess = &n->programs.coprocess };
    s->orders = orders_new(c->workers, (struct rate){ (unsigned)c->percent,
                                                      c->period_us });
    orders_set_roots(s->orders, c->file_roots.v);
    s->outcomes = mailbox_new(sizeof(struct ended), OUTCOMES_CAP);
    s->fetcher = fetcher_new(n->denied);
    if (s->outcomes != NULL && s->fetcher != NULL)
        n->shell.workers = workers_start(&w, s->orders, s->outcomes);
    return n->shell.workers != NULL ? -1 : fail(EXIT_FAILED, strerror(errno));
}

static int
open_files(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    char path[PATH_CAP + 16] = "", why[400] = "";

    text_add(path, sizeof path, "%s/files", c->state_dir);
    n->shell.files = files_open(path, c->files_max);
    if (n->shell.files == NULL) {
        text_add(why, sizeof why, "%s: %s", path, strerror(errno));
        return fail(EXIT_DISK, why);
    }
    command_files_clean(n->programs.jobs);
    n->shell.courier = courier_new(n->shell.files);
    n->shell.filer = filer_new(n->shell.files);
    n->programs.command.files = n->shell.files;
    n->programs.command.courier = n->shell.courier;
    return n->shell.filer != NULL && n->shell.courier != NULL
               ? -1 : fail(EXIT_FAILED, strerror(errno));
}

static int
open_net(struct node *n)
{
    const struct config *c = config_get(n->shell.config);
    char err[400];

    n->shell.net = net_open(c, &n->self, err, sizeof err);
    if (n->shell.net == NULL)
        return fail(EXIT_FAILED, err);
    if (c->port > 32767)
        log_event(LOG_WARN, "port", "port=%u why=\"the kernel may lend it to "
                  "others; below 32768 it does not\"", n->self.port);
    for (size_t i = 0; i < c->address.n; i++)
        if (!address_is_loopback(c->address.v[i]))
            log_event(LOG_WARN, "insecure", "address=%s why=\"plain TCP: "
                      "anybody there may do anything\"", c->address.v[i]);
    n->shell.core_config.port = n->self.port;
    return -1;
}

/* ---- start, end ---- */

/* The endpoint file and --print-endpoint. */
static void
tell_endpoint(const struct shell *s)
{
    const struct config *c = config_get(s->config);
    char text[1024] = "", id[NODE_ID_TEXT], quoted[300];

    node_id_print(&s->self->id, id);
    text_add(text, sizeof text, "name=%s\nid=%s\nport=%u\n"
             "control=ipc://%s/control.sock\npid=%d\n", s->self->name, id,
             (unsigned)s->self->port, c->run_dir, (int)getpid());
    int rc = statedir_write(c->run_dir, "endpoint", text, 0644);
    for (unsigned n = 0; rc != 0 && n < ENDPOINT_TRIES; n++) {
        (void)poll(NULL, 0, ENDPOINT_WAIT_MS);
        rc = statedir_write(c->run_dir, "endpoint", text, 0644);
    }
    if (rc != 0)
        log_event(LOG_WARN, "endpoint", "file=%s/endpoint error=%s",
                  c->run_dir, log_quote(strerror(-rc), quoted, sizeof quoted));
}

static void
ready(const struct shell *s)
{
    const struct config *c = config_get(s->config);

    tell_endpoint(s);
    log_event(LOG_INFO, "ready", "port=%u incarnation=%llu slots=%u",
              (unsigned)s->self->port,
              (unsigned long long)s->self->incarnation,
              (unsigned)s->core_config.slots);
    if (!s->print_endpoint)
        return;
    printf("port=%u control=ipc://%s/control.sock\n",
           (unsigned)s->self->port, c->run_dir);
    (void)fflush(stdout);
}

static void
close_node(struct node *n)
{
    struct shell *s = &n->shell;
    struct ended e;

    if (s->orders != NULL)
        orders_close(s->orders);
    if (s->outcomes != NULL)
        mailbox_close(s->outcomes);
    workers_join(n->shell.workers);
    programs_close(&n->programs);
    while (s->outcomes != NULL && mailbox_take(s->outcomes, &e, 1) == 1)
        free(e.bytes);
    mailbox_free(s->outcomes);
    fetcher_free(s->fetcher);
    filer_free(s->filer);
    courier_free(s->courier);
    files_free(s->files);
    orders_free(s->orders);
    net_close(s->net, LINGER_MS);
    journal_close(s->journal);
    core_free(s->core);
    events_free(s->events);
    probe_free(s->probe);
    service_free(s->service);
    config_free(s->config);
    options_fini(&n->options);
}

static int
run_node(struct node *n)
{
    const struct config *c;
    struct shell *s = &n->shell;
    int status = read_config(n);

    if (status >= 0)
        return status;
    c = config_get(s->config);
    memcpy(n->self.name, c->name, sizeof n->self.name);
    log_init((enum log_level)c->log_level, (enum log_format)c->log_format,
             n->self.name);
    json_object_seed(0);    /* once, before there are threads */
    s->service = service_new();
    s->probe = probe_new();
    s->events = events_new(c->events);
    if ((status = open_programs(n)) >= 0)
        return status;
    if ((status = settle_process((uint32_t)c->workers)) >= 0)
        return status;
    s->signal_fd = block_signals();
    if (s->signal_fd < 0)
        return fail(EXIT_FAILED, strerror(errno));
    if ((status = lock_dirs(n)) >= 0 || (status = open_journal(n)) >= 0)
        return status;
    describe(n);
    programs_tell(&n->programs);
    if ((status = open_net(n)) >= 0 || (status = open_core(n)) >= 0 ||
        (status = open_files(n)) >= 0 || (status = open_workers(n)) >= 0)
        return status;
    return loop_run(s, ready);
}

/* The file names of a node that has left are not left behind. */
static void
remove_endpoint(const struct node *n)
{
    static const char *const names[] = { "endpoint", "control.sock",
                                         "state.sock" };
    char path[PATH_MAX];

    for (size_t i = 0; n->shell.net != NULL && i < 3; i++) {
        path[0] = '\0';
        text_add(path, sizeof path, "%s/%s",
                 config_get(n->shell.config)->run_dir, names[i]);
        (void)unlink(path);
    }
}

int
main(int argc, char **argv)
{
    static struct node node;

    options_parse(&node.options, argc, argv);
    if (!digest_start())
        return fail(EXIT_FAILED, "libsodium cannot be started");
    int status = run_node(&node);
    bool ran = node.shell.workers != NULL;
    remove_endpoint(&node);
    close_node(&node);
    if (ran)
        log_event(LOG_INFO, "stopped", "status=%d", status);
    return status;
}
