// SPDX-License-Identifier: Apache-2.0
/* Command lines: popt with one way of saying what is wrong. */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* popt has no way to say that memory ran out: it ends the program with a code that stands for something else here (main.c sees to it), or goes
 * on without the arguments. errno tells the latter. */
poptContext cli_options(int argc, const char **argv, const struct poptOption *options, const char *usage)
{
    errno = 0;
    poptContext popt = poptGetContext("demarche", argc, argv, options, 0);
    if (popt && errno == ENOMEM)
        popt = poptFreeContext(popt);
    if (popt)
        poptSetOtherOptionHelp(popt, usage);
    return popt;
}

bool cli_read_options_with(poptContext popt, int *code, cli_option_fn *on, void *ctx)
{
    int rc = -1;
    bool enough = popt != NULL;
    errno = 0;
    while (enough && (rc = poptGetNextOpt(popt)) > 0 && rc != 'h')
        enough = errno != ENOMEM && (!on || on(ctx, rc, poptGetOptArg(popt)));
    if (!enough || errno == ENOMEM) {
        cli_say("out of memory reading the command line; nothing was done");
        *code = EXIT_BROKEN;
        return false;
    }
    if (rc == 'h') {
        poptPrintHelp(popt, stdout, 0);
        *code = EXIT_ALL_READ;
        return false;
    }
    if (rc < -1) {
        cli_say("%s: %s; see --help", poptBadOption(popt, POPT_BADOPTION_NOALIAS), poptStrerror(rc));
        *code = EXIT_USAGE;
        return false;
    }
    return true;
}

bool cli_read_options(poptContext popt, int *code) { return cli_read_options_with(popt, code, NULL, NULL); }

bool cli_list_add(cli_list *list, const char *value)
{
    const char **v = realloc(list->v, (list->n + 2) * sizeof *v);
    if (!v)
        return false;
    list->v = v;
    list->v[list->n++] = value;
    list->v[list->n] = NULL;
    return true;
}
