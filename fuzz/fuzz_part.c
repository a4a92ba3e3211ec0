// SPDX-License-Identifier: Apache-2.0
/* Files of parts, whose checksums are right, or nothing behind them would be reached: numbers go up, documents are whole or refused. The
 * first byte says whether the rest is the file behind its head as it is (odd), or frames to make: a step of the number, two bytes of
 * length, the packed document. The reader is compiled in here, since its frames are its own. */
#include "../src/pipeline/part.c" // NOLINT(bugprone-suspicious-include)
#include "fuzz.h"

enum { INPUT_MAX = 1 << 14, FRAME_HEAD = 3 };

static void put_head(dm_buf *out)
{
    head h = { .magic = PART_MAGIC, .shard = 0, .shards = 0 };
    snprintf(h.version, sizeof h.version, "%s", dm_version());
    h.hash = head_hash(&h);
    dm_buf_add(out, (const char *)&h, sizeof h);
}

static void put_frames(dm_buf *out, const uint8_t *data, size_t size)
{
    sums s = { 0 };
    while (size >= FRAME_HEAD) {
        size_t len = (size_t)data[1] << 8 | data[2];
        len = len < size - FRAME_HEAD ? len : size - FRAME_HEAD;
        s.seen += 1u + data[0] % 8u;
        s.documents++;
        fuzz_need(put_frame(out, s.seen, (dm_str){ (const char *)data + FRAME_HEAD, len }, NULL) == DM_OK, "memory");
        data += FRAME_HEAD + len;
        size -= FRAME_HEAD + len;
    }
    fuzz_need(put_frame(out, 0, (dm_str){ (const char *)&s, sizeof s }, NULL) == DM_OK, "memory");
}

static void read_all(const char *path)
{
    static dm_doc *doc;
    const char *paths[] = { path };
    dm_parts *ps = NULL;
    dm_error err = { .msg = "" };
    uint64_t last = 0;
    dm_status st = dm_parts_open(&ps, paths, 1, &err);
    while (st == DM_OK && (st = dm_parts_next(ps, &doc, &err)) == DM_OK) {
        fuzz_need(doc->number > last, "numbers that go up");
        last = doc->number;
    }
    fuzz_need(st == DM_END || err.msg[0], "a refusal with its reason");
    dm_parts_close(ps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz_file file;
    dm_buf part = { 0 };
    if (size < 1 || size > INPUT_MAX)
        return 0;
    put_head(&part);
    if (data[0] % 2)
        dm_buf_add(&part, (const char *)data + 1, size - 1);
    else
        put_frames(&part, data + 1, size - 1);
    fuzz_write(&file, part.p, part.len);
    read_all(file.path);
    dm_buf_free(&part);
    return 0;
}
