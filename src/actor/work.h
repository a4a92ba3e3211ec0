// SPDX-License-Identifier: Apache-2.0
/* Inside the actor room: the indexes over the tables and the state of one document. */
#ifndef DM_ACTOR_WORK_H
#define DM_ACTOR_WORK_H

#include "actor/actor.h"
#include "base/map.h"

enum { KEY_MAX = 192, LOOK_BACK = 24, GROUP_MAX = 8 };

typedef struct col_states {
    int code, names, demonyms, people, government, places, from, to, note;
} col_states;
typedef struct col_bodies {
    int code, names, sector, kind, heads, from, to, note;
} col_bodies;
typedef struct col_people {
    int name, surname, code, sector, office, from, to;
} col_people;
typedef struct col_roles {
    int names, sector, kind, scope, note;
} col_roles;
typedef struct col_user {
    int names, code, sector, kind, surname, from, to, line;
} col_user; /* src/import makes these tables */

struct dm_actor {
    const dm_tables *tables;
    const dm_table *states, *bodies, *people, *regions, *ranks, *roles, *facts;
    uint32_t i_states, i_bodies, i_people, i_regions, i_ranks, i_roles;
    col_states cs;
    col_bodies cb;
    col_people cp;
    col_roles cr;
    dm_map surname; /* surname -> its last bearer in bearer[], + 1 */
    struct bearer {
        uint32_t row, next; /* row in people; the bearer before this one, + 1, 0 none */
    } * bearer;
    uint32_t n_bearer;
    dm_map role_word;    /* role of one word -> row in roles */
    dm_map spelling;     /* key of a person's name (spelling.c) -> row in people */
    dm_map seat;         /* "The Hague/judges" -> first body there with this general noun, row + 1 */
    dm_map facts_phrase; /* description -> first of fact_rows + 1 */
    struct fact {
        uint32_t row, next;
        int16_t from, to;
    } * fact;
    uint32_t n_fact;
    uint32_t i_user; /* first table of the users' own; two a file: names, roles. UINT32_MAX: none */
    col_user cu;
    col_roles cur;
    int user_role_line;
};

typedef enum scope { SCOPE_ANY, SCOPE_NATIONAL, SCOPE_SPOKES } scope;

typedef struct role_info {
    uint32_t row;
    uint16_t table;
    scope scope;
    bool person, group;
    bool states; /* a word for states: nobody's by default */
    dm_str sector;
    char code[DM_CODE_MAX]; /* "code=NGO" in the note: its own code when nobody owns it */
} role_info;

/* Parties that the text named together. */
typedef struct party_set {
    uint32_t v[DM_MENTION_ENTITIES], n;
} party_set;

typedef struct aw {
    const dm_actor *a;
    dm_doc *doc;
    dm_map entity_by_key;             /* table/row or name -> entity */
    dm_map surname_entity;            /* surname in this document -> entity */
    dm_map role_entity;               /* head lemma of a role -> last entity */
    dm_map title_entity;              /* "general", "prime minister" -> the person last named with that title */
    dm_map code_seen;                 /* codes of states and bodies that the text names for certain */
    dm_map body_word;                 /* "council", "watchdog" -> the body last named so */
    uint32_t *name_at;                /* by token: mention that covers it, or DM_NONE */
    uint8_t *title;                   /* by token: 1 part of a role, 2 part of a rank or title */
    uint32_t last_body;               /* entity of the organisation of states named last, or DM_NONE */
    uint32_t issuer;                  /* entity that speaks as "we" outside quotations, or DM_NONE */
    party_set joined[GROUP_MAX + 1];  /* by number: the parties named together last ("Egypt, Sudan and Ethiopia") */
    party_set men[GROUP_MAX + 1];     /* by number: the people last counted or named together ("two Libyans") */
    char top[GROUP_MAX][DM_CODE_MAX]; /* home.c: the states named most, most first */
    uint32_t n_names;                 /* mentions that the tables named; they come first, ordered by place */
    uint32_t lead_next, lead_seen;    /* home.c: sentences counted, body sentences among them */
    dm_error *err;
} aw;

/* What the text was speaking of: the state that was subject last, the place named last. */
typedef struct topics {
    struct topic {
        char code[DM_CODE_MAX];
        uint32_t para, sent;
        unsigned rank;
    } state, place;
} topics;

