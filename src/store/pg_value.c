// SPDX-License-Identifier: Apache-2.0
/* Values of a result as the server sends them in binary. */
#include "store/postgres.h"
#include <math.h>
#include <stdlib.h>

uint64_t dm_pg_line_order(uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap64(v);
#else
    return v;
#endif
}

static int64_t number_at(const char *p, int len)
{
    uint64_t v = len && (signed char)p[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < len; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

/* numeric: sums of whole numbers. Digits to the base 10,000, the first of them for 10,000^weight. */
static double numeric_at(const char *p, int len)
{
    enum { BASE = 10000, HEAD = 8, NEGATIVE = 0x4000 };
    if (len < HEAD)
        return 0;
    int64_t n = number_at(p, 2), weight = number_at(p + 2, 2);
    double v = 0;
    for (int64_t i = 0; i < n && HEAD + 2 * (i + 1) <= len; i++)
        v += (double)number_at(p + HEAD + 2 * i, 2) * pow(BASE, (double)(weight - i));
    return number_at(p + 4, 2) == NEGATIVE ? -v : v;
}

double dm_pg_real(const PGresult *r, int row, int at)
{
    if (dm_pg_null(r, row, at))
        return 0;
    const char *p = PQgetvalue(r, row, at);
    int len = PQgetlength(r, row, at);
    Oid type = PQftype(r, at);
    if (type == PG_NUMERIC)
        return numeric_at(p, len);
    if (type != PG_FLOAT8 && type != PG_FLOAT4)
        return (double)dm_pg_int(r, row, at);
    uint64_t bits = (uint64_t)number_at(p, len);
    uint32_t half = (uint32_t)bits;
    double v;
    float f;
    memcpy(&v, &bits, sizeof v);
    memcpy(&f, &half, sizeof f);
    return type == PG_FLOAT8 ? v : (double)f;
}

int64_t dm_pg_int(const PGresult *r, int row, int at)
{
    if (dm_pg_null(r, row, at))
        return 0;
    const char *p = PQgetvalue(r, row, at);
    switch (PQftype(r, at)) {
    case PG_BOOL: return p[0] != 0;
    case PG_INT2:
    case PG_INT4:
    case PG_INT8: return number_at(p, PQgetlength(r, row, at));
    case PG_NUMERIC: return (int64_t)llround(numeric_at(p, PQgetlength(r, row, at)));
    case PG_FLOAT4:
    case PG_FLOAT8: return (int64_t)dm_pg_real(r, row, at);
    default: return strtoll(p, NULL, 10); /* libpq ends texts with NUL */
    }
}

dm_str dm_pg_str(const PGresult *r, int row, int at)
{
    int n = dm_pg_null(r, row, at) ? 0 : PQgetlength(r, row, at);
    return (dm_str){ n > 0 ? PQgetvalue(r, row, at) : NULL, n > 0 ? (size_t)n : 0 };
}

bool dm_pg_null(const PGresult *r, int row, int at)
{
    return !r || row >= PQntuples(r) || at >= PQnfields(r) || PQgetisnull(r, row, at);
}
