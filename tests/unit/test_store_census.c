// SPDX-License-Identifier: Apache-2.0
/* Counting by digests gives what counting rows gives: for every key, for actors and for pairs, under filters drawn at random, before and
 * after documents are coded again; digests made anew from the rows are the same bytes; damaged ones are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include "pipeline/record.h"
#include "record_place.h"
#include "store/census.h"
#include "store/digest.h"
#include "store/rowset.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILTERS = 150, DAMAGES = 400, DEEDS = 0xF060, SORTED = 5000 };

static char path[PLACE_BYTES];

static void must(dm_status st, const dm_error *err)
{
    if (st != DM_OK)
        fail_msg("status %d: %s", (int)st, err->msg);
}

static dm_record *open_record(void)
{
    dm_record *r = NULL;
    dm_error err = { .msg = "" };
    must(dm_record_open(&r, path, DM_ACCESS_WRITE, NULL, &err), &err);
    return r;
}

static int setup(void **state)
{
    if (!place_new(path, "/tmp/demarche-census-XXXXXX") || coder_open(state) != 0)
        return -1;
    dm_error err = { .msg = "" };
    dm_input *in = NULL;
    dm_record *r = open_record();
    must(dm_input_open(&in, *state, &err), &err);
    must(dm_input_add(in, "samples", &err), &err);
    must(dm_record_add(r, *state, in, NULL, NULL, &err), &err);
    dm_input_close(in);
    dm_record_close(r);
    return 0;
}

static int teardown(void **state)
{
    place_clear(path);
    return coder_close(state);
}

static uint32_t rolled(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

/* --- one line of text for each row --- */

static void add_line(dm_buf *b, const char *format, ...) DM_PRINTF(2, 3);
static void add_line(dm_buf *b, const char *format, ...)
{
    char line[600];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    dm_buf_add(b, line, (size_t)n);
}

static dm_status on_tally(void *ctx, const dm_tally *t, dm_error *err)
{
    (void)err;
    add_line(ctx, "%s|%s %llu %llu %llu %llu\n", t->key, t->other, (unsigned long long)t->events,
        (unsigned long long)t->happenings, (unsigned long long)t->documents, (unsigned long long)t->independent);
    return DM_OK;
}

static dm_status on_presence(void *ctx, const dm_presence *p, dm_error *err)
{
    (void)err;
    add_line(ctx, "%s %llu %llu %d %d", p->code, (unsigned long long)p->as_actor, (unsigned long long)p->as_recipient, p->first,
        p->last);
    for (size_t i = 0; i < p->n_with; i++)
        add_line(ctx, " %s %llu", p->with[i].code, (unsigned long long)p->with[i].events);
    add_line(ctx, "\n");
    return DM_OK;
}

static dm_status on_pair(void *ctx, const dm_pair *p, dm_error *err)
{
    (void)err;
    add_line(ctx, "%s %s %llu %llu %llu %llu %llu %.6f\n", p->actor, p->recipient, (unsigned long long)p->events,
        (unsigned long long)p->happenings, (unsigned long long)p->documents, (unsigned long long)p->words,
        (unsigned long long)p->deeds, p->scale);
    return DM_OK;
}

static void same(dm_buf *a, dm_buf *b, const char *what, int filter)
{
    dm_buf_add(a, "", 1);
    dm_buf_add(b, "", 1);
    if (strcmp(a->p, b->p) != 0)
        fail_msg("%s, filter %d: by rows\n%.1500s\nby digests\n%.1500s", what, filter, a->p, b->p);
    dm_buf_free(a);
    dm_buf_free(b);
}

static size_t compare(dm_store *s, const dm_filter *f, int filter)
{
    dm_error err = { .msg = "" };
    dm_buf a = { 0 }, b = { 0 };
    for (dm_by by = DM_BY_ALL; by <= DM_BY_INSTRUMENT; by++) {
        if (by == DM_BY_ALL && dm_filter_open(f))
            continue; /* counts articles without events, too */
        must(dm_tally_stats(s, by, f, 0, on_tally, &a, &err), &err);
        must(dm_census_stats(s, by, f, 0, on_tally, &b, &err), &err);
        same(&a, &b, "stats", filter * 100 + (int)by);
    }
    must(dm_tally_actors(s, f, 0, 0, on_presence, &a, &err), &err);
    must(dm_census_actors(s, f, 0, 0, on_presence, &b, &err), &err);
    size_t n = a.len;
    same(&a, &b, "actors", filter);
    must(dm_tally_actors(s, f, 2, 3, on_presence, &a, &err), &err);
    must(dm_census_actors(s, f, 2, 3, on_presence, &b, &err), &err);
    same(&a, &b, "a page of actors", filter);
    must(dm_tally_pairs(s, f, DEEDS, on_pair, &a, &err), &err);
    must(dm_census_pairs(s, f, DEEDS, on_pair, &b, &err), &err);
    same(&a, &b, "pairs", filter);
    return n;
}

