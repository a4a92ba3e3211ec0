// SPDX-License-Identifier: Apache-2.0
/* A document with its events as bytes. One walk serves both ways: each function either appends its value or takes it off the front.
 * The bytes never leave the process or the queue between two of the same version: no promise of a stable form, only checks. */
#include "store/store.h"

enum { MAGIC = 0x324B5044 /* "DPK2" */, PACK_LIST_MAX = 1 << 20 };

typedef struct packer {
    dm_buf *out; /* NULL: reading */
    const char *p, *end;
    dm_doc *doc;
    bool bad;
} packer;

static void raw(packer *k, void *v, size_t n)
{
    if (k->out) {
        dm_buf_add(k->out, v, n);
    } else if ((size_t)(k->end - k->p) < n) {
        k->bad = true;
        k->p = k->end;
        memset(v, 0, n);
    } else {
        memcpy(v, k->p, n);
        k->p += n;
    }
}

#define VALUE(k, v) raw((k), &(v), sizeof(v))

static void str(packer *k, dm_str *s)
{
    uint32_t n = (uint32_t)s->len;
    VALUE(k, n);
    if (k->out) {
        dm_buf_add(k->out, s->p ? s->p : "", n);
    } else if (n > (size_t)(k->end - k->p)) {
        k->bad = true;
    } else {
        *s = n ? dm_arena_str(&k->doc->arena, (dm_str){ k->p, n }) : DM_NIL;
        k->p += n;
    }
}

/* Length of a list, and on reading room for it. */
static void *list(packer *k, void *v, uint32_t *n, size_t size)
{
    raw(k, n, sizeof *n);
    if (k->out)
        return v;
    if (*n > PACK_LIST_MAX || *n > (size_t)(k->end - k->p)) { /* every element takes a byte at least */
        k->bad = true;
        *n = 0;
    }
    void *room = *n ? dm_arena_alloc(&k->doc->arena, *n, size) : NULL;
    if (!room)
        *n = 0;
    return room;
}

static void span(packer *k, dm_span *s)
{
    VALUE(k, s->start);
    VALUE(k, s->len);
    if (!k->out && ((uint64_t)s->start + s->len > k->doc->text.len))
        k->bad = true;
}

static void interval(packer *k, dm_interval *i)
{
    int32_t precision = (int32_t)i->precision;
    VALUE(k, i->from);
    VALUE(k, i->to);
    VALUE(k, precision);
    i->precision = (dm_precision)precision;
    if (!k->out && (precision < DM_PREC_UNKNOWN || precision > DM_PREC_RANGE))
        k->bad = true;
}

/* One of so many. */
static void choice(packer *k, uint8_t *v, uint8_t last)
{
    VALUE(k, *v);
    if (!k->out && *v > last)
        k->bad = true;
}

static void parties(packer *k, dm_party **v, uint32_t *n)
{
    *v = list(k, *v, n, sizeof **v);
    for (uint32_t i = 0; i < *n; i++) {
        raw(k, (*v)[i].code, DM_CODE_MAX);
        raw(k, (*v)[i].sector, DM_SECTOR_MAX);
        (*v)[i].code[DM_CODE_MAX - 1] = (*v)[i].sector[DM_SECTOR_MAX - 1] = '\0';
        span(k, &(*v)[i].span);
    }
}

static void instrument(packer *k, dm_instrument **v)
{
    uint8_t there = *v != NULL;
    VALUE(k, there);
    if (!there)
        return;
    if (!k->out && !(*v = dm_arena_alloc(&k->doc->arena, 1, sizeof **v)))
        return;
    dm_instrument *in = *v;
    dm_str *const strings[] = { &in->type, &in->body, &in->subject, &in->act, &in->name };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        str(k, strings[i]);
    VALUE(k, in->polarity);
    VALUE(k, in->n_years);
    if (in->n_years > DM_YEARS_MAX) {
        k->bad = true;
        in->n_years = 0;
    }
    raw(k, in->years, in->n_years * sizeof *in->years);
}

static void scalars(packer *k, dm_event *e)
{
    VALUE(k, e->id);
    VALUE(k, e->sentence);
    VALUE(k, e->type);
    VALUE(k, e->aux);
    raw(k, e->mode, sizeof e->mode);
    raw(k, e->cameo, sizeof e->cameo);
    e->mode[DM_MODE_MAX - 1] = e->cameo[DM_CAMEO_MAX - 1] = '\0';
    VALUE(k, e->scale);
    VALUE(k, e->goldstein);
    VALUE(k, e->quad);
    VALUE(k, e->contexts);
    VALUE(k, e->confidence);
    if (!k->out && (e->type >= DM_N_TYPES || e->sentence >= k->doc->sents.n))
        k->bad = true;
}

