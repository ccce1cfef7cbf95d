/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/select.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "ctl/config.h"
#include "ctl/folder.h"
#include "ctl/reach.h"
#include "proto/names.h"

void
last_write(const char *name)
{
    char dir[4000], path[4096] = "", fresh[4096] = "";

    /* A convenience: who cannot keep it has still got the name on stdout. */
    if (!state_dir(dir, sizeof dir))
        return;
    folder_make(dir, 0700);
    text_add(path, sizeof path, "%s/last", dir);
    text_add(fresh, sizeof fresh, "%s/last.%ld", dir, (long)getpid());
    FILE *f = fopen(fresh, "we");
    if (f == NULL)
        return;
    fprintf(f, "%s\n", name);
    if (fclose(f) != 0 || rename(fresh, path) != 0)
        unlink(fresh);
}

bool
last_read(char *dst, size_t cap)
{
    char path[4096];

    if (!state_dir(path, sizeof path))
        return false;
    text_add(path, sizeof path, "/last");
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    bool ok = fgets(dst, (int)cap, f) != NULL;
    fclose(f);
    if (ok)
        dst[strcspn(dst, "\n")] = '\0';
    return ok && dst[0] != '\0';
}

void
targets_fini(struct targets *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i].ranges);
    free(t->v);
    *t = (struct targets){ .n = 0 };
}

static size_t
count_ranges(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == ',';
    return n;
}

/* Adds the jobs of `b`, a target of the same workload. False: too many
 * ranges. */
static bool
take_in(struct target *a, const struct target *b)
{
    size_t cap = 0;
    char *both = NULL;

    if (a->ranges != NULL && b->ranges != NULL) {
        if (count_ranges(a->ranges) + count_ranges(b->ranges) >
            SELECTOR_RANGES_MAX)
            return false;
        cap = strlen(a->ranges) + strlen(b->ranges) + 2;
        both = xcalloc(1, cap);
        text_add(both, cap, "%s,%s", a->ranges, b->ranges);
    }
    free(a->ranges);
    a->ranges = both;
    return true;
}

void
targets_join(struct targets *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        size_t k = 0;
        while (k < n && (t->v[k].lb != t->v[i].lb ||
                         t->v[k].number != t->v[i].number))
            k++;
        if (k < n && take_in(&t->v[k], &t->v[i]))
            free(t->v[i].ranges);
        else
            t->v[n++] = t->v[i];
    }
    t->n = n;
}

uint64_t
target_jobs(const struct target *t)
{
    char text[16 * 1024] = "a-1.";
    struct selector s;
    uint64_t n = 0;

    if (t->ranges == NULL)
        return UINT64_MAX;
    text_add(text, sizeof text, "%s", t->ranges);
    if (selector_parse(text, &s) != 0)
        return UINT64_MAX;
    for (size_t i = 0; i < s.n; i++)
        n += (s.range[i].last - s.range[i].first) / s.range[i].step + 1;
    return n;
}

static void
add(struct targets *t, struct lb *lb, uint32_t number, const char *ranges)
{
    t->v = xrealloc(t->v, t->n + 1, sizeof *t->v);
    struct target *v = &t->v[t->n++];
    *v = (struct target){ .number = number, .lb = lb };
    text_add(v->home, sizeof v->home, "%.63s", lb_name(lb));
    text_add(v->name, sizeof v->name, "%s-%u", v->home, number);
    v->ranges = ranges != NULL ? xstrdup(ranges) : NULL;
}

/* Workloads of all live nodes: all of them, or those with this label and
 * number. */
