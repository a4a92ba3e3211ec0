// SPDX-License-Identifier: Apache-2.0
/* x */
#include "cli.h"
int cmd_show(int argc, const char **argv) { (void)argc, (void)argv; return 0; }
