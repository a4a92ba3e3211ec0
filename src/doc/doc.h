// SPDX-License-Identifier: Apache-2.0
/* The shared document record: the only place where the stages meet. Data and plain accessors, no knowledge.
 *
 * Every array lives in doc->arena. Spans are byte ranges of doc->text. Token, sentence and mention references are indices into the
 * document's arrays (global, not per sentence); DM_NONE means "no such". A stage only appends to or fills in its own part:
 *   read     text, meta, lines (noise marks), notes          segment  sentences, tokens (span, norm, flags), quotes
 *   scan     hits                                              parse    upos .. head of the tokens of sentences with needs_parse
 *   when     times, meta.date                                  actor    mentions, entities, home
 *   act      instruments                                      event    events (all but contexts and when)       topic  contexts
 */
#ifndef DM_DOC_DOC_H
#define DM_DOC_DOC_H

#include "base/arena.h"
#include "base/str.h"
#include "base/table.h"
#include "doc/ud.h"
#include <demarche/document.h>

#define DM_NONE UINT32_MAX

enum {
    DM_DOC_MAX = 16 * 1024 * 1024, /* bytes of one document's text */
    DM_SENT_TOKENS_MAX = 400       /* longer sentences are split by segment at the best comma or semicolon */
};

/* Token flags (segment). */
enum {
    DM_T_UPPER = 1,       /* first letter is a capital */
    DM_T_ALLCAPS = 2,     /* two or more letters, all capitals */
    DM_T_SPACE = 4,       /* white space before it */
    DM_T_PUNCT = 8,       /* no letter and no digit */
    DM_T_NUM = 16,        /* starts with a digit */
    DM_T_QUOTED = 32,     /* inside a quotation */
    DM_T_BRACKETED = 64,  /* inside (...) or [...] */
    DM_T_SENT_START = 128 /* first word of its sentence (quotes and bullets not counted) */
};

typedef struct dm_token {
    dm_span span;
    dm_str norm; /* folded: lower case, ’ to ', curly quotes to ", dashes to -, periods of acronyms dropped ("U.S." -> "us") */
    dm_str lemma; /* lower case except proper nouns; norm until parsed */
    uint32_t sent;
    uint32_t mention; /* innermost mention that covers it, or DM_NONE */
    uint32_t head;    /* global token index; DM_NONE for the root and in unparsed sentences */
    uint16_t feats;   /* DM_F_* */
    uint16_t flags;   /* DM_T_* */
    uint8_t upos, xpos, deprel;
} dm_token;

typedef struct dm_sent {
    uint32_t first, n; /* tokens */
    dm_span span;
    uint8_t kind; /* dm_sentence_kind */
    uint8_t needs_parse, parsed;
    uint32_t para;    /* paragraph number */
    uint32_t quote;   /* quotation that is open when the sentence starts, or DM_NONE */
    uint8_t dateline; /* tokens at the start that are dateline ("TOKYO (BLOOMBERG) -"), not sentence: the parser skips them */
} dm_sent;

/* A stretch between quotation marks; may run over sentences and paragraphs. Marks excluded. */
typedef struct dm_quote {
    uint32_t first, n; /* tokens */
} dm_quote;

/* One place where a table entry was found (scan). Longest, leftmost match in each group of tables; ambiguous names give several hits. */
typedef struct dm_hit {
    uint32_t first, n; /* tokens */
    uint16_t table;    /* index for dm_tables_at() */
    uint16_t column;
    uint32_t row;
} dm_hit;

/* A line of the text that read found to be noise, or the headline, dateline, byline (byte span). */
typedef enum dm_line_kind { DM_LINE_NOISE, DM_LINE_HEADLINE, DM_LINE_DATELINE, DM_LINE_BYLINE, DM_LINE_DATE } dm_line_kind;
typedef struct dm_line {
    dm_span span;
    uint8_t kind;
} dm_line;

