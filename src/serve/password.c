// SPDX-License-Identifier: Apache-2.0
/* Passwords: argon2id by libsodium. Checking one takes a good part of a second and much memory, as it should, so only one is checked at a
 * time and headers that were right are remembered, as keyed hashes, until the server ends. */
#include "serve/password.h"
#include <demarche/serve.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    USERS_MAX = 64,
    NAME_MAX_BYTES = 64,
    LINE_BYTES = 512,
    HEADER_MAX = 1024,
    PASSWORD_MIN = 8,
    PASSWORD_MAX = 256,
    KNOWN_MAX = 64,
    TAG_BYTES = 32
};

typedef struct user {
    char name[NAME_MAX_BYTES + 1];
    char hash[crypto_pwhash_STRBYTES];
} user;

struct dm_passwords {
    pthread_mutex_t lock;
    user user[USERS_MAX];
    size_t n;
    unsigned char key[crypto_generichash_KEYBYTES];
    unsigned char known[KNOWN_MAX][TAG_BYTES];
    size_t n_known;
    char dummy[crypto_pwhash_STRBYTES]; /* checked for names that are not there: they take as long */
};

static dm_status start_sodium(dm_error *err)
{
    return sodium_init() >= 0 ? DM_OK : dm_fail(err, DM_EIO, 0, "libsodium does not start: no random numbers from the system");
}

static bool name_ok(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] <= 0x20 || name[i] == 0x7F || name[i] == ':')
            return false;
    return n > 0 && n <= NAME_MAX_BYTES;
}

static dm_status read_line(dm_passwords *p, const char *path, char *line, size_t number, dm_error *err)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (!*line || *line == '#')
        return DM_OK;
    char *colon = strchr(line, ':');
    if (!colon || !name_ok(line, (size_t)(colon - line)) || strncmp(colon + 1, "$argon2id$", 10) != 0 ||
        strlen(colon + 1) >= crypto_pwhash_STRBYTES)
        return dm_fail(err, DM_EINPUT, number, "'%s' line %zu is no NAME:HASH; 'demarche serve --make-password %s' writes one",
            path, number, path);
    if (p->n == USERS_MAX)
        return dm_fail(err, DM_ELIMIT, number, "'%s' has more than %d names", path, USERS_MAX);
    user *u = &p->user[p->n++];
    *colon = '\0';
    memcpy(u->name, line, strlen(line) + 1);
    memset(u->hash, 0, sizeof u->hash);
    memcpy(u->hash, colon + 1, strlen(colon + 1));
    return DM_OK;
}

static dm_status read_lines(dm_passwords *p, const char *path, FILE *f, dm_error *err)
{
    char line[LINE_BYTES];
    dm_status st = DM_OK;
    for (size_t number = 1; st == DM_OK && fgets(line, sizeof line, f); number++)
        st = read_line(p, path, line, number, err);
    if (st == DM_OK && p->n == 0)
        return dm_fail(err, DM_EINPUT, 0, "no password in '%s'; 'demarche serve --make-password %s' writes one", path, path);
    return st;
}

dm_status dm_passwords_open(dm_passwords **out, const char *path, dm_error *err)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot open the password file '%s': %s", path, strerror(errno));
    struct stat about;
    dm_passwords *p = calloc(1, sizeof *p);
    dm_status st = p ? start_sodium(err) : dm_fail(err, DM_ENOMEM, 0, "out of memory for passwords");
    if (st == DM_OK && (fstat(fileno(f), &about) != 0 || about.st_mode & (S_IRWXG | S_IRWXO)))
        st = dm_fail(err, DM_EINPUT, 0, "others may read the password file '%s'; run chmod 600 on it", path);
    if (st == DM_OK)
        st = read_lines(p, path, f, err);
    fclose(f);
    if (st != DM_OK) {
        free(p);
        return st;
    }
    pthread_mutex_init(&p->lock, NULL);
    randombytes_buf(p->key, sizeof p->key);
    memcpy(p->dummy, p->user[0].hash, sizeof p->dummy);
    *out = p;
    return DM_OK;
}

