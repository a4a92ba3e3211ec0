// SPDX-License-Identifier: Apache-2.0
/* What the desk asks of a record: overview, pairs, sources, near copies, names. */
#include "pipeline/record.h"
#include "store/desk.h"

enum { NAME_BYTES = 160, NAMES_MAX = 500 };
#define SECOND_NS UINT64_C(1000000000)

dm_status dm_record_overview(dm_record *r, dm_overview *out, dm_error *err) { return dm_store_overview(r->store, out, err); }

dm_status dm_record_changes(dm_record *r, int64_t *out, dm_error *err)
{
    return dm_db_version(dm_store_db(r->store), out, err);
}

void dm_record_limit(dm_record *r, unsigned seconds, const volatile int *stop)
{
    dm_db_limit(dm_store_db(r->store), seconds * SECOND_NS, stop);
}

/* Types that PLOVER's quad classes call material: 2 and 4. */
static uint32_t material(const dm_tables *tables)
{
    uint32_t bits = 0;
    const dm_table *t = dm_tables_get(tables, "frames/scores");
    int key = t ? dm_table_column(t, "key") : -1, quad = t ? dm_table_column(t, "quad") : -1;
    for (uint32_t row = 0; key >= 0 && quad >= 0 && row < dm_table_rows(t); row++)
        for (int i = 0; i < DM_N_TYPES; i++)
            if (dm_str_is(dm_table_cell(t, row, key), dm_type_name((dm_type)i)) &&
                dm_str_digits(dm_table_cell(t, row, quad)) % 2 == 0)
                bits |= UINT32_C(1) << i;
    return bits;
}

dm_status dm_record_dyads(dm_record *r, const dm_filter *filter, dm_pair_fn *fn, void *ctx, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    return dm_store_pairs(r->store, filter ? filter : &all, material(r->tables), fn, ctx, err);
}

dm_status dm_record_sources(dm_record *r, uint64_t offset, uint64_t limit, dm_source_fn *fn, void *ctx, dm_error *err)
{
    return dm_store_sources(r->store, offset, limit, fn, ctx, err);
}

dm_status dm_record_near(dm_record *r, const char *document, dm_copy_fn *fn, void *ctx, dm_error *err)
{
    uint8_t hash[DM_HASH_BYTES];
    dm_status st = dm_hash_read(hash, document, err);
    return st == DM_OK ? dm_store_near(r->store, hash, fn, ctx, err) : st;
}

dm_status dm_record_document_hash(dm_record *r, const char *which, char hash[33], dm_error *err)
{
    int64_t row = 0;
    dm_stmt *q;
    dm_status st = dm_record_document_row(r, which, &row, err);
    if (st == DM_OK)
        st = dm_db_use(dm_store_db(r->store), &q, "SELECT hash FROM document WHERE n=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, row);
    if ((st = dm_stmt_step(q, err)) == DM_OK)
        dm_hash_digits(hash, dm_col_str(q, 0));
    dm_stmt_done(q);
    return st;
}

static dm_status walk_events(dm_record *r, dm_stmt *q, dm_doc *doc, dm_filed_fn *fn, void *ctx, dm_error *err)
{
    int64_t held = 0;
    dm_status st;
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        dm_filed row;
        char digits[33];
        int64_t event = dm_col_int(q, 0);
        st = dm_store_load_event(r->store, event, doc, &held, &row, err);
        if (st == DM_OK)
            st = dm_record_fill(r, event, held, &row, digits, err);
        if (st == DM_OK)
            st = fn(ctx, &row, err);
        if (st != DM_OK)
            break;
    }
    return st == DM_END ? DM_OK : st;
}

