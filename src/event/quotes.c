// SPDX-License-Identifier: Apache-2.0
/* Who speaks each quotation: the subject of the speech verb that governs its words or stands beside them; a quotation without one
 * continues the last speaker's of the same or the preceding paragraph. And who "he" is in "he added" right after somebody spoke. */
#include "event/build.h"

static bool within(const dm_quote *q, uint32_t t) { return t >= q->first && t < q->first + q->n; }

/* The speech word outside the quotation to which one of its tokens is tied. */
static uint32_t tied_speaker(const ev_doc *d, const dm_quote *q)
{
    const dm_doc *doc = d->doc;
    for (uint32_t t = q->first; t < q->first + q->n && t < doc->tokens.n; t++) {
        uint32_t g = dm_tok(doc, t)->head;
        if (!doc->sents.v[dm_tok(doc, t)->sent].parsed)
            continue;
        if (g != DM_NONE && !within(q, g) && dm_tok(doc, g)->upos == DM_U_VERB && dm_is_speech(d->status, doc, g)) {
            uint32_t s = dm_logical_subject(doc, g);
            if (s != DM_NONE && !within(q, s))
                return s;
        }
        DM_EACH_KID(doc, t, k)
        {
            if (within(q, k) || dm_tok(doc, k)->upos != DM_U_VERB || !dm_is_speech(d->status, doc, k))
                continue;
            uint32_t s = dm_surface_subject(doc, k);
            if (s != DM_NONE && !within(q, s))
                return s;
        }
    }
    return DM_NONE;
}

enum { CLIMB_OUT = 6 };

/* A few words in quotation marks within a sentence ("thanked the troops 'for the blood they shed'") are those of the one who acts in it. */
static uint32_t partial_speaker(const ev_doc *d, const dm_quote *q)
{
    const dm_doc *doc = d->doc;
    const dm_sent *s = &doc->sents.v[dm_tok(doc, q->first)->sent];
    if (!s->parsed || q->first <= s->first + s->dateline + 1 || q->first + q->n > s->first + s->n)
        return DM_NONE;
    uint32_t t = q->first;
    for (unsigned i = 0; i < CLIMB_OUT && t != DM_NONE && within(q, t); i++)
        t = dm_tok(doc, t)->head;
    for (unsigned i = 0; i < CLIMB_OUT && t != DM_NONE; i++, t = dm_tok(doc, t)->head) {
        uint32_t who = dm_tok(doc, t)->upos == DM_U_VERB ? dm_logical_subject(doc, t) : DM_NONE;
        if (who != DM_NONE && !within(q, who) && dm_tok(doc, who)->mention != DM_NONE)
            return who;
    }
    return DM_NONE;
}

dm_status dm_quote_speakers(ev_doc *d, dm_error *err)
{
    dm_doc *doc = d->doc;
    d->quote_who = dm_arena_alloc(&doc->arena, doc->quotes.n ? doc->quotes.n : 1, sizeof *d->quote_who);
    if (!d->quote_who)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for %u quotations", doc->quotes.n);
    uint32_t last = DM_NONE, last_para = 0;
    for (uint32_t i = 0; i < doc->quotes.n; i++) {
        const dm_quote *q = &doc->quotes.v[i];
        uint32_t who = q->n ? tied_speaker(d, q) : DM_NONE;
        if (who == DM_NONE && q->n)
            who = partial_speaker(d, q);
        uint32_t para = q->first < doc->tokens.n ? doc->sents.v[dm_tok(doc, q->first)->sent].para : 0;
        if (who == DM_NONE && last != DM_NONE && para <= last_para + 1)
            who = last;
        d->quote_who[i] = who;
        if (who != DM_NONE) {
            last = who;
            last_para = para;
        }
    }
    return DM_OK;
}

/* "..., said the minister. He added": a pronoun that speaks in the next sentence is the last speaker. */
uint32_t dm_speaker_meant(const ev_doc *d, uint32_t who)
{
    const dm_doc *doc = d->doc;
    if (!dm_str_in(dm_tok(doc, who)->norm, "he she"))
        return who;
    uint32_t at = dm_tok(doc, who)->sent, from = at ? at - 1 : 0;
    for (uint32_t t = who; t-- > doc->sents.v[from].first;) {
        if (dm_tok(doc, t)->upos != DM_U_VERB || (dm_tok(doc, t)->flags & DM_T_QUOTED) || !dm_is_speech(d->status, doc, t))
            continue;
        uint32_t s = dm_surface_subject(doc, t);
        if (s != DM_NONE && s != who && dm_tok(doc, s)->mention != DM_NONE && !dm_is_passive(doc, t))
            return dm_str_in(dm_tok(doc, s)->norm, "he she") ? who : s;
    }
    return who;
}

uint32_t dm_quote_of(const dm_doc *doc, uint32_t t)
{
    if (!(dm_tok(doc, t)->flags & DM_T_QUOTED))
        return DM_NONE;
    for (uint32_t lo = 0, hi = doc->quotes.n; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        const dm_quote *q = &doc->quotes.v[mid];
        if (t < q->first)
            hi = mid;
        else if (t >= q->first + q->n)
            lo = mid + 1;
        else
            return mid;
    }
    return DM_NONE;
}
