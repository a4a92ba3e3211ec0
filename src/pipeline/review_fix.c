// SPDX-License-Identifier: Apache-2.0
/* Fixes: JSON objects with any of event, mode, aux, actor, recipient, date, enddate, instrument. What is absent stays as it was coded.
 * Nothing is kept that the record could not have said itself: types, modes, codes, days are checked. */
#include "pipeline/review_fix.h"
#include "base/json_load.h"
#include "base/str.h"
#include <stdio.h>

enum { PARTIES_MAX = 32, TEXT_MAX = 200, LIST_MAX = 4, YEAR_LEAST = 1000, YEAR_MOST = 9999 };

typedef struct fixing {
    const dm_record *r;
    json_t *out;
    dm_error *err;
} fixing;

static dm_status wrong(const fixing *f, const char *key, const char *what)
{
    return dm_fail(f->err, DM_EUSAGE, 0, "the fix: '%s' has to be %s", key, what);
}

/* The list with one value more, both taken over; NULL when memory ran out. */
static json_t *with(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) == 0)
        return list;
    json_decref(list);
    return NULL;
}

static dm_status keep(const fixing *f, json_t *into, const char *key, json_t *value)
{
    return json_object_set_new(into, key, value) == 0 ? DM_OK : dm_fail(f->err, DM_ENOMEM, 0, "out of memory for a fix");
}

/* A list of words of one kind, at most `most`. */
static dm_status words(const fixing *f, const char *key, const json_t *v, dm_word_kind kind, size_t most)
{
    if (!json_is_array(v) || json_array_size(v) > most)
        return wrong(f, key, most == 1 ? "a list of at most one word" : "a short list of words");
    json_t *list = json_array();
    dm_status st = DM_OK;
    for (size_t i = 0; i < json_array_size(v) && st == DM_OK; i++) {
        const char *text = json_string_value(json_array_get(v, i));
        char word[DM_WORD_MAX];
        unsigned number;
        st = text ? dm_record_word(f->r, kind, text, word, &number, f->err) : wrong(f, key, "a list of words");
        if (st == DM_OK && json_array_append_new(list, json_string(word)) != 0)
            st = dm_fail(f->err, DM_ENOMEM, 0, "out of memory for a fix");
    }
    if (st == DM_OK)
        return keep(f, f->out, key, list);
    json_decref(list);
    return st;
}

static dm_status fix_event(const fixing *f, const char *key, const json_t *v)
{
    if (!json_is_array(v) || json_array_size(v) != 1)
        return wrong(f, key, "a list of one type");
    return words(f, key, v, DM_WORD_TYPE, 1);
}

static dm_status fix_mode(const fixing *f, const char *key, const json_t *v) { return words(f, key, v, DM_WORD_MODE, 1); }

static dm_status fix_aux(const fixing *f, const char *key, const json_t *v)
{
    static const char *const known[] = { "negation", "future", "hypothetical", "historical" };
    unsigned bits = 0;
    if (!json_is_array(v) || json_array_size(v) > LIST_MAX)
        return wrong(f, key, "a list of negation, future, hypothetical, historical");
    for (size_t i = 0; i < json_array_size(v); i++) {
        const char *text = json_string_value(json_array_get(v, i));
        unsigned k = 0;
        while (k < LIST_MAX && !(text && strcmp(text, known[k]) == 0))
            k++;
        if (k == LIST_MAX)
            return wrong(f, key, "a list of negation, future, hypothetical, historical");
        bits |= 1u << k;
    }
    json_t *list = json_array();
    for (unsigned k = 0; k < LIST_MAX; k++)
        if (bits >> k & 1)
            list = with(list, json_string(known[k]));
    return keep(f, f->out, key, list);
}

/* A code of three letters or digits, upper case: those of the tables and those that users bring. */
static bool is_code(const char *s) { return strlen(s) == 3 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 3; }

