// SPDX-License-Identifier: Apache-2.0
/* The record for callers: opened, walked, counted, its documents taken out. */
#include "pipeline/record.h"
#include "pipeline/coder.h"
#include <stdio.h>
#include <stdlib.h>

dm_status dm_record_open(dm_record **out, const char *path, dm_access access, const char *data_dir, dm_error *err)
{
    char tables[DM_PATH_MAX];
    dm_record *r = calloc(1, sizeof *r);
    if (!r || !(r->path = strdup(path))) {
        free(r);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the record '%s'", path);
    }
    r->access = access;
    dm_status st = dm_data_path(tables, data_dir, "demarche.tables", err);
    if (st == DM_OK)
        st = dm_tables_open(&r->tables, tables, err);
    if (st == DM_OK)
        st = dm_store_open(&r->store, path, access == DM_ACCESS_WRITE ? DM_DB_WRITE : DM_DB_READ, err);
    if (st == DM_OK)
        st = dm_store_linker(r->store, r->tables, err);
    if (st == DM_OK)
        *out = r;
    else
        dm_record_close(r);
    return st;
}

void dm_record_close(dm_record *r)
{
    if (!r)
        return;
    dm_store_close(r->store);
    dm_tables_close(r->tables);
    free(r->path);
    free(r);
}

bool dm_record_shown(const char *path, char *out, size_t room)
{
    char *shown = dm_db_is_url(path) ? dm_pg_shown(path) : NULL;
    snprintf(out, room, "%s", shown ? shown : dm_db_is_url(path) ? "a database" : path);
    bool secret = shown && strcmp(shown, path) != 0;
    free(shown);
    return secret;
}

dm_status dm_record_writable(const dm_record *r, dm_error *err)
{
    return r->access == DM_ACCESS_WRITE
               ? DM_OK
               : dm_fail(err, DM_EUSAGE, 0, "the record '%s' was opened for reading only", dm_db_path(dm_store_db(r->store)));
}

void dm_hash_digits(char out[33], dm_str bytes)
{
    out[0] = '\0';
    for (size_t i = 0; i < bytes.len && i < DM_HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned char)bytes.p[i]);
}

/* What is known of a happening while events are listed: one that very many documents tell is counted once, not for each of them. */
typedef struct told {
    uint64_t happening; /* 0: none yet */
    uint32_t reports, independent;
    int64_t first; /* event */
    dm_day day;
} told;
enum { TOLD_SLOTS = 1024 };
struct dm_told_memo {
    told slot[TOLD_SLOTS];
};

dm_status dm_record_memo(dm_record *r, dm_error *err)
{
    struct dm_told_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of the record");
    r->memo = memo;
    return DM_OK;
}

void dm_record_memo_end(dm_record *r, struct dm_told_memo *outer)
{
    if (r->memo != outer)
        free(r->memo);
    r->memo = outer;
}

#define TOLD_COLUMNS                                                                                                           \
    "count(DISTINCT e.document), count(DISTINCT d.family), min(e.n), min(CASE WHEN d.day_to - d.day_from <= ?2 THEN "          \
    "d.day_from END)"

static told told_at(dm_stmt *q, int at, uint64_t happening)
{
    return (told){ happening, (uint32_t)dm_col_int(q, at), (uint32_t)dm_col_int(q, at + 1), dm_col_int(q, at + 2),
        dm_col_null(q, at + 3) ? DM_DAY_NONE : (dm_day)dm_col_int(q, at + 3) };
}

static dm_status count_reports(dm_record *r, uint64_t happening, told *out, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(r->store), &q,
        "SELECT " TOLD_COLUMNS " FROM event e JOIN document d ON d.n=e.document WHERE e.happening=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, (int64_t)happening);
    dm_bind_int(q, 2, DM_SAID_DAYS);
    if ((st = dm_stmt_step(q, err)) != DM_OK)
        return st;
    *out = told_at(q, 0, happening);
    dm_stmt_done(q);
    return DM_OK;
}

static dm_status find_told(dm_record *r, uint64_t happening, told *out, dm_error *err)
{
    told *slot = r->memo ? &r->memo->slot[happening % TOLD_SLOTS] : NULL;
    if (slot && slot->happening == happening && happening) {
        *out = *slot;
        return DM_OK;
    }
    dm_status st = count_reports(r, happening, out, err);
    if (st == DM_OK && slot)
        *slot = *out;
    return st;
}

