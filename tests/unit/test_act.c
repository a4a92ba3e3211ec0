// SPDX-License-Identifier: Apache-2.0
/* act on trees made by hand: slots from the words around, coreference, weak nouns, gaps, the games' host. Runs with the compiled tables
 * (DEMARCHE_DATA); hits come from the same phrase index that scan walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "act/act.h"

enum { TEXT_MAX = 4096, PATH_BYTES = 4096 };

/* One word: form, lemma, part of speech, head (1 = first word of the sentence, 0 root), relation, country or body it names ("*": adjective,
 * "+": parliament). */
typedef struct word {
    const char *form, *lemma;
    uint8_t upos;
    uint32_t head;
    uint8_t rel;
    const char *who;
} word;

typedef struct room {
    dm_tables *tables;
    dm_act *act;
} room;

static int setup(void **state)
{
    static room r;
    char path[PATH_BYTES];
    dm_error err = { 0 };
    const char *dir = getenv("DEMARCHE_DATA");
    snprintf(path, sizeof path, "%s/demarche.tables", dir ? dir : ".");
    if (dm_tables_open(&r.tables, path, &err) != DM_OK || dm_act_new(&r.act, r.tables, &err) != DM_OK) {
        print_error("%s\n", err.msg);
        return -1;
    }
    *state = &r;
    return 0;
}

static int teardown(void **state)
{
    room *r = *state;
    dm_act_free(r->act);
    dm_tables_close(r->tables);
    return 0;
}

static dm_str lower(dm_doc *doc, dm_str s)
{
    dm_str out = dm_arena_str(&doc->arena, s);
    char *p = (char *)(uintptr_t)out.p;
    for (size_t i = 0; i < out.len; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] - 'A' + 'a');
    return out;
}

static void name_party(dm_doc *doc, uint32_t t, const char *who)
{
    dm_entity *e = DM_PUSH(&doc->arena, &doc->entities);
    bool leg = strchr(who, '+') != NULL, adj = strchr(who, '*') != NULL;
    memcpy(e->code, who, 3);
    strcpy(e->sector, leg ? "LEG" : "");
    e->nature = leg || strncmp(who, "UNO", 3) == 0 ? DM_NAT_BODY : DM_NAT_STATE;
    e->name = DM_STR("United Nations");
    e->table_row = DM_NONE;
    dm_mention *m = DM_PUSH(&doc->arena, &doc->mentions);
    *m = (dm_mention){ .first = t,
        .n = 1,
        .head = t,
        .sent = doc->tokens.v[t].sent,
        .form = adj ? DM_FORM_ADJ : DM_FORM_NAME,
        .n_entity = 1,
        .why = DM_STR("actor/name") };
    m->entity[0] = doc->entities.n - 1;
    doc->tokens.v[t].mention = doc->mentions.n - 1;
}

/* Appends a sentence of n words; text must hold the words separated by spaces from *at on. */
static void sentence(dm_doc *doc, const word *w, uint32_t n, uint32_t *at)
{
    dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
    uint32_t index = doc->sents.n - 1, first = doc->tokens.n;
    *s = (dm_sent){ .first = first, .n = n, .kind = DM_SENT_BODY, .needs_parse = 1, .parsed = 1 };
    for (uint32_t i = 0; i < n; i++) {
        dm_token *t = DM_PUSH(&doc->arena, &doc->tokens);
        uint32_t len = (uint32_t)strlen(w[i].form);
        *t = (dm_token){ .span = { *at, len },
            .sent = index,
            .mention = DM_NONE,
            .head = w[i].head ? first + w[i].head - 1 : DM_NONE,
            .upos = w[i].upos,
            .deprel = w[i].rel,
            .flags = DM_T_SPACE };
        t->norm = lower(doc, dm_str_of(w[i].form));
        t->lemma = dm_str_of(w[i].lemma);
        if (w[i].form[0] >= 'A' && w[i].form[0] <= 'Z')
            t->flags |= DM_T_UPPER;
        if (w[i].upos == DM_U_PUNCT)
            t->flags |= DM_T_PUNCT;
        *at += len + 1;
    }
    for (uint32_t i = 0; i < n; i++)
        if (w[i].who)
            name_party(doc, first + i, w[i].who);
}

