// SPDX-License-Identifier: Apache-2.0
/* The reader: a stack of inputs still to come, the input that is open, and the choice of format. Folders are listed when their turn
 * comes and put back as their sorted entries. Invariant: whatever fails concerns the input on top, which is gone afterwards. */
#include "base/room.h"
#include "read/internal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 160, SNIFF = 4096 };
enum { LIMIT_NAME_MB = DM_DOC_MAX / 1024 / 1024, HTML_MB = DM_READ_HTML_MAX / 1024 / 1024 };

typedef struct input {
    char *path;  /* or the name of bytes, or of an entry of an archive */
    char *told;  /* how messages name it where that is not the path; else NULL */
    char *bytes; /* NULL: a path */
    size_t len;
    uint32_t depth; /* folders around it that were listed */
    bool lines;     /* one document a line, whatever it looks like */
} input;

struct dm_reader {
    dm_read_opts opts;
    dm_rules rules;
    input *added; /* in the order of dm_reader_add(); added[at..n_added) still to come */
    size_t at, n_added, added_cap;
    input *todo; /* what folders held, a stack: next comes last; goes first */
    size_t n, cap;
    input now;
    dm_stream stream;
    dm_json *json;
    dm_feed *feed;
    dm_unpack *unpack; /* the archive that is open, whose entries are inputs like others */
    input pack;        /* where it came from */
    size_t entries;    /* of it that were read */
    dm_buf raw;
    size_t skipped;
    uint64_t taken; /* bytes of the inputs that are closed */
};

/* ---- queue ---- */

static void input_free(input *in)
{
    free(in->path);
    free(in->told);
    free(in->bytes);
    *in = (input){ .path = NULL };
}

static bool push(input **list, size_t *n, size_t *cap, input in)
{
    if (!DM_ROOM(*list, *n, *cap, 16))
        return false;
    (*list)[(*n)++] = in;
    return true;
}

static dm_status enqueue(dm_reader *r, input in, dm_error *err)
{
    if (in.path && push(&r->added, &r->n_added, &r->added_cap, in))
        return DM_OK;
    input_free(&in);
    return dm_fail(err, DM_ENOMEM, 0, "out of memory");
}

dm_status dm_reader_open(dm_reader **out, const dm_read_opts *opts, dm_error *err)
{
    dm_read_opts o = DM_READ_OPTS_INIT;
    if (opts && opts->version != DM_READ_OPTS_VERSION)
        return dm_fail(err, DM_EUSAGE, 0, "reader options of version %u, expected %d; initialise them with DM_READ_OPTS_INIT",
            opts->version, (int)DM_READ_OPTS_VERSION);
    dm_reader *r = calloc(1, sizeof *r);
    if (!r)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    r->opts = opts ? *opts : o;
    if (!r->opts.line_max)
        r->opts.line_max = DM_READ_LINE_MAX;
    r->stream.fd = -1;
    dm_status st = dm_rules_load(&r->rules, r->opts.tables, err);
    if (st != DM_OK) {
        free(r);
        return st;
    }
    *out = r;
    return DM_OK;
}

uint64_t dm_reader_bytes(const dm_reader *r) { return r->taken + r->stream.taken + dm_unpack_bytes(r->unpack); }

dm_status dm_reader_add(dm_reader *r, const char *path, dm_error *err)
{
    if (!path || !*path)
        return dm_fail(err, DM_EUSAGE, 0, "empty path; give a file, a folder or '-'");
    return enqueue(r, (input){ .path = strdup(path) }, err);
}

dm_status dm_reader_add_lines(dm_reader *r, const char *path, dm_error *err)
{
    return enqueue(r, (input){ .path = strdup(path), .lines = true }, err);
}

dm_status dm_reader_add_bytes(dm_reader *r, const char *name, dm_str bytes, dm_error *err)
{
    input in = { .path = strdup(name), .bytes = malloc(bytes.len + 1), .len = bytes.len };
    if (!in.bytes) {
        free(in.path);
        in.path = NULL;
    } else if (bytes.len) {
        memcpy(in.bytes, bytes.p, bytes.len);
    }
    return enqueue(r, in, err);
}

