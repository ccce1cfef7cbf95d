/* SPDX-License-Identifier: MPL-2.0 */
/* policy, placement, rebalance */
#include "ctl/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "ctl/output.h"
#include "ctl/reach.h"

enum { OPT_DRY = 256, PAIRS = 16 };

const struct option_row rebalance_options[] = {
    { "dry-run", OPT_DRY, VALUE_NO }, { NULL, 0, VALUE_NO }
};

static const char *const policies[] = {
    "hybrid", "sender", "receiver", "symmetric", "static", "none", NULL
};
static const char *const policy_keys[] = {
    "name", "difference", "amount", "queue_max", "queue_min", "dead_rel",
    "min_push", "low_rtt", "max_moves", "retry_max_ms", "bootstrap",
    "duplicate", NULL
};
static const char *const placements[] = {
    "local", "drain", "first_available", "round_robin", "least_load",
    "least_difference", NULL
};
static const char *const placement_keys[] = { "name", "max_load", NULL };

struct setting {
    const char *op, *plural;
    const char *const *names, *const *keys;
};

/* NODES, a NAME and KEY=V words, in this order as far as they are there. */
struct wish {
    struct lb_call call;
    const char *nodes;
    char text[PAIRS][64], key[PAIRS][32];
    size_t n;
    char by[128];
};

static bool
has(const char *const *words, const char *word)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static int
unknown(struct ctl *c, const struct setting *s, const char *word)
{
    char list[256] = "";

    for (size_t i = 0; s->names[i] != NULL; i++)
        text_add(list, sizeof list, " %s", s->names[i]);
    ctl_fail(c, EXIT_USAGE, "unknown %s \"%s\"; %s:%s", s->op, word,
             s->plural, list);
    return -1;
}

static int
unknown_key(struct ctl *c, const struct setting *s, const char *key)
{
    const char *near = text_nearest(key, s->keys);
    char list[256] = "";

    for (size_t i = 1; s->keys[i] != NULL; i++) /* behind "name" */
        text_add(list, sizeof list, " %.*s",
                 (int)(strcmp(s->keys[i], "retry_max_ms") == 0
                           ? strlen("retry_max") : strlen(s->keys[i])),
                 s->keys[i]);
    if (near != NULL)
        ctl_fail(c, EXIT_USAGE, "%s: unknown key \"%s\" (did you mean "
                 "\"%s\"?)", s->op, key, near);
    else
        ctl_fail(c, EXIT_USAGE, "%s: unknown key \"%s\"; keys:%s", s->op,
                 key, list);
    return -1;
}

/* KEY=V; retry_max takes a duration. */
static int
add_pair(struct ctl *c, const struct setting *s, struct wish *w,
         const char *word)
{
    const char *equals = strchr(word, '=');
    size_t i = w->n;
    int64_t us;

    if (i == PAIRS)
        return -1;
    w->key[i][0] = w->text[i][0] = '\0';
    text_add(w->key[i], sizeof w->key[i], "%.*s", (int)(equals - word), word);
    if (strcmp(w->key[i], "retry_max") == 0) {
        if (duration_read(c, "policy: retry_max", equals + 1, &us) != 0)
            return -1;
        text_add(w->key[i], sizeof w->key[i], "_ms");
        text_add(w->text[i], sizeof w->text[i], "%lld",
                 (long long)(us / 1000));
    } else {
        text_add(w->text[i], sizeof w->text[i], "%.60s", equals + 1);
    }
    if (!has(s->keys, w->key[i]) || strcmp(w->key[i], "name") == 0)
        return unknown_key(c, s, w->key[i]);
    lb_call_text(&w->call, w->key[i], w->text[i]);
    w->n++;
    return 0;
}

/* A word that is no NAME may be NODES, if it is the first. */
static int
read_words(struct ctl *c, const struct setting *s, const struct args *a,
           struct wish *w)
{
    bool named = false;

    for (size_t i = 0; i < a->n_words; i++) {
        const char *word = a->word[i];
        bool pair = strchr(word, '=') != NULL &&
                    strncmp(word, "tag:", 4) != 0;
        if (pair) {
            if (add_pair(c, s, w, word) != 0)
                return -1;
        } else if (has(s->names, word) && !named) {
            lb_call_text(&w->call, "name", word);
            named = true;
        } else if (i == 0 &&
                   (a->n_words > 1 || strchr(word, ',') != NULL ||
                    strcmp(word, "all") == 0 ||
                    strncmp(word, "tag:", 4) == 0 ||
                    (reach_asked(c) != NULL && reach_nodes(c) == 0 &&
                     reach_node(c, word) != NULL))) {
            w->nodes = word;
        } else {
            return c->status != 0 && i == 0 ? -1 : unknown(c, s, word);
        }
    }
    return 0;
}

