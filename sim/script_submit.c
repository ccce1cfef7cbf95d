/* SPDX-License-Identifier: MPL-2.0 */
/* submit - what a scenario's workloads are. */
#include <stdio.h>
#include <string.h>

#include "sim/load.h"
#include "sim/script.h"

enum { MILLI = 1000 };

/* "300%" */
static bool
percent(struct script *s, char *text, uint16_t *out)
{
    uint64_t v;

    *strchr(text, '%') = '\0';
    if (!script_number(s, text, UINT16_MAX, &v))
        return false;
    *out = (uint16_t)v;
    return true;
}

static bool
submit_option(struct script *s, struct wish *h, char *word)
{
    uint64_t v = 0;
    int64_t us = 0;
    char *value;

    if (strcmp(word, "once") == 0)
        h->once = true;
    else if (strcmp(word, "hold") == 0)
        h->held = h->stays_held = true;
    else if (strcmp(word, "idempotent") == 0)
        h->idempotent = true;
    else if (strcmp(word, "blind") == 0)
        h->blind = true;
    else if (strcmp(word, "file") == 0)
        h->file = h->ship = true;
    else if (strcmp(word, "path") == 0)
        h->file = true;
    else if ((value = script_value(word, "kind")) != NULL)
        h->kind = strcmp(value, "render") == 0 ? "render" : "sleep";
    else if ((value = script_value(word, "jobs")) != NULL
             && script_number(s, value, 1000000, &v) && v > 0)
        h->n_jobs = (uint32_t)v;
    else if ((value = script_value(word, "chunk")) != NULL
             && script_number(s, value, 1000000, &v) && v > 0)
        h->chunk = (uint32_t)v;
    else if ((value = script_value(word, "retries")) != NULL
             && script_number(s, value, 100, &v))
        h->retries = (uint8_t)v;
    else if ((value = script_value(word, "priority")) != NULL
             && script_number(s, value, 9, &v))
        h->priority = (uint8_t)v;
    else if ((value = script_value(word, "cost")) != NULL
             && script_duration(s, value, &us))
        h->min_us = h->max_us = (uint32_t)us;
    else if ((value = script_value(word, "pin")) != NULL)
        (void)snprintf(h->pin, sizeof h->pin, "%s", value);
    else if ((value = script_value(word, "halt")) != NULL
             && halt_read(value, &h->halt))
        ;
    else if ((value = script_value(word, "timeout")) != NULL
             && strchr(value, '%') != NULL)
        return percent(s, value, &h->timeout_percent);
    else if ((value = script_value(word, "last")) != NULL
             && script_duration(s, value, &us))
        h->last_us = (uint32_t)us;
    else if ((value = script_value(word, "timeout")) != NULL
             && script_duration(s, value, &us))
        h->timeout_us = (uint64_t)us;
    else
        return script_wrong(s, "submit: wrong option \"%s\"", word);
    return true;
}

/* submit LABEL [jobs=N] [cost=DUR] [once] ... at NODE */
bool
script_submit(struct script *s, size_t n, char **word)
{
    struct wish h = { .n_jobs = 1, .min_us = 100 * MILLI,
                      .max_us = 100 * MILLI, .priority = 4 };
    struct node *home;

    if (n < 4 || strcmp(word[n - 2], "at") != 0)
        return script_wrong(s, "submit LABEL [OPTION...] at NODE");
    if (!script_node(s, word[n - 1], &home))
        return false;
    h.label = word[1];
    for (size_t i = 2; i < n - 2; i++)
        if (!submit_option(s, &h, word[i]))
            return false;
    if (h.chunk == 0)
        h.chunk = h.n_jobs;
    h.home = home->at;
    h.at_us = s->w->now_us;
    (void)load_add(s->w, &h);
    return true;
}
