// SPDX-License-Identifier: Apache-2.0
/* What an input is: by its name, and by its first bytes where the name says nothing or is wrong. */
#include "read/internal.h"

enum { SNIFF = 4096, CONTROL_SHARE = 50 /* binary: more than one control character in so many bytes */ };

const char *dm_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

bool dm_has_suffix(const char *path, const char *const *list)
{
    const char *dot = strrchr(dm_base_name(path), '.');
    for (; dot && *list; list++)
        if (strcasecmp(dot + 1, *list) == 0)
            return true;
    return false;
}

static const char *const html_names[] = { "html", "htm", "xhtml", "shtml", NULL };
static const char *const lines_names[] = { "jsonl", "ndjson", "jsonlines", "jl", NULL };

typedef struct magic {
    const char *bytes;
    size_t n;
    const char *what;
} magic;

static const magic magics[] = {
    { "%PDF-", 5, "a PDF document; turn it into text first (pdftotext)" },
    { "7z\xBC\xAF", 4, "a 7z archive; unpack it first" },
    { "Rar!", 4, "a RAR archive; unpack it first" },
    { "\xD0\xCF\x11\xE0", 4, "an old office document; save it as text first" },
    { "{\\rtf", 5, "an RTF document; save it as text first" },
    { "\x89PNG", 4, "an image (PNG), not text" },
    { "\xFF\xD8\xFF", 3, "an image (JPEG), not text" },
    { "GIF8", 4, "an image (GIF), not text" },
    { "\177ELF", 4, "a program, not text" },
    { "SQLite format 3", 15, "a database (SQLite), not text" },
};

/* NULL, or what the bytes are instead of text. */
const char *dm_sniff_binary(const dm_stream *s)
{
    const char *p = s->buf + s->at;
    size_t n = s->end - s->at, control = 0, zero = 0;
    if (s->wide)
        return NULL;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (n >= magics[i].n && memcmp(p, magics[i].bytes, magics[i].n) == 0)
            return magics[i].what;
    n = n < SNIFF ? n : SNIFF;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        zero += c == 0;
        control += c < 32 && c && !strchr("\t\n\v\f\r\b\033", c);
    }
    return (control > 3 && control * CONTROL_SHARE > n) || (zero > 3 && zero * 4 > n) ? "binary data, not text" : NULL;
}

static dm_str look_ahead(const dm_stream *s)
{
    dm_str head = { s->buf + s->at, s->end - s->at };
    return head.len ? dm_str_trim(head) : DM_NIL;
}

static bool starts_nocase(dm_str s, const char *z) { return s.len >= strlen(z) && strncasecmp(s.p, z, strlen(z)) == 0; }

static bool looks_html(dm_str head)
{
    static const char *const tags[] = { "<head", "<body", "<p>", "<p ", "<div", "<article", "<meta", "<title", "<h1" };
    if (starts_nocase(head, "<!doctype html") || starts_nocase(head, "<html"))
        return true;
    if (!head.len || head.p[0] != '<')
        return false;
    for (size_t t = 0; t < sizeof tags / sizeof *tags; t++)
        for (size_t i = 0; i < head.len && i < SNIFF; i++)
            if (head.p[i] == '<' && starts_nocase((dm_str){ head.p + i, head.len - i }, tags[t]))
                return true;
    return false;
}

/* A comment before its first element may be longer than what is looked at: then the name says it. */
bool dm_sniff_feed(const dm_stream *s, const char *path)
{
    dm_str head = look_ahead(s);
    if (!head.len || head.p[0] != '<')
        return false;
    if (dm_has_suffix(path, (const char *const[]){ "rss", "atom", NULL }) && !looks_html(head))
        return true;
    for (size_t i = 0; i < head.len && i < SNIFF; i++) {
        dm_str rest = { head.p + i, head.len - i };
        if (head.p[i] == '<' &&
            (starts_nocase(rest, "<rss") || starts_nocase(rest, "<feed") || starts_nocase(rest, "<rdf:RDF")))
            return true;
    }
    return false;
}

/* First byte after white space from i, or 0. */
static char next_sign(dm_str s, size_t i)
{
    while (i < s.len && strchr(" \t\r\n", s.p[i]) && s.p[i])
        i++;
    return i < s.len ? s.p[i] : 0;
}

static bool looks_json(dm_str head)
{
    if (!head.len)
        return false;
    char next = next_sign(head, 1);
    return (head.p[0] == '{' && (next == '"' || next == '}')) || (head.p[0] == '[' && (next == '{' || next == ']'));
}

/* Does the first line hold a whole object? */
static bool line_is_object(dm_str head)
{
    size_t depth = 0;
    bool string = false;
    for (size_t i = 0; i < head.len && head.p[i] != '\n'; i++) {
        char c = head.p[i];
        if (string) {
            i += c == '\\';
            string = c != '"';
        } else {
            string = c == '"';
            depth += c == '{';
            if (c == '}' && depth && --depth == 0)
                return true;
        }
    }
    return !memchr(head.p, '\n', head.len); /* longer than the window: pretty-printed files are not */
}

dm_format dm_sniff_format(const dm_stream *s, const char *path)
{
    dm_str head = look_ahead(s);
    if (dm_has_suffix(path, lines_names))
        return head.len && head.p[0] == '[' ? DM_FORMAT_JSON : DM_FORMAT_JSON_LINES;
    if (dm_has_suffix(path, html_names))
        return DM_FORMAT_HTML;
    if (dm_has_suffix(path, (const char *const[]){ "csv", NULL }))
        return DM_FORMAT_CSV;
    if (dm_has_suffix(path, (const char *const[]){ "tsv", NULL }))
        return DM_FORMAT_TSV;
    if (looks_json(head) || dm_has_suffix(path, (const char *const[]){ "json", NULL }))
        return head.len && head.p[0] == '{' && line_is_object(head) ? DM_FORMAT_JSON_LINES : DM_FORMAT_JSON;
    return looks_html(head) ? DM_FORMAT_HTML : DM_FORMAT_TEXT;
}

bool dm_sniff_text(const dm_stream *s) { return look_ahead(s).len > 0; }
