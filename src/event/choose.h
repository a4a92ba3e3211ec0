// SPDX-License-Identifier: Apache-2.0
/* Who is meant: the learned choice between the sets of parties that could be an event's actor or recipient. What the rules found is one
 * candidate among nobody, everybody the article speaks of, and the sides of the acts before; each has facts (yes or no), weighed by
 * data/model/parties.tsv (a log-linear model trained on our own gold, tools/train_parties.py). Without that table the rules decide. */
#ifndef DM_EVENT_CHOOSE_H
#define DM_EVENT_CHOOSE_H

#include "base/table.h"
#include "doc/doc.h"

/* Name in the table. "it": the candidate set; "other": the other side of the event, as found so far. A fact about codes holds when it
 * holds for every code of the set. */
#define DM_CLUES(X)                                                                                                            \
    X(RULE, "rule")             /* what the rules found */                                                                     \
    X(RULE_NAME, "rule_name")   /* ... by a name */                                                                            \
    X(RULE_COREF, "rule_coref") /* ... by a pronoun or short name */                                                           \
    X(RULE_POSSESSIVE, "rule_possessive")                                                                                      \
    X(RULE_HOME, "rule_home") /* ... by a bare role, taken for the home country's */                                           \
    X(RULE_DESCRIBED, "rule_described")                                                                                        \
    X(RULE_DOER, "rule_doer")                                                                                                  \
    X(RULE_DEALINGS, "rule_dealings")                                                                                          \
    X(RULE_KIND, "rule_same_kind")                                                                                             \
    X(RULE_ARTICLE, "rule_article")                                                                                            \
    X(RULE_OWN, "rule_own")                                                                                                    \
    X(RULE_GOVERNED, "rule_governed")                                                                                          \
    X(RULE_OPINION, "rule_opinion")                                                                                            \
    X(RULE_WEAK, "rule_weak")                                                                                                  \
    X(RULE_NOUN, "rule_noun") /* ... of a noun */                                                                              \
    X(RULE_PASSIVE, "rule_passive")                                                                                            \
    X(RULE_UNCODED, "rule_uncoded") /* ... somebody without a code */                                                          \
    X(EMPTY, "empty")                                                                                                          \
    X(EMPTY_ONE_SIDED, "empty_one_sided")                                                                                      \
    X(EMPTY_SLOT, "empty_slot") /* the frame has places for this side */                                                       \
    X(EMPTY_MUTUAL, "empty_mutual")                                                                                            \
    X(EMPTY_NOUN, "empty_noun")                                                                                                \
    X(EMPTY_PASSIVE, "empty_passive")                                                                                          \
    X(EMPTY_ACT, "empty_act") /* the frame says what is done with an instrument */                                             \
    X(EMPTY_INSTRUMENT, "empty_instrument")                                                                                    \
    X(EMPTY_OBJECT, "empty_object") /* an object without a party */                                                            \
    X(EMPTY_QUOTED, "empty_quoted")                                                                                            \
    X(EMPTY_HEADLINE, "empty_headline")                                                                                        \
    X(TWO, "two")                                                                                                              \
    X(MANY, "many")                                                                                                            \
    X(SET_ACTOR, "set_actor") /* the actors of an act before */                                                                \
    X(SET_RECIPIENT, "set_recipient")                                                                                          \
    X(OWN, "own")             /* the other side itself */                                                                      \
    X(OWN_CIVIL, "own_civil") /* ... whose people it is about */                                                               \
    X(OVERLAP, "overlap")     /* a part of the other side */                                                                   \
    X(ARG_SUBJECT, "arg_subject")                                                                                              \
    X(ARG_OBJECT, "arg_object")                                                                                                \
    X(ARG_POSSESSOR, "arg_possessor")                                                                                          \
    X(ARG_TO, "arg_to")                                                                                                        \
    X(ARG_AGAINST, "arg_against")                                                                                              \
    X(ARG_ON, "arg_on")                                                                                                        \
    X(ARG_WITH, "arg_with")                                                                                                    \
    X(ARG_FROM, "arg_from")                                                                                                    \
    X(ARG_OF, "arg_of")                                                                                                        \
    X(ARG_IN, "arg_in")                                                                                                        \
    X(ARG_FOR, "arg_for")                                                                                                      \
    X(ARG_BY, "arg_by")                                                                                                        \
    X(ARG_OTHER, "arg_other")                                                                                                  \
    X(ARG_INHERITED, "arg_inherited")                                                                                          \
    X(HERE, "here") /* named in the sentence */                                                                                \
    X(BEFORE, "before_trigger")                                                                                                \
    X(AFTER, "after_trigger")                                                                                                  \
    X(NEAREST_BEFORE, "nearest_before")                                                                                        \
    X(NEAREST_AFTER, "nearest_after")                                                                                          \
    X(UNDER, "under_trigger")  /* within the words that depend on the trigger */                                               \
    X(ONLY, "only_other_here") /* nobody else but the other side is named in the sentence */                                   \
    X(ROOT_SUBJECT, "root_subject")                                                                                            \
    X(SPEAKER, "speaker")                                                                                                      \
    X(PRONOUN, "pronoun_here") /* meant by a pronoun or role in the sentence */                                                \
    X(ADJECTIVE, "adjective_here")                                                                                             \
    X(AGO_1, "one_sentence_ago")                                                                                               \
    X(AGO_FEW, "few_sentences_ago")                                                                                            \
    X(AGO_MANY, "many_sentences_ago")                                                                                          \
    X(TOP, "most_named")                                                                                                       \
    X(SECOND, "second_most_named")                                                                                             \
    X(THIRD, "third_most_named")                                                                                               \
    X(ONCE, "named_once")                                                                                                      \
    X(TITLE, "in_title")                                                                                                       \
    X(LEAD, "in_lead")                                                                                                         \
    X(FOCUS, "focus")                                                                                                          \
    X(HOME, "home")                                                                                                            \
    X(IS_UN, "is_un")                                                                                                          \
    X(IS_BODY, "is_body")                                                                                                      \
    X(IS_PRIVATE, "is_private") /* NGO, company, armed group */                                                                \
    X(CIVIL, "civil")                                                                                                          \
    X(OTHER_DID, "other_did") /* the other side acted toward it before */                                                      \
    X(DID_OTHER, "did_other")                                                                                                  \
    X(OTHER_DID_LAST, "other_did_last") /* ... when it last acted */                                                           \
    X(DID_OTHER_LAST, "did_other_last")                                                                                        \
    X(WITH_OTHER, "with_other") /* acted together before */                                                                    \
    X(LAST_ACTOR, "last_actor")                                                                                                \
    X(LAST_RECIPIENT, "last_recipient")                                                                                        \
    X(KIND_ACTOR, "same_type_actor") /* of the last act of the same type */                                                    \
    X(KIND_RECIPIENT, "same_type_recipient")                                                                                   \
    X(SENTENCE_ACTOR, "sentence_actor") /* of an act in the same sentence */                                                   \
    X(SENTENCE_RECIPIENT, "sentence_recipient")                                                                                \
    X(OFTEN_RECIPIENT, "often_recipient") /* of most acts so far */                                                            \
    X(OFTEN_ACTOR, "often_actor")                                                                                              \
    X(HARD_RECIPIENT, "hard_recipient") /* something hard was done to it before */                                             \
    X(GOVERNOR_ACTOR, "governor_actor") /* of the event whose words hold this one */                                           \
    X(GOVERNOR_RECIPIENT, "governor_recipient")                                                                                \
    X(BESIDE_ACTOR, "beside_actor") /* of the event joined to this one */                                                      \
    X(BESIDE_RECIPIENT, "beside_recipient")                                                                                    \
    X(TEXT_TOP, "text_most_named") /* in the whole text, not only so far */                                                    \
    X(TEXT_SECOND, "text_second_most_named")                                                                                   \
    X(TEXT_THIRD, "text_third_most_named")                                                                                     \
    X(TEXT_PAIR, "text_pair_top")       /* whom the other side deals with most in the whole text, in this direction */         \
    X(TEXT_PAIR_ANY, "text_pair")       /* ... deals with at all */                                                            \
    X(TEXT_PAIR_BACK, "text_pair_back") /* ... in the other direction */                                                       \
    X(TEXT_TARGET, "text_target")       /* whom most is done to */                                                             \
    X(TEXT_HARD_TARGET, "text_hard_target")                                                                                    \
    X(TEXT_ACTOR, "text_actor")              /* who does most */                                                               \
    X(OWN_BY_CIVIL, "own_by_civil")          /* the other side itself, which is people, party, court or parliament */          \
    X(OWN_BY_STATE, "own_by_state")          /* ... which is government, army or the state as such */                          \
    X(PREVIOUS_SUBJECT, "previous_subject")  /* subject of the sentence before */                                              \
    X(PREVIOUS_OBJECT, "previous_object")    /* other argument of its main verb */                                             \
    X(PARAGRAPH, "in_paragraph")             /* named before in the paragraph */                                               \
    X(PARAGRAPH_FIRST, "in_paragraph_start") /* named in its first sentence */                                                 \
    X(LAST_SPONSOR, "last_sponsor")          /* sponsor of the instrument spoken of last */                                    \
    X(LAST_SUBJECT, "last_subject")          /* whom the instrument spoken of last is aimed at */                              \
    X(LAST_BODY, "last_body")                /* whose that instrument is */                                                    \
    X(TEXT_KIND_TARGET, "text_kind_target")  /* whom most of this type is done to in the whole text */                         \
    X(TEXT_KIND_ACTOR, "text_kind_actor")    /* who does most of it */                                                         \
    X(SPONSOR, "sponsor")                                                                                                      \
    X(SUBJECT, "instrument_subject")                                                                                           \
    X(BODY, "instrument_body")

