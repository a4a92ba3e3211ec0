// SPDX-License-Identifier: Apache-2.0
/* Hostile files cost every reader work in proportion to their bytes: markup, JSON, JSON lines, tables, dictionaries, coded events. Counted in
 * steps (tests/hostile/steps.h), what the libraries below do for themselves left out; refused or read makes no difference here. */
#include "hostile/judge.h"
#include "hostile/steps.h"
#include "import/cells.h"
#include "import/import.h"
#include "pipeline/coder.h"
#include "read/events.h"
#include "read/read.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <stdlib.h>
#include <unistd.h>

enum { LENGTH = 64 * 1024, SHORT = 2 * 1024 };

uint64_t __wrap_dm_now_ns(void);
uint64_t __wrap_dm_now_ns(void) { return dm_steps(); }

#define PAGE "<html><head><title>Japan</title></head><body>"
#define P "<p>Japan condemned China on Tuesday, said its minister, who had met him.</p>"

static const shape MARKUP[] = {
    { "paragraphs", PAGE, { P }, "" },
    { "paragraphs never closed", PAGE, { "<p>Japan met China. " }, "" },
    { "divisions, 300 deep and up again", PAGE, { "<div>Japan ", "</div>" }, "" },
    { "divisions never closed", PAGE, { "<div>" }, "" },
    { "end tags", PAGE P, { "</div>" }, "" },
    { "links", PAGE, { "<a href=\"/%u\">Japan met China</a> " }, "" },
    { "list items", PAGE "<ul>", { "<li>Japan met China.</li>" }, "</ul>" },
    { "tables", PAGE, { "<table><tr><td>Japan</td></tr></table>" }, "" },
    { "rows", PAGE "<table>", { "<tr><td>Japan<td>China" }, "</table>" },
    { "text in a table, outside of its cells", PAGE "<table>", { "Japan <b>met</b> " }, "</table>" },
    { "formatting that crosses", PAGE, { "<b><i>Japan</b>China</i>" }, "" },
    { "formatting across paragraphs", PAGE, { "<p><b>Japan<p></b>" }, "" },
    { "comments", PAGE P, { "<!-- Japan -->" }, "" },
    { "a comment that does not end", PAGE P, { "<!-- Japan -" }, "" },
    { "scripts", PAGE P, { "<script>a</script>" }, "" },
    { "a script that does not end", PAGE P "<script>", { "</scrip " }, "" },
    { "titles", "<html><head>", { "<title>Japan %u</title>" }, "<body>" P },
    { "metadata", "<html><head>", { "<meta name=\"author\" content=\"Japan %u\">" }, "</head><body>" P },
    { "JSON-LD", "<html><head>", { "<script type=\"application/ld+json\">{\"headline\":\"Japan\"}</script>" },
        "</head><body>" P },
    { "character references", PAGE "<p>", { "&amp;&eacute;&#x41;" }, "" },
    { "attributes", PAGE, { "<p class=\"a b c d e f\" id=x%u>Japan</p>" }, "" },
    { "a long attribute", PAGE "<p class=\"", { "noise " }, "\">Japan</p>" },
    { "less-than signs", PAGE "<p>", { "< " }, "" },
    { "headlines", PAGE, { "<h1>Japan Condemns China</h1>" }, "" },
    { "line breaks", PAGE "<p>", { "Japan<br>" }, "" },
    { "select elements", PAGE, { "<select><option>Japan" }, "" },
    { NULL, NULL, { NULL }, NULL },
};

static const shape JSON[] = {
    { "lines", "", { "{\"text\":\"Japan condemned China.\"}\n" }, "" },
    { "lines without text", "", { "{\"a\":1}\n" }, "" },
    { "lines that are broken", "", { "{\"text\":\"Japan\n" }, "" },
    { "empty lines", "", { "\n" }, "{\"text\":\"Japan\"}\n" },
    { "one object of many keys", "{\"text\":\"Japan\"", { ",\"k%u%d\":1" }, "}\n" },
    { "a text in pieces", "{\"text\":[\"Japan\"", { ",\"China\"" }, "]}\n" },
    { "a list of objects", "{\"articles\":[{\"text\":\"Japan\"}", { ",{\"text\":\"China\"}" }, "]}\n" },
    { "brackets in brackets", "", { "[" }, "" },
    { "objects in objects", "", { "{\"a\":" }, "" },
    { "escapes", "{\"text\":\"", { "\\u0041\\n\\\\" }, "\"}\n" },
    { "half surrogates", "{\"text\":\"", { "\\ud800" }, "\"}\n" },
    { NULL, NULL, { NULL }, NULL },
};

