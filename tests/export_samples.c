// SPDX-License-Identifier: Apache-2.0
/* export_samples FOLDER all|done COPIES FILES...: codes the files and writes FOLDER/events.FORMAT in every format, each document COPIES
 * times; a line for each format tells what became of the events. parquet is skipped, with the reason, where DuckDB is not found. */
#include <demarche/export.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FORMATS = 16, PATH_LEN = 1024 };

typedef struct outputs {
    dm_exporter *x[MAX_FORMATS];
    size_t n;
    uint64_t happenings; /* each event is one of its own */
} outputs;

static void die(const char *what, const dm_error *err)
{
    fprintf(stderr, "export_samples: %s: %s\n", what, err->msg);
    exit(1);
}

static void open_all(outputs *o, const dm_coder *coder, const char *folder, bool all)
{
    dm_error err = { .msg = "" };
    for (size_t i = 0; dm_export_format_name(i); i++, o->n++) {
        char path[PATH_LEN];
        snprintf(path, sizeof path, "%s/events.%s", folder, dm_export_format_name(i));
        dm_export_opts opts = DM_EXPORT_OPTS_INIT;
        opts.coder = coder;
        opts.path = path;
        opts.all = all;
        if (dm_export_open(&o->x[i], dm_export_format_name(i), &opts, &err) == DM_OK)
            continue;
        if (strcmp(dm_export_format_name(i), "parquet") != 0)
            die(path, &err);
        printf("parquet skipped: %s\n", err.msg);
    }
}

/* 32 hex digits of the text (FNV-1a, twice): a stand-in for the record's hash. */
static void hash_of(char out[33], dm_str text)
{
    uint64_t h[2] = { UINT64_C(0xcbf29ce484222325), UINT64_C(0x9e3779b97f4a7c15) };
    for (size_t i = 0; i < text.len; i++)
        for (int k = 0; k < 2; k++)
            h[k] = (h[k] ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001b3);
    snprintf(out, 33, "%016" PRIx64 "%016" PRIx64, h[0], h[1]);
}

static void export_doc(outputs *o, const dm_doc *doc)
{
    size_t n;
    char hash[33];
    dm_error err = { .msg = "" };
    const dm_event *events = dm_doc_events(doc, &n);
    hash_of(hash, dm_doc_text(doc));
    for (size_t k = 0; k < n; k++) {
        o->happenings++;
        for (size_t i = 0; i < o->n; i++) {
            dm_filed f = { .doc = doc,
                .event = &events[k],
                .happening = o->happenings,
                .reports = 1,
                .independent = 1,
                .document = hash,
                .first_report = dm_doc_meta(doc)->date.from };
            if (o->x[i] && dm_export_event(o->x[i], &f, &err) != DM_OK)
                die(dm_export_format_name(i), &err);
        }
    }
}

int main(int argc, char **argv)
{
    dm_error err = { .msg = "" };
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    dm_doc *doc = NULL;
    outputs o = { 0 };
    if (argc < 5 || dm_coder_open(&coder, NULL, &err) != DM_OK || dm_input_open(&in, coder, &err) != DM_OK)
        die("FOLDER all|done COPIES FILES", &err);
    open_all(&o, coder, argv[1], strcmp(argv[2], "all") == 0);
    for (int i = 4; i < argc; i++)
        if (dm_input_add(in, argv[i], &err) != DM_OK)
            die(argv[i], &err);
    while (dm_input_next(in, &doc, &err) == DM_OK && dm_code_doc(coder, doc, &err) == DM_OK)
        for (int copy = 0; copy < atoi(argv[3]); copy++)
            export_doc(&o, doc);
    for (size_t i = 0; i < o.n; i++) {
        dm_export_stats s;
        if (!o.x[i])
            continue;
        if (dm_export_close(o.x[i], &s, &err) != DM_OK)
            die(dm_export_format_name(i), &err);
        printf("%s: %" PRIu64 " events, %" PRIu64 " rows, %" PRIu64 " not done, %" PRIu64 " without CAMEO code, %" PRIu64
               " cut\n",
            dm_export_format_name(i), s.events, s.rows, s.undone, s.uncoded, s.cut);
    }
    dm_doc_free(doc);
    dm_input_close(in);
    dm_coder_close(coder);
    return 0;
}