static void close_input(dm_reader *r)
{
    dm_json_close(r->json);
    r->json = NULL;
    dm_feed_close(r->feed);
    r->feed = NULL;
    r->taken += r->stream.taken;
    dm_stream_stop(&r->stream);
    input_free(&r->now);
    dm_buf_free(&r->raw);
}

static void close_unpack(dm_reader *r)
{
    r->taken += dm_unpack_bytes(r->unpack);
    dm_unpack_close(r->unpack);
    r->unpack = NULL;
    input_free(&r->pack);
}

void dm_reader_close(dm_reader *r)
{
    if (!r)
        return;
    close_input(r);
    close_unpack(r);
    for (size_t i = 0; i < r->n; i++)
        input_free(&r->todo[i]);
    for (size_t i = r->at; i < r->n_added; i++)
        input_free(&r->added[i]);
    free(r->todo);
    free(r->added);
    dm_rules_free(&r->rules);
    free(r);
}

size_t dm_reader_skipped(const dm_reader *r) { return r->skipped; }

/* ---- names ---- */

static const char *shown_name(const input *in)
{
    if (in->told)
        return in->told;
    return !in->bytes && strcmp(in->path, "-") == 0 ? "standard input" : in->path;
}

/* Name of documents without an id of their own. */
static const char *doc_name(const input *in)
{
    return !in->bytes && strcmp(in->path, "-") == 0 ? "stdin" : dm_base_name(in->path);
}

static const char *const folder_names[] = { "txt", "text", "html", "htm", "xhtml", "shtml", "json", "jsonl", "ndjson",
    "jsonlines", "jl", "csv", "tsv", "xml", "rss", "atom", NULL };
static const char *const packed_names[] = { "gz", "zst", "bz2", "xz", "tar", "tgz", "tbz2", "txz", "zip", NULL };
static const char *const single_names[] = { "gz", "zst", "bz2", "xz", NULL };

static bool takes_name(const char *path) { return dm_has_suffix(path, folder_names) || dm_has_suffix(path, packed_names); }

/* ---- folders ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const input *)b)->path, ((const input *)a)->path); /* last first: it is a stack */
}

static char *join(const char *folder, const char *name)
{
    size_t a = strlen(folder), b = strlen(name);
    char *path = malloc(a + b + 2);
    if (!path)
        return NULL;
    memcpy(path, folder, a);
    size_t slash = a && folder[a - 1] == '/' ? 0 : 1;
    path[a] = '/';
    memcpy(path + a + slash, name, b + 1);
    return path;
}

/* Files by their suffix, real folders; links to folders would allow loops. */
static bool takes(const char *path)
{
    struct stat link, target;
    if (lstat(path, &link) != 0 || stat(path, &target) != 0)
        return takes_name(path); /* opening it will say why */
    if (S_ISDIR(target.st_mode))
        return S_ISDIR(link.st_mode);
    return S_ISREG(target.st_mode) && takes_name(path);
}

static dm_status list_entry(dm_reader *r, const input *folder, const char *name, dm_error *err)
{
    if (name[0] == '.')
        return DM_OK;
    char *path = join(folder->path, name);
    bool take = path && takes(path);
    if (take && push(&r->todo, &r->n, &r->cap, (input){ .path = path, .depth = folder->depth + 1 }))
        return DM_OK;
    free(path);
    if (!path || take)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the folder '%.*s'", SHOWN, folder->path);
    r->skipped++;
    return DM_OK;
}

static dm_status list_folder(dm_reader *r, const input *folder, dm_error *err)
{
    if (folder->depth >= DM_READ_DEPTH_MAX)
        return dm_fail(
            err, DM_ELIMIT, 0, "'%.*s': folders nested more than %d deep", SHOWN, folder->path, (int)DM_READ_DEPTH_MAX);
    DIR *d = opendir(folder->path);
    if (!d)
        return dm_fail(err, DM_EIO, 0, "cannot open the folder '%.*s': %s", SHOWN, folder->path, strerror(errno));
    size_t first = r->n;
    dm_status st = DM_OK;
    struct dirent *e;
    errno = 0;
    while (st == DM_OK && (e = readdir(d)))
        st = list_entry(r, folder, e->d_name, err);
    if (st == DM_OK && errno)
        st = dm_fail(err, DM_EIO, 0, "cannot list the folder '%.*s': %s", SHOWN, folder->path, strerror(errno));
    closedir(d);
    if (r->n > first)
        qsort(r->todo + first, r->n - first, sizeof *r->todo, by_path);
    return st;
}

