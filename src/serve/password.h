// SPDX-License-Identifier: Apache-2.0
/* Names and passwords for desks that are reached from other machines. */
#ifndef DM_SERVE_PASSWORD_H
#define DM_SERVE_PASSWORD_H

#include "base/str.h"

typedef struct dm_passwords dm_passwords;
/* Reads "NAME:HASH" lines (argon2id, libsodium); DM_EINPUT: there is none, or a line is something else; DM_EIO. */
dm_status dm_passwords_open(dm_passwords **out, const char *path, dm_error *err);
void dm_passwords_close(dm_passwords *p);
/* Whether the Authorization header holds a name with its password. Slow for what is new: one at a time. Thread-safe. */
bool dm_passwords_ok(dm_passwords *p, const char *authorization);
/* Compares without telling by its time how much is equal. */
bool dm_secret_same(const char *a, const char *b);

#endif
