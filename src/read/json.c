// SPDX-License-Identifier: Apache-2.0
/* JSON documents: one object a line, or objects one after another with or without brackets around them (arrays, pretty-printed
 * files). Objects are cut out of the stream first and parsed one by one, so that a broken one costs only itself. Keys are found
 * by table (data/read/keys.tsv), in objects inside the object too where the table says so. */
#include "base/json_load.h"
#include "read/internal.h"
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_SHOWN = 160, KEEP_BYTES = 1024 * 1024, KEY_MAX = 64, NEST_MAX = 3, LEVEL_RANK = 1000 };

struct dm_json {
    dm_stream *stream;
    const char *name;             /* for ids */
    const char *shown;            /* for messages */
    bool lines, each;             /* each: an answer for every line */
    char separator;               /* a table: between its cells; else 0 */
    json_t *head;                 /* its columns, once they were read */
    size_t line_max, line, first; /* line: lines passed; first: line on which the object starts, from 1 */
    dm_buf buf;
    json_t *list; /* array of documents found inside an object */
    size_t list_at;
    uint64_t malformed; /* characters of UTF-16 or UTF-32 that were reported so far */
};

dm_status dm_json_open(
    dm_json **out, dm_stream *s, const char *name, const char *shown, bool lines, size_t line_max, dm_error *err)
{
    dm_json *j = calloc(1, sizeof *j);
    if (!j)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    *j = (dm_json){ .stream = s, .name = name, .shown = shown, .lines = lines, .line_max = line_max };
    *out = j;
    return DM_OK;
}

void dm_json_each(dm_json *j) { j->each = true; }

void dm_json_table(dm_json *j, char separator) { j->separator = separator; }

void dm_json_close(dm_json *j)
{
    if (!j)
        return;
    json_decref(j->list);
    json_decref(j->head);
    dm_buf_free(&j->buf);
    free(j);
}

/* The best value found for each field. */
typedef struct found {
    const json_t *value[DM_FIELDS];
    uint32_t rank[DM_FIELDS];
} found;

static dm_str fold_key(const char *key, char *out)
{
    size_t n = 0;
    for (; key[n] && n < KEY_MAX; n++) {
        char c = key[n];
        out[n] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' || c == ' ' ? '_' : c;
    }
    return (dm_str){ out, key[n] ? 0 : n };
}

static bool usable(dm_field field, const json_t *v)
{
    if (field == DM_FD_NEST)
        return json_is_object(v);
    if (field == DM_FD_LIST)
        return json_is_array(v) && json_is_object(json_array_get(v, 0));
    if (field == DM_FD_TEXT)
        return (json_is_string(v) && json_string_length(v) > 0) || (json_is_array(v) && json_is_string(json_array_get(v, 0)));
    if (json_is_string(v))
        return json_string_length(v) > 0;
    return json_is_number(v) ? field == DM_FD_ID || field == DM_FD_DATE : json_is_object(v) && field == DM_FD_PUBLISHER;
}

static void consider(const dm_key *k, const json_t *v, uint32_t level, found *f)
{
    uint32_t rank = 1 + k->rank + level * LEVEL_RANK;
    if (usable((dm_field)k->field, v) && (!f->value[k->field] || rank < f->rank[k->field])) {
        f->value[k->field] = v;
        f->rank[k->field] = rank;
    }
}

static void look(const json_t *object, const dm_rules *rules, uint32_t level, found *f)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)object, key, v)
    {
        char folded[KEY_MAX];
        for (const dm_key *k = dm_rules_key(rules, fold_key(key, folded)); k; k = dm_rules_next_key(rules, k))
            consider(k, v, level, f);
    }
}

/* The keys of the object and of the objects nested in it by known names; nested ones count less. */
static found find_fields(const json_t *object, const dm_rules *rules)
{
    found f = { .value = { NULL } };
    for (uint32_t level = 0; object && level < NEST_MAX; level++) {
        f.value[DM_FD_NEST] = NULL;
        look(object, rules, level, &f);
        object = f.value[DM_FD_NEST];
    }
    return f;
}

static dm_str string_of(const json_t *v)
{
    return json_is_string(v) ? (dm_str){ json_string_value(v), json_string_length(v) } : DM_NIL;
}

/* Text of a value: a string, a number, or the "name" of an object. */
static dm_str scalar(const json_t *v, char *out, size_t size)
{
    if (json_is_object(v)) {
        const json_t *name = json_object_get(v, "name");
        return string_of(name ? name : json_object_get(v, "title"));
    }
    int n = 0;
    if (json_is_integer(v))
        n = snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        n = snprintf(out, size, "%.15g", json_real_value(v));
    else
        return string_of(v);
    return (dm_str){ out, n > 0 && (size_t)n < size ? (size_t)n : 0 };
}

