// SPDX-License-Identifier: Apache-2.0
/* Inside the act room: the indexes over the tables and the state of one document. */
#ifndef DM_ACT_WORK_H
#define DM_ACT_WORK_H

#include "act/act.h"
#include "base/map.h"

enum { BODY_MAX = 24, GAMES_MAX = 64 };

typedef struct col_nouns {
    int names, type, note;
} col_nouns;
typedef struct col_named {
    int names, type, body, subject, sponsor, from, to;
} col_named;
typedef struct col_games {
    int names, from, note;
} col_games;

struct dm_act {
    const dm_tables *tables;
    const dm_table *nouns, *named, *bodies, *games, *states;
    uint32_t i_nouns, i_named, i_bodies, i_games, i_states;
    col_nouns cn;
    col_named cm;
    col_games cg;
    int body_names, state_code;
    dm_map place; /* city or country as written -> row of states */
    dm_map verb;  /* lemma of a verb that is an instrument by itself ("boycott") -> row of nouns */
};

/* What is known of one instrument mention while it is worked out; becomes a dm_inst. Slots are own words first, then the chain's. */
typedef struct inst {
    uint32_t first, n, head, sent;
    uint32_t chain; /* index of the first mention of the same instrument */
    uint32_t row;
    uint32_t gap; /* as in dm_inst */
    dm_str type, name;
    char body[BODY_MAX];
    char subject[DM_CODE_MAX], sponsor[DM_CODE_MAX], fellow[DM_FELLOWS][DM_CODE_MAX];
    bool named;                  /* from the table of names */
    bool weak, own;              /* notes of its noun */
    bool verb;                   /* a verb: "boycotted the games" */
    const char *pronoun;         /* "it" in "ratified it": types of instrument that it can stand for; NULL: a noun or verb */
    bool near;                   /* of a pronoun: only what was spoken of just before, for its verb takes other objects too */
    bool plural, definite, such; /* such: "similar resolutions": of the same kind */
    bool other_subject;          /* aimed at somebody that is no state: takes no subject from elsewhere */
    bool own_subject;            /* subject from its own words */
    bool dropped;
    const char *body_why, *subject_why, *sponsor_why;
} inst;

typedef struct iw {
    const dm_act *a;
    dm_doc *doc;
    DM_VEC(inst) v;
    uint32_t games[GAMES_MAX], n_games; /* first hit of each naming of games in the article, the first GAMES_MAX */
    char un_body[BODY_MAX];             /* the one UN organ that the article speaks of, "" none or several */
    dm_error *err;
} iw;

static inline const dm_token *dm_ict(const iw *w, uint32_t t) { return &w->doc->tokens.v[t]; }

/* tree.c: small questions to the tree and the mentions. */
const dm_entity *dm_act_entity_at(const iw *w, uint32_t t); /* first entity of the mention headed by t, or NULL */
bool dm_act_state(const dm_entity *e);                      /* has a code that is a country's */
/* At t or inside its phrase, or NULL. bare: roles that only took the home country ("government officials") count. */
const dm_entity *dm_act_find_state(const iw *w, uint32_t t, bool bare);
dm_str dm_act_case(const iw *w, uint32_t t);                       /* first preposition of a nominal */
uint32_t dm_act_subject(const iw *w, uint32_t verb, bool logical); /* through control and coordination; DM_NONE */
uint32_t dm_act_agent(const iw *w, uint32_t verb);
bool dm_act_passive(const iw *w, uint32_t verb);
bool dm_act_verbal(const iw *w, uint32_t t);

/* mentions.c: hits -> instruments. */
dm_status dm_act_mentions(iw *w);
/* body.c, slots.c: from the words around. */
bool dm_act_body_of(const iw *w, const dm_entity *e, char *out);
void dm_act_article_bodies(iw *w);
void dm_act_body(iw *w, inst *i);
void dm_act_sponsor(iw *w, inst *i);
void dm_act_subject_of(iw *w, inst *i);
bool dm_act_rejects(dm_str verb); /* what those do with an instrument whom it is aimed at */
/* games.c: finds where games are named; host and name of the games meant at token t; false when there are none. */
void dm_act_find_games(iw *w);
bool dm_act_games(const iw *w, uint32_t t, char *code, dm_str *name);
/* chains.c: coreference, and what the article says of all. */
void dm_act_chains(iw *w);

#endif
