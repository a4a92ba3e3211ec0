// SPDX-License-Identifier: Apache-2.0
/* What linking costs: made-up articles are filed with linking and without, at the density of a record of ten million events (40 articles
 * of 15 events a day, a few pairs of states in a large part of them). ninja -C build link-cost && build/link-cost FILE TABLES [ARTICLES]
 *
 * A third of the articles tell again, with half of the words changed, what one of the last three days told. */
#include "store/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 15, WORDS = 16, VOCABULARY = 6000, STATES = 180, A_DAY = 40, KEPT = 3 * A_DAY };

typedef struct made_event {
    uint32_t actor, recipient, type, words[WORDS];
} made_event;
typedef struct made_article {
    made_event v[EVENTS];
} made_article;

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* Small numbers more often: Zipf's law, roughly. */
static uint32_t skewed(uint64_t *seed, uint32_t n)
{
    double u = (double)next(seed) / (double)(1u << 31);
    return (uint32_t)((double)n * u * u * u);
}

static void make_event(made_event *e, uint64_t *seed)
{
    e->actor = skewed(seed, STATES);
    e->recipient = skewed(seed, STATES);
    e->type = (uint32_t)(next(seed) % DM_N_TYPES);
    for (int i = 0; i < WORDS; i++)
        e->words[i] = skewed(seed, VOCABULARY);
}

static void make_article(made_article *a, const made_article *kept, uint64_t n, uint64_t *seed)
{
    bool again = n > KEPT && next(seed) % 3 == 0;
    const made_article *old = &kept[next(seed) % KEPT];
    for (int i = 0; i < EVENTS; i++) {
        if (!again || next(seed) % 4 == 0) {
            make_event(&a->v[i], seed);
            continue;
        }
        a->v[i] = old->v[i];
        for (int w = 0; w < WORDS; w++)
            if (next(seed) % 2)
                a->v[i].words[w] = skewed(seed, VOCABULARY);
    }
}

static void name_word(char out[16], uint32_t w)
{
    size_t n = 0;
    for (w += 26 * 26; w && n < 15; w /= 26)
        out[n++] = (char)('a' + w % 26);
    out[n] = '\0';
}

static void fill(dm_doc *doc, const made_article *a, uint64_t n)
{
    static char text[EVENTS * WORDS * 16];
    size_t at = 0;
    uint32_t start[EVENTS + 1];
    for (int i = 0; i < EVENTS; i++) {
        start[i] = (uint32_t)at;
        for (int w = 0; w < WORDS; w++) {
            name_word(text + at, a->v[i].words[w]);
            at += strlen(text + at);
            text[at++] = w == WORDS - 1 ? '\n' : ' ';
        }
    }
    start[EVENTS] = (uint32_t)at;
    dm_doc_reset(doc);
    dm_doc_set_text(doc, (dm_str){ text, at }, NULL);
    dm_day day = 3652 + (dm_day)(n / A_DAY);
    doc->meta.id = dm_arena_printf(&doc->arena, "%llu", (unsigned long long)n);
    doc->meta.date = (dm_interval){ day, day, DM_PREC_DAY };
    for (uint32_t i = 0; i < EVENTS; i++) {
        dm_sent *s = DM_PUSH(&doc->arena, &doc->sents);
        s->span = (dm_span){ start[i], start[i + 1] - start[i] - 1 };
        dm_event *e = DM_PUSH(&doc->arena, &doc->events);
        *e = (dm_event){ .id = dm_hash(text + start[i], start[i + 1] - start[i], n),
            .sentence = i,
            .type = (uint8_t)a->v[i].type,
            .cameo = "010",
            .n_actor = 1,
            .n_recipient = 1,
            .trigger = { start[i], 4 },
            .when = { day, day, i % 2 ? DM_PREC_DAY : DM_PREC_UNKNOWN },
            .confidence = 0.5,
            .actor = dm_arena_alloc(&doc->arena, 2, sizeof(dm_party)) };
        e->recipient = e->actor + 1;
        snprintf(e->actor->code, DM_CODE_MAX, "%03u", a->v[i].actor);
        snprintf(e->recipient->code, DM_CODE_MAX, "%03u", a->v[i].recipient);
    }
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Files n articles; microseconds of processor time for each event, told for each tenth. */
static bool measure(const char *path, const dm_tables *tables, uint64_t n)
{
    dm_error err;
    dm_store *s = NULL;
    dm_doc *doc = dm_doc_new();
    made_article *kept = calloc(KEPT, sizeof *kept);
    int64_t coder = 0;
    uint64_t seed = 1, linked = 0;
    unlink(path);
    bool good = doc && kept && dm_store_open(&s, path, DM_DB_WRITE, &err) == DM_OK &&
                (!tables || dm_store_linker(s, tables, &err) == DM_OK) &&
                dm_db_exec(dm_store_db(s), "PRAGMA cache_size=-200000", &err) == DM_OK /* as adding sets it */
                && dm_db_begin(dm_store_db(s), &err) == DM_OK &&
                dm_store_coder(s, DM_STR("bench"), DM_STR("bench"), &coder, &err) == DM_OK;
    printf("%-8s", tables ? "linked" : "alone");
    double began = cpu();
    for (uint64_t i = 0; i < n && good; i++) {
        made_article a;
        dm_filing f;
        dm_put_result got;
        make_article(&a, kept, i, &seed);
        fill(doc, &a, i);
        dm_filing_make(&f, doc);
        good = dm_store_put(s, doc, &f, coder, false, &got, &err) == DM_OK;
        kept[i % KEPT] = a;
        linked += got.linked;
        if (good && i % 500 == 499)
            good = dm_db_commit(dm_store_db(s), &err) == DM_OK && dm_db_begin(dm_store_db(s), &err) == DM_OK;
        if (i % (n / 10) == n / 10 - 1) {
            printf(" %5.1f", (cpu() - began) * 1e6 / EVENTS / ((double)n / 10));
            fflush(stdout);
            began = cpu();
        }
    }
    good = good && dm_db_commit(dm_store_db(s), &err) == DM_OK;
    printf("  microseconds an event, by tenths; %llu of %llu events linked\n", (unsigned long long)linked,
        (unsigned long long)(n * EVENTS));
    if (!good)
        fprintf(stderr, "%s\n", err.msg);
    dm_store_close(s);
    dm_doc_free(doc);
    free(kept);
    return good;
}

int main(int argc, char **argv)
{
    dm_error err = { .msg = "usage: link-cost FILE TABLES [ARTICLES]" };
    dm_tables *t = NULL;
    if (argc < 3 || dm_tables_open(&t, argv[2], &err) != DM_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 20000;
    bool good = n >= 10 && measure(argv[1], NULL, n) && measure(argv[1], t, n);
    unlink(argv[1]);
    dm_tables_close(t);
    return good ? 0 : 1;
}
