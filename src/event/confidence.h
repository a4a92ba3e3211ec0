// SPDX-License-Identifier: Apache-2.0
/* How likely an event is right: facts about its making, weighed by data/model/confidence.tsv (a logistic regression on our own gold,
 * tools/calibrate.py). Facts are yes or no, so that the table can be read. A fact without a line weighs nothing; a line without a fact
 * is an error. */
#ifndef DM_EVENT_CONFIDENCE_H
#define DM_EVENT_CONFIDENCE_H

#include "base/table.h"
#include "doc/doc.h"

/* Name in the table; the comments in confidence.tsv say what each one means. */
#define DM_FACTS(X)                                                                                                            \
    X(NOUN, "noun")                                                                                                            \
    X(ADJECTIVE, "adjective")                                                                                                  \
    X(PASSIVE, "passive")                                                                                                      \
    X(SUPPORTED, "support_verb")                                                                                               \
    X(PLAIN, "no_condition")                                                                                                   \
    X(CONDITIONS, "two_conditions")                                                                                            \
    X(PHRASE, "phrase")                                                                                                        \
    X(MODE, "mode")                                                                                                            \
    X(ACT, "act")                                                                                                              \
    X(MUTUAL, "mutual")                                                                                                        \
    X(FRAME_STATUS, "frame_status")                                                                                            \
    X(MAIN, "main_clause")                                                                                                     \
    X(COMPLEMENT, "complement")                                                                                                \
    X(RELATIVE, "relative_clause")                                                                                             \
    X(ADVERBIAL, "adverbial_clause")                                                                                           \
    X(CONJUNCT, "conjunct")                                                                                                    \
    X(HEADLINE, "headline")                                                                                                    \
    X(SHORT, "short_sentence")                                                                                                 \
    X(LONG, "long_sentence")                                                                                                   \
    X(QUOTED, "quoted")                                                                                                        \
    X(CROWDED, "many_triggers")                                                                                                \
    X(NO_ACTOR, "no_actor")                                                                                                    \
    X(ACTOR_UNKNOWN, "actor_unknown")                                                                                          \
    X(ACTOR_PRONOUN, "actor_pronoun")                                                                                          \
    X(ACTOR_HOME, "actor_home")                                                                                                \
    X(ACTOR_DESCRIBED, "actor_described")                                                                                      \
    X(ACTOR_WEAK, "actor_weak")                                                                                                \
    X(ACTOR_FAR, "actor_elsewhere")                                                                                            \
    X(ACTORS, "actors")                                                                                                        \
    X(NO_RECIPIENT, "no_recipient")                                                                                            \
    X(ONE_SIDED, "one_sided")                                                                                                  \
    X(RECIPIENT_UNKNOWN, "recipient_unknown")                                                                                  \
    X(RECIPIENT_PRONOUN, "recipient_pronoun")                                                                                  \
    X(RECIPIENT_HOME, "recipient_home")                                                                                        \
    X(RECIPIENT_DESCRIBED, "recipient_described")                                                                              \
    X(RECIPIENT_WEAK, "recipient_weak")                                                                                        \
    X(RECIPIENT_FAR, "recipient_elsewhere")                                                                                    \
    X(RECIPIENTS, "recipients")                                                                                                \
    X(RECIPIENT_FOCUS, "recipient_focus")                                                                                      \
    X(WITHIN, "same_country")                                                                                                  \
    X(GUESS_DEALINGS, "guessed_recipient")                                                                                     \
    X(GUESS_ACTOR, "guessed_actor")                                                                                            \
    X(ACTOR_LEARNED, "actor_learned")                                                                                          \
    X(RECIPIENT_LEARNED, "recipient_learned")                                                                                  \
    X(ACTOR_UNSURE, "actor_unsure")                                                                                            \
    X(RECIPIENT_UNSURE, "recipient_unsure")                                                                                    \
    X(ACTOR_SURE, "actor_sure")                                                                                                \
    X(RECIPIENT_SURE, "recipient_sure")                                                                                        \
    X(BACKOFF, "backoff")                                                                                                      \
    X(OWN_PEOPLE, "own_people")                                                                                                \
    X(GOVERNED, "from_governing_event")                                                                                        \
    X(OPINION, "speaker_is_actor")                                                                                             \
    X(DUTY, "duty")                                                                                                            \
    X(REFUSAL, "will_not")                                                                                                     \
    X(BORROWED, "borrowed_act")                                                                                                \
    X(OPERATOR, "operator")                                                                                                    \
    X(OPERATORS, "operators")                                                                                                  \
    X(NEGATED, "negation")                                                                                                     \
    X(TO_COME, "future")                                                                                                       \
    X(HYPOTHETICAL, "hypothetical")                                                                                            \
    X(HISTORICAL, "historical")                                                                                                \
    X(ATTRIBUTED, "attributed")                                                                                                \
    X(INSTRUMENT, "instrument")                                                                                                \
    X(DATED, "dated")

typedef enum dm_fact {
#define X_(name, text) DM_FACT_##name,
    DM_FACTS(X_)
#undef X_
        DM_N_FACTS
} dm_fact;
_Static_assert(DM_N_FACTS <= 64, "facts of an event are the bits of one number");

typedef struct dm_confidence {
    double base, fact[DM_N_FACTS], type[DM_N_TYPES]; /* log odds */
} dm_confidence;

struct ev_work;
struct cand;

dm_status dm_confidence_load(dm_confidence *c, const dm_tables *tables, dm_error *err);
/* Bits DM_FACT_*: what is known while the event is built, and what its finished record adds. */
uint64_t dm_facts_of(const struct ev_work *w, const struct cand *c);
uint64_t dm_facts_late(const dm_event *ev);
/* 0 to 1 */
double dm_confidence_of(const dm_confidence *c, uint64_t facts, unsigned type);

const char *dm_fact_name(unsigned fact); /* NULL past the last */

#endif
