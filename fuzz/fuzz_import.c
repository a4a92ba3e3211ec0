// SPDX-License-Identifier: Apache-2.0
/* Users' lists of actors in any form, on any bytes. */
#define FUZZ_IMPORT_HEAD ""
#include "fuzz_import.h"
