// SPDX-License-Identifier: Apache-2.0
/* A record that hostile events fill costs work in proportion to them: filing and linking, and what is asked of it. Counted in our own steps and
 * in those of SQLite's machine (tests/hostile/steps.h). */
#include "hostile/judge.h"
#include "hostile/steps.h"
#include <demarche/instrument.h>
#include <demarche/record.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS = 400, FEW = 20 };

uint64_t __wrap_dm_now_ns(void);
uint64_t __wrap_dm_now_ns(void) { return dm_steps(); }

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
    int rc = __real_sqlite3_step(stmt);
    dm_steps_add((uint64_t)sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1));
    return rc;
}

/* %d: the number of the event. */
#define HEAD "{\"id\":\"%d\",\"doc\":\""
#define WHO "\"actor\":[{\"code\":\"JPN\"}],\"recipient\":[{\"code\":\"CHN\"}],"
#define SAID "\"text\":\"Japan condemned China over its navy.\"}\n"
static const shape SHAPES[] = {
    { "the same event in as many documents", "", { HEAD "d%d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," WHO SAID },
        "" },
    { "events of one document", "", { HEAD "d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," WHO SAID }, "" },
    { "events of one day that say something else", "",
        { HEAD "d%d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," WHO "\"text\":\"On %u the %u met %u.\"}\n" }, "" },
    { "events of all types", "",
        { HEAD "d%d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," WHO SAID,
            HEAD "d%d\",\"event\":[\"REQUEST\"],\"date\":\"2020-01-02\"," WHO "\"text\":\"Japan asked China for help.\"}\n",
            HEAD "d%d\",\"event\":[\"AGREE\"],\"date\":\"2020-01-03\"," WHO "\"text\":\"Japan agreed with China on %u.\"}\n" },
        "" },
    { "events without days", "", { HEAD "d%d\",\"event\":[\"ACCUSE\"]," WHO SAID }, "" },
    { "events without parties", "", { HEAD "d%d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," SAID }, "" },
    { "tellings of one resolution", "",
        { HEAD "d%d\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\"," WHO
               "\"instrument\":{\"type\":\"resolution\",\"body\":\"UNCHR\",\"subject\":\"CHN\",\"act\":\"vote-for\"},"
               "\"text\":\"Japan voted for a resolution on China.\"}\n" },
        "" },
    { NULL, NULL, { NULL }, NULL },
};

/* The first n lines of the shape as a file. */
static void put_lines(const char *path, const shape *s, unsigned n)
{
    dm_str text = dm_shape_make(s, (size_t)n * 500);
    const char *end = text.p;
    for (unsigned i = 0; i < n && end; i++)
        end = memchr(end, '\n', (size_t)(text.p + text.len - end)) ? strchr(end, '\n') + 1 : NULL;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_non_null(end);
    fwrite(text.p, 1, (size_t)(end - text.p), f);
    fclose(f);
    free((void *)(uintptr_t)text.p);
}

static dm_status on_row(void *ctx, const dm_filed *row, dm_error *err)
{
    (void)row, (void)err;
    ++*(unsigned *)ctx;
    return DM_OK;
}

static dm_status on_pressure(void *ctx, const dm_pressure *p, dm_error *err)
{
    (void)p, (void)err;
    ++*(unsigned *)ctx;
    return DM_OK;
}

static void ask_events(dm_record *r)
{
    dm_filter f = DM_FILTER_INIT;
    unsigned n = 0;
    assert_int_equal(dm_record_events(r, &f, on_row, &n, NULL), DM_OK);
    assert_true(n >= FEW);
}

static void ask_position(dm_record *r)
{
    dm_position_query q = DM_POSITION_QUERY_INIT;
    dm_position *p = NULL;
    q.actor = "JPN";
    q.recipient = "CHN";
    if (dm_record_position(r, &q, &p, NULL) == DM_OK)
        dm_position_free(p);
}

static void ask_pressure(dm_record *r)
{
    dm_filter f = DM_FILTER_INIT;
    dm_who who = { .code = "CHN" };
    unsigned n = 0;
    dm_record_pressure(r, &who, "", &f, on_pressure, &n, NULL);
}

static void ask_life(dm_record *r)
{
    dm_series_filter f = DM_SERIES_FILTER_INIT;
    dm_life *life = NULL;
    if (dm_record_life(r, NULL, &f, &life, NULL) == DM_OK)
        dm_life_free(life);
}

typedef void asks(dm_record *r);
static const struct {
    const char *name;
    asks *fn;
} QUESTIONS[] = { { "filing", NULL }, { "listing events", ask_events }, { "a stance", ask_position },
    { "pressure", ask_pressure }, { "the life of an instrument", ask_life } };
enum { N_QUESTIONS = sizeof QUESTIONS / sizeof *QUESTIONS };

static void measure(const shape *s, unsigned n, uint64_t work[N_QUESTIONS])
{
    char dir[] = "/tmp/test_linear_XXXXXX", lines[64], path[64], extra[80];
    dm_error err = { .msg = "" };
    dm_record *r = NULL;
    dm_add_stats stats = { .added = 0 };
    assert_non_null(mkdtemp(dir));
    snprintf(lines, sizeof lines, "%s/events.jsonl", dir);
    snprintf(path, sizeof path, "%s/record.db", dir);
    put_lines(lines, s, n);
    assert_int_equal(dm_record_open(&r, path, DM_ACCESS_WRITE, NULL, &err), DM_OK);
    uint64_t from = dm_steps();
    assert_int_equal(dm_record_add_events(r, lines, NULL, &stats, &err), DM_OK);
    work[0] = dm_steps() - from;
    assert_int_equal(stats.events, n);
    for (unsigned i = 1; i < N_QUESTIONS; i++) {
        from = dm_steps();
        QUESTIONS[i].fn(r);
        work[i] = dm_steps() - from;
    }
    dm_record_close(r);
    const char *const ends[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++) {
        snprintf(extra, sizeof extra, "%s%s", path, ends[i]);
        unlink(extra);
    }
    unlink(lines);
    rmdir(dir);
}

static void work_is_linear(void **state)
{
    unsigned bad = 0;
    (void)state;
    for (const shape *s = SHAPES; s->name; s++) {
        uint64_t work[SIZES][N_QUESTIONS];
        unsigned n = dm_steps_counted() ? EVENTS : FEW;
        for (int k = 0; k < SIZES; k++, n *= 2)
            measure(s, n, work[k]);
        assert_true(!dm_steps_counted() || work[0][0] > 0);
        for (unsigned i = 0; i < N_QUESTIONS; i++)
            bad +=
                !dm_grows_linearly(QUESTIONS[i].name, s->name, (const uint64_t[SIZES]){ work[0][i], work[1][i], work[2][i] });
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(work_is_linear) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
