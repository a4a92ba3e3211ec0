// SPDX-License-Identifier: Apache-2.0
/* Where an actor stands toward another through time: evidence in, positions with uncertainty and change points out.
 *
 * dm_stance_fit() is pure computation on an array of evidence; dm_record_stance() (record.h) collects that array from a record and calls it.
 * Positions are on PLOVER's scale, -10 conflict to +10 cooperation. Method and equations: docs/stance.md. */
#ifndef DEMARCHE_STANCE_H
#define DEMARCHE_STANCE_H

#include <demarche/document.h>

#ifdef __cplusplus
extern "C" {
#endif

/* By which way a piece of evidence concerns the target. */
typedef enum dm_via {
    DM_VIA_RECIPIENT,  /* the actor did it to the target */
    DM_VIA_MUTUAL,     /* both were actors of a reciprocal event */
    DM_VIA_INSTRUMENT, /* an act on an instrument whose subject is the target */
    DM_VIA_BALLOT,     /* a vote in a roll call about the target */
    DM_VIA_TREATY      /* a signature, ratification or withdrawal */
} dm_via;

/* One point of evidence. Strings are borrowed, never NULL, "" when there is none. */
typedef struct dm_evidence {
    uint64_t event;     /* id, 0 for ballots and treaty actions */
    uint64_t happening; /* reports of one happening carry the same number; 0: none */
    dm_day from, to;    /* when it happened or was said; both DM_DAY_NONE when nothing is known */
    uint8_t via;        /* dm_via */
    uint8_t type;       /* dm_type; DM_TYPE_NONE for ballots and treaty actions */
    uint8_t aux;        /* DM_NEGATION | ... */
    int8_t polarity;    /* of the act toward the target, of instruments and ballots; 0 neither or none */
    bool has_instrument;
    bool others_word; /* rests only on the word of somebody who is not the actor */
    uint64_t contexts;
    double scale;      /* PLOVER's score of type and mode */
    double confidence; /* 0 to 1 */
    uint32_t reports;  /* independent reports of the happening, at least 1 */
    const char *mode;  /* PLOVER mode */
    const char *instrument, *act; /* type of the instrument and act on it; of a ballot act is yes, no, abstain */
} dm_evidence;

#ifdef __cplusplus
}
#endif
#endif
