// SPDX-License-Identifier: Apache-2.0
/* JSON (RFC 8259) into nodes, without recursion: open lists and objects are on a small stack. */
#include "read/flat.h"
#include <stdlib.h>

typedef struct parser {
    dm_flat *f;
    char *p;
    size_t at, len;
    uint32_t open[DM_FLAT_DEPTH_MAX]; /* nodes of the lists and objects around */
    unsigned depth;
    const char *wrong;
} parser;

static void skip_space(parser *k)
{
    while (k->at < k->len && (k->p[k->at] == ' ' || k->p[k->at] == '\t' || k->p[k->at] == '\n' || k->p[k->at] == '\r'))
        k->at++;
}

static bool fail(parser *k, const char *why)
{
    if (!k->wrong)
        k->wrong = why;
    return false;
}

static dm_node *new_node(parser *k)
{
    dm_flat *f = k->f;
    if (f->n == f->cap) {
        uint32_t cap = f->cap ? f->cap * 2 : 256;
        dm_node *v = cap <= DM_FLAT_NODES_MAX ? realloc(f->v, cap * sizeof *v) : NULL;
        if (!v) {
            fail(k, cap > DM_FLAT_NODES_MAX ? "more than 1048576 values" : "");
            return NULL;
        }
        f->v = v;
        f->cap = cap;
    }
    dm_node *v = &f->v[f->n++];
    *v = (dm_node){ .n = 1 };
    if (k->depth)
        f->v[k->open[k->depth - 1]].members++;
    return v;
}

/* Four hex digits behind \u; -1: they are none. */
static int unit(parser *k)
{
    int v = 0;
    if (k->len - k->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = k->p[k->at++];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        v = v << 4 | digit;
    }
    return v;
}

/* What stands behind a backslash, to out. Never longer than the escape was. */
static bool escape(parser *k, size_t *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = k->at < k->len ? k->p[k->at++] : '\0';
    const char *simple = c ? strchr(from, c) : NULL;
    if (simple) {
        k->p[(*out)++] = to[simple - from];
        return true;
    }
    int cp = c == 'u' ? unit(k) : -1;
    if (cp >= 0xD800 && cp < 0xDC00) {
        bool more = k->len - k->at >= 6 && k->p[k->at] == '\\' && k->p[k->at + 1] == 'u';
        k->at += more ? 2 : 0;
        int low = more ? unit(k) : -1;
        cp = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00) : -1;
    }
    if (cp <= 0 || (cp >= 0xD800 && cp < 0xE000))
        return fail(k, cp == 0 ? "a NUL in a string" : "a bad escape in a string");
    *out += dm_utf8_put(k->p + *out, (uint32_t)cp);
    return true;
}

/* The string whose opening quote is passed. */
static bool string(parser *k, dm_str *s)
{
    size_t from = k->at, out = from;
    for (;;) {
        while (k->at < k->len && k->p[k->at] != '"' && k->p[k->at] != '\\' && (unsigned char)k->p[k->at] >= ' ') {
            if (out != k->at)
                k->p[out] = k->p[k->at];
            out++, k->at++;
        }
        char c = k->at < k->len ? k->p[k->at++] : '\0';
        if (c == '"')
            break;
        if (c != '\\')
            return fail(k, k->at >= k->len ? "a string that does not end" : "a control character in a string");
        if (!escape(k, &out))
            return false;
    }
    *s = (dm_str){ k->p + from, out - from };
    return true;
}

static size_t digits(parser *k)
{
    size_t from = k->at;
    while (k->at < k->len && k->p[k->at] >= '0' && k->p[k->at] <= '9')
        k->at++;
    return k->at - from;
}

enum { EXACT_DIGITS = 15, INTEGER_DIGITS = 18 };

static int64_t number_from(const char *p, size_t n, size_t *fraction)
{
    int64_t v = 0;
    bool behind = false;
    *fraction = 0;
    for (size_t i = 0; i < n; i++) {
        behind |= p[i] == '.';
        if (p[i] < '0' || p[i] > '9')
            continue;
        v = v * 10 + (p[i] - '0');
        *fraction += behind;
    }
    return v;
}

