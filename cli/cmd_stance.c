// SPDX-License-Identifier: Apache-2.0
/* demarche stance: where an actor stands toward another, since when, and what changed it. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct args {
    char *as, *svg, *since, *until, *context;
    int evidence;
    double probability;
} args;

/* Actors and recipients that are compared: one of the two lists has one entry. */
typedef struct pairs {
    char actor[DM_STANCE_SERIES_MAX][DM_CODE_MAX], recipient[DM_STANCE_SERIES_MAX][DM_CODE_MAX];
    size_t n_actor, n_recipient;
} pairs;

typedef struct shown {
    dm_position *position[DM_STANCE_SERIES_MAX];
    dm_stance_series series[DM_STANCE_SERIES_MAX];
    char name[DM_STANCE_SERIES_MAX][160];
    char title[400];
    size_t n;
} shown;

static void name_of(const dm_record *r, const char *code, char *out, size_t room)
{
    dm_str s = dm_record_name(r, code);
    snprintf(out, room, "%.*s", (int)s.len, s.p);
}

/* "JPN,France" into codes. */
static dm_status read_codes(const dm_record *r, const char *list, char out[][DM_CODE_MAX], size_t *n, dm_error *err)
{
    dm_status st = DM_OK;
    for (*n = 0; st == DM_OK && *list;) {
        size_t len = strcspn(list, ",");
        char one[128];
        if (*n == DM_STANCE_SERIES_MAX || len >= sizeof one)
            return dm_fail(err, DM_EUSAGE, 0, "at most %d can be compared", DM_STANCE_SERIES_MAX);
        memcpy(one, list, len);
        one[len] = '\0';
        st = dm_record_code(r, one, out[(*n)++], err);
        list += len + (list[len] == ',');
    }
    return st;
}

static dm_status read_pairs(const dm_record *r, const char *actors, const char *recipients, pairs *p, dm_error *err)
{
    dm_status st = read_codes(r, actors, p->actor, &p->n_actor, err);
    if (st == DM_OK)
        st = read_codes(r, recipients, p->recipient, &p->n_recipient, err);
    if (st == DM_OK && p->n_actor != 1 && p->n_recipient != 1)
        st = dm_fail(err, DM_EUSAGE, 0, "compare several actors on one recipient, or one actor on several recipients");
    return st;
}

static dm_status load(dm_record *r, const pairs *p, dm_position_query *q, const char *context, shown *s, dm_error *err)
{
    size_t n = p->n_actor > p->n_recipient ? p->n_actor : p->n_recipient;
    dm_status st = DM_OK;
    char one[120];
    for (s->n = 0; s->n < n && st == DM_OK; s->n++) {
        size_t i = s->n;
        q->actor = p->actor[p->n_actor > 1 ? i : 0];
        q->recipient = p->recipient[p->n_recipient > 1 ? i : 0];
        if ((st = dm_record_position(r, q, &s->position[i], err)) != DM_OK)
            break;
        name_of(r, p->n_recipient > 1 ? q->recipient : q->actor, s->name[i], sizeof s->name[i]);
        size_t count;
        s->series[i] = (dm_stance_series){ dm_position_stance(s->position[i]), s->name[i], dm_position_words(s->position[i]),
            dm_position_evidence(s->position[i], &count) };
    }
    const char *sole = p->n_recipient > 1 ? p->actor[0] : p->recipient[0];
    name_of(r, sole, one, sizeof one);
    if (n == 1)
        snprintf(s->title, sizeof s->title, "%s toward %s", s->name[0], one);
    else
        snprintf(s->title, sizeof s->title, p->n_recipient > 1 ? "%s toward several" : "Toward %s", one);
    size_t len = strlen(s->title);
    snprintf(s->title + len, sizeof s->title - len, "%s%s", context ? ": " : "", context ? context : "");
    return st;
}

/* --- the list of turning points --- */

