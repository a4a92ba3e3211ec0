// SPDX-License-Identifier: Apache-2.0
/* The conditions of a filter, one by one, on what a digest tells of an event. What stands elsewhere (words, sources, instruments) is
 * looked up once, as sets of rows. */
#include "store/sift.h"
#include "store/select.h"

enum { ROLE_ACTOR = 1, ROLE_RECIPIENT = 2, ROLE_SPEAKER = 4 }; /* bit of the role */

static dm_status add(dm_rowset *set, int64_t row, dm_error *err)
{
    return dm_rowset_add(set, (uint64_t)row) != DM_ROWSET_NONE ? DM_OK
                                                               : dm_fail(err, DM_ENOMEM, 0, "out of memory for a filter");
}

static dm_status take_all(dm_rowset *set, dm_stmt *q, dm_error *err)
{
    dm_status st;
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = add(set, dm_col_int(q, 0), err)) != DM_OK)
            break;
    return st == DM_END ? DM_OK : st;
}

static dm_status find_sources(dm_sift *out, dm_store *s, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(
        dm_store_db(s), &q, "SELECT n FROM document WHERE publication=?1 UNION SELECT n FROM document WHERE name=?1", err);
    if (st != DM_OK)
        return st;
    dm_bind_str(q, 1, dm_str_of(out->f->source));
    st = take_all(&out->documents, q, err);
    dm_stmt_done(q);
    return st;
}

static dm_status find_instruments(dm_sift *out, dm_store *s, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(
        dm_store_db(s), &q, "SELECT n FROM instrument WHERE (?1 IS NULL OR type=?1) AND (?2 IS NULL OR subject=?2)", err);
    if (st != DM_OK)
        return st;
    if (out->f->instrument)
        dm_bind_str(q, 1, dm_str_of(out->f->instrument));
    if (out->f->subject)
        dm_bind_str(q, 2, dm_str_of(out->f->subject));
    st = take_all(&out->instruments, q, err);
    dm_stmt_done(q);
    return st;
}

static dm_status find_sentences(dm_sift *out, dm_store *s, dm_error *err)
{
    dm_select *q = NULL;
    dm_status st = dm_select_sentences(s, out->f, &q, err);
    if (st == DM_OK)
        st = take_all(&out->sentences, q->rows, err);
    dm_select_free(q);
    return st;
}

dm_status dm_sift_open(dm_sift *out, dm_store *s, const dm_filter *f, dm_error *err)
{
    *out = (dm_sift){ .f = f,
        .pair = dm_path_fits(f, PATH_PAIR),
        .text = dm_path_fits(f, PATH_TEXT),
        .source = dm_path_fits(f, PATH_SOURCE),
        .instrument = dm_path_fits(f, PATH_INSTRUMENT) };
    dm_status st = out->source ? find_sources(out, s, err) : DM_OK;
    if (st == DM_OK && out->instrument)
        st = find_instruments(out, s, err);
    return st == DM_OK && out->text ? find_sentences(out, s, err) : st;
}

void dm_sift_close(dm_sift *s)
{
    dm_rowset_free(&s->sentences);
    dm_rowset_free(&s->documents);
    dm_rowset_free(&s->instruments);
}

static bool holds(dm_str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.len; i++)
        if (memcmp(text.p + i, word, n) == 0)
            return true;
    return false;
}

static bool fits(const dm_digest_party *p, const dm_who *who)
{
    return (!who->code[0] || strcmp(p->code, who->code) == 0) && (!who->sector[0] || holds(p->sector, who->sector));
}

/* A party in one of the roles is one of the list; an empty list asks for nothing. */
static bool has_party(const dm_digest_event *e, const dm_who *who, size_t n, unsigned roles)
{
    for (uint32_t i = 0; i < e->n_party; i++)
        for (size_t k = 0; roles >> e->party[i].role & 1 && k < n; k++)
            if (fits(&e->party[i], &who[k]))
                return true;
    return n == 0;
}

