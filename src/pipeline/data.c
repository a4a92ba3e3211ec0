// SPDX-License-Identifier: Apache-2.0
/* Where the compiled tables and the model are: so that a build tree, an installation and a user's own copy all work unasked. */
#include "pipeline/coder.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool has(char *out, const char *dir, const char *name)
{
    int n = dir && *dir ? snprintf(out, DM_PATH_MAX, "%s/%s", dir, name) : -1;
    return n > 0 && n < DM_PATH_MAX && access(out, R_OK) == 0;
}

/* The folder of the running program; false where the system does not tell. */
static bool program_dir(char *out)
{
    ssize_t n = readlink("/proc/self/exe", out, DM_PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    *slash = 0;
    return true;
}

dm_status dm_data_path(char *out, const char *dir, const char *name, dm_error *err)
{
    const char *given = dir ? dir : getenv("DEMARCHE_DATA");
    char own[DM_PATH_MAX];
    if (given && *given) {
        if (has(out, given, name))
            return DM_OK;
        return dm_fail(
            err, DM_EIO, 0, "cannot read '%s' in '%.200s', the data folder that was asked for (DEMARCHE_DATA)", name, given);
    }
    if (program_dir(own) && has(out, own, name))
        return DM_OK;
    if (has(out, DM_DATADIR, name))
        return DM_OK;
    return dm_fail(err, DM_EIO, 0,
        "cannot find '%s', neither beside the program nor in '%s'; set DEMARCHE_DATA to the folder that has it", name,
        DM_DATADIR);
}
