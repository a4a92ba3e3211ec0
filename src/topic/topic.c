// SPDX-License-Identifier: Apache-2.0
/* Contexts of each event: from the words of its sentence (nearer to the trigger or a party counts more), from what it is (type, mode,
 * CAMEO code, sectors, instrument), and the one subject that the whole article is about. All bit sets; one pass over the hits. */
#include "topic/topic.h"
#include "base/map.h"
#include <stdlib.h>

enum { N_CONTEXTS = 37, PREFIX_MIN = 2, SECTORS_MAX = 4, PARTIES_MAX = 8 };

static const float enough = 0.4f;      /* weight at which the words near an event carry a context */
static const float reach = 8.0f;       /* tokens after which a word counts half */
static const float weak_weight = 0.5f; /* words noted `weak` */
static const float theme_least = 4.0f, theme_share = 0.25f;
static const unsigned headline_counts = 3;

enum { KIND_MODE, KIND_CAMEO, KIND_SECTOR, KIND_BODY, KIND_INSTRUMENT, KINDS };

struct dm_topic {
    const dm_tables *tables;
    uint32_t index; /* of contexts/words */
    uint32_t n;
    uint64_t *mask; /* [rows of words] */
    uint8_t *weak;
    uint64_t *rule; /* [rows of kinds] */
    dm_map kinds;   /* value, kind -> row of kinds */
    uint64_t
        themes; /* contexts that may be an article's subject: not who acts (executive, legislative, diplomatic, military) */
};

/* Where an article's events happen says nothing of its subject, so these never become one. */
static bool is_theme(unsigned c)
{
    return !dm_str_in(dm_str_of(dm_context_name(c)),
        "executive legislative diplomatic political_institutions military legal crime economic territory");
}

static dm_status parse_mask(uint64_t *out, dm_str cell, const char *table, uint32_t line, dm_error *err)
{
    dm_str piece;
    *out = 0;
    while (dm_str_split(&cell, '|', &piece)) {
        int c = dm_context_find(piece);
        if (c < 0)
            return dm_fail(err, DM_EINPUT, line, "%s.tsv:%u: '%.*s' is no PLOVER context", table, line, DM_FMT(piece));
        *out |= (uint64_t)1 << c;
    }
    return DM_OK;
}

static dm_status load_words(dm_topic *t, const dm_table *w, dm_error *err)
{
    int cc = dm_table_column(w, "contexts"), cn = dm_table_column(w, "note");
    t->n = dm_table_rows(w);
    t->index = dm_table_index(t->tables, w);
    t->mask = calloc(t->n ? t->n : 1, sizeof *t->mask);
    t->weak = calloc(t->n ? t->n : 1, 1);
    if (!t->mask || !t->weak)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the contexts");
    dm_status st = DM_OK;
    for (uint32_t r = 0; r < t->n && st == DM_OK; r++) {
        st = parse_mask(&t->mask[r], dm_table_cell(w, r, cc), "contexts/words", dm_table_line(w, r), err);
        t->weak[r] = dm_str_is(dm_table_cell(w, r, cn), "weak");
    }
    return st;
}

