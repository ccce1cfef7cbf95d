/* SPDX-License-Identifier: MPL-2.0 */
/* lbsim - the decisions of a node under virtual time. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/exits.h"
#include "sim/compare.h"
#include "sim/faults.h"
#include "sim/many.h"
#include "sim/options.h"
#include "sim/report.h"
#include "sim/scenario.h"
#include "sim/seed.h"

/* An assertion of the core has failed: say how to come back to it. It was
 * abort() that raised the signal, here and now, so all may be called. */
/* NOLINTBEGIN(bugprone-signal-handler) */
static void
aborted(int sig)
{
    (void)sig;
    seed_report("an assertion failed");
    (void)fflush(NULL);
    _exit(EXIT_FAILED);
}
/* NOLINTEND(bugprone-signal-handler) */

static int
run_seeds(const struct options *o)
{
    const struct seed_options so = {
        .nodes = o->hosts_given ? o->n_hosts : 5,
        .slots = o->slots_given ? o->slots : 0,
        .faults = o->faults == UINT32_MAX ? FAULT_ALL : o->faults,
        .verbose = o->verbose
    };
    struct seeds_total t = { 0 };

    if (!many_run(o->seed, o->seeds, o->parallel, &so, &t)) {
        (void)fputs("lbsim: cannot start so many processes\n", stderr);
        return EXIT_FAILED;
    }
    report_seeds(&t, o->output);
    return t.failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

int
main(int argc, char **argv)
{
    struct options o;
    int status;

    options_parse(argc, argv, &o);
    (void)signal(SIGABRT, aborted);
    if (o.scenario != NULL)
        status = scenario_run(o.scenario, o.verbose);
    else if (o.comparison)
        status = compare_run(&o);
    else
        status = run_seeds(&o);
    options_fini(&o);
    return status;
}