static void print_day(dm_day from, dm_day to)
{
    char a[16], b[16];
    if (from == DM_DAY_NONE) {
        fputs("undated", stdout);
        return;
    }
    dm_day_format(a, from);
    dm_day_format(b, to == DM_DAY_NONE ? from : to);
    bool whole_years = strcmp(a + 4, "-01-01") == 0 && strcmp(b + 4, "-12-31") == 0;
    if (whole_years)
        a[4] = b[4] = '\0';
    if (strcmp(a, b) == 0)
        fputs(a, stdout);
    else
        printf("%s to %s", a, b);
}

static void print_status(const dm_evidence *e)
{
    static const char *const words[] = { "negated", "planned", "hypothetical", "over" };
    bool any = false;
    for (int i = 0; i < 4; i++)
        if (e->aux >> i & 1) {
            printf("%s%s", any ? ", " : " (", words[i]);
            any = true;
        }
    fputs(any ? ")" : "", stdout);
}

/* What one piece of evidence says, in a few words: "cosponsor resolution (negated)". */
static void print_act(const dm_evidence *e)
{
    if (e->act[0] && e->instrument[0])
        printf("%s %s", e->act, e->instrument);
    else
        printf("%s%s%s", e->type < DM_N_TYPES ? dm_type_name((dm_type)e->type) : "", e->mode[0] ? " " : "", e->mode);
    print_status(e);
}

static void print_evidence(const shown *s, size_t series, uint32_t i, unsigned width)
{
    size_t n;
    const dm_evidence *e = &dm_position_evidence(s->position[series], &n)[i];
    const char *words = dm_position_words(s->position[series])[i], *source = dm_position_source(s->position[series])[i];
    fputs("      ", stdout);
    print_day(e->from, e->to);
    fputs("  ", stdout);
    print_act(e);
    if (e->event)
        printf("  [%016llx]", (unsigned long long)e->event);
    fputc('\n', stdout);
    if (words && words[0]) {
        cli_wrap(words, 8, width);
        printf("        -- %s\n", source && source[0] ? source : "?");
    }
}

static const char *side(double position)
{
    return position <= -4   ? "strongly against"
           : position <= -1 ? "against"
           : position < 1   ? "near the middle"
           : position < 4   ? "toward"
                            : "strongly toward";
}

enum { EVIDENCE_SHOWN = 3, ALSO_SHOWN = 6 };
static const double also_weight = 0.4; /* least weight of what else is told of a stretch */

typedef struct also {
    uint32_t at[ALSO_SHOWN];
    unsigned n;
} also;

/* The piece takes its place among the weightiest, whose order is that of days. */
static void also_add(also *a, const dm_stance_use *use, uint32_t i)
{
    unsigned at = a->n;
    if (a->n == ALSO_SHOWN) {
        unsigned least = 0;
        for (unsigned k = 1; k < a->n; k++)
            if (use[a->at[k]].weight < use[a->at[least]].weight)
                least = k;
        if (use[i].weight <= use[a->at[least]].weight)
            return;
        memmove(a->at + least, a->at + least + 1, (a->n - least - 1) * sizeof *a->at);
        at = a->n - 1;
    } else {
        a->n++;
    }
    for (; at > 0 && use[a->at[at - 1]].day > use[i].day; at--)
        a->at[at] = a->at[at - 1];
    a->at[at] = i;
}

static bool cited(const dm_stance_turn *t, size_t n, const dm_evidence *e, uint32_t i)
{
    for (; n > 0; n--, t++)
        for (uint32_t k = 0; k < t->n_evidence && k < EVIDENCE_SHOWN; k++)
            if (t->evidence[k] == i || (e[i].event && e[t->evidence[k]].event == e[i].event))
                return true;
    return false;
}