static dm_status party(const fixing *f, const char *key, const json_t *v, json_t *list)
{
    const char *code = json_string_value(json_object_get(v, "code")), *sector = json_string_value(json_object_get(v, "sector"));
    char known[DM_CODE_MAX];
    if (!json_is_object(v) || (!code && !sector) || (sector && strlen(sector) >= DM_SECTOR_MAX))
        return wrong(f, key, "a list of {\"code\", \"sector\"}");
    if (sector && strspn(sector, "ABCDEFGHIJKLMNOPQRSTUVWXYZ+") != strlen(sector))
        return wrong(f, key, "a list of {\"code\", \"sector\"}, sectors in capitals");
    json_t *one = json_object();
    dm_status st = DM_OK;
    if (code && *code) {
        if (is_code(code))
            memcpy(known, code, sizeof known);
        else
            st = dm_record_code(f->r, code, known, f->err);
        if (st == DM_OK)
            st = keep(f, one, "code", json_string(known));
    }
    if (st == DM_OK && sector && *sector)
        st = keep(f, one, "sector", json_string(sector));
    if (st == DM_OK && json_array_append(list, one) != 0)
        st = dm_fail(f->err, DM_ENOMEM, 0, "out of memory for a fix");
    json_decref(one);
    return st;
}

static dm_status fix_parties(const fixing *f, const char *key, const json_t *v)
{
    if (!json_is_array(v) || json_array_size(v) > PARTIES_MAX)
        return wrong(f, key, "a list of at most 32 parties");
    json_t *list = json_array();
    dm_status st = DM_OK;
    for (size_t i = 0; i < json_array_size(v) && st == DM_OK; i++)
        st = party(f, key, json_array_get(v, i), list);
    if (st == DM_OK)
        return keep(f, f->out, key, list);
    json_decref(list);
    return st;
}

static dm_status fix_day(const fixing *f, const char *key, const json_t *v)
{
    const char *text = json_string_value(v);
    dm_interval i;
    char day[16];
    if (!text || (*text && dm_day_parse(&i, dm_str_of(text), NULL) != DM_OK))
        return wrong(f, key, "a day (YYYY-MM-DD, YYYY-MM or YYYY), or empty");
    if (!*text)
        return keep(f, f->out, key, json_string(""));
    dm_day_format(day, strcmp(key, "date") == 0 ? i.from : i.to);
    return keep(f, f->out, key, json_string(day));
}

static dm_status instrument_part(const fixing *f, json_t *into, const char *key, const json_t *v)
{
    const char *text = json_string_value(v);
    char word[DM_WORD_MAX], code[DM_CODE_MAX];
    unsigned number;
    if (!text || strlen(text) > TEXT_MAX)
        return wrong(f, "instrument", "an object of short texts: type, body, subject, act, name");
    if (!*text)
        return DM_OK;
    dm_status st = DM_OK;
    if (strcmp(key, "type") == 0 || strcmp(key, "act") == 0) {
        st = dm_record_word(f->r, *key == 't' ? DM_WORD_INSTRUMENT : DM_WORD_ACT, text, word, &number, f->err);
        text = word;
    } else if (strcmp(key, "subject") == 0) {
        if (is_code(text))
            memcpy(code, text, sizeof code);
        else
            st = dm_record_code(f->r, text, code, f->err);
        text = code;
    }
    return st == DM_OK ? keep(f, into, key, json_string(text)) : st;
}

static dm_status instrument_years(const fixing *f, json_t *into, const json_t *v)
{
    json_t *list = json_array();
    bool ok = json_is_array(v) && json_array_size(v) <= DM_YEARS_MAX;
    for (size_t i = 0; ok && i < json_array_size(v); i++) {
        json_int_t year = json_integer_value(json_array_get(v, i));
        ok = year >= YEAR_LEAST && year <= YEAR_MOST && json_array_append_new(list, json_integer(year)) == 0;
    }
    if (ok)
        return keep(f, into, "years", list);
    json_decref(list);
    return wrong(f, "instrument", "an object whose years are a list of numbers");
}

static dm_status fix_instrument(const fixing *f, const char *key, const json_t *v)
{
    static const char *const parts[] = { "type", "body", "subject", "act", "name" };
    if (json_is_null(v))
        return keep(f, f->out, key, json_null());
    if (!json_is_object(v))
        return wrong(f, key, "an object, or null for none");
    json_t *into = json_object();
    dm_status st = DM_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == DM_OK; i++)
        if (json_object_get(v, parts[i]))
            st = instrument_part(f, into, parts[i], json_object_get(v, parts[i]));
    if (st == DM_OK && json_object_get(v, "years"))
        st = instrument_years(f, into, json_object_get(v, "years"));
    if (st == DM_OK)
        return keep(f, f->out, key, into);
    json_decref(into);
    return st;
}

