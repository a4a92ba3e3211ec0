// SPDX-License-Identifier: Apache-2.0
/* Names of the labels in doc/ud.h. */
#include "doc/ud.h"
#include <string.h>

static const char *const upos_names[] = {
#define X_(n) #n,
    DM_UPOS_LIST(X_)
#undef X_
};
static const char *const xpos_names[] = {
#define X_(e, s) s,
    DM_XPOS_LIST(X_)
#undef X_
};
static const char *const deprel_names[] = {
#define X_(e, s) s,
    DM_DEPREL_LIST(X_)
#undef X_
};

const char *dm_upos_name(unsigned upos) { return upos < DM_UPOS_N ? upos_names[upos] : "X"; }

const char *dm_xpos_name(unsigned xpos) { return xpos < DM_XPOS_N ? xpos_names[xpos] : "_"; }

const char *dm_deprel_name(unsigned deprel) { return deprel < DM_DEPREL_N ? deprel_names[deprel] : "_"; }

static uint8_t find(const char *const *names, unsigned n, const char *p, uint32_t len)
{
    for (unsigned i = 0; i < n; i++)
        if (strlen(names[i]) == len && memcmp(names[i], p, len) == 0)
            return (uint8_t)i;
    return 0;
}

uint8_t dm_upos_find(const char *p, uint32_t len) { return find(upos_names, DM_UPOS_N, p, len); }

uint8_t dm_xpos_find(const char *p, uint32_t len) { return find(xpos_names, DM_XPOS_N, p, len); }

uint8_t dm_deprel_find(const char *p, uint32_t len) { return find(deprel_names, DM_DEPREL_N, p, len); }
