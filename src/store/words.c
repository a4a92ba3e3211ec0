// SPDX-License-Identifier: Apache-2.0
/* FTS5's own tokenizer, called without a table. tsvector keeps places up to PLACE_MAX and PLACES_MAX of each word; a sentence that is
 * longer is found by its words, and by its phrases up to there. */
#include "store/words.h"
#include "base/room.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACE_MAX = 16383, PLACES_MAX = 255, LEXEME_MAX = 2046 };

typedef struct token {
    uint32_t at, len; /* in bytes */
    uint32_t place;   /* from 1 */
} token;

struct dm_words {
    sqlite3 *h;
    fts5_tokenizer how;
    Fts5Tokenizer *tokenizer;
    dm_buf bytes;
    token *v;
    uint32_t n, cap, place;
    bool failed;
};

/* FTS5 hands itself out through a pointer that is bound to a function of its name. */
static fts5_api *api_of(sqlite3 *h)
{
    fts5_api *api = NULL;
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(h, "SELECT fts5(?1)", -1, &q, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(q, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(q);
    }
    sqlite3_finalize(q);
    return api;
}

static bool ready(dm_words *w)
{
    static const char *args[] = { "unicode61", "remove_diacritics", "2" }; /* the rest of DM_WORDS_TOKENIZER */
    void *user = NULL;
    if (sqlite3_open(":memory:", &w->h) != SQLITE_OK)
        return false;
    fts5_api *api = api_of(w->h);
    return api && api->xFindTokenizer(api, "porter", &user, &w->how) == SQLITE_OK &&
           w->how.xCreate(user, args, 3, &w->tokenizer) == SQLITE_OK;
}

dm_status dm_words_open(dm_words **out, dm_error *err)
{
    dm_words *w = calloc(1, sizeof *w);
    if (!w || !ready(w)) {
        dm_words_close(w);
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of sentences, or SQLite has no FTS5");
    }
    *out = w;
    return DM_OK;
}

void dm_words_close(dm_words *w)
{
    if (!w)
        return;
    if (w->tokenizer)
        w->how.xDelete(w->tokenizer);
    sqlite3_close(w->h);
    dm_buf_free(&w->bytes);
    free(w->v);
    free(w);
}

static int on_token(void *ctx, int flags, const char *bytes, int len, int from, int to)
{
    (void)from, (void)to;
    dm_words *w = ctx;
    if (!DM_ROOM(w->v, w->n, w->cap, 128))
        return SQLITE_NOMEM;
    w->place += !(flags & FTS5_TOKEN_COLOCATED);
    w->v[w->n++] = (token){ (uint32_t)w->bytes.len, (uint32_t)(len < LEXEME_MAX ? len : LEXEME_MAX), w->place };
    dm_buf_add(&w->bytes, bytes, (size_t)len);
    return w->bytes.failed ? SQLITE_NOMEM : SQLITE_OK;
}

static dm_status cut(dm_words *w, dm_str text, int how, dm_error *err)
{
    w->n = w->place = 0;
    dm_buf_clear(&w->bytes);
    int rc = text.len ? w->how.xTokenize(w->tokenizer, w, how, text.p, (int)text.len, on_token) : SQLITE_OK;
    return rc == SQLITE_OK ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of a sentence");
}

/* By bytes, then by place. */
static int by_word(const void *x, const void *y, void *ctx)
{
    const token *a = x, *b = y;
    const dm_words *w = ctx;
    size_t n = a->len < b->len ? a->len : b->len;
    int c = memcmp(w->bytes.p + a->at, w->bytes.p + b->at, n);
    if (c == 0)
        c = (a->len > b->len) - (a->len < b->len);
    return c ? c : (a->place > b->place) - (a->place < b->place);
}

static bool same(const dm_words *w, const token *a, const token *b)
{
    return a->len == b->len && memcmp(w->bytes.p + a->at, w->bytes.p + b->at, a->len) == 0;
}

/* How many tokens from i on are the same word. */
static uint32_t run_of(const dm_words *w, uint32_t i)
{
    uint32_t n = 1;
    while (i + n < w->n && same(w, &w->v[i], &w->v[i + n]))
        n++;
    return n;
}

static void put_word(dm_buf *out, const dm_words *w, const token *t)
{
    dm_buf_add(out, "'", 1); /* letters and digits only: nothing to quote */
    dm_buf_add(out, w->bytes.p + t->at, t->len);
    dm_buf_add(out, "'", 1);
}

static uint32_t place_of(const token *t) { return t->place < PLACE_MAX ? t->place : PLACE_MAX; }

dm_status dm_words_vector(dm_words *w, dm_str text, dm_buf *out, dm_error *err)
{
    dm_status st = cut(w, text, FTS5_TOKENIZE_DOCUMENT, err);
    if (st != DM_OK)
        return st;
    qsort_r(w->v, w->n, sizeof *w->v, by_word, w);
    for (uint32_t i = 0, run; i < w->n; i += run) {
        run = run_of(w, i);
        put_word(out, w, &w->v[i]);
        for (uint32_t k = 0; k < run && k < PLACES_MAX; k++) {
            char place[16];
            dm_buf_add(out, place, (size_t)snprintf(place, sizeof place, "%c%u", k ? ',' : ':', place_of(&w->v[i + k])));
        }
        dm_buf_add(out, " ", 1);
    }
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of a sentence") : DM_OK;
}

static void put_be(dm_buf *out, uint32_t v, int bytes)
{
    char b[4];
    for (int i = 0; i < bytes; i++)
        b[i] = (char)(v >> 8 * (bytes - 1 - i) & 0xFF);
    dm_buf_add(out, b, (size_t)bytes);
}

/* Of each word its bytes and NUL, how many places, the places; the same place twice is one. */
static void put_binary_word(dm_buf *out, const dm_words *w, uint32_t i, uint32_t run)
{
    uint32_t n = 0, last = 0;
    dm_buf_add(out, w->bytes.p + w->v[i].at, w->v[i].len);
    dm_buf_add(out, "", 1);
    size_t count = out->len;
    put_be(out, 0, 2);
    for (uint32_t k = 0; k < run && n < PLACES_MAX; k++)
        if (place_of(&w->v[i + k]) != last) {
            last = place_of(&w->v[i + k]);
            put_be(out, last, 2);
            n++;
        }
    if (!out->failed) {
        out->p[count] = (char)(n >> 8);
        out->p[count + 1] = (char)(n & 0xFF);
    }
}

dm_status dm_words_binary(dm_words *w, dm_str text, dm_buf *out, dm_error *err)
{
    dm_status st = cut(w, text, FTS5_TOKENIZE_DOCUMENT, err);
    if (st != DM_OK)
        return st;
    qsort_r(w->v, w->n, sizeof *w->v, by_word, w);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < w->n; i += run_of(w, i))
        distinct++;
    put_be(out, distinct, 4);
    for (uint32_t i = 0, run; i < w->n; i += run)
        put_binary_word(out, w, i, run = run_of(w, i));
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of a sentence") : DM_OK;
}

dm_status dm_words_term(dm_words *w, dm_str term, bool begun, dm_buf *out, dm_error *err)
{
    dm_status st = cut(w, term, FTS5_TOKENIZE_QUERY | (begun ? FTS5_TOKENIZE_PREFIX : 0), err);
    if (st != DM_OK || w->n == 0)
        return st;
    if (out->len)
        dm_buf_add(out, " & ", 3);
    for (uint32_t i = 0; i < w->n; i++) {
        if (i)
            dm_buf_add(out, " <-> ", 5);
        put_word(out, w, &w->v[i]);
    }
    if (begun)
        dm_buf_add(out, ":*", 2);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for the words of a query") : DM_OK;
}
