// SPDX-License-Identifier: Apache-2.0
/* Opening a model file. Nothing of it is used before the header, the sizes, the hash and all numbers that serve as indices have been
 * checked: a damaged file is refused with a message. */
#include "parse/model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "DMMODEL";

static bool in(uint32_t x, uint32_t low, uint32_t high) { return x >= low && x <= high; }

/* A width: whole panels, and a product over it fits 32 bits. */
static bool width(uint32_t x) { return in(x, DM_PANEL, 512) && x % DM_PANEL == 0; }

static bool sane(const dm_model_head *h)
{
    return width(h->dim) && 3 * h->dim <= 512 && width(2 * h->hidden) && h->hidden % DM_PANEL == 0 &&
           in(h->layers, 1, DM_MODEL_LAYERS) && width(h->arc) && width(h->rel) && width(h->tags_padded) &&
           in(h->tags, 1, h->tags_padded) && in(h->tag_layer, 1, h->layers) && in(h->words, 1, 1u << 20) &&
           in(h->word_bits, 1, 24) && in(h->vecs, 1, 1u << 22) && in(h->vec_bits, 1, 24) && in(h->lemmas, 1, 1u << 22) &&
           in(h->lemma_bits, 1, 24) && in(h->scripts, 1, UINT16_MAX);
}

void dm_model_shape(uint32_t *k, uint32_t *n, const dm_model_head *h, int i)
{
    uint32_t wide = 2 * h->hidden;
    switch (i) {
    case DM_M_VEC: *k = DM_MODEL_VEC, *n = h->dim; break;
    case DM_M_CONV: *k = 3 * h->dim, *n = h->dim; break;
    case DM_M_TAG: *k = wide, *n = h->tags_padded; break;
    case DM_M_MLP: *k = wide, *n = 2 * (h->arc + h->rel); break;
    case DM_M_BIL: *k = h->arc, *n = h->arc; break;
    case DM_M_DIST: *k = h->arc, *n = DM_MODEL_DIST; break;
    case DM_M_REL: *k = h->rel, *n = DM_MODEL_RELS; break;
    default:
        *k = i == DM_M_LAYER ? h->dim : wide;
        *n = (uint32_t)(i - DM_M_LAYER) < h->layers ? 2 * h->hidden * (*k == wide ? 3 : 4) : 0;
    }
}

bool dm_model_sizes(uint64_t *size, const dm_model_head *h)
{
    if (!sane(h))
        return false;
    const uint64_t rows = DM_FEAT_SHAPES + DM_FEAT_BUCKETS, f = sizeof(float), dim = h->dim;
    const uint64_t plain[DM_S_MATRIX] = {
        2ull * h->tags,
        ((1ull << h->word_bits) + 1) * 4,
        4ull * h->words,
        (h->words + 1) * dim,
        (h->words + 1) * f,
        rows * dim,
        rows * f,
        ((1ull << h->vec_bits) + 1) * 4,
        4ull * h->vecs,
        h->vecs * (DM_MODEL_VEC / 2ull),
        h->vecs * f,
        dim * f,
        16,
        (h->arc + h->rel) * f,
        ((1ull << h->lemma_bits) + 1) * 4,
        4ull * h->lemmas,
        2ull * h->lemmas,
        (uint64_t)h->scripts * DM_SCRIPT_BYTES,
    };
    memcpy(size, plain, sizeof plain);
    for (int i = 0; i < DM_MATRICES; i++) {
        uint32_t k, n;
        dm_model_shape(&k, &n, h, i);
        bool bias = i == DM_M_CONV || i == DM_M_TAG || i == DM_M_MLP || i == DM_M_BIL || i == DM_M_REL;
        size[DM_S_MATRIX + 4 * i] = (uint64_t)k * n;
        size[DM_S_MATRIX + 4 * i + 1] = n * f;
        size[DM_S_MATRIX + 4 * i + 2] = n * f;
        size[DM_S_MATRIX + 4 * i + 3] = bias ? n * f : 0;
    }
    for (uint32_t l = 0; l < DM_MODEL_LAYERS; l++)
        size[DM_S_GATE + l] = l < h->layers ? 4ull * 2 * h->hidden * f : 0;
    return true;
}

/* start[] of a key table: ascending, up to n. */
static bool starts_ok(const uint32_t *start, uint32_t bits, uint32_t n)
{
    uint32_t last = 0;
    for (size_t i = 0; i <= (size_t)1 << bits; i++) {
        if (start[i] < last || start[i] > n)
            return false;
        last = start[i];
    }
    return last == n;
}