/* A time expression (when). Interval is resolved against meta.date; except: years taken out of a range. */
typedef struct dm_time {
    uint32_t first, n; /* tokens */
    uint32_t head;     /* token by which the tree holds it */
    dm_interval when;
    dm_interval point;         /* what the words name, without "since" or "until" before it */
    int16_t count;             /* "two days after": how much, when it counts from what the clause behind it tells; else 0 */
    uint8_t unit, vague, same; /* same: "the same day", "that night": the day told of last */
    uint8_t kind;              /* dm_time_kind */
    uint8_t n_except;
    int16_t except[8];
    dm_str why;
} dm_time;
typedef enum dm_time_kind {
    DM_TIME_DATE,
    DM_TIME_DURATION,
    DM_TIME_SET,
    DM_TIME_NOW,
    DM_TIME_PAST,
    DM_TIME_FUTURE
} dm_time_kind;

/* A party of the world (actor): a state, body, person, role, group. */
typedef struct dm_entity {
    char code[DM_CODE_MAX];     /* "" unknown */
    char sector[DM_SECTOR_MAX]; /* "" unknown */
    uint8_t nature;             /* dm_nature */
    uint8_t female, male, plural;
    dm_str name;
    uint32_t table_row; /* row in its table or DM_NONE */
    uint16_t table;
    dm_str why; /* "actors/states.tsv:12" */
} dm_entity;
typedef enum dm_nature {
    DM_NAT_STATE,  /* the country itself or its government by capital or metonym */
    DM_NAT_PLACE,  /* region, city: a place, code of its state */
    DM_NAT_BODY,   /* organisation, ministry, party, court, army, company */
    DM_NAT_PERSON, /* named person */
    DM_NAT_ROLE,   /* person or group known by role only: "the foreign minister", "protesters" */
    DM_NAT_PEOPLE, /* "Russians", "the Chinese" */
    DM_NAT_OTHER
} dm_nature;

/* PLOVER entity codes that are no state's (../shared/plover.md), for dm_str_in(). */
#define DM_BODY_CODES "UNO EUR IGO NGO ISM IMG MNC"

/* Words that name a party: dm_mention.entity lists up to DM_MENTION_ENTITIES of them ("the two sides"). */
enum { DM_MENTION_ENTITIES = 8 };
typedef enum dm_form {
    DM_FORM_NAME,
    DM_FORM_ADJ /* demonym used as adjective */,
    DM_FORM_ROLE,
    DM_FORM_PRONOUN,
    DM_FORM_DESC,
    DM_FORM_GROUP
} dm_form;
typedef struct dm_mention {
    uint32_t first, n, head; /* tokens; head: the token by which the tree holds the noun phrase */
    uint32_t sent;
    uint8_t form, n_entity;
    uint32_t entity[DM_MENTION_ENTITIES];
    float confidence;
    dm_str why; /* how it was resolved: "actor/name", "actor/coref-pronoun", "actor/home-country" */
} dm_mention;

/* An instrument mention (act). chain: index of the first mention of the same instrument. */
/* The subject of an instrument: guessed from the article, said by its own words, or seen from an act toward it. */
enum { DM_SURE_NOT, DM_SURE_OWN, DM_SURE_ACT };

enum { DM_FELLOWS = 4 };

typedef struct dm_inst {
    uint32_t first, n, head, sent;
    uint32_t chain;
    dm_str type, body, subject, name;
    char sponsor[DM_CODE_MAX];            /* who drafted or leads it, "" unknown */
    char fellow[DM_FELLOWS][DM_CODE_MAX]; /* who did so with the sponsor, "" behind the last */
    uint8_t plural;
    uint8_t sure; /* DM_SURE_*: where its subject is from */
    uint32_t
        gap; /* verb of making whose object it is without being attached to it ("a motion X said it will submit"), or DM_NONE */
    dm_str why;
} dm_inst;

/* One set of parties that could have been an event's actor or recipient (event/choose.h): what a trainer learns from. */
typedef struct dm_choice {
    uint32_t token; /* trigger */
    uint8_t side, type, mutual;
    char codes[64],
        other[64]; /* joined by +, of the set and of the other side; the sets of one side stand together, the rules' first */
    uint64_t clues[2];
} dm_choice;

