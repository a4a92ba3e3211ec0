// SPDX-License-Identifier: Apache-2.0
/* topic on events made by hand: near words count and far ones do not, kinds of events, the article's one subject, bad tables refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/table_build.h"
#include "topic/topic.h"

enum { WORDS = 60, PATH_BYTES = 4096 };

static const char words_tsv[] = "names\tcontexts\tnote\nvaccine\thealth\t\nhacker\tcyber\t\nminister\texecutive\tweak\nmonk\tre"
                                "ligion_ethnicity|human_rights\t\n";
static const char kinds_tsv[] =
    "kind\tvalue\tcontexts\tnote\nmode\tCOERCE "
    "arrest\tlegal\t\ncameo\t19\tmilitary\t\ncameo\t196\tpeacekeeping\t\nsector\tLEG\tlegislative\t\n"
    "body\tUNSC\tdiplomatic\t\nbody\t-LEG\tlegislative\t\ninstrument\tlaw\tlegal\t\n";

/* Compiles the two tables to a file and opens it. */
static dm_tables *compile(const char *words, const char *kinds)
{
    const dm_table_spec specs[] = { { "contexts/words", DM_STR("names"), DM_GROUP_TOPIC, DM_INFLECT_NONE },
        { "contexts/kinds", DM_NIL, DM_GROUP_TOPIC, DM_INFLECT_NONE } };
    dm_table_builder *b = NULL;
    assert_int_equal(dm_table_builder_new(&b, NULL), DM_OK);
    assert_int_equal(dm_table_builder_add(b, &specs[0], dm_str_of(words), NULL), DM_OK);
    if (kinds)
        assert_int_equal(dm_table_builder_add(b, &specs[1], dm_str_of(kinds), NULL), DM_OK);
    void *image = NULL;
    size_t size = 0;
    assert_int_equal(dm_table_builder_finish(b, &image, &size, NULL), DM_OK);
    char path[] = "/tmp/test_topicXXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, image, size), (ssize_t)size);
    close(fd);
    dm_tables *t = NULL;
    assert_int_equal(dm_tables_open(&t, path, NULL), DM_OK);
    unlink(path);
    free(image);
    dm_table_builder_free(b);
    return t;
}

typedef struct room {
    dm_tables *tables;
    dm_topic *topic;
} room;

static int setup(void **state)
{
    static room r;
    r.tables = compile(words_tsv, kinds_tsv);
    *state = &r;
    return dm_topic_new(&r.topic, r.tables, NULL) == DM_OK ? 0 : -1;
}

static int teardown(void **state)
{
    room *r = *state;
    dm_topic_free(r->topic);
    dm_tables_close(r->tables);
    return 0;
}

/* One sentence of WORDS tokens "x", one byte each; the event's trigger is token `head`. */
static dm_doc *make(uint32_t head)
{
    char text[2 * WORDS + 1];
    for (unsigned i = 0; i < WORDS; i++)
        memcpy(text + 2 * i, "x ", 2);
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, (dm_str){ text, sizeof text - 1 }, NULL), DM_OK);
    *DM_PUSH(&doc->arena, &doc->sents) = (dm_sent){ .first = 0, .n = WORDS, .kind = DM_SENT_BODY };
    for (uint32_t i = 0; i < WORDS; i++)
        *DM_PUSH(&doc->arena, &doc->tokens) = (dm_token){ .span = { 2 * i, 1 } };
    *DM_PUSH(&doc->arena, &doc->events) = (dm_event){ .type = DM_ACCUSE, .trigger = { 2 * head, 1 } };
    *DM_PUSH(&doc->arena, &doc->event_head) = head;
    return doc;
}

static void hit(const room *r, dm_doc *doc, uint32_t token, uint32_t row)
{
    const dm_table *t = dm_tables_get(r->tables, "contexts/words");
    *DM_PUSH(&doc->arena, &doc->hits) = (dm_hit){ token, 1, (uint16_t)dm_table_index(r->tables, t), 0, row };
}

static uint64_t bit(const char *name)
{
    int c = dm_context_find(dm_str_of(name));
    assert_true(c >= 0);
    return (uint64_t)1 << c;
}

static uint64_t code(const room *r, dm_doc *doc)
{
    assert_int_equal(dm_topic_doc(r->topic, doc, NULL), DM_OK);
    uint64_t out = doc->events.v[0].contexts;
    dm_doc_free(doc);
    return out;
}

static void test_distance(void **state)
{
    const room *r = *state;
    dm_doc *doc = make(5);
    hit(r, doc, 3, 0);  /* near: counts */
    hit(r, doc, 50, 1); /* far: does not */
    assert_int_equal(code(r, doc), bit("health"));
    doc = make(5);
    hit(r, doc, 20, 2); /* weak and not near */
    assert_int_equal(code(r, doc), 0);
    doc = make(5);
    hit(r, doc, 6, 3); /* two contexts of one word */
    assert_int_equal(code(r, doc), bit("religion_ethnicity") | bit("human_rights"));
}

static void test_party_anchor(void **state)
{
    const room *r = *state;
    dm_doc *doc = make(5);
    dm_party p = { .code = "FRA", .span = { 2 * 48, 1 } };
    doc->events.v[0].actor = &p;
    doc->events.v[0].n_actor = 1;
    hit(r, doc, 50, 1); /* far from the trigger, near the actor */
    assert_int_equal(code(r, doc), bit("cyber"));
}

static void test_kinds(void **state)
{
    const room *r = *state;
    dm_doc *doc = make(5);
    dm_party p = { .code = "FRA", .sector = "PTY+LEG", .span = { 0, 1 } };
    dm_instrument law = { .type = DM_STR("law"), .body = DM_STR("UNSC") };
    dm_event *e = &doc->events.v[0];
    e->type = DM_COERCE;
    strcpy(e->mode, "arrest");
    strcpy(e->cameo, "1951"); /* only 19 is listed of its prefixes */
    e->recipient = &p;
    e->n_recipient = 1;
    e->instrument = &law;
    assert_int_equal(code(r, doc), bit("legal") | bit("military") | bit("legislative") | bit("diplomatic"));
    doc = make(5);
    strcpy(doc->events.v[0].cameo, "196"); /* the longer prefix wins */
    assert_int_equal(code(r, doc), bit("peacekeeping"));
}

/* An article full of one subject gives it to every event; one full of ministers does not. */
static void test_theme(void **state)
{
    const room *r = *state;
    dm_doc *doc = make(0);
    for (uint32_t k = 54; k < WORDS; k++)
        hit(r, doc, k, 0);
    doc->sents.v[0].n = 40; /* the words stand outside the event's sentence */
    assert_int_equal(code(r, doc), bit("health"));
    doc = make(0);
    for (uint32_t k = 50; k < WORDS; k++)
        hit(r, doc, k, 2);
    doc->sents.v[0].n = 40;
    assert_int_equal(code(r, doc), 0);
}

static void refused(const char *words, const char *kinds, dm_status want)
{
    dm_tables *t = compile(words, kinds);
    dm_topic *topic = NULL;
    dm_error err = { 0 };
    assert_int_equal(dm_topic_new(&topic, t, &err), want);
    assert_null(topic);
    assert_true(err.msg[0] != 0);
    dm_tables_close(t);
}

static void test_refused(void **state)
{
    (void)state;
    refused("names\tcontexts\tnote\nvaccine\thealthy\t\n", kinds_tsv, DM_EINPUT);
    refused(words_tsv, "kind\tvalue\tcontexts\tnote\nmood\tX\thealth\t\n", DM_EINPUT);
    refused(words_tsv, NULL, DM_ECORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_party_anchor),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_theme),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
