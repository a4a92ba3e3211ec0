// SPDX-License-Identifier: Apache-2.0
/* Parts are packed documents (store/pack.c) in frames: number in the input, length, checksum, bytes. The last frame has number 0 and holds the
 * sums, so that its place is known from the file's length and a part without it is found before anything is joined. Numbers are those
 * of one kind of machine: the mark at the start reads differently on another. Joining takes the smallest number of all parts again and
 * again; only one document of each part is looked at, none is held. */
#include "pipeline/part.h"
#include "base/str.h"
#include "pipeline/coder.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_BYTES = 32, SHOWN = 160, PACK_MAX = 1 << 30 };
#define PART_MAGIC UINT64_C(0x3154524150524D44) /* "DMRPART1" */

typedef struct head {
    uint64_t magic, mark;
    uint32_t shard, shards;
    char version[VERSION_BYTES];
    uint64_t hash; /* of what is before it */
} head;

typedef struct frame {
    uint64_t number, len, hash;
} frame;

typedef struct sums {
    uint64_t seen, documents;
} sums;

typedef struct part {
    const char *path; /* borrowed while opening, else own */
    FILE *f;
    head head;
    sums end;
    frame next; /* number 0: there is no further one */
    uint64_t documents;
} part;

struct dm_parts {
    part *v;
    size_t n;
    dm_buf pack;
};

static uint64_t head_hash(const head *h) { return dm_hash(h, offsetof(head, hash), 0); }

/* --- writing --- */

static dm_status put_frame(dm_buf *out, uint64_t number, dm_str bytes, dm_error *err)
{
    frame f = { number, bytes.len, dm_hash(bytes.p, bytes.len, number) };
    dm_buf_add(out, (const char *)&f, sizeof f);
    dm_buf_add(out, bytes.p, bytes.len);
    return out->failed ? dm_fail(err, DM_ENOMEM, 0, "out of memory for a part of %zu bytes", bytes.len) : DM_OK;
}

dm_status dm_part_begin(dm_buf *out, const dm_coder *coder, const dm_input *in, dm_error *err)
{
    head h = { .magic = PART_MAGIC, .mark = dm_coder_mark(coder) };
    dm_input_dealt(in, &h.shard, &h.shards);
    snprintf(h.version, sizeof h.version, "%s", dm_version());
    h.hash = head_hash(&h);
    return dm_buf_add(out, (const char *)&h, sizeof h) == DM_OK ? DM_OK
                                                                : dm_fail(err, DM_ENOMEM, 0, "out of memory for a part");
}

dm_status dm_part_doc(dm_buf *out, const dm_doc *doc, dm_error *err)
{
    dm_filing f;
    dm_buf pack = { 0 };
    if (!doc->number)
        return dm_fail(err, DM_EUSAGE, 0, "a document of a part comes from dm_input_next(), which numbers it");
    dm_filing_make(&f, doc);
    dm_status st = dm_pack_write(&pack, doc, &f, err);
    if (st == DM_OK)
        st = put_frame(out, doc->number, (dm_str){ pack.p, pack.len }, err);
    dm_buf_free(&pack);
    return st;
}

dm_status dm_part_end(dm_buf *out, const dm_input *in, uint64_t documents, dm_error *err)
{
    sums s = { dm_input_seen(in), documents };
    return put_frame(out, 0, (dm_str){ (const char *)&s, sizeof s }, err);
}

/* --- opening --- */

static dm_status damaged(const part *p, dm_error *err)
{
    return dm_fail(err, DM_ECORRUPT, 0, "'%.*s' is damaged; make this part again", SHOWN, p->path);
}

/* n bytes of the part, which must be there. */
static dm_status get(part *p, void *out, size_t n, dm_error *err)
{
    if (fread(out, 1, n, p->f) == n)
        return DM_OK;
    return ferror(p->f) ? dm_fail(err, DM_EIO, 0, "cannot read '%.*s': %s", SHOWN, p->path, strerror(errno)) : damaged(p, err);
}

