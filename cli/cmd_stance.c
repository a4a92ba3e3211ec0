#include "cli.h"
int cmd_stance(int argc, const char **argv) { (void)argc; (void)argv; return 2; }