static const shape TABLES[] = {
    { "rows", "a,b,c\n", { "JPN,CHN,%d\n" }, "" },
    { "cells", "a,b,c\n", { "x," }, "\n" },
    { "quotation marks", "a,b,c\n", { "\"a\"\"b\",c\n" }, "" },
    { "a quotation that does not end", "a,b,c\n\"", { "JPN,\n" }, "" },
    { "empty rows", "a,b,c\n", { ",,\n" }, "" },
    { NULL, NULL, { NULL }, NULL },
};

#define FEED "<rss version=\"2.0\"><channel><title>Herald</title>"
static const shape FEEDS[] = {
    { "items", FEED, { "<item><title>a</title><description>Japan condemned China.</description></item>" }, "</channel></rss>" },
    { "items with nothing", FEED, { "<item/>" }, "</channel></rss>" },
    { "an item of many elements", FEED "<item>", { "<link>x</link><title>y</title>" },
        "<description>Japan</description></item></channel></rss>" },
    { "elements in elements", FEED "<item><description>", { "<a>" }, "" },
    { "what is no item", FEED, { "<image><url>x</url></image>" }, "</channel></rss>" },
    { "character references", FEED "<item><description>", { "&amp;&#x41;&lt;p&gt;" }, "</description></item></channel></rss>" },
    { "CDATA", FEED "<item><description>", { "<![CDATA[<p>Japan]]>" }, "</description></item></channel></rss>" },
    { NULL, NULL, { NULL }, NULL },
};

static const shape ROWS[] = {
    { "articles", "id,text\n", { "%u,Japan condemned China.\n" }, "" },
    { "rows of another length", "id,text\n", { "Japan\n" }, "" },
    { "quotation marks", "text,b\n", { "\"a\"\"b\",c\n" }, "" },
    { "a quotation that does not end", "text,b\n\"", { "Japan,\n" }, "" },
    { "columns", "text", { ",c%u%d" }, "\nJapan\n" },
    { "no column of articles", "year\n", { "1999\n" }, "" },
    { NULL, NULL, { NULL }, NULL },
};

static const shape DICTIONARIES[] = {
    { "actors", "", { "NEW_%u_FRONT_%d [REB]\n" }, "" },
    { "synonyms", "NEW_FRONT [REB]\n", { "+%u_FRONT\n" }, "" },
    { "the same actor", "", { "NEW_FRONT [REB]\n" }, "" },
    { "dates", "NEW_FRONT\n", { "\t[REB 900101-91010%d]\n" }, "" },
    { "brackets", "NEW_FRONT ", { "[" }, "\n" },
    { NULL, NULL, { NULL }, NULL },
};

#define EVENT(id, doc)                                                                                                         \
    "{\"id\":\"" id "\",\"doc\":\"" doc                                                                                        \
    "\",\"event\":[\"ACCUSE\"],\"date\":\"2020-01-01\",\"text\":\"Japan condemned China.\"}\n"
static const shape EVENTS[] = {
    { "one document", "", { EVENT("%d", "d") }, "" },
    { "documents", "", { EVENT("1", "d%d") }, "" },
    { "broken lines", "", { "{\"event\":\n" }, "" },
    { "types", "{\"id\":\"1\",\"doc\":\"d\",\"event\":[\"ACCUSE\"", { ",\"ACCUSE\"" }, "],\"text\":\"Japan\"}\n" },
    { "parties", "{\"id\":\"1\",\"doc\":\"d\",\"event\":[\"ACCUSE\"],\"actor\":[{\"code\":\"JPN\"}", { ",{\"code\":\"CHN\"}" },
        "],\"text\":\"x\"}\n" },
    { NULL, NULL, { NULL }, NULL },
};

typedef void reads(const dm_coder *coder, dm_str bytes);

static void read_as(const dm_coder *coder, const char *name, dm_str bytes)
{
    dm_read_opts opts = DM_READ_OPTS_INIT;
    dm_reader *r = NULL;
    dm_error err = { .msg = "" };
    dm_doc *doc = dm_doc_new();
    opts.tables = coder->tables;
    assert_int_equal(dm_reader_open(&r, &opts, &err), DM_OK);
    assert_int_equal(dm_reader_add_bytes(r, name, bytes, &err), DM_OK);
    for (dm_status st = DM_OK; st != DM_END;) {
        st = dm_reader_next(r, doc, &err);
        assert_int_not_equal(st, DM_ENOMEM);
    }
    dm_reader_close(r);
    dm_doc_free(doc);
}