static bool fits(const dm_doc *doc, const dm_phrase *p, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n && i < 16; i++)
        if ((p->caps >> i & 1) && !(doc->tokens.v[first + i].flags & DM_T_UPPER))
            return false;
    return true;
}

/* Longest matches of the groups that act reads. */
static void scan(const dm_tables *tables, dm_doc *doc)
{
    static const dm_group groups[] = { DM_GROUP_INST, DM_GROUP_TIME };
    uint32_t covered[DM_GROUPS] = { 0 };
    for (uint32_t first = 0; first < doc->tokens.n; first++) {
        uint32_t node = 0, n = 0;
        dm_hit best[DM_GROUPS] = { 0 };
        for (uint32_t t = first; t < doc->tokens.n && doc->tokens.v[t].sent == doc->tokens.v[first].sent; t++) {
            node = dm_phrase_step(tables, 0, node, doc->tokens.v[t].norm);
            if (node == DM_NO_NODE)
                break;
            const dm_phrase *p = dm_phrase_at(tables, 0, node, &n);
            for (uint32_t k = 0; k < n; k++)
                if (fits(doc, &p[k], first, t - first + 1) && t - first + 1 > best[p[k].group].n)
                    best[p[k].group] = (dm_hit){ first, t - first + 1, (uint16_t)(p[k].table + dm_image_base(tables, 0)),
                        p[k].column, p[k].row };
        }
        for (unsigned g = 0; g < sizeof groups / sizeof *groups; g++)
            if (best[groups[g]].n && first >= covered[groups[g]]) {
                *DM_PUSH(&doc->arena, &doc->hits) = best[groups[g]];
                covered[groups[g]] = first + best[groups[g]].n;
            }
    }
}

typedef struct part {
    const word *w;
    uint32_t n;
} part;

static dm_doc *run(void **state, const part *parts, uint32_t n)
{
    room *r = *state;
    char text[TEXT_MAX] = "";
    for (uint32_t p = 0; p < n; p++)
        for (uint32_t i = 0; i < parts[p].n; i++) {
            strcat(text, parts[p].w[i].form);
            strcat(text, " ");
        }
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, dm_str_of(text), NULL), DM_OK);
    memcpy(doc->home, "JPN", 4);
    memcpy(doc->focus, "CHN", 4);
    uint32_t at = 0;
    for (uint32_t p = 0; p < n; p++)
        sentence(doc, parts[p].w, parts[p].n, &at);
    assert_int_equal(dm_doc_link(doc, NULL), DM_OK);
    scan(r->tables, doc);
    dm_error err = { 0 };
    assert_int_equal(dm_act_doc(r->act, doc, &err), DM_OK);
    return doc;
}

static void same(dm_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.p ? got.p : "", want, got.len);
}

#define PART(a)                                                                                                                \
    {                                                                                                                          \
        (a), sizeof(a) / sizeof *(a)                                                                                           \
    }
#define RUN(...) run(state, (const part[]){ __VA_ARGS__ }, sizeof((const part[]){ __VA_ARGS__ }) / sizeof(part))

/* A paper drafted by one state to censure another, before the organ that its own words name. */
static void test_slots(void **state)
{
    static const word w[] = { { "Peru", "Peru", DM_U_PROPN, 2, DM_D_NSUBJ, "PER" },
        { "backs", "back", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "a", "a", DM_U_DET, 5, DM_D_DET, NULL },
        { "UN", "UN", DM_U_PROPN, 5, DM_D_COMPOUND, "UNO" }, { "resolution", "resolution", DM_U_NOUN, 2, DM_D_OBJ, NULL },
        { "tabled", "table", DM_U_VERB, 5, DM_D_ACL, NULL }, { "by", "by", DM_U_ADP, 8, DM_D_CASE, NULL },
        { "Norway", "Norway", DM_U_PROPN, 6, DM_D_OBL_AGENT, "NOR" }, { "to", "to", DM_U_PART, 10, DM_D_MARK, NULL },
        { "censure", "censure", DM_U_VERB, 6, DM_D_ADVCL, NULL }, { "Belarus", "Belarus", DM_U_PROPN, 10, DM_D_OBJ, "BLR" } };
    dm_doc *doc = RUN(PART(w));
    assert_int_equal(doc->insts.n, 1);
    const dm_inst *i = &doc->insts.v[0];
    same(i->type, "resolution");
    same(i->body, "UNO");
    same(i->subject, "BLR");
    assert_string_equal(i->sponsor, "NOR");
    assert_int_equal(i->head, 4);
    dm_doc_free(doc);
}

