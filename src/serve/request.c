// SPDX-License-Identifier: Apache-2.0
/* URLs and headers taken apart. Everything comes from outside: lengths are checked, nothing is decoded twice. */
#include "serve/request.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_utf8(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp, n = dm_utf8_next(s, len, i, &cp);
        bool told = n == 3 && (unsigned char)s[i] == 0xEF && (unsigned char)s[i + 1] == 0xBF && (unsigned char)s[i + 2] == 0xBD;
        if (cp == 0xFFFD && !told)
            return false;
        i += n;
    }
    return true;
}

/* Decodes s[0..len) to *out and ends it; NULL when it is malformed. plus: "+" is a blank. */
static char *decode(char **out, const char *s, size_t len, bool plus)
{
    char *from = *out, *to = *out;
    for (size_t i = 0; i < len; i++) {
        int high = s[i] == '%' && i + 2 < len ? digit_of(s[i + 1]) : -1, low = high >= 0 ? digit_of(s[i + 2]) : -1;
        if (s[i] == '%' && (high < 0 || low < 0 || high * 16 + low == 0))
            return NULL;
        *to++ = s[i] == '%' ? (char)(high * 16 + low) : s[i] == '+' && plus ? ' ' : s[i];
        i += s[i] == '%' ? 2 : 0;
    }
    *to = '\0';
    *out = to + 1;
    return is_utf8(from, (size_t)(to - from)) ? from : NULL;
}

static dm_status malformed(dm_error *err)
{
    return dm_fail(err, DM_EUSAGE, 0, "the address is malformed: its %% signs or its letters (UTF-8)");
}

static dm_status take_params(dm_request *q, const char *s, char *room, dm_error *err)
{
    while (*s) {
        size_t len = strcspn(s, "&"), key = strcspn(s, "&=");
        if (len > 0) {
            if (q->n_param == DM_PARAMS_MAX)
                return dm_fail(err, DM_ELIMIT, 0, "more than %d parameters", DM_PARAMS_MAX);
            dm_param *p = &q->param[q->n_param++];
            p->key = decode(&room, s, key, true);
            p->value = p->key ? decode(&room, s + key + (key < len), len - key - (key < len), true) : NULL;
            if (!p->key || !p->value)
                return malformed(err);
        }
        s += len + (s[len] == '&');
    }
    return DM_OK;
}

dm_status dm_request_parse(dm_request *q, const char *url, dm_error *err)
{
    size_t len = strlen(url), path = strcspn(url, "?#");
    char *room = q->url;
    q->n_param = 0;
    q->path = "";
    if (len > DM_URL_MAX)
        return dm_fail(err, DM_ELIMIT, 0, "the address has more than %d bytes", DM_URL_MAX);
    if (url[0] != '/')
        return malformed(err);
    const char *decoded = decode(&room, url, path, false);
    if (!decoded)
        return malformed(err);
    q->path = decoded;
    return url[path] == '?' ? take_params(q, url + path + 1, room, err) : DM_OK;
}

const char *dm_request_get(const dm_request *q, const char *key)
{
    for (size_t i = 0; i < q->n_param; i++)
        if (strcmp(q->param[i].key, key) == 0)
            return q->param[i].value;
    return NULL;
}

dm_status dm_request_only(const dm_request *q, const char *known, const char *more, dm_error *err)
{
    for (size_t i = 0; i < q->n_param; i++) {
        dm_str key = dm_str_of(q->param[i].key);
        if (!key.len || strchr(key.p, ' ') || !(dm_str_in(key, known) || dm_str_in(key, more)))
            return dm_fail(err, DM_EUSAGE, 0, "no parameter is called '%.40s' here; there are %s%s%s", q->param[i].key, known,
                *known && *more ? " " : "", more);
    }
    return DM_OK;
}

