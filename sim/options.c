/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/options.h"

#include <argp.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exits.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "sim/faults.h"

enum { NODES_MAX = 100 * 1000, MESH_MAX = 1024 };

enum { OPT_NODES = 1000, OPT_SLOTS, OPT_THROTTLES, OPT_JOBS, OPT_MS, OPT_DIST,
       OPT_POLICY, OPT_PLACEMENT, OPT_SEEDS, OPT_SCENARIO, OPT_LATENCY,
       OPT_LOSS, OPT_FAULTS, OPT_TRACE, OPT_HINTS, OPT_DUPLICATE,
       OPT_BOOTSTRAP, OPT_DIFFERENCE, OPT_QUEUE_MAX, OPT_QUEUE_MIN,
       OPT_INTERVAL };

static const char *const dist_names[] = { "constant", "uniform", "exp",
                                          "pareto", "bimodal", NULL };
static const char *const output_names[] = { "table", "json", NULL };

const char *argp_program_version = "lbsim 0.1.0";
static const char doc[] =
    "Plays the decisions of lbagent in virtual time: compares policies on a "
    "cluster that is described by options, or looks for broken promises "
    "under faults that are drawn from seeds.";

static const struct argp_option table[] = {
    { "config", 'c', "FILE", 0, "hosts: an ini with a [node NAME] each", 1 },
    { "nodes", OPT_NODES, "N", 0, "number of hosts", 1 },
    { "slots", OPT_SLOTS, "N", 0, "slots of each host", 1 },
    { "throttles", OPT_THROTTLES, "LIST", 0, "per cent, one a host", 1 },
    { "jobs", OPT_JOBS, "N", 0, "jobs, all submitted at the first host", 2 },
    { "ms", OPT_MS, "X", 0, "mean length of a job at 100 %", 2 },
    { "dist", OPT_DIST, "D", 0,
      "constant, uniform, exp, pareto or bimodal", 2 },
    { "arrivals", 'a', "FILE", 0, "jobs: SECONDS HOST MS a line", 2 },
    { "hints", OPT_HINTS, NULL, 0, "the length of each job is told", 2 },
    { "policy", OPT_POLICY, "LIST", 0, "a policy, or all", 3 },
    { "placement", OPT_PLACEMENT, "NAME", 0, "where new jobs go", 3 },
    { "duplicate", OPT_DUPLICATE, NULL, 0, "second copies of stragglers", 3 },
    { "bootstrap", OPT_BOOTSTRAP, "yes|no", 0, "even split at the start", 3 },
    { "difference", OPT_DIFFERENCE, "N", 0, "of the threshold rules", 3 },
    { "queue-max", OPT_QUEUE_MAX, "N", 0, "likewise", 3 },
    { "queue-min", OPT_QUEUE_MIN, "N", 0, "likewise", 3 },
    { "interval", OPT_INTERVAL, "DUR", 0, "between two states", 3 },
    { "seeds", OPT_SEEDS, "N", 0, "runs under faults, or of a comparison",
      4 },
    { "seed", 's', "S", 0, "the first seed", 4 },
    { "parallel", 'j', "N", 0, "processes that run seeds", 4 },
    { "faults", OPT_FAULTS, "LIST", 0, "none, all, or kill, restart, "
      "partition, pause, replace, leave, drain, throttle, disk, clog, loss, "
      "duplicate, late, reorder, clock, crash_at, slow, old_copy, meddle, "
      "torn, reload", 4 },
    { "latency", OPT_LATENCY, "DUR", 0, "between two hosts, one way", 4 },
    { "loss", OPT_LOSS, "N%", 0, "of the messages", 4 },
    { "scenario", OPT_SCENARIO, "FILE", 0, "plays a script", 5 },
    { "verbose", 'v', NULL, 0, "prints all that happens", 5 },
    { "trace", OPT_TRACE, "FILE", 0, "writes all that happens", 5 },
    { "output", 'o', "FORMAT", 0, "table or json", 5 },
    { NULL, 0, NULL, 0, NULL, 0 }
};

static void __attribute__((noreturn, format(printf, 2, 3)))
stop(int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)fputs("lbsim: ", stderr);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
    exit(status);
}

static uint64_t
number(const char *name, const char *s, uint64_t min, uint64_t max)
{
    uint64_t v;
    const int err = text_u64(s, min, max, &v);

    if (err == -ERANGE)
        stop(EXIT_USAGE, "--%s: %s is outside %llu..%llu", name, s,
             (unsigned long long)min, (unsigned long long)max);
    if (err != 0)
        stop(EXIT_USAGE, "--%s: \"%s\" is not a whole number", name, s);
    return v;
}