typedef enum dm_clue {
#define X_(name, text) DM_CLUE_##name,
    DM_CLUES(X_)
#undef X_
        DM_N_CLUES
} dm_clue;
enum { DM_CLUE_WORDS = 2, DM_SIDES = 2 };
_Static_assert(DM_N_CLUES <= 64 * DM_CLUE_WORDS, "clues are the bits of two numbers");

typedef struct dm_clues {
    uint64_t bit[DM_CLUE_WORDS];
} dm_clues;

/* Log-linear weights: of a clue alone, with an event type, and with another clue of the same set (its row in pair is with[clue] - 1). */
enum { DM_CLUE_PAIRS = 12 };
typedef struct dm_party_model {
    bool on; /* there is a table */
    uint8_t with[DM_N_CLUES], n_pairs;
    float all[DM_SIDES][DM_N_CLUES], type[DM_SIDES][DM_N_TYPES][DM_N_CLUES], pair[DM_SIDES][DM_CLUE_PAIRS][DM_N_CLUES];
} dm_party_model;

struct ev_work;
struct cand;

dm_status dm_party_model_load(dm_party_model *m, const dm_tables *tables, dm_error *err);

/* Counts the parties of the whole text and what they do to each other where the clause says it. Before the first sentence. */
void dm_survey(struct ev_work *w);
/* Counts the parties named up to the end of this sentence. Sentences in order. */
void dm_salience_read(struct ev_work *w, uint32_t sent);
/* Replaces what the rules found by what is likelier. */
void dm_choose_parties(struct ev_work *w, struct cand *c);

const char *dm_clue_name(unsigned clue); /* NULL past the last */

#endif