static const struct {
    const char *key;
    dm_status (*take)(const fixing *f, const char *key, const json_t *v);
} keys[] = { { "event", fix_event }, { "mode", fix_mode }, { "aux", fix_aux }, { "actor", fix_parties },
    { "recipient", fix_parties }, { "date", fix_day }, { "enddate", fix_day }, { "instrument", fix_instrument } };
enum { KEYS = sizeof keys / sizeof *keys };

static dm_status no_other_keys(const fixing *f, json_t *in)
{
    const char *key;
    json_t *value;
    json_object_foreach(in, key, value)
    {
        size_t i = 0;
        while (i < KEYS && strcmp(keys[i].key, key) != 0)
            i++;
        if (i == KEYS)
            return dm_fail(f->err, DM_EUSAGE, 0,
                "the fix has no place for '%.40s'; there are event, mode, aux, actor, recipient, date, enddate and instrument",
                key);
    }
    return json_object_size(in) ? DM_OK : dm_fail(f->err, DM_EUSAGE, 0, "the fix says nothing; accept or reject the event");
}

static dm_status take_keys(const fixing *f, json_t *in)
{
    dm_status st = no_other_keys(f, in);
    for (size_t i = 0; i < KEYS && st == DM_OK; i++)
        if (json_object_get(in, keys[i].key))
            st = keys[i].take(f, keys[i].key, json_object_get(in, keys[i].key));
    const char *from = json_string_value(json_object_get(f->out, "date")),
               *to = json_string_value(json_object_get(f->out, "enddate"));
    if (st == DM_OK && from && to && *from && *to && strcmp(from, to) > 0)
        st = dm_fail(f->err, DM_EUSAGE, 0, "the fix: 'date' is after 'enddate'");
    return st;
}

dm_status dm_fix_check(const dm_record *r, dm_str text, dm_buf *out, dm_error *err)
{
    json_error_t why;
    bool starved = false;
    json_t *in =
        text.len <= DM_FIX_MAX ? dm_json_load(text.p ? text.p : "", text.len, JSON_REJECT_DUPLICATES, &why, &starved) : NULL;
    if (starved)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a fix");
    if (!json_is_object(in)) {
        json_decref(in);
        return dm_fail(err, DM_EUSAGE, 0, "the fix is no JSON object of at most %d bytes", DM_FIX_MAX);
    }
    fixing f = { r, json_object(), err };
    dm_status st = f.out ? take_keys(&f, in) : dm_fail(err, DM_ENOMEM, 0, "out of memory for a fix");
    char *line = st == DM_OK ? json_dumps(f.out, JSON_COMPACT) : NULL;
    if (st == DM_OK && (!line || dm_buf_add(out, line, strlen(line)) != DM_OK))
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a fix");
    free(line);
    json_decref(f.out);
    json_decref(in);
    return st;
}

/* --- gold --- */

static json_t *codes_of(const dm_party *v, uint32_t n)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < n; i++) {
        bool again = v[i].code[0] == '\0';
        for (uint32_t k = 0; k < i; k++)
            again = again || strcmp(v[k].code, v[i].code) == 0;
        if (!again)
            list = with(list, json_string(v[i].code));
    }
    return list;
}

static json_t *fixed_codes(const json_t *parties)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(parties); i++) {
        json_t *code = json_object_get(json_array_get(parties, i), "code");
        if (code)
            list = with(list, json_incref(code));
    }
    return list;
}

/* Both values taken over. When memory ran out, *into is NULL from then on. */
static void put(json_t **into, const char *key, json_t *value)
{
    if (json_object_set_new(*into, key, value) == 0)
        return;
    json_decref(*into);
    *into = NULL;
}

/* "none known" is null in gold for a side that is empty of codes, though somebody stands there. */
static json_t *side(const json_t *fix, const char *key, const dm_party *v, uint32_t n)
{
    const json_t *fixed = json_object_get(fix, key);
    json_t *list = fixed ? fixed_codes(fixed) : codes_of(v, n);
    bool somebody = fixed ? json_array_size(fixed) > 0 : n > 0;
    if (!list || json_array_size(list) > 0 || !somebody)
        return list;
    json_decref(list);
    return json_null();
}

static json_t *aux_of(const json_t *fix, const dm_event *e)
{
    static const char *const names[] = { "negation", "future", "hypothetical", "historical" };
    json_t *fixed = json_object_get(fix, "aux"), *list = json_array();
    if (fixed) {
        json_decref(list);
        return json_incref(fixed);
    }
    for (unsigned i = 0; i < LIST_MAX; i++)
        if (e->aux >> i & 1)
            list = with(list, json_string(names[i]));
    return list;
}