void dm_passwords_close(dm_passwords *p)
{
    if (!p)
        return;
    pthread_mutex_destroy(&p->lock);
    sodium_memzero(p, sizeof *p);
    free(p);
}

/* "NAME:PASSWORD" out of a Basic header. */
static bool decode(const char *header, char out[HEADER_MAX])
{
    size_t n = 0;
    if (strncasecmp(header, "Basic ", 6) != 0 || strlen(header) >= HEADER_MAX)
        return false;
    header += 6 + strspn(header + 6, " ");
    if (sodium_base642bin(
            (unsigned char *)out, HEADER_MAX - 1, header, strlen(header), "", &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    out[n] = '\0';
    return strlen(out) == n && strchr(out, ':');
}

static bool check(const dm_passwords *p, const char *header)
{
    char text[HEADER_MAX];
    if (!decode(header, text))
        return false;
    char *word = strchr(text, ':');
    *word++ = '\0';
    const char *hash = p->dummy;
    bool there = false;
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->user[i].name, text) == 0) {
            hash = p->user[i].hash;
            there = true;
        }
    bool right = crypto_pwhash_str_verify(hash, word, strlen(word)) == 0;
    sodium_memzero(text, sizeof text);
    return right && there;
}

bool dm_passwords_ok(dm_passwords *p, const char *authorization)
{
    unsigned char tag[TAG_BYTES];
    bool ok = false;
    if (!authorization)
        return false;
    crypto_generichash(tag, sizeof tag, (const unsigned char *)authorization, strlen(authorization), p->key, sizeof p->key);
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->n_known && !ok; i++)
        ok = sodium_memcmp(p->known[i], tag, sizeof tag) == 0;
    if (!ok && (ok = check(p, authorization)) && p->n_known < KNOWN_MAX)
        memcpy(p->known[p->n_known++], tag, sizeof tag);
    pthread_mutex_unlock(&p->lock);
    return ok;
}

bool dm_secret_same(const char *a, const char *b) { return strlen(a) == strlen(b) && sodium_memcmp(a, b, strlen(a)) == 0; }

/* --- making one --- */

/* The other lines of the old file. */
static void copy_others(const char *path, const char *name, FILE *to)
{
    char line[LINE_BYTES];
    size_t n = strlen(name);
    FILE *old = fopen(path, "re");
    while (old && fgets(line, sizeof line, old))
        if (!(strncmp(line, name, n) == 0 && line[n] == ':'))
            fputs(line, to);
    if (old)
        fclose(old);
}

static dm_status write_file(const char *path, const char *name, const char *hash, dm_error *err)
{
    char half[4096];
    if (snprintf(half, sizeof half, "%s.tmp", path) >= (int)sizeof half)
        return dm_fail(err, DM_EUSAGE, 0, "the path of the password file is too long");
    int fd = open(half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot write '%s': %s", half, strerror(errno));
    copy_others(path, name, f);
    bool ok = fprintf(f, "%s:%s\n", name, hash) > 0;
    ok = fclose(f) == 0 && ok;
    if (ok && rename(half, path) == 0)
        return DM_OK;
    dm_fail(err, DM_EIO, 0, "cannot write '%s': %s", path, strerror(errno));
    unlink(half);
    return DM_EIO;
}

dm_status dm_serve_password(const char *path, const char *name, dm_str password, dm_error *err)
{
    char hash[crypto_pwhash_STRBYTES];
    dm_status st = start_sodium(err);
    if (st != DM_OK)
        return st;
    if (!name_ok(name, strlen(name)))
        return dm_fail(err, DM_EUSAGE, 0, "the name has to have 1 to %d characters, no blanks and no colon", NAME_MAX_BYTES);
    if (password.len < PASSWORD_MIN || password.len > PASSWORD_MAX || memchr(password.p, '\0', password.len))
        return dm_fail(err, DM_EUSAGE, 0, "the password has to have %d to %d bytes", PASSWORD_MIN, PASSWORD_MAX);
    if (crypto_pwhash_str(
            hash, password.p, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for hashing a password");
    return write_file(path, name, hash, err);
}
