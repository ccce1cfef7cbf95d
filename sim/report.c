/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_json(json_t *v)
{
    char *text = v == NULL ? NULL : json_dumps(v, JSON_INDENT(2)
                                                  | JSON_REAL_PRECISION(9));
    if (text == NULL)
        abort();
    (void)printf("%s\n", text);
    free(text);
    json_decref(v);
}

static void
rows_json(const struct row *rows, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        (void)json_array_append_new(list, json_pack(
            "{s:s, s:f, s:f, s:f, s:f, s:I, s:f, s:I, s:I, s:I}",
            "policy", r->policy, "makespan_s", r->makespan_s,
            "bound_s", r->bound_s, "ratio", r->ratio,
            "moves_per_job", r->moves, "worst", (json_int_t)r->worst,
            "p99_s", r->p99_s, "messages", (json_int_t)r->messages,
            "lost", (json_int_t)r->lost, "twice", (json_int_t)r->twice));
    }
    print_json(json_pack("{s:i, s:o}", "v", 1, "policies", list));
}

void
report_rows(const struct row *rows, size_t n, enum output how)
{
    if (how == OUTPUT_JSON) {
        rows_json(rows, n);
        return;
    }
    (void)printf("%-10s %9s %9s %7s %9s %5s %8s %9s %5s %5s\n", "POLICY",
                 "MAKESPAN", "BOUND", "RATIO", "MOVES/JOB", "WORST", "P99",
                 "MESSAGES", "LOST", "TWICE");
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        (void)printf("%-10s %8.3fs %8.3fs %7.3f %9.2f %5u %7.3fs %9" PRIu64
                     " %5" PRIu64 " %5" PRIu64 "\n", r->policy,
                     r->makespan_s, r->bound_s, r->ratio, r->moves,
                     r->worst, r->p99_s, r->messages, r->lost, r->twice);
    }
}

void
seeds_add(struct seeds_total *t, const struct seed_result *r)
{
    t->seeds++;
    t->failed += !r->ok;
    t->steps += r->steps;
    t->jobs += r->jobs;
    t->starts += r->figures.starts;
    t->twice += r->figures.twice;
    t->unknown += r->figures.unknown;
    t->messages += r->figures.messages;
    t->virtual_us += r->virtual_us;
}

void
report_seeds(const struct seeds_total *t, enum output how)
{
    const double hours = (double)t->virtual_us / 3.6e9;

    if (how == OUTPUT_JSON) {
        print_json(json_pack(
            "{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "v", 1,
            "seeds", (json_int_t)t->seeds, "failed", (json_int_t)t->failed,
            "steps", (json_int_t)t->steps, "jobs", (json_int_t)t->jobs,
            "starts", (json_int_t)t->starts, "twice", (json_int_t)t->twice,
            "unknown", (json_int_t)t->unknown,
            "messages", (json_int_t)t->messages, "virtual_h", hours));
        return;
    }
    (void)printf("%" PRIu64 " seeds, %" PRIu64 " failed: %" PRIu64
                 " steps, %.1f h of virtual time, %" PRIu64 " jobs, %" PRIu64
                 " starts beyond the first, %" PRIu64 " outcome unknown, %"
                 PRIu64 " messages\n", t->seeds, t->failed, t->steps, hours,
                 t->jobs, t->twice, t->unknown, t->messages);
}
