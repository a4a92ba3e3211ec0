// SPDX-License-Identifier: Apache-2.0
/* Files of secrets, looked at before they are used: the library of NATS would try a damaged one again and again as if the queue were away.
 * A credentials file holds a token (JWT) and behind it the seed of a key: base32 of two bytes for its kind, 32 of the seed, and their CRC. */
#include "queue/queue.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 200, CREDS_MAX = 1 << 16, SEED_TEXT = 58, SEED_BYTES = 36, CRC_BYTES = 2, CRC_POLYNOMIAL = 0x1021 };

dm_status dm_secret_check(const char *path, const char *what, dm_error *err)
{
    struct stat s;
    if (stat(path, &s) != 0 || access(path, R_OK) != 0)
        return dm_fail(err, DM_EIO, 0, "cannot read the %s '%.*s': %s", what, SHOWN, path, strerror(errno));
    if (S_ISREG(s.st_mode) && (s.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        return dm_fail(err, DM_EUSAGE, 0, "others can read the %s '%.*s'; chmod 600 it", what, SHOWN, path);
    return DM_OK;
}

static bool decode(const char *text, uint8_t out[SEED_BYTES])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t held = 0;
    unsigned bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < SEED_TEXT; i++) {
        const char *d = memchr(digits, text[i], sizeof digits - 1);
        if (!d)
            return false;
        held = (held << 5 | (uint32_t)(d - digits)) & 0xFFFF;
        bits += 5;
        if (bits >= 8 && n < SEED_BYTES)
            out[n++] = (uint8_t)(held >> (bits -= 8));
    }
    explicit_bzero(&held, sizeof held);
    return n == SEED_BYTES;
}

/* CRC-16 as XMODEM has it. */
static uint32_t crc(const uint8_t *p, size_t n)
{
    uint32_t c = 0;
    for (size_t i = 0; i < n; i++) {
        c ^= (uint32_t)p[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            c = (c & 0x8000 ? c << 1 ^ CRC_POLYNOMIAL : c << 1) & 0xFFFF;
    }
    return c;
}

static bool is_seed(const char *text)
{
    uint8_t raw[SEED_BYTES];
    bool good = decode(text, raw);
    good = good && crc(raw, SEED_BYTES - CRC_BYTES) == ((uint32_t)raw[SEED_BYTES - 2] | (uint32_t)raw[SEED_BYTES - 1] << 8);
    explicit_bzero(raw, sizeof raw);
    return good;
}

static bool are_creds(const char *text)
{
    const char *token = strstr(text, "-BEGIN NATS USER JWT-"), *key = strstr(text, "-BEGIN USER NKEY SEED-");
    if (!token || !key)
        return false;
    key += strcspn(key, "\n");
    key += strspn(key, " \t\r\n");
    return key[0] == 'S' && key[1] == 'U' && strlen(key) >= SEED_TEXT && is_seed(key);
}

dm_status dm_creds_check(const char *path, dm_error *err)
{
    char text[CREDS_MAX];
    dm_status st = dm_secret_check(path, "creds file", err);
    if (st != DM_OK)
        return st;
    FILE *f = fopen(path, "re");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot read the creds file '%.*s': %s", SHOWN, path, strerror(errno));
    setvbuf(f, NULL, _IONBF, 0); /* no copy in memory that is not wiped */
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    if (!are_creds(text))
        st = dm_fail(err, DM_EINPUT, 0,
            "'%.*s' is no creds file as NATS makes them (a user's token and seed), or it is damaged", SHOWN, path);
    explicit_bzero(text, sizeof text);
    return st;
}
