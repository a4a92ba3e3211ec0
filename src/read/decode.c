// SPDX-License-Identifier: Apache-2.0
/* 8-bit bytes to UTF-8 without NULs. Order: declared encoding, valid UTF-8, UTF-8 with a few broken bytes (repaired), detection by
 * ICU. Every repair leaves a note that counts it. Text that is valid UTF-8 never touches ICU, whose data is slow to load. */
#include "base/guard.h"
#include "read/internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

enum {
    DETECT_BYTES = 65536, /* shown to the detector */
    DETECT_CONFIDENCE = 10
};

dm_status dm_note(dm_doc *doc, const char *format, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    dm_str *slot = DM_PUSH(&doc->arena, &doc->notes);
    dm_str copy = dm_arena_str(&doc->arena, (dm_str){ line, len });
    if (!slot || (len && !copy.p))
        return DM_ENOMEM;
    *slot = copy;
    return DM_OK;
}

/* First byte that is no valid UTF-8, or len. */
static size_t valid_prefix(dm_str s)
{
    size_t i = 0;
    while (i < s.len) {
        uint64_t eight;
        while (i + 8 <= s.len && (memcpy(&eight, s.p + i, 8), (eight & 0x8080808080808080u) == 0))
            i += 8;
        if (i >= s.len)
            break;
        uint32_t cp, n = dm_utf8_next(s.p, s.len, i, &cp);
        if (cp == 0xFFFD && n == 1)
            return i;
        i += n;
    }
    return s.len;
}

bool dm_utf8_valid(dm_str s) { return valid_prefix(s) == s.len; }

/* What the bytes look like as UTF-8. */
typedef struct tally {
    size_t good, broken; /* sequences of several bytes; bytes that belong to none */
    size_t unlikely;     /* broken bytes that hardly any 8-bit text has */
    size_t first;        /* of the broken ones */
} tally;

static tally count_utf8(dm_str s)
{
    tally t = { .first = s.len };
    for (size_t i = 0; i < s.len;) {
        uint32_t cp, n = dm_utf8_next(s.p, s.len, i, &cp);
        if (n > 1) {
            t.good++;
        } else if (cp == 0xFFFD) {
            unsigned char c = (unsigned char)s.p[i];
            t.first = t.broken ? t.first : i;
            t.broken++;
            t.unlikely += c >= 0xFE;
        }
        i += n;
    }
    return t;
}

static dm_status no_memory(dm_error *err) { return dm_fail(err, DM_ENOMEM, 0, "out of memory while decoding"); }

static dm_status repair(dm_buf *io, const tally *t, dm_doc *doc, dm_error *err)
{
    dm_buf out = { 0 };
    dm_str s = { io->p, io->len };
    for (size_t i = 0; i < s.len;) {
        size_t good = valid_prefix((dm_str){ s.p + i, s.len - i });
        if (dm_buf_add(&out, s.p + i, good) != DM_OK)
            break;
        i += good;
        if (i < s.len && dm_buf_add(&out, "\xEF\xBF\xBD", 3) != DM_OK)
            break;
        i++;
    }
    if (out.failed || dm_note(doc, "%zu malformed UTF-8 byte%s replaced by U+FFFD, the first at byte %zu", t->broken,
                          t->broken == 1 ? "" : "s", t->first) != DM_OK) {
        dm_buf_free(&out);
        return no_memory(err);
    }
    dm_buf_free(io);
    *io = out;
    return DM_OK;
}

static size_t count_fffd(const char *p, size_t len)
{
    size_t n = 0;
    for (const char *at = p; (at = memmem(at, len - (size_t)(at - p), "\xEF\xBF\xBD", 3)); at += 3)
        n++;
    return n;
}

/* Replaces *io by its decoding; DM_EINPUT if ICU does not know the encoding (io is left). */
static dm_status convert(dm_buf *io, const char *from, const char *how, dm_doc *doc, dm_error *err)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t need = ucnv_convert("UTF-8", from, NULL, 0, io->p, (int32_t)io->len, &e);
    if (e == U_MEMORY_ALLOCATION_ERROR)
        return no_memory(err);
    if (e != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(e))
        return DM_EINPUT;
    char *out = malloc((size_t)need + 1);
    if (!out)
        return no_memory(err);
    e = U_ZERO_ERROR;
    int32_t n = ucnv_convert("UTF-8", from, out, need + 1, io->p, (int32_t)io->len, &e);
    if (U_FAILURE(e)) {
        free(out);
        return e == U_MEMORY_ALLOCATION_ERROR ? no_memory(err) : DM_EINPUT;
    }
    size_t bad = count_fffd(out, (size_t)n);
    dm_buf_free(io);
    *io = (dm_buf){ .p = out, .len = (size_t)n, .cap = (size_t)need + 1 };
    dm_status st = dm_note(doc, "decoded from %s (%s)", from, how);
    if (st == DM_OK && bad)
        st = dm_note(doc, "%zu byte sequence%s not valid in %s replaced by U+FFFD", bad, bad == 1 ? "" : "s", from);
    return st == DM_OK ? st : no_memory(err);
}

