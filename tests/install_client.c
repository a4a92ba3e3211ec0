// SPDX-License-Identifier: Apache-2.0
/* A stranger's program on the installed library: the README's example, whole. */
#include <demarche/coder.h>
#include <demarche/write.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char text[] = "Japan condemned China on Tuesday.";
    dm_error err = { .msg = "" };
    dm_coder *coder = NULL;
    dm_doc *doc = NULL;
    dm_buf out = { 0 };
    dm_status st = dm_coder_open(&coder, NULL, &err);
    if (st == DM_OK)
        st = dm_code_bytes(coder, &doc, "article.txt", (dm_str){ text, strlen(text) }, &err);
    if (st == DM_OK)
        st = dm_write_doc(&out, doc, NULL, &err);
    if (st == DM_OK)
        fwrite(out.p, 1, out.len, stdout);
    else
        fprintf(stderr, "%s\n", err.msg);
    dm_buf_free(&out);
    dm_doc_free(doc);
    dm_coder_close(coder);
    return st == DM_OK ? 0 : 1;
}
