// SPDX-License-Identifier: Apache-2.0
/* A stance as data: one JSON object, or CSV rows of three kinds. What is not known is absent; a position is told only where evidence
 * supports it. */
#include "write/chart.h"

static const char *const fate_names[] = { "used", "same", "undated", "silent" };
enum { DIGITS = 3 };

/* --- JSON --- */

static void key(dm_buf *b, const char *name, bool *first)
{
    dm_put_z(b, *first ? "\"" : ",\"");
    dm_put_z(b, name);
    dm_put_z(b, "\":");
    *first = false;
}

static void key_num(dm_buf *b, const char *name, double v, bool *first)
{
    key(b, name, first);
    dm_put_num(b, v, 0, DIGITS);
}

static void key_count(dm_buf *b, const char *name, uint64_t v, bool *first)
{
    key(b, name, first);
    dm_put_u(b, v);
}

static void key_day(dm_buf *b, const char *name, dm_day d, bool *first)
{
    if (d == DM_DAY_NONE)
        return;
    key(b, name, first);
    dm_put_z(b, "\"");
    dm_put_day(b, d);
    dm_put_z(b, "\"");
}

static void key_text(dm_buf *b, const char *name, const char *text, bool *first)
{
    key(b, name, first);
    dm_put_json(b, dm_str_of(text));
}

static void key_id(dm_buf *b, const char *name, uint64_t id, bool *first)
{
    if (!id)
        return;
    key(b, name, first);
    dm_put_z(b, "\"");
    dm_put_id(b, id);
    dm_put_z(b, "\"");
}

static void json_points(dm_buf *b, const dm_stance *s, dm_lane lane)
{
    size_t n;
    const dm_stance_point *p = dm_stance_points(s, lane, &n);
    dm_put_z(b, "\"points\":[");
    for (size_t i = 0; i < n; i++) {
        bool first = true;
        dm_put_z(b, i ? ",\n{" : "\n{");
        key_day(b, "day", p[i].day, &first);
        key_count(b, "n", p[i].n, &first);
        key(b, "supported", &first);
        dm_put_z(b, p[i].supported ? "true" : "false");
        if (p[i].supported) {
            key_num(b, "position", p[i].position, &first);
            key_num(b, "sd", p[i].sd, &first);
        }
        dm_put_z(b, "}");
    }
    dm_put_z(b, "]");
}

static void json_turn(dm_buf *b, const dm_stance_turn *t)
{
    bool first = true;
    dm_put_z(b, "{");
    key_text(b, "kind", dm_turn_name((dm_turn_kind)t->kind), &first);
    key_day(b, "day", t->day, &first);
    key_day(b, "from", t->from, &first);
    key_day(b, "to", t->to, &first);
    key_day(b, "last_before", t->last_before, &first);
    key_num(b, "probability", t->probability, &first);
    if (t->kind != DM_TURN_OPENING) {
        key_num(b, "before", t->before, &first);
        key_num(b, "before_sd", t->before_sd, &first);
    }
    key_num(b, "after", t->after, &first);
    if (t->kind != DM_TURN_AGAINST)
        key_num(b, "after_sd", t->after_sd, &first);
    key(b, "evidence", &first);
    dm_put_z(b, "[");
    for (uint32_t i = 0; i < t->n_evidence; i++) {
        dm_put_z(b, i ? "," : "");
        dm_put_u(b, t->evidence[i]);
    }
    dm_put_z(b, "]}");
}

static void json_lane(dm_buf *b, const dm_stance *s, dm_lane lane)
{
    const dm_stance_info *f = dm_stance_about(s);
    size_t n;
    const dm_stance_turn *t = dm_stance_turns(s, lane, &n);
    bool first = true;
    dm_put_json(b, dm_str_of(dm_lane_name(lane)));
    dm_put_z(b, ":{");
    key_count(b, "happenings", f->n[lane], &first);
    if (f->n[lane]) {
        key_num(b, "drift", f->drift[lane], &first);
        key_num(b, "noise", f->noise[lane], &first);
    }
    key(b, "turns", &first);
    dm_put_z(b, "[");
    for (size_t i = 0; i < n; i++) {
        dm_put_z(b, i ? ",\n" : "\n");
        json_turn(b, &t[i]);
    }
    dm_put_z(b, "],\n");
    json_points(b, s, lane);
    dm_put_z(b, "}");
}