static void as_html(const dm_coder *coder, dm_str bytes) { read_as(coder, "page.html", bytes); }

static void as_json(const dm_coder *coder, dm_str bytes) { read_as(coder, "lines.jsonl", bytes); }

static void as_feed(const dm_coder *coder, dm_str bytes) { read_as(coder, "feed.xml", bytes); }

static void as_rows(const dm_coder *coder, dm_str bytes) { read_as(coder, "rows.csv", bytes); }

static void as_text(const dm_coder *coder, dm_str bytes) { read_as(coder, "article.txt", bytes); }

static dm_status on_cells(void *ctx, const dm_str *cell, size_t n, uint32_t line, dm_error *err)
{
    (void)cell, (void)line, (void)err;
    *(size_t *)ctx += n;
    return DM_OK;
}

static void as_cells(const dm_coder *coder, dm_str bytes)
{
    size_t n = 0;
    dm_error err = { .msg = "" };
    dm_cells *c = NULL;
    (void)coder;
    assert_int_equal(dm_cells_open(&c, on_cells, &n, &err), DM_OK);
    if (dm_cells_feed(c, bytes.p, bytes.len, &err) == DM_OK)
        dm_cells_end(c, &err);
    dm_cells_close(c);
}

static void as_dictionary(const dm_coder *coder, dm_str bytes)
{
    dm_import *im = NULL;
    dm_error err = { .msg = "" };
    if (dm_import_read(&im, coder->tables, "my.actors.txt", bytes, &err) == DM_OK)
        dm_import_free(im);
}

static void as_events(const dm_coder *coder, dm_str bytes)
{
    char path[] = "/tmp/test_linear_XXXXXX";
    int fd = mkstemp(path);
    dm_events_reader *r = NULL;
    dm_coded coded;
    dm_error err = { .msg = "" };
    (void)coder;
    assert_true(fd >= 0 && write(fd, bytes.p, bytes.len) == (ssize_t)bytes.len && close(fd) == 0);
    assert_int_equal(dm_events_open(&r, path, &err), DM_OK);
    for (dm_status st = DM_OK; st != DM_END;) {
        st = dm_events_next(r, &coded, &err);
        assert_int_not_equal(st, DM_ENOMEM);
    }
    dm_events_close(r);
    unlink(path);
}

/* How many of the shapes cost too much. */
static unsigned judge(const dm_coder *coder, const char *what, const shape *shapes, reads *fn)
{
    unsigned bad = 0;
    for (const shape *s = shapes; s->name; s++) {
        uint64_t work[SIZES];
        size_t length = dm_steps_counted() ? LENGTH : SHORT;
        for (int k = 0; k < SIZES; k++, length *= 2) {
            dm_str bytes = dm_shape_make(s, length);
            uint64_t from = dm_steps();
            fn(coder, bytes);
            work[k] = dm_steps() - from;
            free((void *)(uintptr_t)bytes.p);
        }
        assert_true(!dm_steps_counted() || work[0] > 0);
        bad += !dm_grows_linearly(what, s->name, work);
    }
    return bad;
}

static void text(void **state) { assert_int_equal(judge(*state, "reading text", dm_shapes, as_text), 0); }

static void markup(void **state) { assert_int_equal(judge(*state, "reading markup", MARKUP, as_html), 0); }

static void json(void **state) { assert_int_equal(judge(*state, "reading JSON", JSON, as_json), 0); }

static void feeds(void **state) { assert_int_equal(judge(*state, "reading a feed", FEEDS, as_feed), 0); }

static void rows(void **state) { assert_int_equal(judge(*state, "reading a table of articles", ROWS, as_rows), 0); }

static void tables(void **state) { assert_int_equal(judge(*state, "reading a table", TABLES, as_cells), 0); }

static void dictionaries(void **state)
{
    assert_int_equal(judge(*state, "reading a dictionary", DICTIONARIES, as_dictionary), 0);
}

static void events(void **state) { assert_int_equal(judge(*state, "reading coded events", EVENTS, as_events), 0); }

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(text), cmocka_unit_test(markup), cmocka_unit_test(json),
        cmocka_unit_test(feeds), cmocka_unit_test(rows), cmocka_unit_test(tables), cmocka_unit_test(dictionaries),
        cmocka_unit_test(events) };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}
