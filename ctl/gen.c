/* SPDX-License-Identifier: MPL-2.0 */
/* gen-workload */
#include "ctl/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/generate.h"
#include "ctl/own.h"
#include "kinds/kind.h"

enum { OPT_MS = 256, OPT_DIST, OPT_SEED, OPT_SHAPE, OPT_KIND, OPT_FORCE };

const struct option_row generate_options[] = {
    { "ms", OPT_MS, VALUE_YES },       { "dist", OPT_DIST, VALUE_YES },
    { "seed", OPT_SEED, VALUE_YES },   { "shape", OPT_SHAPE, VALUE_YES },
    { "kind", OPT_KIND, VALUE_YES },   { "output", 'o', VALUE_YES },
    { "force", OPT_FORCE, VALUE_NO },  { NULL, 0, VALUE_NO }
};

struct wanted {
    uint64_t n, mean_ms, seed;
    enum dist dist;
    double shape;
    const char *kind, *file;
    bool force;
};

static int
read_shape(struct ctl *c, const struct args *a, double *out)
{
    char *end;
    double x = strtod(a->value, &end);

    if (end == a->value || *end != '\0' || !isfinite(x) || x <= 1 ||
        x > 100) {
        ctl_fail(c, EXIT_USAGE, "--shape: \"%s\" is not a number above 1 and "
                 "up to 100", a->value);
        return -1;
    }
    *out = x;
    return 0;
}

static int
take(struct ctl *c, struct wanted *w, const struct args *a, int id)
{
    static const char *const dists[] = { "constant", "uniform", "exp",
                                         "pareto", NULL };
    int i;

    switch (id) {
    case OPT_MS:
        return args_number(c, a, 0, 86400000, &w->mean_ms);
    case OPT_DIST:
        i = args_choice(c, a, dists);
        w->dist = (enum dist)i;
        return i < 0 ? -1 : 0;
    case OPT_SEED:
        return args_number(c, a, 0, UINT64_MAX, &w->seed);
    case OPT_SHAPE:
        return read_shape(c, a, &w->shape);
    case OPT_KIND:
        w->kind = a->value;
        return 0;
    case 'o':
        w->file = a->value;
        return 0;
    default:
        w->force = true;
        return 0;
    }
}

static int
write_lines(struct ctl *c, const struct wanted *w, FILE *f, const char *path)
{
    struct random r;

    random_seed(&r, w->seed);
    for (uint64_t i = 0; i < w->n && !ferror(f); i++)
        fprintf(f, "%s %" PRIu64 "\n", w->kind,
                generate_ms(&r, w->dist, (double)w->mean_ms, w->shape));
    if (f == stdout)
        ctl_stdout(c);
    else if (fflush(f) != 0 || ferror(f))
        ctl_fail(c, EXIT_DISK, "%s: %s", path, strerror(errno));
    return c->status;
}

int
generate_main(struct ctl *c, struct args *a)
{
    struct wanted w = { .mean_ms = 100, .seed = 1, .shape = 1.5,
                        .kind = "sleep" };
    char err[KIND_ERROR_MAX];
    int id;

    while ((id = args_next(c, a)) > 0)
        if (take(c, &w, a, id) != 0)
            return c->status;
    if (id < 0 || args_words(c, a, 1, 1) != 0)
        return c->status;
    int rc = text_u64(a->word[0], 0, KIND_JOBS_MAX, &w.n);
    if (rc != 0)
        return ctl_fail(c, EXIT_USAGE, rc == -ERANGE
                        ? "gen-workload: %s is outside 0..10000000"
                        : "gen-workload: \"%s\" is not a whole number",
                        a->word[0]);
    if (kind_ask(c, w.kind, err) == NULL)
        return ctl_fail(c, c->kind_status, "%s", err);
    if (w.file == NULL)
        return write_lines(c, &w, stdout, "stdout");
    FILE *f = fopen(w.file, w.force ? "we" : "wxe");
    if (f == NULL && errno == EEXIST)
        return ctl_fail(c, EXIT_USAGE, "%s: exists; --force overwrites",
                        w.file);
    if (f == NULL)
        return ctl_fail(c, EXIT_DISK, "%s: %s", w.file, strerror(errno));
    write_lines(c, &w, f, w.file);
    if (fclose(f) != 0 && c->status == 0)
        ctl_fail(c, EXIT_DISK, "%s: %s", w.file, strerror(errno));
    return c->status;
}
