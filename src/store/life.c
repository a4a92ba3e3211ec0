// SPDX-License-Identifier: Apache-2.0
/* The life of one series: every party's part in it, year by year. An event is a part in each year that its text names, else in that of its
 * day, else in that of the statement; which of these is kept with the part. Tellings of one part become one.
 *
 * What presupposes the instrument (to cosponsor it, to vote on it) can only be done in a year that has an edition: where an event speaks of
 * a span of years ("all such resolutions through 1996") and the same article says in which years the instrument was made, the others are
 * left out, and the trace says so. */
#include "store/series.h"
#include <stdio.h>
#include <stdlib.h>

enum { ROLE_ACTOR, ROLE_RECIPIENT, ROLE_SPEAKER, CODES_BYTES = 256, TRACE_BYTES = 400 };

typedef enum act_role { ACT_OTHER, ACT_MAKES, ACT_TAKES } act_role;

/* A row of data/instruments/acts.tsv. */
typedef struct act_row {
    dm_str act, will, did, did_not;
    act_role role;
    bool asked, refuses;
    uint32_t order;
} act_row;

/* An event of the series as it was read. */
typedef struct tale {
    int64_t event, document, family, happening;
    uint64_t id;
    dm_str type, act, sentence, hash, source, word_of;
    uint8_t event_type, aux, dating;
    int8_t polarity;
    bool joined;
    dm_day day, day_end;
    double confidence;
    int years[DM_YEARS_MAX], n_years, year_to;
    const act_row *row;
    dm_str left_out; /* trace */
    DM_VEC(dm_who) actor;
    DM_VEC(dm_who) recipient;
} tale;

typedef struct piece {
    dm_part part;
    const act_row *row;
    const tale *tale; /* NULL for files */
} piece;

typedef struct box {
    dm_life life; /* first: what callers hold */
    dm_arena arena;
} box;

typedef struct making {
    dm_store *s;
    const dm_series_filter *f;
    dm_series_set *set;
    dm_arena *arena;
    DM_VEC(act_row) acts;
    DM_VEC(tale) tales;
    DM_VEC(piece) pieces;
    dm_str family;
} making;

