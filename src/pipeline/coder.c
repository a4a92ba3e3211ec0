// SPDX-License-Identifier: Apache-2.0
/* Opens the data and runs a document through the stages, in the one order that they have. A coder is read-only once open. */
#include "pipeline/coder.h"
#include "parse/repair.h"
#include "scan/scan.h"
#include <stdlib.h>

typedef dm_status (*stage_fn)(const dm_coder *coder, dm_doc *doc, dm_error *err);
typedef struct stage {
    const char *name;
    stage_fn run; /* NULL: not run here (read, write) */
} stage;

static dm_status run_segment(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_segment(c->segmenter, doc, err); }

static dm_status run_scan(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_scan(c->tables, doc, err); }

/* Trees for the sentences that need one. */
static dm_status run_parse(const dm_coder *c, dm_doc *doc, dm_error *err)
{
    dm_parser *parser = NULL;
    dm_status st = dm_pool_take(c->pool, &parser, err);
    if (st != DM_OK)
        return st;
    for (uint32_t i = 0; i < doc->sents.n && st == DM_OK; i++)
        if (doc->sents.v[i].needs_parse && (st = dm_parse_sentence(parser, doc, i, err)) == DM_OK)
            dm_parse_repair(doc, i);
    dm_pool_give(c->pool, parser);
    return st == DM_OK ? dm_doc_link(doc, err) : st;
}

static dm_status run_when(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_when_doc(c->when, doc, err); }

static dm_status run_when_events(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_when_events(c->when, doc, err); }

static dm_status run_actor(const dm_coder *c, dm_doc *doc, dm_error *err)
{
    memcpy(doc->home, c->home, sizeof c->home);
    return dm_actor_doc(c->actor, doc, err);
}

static dm_status run_act(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_act_doc(c->act, doc, err); }

static dm_status run_event(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_event_doc(c->eventer, doc, err); }

/* What of an event follows from its dates. */
static dm_status run_finish(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_event_finish(c->eventer, doc, err); }

static dm_status run_topic(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_topic_doc(c->topic, doc, err); }

static const stage stages[] = {
    { "read", NULL },
    { "segment", run_segment },
    { "scan", run_scan },
    { "parse", run_parse },
    { "when", run_when },
    { "actor", run_actor },
    { "act", run_act },
    { "event", run_event },
    { "dates", run_when_events },
    { "finish", run_finish },
    { "topic", run_topic },
    { "write", NULL },
};
enum { N_STAGES = sizeof stages / sizeof stages[0] };
_Static_assert((int)N_STAGES <= (int)DM_STAGES_MAX, "dm_run_stats has room for every stage");

const char *dm_version(void) { return DM_VERSION; }

unsigned dm_stage_count(void) { return N_STAGES; }

const char *dm_stage_name(unsigned i) { return i < N_STAGES ? stages[i].name : ""; }

uint64_t dm_coder_mark(const dm_coder *c)
{
    uint64_t h = dm_tables_mark(c->tables) + 31 * dm_model_mark(c->model);
    h = dm_hash(&c->date, sizeof c->date, h);
    return dm_hash(c->home, sizeof c->home, h);
}

static dm_status check_opts(const dm_coder_opts *o, dm_error *err)
{
    if (o->version != DM_CODER_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "dm_coder_opts of version %u, this library has %u; use DM_CODER_OPTS_INIT",
            o->version, DM_CODER_OPTS_VERSION);
    bool code = !o->home || strlen(o->home) == 3;
    for (int i = 0; code && o->home && i < 3; i++)
        code = o->home[i] >= 'A' && o->home[i] <= 'Z';
    if (!code)
        return dm_fail(err, DM_EUSAGE, 0, "'%.20s' is not a country code; write three capitals, as in JPN", o->home);
    if (o->n_actors > DM_ACTORS_MAX || (o->n_actors && !o->actors))
        return dm_fail(err, DM_EUSAGE, 0, "%zu files of actors; there may be %d", o->n_actors, DM_ACTORS_MAX);
    return DM_OK;
}