static void
tell(struct ctl *c, const struct setting *s, const char *node,
     const struct lb_reply *r)
{
    json_t *o = json_pack("{s:s}", "node", node);
    char line[512] = "";

    for (size_t i = 0; s->keys[i] != NULL; i++) {
        const char *value = lb_reply_get(r, s->keys[i], NULL);
        uint64_t n;
        if (value == NULL)
            continue;
        if (text_u64(value, 0, INT64_MAX, &n) == 0)
            json_object_set_new(o, s->keys[i], json_integer((json_int_t)n));
        else
            json_object_set_new(o, s->keys[i], json_string(value));
        text_add(line, sizeof line, " %s%s%s", i == 0 ? "" : s->keys[i],
                 i == 0 ? "" : "=", value);
    }
    if (c->output == OUTPUT_JSON) {
        json_line(o);
    } else {
        json_decref(o);
        printf("%s%s\n", node, line);
    }
    fflush(stdout);
    if (lb_reply_text(r)[0] != '\0')
        ctl_note(c, "%s", lb_reply_text(r));
}

static int
change(struct ctl *c, struct args *a, const struct setting *s)
{
    struct wish w = { .call = { .op = s->op } };
    struct lb_reply *r;
    size_t n = 0;

    if (args_next(c, a) != 0 || read_words(c, s, a, &w) != 0)
        return c->status;
    if (w.call.n_pairs > 0)
        lb_call_text(&w.call, "by", who(w.by, sizeof w.by));
    char (*name)[64] = reach_each(c, &w.nodes, w.nodes != NULL, &n);
    for (size_t i = 0; name != NULL && i < n; i++) {
        struct lb *lb = reach(c, name[i]);
        if (lb == NULL)
            continue;
        int status = lb_call_do(lb, &w.call, &r);
        if (status == LB_OK)
            tell(c, s, name[i], r);
        else
            ctl_failed(c, lb, status);
        lb_reply_free(r);
    }
    free(name);
    return c->status;
}

int
policy_main(struct ctl *c, struct args *a)
{
    static const struct setting s = { "policy", "policies", policies,
                                      policy_keys };

    return change(c, a, &s);
}

int
placement_main(struct ctl *c, struct args *a)
{
    static const struct setting s = { "placement", "placements", placements,
                                      placement_keys };

    return change(c, a, &s);
}

static const struct column columns[] = {
    { "FROM", "from", false }, { "TO", "to", false }, { "JOBS", "jobs", true },
    { NULL, NULL, false }
};

static void
add_moves(struct table *t, const struct lb_reply *r)
{
    const uint8_t *row;
    size_t len, at = 0;
    char from[64], to[64], jobs[24];
    uint64_t n;

    while (lb_reply_row(r, &at, &row, &len)) {
        if (!lb_row_get(row, len, "from", from, sizeof from) ||
            !lb_row_get(row, len, "to", to, sizeof to) ||
            !lb_row_get(row, len, "jobs", jobs, sizeof jobs) ||
            text_u64(jobs, 0, UINT32_MAX, &n) != 0)
            continue;
        table_text(t, from);
        table_text(t, to);
        table_number(t, n);
    }
}

int
rebalance_main(struct ctl *c, struct args *a)
{
    struct lb_call call = { .op = "rebalance" };
    struct lb_reply *r;
    size_t n = 0;
    int id;

    while ((id = args_next(c, a)) > 0)
        lb_call_number(&call, "dry_run", 1);
    if (id < 0)
        return c->status;
    struct table *t = table_new(columns);
    char (*name)[64] = reach_each(c, a->word, a->n_words, &n);
    for (size_t i = 0; name != NULL && i < n; i++) {
        struct lb *lb = reach(c, name[i]);
        int status = lb == NULL ? LB_OK : lb_call_do(lb, &call, &r);
        if (lb == NULL)
            continue;
        if (status == LB_OK)
            add_moves(t, r);
        else
            ctl_failed(c, lb, status);
        lb_reply_free(r);
    }
    if (name != NULL && (table_rows(t) > 0 || c->output == OUTPUT_JSON))
        table_print(c, t, "moves", NULL);
    else if (c->status == 0)
        ctl_note(c, "balanced");
    free(name);
    table_free(t);
    return c->status;
}
