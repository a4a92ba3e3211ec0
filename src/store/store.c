// SPDX-License-Identifier: Apache-2.0
/* Opening and closing a record. */
#include "store/portion.h"
#include "store/rolls.h"
#include "store/schema.h"
#include "store/work.h"
#include <stdlib.h>

dm_status dm_store_open(dm_store **out, const char *path, dm_db_mode mode, dm_error *err)
{
    dm_store *s = calloc(1, sizeof *s);
    if (!s)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the record '%s'", path);
    dm_status st = dm_db_open(&s->db, path, mode, err);
    if (st == DM_OK)
        st = dm_schema_ready(s->db, mode == DM_DB_READ, err);
    if (st == DM_OK)
        *out = s;
    else
        dm_store_close(s);
    return st;
}

void dm_store_close(dm_store *s)
{
    if (!s)
        return;
    dm_db_close(s->db);
    dm_store_given_forget(s);
    free(s->old);
    dm_portion_free(s);
    dm_ballots_forget(s);
    dm_words_close(s->words);
    dm_batch_close(s->batch);
    dm_linker_free(s->linker);
    dm_linking_free(s->linking);
    free(s);
}

dm_db *dm_store_db(dm_store *s) { return s->db; }

dm_status dm_store_words(dm_store *s, dm_error *err) { return s->words ? DM_OK : dm_words_open(&s->words, err); }