static bool has_sector(const dm_who *who, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (who[i].sector[0])
            return true;
    return false;
}

static bool has_code(const dm_who *who, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(who[i].code, code) == 0)
            return true;
    return false;
}

static bool is_other(void *ctx, const char *actor, const char *target)
{
    const dm_filter *f = ctx;
    return !(has_code(f->actor, f->n_actor, actor) && has_code(f->recipient, f->n_recipient, target));
}

static bool has_pair(const dm_digest_event *e, const dm_filter *f)
{
    if (dm_digest_pairs(e, is_other, (void *)(uintptr_t)f))
        return false;
    return (!has_sector(f->actor, f->n_actor) || has_party(e, f->actor, f->n_actor, ROLE_ACTOR)) &&
           (!has_sector(f->recipient, f->n_recipient) ||
               has_party(e, f->recipient, f->n_recipient, ROLE_ACTOR | ROLE_RECIPIENT));
}

static bool parties_fit(const dm_sift *s, const dm_digest_event *e)
{
    const dm_filter *f = s->f;
    bool sides =
        s->pair ? has_pair(e, f)
                : has_party(e, f->actor, f->n_actor, ROLE_ACTOR) && has_party(e, f->recipient, f->n_recipient, ROLE_RECIPIENT);
    return sides && has_party(e, f->either, f->n_either, ROLE_ACTOR | ROLE_RECIPIENT) &&
           has_party(e, f->speaker, f->n_speaker, ROLE_SPEAKER);
}

static bool kind_fits(const dm_filter *f, const dm_digest_event *e)
{
    bool days = (f->until == DM_DAY_NONE || e->day <= f->until) && (f->since == DM_DAY_NONE || e->day_end >= f->since);
    bool kind = (!f->types || f->types >> e->type & 1) && (!f->contexts || (f->contexts & e->contexts)) &&
                (e->aux & (f->with | f->without)) == f->with;
    return days && kind && (f->confidence <= 0 || e->confidence >= f->confidence) &&
           (!f->mode || dm_str_is(e->mode, f->mode)) && (!f->act || (e->instrument && dm_str_is(e->act, f->act))) &&
           (!f->happening || e->happening == (int64_t)f->happening);
}

bool dm_sift_passes(const dm_sift *s, int64_t document, const dm_digest_event *e)
{
    return kind_fits(s->f, e) && parties_fit(s, e) &&
           (!s->instrument || dm_rowset_find(&s->instruments, (uint64_t)e->instrument) != DM_ROWSET_NONE) &&
           (!s->source || dm_rowset_find(&s->documents, (uint64_t)document) != DM_ROWSET_NONE) &&
           (!s->text || dm_rowset_find(&s->sentences, (uint64_t)e->sentence) != DM_ROWSET_NONE);
}

/* --- pairs, as put.c makes dyads --- */

static bool met(const dm_digest_event *e, uint32_t from, uint32_t i)
{
    for (uint32_t k = from; k < i; k++)
        if (strcmp(e->party[k].code, e->party[i].code) == 0)
            return true;
    return false;
}

bool dm_digest_pairs(const dm_digest_event *e, dm_pair_of_fn *fn, void *ctx)
{
    uint32_t actors = 0, others = 0;
    while (actors < e->n_party && e->party[actors].role == 0)
        actors++;
    while (actors + others < e->n_party && e->party[actors + others].role == 1)
        others++;
    bool mutual = others == 0 && actors > 1;
    uint32_t from = mutual ? 0 : actors, to = mutual ? actors : actors + others;
    for (uint32_t a = 0; a < actors; a++) {
        if (!e->party[a].code[0] || met(e, 0, a))
            continue;
        for (uint32_t t = from; t < to; t++)
            if (e->party[t].code[0] && !met(e, from, t) && (!mutual || strcmp(e->party[t].code, e->party[a].code) != 0) &&
                !fn(ctx, e->party[a].code, e->party[t].code))
                return false;
    }
    return true;
}