static dm_status get_sums(part *p, dm_error *err)
{
    frame f;
    if (fseeko(p->f, -(off_t)(sizeof f + sizeof p->end), SEEK_END) != 0)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is cut off, or no file; make this part again", SHOWN, p->path);
    dm_status st = get(p, &f, sizeof f, err);
    if (st == DM_OK)
        st = get(p, &p->end, sizeof p->end, err);
    if (st != DM_OK)
        return st;
    if (f.number != 0 || f.len != sizeof p->end || f.hash != dm_hash(&p->end, sizeof p->end, 0))
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is cut off: its job did not end; make this part again", SHOWN, p->path);
    return fseeko(p->f, sizeof p->head, SEEK_SET) == 0 ? DM_OK : damaged(p, err);
}

static dm_status open_part(part *p, const char *path, dm_error *err)
{
    if (!(p->path = strdup(path)))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    if (!(p->f = fopen(path, "rbe")))
        return dm_fail(err, DM_EIO, 0, "cannot open '%.*s': %s", SHOWN, path, strerror(errno));
    if (fread(&p->head, 1, sizeof p->head, p->f) != sizeof p->head || p->head.magic != PART_MAGIC)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is no part; 'demarche code --as part' makes them", SHOWN, path);
    if (p->head.hash != head_hash(&p->head))
        return damaged(p, err);
    if (strcmp(p->head.version, dm_version()) != 0)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' was made by version %s, this is %s; join with the version that made it",
            SHOWN, path, p->head.version, dm_version());
    dm_status st = get_sums(p, err);
    return st == DM_OK ? get(p, &p->next, sizeof p->next, err) : st;
}

/* Whether part i goes together with the first. */
static dm_status fits(const dm_parts *ps, size_t i, dm_error *err)
{
    const part *a = &ps->v[0], *b = &ps->v[i];
    if (a->head.shards != b->head.shards)
        return dm_fail(err, DM_EINPUT, 0, "'%.*s' is one of %u parts, '%.*s' one of %u", SHOWN, a->path, a->head.shards, SHOWN,
            b->path, b->head.shards);
    if (a->head.mark != b->head.mark)
        return dm_fail(
            err, DM_EINPUT, 0, "'%.*s' and '%.*s' were coded with other tables or options", SHOWN, a->path, SHOWN, b->path);
    if (a->end.seen != b->end.seen)
        return dm_fail(err, DM_EINPUT, 0,
            "'%.*s' comes of an input of %llu documents, '%.*s' of one of %llu; all parts need the same inputs in the same "
            "order",
            SHOWN, a->path, (unsigned long long)a->end.seen, SHOWN, b->path, (unsigned long long)b->end.seen);
    return DM_OK;
}

static int by_shard(const void *a, const void *b)
{
    const part *x = a, *y = b;
    return (x->head.shard > y->head.shard) - (x->head.shard < y->head.shard);
}

/* Every shard once. A part of an input that was not dealt stands alone. */
static dm_status complete(const dm_parts *ps, dm_error *err)
{
    uint32_t shards = ps->v[0].head.shards ? ps->v[0].head.shards : 1;
    uint32_t from = ps->v[0].head.shards ? 1 : 0;
    for (size_t i = 0; i < ps->n; i++) {
        uint32_t due = from + (uint32_t)i, is = ps->v[i].head.shard;
        if (i && is == ps->v[i - 1].head.shard)
            return dm_fail(err, DM_EINPUT, 0, "'%.*s' and '%.*s' are the same shard, %u of %u", SHOWN, ps->v[i - 1].path, SHOWN,
                ps->v[i].path, is, shards);
        if (is != due)
            return dm_fail(err, DM_EINPUT, 0, "shard %u of %u is missing; make this part, then join all", due, shards);
    }
    if (ps->n < shards)
        return dm_fail(err, DM_EINPUT, 0, "shard %zu of %u is missing; make this part, then join all", ps->n + 1, shards);
    return DM_OK;
}

