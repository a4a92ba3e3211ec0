// SPDX-License-Identifier: Apache-2.0
/* GDELT 2.0 (61 columns) and 1.0 (58): no header, tabs between, no quotes. Columns and their meaning: docs/formats.md. */
#include "write/export.h"
#include <math.h>
#include <stdlib.h>

enum { N_TYPES = 3, CODE_LEN = 3, BASE_LEN = 3, ROOT_LEN = 2, LEAD_SENTENCES = 2, GEO_COUNTRY = 1 };

typedef struct gdelt_row {
    dm_exporter *x;
    const dm_filed *f;
    uint32_t pair;
    bool two; /* 2.0 */
} gdelt_row;

/* A party in CAMEO's actor codes. */
typedef struct gdelt_actor {
    dm_str country, group, type[N_TYPES];
    dm_country where; /* of a state's actor */
    dm_str entity;    /* name of an actor that is no state's */
} gdelt_actor;

static void value(gdelt_row *r, dm_str s) { dm_put_flat(&r->x->out, s, '\t'); }

static void end_value(gdelt_row *r)
{
    dm_exporter *x = r->x;
    x->out.failed = x->out.failed || x->cell.failed;
    value(r, (dm_str){ x->cell.p, x->cell.len });
    dm_buf_clear(&x->cell);
}

static void count(gdelt_row *r, uint64_t n)
{
    dm_put_u(&r->x->cell, n);
    end_value(r);
}

static void add_type(gdelt_actor *a, dm_str type)
{
    for (int i = 0; i < N_TYPES && type.len; i++) {
        if (dm_str_eq(a->type[i], type))
            return;
        if (a->type[i].len)
            continue;
        a->type[i] = type;
        return;
    }
}

static gdelt_actor actor_of(const dm_crosswalk *cross, const dm_party *p)
{
    gdelt_actor a = { .where = dm_cross_country(cross, p->code) };
    a.country = a.where.cameo;
    dm_role entity = dm_cross_entity(cross, p->code);
    if (entity.cameo.len) { /* "IGOUNO", "IGOEUREEC": type, place, group */
        a.entity = entity.name;
        a.group = entity.group;
        add_type(&a, (dm_str){ entity.cameo.p, CODE_LEN });
        size_t rest = entity.cameo.len - CODE_LEN - a.group.len;
        a.country = (dm_str){ entity.cameo.p + CODE_LEN, rest };
    }
    dm_str sectors = dm_str_of(p->sector), one;
    while (dm_str_split(&sectors, '+', &one))
        add_type(&a, dm_cross_sector(cross, one).cameo);
    return a;
}

/* Capitals, as GDELT writes names: the letter that folds to this one, where there is one beside it. */
static void put_capitals(dm_buf *b, dm_str s)
{
    static const uint32_t step[] = { 32, 1, 80, 8 };
    for (size_t i = 0; i < s.len;) {
        uint32_t cp;
        char out[4];
        i += dm_utf8_next(s.p, s.len, i, &cp);
        for (unsigned k = 0; k < sizeof step / sizeof *step; k++)
            if (cp > step[k] && cp != cp - step[k] && dm_cp_is_upper(cp - step[k]) && dm_cp_fold(cp - step[k]) == cp) {
                cp -= step[k];
                break;
            }
        dm_put(b, (dm_str){ out, dm_utf8_put(out, cp) });
    }
}

static void put_name(gdelt_row *r, const gdelt_actor *a, const dm_party *p)
{
    dm_str name = a->where.name.len ? a->where.name : a->entity;
    if (p->span.len && (p->sector[0] || name.len == 0))
        name = dm_doc_slice(r->f->doc, p->span);
    put_capitals(&r->x->cell, name);
    end_value(r);
}

static void put_actor(gdelt_row *r, const dm_party *p)
{
    enum { N_ACTOR = 10 };
    if (!p) {
        for (int i = 0; i < N_ACTOR; i++)
            value(r, DM_NIL);
        return;
    }
    gdelt_actor a = actor_of(r->x->cross, p);
    bool entity = a.entity.len > 0; /* its type stands first: IGOUNO */
    dm_buf *code = &r->x->cell;
    dm_put(code, entity ? a.type[0] : a.country);
    dm_put(code, entity ? a.country : DM_NIL);
    dm_put(code, a.group);
    for (int i = entity; i < N_TYPES; i++)
        dm_put(code, a.type[i]);
    end_value(r);
    put_name(r, &a, p);
    value(r, a.country);
    value(r, a.group);
    for (int i = 0; i < 3; i++) /* ethnic and religious codes: not coded */
        value(r, DM_NIL);
    for (int i = 0; i < N_TYPES; i++)
        value(r, a.type[i]);
}

