// SPDX-License-Identifier: Apache-2.0
/* The learned back-off: words that no line of the frames made an event of, and what they may state all the same. Each word has hints for
 * each type (what the frames, or WordNet where they do not know it, say of the word itself and of the words around it) and hints for there being
 * an event at all; data/model/backoff.tsv weighs them (log-linear, tools/train_backoff.py). A word is proposed when an event is likelier
 * than the table's threshold. */
#ifndef DM_EVENT_PROPOSE_H
#define DM_EVENT_PROPOSE_H

#include "base/table.h"
#include "doc/doc.h"

/* Hints for a type: how much these words mean it, 0 to 1, alone and where something else holds. */
#define DM_TYPE_HINTS(X)                                                                                                       \
    X(WORD, "word")                                                                                                            \
    X(WORD_GUESS, "word_guess") /* by WordNet */                                                                               \
    X(WORD_TOP, "word_top")     /* no type is likelier */                                                                      \
    X(OBJECT, "object")                                                                                                        \
    X(OBLIQUE, "oblique")                                                                                                      \
    X(COMPLEMENT, "complement")                                                                                                \
    X(HEAD, "head")                                                                                                            \
    X(MODIFIER, "modifier")                                                                                                    \
    X(WORD_SUBJECT, "word_subject_party")                                                                                      \
    X(WORD_OBJECT, "word_object_party")                                                                                        \
    X(WORD_BOTH, "word_both_parties")                                                                                          \
    X(WORD_OBLIQUE, "word_oblique_party")                                                                                      \
    X(WORD_NOUN, "word_noun")                                                                                                  \
    X(WORD_ADJ, "word_adjective")                                                                                              \
    X(WORD_PASSIVE, "word_passive")                                                                                            \
    X(WORD_QUOTED, "word_quoted")                                                                                              \
    X(WORD_ROOT, "word_root")                                                                                                  \
    X(WORD_NO_EVENT, "word_no_event_line")                                                                                     \
    X(WORD_WEAK, "word_weak_noun")                                                                                             \
    X(WORD_SHORT, "word_no_arguments")

/* Hints for an event of any type. */
#define DM_EVENT_HINTS(X)                                                                                                      \
    X(BASE, "base")                                                                                                            \
    X(NOUN, "noun")                                                                                                            \
    X(ADJ, "adjective")                                                                                                        \
    X(SUBJECT_PARTY, "subject_party")                                                                                          \
    X(OBJECT_PARTY, "object_party")                                                                                            \
    X(OBLIQUE_PARTY, "oblique_party")                                                                                          \
    X(POSSESSOR_PARTY, "possessor_party")                                                                                      \
    X(NO_PARTY, "no_party")                                                                                                    \
    X(NO_SUBJECT, "no_subject")                                                                                                \
    X(PASSIVE, "passive")                                                                                                      \
    X(ROOT, "root")                                                                                                            \
    X(CCOMP, "complement_clause")                                                                                              \
    X(XCOMP, "open_complement")                                                                                                \
    X(RELATIVE, "relative")                                                                                                    \
    X(ADVERBIAL, "adverbial")                                                                                                  \
    X(CONJUNCT, "conjunct")                                                                                                    \
    X(OBJECT_OF, "object_of")                                                                                                  \
    X(UNDER_NOUN, "under_noun")                                                                                                \
    X(UNDER_EVENT, "under_event") /* some event's word holds it */                                                             \
    X(HOLDS_EVENT, "holds_event")                                                                                              \
    X(NO_EVENT_LINE, "no_event_line") /* a frame says that this is none */                                                     \
    X(WEAK_NOUN, "weak_noun")                                                                                                  \
    X(UNKNOWN_WORD, "unknown_word")                                                                                            \
    X(QUOTED, "quoted")                                                                                                        \
    X(HEADLINE, "headline")                                                                                                    \
    X(NOTHING_ELSE, "only_word") /* nothing else in the sentence is an event */                                                \
    X(MODAL, "modal")                                                                                                          \
    X(NEGATED, "negated")                                                                                                      \
    X(HAS_OBJECT, "has_object")                                                                                                \
    X(HAS_CLAUSE, "has_clause")

#define X_(name, text) DM_TYPE_HINT_##name,
typedef enum dm_type_hint { DM_TYPE_HINTS(X_) DM_N_TYPE_HINTS } dm_type_hint;
#undef X_
#define X_(name, text) DM_EVENT_HINT_##name,
typedef enum dm_event_hint { DM_EVENT_HINTS(X_) DM_N_EVENT_HINTS } dm_event_hint;
#undef X_
_Static_assert(DM_N_EVENT_HINTS <= 64, "hints for an event are the bits of one number");

/* What is known of one word. Kept in the document where a trainer asks for it. */
typedef struct dm_proposal {
    uint32_t token;
    uint64_t event; /* bits DM_EVENT_HINT_* */
    float type[DM_N_TYPES][DM_N_TYPE_HINTS];
} dm_proposal;

typedef struct dm_backoff {
    bool on;
    float threshold, threshold_alone, event[DM_N_EVENT_HINTS], type[DM_N_TYPE_HINTS], prior[DM_N_TYPES];
    uint32_t frame[3][DM_N_TYPES]; /* lines of data/frames/backoff.tsv: of verb, noun and adjective */
} dm_backoff;

struct ev_work;
struct dm_frames;

dm_status dm_backoff_load(dm_backoff *b, const struct dm_frames *frames, dm_error *err);
/* Adds what the back-off proposes to the candidates of one sentence, in text order. */
void dm_propose(struct ev_work *w, uint32_t sent);

const char *dm_type_hint_name(unsigned hint); /* NULL past the last */
const char *dm_event_hint_name(unsigned hint);

#endif