dm_status dm_parts_open(dm_parts **out, const char *const *paths, size_t n, dm_error *err)
{
    dm_parts *ps = calloc(1, sizeof *ps);
    if (!ps || n == 0 || !(ps->v = calloc(n, sizeof *ps->v))) {
        free(ps);
        return n ? dm_fail(err, DM_ENOMEM, 0, "out of memory for %zu parts", n)
                 : dm_fail(err, DM_EUSAGE, 0, "no parts are named");
    }
    dm_status st = DM_OK;
    for (; st == DM_OK && ps->n < n; ps->n++)
        st = open_part(&ps->v[ps->n], paths[ps->n], err);
    for (size_t i = 1; st == DM_OK && i < n; i++)
        st = fits(ps, i, err);
    if (st == DM_OK) {
        qsort(ps->v, ps->n, sizeof *ps->v, by_shard);
        st = complete(ps, err);
    }
    if (st == DM_OK)
        *out = ps;
    else
        dm_parts_close(ps);
    return st;
}

void dm_parts_close(dm_parts *ps)
{
    if (!ps)
        return;
    for (size_t i = 0; i < ps->n; i++) {
        if (ps->v[i].f)
            fclose(ps->v[i].f);
        free((void *)(uintptr_t)ps->v[i].path);
    }
    free(ps->v);
    dm_buf_free(&ps->pack);
    free(ps);
}

/* --- joining --- */

static part *first_of(const dm_parts *ps)
{
    part *first = NULL;
    for (size_t i = 0; i < ps->n; i++)
        if (ps->v[i].next.number && (!first || ps->v[i].next.number < first->next.number))
            first = &ps->v[i];
    return first;
}

/* The bytes of the part's next document, and its frame behind that. */
static dm_status take_pack(dm_parts *ps, part *p, dm_error *err)
{
    frame now = p->next;
    char chunk[8192];
    dm_buf_clear(&ps->pack);
    dm_status st = now.len > PACK_MAX ? damaged(p, err) : DM_OK;
    for (uint64_t left = now.len; st == DM_OK && left;) { /* in pieces: a damaged length must not ask for memory */
        size_t n = left < sizeof chunk ? (size_t)left : sizeof chunk;
        if ((st = get(p, chunk, n, err)) == DM_OK && dm_buf_add(&ps->pack, chunk, n) != DM_OK)
            st = dm_fail(err, DM_ENOMEM, 0, "out of memory for a document of '%.*s'", SHOWN, p->path);
        left -= n;
    }
    if (st == DM_OK && dm_hash(ps->pack.p, ps->pack.len, now.number) != now.hash)
        st = damaged(p, err);
    if (st == DM_OK)
        st = get(p, &p->next, sizeof p->next, err);
    p->documents++;
    bool ends = st == DM_OK && p->next.number == 0;
    if (st == DM_OK && (ends ? p->documents != p->end.documents : p->next.number <= now.number))
        st = damaged(p, err);
    return st;
}

dm_status dm_parts_take(dm_parts *ps, dm_doc *doc, dm_filing *f, dm_error *err)
{
    part *p = first_of(ps);
    if (!p)
        return DM_END;
    uint64_t number = p->next.number;
    dm_status st = take_pack(ps, p, err);
    dm_doc_reset(doc);
    if (st == DM_OK)
        st = dm_pack_read(doc, f, (dm_str){ ps->pack.p, ps->pack.len }, err);
    doc->number = number;
    return st;
}

dm_status dm_parts_next(dm_parts *ps, dm_doc **doc, dm_error *err)
{
    dm_filing f;
    if (!*doc && !(*doc = dm_doc_new()))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a document");
    return dm_parts_take(ps, *doc, &f, err);
}

dm_str dm_parts_packed(const dm_parts *ps) { return (dm_str){ ps->pack.p, ps->pack.len }; }

dm_str dm_parts_version(const dm_parts *ps) { return dm_str_of(ps->v[0].head.version); }

uint64_t dm_parts_mark(const dm_parts *ps) { return ps->v[0].head.mark; }
