// SPDX-License-Identifier: Apache-2.0
/* The record from C: what comes out is what went in, filters give what a walk over all events gives, days, an old and a newer schema,
 * bytes changed at random under a reader, and lines of events as a reader takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include "read/events.h"
#include "read/flat.h"
#include "store/store.h"
#include <demarche/record.h>
#include <demarche/write.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS_MAX = 4000, DAMAGES = 60, CHANGES = 40 };

static char folder[] = "/tmp/demarche-record-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* The record of the samples is at a server where tests/postgres.py says so: the same tests over the other engine. */
static const char *record_named(const char *name)
{
    const char *server = getenv("DEMARCHE_TEST_RECORD");
    return server && strcmp(name, "samples.db") == 0 ? server : path_of(name);
}

static void must(dm_status st, const dm_error *err)
{
    if (st != DM_OK)
        fail_msg("status %d: %s", (int)st, err->msg);
}

static dm_record *open_record(const char *name, dm_access access)
{
    dm_record *r = NULL;
    dm_error err = { .msg = "" };
    must(dm_record_open(&r, record_named(name), access, NULL, &err), &err);
    return r;
}

/* samples/ into a record of this name. */
static void add_samples(const dm_coder *coder, const char *name)
{
    dm_error err = { .msg = "" };
    dm_input *in = NULL;
    dm_add_stats stats;
    dm_record *r = open_record(name, DM_ACCESS_WRITE);
    must(dm_input_open(&in, coder, &err), &err);
    must(dm_input_add(in, "samples", &err), &err);
    must(dm_record_add(r, coder, in, NULL, &stats, &err), &err);
    assert_true(stats.added > 20 && stats.events > 400);
    dm_input_close(in);
    dm_record_close(r);
}

static int setup(void **state)
{
    if (!mkdtemp(folder) || coder_open(state) != 0)
        return -1;
    add_samples(*state, "samples.db");
    return 0;
}

static int teardown(void **state)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlink(path_of(e->d_name));
    closedir(d);
    rmdir(folder);
    return coder_close(state);
}

/* --- what comes out is what went in --- */

