// SPDX-License-Identifier: Apache-2.0
/* Linking: sketches and families, words and marks, the predicate (the same both ways, what cannot be one happening), strands whatever
 * their order, and documents filed in any order, coded again, in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/links.h"
#include <math.h>

enum { JUNE = 9000 }; /* some day */

typedef struct room {
    char path[300];
    dm_tables *tables;
    dm_store *store;
    int64_t coder;
    dm_doc *doc;
} room;

static int setup(void **state)
{
    room *r = calloc(1, sizeof *r);
    char tables[4096];
    const char *data = getenv("DEMARCHE_DATA");
    snprintf(tables, sizeof tables, "%s/demarche.tables", data ? data : "build");
    const char *server = getenv("DEMARCHE_TEST_RECORD"); /* tests/postgres.py: the same on the other engine */
    if (server)
        snprintf(r->path, sizeof r->path, "%s", server);
    else
        snprintf(r->path, sizeof r->path, "/tmp/test_store_link_%d.db", (int)getpid());
    *state = r;
    dm_error err;
    bool good = dm_tables_open(&r->tables, tables, &err) == DM_OK &&
                dm_store_open(&r->store, r->path, DM_DB_WRITE, &err) == DM_OK &&
                dm_store_linker(r->store, r->tables, &err) == DM_OK && dm_db_begin(dm_store_db(r->store), &err) == DM_OK &&
                dm_store_coder(r->store, DM_STR("1"), DM_STR("a"), &r->coder, &err) == DM_OK;
    r->doc = dm_doc_new();
    return good && r->doc ? 0 : -1;
}

static int teardown(void **state)
{
    room *r = *state;
    dm_doc_free(r->doc);
    dm_db_rollback(dm_store_db(r->store));
    dm_store_close(r->store);
    dm_tables_close(r->tables);
    char path[310];
    const char *const tails[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", r->path, tails[i]);
        unlink(path);
    }
    free(r);
    return 0;
}

/* An article of one sentence with one event, said on its day unless exact. */
typedef struct report {
    const char *name, *text, *trigger, *actor, *recipient;
    dm_type type;
    uint8_t aux;
    dm_day day, exact;
} report;

static dm_event *tell(dm_doc *doc, const report *p)
{
    dm_doc_reset(doc);
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(p->text), NULL), DM_OK);
    doc->meta.id = dm_arena_str(&doc->arena, dm_str_of(p->name));
    doc->meta.publisher = doc->meta.id;
    doc->meta.date = (dm_interval){ p->day, p->day, DM_PREC_DAY };
    dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
    s->span = (dm_span){ 0, (uint32_t)strlen(p->text) };
    const char *trigger = strstr(p->text, p->trigger);
    assert_non_null(trigger);
    dm_event *e = DM_PUSH(&doc->arena, &doc->events);
    *e = (dm_event){ .type = (uint8_t)p->type,
        .aux = p->aux,
        .cameo = "111",
        .quad = 3,
        .n_actor = 1,
        .n_recipient = 1,
        .confidence = 0.9,
        .trigger = { (uint32_t)(trigger - p->text), (uint32_t)strlen(p->trigger) } };
    e->id = dm_hash(p->name, strlen(p->name), p->type);
    if (p->exact)
        e->when = (dm_interval){ p->exact, p->exact, DM_PREC_DAY };
    e->actor = dm_arena_alloc(&doc->arena, 2, sizeof *e->actor);
    e->recipient = e->actor + 1;
    strcpy(e->actor->code, p->actor);
    strcpy(e->recipient->code, p->recipient);
    return e;
}

static const report first = { "a", "Norway on Monday condemned the seizure of the trawler Havbris by Iceland off Jan Mayen.",
    "condemned", "NOR", "ISL", DM_ACCUSE, 0, JUNE, JUNE };
static const report second = { "b", "Oslo has condemned Iceland for seizing the Havbris, a trawler, near Jan Mayen on Monday.",
    "condemned", "NOR", "ISL", DM_ACCUSE, 0, JUNE + 1, JUNE };

static int64_t put(room *r, const report *p, bool replace, bool *joined)
{
    dm_filing f;
    dm_put_result got;
    dm_error err = { .msg = "" };
    tell(r->doc, p);
    dm_filing_make(&f, r->doc);
    if (dm_store_put(r->store, r->doc, &f, r->coder, replace, &got, &err) != DM_OK)
        fail_msg("%s", err.msg);
    if (joined)
        *joined = got.linked > 0;
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT happening FROM event WHERE document=(SELECT n FROM document WHERE name='%s')", p->name);
    int64_t happening = 0;
    assert_int_equal(dm_db_number(dm_store_db(r->store), sql, &happening, &err), DM_OK);
    assert_true(happening > 0);
    return happening;
}

static void make_telling(room *r, telling *out, const report *of)
{
    said_words said = { .sentence = DM_NONE };
    dm_telling_make(out, r->store->linker, r->doc, tell(r->doc, of), &said);
}