/* "the motion" is the parliament's resolution; its subject comes from later words. */
static void test_chain(void **state)
{
    static const word a[] = { { "Parliament", "parliament", DM_U_NOUN, 2, DM_D_NSUBJ, "JPN+" },
        { "passed", "pass", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "a", "a", DM_U_DET, 4, DM_D_DET, NULL },
        { "resolution", "resolution", DM_U_NOUN, 2, DM_D_OBJ, NULL } };
    static const word b[] = { { "Few", "few", DM_U_ADJ, 2, DM_D_NSUBJ, NULL },
        { "opposed", "oppose", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "the", "the", DM_U_DET, 4, DM_D_DET, NULL },
        { "motion", "motion", DM_U_NOUN, 2, DM_D_OBJ, NULL }, { "on", "on", DM_U_ADP, 6, DM_D_CASE, NULL },
        { "Iran", "Iran", DM_U_PROPN, 4, DM_D_NMOD, "IRN" } };
    static const word c[] = { { "The", "the", DM_U_DET, 2, DM_D_DET, NULL },
        { "resolution", "resolution", DM_U_NOUN, 3, DM_D_NSUBJ, NULL },
        { "deplores", "deplore", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "Iran", "Iran", DM_U_PROPN, 3, DM_D_OBJ, "IRN" } };
    dm_doc *doc = RUN(PART(a), PART(b), PART(c));
    assert_int_equal(doc->insts.n, 3);
    for (uint32_t k = 0; k < 3; k++) {
        same(doc->insts.v[k].type, "resolution");
        same(doc->insts.v[k].body, "JPN-LEG");
        same(doc->insts.v[k].subject, "IRN");
        assert_int_equal(doc->insts.v[k].chain, 0);
    }
    dm_doc_free(doc);
}

/* A motion to take no action is another paper than the resolution, and its maker may stand in a clause without pronoun. */
static void test_no_action(void **state)
{
    static const word a[] = { { "The", "the", DM_U_DET, 2, DM_D_DET, NULL },
        { "resolution", "resolution", DM_U_NOUN, 3, DM_D_NSUBJ, NULL },
        { "censures", "censure", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "Cuba", "Cuba", DM_U_PROPN, 3, DM_D_OBJ, "CUB" } };
    static const word b[] = { { "Many", "many", DM_U_ADJ, 2, DM_D_NSUBJ, NULL },
        { "fear", "fear", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "the", "the", DM_U_DET, 7, DM_D_DET, NULL },
        { "no", "no", DM_U_DET, 6, DM_D_DET, NULL }, { "-", "-", DM_U_PUNCT, 6, DM_D_PUNCT, NULL },
        { "action", "action", DM_U_NOUN, 7, DM_D_COMPOUND, NULL }, { "motion", "motion", DM_U_NOUN, 2, DM_D_OBJ, NULL },
        { "Cuba", "Cuba", DM_U_PROPN, 10, DM_D_NSUBJ, "CUB" }, { "will", "will", DM_U_AUX, 10, DM_D_AUX, NULL },
        { "submit", "submit", DM_U_VERB, 2, DM_D_CCOMP, NULL } };
    dm_doc *doc = RUN(PART(a), PART(b));
    assert_int_equal(doc->insts.n, 2);
    same(doc->insts.v[1].type, "motion");
    same(doc->insts.v[1].subject, "CUB");
    assert_string_equal(doc->insts.v[1].sponsor, "CUB");
    assert_int_equal(doc->insts.v[1].chain, 1);
    dm_doc_free(doc);
}

