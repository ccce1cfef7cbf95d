/* SPDX-License-Identifier: MPL-2.0 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/journal.h"
#include "base/text.h"
#include "tests/nemesis/damage.h"

enum { BODY_MAX = 700, WAIT_MS = 20 * 1000, WORKLOADS = 40, NEW_ROWS = 20 };

/* ---- rows ---- */

static size_t
body_of(uint32_t row, uint8_t body[BODY_MAX])
{
    struct rng r;

    rng_seed(&r, row);
    size_t len = 4 + (size_t)rng_below(&r, row % 16 == 0 ? BODY_MAX - 4 : 60);
    for (size_t i = 0; i < len; i++)
        body[i] = i < 4 ? (uint8_t)(row >> (8 * i))
                        : (uint8_t)rng_below(&r, 256);
    return len;
}

static uint8_t
type_of(uint32_t row)
{
    return (uint8_t)(1 + row % 9);
}

static void
put_row(struct journal *j, uint32_t row, uint32_t workload)
{
    uint8_t body[BODY_MAX];
    size_t len = body_of(row, body);

    (void)journal_put(j, type_of(row), workload, span_of(body, len));
}

/* False: it will never be. */
static bool
await_all(struct journal *j, uint64_t n)
{
    for (;;) {
        journal_commit(j, true);
        struct journal_news news = journal_read(j);
        struct pollfd p = { .fd = journal_fd(j), .events = POLLIN };
        if (news.state != JOURNAL_OK)
            return false;
        if (news.durable >= n)
            return true;
        if (poll(&p, 1, WAIT_MS) != 1)
            return false;
    }
}

/* ---- a journal to be harmed ---- */

static void
forget(struct sample *s, struct journal *j, uint32_t workload)
{
    journal_forget(j, workload);
    for (uint32_t i = 0; i < s->n_rows; i++)
        s->gone[i] |= s->workload[i] == workload;
}

/* `s` is shared with the process that judges. */
static bool
write_sample(struct sample *s, bool clean, struct rng *rng)
{
    const struct journal_options o = { s->dir, 0 };
    uint32_t starts = 1 + (uint32_t)rng_below(rng, 3);
    char err[JOURNAL_ERROR];

    for (uint32_t start = 1; start <= starts; start++) {
        struct journal *j = journal_open(&o, err);
        if (j == NULL || journal_start(j) != 0)
            return false;
        uint32_t groups = 5 + (uint32_t)rng_below(rng, 40);
        uint64_t n = 0;
        for (uint32_t g = 0; g < groups; g++) {
            uint32_t rows = 1 + (uint32_t)rng_below(rng, 25);
            while (rows-- > 0 && s->n_rows < SAMPLE_ROWS_MAX) {
                uint32_t w = 1 + (uint32_t)rng_below(rng, WORKLOADS);
                s->workload[s->n_rows] = w;
                put_row(j, s->n_rows++, w);
                n++;
            }
            if (rng_chance(rng, 10))
                forget(s, j, 1 + (uint32_t)rng_below(rng, WORKLOADS));
            /* A forget without a row behind it would be written some time. */
            s->workload[s->n_rows] = WORKLOADS + 1;
            put_row(j, s->n_rows++, WORKLOADS + 1);
            if (!await_all(j, ++n))
                return false;
        }
        if (start == starts && !clean)
            _exit(0);
        journal_close(j);
    }
    return true;
}

int
sample_make(struct sample *s, const char *dir, bool clean, struct rng *rng)
{
    int status = 1;

    memset(s, 0, sizeof *s);
    text_add(s->dir, sizeof s->dir, "%s", dir);
    if (mkdir(dir, 0700) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        _exit(write_sample(s, clean, rng) ? 0 : 1);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0
               ? 0 : -1;
}

/* ---- judging ---- */

struct seen {
    const struct sample *s;
    uint32_t next;              /* rows come in order */
    uint32_t n, n_gone, n_new, new_seen;
    uint32_t forgotten;         /* workload, since the harm; 0 none */
    char *why;                  /* "" while all is right */
};

static void
complain(struct seen *v, const char *what, uint32_t row)
{
    if (v->why[0] == '\0')
        text_add(v->why, DAMAGE_TEXT, "row %" PRIu32 ": %s", row, what);
}

static void
see(void *arg, uint8_t type, uint32_t workload, struct span got)
{
    struct seen *v = arg;
    uint8_t body[BODY_MAX];
    uint32_t row = 0;

    for (size_t i = 0; i < 4 && i < got.len; i++)
        row |= (uint32_t)got.p[i] << (8 * i);
    size_t len = body_of(row, body);
    if (got.len != len || memcmp(got.p, body, len) != 0)
        complain(v, "a wrong body is served", row);
    else if (type != type_of(row))
        complain(v, "a wrong type is served", row);
    else if (row < v->next)
        complain(v, "served twice, or out of order", row);
    else if (row >= v->s->n_rows + v->n_new)
        complain(v, "never written", row);
    else if (row < v->s->n_rows && workload != v->s->workload[row])
        complain(v, "a wrong workload is served", row);
    else if (workload == v->forgotten)
        complain(v, "was forgotten", row);
    v->next = row + 1;
    v->n++;
    v->n_gone += row < v->s->n_rows && v->s->gone[row];
    v->new_seen += row >= v->s->n_rows;
}

static bool
replay(struct journal *j, struct seen *v)
{
    v->next = v->n = v->n_gone = v->new_seen = 0;
    if (journal_replay(j, see, v) != 0)
        complain(v, "and on: cannot be read after all", v->next);
    return v->why[0] == '\0';
}

static uint32_t
rows_left(const struct sample *s)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_rows; i++)
        n += !s->gone[i];
    return n;
}