static double alike(room *r, const report *a, const report *b)
{
    telling x, y;
    make_telling(r, &x, a);
    make_telling(r, &y, b);
    double there = dm_alike(r->store->linker, &x, &y), back = dm_alike(r->store->linker, &y, &x);
    assert_true(there == back);
    return there;
}

static void the_predicate(void **state)
{
    room *r = *state;
    double join = r->store->linker->join;
    assert_true(alike(r, &first, &second) >= join);
    report other = second;
    other.recipient = "DNK", other.actor = "SWE";
    assert_true(isinf(alike(r, &first, &other))); /* no party in common */
    other = second, other.aux = DM_NEGATION;
    assert_true(isinf(alike(r, &first, &other))); /* did not condemn */
    other = second, other.exact = JUNE + 7;
    assert_true(isinf(alike(r, &first, &other))); /* a week later */
    other = second, other.type = DM_AID;
    assert_true(isinf(alike(r, &first, &other))); /* no kin of ACCUSE */
    other = second, other.exact = 0, other.day = JUNE + 60;
    assert_true(alike(r, &first, &other) < alike(r, &first, &second));
    report vague = { "c", "Norway condemned a plan of Iceland for a new airport.", "condemned", "NOR", "ISL", DM_ACCUSE, 0,
        JUNE + 1, 0 };
    assert_true(alike(r, &first, &vague) < alike(r, &first, &second)); /* fewer words in common */
}

static void words(void **state)
{
    room *r = *state;
    size_t at = 0, start = 0;
    char w[WORD_BYTES];
    dm_str text = DM_STR("It condemned, in 1998, \xC3\x89migr\xC3\xA9s.");
    size_t n = dm_link_word(text, &at, &start, w); /* "it" is too short */
    assert_int_equal(start, 3);
    assert_int_equal(n, 7);
    assert_memory_equal(w, "condemn", 7);
    n = dm_link_word(text, &at, &start, w);
    assert_int_equal(n, 4);
    assert_memory_equal(w, "1998", 4);
    n = dm_link_word(text, &at, &start, w);
    assert_true(n > 0);
    assert_memory_equal(w, "\xC3\xA9migr", 6);
    assert_int_equal(dm_link_word(text, &at, &start, w), 0);
    uint32_t common = dm_link_weigh(r->store->linker, "the", 3) & WORD_WEIGHT,
             rare = dm_link_weigh(r->store->linker, "havbri", 6) & WORD_WEIGHT;
    assert_int_equal(common, 0);
    assert_int_equal(rare, r->store->linker->unknown);
}

static void facts_as_bytes(void **state)
{
    room *r = *state;
    telling v[3], back[3];
    for (int i = 0; i < 3; i++) {
        make_telling(r, &v[i], i == 1 ? &second : &first);
        v[i].event = i + 1;
    }
    dm_buf out = { 0 };
    assert_int_equal(dm_tale_pack(&out, v, 3, NULL), DM_OK);
    assert_int_equal(dm_tale_unpack(back, 3, (dm_str){ out.p, out.len }), 3);
    for (int i = 0; i < 3; i++) {
        assert_memory_equal(&back[i], &v[i], offsetof(telling, word));
        assert_memory_equal(back[i].word, v[i].word, v[i].n_word * sizeof *v[i].word);
        assert_true(back[i].who == v[i].who);
    }
    for (size_t cut = 0; cut < out.len; cut++) /* what is damaged is not read */
        assert_true(dm_tale_unpack(back, 3, (dm_str){ out.p, cut }) < 3);
    assert_int_equal(dm_tale_unpack(back, 2, (dm_str){ out.p, out.len }), 2);
    dm_buf_free(&out);
}

static void any_order(void **state)
{
    room *r = *state;
    bool joined;
    int64_t a = put(r, &first, false, &joined);
    assert_false(joined);
    int64_t b = put(r, &second, false, &joined);
    assert_true(joined);
    assert_int_equal(a, b);
    report other = second;
    other.name = "d", other.exact = JUNE + 7, other.day = JUNE + 8;
    assert_true(put(r, &other, false, &joined) != a);
    assert_false(joined);
}

/* Coded again: what stays keeps its number; what is no longer alike leaves the others theirs. */
static void coded_again(void **state)
{
    room *r = *state;
    int64_t a = put(r, &first, false, NULL), b = put(r, &second, false, NULL);
    assert_int_equal(a, b);
    assert_int_equal(dm_store_coder(r->store, DM_STR("2"), DM_STR("b"), &r->coder, NULL), DM_OK);
    assert_int_equal(put(r, &first, true, NULL), a);
    report changed = second;
    changed.recipient = "DNK", changed.actor = "SWE";
    assert_true(put(r, &changed, true, NULL) != a);
    int64_t n = 0;
    assert_int_equal(dm_db_number(dm_store_db(r->store), "SELECT happening FROM event WHERE document=1", &n, NULL), DM_OK);
    assert_int_equal(n, a);
    assert_int_equal(dm_db_number(dm_store_db(r->store), "SELECT count(*) FROM happening", &n, NULL), DM_OK);
    assert_int_equal(n, 2);
    assert_int_equal(dm_db_number(dm_store_db(r->store), "SELECT count(*) FROM likeness", &n, NULL), DM_OK);
    assert_int_equal(n, 0);
}