static bool indices_ok(const dm_model *m)
{
    const dm_model_head *h = m->head;
    const uint16_t *tag = m->section[DM_S_TAGS], *script = m->section[DM_S_LEMMA_SCRIPT];
    const uint8_t *text = m->section[DM_S_SCRIPT];
    for (uint32_t i = 0; i < h->tags; i++)
        if (tag[i] >> 8 >= DM_UPOS_N || (tag[i] & 255) >= DM_XPOS_N)
            return false;
    for (uint32_t i = 0; i < h->lemmas; i++)
        if (script[i] >= h->scripts)
            return false;
    for (uint32_t i = 0; i < h->scripts; i++)
        if (text[i * DM_SCRIPT_BYTES + 1] > DM_SCRIPT_BYTES - 2)
            return false;
    return starts_ok(m->section[DM_S_WORD_START], h->word_bits, h->words) &&
           starts_ok(m->section[DM_S_VEC_START], h->vec_bits, h->vecs) &&
           starts_ok(m->section[DM_S_LEMMA_START], h->lemma_bits, h->lemmas);
}

static dm_status check_head(const dm_model *m, const char *path, dm_error *err)
{
    const dm_model_head *h = m->head;
    if (m->map_size < sizeof *h || memcmp(h->magic, magic, sizeof magic) != 0)
        return dm_fail(err, DM_ECORRUPT, 0, "not a parser model: '%s'", path);
    if (h->version != DM_MODEL_VERSION || h->feat_version != DM_FEAT_VERSION || h->order != DM_MODEL_ORDER)
        return dm_fail(err, DM_ECORRUPT, 0, "parser model of another version: '%s'", path);
    if (h->size != m->map_size)
        return dm_fail(err, DM_ECORRUPT, 0, "parser model is cut short or too long: '%s'", path);
    return DM_OK;
}

static dm_status check_body(dm_model *m, const char *path, dm_error *err)
{
    uint64_t need[DM_SECTIONS];
    const dm_model_head *h = m->head;
    const dm_model_section *s = (const void *)(h + 1);
    size_t from = sizeof *h + DM_SECTIONS * sizeof *s;
    bool ok = h->sections == DM_SECTIONS && h->reserved == 0 && m->map_size >= from && dm_model_sizes(need, h);
    ok = ok && dm_hash((const char *)m->map + sizeof *h, m->map_size - sizeof *h, 0) == h->hash;
    for (int i = 0; ok && i < DM_SECTIONS; i++) {
        ok = s[i].size == need[i] && s[i].at % DM_MODEL_ALIGN == 0 && s[i].at >= from && s[i].at <= m->map_size &&
             s[i].size <= m->map_size - s[i].at;
        if (ok)
            m->section[i] = s[i].size ? (const char *)m->map + s[i].at : NULL;
    }
    return ok && indices_ok(m) ? DM_OK : dm_fail(err, DM_ECORRUPT, 0, "parser model is damaged: '%s'", path);
}

static void set_matrices(dm_model *m)
{
    for (int i = 0; i < DM_MATRICES; i++) {
        dm_matrix *x = &m->matrix[i];
        dm_model_shape(&x->k, &x->n, m->head, i);
        x->panel = m->section[DM_S_MATRIX + 4 * i];
        x->sum = m->section[DM_S_MATRIX + 4 * i + 1];
        x->scale = m->section[DM_S_MATRIX + 4 * i + 2];
        x->bias = m->section[DM_S_MATRIX + 4 * i + 3];
    }
}

static dm_status map_file(dm_model *m, const char *path, dm_error *err)
{
    struct stat st;
    dm_status status = DM_EIO;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return dm_fail(err, DM_EIO, 0, "cannot open '%s': %s", path, strerror(errno));
    if (fstat(fd, &st) != 0) {
        dm_fail(err, DM_EIO, 0, "cannot read '%s': %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(dm_model_head)) {
        status = dm_fail(err, DM_ECORRUPT, 0, "not a parser model: '%s'", path);
    } else {
        m->map_size = (size_t)st.st_size;
        m->map = mmap(NULL, m->map_size, PROT_READ, MAP_SHARED, fd, 0);
        if (m->map == MAP_FAILED) {
            m->map = NULL;
            dm_fail(err, DM_EIO, 0, "cannot map '%s': %s", path, strerror(errno));
        } else {
            status = DM_OK;
        }
    }
    close(fd);
    return status;
}

dm_status dm_model_open(dm_model **out, const char *path, dm_error *err)
{
    dm_model *m = calloc(1, sizeof *m);
    if (!m)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory");
    dm_status st = map_file(m, path, err);
    if (st == DM_OK) {
        m->head = m->map;
        st = check_head(m, path, err);
    }
    if (st == DM_OK)
        st = check_body(m, path, err);
    if (st != DM_OK) {
        dm_model_close(m);
        return st;
    }
    set_matrices(m);
    m->kernel = dm_kernel_best();
    *out = m;
    return DM_OK;
}

void dm_model_close(dm_model *m)
{
    if (!m)
        return;
    if (m->map)
        munmap(m->map, m->map_size);
    free(m);
}

uint64_t dm_model_mark(const dm_model *m) { return m->head->hash; }

int64_t dm_model_find(const uint32_t *start, const uint32_t *key, uint32_t bits, uint64_t hash)
{
    uint64_t b = hash >> (64 - bits);
    for (uint32_t i = start[b]; i < start[b + 1]; i++)
        if (key[i] == (uint32_t)hash)
            return i;
    return -1;
}
