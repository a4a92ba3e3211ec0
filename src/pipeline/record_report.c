// SPDX-License-Identifier: Apache-2.0
/* One page about one actor and one recipient: chart, turning points, instruments, every event with its sentence, method. */
#include "pipeline/record.h"
#include "write/report.h"
#include <demarche/instrument.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct reporting {
    dm_record *r;
    const dm_position_query *q;
    dm_position *p;
    dm_buf *b;
    char actor[128], recipient[128], title[400];
    dm_error *err;
} reporting;

static void name_of(const dm_record *r, const char *code, char *out, size_t room)
{
    dm_str s = dm_record_name(r, code);
    snprintf(out, room, "%.*s", DM_FMT(s));
}

static void make_title(reporting *w, dm_str contexts)
{
    name_of(w->r, w->q->actor, w->actor, sizeof w->actor);
    name_of(w->r, w->q->recipient, w->recipient, sizeof w->recipient);
    snprintf(
        w->title, sizeof w->title, "%s toward %s%s%.*s", w->actor, w->recipient, contexts.len ? ": " : "", DM_FMT(contexts));
}

/* "human rights, trade" */
static dm_str context_words(uint64_t contexts, char *out, size_t room)
{
    size_t n = 0;
    const char *name;
    for (unsigned i = 0; (name = dm_context_name(i)) && n + 40 < room; i++)
        if (contexts >> i & 1)
            n += (size_t)snprintf(out + n, room - n, "%s%s", n ? ", " : "", name);
    for (size_t i = 0; i < n; i++)
        out[i] = out[i] == '_' ? ' ' : out[i];
    return (dm_str){ out, n };
}

static dm_status put_chart(reporting *w)
{
    const dm_stance_series series = { dm_position_stance(w->p), w->actor, dm_position_words(w->p), NULL };
    dm_stance_chart chart = DM_STANCE_CHART_INIT;
    chart.title = w->title;
    dm_report_section(w->b, "chart", "Where it stands");
    dm_buf_add(w->b, "<figure>\n", 9);
    dm_status st = dm_write_stance_svg(w->b, &series, 1, &chart, w->err);
    static const char caption[] =
        "<figcaption class=\"meta\">PLOVER's scale from −10 (conflict) to +10 (cooperation). Words and deeds are lanes of "
        "their own; the band is one standard deviation; where there is no evidence nothing is drawn.</figcaption></figure>\n";
    dm_buf_add(w->b, caption, sizeof caption - 1);
    return st;
}

static void put_turns(reporting *w)
{
    size_t n, n_evidence;
    const dm_stance_turn *t = dm_stance_turns(dm_position_stance(w->p), DM_LANE_ALL, &n);
    const dm_evidence *e = dm_position_evidence(w->p, &n_evidence);
    dm_report_section(w->b, "turns", "Turning points");
    if (n == 0)
        dm_html_z(w->b, "No dated evidence.");
    static const char open[] = "<ol class=\"turns\">\n", close[] = "</ol>\n";
    dm_buf_add(w->b, open, sizeof open - 1);
    for (size_t i = 0; i < n; i++) {
        dm_report_turn(w->b, &t[i]);
        for (uint32_t k = 0; k < t[i].n_evidence; k++) {
            uint32_t at = t[i].evidence[k];
            dm_report_quote(w->b, &e[at], dm_position_words(w->p)[at], dm_position_source(w->p)[at], e[at].event);
        }
        dm_report_turn_end(w->b);
    }
    dm_buf_add(w->b, close, sizeof close - 1);
}

/* --- instruments --- */

enum { SERIES_SHOWN = 40, OTHERS_SHOWN = 12, LOOK_BACK = 500 };

typedef struct series_list {
    char id[SERIES_SHOWN][200];
    size_t n;
} series_list;

static dm_status on_series(void *ctx, const dm_series *s, dm_error *err)
{
    (void)err;
    series_list *l = ctx;
    if (l->n == SERIES_SHOWN)
        return DM_END;
    if (strlen(s->id) < sizeof l->id[0])
        strcpy(l->id[l->n++], s->id);
    return DM_OK;
}

