// SPDX-License-Identifier: Apache-2.0
/* Other projects' codes for our parties and CAMEO codes: actors/cow, export/countries, export/sectors, export/cameo. Read-only once made. */
#ifndef DM_WRITE_CROSSWALK_H
#define DM_WRITE_CROSSWALK_H

#include "base/table.h"

typedef struct dm_crosswalk dm_crosswalk;

/* Borrows t. DM_ECORRUPT when a table is missing. */
dm_status dm_crosswalk_new(dm_crosswalk **out, const dm_tables *t, dm_error *err);
void dm_crosswalk_free(dm_crosswalk *c);

/* All empty where the code is no country's. cameo and icews are filled in where the table leaves them to the code and the name. */
typedef struct dm_country {
    dm_str name, fips, cameo, icews;
} dm_country;
dm_country dm_cross_country(const dm_crosswalk *c, const char *code);

/* Correlates of War letters and number, Gleditsch-Ward number, on that day; DM_DAY_NONE: of the last membership. Empty: no member. */
typedef struct dm_cow {
    dm_str letters, number, gw;
} dm_cow;
dm_cow dm_cross_cow(const dm_crosswalk *c, const char *code, dm_day day);

/* A sector (one piece of dm_party.sector), or an entity code that is no country's (UNO, NGO). All empty when not known. */
typedef struct dm_role {
    dm_str cameo, group, icews, name;
} dm_role;
dm_role dm_cross_sector(const dm_crosswalk *c, dm_str sector);
dm_role dm_cross_entity(const dm_crosswalk *c, const char *code);

/* Name of a CAMEO code, empty when not known; whether its parties do it with one another. */
dm_str dm_cross_cameo(const dm_crosswalk *c, const char *cameo, bool *mutual);

#endif