static void a_document_comes_back(void **state)
{
    const dm_coder *coder = *state;
    dm_error err = { .msg = "" };
    dm_record *r = open_record("samples.db", DM_ACCESS_READ);
    dm_input *in = NULL;
    dm_doc *coded = NULL;
    size_t documents = 0, events = 0;
    must(dm_input_open(&in, coder, &err), &err);
    must(dm_input_add(in, "samples", &err), &err);
    while (dm_input_next(in, &coded, &err) == DM_OK) {
        dm_buf a = { 0 }, b = { 0 };
        dm_doc *kept = NULL;
        const dm_write_opts opts = DM_WRITE_OPTS_INIT;
        char name[300];
        size_t n;
        must(dm_code_doc(coder, coded, &err), &err);
        snprintf(name, sizeof name, "%.*s", DM_FMT(dm_doc_meta(coded)->id));
        must(dm_record_document(r, name, &kept, &err), &err);
        must(dm_write_doc(&a, coded, &opts, &err), &err);
        must(dm_write_doc(&b, kept, &opts, &err), &err);
        (void)dm_doc_events(coded, &n);
        events += n;
        documents++;
        assert_int_equal(a.len, b.len);
        assert_true(a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
        dm_buf_free(&a), dm_buf_free(&b), dm_doc_free(kept);
    }
    assert_true(documents > 20 && events > 400);
    dm_doc_free(coded);
    dm_input_close(in);
    dm_record_close(r);
}

/* --- filters --- */

/* What a filter looks at, of every event of the record in its order. */
typedef struct fact {
    uint64_t id, contexts, happening;
    uint8_t type, aux;
    dm_day day, day_end;
    double confidence;
    char mode[DM_MODE_MAX], actors[8][DM_CODE_MAX], recipients[8][DM_CODE_MAX], speakers[8][DM_CODE_MAX];
    char instrument[32], subject[32], act[32], source[64];
} fact;

typedef struct facts {
    fact v[EVENTS_MAX];
    size_t n;
} facts;

static void copy_codes(char out[8][DM_CODE_MAX], const dm_party *v, uint32_t n)
{
    for (uint32_t i = 0; i < n && i < 8; i++)
        memcpy(out[i], v[i].code, DM_CODE_MAX);
}

static void copy_str(char *out, size_t room, dm_str s) { snprintf(out, room, "%.*s", DM_FMT(s)); }

static dm_status on_fact(void *ctx, const dm_filed *row, dm_error *err)
{
    (void)err;
    facts *all = ctx;
    assert_true(all->n < EVENTS_MAX);
    fact *f = &all->v[all->n++];
    const dm_event *e = row->event;
    memset(f, 0, sizeof *f);
    *f = (fact){ .id = e->id,
        .contexts = e->contexts,
        .happening = row->happening,
        .type = e->type,
        .aux = e->aux,
        .day = row->day,
        .day_end = row->day_end,
        .confidence = e->confidence };
    memcpy(f->mode, e->mode, sizeof f->mode);
    copy_codes(f->actors, e->actor, e->n_actor);
    copy_codes(f->recipients, e->recipient, e->n_recipient);
    copy_codes(f->speakers, e->attribution, e->n_attribution);
    if (e->instrument) {
        copy_str(f->instrument, sizeof f->instrument, e->instrument->type);
        copy_str(f->subject, sizeof f->subject, e->instrument->subject);
        copy_str(f->act, sizeof f->act, e->instrument->act);
    }
    copy_str(f->source, sizeof f->source, dm_doc_meta(row->doc)->publisher);
    assert_true(row->reports >= 1 && row->independent >= 1 && row->independent <= row->reports);
    return DM_OK;
}

static bool has(char v[8][DM_CODE_MAX], const char *code)
{
    for (int i = 0; i < 8; i++)
        if (strcmp(v[i], code) == 0)
            return true;
    return false;
}

/* The filter's meaning, written down once more. */
static bool passes(const dm_filter *f, fact *e)
{
    bool mutual = !e->recipients[0][0] && f->n_actor; /* they met: each is a recipient, too */
    bool toward = !f->n_recipient || has(e->recipients, f->recipient[0].code) ||
                  (mutual && strcmp(f->actor[0].code, f->recipient[0].code) != 0 && has(e->actors, f->recipient[0].code));
    return (!f->n_actor || has(e->actors, f->actor[0].code)) && toward &&
           (!f->n_either || has(e->actors, f->either[0].code) || has(e->recipients, f->either[0].code)) &&
           (!f->n_speaker || has(e->speakers, f->speaker[0].code)) && (!f->types || f->types >> e->type & 1) &&
           (!f->contexts || f->contexts & e->contexts) && (e->aux & (f->with | f->without)) == f->with &&
           (!f->mode || strcmp(f->mode, e->mode) == 0) && e->confidence >= f->confidence &&
           (f->since == DM_DAY_NONE || e->day_end >= f->since) && (f->until == DM_DAY_NONE || e->day <= f->until) &&
           (!f->instrument || strcmp(f->instrument, e->instrument) == 0) &&
           (!f->subject || strcmp(f->subject, e->subject) == 0) && (!f->act || strcmp(f->act, e->act) == 0);
}

static uint32_t rolled(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

/* A filter of the values of a random event, some of them. */
static void make_filter(dm_filter *f, dm_who who[4], const fact *e, uint32_t *seed)
{
    *f = (dm_filter)DM_FILTER_INIT;
    memset(who, 0, 4 * sizeof *who);
    memcpy(who[0].code, e->actors[0], DM_CODE_MAX), memcpy(who[1].code, e->recipients[0], DM_CODE_MAX);
    memcpy(who[2].code, e->speakers[0], DM_CODE_MAX);
    if (rolled(seed, 3) == 0 && who[0].code[0])
        f->actor = &who[0], f->n_actor = 1;
    if (rolled(seed, 3) == 0 && who[1].code[0])
        f->recipient = &who[1], f->n_recipient = 1;
    if (rolled(seed, 6) == 0 && who[0].code[0])
        f->either = &who[0], f->n_either = 1;
    if (rolled(seed, 6) == 0 && who[2].code[0])
        f->speaker = &who[2], f->n_speaker = 1;
    f->types = rolled(seed, 3) ? 0 : 1u << e->type | 1u << rolled(seed, DM_N_TYPES);
    f->contexts = rolled(seed, 4) ? 0 : e->contexts;
    f->mode = rolled(seed, 6) ? NULL : e->mode;
    f->without = (uint8_t)(rolled(seed, 4) ? 0 : DM_NEGATION);
    f->with = (uint8_t)(rolled(seed, 5) ? 0 : DM_FUTURE);
    f->confidence = rolled(seed, 5) ? 0 : e->confidence;
    f->since = rolled(seed, 3) || e->day == DM_DAY_NONE ? DM_DAY_NONE : e->day - (dm_day)rolled(seed, 900);
    f->until = rolled(seed, 3) || e->day == DM_DAY_NONE ? DM_DAY_NONE : e->day + (dm_day)rolled(seed, 900);
    f->instrument = rolled(seed, 6) || !e->instrument[0] ? NULL : e->instrument;
    f->subject = rolled(seed, 6) || !e->subject[0] ? NULL : e->subject;
    f->act = rolled(seed, 6) || !e->act[0] ? NULL : e->act;
    f->newest_first = rolled(seed, 4) == 0;
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t ids_of(const facts *all, uint64_t *out)
{
    for (size_t i = 0; i < all->n; i++)
        out[i] = all->v[i].id;
    qsort(out, all->n, sizeof *out, by_id);
    return all->n;
}

static void filters_are_what_they_say(void **state)
{
    (void)state;
    dm_error err = { .msg = "" };
    dm_record *r = open_record("samples.db", DM_ACCESS_READ);
    facts *all = calloc(1, sizeof *all), *some = calloc(1, sizeof *some), *want = calloc(1, sizeof *want);
    uint64_t *a = calloc(EVENTS_MAX, sizeof *a), *b = calloc(EVENTS_MAX, sizeof *b);
    uint32_t seed = 7, found = 0;
    must(dm_record_events(r, NULL, on_fact, all, &err), &err);
    for (int k = 0; k < 600; k++) {
        dm_filter f;
        dm_who who[4];
        make_filter(&f, who, &all->v[rolled(&seed, (uint32_t)all->n)], &seed);
        some->n = want->n = 0;
        must(dm_record_events(r, &f, on_fact, some, &err), &err);
        for (size_t i = 0; i < all->n; i++)
            if (passes(&f, &all->v[i]))
                want->v[want->n++] = all->v[i];
        if (ids_of(some, a) != ids_of(want, b) || memcmp(a, b, some->n * sizeof *a) != 0)
            fail_msg("filter %d: %zu events, %zu wanted (actor %s recipient %s either %s speaker %s types %x contexts %llx "
                     "with %d without %d "
                     "mode %s since %d until %d confidence %g instrument %s subject %s act %s)",
                k, some->n, want->n, f.n_actor ? who[0].code : "-", f.n_recipient ? who[1].code : "-",
                f.n_either ? who[0].code : "-", f.n_speaker ? who[2].code : "-", f.types, (unsigned long long)f.contexts,
                f.with, f.without, f.mode ? f.mode : "-", (int)f.since, (int)f.until, f.confidence,
                f.instrument ? f.instrument : "-", f.subject ? f.subject : "-", f.act ? f.act : "-");
        for (size_t i = 1; i < some->n; i++)
            assert_true(f.newest_first ? some->v[i - 1].day >= some->v[i].day : some->v[i - 1].day <= some->v[i].day);
        dm_counts c;
        must(dm_record_count(r, &f, &c, &err), &err);
        assert_int_equal(c.events, some->n);
        found += some->n > 0;
    }
    assert_true(found > 200);
    free(all), free(some), free(want), free(a), free(b);
    dm_record_close(r);
}

static void pages_follow_each_other(void **state)
{
    (void)state;
    dm_error err = { .msg = "" };
    dm_record *r = open_record("samples.db", DM_ACCESS_READ);
    facts *all = calloc(1, sizeof *all), *part = calloc(1, sizeof *part);
    must(dm_record_events(r, NULL, on_fact, all, &err), &err);
    dm_filter f = DM_FILTER_INIT;
    f.limit = 37;
    for (f.offset = 0; f.offset < all->n; f.offset += f.limit)
        must(dm_record_events(r, &f, on_fact, part, &err), &err);
    assert_int_equal(part->n, all->n);
    assert_memory_equal(part->v, all->v, all->n * sizeof *all->v);
    free(all), free(part);
    dm_record_close(r);
}

/* --- schema --- */

static void change(const char *name, const char *sql)
{
    dm_db *db = NULL;
    dm_error err = { .msg = "" };
    must(dm_db_open(&db, path_of(name), DM_DB_WRITE, &err), &err);
    must(dm_db_exec(db, sql, &err), &err);
    dm_db_close(db);
}

static void schemas_are_told(void **state)
{
    (void)state;
    dm_error err = { .msg = "" };
    dm_record *r = open_record("new.db", DM_ACCESS_WRITE);
    dm_record_close(r);
    r = open_record("new.db", DM_ACCESS_READ); /* empty, but a record */
    dm_counts c;
    must(dm_record_count(r, NULL, &c, &err), &err);
    assert_int_equal(c.events, 0);
    dm_record_close(r);
    change("new.db", "PRAGMA user_version=1000");
    assert_int_equal(dm_record_open(&r, path_of("new.db"), DM_ACCESS_WRITE, NULL, &err), DM_EINPUT);
    assert_non_null(strstr(err.msg, "newer demarche"));
    change("new.db", "PRAGMA user_version=-5"); /* a flipped bit */
    assert_int_equal(dm_record_open(&r, path_of("new.db"), DM_ACCESS_WRITE, NULL, &err), DM_ECORRUPT);
    assert_non_null(strstr(err.msg, "schema is -5"));
    change("other.db", "CREATE TABLE t(x)");
    assert_int_equal(dm_record_open(&r, path_of("other.db"), DM_ACCESS_READ, NULL, &err), DM_EINPUT);
    assert_non_null(strstr(err.msg, "not a record"));
    assert_int_equal(dm_record_open(&r, path_of("none.db"), DM_ACCESS_READ, NULL, &err), DM_EIO);
    change("empty.db", "CREATE TABLE t(x); DROP TABLE t");
    assert_int_equal(dm_record_open(&r, path_of("empty.db"), DM_ACCESS_READ, NULL, &err), DM_EINPUT);
    r = open_record("empty.db", DM_ACCESS_WRITE); /* the steps from nothing */
    dm_record_close(r);
    r = open_record("empty.db", DM_ACCESS_READ);
    assert_int_equal(dm_record_add_events(r, "-", NULL, NULL, &err), DM_EUSAGE);
    dm_record_close(r);
}

static void events_have_days(void **state)
{
    (void)state;
    dm_doc *doc = dm_doc_new();
    const dm_interval day = { 100, 100, DM_PREC_DAY }, open = { DM_DAY_NONE, 90, DM_PREC_RANGE },
                      none = { 5, 5, DM_PREC_UNKNOWN };
    dm_event e = { .when = none, .said = none };
    dm_day from, to;
    dm_event_days(doc, &e, &from, &to);
    assert_true(from == DM_DAY_NONE && to == DM_DAY_NONE);
    doc->meta.date = (dm_interval){ 50, 60, DM_PREC_MONTH };
    dm_event_days(doc, &e, &from, &to);
    assert_true(from == 50 && to == 60);
    e.said = open;
    dm_event_days(doc, &e, &from, &to);
    assert_true(from == 90 && to == 90);
    e.when = day;
    dm_event_days(doc, &e, &from, &to);
    assert_true(from == 100 && to == 100);
    dm_doc_free(doc);
}

/* --- damage --- */

static dm_status on_any(void *ctx, const dm_filed *row, dm_error *err)
{
    size_t *n = ctx;
    dm_buf out = { 0 };
    const dm_write_opts opts = DM_WRITE_OPTS_INIT;
    dm_status st = dm_write_doc(&out, row->doc, &opts, err);
    *n += out.len;
    dm_buf_free(&out);
    return st;
}

static void write_file(const char *name, const char *p, size_t n)
{
    FILE *f = fopen(path_of(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
}

static dm_buf read_file(const char *name)
{
    dm_buf b = { 0 };
    char part[65536];
    FILE *f = fopen(path_of(name), "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        dm_buf_add(&b, part, n);
    fclose(f);
    return b;
}

static void damage_is_told_or_does_no_harm(void **state)
{
    (void)state;
    dm_buf whole = read_file("samples.db");
    uint32_t seed = 11, told = 0;
    for (int k = 0; k < DAMAGES; k++) {
        char *copy = malloc(whole.len);
        dm_record *r = NULL;
        dm_error err = { .msg = "" };
        size_t n = 0, len = k % 4 == 0 ? rolled(&seed, (uint32_t)whole.len) : whole.len;
        memcpy(copy, whole.p, whole.len);
        for (int i = 0; i < CHANGES << (k % 3 * 3); i++)
            copy[rolled(&seed, (uint32_t)whole.len)] ^= (char)(1 << rolled(&seed, 8));
        write_file("damaged.db", copy, len);
        unlink(path_of("damaged.db-wal")), unlink(path_of("damaged.db-shm"));
        dm_status st = dm_record_open(&r, path_of("damaged.db"), DM_ACCESS_READ, NULL, &err);
        if (st == DM_OK)
            st = dm_record_events(r, NULL, on_any, &n, &err);
        assert_true(st == DM_OK || err.msg[0]);
        told += st != DM_OK;
        dm_record_close(r);
        free(copy);
    }
    assert_true(told > DAMAGES / 4);
    dm_buf_free(&whole);
}

/* --- lines of events --- */

static void json_is_read_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = { { "{\"a\":[1,-2.5e3,true,null,{\"b\":\"\\u00e9\\ud83d\\ude00\\n\"}]}", true }, { "[]", true },
        { " 7 ", true }, { "{}", true }, { "", false }, { "{", false }, { "[1,]", false }, { "{\"a\":}", false },
        { "{,}", false }, { "[1 2]", false }, { "01", false }, { "1.", false }, { "1e", false }, { "-", false },
        { "\"\\x\"", false }, { "\"\\ud800\"", false }, { "\"\\u0000\"", false }, { "\"a", false }, { "\"a\tb\"", false },
        { "tru", false }, { "{}x", false }, { "{\"a\" 1}", false }, { "1e999", false } };
    dm_flat f = { 0 };
    size_t at;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *copy = strdup(cases[i].text);
        const char *why = dm_flat_parse(&f, copy, strlen(copy), &at);
        if ((why == NULL) != cases[i].good)
            fail_msg("'%s': %s", cases[i].text, why ? why : "taken");
        free(copy);
    }
    char good[] = "{\"a\":[1,-2.5e3,0.1],\"b\":\"\\u00e9\\ud83d\\ude00\"}";
    assert_null(dm_flat_parse(&f, good, strlen(good), &at));
    const dm_node *list = dm_node_get(f.v, "a"), *one = dm_node_first(list), *two = dm_node_next(one),
                  *three = dm_node_next(two);
    assert_true(dm_node_count(list) == 3 && one->whole && one->integer == 1 && two->number == -2500 && three->number == 0.1);
    assert_true(dm_str_is(dm_node_str(dm_node_get(f.v, "b")), "\xc3\xa9\xf0\x9f\x98\x80"));
    char deep[100];
    memset(deep, '[', sizeof deep);
    assert_non_null(dm_flat_parse(&f, deep, sizeof deep, &at));
    dm_flat_free(&f);
}

static void lines_become_documents(void **state)
{
    (void)state;
    static const char lines[] =
        "{\"id\":\"00000000000000ff\",\"doc\":\"a\",\"event\":[\"ACCUSE\"],\"actor\":[{\"code\":\"FRA\",\"entity_text\":\"É\","
        "\"start\":4,"
        "\"end\":5}],\"text\":\"É hit "
        "B.\",\"text_info\":{\"sequence\":2,\"start\":4,\"end\":12},\"trigger\":{\"text\":\"hit\",\"start\":6,"
        "\"end\":9}}\n"
        "{\"id\":\"1\",\"doc\":\"a\",\"event\":[\"ACCUSE\"],\"text\":\"other\",\"text_info\":{\"sequence\":2,\"start\":4,"
        "\"end\":9}}\n"
        "{\"id\":\"2\",\"doc\":\"a\",\"event\":[\"AGREE\"],\"text\":\"Ü\",\"text_info\":{\"sequence\":1,\"start\":0,\"end\":1}}"
        "\n"
        "{\"id\":\"3\",\"doc\":\"b\",\"event\":[\"AGREE\"],\"text\":\"x\"}";
    dm_error err = { .msg = "" };
    dm_events_reader *r = NULL;
    dm_coded c;
    write_file("lines.jsonl", lines, sizeof lines - 1);
    must(dm_events_open(&r, path_of("lines.jsonl"), &err), &err);
    assert_int_equal(dm_events_next(r, &c, &err), DM_EINPUT);
    assert_non_null(strstr(err.msg, "lines.jsonl:2: "));
    must(dm_events_next(r, &c, &err), &err);
    assert_true(c.doc->events.n == 2 && c.doc->events.v[0].id == 0xff);
    assert_true(dm_str_is(c.doc->text, "\xc3\x9c   \xc3\x89 hit B."));
    assert_true(dm_str_is(dm_doc_slice(c.doc, c.doc->events.v[0].trigger), "hit"));
    assert_true(dm_str_is(dm_doc_slice(c.doc, c.doc->events.v[0].actor[0].span), "\xc3\x89"));
    assert_true(dm_str_is(dm_doc_slice(c.doc, c.doc->sents.v[0].span), "\xc3\x9c"));
    must(dm_events_next(r, &c, &err), &err);
    assert_true(c.doc->events.n == 1 && dm_str_is(c.doc->text, "x"));
    assert_int_equal(dm_events_next(r, &c, &err), DM_END);
    dm_events_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_comes_back),
        cmocka_unit_test(filters_are_what_they_say),
        cmocka_unit_test(pages_follow_each_other),
        cmocka_unit_test(events_have_days),
    };
    const struct CMUnitTest of_files[] = {
        cmocka_unit_test(schemas_are_told),
        cmocka_unit_test(damage_is_told_or_does_no_harm),
        cmocka_unit_test(json_is_read_or_refused),
        cmocka_unit_test(lines_become_documents),
    };
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    if (getenv("DEMARCHE_TEST_RECORD"))
        return failed;
    memcpy(strrchr(folder, '-') + 1, "XXXXXX", 6);
    return failed + cmocka_run_group_tests(of_files, setup, teardown);
}
