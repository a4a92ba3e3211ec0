// SPDX-License-Identifier: Apache-2.0
/* The gate of the recurrent layers: a rational stand-in for the logistic function, made of operations that every IEEE machine
 * rounds alike. Clamped at +-6, where it reaches 0 and 1 with slope 0. */
#ifndef DM_PARSE_GATE_H
#define DM_PARSE_GATE_H

static inline float dm_gate(float x)
{
    float y = x * 0.5f;
    y = y > 3.0f ? 3.0f : y;
    y = y < -3.0f ? -3.0f : y;
    float s = y * y;
    return 0.5f + 0.5f * (y * (27.0f + s) / (27.0f + 9.0f * s));
}

/* Derivative of dm_gate at x; the trainer's. */
static inline float dm_gate_slope(float x)
{
    float y = x * 0.5f;
    y = y > 3.0f ? 3.0f : y;
    y = y < -3.0f ? -3.0f : y;
    float s = y * y, a = 9.0f - s, b = 3.0f + s;
    return 0.25f * (a * a) / (9.0f * b * b);
}

#endif