/* --- filters --- */

static const char *const codes[] = { "USA", "JPN", "CHN", "GBR", "FRA", "RUS", "UNO", "" };
static const char *const sectors[] = { "", "", "", "GOV", "MIL", "OPP" };

static size_t draw_who(uint32_t *seed, dm_who who[2], size_t often)
{
    size_t n = rolled(seed, (uint32_t)often) ? 0 : 1 + rolled(seed, 2);
    for (size_t i = 0; i < n; i++) {
        who[i] = (dm_who){ .code = "" };
        snprintf(who[i].code, DM_CODE_MAX, "%s", codes[rolled(seed, 8)]);
        snprintf(who[i].sector, DM_SECTOR_MAX, "%s", who[i].code[0] ? sectors[rolled(seed, 6)] : "GOV");
    }
    return n;
}

static dm_filter draw(uint32_t *seed, dm_who who[4][2])
{
    static const char *const instruments[] = { "resolution", "treaty", "sanction", "talks" };
    static const char *const texts[] = { "human rights", "said", "\"the government\"", "sanction*" };
    dm_filter f = DM_FILTER_INIT;
    f.n_actor = draw_who(seed, who[0], 3), f.actor = who[0];
    f.n_recipient = draw_who(seed, who[1], 3), f.recipient = who[1];
    f.n_either = draw_who(seed, who[2], 6), f.either = who[2];
    f.n_speaker = draw_who(seed, who[3], 9), f.speaker = who[3];
    f.types = rolled(seed, 3) ? 0 : 1u << rolled(seed, DM_N_TYPES) | 1u << rolled(seed, DM_N_TYPES);
    f.contexts = rolled(seed, 4) ? 0 : UINT64_C(1) << rolled(seed, 12) | 2;
    f.with = rolled(seed, 6) ? 0 : (uint8_t)(1u << rolled(seed, 4));
    f.without = f.with || rolled(seed, 5) ? 0 : 7;
    f.since = rolled(seed, 4) ? DM_DAY_NONE : (dm_day)rolled(seed, 20000);
    f.until = rolled(seed, 4) ? DM_DAY_NONE : (dm_day)(8000 + rolled(seed, 12000));
    f.confidence = rolled(seed, 6) ? 0 : rolled(seed, 100) / 100.0;
    f.instrument = rolled(seed, 8) ? NULL : instruments[rolled(seed, 4)];
    f.subject = rolled(seed, 12) ? NULL : codes[1 + rolled(seed, 4)];
    f.act = rolled(seed, 12) ? NULL : rolled(seed, 2) ? "cosponsor" : "vote_against";
    f.mode = rolled(seed, 14) ? NULL : "meet";
    f.text = rolled(seed, 6) ? NULL : texts[rolled(seed, 4)];
    return f;
}

static void digests_count_what_rows_count(void **state)
{
    (void)state;
    dm_record *r = open_record();
    dm_who who[4][2];
    dm_filter all = DM_FILTER_INIT;
    uint32_t seed = 7;
    int told = 0;
    assert_true(compare(r->store, &all, -1) > 1000);
    for (int i = 0; i < FILTERS; i++) {
        dm_filter f = draw(&seed, who);
        told += compare(r->store, &f, i) > 0;
    }
    assert_true(told > FILTERS / 4);
    dm_record_close(r);
}

/* --- kept true --- */

static void read_digests(dm_store *s, dm_buf *out)
{
    dm_error err = { .msg = "" };
    dm_stmt *q = NULL;
    must(dm_db_prepare(dm_store_db(s), &q, "SELECT document, events FROM digest ORDER BY document", &err), &err);
    while (dm_stmt_step(q, &err) == DM_OK) {
        dm_str bytes = dm_col_str(q, 1);
        add_line(out, "\n%lld:", (long long)dm_col_int(q, 0));
        dm_buf_add(out, bytes.p, bytes.len);
    }
    dm_stmt_free(q);
}

static void made_anew(dm_store *s)
{
    dm_error err = { .msg = "" };
    dm_buf a = { 0 }, b = { 0 };
    read_digests(s, &a);
    must(dm_digest_make_all(dm_store_db(s), &err), &err);
    read_digests(s, &b);
    assert_true(a.len > 10000);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, a.len);
    dm_buf_free(&a);
    dm_buf_free(&b);
}

