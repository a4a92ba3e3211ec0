// SPDX-License-Identifier: Apache-2.0
/* Roll calls: the columns of the UN Digital Library and of E. Voeten's data. */
#include "import/votes.h"
#include <stdio.h>

enum { YEAR_MIN = 1800, YEAR_MAX = 2200, SESSION_ZERO = 1945, SESSION_MAX = 300, HEADER_BYTES = 64 };

/* --- the header --- */

static const struct {
    const char *names; /* separated by blanks */
    dm_votes_column undl, voeten;
} columns[] = {
    { "undl_id", DM_V_ROLL, DM_V_COLUMNS },
    { "rcid", DM_V_COLUMNS, DM_V_ROLL },
    { "ms_code", DM_V_CODE, DM_V_COLUMNS },
    { "ms_name", DM_V_NAME, DM_V_COLUMNS },
    { "ms_vote", DM_V_VOTE, DM_V_COLUMNS },
    { "ccode cow cowcode", DM_V_COLUMNS, DM_V_COW },
    { "iso3 iso3c alpha3 country_code", DM_V_COLUMNS, DM_V_CODE },
    { "country", DM_V_COLUMNS, DM_V_COUNTRY },
    { "countryname country_name", DM_V_COLUMNS, DM_V_NAME },
    { "vote", DM_V_COLUMNS, DM_V_VOTE },
    { "date", DM_V_DATE, DM_V_DATE },
    { "year", DM_V_COLUMNS, DM_V_YEAR },
    { "session", DM_V_SESSION, DM_V_SESSION },
    { "resolution", DM_V_RESOLUTION, DM_V_COLUMNS },
    { "unres", DM_V_COLUMNS, DM_V_RESOLUTION },
    { "title", DM_V_TITLE, DM_V_TITLE },
    { "agenda_title", DM_V_AGENDA, DM_V_COLUMNS },
    { "descr", DM_V_COLUMNS, DM_V_AGENDA },
    { "short", DM_V_COLUMNS, DM_V_COLUMNS },
};

static dm_str lower(dm_str s, char *out)
{
    size_t n = s.len < HEADER_BYTES ? s.len : HEADER_BYTES;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : s.p[i] == ' ' ? '_' : s.p[i]);
    return (dm_str){ out, n };
}

static void read_columns(dm_votes_file *f, const dm_tables *tables, const dm_str *cell, size_t n, dm_votes_form form)
{
    f->form = form;
    f->n_flags = 0;
    for (int i = 0; i < DM_V_COLUMNS; i++)
        f->column[i] = -1;
    for (size_t i = 0; i < n; i++) {
        char buf[HEADER_BYTES];
        dm_str name = lower(cell[i], buf);
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
            dm_votes_column c = form == DM_VOTES_UNDL ? columns[k].undl : columns[k].voeten;
            if (c != DM_V_COLUMNS && f->column[c] < 0 && dm_str_in(name, columns[k].names))
                f->column[c] = (int)i;
        }
        uint64_t flag = form == DM_VOTES_VOETEN ? dm_title_flag(tables, name) : 0;
        if (flag && f->n_flags < sizeof f->flag / sizeof *f->flag) {
            f->flag[f->n_flags].column = (int)i;
            f->flag[f->n_flags++].contexts = flag;
        }
    }
}

static bool enough(const dm_votes_file *f)
{
    return f->column[DM_V_ROLL] >= 0 && f->column[DM_V_VOTE] >= 0 &&
           (f->column[DM_V_CODE] >= 0 || f->column[DM_V_COW] >= 0 || f->column[DM_V_COUNTRY] >= 0 || f->column[DM_V_NAME] >= 0);
}

