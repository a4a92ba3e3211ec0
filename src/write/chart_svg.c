// SPDX-License-Identifier: Apache-2.0
/* A stance as one <svg> element: position with its band, lanes of words and deeds, evidence, changes. No scripts, links, ids or fonts of
 * its own; colours by class, so that a page may hold several and light, dark and paper each look right. */
#include "write/chart.h"
#include <math.h>
#include <stdlib.h>

enum {
    WIDE = 960,
    HIGH = 420,
    SIZE_LEAST = 240,
    SIZE_MOST = 8000,
    LEFT = 48,
    RIGHT = 16,
    TOP = 16,
    BOTTOM = 64,
    TITLE = 26,
    LEGEND = 20
};
enum { TICK_ROOM = 56, DOTS_MOST = 1500, LABEL_MOST = 400, NONE_ROOM = 90, LETTER = 7 };

static const double dot_least = 2, dot_more = 2.5; /* radius of evidence of weight 0, and what weight 1 adds */
static const double point_room = 0.5;              /* points nearer than this on the paper are one */

/* Okabe and Ito's palette, which the colour-blind tell apart, lighter on dark; each series has its own dashes, too. */
static const char style[] =
    "<style>.dm-stance{background:#fff;font:12px system-ui,sans-serif}.dm-stance text{fill:#333}.dm-stance "
    ".g{stroke:#ddd}.dm-stance "
    ".z{stroke:#777}.dm-stance .h{font-weight:600;font-size:15px}.dm-stance .n{fill:#767676;font-style:italic}.dm-stance "
    ".l{fill:none;stroke-width:2.2}.dm-stance .t{fill:none;stroke-width:1.3}.dm-stance .s0{stroke:#0072b2}.dm-stance "
    ".s1{stroke:#b84a00}.dm-stance .s2{stroke:#007a5a}.dm-stance .s3{stroke:#a8477e}.dm-stance .s4{stroke:#8a6500}.dm-stance "
    ".s5{stroke:#555}.dm-stance .w{stroke:#b84a00}.dm-stance .d{stroke:#007a5a}.dm-stance .f0{fill:#0072b2}.dm-stance "
    ".f1{fill:#b84a00}.dm-stance .f2{fill:#007a5a}.dm-stance .f3{fill:#a8477e}.dm-stance .f4{fill:#8a6500}.dm-stance "
    ".f5{fill:#555}.dm-stance .fd{fill:#007a5a}.dm-stance .fw{fill:#fff}.dm-stance .b{opacity:.16;stroke:none}.dm-stance "
    ".c{opacity:.12;stroke:none}.dm-stance .v{stroke-width:1;stroke-dasharray:3 3}"
    "@media screen and (prefers-color-scheme:dark){.dm-stance{background:#17181c}.dm-stance text{fill:#ddd}.dm-stance "
    ".g{stroke:#3a3b40}.dm-stance .z{stroke:#999}.dm-stance .n{fill:#a0a0a0}.dm-stance .s0{stroke:#56b4e9}.dm-stance "
    ".s1,.dm-stance .w{stroke:#f28e3c}.dm-stance .s2,.dm-stance .d{stroke:#2fc79b}.dm-stance .s3{stroke:#e29ac4}.dm-stance "
    ".s4{stroke:#e6b422}.dm-stance .s5{stroke:#bbb}.dm-stance .f0{fill:#56b4e9}.dm-stance .f1{fill:#f28e3c}.dm-stance "
    ".f2,.dm-stance .fd{fill:#2fc79b}.dm-stance .f3{fill:#e29ac4}.dm-stance .f4{fill:#e6b422}.dm-stance "
    ".f5{fill:#bbb}.dm-stance "
    ".fw{fill:#17181c}.dm-stance .b{opacity:.24}}@media print{.dm-stance{background:none}}</style>";
static const char *const dashes[DM_STANCE_SERIES_MAX] = { "", "9 4", "2 3", "10 3 2 3", "5 5", "14 4 2 4 2 4" };

typedef struct paper {
    dm_buf *b;
    const dm_stance_series *series;
    size_t n;
    const dm_stance_chart *o;
    dm_frame f;
    double left, top, wide, high, all_wide, all_high;
    bool lanes;
} paper;

/* --- bytes --- */

