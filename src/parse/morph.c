// SPDX-License-Identifier: Apache-2.0
/* Features that follow from tag, form and tree: number, person, tense, verb form, mood and voice. */
#include "parse/model.h"

typedef struct kids {
    bool aux, aux_pass, subject, passive_subject, to;
} kids;

static bool among(const char *form, uint32_t len, const char *list) { return dm_str_in((dm_str){ form, len }, list); }

static uint16_t pronoun(const char *p, uint32_t n)
{
    if (among(p, n, "i me my mine myself"))
        return DM_F_FIRST;
    if (among(p, n, "we us our ours ourselves 's"))
        return DM_F_FIRST | DM_F_PLUR;
    if (among(p, n, "you your yours yourself yourselves u ya"))
        return DM_F_SECOND;
    if (among(p, n, "they them their theirs themselves 'em"))
        return DM_F_THIRD | DM_F_PLUR;
    return among(p, n, "he him his himself she her hers herself it its itself one") ? DM_F_THIRD : 0;
}

static uint16_t voice(const dm_parsed *out, uint32_t i, const kids *k)
{
    const dm_parsed *w = &out[i];
    if (k->aux_pass || k->passive_subject || w->deprel == DM_D_NSUBJ_PASS)
        return DM_F_PASS;
    if (k->aux || k->subject)
        return 0;
    if (w->deprel == DM_D_ACL || w->deprel == DM_D_ADVCL || w->deprel == DM_D_AMOD)
        return DM_F_PASS;
    bool shares = w->deprel == DM_D_CONJ && w->head >= 0 && out[w->head].xpos == DM_X_VBN;
    return shares ? out[w->head].feats & DM_F_PASS : 0;
}

/* A bare verb that nothing governs is an order. */
static uint16_t base_form(const dm_parsed *out, uint32_t i, const kids *k)
{
    const dm_parsed *w = &out[i];
    if (k->to || k->aux || k->subject)
        return DM_F_INF;
    if (w->deprel == DM_D_ROOT || w->deprel == DM_D_PARATAXIS)
        return DM_F_IMP | DM_F_FIN;
    if (w->deprel == DM_D_CONJ && w->head >= 0 && (out[w->head].feats & DM_F_IMP))
        return DM_F_IMP | DM_F_FIN;
    return DM_F_INF;
}

static uint16_t feats_of(const dm_parsed *out, const dm_word *w, uint32_t i, const kids *k)
{
    char form[DM_FORM_BYTES];
    uint32_t len = dm_fold(form, w[i].form, w[i].len);
    switch (out[i].xpos) {
    case DM_X_NNS:
    case DM_X_NNPS: return DM_F_PLUR | DM_F_THIRD;
    case DM_X_PRP: return pronoun(form, len);
    case DM_X_PRPS: return pronoun(form, len) | DM_F_POSS;
    case DM_X_WPS:
    case DM_X_POS: return DM_F_POSS;
    case DM_X_DT: return among(form, len, "these those") ? DM_F_PLUR : 0;
    case DM_X_VBZ: return DM_F_PRES | DM_F_FIN | DM_F_THIRD;
    case DM_X_VBP: return DM_F_PRES | DM_F_FIN;
    case DM_X_VBD: return DM_F_PAST | DM_F_FIN;
    case DM_X_MD: return DM_F_FIN;
    case DM_X_VBG: return DM_F_GER | (k->aux ? DM_F_PART | DM_F_PRES : 0);
    case DM_X_VBN: return DM_F_PART | DM_F_PAST | voice(out, i, k);
    case DM_X_VB: return base_form(out, i, k);
    default: return 0;
    }
}

void dm_morph(dm_parsed *out, const dm_word *w, uint32_t n)
{
    kids kid[DM_PARSE_WINDOW];
    memset(kid, 0, n * sizeof *kid);
    for (uint32_t i = 0; i < n; i++) {
        if (out[i].head < 0)
            continue;
        kids *k = &kid[out[i].head];
        k->aux |= out[i].deprel == DM_D_AUX;
        k->aux_pass |= out[i].deprel == DM_D_AUX_PASS;
        k->subject |= out[i].deprel == DM_D_NSUBJ;
        k->passive_subject |= out[i].deprel == DM_D_NSUBJ_PASS;
        k->to |= out[i].deprel == DM_D_MARK;
    }
    for (uint32_t i = 0; i < n; i++)
        out[i].feats = feats_of(out, w, i, &kid[i]);
}