/* ---- opening ---- */

static dm_status open_path(dm_reader *r, const struct stat *s, dm_error *err)
{
    const char *path = r->now.path;
    if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode) || S_ISSOCK(s->st_mode))
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is a %s, not a file; give a file, a folder or '-'", SHOWN, path,
            S_ISSOCK(s->st_mode) ? "socket" : "device");
    r->stream.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->stream.fd < 0)
        return dm_fail(err, DM_EIO, 0, "cannot open '%.*s': %s", SHOWN, path, strerror(errno));
    return DM_OK;
}

/* DM_END: it was a folder, now listed. */
static dm_status open_input(dm_reader *r, dm_error *err)
{
    struct stat s;
    if (r->now.bytes) {
        r->stream = (dm_stream){ .fd = -1, .memory = r->now.bytes, .memory_left = r->now.len };
        return DM_OK;
    }
    r->stream = (dm_stream){ .fd = -1 };
    if (strcmp(r->now.path, "-") == 0) {
        r->stream.fd = STDIN_FILENO;
        return DM_OK;
    }
    if (stat(r->now.path, &s) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot open '%.*s': %s", SHOWN, r->now.path, strerror(errno));
    if (!S_ISDIR(s.st_mode))
        return open_path(r, &s, err);
    dm_status st = list_folder(r, &r->now, err);
    return st == DM_OK ? DM_END : st;
}

/* ---- whole documents ---- */

static dm_status too_big(const dm_reader *r, bool html, dm_error *err)
{
    return dm_fail(err, DM_ELIMIT, 0,
        "'%.*s' is over the limit of %d MB for one %s; split it into articles, or give them as JSON lines", SHOWN,
        shown_name(&r->now), html ? HTML_MB : LIMIT_NAME_MB, html ? "page" : "document");
}

static dm_status failed_stream(const dm_reader *r, dm_status st, dm_error *err)
{
    if (st == DM_ENOMEM)
        return dm_fail(err, st, 0, "'%.*s': out of memory", SHOWN, shown_name(&r->now));
    return dm_fail(err, DM_EIO, 0, "cannot read '%.*s': %s", SHOWN, shown_name(&r->now), dm_stream_error(&r->stream));
}

static dm_status note_stream(const dm_reader *r, dm_doc *doc)
{
    static const char *const names[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE" };
    const dm_stream *s = &r->stream;
    dm_status st =
        s->wide ? dm_note(doc, "decoded from %s (%s)", names[s->wide], s->bom ? "byte order mark" : "detected") : DM_OK;
    if (st == DM_OK && s->malformed)
        st = dm_note(doc, "%llu malformed %s characters replaced by U+FFFD", (unsigned long long)s->malformed, names[s->wide]);
    return st;
}

static bool only_blank(const dm_buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if (!strchr(" \t\r\n\f\v", b->p[i]))
            return false;
    return true;
}

static dm_status decode_all(dm_reader *r, dm_doc *doc, bool html, dm_error *err)
{
    dm_status st = dm_stream_all(&r->stream, &r->raw, html ? (size_t)DM_READ_HTML_MAX : (size_t)DM_DOC_MAX);
    if (st == DM_ELIMIT)
        return too_big(r, html, err);
    if (st != DM_OK)
        return failed_stream(r, st, err);
    if (note_stream(r, doc) != DM_OK)
        return failed_stream(r, DM_ENOMEM, err);
    dm_str head = { r->raw.p, r->raw.len < SNIFF ? r->raw.len : SNIFF };
    dm_str declared = html && !r->stream.wide && !r->stream.bom && head.len ? dm_html_charset(head) : DM_NIL;
    st = dm_decode(&r->raw, declared, r->stream.wide || r->stream.bom, doc, err);
    if (st == DM_OK && only_blank(&r->raw))
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is empty; there is nothing to read in it", SHOWN, shown_name(&r->now));
    return st;
}

static dm_status read_whole(dm_reader *r, dm_doc *doc, bool html, dm_error *err)
{
    dm_status st = decode_all(r, doc, html, err);
    if (st == DM_OK)
        st = dm_meta_set(doc, &doc->meta.id, dm_str_of(doc_name(&r->now))) == DM_OK ? DM_OK : failed_stream(r, DM_ENOMEM, err);
    if (st != DM_OK)
        return st;
    dm_str bytes = { r->raw.p, r->raw.len };
    if (html)
        return dm_html_read(doc, &r->rules, bytes, shown_name(&r->now), err);
    if (bytes.len > DM_DOC_MAX)
        return too_big(r, html, err);
    st = dm_doc_set_text(doc, bytes, err);
    return st == DM_OK ? dm_mark_lines(doc, &r->rules, err) : st;
}

/* ---- next ---- */

static dm_status start_json(dm_reader *r, bool lines, dm_error *err)
{
    dm_status st = dm_json_open(&r->json, &r->stream, doc_name(&r->now), shown_name(&r->now), lines, r->opts.line_max, err);
    return st == DM_OK ? DM_END : st;
}

static dm_status start_feed(dm_reader *r, dm_doc *doc, dm_error *err)
{
    dm_status st = decode_all(r, doc, true, err);
    if (st != DM_OK)
        return st;
    st = dm_feed_open(&r->feed, (dm_str){ r->raw.p, r->raw.len }, doc_name(&r->now), shown_name(&r->now), err);
    return st == DM_OK ? DM_END : st;
}

/* DM_END: what is inside comes next. */
static dm_status start_unpack(dm_reader *r, dm_error *err)
{
    if (r->unpack)
        return dm_fail(
            err, DM_EINPUT, 0, "'%.*s' is an archive in an archive; unpack the outer one first", SHOWN, shown_name(&r->now));
    uint64_t taken = r->stream.taken;
    r->pack = r->now;
    r->entries = 0;
    r->now = (input){ .path = NULL };
    dm_status st = dm_unpack_open(&r->unpack, &r->stream, shown_name(&r->pack), err);
    if (st != DM_OK) {
        r->taken += taken;
        input_free(&r->pack);
    }
    return st == DM_OK ? DM_END : st;
}

/* Tables and XML files lie about in folders for other ends: there they are passed over when they hold no articles. */
static dm_status start_table(dm_reader *r, char separator, dm_doc *doc, dm_error *err)
{
    dm_status st = start_json(r, true, err);
    if (st != DM_END)
        return st;
    dm_json_table(r->json, separator);
    if (r->now.depth == 0)
        return DM_END;
    dm_error why = { .msg = "" };
    st = dm_json_next(r->json, doc, &r->rules, &why);
    if (st == DM_EINPUT && why.at == 1) {
        r->skipped++;
        dm_json_close(r->json);
        r->json = NULL;
        return DM_END;
    }
    if (st != DM_OK && st != DM_END && err)
        *err = why;
    return st;
}

static bool is_xml_of_folder(const dm_reader *r)
{
    return r->now.depth > 0 && dm_has_suffix(r->now.path, (const char *const[]){ "xml", NULL });
}

static dm_status start_stream(dm_reader *r, dm_doc *doc, dm_error *err)
{
    dm_status st = dm_stream_start(&r->stream);
    if (st != DM_OK)
        return failed_stream(r, st, err);
    if (dm_packed(r->stream.buf + r->stream.at, r->stream.end - r->stream.at))
        return start_unpack(r, err);
    const char *what = dm_sniff_binary(&r->stream);
    if (what)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is %s", SHOWN, shown_name(&r->now), what);
    if (dm_sniff_feed(&r->stream, r->now.path))
        return start_feed(r, doc, err);
    dm_format f = dm_sniff_format(&r->stream, r->now.path);
    if (is_xml_of_folder(r) && f != DM_FORMAT_HTML) {
        r->skipped++;
        return DM_END;
    }
    if (f == DM_FORMAT_TEXT || f == DM_FORMAT_HTML)
        return read_whole(r, doc, f == DM_FORMAT_HTML, err);
    if (!dm_sniff_text(&r->stream) && r->stream.eof)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is empty; there is nothing to read in it", SHOWN, shown_name(&r->now));
    if (f == DM_FORMAT_CSV || f == DM_FORMAT_TSV)
        return start_table(r, f == DM_FORMAT_TSV ? '\t' : ',', doc, err);
    return start_json(r, f == DM_FORMAT_JSON_LINES, err);
}

/* DM_END: nothing came of it that is a document, and nothing failed; go on. */
static dm_status start_input(dm_reader *r, dm_doc *doc, dm_error *err)
{
    dm_status st = open_input(r, err);
    if (st != DM_OK)
        return st;
    if (r->now.lines) { /* nothing is read ahead: who writes the lines may wait for an answer to the first */
        if ((st = start_json(r, true, err)) == DM_END)
            dm_json_each(r->json);
        return st;
    }
    return start_stream(r, doc, err);
}

/* ---- archives ---- */

/* Names of the input that an entry is: of a file that is compressed alone its own name without the last suffix. */
static bool name_entry(dm_reader *r, const char *entry)
{
    const char *outer = r->pack.path, *shown = shown_name(&r->pack);
    if (!*entry) {
        size_t n = strlen(outer) - (dm_has_suffix(outer, single_names) ? strlen(strrchr(outer, '.')) : 0);
        r->now.path = strcmp(outer, "-") == 0 && !r->pack.bytes ? strdup("stdin") : strndup(outer, n);
        r->now.told = strdup(shown);
    } else {
        r->now.path = join(shown, entry);
        r->now.told = r->now.path ? strdup(r->now.path) : NULL;
    }
    r->now.depth = *entry ? r->pack.depth + 1 : r->pack.depth;
    return r->now.path && r->now.told;
}

/* Opens the next entry. DM_END: nothing came of it, or the archive has ended; go on. */
static dm_status start_entry(dm_reader *r, dm_doc *doc, dm_error *err)
{
    const char *entry;
    dm_status st = dm_unpack_next(r->unpack, &entry, err);
    if (st == DM_END && r->entries == 0)
        st = dm_fail(err, DM_EINPUT, 0,
            "'%.*s' holds no articles: no text, HTML, JSON, CSV or feed; save office documents as text", SHOWN,
            shown_name(&r->pack));
    if (st != DM_OK) {
        close_unpack(r);
        return st;
    }
    if (*entry && (!takes_name(entry) || *dm_base_name(entry) == '.')) {
        r->skipped++;
        return DM_END;
    }
    if (!name_entry(r, entry))
        return dm_fail(err, DM_ENOMEM, 0, "'%.*s': out of memory", SHOWN, shown_name(&r->pack));
    r->stream = (dm_stream){ .fd = -1, .from = r->unpack };
    size_t skipped = r->skipped;
    st = start_stream(r, doc, err);
    r->entries += r->skipped == skipped;
    return st;
}

static bool take_next(dm_reader *r)
{
    if (r->n) {
        r->now = r->todo[--r->n];
        return true;
    }
    if (r->at == r->n_added)
        return false;
    r->now = r->added[r->at++];
    if (r->at == r->n_added)
        r->at = r->n_added = 0;
    return true;
}

/* The next document of an input that holds many. DM_END: it has ended, or the input is not of that kind. */
static dm_status next_inside(dm_reader *r, dm_doc *doc, dm_error *err)
{
    if (!r->json && !r->feed)
        return DM_END;
    dm_status st = r->json ? dm_json_next(r->json, doc, &r->rules, err) : dm_feed_next(r->feed, doc, &r->rules, err);
    if (st == DM_OK || st == DM_EINPUT || st == DM_ELIMIT)
        return st;
    close_input(r); /* the rest of a stream that cannot be read is lost */
    return st;
}

static dm_status next_raw(dm_reader *r, dm_doc *doc, dm_error *err)
{
    for (;;) {
        dm_status st = next_inside(r, doc, err);
        if (st != DM_END)
            return st;
        if (!r->unpack && !take_next(r))
            return DM_END;
        st = r->unpack ? start_entry(r, doc, err) : start_input(r, doc, err);
        if (!r->json && !r->feed)
            close_input(r);
        if (st != DM_END)
            return st;
    }
}

dm_status dm_reader_next(dm_reader *r, dm_doc *doc, dm_error *err)
{
    dm_doc_reset(doc);
    dm_status st = next_raw(r, doc, err);
    if (st != DM_OK) {
        dm_doc_reset(doc);
        return st;
    }
    dm_meta_url_date(doc);
    if (r->opts.date.precision != DM_PREC_UNKNOWN) {
        doc->meta.date = r->opts.date;
        doc->meta.date_source = DM_DATE_GIVEN;
    }
    return DM_OK;
}
