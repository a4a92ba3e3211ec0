// SPDX-License-Identifier: Apache-2.0
/* Reviews for callers: checked, kept, counted, handed out as gold. */
#include "pipeline/record.h"
#include "pipeline/review_fix.h"
#include "store/desk.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const names[DM_VERDICTS] = { "none", "accept", "fix", "reject" };
static const double z_95 = 1.959963984540054;

const char *dm_verdict_name(dm_verdict v) { return (unsigned)v < DM_VERDICTS ? names[v] : ""; }

dm_status dm_verdict_find(dm_verdict *out, const char *name, dm_error *err)
{
    for (int i = 0; name && i < DM_VERDICTS; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (dm_verdict)i;
            return DM_OK;
        }
    return dm_fail(err, DM_EUSAGE, 0, "no verdict is called '%.40s'; there are none, accept, fix and reject", name ? name : "");
}

/* A name for people: not empty, not long, nothing that does not show. */
static dm_status check_name(const char *name, dm_error *err)
{
    size_t n = 0, len = name ? strlen(name) : 0;
    for (size_t i = 0; i < len; n++) {
        uint32_t cp;
        i += dm_utf8_next(name, len, i, &cp);
        if (cp < 0x20 || cp == 0x7F || cp == 0xFFFD || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
            return dm_fail(err, DM_EUSAGE, 0, "the reviewer's name holds characters that do not show");
    }
    if (n == 0 || n > DM_REVIEWER_MAX || strspn(name, " ") == len)
        return dm_fail(err, DM_EUSAGE, 0, "the reviewer's name has to have 1 to %d characters", DM_REVIEWER_MAX);
    return DM_OK;
}

dm_status dm_record_review(dm_record *r, const dm_review *review, uint64_t *sequence, dm_error *err)
{
    uint8_t hash[DM_HASH_BYTES];
    dm_buf fix = { 0 };
    dm_review kept = *review;
    dm_status st = dm_record_writable(r, err);
    if (st == DM_OK)
        st = dm_hash_read(hash, review->document, err);
    if (st == DM_OK)
        st = check_name(review->reviewer, err);
    if (st == DM_OK && (review->verdict <= DM_VERDICT_NONE || review->verdict > DM_VERDICT_REJECT))
        st = dm_fail(err, DM_EUSAGE, 0, "a review needs a verdict: accept, fix or reject");
    if (st == DM_OK && review->verdict == DM_VERDICT_FIX)
        st = dm_fix_check(r, review->fix, &fix, err);
    kept.fix = (dm_str){ fix.p, fix.len };
    if (st == DM_OK)
        st = dm_store_review_put(r->store, hash, &kept, sequence, err);
    dm_buf_free(&fix);
    return st;
}

dm_status dm_record_review_undo(dm_record *r, uint64_t event, const char *document, uint64_t *sequence, dm_error *err)
{
    uint8_t hash[DM_HASH_BYTES];
    dm_status st = dm_record_writable(r, err);
    if (st == DM_OK)
        st = dm_hash_read(hash, document, err);
    if (st == DM_OK)
        st = dm_store_review_undo(r->store, hash, event, sequence, err);
    return st == DM_END
               ? dm_fail(err, DM_EUSAGE, 0, "there is no review of event %016llx to take back", (unsigned long long)event)
               : st;
}

dm_status dm_record_reviews(dm_record *r, uint64_t event, const char *document, dm_review_fn *fn, void *ctx, dm_error *err)
{
    uint8_t hash[DM_HASH_BYTES];
    dm_status st = dm_hash_read(hash, document, err);
    return st == DM_OK ? dm_store_reviews(r->store, hash, event, fn, ctx, err) : st;
}

/* Rows of the store with their documents. */
typedef struct walk {
    dm_record *r;
    dm_doc *doc;
    int64_t held;
    dm_filed_fn *fn;
    void *ctx;
    dm_status (*line)(void *ctx, dm_str json, dm_error *err);
    char last[2 * DM_HASH_BYTES + 1];
    unsigned number;
} walk;

static dm_status load(walk *w, int64_t event, dm_filed *row, char hash[33], dm_error *err)
{
    dm_status st = dm_store_load_event(w->r->store, event, w->doc, &w->held, row, err);
    return st == DM_OK ? dm_record_fill(w->r, event, w->held, row, hash, err) : st;
}

static dm_status on_row(void *ctx, int64_t event, dm_error *err)
{
    walk *w = ctx;
    dm_filed row;
    char hash[33];
    dm_status st = load(w, event, &row, hash, err);
    return st == DM_OK ? w->fn(w->ctx, &row, err) : st;
}

dm_status dm_record_review_queue(
    dm_record *r, const dm_filter *filter, dm_verdict verdict, dm_filed_fn *fn, void *ctx, uint64_t *total, dm_error *err)
{
    dm_filter all = DM_FILTER_INIT;
    walk w = { .r = r, .doc = dm_doc_new(), .fn = fn, .ctx = ctx };
    if (!w.doc)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of the record");
    dm_status st = dm_store_review_queue(r->store, filter ? filter : &all, verdict, on_row, &w, total, err);
    dm_doc_free(w.doc);
    return st;
}

static dm_status on_right(void *ctx, int64_t event, dm_str fix, dm_error *err)
{
    walk *w = ctx;
    dm_filed row;
    char hash[33];
    dm_buf line = { 0 };
    dm_status st = load(w, event, &row, hash, err);
    if (st == DM_OK) {
        w->number = strcmp(hash, w->last) == 0 ? w->number + 1 : 1;
        memcpy(w->last, hash, sizeof w->last);
        st = dm_gold_put(&line, &row, fix, w->number, err);
    }
    if (st == DM_OK)
        st = w->line(w->ctx, (dm_str){ line.p, line.len }, err);
    dm_buf_free(&line);
    return st;
}

dm_status dm_record_review_gold(
    dm_record *r, dm_status (*line)(void *ctx, dm_str json, dm_error *err), void *ctx, dm_error *err)
{
    walk w = { .r = r, .doc = dm_doc_new(), .line = line, .ctx = ctx };
    if (!w.doc)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the events of the record");
    dm_status st = dm_store_right(r->store, on_right, &w, err);
    dm_doc_free(w.doc);
    return st;
}

/* --- statistics --- */

typedef struct person {
    char *name;
    uint64_t verdict[DM_VERDICTS];
} person;

typedef struct sums {
    dm_review_stats s;
    person *people;
    size_t n_people;
    int64_t event; /* in hand */
    uint64_t here[DM_VERDICTS], last;
    dm_verdict latest;
    double same, total[DM_VERDICTS], valued; /* coincidences on the diagonal; by verdict; of all */
} sums;

/* The event in hand is told: its latest verdict counts, and what its reviewers agree on. */
static void close_event(sums *a)
{
    uint64_t n = 0, agreed = 0;
    for (int v = 0; v < DM_VERDICTS; v++) {
        n += a->here[v];
        agreed += a->here[v] * (a->here[v] - (a->here[v] > 0)) / 2;
    }
    if (n == 0)
        return;
    a->s.events++;
    a->s.verdict[a->latest]++;
    a->s.pairs += n * (n - 1) / 2;
    a->s.agreed += agreed;
    for (int v = 0; v < DM_VERDICTS && n > 1; v++)
        a->total[v] += (double)a->here[v];
    if (n > 1) {
        a->valued += (double)n;
        a->same += 2.0 * (double)agreed / (double)(n - 1);
    }
    memset(a->here, 0, sizeof a->here);
    a->last = 0;
}

static person *find_person(sums *a, dm_str name)
{
    for (size_t i = 0; i < a->n_people; i++)
        if (dm_str_is(name, a->people[i].name))
            return &a->people[i];
    person *grown = realloc(a->people, (a->n_people + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    a->people = grown;
    grown[a->n_people] = (person){ .name = strndup(name.p ? name.p : "", name.len) };
    return grown[a->n_people].name ? &grown[a->n_people++] : NULL;
}

static dm_status on_said(void *ctx, const dm_said *said, dm_error *err)
{
    sums *a = ctx;
    if (said->event != a->event)
        close_event(a);
    a->event = said->event;
    a->here[said->verdict]++;
    if (said->n > a->last) {
        a->last = said->n;
        a->latest = said->verdict;
    }
    person *p = find_person(a, said->reviewer);
    if (!p)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the reviewers");
    p->verdict[said->verdict]++;
    return DM_OK;
}

static void finish(sums *a)
{
    dm_review_stats *s = &a->s;
    double n = (double)s->events, p = n > 0 ? (double)s->verdict[DM_VERDICT_ACCEPT] / n : NAN, z2 = z_95 * z_95, apart = 0;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n), half = z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    s->precision = p;
    s->low = n > 0 ? fmax(0, middle - half) : NAN;
    s->high = n > 0 ? fmin(1, middle + half) : NAN;
    s->agreement = s->pairs ? (double)s->agreed / (double)s->pairs : NAN;
    for (int v = 0; v < DM_VERDICTS; v++)
        apart += a->total[v] * (a->valued - a->total[v]);
    s->alpha = apart > 0 ? 1 - (a->valued - 1) * (a->valued - a->same) / apart : NAN;
}

static int by_name(const void *a, const void *b) { return strcmp(((const person *)a)->name, ((const person *)b)->name); }

dm_status dm_record_review_stats(dm_record *r, dm_review_stats *out, dm_reviewer_fn *fn, void *ctx, dm_error *err)
{
    sums a = { .event = 0 };
    dm_status st = dm_store_said(r->store, on_said, &a, err);
    close_event(&a);
    finish(&a);
    if (a.n_people)
        qsort(a.people, a.n_people, sizeof *a.people, by_name);
    for (size_t i = 0; i < a.n_people && fn && st == DM_OK; i++) {
        dm_reviewer row = { .name = a.people[i].name };
        memcpy(row.verdict, a.people[i].verdict, sizeof row.verdict);
        st = fn(ctx, &row, err);
    }
    for (size_t i = 0; i < a.n_people; i++)
        free(a.people[i].name);
    free(a.people);
    if (st == DM_OK)
        *out = a.s;
    return st;
}