/* Type, full name, country, ADM1, (2.0: ADM2,) latitude, longitude, feature. Only an actor's country is known, never where it acted. */
static void put_geo(gdelt_row *r, const dm_party *p)
{
    dm_country c = p ? dm_cross_country(r->x->cross, p->code) : (dm_country){ 0 };
    bool known = c.fips.len > 0;
    count(r, known ? GEO_COUNTRY : 0);
    value(r, known ? c.name : DM_NIL);
    value(r, c.fips);
    value(r, c.fips); /* of a whole country GDELT repeats its code */
    for (int i = r->two ? 0 : 1; i < 3; i++)
        value(r, DM_NIL);
    value(r, c.fips);
}

/* SQLDATE, MonthYear, Year, FractionDate. */
static void put_days(gdelt_row *r, dm_day day)
{
    int year = 0, month = 0, mday = 0;
    if (day == DM_DAY_NONE) {
        for (int i = 0; i < 4; i++)
            value(r, DM_NIL);
        return;
    }
    dm_day_split(day, &year, &month, &mday);
    uint64_t ym = (uint64_t)abs(year) * 100 + (uint64_t)month;
    count(r, ym * 100 + (uint64_t)mday);
    count(r, ym);
    count(r, (uint64_t)abs(year));
    dm_put_num(&r->x->cell, year + ((month - 1) * 30 + mday) / 365.0, 4, 4); /* GDELT counts months of 30 days */
    end_value(r);
}

static int quad_of(const char *cameo)
{
    int root = dm_str_digits((dm_str){ cameo, ROOT_LEN });
    return root <= 5 ? 1 : root <= 8 ? 2 : root <= 13 ? 3 : 4;
}

static void put_event_columns(gdelt_row *r)
{
    const dm_event *e = r->f->event;
    dm_str code = dm_str_of(e->cameo);
    dm_sentence_kind kind = DM_SENT_BODY;
    dm_doc_sentence(r->f->doc, e->sentence, &kind);
    count(r, kind == DM_SENT_HEADLINE || e->sentence < LEAD_SENTENCES);
    value(r, code);
    value(r, (dm_str){ code.p, code.len < BASE_LEN ? code.len : BASE_LEN });
    value(r, (dm_str){ code.p, code.len < ROOT_LEN ? code.len : ROOT_LEN });
    count(r, (uint64_t)quad_of(e->cameo));
    if (isfinite(e->goldstein))
        dm_put_num(&r->x->cell, e->goldstein, 1, 3);
    end_value(r);
    count(r, r->f->reports);
    count(r, r->f->independent);
    count(r, r->f->reports);
    value(r, DM_NIL); /* AvgTone: the tone of whole articles is not coded */
}

/* DATEADDED and SOURCEURL, which end the line. */
static void put_source(gdelt_row *r)
{
    dm_day day = dm_filed_known(r->f);
    int year, month, mday;
    if (day != DM_DAY_NONE) {
        dm_day_split(day, &year, &month, &mday);
        dm_put_u(&r->x->cell, ((uint64_t)abs(year) * 100 + (uint64_t)month) * 100 + (uint64_t)mday);
        dm_put_z(&r->x->cell, r->two ? "000000" : "");
    }
    end_value(r);
    dm_str url = r->f->doc->meta.url;
    dm_put_flat(&r->x->out, url.len ? url : r->f->doc->meta.id, '\n');
}

static void put_pair(void *ctx, const dm_party *actor, const dm_party *recipient)
{
    gdelt_row *r = ctx;
    count(r, dm_number_of(r->f->happening, r->pair++));
    put_days(r, dm_filed_day(r->f));
    put_actor(r, actor);
    put_actor(r, recipient);
    put_event_columns(r);
    put_geo(r, actor);
    put_geo(r, recipient);
    put_geo(r, NULL); /* where it happened is not coded */
    put_source(r);
    r->x->stats.rows++;
}

static dm_status begin(dm_exporter *x, dm_error *err)
{
    (void)x;
    (void)err;
    return DM_OK;
}

static dm_status event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    (void)err;
    gdelt_row r = { x, f, 0, x->format == &dm_export_gdelt };
    dm_filed_pairs(x->cross, f->event, put_pair, &r);
    return DM_OK;
}

const dm_export_format dm_export_gdelt = {
    .name = "gdelt", .done_only = true, .needs_cameo = true, .once = true, .begin = begin, .event = event
};
const dm_export_format dm_export_gdelt1 = {
    .name = "gdelt1", .done_only = true, .needs_cameo = true, .once = true, .begin = begin, .event = event
};