static double
decimal(const char *name, const char *s, double min, double max)
{
    char *end;
    const double v = strtod(s, &end);

    if (end == s || (*end != '\0' && strcmp(end, "%") != 0))
        stop(EXIT_USAGE, "--%s: \"%s\" is not a number", name, s);
    if (!(v >= min && v <= max))
        stop(EXIT_USAGE, "--%s: %s is outside %g..%g", name, s, min, max);
    return v;
}

static int64_t
duration(const char *name, const char *s)
{
    int64_t us;
    const int err = units_duration(s, &us);

    if (err == -EDOM)
        stop(EXIT_USAGE, "--%s: \"%s\" has no unit; use ms, s, min, h or d",
             name, s);
    if (err != 0)
        stop(EXIT_USAGE, "--%s: \"%s\" is not a duration", name, s);
    return us;
}

/* Place of `s` in `names`, from 1. */
static int
choose(const char *what, const char *plural, const char *s,
       const char *const *names)
{
    char all[200] = "";
    const char *near = text_nearest(s, names);

    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], s) == 0)
            return i + 1;
        (void)text_add(all, sizeof all, " %s", names[i]);
    }
    if (near != NULL)
        (void)text_add(all, sizeof all, " (did you mean \"%s\"?)", near);
    stop(EXIT_USAGE, "unknown %s \"%s\"; %s:%s", what, s, plural, all);
}

static void
set_hosts(struct options *o, uint16_t n)
{
    o->host = xrealloc(o->host, n, sizeof *o->host);
    for (uint16_t i = o->n_hosts; i < n; i++)
        o->host[i] = (struct host){ .throttle_percent = 100, .speed = 1 };
    o->n_hosts = n;
    o->hosts_given = true;
}

static void
set_nodes(struct options *o, const char *s)
{
    const uint64_t n = number("nodes", s, 1, NODES_MAX);

    if (n > MESH_MAX)
        stop(EXIT_USAGE, "--nodes: %s: nodes that all know each other are "
             "at most %d", s, (int)MESH_MAX);
    set_hosts(o, (uint16_t)n);
}

static void
set_throttles(struct options *o, const char *s)
{
    char *copy = xstrdup(s), *save = NULL;
    uint16_t n = 0;

    for (char *p = strtok_r(copy, ",", &save); p != NULL;
         p = strtok_r(NULL, ",", &save)) {
        if (n == MESH_MAX)
            stop(EXIT_USAGE, "--throttles: more than %d", (int)MESH_MAX);
        if (n == o->n_hosts)
            set_hosts(o, (uint16_t)(n + 1));
        o->host[n++].throttle_percent =
            (uint8_t)number("throttles", p, 1, 100);
    }
    free(copy);
    if (n != o->n_hosts)
        stop(EXIT_USAGE, "--throttles: %u for %u nodes; give one a node",
             (unsigned)n, (unsigned)o->n_hosts);
}

static int
take_ini(void *user, const char *section, const char *key, const char *value)
{
    struct options *o = user;
    uint64_t v;

    if (strncmp(section, "node ", 5) != 0)
        return 0;
    if (o->n_hosts == 0
        || strcmp(o->host[o->n_hosts - 1].name, section + 5) != 0) {
        if (o->n_hosts == MESH_MAX)
            return 0;
        set_hosts(o, (uint16_t)(o->n_hosts + 1));
        (void)snprintf(o->host[o->n_hosts - 1].name,
                       sizeof o->host->name, "%s", section + 5);
    }
    struct host *h = &o->host[o->n_hosts - 1];
    if (strcmp(key, "slots") == 0 && text_u64(value, 1, 4096, &v) == 0)
        h->slots = (uint16_t)v;
    else if (strcmp(key, "throttle") == 0 && text_u64(value, 1, 100, &v) == 0)
        h->throttle_percent = (uint8_t)v;
    else if (strcmp(key, "speed") == 0 && strtod(value, NULL) > 0)
        h->speed = strtod(value, NULL);
    else
        return 0;
    return 1;
}

static void
read_hosts(struct options *o, const char *path)
{
    const int line = ini_parse(path, take_ini, o);

    if (line == -1)
        stop(EXIT_NOTFOUND, "%s: no such file", path);
    if (line != 0)
        stop(EXIT_CONFIG, "%s:%d: not a [node NAME] with slots 1..4096, "
             "throttle 1..100 or speed over 0", path, line);
    if (o->n_hosts == 0)
        stop(EXIT_CONFIG, "%s: no [node NAME]", path);
}

static void
set_faults(struct options *o, const char *s)
{
    char bad[32];

    if (!faults_parse(s, &o->faults, bad))
        stop(EXIT_USAGE, "unknown fault \"%s\"; faults: none all kill "
             "restart partition pause replace leave drain throttle disk "
             "clog loss duplicate late reorder clock crash_at slow "
             "old_copy meddle torn reload", bad);
}

