// SPDX-License-Identifier: Apache-2.0
/* One page about one actor and one recipient: chart, turning points, instruments, every event with its sentence, method. */
#include "pipeline/record.h"
#include "write/report.h"
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
    snprintf(w->title, sizeof w->title, "%s toward %s%s%.*s", w->actor, w->recipient, contexts.len ? ": " : "", DM_FMT(contexts));
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
    static const char caption[] = "<figcaption class=\"meta\">PLOVER's scale from −10 (conflict) to +10 (cooperation). Words and deeds are lanes of "
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

static bool in_window(const dm_stance_opts *o, const dm_evidence *e)
{
    if (e->from == DM_DAY_NONE)
        return o->since == DM_DAY_NONE && o->until == DM_DAY_NONE;
    return (o->since == DM_DAY_NONE || e->to >= o->since) && (o->until == DM_DAY_NONE || e->from <= o->until);
}

static dm_status put_event(reporting *w, dm_doc *doc, int64_t *held, int64_t row, const dm_evidence *e, const dm_stance_use *use)
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
        "Each sentence that reports what the actor did, said, refused, planned, voted or signed toward the recipient, or on an instrument aimed "
        "at it, is one piece of evidence: %llu given, of which %llu are used, %llu tell a happening that is counted already, %llu are undated and "
        "%llu say nothing of a stand. Its position and weight come from a table (data/stance/weights.tsv); refusals count for what they mean. The "
        "line is a random walk through time fitted by a Kalman smoother with heavy-tailed noise (a year's change has a standard deviation of "
        "%.2f, one act of weight 1 one of %.2f); turning points come from a Bayesian segmentation. Events are read from the text by "
        "demarche %s; follow every one to its sentence before relying on it. See docs/stance.md.",
        (unsigned long long)about->given, (unsigned long long)about->used, (unsigned long long)about->same, (unsigned long long)about->undated,
        (unsigned long long)about->silent, about->drift[DM_LANE_ALL], about->noise[DM_LANE_ALL], dm_version());
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
    snprintf(intro, sizeof intro, "From the record %.200s, by demarche %s.", w->r->path, dm_version());
    dm_report_begin(w->b, w->title, intro);
    dm_status st = put_chart(w);
    if (st == DM_OK)
        put_turns(w);
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
