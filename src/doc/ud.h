// SPDX-License-Identifier: Apache-2.0
/* Universal Dependencies labels as the English treebanks use them, Penn tags, and the features that the stages read.
 * Names are UD's and PTB's; the order is fixed because the model file stores these numbers. */
#ifndef DM_DOC_UD_H
#define DM_DOC_UD_H

#include <stdint.h>

/* clang-format off */
#define DM_UPOS_LIST(M)                                                                                                        \
    M(X) M(ADJ) M(ADP) M(ADV) M(AUX) M(CCONJ) M(DET) M(INTJ) M(NOUN) M(NUM) M(PART) M(PRON) M(PROPN) M(PUNCT) M(SCONJ) M(SYM) M(VERB)
/* clang-format on */
typedef enum dm_upos {
#define X_(n) DM_U_##n,
    DM_UPOS_LIST(X_)
#undef X_
        DM_UPOS_N
} dm_upos;

/* enum suffix, label */
/* clang-format off */
#define DM_DEPREL_LIST(X)                                                                                                      \
    X(NONE, "_") X(ROOT, "root") X(ACL, "acl") X(ACL_RELCL, "acl:relcl") X(ADVCL, "advcl") X(ADVCL_RELCL, "advcl:relcl")       \
    X(ADVMOD, "advmod") X(AMOD, "amod") X(APPOS, "appos") X(AUX, "aux") X(AUX_PASS, "aux:pass") X(CASE, "case") X(CC, "cc")    \
    X(CC_PRECONJ, "cc:preconj") X(CCOMP, "ccomp") X(COMPOUND, "compound") X(COMPOUND_PRT, "compound:prt") X(CONJ, "conj")      \
    X(COP, "cop") X(CSUBJ, "csubj") X(CSUBJ_OUTER, "csubj:outer") X(CSUBJ_PASS, "csubj:pass") X(DEP, "dep") X(DET, "det")      \
    X(DET_PREDET, "det:predet") X(DISCOURSE, "discourse") X(DISLOCATED, "dislocated") X(EXPL, "expl") X(FIXED, "fixed")        \
    X(FLAT, "flat") X(GOESWITH, "goeswith") X(IOBJ, "iobj") X(LIST, "list") X(MARK, "mark") X(NMOD, "nmod")                    \
    X(NMOD_DESC, "nmod:desc") X(NMOD_POSS, "nmod:poss") X(NMOD_TMOD, "nmod:tmod") X(NMOD_UNMARKED, "nmod:unmarked")            \
    X(NSUBJ, "nsubj") X(NSUBJ_OUTER, "nsubj:outer") X(NSUBJ_PASS, "nsubj:pass") X(NUMMOD, "nummod") X(OBJ, "obj") X(OBL, "obl")\
    X(OBL_AGENT, "obl:agent") X(OBL_TMOD, "obl:tmod") X(OBL_UNMARKED, "obl:unmarked") X(ORPHAN, "orphan")                      \
    X(PARATAXIS, "parataxis") X(PUNCT, "punct") X(REPARANDUM, "reparandum") X(VOCATIVE, "vocative") X(XCOMP, "xcomp")
/* clang-format on */
typedef enum dm_deprel {
#define X_(e, s) DM_D_##e,
    DM_DEPREL_LIST(X_)
#undef X_
        DM_DEPREL_N
} dm_deprel;

/* Penn Treebank tags (XPOS). Enum suffix, tag. */
/* clang-format off */
#define DM_XPOS_LIST(X)                                                                                                        \
    X(NONE, "_") X(CC, "CC") X(CD, "CD") X(DT, "DT") X(EX, "EX") X(FW, "FW") X(IN, "IN") X(JJ, "JJ") X(JJR, "JJR") X(JJS, "JJS")\
    X(LS, "LS") X(MD, "MD") X(NN, "NN") X(NNS, "NNS") X(NNP, "NNP") X(NNPS, "NNPS") X(PDT, "PDT") X(POS, "POS") X(PRP, "PRP")  \
    X(PRPS, "PRP$") X(RB, "RB") X(RBR, "RBR") X(RBS, "RBS") X(RP, "RP") X(SYM, "SYM") X(TO, "TO") X(UH, "UH") X(VB, "VB")      \
    X(VBD, "VBD") X(VBG, "VBG") X(VBN, "VBN") X(VBP, "VBP") X(VBZ, "VBZ") X(WDT, "WDT") X(WP, "WP") X(WPS, "WP$")              \
    X(WRB, "WRB") X(PUNCT, ".") X(COMMA, ",") X(COLON, ":") X(LQ, "``") X(RQ, "''") X(LRB, "-LRB-") X(RRB, "-RRB-")            \
    X(DOLLAR, "$") X(HASH, "#") X(HYPH, "HYPH") X(NFP, "NFP") X(ADD, "ADD") X(AFX, "AFX") X(GW, "GW") X(XX, "XX")
/* clang-format on */
typedef enum dm_xpos {
#define X_(e, s) DM_X_##e,
    DM_XPOS_LIST(X_)
#undef X_
        DM_XPOS_N
} dm_xpos;

/* Morphological features, a bit set (UD FEATS reduced to what the stages ask). */
enum {
    DM_F_PLUR = 1 << 0,    /* Number=Plur */
    DM_F_PAST = 1 << 1,    /* Tense=Past */
    DM_F_PRES = 1 << 2,    /* Tense=Pres */
    DM_F_FIN = 1 << 3,     /* VerbForm=Fin */
    DM_F_INF = 1 << 4,     /* VerbForm=Inf */
    DM_F_PART = 1 << 5,    /* VerbForm=Part (VBN, or VBG used with be) */
    DM_F_GER = 1 << 6,     /* VerbForm=Ger or VBG */
    DM_F_IMP = 1 << 7,     /* Mood=Imp */
    DM_F_PASS = 1 << 8,    /* Voice=Pass: VBN with aux:pass, or bare participle after a noun */
    DM_F_FIRST = 1 << 9,   /* Person=1 */
    DM_F_SECOND = 1 << 10, /* Person=2 */
    DM_F_THIRD = 1 << 11,  /* Person=3 */
    DM_F_POSS = 1 << 12    /* Poss=Yes */
};

const char *dm_upos_name(unsigned upos);
const char *dm_xpos_name(unsigned xpos);
const char *dm_deprel_name(unsigned deprel);
/* Number of a label, or 0 (X, "_") when unknown. */
uint8_t dm_upos_find(const char *p, uint32_t len);
uint8_t dm_xpos_find(const char *p, uint32_t len);
uint8_t dm_deprel_find(const char *p, uint32_t len);

#endif
