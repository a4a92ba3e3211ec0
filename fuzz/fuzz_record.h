// SPDX-License-Identifier: Apache-2.0
/* A small record for targets that ask one: made in a folder of its own, gone when the run ends. */
#ifndef FUZZ_RECORD_H
#define FUZZ_RECORD_H

#include "fuzz.h"
#include <demarche/desk.h>

static char fuzz_record_path[64];

static inline void fuzz_record_remove(void)
{
    char name[80];
    for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++) {
        snprintf(name, sizeof name, "%s%s", fuzz_record_path, *end);
        unlink(name);
    }
}

/* Empty without an article. */
static inline dm_record *fuzz_open_record(const char *article)
{
    dm_error err = { .msg = "" };
    dm_record *r = NULL;
    snprintf(fuzz_record_path, sizeof fuzz_record_path, "/tmp/fuzz_record.%ld.db", (long)getpid());
    fuzz_record_remove();
    atexit(fuzz_record_remove);
    fuzz_start(dm_record_open(&r, fuzz_record_path, DM_ACCESS_WRITE, getenv("DEMARCHE_DATA"), &err), &err);
    if (article) {
        dm_coder *coder = NULL;
        dm_input *in = NULL;
        fuzz_start(dm_coder_open(&coder, NULL, &err), &err);
        fuzz_start(dm_input_open(&in, coder, &err), &err);
        fuzz_start(dm_input_add_bytes(in, "a.txt", dm_str_of(article), &err), &err);
        fuzz_start(dm_record_add(r, coder, in, NULL, NULL, &err), &err);
        dm_input_close(in);
        dm_coder_close(coder);
    }
    return r;
}

#endif
