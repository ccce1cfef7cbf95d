/* SPDX-License-Identifier: MPL-2.0 */
/* The table of commands, and what --help says of each: two examples, then
 * what it does. */
#include "ctl/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/submit.h"

enum { COMMANDS_MAX = 63 };

#define SUBMIT_HELP \
    "Jobs are a KIND with NAME=VALUE words (see lbctl kinds; jobs=N makes\n" \
    "N, n=1..99[:STEP] one per value), or -- CMD with {} {.} {/} {//} {/.}\n" \
    "{#} {%} {2} {2.}: one per value of ::: VALUE... and line of :::: FILE.\n" \
    "Several: all combinations; :::+ ::::+ go in step with the one before.\n" \
    "  -a FILE [KIND | -- CMD]    a job a line, or a value; - is stdin\n" \
    "  --from-json FILE, -0       jobs as JSON; NUL ends values\n" \
    "  --colsep RE, -I STR        lines to {1} {2} ...; STR instead of {}\n" \
    "  --shell                    CMD is a line for sh, values quoted in it\n" \
    "  --env K=V, --cwd DIR, --stdin FILE, --transfer FILE, --return FILE\n" \
    "  --hold, --name TEXT        wait for lbctl start; label, else CMD\n" \
    "  --id KEY, --ship=auto|path|bytes   same KEY, same workload; files\n" \
    "  --retries N, --timeout DUR|N%  more attempts; limit; % of the median\n" \
    "  --priority 0..9, --cost X, --pin NODES   (5); load; who may run them\n" \
    "  --once, --idempotent       never, or harmlessly, run twice\n" \
    "  --dry-run, --skip-bad      print the jobs; leave bad lines out\n" \
    "  --wait, --progress=auto|bar|plain|json|none, --cancel-on-interrupt\n" \
    "  --results DIR|FILE.csv|FILE.jsonl, -k (--keep-order), --tag\n" \
    "  --halt soon|now,fail|success|done=N|N%   cancel the rest then\n" \
    "  --joblog FILE [--resume|--resume-failed] [-y]  skip what FILE has\n"

