// SPDX-License-Identifier: Apache-2.0
/* From an argument of the tree to the parties of the record. */
#ifndef DM_EVENT_PARTY_H
#define DM_EVENT_PARTY_H

#include "event/status.h"

enum { PARTIES_MAX = 12 };

typedef struct party_list {
    uint32_t n;
    dm_party p[PARTIES_MAX];
    bool bare;  /* resolved by default only (home country), may be overridden by the clause */
    bool found; /* somebody is named, even if no code is known */
    dm_str why; /* how the first was resolved */
    float confidence;
} party_list;

/* What the event stage knows of one document while it works. */
typedef struct ev_doc {
    dm_doc *doc;
    const dm_frames *frames;
    const dm_status_tables *status;
    uint32_t *mention_at;       /* by token: mention whose head it is, or DM_NONE */
    uint32_t *inst_at;          /* by token: instrument mention whose head it is */
    uint8_t *in_name;           /* by token: whether it is a capitalised word of a name */
    uint32_t *quote_who;        /* by quotation: token of its speaker, or DM_NONE */
    uint32_t focus_at, home_at; /* first mention of the article's focus and home, or DM_NONE */
    uint32_t persons_class;
} ev_doc;

typedef enum role { ROLE_ACTOR, ROLE_RECIPIENT, ROLE_SPEAKER } role;

/* Adds the parties that the phrase headed by token h names. */
void dm_parties_of(const ev_doc *e, uint32_t h, role as, party_list *out);
/* Whether anybody in the list has a code. */
bool dm_parties_coded(const party_list *l);
/* Whether a code of the list is among these. */
bool dm_parties_share(const party_list *l, const dm_party *p, uint32_t n);
bool dm_parties_same(const party_list *a, const party_list *b);
/* Whether one of them has this code; never of the empty code. */
bool dm_party_among(const dm_party *p, uint32_t n, const char *code);
bool dm_party_add(party_list *l, const char *code, const char *sector, dm_span span);
/* Whether any party in the phrase satisfies a VALUE_* test. */
bool dm_party_test(const ev_doc *e, uint32_t h, value_kind kind);

uint32_t dm_quote_of(const dm_doc *doc, uint32_t t); /* the quotation that t stands in, or DM_NONE */

#endif
