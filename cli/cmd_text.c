// SPDX-License-Identifier: Apache-2.0
/* demarche text: the document text, to which every offset of every record refers. */
#include "cli.h"
#include <stdlib.h>

static dm_status nothing(const dm_coder *coder, dm_doc *doc, dm_error *err)
{
    (void)coder, (void)doc, (void)err; /* read is all that is needed */
    return DM_OK;
}

static dm_status render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    return dm_write_source(out, doc, *(const dm_format *)ctx, err);
}

static int run(const char *as, const char **paths)
{
    dm_coder_opts coder = DM_CODER_OPTS_INIT;
    dm_format format = DM_FORMAT_TEXT;
    dm_error err = { .msg = "" };
    if (as && dm_format_find(&format, as, &err) != DM_OK) {
        cli_say("%s", err.msg);
        return EXIT_USAGE;
    }
    if (format != DM_FORMAT_TEXT && format != DM_FORMAT_JSONL) {
        cli_say("'%s' is no form for a document's text; there are text and jsonl", as);
        return EXIT_USAGE;
    }
    cli_job job = { .coder = &coder, .paths = paths, .threads = 1, .code = nothing, .render = render, .ctx = &format };
    return cli_run(&job);
}

int cmd_text(int argc, const char **argv)
{
    char *as = NULL;
    const struct poptOption options[] = {
        { "as", 'a', POPT_ARG_STRING, &as, 0, "the text alone (default), or one JSON object a document with its metadata",
            "text|jsonl" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] FILE...");
    int code;
    if (cli_read_options(popt, &code))
        code = run(as, poptGetArgs(popt));
    poptFreeContext(popt);
    free(as);
    return code;
}