static json_t *day_of(const json_t *fix, const char *key, const char *other, dm_day coded)
{
    const char *fixed = json_string_value(json_object_get(fix, key));
    char day[16];
    if (!fixed && strcmp(key, "enddate") == 0)
        fixed = json_string_value(json_object_get(fix, other)); /* a new day without an end is one day */
    if (fixed)
        return *fixed ? json_string(fixed) : json_null();
    if (coded == DM_DAY_NONE)
        return json_null();
    dm_day_format(day, coded);
    return json_string(day);
}

static void put_dates(json_t **g, const json_t *fix, const dm_event *e)
{
    bool known = e->when.precision != DM_PREC_UNKNOWN && (e->when.from != DM_DAY_NONE || e->when.to != DM_DAY_NONE);
    json_t *from = day_of(fix, "date", "enddate", known ? e->when.from : DM_DAY_NONE);
    json_t *to = day_of(fix, "enddate", "date", known ? e->when.to : DM_DAY_NONE);
    if (json_is_null(from) && json_is_null(to)) {
        json_decref(from);
        json_decref(to);
        return;
    }
    put(g, "date", json_pack("[o,o]", from, to));
}

static void put_text(json_t **into, const char *key, dm_str s)
{
    if (s.len)
        put(into, key, json_stringn(s.p, s.len));
}

static void put_instrument(json_t **g, const json_t *fix, const dm_instrument *in)
{
    json_t *fixed = json_object_get(fix, "instrument");
    if (fixed) {
        if (!json_is_null(fixed))
            put(g, "instrument", json_incref(fixed));
        return;
    }
    if (!in)
        return;
    json_t *into = json_object(), *years = json_array();
    put_text(&into, "type", in->type);
    put_text(&into, "subject", in->subject);
    put_text(&into, "act", in->act);
    put_text(&into, "body", in->body);
    for (unsigned i = 0; i < in->n_years; i++)
        years = with(years, json_integer(in->years[i]));
    if (in->n_years)
        put(&into, "years", years);
    else
        json_decref(years);
    put(g, "instrument", into);
}

static dm_str base_name(dm_str s)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.p[i - 1] == '/')
            return (dm_str){ s.p + i, s.len - i };
    return s;
}

static void fill_gold(json_t **g, const dm_filed *row, const json_t *fix, unsigned number)
{
    const dm_event *e = row->event;
    const dm_doc *doc = row->doc;
    char id[48];
    snprintf(id, sizeof id, "%.8s-%02u", row->document, number);
    dm_str text = dm_doc_text(doc), name = base_name(dm_doc_meta(doc)->id);
    json_t *type = json_object_get(fix, "event");
    put(g, "id", json_string(id));
    put(g, "doc", json_stringn(name.p ? name.p : "", name.len));
    put(g, "quote", json_stringn(text.p ? text.p + e->trigger.start : "", e->trigger.len));
    put(g, "start", json_integer(dm_doc_codepoint(doc, e->trigger.start)));
    put(g, "event", type ? json_incref(type) : json_pack("[s]", dm_type_name((dm_type)e->type)));
    put(g, "actor", side(fix, "actor", e->actor, e->n_actor));
    put(g, "recipient", side(fix, "recipient", e->recipient, e->n_recipient));
    put(g, "aux", aux_of(fix, e));
    if (e->n_attribution && e->attribution[0].code[0])
        put(g, "attribution", json_string(e->attribution[0].code));
    put_dates(g, fix, e);
    put_instrument(g, fix, e->instrument);
    put(g, "required", json_true());
}

dm_status dm_gold_put(dm_buf *out, const dm_filed *row, dm_str fix, unsigned number, dm_error *err)
{
    bool starved;
    json_t *fixed = fix.len ? dm_json_load(fix.p, fix.len, 0, NULL, &starved) : NULL; /* was checked when it came in */
    json_t *g = fix.len && !fixed ? NULL : json_object();
    if (g)
        fill_gold(&g, row, fixed, number);
    char *line = g ? json_dumps(g, JSON_PRESERVE_ORDER) : NULL;
    dm_status st = DM_OK;
    if (!line || dm_buf_add(out, line, strlen(line)) != DM_OK || dm_buf_add(out, "\n", 1) != DM_OK)
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a gold record");
    free(line);
    json_decref(g);
    json_decref(fixed);
    return st;
}
