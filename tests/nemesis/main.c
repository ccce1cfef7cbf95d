/* SPDX-License-Identifier: MPL-2.0 */
/*
 * nemesis - faults against real agents: runs a campaign and counts what came
 * out. Each run prints its seed, what was injected and the checker's line.
 */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/text.h"
#include "tests/nemesis/campaign.h"
#include "tests/nemesis/mark.h"
#include "tests/nemesis/process.h"

struct wish {
    const char *name;
    uint64_t seed, events;
    bool full, keep, list, seeded, quick_disk;
};

static void
usage(FILE *to)
{
    fputs("Usage: nemesis CAMPAIGN [OPTION]...\n\n"
          "  --seed N     chooses the faults; default: drawn and printed\n"
          "  --full       as many faults as for a release\n"
          "  --events N   so many faults\n"
          "  --quick-disk the disk as it is: no library is preloaded\n"
          "  --keep       leaves the folder with the logs\n"
          "  --list       the campaigns\n", to);
}

static void
list(void)
{
    printf("%-10s %-9s %6s %6s  %s\n", "CAMPAIGN", "PROMISES", "CI", "FULL",
           "WHAT");
    for (size_t i = 0; campaigns[i] != NULL; i++)
        printf("%-10s %-9s %6u %6u  %s%s\n", campaigns[i]->name,
               campaigns[i]->promise, campaigns[i]->ci, campaigns[i]->full,
               campaigns[i]->what, campaigns[i]->root ? " (root)" : "");
}

static const struct campaign *
find(const char *name)
{
    for (size_t i = 0; name != NULL && campaigns[i] != NULL; i++)
        if (strcmp(campaigns[i]->name, name) == 0)
            return campaigns[i];
    return NULL;
}

/* False: a wrong word. */
static bool
read_words(int argc, char **argv, struct wish *w)
{
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--full") == 0)
            w->full = true;
        else if (strcmp(argv[i], "--quick-disk") == 0)
            w->quick_disk = true;
        else if (strcmp(argv[i], "--keep") == 0)
            w->keep = true;
        else if (strcmp(argv[i], "--list") == 0)
            w->list = true;
        else if (strcmp(argv[i], "--seed") == 0 &&
                 text_u64(next, 0, UINT64_MAX, &w->seed) == 0)
            w->seeded = ++i;
        else if (strcmp(argv[i], "--events") == 0 &&
                 text_u64(next, 1, 10 * 1000 * 1000, &w->events) == 0)
            i++;
        else if (argv[i][0] != '-' && w->name == NULL)
            w->name = argv[i];
        else
            return false;
    }
    return w->list || find(w->name) != NULL;
}

static void
interrupt(int number)
{
    (void)number;
    campaign_interrupted = 1;
}

static void
catch_signals(void)
{
    struct sigaction a = { .sa_handler = interrupt };

    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGHUP, &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int
remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s;
    (void)type;
    (void)at;
    return remove(path);
}

static void
clear_up(const char *dir)
{
    if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
        fprintf(stderr, "nemesis: %s: not wholly removed\n", dir);
}

/* A reason to skip it, in `why`. */
static bool
is_lacking(const struct campaign *c, char *why, size_t cap)
{
    char words[256], path[256];

    if (c->root && geteuid() != 0) {
        snprintf(why, cap, "needs root");
        return true;
    }
    snprintf(words, sizeof words, "%s", c->programs);
    for (char *rest = words, *word; (word = strsep(&rest, " ")) != NULL;)
        if (word[0] != '\0' && !process_find(word, path, sizeof path)) {
            snprintf(why, cap, "needs the program %s", word);
            return true;
        }
    return false;
}

static enum verdict
carry_out(const struct campaign *c, struct run *r)
{
    r->start_ms = campaign_now_ms();
    r->checker = checker_new();
    rng_seed(&r->rng, r->seed);
    enum verdict v = c->run(r);
    if (campaign_interrupted)
        v = campaign_fail(r, "interrupted");
    printf("%s: seed %" PRIu64 ": %s; %" PRId64 " s\n", c->name, r->seed,
           r->faults[0] != '\0' ? r->faults : "no faults",
           (campaign_now_ms() - r->start_ms + 500) / 1000);
    struct checker_counts n = { 0 };
    if (r->collected || v == CAMPAIGN_PASS) {
        n = checker_judge(r->checker, stdout);
        printf("%s: ", c->name);
        checker_print(&n, stdout);
    }
    if (r->collected && checker_excused(r->checker) > 0)
        printf("%s: acknowledged only on a disk that was destroyed: %" PRIu64
               "\n", c->name, checker_excused(r->checker));
    if (v == CAMPAIGN_PASS && !checker_good(&n))
        v = campaign_fail(r, "see the counts");
    checker_free(r->checker);
    return v;
}

static int
run_campaign(const struct campaign *c, const struct wish *w)
{
    struct run r = { .seed = w->seeded ? w->seed : rng_any_seed(),
                     .full = w->full, .quick_disk = w->quick_disk };
    const char *tmp = getenv("TMPDIR");

    r.events = w->events != 0 ? (unsigned)w->events : w->full ? c->full
                                                               : c->ci;
    if (is_lacking(c, r.why, sizeof r.why)) {
        printf("%s: skipped: %s\n", c->name, r.why);
        return CAMPAIGN_SKIP;
    }
    snprintf(r.dir, sizeof r.dir, "%s/lb-nem.XXXXXX",
             tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(r.dir) == NULL || chmod(r.dir, 0755) != 0) {
        perror(r.dir);
        return EXIT_FAILED;
    }
    enum verdict v = carry_out(c, &r);
    if (w->keep || (v == CAMPAIGN_FAIL && !campaign_interrupted))
        printf("%s: logs: %s\n", c->name, r.dir);
    else
        clear_up(r.dir);
    if (v == CAMPAIGN_PASS)
        printf("%s: PASS (%s)\n", c->name, c->promise);
    else if (v == CAMPAIGN_SKIP)
        printf("%s: skipped: %s\n", c->name, r.why);
    else
        printf("%s: FAIL (%s), seed %" PRIu64 ": %s\n", c->name, c->promise,
               r.seed, r.why);
    return campaign_interrupted ? EXIT_INT : (int)v;
}

int
main(int argc, char **argv)
{
    struct wish w = { 0 };

    if (argc == 3 && strcmp(argv[1], "--mark") == 0)
        return mark_main(argv[2]);
    if (!read_words(argc, argv, &w)) {
        usage(stderr);
        list();
        return EXIT_USAGE;
    }
    if (w.list) {
        list();
        return EXIT_DONE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    catch_signals();
    return run_campaign(find(w.name), &w);
}
