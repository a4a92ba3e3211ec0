// SPDX-License-Identifier: Apache-2.0
/* Lemmas: a decision list of edit scripts, learned from treebanks and WordNet's verbs, nouns and exceptions. The whole word decides
 * first, then its longest known ending. A script cuts bytes from the end and adds others. */
#include "parse/model.h"

uint32_t dm_lemma_seed(uint8_t upos, uint8_t xpos, bool whole)
{
    return (whole ? 0x1000u : 0x2000u) | (upos == DM_U_AUX ? 0x100u : 0) | (upos == DM_U_PROPN ? 0x200u : 0) | xpos;
}

const uint8_t *dm_lemma_script(const dm_model *m, const char *form, uint32_t len, uint8_t upos, uint8_t xpos)
{
    const uint32_t *start = m->section[DM_S_LEMMA_START], *key = m->section[DM_S_LEMMA_KEY];
    const uint16_t *script = m->section[DM_S_LEMMA_SCRIPT];
    const uint8_t *text = m->section[DM_S_SCRIPT];
    int64_t at = dm_model_find(start, key, m->head->lemma_bits, dm_feat_hash(form, len, dm_lemma_seed(upos, xpos, true)));
    uint32_t seed = dm_lemma_seed(upos, xpos, false);
    for (uint32_t k = len < DM_LEMMA_SUFFIX ? len : DM_LEMMA_SUFFIX; at < 0; k--) {
        at = dm_model_find(start, key, m->head->lemma_bits, dm_feat_hash(form + len - k, k, seed));
        if (k == 0)
            break;
    }
    return at < 0 ? NULL : text + (size_t)script[at] * DM_SCRIPT_BYTES;
}

/* Proper nouns: as written, but for typographic quotes and dashes. */
static uint32_t keep_case(char *out, dm_word w, const char *folded, uint32_t len)
{
    if (w.len != len) { /* folding changed lengths, so the bytes do not line up */
        memcpy(out, folded, len);
        return len;
    }
    memcpy(out, w.form, len);
    return len;
}

static bool is(const char *p, uint32_t n, const char *z) { return n == strlen(z) && memcmp(p, z, n) == 0; }

/* "'s" before a participle without a passive auxiliary is "has": "he's gone". */
static bool is_has(const char *form, uint32_t len, const dm_parsed *parsed, uint32_t i)
{
    return is(form, len, "'s") && parsed[i].deprel == DM_D_AUX && parsed[i].head >= 0 &&
           parsed[parsed[i].head].xpos == DM_X_VBN;
}

uint32_t dm_lemma(const dm_model *m, char *out, const dm_word *w, const dm_parsed *parsed, uint32_t i)
{
    char form[DM_FORM_BYTES];
    uint8_t upos = parsed[i].upos, xpos = parsed[i].xpos;
    uint32_t len = dm_fold(form, w[i].form, w[i].len);
    if (is_has(form, len, parsed, i)) {
        memcpy(out, "have", 4);
        return 4;
    }
    const uint8_t *script = dm_lemma_script(m, form, len, upos, xpos);
    if (upos == DM_U_PROPN) {
        len = keep_case(out, w[i], form, len);
    } else {
        memcpy(out, form, len);
    }
    if (!script)
        return len;
    uint32_t cut = script[0] > len ? len : script[0];
    len -= cut;
    memcpy(out + len, script + 2, script[1]);
    return len + script[1] == 0 ? (memcpy(out, form, cut), cut) : len + script[1];
}