/* Text for XML 1.0: markup escaped, what XML forbids and what is no UTF-8 replaced; at most `most` code points. */
static void put_xml(dm_buf *b, const char *s, size_t most)
{
    size_t len = s ? strlen(s) : 0, i = 0;
    for (size_t n = 0; i < len && n < most; n++) {
        uint32_t cp;
        i += dm_utf8_next(s, len, i, &cp);
        char u[4];
        if (cp == '&' || cp == '<' || cp == '>' || cp == '"')
            dm_put_z(b, cp == '&' ? "&amp;" : cp == '<' ? "&lt;" : cp == '>' ? "&gt;" : "&quot;");
        else
            dm_put(b, (dm_str){ u, dm_utf8_put(u, cp < 0x20 || cp == 0x7F ? ' ' : (cp & 0xFFFE) == 0xFFFE ? 0xFFFD : cp) });
    }
    if (i < len)
        dm_put_z(b, "\xE2\x80\xA6");
}

static void put_attr(dm_buf *b, const char *name, double v)
{
    dm_put_z(b, " ");
    dm_put_z(b, name);
    dm_put_z(b, "=\"");
    dm_put_num(b, v, 0, 1);
    dm_put_z(b, "\"");
}

static void put_signed(dm_buf *b, double v)
{
    dm_put_z(b, v > 0 ? "+" : "");
    dm_put_num(b, v, 1, 1);
}

static double x_of(const paper *p, dm_day d)
{
    return p->left + ((double)d - p->f.first) / ((double)p->f.last - p->f.first) * p->wide;
}

static double y_of(const paper *p, double v)
{
    v = v > p->f.high ? p->f.high : v < p->f.low ? p->f.low : v;
    return p->top + (p->f.high - v) / (p->f.high - p->f.low) * p->high;
}

static void put_line(const paper *p, const char *kind, double x1, double y1, double x2, double y2)
{
    dm_put_z(p->b, "<line class=\"");
    dm_put_z(p->b, kind);
    dm_put_z(p->b, "\"");
    put_attr(p->b, "x1", x1);
    put_attr(p->b, "y1", y1);
    put_attr(p->b, "x2", x2);
    put_attr(p->b, "y2", y2);
    dm_put_z(p->b, "/>");
}

static void put_text(const paper *p, double x, double y, const char *extra, const char *text, size_t most)
{
    dm_put_z(p->b, "<text");
    put_attr(p->b, "x", x);
    put_attr(p->b, "y", y);
    dm_put_z(p->b, extra);
    dm_put_z(p->b, ">");
    put_xml(p->b, text, most);
    dm_put_z(p->b, "</text>");
}

/* " class=\"A3\"" and the like. */
static void put_class(dm_buf *b, const char *kind, const char *mark, unsigned i)
{
    dm_put_z(b, " class=\"");
    dm_put_z(b, kind);
    dm_put_z(b, mark);
    dm_put_u(b, i);
    dm_put_z(b, "\"");
}

/* --- axes --- */

static void put_axes(const paper *p)
{
    dm_put_z(p->b, "<g>");
    for (int v = (int)ceil(p->f.low / p->f.step) * p->f.step; v <= p->f.high; v += p->f.step) {
        char text[8] = { (char)(v < 0 ? '-' : v > 0 ? '+' : ' '), 0 };
        int m = abs(v);
        text[1] = (char)(m >= 10 ? '1' : '0' + m);
        text[2] = (char)(m >= 10 ? '0' : 0);
        put_line(p, v ? "g" : "z", p->left, y_of(p, v), p->left + p->wide, y_of(p, v));
        put_text(p, p->left - 6, y_of(p, v) + 4, " text-anchor=\"end\"", v ? text : "0", 8);
    }
    double bottom = p->top + p->high;
    for (dm_day d = dm_chart_tick(&p->f, p->f.first); d <= p->f.last; d = dm_chart_tick(&p->f, d + 1)) {
        char name[16];
        dm_chart_tick_name(&p->f, d, name);
        put_line(p, "g", x_of(p, d), p->top, x_of(p, d), bottom + 5);
        put_text(p, x_of(p, d), bottom + 18, " text-anchor=\"middle\"", name, sizeof name);
    }
    dm_put_z(p->b, "</g>\n");
}

/* --- lines and bands --- */

static bool apart(const paper *p, const dm_stance_point *q, size_t from, size_t i, size_t n)
{
    bool end = i + 1 == n || !q[i + 1].supported;
    return i == from || end || x_of(p, q[i].day) - x_of(p, q[from].day) >= point_room;
}

/* Corners of points [a, b), at position plus `side` deviations; backwards when side is negative. */
static void put_corners(const paper *p, const dm_stance_point *q, const size_t *kept, size_t n, double side)
{
    for (size_t i = 0; i < n; i++) {
        const dm_stance_point *x = &q[kept[side < 0 ? n - 1 - i : i]];
        dm_put_z(p->b, i || side < 0 ? "L" : "M");
        dm_put_num(p->b, x_of(p, x->day), 0, 1);
        dm_put_z(p->b, " ");
        dm_put_num(p->b, y_of(p, x->position + side * x->sd), 0, 1);
    }
}

