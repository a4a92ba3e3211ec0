// SPDX-License-Identifier: Apache-2.0
/* A stance as a chart of characters. Shapes tell the series apart, colour only helps; where nothing is known the chart stays empty. */
#include "write/chart.h"
#include <math.h>
#include <stdlib.h>

enum { WIDE = 80, HIGH = 14, WIDE_MAX = 400, HIGH_LEAST = 6, HIGH_MAX = 60, LEFT = 5, TICK_ROOM = 8, NAME_MAX = 24 };

/* Later ones cover earlier ones. */
typedef enum ink { INK_NONE, INK_BAND, INK_ZERO, INK_CHANGE, INK_LANE, INK_LINE, INK_DOT } ink;

typedef struct cell {
    uint32_t cp;
    uint8_t ink, color; /* color: series + 1 */
} cell;

typedef struct canvas {
    const dm_stance_series *series;
    size_t n;
    dm_frame f;
    int wide, high; /* of the plot */
    bool color, lanes;
    cell *at; /* [high + 1][wide]; the last row is the axis */
} canvas;

static const uint32_t line_of[DM_STANCE_SERIES_MAX] = { 0x2501, 0x2550, 0x2504, 0x2508, 0x254C, 0x223F };
static const uint32_t dot_of[DM_STANCE_SERIES_MAX] = { 0x25CF, 0x25A0, 0x25B2, 0x25C6, 0x25CB, 0x25A1 };
static const uint32_t band_cp = 0x2591, zero_cp = 0x00B7, change_cp = 0x254E, up_cp = 0x25B2, down_cp = 0x25BC,
                      rise_cp = 0x2503;
static const uint32_t words_dot = 0x25CB, deeds_dot = 0x25CF, words_line = 0x2508, deeds_line = 0x2500;
static const int colors[DM_STANCE_SERIES_MAX] = { 34, 33, 32, 35, 36, 31 };
enum { COLOR_WORDS = 33, COLOR_DEEDS = 36 };

static int row_of(const canvas *c, double v)
{
    double r = (c->f.high - v) / (c->f.high - c->f.low) * (c->high - 1);
    return r < 0 ? 0 : r > c->high - 1 ? c->high - 1 : (int)lround(r);
}

static int column_of(const canvas *c, dm_day d)
{
    double x = ((double)d - c->f.first) / ((double)c->f.last - c->f.first) * c->wide;
    return x < 0 ? 0 : x >= c->wide ? c->wide - 1 : (int)x;
}

static dm_day day_of(const canvas *c, int column)
{
    return (dm_day)floor(c->f.first + (column + 0.5) / c->wide * ((double)c->f.last - c->f.first));
}

static void put_at(canvas *c, int row, int column, uint32_t cp, ink ink, unsigned color)
{
    cell *x = &c->at[row * c->wide + column];
    if (ink >= x->ink)
        *x = (cell){ cp, (uint8_t)ink, (uint8_t)color };
}

/* --- what is drawn --- */

static void draw_lane(canvas *c, const dm_stance *s, dm_lane lane, uint32_t cp, ink ink, unsigned color, bool band)
{
    size_t n, hint = 0;
    const dm_stance_point *p = dm_stance_points(s, lane, &n);
    int last = -1;
    for (int x = 0; x < c->wide; x++) {
        double y, sd;
        if (!dm_chart_at(p, n, day_of(c, x), &hint, &y, &sd)) {
            last = -1;
            continue;
        }
        for (int r = row_of(c, y + sd); band && r <= row_of(c, y - sd); r++)
            put_at(c, r, x, band_cp, INK_BAND, color);
        int row = row_of(c, y);
        for (int r = last; ink == INK_LINE && last >= 0 && abs(row - r) > 1;) { /* a steep step stays one line */
            r += row > r ? 1 : -1;
            put_at(c, r, x, rise_cp, ink, color);
        }
        put_at(c, row, x, cp, ink, color);
        last = row;
    }
}

static void draw_evidence(canvas *c, unsigned i)
{
    size_t n;
    const dm_stance_use *u = dm_stance_uses(c->series[i].stance, &n);
    for (size_t k = 0; k < n; k++) {
        if (u[k].fate != DM_FATE_USED || u[k].day < c->f.first || u[k].day > c->f.last)
            continue;
        bool deed = u[k].lane == DM_LANE_DEEDS;
        uint32_t cp = c->n > 1 ? dot_of[i] : deed ? deeds_dot : words_dot;
        unsigned color = c->n > 1 ? i + 1 : DM_STANCE_SERIES_MAX + (deed ? 2u : 1u);
        put_at(c, row_of(c, u[k].position), column_of(c, u[k].day), cp, INK_DOT, color);
    }
}