static bool number(parser *k, dm_node *v)
{
    static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16 };
    size_t from = k->at, fraction = 0;
    bool minus = k->p[k->at] == '-', plain = true;
    k->at += minus;
    size_t whole = digits(k), rest = 0;
    if (whole == 0 || (whole > 1 && k->p[from + minus] == '0'))
        return fail(k, "no number");
    v->kind = DM_FLAT_NUMBER;
    v->whole = whole <= INTEGER_DIGITS;
    if (k->at < k->len && k->p[k->at] == '.') {
        k->at++;
        v->whole = false;
        if ((rest = digits(k)) == 0)
            return fail(k, "no digit behind the point of a number");
    }
    if (k->at < k->len && (k->p[k->at] | 32) == 'e') {
        k->at++;
        plain = v->whole = false;
        k->at += k->at < k->len && (k->p[k->at] == '+' || k->p[k->at] == '-');
        if (digits(k) == 0)
            return fail(k, "no digit in the exponent of a number");
    }
    const dm_str text = { k->p + from, k->at - from };
    if (plain &&
        whole + rest <= (v->whole ? INTEGER_DIGITS : EXACT_DIGITS)) { /* exact: both numbers are whole and below 2^53 */
        v->integer = number_from(text.p, text.len, &fraction);
        v->number = (double)v->integer / tens[fraction];
        v->number = minus ? -v->number : v->number;
        v->integer = minus ? -v->integer : v->integer;
        return true;
    }
    return dm_str_double(text, &v->number) || fail(k, "a number out of range");
}

static bool word(parser *k, dm_node *v)
{
    static const struct {
        const char *z;
        dm_flat_kind kind;
    } words[] = { { "true", DM_FLAT_BOOL }, { "false", DM_FLAT_BOOL }, { "null", DM_FLAT_NULL } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].z);
        if (k->len - k->at >= n && memcmp(k->p + k->at, words[i].z, n) == 0) {
            v->kind = (uint8_t)words[i].kind;
            v->whole = i == 0;
            k->at += n;
            return true;
        }
    }
    return fail(k, "no value where one should be");
}

/* A value; a list or object is only opened. */
static bool value(parser *k, dm_str key)
{
    uint32_t at = k->f->n;
    dm_node *v = new_node(k);
    if (!v)
        return false;
    v->key = key;
    char c = k->at < k->len ? k->p[k->at] : '\0';
    if (c == '"') {
        k->at++;
        v->kind = DM_FLAT_STRING;
        return string(k, &v->text);
    }
    if (c != '{' && c != '[')
        return c == '-' || (c >= '0' && c <= '9') ? number(k, v) : word(k, v);
    if (k->depth == DM_FLAT_DEPTH_MAX)
        return fail(k, "lists and objects nested more than 32 deep");
    v->kind = c == '{' ? DM_FLAT_OBJECT : DM_FLAT_LIST;
    k->open[k->depth++] = at;
    k->at++;
    return true;
}

/* The key of the next member and its colon. */
static bool key_of(parser *k, dm_str *key)
{
    if (k->at == k->len || k->p[k->at] != '"')
        return fail(k, "no key where one should be");
    k->at++;
    if (!string(k, key))
        return false;
    skip_space(k);
    if (k->at == k->len || k->p[k->at] != ':')
        return fail(k, "no colon behind a key");
    k->at++;
    skip_space(k);
    return true;
}

/* What follows inside the innermost list or object: its end, or a comma and a member. */
static bool inside(parser *k)
{
    dm_node *v = &k->f->v[k->open[k->depth - 1]];
    bool object = v->kind == DM_FLAT_OBJECT;
    skip_space(k);
    if (k->at == k->len)
        return fail(k, "the line ends inside a value");
    if (k->p[k->at] == (object ? '}' : ']')) {
        k->at++;
        v->n = k->f->n - k->open[--k->depth];
        return true;
    }
    if (v->members) {
        if (k->p[k->at] != ',')
            return fail(k, "no comma between two values");
        k->at++;
        skip_space(k);
    }
    dm_str key = DM_NIL;
    return (!object || key_of(k, &key)) && value(k, key);
}

const char *dm_flat_parse(dm_flat *f, char *p, size_t len, size_t *at)
{
    parser k = { .f = f, .p = p, .len = len };
    f->n = 0;
    skip_space(&k);
    bool ok = value(&k, DM_NIL);
    while (ok && k.depth)
        ok = inside(&k);
    skip_space(&k);
    if (ok && k.at < k.len)
        ok = fail(&k, "something behind the value");
    *at = k.at;
    return ok ? NULL : k.wrong;
}

void dm_flat_free(dm_flat *f)
{
    free(f->v);
    *f = (dm_flat){ 0 };
}
