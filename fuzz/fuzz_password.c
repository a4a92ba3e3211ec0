// SPDX-License-Identifier: Apache-2.0
/* The desk's password file and its Authorization header, each on any bytes. Before the first line end stands the header, behind it the
 * file. The header is checked against a file of ours with a cheap hash, since a password that is none has to take its time. */
#include "fuzz.h"
#include "serve/password.h"
#include <sodium.h>

enum { INPUT_MAX = 1 << 12 };

static dm_passwords *ours;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    char hash[crypto_pwhash_STRBYTES], line[crypto_pwhash_STRBYTES + 8];
    static fuzz_file file;
    dm_error err = { .msg = "" };
    fuzz_need(
        sodium_init() >= 0 && crypto_pwhash_str(hash, "secret", 6, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN) == 0,
        "a hash");
    int n = snprintf(line, sizeof line, "ann:%s\n", hash);
    fuzz_write(&file, line, (size_t)n);
    fuzz_start(dm_passwords_open(&ours, file.path, &err), &err);
    return 0;
}

static void read_file(const uint8_t *data, size_t size)
{
    static fuzz_file file;
    dm_passwords *p = NULL;
    dm_error err = { .msg = "" };
    fuzz_write(&file, data, size);
    if (dm_passwords_open(&p, file.path, &err) == DM_OK)
        fuzz_need(!dm_passwords_ok(p, "Basic"), "no entry without a name");
    else
        fuzz_need(err.msg[0], "a refusal with its reason");
    dm_passwords_close(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char header[INPUT_MAX + 1];
    const uint8_t *end = size && size <= INPUT_MAX ? memchr(data, '\n', size) : NULL;
    if (!end)
        return 0;
    memcpy(header, data, (size_t)(end - data));
    header[end - data] = '\0';
    if (dm_passwords_ok(ours, header)) /* "ann:secret", whatever stands around */
        fuzz_need(
            strncasecmp(header, "Basic ", 6) == 0 && strstr(header, "YW5uOnNlY3JldA"), "an entry with the right password");
    read_file(end + 1, size - (size_t)(end + 1 - data));
    return 0;
}
