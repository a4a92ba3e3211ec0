// SPDX-License-Identifier: Apache-2.0
/* JSON written straight into a buffer. */
#include "serve/json.h"
#include <math.h>

static void comma(dm_buf *b)
{
    if (b->len && !b->failed && !strchr("{[:", b->p[b->len - 1]))
        dm_put_z(b, ",");
}

void dm_js_open(dm_buf *b, char bracket)
{
    comma(b);
    dm_put(b, (dm_str){ &bracket, 1 });
}

void dm_js_close(dm_buf *b, char bracket) { dm_put(b, (dm_str){ &bracket, 1 }); }

void dm_js_key(dm_buf *b, const char *key)
{
    comma(b);
    dm_put_json(b, dm_str_of(key));
    dm_put_z(b, ":");
}

void dm_js_str(dm_buf *b, const char *key, dm_str value)
{
    dm_js_key(b, key);
    dm_put_json(b, value.p ? value : DM_STR(""));
}

void dm_js_text(dm_buf *b, const char *key, dm_str value)
{
    if (value.len)
        dm_js_str(b, key, value);
}

void dm_js_count(dm_buf *b, const char *key, uint64_t n)
{
    dm_js_key(b, key);
    dm_put_u(b, n);
}

void dm_js_bool(dm_buf *b, const char *key, bool value)
{
    dm_js_key(b, key);
    dm_put_z(b, value ? "true" : "false");
}

void dm_js_real(dm_buf *b, const char *key, double x)
{
    dm_js_key(b, key);
    if (isfinite(x))
        dm_put_num(b, x, 0, 4);
    else
        dm_put_z(b, "null");
}

void dm_js_day(dm_buf *b, const char *key, dm_day day)
{
    if (day == DM_DAY_NONE)
        return;
    dm_js_key(b, key);
    dm_put_z(b, "\"");
    dm_put_day(b, day);
    dm_put_z(b, "\"");
}

void dm_js_id(dm_buf *b, const char *key, uint64_t id)
{
    dm_js_key(b, key);
    dm_put_z(b, "\"");
    dm_put_id(b, id);
    dm_put_z(b, "\"");
}

void dm_js_item(dm_buf *b, dm_str value)
{
    comma(b);
    dm_put_json(b, value.p ? value : DM_STR(""));
}
