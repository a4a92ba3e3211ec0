// SPDX-License-Identifier: Apache-2.0
/* The fast JSON parser of event lines against jansson: what is taken by one is taken by the other, with the same values. Where they may
 * differ: nesting (32 here), numbers that fit no double, whole numbers past 64 bits, bytes that are no UTF-8 (checked before by callers). */
#include "fuzz.h"
#include "read/flat.h"
#include <jansson.h>
#include <math.h>

enum { INPUT_MAX = 1 << 14 };

static const dm_node *same(const dm_node *v, const json_t *j);

static const dm_node *same_members(const dm_node *v, const json_t *j)
{
    const dm_node *m = v + 1;
    for (uint32_t i = 0; i < v->members; i++) {
        if (v->kind == DM_FLAT_LIST) {
            m = same(m, json_array_get(j, i));
            continue;
        }
        const json_t *of = json_object_getn(j, m->key.p ? m->key.p : "", m->key.len);
        fuzz_need(of != NULL, "a key that jansson has, too");
        m = same(m, of);
    }
    return m;
}

/* Node behind v. */
static const dm_node *same(const dm_node *v, const json_t *j)
{
    switch (v->kind) {
    case DM_FLAT_NULL: fuzz_need(json_is_null(j), "the same null"); break;
    case DM_FLAT_BOOL: fuzz_need(json_is_boolean(j) && json_is_true(j) == v->whole, "the same truth"); break;
    case DM_FLAT_NUMBER:
        fuzz_need(json_is_number(j), "both numbers");
        fuzz_need(v->number == json_number_value(j), "the same number");
        fuzz_need(!v->whole || (json_is_integer(j) && json_integer_value(j) == v->integer), "the same whole number");
        break;
    case DM_FLAT_STRING:
        fuzz_need(json_is_string(j) && json_string_length(j) == v->text.len &&
                      (!v->text.len || memcmp(json_string_value(j), v->text.p, v->text.len) == 0),
            "the same string");
        break;
    case DM_FLAT_LIST: fuzz_need(json_is_array(j) && json_array_size(j) == v->members, "lists of one length"); break;
    default: fuzz_need(json_is_object(j) && json_object_size(j) == v->members, "objects of one size");
    }
    const dm_node *end = v->kind >= DM_FLAT_LIST ? same_members(v, j) : v + 1;
    fuzz_need(end == dm_node_next(v), "a value that counts its nodes");
    return end;
}

static bool may_differ(const char *wrong)
{
    return strstr(wrong, "nested more than") || strstr(wrong, "out of range") || strstr(wrong, "more than 1048576");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_flat flat;
    static char copy[INPUT_MAX + 1];
    if (size > INPUT_MAX || !fuzz_utf8((dm_str){ (const char *)data, size }) || memchr(data, 0, size))
        return 0; /* for jansson a NUL behind the value is its end */
    memcpy(copy, data, size);
    size_t at = 0;
    const char *wrong = dm_flat_parse(&flat, copy, size, &at);
    fuzz_need(at <= size, "a place inside the input");
    json_error_t why;
    json_t *j = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
    enum json_error_code code = j ? json_error_unknown : json_error_code(&why);
    if (!wrong && j)
        fuzz_need(same(flat.v, j) == flat.v + flat.n, "nothing behind the value");
    else if (!wrong) /* a key twice, a whole number past 64 bits */
        fuzz_need(code == json_error_duplicate_key || code == json_error_numeric_overflow, "a value that jansson refuses");
    else
        fuzz_need(!j || may_differ(wrong), "a value that jansson takes");
    json_decref(j);
    return 0;
}
