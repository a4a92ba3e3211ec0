// SPDX-License-Identifier: Apache-2.0
/* CoNLL-U reader (see conllu.h): one pass, line by line, every column checked. */
#include "conllu.h"
#include "base/str.h"
#include "doc/ud.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10, FILE_MAX_BYTES = 512 * 1024 * 1024 };

void dm_conllu_init(dm_conllu *r, dm_str text)
{
    r->rest = text;
    r->line = 0;
    r->n = 0;
}

static dm_str take_line(dm_conllu *r)
{
    const char *nl = memchr(r->rest.p, '\n', r->rest.len);
    size_t len = nl ? (size_t)(nl - r->rest.p) : r->rest.len;
    dm_str line = { r->rest.p, len };
    r->rest.p += len + (nl != NULL);
    r->rest.len -= len + (nl != NULL);
    r->line++;
    if (line.len > 0 && line.p[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool split_columns(dm_str *column, dm_str line)
{
    for (int i = 0; i < COLUMNS; i++) {
        const char *tab = line.len ? memchr(line.p, '\t', line.len) : NULL;
        if ((tab == NULL) != (i == COLUMNS - 1))
            return false;
        size_t len = tab ? (size_t)(tab - line.p) : line.len;
        column[i] = (dm_str){ line.p, len };
        if (tab) {
            line.p += len + 1;
            line.len -= len + 1;
        }
    }
    return true;
}

/* Digits only, below DM_CONLLU_WORDS + 1; else -1. */
static int number(dm_str s)
{
    int v = dm_str_digits(s);
    return v <= DM_CONLLU_WORDS ? v : -1;
}

static dm_status add_word(dm_conllu *r, dm_str line, dm_error *err)
{
    dm_str c[COLUMNS];
    if (!split_columns(c, line))
        return dm_fail(err, DM_EINPUT, r->line, "line %zu: not ten columns", r->line);
    for (size_t i = 0; i < c[0].len; i++)
        if (c[0].p[i] == '-' || c[0].p[i] == '.')
            return DM_OK;
    if (r->n == DM_CONLLU_WORDS)
        return dm_fail(err, DM_ELIMIT, r->line, "line %zu: sentence too long", r->line);
    if (number(c[0]) != (int)r->n + 1)
        return dm_fail(err, DM_EINPUT, r->line, "line %zu: word number out of order", r->line);
    int head = number(c[6]);
    if (head < 0 || head == (int)r->n + 1)
        return dm_fail(err, DM_EINPUT, r->line, "line %zu: bad head", r->line);
    if (c[1].len == 0 || c[1].len > UINT16_MAX)
        return dm_fail(err, DM_EINPUT, r->line, "line %zu: bad form", r->line);
    dm_cword *w = &r->word[r->n++];
    w->form = c[1];
    w->lemma = c[2];
    w->feats = c[5];
    w->upos = dm_upos_find(c[3].p, (uint32_t)(c[3].len < 64 ? c[3].len : 64));
    w->xpos = dm_xpos_find(c[4].p, (uint32_t)(c[4].len < 64 ? c[4].len : 64));
    w->deprel = dm_deprel_find(c[7].p, (uint32_t)(c[7].len < 64 ? c[7].len : 64));
    w->head = (uint16_t)head;
    return DM_OK;
}

static dm_status check_heads(const dm_conllu *r, dm_error *err)
{
    for (uint32_t i = 0; i < r->n; i++)
        if (r->word[i].head > r->n)
            return dm_fail(err, DM_EINPUT, r->line, "line %zu: head beyond the sentence", r->line);
    return DM_OK;
}

dm_status dm_conllu_next(dm_conllu *r, dm_error *err)
{
    r->n = 0;
    while (r->rest.len > 0) {
        dm_str line = take_line(r);
        if (line.len == 0) {
            if (r->n > 0)
                return check_heads(r, err);
        } else if (line.p[0] != '#') {
            dm_status st = add_word(r, line, err);
            if (st != DM_OK)
                return st;
        }
    }
    return r->n > 0 ? check_heads(r, err) : DM_END;
}

dm_status dm_conllu_load(dm_str *out, const char *path, dm_error *err)
{
    dm_status st = DM_EIO;
    char *buf = NULL;
    long size = -1;
    FILE *f = fopen(path, "rb");
    if (!f)
        return dm_fail(err, DM_EIO, 0, "cannot open '%s': %s", path, strerror(errno));
    if (fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    if (size < 0 || size > FILE_MAX_BYTES || fseek(f, 0, SEEK_SET) != 0) {
        dm_fail(err, st, 0, "cannot read '%s'", path);
        goto out;
    }
    buf = malloc((size_t)size + 1);
    if (!buf) {
        st = dm_fail(err, DM_ENOMEM, 0, "out of memory");
        goto out;
    }
    if (fread(buf, 1, (size_t)size, f) != (size_t)size) {
        dm_fail(err, st, 0, "cannot read '%s'", path);
        goto out;
    }
    out->p = buf;
    out->len = (size_t)size;
    buf = NULL;
    st = DM_OK;
out:
    free(buf);
    fclose(f);
    return st;
}