dm_status dm_votes_header(dm_votes_file *f, const dm_tables *tables, const dm_str *cell, size_t n, dm_error *err)
{
    read_columns(f, tables, cell, n, DM_VOTES_UNDL);
    if (!enough(f))
        read_columns(f, tables, cell, n, DM_VOTES_VOETEN);
    return enough(f) ? DM_OK
                     : dm_fail(err, DM_EINPUT, 1,
                           "the first line names no columns of roll calls: undl_id, ms_code or ms_name, ms_vote (UN Digital "
                           "Library), or "
                           "rcid, vote and one of ccode, Country, Countryname (Voeten)");
}

/* --- cells --- */

static dm_str at(const dm_votes_file *f, dm_votes_column c, const dm_str *cell, size_t n)
{
    dm_str s = f->column[c] >= 0 && (size_t)f->column[c] < n ? cell[f->column[c]] : DM_NIL;
    return dm_str_is(s, "NA") || dm_str_is(s, "NULL") || dm_str_is(s, "NaN") ? DM_NIL : s; /* as R and others write nothing */
}

/* "3", "3.0" */
static int whole(dm_str s)
{
    if (s.len > 2 && s.p[s.len - 1] == '0' && s.p[s.len - 2] == '.')
        s.len -= 2;
    return dm_str_digits(s);
}

static bool make_day(int y, int m, int d, dm_day *from, dm_day *to)
{
    if (y < YEAR_MIN || y > YEAR_MAX || m < 0 || m > 12 || d < 0 || (d && !m) || (m && d > dm_month_days(y, m)))
        return false;
    *from = dm_day_of(y, m ? m : 1, d ? d : 1);
    *to = dm_day_of(y, m ? m : 12, d ? d : dm_month_days(y, m ? m : 12));
    return true;
}

static int month_of(dm_str s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    char three[3];
    for (size_t i = 0; i < 3; i++)
        three[i] = (char)(i < s.len && s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : i < s.len ? s.p[i] : ' ');
    for (int m = 0; m < 12; m++)
        if (s.len >= 3 && memcmp(names + m * 3, three, 3) == 0)
            return m + 1;
    return 0;
}