static void draw_changes(canvas *c, unsigned i)
{
    size_t n;
    const dm_stance_turn *t = dm_stance_turns(c->series[i].stance, DM_LANE_ALL, &n);
    for (size_t k = 0; k < n; k++) {
        if (t[k].kind != DM_TURN_CHANGE)
            continue;
        int x = column_of(c, t[k].day);
        for (int r = 0; r < c->high; r++)
            put_at(c, r, x, change_cp, INK_CHANGE, i + 1);
        put_at(c, c->high, x, c->n > 1 ? '1' + i : t[k].after > t[k].before ? up_cp : down_cp, INK_DOT, i + 1);
    }
}

static void draw(canvas *c)
{
    for (int x = 0; x < c->wide; x++) {
        put_at(c, row_of(c, 0), x, zero_cp, INK_ZERO, 0);
        put_at(c, c->high, x, 0x2500, INK_BAND, 0);
    }
    for (dm_day d = dm_chart_tick(&c->f, c->f.first); d <= c->f.last; d = dm_chart_tick(&c->f, d + 1))
        put_at(c, c->high, column_of(c, d), 0x252C, INK_ZERO, 0);
    for (unsigned i = 0; i < c->n; i++) {
        const dm_stance *s = c->series[i].stance;
        draw_changes(c, i);
        if (c->lanes && c->n == 1) {
            draw_lane(c, s, DM_LANE_WORDS, words_line, INK_LANE, DM_STANCE_SERIES_MAX + 1, false);
            draw_lane(c, s, DM_LANE_DEEDS, deeds_line, INK_LANE, DM_STANCE_SERIES_MAX + 2, false);
        }
        draw_lane(c, s, DM_LANE_ALL, line_of[i], INK_LINE, i + 1, c->n == 1);
    }
    for (unsigned i = 0; i < c->n; i++)
        draw_evidence(c, i);
}

/* --- writing --- */

static void put_cp(dm_buf *b, uint32_t cp)
{
    char u[4];
    dm_put(b, (dm_str){ u, dm_utf8_put(u, cp) });
}

static void put_color(dm_buf *b, const canvas *c, unsigned color)
{
    if (!c->color)
        return;
    int n = !color                              ? 0
            : color <= DM_STANCE_SERIES_MAX     ? colors[color - 1]
            : color == DM_STANCE_SERIES_MAX + 1 ? COLOR_WORDS
                                                : COLOR_DEEDS;
    dm_put_z(b, "\033[");
    dm_put_i(b, n);
    dm_put_z(b, "m");
}

static void put_cells(dm_buf *b, const canvas *c, int row)
{
    const cell *x = &c->at[row * c->wide];
    int end = c->wide;
    unsigned color = 0;
    while (end > 0 && !x[end - 1].cp)
        end--;
    for (int i = 0; i < end; i++) {
        if (x[i].color != color)
            put_color(b, c, color = x[i].color);
        put_cp(b, x[i].cp ? x[i].cp : ' ');
    }
    if (color)
        put_color(b, c, 0);
    dm_put_z(b, "\n");
}

static void put_left(dm_buf *b, const canvas *c, int row)
{
    for (int v = (int)ceil(c->f.low / c->f.step) * c->f.step; v <= c->f.high; v += c->f.step) {
        if (row_of(c, v) != row)
            continue;
        dm_put_z(b, abs(v) < 10 ? "  " : " ");
        dm_put_z(b, v > 0 ? "+" : v < 0 ? "-" : " ");
        dm_put_i(b, abs(v));
        put_cp(b, 0x2524);
        return;
    }
    dm_put_z(b, "    ");
    put_cp(b, 0x2502);
}

static void put_ticks(dm_buf *b, const canvas *c)
{
    int at = 0;
    for (dm_day d = dm_chart_tick(&c->f, c->f.first); d <= c->f.last; d = dm_chart_tick(&c->f, d + 1)) {
        char name[16];
        dm_chart_tick_name(&c->f, d, name);
        int x = LEFT + column_of(c, d) - 1, n = (int)strlen(name);
        if (x < at || x + n > LEFT + c->wide)
            continue;
        for (; at < x; at++)
            dm_put_z(b, " ");
        dm_put_z(b, name);
        at += n;
    }
    dm_put_z(b, "\n");
}

