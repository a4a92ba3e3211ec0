// SPDX-License-Identifier: Apache-2.0
/* The trees of a document as CoNLL-U: one block a parsed sentence, words numbered from 1, SpaceAfter=No where the text has no space.
 * Words that the parser leaves out (a dateline) hang on the root as `dep`, since a block has one root. */
#include "write/put.h"

typedef struct feat_name {
    uint16_t bit;
    const char *text;
} feat_name;

/* In the alphabetical order that CoNLL-U wants. Only the first of the VerbForms that hold is written. */
static const feat_name feats[] = { { DM_F_IMP, "Mood=Imp" }, { DM_F_PLUR, "Number=Plur" }, { DM_F_FIRST, "Person=1" },
    { DM_F_SECOND, "Person=2" }, { DM_F_THIRD, "Person=3" }, { DM_F_POSS, "Poss=Yes" }, { DM_F_PAST, "Tense=Past" },
    { DM_F_PRES, "Tense=Pres" }, { DM_F_FIN, "VerbForm=Fin" }, { DM_F_GER, "VerbForm=Ger" }, { DM_F_INF, "VerbForm=Inf" },
    { DM_F_PART, "VerbForm=Part" }, { DM_F_PASS, "Voice=Pass" } };
enum { N_FEATS = sizeof feats / sizeof feats[0], VERB_FORMS = DM_F_FIN | DM_F_GER | DM_F_INF | DM_F_PART };

static void put_feats(dm_buf *b, unsigned set)
{
    bool any = false;
    for (unsigned i = 0; i < N_FEATS; i++) {
        if (!(set & feats[i].bit))
            continue;
        dm_put_z(b, any ? "|" : "");
        dm_put_z(b, feats[i].text);
        any = true;
        if (feats[i].bit & VERB_FORMS)
            set &= ~(unsigned)VERB_FORMS;
    }
    if (!any)
        dm_put_z(b, "_");
}

/* A field may hold no tab and no line end. */
static void put_field(dm_buf *b, dm_str s)
{
    if (s.len == 0)
        dm_put_z(b, "_");
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r') {
            dm_put(b, (dm_str){ s.p + from, i - from });
            dm_put_z(b, " ");
            from = i + 1;
        }
    if (s.len)
        dm_put(b, (dm_str){ s.p + from, s.len - from });
    dm_put_z(b, "\t");
}

static void put_head(dm_buf *b, const dm_sent *s, const dm_token *t, uint32_t self, uint32_t root)
{
    if (self == root) {
        dm_put_z(b, "0\troot\t");
        return;
    }
    bool inside = t->head != DM_NONE && t->head >= s->first && t->head < s->first + s->n;
    dm_put_u(b, (uint64_t)(inside ? t->head : root) - s->first + 1);
    dm_put_z(b, "\t");
    put_field(b, dm_str_of(inside ? dm_deprel_name(t->deprel) : "dep"));
}

static void put_token(dm_buf *b, const dm_doc *doc, const dm_sent *s, uint32_t i, uint32_t root)
{
    const dm_token *t = &doc->tokens.v[i];
    dm_put_u(b, (uint64_t)i - s->first + 1);
    dm_put_z(b, "\t");
    put_field(b, dm_token_text(doc, i));
    put_field(b, t->lemma);
    put_field(b, dm_str_of(dm_upos_name(t->upos)));
    put_field(b, dm_str_of(dm_xpos_name(t->xpos)));
    put_feats(b, t->feats);
    dm_put_z(b, "\t");
    put_head(b, s, t, i, root);
    bool last = i + 1 >= doc->tokens.n;
    dm_put_z(b, "_\t");
    dm_put_z(b, !last && !(doc->tokens.v[i + 1].flags & DM_T_SPACE) ? "SpaceAfter=No\n" : "_\n");
}

static uint32_t root_of(const dm_doc *doc, const dm_sent *s)
{
    for (uint32_t i = s->first; i < s->first + s->n; i++)
        if (doc->tokens.v[i].head == DM_NONE && doc->tokens.v[i].deprel == DM_D_ROOT)
            return i;
    return s->first;
}

void dm_put_conllu(dm_buf *b, const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->sents.n; i++) {
        const dm_sent *s = &doc->sents.v[i];
        if (!s->parsed || s->n == 0)
            continue;
        dm_put_z(b, "# sent_id = ");
        put_field(b, doc->meta.id);
        b->len -= b->failed ? 0 : 1; /* the tab that ends a field */
        dm_put_z(b, ":");
        dm_put_u(b, (uint64_t)i + 1);
        dm_put_z(b, "\n# text = ");
        put_field(b, dm_doc_slice(doc, s->span));
        b->len -= b->failed ? 0 : 1;
        dm_put_z(b, "\n");
        uint32_t root = root_of(doc, s);
        for (uint32_t k = s->first; k < s->first + s->n; k++)
            put_token(b, doc, s, k, root);
        dm_put_z(b, "\n");
    }
}