static void digests_are_kept_true(void **state)
{
    dm_error err = { .msg = "" };
    dm_add_stats stats;
    dm_filter all = DM_FILTER_INIT;
    dm_record *r = open_record();
    made_anew(r->store);
    must(dm_db_exec(dm_store_db(r->store), "UPDATE coder SET tables='of before'", &err), &err);
    must(dm_record_recode(r, *state, NULL, &stats, &err), &err);
    assert_true(stats.recoded > 20);
    made_anew(r->store);
    compare(r->store, &all, -2);
    dm_record_close(r);
}

/* --- bytes --- */

static void any_bytes_are_read_or_told(void **state)
{
    (void)state;
    dm_digest_party party[] = { { "JPN", 0, DM_STR("GOV") }, { "CHN", 1, DM_NIL }, { "", 2, DM_STR("MED") } };
    dm_digest_event e = { .n = 700,
        .sentence = 12,
        .happening = INT64_C(1) << 52,
        .instrument = 3,
        .contexts = 5,
        .confidence = 1.0 / 3,
        .scale = -4.5,
        .day = DM_DAY_NONE,
        .day_end = DM_DAY_NONE,
        .type = 8,
        .aux = 2,
        .mode = DM_STR("boycott"),
        .act = DM_STR("call"),
        .party = party,
        .n_party = 3 },
                    back;
    dm_buf whole = { 0 };
    uint32_t seed = 3;
    dm_digest_put(&whole, &e);
    dm_digest_reader r = { .p = (const uint8_t *)whole.p, .end = (const uint8_t *)whole.p + whole.len };
    assert_true(dm_digest_take(&r, &back));
    assert_true(back.n == e.n && back.happening == e.happening && back.day == e.day && back.day_end == e.day_end);
    assert_true(back.confidence == e.confidence && back.scale == e.scale && dm_str_eq(back.mode, e.mode));
    assert_true(back.n_party == 3 && strcmp(back.party[0].code, "JPN") == 0 && dm_str_is(back.party[2].sector, "MED"));
    assert_false(dm_digest_take(&r, &back) || r.bad);
    dm_digest_reader_free(&r);
    for (int i = 0; i < DAMAGES; i++) {
        uint8_t *bytes = malloc(whole.len); /* to the byte, so that reading on is seen */
        size_t n = 1 + rolled(&seed, (uint32_t)whole.len);
        memcpy(bytes, whole.p, n);
        bytes[rolled(&seed, (uint32_t)n)] = (uint8_t)rolled(&seed, 256);
        r = (dm_digest_reader){ .p = bytes, .end = bytes + n };
        while (dm_digest_take(&r, &back)) {
        }
        assert_true(r.bad || r.p == r.end);
        dm_digest_reader_free(&r);
        free(bytes);
    }
    dm_buf_free(&whole);
}

static void a_damaged_digest_is_told(void **state)
{
    (void)state;
    dm_error err = { .msg = "" };
    dm_filter all = DM_FILTER_INIT;
    dm_buf b = { 0 };
    dm_record *r = open_record();
    dm_stmt *q;
    must(dm_db_use(dm_store_db(r->store), &q, "UPDATE digest SET events=?1 WHERE document=3", &err), &err);
    dm_bind_blob(q, 1, DM_STR("\xff\xff\xff"));
    must(dm_stmt_run(q, &err), &err);
    assert_int_equal(dm_census_stats(r->store, DM_BY_TYPE, &all, 0, on_tally, &b, &err), DM_ECORRUPT);
    assert_non_null(strstr(err.msg, "document 3"));
    must(dm_digest_make_all(dm_store_db(r->store), &err), &err);
    must(dm_census_stats(r->store, DM_BY_TYPE, &all, 0, on_tally, &b, &err), &err);
    dm_buf_free(&b);
    dm_record_close(r);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void numbers_are_sorted_and_found(void **state)
{
    (void)state;
    static uint64_t v[SORTED], w[SORTED], spare[SORTED];
    dm_rowset set = { 0 };
    uint32_t seed = 11;
    for (size_t i = 0; i < SORTED; i++)
        v[i] = w[i] = (uint64_t)rolled(&seed, 1 << 20) << rolled(&seed, 44);
    qsort(v, SORTED, sizeof *v, by_value);
    for (size_t i = 0; i < SORTED; i++)
        assert_true(dm_rowset_add(&set, w[i]) <= i);
    dm_sort_numbers(w, spare, SORTED);
    assert_memory_equal(v, w, sizeof v);
    for (size_t i = 0; i < SORTED; i++)
        assert_true(set.key[dm_rowset_find(&set, v[i])] == v[i]);
    assert_int_equal(dm_rowset_find(&set, UINT64_MAX), DM_ROWSET_NONE);
    dm_rowset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_sorted_and_found),
        cmocka_unit_test(any_bytes_are_read_or_told),
        cmocka_unit_test(digests_count_what_rows_count),
        cmocka_unit_test(a_damaged_digest_is_told),
        cmocka_unit_test(digests_are_kept_true),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
