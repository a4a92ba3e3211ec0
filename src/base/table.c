// SPDX-License-Identifier: Apache-2.0
/* Reader of compiled tables. An image is checked once when it is opened (sizes, offsets, hash); afterwards every index that comes from
 * inside it is still bounded, so a damaged file can give wrong answers at worst, never a stray read. */
#define _POSIX_C_SOURCE 200809L
#include "base/table.h"
#include "base/table_image.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IMAGES_MAX = 9 };

typedef struct image {
    const unsigned char *base;
    size_t size;
    bool mapped;
    uint32_t first_table;
    const dm_image_head *head;
} image;

struct dm_tables {
    image images[IMAGES_MAX];
    uint32_t n_images, n_tables;
};

static bool section_ok(const dm_image_head *h, uint64_t off, uint64_t n, uint64_t size)
{
    return off % 8 == 0 && off >= sizeof *h && off <= h->size && n <= (h->size - off) / size;
}

static bool head_ok(const dm_image_head *h, size_t size)
{
    return size >= sizeof *h && memcmp(h->magic, DM_IMAGE_MAGIC, 8) == 0 && h->size == size && h->tables == sizeof *h &&
           section_ok(h, h->tables, h->n_tables, sizeof(dm_table)) &&
           section_ok(h, h->cells, h->n_cells, sizeof(dm_image_cell)) &&
           section_ok(h, h->lines, h->n_lines, sizeof(uint32_t)) &&
           section_ok(h, h->edges, h->n_edges, sizeof(dm_image_edge)) &&
           section_ok(h, h->nodes, h->n_nodes, sizeof(dm_image_node)) &&
           section_ok(h, h->phrases, h->n_phrases, sizeof(dm_phrase)) && section_ok(h, h->strings, h->n_strings, 1) &&
           h->n_edges && (h->n_edges & (h->n_edges - 1)) == 0 && h->n_nodes;
}

static bool tables_ok(const unsigned char *base, const dm_image_head *h)
{
    const dm_table *t = (const dm_table *)(const void *)(base + h->tables);
    for (uint32_t i = 0; i < h->n_tables; i++) {
        uint64_t cells = (uint64_t)t[i].columns * t[i].rows;
        if (t[i].reserved != i || (uint64_t)t[i].first_column + t[i].columns > h->n_cells ||
            t[i].first_cell + cells > h->n_cells || (uint64_t)t[i].first_line + t[i].rows > h->n_lines)
            return false;
    }
    return true;
}

/* Phrases are used as indices by the scan: each must name a cell that is there. */
static bool phrases_ok(const unsigned char *base, const dm_image_head *h)
{
    const dm_table *t = (const dm_table *)(const void *)(base + h->tables);
    const dm_phrase *p = (const dm_phrase *)(const void *)(base + h->phrases);
    for (uint32_t i = 0; i < h->n_phrases; i++)
        if (p[i].group >= DM_GROUPS || p[i].table >= h->n_tables || p[i].row >= t[p[i].table].rows ||
            p[i].column >= t[p[i].table].columns)
            return false;
    return true;
}

static dm_status add(dm_tables *t, const unsigned char *base, size_t size, bool mapped, const char *name, dm_error *err)
{
    const dm_image_head *h = (const dm_image_head *)(const void *)base;
    if (t->n_images == IMAGES_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "more than %d table files", IMAGES_MAX);
    if (!head_ok(h, size) || !tables_ok(base, h) || !phrases_ok(base, h) ||
        dm_image_hash(h, base + sizeof *h, size - sizeof *h) != h->hash)
        return dm_fail(
            err, DM_ECORRUPT, 0, "'%s' is damaged or of another version; compile the tables again (make build)", name);
    t->images[t->n_images++] = (image){ base, size, mapped, t->n_tables, h };
    t->n_tables += h->n_tables;
    return DM_OK;
}

static dm_status map_file(const unsigned char **base, size_t *size, const char *path, dm_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return dm_fail(err, DM_EIO, 0, "cannot open tables '%s': %s", path, strerror(errno));
    struct stat st;
    dm_status status = DM_OK;
    void *p = MAP_FAILED;
    if (fstat(fd, &st) != 0)
        status = dm_fail(err, DM_EIO, 0, "cannot read tables '%s': %s", path, strerror(errno));
    else if (st.st_size < (off_t)sizeof(dm_image_head))
        status =
            dm_fail(err, DM_ECORRUPT, 0, "'%s' is damaged or of another version; compile the tables again (make build)", path);
    else if ((p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0)) == MAP_FAILED)
        status = dm_fail(err, DM_EIO, 0, "cannot map tables '%s': %s", path, strerror(errno));
    close(fd);
    if (status == DM_OK) {
        *base = p;
        *size = (size_t)st.st_size;
    }
    return status;
}

dm_status dm_tables_open(dm_tables **out, const char *path, dm_error *err)
{
    const unsigned char *base = NULL;
    size_t size = 0;
    dm_tables *t = calloc(1, sizeof *t);
    if (!t)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory opening '%s'", path);
    dm_status st = map_file(&base, &size, path, err);
    if (st == DM_OK && (st = add(t, base, size, true, path, err)) != DM_OK)
        munmap((void *)(uintptr_t)base, size);
    if (st != DM_OK) {
        free(t);
        return st;
    }
    *out = t;
    return DM_OK;
}