/* The hash comes with the event where that was loaded last. */
static dm_status find_hash(dm_record *r, int64_t event, int64_t document, char hash[33], dm_error *err)
{
    const uint8_t *loaded = dm_store_loaded_hash(r->store, event);
    dm_stmt *q;
    if (loaded) {
        dm_hash_digits(hash, (dm_str){ (const char *)loaded, DM_HASH_BYTES });
        return DM_OK;
    }
    dm_status st = dm_db_use(dm_store_db(r->store), &q, "SELECT hash FROM document WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, document);
    st = dm_stmt_step(q, err);
    if (st != DM_OK && st != DM_END)
        return st;
    dm_hash_digits(hash, st == DM_OK ? dm_col_str(q, 0) : DM_NIL);
    dm_stmt_done(q);
    return DM_OK;
}

dm_status dm_record_fill(dm_record *r, int64_t event, int64_t document, dm_filed *row, char hash[33], dm_error *err)
{
    told t;
    dm_status st = find_told(r, row->happening, &t, err);
    if (st == DM_OK)
        st = find_hash(r, event, document, hash, err);
    if (st != DM_OK)
        return st;
    row->document = hash;
    row->reports = t.reports;
    row->independent = t.independent;
    row->repeat = t.first != event;
    row->first_report = t.day;
    return DM_OK;
}

/* Reports of all happenings that these events tell, in one question. */
static dm_status expect_told(dm_record *r, const int64_t *event, size_t n, dm_error *err)
{
    dm_stmt *q;
    dm_buf list = { 0 };
    dm_status st = dm_numbers_list(&list, event, n, err);
    if (st == DM_OK)
        st = dm_db_use(dm_store_db(r->store), &q,
            "SELECT h.happening, " TOLD_COLUMNS " FROM (SELECT DISTINCT o.happening FROM " DM_ARRAY_1
            " k(n) JOIN event o ON o.n=k.n) h "
            "JOIN event e ON e.happening=h.happening JOIN document d ON d.n=e.document GROUP BY h.happening",
            err);
    if (st == DM_OK) {
        dm_bind_str(q, 1, (dm_str){ list.p, list.len });
        dm_bind_int(q, 2, DM_SAID_DAYS);
        while ((st = dm_stmt_step(q, err)) == DM_OK) {
            told t = told_at(q, 1, (uint64_t)dm_col_int(q, 0));
            r->memo->slot[t.happening % TOLD_SLOTS] = t;
        }
    }
    dm_buf_free(&list);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_record_expect(dm_record *r, const int64_t *event, size_t n, dm_error *err)
{
    if (dm_db_engine(dm_store_db(r->store)) != DM_DB_POSTGRES)
        return DM_OK;
    dm_status st = dm_store_expect(r->store, event, n, err);
    return st == DM_OK && r->memo ? expect_told(r, event, n, err) : st;
}

typedef struct walk {
    dm_record *r;
    dm_doc *doc;
    int64_t held;
    dm_filed_fn *fn;
    void *ctx;
    int64_t *event; /* that wait until there are `portion` of them */
    size_t n, portion;
} walk;

static dm_status give_row(walk *w, int64_t event, dm_error *err)
{
    dm_filed row;
    char hash[33];
    dm_status st = dm_store_load_event(w->r->store, event, w->doc, &w->held, &row, err);
    if (st == DM_OK)
        st = dm_record_fill(w->r, event, w->held, &row, hash, err);
    return st == DM_OK ? w->fn(w->ctx, &row, err) : st;
}

static dm_status give_portion(walk *w, dm_error *err)
{
    dm_status st = w->n > 1 ? dm_record_expect(w->r, w->event, w->n, err) : DM_OK;
    for (size_t i = 0; i < w->n && st == DM_OK; i++)
        st = give_row(w, w->event[i], err);
    w->n = 0;
    w->portion = dm_portion_size(w->r->store, w->portion);
    return st;
}

static dm_status on_row(void *ctx, int64_t event, dm_error *err)
{
    walk *w = ctx;
    if (w->portion == 1)
        return give_row(w, event, err);
    w->event[w->n++] = event;
    return w->n == w->portion ? give_portion(w, err) : DM_OK;
}

static dm_status walk_all(walk *w, const dm_filter *filter, dm_error *err)
{
    w->portion = dm_portion_size(w->r->store, 0);
    dm_status st = dm_store_find(w->r->store, filter, on_row, w, err);
    return st == DM_OK ? give_portion(w, err) : st;
}

dm_status dm_record_events(dm_record *r, const dm_filter *filter, dm_filed_fn *fn, void *ctx, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    if (filter && filter->by_content)
        return dm_record_events_by_content(r, filter, fn, ctx, err);
    walk w = { .r = r, .doc = dm_doc_new(), .fn = fn, .ctx = ctx, .event = calloc(DM_PORTION_MOST, sizeof *w.event) };
    struct dm_told_memo *outer = r->memo;
    dm_status st = w.doc && w.event ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of the record");
    if (st == DM_OK && (st = dm_record_memo(r, err)) == DM_OK)
        st = walk_all(&w, filter ? filter : &all, err);
    dm_record_memo_end(r, outer);
    free(w.event);
    dm_doc_free(w.doc);
    return st == DM_END ? DM_OK : st;
}

dm_status dm_record_count(dm_record *r, const dm_filter *filter, dm_counts *out, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    return dm_store_count(r->store, filter ? filter : &all, &out->events, &out->happenings, &out->documents, &out->more, err);
}

enum { HASH_DIGITS_MIN = 4 };

/* Half-open range of the hashes that begin with the hex digits; false when `which` is no such beginning. */
static bool hash_range(const char *which, uint8_t from[DM_HASH_BYTES], uint8_t to[DM_HASH_BYTES])
{
    size_t n = strlen(which);
    if (n < HASH_DIGITS_MIN || n > 2 * DM_HASH_BYTES || strspn(which, "0123456789abcdef") != n)
        return false;
    memset(from, 0, DM_HASH_BYTES);
    memset(to, 0xFF, DM_HASH_BYTES);
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(which[i] <= '9' ? which[i] - '0' : which[i] - 'a' + 10), shift = i % 2 ? 0 : 4;
        from[i / 2] = (uint8_t)(from[i / 2] | digit << shift);
        to[i / 2] = (uint8_t)((to[i / 2] & ~(0xFu << shift)) | digit << shift);
    }
    return true;
}

/* The one document: its row, or an error that says none or several. */
dm_status dm_record_document_row(dm_record *r, const char *which, int64_t *row, dm_error *err)
{
    uint8_t from[DM_HASH_BYTES], to[DM_HASH_BYTES];
    bool digits = hash_range(which, from, to);
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(r->store), &q,
        "SELECT n FROM document WHERE name=?1 UNION SELECT n FROM document WHERE hash BETWEEN ?2 AND ?3 ORDER BY 1 LIMIT 2",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(which));
    if (digits) {
        dm_bind_blob(q, 2, (dm_str){ (char *)from, sizeof from });
        dm_bind_blob(q, 3, (dm_str){ (char *)to, sizeof to });
    }
    st = dm_stmt_step(q, err);
    if (st == DM_END)
        return dm_fail(err, DM_EUSAGE, 0, "no document '%.100s' in the record '%s'", which, dm_db_path(dm_store_db(r->store)));
    if (st != DM_OK)
        return st;
    *row = dm_col_int(q, 0);
    bool several = dm_stmt_step(q, err) == DM_OK;
    dm_stmt_done(q);
    return several ? dm_fail(err, DM_EUSAGE, 0, "several documents are '%.100s'; give more digits of the hash", which) : DM_OK;
}

dm_status dm_record_document(dm_record *r, const char *which, dm_doc **out, dm_error *err)
{
    int64_t row = 0;
    dm_status st = dm_record_document_row(r, which, &row, err);
    dm_doc *doc = st == DM_OK ? dm_doc_new() : NULL;
    if (st == DM_OK && !doc)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    if (st == DM_OK)
        st = dm_store_load_document(r->store, row, doc, err);
    if (st == DM_OK)
        *out = doc;
    else
        dm_doc_free(doc);
    return st;
}