dm_status dm_record_document_events(dm_record *r, const char *hash, dm_filed_fn *fn, void *ctx, dm_error *err)
{
    uint8_t bytes[DM_HASH_BYTES];
    dm_stmt *q = NULL;
    dm_doc *doc = NULL;
    dm_status st = dm_hash_read(bytes, hash, err);
    if (st == DM_OK)
        st = dm_db_prepare(dm_store_db(r->store), &q,
            "SELECT e.n FROM document d CROSS JOIN event e ON e.document=d.n WHERE d.hash=?1 ORDER BY e.trigger_start, e.n",
            err);
    if (st == DM_OK && !(doc = dm_doc_new()))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of a document");
    if (st == DM_OK) {
        dm_bind_blob(q, 1, (dm_str){ (const char *)bytes, sizeof bytes });
        st = walk_events(r, q, doc, fn, ctx, err);
    }
    dm_stmt_free(q);
    dm_doc_free(doc);
    return st;
}

dm_status dm_hash_read(uint8_t out[DM_HASH_BYTES], const char *digits, dm_error *err)
{
    size_t n = strlen(digits);
    if (n != 2 * DM_HASH_BYTES || strspn(digits, "0123456789abcdef") != n)
        return dm_fail(err, DM_EUSAGE, 0, "'%.40s' is no hash of a document (32 of 0-9a-f)", digits);
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return DM_OK;
}

static size_t fold(dm_str s, uint32_t out[NAME_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < NAME_BYTES;) {
        uint32_t cp;
        i += dm_utf8_next(s.p, s.len, i, &cp);
        out[n++] = dm_cp_fold(cp);
    }
    return n;
}

static bool begins(dm_str text, const uint32_t *start, size_t n)
{
    uint32_t own[NAME_BYTES];
    return fold(text, own) >= n && memcmp(own, start, n * sizeof *start) == 0;
}

typedef struct naming {
    const dm_record *r;
    uint32_t start[NAME_BYTES];
    size_t n, given, limit;
    char seen[NAMES_MAX][DM_CODE_MAX]; /* [given] */
    dm_name_fn *fn;
    void *ctx;
} naming;

static bool row_begins(const naming *w, const dm_table *t, uint32_t row, const char *const *columns)
{
    for (const char *const *c = columns; *c; c++) {
        int at = dm_table_column(t, *c);
        dm_str names = at >= 0 ? dm_table_cell(t, row, at) : DM_NIL, one;
        while (dm_str_split(&names, '|', &one))
            if (begins(one, w->start, w->n))
                return true;
    }
    return false;
}

/* One country has several rows. */
static bool was_given(const naming *w, const char *code)
{
    for (size_t i = 0; i < w->given; i++)
        if (strcmp(w->seen[i], code) == 0)
            return true;
    return false;
}

static dm_status names_of(naming *w, const char *name, const char *const *columns, dm_error *err)
{
    const dm_table *t = dm_tables_get(w->r->tables, name);
    int code_at = t ? dm_table_column(t, "code") : -1;
    dm_status st = DM_OK;
    char code[DM_CODE_MAX];
    for (uint32_t row = 0; code_at >= 0 && row < dm_table_rows(t) && st == DM_OK && w->given < w->limit; row++) {
        dm_str own = dm_table_cell(t, row, code_at);
        if (own.len == 0 || own.len >= DM_CODE_MAX || !row_begins(w, t, row, columns))
            continue;
        memcpy(code, own.p, own.len);
        code[own.len] = '\0';
        if (was_given(w, code))
            continue;
        memcpy(w->seen[w->given++], code, sizeof code);
        st = w->fn(w->ctx, code, dm_record_name(w->r, code), err);
    }
    return st;
}

dm_status dm_record_names(const dm_record *r, const char *start, size_t limit, dm_name_fn *fn, void *ctx, dm_error *err)
{
    static const char *const states[] = { "code", "names", "demonyms", NULL };
    static const char *const bodies[] = { "code", "names", NULL };
    naming w = { .r = r, .limit = limit < NAMES_MAX ? limit : NAMES_MAX, .fn = fn, .ctx = ctx };
    w.n = fold(dm_str_trim(dm_str_of(start)), w.start);
    dm_status st = names_of(&w, "actors/states", states, err);
    return st == DM_OK ? names_of(&w, "actors/bodies", bodies, err) : st == DM_END ? DM_OK : st;
}