static void
set_policy(struct options *o, const char *s)
{
    o->comparison = true;
    if (strcmp(s, "all") == 0)
        o->all_policies = true;
    else
        o->policy = (enum policy)choose("policy", "policies", s,
                                        policy_names);
}

/* Options of the load and of the rules; false: none of them. */
static bool
parse_rule(int key, const char *s, struct options *o)
{
    switch (key) {
    case OPT_JOBS:
        o->jobs = (uint32_t)number("jobs", s, 1, 10 * 1000 * 1000);
        break;
    case OPT_MS:
        o->ms = decimal("ms", s, 0.001, 1e9);
        break;
    case OPT_DIST:
        o->dist = (enum dist)choose("dist", "distributions", s, dist_names);
        break;
    case 'a':
        o->arrivals = s;
        break;
    case OPT_HINTS:
        o->hints = true;
        break;
    case OPT_POLICY:
        set_policy(o, s);
        break;
    case OPT_PLACEMENT:
        o->placement = (enum placement)choose("placement", "placements", s,
                                              placement_names);
        break;
    case OPT_DUPLICATE:
        o->duplicate = true;
        break;
    case OPT_BOOTSTRAP:
        o->bootstrap = strcmp(s, "no") != 0;
        break;
    case OPT_DIFFERENCE:
        o->difference = (uint32_t)number("difference", s, 0, 1000000);
        break;
    case OPT_QUEUE_MAX:
        o->queue_max = (uint32_t)number("queue-max", s, 0, 1000000);
        break;
    case OPT_QUEUE_MIN:
        o->queue_min = (uint32_t)number("queue-min", s, 0, 1000000);
        break;
    case OPT_INTERVAL:
        o->interval_us = duration("interval", s);
        break;
    default:
        return false;
    }
    o->comparison = true;
    return true;
}

static error_t
parse(int key, char *s, struct argp_state *state)
{
    struct options *o = state->input;

    if (parse_rule(key, s, o))
        return 0;
    switch (key) {
    case 'c':
        read_hosts(o, s);
        o->comparison = true;
        break;
    case OPT_NODES:
        set_nodes(o, s);
        break;
    case OPT_SLOTS:
        o->slots = (uint16_t)number("slots", s, 1, 4096);
        o->slots_given = true;
        break;
    case OPT_THROTTLES:
        set_throttles(o, s);
        o->comparison = true;
        break;
    case OPT_SEEDS:
        o->seeds = number("seeds", s, 1, UINT32_MAX);
        o->seeds_given = true;
        break;
    case 's':
        o->seed = number("seed", s, 0, UINT64_MAX);
        o->seeds_given = true;
        break;
    case 'j':
        o->parallel = (unsigned)number("parallel", s, 1, 1024);
        break;
    case OPT_FAULTS:
        set_faults(o, s);
        break;
    case OPT_LATENCY:
        o->latency_us = duration("latency", s);
        break;
    case OPT_LOSS:
        o->loss_percent = decimal("loss", s, 0, 100);
        break;
    case OPT_SCENARIO:
        o->scenario = s;
        break;
    case OPT_TRACE:
        o->trace = s;
        break;
    case 'v':
        o->verbose = true;
        break;
    case 'o':
        o->output = (enum output)choose("output", "formats", s,
                                        output_names);
        break;
    case ARGP_KEY_ARG:
        stop(EXIT_USAGE, "unexpected \"%s\"; see lbsim --help", s);
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

void
options_parse(int argc, char **argv, struct options *o)
{
    static const struct argp argp = { .options = table, .parser = parse,
                                      .doc = doc };

    *o = (struct options){
        .slots = 4, .jobs = 2000, .ms = 100, .dist = DIST_EXP,
        .policy = POLICY_HYBRID, .placement = PLACEMENT_LOCAL,
        .bootstrap = true, .difference = 30, .seeds = 1, .seed = 1,
        .parallel = 1,
        .latency_us = 500, .interval_us = 1000 * 1000,
        .faults = UINT32_MAX, .output = OUTPUT_TABLE
    };
    argp_err_exit_status = EXIT_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, o);
    if (!o->seeds_given && o->faults == UINT32_MAX)
        o->comparison = true;
    if (o->faults != UINT32_MAX)
        o->comparison = false;
    if (!o->hosts_given && o->comparison)
        set_hosts(o, 2);
    if (!o->comparison && o->hosts_given && o->n_hosts < 2)
        stop(EXIT_USAGE, "--nodes: %u is outside 2..%d with --seeds",
             (unsigned)o->n_hosts, (int)MESH_MAX);
}

void
options_fini(struct options *o)
{
    free(o->host);
}