static dm_status load_kinds(dm_topic *t, const dm_table *k, dm_error *err)
{
    static const char *const names[KINDS] = { "mode", "cameo", "sector", "body", "instrument" };
    int ck = dm_table_column(k, "kind"), cv = dm_table_column(k, "value"), cc = dm_table_column(k, "contexts");
    t->rule = calloc(dm_table_rows(k) ? dm_table_rows(k) : 1, sizeof *t->rule);
    if (!t->rule)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the contexts");
    for (uint32_t r = 0; r < dm_table_rows(k); r++) {
        dm_status st = parse_mask(&t->rule[r], dm_table_cell(k, r, cc), "contexts/kinds", dm_table_line(k, r), err);
        uint32_t kind = 0;
        while (kind < KINDS && !dm_str_is(dm_table_cell(k, r, ck), names[kind]))
            kind++;
        if (st == DM_OK && kind == KINDS)
            st = dm_fail(err, DM_EINPUT, dm_table_line(k, r), "contexts/kinds.tsv:%u: unknown kind '%.*s'", dm_table_line(k, r),
                DM_FMT(dm_table_cell(k, r, ck)));
        if (st == DM_OK && !dm_map_put(&t->kinds, dm_table_cell(k, r, cv), kind, r))
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for the contexts");
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

dm_status dm_topic_new(dm_topic **out, const dm_tables *tables, dm_error *err)
{
    const dm_table *words = dm_tables_get(tables, "contexts/words"), *kinds = dm_tables_get(tables, "contexts/kinds");
    if (!words || !kinds)
        return dm_fail(
            err, DM_ECORRUPT, 0, "the compiled tables lack 'contexts/%s'; compile them again", words ? "kinds" : "words");
    dm_topic *t = calloc(1, sizeof *t);
    if (!t)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the contexts");
    t->tables = tables;
    for (unsigned c = 0; c < N_CONTEXTS; c++)
        t->themes |= is_theme(c) ? (uint64_t)1 << c : 0;
    dm_status st = load_words(t, words, err);
    if (st == DM_OK)
        st = load_kinds(t, kinds, err);
    if (st != DM_OK) {
        dm_topic_free(t);
        return st;
    }
    *out = t;
    return DM_OK;
}

void dm_topic_free(dm_topic *t)
{
    if (!t)
        return;
    dm_map_free(&t->kinds);
    free(t->rule);
    free(t->mask);
    free(t->weak);
    free(t);
}

/* --- the article --- */

static void add(float *score, uint64_t mask, float weight)
{
    for (unsigned c = 0; mask; c++, mask >>= 1)
        if (mask & 1)
            score[c] += weight;
}

/* The one subject of the article, if it has one: named often enough, and in a good share of all that tells a subject. */
static uint64_t theme_of(const dm_topic *t, const dm_doc *doc)
{
    float score[N_CONTEXTS] = { 0 }, sum = 0;
    for (uint32_t k = 0; k < doc->hits.n; k++) {
        const dm_hit *h = &doc->hits.v[k];
        if (h->table != t->index || h->row >= t->n)
            continue;
        bool head = doc->sents.v[doc->tokens.v[h->first].sent].kind == DM_SENT_HEADLINE;
        float weight = (t->weak[h->row] ? weak_weight : 1.0f) * (head ? (float)headline_counts : 1.0f);
        add(score, t->mask[h->row] & t->themes, weight);
    }
    unsigned best = 0, second = N_CONTEXTS;
    for (unsigned c = 0; c < N_CONTEXTS; c++) {
        sum += score[c];
        best = score[c] > score[best] ? c : best;
    }
    for (unsigned c = 0; c < N_CONTEXTS; c++)
        if (c != best && (second == N_CONTEXTS || score[c] > score[second]))
            second = c;
    bool clear = score[best] >= theme_least && score[best] >= theme_share * sum && score[best] > score[second] * 1.25f;
    return clear ? (uint64_t)1 << best : 0;
}

/* --- one event --- */

static uint32_t token_at(const dm_doc *doc, uint32_t byte)
{
    uint32_t lo = 0, hi = doc->tokens.n;
    while (lo < hi) { /* first token that ends after the byte */
        uint32_t mid = lo + (hi - lo) / 2;
        if (doc->tokens.v[mid].span.start + doc->tokens.v[mid].span.len <= byte)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

typedef struct anchors {
    uint32_t n, token[1 + 2 * PARTIES_MAX];
} anchors;

static void anchor_parties(const dm_doc *doc, anchors *a, const dm_party *p, uint32_t n, const dm_sent *s)
{
    for (uint32_t k = 0; k < n && k < PARTIES_MAX; k++) {
        uint32_t t = token_at(doc, p[k].span.start);
        if (t >= s->first && t < s->first + s->n)
            a->token[a->n++] = t;
    }
}

static uint32_t nearest(const anchors *a, const dm_hit *h)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t k = 0; k < a->n; k++) {
        uint32_t t = a->token[k], last = h->first + h->n - 1, d = t < h->first ? h->first - t : t > last ? t - last : 0;
        best = d < best ? d : best;
    }
    return best;
}

static uint64_t from_words(const dm_topic *t, const dm_doc *doc, const dm_event *e, uint32_t head)
{
    const dm_sent *s = &doc->sents.v[e->sentence];
    anchors a = { 0 };
    float score[N_CONTEXTS] = { 0 };
    a.token[a.n++] = head;
    anchor_parties(doc, &a, e->actor, e->n_actor, s);
    anchor_parties(doc, &a, e->recipient, e->n_recipient, s);
    for (uint32_t k = dm_doc_hit_from(doc, s->first); k < doc->hits.n && doc->hits.v[k].first < s->first + s->n; k++) {
        const dm_hit *h = &doc->hits.v[k];
        if (h->table == t->index && h->row < t->n)
            add(score, t->mask[h->row], (t->weak[h->row] ? weak_weight : 1.0f) / (1.0f + (float)nearest(&a, h) / reach));
    }
    uint64_t out = 0;
    for (unsigned c = 0; c < N_CONTEXTS; c++)
        out |= score[c] >= enough ? (uint64_t)1 << c : 0;
    return out;
}

static uint64_t rule(const dm_topic *t, dm_str value, uint32_t kind)
{
    uint32_t r = value.len ? dm_map_get(&t->kinds, value, kind) : UINT32_MAX;
    return r == UINT32_MAX ? 0 : t->rule[r];
}

static uint64_t from_parties(const dm_topic *t, const dm_party *p, uint32_t n)
{
    uint64_t out = 0;
    for (uint32_t k = 0; k < n; k++) {
        dm_str rest = dm_str_of(p[k].sector), piece;
        for (unsigned s = 0; s < SECTORS_MAX && dm_str_split(&rest, '+', &piece); s++)
            out |= rule(t, piece, KIND_SECTOR);
    }
    return out;
}

static uint64_t from_kind(const dm_topic *t, const dm_event *e)
{
    char key[DM_MODE_MAX + 16];
    uint64_t out = 0;
    if (e->type < DM_N_TYPES) {
        dm_str type = dm_str_of(dm_type_name((dm_type)e->type)), mode = dm_str_of(e->mode);
        memcpy(key, type.p, type.len);
        key[type.len] = ' ';
        memcpy(key + type.len + 1, mode.p, mode.len);
        out |= rule(t, (dm_str){ key, type.len + 1 + mode.len }, KIND_MODE);
        out |= rule(t, type, KIND_MODE);
    }
    for (size_t n = strlen(e->cameo); n >= PREFIX_MIN; n--) {
        uint64_t m = rule(t, (dm_str){ e->cameo, n }, KIND_CAMEO);
        out |= m;
        if (m)
            break;
    }
    if (e->instrument) {
        const dm_instrument *i = e->instrument;
        out |= rule(t, i->type, KIND_INSTRUMENT);
        out |= rule(t, i->body, KIND_BODY);
        if (i->body.len > 3 && i->body.p[3] == '-')
            out |= rule(t, (dm_str){ i->body.p + 3, i->body.len - 3 }, KIND_BODY);
    }
    return out;
}

dm_status dm_topic_doc(const dm_topic *t, dm_doc *doc, dm_error *err)
{
    (void)err;
    uint64_t theme = doc->events.n ? theme_of(t, doc) : 0;
    for (uint32_t i = 0; i < doc->events.n; i++) {
        dm_event *e = &doc->events.v[i];
        uint32_t head = i < doc->event_head.n ? doc->event_head.v[i] : token_at(doc, e->trigger.start);
        if (e->sentence < doc->sents.n)
            e->contexts |= from_words(t, doc, e, head);
        e->contexts |=
            theme | from_kind(t, e) | from_parties(t, e->actor, e->n_actor) | from_parties(t, e->recipient, e->n_recipient);
    }
    return DM_OK;
}
