// SPDX-License-Identifier: Apache-2.0
/* Command lines: popt with one way of saying what is wrong. */
#include "cli.h"
#include <stdio.h>
#include <string.h>

poptContext cli_options(int argc, const char **argv, const struct poptOption *options, const char *usage)
{
    poptContext popt = poptGetContext("demarche", argc, argv, options, 0);
    if (popt)
        poptSetOtherOptionHelp(popt, usage);
    return popt;
}

bool cli_read_options(poptContext popt, int *code)
{
    if (!popt) {
        cli_say("out of memory");
        *code = EXIT_BROKEN;
        return false;
    }
    int rc = poptGetNextOpt(popt);
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