static dm_status full(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory for the life of an instrument"); }

static dm_str keep(making *m, dm_str s) { return s.len ? dm_arena_str(m->arena, s) : DM_STR(""); }

/* --- the table of acts --- */

static dm_status load_acts(making *m, dm_error *err)
{
    const dm_table *t = dm_tables_get(m->set->tables, "instruments/acts");
    if (!t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'instruments/acts'; compile them again");
    for (uint32_t r = 0; r < dm_table_rows(t); r++) {
        act_row *a = DM_PUSH(m->arena, &m->acts);
        if (!a)
            return full(err);
        dm_str role = dm_table_cell(t, r, dm_table_column(t, "role"));
        *a = (act_row){ .act = dm_table_cell(t, r, dm_table_column(t, "act")),
            .will = dm_table_cell(t, r, dm_table_column(t, "will")),
            .did = dm_table_cell(t, r, dm_table_column(t, "did")),
            .did_not = dm_table_cell(t, r, dm_table_column(t, "did_not")),
            .role = dm_str_is(role, "makes")   ? ACT_MAKES
                    : dm_str_is(role, "takes") ? ACT_TAKES
                                               : ACT_OTHER,
            .asked = dm_str_is(dm_table_cell(t, r, dm_table_column(t, "asked")), "yes"),
            .refuses = dm_str_is(dm_table_cell(t, r, dm_table_column(t, "refuses")), "yes"),
            .order = r };
    }
    return DM_OK;
}

static const act_row *act_of(const making *m, dm_str act)
{
    static const act_row unknown = {
        .will = { "act on *", 8 }, .did = { "acted on *", 10 }, .did_not = { "did not act on *", 16 }, .order = UINT32_MAX
    };
    for (uint32_t i = 0; i < m->acts.n; i++)
        if (dm_str_eq(m->acts.v[i].act, act))
            return &m->acts.v[i];
    return &unknown;
}

/* "submitted *" of a motion on a resolution is "submitted the motion"; the * of the thing itself goes. */
static dm_str words_for(making *m, const char *before, dm_str pattern, dm_str type, const char *behind)
{
    char what[64] = "";
    const char *star = pattern.len ? memchr(pattern.p, '*', pattern.len) : NULL;
    size_t head = star ? (size_t)(star - pattern.p) : pattern.len;
    if (star && !dm_str_eq(type, m->family))
        snprintf(what, sizeof what, "the %.*s", DM_FMT(type));
    while (head && !*what && pattern.p[head - 1] == ' ')
        head--;
    dm_str tail = star ? dm_str_trim((dm_str){ star + 1, (size_t)(pattern.p + pattern.len - star - 1) }) : DM_NIL;
    return dm_arena_printf(m->arena, "%s%.*s%s%s%.*s%s", before, (int)head, pattern.p ? pattern.p : "", what,
        tail.len ? " " : "", DM_FMT(tail), behind);
}

/* --- reading --- */

static bool read_parties(making *m, tale *t, dm_stmt *q, dm_error *err)
{
    char codes[CODES_BYTES];
    size_t n = 0;
    codes[0] = '\0';
    while (dm_stmt_step(q, err) == DM_OK) {
        dm_who who = { .code = "" };
        dm_str code = dm_col_str(q, 1), sector = dm_col_str(q, 2);
        snprintf(who.code, sizeof who.code, "%.*s", DM_FMT(code));
        snprintf(who.sector, sizeof who.sector, "%.*s", DM_FMT(sector));
        int64_t role = dm_col_int(q, 0);
        if (role == ROLE_SPEAKER && who.code[0] && n + 8 < sizeof codes && !strstr(codes, who.code))
            n += (size_t)snprintf(codes + n, sizeof codes - n, "%s%s", n ? " " : "", who.code);
        if (role == ROLE_SPEAKER || (!who.code[0] && !who.sector[0]))
            continue;
        dm_who *to = role == ROLE_ACTOR ? DM_PUSH(m->arena, &t->actor) : DM_PUSH(m->arena, &t->recipient);
        if (!to)
            break;
        *to = who;
    }
    dm_stmt_done(q);
    t->word_of = keep(m, dm_str_of(codes));
    return !m->arena->failed;
}

#define TALE                                                                                                                   \
    "SELECT e.id, e.type, e.aux, e.act, e.polarity, e.confidence, e.when_precision, e.said_precision, s.text,"                 \
    " lower(hex(d.hash)), coalesce(d.publication, d.name), d.family FROM event e JOIN sentence s ON s.n=e.sentence JOIN"       \
    " document d ON d.n=e.document WHERE e.n=?1"

static void fill_tale(making *m, tale *t, dm_stmt *q)
{
    t->id = (uint64_t)dm_col_int(q, 0);
    t->event_type = (uint8_t)dm_col_int(q, 1);
    t->aux = (uint8_t)dm_col_int(q, 2);
    t->act = keep(m, dm_col_str(q, 3));
    t->polarity = (int8_t)dm_col_int(q, 4);
    t->confidence = dm_col_real(q, 5);
    t->dating = t->n_years              ? DM_DATING_TOLD
                : dm_col_int(q, 6)      ? DM_DATING_HAPPENED
                : t->day == DM_DAY_NONE ? DM_DATING_UNKNOWN
                : dm_col_int(q, 7)      ? DM_DATING_SAID
                                        : DM_DATING_PUBLISHED;
    t->sentence = keep(m, dm_col_str(q, 8));
    t->hash = keep(m, dm_col_str(q, 9));
    t->source = keep(m, dm_col_str(q, 10));
    t->family = dm_col_int(q, 11);
    t->row = act_of(m, t->act);
    if (t->n_years == 0) {
        t->years[0] = dm_series_year(t->day);
        t->year_to = dm_series_year(t->day_end);
        t->n_years = 1;
    }
}

static dm_status read_tale(making *m, tale *t, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(m->s), &q, TALE, err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, t->event);
    if ((st = dm_stmt_step(q, err)) != DM_OK)
        return st == DM_END
                   ? dm_fail(err, DM_ECORRUPT, 0, "the record '%s' lacks a part of an event", dm_db_path(dm_store_db(m->s)))
                   : st;
    fill_tale(m, t, q);
    dm_stmt_done(q);
    st = dm_db_use(dm_store_db(m->s), &q, "SELECT role, code, sector FROM party WHERE event=?1 ORDER BY role, place", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, t->event);
    return read_parties(m, t, q, err) ? DM_OK : full(err);
}

static dm_status on_event(void *ctx, const dm_series_event *e, dm_error *err)
{
    making *m = ctx;
    if (!e->party)
        return DM_OK;
    if (m->tales.n == DM_LIFE_EVENTS_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "more than %d events tell of this instrument; ask for one party or for fewer years",
            DM_LIFE_EVENTS_MAX);
    tale *t = DM_PUSH(m->arena, &m->tales);
    if (!t)
        return full(err);
    const dm_series_row *row = dm_series_row_of(m->set, e->instrument);
    *t = (tale){ .event = e->event,
        .document = e->document,
        .happening = e->happening,
        .joined = e->joined,
        .day = e->day,
        .day_end = e->day_end,
        .type = keep(m, row ? row->type : m->family) };
    t->n_years = dm_series_years(e->years, t->years);
    return DM_OK;
}

/* --- editions --- */

static bool has_year(const tale *t, int year)
{
    for (int i = 0; i < t->n_years; i++)
        if (t->years[i] == year)
            return true;
    return false;
}

static bool done(const tale *t) { return !(t->aux & (DM_NEGATION | DM_FUTURE | DM_HYPOTHETICAL)); }

/* The telling of the same article that says in which years the instrument was made. Tales of one article stand together. */
static const tale *made_by(const making *m, uint32_t of)
{
    const tale *t = &m->tales.v[of];
    uint32_t from = of;
    while (from > 0 && m->tales.v[from - 1].document == t->document)
        from--;
    for (uint32_t i = from; i < m->tales.n && m->tales.v[i].document == t->document; i++) {
        const tale *made = &m->tales.v[i];
        if (made->row->role == ACT_MAKES && made->dating == DM_DATING_TOLD && made->n_years > 1 && done(made) &&
            dm_str_eq(made->type, m->family))
            return made;
    }
    return NULL;
}

static void keep_editions(making *m, uint32_t of)
{
    enum { SPAN = 3 }; /* fewer years were named one by one */
    tale *t = &m->tales.v[of];
    const tale *made = t->row->role == ACT_TAKES && t->dating == DM_DATING_TOLD && t->n_years >= SPAN ? made_by(m, of) : NULL;
    char out[TRACE_BYTES];
    size_t n = 0;
    int kept = 0, years[DM_YEARS_MAX];
    for (int i = 0; made && i < t->n_years; i++)
        if (has_year(made, t->years[i]))
            years[kept++] = t->years[i];
        else if (n + 8 < sizeof out)
            n += (size_t)snprintf(out + n, sizeof out - n, "%s%d", n ? ", " : "", t->years[i]);
    if (kept == 0 || kept == t->n_years)
        return;
    memcpy(t->years, years, sizeof years[0] * (size_t)kept);
    t->n_years = kept;
    t->left_out = dm_arena_printf(
        m->arena, "not in %.*s: it was not made then, says event %016llx", (int)n, out, (unsigned long long)made->id);
}

/* --- parts --- */

static bool wanted_year(const making *m, int from, int to)
{
    if (m->f->since == DM_DAY_NONE && m->f->until == DM_DAY_NONE)
        return true;
    return from && (m->f->since == DM_DAY_NONE || to >= dm_series_year(m->f->since)) &&
           (m->f->until == DM_DAY_NONE || from <= dm_series_year(m->f->until));
}

static bool party_wanted(const making *m, const char *code) { return !m->f->party || strcmp(code, m->f->party) == 0; }

/* Whether the act is refused by what kind of event it is: "rejected the treaty's signing". */
static bool refused(const tale *t) { return t->event_type == DM_REJECT && !t->row->refuses; }

static dm_part_status status_of(const tale *t)
{
    if ((t->aux & DM_NEGATION) || refused(t))
        return DM_PART_NEGATED;
    if ((t->aux & DM_FUTURE) || t->event_type == DM_THREATEN)
        return DM_PART_PLANNED;
    return t->aux & DM_HYPOTHETICAL ? DM_PART_HYPOTHETICAL : DM_PART_DONE;
}

static dm_str words_of(making *m, const tale *t, const dm_part *p)
{
    char before[64];
    if (p->request) {
        const char *how = p->status == DM_PART_NEGATED   ? "did not ask"
                          : p->status == DM_PART_DONE    ? "asked"
                          : p->status == DM_PART_PLANNED ? "will ask"
                                                         : "may ask";
        const char *whom = p->asked.code[0] ? p->asked.code : p->asked.sector[0] ? p->asked.sector : "others";
        snprintf(before, sizeof before, "%s %s %sto ", how, whom, p->asked_not ? "not " : "");
        return words_for(m, before, t->row->will, t->type, "");
    }
    bool later = (t->aux & DM_FUTURE) != 0, may = (t->aux & DM_HYPOTHETICAL) != 0;
    if (p->status == DM_PART_NEGATED)
        return later || may ? words_for(m, later ? "will not " : "may not ", t->row->will, t->type, "")
                            : words_for(m, "", t->row->did_not, t->type, "");
    if (p->status == DM_PART_DONE)
        return words_for(m, "", t->row->did, t->type, "");
    return words_for(m,
        p->status == DM_PART_HYPOTHETICAL ? "may "
        : t->event_type == DM_THREATEN    ? "threatened to "
                                          : "will ",
        t->row->will, t->type, "");
}

static dm_str trace_of(making *m, const tale *t)
{
    if (!t->joined)
        return t->left_out.len ? t->left_out : DM_STR("");
    return dm_arena_printf(m->arena,
        "its own words do not name all of the instrument; it is the only such one of the article%s%.*s",
        t->left_out.len ? "; " : "", DM_FMT(t->left_out));
}

/* A request for the opposite of what the act does to the subject: asked not to. The event's polarity has it. */
static bool asked_not(const making *m, const tale *t)
{
    const dm_table *p = dm_tables_get(m->set->tables, "instruments/polarity");
    for (uint32_t r = 0; p && t->polarity && r < dm_table_rows(p); r++)
        if (dm_str_eq(dm_table_cell(p, r, dm_table_column(p, "type")), t->type) &&
            dm_str_eq(dm_table_cell(p, r, dm_table_column(p, "act")), t->act) &&
            !dm_table_cell(p, r, dm_table_column(p, "status")).len) {
            dm_str side = dm_table_cell(p, r, dm_table_column(p, "polarity"));
            int usual = dm_str_is(side, "-1") ? -1 : dm_str_is(side, "1") ? 1 : 0;
            bool negated = (t->aux & DM_NEGATION) != 0; /* not asked to: the polarity was turned for that */
            return usual * t->polarity < 0 && !negated;
        }
    return false;
}

static dm_status add_part(making *m, const tale *t, const dm_who *who, const dm_who *asked, dm_error *err)
{ /* asked: NULL unless it is a request */
    for (int i = 0; i < t->n_years; i++) {
        int to = t->year_to ? t->year_to : t->years[i];
        bool mine = party_wanted(m, who->code) || (asked && party_wanted(m, asked->code));
        piece *p = wanted_year(m, t->years[i], to) && mine ? DM_PUSH(m->arena, &m->pieces) : NULL;
        if (m->arena->failed)
            return full(err);
        if (!p)
            continue;
        *p = (piece){ .row = t->row, .tale = t };
        dm_part *d = &p->part;
        *d = (dm_part){ .year = t->years[i],
            .year_to = to,
            .dating = t->dating,
            .status = (uint8_t)status_of(t),
            .who = who,
            .n_who = 1,
            .type = t->type.p,
            .act = t->act.len ? t->act.p : "",
            .word_of = t->word_of.p,
            .event = t->id,
            .sentence = t->sentence.p,
            .document = t->hash.p,
            .source = t->source.p,
            .day = t->day,
            .day_end = t->day == DM_DAY_NONE ? DM_DAY_NONE : t->day_end,
            .confidence = t->confidence,
            .events = 1,
            .happenings = 1,
            .documents = 1,
            .independent = 1 };
        if (asked) {
            d->request = true;
            d->asked = *asked;
            d->asked_not = asked_not(m, t);
        }
        dm_str words = words_of(m, t, d), trace = trace_of(m, t);
        d->words = words.p;
        d->trace = trace.p;
    }
    return m->arena->failed ? full(err) : DM_OK;
}

static dm_status add_parts(making *m, const tale *t, dm_error *err)
{
    static const dm_who others = { .code = "" };
    bool request = t->event_type == DM_REQUEST && t->row->asked;
    dm_status st = DM_OK;
    for (uint32_t a = 0; a < t->actor.n && st == DM_OK; a++) {
        if (!request || t->recipient.n == 0)
            st = add_part(m, t, &t->actor.v[a], request ? &others : NULL, err);
        for (uint32_t r = 0; request && r < t->recipient.n && st == DM_OK; r++)
            st = add_part(m, t, &t->actor.v[a], &t->recipient.v[r], err);
    }
    return st;
}

/* --- roll calls and treaty actions --- */

static const char *ballot_act(dm_str vote)
{
    return dm_str_is(vote, "yes")       ? "yes"
           : dm_str_is(vote, "no")      ? "no"
           : dm_str_is(vote, "abstain") ? "abstention"
                                        : "absence";
}

/* What a file says: who did it is added by the caller. */
static dm_part *add_filed(making *m, const char *act, const char *type, dm_day day, dm_day day_end)
{
    piece *p = DM_PUSH(m->arena, &m->pieces);
    if (!p)
        return NULL;
    p->row = act_of(m, dm_str_of(act));
    p->part = (dm_part){ .year = dm_series_year(day),
        .year_to = dm_series_year(day_end),
        .dating = DM_DATING_FILE,
        .type = type,
        .act = act,
        .word_of = "",
        .day = day,
        .day_end = day == DM_DAY_NONE ? DM_DAY_NONE : day_end,
        .confidence = 1,
        .sentence = "",
        .trace = "" };
    p->part.words = words_for(m, "", p->row->did, dm_str_of(type), "").p;
    return p->part.words ? &p->part : NULL;
}

typedef struct voters {
    DM_VEC(dm_who) who;
} voters;

static dm_status close_side(making *m, const voters *v, dm_stmt *roll, const char *act, dm_error *err)
{
    if (v->who.n == 0)
        return DM_OK;
    dm_part *p = add_filed(m, act, "vote", (dm_day)dm_col_int(roll, 3), (dm_day)dm_col_int(roll, 4));
    if (!p)
        return full(err);
    p->who = v->who.v;
    p->n_who = v->who.n;
    p->source = keep(m, dm_col_str(roll, 1)).p;
    p->document = keep(m, dm_col_str(roll, 2)).p;
    p->sentence = keep(m, dm_col_str(roll, 6)).p;
    p->trace = keep(m, dm_col_str(roll, 5)).p;
    return m->arena->failed ? full(err) : DM_OK;
}

static dm_status add_ballots(making *m, dm_stmt *roll, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(m->s), &q,
        "SELECT vote, code FROM ballot WHERE rollcall=?1 AND (?2 IS NULL OR code=?2) ORDER BY vote, code", err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, dm_col_int(roll, 0));
    if (m->f->party)
        dm_bind_str(q, 2, dm_str_of(m->f->party));
    voters v = { { 0 } };
    const char *act = "";
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        const char *now = ballot_act(dm_col_str(q, 0));
        if (strcmp(now, act) != 0) {
            if ((st = close_side(m, &v, roll, act, err)) != DM_OK)
                break;
            memset(&v, 0, sizeof v);
            act = now;
        }
        dm_who *w = DM_PUSH(m->arena, &v.who);
        if (w)
            snprintf(w->code, sizeof w->code, "%.*s", DM_FMT(dm_col_str(q, 1)));
    }
    if (st != DM_END) {
        dm_stmt_done(q);
        return st;
    }
    return close_side(m, &v, roll, act, err);
}