/* Columns that a character takes, whatever the locale. */
static int columns_of(uint32_t cp)
{
    bool mark = (cp >= 0x300 && cp <= 0x36F) || cp == 0x200B || cp == 0x200D || (cp >= 0xFE00 && cp <= 0xFE0F);
    bool two = (cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) || (cp >= 0xAC00 && cp <= 0xD7A3) ||
               (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
               cp >= 0x1F300;
    return mark ? 0 : two ? 2 : 1;
}

/* At most `most` columns of s, control characters as blanks; the columns written. */
static int put_cut(dm_buf *b, const char *s, int most)
{
    size_t len = strlen(s);
    int at = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += dm_utf8_next(s, len, i, &cp);
        int w = columns_of(cp);
        if (at + w > most)
            break;
        put_cp(b, cp < 0x20 || cp == 0x7F ? ' ' : cp);
        at += w;
    }
    return at;
}

typedef struct legend {
    dm_buf *b;
    const canvas *c;
    int at;
} legend;

/* One entry: mark, blank, text; on a new line where it does not fit. */
static void put_entry(legend *l, uint32_t a, uint32_t b, const char *text, unsigned color)
{
    int n = 4 + (b != 0), most = l->c->wide + LEFT, wide = 0;
    for (size_t i = 0, len = strlen(text); i < len;) {
        uint32_t cp;
        i += dm_utf8_next(text, len, i, &cp);
        wide += columns_of(cp);
    }
    wide = wide > NAME_MAX ? NAME_MAX : wide;
    if (l->at && l->at + n + wide > most) {
        dm_put_z(l->b, "\n");
        l->at = 0;
    }
    if (l->at)
        dm_put_z(l->b, "  ");
    put_color(l->b, l->c, color);
    put_cp(l->b, a);
    if (b)
        put_cp(l->b, b);
    put_color(l->b, l->c, 0);
    dm_put_z(l->b, " ");
    int written = put_cut(l->b, text, NAME_MAX);
    l->at += (l->at ? 2 : 0) + 2 + (b != 0) + written;
}

static void put_legend(dm_buf *b, const canvas *c)
{
    legend l = { b, c, 0 };
    for (unsigned i = 0; i < c->n; i++)
        put_entry(&l, line_of[i], c->n > 1 ? dot_of[i] : 0, c->series[i].name, i + 1);
    if (c->n == 1) {
        put_entry(&l, band_cp, 0, "1 sd", 1);
        put_entry(&l, deeds_dot, c->lanes ? deeds_line : 0, "deeds", DM_STANCE_SERIES_MAX + 2);
        put_entry(&l, words_dot, c->lanes ? words_line : 0, "words", DM_STANCE_SERIES_MAX + 1);
        put_entry(&l, up_cp, down_cp, "change", 1);
    } else
        put_entry(&l, '1', 0, "... change, by series", 0);
    dm_put_z(b, "\n");
}

static void put_all(dm_buf *b, const canvas *c, const char *title)
{
    if (title && *title) {
        put_cut(b, title, LEFT + c->wide);
        dm_put_z(b, "\n");
    }
    for (int r = 0; r < c->high; r++) {
        put_left(b, c, r);
        put_cells(b, c, r);
    }
    dm_put_z(b, "    ");
    put_cp(b, 0x2514);
    put_cells(b, c, c->high);
    put_ticks(b, c);
    put_legend(b, c);
}

dm_status dm_write_stance_text(
    dm_buf *out, const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err)
{
    dm_status st = dm_chart_check(series, n, chart, err);
    if (st != DM_OK)
        return st;
    dm_stance_chart o = chart ? *chart : (dm_stance_chart)DM_STANCE_CHART_INIT;
    unsigned wide = !o.width ? WIDE : o.width < DM_WIDTH_MIN ? DM_WIDTH_MIN : o.width > WIDE_MAX ? WIDE_MAX : o.width;
    unsigned high = !o.height ? HIGH : o.height < HIGH_LEAST ? HIGH_LEAST : o.height > HIGH_MAX ? HIGH_MAX : o.height;
    canvas c = { .series = series, .n = n, .wide = (int)wide - LEFT, .high = (int)high, .color = o.color, .lanes = o.lanes };
    c.f = dm_chart_frame(series, n, c.wide, TICK_ROOM);
    if (!c.f.any) {
        put_cut(out, "no evidence", (int)wide);
        dm_put_z(out, "\n");
        return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a chart") : DM_OK;
    }
    c.at = calloc((size_t)(c.high + 1) * (size_t)c.wide, sizeof *c.at);
    if (!c.at)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a chart");
    draw(&c);
    put_all(out, &c, o.title);
    free(c.at);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a chart") : DM_OK;
}
