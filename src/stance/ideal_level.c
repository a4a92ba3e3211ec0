// SPDX-License-Identifier: Apache-2.0
/* The ordered probit of one vote: log probability of a level and its derivatives, safe far out in the tails. */
#include "stance/ideal_int.h"
#include <math.h>

#define HALF_LOG_2PI 0.91893853320467274178
#define SQRT_HALF 0.70710678118654752440
#define DIRECT_FROM (-6.0) /* above it the difference of two erfc() has all its digits */
#define TINY 1e-300

/* Gauss-Hermite rule for the standard normal. */
const double dm_ideal_node[DM_IDEAL_NODES] = { -1.7320508075688772, 0.0, 1.7320508075688772 };
const double dm_ideal_weight[DM_IDEAL_NODES] = { 1.0 / 6, 2.0 / 3, 1.0 / 6 };

/* phi(x) / Phi(-x) for large x, by its continued fraction. */
static double tail_ratio(double x)
{
    double r = x;
    for (int k = 16; k > 0; k--)
        r = x + k / r;
    return r;
}

void dm_ideal_normal_init(dm_ideal_normal *t)
{
    for (int i = 0; i <= DM_IDEAL_CELLS; i++) {
        double z = (double)i / DM_IDEAL_GRID - DM_IDEAL_REACH;
        double f = log(0.5 * erfc(-z * SQRT_HALF));
        double d = exp(-0.5 * z * z - HALF_LOG_2PI - f);
        t->f[i] = f;
        t->d[i] = d;
        t->dd[i] = -d * (z + d);
    }
}

/* log Phi(z); *d: its derivative. Cubic interpolation inside, the tails' own formulas outside. */
static double log_phi(const dm_ideal_normal *t, double z, double *d)
{
    if (z <= -DM_IDEAL_REACH) {
        *d = tail_ratio(-z);
        return -0.5 * z * z - HALF_LOG_2PI - log(*d);
    }
    if (z >= DM_IDEAL_REACH) {
        *d = exp(-0.5 * z * z - HALF_LOG_2PI);
        return -*d / z;
    }
    double at = (z + DM_IDEAL_REACH) * DM_IDEAL_GRID, s = at - floor(at), q = 1 - s;
    int i = (int)at;
    double a = q * q * (1 + 2 * s), b = s * s * (1 + 2 * q), c = q * q * s / DM_IDEAL_GRID, e = s * s * q / DM_IDEAL_GRID;
    *d = a * t->d[i] + b * t->d[i + 1] + c * t->dd[i] - e * t->dd[i + 1];
    return a * t->f[i] + b * t->f[i + 1] + c * t->d[i] - e * t->d[i + 1];
}

/* log(Phi(b) - Phi(a)), a < b. The mirrored pair is used where both are high, so that nothing cancels. */
static double log_between(const dm_ideal_normal *t, double a, double b)
{
    if (a + b > 0) {
        double keep = a;
        a = -b;
        b = -keep;
    }
    if (b > DIRECT_FROM)
        return log(fmax(0.5 * (erfc(-b * SQRT_HALF) - erfc(-a * SQRT_HALF)), TINY));
    double unused, high = log_phi(t, b, &unused), low = log_phi(t, a, &unused);
    return high + log(fmax(-expm1(low - high), TINY));
}

dm_ideal_term dm_ideal_level(const dm_ideal_normal *t, unsigned level, double z1, double z2)
{
    dm_ideal_term r = { 0, 0, 0, 0, 0, 0 };
    double d;
    if (level == DM_IDEAL_LOW) {
        r.f = log_phi(t, z1, &d);
        r.d1 = d;
        r.h11 = -d * (z1 + d);
    } else if (level == DM_IDEAL_HIGH) {
        r.f = log_phi(t, -z2, &d);
        r.d2 = -d;
        r.h22 = -d * (d - z2);
    } else {
        r.f = log_between(t, z1, z2);
        r.d1 = -exp(-0.5 * z1 * z1 - HALF_LOG_2PI - r.f);
        r.d2 = exp(-0.5 * z2 * z2 - HALF_LOG_2PI - r.f);
        r.h11 = -z1 * r.d1 - r.d1 * r.d1;
        r.h12 = -r.d1 * r.d2;
        r.h22 = -z2 * r.d2 - r.d2 * r.d2;
    }
    return r;
}
