// SPDX-License-Identifier: Apache-2.0
/* Damaged model files. The input says what is changed in a small model that is whole: five bytes each, of which part (a section, header,
 * section table, length of the file), where and to what. The hash is put right, or nothing behind it would be reached. What still opens
 * has to parse: one tree, lemmas inside their room, whatever the numbers of the network are. */
#include "base/map.h"
#include "doc/ud.h"
#include "fuzz.h"
#include "parse/model.h"

enum { CHANGE = 5, CHANGES_MAX = 64, WIDTH = 16, WORDS = 6, PART_HEAD = 254, PART_TABLE = 253, PART_LENGTH = 252 };

static unsigned char *whole, *damaged;
static size_t length;

static dm_model_head small(void)
{
    return (dm_model_head){ .magic = "DMMODEL",
        .version = DM_MODEL_VERSION,
        .order = DM_MODEL_ORDER,
        .feat_version = DM_FEAT_VERSION,
        .sections = DM_SECTIONS,
        .dim = WIDTH,
        .hidden = WIDTH,
        .layers = 1,
        .arc = WIDTH,
        .rel = WIDTH,
        .tags = 2,
        .tags_padded = WIDTH,
        .tag_layer = 1,
        .words = 2,
        .word_bits = 1,
        .vecs = 2,
        .vec_bits = 1,
        .lemmas = 2,
        .lemma_bits = 1,
        .scripts = 2 };
}

static void put_starts(unsigned char *at)
{
    const uint32_t start[] = { 0, 1, 2 };
    memcpy(at, start, sizeof start);
}

/* Zeros are a network that knows nothing; only tables of keys need more. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    uint64_t need[DM_SECTIONS];
    dm_model_section s[DM_SECTIONS];
    dm_model_head h = small();
    fuzz_need(dm_model_sizes(need, &h), "sizes of a small model");
    length = sizeof h + sizeof s;
    for (int i = 0; i < DM_SECTIONS; i++) {
        length = (length + DM_MODEL_ALIGN - 1) / DM_MODEL_ALIGN * DM_MODEL_ALIGN;
        s[i] = (dm_model_section){ length, need[i] };
        length += need[i];
    }
    h.size = length;
    whole = calloc(2, length);
    fuzz_need(whole != NULL, "memory");
    damaged = whole + length;
    memcpy(whole, &h, sizeof h);
    memcpy(whole + sizeof h, s, sizeof s);
    put_starts(whole + s[DM_S_WORD_START].at);
    put_starts(whole + s[DM_S_VEC_START].at);
    put_starts(whole + s[DM_S_LEMMA_START].at);
    return 0;
}

/* Bytes from `at` on that one change may reach. */
static size_t part_of(uint8_t part, size_t *at)
{
    dm_model_section s;
    *at = 0;
    if (part == PART_HEAD)
        return sizeof(dm_model_head);
    *at = sizeof(dm_model_head);
    if (part == PART_TABLE)
        return DM_SECTIONS * sizeof s;
    memcpy(&s, whole + *at + part % DM_SECTIONS * sizeof s, sizeof s);
    *at = s.at;
    return s.size;
}

static size_t damage(const uint8_t *data, size_t size)
{
    size_t kept = length;
    memcpy(damaged, whole, length);
    for (size_t i = 0; i + CHANGE <= size && i < (size_t)CHANGE * CHANGES_MAX; i += CHANGE) {
        size_t where = (size_t)data[i + 1] << 16 | (size_t)data[i + 2] << 8 | data[i + 3], at;
        size_t n = part_of(data[i], &at);
        if (data[i] == PART_LENGTH)
            kept = where % (length + 1);
        else if (n)
            damaged[at + where % n] = data[i + 4];
    }
    if (kept >= sizeof(dm_model_head)) {
        dm_model_head h;
        memcpy(&h, damaged, sizeof h);
        h.hash = dm_hash(damaged + sizeof h, kept - sizeof h, 0);
        h.size = kept < length ? kept : h.size;
        memcpy(damaged, &h, sizeof h);
    }
    return kept;
}

static void parse(const dm_model *m)
{
    static const dm_word words[WORDS] = { { "Japan", 5 }, { "has", 3 }, { "condemned", 9 }, { "1990", 4 },
        { "\xC3\x89tats", 6 }, { ".", 1 } };
    dm_parser *p = NULL;
    dm_parsed out[WORDS];
    dm_error err = { .msg = "" };
    char lemma[DM_LEMMA_MAX];
    unsigned roots = 0;
    fuzz_start(dm_parser_new(&p, m, &err), &err);
    fuzz_need(dm_parse_words(p, out, words, WORDS, &err) == DM_OK, "words that are parsed");
    for (uint32_t i = 0; i < WORDS; i++) {
        fuzz_need(out[i].head >= -1 && out[i].head < WORDS && out[i].head != (int32_t)i, "a head in the sentence");
        fuzz_need(out[i].upos < DM_UPOS_N && out[i].xpos < DM_XPOS_N && out[i].deprel < DM_DEPREL_N, "labels that there are");
        fuzz_need(dm_lemma(m, lemma, words, out, i) <= DM_LEMMA_MAX, "a lemma in its room");
        roots += out[i].head < 0;
    }
    fuzz_need(roots == 1, "one root");
    dm_parser_free(p);
}

/* A model without changes has to open, or all others would be refused unseen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz_file file;
    dm_model *m = NULL;
    dm_error err = { .msg = "" };
    fuzz_write(&file, damaged, damage(data, size));
    if (dm_model_open(&m, file.path, &err) == DM_OK)
        parse(m);
    else
        fuzz_need(err.msg[0] && size >= CHANGE, "a refusal with a reason, of a model that is changed");
    dm_model_close(m);
    return 0;
}
