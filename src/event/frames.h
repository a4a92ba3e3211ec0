// SPDX-License-Identifier: Apache-2.0
/* Frames: the tables of data/frames as structs, found by lemma and part of speech. Read-only after loading, shared by all threads. */
#ifndef DM_EVENT_FRAMES_H
#define DM_EVENT_FRAMES_H

#include "base/map.h"
#include "base/table.h"
#include "doc/doc.h"

/* Slots of an argument view. From SLOT_PREP on: the preposition number of dm_frames_prep(). */
typedef enum slot_kind {
    SLOT_SUBJ,
    SLOT_OBJ,
    SLOT_IOBJ,
    SLOT_INF,
    SLOT_ING,
    SLOT_THAT,
    SLOT_POSS,
    SLOT_COMP,
    SLOT_ADJ,
    SLOT_ADV,
    SLOT_PRED,
    SLOT_SUBJECT_INST,
    SLOT_FOR_INF,
    SLOT_PREP = 32
} slot_kind;

enum { FRAME_CONDS = 8, FRAME_VALUES = 24, FRAME_ROLES = 12, NO_SLOT = 0xFFFF };

typedef enum value_kind {
    VALUE_ANY,
    VALUE_LEMMA,
    VALUE_CLASS,
    VALUE_PARTY,
    VALUE_STATE,
    VALUE_PERSON,
    VALUE_BODY,
    VALUE_PEOPLE,
    VALUE_SEVERAL
} value_kind;

typedef struct frame_value {
    uint8_t kind;
    uint32_t klass; /* class number */
    dm_str lemma;
} frame_value;

typedef struct frame_cond {
    uint16_t slot;
    uint8_t negate; /* none of the values */
    uint8_t absent; /* the slot must be empty */
    uint8_t n;
    uint32_t first; /* values: dm_frames.values[first .. first + n) */
} frame_cond;

typedef struct frame_roles {
    uint8_t n, all; /* all: joined by & */
    uint16_t slot[FRAME_ROLES];
} frame_roles;

typedef struct frame {
    char pos;                              /* v n a */
    uint8_t type;                          /* dm_type; DM_TYPE_NONE: must not be coded */
    uint8_t aux;                           /* DM_FUTURE ... */
    uint8_t n_cond, no_recipient, learned; /* learned: of the back-off, not written by hand */
    char mode[DM_MODE_MAX], cameo[DM_CAMEO_MAX];
    frame_cond cond[FRAME_CONDS];
    frame_roles actor, recipient;
    dm_str words; /* the whole lemma as written: "call off" */
    dm_str act;
    uint16_t table;
    uint32_t row, next; /* next frame of the same lemma, in table order; DM_NONE */
} frame;

typedef struct light {
    uint8_t passive_side; /* the verb's subject is the noun's recipient */
    uint8_t aux;
    uint32_t row;
} light;

typedef struct dm_frames {
    const dm_tables *tables;
    unsigned read; /* DM_READ_*: which lines may be used */
    frame *frames;
    uint32_t n, cap;
    frame_value *values; /* of all conditions; lines with several lemmas share theirs */
    uint32_t n_values, values_cap;
    dm_map by_lemma; /* kind: pos character, a capital one for the back-off; key word: first (verb) or last word of the lemma */
    dm_map guesses;  /* kind: pos; type << 16 | percent */
    dm_map classes;  /* class name -> number (kind 0); lemma in class (kind 1000 + number) */
    dm_map preps;    /* preposition -> slot */
    light *lights;
    uint32_t n_lights, lights_cap;
    dm_map by_light;
    uint32_t n_classes, n_preps;
} dm_frames;

dm_status dm_frames_load(dm_frames *f, const dm_tables *tables, dm_error *err);
void dm_frames_free(dm_frames *f);

uint32_t dm_frames_find(const dm_frames *f, dm_str lemma, char pos); /* first frame or DM_NONE */
uint32_t dm_frames_learned(
    const dm_frames *f, dm_str type, char pos); /* frame of the back-off, by the name of its type; pos V N A */
/* Type of a word that no frame knows, and how likely (0 to 1); DM_N_TYPES: not known either. */
unsigned dm_frames_guess(const dm_frames *f, dm_str lemma, char pos, float *p);
uint16_t dm_frames_prep(const dm_frames *f, dm_str prep); /* slot, or NO_SLOT when no frame asks for it */
bool dm_frames_in_class(const dm_frames *f, dm_str lemma, uint32_t klass);
uint32_t dm_frames_class(const dm_frames *f, const char *name); /* UINT32_MAX unknown */
const light *dm_frames_light(const dm_frames *f, dm_str lemma);

#endif
