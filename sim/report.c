/* SPDX-License-Identifier: MPL-2.0 */
#include "sim/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/faults.h"

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

static void
add_figures(struct figures *t, const struct figures *f)
{
    t->messages += f->messages;
    t->twice += f->twice;
    t->starts += f->starts;
    t->unknown += f->unknown;
    for (int i = 0; i < FAULT_KINDS; i++)
        t->injected[i] += f->injected[i];
    t->dropped += f->dropped;
    t->doubled += f->doubled;
    t->deaf += f->deaf;
    t->asked_again += f->asked_again;
    t->submitted += f->submitted;
    t->acknowledged += f->acknowledged;
    t->missing += f->missing;
    t->duplicated += f->duplicated;
    t->unexpected += f->unexpected;
    t->recovered += f->recovered;
    t->destroyed += f->destroyed;
    if (f->drained_us > t->drained_us)
        t->drained_us = f->drained_us;
}

void
seeds_add(struct seeds_total *t, const struct seed_result *r)
{
    t->seeds++;
    t->failed += !r->ok;
    t->steps += r->steps;
    t->jobs += r->jobs;
    t->virtual_us += r->virtual_us;
    add_figures(&t->sum, &r->figures);
}

void
seeds_join(struct seeds_total *t, const struct seeds_total *other)
{
    t->seeds += other->seeds;
    t->failed += other->failed;
    t->steps += other->steps;
    t->jobs += other->jobs;
    t->virtual_us += other->virtual_us;
    add_figures(&t->sum, &other->sum);
}

static void
seeds_json(const struct seeds_total *t, double hours)
{
    const struct figures *f = &t->sum;
    json_t *faults = json_object();
    json_t *checked = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
        "submitted", (json_int_t)f->submitted,
        "acknowledged", (json_int_t)f->acknowledged,
        "lost", (json_int_t)f->missing,
        "duplicated", (json_int_t)f->duplicated,
        "unexpected", (json_int_t)f->unexpected,
        "recovered", (json_int_t)f->recovered,
        "destroyed", (json_int_t)f->destroyed);

    for (int i = 0; fault_names[i] != NULL; i++)
        (void)json_object_set_new(faults, fault_names[i],
                                  json_integer((json_int_t)f->injected[i]));
    print_json(json_pack(
        "{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:o, s:o}",
        "v", 1,
        "seeds", (json_int_t)t->seeds, "failed", (json_int_t)t->failed,
        "steps", (json_int_t)t->steps, "jobs", (json_int_t)t->jobs,
        "starts", (json_int_t)f->starts, "unknown", (json_int_t)f->unknown,
        "messages", (json_int_t)f->messages, "virtual_h", hours,
        "drained_s", (double)f->drained_us / 1e6,
        "checked", checked, "faults", faults));
}

static void
say_faults(const struct figures *f)
{
    const char *comma = "faults:";

    for (int i = 0; fault_names[i] != NULL; i++) {
        if (f->injected[i] == 0)
            continue;
        (void)printf("%s %" PRIu64 " %s", comma, f->injected[i],
                     fault_names[i]);
        comma = ",";
    }
    (void)printf("%s %" PRIu64 " messages lost, %" PRIu64 " doubled; %" PRIu64
                 " answers lost, %" PRIu64 " programs begun anew\n",
                 comma[0] == ',' ? ";" : comma, f->dropped, f->doubled,
                 f->deaf, f->asked_again);
}

void
report_seeds(const struct seeds_total *t, enum output how)
{
    const double hours = (double)t->virtual_us / 3.6e9;
    const struct figures *f = &t->sum;

    if (how == OUTPUT_JSON) {
        seeds_json(t, hours);
        return;
    }
    (void)printf("%" PRIu64 " seeds, %" PRIu64 " failed: %" PRIu64
                 " steps, %.1f h of virtual time, %" PRIu64 " jobs, %" PRIu64
                 " starts beyond the first, %" PRIu64 " outcome unknown, %"
                 PRIu64 " messages; drained %.0f s after the last fault at "
                 "most\n", t->seeds, t->failed, t->steps, hours, t->jobs,
                 f->twice, f->unknown, f->messages,
                 (double)f->drained_us / 1e6);
    say_faults(f);
    (void)printf("submitted %" PRIu64 " / acknowledged %" PRIu64 " / lost %"
                 PRIu64 " / duplicated %" PRIu64 " / unexpected %" PRIu64
                 " / recovered %" PRIu64 " (%" PRIu64 " went with disks that "
                 "were destroyed)\n", f->submitted, f->acknowledged,
                 f->missing, f->duplicated, f->unexpected, f->recovered,
                 f->destroyed);
}