static void put_path(const paper *p, const dm_stance_point *q, const size_t *kept, size_t n, bool band)
{
    dm_put_z(p->b, " d=\"");
    if (band) {
        put_corners(p, q, kept, n, 1);
        put_corners(p, q, kept, n, -1);
        dm_put_z(p->b, "Z");
    } else {
        put_corners(p, q, kept, n, 0);
        if (n == 1)
            dm_put_z(p->b, "h1");
    }
    dm_put_z(p->b, "\"/>");
}

typedef struct pen {
    const char *kind, *mark, *dash;
    unsigned series;
    bool band, numbered;
} pen;

static void put_pen(const paper *p, const pen *pen)
{
    dm_put_z(p->b, "<path");
    if (pen->numbered)
        put_class(p->b, pen->kind, pen->mark, pen->series);
    else {
        dm_put_z(p->b, " class=\"");
        dm_put_z(p->b, pen->kind);
        dm_put_z(p->b, pen->mark);
        dm_put_z(p->b, "\"");
    }
    if (*pen->dash) {
        dm_put_z(p->b, " stroke-dasharray=\"");
        dm_put_z(p->b, pen->dash);
        dm_put_z(p->b, "\"");
    }
}

/* One path for each run of points that are supported. */
static bool put_runs(const paper *p, const dm_stance *s, dm_lane lane, const pen *pen)
{
    size_t n, m = 0;
    const dm_stance_point *q = dm_stance_points(s, lane, &n);
    size_t *kept = malloc((n + 1) * sizeof *kept);
    for (size_t i = 0; kept && i < n; i++) {
        if (!q[i].supported)
            continue;
        if (!m || apart(p, q, kept[m - 1], i, n))
            kept[m++] = i;
        if (i + 1 < n && q[i + 1].supported)
            continue;
        put_pen(p, pen);
        put_path(p, q, kept, m, pen->band);
        m = 0;
    }
    dm_put_z(p->b, "\n");
    free(kept);
    return kept;
}

static bool put_lines(const paper *p, unsigned i)
{
    const dm_stance *s = p->series[i].stance;
    const pen band = { "b f", "", "", i, true, true }, words = { "t ", "w", "2 3", i, false, false },
              deeds = { "t ", "d", "7 2", i, false, false }, line = { "l s", "", dashes[i], i, false, true };
    bool ok = put_runs(p, s, DM_LANE_ALL, &band);
    if (p->lanes && p->n == 1)
        ok = ok && put_runs(p, s, DM_LANE_WORDS, &words) && put_runs(p, s, DM_LANE_DEEDS, &deeds);
    return ok && put_runs(p, s, DM_LANE_ALL, &line);
}

/* Where nothing is known, it says so. */
static void put_none(const paper *p)
{
    size_t n;
    const dm_stance_point *q = dm_stance_points(p->series[0].stance, DM_LANE_ALL, &n);
    for (size_t i = 0, k; p->n == 1 && i < n; i = k) {
        for (k = i + 1; k < n && q[k].supported == q[i].supported; k++) {
        }
        double a = x_of(p, q[i].day), b = x_of(p, q[k - 1].day);
        if (!q[i].supported && b - a >= NONE_ROOM)
            put_text(p, (a + b) / 2, y_of(p, 0) - 8, " class=\"n\" text-anchor=\"middle\"", "no evidence", 16);
    }
}

/* --- changes and evidence --- */

static void put_change_title(dm_buf *b, const dm_stance_turn *t, const char *name)
{
    dm_put_z(b, "<title>");
    put_xml(b, name, LABEL_MOST);
    dm_put_z(b, ": change ");
    dm_put_day(b, t->last_before);
    dm_put_z(b, " / ");
    dm_put_day(b, t->day);
    dm_put_z(b, ", ");
    put_signed(b, t->before);
    dm_put_z(b, " to ");
    put_signed(b, t->after);
    dm_put_z(b, ", probability ");
    dm_put_num(b, t->probability, 2, 2);
    dm_put_z(b, "</title>");
}

