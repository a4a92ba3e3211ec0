// SPDX-License-Identifier: Apache-2.0
/* Two parts of one document's text laid over each other, code point by code point: a space of one may be a word of the other. Words that
 * are longer in bytes than the spaces they stand on push all that follows, so the spans of both sides are moved. */
#include "base/room.h"
#include "store/work.h"
#include <stdlib.h>

typedef struct side {
    dm_str text;
    uint32_t *cp;  /* [n] */
    uint32_t *map; /* [text.len + 1] byte here -> byte in the merged text */
    uint32_t n;
} side;

typedef struct overlay {
    side old, new;
    char *text; /* merged */
    size_t len;
} overlay;

static void free_overlay(overlay *o) { free(o->old.cp), free(o->old.map), free(o->new.cp), free(o->new.map), free(o->text); }

static bool read_side(side *s, dm_str text)
{
    s->text = text;
    s->cp = malloc((text.len + 1) * sizeof *s->cp);
    s->map = malloc((text.len + 1) * sizeof *s->map);
    if (!s->cp || !s->map)
        return false;
    for (size_t i = 0; i < text.len; s->n++)
        i += dm_utf8_next(text.p, text.len, i, &s->cp[s->n]);
    return true;
}

/* Every byte of a code point goes to the same place. */
static void advance(side *s, uint32_t i, size_t *at, size_t to)
{
    if (i >= s->n)
        return;
    char bytes[4];
    for (size_t n = dm_utf8_put(bytes, s->cp[i]); n > 0 && *at < s->text.len; n--)
        s->map[(*at)++] = (uint32_t)to;
}

/* false: both have a word at one place, and not the same. */
static bool merge(overlay *o)
{
    uint32_t n = o->old.n > o->new.n ? o->old.n : o->new.n;
    size_t at_old = 0, at_new = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = i < o->old.n ? o->old.cp[i] : ' ', b = i < o->new.n ? o->new.cp[i] : ' ';
        if (a != b && a != ' ' && b != ' ')
            return false;
        advance(&o->old, i, &at_old, o->len);
        advance(&o->new, i, &at_new, o->len);
        o->len += dm_utf8_put(o->text + o->len, a != ' ' ? a : b);
    }
    return true;
}

/* The place behind the last code point of a side, where the other goes on. */
static void close_maps(overlay *o)
{
    side *const sides[] = { &o->old, &o->new };
    for (int k = 0; k < 2; k++) {
        uint32_t i = 0;
        size_t at = 0;
        for (; i < sides[k]->n; i++)
            at += ((unsigned char)o->text[at] & 0x80) == 0      ? 1
                  : ((unsigned char)o->text[at] & 0xE0) == 0xC0 ? 2
                  : ((unsigned char)o->text[at] & 0xF0) == 0xE0 ? 3
                                                                : 4;
        sides[k]->map[sides[k]->text.len] = (uint32_t)at;
    }
}

static dm_span moved(const side *s, dm_span span)
{
    size_t from = span.start < s->text.len ? span.start : s->text.len, to = from + span.len;
    to = to < s->text.len ? to : s->text.len;
    return (dm_span){ s->map[from], s->map[to] - s->map[from] };
}

static void move_doc(const overlay *o, dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->sents.n; i++)
        doc->sents.v[i].span = moved(&o->new, doc->sents.v[i].span);
    for (uint32_t i = 0; i < doc->events.n; i++) {
        dm_event *e = &doc->events.v[i];
        dm_party *const lists[] = { e->actor, e->recipient, e->attribution };
        const uint32_t n[] = { e->n_actor, e->n_recipient, e->n_attribution };
        e->trigger = moved(&o->new, e->trigger);
        for (int k = 0; k < 3; k++)
            for (uint32_t j = 0; j < n[k]; j++)
                lists[k][j].span = moved(&o->new, lists[k][j].span);
        for (uint32_t k = 0; k < e->n_reason; k++)
            e->reason[k].span = moved(&o->new, e->reason[k].span);
    }
}

/* --- rows that are there --- */

typedef struct row {
    int64_t key[3];
    dm_span span;
} row;

typedef struct rows {
    row *v;
    size_t n, cap;
} rows;

