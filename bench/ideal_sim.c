// SPDX-License-Identifier: Apache-2.0
/* Ideal points at the size of the United Nations: a made-up assembly (tests/unit/ideal_world.h), fitted, timed and compared with the
 * truth. ninja -C build ideal-sim && build/ideal-sim [SEED] */
#include "../tests/unit/ideal_world.h"
#include <stdio.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int run(const char *name, const world_plan *plan)
{
    world w;
    world_make(&w, plan);
    dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
    opts.anchor_high = 0;
    dm_ideal_point *points = NULL;
    dm_ideal_fit_info info;
    dm_error err;
    size_t n = 0;
    double start = seconds();
    dm_status st = dm_ideal_fit(w.votes, w.n_votes, w.roll_period, w.n_rolls, plan->actors, &opts, &points, &n, &info, &err);
    if (st == DM_OK) {
        world_fit f = world_compare(&w, points, n);
        printf("%-34s %7zu votes %5.1f s %3u iterations%s  r worst %.4f mean %.4f  coverage %.3f  rms/se %.2f  drift %.3f  "
               "bound %.2f\n",
            name, w.n_votes, seconds() - start, info.iterations, info.converged ? "" : " (not converged)", f.worst, f.mean,
            f.coverage, f.slip, info.drift, info.loglik);
    } else {
        fprintf(stderr, "%s: %s\n", name, err.msg);
    }
    free(points);
    world_free(&w);
    return st != DM_OK;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20240611;
    world_plan plan = { seed ? seed : 1, 75, 190, 55, 80, 0.1, 0, 0, 0.07 };
    int bad = run("ordinal model", &plan);
    plan.foreign = 0.5;
    bad |= run("half quadratic with heavy tails", &plan);
    plan.second = 0.3;
    bad |= run("and a second dimension", &plan);
    plan.foreign = 0;
    plan.second = 0;
    plan.rolls = 15;
    bad |= run("few roll calls (15 a period)", &plan);
    return bad;
}
