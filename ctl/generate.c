/* SPDX-License-Identifier: MPL-2.0 */
#include "ctl/generate.h"

#include <math.h>

enum { MOST_MS = 86400000 };

uint64_t
generate_ms(struct random *r, enum dist dist, double mean_ms, double shape)
{
    double x = mean_ms, u = random_unit(r);

    switch (dist) {
    case DIST_CONSTANT:
        break;
    case DIST_UNIFORM:
        x = 2 * mean_ms * u;
        break;
    case DIST_EXP:
        x = -mean_ms * log(1 - u);
        break;
    case DIST_PARETO:
        x = mean_ms * (shape - 1) / shape / pow(1 - u, 1 / shape);
        break;
    }
    return x > MOST_MS ? MOST_MS : (uint64_t)(x + 0.5);
}