static void json_evidence(dm_buf *b, const dm_stance_series *s, size_t i, const dm_stance_use *u)
{
    const dm_evidence *e = s->evidence ? &s->evidence[i] : NULL;
    bool first = true;
    dm_put_z(b, "{");
    key_count(b, "index", i, &first);
    key_text(b, "fate", fate_names[u->fate], &first);
    if (u->fate == DM_FATE_SAME)
        key_count(b, "same", u->same, &first);
    key_day(b, "day", u->day, &first);
    if (e) {
        key_day(b, "from", e->from, &first);
        key_day(b, "to", e->to, &first);
        key_id(b, "event", e->event, &first);
        if (e->happening)
            key_count(b, "happening", e->happening, &first);
        key_count(b, "reports", e->reports, &first);
    }
    if (u->line) {
        key_text(b, "lane", dm_lane_name((dm_lane)u->lane), &first);
        key_num(b, "position", u->position, &first);
        key_num(b, "weight", u->weight, &first);
        key_num(b, "trust", u->trust, &first);
        key_count(b, "line", u->line, &first);
    }
    if (s->label && s->label[i])
        key_text(b, "label", s->label[i], &first);
    dm_put_z(b, "}");
}

static void json_series(dm_buf *b, const dm_stance_series *s)
{
    const dm_stance_info *f = dm_stance_about(s->stance);
    size_t n;
    const dm_stance_use *u = dm_stance_uses(s->stance, &n);
    bool first = true;
    dm_put_z(b, "{");
    key_text(b, "name", s->name, &first);
    key_count(b, "evidence_given", f->given, &first);
    key_count(b, "evidence_used", f->used, &first);
    key_count(b, "evidence_same", f->same, &first);
    key_count(b, "evidence_undated", f->undated, &first);
    key_count(b, "evidence_silent", f->silent, &first);
    key_day(b, "first", f->first, &first);
    key_day(b, "last", f->last, &first);
    key_count(b, "horizon_days", f->horizon, &first);
    key(b, "lanes", &first);
    dm_put_z(b, "{\n");
    for (unsigned k = 0; k < DM_LANES; k++) {
        dm_put_z(b, k ? ",\n" : "");
        json_lane(b, s->stance, (dm_lane)k);
    }
    dm_put_z(b, "},\n\"evidence\":[");
    for (size_t i = 0; i < n; i++) {
        dm_put_z(b, i ? ",\n" : "\n");
        json_evidence(b, s, i, &u[i]);
    }
    dm_put_z(b, "]}");
}

dm_status dm_write_stance_json(dm_buf *out, const dm_stance_series *series, size_t n, dm_error *err)
{
    dm_status st = dm_chart_check(series, n, NULL, err);
    if (st != DM_OK)
        return st;
    dm_put_z(out, "{\"scale\":[-10,10],\"series\":[\n");
    for (size_t i = 0; i < n; i++) {
        dm_put_z(out, i ? ",\n" : "");
        json_series(out, &series[i]);
    }
    dm_put_z(out, "]}\n");
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu bytes of output", out->len) : DM_OK;
}

/* --- CSV --- */

static const char header[] =
    "row,series,lane,day,from,to,position,sd,n,supported,kind,last_before,before,before_sd,probability,evidence,"
    "weight,trust,fate,same,event,happening,reports,label\n";

static void cell_text(dm_buf *b, const char *s)
{
    dm_put_z(b, ",");
    if (!s[strcspn(s, ",\"\r\n")]) {
        dm_put_z(b, s);
        return;
    }
    dm_put_z(b, "\"");
    for (; *s; s++)
        dm_put(b, *s == '"' ? DM_STR("\"\"") : (dm_str){ s, 1 });
    dm_put_z(b, "\"");
}

static void cell_num(dm_buf *b, double v, bool known)
{
    dm_put_z(b, ",");
    if (known)
        dm_put_num(b, v, 0, DIGITS);
}

static void cell_count(dm_buf *b, uint64_t v, bool known)
{
    dm_put_z(b, ",");
    if (known)
        dm_put_u(b, v);
}

