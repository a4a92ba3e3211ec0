// SPDX-License-Identifier: Apache-2.0
/* The export formats on a document made by hand: exact columns, codes that keep their zeros, dated country codes, what is left out and
 * counted, hostile text, files that are whole or not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "write/export.h"
#include <demarche/export.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char text[] = "Japan condemned\t\"China\", twice;\nhard. Caf\xC3\xA9 officials of Namibia met.";
static const char hash[] = "0123456789abcdef0123456789abcdef";

static dm_span at(const char *words)
{
    const char *p = strstr(text, words);
    assert_non_null(p);
    return (dm_span){ (uint32_t)(p - text), (uint32_t)strlen(words) };
}

static dm_doc *make(void)
{
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    assert_int_equal(dm_doc_set_text(doc, (dm_str){ text, sizeof text - 1 }, NULL), DM_OK);
    doc->meta.id = DM_STR("a.txt");
    doc->meta.publisher = DM_STR("The \"Daily\"\tNews");
    doc->meta.url = DM_STR("https://example.org/1");
    doc->meta.date = (dm_interval){ 19026, 19026, DM_PREC_DAY };
    DM_PUSH(&doc->arena, &doc->sents)->span = at("Japan condemned\t\"China\", twice;\nhard.");
    DM_PUSH(&doc->arena, &doc->sents)->span = at("Caf\xC3\xA9 officials of Namibia met.");
    return doc;
}

static dm_party party(const char *code, const char *sector, const char *words)
{
    dm_party p = { .span = { 0, 0 } };
    strcpy(p.code, code);
    strcpy(p.sector, sector);
    if (words)
        p.span = at(words);
    return p;
}

/* JPN to CHN, 2022-02-01. */
static dm_event one_to_one(dm_party *parties, const char *cameo)
{
    parties[0] = party("JPN", "GOV", "Japan");
    parties[1] = party("CHN", "", "\"China\", twice;\nhard");
    dm_event e = { .id = 0xABC,
        .type = DM_ACCUSE,
        .mode = "disapprove",
        .scale = -2,
        .goldstein = -2.5,
        .quad = 3,
        .actor = parties,
        .recipient = parties + 1,
        .n_actor = 1,
        .n_recipient = 1,
        .trigger = at("condemned"),
        .when = { 19024, 19024, DM_PREC_DAY },
        .said = { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN },
        .contexts = 1,
        .confidence = 0.5 };
    strcpy(e.cameo, cameo);
    return e;
}

static dm_status collect(void *ctx, dm_str bytes, dm_error *err)
{
    (void)err;
    return dm_buf_add(ctx, bytes.p, bytes.len);
}

static dm_filed filed(const dm_doc *doc, const dm_event *e)
{
    return (dm_filed){
        .doc = doc, .event = e, .happening = 77, .reports = 3, .independent = 2, .document = hash, .first_report = 19026
    };
}

/* The export of n events; out ends in NUL. */
static dm_export_stats exported(dm_buf *out, const char *format, const dm_doc *doc, const dm_event *e, size_t n, bool all)
{
    dm_error err = { .msg = "" };
    dm_export_opts o = DM_EXPORT_OPTS_INIT;
    dm_export_stats s;
    dm_exporter *x = NULL;
    o.emit = collect;
    o.ctx = out;
    o.all = all;
    if (dm_export_open(&x, format, &o, &err) != DM_OK)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < n; i++) {
        dm_filed f = filed(doc, &e[i]);
        assert_int_equal(dm_export_event(x, &f, &err), DM_OK);
    }
    assert_int_equal(dm_export_close(x, &s, &err), DM_OK);
    assert_int_equal(dm_buf_add(out, "", 1), DM_OK);
    return s;
}

/* Splits a line of tabs in place; the number of its cells. */
static size_t cells(char *line, char **cell, size_t max)
{
    size_t n = 0;
    for (char *p = line; p && n < max; n++) {
        cell[n] = p;
        p = strchr(p, '\t');
        if (p)
            *p++ = 0;
    }
    return n;
}

