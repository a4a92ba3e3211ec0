// SPDX-License-Identifier: Apache-2.0
/* Set-up and tear-down of tests that need a whole coder, opened on the data of the build. Behind what cmocka.h wants. */
#ifndef TEST_CODER_FIXTURE_H
#define TEST_CODER_FIXTURE_H
#include <demarche/coder.h>
#include <stdio.h>

static int coder_open(void **state)
{
    dm_error err = { .msg = "" };
    dm_coder *coder = NULL;
    if (dm_coder_open(&coder, NULL, &err) != DM_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return -1;
    }
    *state = coder;
    return 0;
}

static int coder_close(void **state)
{
    dm_coder_close(*state);
    return 0;
}

#endif