static bool takes_part(const dm_part *p, const char *code)
{
    for (size_t i = 0; i < p->n_who; i++)
        if (strcmp(p->who[i].code, code) == 0)
            return true;
    return false;
}

/* Whether the sentence of part i stands at one of the parts before it: one sentence often tells of many years. */
static bool quoted(const dm_life *life, size_t i)
{
    for (size_t k = i, seen = 0; k-- > 0 && seen < LOOK_BACK; seen++)
        if (life->part[k].event == life->part[i].event && life->part[k].event)
            return true;
    return false;
}

/* Years without the actor are left out: the page is about it. A cell of its own parts, one of the others'. */
static void put_year(reporting *w, const dm_life *life, size_t from, size_t to)
{
    bool any = false;
    for (size_t i = from; i < to; i++)
        any |= takes_part(&life->part[i], w->q->actor);
    if (!any)
        return;
    char year[16];
    snprintf(year, sizeof year, "%d", life->part[from].year);
    dm_report_row_begin(w->b, life->part[from].year ? year : "?");
    for (int own = 1; own >= 0; own--) {
        size_t shown = 0;
        for (size_t i = from; i < to && shown < OTHERS_SHOWN; i++)
            if (takes_part(&life->part[i], w->q->actor) == (own == 1))
                dm_report_part(w->b, &life->part[i], shown++ == 0, own == 0, own == 0 && !quoted(life, i));
        dm_report_cell_end(w->b);
    }
    dm_report_row_end(w->b);
}

static void put_life(reporting *w, const dm_life *life)
{
    char name[300], subject[128];
    name_of(w->r, life->series.subject, subject, sizeof subject);
    snprintf(name, sizeof name, "%s on %s%s%s", life->series.name[0] ? life->series.name : life->series.family, subject,
        life->series.body[0] ? ", " : "", life->series.body);
    dm_report_table_begin(w->b, name, w->actor);
    for (size_t from = 0, to = 0; from < life->n; from = to) {
        while (to < life->n && life->part[to].year == life->part[from].year)
            to++;
        put_year(w, life, from, to);
    }
    dm_report_table_end(w->b);
}

static dm_status put_instruments(reporting *w)
{
    series_list *list = calloc(1, sizeof *list);
    if (!list)
        return dm_fail(w->err, DM_ENOMEM, 0, "out of memory for the instruments of a report");
    dm_series_filter f = DM_SERIES_FILTER_INIT;
    f.subject = w->q->recipient;
    f.party = w->q->actor;
    f.since = w->q->stance.since;
    f.until = w->q->stance.until;
    dm_report_section(w->b, "instruments", "Instruments aimed at it");
    dm_status st = dm_record_instruments(w->r, &f, on_series, list, w->err);
    if (st == DM_END)
        st = DM_OK;
    f.party = NULL;
    for (size_t i = 0; i < list->n && st == DM_OK; i++) {
        dm_life *life = NULL;
        if ((st = dm_record_life(w->r, list->id[i], &f, &life, w->err)) == DM_OK)
            put_life(w, life);
        dm_life_free(life);
    }
    if (list->n == 0)
        dm_html_z(w->b, "None in the record.");
    free(list);
    return st;
}

static bool in_window(const dm_stance_opts *o, const dm_evidence *e)
{
    if (e->from == DM_DAY_NONE)
        return o->since == DM_DAY_NONE && o->until == DM_DAY_NONE;
    return (o->since == DM_DAY_NONE || e->to >= o->since) && (o->until == DM_DAY_NONE || e->from <= o->until);
}

static dm_status put_event(
    reporting *w, dm_doc *doc, int64_t *held, int64_t row, const dm_evidence *e, const dm_stance_use *use)
{
    static const char *const values[] = { "position", "told again", "undated", "no stand" };
    dm_filed filed;
    char hash[33];
    dm_status st = dm_store_load_event(w->r->store, row, doc, held, &filed, w->err);
    if (st == DM_OK)
        st = dm_record_fill(w->r, row, *held, &filed, hash, w->err);
    if (st == DM_OK)
        dm_report_event(w->b, &filed, e, use, values[use->fate]);
    return st;
}

