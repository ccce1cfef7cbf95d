/* SPDX-License-Identifier: MPL-2.0 */
/* expect - assertions of scripts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/msg.h"
#include "sim/invariants.h"
#include "sim/script.h"

static void
compare(struct script *s, const char *what, uint64_t want, uint64_t got)
{
    if (want == got)
        return;
    s->failures++;
    (void)fprintf(stderr, "line %u: expected %s %" PRIu64 ", it is %" PRIu64
                  "\n", s->line, what, want, got);
}

/* Jobs of a workload that are in `state`, as its home has them. */
static bool
count_jobs(struct script *s, const struct book_work *k, const char *state,
           uint64_t *n)
{
    static const char *const names[] = { "done", "failed", "cancelled",
                                         "unknown", "open", NULL };
    const struct node *home = &s->w->node[k->home];
    uint8_t want = 0;

    for (uint8_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], state) == 0)
            want = (uint8_t)(i + 1);
    if (want == 0)
        return script_wrong(s, "\"%s\" is none of done failed cancelled "
                            "unknown open", state);
    for (uint32_t i = 0; home->core != NULL && i < k->n_jobs; i++) {
        const struct core_job j = core_job_at(home->core, k->number, i);
        if (j.known && (want == 5 ? !j.done : j.done && j.outcome == want))
            (*n)++;
    }
    return true;
}

struct job_count {
    struct book_work *k;
    uint32_t index;
    bool all;
    uint64_t want;
};

/* expect WORD JOB N, with N up to `max`. */
static bool
job_count(struct script *s, size_t n, char **word, uint64_t max,
          struct job_count *j)
{
    if (n != 4)
        return script_wrong(s, "expect %s JOB N", word[1]);
    return script_job(s, word[2], &j->k, &j->index, &j->all)
           && script_number(s, word[3], max, &j->want);
}

/* expect starts JOB N */
static bool
expect_starts(struct script *s, size_t n, char **word)
{
    struct job_count j;
    uint64_t got = 0;

    if (!job_count(s, n, word, UINT32_MAX, &j))
        return false;
    for (uint32_t i = 0; i < j.k->n_jobs; i++)
        if (j.all || i == j.index)
            got += j.k->job[i].starts;
    compare(s, word[2], j.want, got);
    return true;
}

/* expect copies JOB N: nodes that could start it or run it. */
static bool
expect_copies(struct script *s, size_t n, char **word)
{
    struct job_count j;
    uint64_t got = 0;

    if (!job_count(s, n, word, 64, &j))
        return false;
    for (uint16_t i = 0; i < s->w->n; i++) {
        const struct core *c = s->w->node[i].core;
        if (c == NULL)
            continue;
        const uint8_t verb =
            core_copy_at(c, &j.k->home_id, j.k->number, j.index).verb;
        got += verb == CLAIM_QUEUED || verb == CLAIM_RUNNING;
    }
    compare(s, word[2], j.want, got);
    return true;
}

/* expect at NODE JOB none|queued|running|finished|offered [MOVES]: the copy
 * that a node has. */
static bool
expect_at(struct script *s, size_t n, char **word)
{
    static const char *const names[] = { "none", "queued", "running",
                                         "finished", "offered" };
    struct book_work *k;
    struct node *node;
    uint32_t index;
    uint64_t moves;
    bool all;

    if (n < 5 || n > 6)
        return script_wrong(s, "expect at NODE JOB none|queued|running|"
                            "finished|offered [MOVES]");
    if (!script_node(s, word[2], &node)
        || !script_job(s, word[3], &k, &index, &all)
        || (n == 6 && !script_number(s, word[5], UINT8_MAX, &moves)))
        return false;
    struct core_copy c = { 0 };
    if (node->core != NULL)
        c = core_copy_at(node->core, &k->home_id, k->number, index);
    if (strcmp(names[c.verb % 5], word[4]) != 0) {
        s->failures++;
        (void)fprintf(stderr, "line %u: expected %s %s at node %u, it is "
                      "%s\n", s->line, word[3], word[4], node->at + 1u,
                      names[c.verb % 5]);
    } else if (n == 6) {
        compare(s, "moves", moves, c.moves);
    }
    return true;
}

/* expect once: nothing was started twice. */
static bool
expect_once(struct script *s)
{
    uint64_t twice = 0;

    for (size_t i = 0; i < s->w->book.n; i++)
        for (uint32_t x = 0; x < s->w->book.v[i]->n_jobs; x++)
            if (s->w->book.v[i]->job[x].starts > 1)
                twice++;
    compare(s, "jobs started twice", 0, twice);
    return true;
}

/* expect fetched NODE N: jobs whose bytes it has, or waits for. */
static bool
expect_fetched(struct script *s, size_t n, char **word)
{
    struct node *node;
    uint64_t want;

    if (n != 4)
        return script_wrong(s, "expect fetched NODE N");
    if (!script_node(s, word[2], &node)
        || !script_number(s, word[3], UINT32_MAX, &want))
        return false;
    compare(s, word[1], want,
            node->core == NULL ? 0 : core_count(node->core).fetched);
    return true;
}

/* expect drain NODE MIN MAX: when it says that it will have nothing left. */
static bool
expect_drain(struct script *s, size_t n, char **word)
{
    struct node *node;
    int64_t min_us, max_us;

    if (n != 5)
        return script_wrong(s, "expect drain NODE MIN MAX");
    if (!script_node(s, word[2], &node)
        || !script_duration(s, word[3], &min_us)
        || !script_duration(s, word[4], &max_us))
        return false;
    const uint64_t got = node->core == NULL ? 0 : core_drain_us(node->core);
    if (got >= (uint64_t)min_us && got <= (uint64_t)max_us)
        return true;
    s->failures++;
    (void)fprintf(stderr, "line %u: node %u says that it is done in %.3f s, "
                  "not in %s to %s\n", s->line, node->at + 1u,
                  (double)got / 1e6, word[3], word[4]);
    return true;
}

static bool
expect_empty(struct script *s)
{
    char why[200];

    if (!check_tables(s->w, why, sizeof why)) {
        s->failures++;
        (void)fprintf(stderr, "line %u: %s\n", s->line, why);
    }
    return true;
}

bool
script_expect(struct script *s, size_t n, char **word)
{
    struct book_work *k;
    uint32_t index;
    uint64_t want, got = 0;
    bool all;

    if (s->w == NULL || n < 2)
        return script_wrong(s, "expect WHAT, after nodes");
    check_records(s->w);
    if (strcmp(word[1], "once") == 0)
        return expect_once(s);
    if (strcmp(word[1], "empty") == 0)
        return expect_empty(s);
    if (strcmp(word[1], "drain") == 0)
        return expect_drain(s, n, word);
    if (strcmp(word[1], "fetched") == 0)
        return expect_fetched(s, n, word);
    if (strcmp(word[1], "starts") == 0)
        return expect_starts(s, n, word);
    if (strcmp(word[1], "copies") == 0)
        return expect_copies(s, n, word);
    if (strcmp(word[1], "at") == 0)
        return expect_at(s, n, word);
    if (n != 4)
        return script_wrong(s, "expect WORKLOAD done|failed|cancelled|"
                            "unknown|open N");
    if (!script_job(s, word[1], &k, &index, &all)
        || !script_number(s, word[3], UINT32_MAX, &want)
        || !count_jobs(s, k, word[2], &got))
        return false;
    compare(s, word[2], want, got);
    return true;
}