const struct command commands[] = {
    { "submit", submit_options, submit_main,
      "submit [OPTION]... KIND [NAME=VALUE]... | -a FILE | -- CMD [ARG]...",
      "  lbctl submit vecinc jobs=1024 iterations=100000\n"
      "  lbctl submit --hold fib ::: 10 20 30\n\n"
      "Hands jobs to a node and prints the name of their workload.\n"
      SUBMIT_HELP },
    { "run", submit_options, run_main,
      "run [OPTION]... KIND [NAME=VALUE]... | -a FILE | -- CMD [ARG]...",
      "  lbctl run digitsum file=nums.txt chunk=30000\n"
      "  lbctl run -- gzip -9 {} ::: *.log\n\n"
      "submit, wait, and print results in order and the workload's value.\n"
      SUBMIT_HELP },
    { "start", NULL, start_main, "start [SEL]...",
      "  lbctl start alpha-12\n  lbctl start\n\n"
      "Releases held workloads; without SEL all that the node asked holds.\n"
    },
    { "wait", wait_options, wait_main, "wait SEL... [--any] [--progress=HOW]",
      "  lbctl wait last\n  lbctl --timeout 10min wait alpha-12 --any\n\n"
      "Until all, or with --any one, have ended. Status 1 if a job failed,\n"
      "124 if the time is over.\n" },
    { "list", list_options, list_main,
      "list [SEL]... [--jobs] [--state LIST] [--node NODES] [--sort COLUMN] "
      "[--columns LIST] [--limit N]",
      "  lbctl list\n  lbctl list --jobs alpha-12 --state running\n\n"
      "Workloads, or with --jobs their jobs.\n" },
    { "show", NULL, show_main, "show SEL...",
      "  lbctl show alpha-12\n  lbctl show alpha-12.345\n\n"
      "All that the home knows of a workload or a job.\n" },
    { "results", results_options, results_main,
      "results SEL... [--order=index|finish] [--failed] [--follow] "
      "[--out DIR] [--raw] [--checksum]",
      "  lbctl results last\n  lbctl results --raw alpha-12 >vector.bin\n\n"
      "Results and the value of a workload, as often as you like.\n"
      "  --follow    as they come, until the end\n"
      "  --out DIR   each into DIR/INDEX/{result,meta.json,files/}\n"
      "  --raw       the bytes of all results, joined by index\n"
      "  --checksum  CRC-32 and length of these bytes\n" },
    { "logs", logs_options, logs_main, "logs JOB [-f] [--stderr]",
      "  lbctl logs last.0\n  lbctl logs alpha-12.345 -f\n\n"
      "What a command has written to stdout, also while it runs; -f goes on\n"
      "until it ends.\n" },
    { "cancel", cancel_options, cancel_main, "cancel SEL... [--queued] [-y]",
      "  lbctl cancel alpha-12\n  lbctl cancel --queued alpha-12.100-199\n\n"
      "Ends jobs; with --queued only those that have not started. \"all\" and\n"
      "100 jobs or more are asked about; -y says yes.\n" },
    { "retry", retry_options, retry_main, "retry SEL... [--failed|--all]",
      "  lbctl retry last\n  lbctl retry --all alpha-12.7\n\n"
      "Runs ended jobs again: the failed and cancelled ones, or all.\n" },
    { "hold", NULL, hold_main, "hold SEL...",
      "  lbctl hold alpha-12\n  lbctl hold alpha-12.500-999\n\n"
      "Queued jobs wait until lbctl start; running ones go on.\n" },
    { "priority", NULL, priority_main, "priority SEL... N",
      "  lbctl priority alpha-12 9\n  lbctl priority last 0\n\n"
      "0..9, higher first; of queued jobs.\n" },
    { "explain", NULL, explain_main, "explain JOB|NODE",
      "  lbctl explain alpha-12.345\n  lbctl explain north\n\n"
      "Why a job is not running, or why a node gets nothing.\n" },
    { "status", status_options, status_main,
      "status [--watch[=DUR]] [--as-hosts]",
      "  lbctl status\n  lbctl status --as-hosts >hosts.ini\n\n"
      "One screen: nodes, jobs, workloads, the last transfers. --as-hosts\n"
      "prints the hosts as an ini for lbsim.\n" },
    { "nodes", nodes_options, nodes_main,
      "nodes [NODES] [--sort COLUMN] [--columns LIST]",
      "  lbctl nodes\n  lbctl nodes --json north,south\n\n"
      "All nodes as the node asked knows them.\n" },
    { "ping", ping_options, ping_main, "ping [NODES] [--wait DUR]",
      "  lbctl ping\n  lbctl ping --wait 10s\n\n"
      "Does the node accept jobs? Status 69: nobody there, 75: it drains.\n" },
    { "throttle", throttle_options, throttle_main,
      "throttle [NODES] [VALUE] [--for DUR]",
      "  lbctl throttle south 50\n  lbctl throttle all -10 --for 2h\n\n"
      "Shows or sets the share of time that workers may run: 1..100, 70%, or\n"
      "+5 and -5 from what it is. --for goes back by itself.\n" },
    { "pause", pause_options, pause_main, "pause [NODES] [--for DUR]",
      "  lbctl pause south\n  lbctl pause all --for 10min\n\n"
      "Starts no job, keeps its queue; running jobs go on.\n" },
    { "resume", NULL, resume_main, "resume [NODES]",
      "  lbctl resume south\n  lbctl resume all\n\nAfter pause.\n" },
    { "drain", drain_options, drain_main,
      "drain [NODES] [--deadline DUR] [--wait] [--force] [-y]",
      "  lbctl drain south -y\n"
      "  lbctl --timeout 10min drain south --wait -y\n\n"
      "Takes no new jobs, gives queued ones to others, lets running ones end\n"
      "until the deadline. The last live node needs --force.\n" },
    { "undrain", NULL, undrain_main, "undrain [NODES]",
      "  lbctl undrain south\n  lbctl undrain all\n\nTakes jobs again.\n" },
    { "release", NULL, release_main, "release NODE [KIND]",
      "  lbctl release south\n  lbctl release south render\n\n"
      "Takes jobs again of a kind in quarantine (jobs failed there alone), or\n"
      "of all such kinds.\n" },
    { "stop", stop_options, stop_main, "stop [NODES] [--deadline DUR] [-y]",
      "  lbctl stop south -y\n  lbctl stop south --deadline 1min -y\n\n"
      "Drains, then lbagent ends.\n" },
    { "policy", NULL, policy_main, "policy [NODES] [NAME] [KEY=VALUE]...",
      "  lbctl policy all hybrid\n"
      "  lbctl policy north sender difference=30\n\n"
      "Shows or sets the transfer policy: hybrid sender receiver symmetric\n"
      "static none. Keys: difference amount queue_max queue_min dead_rel\n"
      "min_push low_rtt max_moves retry_max bootstrap duplicate.\n" },
    { "placement", NULL, placement_main,
      "placement [NODES] [NAME] [max_load=COST]",
      "  lbctl placement\n  lbctl placement all least_load\n\n"
      "Where new jobs are put: local drain first_available round_robin\n"
      "least_load least_difference.\n" },
    { "rebalance", rebalance_options, rebalance_main,
      "rebalance [NODES] [--dry-run]",
      "  lbctl rebalance --dry-run\n  lbctl rebalance all\n\n"
      "One bulk plan now.\n" },
    { "events", events_options, events_main,
      "events [-f] [--lines N] [--since DUR] [--node NODES] [--level L] "
      "[--type T]",
      "  lbctl events -f\n"
      "  lbctl events --since 10min --type transfer\n\n"
      "What happened; -f begins with the last 10 of each node, or --lines or\n"
      "--since, and goes on until Ctrl-C.\n" },
    { "kinds", NULL, kinds_main, "kinds [NAME]",
      "  lbctl kinds\n  lbctl kinds vecinc\n\n"
      "The kinds of jobs and their parameters.\n" },
    { "gen-workload", generate_options, generate_main,
      "gen-workload N [--ms MEAN] [--dist D] [--seed S] [--shape A] "
      "[--kind K] [-o FILE] [--force]",
      "  lbctl gen-workload 1000 --dist exp -o jobs.txt\n"
      "  lbctl gen-workload 100 | lbctl submit -a -\n\n"
      "N lines \"sleep MS\", the same for the same seed. D is constant,\n"
      "uniform, exp or pareto (of shape A, 1.5); MEAN is 100, S 1.\n" },
    { "config", config_options, config_main,
      "config check [FILE] | config show [--changed]",
      "  lbctl config check /etc/lbagent/node.ini\n"
      "  lbctl config show --changed\n\n"
      "Checks a configuration as lbagent -t does, or prints that of the\n"
      "running node.\n" },
    { "top", NULL, top_main, "top [OPTION]...",
      "  lbctl -n alpha top\n  lbctl top --demo 12\n\n"
      "Starts lbtop, with its own options: lbtop --help.\n" },
    { "completion", NULL, completion_main, "completion bash",
      "  lbctl completion bash >~/.local/share/bash-completion/completions/"
      "lbctl\n"
      "  eval \"$(lbctl completion bash)\"\n\n"
      "What makes Tab complete commands and options in bash.\n" },
    { "help", NULL, help_main, "help [COMMAND]",
      "  lbctl help\n  lbctl help submit\n\nThis.\n" },
    { NULL, NULL, NULL, NULL, NULL }
};

