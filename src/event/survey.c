// SPDX-License-Identifier: Apache-2.0
/* A first look over the whole text: which parties it names most, and who does what to whom where the clauses themselves say it. The choice
 * of parties that are meant but not named rests on it. The SALIENT_MAX most named parties are counted. */
#include "event/build.h"
#include <stdlib.h>

enum { CODES_MAX = 256 };

typedef struct tally {
    char code[DM_CODE_MAX];
    uint32_t n, at;
} tally;

static int by_count(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n ? 1 : -1) : x->at < y->at ? -1 : x->at > y->at;
}

/* The most named codes; those that come after CODES_MAX others are not counted. */
static void rank(ev_work *w)
{
    const dm_doc *doc = w->d.doc;
    tally all[CODES_MAX];
    uint32_t n = 0;
    for (uint32_t m = 0; m < doc->mentions.n; m++)
        for (uint32_t k = 0; k < doc->mentions.v[m].n_entity; k++) {
            const char *code = doc->entities.v[doc->mentions.v[m].entity[k]].code;
            uint32_t i = 0;
            while (i < n && strcmp(all[i].code, code) != 0)
                i++;
            if (!code[0] || i == CODES_MAX)
                continue;
            if (i == n) {
                all[n] = (tally){ .at = n };
                memcpy(all[n++].code, code, DM_CODE_MAX);
            }
            all[i].n++;
        }
    qsort(all, n, sizeof *all, by_count);
    w->n_survey = n < SALIENT_MAX ? n : SALIENT_MAX;
    for (uint32_t i = 0; i < w->n_survey; i++) {
        w->survey[i] = (survey_party){ .named = all[i].n };
        memcpy(w->survey[i].code, all[i].code, DM_CODE_MAX);
    }
}

static void count(ev_work *w, const cand *c)
{
    bool hard = dm_is_hard(c->type);
    for (uint32_t a = 0; a < c->actor.n; a++) {
        uint32_t i = dm_survey_find(w, c->actor.p[a].code);
        if (i == DM_NONE)
            continue;
        w->survey[i].did++;
        w->survey[i].did_type[c->type]++;
        for (uint32_t r = 0; r < c->recipient.n; r++) {
            uint32_t k = dm_survey_find(w, c->recipient.p[r].code);
            if (k != DM_NONE && w->survey[i].toward[k] < UINT16_MAX)
                w->survey[i].toward[k]++;
        }
    }
    for (uint32_t r = 0; r < c->recipient.n; r++) {
        uint32_t k = dm_survey_find(w, c->recipient.p[r].code);
        if (k != DM_NONE) {
            w->survey[k].suffered++;
            w->survey[k].suffered_type[c->type]++;
            w->survey[k].suffered_hard += hard;
        }
    }
}

uint32_t dm_survey_find(const ev_work *w, const char *code)
{
    for (uint32_t i = 0; i < w->n_survey && code[0]; i++)
        if (strcmp(w->survey[i].code, code) == 0)
            return i;
    return DM_NONE;
}

void dm_survey(ev_work *w)
{
    const dm_doc *doc = w->d.doc;
    rank(w);
    w->surveying = true;
    for (uint32_t s = 0; s < doc->sents.n; s++) {
        if (!doc->sents.v[s].parsed)
            continue;
        dm_candidates(w, s);
        dm_fill_parties(w);
        for (uint32_t i = 0; i < w->n; i++)
            if (!w->c[i].dropped && w->c[i].type != DM_TYPE_NONE)
                count(w, &w->c[i]);
    }
    w->surveying = false;
}
