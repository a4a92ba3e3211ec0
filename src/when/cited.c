// SPDX-License-Identifier: Apache-2.0
/* The words on which an event's date rests: the expression that names just this interval, in the event's own sentence, else in the ones
 * before it, else behind it. A date that no words name, or that several make up, may have none. */
#include "doc/times.h"
#include "when/when_int.h"

enum { CITED_REACH = 64 /* expressions on either side that are looked at: work stays linear in the text */ };

/* Whether the expression says this: as it is, without "since" or "until", or cut at the day of the report. */
static bool says(const dm_doc *doc, const dm_time *t, dm_interval i)
{
    bool same = (t->when.from == i.from && t->when.to == i.to) || (t->point.from == i.from && t->point.to == i.to);
    bool cut = t->when.from == i.from && i.to == doc->meta.date.to && (t->when.to == DM_DAY_NONE || t->when.to > i.to);
    return dm_known(t->when) && (same || cut);
}

static uint32_t distance(const dm_time *t, uint32_t token)
{
    return t->first > token ? t->first - token : token >= t->first + t->n ? token - (t->first + t->n - 1) : 0;
}

static uint32_t in_sentence(const dm_doc *doc, dm_interval when, uint32_t head)
{
    const dm_sent *s = &doc->sents.v[doc->tokens.v[head].sent];
    uint32_t best = DM_NONE, near = UINT32_MAX, from = dm_doc_time_from(doc, s->first);
    for (uint32_t i = from; i < doc->times.n && i < from + CITED_REACH && doc->times.v[i].first < s->first + s->n; i++) {
        const dm_time *t = &doc->times.v[i];
        if (says(doc, t, when) && distance(t, head) < near) {
            near = distance(t, head);
            best = i;
        }
    }
    return best != DM_NONE ? best : dm_time_for(doc, head);
}

/* "now" of another sentence does not date this one. */
static bool elsewhere(const dm_doc *doc, const dm_time *t, dm_interval i) { return t->kind != DM_TIME_NOW && says(doc, t, i); }

static uint32_t around(const dm_doc *doc, dm_interval when, uint32_t head)
{
    uint32_t at = dm_doc_time_from(doc, head);
    for (uint32_t i = at; i > 0 && at - i < CITED_REACH; i--)
        if (elsewhere(doc, &doc->times.v[i - 1], when))
            return i - 1;
    for (uint32_t i = at; i < doc->times.n && i - at < CITED_REACH; i++)
        if (elsewhere(doc, &doc->times.v[i], when))
            return i;
    return DM_NONE;
}

void dm_when_cite(dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->events.n && i < doc->event_head.n; i++) {
        dm_event *e = &doc->events.v[i];
        uint32_t head = doc->event_head.v[i];
        if (head >= doc->tokens.n || !dm_known(e->when))
            continue;
        uint32_t at = in_sentence(doc, e->when, head);
        at = at != DM_NONE ? at : around(doc, e->when, head);
        if (at == DM_NONE)
            continue;
        const dm_time *t = &doc->times.v[at];
        dm_span first = doc->tokens.v[t->first].span, last = doc->tokens.v[t->first + t->n - 1].span;
        e->when_words = (dm_span){ first.start, last.start + last.len - first.start };
    }
}