/* A likeness each way. */
static void both_ways(likeness *of, uint32_t *n, int64_t a, int64_t b, double score)
{
    of[(*n)++] = (likeness){ a, b, score };
    of[(*n)++] = (likeness){ b, a, score };
}

/* Talks of seven days, each report like the next: no one happening. Whatever the order of events and likenesses, the same groups. */
static void a_chain(void **state)
{
    (void)state;
    enum { N = 7 };
    int before[N][N] = { 0 };
    for (int turn = 0; turn < N; turn++) {
        strand_event v[N];
        likeness of[2 * N];
        uint32_t n_of = 0;
        for (int i = 0; i < N; i++) {
            int k = (i + turn) % N;
            v[i] = (strand_event){
                .event = k + 1, .document = k + 1, .key = (uint64_t)(k + 1), .day = JUNE + k, .day_end = JUNE + k
            };
        }
        for (int i = N - 2; i >= 0; i--)
            both_ways(of, &n_of, (i + turn) % (N - 1) + 1, (i + turn) % (N - 1) + 2, 1);
        assert_int_equal(dm_strand_sort(v, N, of, n_of, NULL), DM_OK);
        int groups = 0;
        for (int i = 0; i < N; i++) {
            groups += v[i].group == (uint32_t)i;
            for (int k = 0; k < N; k++) {
                int same = v[i].group == v[k].group, x = (int)v[i].event - 1, y = (int)v[k].event - 1;
                assert_true(turn == 0 || before[x][y] == same);
                before[x][y] = same;
            }
        }
        assert_true(groups >= 2);
    }
}

static void exact_days_part(void **state)
{
    (void)state;
    strand_event v[3];
    likeness of[6];
    uint32_t n_of = 0;
    for (int i = 0; i < 3; i++)
        v[i] = (strand_event){ .event = i + 1,
            .document = i + 1,
            .key = (uint64_t)i,
            .day = JUNE + 2 * i,
            .day_end = JUNE + 2 * i,
            .precise = i != 1 };
    both_ways(of, &n_of, 1, 2, 3);
    both_ways(of, &n_of, 2, 3, 2);
    both_ways(of, &n_of, 1, 3, 1); /* days four apart, whatever likens them */
    assert_int_equal(dm_strand_sort(v, 3, of, n_of, NULL), DM_OK);
    assert_int_equal(v[0].group, v[1].group);
    assert_int_not_equal(v[0].group, v[2].group);
}

static void near_copies(void **state)
{
    room *r = *state;
    static const char body[] =
        "The ministers of nine states met in the old port on Sunday to settle a quarrel about herring, and parted after "
        "six hours with a short paper that promises each coast its share until the spring, when they meet again.";
    char copy[sizeof body + 8],
        other[] = "A storm closed the northern road for two days while crews from three towns cleared the pass of snow, and "
                  "the governor thanked them in a letter that was read out in every school of the valley.";
    snprintf(copy, sizeof copy, "%s", body);
    memcpy(strstr(copy, "quarrel"), "dispute", 7);
    dm_filing f[3];
    const char *const texts[] = { body, copy, other };
    for (int i = 0; i < 3; i++) {
        dm_doc_reset(r->doc);
        assert_int_equal(dm_doc_set_text(r->doc, dm_str_of(texts[i]), NULL), DM_OK);
        dm_filing_make(&f[i], r->doc);
        assert_true(f[i].sketched);
    }
    assert_true(dm_sketch_alike(f[0].sketch, f[0].sketch) == 1);
    assert_true(dm_sketch_alike(f[0].sketch, f[1].sketch) > 0.7);
    assert_true(dm_sketch_alike(f[0].sketch, f[2].sketch) < 0.2);
    dm_put_result got;
    for (int i = 0; i < 3; i++) {
        dm_doc_reset(r->doc);
        assert_int_equal(dm_doc_set_text(r->doc, dm_str_of(texts[i]), NULL), DM_OK);
        assert_int_equal(dm_store_put(r->store, r->doc, &f[i], r->coder, false, &got, NULL), DM_OK);
        assert_int_equal(got.near_copy, i == 1);
    }
    int64_t families = 0;
    assert_int_equal(
        dm_db_number(dm_store_db(r->store), "SELECT count(DISTINCT family) FROM document", &families, NULL), DM_OK);
    assert_int_equal(families, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_predicate, setup, teardown),
        cmocka_unit_test_setup_teardown(words, setup, teardown),
        cmocka_unit_test_setup_teardown(facts_as_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(coded_again, setup, teardown),
        cmocka_unit_test(a_chain),
        cmocka_unit_test(exact_days_part),
        cmocka_unit_test_setup_teardown(near_copies, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
