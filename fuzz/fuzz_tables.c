// SPDX-License-Identifier: Apache-2.0
/* Damaged table images: whatever an image says, reading it stays inside it, and what the stages make of it is an error or works. The
 * image's hash is put right first, or nothing behind it would ever be reached. */
#include "act/act.h"
#include "actor/actor.h"
#include "base/table_build.h"
#include "base/table_image.h"
#include "event/event.h"
#include "scan/scan.h"
#include "segment/segment.h"
#include "topic/topic.h"
#include "when/when.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 18, ROWS_LOOKED_AT = 4096 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_tables: %s\n", what);
    abort();
}

/* An image of one table without rows, as a file: images can only be added to tables that are open. */
static dm_tables *open_base(void)
{
    static int fd = -1;
    static char path[64];
    dm_tables *t = NULL;
    if (fd < 0) {
        dm_table_builder *b = NULL;
        const dm_table_spec spec = { .name = "base", .index = { NULL, 0 } };
        void *image = NULL;
        size_t size = 0;
        must(dm_table_builder_new(&b, NULL) == DM_OK && dm_table_builder_add(b, &spec, dm_str_of("word\n"), NULL) == DM_OK &&
                 dm_table_builder_finish(b, &image, &size, NULL) == DM_OK,
            "no base image");
        fd = memfd_create("base", 0);
        must(fd >= 0 && write(fd, image, size) == (ssize_t)size, "no file for the base image");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        free(image);
        dm_table_builder_free(b);
    }
    must(dm_tables_open(&t, path, NULL) == DM_OK, "the base image cannot be opened");
    return t;
}

static volatile unsigned sink; /* every byte that a cell spans is read */

static void look(dm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.p[i];
}

static void read_cells(const dm_tables *t)
{
    for (uint32_t i = 0; i < dm_tables_count(t); i++) {
        const dm_table *table = dm_tables_at(t, i);
        must(table != NULL && dm_table_index(t, table) == i, "a table that is not at its place");
        look(dm_table_name(table));
        uint32_t rows = dm_table_rows(table) < ROWS_LOOKED_AT ? dm_table_rows(table) : ROWS_LOOKED_AT;
        (void)dm_table_column(table, "no such column");
        for (uint32_t r = 0; r < rows; r++) {
            sink += dm_table_line(table, r);
            for (int c = 0; c < 16; c++)
                look(dm_table_cell(table, r, c));
        }
    }
}

static void walk_phrases(const dm_tables *t)
{
    static const char *const words[] = { "the", "of", "japan", "prime", "minister", "un", "condemn" };
    for (uint32_t image = 0; image < dm_tables_images(t); image++) {
        uint32_t node = 0;
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
            uint32_t next = dm_phrase_step(t, image, node, dm_str_of(words[i])), n = 0;
            const dm_phrase *p = next == DM_NO_NODE ? NULL : dm_phrase_at(t, image, next, &n);
            for (uint32_t k = 0; k < n; k++)
                sink += p[k].row + p[k].table;
            node = next == DM_NO_NODE ? 0 : next;
        }
    }
}

/* The stages that load tables, each alone. */
static void make_stages(const dm_tables *t)
{
    dm_segmenter *seg = NULL;
    dm_when *when = NULL;
    dm_actor *actor = NULL;
    dm_act *act = NULL;
    dm_eventer *eventer = NULL;
    dm_topic *topic = NULL;
    if (dm_segmenter_new(&seg, t, NULL) == DM_OK) {
        dm_doc *doc = dm_doc_new();
        if (doc &&
            dm_doc_set_text(doc, dm_str_of("The prime minister of Japan condemned the U.N. on Monday. He met the two sides."),
                NULL) == DM_OK &&
            dm_segment(seg, doc, NULL) == DM_OK)
            (void)dm_scan(t, doc, NULL);
        dm_doc_free(doc);
        dm_segmenter_free(seg);
    }
    if (dm_when_new(&when, t, NULL) == DM_OK)
        dm_when_free(when);
    if (dm_actor_new(&actor, t, NULL) == DM_OK)
        dm_actor_free(actor);
    if (dm_act_new(&act, t, NULL) == DM_OK)
        dm_act_free(act);
    if (dm_eventer_new(&eventer, t, 0, NULL) == DM_OK)
        dm_eventer_free(eventer);
    if (dm_topic_new(&topic, t, NULL) == DM_OK)
        dm_topic_free(topic);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    dm_tables *t = open_base();
    unsigned char *image = malloc(size ? size : 1);
    must(image != NULL, "out of memory");
    if (size)
        memcpy(image, data, size);
    if (size > sizeof(dm_image_head)) {
        dm_image_head h;
        memcpy(&h, image, sizeof h);
        memcpy(h.magic, DM_IMAGE_MAGIC, sizeof h.magic);
        h.size = size;
        h.hash = dm_image_hash(&h, image + sizeof h, size - sizeof h);
        memcpy(image, &h, sizeof h);
    }
    if (dm_tables_add_image(t, image, size, NULL) == DM_OK) {
        read_cells(t);
        walk_phrases(t);
        make_stages(t);
    } else {
        free(image);
    }
    dm_tables_close(t);
    return 0;
}