static dm_status add_text(dm_buf *text, const json_t *v)
{
    if (json_is_string(v))
        return dm_buf_add(text, json_string_value(v), json_string_length(v));
    dm_status st = DM_OK;
    for (size_t i = 0; i < json_array_size(v) && st == DM_OK; i++) {
        dm_str s = string_of(json_array_get(v, i));
        if (text->len && s.len)
            st = dm_buf_add(text, "\n\n", 2);
        if (st == DM_OK)
            st = dm_buf_add(text, s.p, s.len);
    }
    return st;
}

static dm_status fill_meta(dm_doc *doc, const found *f)
{
    dm_str *slot[DM_FIELDS] = { [DM_FD_ID] = &doc->meta.id,
        [DM_FD_TITLE] = &doc->meta.title,
        [DM_FD_URL] = &doc->meta.url,
        [DM_FD_PUBLISHER] = &doc->meta.publisher,
        [DM_FD_LANGUAGE] = &doc->meta.language };
    char number[64];
    for (int i = 0; i < DM_FIELDS; i++) {
        if (!f->value[i] || (!slot[i] && i != DM_FD_DATE))
            continue;
        dm_str s = scalar(f->value[i], number, sizeof number);
        dm_status st = i == DM_FD_DATE ? dm_meta_date(doc, s) : dm_meta_set(doc, slot[i], s);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status fill_doc(dm_json *j, dm_doc *doc, const dm_rules *rules, const found *f, dm_error *err)
{
    dm_buf text = { 0 };
    dm_status st = add_text(&text, f->value[DM_FD_TEXT]);
    if (st == DM_OK)
        st = fill_meta(doc, f);
    if (st == DM_OK && !doc->meta.id.len) {
        dm_str id = j->list ? dm_arena_printf(&doc->arena, "%s:%zu:%zu", j->name, j->first, j->list_at)
                            : dm_arena_printf(&doc->arena, "%s:%zu", j->name, j->first);
        doc->meta.id = id;
        st = id.p ? DM_OK : DM_ENOMEM;
    }
    if (st == DM_ENOMEM)
        dm_fail(err, st, 0, "'%.*s', line %zu: out of memory", NAME_MAX_SHOWN, j->shown, j->first);
    if (st == DM_OK)
        st = dm_decode(&text, DM_NIL, true, doc, err); /* only NULs can be left */
    if (st == DM_OK && text.len > DM_DOC_MAX)
        st = dm_fail(err, DM_ELIMIT, j->first, "'%.*s', line %zu: text of %zu bytes, over the limit of %d; split it",
            NAME_MAX_SHOWN, j->shown, j->first, text.len, (int)DM_DOC_MAX);
    if (st == DM_OK)
        st = dm_doc_set_text(doc, (dm_str){ text.p, text.len }, err);
    dm_buf_free(&text);
    return st == DM_OK ? dm_mark_lines(doc, rules, err) : st;
}

static dm_status no_text(const dm_json *j, dm_error *err)
{
    return dm_fail(err, DM_EINPUT, j->first,
        "'%.*s', line %zu: object without text; expected a key like 'text', 'body' or 'content' "
        "with the article",
        NAME_MAX_SHOWN, j->shown, j->first);
}

/* DM_END: the object held a list of documents, which comes next. */
static dm_status take_object(dm_json *j, json_t *object, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    found f = find_fields(object, rules);
    if (f.value[DM_FD_TEXT])
        return fill_doc(j, doc, rules, &f, err);
    if (!f.value[DM_FD_LIST] || j->list)
        return no_text(j, err);
    if (j->each)
        return dm_fail(err, DM_EINPUT, j->first, "'%.*s', line %zu: a list of documents; give one document a line",
            NAME_MAX_SHOWN, j->shown, j->first);
    j->list = json_incref((json_t *)(uintptr_t)f.value[DM_FD_LIST]);
    j->list_at = 0;
    return DM_END;
}

static dm_status next_listed(dm_json *j, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    if (j->list_at >= json_array_size(j->list)) {
        json_decref(j->list);
        j->list = NULL;
        return DM_END;
    }
    json_t *v = json_array_get(j->list, j->list_at++);
    if (!json_is_object(v))
        return dm_fail(err, DM_EINPUT, j->first, "'%.*s', line %zu: element %zu of the list is no object", NAME_MAX_SHOWN,
            j->shown, j->first, j->list_at);
    return take_object(j, v, doc, rules, err);
}

static dm_status cut_object(dm_json *j, bool *over)
{
    if (j->separator) {
        j->first = j->line + 1;
        return dm_csv_cut(j->stream, &j->buf, j->line_max, over, &j->line);
    }
    if (j->lines) {
        dm_status st = dm_stream_line(j->stream, &j->buf, j->line_max, over);
        j->first = ++j->line;
        return st;
    }
    size_t first = 0;
    dm_status st = dm_stream_object(j->stream, &j->buf, j->line_max, over, &j->line, &first);
    j->first = first + 1;
    return st;
}

static dm_status fail_stream(const dm_json *j, dm_status st, dm_error *err)
{
    return st == DM_ENOMEM
               ? dm_fail(err, st, j->first, "'%.*s', line %zu: out of memory", NAME_MAX_SHOWN, j->shown, j->first)
               : dm_fail(err, st, j->first, "'%.*s': cannot read on: %s", NAME_MAX_SHOWN, j->shown, dm_stream_error(j->stream));
}

static dm_status parse(dm_json *j, json_t **out, dm_error *err)
{
    json_error_t e;
    bool starved;
    *out = dm_json_load(j->buf.p, j->buf.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &e, &starved);
    if (starved)
        return fail_stream(j, DM_ENOMEM, err);
    if (!*out)
        return dm_fail(err, DM_EINPUT, j->first, "'%.*s', line %zu: not valid JSON: %.*s, at byte %d of it; skipped",
            NAME_MAX_SHOWN, j->shown, j->first, 120, e.text, e.position);
    if (json_is_object(*out))
        return DM_OK;
    json_decref(*out);
    *out = NULL;
    return dm_fail(
        err, DM_EINPUT, j->first, "'%.*s', line %zu: not a JSON object; skipped", NAME_MAX_SHOWN, j->shown, j->first);
}

/* The row as an object. DM_END: it was the head. */
static dm_status parse_row(dm_json *j, const dm_rules *rules, json_t **out, dm_error *err)
{
    dm_error why = { .msg = "" };
    dm_status st = dm_csv_row(out, j->head, (dm_str){ j->buf.p, j->buf.len }, j->separator, &why);
    if (st != DM_OK)
        return dm_fail(err, st, j->first, "'%.*s', line %zu: %.200s", NAME_MAX_SHOWN, j->shown, j->first, why.msg);
    if (j->head)
        return DM_OK;
    j->head = *out;
    *out = NULL;
    char folded[KEY_MAX];
    for (size_t i = 0; i < json_array_size(j->head); i++)
        for (const dm_key *k = dm_rules_key(rules, fold_key(json_string_value(json_array_get(j->head, i)), folded)); k;
             k = dm_rules_next_key(rules, k))
            if (k->field == DM_FD_TEXT)
                return DM_END;
    j->stream->eof = true; /* the rest is of no use */
    j->stream->at = j->stream->end;
    return dm_fail(err, DM_EINPUT, j->first,
        "'%.*s', line %zu: no column holds the articles; the first line has to name one 'text', 'body' or 'content'",
        NAME_MAX_SHOWN, j->shown, j->first);
}

static bool is_blank(const dm_buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if (!strchr(" \t\r", b->p[i]) || !b->p[i])
            return false;
    return true;
}

/* A byte order mark, which the stream has not taken off when nothing was read ahead. */
static void drop_mark(dm_json *j)
{
    if (j->line != 1 || j->buf.len < 3 || memcmp(j->buf.p, "\xEF\xBB\xBF", 3) != 0)
        return;
    memmove(j->buf.p, j->buf.p + 3, j->buf.len - 3);
    j->buf.len -= 3;
}

static dm_status take_line(dm_json *j, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    json_t *object = NULL;
    dm_status st = dm_decode(&j->buf, DM_NIL, false, doc, err);
    if (st == DM_OK && j->stream->malformed > j->malformed) {
        st = dm_note(doc, "%llu malformed UTF-16 or UTF-32 characters of the stream replaced by U+FFFD, here or shortly after",
            (unsigned long long)(j->stream->malformed - j->malformed));
        j->malformed = j->stream->malformed;
    }
    if (st == DM_OK)
        st = j->separator ? parse_row(j, rules, &object, err) : parse(j, &object, err);
    if (st == DM_OK)
        st = take_object(j, object, doc, rules, err);
    json_decref(object);
    if (j->buf.cap > KEEP_BYTES)
        dm_buf_free(&j->buf);
    return st;
}

dm_status dm_json_next(dm_json *j, dm_doc *doc, const dm_rules *rules, dm_error *err)
{
    for (;;) {
        dm_status st;
        if (j->list && (st = next_listed(j, doc, rules, err)) != DM_END)
            return st;
        bool over = false;
        st = cut_object(j, &over);
        if (st == DM_END)
            return st;
        if (st != DM_OK)
            return fail_stream(j, st, err);
        if (over)
            return dm_fail(err, DM_ELIMIT, j->first, "'%.*s', line %zu: object of more than %zu bytes, over the limit; skipped",
                NAME_MAX_SHOWN, j->shown, j->first, j->line_max);
        if (j->each)
            drop_mark(j);
        if (is_blank(&j->buf) && !j->each)
            continue;
        if (is_blank(&j->buf))
            return dm_fail(err, DM_EINPUT, j->first, "'%.*s', line %zu: empty", NAME_MAX_SHOWN, j->shown, j->first);
        if ((st = take_line(j, doc, rules, err)) != DM_END)
            return st;
    }
}