bool dm_votes_date(dm_str text, dm_day *from, dm_day *to)
{
    int number[3], word = 0;
    size_t n = 0, digits[3];
    text = dm_str_trim(text);
    for (size_t i = 0; i < text.len && n < 3;) {
        size_t k = i;
        while (k < text.len && text.p[k] >= '0' && text.p[k] <= '9')
            k++;
        if (k > i) {
            digits[n] = k - i;
            number[n++] = dm_str_digits((dm_str){ text.p + i, k - i });
            i = k;
            continue;
        }
        int month = month_of((dm_str){ text.p + i, text.len - i });
        if (month && !word) {
            word = month;
            while (i < text.len && ((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z'))
                i++;
            continue;
        }
        if (n && (text.p[i] == 'T' || (text.p[i] == ' ' && n == 3)))
            break; /* a time of the day */
        if (!strchr("-/., ", text.p[i]))
            return false;
        i++;
    }
    if (n == 1 && digits[0] == 8) {
        int y = dm_str_digits((dm_str){ text.p, 4 }), m = dm_str_digits((dm_str){ text.p + 4, 2 });
        return make_day(y, m, dm_str_digits((dm_str){ text.p + 6, 2 }), from, to);
    }
    if (n == 0)
        return false;
    if (word)
        return n == 1                     ? make_day(number[0], word, 0, from, to)
               : n == 2 && digits[1] == 4 ? make_day(number[1], word, number[0], from, to)
                                          : false;
    if (digits[0] == 4)
        return make_day(number[0], n > 1 ? number[1] : 0, n > 2 ? number[2] : 0, from, to);
    if (n != 3 || digits[2] != 4)
        return false;
    bool day_first = number[0] > 12;
    return make_day(number[2], day_first ? number[1] : number[0], day_first ? number[0] : number[1], from, to);
}

/* A session of the General Assembly begins in September of its year. */
static bool date_of(const dm_votes_file *f, const dm_str *cell, size_t n, dm_vote_row *out)
{
    int year = whole(at(f, DM_V_YEAR, cell, n));
    dm_str session = at(f, DM_V_SESSION, cell, n);
    int s = whole(session);
    out->session = s > 0 && s < SESSION_MAX ? s : 0;
    if (dm_votes_date(at(f, DM_V_DATE, cell, n), &out->from, &out->to) || make_day(year, 0, 0, &out->from, &out->to))
        return true;
    if (!out->session)
        return false;
    out->from = dm_day_of(SESSION_ZERO + s, 9, 1);
    out->to = dm_day_of(SESSION_ZERO + s + 1, 8, 31);
    return true;
}

static const char *vote_of(dm_str s, bool *known)
{
    static const struct {
        const char *words, *vote;
    } votes[] = {
        { "Y y yes Yes YES 1 1.0", "yes" },
        { "N n no No NO 3 3.0", "no" },
        { "A a abstain Abstain ABSTAIN abstained 2 2.0", "abstain" },
        { "X x absent Absent ABSENT non-voting 8 8.0", "absent" },
        { "9 9.0", NULL },
    };
    *known = true;
    for (size_t i = 0; i < sizeof votes / sizeof *votes; i++)
        if (dm_str_in(s, votes[i].words))
            return votes[i].vote;
    *known = false;
    return NULL;
}

static dm_str state_of(const dm_votes_file *f, const dm_states *s, const dm_str *cell, size_t n, dm_day day, dm_str *detail)
{
    dm_str alpha = at(f, DM_V_CODE, cell, n), cow = at(f, DM_V_COW, cell, n), country = at(f, DM_V_COUNTRY, cell, n),
           name = at(f, DM_V_NAME, cell, n), code = dm_states_alpha3(s, alpha);
    char digits[8];
    int number = whole(cow);
    if (number >= 0) /* "002", "2.0" */
        cow = (dm_str){ digits, (size_t)snprintf(digits, sizeof digits, "%d", number) };
    *detail = alpha.len               ? alpha
              : cow.len && number < 0 ? cow
              : country.len           ? country
              : name.len              ? name
                                      : at(f, DM_V_COW, cell, n);
    if (!code.len && cow.len)
        code = dm_states_cow(s, cow, day);
    if (!code.len && name.len)
        code = dm_states_name(s, name);
    if (!code.len && country.len > 3)
        code = dm_states_name(s, country);
    if (!code.len && country.len &&
        f->column[DM_V_COW] < 0) /* letters: of the Correlates of War first, for so the data have them */
        code = dm_states_cow(s, country, day).len ? dm_states_cow(s, country, day) : dm_states_alpha3(s, country);
    return code;
}

const char *dm_votes_row(
    const dm_votes_file *f, const dm_states *s, const dm_str *cell, size_t n, dm_vote_row *out, dm_str *detail)
{
    bool known;
    *out = (dm_vote_row){ .roll = at(f, DM_V_ROLL, cell, n), .resolution = at(f, DM_V_RESOLUTION, cell, n) };
    dm_str vote = at(f, DM_V_VOTE, cell, n);
    *detail = vote;
    if (!out->roll.len)
        return "no number of the roll call";
    if (!vote.len)
        return "no vote";
    out->vote = vote_of(vote, &known);
    if (!known)
        return "a vote that is none of Y, N, A, X, 1, 2, 3, 8, 9";
    *detail = at(f, DM_V_DATE, cell, n);
    if (!date_of(f, cell, n, out))
        return "no date, year or session that can be read";
    out->code = state_of(f, s, cell, n, out->from, detail);
    if (!out->code.len)
        return "a state that is not known";
    dm_str title = at(f, DM_V_TITLE, cell, n);
    out->title = title.len ? title : at(f, DM_V_AGENDA, cell, n);
    for (unsigned i = 0; i < f->n_flags; i++)
        if ((size_t)f->flag[i].column < n && whole(cell[f->flag[i].column]) == 1)
            out->flags |= f->flag[i].contexts;
    return NULL;
}