static bool same_letters(dm_str a, const char *z)
{
    size_t i = 0;
    for (; i < a.len && z[i]; i++)
        if ((a.p[i] >= 'A' && a.p[i] <= 'Z' ? a.p[i] + 32 : a.p[i]) != z[i])
            return false;
    return i == a.len && !z[i];
}

/* As browsers do: pages that declare Latin-1 or ASCII are windows-1252, and so on. */
static const char *browser_name(dm_str name)
{
    static const char *const alias[][2] = { { "iso-8859-1", "windows-1252" }, { "latin1", "windows-1252" },
        { "latin-1", "windows-1252" }, { "us-ascii", "windows-1252" }, { "ascii", "windows-1252" },
        { "iso-8859-9", "windows-1254" }, { "tis-620", "windows-874" }, { "gb2312", "gb18030" }, { "gbk", "gb18030" },
        { "x-gbk", "gb18030" }, { "ks_c_5601-1987", "windows-949" }, { "euc-kr", "windows-949" },
        { "shift_jis", "windows-31j" }, { "sjis", "windows-31j" }, { "x-sjis", "windows-31j" } };
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++)
        if (same_letters(name, alias[i][0]))
            return alias[i][1];
    return NULL;
}

/* Name of the encoding, "" when none is likely. */
static dm_status detect(char name[64], int *sure, dm_str s, dm_error *err)
{
    uint64_t before = dm_guard_refusals();
    if (!dm_guard_enter())
        return no_memory(err);
    UErrorCode e = U_ZERO_ERROR;
    UCharsetDetector *d = ucsdet_open(&e);
    ucsdet_setText(d, s.p, (int32_t)s.len, &e);
    const UCharsetMatch *m = U_SUCCESS(e) ? ucsdet_detect(d, &e) : NULL;
    const char *found = m && U_SUCCESS(e) ? ucsdet_getName(m, &e) : NULL;
    *sure = found ? (int)ucsdet_getConfidence(m, &e) : 0;
    name[0] = '\0';
    if (found && U_SUCCESS(e) && *sure >= DETECT_CONFIDENCE && strncmp(found, "UTF", 3) != 0) {
        const char *better = browser_name(dm_str_of(found));
        snprintf(name, 64, "%s", better ? better : found);
    }
    if (d)
        ucsdet_close(d);
    dm_guard_leave();
    return dm_guard_refusals() == before && e != U_MEMORY_ALLOCATION_ERROR ? DM_OK : no_memory(err);
}

static dm_status by_detection(dm_buf *io, const tally *t, dm_doc *doc, dm_error *err)
{
    size_t n = io->len < DETECT_BYTES ? io->len : DETECT_BYTES;
    size_t from = t->first + n > io->len ? io->len - n : t->first; /* where the odd bytes are */
    char name[64], how[64];
    int sure = 0;
    dm_status st = detect(name, &sure, (dm_str){ io->p + from, n }, err);
    if (st != DM_OK)
        return st;
    snprintf(how, sizeof how, "detected, confidence %d of 100", sure);
    st = name[0] ? convert(io, name, how, doc, err) : DM_EINPUT;
    return st == DM_EINPUT ? repair(io, t, doc, err) : st;
}

static dm_status drop_nuls(dm_buf *io, dm_doc *doc, dm_error *err)
{
    size_t n = 0, first = 0;
    for (char *p = io->p; (p = memchr(p, 0, io->len - (size_t)(p - io->p)));) {
        first = n ? first : (size_t)(p - io->p);
        n++;
        *p++ = ' ';
    }
    if (n && dm_note(doc, "%zu NUL byte%s replaced by a space, the first at byte %zu", n, n == 1 ? "" : "s", first) != DM_OK)
        return no_memory(err);
    return DM_OK;
}

static dm_status by_declaration(dm_buf *io, dm_str declared, dm_doc *doc, dm_error *err)
{
    char name[64];
    const char *better = browser_name(declared);
    snprintf(name, sizeof name, "%.*s", (int)(declared.len < 60 ? declared.len : 60), declared.p);
    return convert(io, better ? better : name, "declared", doc, err);
}

dm_status dm_decode(dm_buf *io, dm_str declared, bool wide, dm_doc *doc, dm_error *err)
{
    dm_str s = { io->p, io->len };
    dm_status st = DM_OK;
    if (io->len == 0)
        return DM_OK;
    bool utf = wide || declared.len == 0 || same_letters(declared, "utf-8") || same_letters(declared, "utf8") ||
               same_letters(declared, "utf-16"); /* read as bytes, the page cannot be UTF-16 */
    if (!dm_utf8_valid(s)) {
        tally t = count_utf8(s);
        st = utf ? DM_EINPUT : by_declaration(io, declared, doc, err);
        if (st == DM_EINPUT) /* nothing declared, or an encoding that ICU does not know */
            st = t.good >= t.broken || t.unlikely * 2 >= t.broken ? repair(io, &t, doc, err) : by_detection(io, &t, doc, err);
    }
    return st == DM_OK ? drop_nuls(io, doc, err) : st;
}