/* The journal works: some rows more, a workload less, and all is there at the
 * next start. Closes it. */
static bool
goes_on(struct journal *j, const char *dir, struct seen *v)
{
    const struct journal_options o = { dir, 0 };
    char err[JOURNAL_ERROR];
    uint32_t before = v->n, gone = 0;

    v->forgotten = v->s->workload[v->s->n_rows / 2];
    for (uint32_t i = 0; i < v->s->n_rows; i++)
        gone += v->s->workload[i] == v->forgotten;
    v->n_new = NEW_ROWS;
    if (journal_start(j) != 0)
        complain(v, "no thread", 0);
    journal_forget(j, v->forgotten);
    for (uint32_t i = 0; i < NEW_ROWS; i++)
        put_row(j, v->s->n_rows + i, WORKLOADS + 2);
    if (!await_all(j, NEW_ROWS))
        text_add(v->why, DAMAGE_TEXT, "it opens, and does not work: %s",
                 journal_read(j).error);
    journal_close(j);
    if (v->why[0] != '\0')
        return false;
    j = journal_open(&o, err);
    if (j == NULL) {
        text_add(v->why, DAMAGE_TEXT, "opened once, then refused: %.300s", err);
        return false;
    }
    if (replay(j, v) && (v->new_seen != NEW_ROWS ||
                         v->n + gone < before + NEW_ROWS))
        text_add(v->why, DAMAGE_TEXT, "%" PRIu32 " rows were there, %" PRIu32
                 " of them were forgotten, %d were written; then there are %"
                 PRIu32 " and %" PRIu32 " of the new ones", before, gone,
                 NEW_ROWS, v->n, v->new_seen);
    journal_close(j);
    return v->why[0] == '\0';
}

static enum damage_verdict
accept(const char *dir, uint64_t lost, struct seen *v)
{
    struct journal_options o = { dir, lost - 1 };
    char err[JOURNAL_ERROR];
    struct journal *j = lost > 0 ? journal_open(&o, err) : NULL;

    if (j != NULL) {
        journal_close(j);
        text_add(v->why, DAMAGE_TEXT, "more is lost than was accepted");
        return DAMAGE_WRONG;
    }
    o.accept_loss = lost;
    j = journal_open(&o, err);
    if (j == NULL) {
        text_add(v->why, DAMAGE_TEXT, "accepted, and still refused: %.300s",
                 err);
        return DAMAGE_WRONG;
    }
    uint32_t want = rows_left(v->s);
    if (replay(j, v) && v->n + lost < want + v->n_gone)
        text_add(v->why, DAMAGE_TEXT, "%" PRIu32 " rows of %" PRIu32
                 " are served, and %" PRIu64 " reported lost", v->n, want,
                 lost);
    if (v->why[0] != '\0') {
        journal_close(j);
        return DAMAGE_WRONG;
    }
    return goes_on(j, dir, v) ? DAMAGE_SALVAGED : DAMAGE_WRONG;
}

enum damage_verdict
damage_judge(const struct sample *s, const char *dir, char why[DAMAGE_TEXT])
{
    const struct journal_options o = { dir, 0 };
    struct seen v = { .s = s, .why = why };
    char err[JOURNAL_ERROR] = "";
    struct journal *j = journal_open(&o, err);

    why[0] = '\0';
    if (j == NULL) {
        const char *offer = strstr(err, "--accept-loss ");
        uint64_t lost;
        if (offer != NULL &&
            sscanf(offer, "--accept-loss %" SCNu64, &lost) == 1)
            return accept(dir, lost, &v);
        if (err[0] != '\0')
            return DAMAGE_UNREADABLE;
        text_add(why, DAMAGE_TEXT, "refused without a word");
        return DAMAGE_WRONG;
    }
    uint32_t want = rows_left(s);
    if (replay(j, &v) && v.n < want + v.n_gone)
        text_add(why, DAMAGE_TEXT, "%" PRIu32 " rows of %" PRIu32
                 " are served, and nothing is said", v.n, want);
    if (why[0] != '\0') {
        journal_close(j);
        return DAMAGE_WRONG;
    }
    return goes_on(j, dir, &v) ? DAMAGE_NONE : DAMAGE_WRONG;
}