static char *next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');
    assert_non_null(end);
    *end = 0;
    *rest = end + 1;
    return line;
}

static void icews_has_its_columns_and_no_quotes(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "0211");
    strcpy(p[1].sector, "CVL");
    dm_buf out = { 0 };
    dm_export_stats s = exported(&out, "icews", doc, &e, 1, false);
    assert_int_equal(s.rows, 1);
    char *rest = out.p, *cell[32], *header = next_line(&rest);
    assert_string_equal(header, "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO "
                                "Code\tIntensity\tTarget Name\tTarget "
                                "Sectors\tTarget Country\tStory ID\tSentence "
                                "Number\tPublisher\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude");
    assert_int_equal(cells(next_line(&rest), cell, 32), 20);
    static const char *const want[] = { "2748", "2022-02-01", "Japan", "Government", "Japan", "Appeal for economic cooperation",
        "0211", "-2.5", "\"China\", twice; hard", "General Population / Civilian / Social", "China", hash, "1",
        "The \"Daily\" News", "", "", "", "", "", "" };
    for (int i = 0; i < 20; i++)
        assert_string_equal(cell[i], want[i]);
    assert_string_equal(rest, "");
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void gdelt_has_its_columns(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "0211");
    p[1] = party("NAM", "PTY+GOV", "Caf\xC3\xA9 officials");
    dm_buf two = { 0 }, one = { 0 };
    exported(&two, "gdelt", doc, &e, 1, false);
    exported(&one, "gdelt1", doc, &e, 1, false);
    char *rest = two.p, *cell[64];
    assert_int_equal(cells(next_line(&rest), cell, 64), 61);
    static const struct {
        int at;
        const char *value;
    } want[] = { { 0, "77" }, { 1, "20220201" }, { 2, "202202" }, { 3, "2022" }, { 4, "2022.0849" }, { 5, "JPNGOV" },
        { 6, "JAPAN" }, { 7, "JPN" }, { 8, "" }, { 12, "GOV" }, { 15, "NAMPTYGOV" }, { 16, "CAF\xC3\x89 OFFICIALS" },
        { 17, "NAM" }, { 22, "PTY" }, { 23, "GOV" }, { 25, "1" }, { 26, "0211" }, { 27, "021" }, { 28, "02" }, { 29, "1" },
        { 30, "-2.5" }, { 31, "3" }, { 32, "2" }, { 33, "3" }, { 34, "" }, { 35, "1" }, { 36, "Japan" }, { 37, "JA" },
        { 43, "1" }, { 44, "Namibia" }, { 45, "WA" }, { 51, "0" }, { 53, "" }, { 59, "20220203000000" },
        { 60, "https://example.org/1" } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_string_equal(cell[want[i].at], want[i].value);
    rest = one.p;
    assert_int_equal(cells(next_line(&rest), cell, 64), 58);
    assert_string_equal(cell[37], "JA");
    assert_string_equal(cell[44], "WA");
    assert_string_equal(cell[56], "20220203");
    dm_buf_free(&one);
    dm_buf_free(&two);
    dm_doc_free(doc);
}

