/* SPDX-License-Identifier: MPL-2.0 */
/* faulty - verbs of scripts that make things go wrong. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "proto/msg.h"
#include "sim/script.h"

/* Words 1..3 are "A -> B" or "A <-> B". */
static bool
ends(struct script *s, size_t n, char **word, struct node *end[2], bool *both)
{
    if (n < 4)
        return script_wrong(s, "%s A -> B", word[0]);
    *both = strcmp(word[2], "<->") == 0;
    if (!*both && strcmp(word[2], "->") != 0)
        return script_wrong(s, "\"%s\" is neither -> nor <->", word[2]);
    return script_node(s, word[1], &end[0])
           && script_node(s, word[3], &end[1]);
}

static bool
type_of(struct script *s, const char *word, uint8_t *type)
{
    if (strcmp(word, "ANY") == 0) {
        *type = 0;
        return true;
    }
    for (unsigned t = 1; t < 128; t++) {
        if (strcmp(msg_type_name((uint8_t)t), word) == 0) {
            *type = (uint8_t)t;
            return true;
        }
    }
    return script_wrong(s, "no message type \"%s\"", word);
}

/* drop|duplicate|keep A -> B TYPE once|N|always; delay A -> B TYPE DUR ... */
static bool
add_rule(struct script *s, size_t n, char **word, enum rule_kind kind)
{
    struct rule u = { .kind = kind, .left = 1 };
    struct node *end[2];
    uint64_t count = 1;
    bool both;

    if (n < 5 || !ends(s, n, word, end, &both)
        || !type_of(s, word[4], &u.type))
        return s->error[0] != '\0' ? false
               : script_wrong(s, "%s A -> B TYPE once|N|always", word[0]);
    size_t i = 5;
    if (kind == RULE_DELAY
        && (n < 6 || !script_duration(s, word[i++], &u.delay_us)))
        return script_wrong(s, "delay A -> B TYPE DURATION once|N|always");
    if (i < n && strcmp(word[i], "always") == 0)
        u.left = UINT32_MAX;
    else if (i < n && strcmp(word[i], "once") != 0) {
        if (!script_number(s, word[i], 1000000, &count))
            return false;
        u.left = (uint32_t)count;
    }
    u.from = end[0]->at;
    u.to = end[1]->at;
    if (!net_add_rule(&s->w->net, u))
        return script_wrong(s, "more than %d rules", (int)RULES_MAX);
    return true;
}

/* deliver A -> B TYPE: what was kept arrives now, and no more is kept. */
static bool
deliver(struct script *s, size_t n, char **word)
{
    struct world *w = s->w;
    struct node *end[2];
    size_t left = 0;
    uint8_t type;
    bool both;

    if (n != 5 || !ends(s, n, word, end, &both)
        || !type_of(s, word[4], &type))
        return s->error[0] != '\0' ? false
               : script_wrong(s, "deliver A -> B TYPE");
    for (size_t i = 0; i < w->net.n_rules; i++) {
        struct rule *u = &w->net.rule[i];
        if (u->kind == RULE_KEEP && u->from == end[0]->at
            && u->to == end[1]->at && (type == 0 || u->type == type))
            u->left = 0;
    }
    for (size_t i = 0; i < w->n_kept; i++) {
        struct packet *p = w->kept[i];
        if (p->from != end[0]->at || p->to != end[1]->at
            || (type != 0 && p->type != type)) {
            w->kept[left++] = p;
            continue;
        }
        world_tell(w, 0, "delivers %s -> %s %s", word[1], word[3],
                   msg_type_name(p->type));
        world_due(w, (struct due){ .at_us = w->now_us, .kind = DUE_MSG,
                                   .node = p->to, .packet = p });
    }
    w->n_kept = left;
    return true;
}

/* cut A -> B, heal A <-> B, heal */
static bool
cut_or_heal(struct script *s, size_t n, char **word)
{
    const uint8_t cuts = word[0][0] == 'c';
    struct node *end[2];
    bool both;

    if (n == 1 && cuts == 0 && s->w != NULL) {
        for (uint16_t a = 0; a < s->w->n; a++)
            for (uint16_t b = 0; b < s->w->n; b++)
                net_link(&s->w->net, a, b)->cuts = 0;
        for (size_t i = 0; i < s->w->net.n_rules; i++)
            s->w->net.rule[i].left = 0;
        world_tell(s->w, 0, "heal");
        return true;
    }
    if (!ends(s, n, word, end, &both))
        return false;
    net_link(&s->w->net, end[0]->at, end[1]->at)->cuts = cuts;
    if (both)
        net_link(&s->w->net, end[1]->at, end[0]->at)->cuts = cuts;
    world_tell(s->w, 0, "%s %s %s %s", word[0], word[1], word[2], word[3]);
    return true;
}