static dm_status collect(dm_store *s, const char *sql, int64_t document, rows *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, sql, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    out->n = 0;
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        if (!DM_ROOM(out->v, out->n, out->cap, 64)) {
            dm_stmt_done(q);
            return dm_fail(err, DM_ENOMEM, 0, "out of memory for the spans of a document");
        }
        row *r = &out->v[out->n++];
        for (int i = 0; i < 3; i++)
            r->key[i] = dm_col_int(q, i);
        r->span = (dm_span){ (uint32_t)dm_col_int(q, 3), (uint32_t)dm_col_int(q, 4) };
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status update(dm_store *s, const char *sql, const overlay *o, const row *r, dm_error *err)
{
    dm_span to = moved(&o->old, r->span);
    if (to.start == r->span.start && to.len == r->span.len)
        return DM_OK;
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, sql, err);
    if (st != DM_OK)
        return st;
    for (int i = 0; i < 3; i++)
        dm_bind_int(q, i + 1, r->key[i]);
    dm_bind_int(q, 4, to.start);
    dm_bind_int(q, 5, to.len);
    return dm_stmt_run(q, err);
}

static dm_status move_rows(dm_store *s, const overlay *o, int64_t document, dm_error *err)
{
    static const char *const sql[][2] = {
        { "SELECT n, 0, 0, start, len FROM sentence WHERE document=?1",
            "UPDATE sentence SET start=?4, len=?5 WHERE n=?1+?2+?3" },
        { "SELECT n, 0, 0, trigger_start, trigger_len FROM event WHERE document=?1",
            "UPDATE event SET trigger_start=?4, trigger_len=?5 WHERE n=?1+?2+?3" },
        { "SELECT n, 0, 0, when_start, when_len FROM event WHERE document=?1 AND when_len>0",
            "UPDATE event SET when_start=?4, when_len=?5 WHERE n=?1+?2+?3" },
        { "SELECT p.event, p.role, p.place, p.start, p.len FROM event e JOIN party p ON p.event=e.n WHERE e.document=?1",
            "UPDATE party SET start=?4, len=?5 WHERE event=?1 AND role=?2 AND place=?3" },
        { "SELECT r.event, r.place, 0, r.start, r.len FROM event e JOIN reason r ON r.event=e.n WHERE e.document=?1",
            "UPDATE reason SET start=?4, len=?5 WHERE event=?1 AND place=?2+?3" },
    };
    rows all = { 0 };
    dm_status st = DM_OK;
    for (size_t k = 0; k < sizeof sql / sizeof *sql && st == DM_OK; k++) {
        st = collect(s, sql[k][0], document, &all, err);
        for (size_t i = 0; i < all.n && st == DM_OK; i++)
            st = update(s, sql[k][1], o, &all.v[i], err);
    }
    free(all.v);
    return st;
}

static dm_status write_text(dm_store *s, const overlay *o, int64_t document, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "UPDATE document SET text=?2 WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    dm_bind_str(q, 2, o->len ? (dm_str){ o->text, o->len } : DM_STR(""));
    return dm_stmt_run(q, err);
}

/* The text of the document's row; the statement stays open for it. */
static dm_status old_text(dm_store *s, int64_t document, dm_buf *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(s->db, &q, "SELECT text FROM document WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    if ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_str text = dm_col_str(q, 0);
        st = dm_buf_add(out, text.p, text.len) == DM_OK ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
        dm_stmt_done(q);
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_store_overlay(dm_store *s, int64_t document, dm_doc *doc, bool *clash, dm_error *err)
{
    overlay o = { 0 };
    dm_buf old = { 0 };
    dm_status st = old_text(s, document, &old, err);
    *clash = false;
    if (st == DM_OK && !(read_side(&o.old, (dm_str){ old.p, old.len }) && read_side(&o.new, doc->text) &&
                           (o.text = malloc((old.len + doc->text.len) * 2 + 8)) != NULL))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the parts of a document");
    if (st == DM_OK)
        *clash = !merge(&o);
    if (st == DM_OK && !*clash) {
        close_maps(&o);
        if (o.len != old.len || memcmp(o.text, old.p, old.len) != 0) {
            st = move_rows(s, &o, document, err);
            if (st == DM_OK)
                st = write_text(s, &o, document, err);
        }
        if (st == DM_OK)
            st = dm_doc_set_text(doc, (dm_str){ o.text, o.len }, err);
        if (st == DM_OK)
            move_doc(&o, doc);
    }
    free_overlay(&o);
    dm_buf_free(&old);
    return st;
}
