// SPDX-License-Identifier: Apache-2.0
/* Stata 118 through libreadstat. The head of such a file tells the number of rows and the widths of strings, so the rows wait in a file
 * without a name until the last one is in; memory does not grow with them. */
#include "write/export.h"
#include <errno.h>
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WRITER_BYTES = 1024 * 1024 };

enum {
    STR_MAX = 2045,
    VERSION = 118,
    EPOCH = 3653,
    NUMBER_MAX = 40,
    LONG_TOP = 2147483620
}; /* EPOCH: days from 1960-01-01, Stata's, to 1970-01-01; LONG_TOP: above it Stata's long means missing */

typedef struct dta {
    FILE *spool; /* of each row, of each column: uint32_t length, bytes */
    size_t width[DM_COLUMNS];
    long rows;
    bool broken;    /* the spool could not be written */
    dm_exporter *x; /* for the callbacks */
    dm_error *err;
    dm_status status; /* of the bytes handed on */
    readstat_variable_t *variable[DM_COLUMNS];
    char value[STR_MAX + 1];
} dta;

/* A file without a name: beside the output where that is a file, for the room it needs may not be in /tmp. */
static FILE *open_spool(const char *beside)
{
    if (!beside)
        return tmpfile();
    size_t n = strlen(beside) + sizeof ".XXXXXX";
    char *path = malloc(n);
    if (!path)
        return NULL;
    (void)snprintf(path, n, "%s.XXXXXX", beside);
    int fd = mkstemp(path);
    if (fd >= 0)
        (void)unlink(path);
    free(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (fd >= 0 && !f)
        close(fd);
    return f;
}

static dm_status begin(dm_exporter *x, dm_error *err)
{
    dta *d = x->state = calloc(1, sizeof *d);
    if (!d)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    d->x = x;
    d->spool = open_spool(x->tmp);
    if (!d->spool)
        return dm_fail(
            err, DM_EIO, 0, "cannot make a file for the rows beside '%.300s': %s", x->tmp ? x->tmp : "/tmp", strerror(errno));
    return DM_OK;
}

/* Bytes of s that fit, ending between two characters. */
static size_t fitting(dm_str s)
{
    size_t n = s.len < STR_MAX ? s.len : STR_MAX;
    while (n < s.len && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static void take(void *ctx, unsigned column, dm_str value)
{
    dta *d = ctx;
    size_t n = fitting(value);
    d->x->stats.cut += n < value.len;
    if (d->width[column] < n)
        d->width[column] = n;
    uint32_t len = (uint32_t)n;
    d->broken = d->broken || fwrite(&len, sizeof len, 1, d->spool) != 1 || (n && fwrite(value.p, 1, n, d->spool) != n);
}

static dm_status event(dm_exporter *x, const dm_filed *f, dm_error *err)
{
    dta *d = x->state;
    if (!dm_filed_cells(x->cross, f, take, d))
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for a row");
    if (d->broken)
        return dm_fail(
            err, DM_EIO, 0, "cannot keep the rows for '%.300s': %s", x->opts.path ? x->opts.path : "stata", strerror(errno));
    d->rows++;
    x->stats.rows++;
    return DM_OK;
}

static ssize_t hand_on(const void *bytes, size_t len, void *ctx)
{
    dta *d = ctx;
    (void)dm_buf_add(&d->x->out, bytes, len); /* a failure stays in out.failed */
    d->status = dm_export_flush(d->x, false, d->err);
    return d->status == DM_OK ? (ssize_t)len : -1;
}

static void add_labels(readstat_writer_t *w, dta *d)
{
    static const struct {
        const char *column, *set, *label;
        int32_t value;
    } labels[] = { { "quad_code", "quad", "verbal cooperation", 1 }, { "quad_code", "quad", "material cooperation", 2 },
        { "quad_code", "quad", "verbal conflict", 3 }, { "quad_code", "quad", "material conflict", 4 },
        { "instrument_polarity", "polarity", "against", -1 }, { "instrument_polarity", "polarity", "neither", 0 },
        { "instrument_polarity", "polarity", "for", 1 } };
    readstat_label_set_t *set = NULL;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (i == 0 || strcmp(labels[i].set, labels[i - 1].set) != 0) {
            set = readstat_add_label_set(w, READSTAT_TYPE_INT32, labels[i].set);
            for (unsigned c = 0; set && c < DM_COLUMNS; c++)
                if (strcmp(dm_columns[c].name, labels[i].column) == 0)
                    readstat_variable_set_label_set(d->variable[c], set);
        }
        if (set)
            readstat_label_int32_value(set, labels[i].value, labels[i].label);
    }
}

static void add_variables(readstat_writer_t *w, dta *d)
{
    static const readstat_type_t types[] = { [DM_COL_TEXT] = READSTAT_TYPE_STRING,
        [DM_COL_DAY] = READSTAT_TYPE_INT32,
        [DM_COL_INT] = READSTAT_TYPE_INT32,
        [DM_COL_BIG] = READSTAT_TYPE_DOUBLE,
        [DM_COL_REAL] = READSTAT_TYPE_DOUBLE };
    for (unsigned c = 0; c < DM_COLUMNS; c++) {
        const dm_column *col = &dm_columns[c];
        size_t width = col->kind != DM_COL_TEXT ? 0 : d->width[c] ? d->width[c] : 1;
        readstat_variable_t *v = readstat_add_variable(w, col->name, types[col->kind], width);
        readstat_variable_set_label(v, col->label);
        if (col->kind == DM_COL_DAY)
            readstat_variable_set_format(v, "%td");
        if (col->kind == DM_COL_BIG)
            readstat_variable_set_format(v, "%17.0f"); /* all digits that a double has */
        d->variable[c] = v;
    }
    add_labels(w, d);
}

/* The next cell of the spool into d->value, NUL-terminated. */
static bool next_cell(dta *d, uint32_t *len)
{
    if (fread(len, sizeof *len, 1, d->spool) != 1 || *len > STR_MAX || (*len && fread(d->value, 1, *len, d->spool) != *len))
        return false;
    d->value[*len] = 0;
    return true;
}

static readstat_error_t insert(readstat_writer_t *w, const dta *d, unsigned c, uint32_t len)
{
    const readstat_variable_t *v = d->variable[c];
    dm_str s = { d->value, len };
    double x;
    dm_interval day;
    if (dm_columns[c].kind == DM_COL_TEXT)
        return readstat_insert_string_value(w, v, d->value);
    if (dm_columns[c].kind == DM_COL_DAY)
        return len && dm_day_parse(&day, s, NULL) == DM_OK ? readstat_insert_int32_value(w, v, day.from + EPOCH)
                                                           : readstat_insert_missing_value(w, v);
    if (len == 0 || len > NUMBER_MAX || !dm_str_double(s, &x) || (dm_columns[c].kind == DM_COL_INT && fabs(x) > LONG_TOP))
        return readstat_insert_missing_value(w, v);
    return dm_columns[c].kind != DM_COL_INT ? readstat_insert_double_value(w, v, x)
                                            : readstat_insert_int32_value(w, v, (int32_t)x);
}

static readstat_error_t write_rows(readstat_writer_t *w, dta *d)
{
    readstat_error_t bad = READSTAT_OK;
    for (long row = 0; row < d->rows && bad == READSTAT_OK; row++) {
        bad = readstat_begin_row(w);
        for (unsigned c = 0; c < DM_COLUMNS && bad == READSTAT_OK; c++) {
            uint32_t len;
            bad = next_cell(d, &len) ? insert(w, d, c, len) : READSTAT_ERROR_READ;
        }
        if (bad == READSTAT_OK)
            bad = readstat_end_row(w);
    }
    return bad;
}

/* The same bytes whenever and wherever it is written: readstat prints the time stamp as local time, so this is one in local time. */
static time_t fixed_time(void)
{
    struct tm t = { .tm_year = 100, .tm_mon = 0, .tm_mday = 1, .tm_hour = 12, .tm_isdst = -1 };
    return mktime(&t);
}

static readstat_error_t write_file(readstat_writer_t *w, dta *d)
{
    char note[128];
    readstat_set_data_writer(w, hand_on);
    readstat_writer_set_file_format_version(w, VERSION);
    readstat_writer_set_file_timestamp(w, fixed_time());
    readstat_writer_set_file_label(w, "events coded by demarche " DM_VERSION);
    add_variables(w, d);
    if (d->x->stats.cut) {
        (void)snprintf(note, sizeof note, "%llu values were cut at %d bytes; the csv and parquet exports have them whole",
            (unsigned long long)d->x->stats.cut, STR_MAX);
        readstat_add_note(w, note);
    }
    readstat_error_t bad = readstat_begin_writing_dta(w, d, d->rows);
    if (bad == READSTAT_OK)
        bad = write_rows(w, d);
    return bad == READSTAT_OK ? readstat_end_writing(w) : bad;
}

static dm_status end(dm_exporter *x, dm_error *err)
{
    dta *d = x->state;
    d->err = err;
    if (fflush(d->spool) != 0 || fseek(d->spool, 0, SEEK_SET) != 0)
        return dm_fail(
            err, DM_EIO, 0, "cannot keep the rows for '%.300s': %s", x->opts.path ? x->opts.path : "stata", strerror(errno));
    void *room = malloc(WRITER_BYTES); /* readstat does not look whether it got memory: there must be enough before */
    free(room);
    readstat_writer_t *w = room ? readstat_writer_init() : NULL;
    if (!w)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    errno = 0;
    readstat_error_t bad = write_file(w, d);
    bool starved = errno == ENOMEM; /* it may have gone on without a label */
    readstat_writer_free(w);
    if (d->status != DM_OK)
        return d->status;
    if (starved)
        return dm_fail(err, DM_ENOMEM, 0, "out of memory for the export");
    return bad == READSTAT_OK ? DM_OK
                              : dm_fail(err, DM_EIO, 0, "cannot write Stata's file: %.200s", readstat_error_message(bad));
}

static void drop(dm_exporter *x)
{
    dta *d = x->state;
    if (d && d->spool)
        (void)fclose(d->spool);
    free(d);
    x->state = NULL;
}

const dm_export_format dm_export_dta = { .name = "dta", .begin = begin, .event = event, .end = end, .drop = drop };