/* stick|fill|free disk NODE */
static bool
disk_verb(struct script *s, size_t n, char **word)
{
    struct node *node;

    if (n != 3 || strcmp(word[1], "disk") != 0)
        return script_wrong(s, "%s disk NODE", word[0]);
    if (!script_node(s, word[2], &node))
        return false;
    if (strcmp(word[0], "free") == 0)
        node_free_disk(s->w, node);
    else
        node_stick_disk(s->w, node, strcmp(word[0], "fill") == 0);
    return true;
}

/* fail next N runs on NODE */
static bool
fail_verb(struct script *s, size_t n, char **word)
{
    struct node *node;
    uint64_t count = 1;

    if (n < 5 || !script_node(s, word[n - 1], &node)
        || (n > 5 && !script_number(s, word[2], 1000, &count)))
        return s->error[0] != '\0' ? false
               : script_wrong(s, "fail next N runs on NODE");
    node->fail_next = (uint32_t)count;
    return true;
}

/* hide|show files NODE: whether it can read the files of jobs */
static bool
files_verb(struct script *s, size_t n, char **word)
{
    struct node *node;

    if (n != 3 || strcmp(word[1], "files") != 0)
        return script_wrong(s, "%s files NODE", word[0]);
    if (!script_node(s, word[2], &node))
        return false;
    node->no_files = strcmp(word[0], "hide") == 0;
    return true;
}

/* offer NODE [KIND...]: what it runs from now on; off NODE KIND */
static bool
kinds_verb(struct script *s, size_t n, char **word)
{
    struct event ev = { .kind = EV_CONFIG };
    const bool off = strcmp(word[0], "off") == 0;
    struct node *node;

    if (off ? n != 3 : n < 2)
        return script_wrong(s, "%s NODE%s", word[0], off ? " KIND" : "");
    if (!script_node(s, word[1], &node))
        return false;
    if (!off)
        node->config.kinds[0] = '\0';
    for (size_t i = 2; i < n && !off; i++)
        text_add(node->config.kinds, sizeof node->config.kinds, "%s%s",
                 i > 2 ? " " : "", word[i]);
    ev.config = &node->config;
    if (off) {  /* the third is one too many */
        ev.kind = EV_COPROCESS;
        ev.coprocess.kind = span_str(word[2]);
        ev.coprocess.broken = true;
        ev.coprocess.limit = 3;
        ev.coprocess.why = span_str("exit 1");
    }
    for (int i = 0; i < (off ? 3 : 1); i++)
        if (node->core != NULL)
            world_feed(s->w, node, &ev);
    return true;
}

/* crash|restart|pause|resume|leave|replace|backup|restore NODE */
static bool
node_verb(struct script *s, size_t n, char **word)
{
    struct node *node;

    if (n != 2)
        return script_wrong(s, "%s NODE", word[0]);
    if (!script_node(s, word[1], &node))
        return false;
    if (strcmp(word[0], "crash") == 0) {
        node_crash(s->w, node);
    } else if (strcmp(word[0], "replace") == 0) {
        node_replace(s->w, node);
    } else if (strcmp(word[0], "backup") == 0) {
        node_back_up(s->w, node);
    } else if (strcmp(word[0], "restore") == 0) {
        node_restore(s->w, node);
    } else if (strcmp(word[0], "restart") == 0) {
        node_crash(s->w, node);
        world_tell(s->w, node->at + 1u, "starts");
        node_start(s->w, node);
    } else if (strcmp(word[0], "pause") == 0) {
        node_pause(s->w, node);
    } else if (strcmp(word[0], "resume") == 0) {
        node_resume(s->w, node);
    } else {
        node_leave(s->w, node);
    }
    return true;
}

static bool
is_one_of(const char *word, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

bool
script_fault(struct script *s, size_t n, char **word, bool *known)
{
    static const char *const nodes[] = { "crash", "restart", "pause",
                                         "resume", "leave", "replace",
                                         "backup", "restore", NULL };
    static const char *const disks[] = { "stick", "fill", "free", NULL };
    static const char *const cuts[] = { "cut", "heal", NULL };
    static const char *const rules[] = { "drop", "delay", "duplicate",
                                         "keep", NULL };
    *known = true;
    if (is_one_of(word[0], nodes))
        return node_verb(s, n, word);
    if (is_one_of(word[0], disks))
        return disk_verb(s, n, word);
    if (is_one_of(word[0], cuts))
        return cut_or_heal(s, n, word);
    for (int i = 0; rules[i] != NULL; i++)
        if (strcmp(word[0], rules[i]) == 0)
            return add_rule(s, n, word, (enum rule_kind)(i + 1));
    if (strcmp(word[0], "deliver") == 0)
        return deliver(s, n, word);
    if (strcmp(word[0], "hide") == 0 || strcmp(word[0], "show") == 0)
        return files_verb(s, n, word);
    if (strcmp(word[0], "offer") == 0 || strcmp(word[0], "off") == 0)
        return kinds_verb(s, n, word);
    if (strcmp(word[0], "fail") == 0)
        return fail_verb(s, n, word);
    *known = false;
    return true;
}