static void event(packer *k, dm_event *e)
{
    scalars(k, e);
    parties(k, &e->actor, &e->n_actor);
    parties(k, &e->recipient, &e->n_recipient);
    parties(k, &e->attribution, &e->n_attribution);
    span(k, &e->trigger);
    span(k, &e->when_words);
    interval(k, &e->when);
    interval(k, &e->said);
    instrument(k, &e->instrument);
    e->reason = list(k, e->reason, &e->n_reason, sizeof *e->reason);
    for (uint32_t i = 0; i < e->n_reason; i++) {
        choice(k, &e->reason[i].kind, DM_CONCESSION);
        span(k, &e->reason[i].span);
    }
    e->why = list(k, e->why, &e->n_why, sizeof *e->why);
    for (uint32_t i = 0; i < e->n_why; i++)
        str(k, &e->why[i]);
}

static void meta(packer *k, dm_doc *doc)
{
    dm_meta *m = &doc->meta;
    dm_str *const strings[] = { &m->id, &m->url, &m->title, &m->publisher, &m->language };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        str(k, strings[i]);
    interval(k, &m->date);
    choice(k, &m->date_source, DM_DATE_CONTENT);
    raw(k, doc->home, sizeof doc->home);
    doc->home[DM_CODE_MAX - 1] = '\0';
}

/* Only span and kind: who reads the record does not see tokens. */
static void sentences(packer *k, dm_doc *doc)
{
    doc->sents.v = list(k, doc->sents.v, &doc->sents.n, sizeof *doc->sents.v);
    doc->sents.cap = k->out ? doc->sents.cap : doc->sents.n;
    for (uint32_t i = 0; i < doc->sents.n; i++) {
        span(k, &doc->sents.v[i].span);
        choice(k, &doc->sents.v[i].kind, DM_SENT_NOISE);
    }
}

static void walk(packer *k, dm_filing *f)
{
    dm_doc *doc = k->doc;
    uint32_t magic = MAGIC;
    VALUE(k, magic);
    k->bad |= magic != MAGIC;
    raw(k, f->hash, sizeof f->hash);
    VALUE(k, f->sketched);
    raw(k, f->sketch, sizeof f->sketch);
    meta(k, doc);
    sentences(k, doc);
    doc->events.v = list(k, doc->events.v, &doc->events.n, sizeof *doc->events.v);
    doc->events.cap = k->out ? doc->events.cap : doc->events.n;
    for (uint32_t i = 0; i < doc->events.n && !k->bad; i++)
        event(k, &doc->events.v[i]);
}

dm_status dm_pack_write(dm_buf *out, const dm_doc *doc, const dm_filing *f, dm_error *err)
{
    uint64_t n = doc->text.len;
    dm_buf_add(out, (const char *)&n, sizeof n);
    dm_buf_add(out, doc->text.p, doc->text.len);
    /* The walk changes nothing when it writes. */
    packer k = { .out = out, .doc = (dm_doc *)(uintptr_t)doc };
    dm_filing copy = *f;
    walk(&k, &copy);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of '%.*s'", DM_FMT(doc->meta.id)) : DM_OK;
}

dm_status dm_pack_read(dm_doc *doc, dm_filing *f, dm_str bytes, dm_error *err)
{
    uint64_t n = 0;
    if (bytes.len >= sizeof n)
        memcpy(&n, bytes.p, sizeof n);
    if (bytes.len < sizeof n || n > bytes.len - sizeof n)
        return dm_fail(err, DM_ECORRUPT, 0, "a packed document is cut off");
    dm_status st = dm_doc_set_text(doc, (dm_str){ bytes.p + sizeof n, n }, err);
    if (st != DM_OK)
        return st;
    packer k = { .p = bytes.p + sizeof n + n, .end = bytes.p + bytes.len, .doc = doc };
    walk(&k, f);
    if (doc->arena.failed)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    return k.bad || k.p != k.end ? dm_fail(err, DM_ECORRUPT, 0, "a packed document is damaged") : DM_OK;
}
