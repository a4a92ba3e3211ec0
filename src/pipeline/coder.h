// SPDX-License-Identifier: Apache-2.0
/* The coder from inside: what the stages share, the order of the stages, and where the data lies. */
#ifndef DM_PIPELINE_CODER_H
#define DM_PIPELINE_CODER_H

#include "act/act.h"
#include "actor/actor.h"
#include "base/table.h"
#include "doc/doc.h"
#include "event/event.h"
#include "parse/parse.h"
#include "segment/segment.h"
#include "topic/topic.h"
#include "when/when.h"
#include <demarche/coder.h>
#include <demarche/import.h>

/* Parsers for any number of threads; take and give lock. */
typedef struct dm_pool dm_pool;
dm_status dm_pool_new(dm_pool **out, const dm_model *model, dm_error *err);
void dm_pool_free(dm_pool *p);
dm_status dm_pool_take(dm_pool *p, dm_parser **out, dm_error *err);
void dm_pool_give(dm_pool *p, dm_parser *parser);

struct dm_coder {
    dm_tables *tables;
    dm_model *model;
    dm_pool *pool;
    dm_segmenter *segmenter;
    dm_when *when;
    dm_actor *actor;
    dm_act *act;
    dm_eventer *eventer;
    dm_topic *topic;
    dm_interval date; /* of every document; precision UNKNOWN: as found */
    char home[DM_CODE_MAX];
};

/* The stages' names, in order; `read` first and `write` last belong to dm_run(). */
enum { DM_STAGE_READ = 0 };
unsigned dm_stage_count(void);
const char *dm_stage_name(unsigned i);

/* Changes when what the coder reads with changes: tables, model, options. */
uint64_t dm_coder_mark(const dm_coder *coder);

/* Which shard of how many an input gives; 0 of 0: everything. */
void dm_input_dealt(const dm_input *in, uint32_t *shard, uint32_t *shards);

/* All stages but read and write; ns[i] grows by what stage i took. ns may be NULL. */
dm_status dm_code_timed(const dm_coder *coder, dm_doc *doc, uint64_t *ns, dm_error *err);
uint64_t dm_now_ns(void); /* processor time of this thread: other work on the machine does not count */

/* actors.c: the users' own actors as tables beside ours. */
dm_status dm_add_actors(dm_tables *tables, const dm_coder_opts *opts, dm_error *err);

/* Path of a data file into out: in dir when that is given, else $DEMARCHE_DATA, beside the program, the installed folder; the first
 * that has it. DM_EIO when none has, DM_ELIMIT when a path is too long. */
enum { DM_PATH_MAX = 4096 };
dm_status dm_data_path(char *out, const char *dir, const char *name, dm_error *err);

#endif