struct dm_doc {
    dm_arena arena;
    dm_str text;
    dm_meta meta;
    uint64_t number; /* among all documents of the input, from 1; 0: not known */
    DM_VEC(dm_str) notes;
    DM_VEC(dm_line) lines;
    DM_VEC(dm_sent) sents;
    DM_VEC(dm_token) tokens;
    DM_VEC(dm_quote) quotes;
    DM_VEC(dm_hit) hits; /* ordered by first token, then longest first */
    DM_VEC(dm_time) times;
    DM_VEC(dm_entity) entities;
    DM_VEC(dm_mention) mentions; /* ordered by first token */
    DM_VEC(dm_inst) insts;
    DM_VEC(dm_event) events;
    DM_VEC(uint32_t) event_head;  /* token that triggered event i */
    DM_VEC(uint64_t) event_facts; /* what its confidence rests on: event/confidence.h */
    bool keep_choices;            /* asked for by a trainer: choices are kept */
    DM_VEC(dm_choice) choices;
    DM_VEC(struct dm_proposal) proposals; /* event/propose.h */
    char home[DM_CODE_MAX];               /* country of bare roles, "" unknown */
    dm_str home_why;
    char focus[DM_CODE_MAX]; /* the other country that the article is most about */
    uint32_t *cp_marks;      /* code points before every 256th byte */
    uint8_t *kids_ready;
    uint32_t *kid_first, *kid_next; /* dependents: first child and next sibling, by token; built by dm_doc_link() */
};

/* New empty document; NULL on out of memory. dm_doc_reset() makes it empty again and keeps memory. */
dm_doc *dm_doc_new(void);
void dm_doc_reset(dm_doc *doc);

/* Sets the text (copied) and builds the code-point index. The text must be valid UTF-8. */
dm_status dm_doc_set_text(dm_doc *doc, dm_str text, dm_error *err);

static inline dm_str dm_doc_slice(const dm_doc *doc, dm_span s) { return (dm_str){ doc->text.p + s.start, s.len }; }
dm_span dm_doc_token_span(const dm_doc *doc, uint32_t first, uint32_t n); /* from the first to the last token */
static inline dm_str dm_token_text(const dm_doc *doc, uint32_t t) { return dm_doc_slice(doc, doc->tokens.v[t].span); }

/* Child lists of all parsed sentences, in text order; call after parsing. */
dm_status dm_doc_link(dm_doc *doc, dm_error *err);
#define DM_EACH_KID(doc, t, k) for (uint32_t k = (doc)->kid_first[t]; k != DM_NONE; k = (doc)->kid_next[k])

/* First hit, and first time expression, that starts at token t or behind it (their number when none does); both lists are in text order. */
uint32_t dm_doc_hit_from(const dm_doc *doc, uint32_t t);
uint32_t dm_doc_inst_from(const dm_doc *doc, uint32_t t); /* the same of instrument mentions */
uint32_t dm_doc_time_from(const dm_doc *doc, uint32_t t);
bool dm_token_is(const dm_doc *doc, uint32_t t, const char *norm);
/* First dependent of t with this relation, or DM_NONE. */
uint32_t dm_kid(const dm_doc *doc, uint32_t t, dm_deprel rel);
/* First token (in text order) of the subtree of t, and one past the last. */
void dm_subtree(const dm_doc *doc, uint32_t t, uint32_t *first, uint32_t *end);
/* Base relation without subtype: nsubj:pass -> nsubj. */
dm_deprel dm_deprel_base(dm_deprel rel);

extern const char *const dm_type_names[DM_N_TYPES];
/* Whether the word is one of PLOVER's sectors ("GOV") in the table export/sectors; false without the table. */
bool dm_sector_known(const dm_tables *tables, dm_str word);
dm_type dm_type_find(dm_str name);
int dm_context_find(dm_str name); /* -1 unknown */

#endif
