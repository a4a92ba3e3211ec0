// SPDX-License-Identifier: Apache-2.0
/* Ideal points: a made-up assembly is found again, the bound never falls, standard errors mean what they say, anchors turn the scale,
 * odd input is survived or named. Linked with --wrap, so that allocations of the fit can be made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ideal_world.h"
#include <string.h>

enum { NEVER = -1 };

static struct {
    long left; /* requests until one is refused; NEVER: none */
    bool fired;
} faults = { NEVER, false };

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

static bool refused(void)
{
    if (faults.left == NEVER || faults.left-- > 0)
        return false;
    faults.left = NEVER;
    faults.fired = true;
    return true;
}

void *__wrap_malloc(size_t size) { return refused() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t n, size_t size) { return refused() ? NULL : __real_calloc(n, size); }

static const world_plan SMALL = { 20240611, 20, 60, 30, 40, 0.1, 0, 0, 0.07 };
static const world_plan TINY = { 7, 4, 12, 8, 15, 0.1, 0, 0, 0.07 };

typedef struct result {
    dm_ideal_point *points;
    size_t n;
    dm_ideal_fit_info info;
} result;

static result fit_world(const world *w, dm_ideal_opts opts)
{
    result r = { NULL, 0, { 0, false, 0, 0, 0 } };
    dm_error err;
    dm_status st =
        dm_ideal_fit(w->votes, w->n_votes, w->roll_period, w->n_rolls, w->plan.actors, &opts, &r.points, &r.n, &r.info, &err);
    assert_int_equal(st, DM_OK);
    for (size_t i = 0; i < r.n; i++) {
        assert_true(isfinite(r.points[i].position) && isfinite(r.points[i].se) && r.points[i].se > 0);
        if (i > 0)
            assert_true(r.points[i - 1].period < r.points[i].period ||
                        (r.points[i - 1].period == r.points[i].period && r.points[i - 1].actor < r.points[i].actor));
    }
    return r;
}

/* Bad values would pass a comparison with NAN the wrong way round: every bound below is an assert_true of a "within". */
static void check_world(const world_plan *plan, double worst, double low, double high)
{
    world w;
    world_make(&w, plan);
    dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
    opts.anchor_high = 0;
    result r = fit_world(&w, opts);
    world_fit f = world_compare(&w, r.points, r.n);
    print_message("r worst %.4f mean %.4f coverage %.3f rms/se %.2f, %u iterations\n", f.worst, f.mean, f.coverage, f.slip,
        r.info.iterations);
    assert_true(r.info.converged);
    assert_true(f.worst >= worst);
    assert_true(f.coverage >= low && f.coverage <= high);
    free(r.points);
    world_free(&w);
}

static void the_truth_is_found(void **state)
{
    (void)state;
    check_world(&SMALL, 0.97, 0.85, 0.99);
}

static void another_model_is_borne(void **state)
{
    (void)state;
    world_plan plan = SMALL;
    plan.foreign = 0.5;
    plan.second = 0.3;
    check_world(&plan, 0.96, 0.80, 0.99);
}

static void a_jump_is_a_jump(void **state)
{
    (void)state;
    world w;
    world_make(&w, &SMALL);
    dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
    opts.anchor_high = 0;
    result r = fit_world(&w, opts);
    bool defects = false;
    uint32_t who = 2;
    while (who < SMALL.founders && !defects)
        world_bloc(&SMALL, who++, &defects);
    who--;
    assert_true(defects);
    double before = 0, after = 0;
    int32_t year = 1946 + (int32_t)(SMALL.periods * 3 / 5 + who % 3);
    for (size_t i = 0; i < r.n; i++) {
        before = r.points[i].actor == who && r.points[i].period == year - 1 ? r.points[i].position : before;
        after = r.points[i].actor == who && r.points[i].period == year ? r.points[i].position : after;
    }
    assert_true(after - before > 1.0); /* of 2.2 true units, of which about one is a standard deviation */
    free(r.points);
    world_free(&w);
}

static void the_bound_never_falls(void **state)
{
    (void)state;
    world w;
    world_plan plan = TINY;
    plan.foreign = 0.5;
    world_make(&w, &plan);
    for (int kind = 0; kind < 3; kind++) {
        double before = -INFINITY, first = 0;
        for (unsigned k = 1; k <= 25; k++) {
            dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
            opts.iterations = k;
            opts.tolerance = 1e-12;
            opts.tail = kind == 1 ? INFINITY : 0;
            opts.drift = kind == 2 ? 0.1 : 0;
            result r = fit_world(&w, opts);
            assert_int_equal(r.info.iterations, k);
            assert_true(r.info.loglik >= before - 1e-6 * fabs(r.info.loglik));
            before = r.info.loglik;
            first = k == 1 ? before : first;
            free(r.points);
        }
        assert_true(before > first + 1);
    }
    world_free(&w);
}

