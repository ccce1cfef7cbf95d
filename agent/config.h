/* SPDX-License-Identifier: MPL-2.0 */
/*
 * config - node.ini: one table of rows says what there is; files, -D, --check,
 * --dump-config, the packaged node.ini and lbagent.ini(5) follow it.
 */
#ifndef LB_AGENT_CONFIG_H
#define LB_AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/log.h"
#include "core/config.h"
#include "kinds/own.h"

enum { PATH_CAP = 256, WHERE_CAP = 300, KEY_TEXT_CAP = 120,
       CONFIG_KINDS_MAX = 30 /* their names fit a STATE */ };

struct list {
    size_t n;
    char **v;       /* [n + 1], NULL-ended; NULL when empty */
};

/* How programs are kept to the throttle: by a quota of the kernel where one
 * can be had; by one, or not at all; by stopping and continuing them. */
enum throttle_method { METHOD_AUTO = 1, METHOD_CGROUP, METHOD_SIGNAL };

/* Whose command jobs are run: those of this user's own programs, if lbagent is
 * an ordinary user's and listens on loopback only; nobody's; everybody's who
 * may submit; and as root too. */
enum commands { COMMANDS_AUTO = 1, COMMANDS_NO, COMMANDS_YES, COMMANDS_ROOT };

/* A kind of one's own, [kind.NAME]; agent/coprocess.h says what it means. */
struct kind_config {
    char name[OWN_NAME_MAX + 1];
    struct list command, params;
    uint64_t protocol;                  /* enum line_protocol */
    char cost[KEY_TEXT_CAP + 1];
    uint64_t combine;
    bool idempotent;
    int64_t timeout_us, start_timeout_us;
    uint64_t max_line, max_jobs, crash_limit;
    struct own *own;                    /* made of it */
};

struct config {
    struct kind_config *kind[CONFIG_KINDS_MAX];
    size_t n_kinds;
    char name[NAME_MAX_BYTES + 1], cluster[NAME_MAX_BYTES + 1];
    struct list tags;
    char state_dir[PATH_CAP], run_dir[PATH_CAP];
    int64_t shutdown_deadline_us;
    struct list address;
    uint64_t port;                      /* 0: any four */
    char advertise[ENDPOINT_MAX_BYTES + 1];     /* "": the first address */
    struct list peer_nodes;
    int64_t state_interval_us, stale_after_us, dead_after_us;
    int64_t claim_interval_us, lease_us;
    uint64_t peers_max;
    bool allow_insecure;
    uint64_t workers;                   /* slots */
    uint64_t nice, prefetch;
    uint64_t percent, floor, ceiling;
    int64_t period_us;
    bool persist;
    uint64_t method;                    /* enum throttle_method */
    uint64_t policy, difference, amount, queue_max, queue_min;
    double dead_rel;
    uint64_t min_push, low_rtt, max_moves;
    int64_t retry_max_us;
    bool bootstrap, duplicate;
    uint64_t placement;
    double placement_max_load;
    uint64_t batch, batch_bytes, compress, level;
    uint64_t queue_max_jobs, queue_max_bytes;
    uint64_t retries, lost_limit, quarantine, max_input;
    int64_t timeout_us, file_wait_us;
    struct list file_roots;
    uint64_t files_max;                 /* bytes of files of commands */
    uint64_t commands;                  /* enum commands */
    struct list allow, env_keep;
    uint64_t max_output;
    int64_t kill_after_us;
    int64_t results_keep_us;
    uint64_t results_max_bytes;
    uint64_t clients, events;
    uint64_t log_level, log_format;     /* enum log_level, log_format */
};

enum key_type {
    KEY_NAME = 1, KEY_PATH, KEY_HOST, KEY_NUMBER, KEY_REAL, KEY_DURATION,
    KEY_SIZE, KEY_BOOL, KEY_WORD, KEY_SLOTS, KEY_TEXT, KEY_WORDS, KEY_NODES,
    KEY_ADDRESSES, KEY_PATHS, KEY_ITEMS, KEY_LINES  /* from KEY_WORDS on:
                                   lists; of LINES each line is an item */
};

struct key {
    const char *section, *name;
    enum key_type type;
    size_t offset;              /* in struct config, kind_config */
    double min, max;            /* units of the field; KEY_WORD: none */
    bool zero;                  /* 0 is allowed below min: off */
    const char *value;          /* default, as in a file; NULL: of the host */
    const char *range;          /* for people: "1..100" */
    const char *const *words;   /* KEY_WORD: by value - 1, NULL-ended */
    bool live;                  /* in force at SIGHUP; else at restart */
    const char *help;
};
extern const struct key config_keys[];  /* ended by a NULL section */
extern const struct key config_kind_keys[]; /* those of any [kind.NAME] */

/* Who asks: what the command line says. */
struct config_source {
    const char *file;           /* NULL: the default file, may be missing */
    const char *const *defines; /* -D SECTION.KEY=VALUE, NULL-ended */
};

/* Problems found, one text each, without "lbagent: ". */
struct problems {
    size_t n;
    char **v;
    bool no_file;               /* the only one: FILE is missing */
};
void problems_fini(struct problems *p);

struct config_file;             /* a configuration and where it is from */

/* Reads everything. NULL when there are problems: all are in `p`, in the
 * order of files and lines; the caller frees it with problems_fini. */
struct config_file *config_load(const struct config_source *source,
                                struct problems *p);
void config_free(struct config_file *f);
const struct config *config_get(const struct config_file *f);
/* Where the value comes from: "node.ini:22", "-D", "default". */
const char *config_origin(const struct config_file *f, const struct key *k);
/* The value as it would stand in a file; list items separated by blanks.
 * On the heap. */
char *config_text(const struct config_file *f, const struct key *k);
/* Prints a valid node.ini with origins. `changed`: no defaults. */
void config_dump(const struct config_file *f, bool changed, FILE *out);
/* The packaged node.ini: every key, commented out, with its default. */
void config_packaged(FILE *out);
/* The values in force after SIGHUP: those of `now` where a key waits for a
 * restart. Takes both apart and frees one; gives the other. `said` is called
 * for each key that differs. */
struct config_file *config_renew(
    struct config_file *now, struct config_file *renewed,
    void (*said)(const struct key *k, const char *old, const char *value));

/* What the core is to know; id, incarnation, boot id, kinds, port and version
 * are the caller's. */
void config_core(const struct config *c, struct core_config *out);

/* True if nothing outside this host can reach the address. */
bool address_is_loopback(const char *address);

#endif
