/* SPDX-License-Identifier: MPL-2.0 */
/*
 * journal - copies of journals are harmed: bits flip, sectors are zero or of
 * another place, files are cut short or gone. Every loss must be told; no row
 * may be served that was not written so; what is salvaged must work.
 * In one process, without agents: each copy is opened as an agent opens it,
 * by a process of its own, so that a crash is counted.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/nemesis/campaigns.h"
#include "tests/nemesis/damage.h"

enum { PER_SAMPLE = 50, HANG_S = 60, VERDICTS = DAMAGE_WRONG + 1 };

/* Written by one process, read by the other. */
struct shared {
    char dir[128];
    struct sample sample;
    enum damage_verdict verdict;
    char what[DAMAGE_TEXT], why[DAMAGE_TEXT];
};

/* In memory, if that can be had: nothing here depends on syncs. */
static void
choose_dir(struct run *r, struct shared *m)
{
    text_add(m->dir, sizeof m->dir, "/dev/shm/lb-nem.XXXXXX");
    if (mkdtemp(m->dir) != NULL)
        return;
    m->dir[0] = '\0';
    text_add(m->dir, sizeof m->dir, "%s", r->dir);
}

static bool
remove_dir(const char *dir)
{
    char command[250] = "";

    text_add(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0;
}

static bool
new_sample(struct run *r, struct shared *m, unsigned n)
{
    char dir[180] = "";

    if (n > 0 && !remove_dir(m->sample.dir))
        return false;
    text_add(dir, sizeof dir, "%s/sample%u", m->dir, n / PER_SAMPLE);
    if (sample_make(&m->sample, dir, rng_chance(&r->rng, 25), &r->rng) == 0)
        return true;
    campaign_fail(r, "no journal could be written in %s", dir);
    return false;
}

/* Harms a copy and judges it, in a process of its own. */
static bool
one(struct run *r, struct shared *m, unsigned n)
{
    struct rng rng = rng_split(r->seed, n);
    char dir[180] = "";
    int status = 0;

    text_add(dir, sizeof dir, "%s/harmed", m->dir);
    m->verdict = DAMAGE_WRONG;
    m->what[0] = m->why[0] = '\0';
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(HANG_S);
        damage_do(&m->sample, dir, &rng, m->what);
        m->verdict = damage_judge(&m->sample, dir, m->why);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        campaign_fail(r, "fork failed");
        return false;
    }
    if (status == 0 && m->verdict != DAMAGE_WRONG)
        return true;
    campaign_fail(r, "copy %u in %s: %s %s%s", n, m->dir, m->what, m->why,
                  status != 0 ? " it crashed, or hung" : "");
    return false;
}

static enum verdict
run(struct run *r)
{
    struct shared *m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned count[VERDICTS] = { 0 }, n = 0;
    enum verdict v = CAMPAIGN_PASS;

    if (m == MAP_FAILED)
        return campaign_fail(r, "no memory");
    choose_dir(r, m);
    while (v == CAMPAIGN_PASS && n < r->events) {
        if (campaign_interrupted)
            v = campaign_fail(r, "interrupted");
        else if (n % PER_SAMPLE == 0 && !new_sample(r, m, n))
            v = CAMPAIGN_FAIL;
        else if (!one(r, m, n))
            v = CAMPAIGN_FAIL;
        else
            count[m->verdict]++, n++;
    }
    campaign_faults(r, "%u journals harmed: %u without a loss, %u salvaged "
                    "when their loss was accepted, %u refused whole", n,
                    count[DAMAGE_NONE], count[DAMAGE_SALVAGED],
                    count[DAMAGE_UNREADABLE]);
    if (v == CAMPAIGN_PASS && strcmp(m->dir, r->dir) != 0)
        (void)remove_dir(m->dir);
    (void)munmap(m, sizeof *m);
    return v;
}

const struct campaign campaign_journal = {
    .name = "journal", .promise = "P13",
    .what = "bit flips, cuts and wrong sectors in journals: every loss is told",
    .ci = 500, .full = 10000, .programs = "", .run = run };