const struct command *
command_find(const char *name)
{
    for (const struct command *m = commands; m->name != NULL; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

int
command_unknown(struct ctl *c, const char *name)
{
    const char *names[COMMANDS_MAX + 1];
    size_t n = 0;

    for (const struct command *m = commands; m->name != NULL; m++) {
        if (strncmp(m->name, name, strlen(name)) == 0 && name[0] != '\0')
            return ctl_fail(c, EXIT_USAGE, "unknown command \"%s\"; commands "
                            "are not abbreviated", name);
        if (n < COMMANDS_MAX)
            names[n++] = m->name;
    }
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    if (near != NULL)
        return ctl_fail(c, EXIT_USAGE, "unknown command \"%s\" (did you mean "
                        "\"%s\"?)", name, near);
    return ctl_fail(c, EXIT_USAGE, "unknown command \"%s\"; \"lbctl help\" "
                    "lists them", name);
}

void
usage_print(const struct command *cmd)
{
    printf("usage: lbctl %s\n", cmd != NULL
           ? cmd->usage : "[-n NODE] [OPTION]... COMMAND [WORD]...");
}

void
help_print(const struct command *cmd)
{
    if (cmd != NULL) {
        printf("%s\nusage: lbctl %s\n", cmd->help, cmd->usage);
        return;
    }
    printf("  lbctl run fib n=1..90\n"
           "  lbctl throttle south 50\n\n"
           "usage: lbctl [-n NODE] [OPTION]... COMMAND [WORD]...\n\n"
           "Commands:\n");
    int column = 0;
    for (const struct command *m = commands; m->name != NULL; m++) {
        column += (int)strlen(m->name) + 2;
        if (column > 74) {
            putchar('\n');
            column = (int)strlen(m->name) + 2;
        }
        printf("  %s", m->name);
    }
    printf("\n\nOptions:\n"
           "  -n, --node NODE        a name, HOST[:PORT] or ipc://PATH\n"
           "      --timeout DUR      5s for an answer; none for wait and run\n"
           "      --json, --raw, -q  how to print: JSON, blank-separated, ids\n"
           "      --color=auto|always|never\n"
           "  -v, --verbose          -V, --version[=full]\n"
           "  -h, --help             also after a command\n");
}

int
help_main(struct ctl *c, struct args *a)
{
    const struct command *cmd = NULL;

    if (args_next(c, a) != 0 || args_words(c, a, 0, 1) != 0)
        return c->status;
    if (a->n_words == 1) {
        cmd = command_find(a->word[0]);
        if (cmd == NULL)
            return command_unknown(c, a->word[0]);
    }
    help_print(cmd);
    return c->status;
}