/* What else was done and said until the next turn: so that the list tells the whole story, not only its corners. */
static void print_stretch(const shown *s, size_t series, const dm_stance_turn *t, dm_day until, unsigned width)
{
    size_t n, n_use;
    const dm_evidence *e = dm_position_evidence(s->position[series], &n);
    const dm_stance_use *use = dm_stance_uses(s->series[series].stance, &n_use);
    size_t n_turns;
    const dm_stance_turn *turns = dm_stance_turns(s->series[series].stance, DM_LANE_ALL, &n_turns);
    also more = { .n = 0 };
    unsigned rest = 0;
    uint64_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool here = use[i].fate == DM_FATE_USED && use[i].day >= t->day && (until == DM_DAY_NONE || use[i].day < until);
        if (!here || use[i].weight < also_weight || cited(turns, n_turns, e, i) || (e[i].event && e[i].event == last))
            continue;
        last = e[i].event;
        rest++;
        also_add(&more, use, i);
    }
    if (more.n)
        puts("      then:");
    for (unsigned k = 0; k < more.n; k++)
        print_evidence(s, series, more.at[k], width);
    if (rest > more.n)
        printf("      and %u more (--evidence lists all)\n", rest - more.n);
}

static void print_turn(const shown *s, size_t series, const dm_stance_turn *t, unsigned width)
{
    fputs("  ", stdout);
    print_day(t->from != DM_DAY_NONE ? t->from : t->day, t->from != DM_DAY_NONE ? t->to : t->day);
    printf("  %s: ", t->kind == DM_TURN_AGAINST ? "an act the other way" : dm_turn_name((dm_turn_kind)t->kind));
    if (t->kind == DM_TURN_CHANGE || t->kind == DM_TURN_RESUMED)
        printf("%+.1f to %+.1f", t->before, t->after);
    else
        printf("%+.1f", t->after);
    printf(" (%s)", side(t->after));
    if (t->kind == DM_TURN_CHANGE)
        printf(", probability %.2f", t->probability);
    fputc('\n', stdout);
    uint64_t last = 0;
    size_t n;
    const dm_evidence *e = dm_position_evidence(s->position[series], &n);
    for (uint32_t i = 0; i < t->n_evidence && i < EVIDENCE_SHOWN; i++) {
        const dm_evidence *one = &e[t->evidence[i]];
        if (!one->event || one->event != last) /* one sentence may be evidence for several years */
            print_evidence(s, series, t->evidence[i], width);
        last = one->event;
    }
}

static void print_turns(const shown *s, unsigned width)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t n;
        const dm_stance_turn *t = dm_stance_turns(s->series[i].stance, DM_LANE_ALL, &n);
        const dm_stance_info *about = dm_stance_about(s->series[i].stance);
        printf("\n%s%sTurning points", s->n > 1 ? s->name[i] : "", s->n > 1 ? ": " : "");
        printf(" (%llu pieces of evidence, %u happenings in words, %u in deeds)\n", (unsigned long long)about->used,
            about->n[DM_LANE_WORDS], about->n[DM_LANE_DEEDS]);
        if (n == 0)
            puts("  none: the record holds no dated evidence");
        for (size_t k = 0; k < n; k++) {
            print_turn(s, i, &t[k], width);
            print_stretch(s, i, &t[k], k + 1 < n ? t[k + 1].day : DM_DAY_NONE, width);
        }
    }
}

static void print_all_evidence(const shown *s, unsigned width)
{
    static const char *const fates[] = { "", " same happening", " undated", " says nothing of the stand" };
    for (size_t i = 0; i < s->n; i++) {
        size_t n;
        const dm_stance_use *use = dm_stance_uses(s->series[i].stance, &n);
        printf("\n%s%sEvidence\n", s->n > 1 ? s->name[i] : "", s->n > 1 ? ": " : "");
        for (size_t k = 0; k < n; k++) {
            printf("  %+5.1f weight %.2f %s weights.tsv:%u%s\n", use[k].position, use[k].weight,
                dm_lane_name((dm_lane)use[k].lane), use[k].line, fates[use[k].fate]);
            print_evidence(s, i, (uint32_t)k, width);
        }
    }
}