static dm_status check_home(const dm_coder *c, dm_error *err)
{
    const dm_table *states = c->home[0] ? dm_tables_get(c->tables, "actors/states") : NULL;
    int code = states ? dm_table_column(states, "code") : -1;
    for (uint32_t r = 0; code >= 0 && r < dm_table_rows(states); r++) {
        dm_str cell = dm_table_cell(states, r, code);
        if (cell.len == 3 && memcmp(cell.p, c->home, 3) == 0)
            return DM_OK;
    }
    return code < 0
               ? DM_OK
               : dm_fail(err, DM_EUSAGE, 0, "no country has the code '%s'; codes are those of ISO 3166-1, as JPN", c->home);
}

static dm_status open_data(dm_coder *c, const dm_coder_opts *opts, dm_error *err)
{
    char path[DM_PATH_MAX];
    const char *dir = opts->data_dir;
    dm_status st = dm_data_path(path, dir, "demarche.tables", err);
    if (st == DM_OK)
        st = dm_tables_open(&c->tables, path, err);
    if (st == DM_OK)
        st = dm_add_actors(c->tables, opts, err);
    if (st == DM_OK)
        st = check_home(c, err);
    if (st == DM_OK)
        st = dm_data_path(path, dir, "english.dmm", err);
    if (st == DM_OK)
        st = dm_model_open(&c->model, path, err);
    return st;
}

/* What the stages make of the data, once. */
static dm_status open_stages(dm_coder *c, unsigned read, dm_error *err)
{
    dm_status st = dm_segmenter_new(&c->segmenter, c->tables, err);
    if (st == DM_OK)
        st = dm_when_new(&c->when, c->tables, err);
    if (st == DM_OK)
        st = dm_actor_new(&c->actor, c->tables, err);
    if (st == DM_OK)
        st = dm_act_new(&c->act, c->tables, err);
    if (st == DM_OK)
        st = dm_eventer_new(&c->eventer, c->tables, read, err);
    if (st == DM_OK)
        st = dm_topic_new(&c->topic, c->tables, err);
    if (st == DM_OK)
        st = dm_pool_new(&c->pool, c->model, err);
    return st;
}

dm_status dm_coder_open(dm_coder **out, const dm_coder_opts *opts, dm_error *err)
{
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    if (opts)
        o = *opts;
    dm_status st = check_opts(&o, err);
    if (st != DM_OK)
        return st;
    dm_coder *c = calloc(1, sizeof *c);
    if (!c)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the coder");
    c->date = o.date;
    if (o.home)
        memcpy(c->home, o.home, 3);
    st = open_data(c, &o, err);
    if (st == DM_OK)
        st = open_stages(c, o.read, err);
    if (st != DM_OK) {
        dm_coder_close(c);
        return st;
    }
    *out = c;
    return DM_OK;
}

void dm_coder_close(dm_coder *c)
{
    if (!c)
        return;
    dm_pool_free(c->pool);
    dm_topic_free(c->topic);
    dm_eventer_free(c->eventer);
    dm_act_free(c->act);
    dm_actor_free(c->actor);
    dm_when_free(c->when);
    dm_segmenter_free(c->segmenter);
    dm_model_close(c->model);
    dm_tables_close(c->tables);
    free(c);
}

dm_status dm_code_timed(const dm_coder *c, dm_doc *doc, uint64_t *ns, dm_error *err)
{
    uint64_t from = ns ? dm_now_ns() : 0;
    for (unsigned i = 0; i < N_STAGES; i++) {
        if (!stages[i].run)
            continue;
        dm_status st = stages[i].run(c, doc, err);
        if (st == DM_OK && doc->arena.failed)
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory in stage '%s'", stages[i].name);
        if (st != DM_OK)
            return st;
        if (ns) {
            uint64_t to = dm_now_ns();
            ns[i] += to - from;
            from = to;
        }
    }
    return DM_OK;
}

dm_status dm_code_doc(const dm_coder *c, dm_doc *doc, dm_error *err) { return dm_code_timed(c, doc, NULL, err); }

dm_status dm_parse_text(const dm_coder *c, dm_doc *doc, dm_error *err)
{
    dm_status st = run_segment(c, doc, err);
    for (uint32_t i = 0; i < doc->sents.n; i++)
        doc->sents.v[i].needs_parse = doc->sents.v[i].n > 0;
    return st == DM_OK ? run_parse(c, doc, err) : st;
}