static inline const dm_token *dm_atok(const aw *w, uint32_t t) { return &w->doc->tokens.v[t]; }

/* entities.c */
uint32_t dm_entity_new(aw *w, dm_str key, const char *code, dm_str sector, dm_nature nature, dm_str name);
uint32_t dm_entity_find(aw *w, dm_str key);
dm_mention *dm_mention_new(aw *w, uint32_t first, uint32_t n, dm_form form, uint32_t entity, float confidence, dm_str why);
uint32_t dm_phrase_head(const aw *w, uint32_t first, uint32_t n);
bool dm_dates_cover(const dm_doc *doc, dm_str from, dm_str to);
void dm_copy_code(char *out, size_t size, dm_str s);
bool dm_oom(const aw *w);

static inline bool dm_is_user_name(const dm_actor *a, uint32_t table)
{
    return table >= a->i_user && (table - a->i_user) % 2 == 0;
}
static inline bool dm_is_user_role(const dm_actor *a, uint32_t table)
{
    return table >= a->i_user && (table - a->i_user) % 2 == 1;
}
static inline bool dm_is_role(const dm_actor *a, uint32_t table) { return table == a->i_roles || dm_is_user_role(a, table); }

/* names.c: what the tables name. */
dm_status dm_actor_names(aw *w);
uint32_t dm_body_entity(aw *w, uint32_t row);
uint32_t dm_person_by_surname(aw *w, uint32_t t, dm_str office);
uint32_t dm_person_in_office(aw *w, dm_str surname); /* whoever of this name holds office in a state that the text names */
uint32_t dm_person_spelt(aw *w, dm_str name);        /* a known person's name in another spelling */
/* spelling.c: names written in another way. */
dm_str dm_spelling_key(dm_str name, char *out, size_t size); /* empty: too little to tell by */
bool dm_spelling_index(dm_actor *a);
/* roles.c: common nouns for people and bodies. */
dm_str dm_role_kind(const aw *w, const dm_entity *en); /* "person", "group", "org"; empty when it is no role */
bool dm_role_excludes(const aw *w, const dm_entity *en, const char *code); /* "not=USA": that state has none */
bool dm_role_is_national(const aw *w, const dm_entity *en);
bool dm_is_coded(const aw *w, uint32_t mention);
dm_status dm_actor_roles(aw *w);
void dm_actor_owners(aw *w); /* bare roles whose owner was named after them */
/* persons.c: titles before names; persons unknown to the tables. */
dm_status dm_actor_titles(aw *w);
dm_status dm_actor_unknown(aw *w);
/* home.c */
void dm_actor_home(aw *w);
/* bare.c: whose bare roles are. */
bool dm_is_country(const char *code);
const char *dm_reported_subject(const aw *w, const dm_mention *m);
void dm_bare_settle(aw *w, uint32_t mention, const topics *tp);
void dm_topic_see(const aw *w, topics *tp, uint32_t mention);
/* issuer.c: who says "we" in a press release. */
dm_status dm_actor_issuer(aw *w);
/* The mentions seen last by the walk over the text. */
typedef struct recent {
    uint32_t mention[LOOK_BACK];
    uint32_t n;
} recent;

/* pronouns.c */
const dm_entity *dm_first_entity(const aw *w, uint32_t mention);
bool dm_is_joined(const aw *w, const dm_mention *m, uint32_t k);
bool dm_has_conjunct(const aw *w, const dm_mention *m);
uint32_t dm_clause_subject(const aw *w, uint32_t t); /* as a mention already seen, or DM_NONE */
dm_status dm_take_pronoun(aw *w, const recent *r, uint32_t t);
/* groups.c */
uint32_t dm_group_size(const aw *w, uint32_t t, uint32_t *words); /* 0: no such phrase */
void dm_learn_group(aw *w, uint32_t mention);
dm_status dm_take_group(aw *w, const recent *r, uint32_t t, uint32_t words, uint32_t size);
/* bodies.c */
dm_status dm_take_body(aw *w, uint32_t t);
bool dm_learn_body(aw *w, const dm_mention *m);
/* coref.c: pronouns, descriptions, groups; bare roles. */
dm_status dm_actor_coref(aw *w);

#endif