dm_status dm_tables_add_image(dm_tables *t, void *image_, size_t size, dm_error *err)
{
    return add(t, image_, size, false, "table", err);
}

void dm_tables_close(dm_tables *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->n_images; i++) {
        void *p = (void *)(uintptr_t)t->images[i].base;
        if (t->images[i].mapped)
            munmap(p, t->images[i].size);
        else
            free(p);
    }
    free(t);
}

uint64_t dm_tables_mark(const dm_tables *t)
{
    uint64_t mark = t->n_images;
    for (uint32_t i = 0; i < t->n_images; i++)
        mark = dm_hash(&t->images[i].head->hash, sizeof t->images[i].head->hash, mark);
    return mark;
}

static const image *image_of(const dm_tables *t, const dm_table *table)
{
    for (uint32_t i = 0; i < t->n_images; i++) {
        const unsigned char *p = (const unsigned char *)table;
        if (p >= t->images[i].base && p < t->images[i].base + t->images[i].size)
            return &t->images[i];
    }
    return NULL;
}

/* A table knows its image by the image head before it: the tables section follows the head directly. */
static const dm_image_head *head_of(const dm_table *t)
{
    const dm_table *first = t - t->reserved; /* reserved: the table's number in its image */
    return (const dm_image_head *)(const void *)((const unsigned char *)first - sizeof(dm_image_head));
}

static dm_str text_of(const dm_image_head *h, uint32_t cell)
{
    const unsigned char *base = (const unsigned char *)h;
    const dm_image_cell *c = (const dm_image_cell *)(const void *)(base + h->cells) + cell;
    if (cell >= h->n_cells || (uint64_t)c->off + c->len > h->n_strings)
        return DM_NIL;
    return (dm_str){ (const char *)base + h->strings + c->off, c->len };
}

const dm_table *dm_tables_at(const dm_tables *t, uint32_t index)
{
    for (uint32_t i = t->n_images; i-- > 0;)
        if (index >= t->images[i].first_table)
            return index - t->images[i].first_table < t->images[i].head->n_tables
                       ? (const dm_table *)(const void *)(t->images[i].base + t->images[i].head->tables) +
                             (index - t->images[i].first_table)
                       : NULL;
    return NULL;
}

const dm_table *dm_tables_get(const dm_tables *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_tables; i++)
        if (dm_str_is(dm_table_name(dm_tables_at(t, i)), name))
            return dm_tables_at(t, i);
    return NULL;
}

uint32_t dm_tables_count(const dm_tables *t) { return t->n_tables; }

uint32_t dm_table_index(const dm_tables *t, const dm_table *table)
{
    const image *m = image_of(t, table);
    return m ? m->first_table + table->reserved : UINT32_MAX;
}

dm_str dm_table_name(const dm_table *t)
{
    const dm_image_head *h = head_of(t);
    if ((uint64_t)t->name.off + t->name.len > h->n_strings)
        return DM_NIL;
    return (dm_str){ (const char *)h + h->strings + t->name.off, t->name.len };
}

uint32_t dm_table_rows(const dm_table *t) { return t->rows; }

int dm_table_column(const dm_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->columns; i++)
        if (dm_str_is(text_of(head_of(t), t->first_column + i), name))
            return (int)i;
    return -1;
}

dm_str dm_table_cell(const dm_table *t, uint32_t row, int column)
{
    if (column < 0 || (uint32_t)column >= t->columns || row >= t->rows)
        return DM_NIL;
    return text_of(head_of(t), t->first_cell + row * t->columns + (uint32_t)column);
}

uint32_t dm_table_line(const dm_table *t, uint32_t row)
{
    const dm_image_head *h = head_of(t);
    const uint32_t *lines = (const uint32_t *)(const void *)((const unsigned char *)h + h->lines);
    return row < t->rows ? lines[t->first_line + row] : 0;
}

uint32_t dm_tables_images(const dm_tables *t) { return t->n_images; }

uint32_t dm_image_base(const dm_tables *t, uint32_t i) { return t->images[i].first_table; }

uint32_t dm_phrase_step(const dm_tables *t, uint32_t i, uint32_t node, dm_str word)
{
    const dm_image_head *h = t->images[i].head;
    const dm_image_edge *edges = (const dm_image_edge *)(const void *)(t->images[i].base + h->edges);
    uint64_t key = dm_image_key(node, word);
    uint32_t mask = h->n_edges - 1;
    for (uint32_t at = (uint32_t)key & mask, probes = 0; probes <= mask; at = (at + 1) & mask, probes++) {
        if (edges[at].key == key)
            return edges[at].next < h->n_nodes ? edges[at].next : DM_NO_NODE;
        if (edges[at].key == 0)
            return DM_NO_NODE;
    }
    return DM_NO_NODE;
}

const dm_phrase *dm_phrase_at(const dm_tables *t, uint32_t i, uint32_t node, uint32_t *n)
{
    const dm_image_head *h = t->images[i].head;
    const dm_image_node *nodes = (const dm_image_node *)(const void *)(t->images[i].base + h->nodes);
    *n = 0;
    if (node >= h->n_nodes || nodes[node].n == 0 || (uint64_t)nodes[node].first + nodes[node].n > h->n_phrases)
        return NULL;
    *n = nodes[node].n;
    return (const dm_phrase *)(const void *)(t->images[i].base + h->phrases) + nodes[node].first;
}