static void cell_day(dm_buf *b, dm_day d)
{
    dm_put_z(b, ",");
    if (d != DM_DAY_NONE)
        dm_put_day(b, d);
}

static void csv_points(dm_buf *b, const dm_stance_series *s, dm_lane lane)
{
    size_t n;
    const dm_stance_point *p = dm_stance_points(s->stance, lane, &n);
    for (size_t i = 0; i < n; i++) {
        dm_put_z(b, "point");
        cell_text(b, s->name);
        cell_text(b, dm_lane_name(lane));
        cell_day(b, p[i].day);
        dm_put_z(b, ",,");
        cell_num(b, p[i].position, p[i].supported);
        cell_num(b, p[i].sd, p[i].supported);
        cell_count(b, p[i].n, true);
        dm_put_z(b, p[i].supported ? ",true" : ",false");
        dm_put_z(b, ",,,,,,,,,,,,,,\n");
    }
}

static void csv_turns(dm_buf *b, const dm_stance_series *s, dm_lane lane)
{
    size_t n;
    const dm_stance_turn *t = dm_stance_turns(s->stance, lane, &n);
    for (size_t i = 0; i < n; i++) {
        dm_put_z(b, "turn");
        cell_text(b, s->name);
        cell_text(b, dm_lane_name(lane));
        cell_day(b, t[i].day);
        cell_day(b, t[i].from);
        cell_day(b, t[i].to);
        cell_num(b, t[i].after, true);
        cell_num(b, t[i].after_sd, t[i].kind != DM_TURN_AGAINST);
        dm_put_z(b, ",,");
        cell_text(b, dm_turn_name((dm_turn_kind)t[i].kind));
        cell_day(b, t[i].last_before);
        cell_num(b, t[i].before, t[i].kind != DM_TURN_OPENING);
        cell_num(b, t[i].before_sd, t[i].kind != DM_TURN_OPENING);
        cell_num(b, t[i].probability, true);
        dm_put_z(b, ",");
        for (uint32_t k = 0; k < t[i].n_evidence; k++) {
            dm_put_z(b, k ? ";" : "");
            dm_put_u(b, t[i].evidence[k]);
        }
        dm_put_z(b, ",,,,,,,,\n");
    }
}

static void csv_evidence(dm_buf *b, const dm_stance_series *s)
{
    size_t n;
    const dm_stance_use *u = dm_stance_uses(s->stance, &n);
    for (size_t i = 0; i < n; i++) {
        const dm_evidence *e = s->evidence ? &s->evidence[i] : NULL;
        dm_put_z(b, "evidence");
        cell_text(b, s->name);
        cell_text(b, u[i].line ? dm_lane_name((dm_lane)u[i].lane) : "");
        cell_day(b, u[i].day);
        cell_day(b, e ? e->from : DM_DAY_NONE);
        cell_day(b, e ? e->to : DM_DAY_NONE);
        cell_num(b, u[i].position, u[i].line);
        dm_put_z(b, ",,,,,,,,");
        cell_count(b, i, true);
        cell_num(b, u[i].weight, u[i].line);
        cell_num(b, u[i].trust, u[i].line);
        cell_text(b, fate_names[u[i].fate]);
        cell_count(b, u[i].same, u[i].fate == DM_FATE_SAME);
        dm_put_z(b, ",");
        if (e && e->event)
            dm_put_id(b, e->event);
        cell_count(b, e ? e->happening : 0, e && e->happening);
        cell_count(b, e ? e->reports : 0, e);
        cell_text(b, s->label && s->label[i] ? s->label[i] : "");
        dm_put_z(b, "\n");
    }
}

dm_status dm_write_stance_csv(dm_buf *out, const dm_stance_series *series, size_t n, dm_error *err)
{
    dm_status st = dm_chart_check(series, n, NULL, err);
    if (st != DM_OK)
        return st;
    dm_put_z(out, header);
    for (size_t i = 0; i < n; i++) {
        for (unsigned k = 0; k < DM_LANES; k++)
            csv_points(out, &series[i], (dm_lane)k);
        for (unsigned k = 0; k < DM_LANES; k++)
            csv_turns(out, &series[i], (dm_lane)k);
        csv_evidence(out, &series[i]);
    }
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu bytes of output", out->len) : DM_OK;
}
