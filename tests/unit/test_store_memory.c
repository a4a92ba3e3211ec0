// SPDX-License-Identifier: Apache-2.0
/* Every allocation that opening, adding, finding and loading make fails once, in turn: SQLite's through its own hook, ours by --wrap. The
 * call says DM_ENOMEM (or does without), leaks nothing (ASan), and the record is whole: the next run completes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record_place.h"
#include <demarche/record.h>
#include <demarche/write.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EACH_UP_TO = 60, STEP_PART = 10, NEVER = -1 };

static struct {
    long left; /* requests until one is refused */
    bool fired;
} faults = { NEVER, false };

static sqlite3_mem_methods usual;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static bool refused(void)
{
    if (faults.left == NEVER || faults.left-- > 0)
        return false;
    faults.left = NEVER;
    faults.fired = true;
    return true;
}

void *__wrap_malloc(size_t size) { return refused() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t n, size_t size) { return refused() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t size) { return refused() ? NULL : __real_realloc(p, size); }
char *__wrap_strdup(const char *s) { return refused() ? NULL : __real_strdup(s); }

static void *lite_malloc(int n) { return refused() ? NULL : usual.xMalloc(n); }
static void *lite_realloc(void *p, int n) { return refused() ? NULL : usual.xRealloc(p, n); }

static char record[PLACE_BYTES], events[200];

static const char LINES[] = "{\"id\":\"1\",\"doc\":\"a\",\"event\":[\"ACCUSE\"],\"date\":\"2001-02-03\",\"actor\":[{\"code\":"
                            "\"FRA\",\"entity_text\":\"Paris\"}],"
                            "\"recipient\":[{\"code\":\"PER\",\"entity_text\":\"Lima\"}],\"instrument\":{\"type\":"
                            "\"resolution\",\"subject\":\"PER\",\"act\":\"vote\"},"
                            "\"reason\":[{\"kind\":\"cause\",\"text\":\"over fish\"}],\"text\":\"Paris accused Lima in a "
                            "quarrel over fish and gold that had gone on for "
                            "years in the courts of both.\",\"why\":[\"x\"]}\n"
                            "{\"id\":\"2\",\"doc\":\"b\",\"event\":[\"ACCUSE\"],\"date\":\"2001-02-03\",\"actor\":[{\"code\":"
                            "\"FRA\",\"entity_text\":\"Paris\"}],"
                            "\"recipient\":[{\"code\":\"PER\",\"entity_text\":\"Lima\"}],\"text\":\"Paris accused Lima in a "
                            "quarrel over fish and gold that had gone on "
                            "for years in the courts of both.\"}\n";

typedef dm_status action(dm_error *err);

static dm_status add(dm_error *err)
{
    dm_record *r = NULL;
    dm_status st = dm_record_open(&r, record, DM_ACCESS_WRITE, NULL, err);
    if (st == DM_OK)
        st = dm_record_add_events(r, events, NULL, NULL, err);
    dm_record_close(r);
    return st;
}

static dm_status on_row(void *ctx, const dm_filed *row, dm_error *err)
{
    int *n = ctx;
    *n += row->reports == 2 || row->reports == 1;
    (void)err;
    return DM_OK;
}

static dm_status find(dm_error *err)
{
    dm_record *r = NULL;
    dm_doc *doc = NULL;
    dm_who who = { "FRA", "" };
    dm_filter f = DM_FILTER_INIT;
    int n = 0;
    f.actor = &who, f.n_actor = 1, f.text = "fish", f.happenings = true;
    dm_status st = dm_record_open(&r, record, DM_ACCESS_READ, NULL, err);
    if (st == DM_OK)
        st = dm_record_events(r, &f, on_row, &n, err);
    if (st == DM_OK)
        st = dm_record_document(r, "a", &doc, err);
    dm_doc_free(doc);
    dm_record_close(r);
    return st;
}

static long count(const char *sql)
{
    dm_db *db = NULL;
    int64_t n = -1;
    if (dm_db_open(&db, record, DM_DB_READ, NULL) == DM_OK && dm_db_number(db, sql, &n, NULL) != DM_OK)
        n = -1;
    dm_db_close(db);
    return (long)n;
}

static void is_whole(void)
{
    assert_int_equal(count("SELECT count(*) FROM event"), 2);
    assert_int_equal(count("SELECT count(*) FROM party"), 4);
    assert_int_equal(count("SELECT count(*) FROM digest"), 2);
    if (place_server()) { /* no engine checks there */
        assert_int_equal(count("SELECT count(*) FROM sentence WHERE words IS NOT NULL"), 2);
        assert_int_equal(count("SELECT count(*) FROM event WHERE happening NOT IN (SELECT n FROM happening)"), 0);
        assert_int_equal(count("SELECT count(*) FROM event WHERE sentence NOT IN (SELECT n FROM sentence)"), 0);
        return;
    }
    assert_int_equal(count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check<>'ok'"), 0);
    assert_int_equal(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* At a server each try makes the tables anew: fewer of them. */
static long next_fault(long n)
{
    long each = place_server() ? EACH_UP_TO / 4 : EACH_UP_TO, part = place_server() ? 3 : STEP_PART;
    return n < each ? n + 1 : n + 1 + n / part;
}

/* fresh: from an empty folder each time. */
static void refuse_in_turn(action *act, bool fresh)
{
    long n = 0, said = 0;
    for (;; n = next_fault(n)) {
        dm_error err = { .code = DM_OK };
        if (fresh)
            assert_true(place_clear(record));
        faults.fired = false;
        faults.left = n;
        dm_status st = act(&err);
        faults.left = NEVER;
        if (!faults.fired)
            break;
        if (st != DM_OK && !err.msg[0])
            fail_msg("request %ld refused: status %d without a word", n, (int)st);
        said += st == DM_ENOMEM;
        if (!fresh)
            continue;
        err = (dm_error){ .code = DM_OK };
        if ((st = add(&err)) != DM_OK)
            fail_msg("request %ld refused, and then again: %s", n, err.msg);
        is_whole();
    }
    assert_true(n > 200);
    assert_true(said > (place_server() ? 10 : 20));
}

static void adding_runs_out(void **state)
{
    (void)state;
    refuse_in_turn(add, true);
}

static void finding_runs_out(void **state)
{
    (void)state;
    dm_error err;
    assert_true(place_clear(record));
    assert_int_equal(add(&err), DM_OK);
    refuse_in_turn(find, false);
}

int main(void)
{
    char folder[] = "/tmp/demarche-memory-XXXXXX";
    sqlite3_mem_methods mine;
    if (!mkdtemp(folder) || sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual) != SQLITE_OK)
        return 3;
    mine = usual;
    mine.xMalloc = lite_malloc;
    mine.xRealloc = lite_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) != SQLITE_OK)
        return 3;
    if (place_server())
        snprintf(record, sizeof record, "%s", place_server());
    else
        snprintf(record, sizeof record, "%s/r.db", folder);
    snprintf(events, sizeof events, "%s/e.jsonl", folder);
    FILE *f = fopen(events, "wb");
    if (!f || fputs(LINES, f) < 0 || fclose(f) != 0)
        return 3;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_runs_out),
        cmocka_unit_test(finding_runs_out),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    place_clear(record);
    unlink(events);
    rmdir(folder);
    return rc;
}
