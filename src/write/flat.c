// SPDX-License-Identifier: Apache-2.0
/* ICEWS and POLECAT: lines of values with tabs between, a header, no quotes. Columns and their meaning: docs/formats.md. */
#include "write/export.h"
#include <math.h>

static void number(dm_exporter *x, double n)
{
    if (isfinite(n))
        dm_put_num(&x->cell, n, 1, 3);
}

/* Ends the value that was put into x->cell; empty ones are written as `none`. */
static void end_value(dm_exporter *x, const char *none, char end)
{
    if (x->cell.failed)
        x->out.failed = true;
    dm_put_flat(&x->out, x->cell.len ? (dm_str){ x->cell.p, x->cell.len } : dm_str_of(none), end);
    dm_buf_clear(&x->cell);
}

static void header(dm_exporter *x, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dm_put_flat(&x->out, dm_str_of(names[i]), i + 1 < n ? '\t' : '\n');
}

static void put_day_of(dm_exporter *x, dm_day day)
{
    if (day != DM_DAY_NONE)
        dm_put_day(&x->cell, day);
}

/* --- ICEWS --- */

static const char *const icews_columns[] = { "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country",
    "Event Text", "CAMEO Code", "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number",
    "Publisher", "City", "District", "Province", "Country", "Latitude", "Longitude" };
enum { N_ICEWS = sizeof icews_columns / sizeof icews_columns[0], N_PLACE = 6 };
_Static_assert(N_ICEWS == 20, "ICEWS has 20 columns");

typedef struct icews_row {
    dm_exporter *x;
    const dm_filed *f;
    uint32_t pair;
} icews_row;

static dm_status icews_begin(dm_exporter *x, dm_error *err)
{
    (void)err;
    header(x, icews_columns, N_ICEWS);
    return DM_OK;
}

/* A state alone goes by its name; everyone else by the words of the text, else by sector and state. */
static void party_name(dm_exporter *x, const dm_filed *f, const dm_party *p, bool icews)
{
    dm_country country = dm_cross_country(x->cross, p->code);
    dm_str name = country.name.len ? country.name : dm_cross_entity(x->cross, p->code).name;
    if (p->sector[0] == 0 && name.len) {
        dm_put(&x->cell, name);
        return;
    }
    if (p->span.len) {
        dm_put(&x->cell, dm_doc_slice(f->doc, p->span));
        return;
    }
    dm_str sectors = dm_str_of(p->sector), one;
    if (dm_str_split(&sectors, '+', &one)) {
        dm_role role = dm_cross_sector(x->cross, one);
        dm_put(&x->cell, icews && role.icews.len ? role.icews : one);
        dm_put_z(&x->cell, name.len ? " (" : "");
    }
    dm_put(&x->cell, name.len ? name : dm_str_of(p->code));
    dm_put_z(&x->cell, p->sector[0] && name.len ? ")" : "");
}

static void icews_sectors(dm_exporter *x, const dm_party *p)
{
    dm_str sectors = dm_str_of(p->sector), one;
    dm_put(&x->cell, dm_cross_entity(x->cross, p->code).icews);
    while (dm_str_split(&sectors, '+', &one)) {
        dm_role role = dm_cross_sector(x->cross, one);
        if (role.icews.len == 0)
            continue;
        dm_put_z(&x->cell, x->cell.len ? "," : "");
        dm_put(&x->cell, role.icews);
    }
}

static void icews_party(dm_exporter *x, const dm_filed *f, const dm_party *p)
{
    if (p)
        party_name(x, f, p, true);
    end_value(x, "", '\t');
    if (p)
        icews_sectors(x, p);
    end_value(x, "", '\t');
    if (p)
        dm_put(&x->cell, dm_cross_country(x->cross, p->code).icews);
    end_value(x, "", '\t');
}

static void icews_pair(void *ctx, const dm_party *actor, const dm_party *recipient)
{
    icews_row *r = ctx;
    dm_exporter *x = r->x;
    const dm_event *e = r->f->event;
    bool mutual;
    dm_put_u(&x->cell, dm_number_of(e->id, r->pair++));
    end_value(x, "", '\t');
    put_day_of(x, dm_filed_day(r->f));
    end_value(x, "", '\t');
    icews_party(x, r->f, actor);
    dm_put_flat(&x->out, dm_cross_cameo(x->cross, e->cameo, &mutual), '\t');
    dm_put_flat(&x->out, dm_str_of(e->cameo), '\t');
    number(x, e->goldstein);
    end_value(x, "", '\t');
    icews_party(x, r->f, recipient);
    dm_put_flat(&x->out, r->f->document ? dm_str_of(r->f->document) : r->f->doc->meta.id, '\t');
    dm_put_u(&x->cell, (uint64_t)e->sentence + 1);
    end_value(x, "", '\t');
    dm_put_flat(&x->out, r->f->doc->meta.publisher, '\t');
    for (int i = 0; i < N_PLACE; i++) /* where it happened is not coded */
        dm_put_flat(&x->out, DM_NIL, i + 1 < N_PLACE ? '\t' : '\n');
    x->stats.rows++;
}

static dm_status icews_event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    (void)err;
    icews_row r = { x, f, 0 };
    dm_filed_pairs(x->cross, f->event, icews_pair, &r);
    return DM_OK;
}

const dm_export_format dm_export_icews = {
    .name = "icews", .done_only = true, .needs_cameo = true, .begin = icews_begin, .event = icews_event
};

/* --- POLECAT --- */

