// SPDX-License-Identifier: Apache-2.0
/* demarche parse: every sentence, whether it has something to code or not, as CoNLL-U. */
#include "cli.h"

static dm_status render(void *ctx, const dm_doc *doc, dm_buf *out, dm_error *err)
{
    (void)ctx;
    return dm_write_conllu(out, doc, err);
}

int cmd_parse(int argc, const char **argv)
{
    int threads = 0;
    const struct poptOption options[] = {
        { NULL, 'j', POPT_ARG_INT, &threads, 0, "threads (default: one for each processor); the output is the same", "N" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] FILE...");
    int code;
    if (cli_read_options(popt, &code)) {
        dm_coder_opts coder = DM_CODER_OPTS_INIT;
        cli_job job = {
            .coder = &coder, .paths = poptGetArgs(popt), .threads = threads, .code = dm_parse_text, .render = render
        };
        code = cli_run(&job);
    }
    poptFreeContext(popt);
    return code;
}