static int
add_from_all(struct ctl *c, struct targets *t, const char *label,
             uint32_t number, const char *ranges)
{
    if (reach_nodes(c) != 0)
        return -1;
    for (size_t i = 0; i < c->n_nodes; i++) {
        struct lb_workload_info *w;
        size_t n;
        if (c->nodes[i].life > LB_STALE)
            continue;
        struct lb *lb = reach(c, c->nodes[i].name);
        if (lb == NULL)
            continue;
        int status = lb_list(lb, 0, &w, &n);
        if (status != LB_OK)
            ctl_failed(c, lb, status);
        for (size_t k = 0; k < n; k++)
            if (label == NULL || (w[k].number == number &&
                                  strcmp(w[k].label, label) == 0))
                add(t, lb, w[k].number, ranges);
        free(w);
    }
    return 0;
}

/* "alpha-12.0-9", or "render-12" if a label fits and no node. */
static int
add_selector(struct ctl *c, struct targets *t, const char *word)
{
    struct selector s;
    const char *dot = strchr(word, '.');
    const char *ranges = dot != NULL ? dot + 1 : NULL;

    if (selector_parse(word, &s) != 0) {
        ctl_fail(c, EXIT_USAGE, "\"%s\" is not a selector; write NODE-N, "
                 "LABEL-N, NODE-N.INDEX, last or all", word);
        return -1;
    }
    struct lb *lb = reach_asked(c);
    if (lb == NULL)
        return -1;
    if (strcmp(lb_name(lb), s.home) != 0) {
        size_t before = t->n;
        char name[80] = "";
        if (reach_nodes(c) != 0)
            return -1;
        if (reach_node(c, s.home) == NULL &&
            add_from_all(c, t, s.home, s.number, ranges) == 0 &&
            t->n == before + 1)
            return 0;
        text_add(name, sizeof name, "%s-%u", s.home, s.number);
        if (t->n > before + 1) {
            ctl_fail(c, EXIT_USAGE, "%s: %zu workloads have this label and "
                     "number; name one by its home", name, t->n - before);
            return -1;
        }
        lb = reach_home(c, s.home, name);
        if (lb == NULL)
            return -1;
    }
    add(t, lb, s.number, ranges);
    return 0;
}

int
select_words(struct ctl *c, const char *const *words, size_t n,
             struct targets *out)
{
    char last[160];
    int rc = 0;

    *out = (struct targets){ .n = 0 };
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *word = words[i];
        if (strcmp(word, "all") == 0 || strcmp(word, "mine") == 0) {
            out->all = true;
            rc = add_from_all(c, out, NULL, 0, NULL);
            continue;
        }
        if (strncmp(word, "last", 4) == 0 &&
            (word[4] == '\0' || word[4] == '.')) {
            if (!last_read(last, sizeof last - 80)) {
                ctl_fail(c, EXIT_NOTFOUND, "last: no workload was submitted "
                         "from here yet");
                return -1;
            }
            text_add(last, sizeof last, "%s", word + 4);
            word = last;
        }
        rc = add_selector(c, out, word);
    }
    return rc;
}

int
select_job(struct ctl *c, const struct target *target, uint32_t *index)
{
    uint64_t n;

    if (target->ranges == NULL ||
        text_u64(target->ranges, 0, UINT32_MAX, &n) != 0) {
        ctl_fail(c, EXIT_USAGE, "%s%s%s is not one job; write %s.INDEX",
                 target->name, target->ranges != NULL ? "." : "",
                 target->ranges != NULL ? target->ranges : "", target->name);
        return -1;
    }
    *index = (uint32_t)n;
    return 0;
}

void
target_call(struct lb_call *call, const struct target *t)
{
    lb_call_number(call, "workload", t->number);
    lb_call_text(call, "ranges", t->ranges);
}

int
target_failed(struct ctl *c, const struct target *t, int status)
{
    const char *why = lb_error(t->lb);

    if (status == LB_NOTFOUND && t->ranges == NULL &&
        strstr(why, "expired") == NULL)
        return ctl_fail(c, status, "no workload %s", t->name);
    if (status == LB_TIMEOUT)
        return ctl_fail(c, status, "%s; %s goes on", why, t->name);
    return ctl_failed(c, t->lb, status);
}