static const char *const polecat_columns[] = { "Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code",
    "Contexts", "Actor Name", "Actor Country", "Actor COW", "Primary Actor Sector", "Actor Sectors", "Actor Title",
    "Actor Name Raw", "Wikipedia Actor ID", "Recipient Name", "Recipient Country", "Recipient COW", "Primary Recipient Sector",
    "Recipient Sectors", "Recipient Title", "Recipient Name Raw", "Wikipedia Recipient ID", "Placename", "City", "District",
    "Province", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename", "Feature Type", "Source",
    "Publication Date", "Story People", "Story Organizations", "Story Locations", "Language", "Version" };
enum { N_POLECAT = sizeof polecat_columns / sizeof polecat_columns[0], N_PLACES = 10, N_STORY = 3 };
_Static_assert(N_POLECAT == 40, "POLECAT has 40 columns");
static const char none[] = "None"; /* how its own files write what is not known */

static dm_status polecat_begin(dm_exporter *x, dm_error *err)
{
    (void)err;
    header(x, polecat_columns, N_POLECAT);
    return DM_OK;
}

/* One of several values of a cell, "; " between; the n-th belongs to the n-th party. */
static void item(dm_exporter *x, uint32_t i, dm_str s)
{
    if (i)
        dm_put_z(&x->cell, "; ");
    size_t from = x->cell.len;
    dm_put(&x->cell, s.len ? s : dm_str_of(none));
    for (size_t k = from; k < x->cell.len; k++)
        if (x->cell.p[k] == ';')
            x->cell.p[k] = ',';
}

static void skip(dm_exporter *x, int n)
{
    for (int i = 0; i < n; i++)
        end_value(x, none, '\t');
}

static dm_str country_of(const dm_exporter *x, const dm_party *p)
{
    dm_str name = dm_cross_country(x->cross, p->code).name;
    return name.len ? name : dm_cross_entity(x->cross, p->code).name;
}

static dm_str first_sector(const dm_party *p)
{
    dm_str all = dm_str_of(p->sector), one = DM_NIL;
    return dm_str_split(&all, '+', &one) ? one : DM_NIL;
}

static void polecat_names(dm_exporter *x, const dm_filed *f, const dm_party *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t from = x->cell.len;
        dm_put_z(&x->cell, i ? "; " : "");
        size_t at = x->cell.len;
        party_name(x, f, &p[i], false);
        if (x->cell.len == at)
            dm_put_z(&x->cell, none);
        for (size_t k = i ? from + 2 : from; k < x->cell.len; k++)
            if (x->cell.p[k] == ';')
                x->cell.p[k] = ',';
    }
    end_value(x, none, '\t');
}

/* The eight columns of one side. */
static void polecat_side(dm_exporter *x, const dm_filed *f, const dm_party *p, uint32_t n)
{
    dm_day on = dm_filed_day(f);
    polecat_names(x, f, p, n);
    for (uint32_t i = 0; i < n; i++)
        item(x, i, country_of(x, &p[i]));
    end_value(x, none, '\t');
    for (uint32_t i = 0; i < n; i++)
        item(x, i, dm_cross_cow(x->cross, p[i].code, on).number);
    end_value(x, none, '\t');
    for (uint32_t i = 0; i < n; i++)
        item(x, i, first_sector(&p[i]));
    end_value(x, none, '\t');
    for (uint32_t i = 0; i < n; i++)
        item(x, i, dm_str_of(p[i].sector));
    end_value(x, none, '\t');
    skip(x, 1); /* titles are not kept apart from names */
    for (uint32_t i = 0; i < n; i++)
        item(x, i, dm_doc_slice(f->doc, p[i].span));
    end_value(x, none, '\t');
    skip(x, 1); /* Wikipedia is not consulted */
}

static void polecat_what(dm_exporter *x, const dm_filed *f)
{
    static const char *const quads[] = { "", "VERBAL COOPERATION", "MATERIAL COOPERATION", "VERBAL CONFLICT",
        "MATERIAL CONFLICT" };
    const dm_event *e = f->event;
    dm_put_id(&x->cell, e->id);
    dm_put_z(&x->cell, "_");
    dm_put_z(&x->cell, dm_type_name((dm_type)e->type));
    end_value(x, none, '\t');
    put_day_of(x, dm_filed_day(f));
    end_value(x, none, '\t');
    dm_put_z(&x->cell, dm_type_name((dm_type)e->type));
    end_value(x, none, '\t');
    dm_put_z(&x->cell, e->mode);
    end_value(x, none, '\t');
    number(x, e->scale);
    end_value(x, none, '\t');
    dm_put_z(&x->cell, e->quad >= 1 && e->quad <= 4 ? quads[e->quad] : "");
    end_value(x, none, '\t');
    uint32_t n = 0;
    for (unsigned i = 0; i < 64 && dm_context_name(i); i++)
        if (e->contexts >> i & 1)
            item(x, n++, dm_str_of(dm_context_name(i)));
    end_value(x, none, '\t');
}

static dm_status polecat_event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    (void)err;
    const dm_event *e = f->event;
    const dm_meta *m = &f->doc->meta;
    polecat_what(x, f);
    polecat_side(x, f, e->actor, e->n_actor);
    polecat_side(x, f, e->recipient, e->n_recipient);
    skip(x, N_PLACES);
    dm_put(&x->cell, m->publisher);
    end_value(x, none, '\t');
    put_day_of(x, dm_interval_known(m->date) ? m->date.from : DM_DAY_NONE);
    end_value(x, none, '\t');
    skip(x, N_STORY);
    dm_put(&x->cell, m->language);
    end_value(x, none, '\t');
    dm_put_flat(&x->out, DM_STR("demarche " DM_VERSION), '\n');
    x->stats.rows++;
    return DM_OK;
}

const dm_export_format dm_export_polecat = {
    .name = "polecat", .done_only = true, .begin = polecat_begin, .event = polecat_event
};