/* "the convention" is the one named before; "different measures" are none at all. */
static void test_names_and_weak(void **state)
{
    static const word a[] = { { "Mali", "Mali", DM_U_PROPN, 2, DM_D_NSUBJ, "MLI" },
        { "signed", "sign", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "the", "the", DM_U_DET, 5, DM_D_DET, NULL },
        { "Ottawa", "Ottawa", DM_U_PROPN, 5, DM_D_COMPOUND, NULL },
        { "Convention", "Convention", DM_U_PROPN, 2, DM_D_OBJ, NULL } };
    static const word b[] = { { "The", "the", DM_U_DET, 2, DM_D_DET, NULL },
        { "convention", "convention", DM_U_NOUN, 3, DM_D_NSUBJ, NULL }, { "needs", "need", DM_U_VERB, 0, DM_D_ROOT, NULL },
        { "different", "different", DM_U_ADJ, 5, DM_D_AMOD, NULL }, { "measures", "measure", DM_U_NOUN, 3, DM_D_OBJ, NULL } };
    dm_doc *doc = RUN(PART(a), PART(b));
    assert_int_equal(doc->insts.n, 2);
    same(doc->insts.v[0].name, "Ottawa Treaty");
    same(doc->insts.v[1].name, "Ottawa Treaty");
    assert_int_equal(doc->insts.v[1].chain, 0);
    dm_doc_free(doc);
}

/* Sanctions on nobody in particular take no subject from elsewhere; bare ones take the one spoken of before. */
static void test_sanctions(void **state)
{
    static const word a[] = { { "Canada", "Canada", DM_U_PROPN, 2, DM_D_NSUBJ, "CAN" },
        { "imposed", "impose", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "sanctions", "sanction", DM_U_NOUN, 2, DM_D_OBJ, NULL },
        { "on", "on", DM_U_ADP, 5, DM_D_CASE, NULL }, { "Syria", "Syria", DM_U_PROPN, 3, DM_D_NMOD, "SYR" } };
    static const word b[] = { { "Others", "other", DM_U_NOUN, 2, DM_D_NSUBJ, NULL },
        { "imposed", "impose", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "sanctions", "sanction", DM_U_NOUN, 2, DM_D_OBJ, NULL } };
    static const word c[] = { { "Others", "other", DM_U_NOUN, 2, DM_D_NSUBJ, NULL },
        { "imposed", "impose", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "sanctions", "sanction", DM_U_NOUN, 2, DM_D_OBJ, NULL },
        { "on", "on", DM_U_ADP, 6, DM_D_CASE, NULL }, { "other", "other", DM_U_ADJ, 6, DM_D_AMOD, NULL },
        { "countries", "country", DM_U_NOUN, 3, DM_D_NMOD, NULL } };
    dm_doc *doc = RUN(PART(a), PART(b), PART(c));
    assert_int_equal(doc->insts.n, 3);
    same(doc->insts.v[0].subject, "SYR");
    same(doc->insts.v[1].subject, "SYR");
    same(doc->insts.v[2].subject, "");
    dm_doc_free(doc);
}

/* A verb that is an instrument by itself, aimed at the host of the games. */
static void test_games(void **state)
{
    static const word a[] = { { "Kenya", "Kenya", DM_U_PROPN, 2, DM_D_NSUBJ, "KEN" },
        { "boycotted", "boycott", DM_U_VERB, 0, DM_D_ROOT, NULL }, { "the", "the", DM_U_DET, 5, DM_D_DET, NULL },
        { "Sochi", "Sochi", DM_U_PROPN, 5, DM_D_COMPOUND, NULL }, { "Olympics", "Olympics", DM_U_PROPN, 2, DM_D_OBJ, NULL } };
    dm_doc *doc = RUN(PART(a));
    assert_int_equal(doc->insts.n, 1);
    same(doc->insts.v[0].type, "boycott");
    same(doc->insts.v[0].subject, "RUS");
    assert_int_equal(doc->insts.v[0].head, 1);
    dm_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_no_action),
        cmocka_unit_test(test_names_and_weak),
        cmocka_unit_test(test_sanctions),
        cmocka_unit_test(test_games),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