static void anchors_fix_the_direction(void **state)
{
    (void)state;
    world w;
    world_make(&w, &TINY);
    result r[5];
    const uint32_t anchor[5][2] = { { 0, DM_IDEAL_NOBODY }, { DM_IDEAL_NOBODY, 0 }, { 0, 3 }, { 3, 0 },
        { DM_IDEAL_NOBODY, DM_IDEAL_NOBODY } };
    for (int i = 0; i < 5; i++) {
        dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
        opts.anchor_high = anchor[i][0];
        opts.anchor_low = anchor[i][1];
        r[i] = fit_world(&w, opts);
    }
    assert_true(r[0].points[0].actor == 0 && r[0].points[0].position > 1);
    for (size_t k = 0; k < r[0].n; k++) {
        assert_true(r[1].points[k].position == -r[0].points[k].position);
        assert_true(r[2].points[k].position == r[0].points[k].position);
        assert_true(r[3].points[k].position == -r[0].points[k].position);
        assert_true(r[1].points[k].se == r[0].points[k].se);
    }
    /* In the made-up assembly, as in the real one, most roll calls are of the side that is opposed to actor 0. */
    assert_true(r[4].points[0].position > 0);
    for (int i = 0; i < 5; i++)
        free(r[i].points);
    world_free(&w);
}

static void the_order_of_votes_is_nothing(void **state)
{
    (void)state;
    world w;
    world_make(&w, &TINY);
    result a = fit_world(&w, (dm_ideal_opts)DM_IDEAL_OPTS_INIT), b = fit_world(&w, (dm_ideal_opts)DM_IDEAL_OPTS_INIT);
    for (size_t i = w.n_votes - 1; i > 0; i--) { /* shuffled */
        size_t k = (size_t)(world_uniform(&w) * (double)(i + 1));
        dm_ideal_vote keep = w.votes[i];
        w.votes[i] = w.votes[k];
        w.votes[k] = keep;
    }
    result c = fit_world(&w, (dm_ideal_opts)DM_IDEAL_OPTS_INIT);
    assert_int_equal(a.n, b.n);
    assert_int_equal(a.n, c.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_true(a.points[i].position == b.points[i].position && a.points[i].se == b.points[i].se);
        assert_true(a.points[i].position == c.points[i].position && a.points[i].se == c.points[i].se);
    }
    assert_true(a.info.loglik == b.info.loglik && a.info.loglik == c.info.loglik);
    free(a.points);
    free(b.points);
    free(c.points);
    world_free(&w);
}

typedef struct small_case {
    const char *name;
    dm_ideal_vote votes[8];
    size_t n_votes;
    int32_t periods[3];
    size_t n_rolls, n_points;
} small_case;