/* Each event once, though it may be evidence for several years. */
static dm_status put_events(reporting *w)
{
    size_t n, n_use;
    const dm_evidence *e = dm_position_evidence(w->p, &n);
    const dm_stance_use *use = dm_stance_uses(dm_position_stance(w->p), &n_use);
    dm_doc *doc = dm_doc_new();
    int64_t held = 0, last = 0;
    dm_status st = doc ? DM_OK : dm_fail(w->err, DM_ENOMEM, 0, "out of memory for the events of a report");
    dm_report_section(w->b, "events", "Every event");
    for (size_t i = 0; i < n && st == DM_OK; i++) {
        int64_t row = dm_position_row(w->p, i);
        if ((row > 0 && row == last) || !in_window(&w->q->stance, &e[i]))
            continue;
        if (row > 0)
            st = put_event(w, doc, &held, row, &e[i], &use[i]);
        else
            dm_report_ballot(w->b, &e[i], dm_position_words(w->p)[i], dm_position_source(w->p)[i]);
        last = row;
    }
    dm_doc_free(doc);
    return st;
}

static void put_method(reporting *w)
{
    const dm_stance_info *about = dm_stance_about(dm_position_stance(w->p));
    char text[1600];
    snprintf(text, sizeof text,
        "Each sentence that reports what the actor did, said, refused, planned, voted or signed toward the recipient, or on an "
        "instrument aimed "
        "at it, is one piece of evidence: %llu given, of which %llu are used, %llu tell a happening that is counted already, "
        "%llu are undated and "
        "%llu say nothing of a stand. Its position and weight come from a table (data/stance/weights.tsv); refusals count for "
        "what they mean. The "
        "line is a random walk through time fitted by a Kalman smoother with heavy-tailed noise (a year's change has a "
        "standard deviation of "
        "%.2f, one act of weight 1 one of %.2f); turning points come from a Bayesian segmentation. Events are read from the "
        "text by "
        "demarche %s; follow every one to its sentence before relying on it. See docs/stance.md.",
        (unsigned long long)about->given, (unsigned long long)about->used, (unsigned long long)about->same,
        (unsigned long long)about->undated, (unsigned long long)about->silent, about->drift[DM_LANE_ALL],
        about->noise[DM_LANE_ALL], dm_version());
    dm_report_section(w->b, "method", "Method");
    dm_buf_add(w->b, "<p>", 3);
    dm_html_z(w->b, text);
    dm_buf_add(w->b, "</p>\n", 5);
}

static dm_status put_page(reporting *w)
{
    char contexts[400], intro[600];
    dm_str words = context_words(w->q->contexts, contexts, sizeof contexts);
    make_title(w, words);
    snprintf(
        intro, sizeof intro, "From the record %.200s, by demarche %s.", dm_db_path(dm_store_db(w->r->store)), dm_version());
    dm_report_begin(w->b, w->title, intro);
    dm_status st = put_chart(w);
    if (st == DM_OK)
        put_turns(w);
    if (st == DM_OK)
        st = put_instruments(w);
    if (st == DM_OK)
        st = put_events(w);
    if (st == DM_OK)
        put_method(w);
    dm_report_end(w->b);
    return st == DM_OK && w->b->failed ? dm_fail(w->err, DM_ENOMEM, 0, "out of memory for a report") : st;
}

dm_status dm_record_report(dm_record *r, const dm_position_query *query, dm_buf *out, dm_error *err)
{
    dm_position_query q = *query;
    q.words = true;
    reporting w = { .r = r, .q = &q, .b = out, .err = err };
    dm_status st = dm_record_position(r, &q, &w.p, err);
    if (st == DM_OK)
        st = put_page(&w);
    dm_position_free(w.p);
    return st;
}
