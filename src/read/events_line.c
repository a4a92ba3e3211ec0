// SPDX-License-Identifier: Apache-2.0
/* One line of coded events: keys of docs/record.md and of PLOVER's manual. A value that cannot be what its key says rejects the line;
 * a key that is not known is passed over. */
#include "read/events_int.h"
#include <math.h>
#include <stdio.h>

enum { ID_DIGITS = 16, SEQUENCE_MAX = 1 << 20 };

uint32_t dm_count_cp(dm_str s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static void wrong(dm_event_line *l, const char *why, dm_str what)
{
    if (l->wrong)
        return;
    l->wrong = why;
    snprintf(l->what, sizeof l->what, "%.*s", (int)(what.len < 60 ? what.len : 60), what.p ? what.p : "");
}

static dm_str keep(dm_event_line *l, dm_str s) { return s.len ? dm_arena_str(&l->doc->arena, s) : DM_NIL; }

/* A place in the text; false when there is none. */
static bool place_of(dm_event_line *l, const dm_node *o, const char *key, uint32_t *out)
{
    const dm_node *v = dm_node_get(o, key);
    if (!v)
        return false;
    int64_t n = dm_node_is(v, DM_FLAT_NUMBER) && v->whole ? v->integer : -1;
    if (n < 0 || n > DM_DOC_MAX)
        wrong(l, "a place that is no whole number from 0 to 16777216", dm_str_of(key));
    *out = n < 0 || n > DM_DOC_MAX ? 0 : (uint32_t)n;
    return true;
}

/* The one string of a key that holds a string or a list of at most one. */
static dm_str single(dm_event_line *l, const char *key)
{
    const dm_node *v = dm_node_get(l->root, key);
    if (dm_node_is(v, DM_FLAT_STRING))
        return dm_node_str(v);
    if (dm_node_count(v) > 1)
        wrong(l, "more than one value where a line has one", dm_str_of(key));
    const dm_node *first = (dm_node_count(v) ? dm_node_first(v) : NULL);
    if (first && !dm_node_is(first, DM_FLAT_STRING))
        wrong(l, "no string where one should be", dm_str_of(key));
    return dm_node_is(first, DM_FLAT_STRING) ? dm_node_str(first) : DM_NIL;
}

static void copy_z(dm_event_line *l, char *out, size_t room, dm_str s, const char *why)
{
    if (s.len >= room)
        wrong(l, why, s);
    size_t n = s.len < room ? s.len : 0;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

/* --- the document --- */

static dm_str url_of(const dm_node *root)
{
    dm_str url = dm_str_at(dm_node_get(root, "cite_info"), "url");
    return url.len ? url : dm_str_at(root, "link");
}

dm_status dm_event_line_key(const dm_node *root, dm_buf *out)
{
    const dm_node *cite = dm_node_get(root, "cite_info");
    dm_str document = dm_str_at(root, "document");
    const dm_str parts[] = { dm_str_at(root, "doc"), url_of(root), dm_str_at(cite, "title"), dm_str_at(cite, "publication") };
    dm_buf_clear(out);
    if (document.len)
        return dm_buf_add(out, document.p, document.len);
    size_t any = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        any += parts[i].len;
    for (size_t i = 0; any && i < sizeof parts / sizeof *parts; i++) {
        dm_buf_add(out, "\x1f", 1);
        dm_buf_add(out, parts[i].p, parts[i].len);
    }
    return out->failed ? DM_ENOMEM : DM_OK;
}

void dm_event_line_meta(const dm_node *root, dm_doc *doc)
{
    const dm_node *cite = dm_node_get(root, "cite_info");
    const dm_str names[] = { dm_str_at(root, "doc"), url_of(root), dm_str_at(root, "id"), dm_str_at(root, "document") };
    dm_str name = DM_NIL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !name.len; i++)
        name = names[i];
    dm_meta *m = &doc->meta;
    const struct {
        dm_str *slot, value;
    } parts[] = { { &m->id, name }, { &m->url, url_of(root) }, { &m->title, dm_str_at(cite, "title") },
        { &m->publisher, dm_str_at(cite, "publication") }, { &m->language, dm_str_at(cite, "language") } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        *parts[i].slot = parts[i].value.len ? dm_arena_str(&doc->arena, parts[i].value) : DM_NIL;
    dm_interval day;
    dm_str published = dm_str_at(cite, "date");
    if (published.len && dm_day_parse(&day, published, NULL) == DM_OK) {
        m->date = day;
        m->date_source = DM_DATE_GIVEN;
    }
}

/* An export tells when a happening was reported first: where nobody else tells it, that is the article's own day; else it stands in. */
void dm_event_line_published(const dm_node *root, dm_doc *doc, bool *sure)
{
    bool alone = dm_node_int(dm_node_get(root, "reports")) == 1;
    dm_str first = dm_str_at(root, "first_report");
    dm_interval day;
    bool better = doc->meta.date.precision == DM_PREC_UNKNOWN || (alone && !*sure);
    if (first.len && better && dm_day_parse(&day, first, NULL) == DM_OK) {
        doc->meta.date = day;
        doc->meta.date_source = DM_DATE_GIVEN;
        *sure = alone;
    }
}

void dm_event_line_sentence(dm_event_line *l)
{
    const dm_node *info = dm_node_get(l->root, "text_info");
    uint32_t end = 0, sequence = 0;
    l->text = dm_str_at(l->root, "text");
    if (!l->text.len)
        l->text = dm_str_at(l->root, "event_text");
    l->len = dm_count_cp(l->text);
    l->placed = place_of(l, info, "start", &l->at);
    if (l->placed && place_of(l, info, "end", &end) && end != l->at + l->len)
        wrong(l, "text_info: end is not start and the length of text", DM_NIL);
    l->numbered = place_of(l, info, "sequence", &sequence);
    if (l->numbered && (sequence == 0 || sequence > SEQUENCE_MAX))
        wrong(l, "text_info: sequence is no number from 1 to 1048576", DM_NIL);
    l->sequence = sequence ? sequence - 1 : 0;
}

/* --- words at their places --- */

static void quote(dm_event_line *l, dm_str text, uint32_t start, uint32_t len)
{
    if (l->n_piece == DM_PIECES_MAX)
        wrong(l, "more than 512 quoted words", DM_NIL);
    else
        l->piece[l->n_piece++] = (dm_piece){ text, start, len };
}

/* Place of words that come without one: where the sentence has them first; NULL text when it has not. */
static dm_span find_in_sentence(const dm_event_line *l, dm_str words)
{
    const char *p = words.len && l->text.len ? memmem(l->text.p, l->text.len, words.p, words.len) : NULL;
    if (!p)
        return (dm_span){ 0, 0 };
    return (dm_span){ l->at + dm_count_cp((dm_str){ l->text.p, (size_t)(p - l->text.p) }), dm_count_cp(words) };
}

/* Span of the words under `key` of an object with start and end. */
static dm_span words_of(dm_event_line *l, const dm_node *o, const char *key)
{
    dm_str words = dm_str_at(o, key);
    uint32_t start = 0, end = 0;
    if (!place_of(l, o, "start", &start))
        return find_in_sentence(l, words);
    uint32_t len = dm_count_cp(words);
    if (place_of(l, o, "end", &end) && end != start + len)
        wrong(l, "end is not start and the length of the words", words);
    if (words.len)
        quote(l, words, start, len);
    return (dm_span){ start, len };
}

static void fill_party(dm_event_line *l, const dm_node *o, dm_party *p)
{
    dm_str sector = dm_str_at(o, "sector");
    const dm_node *first = dm_node_first(dm_node_get(o, "sector"));
    if (dm_node_is(first, DM_FLAT_STRING))
        sector = dm_node_str(first);
    copy_z(l, p->code, sizeof p->code, dm_str_at(o, "code"), "a code of more than three letters");
    copy_z(l, p->sector, sizeof p->sector, sector, "a sector of more than fifteen letters");
    p->span = words_of(l, o, "entity_text");
}

static void fill_parties(dm_event_line *l, const char *key, dm_party **out, uint32_t *n)
{
    const dm_node *v = dm_node_get(l->root, key);
    size_t count = dm_node_is(v, DM_FLAT_OBJECT) ? 1 : dm_node_count(v);
    if (v && !dm_node_is(v, DM_FLAT_LIST) && !dm_node_is(v, DM_FLAT_OBJECT) && !dm_node_is(v, DM_FLAT_NULL))
        wrong(l, "no list of parties", dm_str_of(key));
    if (count > DM_PIECES_MAX)
        wrong(l, "more than 512 parties", dm_str_of(key));
    if (!count || l->wrong || !(*out = dm_arena_alloc(&l->doc->arena, count, sizeof **out)))
        return;
    const dm_node *o = dm_node_is(v, DM_FLAT_OBJECT) ? v : dm_node_first(v);
    for (size_t i = 0; i < count; i++, o = dm_node_next(o)) {
        if (!dm_node_is(o, DM_FLAT_OBJECT))
            wrong(l, "a party that is no object", dm_str_of(key));
        fill_party(l, o, &(*out)[i]);
    }
    *n = (uint32_t)count;
}

/* --- dates --- */

static dm_interval day_of(dm_event_line *l, dm_str s)
{
    dm_interval i = { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN };
    if (s.len && dm_day_parse(&i, s, NULL) != DM_OK)
        wrong(l, "no date (YYYY-MM-DD)", s);
    return i;
}

static dm_precision precision_of(dm_event_line *l, dm_str name)
{
    for (int p = DM_PREC_DAY; p <= DM_PREC_RANGE; p++)
        if (dm_str_is(name, dm_precision_name((dm_precision)p)))
            return (dm_precision)p;
    wrong(l, "no date_precision", name);
    return DM_PREC_UNKNOWN;
}

static void fill_when(dm_event_line *l)
{
    dm_str from = dm_str_at(l->root, "date"), to = dm_str_at(l->root, "enddate"), name = dm_str_at(l->root, "date_precision");
    dm_interval a = day_of(l, from), b = day_of(l, to), *w = &l->ev.when;
    *w = (dm_interval){ a.from, to.len ? b.to : a.to, from.len ? a.precision : DM_PREC_UNKNOWN };
    if (to.len)
        w->precision = DM_PREC_RANGE;
    if (name.len)
        w->precision = precision_of(l, name);
    if (name.len && !to.len && w->precision != DM_PREC_DAY)
        w->to = DM_DAY_NONE; /* as docs/record.md has it: the end is open */
    if (w->from != DM_DAY_NONE && w->to != DM_DAY_NONE && w->to < w->from)
        wrong(l, "enddate is before date", to);
    if (!from.len && !to.len)
        w->precision = DM_PREC_UNKNOWN;
}

static void fill_said(dm_event_line *l)
{
    dm_str both = dm_str_at(l->root, "statement_date");
    const char *bar = both.len ? memchr(both.p, '/', both.len) : NULL;
    dm_str from = { both.p, bar ? (size_t)(bar - both.p) : both.len }, to = DM_NIL;
    if (bar)
        to = (dm_str){ bar + 1, both.len - from.len - 1 };
    dm_interval a = day_of(l, dm_str_is(from, "..") ? DM_NIL : from), b = day_of(l, dm_str_is(to, "..") ? DM_NIL : to);
    l->ev.said = both.len ? (dm_interval){ a.from, bar ? b.to : a.to, bar ? DM_PREC_RANGE : a.precision }
                          : (dm_interval){ DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN };
}

/* --- what happened --- */

static void fill_aux(dm_event_line *l)
{
    static const char *const names[] = { "negation", "future", "hypothetical", "historical" };
    const dm_node *v, *list = dm_node_get(l->root, "aux");
    size_t i;
    for (v = dm_node_first(list), i = 0; i < dm_node_count(list); i++, v = dm_node_next(v)) {
        dm_str s = dm_node_str(v);
        unsigned bit = 0;
        for (unsigned k = 0; k < sizeof names / sizeof *names; k++)
            bit |= s.p && dm_str_is(s, names[k]) ? 1u << k : 0;
        if (!bit)
            wrong(l, "unknown status in aux", s);
        l->ev.aux = (uint8_t)(l->ev.aux | bit);
    }
}

static void fill_contexts(dm_event_line *l)
{
    const dm_node *v, *list = dm_node_get(l->root, "context");
    size_t i;
    for (v = dm_node_first(list), i = 0; i < dm_node_count(list); i++, v = dm_node_next(v)) {
        dm_str s = dm_node_str(v);
        int bit = s.p ? dm_context_find(s) : -1;
        if (bit < 0)
            wrong(l, "unknown context", s);
        else
            l->ev.contexts |= (uint64_t)1 << bit;
    }
}

static double number_of(dm_event_line *l, const char *key, double missing)
{
    const dm_node *v = dm_node_get(l->root, key);
    if (v && !dm_node_is(v, DM_FLAT_NUMBER) && !dm_node_is(v, DM_FLAT_NULL))
        wrong(l, "no number", dm_str_of(key));
    return dm_node_is(v, DM_FLAT_NUMBER) ? v->number : missing;
}

static void fill_instrument(dm_event_line *l)
{
    const dm_node *o = dm_node_get(l->root, "instrument"), *year;
    if (!dm_node_is(o, DM_FLAT_OBJECT))
        return;
    dm_instrument *in = dm_arena_alloc(&l->doc->arena, 1, sizeof *in);
    if (!in)
        return;
    in->type = keep(l, dm_str_at(o, "type"));
    in->body = keep(l, dm_str_at(o, "body"));
    in->subject = keep(l, dm_str_at(o, "subject"));
    in->act = keep(l, dm_str_at(o, "act"));
    in->name = keep(l, dm_str_at(o, "name"));
    int64_t polarity = dm_node_int(dm_node_get(o, "polarity"));
    if (polarity < -1 || polarity > 1)
        wrong(l, "a polarity other than -1, 0, 1", DM_NIL);
    in->polarity = (int8_t)(polarity < 0 ? -1 : polarity > 0);
    size_t i;
    for (year = dm_node_first(dm_node_get(o, "years")), i = 0; i < dm_node_count(dm_node_get(o, "years"));
         i++, year = dm_node_next(year)) {
        int64_t y = dm_node_int(year);
        if (y < 1 || y > 9999 || in->n_years == DM_YEARS_MAX)
            wrong(l, "a year of the instrument that is none, or more than 64 of them", DM_NIL);
        else
            in->years[in->n_years++] = (int16_t)y;
    }
    l->ev.instrument = in;
}

static void fill_reasons(dm_event_line *l)
{
    const dm_node *list = dm_node_get(l->root, "reason"), *o;
    size_t n = dm_node_count(list), i;
    if (n > DM_PIECES_MAX)
        wrong(l, "more than 512 reasons", DM_NIL);
    if (!n || l->wrong || !(l->ev.reason = dm_arena_alloc(&l->doc->arena, n, sizeof *l->ev.reason)))
        return;
    for (o = dm_node_first(list), i = 0; i < dm_node_count(list); i++, o = dm_node_next(o)) {
        dm_str kind = dm_str_at(o, "kind");
        int k = 0;
        while (k <= DM_CONCESSION && !dm_str_is(kind, dm_reason_name((dm_reason_kind)k)))
            k++;
        if (k > DM_CONCESSION)
            wrong(l, "unknown kind of reason", kind);
        l->ev.reason[l->ev.n_reason++] = (dm_reason){ (uint8_t)k, words_of(l, o, "text") };
    }
}

static void fill_why(dm_event_line *l)
{
    const dm_node *list = dm_node_get(l->root, "why"), *v;
    size_t n = dm_node_count(list), i;
    if (!n || n > DM_PIECES_MAX || !(l->ev.why = dm_arena_alloc(&l->doc->arena, n, sizeof *l->ev.why)))
        return;
    for (v = dm_node_first(list), i = 0; i < dm_node_count(list); i++, v = dm_node_next(v)) {
        if (dm_node_is(v, DM_FLAT_STRING))
            l->ev.why[l->ev.n_why++] = keep(l, dm_node_str(v));
    }
}

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Our ids are numbers in hex; any other is hashed with the document. */
static uint64_t id_of(const dm_event_line *l)
{
    dm_str s = dm_str_at(l->root, "id");
    uint64_t id = 0;
    size_t i = 0;
    for (; s.len == ID_DIGITS && i < s.len && hex_digit(s.p[i]) >= 0; i++)
        id = id << 4 | (uint64_t)hex_digit(s.p[i]);
    if (s.len == ID_DIGITS && i == s.len)
        return id;
    const dm_node *v = dm_node_get(l->root, "id");
    int64_t n = dm_node_int(v);
    uint64_t name = dm_hash(l->doc->meta.id.p, l->doc->meta.id.len, 11);
    if (s.len)
        return dm_hash(s.p, s.len, name);
    if ((dm_node_is(v, DM_FLAT_NUMBER) && v->whole))
        return dm_hash(&n, sizeof n, name);
    uint64_t facts[2] = { dm_hash(l->text.p, l->text.len, name), l->ev.type };
    return dm_hash(facts, sizeof facts, 12);
}

static void fill_trigger(dm_event_line *l)
{
    const dm_node *t = dm_node_get(l->root, "trigger");
    l->ev.trigger =
        dm_node_is(t, DM_FLAT_OBJECT) ? words_of(l, t, "text") : find_in_sentence(l, dm_str_at(l->root, "event_text"));
}

static void fill_type(dm_event_line *l)
{
    dm_str type = single(l, "event");
    dm_type t = type.len ? dm_type_find(type) : DM_TYPE_NONE;
    if (!type.len)
        wrong(l, "no event type", dm_str_of("event"));
    else if (t == DM_TYPE_NONE)
        wrong(l, "unknown event type", type);
    l->ev.type = (uint8_t)t;
    copy_z(l, l->ev.mode, sizeof l->ev.mode, single(l, "mode"), "a mode of more than fifteen letters");
    copy_z(l, l->ev.cameo, sizeof l->ev.cameo, dm_str_at(l->root, "cameo"), "a CAMEO code of more than five digits");
    l->ev.scale = number_of(l, "event_scale", NAN);
    l->ev.goldstein = number_of(l, "goldstein", NAN);
    double quad = number_of(l, "quad_code", 0);
    if (!(quad >= 0 && quad <= 4))
        wrong(l, "a quad_code that is no number from 0 to 4", DM_NIL);
    l->ev.quad = quad >= 0 && quad <= 4 ? (int8_t)quad : 0;
    l->ev.confidence = number_of(l, "confidence", 1); /* somebody's word, not a guess */
    if (!(l->ev.confidence >= 0 && l->ev.confidence <= 1))
        wrong(l, "a confidence outside 0 to 1", DM_NIL);
}

void dm_event_line_fill(dm_event_line *l)
{
    fill_type(l);
    fill_aux(l);
    fill_contexts(l);
    fill_when(l);
    fill_said(l);
    quote(l, l->text, l->at, l->len);
    fill_parties(l, "actor", &l->ev.actor, &l->ev.n_actor);
    fill_parties(l, "recipient", &l->ev.recipient, &l->ev.n_recipient);
    fill_parties(l, "attribution", &l->ev.attribution, &l->ev.n_attribution);
    fill_trigger(l);
    fill_instrument(l);
    fill_reasons(l);
    fill_why(l);
    l->ev.id = id_of(l);
    int64_t happening = dm_node_int(dm_node_get(l->root, "happening"));
    l->happening = happening > 0 ? (uint64_t)happening : 0;
}