static void small_and_odd_is_fine(void **state)
{
    (void)state;
    static const small_case cases[] = {
        { "one vote", { { 2, 0, 1 } }, 1, { 1950 }, 1, 1 },
        { "one roll call", { { 0, 0, 1 }, { 1, 0, 3 }, { 2, 0, 2 }, { 3, 0, 1 } }, 4, { 1950 }, 1, 4 },
        { "unanimous", { { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 } }, 3, { 1950 }, 1, 3 },
        { "unanimous beside divided", { { 0, 0, 1 }, { 1, 0, 1 }, { 0, 1, 1 }, { 1, 1, 3 }, { 2, 1, 1 }, { 3, 0, 1 } }, 6,
            { 1950, 1950 }, 2, 4 },
        { "a state with one vote, far periods", { { 0, 0, 1 }, { 1, 0, 3 }, { 0, 1, 3 }, { 1, 1, 1 }, { 2, 1, 1 } }, 5,
            { INT32_MIN, INT32_MAX }, 2, 5 },
        { "no yes, and abstention only", { { 0, 0, 2 }, { 1, 0, 3 }, { 0, 1, 2 }, { 1, 1, 2 }, { 0, 2, 1 }, { 1, 2, 2 } }, 6,
            { 1951, 1950, 1950 }, 3, 4 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const small_case *c = &cases[k];
        dm_ideal_point *p = NULL;
        dm_ideal_fit_info info;
        size_t n = 99, votes = 0;
        dm_error err;
        assert_int_equal(dm_ideal_fit(c->votes, c->n_votes, c->periods, c->n_rolls, 5, NULL, &p, &n, &info, &err), DM_OK);
        assert_int_equal(n, c->n_points);
        for (size_t i = 0; i < n; i++) {
            assert_true(isfinite(p[i].position) && isfinite(p[i].se) && p[i].se > 0);
            votes += p[i].n_votes;
        }
        assert_int_equal(votes, c->n_votes);
        assert_true(isfinite(info.loglik) && info.converged);
        free(p);
    }
}

static void a_dissenter_stands_apart(void **state)
{
    (void)state;
    dm_ideal_vote votes[200]; /* ten roll calls, twenty states; state 7 alone says no each time */
    int32_t periods[10];
    for (uint32_t k = 0; k < 10; k++) {
        periods[k] = 1980;
        for (uint32_t i = 0; i < 20; i++)
            votes[k * 20 + i] = (dm_ideal_vote){ i, k, i == 7 ? DM_IDEAL_NO : DM_IDEAL_YES };
    }
    dm_ideal_point *p = NULL;
    size_t n = 0;
    assert_int_equal(dm_ideal_fit(votes, 200, periods, 10, 20, NULL, &p, &n, NULL, NULL), DM_OK);
    assert_int_equal(n, 20);
    for (uint32_t i = 0; i < 20; i++)
        if (i != 7) {
            assert_true(p[7].position > p[i].position + 2);
            assert_true(fabs(p[i].position - p[0].position) < 1e-6);
        }
    free(p);
}

static void wrong_input_is_named(void **state)
{
    (void)state;
    dm_ideal_vote votes[2] = { { 0, 0, 1 }, { 1, 0, 3 } };
    const int32_t periods[1] = { 1950 };
    static const dm_ideal_vote bad[] = { { 2, 0, 1 }, { 0, 1, 1 }, { 0, 0, 0 }, { 0, 0, 4 }, { UINT32_MAX, 0, 1 } };
    dm_ideal_point mark, *p = &mark;
    size_t n = 77;
    dm_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        votes[1] = bad[i];
        assert_int_equal(dm_ideal_fit(votes, 2, periods, 1, 2, NULL, &p, &n, NULL, &err), DM_EUSAGE);
        assert_int_equal(err.at, 1);
        assert_non_null(strstr(err.msg, "vote 1"));
    }
    votes[1] = (dm_ideal_vote){ 1, 0, 3 };
    const dm_ideal_opts wrong[] = { { 0, 0, 0, 2, DM_IDEAL_NOBODY, 0 }, { 0, 0, 0, DM_IDEAL_NOBODY, 9, 0 },
        { 0, 0, 0, 1, 1, 0 }, { 0, -1, 0, 0, 1, 0 }, { 0, 0, NAN, 0, 1, 0 }, { 0, 0, INFINITY, 0, 1, 0 },
        { 0, 0, 0, 0, 1, -2 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(dm_ideal_fit(votes, 2, periods, 1, 2, &wrong[i], &p, &n, NULL, &err), DM_EUSAGE);
    assert_int_equal(dm_ideal_fit(votes, (size_t)DM_IDEAL_VOTES_MAX + 1, periods, 1, 2, NULL, &p, &n, NULL, &err), DM_ELIMIT);
    assert_int_equal(dm_ideal_fit(NULL, 2, periods, 1, 2, NULL, &p, &n, NULL, &err), DM_EUSAGE);
    assert_true(p == &mark && n == 77); /* untouched */
    assert_int_equal(dm_ideal_fit(NULL, 0, NULL, 0, 0, NULL, &p, &n, NULL, &err), DM_OK);
    assert_true(p == NULL && n == 0);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    world w;
    world_make(&w, &TINY);
    long k = 0;
    for (;; k++) {
        dm_ideal_point mark, *p = &mark;
        size_t n = 77;
        dm_error err;
        dm_ideal_opts opts = DM_IDEAL_OPTS_INIT;
        opts.iterations = 1;
        faults.left = k;
        faults.fired = false;
        dm_status st = dm_ideal_fit(w.votes, w.n_votes, w.roll_period, w.n_rolls, TINY.actors, &opts, &p, &n, NULL, &err);
        faults.left = NEVER;
        if (!faults.fired) {
            assert_int_equal(st, DM_OK);
            free(p);
            break;
        }
        assert_int_equal(st, DM_ENOMEM);
        assert_true(p == &mark && n == 77);
    }
    assert_true(k > 15);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_is_found),
        cmocka_unit_test(another_model_is_borne),
        cmocka_unit_test(a_jump_is_a_jump),
        cmocka_unit_test(the_bound_never_falls),
        cmocka_unit_test(anchors_fix_the_direction),
        cmocka_unit_test(the_order_of_votes_is_nothing),
        cmocka_unit_test(small_and_odd_is_fine),
        cmocka_unit_test(a_dissenter_stands_apart),
        cmocka_unit_test(wrong_input_is_named),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