static void put_changes(const paper *p, unsigned i)
{
    size_t n;
    const dm_stance_turn *t = dm_stance_turns(p->series[i].stance, DM_LANE_ALL, &n);
    for (size_t k = 0; k < n; k++) {
        if (t[k].kind != DM_TURN_CHANGE)
            continue;
        double b = x_of(p, t[k].day), a = x_of(p, t[k].last_before);
        a = a < p->left ? p->left : a;
        dm_put_z(p->b, "<g>");
        put_change_title(p->b, &t[k], p->series[i].name);
        dm_put_z(p->b, "<rect");
        put_class(p->b, "c f", "", i);
        put_attr(p->b, "x", a);
        put_attr(p->b, "y", p->top);
        put_attr(p->b, "width", b - a > 3 ? b - a : 3);
        put_attr(p->b, "height", p->high);
        dm_put_z(p->b, "/>");
        char kind[] = "v s0";
        kind[3] = (char)('0' + i);
        put_line(p, kind, b, p->top, b, p->top + p->high);
        put_text(p, b, p->top - 3, " text-anchor=\"middle\"", t[k].after > t[k].before ? "\xE2\x96\xB2" : "\xE2\x96\xBC", 1);
        dm_put_z(p->b, "</g>\n");
    }
}

static int heavier(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Weight that evidence needs to be shown, so that not more than DOTS_MOST (and equals of the last) are. */
static bool least_weight(const dm_stance_use *u, size_t n, double *out)
{
    *out = 0;
    size_t used = 0;
    double *w = n > DOTS_MOST ? malloc(n * sizeof *w) : NULL;
    if (n <= DOTS_MOST)
        return true;
    for (size_t i = 0; w && i < n; i++)
        if (u[i].fate == DM_FATE_USED)
            w[used++] = u[i].weight;
    if (used > DOTS_MOST) {
        qsort(w, used, sizeof *w, heavier);
        *out = w[DOTS_MOST - 1];
    }
    free(w);
    return w;
}

static void put_dot(const paper *p, unsigned i, size_t k, const dm_stance_use *u)
{
    const char *const *label = p->series[i].label;
    bool deed = u->lane == DM_LANE_DEEDS;
    dm_put_z(p->b, "<circle");
    if (p->n > 1)
        put_class(p->b, deed ? "t f" : "t fw s", "", i);
    else
        dm_put_z(p->b, deed ? " class=\"fd\"" : " class=\"t fw w\"");
    put_attr(p->b, "cx", x_of(p, u->day));
    put_attr(p->b, "cy", y_of(p, u->position));
    put_attr(p->b, "r", dot_least + dot_more * (u->weight < 2 ? u->weight : 2));
    dm_put_z(p->b, "><title>");
    dm_put_day(p->b, u->day);
    dm_put_z(p->b, deed ? ", deed, " : ", word, ");
    put_signed(p->b, u->position);
    if (label && label[k]) {
        dm_put_z(p->b, ": ");
        put_xml(p->b, label[k], LABEL_MOST);
    }
    dm_put_z(p->b, "</title></circle>\n");
}

static bool put_dots(const paper *p, unsigned i)
{
    size_t n, shown = 0;
    double least;
    const dm_stance_use *u = dm_stance_uses(p->series[i].stance, &n);
    if (!least_weight(u, n, &least))
        return false;
    for (size_t k = 0; k < n && shown < DOTS_MOST; k++)
        if (u[k].fate == DM_FATE_USED && u[k].weight >= least && u[k].day >= p->f.first && u[k].day <= p->f.last) {
            put_dot(p, i, k, &u[k]);
            shown++;
        }
    return true;
}

/* --- the whole --- */

static double put_key(const paper *p, double x, double y, const char *shape, const char *text)
{
    dm_put_z(p->b, shape);
    put_text(p, x + 32, y, "", text, 40);
    size_t n = strlen(text);
    return x + 32 + LETTER * (double)(n > 40 ? 40 : n) + 20;
}

static double put_sample(const paper *p, double x, double y, const pen *pen, const char *text)
{
    put_pen(p, pen);
    dm_put_z(p->b, " d=\"M");
    dm_put_num(p->b, x, 0, 1);
    dm_put_z(p->b, " ");
    dm_put_num(p->b, y - 4, 0, 1);
    dm_put_z(p->b, "h26\"/>");
    return put_key(p, x, y, "", text);
}

static void put_legend(const paper *p)
{
    double x = p->left, y = p->top + p->high + 42;
    for (unsigned i = 0; i < p->n; i++) {
        const pen line = { "l s", "", dashes[i], i, false, true };
        double need = 52 + LETTER * (double)strlen(p->series[i].name);
        if (i && x + need > p->all_wide) {
            x = p->left;
            y += LEGEND;
        }
        x = put_sample(p, x, y, &line, p->series[i].name);
    }
    if (p->n == 1 && p->lanes) {
        const pen words = { "t ", "w", "2 3", 0, false, false }, deeds = { "t ", "d", "7 2", 0, false, false };
        x = put_sample(p, x, y, &words, "words (\xE2\x97\x8B)");
        x = put_sample(p, x, y, &deeds, "deeds (\xE2\x97\x8F)");
        put_text(p, x, y, "", "band: 1 sd   \xE2\x96\xB2\xE2\x96\xBC change of level", 48);
    }
    dm_put_z(p->b, "\n");
}

static void put_description(const paper *p)
{
    dm_put_z(p->b, "<desc>");
    if (p->o->description)
        put_xml(p->b, p->o->description, SIZE_MOST);
    for (size_t i = 0; !p->o->description && i < p->n; i++) {
        size_t n;
        const dm_stance_info *f = dm_stance_about(p->series[i].stance);
        const dm_stance_turn *t = dm_stance_turns(p->series[i].stance, DM_LANE_ALL, &n);
        put_xml(p->b, p->series[i].name, LABEL_MOST);
        dm_put_z(p->b, ": ");
        dm_put_u(p->b, f->n[DM_LANE_ALL]);
        dm_put_z(p->b, " happenings");
        for (size_t k = 0; k < n; k++) {
            if (t[k].kind == DM_TURN_AGAINST)
                continue;
            dm_put_z(p->b, k ? "; " : "; from ");
            dm_put_day(p->b, t[k].day);
            dm_put_z(p->b, " at ");
            put_signed(p->b, t[k].after);
        }
        dm_put_z(p->b, ". ");
    }
    dm_put_z(p->b, "</desc>\n");
}

static void put_head(const paper *p)
{
    const char *title = p->o->title && *p->o->title ? p->o->title : "Stance through time";
    dm_put_z(p->b, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dm-stance\" role=\"img\" viewBox=\"0 0 ");
    dm_put_num(p->b, p->all_wide, 0, 0);
    dm_put_z(p->b, " ");
    dm_put_num(p->b, p->all_high, 0, 0);
    dm_put_z(p->b, "\"");
    put_attr(p->b, "width", p->all_wide);
    put_attr(p->b, "height", p->all_high);
    dm_put_z(p->b, ">\n<title>");
    put_xml(p->b, title, LABEL_MOST);
    dm_put_z(p->b, "</title>\n");
    put_description(p);
    dm_put_z(p->b, style);
    dm_put_z(p->b, "\n");
    if (p->o->title && *p->o->title)
        put_text(p, p->left, TITLE - 6, " class=\"h\"", title, LABEL_MOST);
}

static bool put_body(const paper *p)
{
    bool ok = true;
    put_axes(p);
    put_none(p);
    for (unsigned i = 0; i < p->n; i++)
        put_changes(p, i);
    for (unsigned i = 0; i < p->n && ok; i++)
        ok = put_lines(p, i);
    for (unsigned i = 0; i < p->n && ok; i++)
        ok = put_dots(p, i);
    return ok;
}

static double side(unsigned given, unsigned usual)
{
    unsigned v = given ? given : usual;
    return v < SIZE_LEAST ? SIZE_LEAST : v > SIZE_MOST ? SIZE_MOST : v;
}

dm_status dm_write_stance_svg(
    dm_buf *out, const dm_stance_series *series, size_t n, const dm_stance_chart *chart, dm_error *err)
{
    static const dm_stance_chart usual = DM_STANCE_CHART_INIT;
    dm_status st = dm_chart_check(series, n, chart, err);
    if (st != DM_OK)
        return st;
    paper p = { .b = out, .series = series, .n = n, .o = chart ? chart : &usual, .left = LEFT };
    p.all_wide = side(p.o->width, WIDE);
    p.all_high = side(p.o->height, HIGH);
    p.lanes = p.o->lanes;
    p.top = TOP + (p.o->title && *p.o->title ? TITLE : 0);
    p.wide = p.all_wide - LEFT - RIGHT;
    p.high = p.all_high - p.top - BOTTOM - (n > 3 ? LEGEND : 0);
    p.f = dm_chart_frame(series, n, p.wide, TICK_ROOM);
    put_head(&p);
    bool ok = true;
    if (p.f.any)
        ok = put_body(&p);
    else
        put_text(&p, p.all_wide / 2, p.all_high / 2, " class=\"n\" text-anchor=\"middle\"", "no evidence", 16);
    put_legend(&p);
    dm_put_z(out, "</svg>\n");
    return ok && !out->failed ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a chart");
}
