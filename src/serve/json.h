// SPDX-License-Identifier: Apache-2.0
/* JSON written straight into a buffer: each call puts the comma that its place needs. */
#ifndef DM_SERVE_JSON_H
#define DM_SERVE_JSON_H

#include "write/put.h"

/* { [ as they stand: a comma before them where one is needed. */
void dm_js_open(dm_buf *b, char bracket);
void dm_js_close(dm_buf *b, char bracket);
void dm_js_key(dm_buf *b, const char *key);
/* Members; text that is empty is left out of _text and kept in _str. */
void dm_js_text(dm_buf *b, const char *key, dm_str value);
void dm_js_str(dm_buf *b, const char *key, dm_str value);
void dm_js_count(dm_buf *b, const char *key, uint64_t n);
void dm_js_bool(dm_buf *b, const char *key, bool value);
void dm_js_real(dm_buf *b, const char *key, double x);  /* null for NaN */
void dm_js_day(dm_buf *b, const char *key, dm_day day); /* left out where none is known */
void dm_js_id(dm_buf *b, const char *key, uint64_t id); /* 16 hex digits */
/* Elements. */
void dm_js_item(dm_buf *b, dm_str value);

#endif
