// SPDX-License-Identifier: Apache-2.0
/* Which reports tell the same happening, from inside: what is compared (telling.c), how alike two tellings are (alike.c), which documents
 * are compared at all (story.c), and how likenesses become happenings (link.c). */
#ifndef DM_STORE_LINKING_H
#define DM_STORE_LINKING_H

#include "store/work.h"

enum {
    TELL_WORDS = 20,   /* words kept of a sentence: those near the trigger first, then the rarest */
    TELL_PARTIES = 6,  /* of each side */
    TELL_EVENTS = 400, /* events of one document that are linked; later ones stand alone */
    STORY_TERMS = 12   /* rarest words of a document, by which documents of one story find each other */
};

/* What is compared of one event. Strings are hashed; 0: not known. Kept in the table `tale` as it is here, words cut at n_word. */
typedef struct telling {
    int64_t event; /* row */
    uint64_t contexts;
    dm_day day, day_end, published;
    uint32_t mode, cameo, act, instrument, lemma;
    uint16_t actor[TELL_PARTIES], recipient[TELL_PARTIES]; /* ascending, each once */
    uint8_t n_actor, n_recipient, n_word, type, aux, precise;
    int8_t quad;
    uint8_t spare;
    uint32_t word[TELL_WORDS]; /* ascending: 25 bits of hash, WORD_NEAR, 6 bits of weight in tenths */
    uint64_t who;              /* not kept: a bit for each party; two events without a common bit have no common party */
} telling;
enum { WORD_NEAR = 64, WORD_WEIGHT = 63 };
_Static_assert(offsetof(telling, word) == 80, "the record keeps tellings as bytes");

/* How much each agreement or difference counts; rows of data/linking/weights.tsv by these names. */
enum feature {
    F_BIAS,
    F_TYPE,
    F_CAMEO,
    F_MODE_DIFF,
    F_QUAD,
    F_ACTOR_SAME,
    F_ACTOR_PART,
    F_ACTOR_DIFF,
    F_RECIPIENT_SAME,
    F_RECIPIENT_PART,
    F_RECIPIENT_DIFF,
    F_SHARED,
    F_SWAPPED,
    F_FULL,
    F_FULL_NEAR,
    F_FUTURE,
    F_HYPOTHETICAL,
    F_INSTRUMENT_SAME,
    F_INSTRUMENT_DIFF,
    F_INSTRUMENT_ONE,
    F_ACT_SAME,
    F_ACT_DIFF,
    F_CONTEXT,
    F_DAY_SAME,
    F_DAY_NEXT,
    F_VAGUE_NEAR,
    F_VAGUE_MONTH,
    F_VAGUE_FAR,
    F_PAPERS_NEAR,
    F_PAPERS_FAR,
    F_WORDS,
    F_WORDS_SHARED,
    F_NEAR,
    F_NEAR_SHARED,
    F_TRIGGER,
    F_TRIGGER_DIFF,
    N_FEATURES
};

typedef struct rare_word {
    uint32_t hash;
    uint8_t weight;
} rare_word;

enum { NO_WORD = 255 };

struct linker {
    rare_word *word; /* open addressing; weight NO_WORD: free; words that are not here are rare */
    uint32_t slots;  /* a power of two */
    uint8_t unknown;
    uint16_t kin[DM_N_TYPES]; /* bit t: type t may be the same act in other words; its own bit is set */
    double weight[N_FEATURES], join, words_most;
};

/* One word of text, folded and without its ending: bytes in out, 0 at the end of the text. *at moves behind it, *start is where it was. */
enum { WORD_BYTES = 48 };
size_t dm_link_word(dm_str text, size_t *at, size_t *start, char out[WORD_BYTES]);
static inline uint32_t dm_link_hash(const char *word, size_t len)
{
    return (uint32_t)dm_hash(word, len, 9) & ~(uint32_t)(WORD_NEAR | WORD_WEIGHT);
}
/* Hash and weight of such a word as kept in telling.word. */
uint32_t dm_link_weigh(const struct linker *k, const char *word, size_t len);

/* The words of the sentence that was read last, for several events of one sentence. sentence: DM_NONE at the beginning of a document. */
enum { SENTENCE_WORDS = 256 };
typedef struct said_words {
    uint32_t sentence, n;
    uint32_t word[SENTENCE_WORDS], start[SENTENCE_WORDS]; /* as dm_link_weigh() gives them; bytes from the sentence's start */
} said_words;

void dm_telling_make(telling *out, const struct linker *k, const dm_doc *doc, const dm_event *ev, said_words *said);
/* The document's STORY_TERMS rarest words that it repeats or names; how many. */
uint32_t dm_story_terms(uint32_t out[STORY_TERMS], const struct linker *k, const dm_doc *doc);

/* How far two tellings are the same happening: log odds; -INFINITY when they cannot be. The same both ways. */
double dm_alike(const struct linker *k, const telling *a, const telling *b);

/* What is no more than a glance: false when dm_alike() would be -INFINITY for kind or parties. */
static inline bool dm_may_be_alike(const struct linker *k, const telling *a, const telling *b)
{
    return (a->who & b->who) && k->kin[a->type] >> b->type & 1 && !((a->aux ^ b->aux) & DM_NEGATION);
}

/* Bytes of the tellings, ascending; the caller frees. And back: how many, at most room. */
dm_status dm_tale_pack(dm_buf *out, const telling *v, uint32_t n, dm_error *err);
uint32_t dm_tale_unpack(telling *out, uint32_t room, dm_str bytes);

#endif