dm_status dm_request_number(
    const dm_request *q, const char *key, uint64_t least, uint64_t most, uint64_t usual, uint64_t *out, dm_error *err)
{
    const char *text = dm_request_get(q, key);
    *out = usual;
    if (!text)
        return DM_OK;
    uint64_t n = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < len && len <= 12; i++)
        n = n * 10 + (uint64_t)(text[i] - '0');
    if (len == 0 || len > 12 || strspn(text, "0123456789") != len || n < least || n > most)
        return dm_fail(err, DM_EUSAGE, 0, "'%s' has to be a number from %llu to %llu, not '%.20s'", key,
            (unsigned long long)least, (unsigned long long)most, text);
    *out = n;
    return DM_OK;
}

/* "[::1]:80" into name and port; a missing port is 80. */
static bool split_host(const char *host, char name[256], unsigned *port)
{
    const char *end = *host == '[' ? strchr(host, ']') : NULL;
    size_t len = end ? (size_t)(end - host) + 1 : strcspn(host, ":");
    if (len == 0 || len >= 256 || (*host == '[' && !end))
        return false;
    memcpy(name, host, len);
    name[len] = '\0';
    const char *rest = host + len;
    *port = 80;
    if (*rest == '\0')
        return true;
    size_t digits = strspn(rest + 1, "0123456789");
    if (*rest != ':' || digits == 0 || digits > 5 || rest[1 + digits])
        return false;
    *port = 0;
    for (size_t i = 0; i < digits; i++)
        *port = *port * 10 + (unsigned)(rest[1 + i] - '0');
    return *port <= 65535;
}

static bool is_address(const char *name)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char inner[256];
    size_t len = strlen(name);
    if (inet_pton(AF_INET, name, bytes) == 1)
        return true;
    if (len < 3 || name[0] != '[')
        return false;
    memcpy(inner, name + 1, len - 2);
    inner[len - 2] = '\0';
    return inet_pton(AF_INET6, inner, bytes) == 1;
}

/* A page of another site can make its own name lead here, but not an address or our own name: so names are checked. */
bool dm_host_ok(const char *host, unsigned port, const char *name, bool lan)
{
    char own[256];
    unsigned at;
    if (!host || !split_host(host, own, &at))
        return false;
    if (name && strcasecmp(own, name) == 0)
        return true; /* a gateway before us may have a port of its own */
    if (port && at != port)
        return false;
    return strcasecmp(own, "localhost") == 0 || strcmp(own, "127.0.0.1") == 0 || strcmp(own, "[::1]") == 0 ||
           (lan && is_address(own));
}

bool dm_origin_ok(const char *origin, const char *host, const char *name)
{
    size_t len = strlen("http://");
    char own[256];
    unsigned port;
    if (!host)
        return false;
    if (strncmp(origin, "http://", len) == 0 && strcasecmp(origin + len, host) == 0)
        return true;
    return name && split_host(host, own, &port) && strcasecmp(own, name) == 0 && strncmp(origin, "https://", len + 1) == 0 &&
           strcasecmp(origin + len + 1, host) == 0;
}

bool dm_takes_gzip(const char *accept)
{
    while (accept && *accept) {
        accept += strspn(accept, " \t,");
        size_t len = strcspn(accept, ","), name = strcspn(accept, " \t,;");
        bool is = (name == 4 && strncasecmp(accept, "gzip", 4) == 0) || (name == 1 && *accept == '*');
        const char *q = memmem(accept, len, "q=", 2);
        if (is) {
            size_t zero = q ? strspn(q + 2, "0.") : 0;
            return !q || zero == 0 || (q[2 + zero] >= '1' && q[2 + zero] <= '9');
        }
        accept += len;
    }
    return false;
}

bool dm_tag_matches(const char *header, const char *tag)
{
    size_t len = strlen(tag);
    while (header && *header) {
        header += strspn(header, " \t,");
        if (*header == '*')
            return true;
        if (strncmp(header, "W/", 2) == 0)
            header += 2;
        if (strncmp(header, tag, len) == 0 && (header[len] == '\0' || strchr(" \t,", header[len])))
            return true;
        header += strcspn(header, ",");
    }
    return false;
}