static void gdelt_codes_organisations(void **state)
{
    (void)state;
    static const struct {
        const char *code, *sector, *actor, *country, *group, *type1, *type2;
    } cases[] = { { "UNO", "", "IGOUNO", "", "UNO", "IGO", "" }, { "EUR", "LEG", "IGOEUREECLEG", "EUR", "EEC", "IGO", "LEG" },
        { "NGO", "MED", "NGOHLH", "", "", "NGO", "HLH" }, { "ROU", "JRN", "ROMMED", "ROM", "", "MED", "" },
        { "", "REB", "REB", "", "", "REB", "" }, { "JPN", "UNK", "JPN", "JPN", "", "", "" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_doc *doc = make();
        dm_party p[2];
        dm_event e = one_to_one(p, "111");
        p[0] = party(cases[i].code, cases[i].sector, NULL);
        dm_buf out = { 0 };
        exported(&out, "gdelt", doc, &e, 1, false);
        char *rest = out.p, *cell[64];
        assert_int_equal(cells(next_line(&rest), cell, 64), 61);
        assert_string_equal(cell[5], cases[i].actor);
        assert_string_equal(cell[7], cases[i].country);
        assert_string_equal(cell[8], cases[i].group);
        assert_string_equal(cell[12], cases[i].type1);
        assert_string_equal(cell[13], cases[i].type2);
        dm_buf_free(&out);
        dm_doc_free(doc);
    }
}

static void gdelt_counts_quads_as_gdelt_does(void **state)
{
    (void)state;
    static const char *const cases[][2] = { { "057", "1" }, { "061", "2" }, { "0874", "2" }, { "090", "3" }, { "138", "3" },
        { "141", "4" }, { "204", "4" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_doc *doc = make();
        dm_party p[2];
        dm_event e = one_to_one(p, cases[i][0]);
        dm_buf out = { 0 };
        exported(&out, "gdelt", doc, &e, 1, false);
        char *rest = out.p, *cell[64];
        cells(next_line(&rest), cell, 64);
        assert_string_equal(cell[29], cases[i][1]);
        dm_buf_free(&out);
        dm_doc_free(doc);
    }
}

static void polecat_has_its_columns(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "111");
    dm_party both[2] = { party("NAM", "", "Namibia"), party("UNO", "", NULL) };
    e.recipient = both;
    e.n_recipient = 2;
    dm_buf out = { 0 };
    exported(&out, "polecat", doc, &e, 1, false);
    char *rest = out.p, *cell[64], *header = next_line(&rest);
    assert_string_equal(header,
        "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tContexts\tActor Name\tActor Country\tActor "
        "COW\tPrimary Actor Sector\tActor Sectors\tActor Title\tActor Name Raw\tWikipedia Actor ID\tRecipient Name\tRecipient "
        "Country\tRecipient COW\tPrimary Recipient Sector\tRecipient Sectors\tRecipient Title\tRecipient Name Raw\tWikipedia "
        "Recipient ID\tPlacename\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude\tGeoNames ID\tRaw Placename\tFeature "
        "Type\tSource\tPublication Date\tStory People\tStory Organizations\tStory Locations\tLanguage\tVersion");
    assert_int_equal(cells(next_line(&rest), cell, 64), 40);
    static const char *const want[] = { "0000000000000abc_ACCUSE", "2022-02-01", "ACCUSE", "disapprove", "-2.0",
        "VERBAL CONFLICT", "military", "Japan", "Japan", "740", "GOV", "GOV", "None", "Japan", "None",
        "Namibia; United Nations", "Namibia; United Nations", "565; None", "None; None", "None; None", "None", "Namibia; None",
        "None" };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_string_equal(cell[i], want[i]);
    assert_string_equal(cell[33], "The \"Daily\" News");
    assert_string_equal(cell[34], "2022-02-03");
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void parties_make_pairs(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2], three[3] = { party("JPN", "", NULL), party("NAM", "", NULL), party("CHN", "", NULL) };
    dm_event e[3];
    for (int i = 0; i < 3; i++) {
        e[i] = one_to_one(p, i == 0 ? "111" : "040");
        e[i].id = (uint64_t)i;
        e[i].actor = three;
        e[i].n_actor = 3;
    }
    e[0].recipient = three; /* two to two: four rows, one of them a state with itself */
    e[0].n_actor = e[0].n_recipient = 2;
    e[1].n_recipient = 0; /* three met: six rows, each pair both ways */
    e[2].n_recipient = 0;
    strcpy(e[2].cameo, "111"); /* three condemned, nobody is named: three rows */
    dm_buf out = { 0 };
    dm_export_stats s = exported(&out, "icews", doc, e, 3, false);
    assert_int_equal(s.rows, 4 + 6 + 3);
    assert_int_equal(s.written, 3);
    char *rest = out.p, *cell[32], *ids[16];
    next_line(&rest);
    for (int i = 0; i < 13; i++) {
        cells(next_line(&rest), cell, 32);
        ids[i] = cell[0];
        for (int k = 0; k < i; k++)
            assert_string_not_equal(ids[k], ids[i]);
        assert_true(strtoull(cell[0], NULL, 10) < UINT64_C(1) << 53);
        if (i >= 4 && i < 10)
            assert_string_not_equal(cell[2], cell[8]);
        if (i >= 10)
            assert_string_equal(cell[8], "");
    }
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void what_was_not_done_is_left_out_and_counted(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e[6];
    static const uint8_t aux[] = { 0, DM_NEGATION, DM_FUTURE, DM_HYPOTHETICAL, DM_HISTORICAL, 0 };
    for (int i = 0; i < 6; i++) {
        e[i] = one_to_one(p, i == 5 ? "" : "111");
        e[i].aux = aux[i];
    }
    static const char *const names[] = { "icews", "gdelt", "gdelt1", "polecat" };
    for (int i = 0; i < 4; i++) {
        dm_buf done = { 0 }, all = { 0 };
        dm_export_stats s = exported(&done, names[i], doc, e, 6, false);
        uint64_t uncoded = i < 3; /* POLECAT has no CAMEO codes to miss */
        assert_int_equal(s.events, 6);
        assert_int_equal(s.undone, 3);
        assert_int_equal(s.uncoded, uncoded);
        assert_int_equal(s.rows, 3 - uncoded);
        s = exported(&all, names[i], doc, e, 6, true);
        assert_int_equal(s.undone, 0);
        assert_int_equal(s.rows, 6 - uncoded);
        dm_buf_free(&done);
        dm_buf_free(&all);
    }
    dm_buf csv = { 0 };
    dm_export_stats s = exported(&csv, "csv", doc, e, 6, false); /* has a column for it */
    assert_int_equal(s.rows, 6);
    dm_buf_free(&csv);
    dm_doc_free(doc);
}

static void gdelt_has_one_event_a_happening(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "111");
    dm_buf out = { 0 };
    dm_export_opts o = DM_EXPORT_OPTS_INIT;
    o.emit = collect;
    o.ctx = &out;
    dm_exporter *x = NULL;
    dm_export_stats s;
    assert_int_equal(dm_export_open(&x, "gdelt", &o, NULL), DM_OK);
    dm_filed f = filed(doc, &e);
    assert_int_equal(dm_export_event(x, &f, NULL), DM_OK);
    f.repeat = true;
    assert_int_equal(dm_export_event(x, &f, NULL), DM_OK);
    assert_int_equal(dm_export_close(x, &s, NULL), DM_OK);
    assert_int_equal(s.rows, 1);
    assert_int_equal(s.repeated, 1);
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void csv_has_the_record_and_the_codes(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "0211");
    dm_party two[2] = { party("UNO", "", NULL), party("NAM", "", "Namibia") };
    e.recipient = two;
    e.n_recipient = 2;
    dm_buf out = { 0 };
    exported(&out, "csv", doc, &e, 1, false);
    char *rest = out.p, *header = next_line(&rest);
    assert_non_null(strstr(header, ",why,coder,happening,reports,independent,document,first_report,actor_cow,actor_ccode,"
                                   "recipient_cow,recipient_ccode,ccode1,ccode2,gwno1,gwno2"));
    assert_non_null(strstr(rest, "0000000000000abc,a.txt,2022-02-01,,day,,JPN,GOV,Japan,UNO;NAM,"));
    assert_non_null(strstr(rest, ",0211,-2.0,-2.5,3,condemned,"));
    assert_non_null(strstr(rest, ",77,3,2,0123456789abcdef0123456789abcdef,"));
    assert_non_null(strstr(rest, ",2022-02-03,JPN,740,;NAM,;565,740,565,740,565\n"));
    assert_null(strstr(rest, ",NA,"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static void plover_adds_what_the_record_knows(void **state)
{
    (void)state;
    dm_doc *doc = make();
    dm_party p[2];
    dm_event e = one_to_one(p, "111");
    dm_buf out = { 0 };
    exported(&out, "plover", doc, &e, 1, false);
    assert_int_equal(
        strncmp(out.p, "{\"id\":\"0000000000000abc\",\"has_event\":true,\"doc\":\"a.txt\",\"date\":\"2022-02-01\"", 75), 0);
    assert_non_null(strstr(out.p, "\"event_text\":\"condemned\""));
    assert_non_null(strstr(out.p, ",\"coder\":\"demarche " DM_VERSION "\",\"happening\":77,\"reports\":3,"
                                  "\"independent\":2,\"document\":\"0123456789abcdef0123456789abcdef\","
                                  "\"first_report\":\"2022-02-03\"}\n"));
    dm_buf_free(&out);
    dm_doc_free(doc);
}

static dm_tables *tables(void)
{
    dm_tables *t = NULL;
    dm_error err = { .msg = "" };
    char path[1024];
    snprintf(path, sizeof path, "%s/demarche.tables", getenv("DEMARCHE_DATA"));
    if (dm_tables_open(&t, path, &err) != DM_OK)
        fail_msg("%s", err.msg);
    return t;
}

static void cow_codes_follow_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *code, *day, *letters, *number, *gw;
    } cases[] = { { "NAM", "2022-02-01", "NAM", "565", "565" }, { "NAM", "1985-01-01", "", "", "" },
        { "DEU", "1990-10-02", "GFR", "260", "260" }, { "DEU", "1990-10-03", "GMY", "255", "260" },
        { "DDR", "1989-11-09", "GDR", "265", "265" }, { "DDR", "1999-11-09", "GMY", "255", "260" },
        { "SUN", "1985-03-11", "RUS", "365", "365" }, { "SUN", "1995-03-11", "RUS", "365", "365" },
        { "RUS", "2022-02-24", "RUS", "365", "365" }, { "UKR", "1990-01-01", "", "", "" },
        { "UKR", "2022-02-24", "UKR", "369", "369" }, { "CSK", "1989-11-17", "CZE", "315", "315" },
        { "CZE", "1989-11-17", "CZE", "315", "315" }, { "CZE", "1993-01-01", "CZR", "316", "316" },
        { "CSK", "1995-01-01", "CZR", "316", "316" }, { "YUG", "1999-03-24", "YUG", "345", "345" },
        { "SCG", "2004-01-01", "YUG", "345", "345" }, { "SRB", "2010-01-01", "YUG", "345", "340" },
        { "YUG", "2010-01-01", "YUG", "345", "340" }, { "YEM", "1989-01-01", "YAR", "678", "678" },
        { "YEM", "2015-01-01", "YEM", "679", "678" }, { "YMD", "1986-01-13", "YPR", "680", "680" },
        { "VNM", "1968-01-30", "DRV", "816", "816" }, { "SYR", "1959-01-01", "", "", "" },
        { "KOS", "2008-02-21", "KOS", "347", "347" }, { "TON", "2022-01-15", "TON", "955", "972" },
        { "PSE", "2022-01-01", "", "", "" }, { "UNO", "2022-01-01", "", "", "" }, { "", "2022-01-01", "", "", "" },
        { "SUN", NULL, "RUS", "365", "365" }, { "JPN", NULL, "JPN", "740", "740" } };
    dm_tables *t = tables();
    dm_crosswalk *c = NULL;
    assert_int_equal(dm_crosswalk_new(&c, t, NULL), DM_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dm_interval day = { DM_DAY_NONE, DM_DAY_NONE, DM_PREC_UNKNOWN };
        if (cases[i].day)
            assert_int_equal(dm_day_parse(&day, dm_str_of(cases[i].day), NULL), DM_OK);
        dm_cow cow = dm_cross_cow(c, cases[i].code, day.from);
        if (!dm_str_is(cow.letters, cases[i].letters) || !dm_str_is(cow.number, cases[i].number) ||
            !dm_str_is(cow.gw, cases[i].gw))
            fail_msg("%s on %s: %.*s %.*s %.*s", cases[i].code, cases[i].day ? cases[i].day : "no day", DM_FMT(cow.letters),
                DM_FMT(cow.number), DM_FMT(cow.gw));
    }
    dm_crosswalk_free(c);
    dm_tables_close(t);
}

static void every_country_has_a_row(void **state)
{
    (void)state;
    dm_tables *t = tables();
    dm_crosswalk *c = NULL;
    assert_int_equal(dm_crosswalk_new(&c, t, NULL), DM_OK);
    const dm_table *states = dm_tables_get(t, "actors/states");
    int col = dm_table_column(states, "code");
    for (uint32_t r = 0; r < dm_table_rows(states); r++) {
        char code[8];
        dm_str cell = dm_table_cell(states, r, col);
        assert_int_equal(cell.len, 3);
        snprintf(code, sizeof code, "%.*s", DM_FMT(cell));
        if (dm_cross_country(c, code).name.len == 0)
            fail_msg("export/countries.tsv has no row for %s", code);
    }
    dm_crosswalk_free(c);
    dm_tables_close(t);
}

/* What readstat reads back of our own file. */
typedef struct readback {
    int rows, columns, version;
    size_t longest;
    char cameo[16], quad_label[64], date_format[32];
    int32_t date;
} readback;

static int on_metadata(readstat_metadata_t *m, void *ctx)
{
    readback *b = ctx;
    b->rows = readstat_get_row_count(m);
    b->columns = readstat_get_var_count(m);
    b->version = readstat_get_file_format_version(m);
    return READSTAT_HANDLER_OK;
}

static int on_variable(int index, readstat_variable_t *v, const char *labels, void *ctx)
{
    readback *b = ctx;
    assert_string_equal(readstat_variable_get_name(v), dm_columns[index].name);
    assert_string_equal(readstat_variable_get_label(v), dm_columns[index].label);
    if (strcmp(readstat_variable_get_name(v), "date") == 0)
        snprintf(b->date_format, sizeof b->date_format, "%s", readstat_variable_get_format(v));
    assert_true(strcmp(readstat_variable_get_name(v), "quad_code") != 0 || (labels && strcmp(labels, "quad") == 0));
    return READSTAT_HANDLER_OK;
}

static int on_value(int row, readstat_variable_t *v, readstat_value_t value, void *ctx)
{
    readback *b = ctx;
    const char *name = readstat_variable_get_name(v);
    if (readstat_value_type(value) == READSTAT_TYPE_STRING) {
        const char *s = readstat_string_value(value);
        if (s && strlen(s) > b->longest)
            b->longest = strlen(s);
        if (s && row == 0 && strcmp(name, "cameo") == 0)
            snprintf(b->cameo, sizeof b->cameo, "%s", s);
        for (size_t i = 0; s && s[i];) { /* no character was cut in two */
            uint32_t cp;
            i += dm_utf8_next(s, strlen(s), i, &cp);
            assert_int_not_equal(cp, 0xFFFD);
        }
    } else if (row == 0 && strcmp(name, "date") == 0)
        b->date = readstat_int32_value(value);
    return READSTAT_HANDLER_OK;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *ctx)
{
    readback *b = ctx;
    if (strcmp(set, "quad") == 0 && readstat_int32_value(value) == 3)
        snprintf(b->quad_label, sizeof b->quad_label, "%s", label);
    return READSTAT_HANDLER_OK;
}

static void read_dta(const char *path, readback *b)
{
    readstat_parser_t *p = readstat_parser_init();
    readstat_set_metadata_handler(p, on_metadata);
    readstat_set_variable_handler(p, on_variable);
    readstat_set_value_handler(p, on_value);
    readstat_set_value_label_handler(p, on_label);
    assert_int_equal(readstat_parse_dta(p, path, b), READSTAT_OK);
    readstat_parser_free(p);
}

static const char dta_path[] = "test_export.dta", dta_tmp[] = "test_export.dta.tmp";

static dm_exporter *open_dta(const dm_tables *t)
{
    dm_export_opts o = DM_EXPORT_OPTS_INIT;
    dm_exporter *x = NULL;
    dm_error err = { .msg = "" };
    o.path = dta_path;
    if (dm_export_start(&x, "dta", &o, t, NULL, &err) != DM_OK)
        fail_msg("%s", err.msg);
    return x;
}

static void dta_is_read_back(void **state)
{
    (void)state;
    dm_tables *t = tables();
    dm_doc *doc = make();
    char *title = malloc(5001);
    assert_non_null(title);
    for (int i = 0; i < 5000; i += 2) /* one byte, then two each: the cut falls inside a character */
        memcpy(title + i + 1, "\xC3\xA9", i + 2 < 5000 ? 2 : 1);
    title[0] = 'x';
    title[4999] = 'y';
    doc->meta.title = (dm_str){ title, 5000 };
    doc->meta.url = (dm_str){ title + 1, 4998 };
    dm_party p[2];
    dm_event e = one_to_one(p, "0211");
    dm_exporter *x = open_dta(t);
    for (int i = 0; i < 3; i++) {
        dm_filed f = filed(doc, &e);
        assert_int_equal(dm_export_event(x, &f, NULL), DM_OK);
    }
    dm_export_stats s;
    assert_int_not_equal(access(dta_path, F_OK), 0);
    assert_int_equal(dm_export_close(x, &s, NULL), DM_OK);
    assert_int_equal(s.cut, 6);
    assert_int_not_equal(access(dta_tmp, F_OK), 0);
    readback b = { 0 };
    read_dta(dta_path, &b);
    assert_int_equal(b.rows, 3);
    assert_int_equal(b.columns, DM_COLUMNS);
    assert_int_equal(b.version, 118);
    assert_int_equal(b.longest, 2045);
    assert_string_equal(b.cameo, "0211");
    assert_string_equal(b.quad_label, "verbal conflict");
    assert_string_equal(b.date_format, "%td");
    assert_int_equal(b.date, 19024 + 3653);
    unlink(dta_path);
    free(title);
    dm_doc_free(doc);
    dm_tables_close(t);
}

static void dta_without_rows_is_read_back(void **state)
{
    (void)state;
    dm_tables *t = tables();
    assert_int_equal(dm_export_close(open_dta(t), NULL, NULL), DM_OK);
    readback b = { 0 };
    read_dta(dta_path, &b);
    assert_int_equal(b.rows, 0);
    assert_int_equal(b.columns, DM_COLUMNS);
    unlink(dta_path);
    dm_tables_close(t);
}

static void nothing_is_left_of_an_export_that_was_given_up(void **state)
{
    (void)state;
    dm_tables *t = tables();
    dm_exporter *x = open_dta(t);
    assert_int_equal(access(dta_tmp, F_OK), 0);
    dm_export_abort(x);
    assert_int_not_equal(access(dta_tmp, F_OK), 0);
    assert_int_not_equal(access(dta_path, F_OK), 0);
    dm_export_abort(NULL);
    dm_tables_close(t);
}

static dm_status refuse(void *ctx, dm_str bytes, dm_error *err)
{
    (void)bytes;
    ++*(int *)ctx;
    return dm_fail(err, DM_EIO, 0, "no room");
}

static void refused_bytes_end_the_export(void **state)
{
    (void)state;
    static const char *const names[] = { "csv", "plover", "dta" };
    for (int i = 0; i < 3; i++) {
        dm_doc *doc = make();
        dm_party p[2];
        dm_event e = one_to_one(p, "111");
        dm_filed f = filed(doc, &e);
        int calls = 0;
        dm_export_opts o = DM_EXPORT_OPTS_INIT;
        o.emit = refuse;
        o.ctx = &calls;
        dm_exporter *x = NULL;
        dm_error err = { .msg = "" };
        assert_int_equal(dm_export_open(&x, names[i], &o, NULL), DM_OK);
        dm_status st = DM_OK;
        for (int k = 0; k < 500 && st == DM_OK; k++)
            st = dm_export_event(x, &f, &err);
        assert_true(st == DM_EIO || i == 2); /* dta hands nothing on before its end */
        assert_int_not_equal(dm_export_close(x, NULL, &err), DM_OK);
        assert_true(calls >= 1);
        dm_doc_free(doc);
    }
}

static void wrong_uses_are_refused(void **state)
{
    (void)state;
    dm_exporter *x = NULL;
    dm_error err = { .msg = "" };
    dm_export_opts o = DM_EXPORT_OPTS_INIT;
    assert_int_equal(dm_export_open(&x, "xls", &o, &err), DM_EUSAGE);
    assert_non_null(strstr(err.msg, "polecat"));
    assert_int_equal(dm_export_open(&x, "csv", &o, &err), DM_EUSAGE);
    assert_int_equal(dm_export_open(&x, "csv", NULL, &err), DM_EUSAGE);
    o.emit = collect;
    assert_int_equal(dm_export_open(&x, "parquet", &o, &err), DM_EUSAGE);
    assert_non_null(strstr(err.msg, "path"));
    o.path = "/nowhere/at/all.csv";
    assert_int_equal(dm_export_open(&x, "csv", &o, &err), DM_EIO);
    assert_non_null(strstr(err.msg, "/nowhere/at/all.csv"));
    o.path = "test_export.parquet";
    o.duckdb = "/nowhere/libduckdb.so";
    assert_int_equal(dm_export_open(&x, "parquet", &o, &err), DM_EIO);
    assert_non_null(strstr(err.msg, "npm install"));
    assert_int_not_equal(access("test_export.parquet.tmp", F_OK), 0);
    o.version = 99;
    assert_int_equal(dm_export_open(&x, "csv", &o, &err), DM_EUSAGE);
    assert_null(x);
}

static void columns_fit_stata(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DM_COLUMNS; i++) {
        assert_non_null(dm_columns[i].name);
        assert_true(strlen(dm_columns[i].name) <= 32);
        assert_int_equal(strspn(dm_columns[i].name, "abcdefghijklmnopqrstuvwxyz_0123456789"), strlen(dm_columns[i].name));
        assert_in_range(strlen(dm_columns[i].label), 1, 80);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(dm_columns[k].name, dm_columns[i].name);
    }
    assert_string_equal(dm_columns[DM_RECORD_COLUMNS - 1].name, "coder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icews_has_its_columns_and_no_quotes),
        cmocka_unit_test(gdelt_has_its_columns),
        cmocka_unit_test(gdelt_codes_organisations),
        cmocka_unit_test(gdelt_counts_quads_as_gdelt_does),
        cmocka_unit_test(polecat_has_its_columns),
        cmocka_unit_test(parties_make_pairs),
        cmocka_unit_test(what_was_not_done_is_left_out_and_counted),
        cmocka_unit_test(gdelt_has_one_event_a_happening),
        cmocka_unit_test(csv_has_the_record_and_the_codes),
        cmocka_unit_test(plover_adds_what_the_record_knows),
        cmocka_unit_test(cow_codes_follow_the_day),
        cmocka_unit_test(every_country_has_a_row),
        cmocka_unit_test(dta_is_read_back),
        cmocka_unit_test(dta_without_rows_is_read_back),
        cmocka_unit_test(nothing_is_left_of_an_export_that_was_given_up),
        cmocka_unit_test(refused_bytes_end_the_export),
        cmocka_unit_test(wrong_uses_are_refused),
        cmocka_unit_test(columns_fit_stata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