static dm_status add_rollcalls(making *m, int64_t instrument, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(m->s), &q,
        "SELECT n, source, reference, day, day_end, resolution, title FROM rollcall WHERE instrument=?1 ORDER BY day, source, "
        "reference",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, instrument);
    while ((st = dm_stmt_step(q, err)) == DM_OK) {
        bool in = wanted_year(m, dm_series_year((dm_day)dm_col_int(q, 3)), dm_series_year((dm_day)dm_col_int(q, 4)));
        if (in && (st = add_ballots(m, q, err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    }
    return st == DM_END ? DM_OK : st;
}

static dm_status add_action(making *m, dm_stmt *q, dm_error *err)
{
    dm_day day = (dm_day)dm_col_int(q, 2), end = (dm_day)dm_col_int(q, 3);
    if (!wanted_year(m, dm_series_year(day), dm_series_year(end)))
        return DM_OK;
    dm_str act = keep(m, dm_col_str(q, 1));
    dm_part *p = add_filed(m, act.len ? act.p : "", "treaty", day, end);
    dm_who *who = dm_arena_alloc(m->arena, 1, sizeof *who);
    if (!p || !who)
        return full(err);
    snprintf(who->code, sizeof who->code, "%.*s", DM_FMT(dm_col_str(q, 0)));
    p->who = who;
    p->n_who = 1;
    p->source = keep(m, dm_col_str(q, 4)).p;
    p->document = "";
    return p->source ? DM_OK : full(err);
}

static dm_status add_actions(making *m, int64_t instrument, dm_error *err)
{
    dm_stmt *q;
    dm_status st = dm_db_use(dm_store_db(m->s), &q,
        "SELECT code, action, day, day_end, source FROM treaty_action WHERE instrument=?1 AND (?2 IS NULL OR code=?2) ORDER BY "
        "day, code",
        err);
    if (st != DM_OK)
        return st;
    dm_bind_int(q, 1, instrument);
    if (m->f->party)
        dm_bind_str(q, 2, dm_str_of(m->f->party));
    while ((st = dm_stmt_step(q, err)) == DM_OK)
        if ((st = add_action(m, q, err)) != DM_OK) {
            dm_stmt_done(q);
            return st;
        }
    return st == DM_END ? DM_OK : st;
}

/* --- tellings of one part become one --- */

static int by_who(const dm_who *a, const dm_who *b)
{
    int d = strcmp(a->code, b->code);
    return d || a->code[0] ? d : strcmp(a->sector, b->sector);
}

/* What makes two tellings the same part. */
static int by_part(const piece *a, const piece *b)
{
    const dm_part *x = &a->part, *y = &b->part;
    if (x->year != y->year)
        return (!x->year) != (!y->year) ? (!x->year) - (!y->year) : x->year - y->year;
    if (a->row->order != b->row->order)
        return a->row->order < b->row->order ? -1 : 1;
    int d = strcmp(x->type, y->type);
    d = d ? d : (int)x->status - (int)y->status;
    d = d ? d : x->year_to - y->year_to;
    d = d ? d : (int)x->request - (int)y->request;
    d = d ? d : by_who(&x->asked, &y->asked);
    d = d ? d : (int)x->asked_not - (int)y->asked_not;
    d = d ? d : strcmp(x->words, y->words);
    d = d ? d : !a->tale - !b->tale;
    return d ? d : a->tale ? by_who(x->who, y->who) : 0;
}

static int in_order(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    int d = by_part(x, y);
    if (d)
        return d;
    if (!x->tale) {
        d = (x->part.day > y->part.day) - (x->part.day < y->part.day);
        d = d ? d : strcmp(x->part.source, y->part.source);
        d = d ? d : strcmp(x->part.document, y->part.document);
        return d ? d : by_who(x->part.who, y->part.who);
    }
    if (x->part.dating != y->part.dating)
        return (int)x->part.dating - (int)y->part.dating;
    if (x->part.confidence < y->part.confidence || x->part.confidence > y->part.confidence)
        return x->part.confidence > y->part.confidence ? -1 : 1;
    d = strcmp(x->part.document, y->part.document); /* by content, not by the order of adding */
    return d ? d : (x->part.event > y->part.event) - (x->part.event < y->part.event);
}

/* Counts of the pieces from to n, the first of which is shown; v has room for them. */
static void count(const piece *from, size_t n, int64_t *v, dm_part *out)
{
    for (size_t i = 0; i < n; i++)
        v[i] = from[i].tale->event;
    out->events = (uint32_t)dm_series_distinct(v, n);
    for (size_t i = 0; i < n; i++)
        v[i] = from[i].tale->happening;
    out->happenings = (uint32_t)dm_series_distinct(v, n);
    for (size_t i = 0; i < n; i++)
        v[i] = from[i].tale->document;
    out->documents = (uint32_t)dm_series_distinct(v, n);
    for (size_t i = 0; i < n; i++)
        v[i] = from[i].tale->family;
    out->independent = (uint32_t)dm_series_distinct(v, n);
}

static dm_status merge(making *m, dm_error *err)
{
    int64_t *v = malloc((m->pieces.n ? m->pieces.n : 1) * sizeof *v);
    if (!v)
        return full(err);
    if (m->pieces.n)
        qsort(m->pieces.v, m->pieces.n, sizeof *m->pieces.v, in_order);
    uint32_t kept = 0;
    for (uint32_t i = 0, k; i < m->pieces.n; i = k) {
        for (k = i + 1; k < m->pieces.n && m->pieces.v[i].tale && by_part(&m->pieces.v[i], &m->pieces.v[k]) == 0;)
            k++;
        piece one = m->pieces.v[i];
        if (one.tale)
            count(m->pieces.v + i, k - i, v, &one.part);
        m->pieces.v[kept++] = one;
    }
    m->pieces.n = kept;
    free(v);
    return DM_OK;
}

/* --- what is still to come --- */

static bool took_part(const dm_part *p, const char *code)
{
    for (size_t i = 0; i < p->n_who; i++)
        if (strcmp(p->who[i].code, code) == 0)
            return true;
    return false;
}

/* The same act, or a vote in a roll call for the one that was spoken of. */
static bool same_act(const dm_part *told, const dm_part *later)
{
    static const char *const votes[][2] = { { "vote_for", "yes" }, { "vote_against", "no" }, { "abstain", "abstention" } };
    if (strcmp(told->act, later->act) == 0)
        return later->dating == DM_DATING_FILE || strcmp(told->type, later->type) == 0;
    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++)
        if (strcmp(told->act, votes[i][0]) == 0 && later->dating == DM_DATING_FILE)
            return true; /* whichever way it voted: the vote is over */
    return false;
}

static bool open_still(const making *m, const dm_part *p)
{
    bool asked = p->request;
    if (p->status != DM_PART_PLANNED && !(asked && p->status == DM_PART_DONE && !p->asked_not))
        return false;
    const char *up_to = asked ? p->asked.code : p->who[0].code;
    for (uint32_t i = 0; i < m->pieces.n; i++) {
        const dm_part *o = &m->pieces.v[i].part;
        bool act = !o->request && (o->status == DM_PART_DONE || o->status == DM_PART_NEGATED) && same_act(p, o);
        if (act && (!o->year || o->year_to >= p->year) && took_part(o, up_to))
            return false;
    }
    return up_to[0] != '\0';
}

static dm_status hand_over(making *m, dm_life *life, dm_error *err)
{
    dm_part *parts = dm_arena_alloc(m->arena, m->pieces.n ? m->pieces.n : 1, sizeof *parts);
    if (!parts)
        return full(err);
    for (uint32_t i = 0; i < m->pieces.n; i++) {
        parts[i] = m->pieces.v[i].part;
        parts[i].open = open_still(m, &m->pieces.v[i].part);
    }
    life->part = parts;
    life->n = m->pieces.n;
    return DM_OK;
}

/* --- all of it --- */

static dm_status gather(making *m, uint32_t series, dm_error *err)
{
    m->family = m->set->series.v[series].family;
    dm_status st = load_acts(m, err);
    if (st == DM_OK)
        st = dm_series_events(m->set, m->f->party, on_event, m, err);
    for (uint32_t i = 0; i < m->tales.n && st == DM_OK; i++)
        st = read_tale(m, &m->tales.v[i], err);
    for (uint32_t i = 0; i < m->tales.n && st == DM_OK; i++)
        keep_editions(m, i);
    for (uint32_t i = 0; i < m->tales.n && st == DM_OK; i++)
        st = add_parts(m, &m->tales.v[i], err);
    for (uint32_t i = 0; i < m->set->rows.n && st == DM_OK; i++)
        if (m->set->rows.v[i].series == series) {
            st = add_rollcalls(m, m->set->rows.v[i].instrument, err);
            if (st == DM_OK)
                st = add_actions(m, m->set->rows.v[i].instrument, err);
        }
    return st == DM_OK ? merge(m, err) : st;
}

static dm_status on_series(void *ctx, const dm_series *s, dm_error *err)
{
    (void)err;
    dm_series *out = ctx;
    const dm_series names = *out;
    if (strcmp(s->id, names.id) == 0) {
        *out = *s;
        out->id = names.id, out->family = names.family, out->body = names.body, out->subject = names.subject,
        out->name = names.name;
        return DM_END;
    }
    return DM_OK;
}

/* Counts as in the list; strings of the life's own. */
static dm_status head(making *m, uint32_t series, dm_series *out, dm_error *err)
{
    const dm_one_series *s = &m->set->series.v[series];
    dm_series_filter only = *m->f;
    *out = (dm_series){ .id = keep(m, s->id).p,
        .family = keep(m, s->family).p,
        .body = keep(m, s->body).p,
        .subject = keep(m, s->subject).p,
        .name = keep(m, s->name).p };
    if (m->arena->failed)
        return full(err);
    only.type = NULL;
    only.vague = true;
    only.text = out->id;
    only.offset = only.limit = 0;
    return dm_store_instruments(m->s, m->set->tables, &only, on_series, out, err);
}

dm_status dm_store_life(
    dm_store *s, const dm_tables *tables, const char *which, const dm_series_filter *f, dm_life **out, dm_error *err)
{
    box *b = calloc(1, sizeof *b);
    dm_series_set set = { 0 };
    uint32_t series = 0;
    if (!b)
        return full(err);
    dm_series_filter all = *f; /* what is named may be vague */
    all.vague = f->vague || which;
    making m = { .s = s, .f = &all, .set = &set, .arena = &b->arena };
    dm_status st = dm_series_load(&set, s, tables, err);
    if (st == DM_OK)
        st = dm_series_want(&set, &all, err);
    if (st == DM_OK)
        st = dm_series_pick(&set, which, &series, err);
    if (st == DM_OK)
        st = gather(&m, series, err);
    if (st == DM_OK)
        st = head(&m, series, &b->life.series, err);
    if (st == DM_OK)
        st = hand_over(&m, &b->life, err);
    dm_series_clear(&set);
    if (st == DM_OK)
        *out = &b->life;
    else
        dm_life_free(&b->life);
    return st;
}

void dm_life_free(dm_life *life)
{
    box *b = (box *)life;
    if (!b)
        return;
    dm_arena_free(&b->arena);
    free(b);
}

const char *dm_dating_name(dm_dating d)
{
    static const char *const names[] = { "file", "told", "happened", "said", "published", "unknown" };
    return d <= DM_DATING_UNKNOWN ? names[d] : "unknown";
}

const char *dm_part_status_name(dm_part_status s)
{
    static const char *const names[] = { "done", "negated", "planned", "hypothetical" };
    return s <= DM_PART_HYPOTHETICAL ? names[s] : "done";
}