static dm_status print_text(const args *a, const shown *s, dm_error *err)
{
    dm_stance_chart chart = DM_STANCE_CHART_INIT;
    unsigned width = cli_width();
    chart.title = s->title;
    chart.width = width ? width : 80;
    chart.color = cli_color();
    chart.lanes = s->n == 1;
    dm_buf out = { 0 };
    dm_status st = dm_write_stance_text(&out, s->series, s->n, &chart, err);
    if (st == DM_OK) {
        fwrite(out.p, 1, out.len, stdout);
        print_turns(s, chart.width);
        if (a->evidence)
            print_all_evidence(s, chart.width);
    }
    dm_buf_free(&out);
    return st;
}

static dm_status write_svg(const char *path, const shown *s, dm_error *err)
{
    dm_stance_chart chart = DM_STANCE_CHART_INIT;
    chart.title = s->title;
    chart.lanes = s->n == 1;
    dm_buf out = { 0 };
    dm_status st = dm_write_stance_svg(&out, s->series, s->n, &chart, err);
    if (st == DM_OK)
        st = cli_write_file(path, (dm_str){ out.p, out.len }, err);
    dm_buf_free(&out);
    return st;
}

static dm_status print(const args *a, const shown *s, dm_error *err)
{
    dm_status st = a->svg ? write_svg(a->svg, s, err) : DM_OK;
    if (st != DM_OK || (a->svg && !a->as))
        return st;
    if (!a->as || strcmp(a->as, "text") == 0)
        return print_text(a, s, err);
    dm_buf out = { 0 };
    st = strcmp(a->as, "json") == 0 ? dm_write_stance_json(&out, s->series, s->n, err)
                                    : dm_write_stance_csv(&out, s->series, s->n, err);
    if (st == DM_OK)
        fwrite(out.p, 1, out.len, stdout);
    dm_buf_free(&out);
    return st;
}

static dm_status work(const args *a, const char **names, dm_error *err)
{
    dm_record *record = NULL;
    dm_position_query q = DM_POSITION_QUERY_INIT;
    pairs p = { .n_actor = 0 };
    shown s = { .n = 0 };
    if (a->as && strcmp(a->as, "text") != 0 && strcmp(a->as, "json") != 0 && strcmp(a->as, "csv") != 0)
        return dm_fail(err, DM_EUSAGE, 0, "--as %.20s: it is text, json or csv", a->as);
    q.stance.probability = a->probability;
    q.words = a->evidence || a->svg || a->as;
    dm_status st = dm_record_open(&record, names[0], DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = cli_position_query(record, a->since, a->until, a->context, &q, err);
    if (st == DM_OK)
        st = read_pairs(record, names[1], names[2], &p, err);
    if (st == DM_OK)
        st = load(record, &p, &q, a->context, &s, err);
    if (st == DM_OK)
        st = print(a, &s, err);
    for (size_t i = 0; i < DM_STANCE_SERIES_MAX; i++)
        dm_position_free(s.position[i]);
    dm_record_close(record);
    return st;
}

static int run(const args *a, const char **names)
{
    dm_error err = { .msg = "" };
    return cli_pair_named(names, "stance RECORD JPN CHN") ? cli_query_exit(work(a, names, &err), &err) : EXIT_USAGE;
}

int cmd_stance(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "context", 'c', POPT_ARG_STRING, &a.context, 0, "evidence of this PLOVER context only (several: a,b)", "NAME" },
        { "since", 's', POPT_ARG_STRING, &a.since, 0, "show from this day, month or year", "DATE" },
        { "until", 'u', POPT_ARG_STRING, &a.until, 0, "show up to this day, month or year", "DATE" },
        { "probability", 'p', POPT_ARG_DOUBLE, &a.probability, 0, "least probability of a change that is told", "P" },
        { "evidence", 'e', POPT_ARG_NONE, &a.evidence, 0,
            "list every piece of evidence, its value and the table line that gave it", NULL },
        { "svg", 0, POPT_ARG_STRING, &a.svg, 0, "write the chart as SVG", "FILE" },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "form of the output (default text)", "text|json|csv" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD ACTOR[,ACTOR...] RECIPIENT[,RECIPIENT...]");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    char *const strings[] = { a.as, a.svg, a.since, a.until, a.context };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    return code;
}
