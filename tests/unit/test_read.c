// SPDX-License-Identifier: Apache-2.0
/* The reader: formats, encodings, metadata, marked lines, folders, broken inputs. Files are made in a folder of the test's own. */
#include "read/read.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_LEN = 512 };

typedef struct fixture {
    dm_tables *tables;
    dm_reader *reader;
    dm_doc *doc;
    dm_error err;
    char dir[64];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    const char *data = getenv("DEMARCHE_DATA");
    char path[PATH_LEN];
    if (!f)
        return -1;
    snprintf(path, sizeof path, "%s/demarche.tables", data ? data : ".");
    if (dm_tables_open(&f->tables, path, &f->err) != DM_OK) {
        fprintf(stderr, "%s\n", f->err.msg);
        return -1;
    }
    snprintf(f->dir, sizeof f->dir, "/tmp/dm_read_XXXXXX");
    f->doc = dm_doc_new();
    *state = f;
    return f->doc && mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    char command[PATH_LEN];
    snprintf(command, sizeof command, "chmod -R u+rwx %s && rm -rf %s", f->dir, f->dir);
    int bad = system(command);
    dm_reader_close(f->reader);
    dm_doc_free(f->doc);
    dm_tables_close(f->tables);
    free(f);
    return bad;
}

/* ---- helpers ---- */

static void start(fixture *f, const dm_read_opts *opts)
{
    dm_read_opts o = DM_READ_OPTS_INIT;
    if (opts)
        o = *opts;
    o.tables = f->tables;
    dm_reader_close(f->reader);
    f->reader = NULL;
    assert_int_equal(dm_reader_open(&f->reader, &o, &f->err), DM_OK);
}

static const char *in_dir(const fixture *f, const char *name)
{
    static char path[4][PATH_LEN];
    static int turn;
    char *out = path[turn++ % 4];
    snprintf(out, PATH_LEN, "%s/%s", f->dir, name);
    return out;
}

static void write_file(const fixture *f, const char *name, const void *bytes, size_t n)
{
    FILE *out = fopen(in_dir(f, name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static dm_status next(fixture *f)
{
    memset(&f->err, 0, sizeof f->err);
    return dm_reader_next(f->reader, f->doc, &f->err);
}

static dm_status read_bytes(fixture *f, const char *name, const void *bytes, size_t n)
{
    start(f, NULL);
    assert_int_equal(dm_reader_add_bytes(f->reader, name, (dm_str){ bytes, n }, &f->err), DM_OK);
    return next(f);
}

static void read_text(fixture *f, const char *text) { assert_int_equal(read_bytes(f, "a.txt", text, strlen(text)), DM_OK); }

static dm_status read_json(fixture *f, const char *text) { return read_bytes(f, "a.jsonl", text, strlen(text)); }

#define READ_RAW(f, name, literal) read_bytes((f), (name), (literal), sizeof(literal) - 1)

static void is_str(dm_str s, const char *want)
{
    char got[4096];
    snprintf(got, sizeof got, "%.*s", DM_FMT(s));
    assert_string_equal(got, want);
}

static void is_text(fixture *f, const char *want) { is_str(f->doc->text, want); }

static void is_date(fixture *f, const char *want, dm_date_source source)
{
    char got[16] = "none";
    if (f->doc->meta.date.precision != DM_PREC_UNKNOWN)
        dm_day_format(got, f->doc->meta.date.from);
    assert_string_equal(got, want);
    assert_int_equal(f->doc->meta.date_source, source);
}

static bool has_note(const fixture *f, const char *part)
{
    for (uint32_t i = 0; i < f->doc->notes.n; i++)
        if (memmem(f->doc->notes.v[i].p, f->doc->notes.v[i].len, part, strlen(part)))
            return true;
    return false;
}

static void fails(fixture *f, dm_status st, const char *part)
{
    assert_int_equal(next(f), st);
    if (!strstr(f->err.msg, part))
        fail_msg("message '%s' lacks '%s'", f->err.msg, part);
    assert_int_equal(f->err.code, st);
    assert_int_equal(f->doc->text.len, 0);
}

/* Kind of the line that starts with these words; -1: not marked. Fails when the text does not hold them. */
static int kind_at(const fixture *f, const char *words)
{
    const char *p = memmem(f->doc->text.p, f->doc->text.len, words, strlen(words));
    if (!p)
        fail_msg("the text lacks '%s'", words);
    uint32_t at = (uint32_t)(p - f->doc->text.p);
    for (uint32_t i = 0; i < f->doc->lines.n; i++) {
        dm_span s = f->doc->lines.v[i].span;
        if (at >= s.start && at < s.start + s.len)
            return f->doc->lines.v[i].kind;
    }
    return -1;
}

#define IS_NOISE(f, words) assert_int_equal(kind_at((f), (words)), DM_LINE_NOISE)
#define IS_BODY(f, words) assert_int_equal(kind_at((f), (words)), -1)

/* ---- plain text: bytes ---- */

static void plain_file(void **state)
{
    fixture *f = *state;
    write_file(f, "one.txt", "Japan said no.\r\nChina said yes.\r", 32);
    start(f, NULL);
    assert_int_equal(dm_reader_add(f->reader, in_dir(f, "one.txt"), &f->err), DM_OK);
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Japan said no.\r\nChina said yes.\r");
    is_str(f->doc->meta.id, "one.txt");
    assert_int_equal(f->doc->notes.n, 0);
    assert_int_equal(next(f), DM_END);
    assert_int_equal(next(f), DM_END);
}

static void byte_order_marks(void **state)
{
    fixture *f = *state;
    assert_int_equal(READ_RAW(f, "a", "\xEF\xBB\xBFTalks \xE2\x80\x93 ended."), DM_OK);
    is_text(f, "Talks \xE2\x80\x93 ended.");
    assert_int_equal(f->doc->notes.n, 0);
    assert_int_equal(READ_RAW(f, "a", "\xFF\xFEH\0i\0 \0=\xD8\0\xDE.\0"), DM_OK);
    is_text(f, "Hi \xF0\x9F\x98\x80.");
    assert_true(has_note(f, "UTF-16LE"));
    assert_int_equal(READ_RAW(f, "a", "\xFE\xFF\0H\0i\xD8\x3D\0."), DM_OK);
    is_text(f, "Hi\xEF\xBF\xBD.");
    assert_true(has_note(f, "1 malformed UTF-16BE"));
    assert_int_equal(READ_RAW(f, "a", "\xFF\xFE\0\0H\0\0\0i\0\0\0"), DM_OK);
    is_text(f, "Hi");
    assert_int_equal(READ_RAW(f, "a", "\0\0\xFE\xFF\0\0\0H\0\0\0i\0\0"), DM_OK);
    is_text(f, "Hi\xEF\xBF\xBD");
}

static void wide_without_mark(void **state)
{
    fixture *f = *state;
    assert_int_equal(READ_RAW(f, "a", "T\0a\0l\0k\0s\0 \0e\0n\0d\0.\0"), DM_OK);
    is_text(f, "Talks end.");
    assert_int_equal(READ_RAW(f, "a", "\0T\0a\0l\0k\0s\0 \0e\0n\0d\0."), DM_OK);
    is_text(f, "Talks end.");
    assert_true(has_note(f, "UTF-16BE (detected)"));
}

static void other_encodings(void **state)
{
    fixture *f = *state;
    assert_int_equal(READ_RAW(f, "a",
                         "The caf\xE9 owner in Z\xFCrich said he was \x93"
                         "angry\x94 about the new law."),
        DM_OK);
    is_text(f, "The caf\xC3\xA9 owner in Z\xC3\xBCrich said he was \xE2\x80\x9C"
               "angry\xE2\x80\x9D about the new law.");
    assert_true(has_note(f, "decoded from windows-1252 (detected"));
    /* Russian in windows-1251 */
    assert_int_equal(
        READ_RAW(f, "a",
            "\xCF\xF0\xE5\xE7\xE8\xE4\xE5\xED\xF2 \xD0\xEE\xF1\xF1\xE8\xE8 \xE7\xE0\xFF\xE2\xE8\xEB, \xF7\xF2\xEE "
            "\xEF\xE5\xF0\xE5\xE3\xEE\xE2\xEE\xF0\xFB \xE1\xF3\xE4\xF3\xF2 \xEF\xF0\xEE\xE4\xEE\xEB\xE6\xE5\xED\xFB."),
        DM_OK);
    assert_true(has_note(f, "windows-1251"));
    assert_true(dm_str_starts(f->doc->text, "\xD0\x9F\xD1\x80\xD0\xB5\xD0\xB7"));
}

static void malformed_utf8(void **state)
{
    fixture *f = *state;
    assert_int_equal(READ_RAW(f, "a", "Curly \xE2\x80\x9Cquotes\xE2\x80\x9D and \xE2\x80 a cut one."), DM_OK);
    is_text(f, "Curly \xE2\x80\x9Cquotes\xE2\x80\x9D and \xEF\xBF\xBD\xEF\xBF\xBD a cut one.");
    assert_true(has_note(f, "2 malformed UTF-8 bytes replaced by U+FFFD, the first at byte 23"));
    assert_int_equal(READ_RAW(f, "a", "Never \xFF valid."), DM_OK);
    is_text(f, "Never \xEF\xBF\xBD valid.");
    assert_true(has_note(f, "1 malformed UTF-8 byte replaced"));
    /* surrogates and overlong forms are no UTF-8 */
    assert_int_equal(READ_RAW(f, "a", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xED\xA0\x80 \xC0\xAF"), DM_OK);
    assert_true(has_note(f, "5 malformed"));
}

static void nul_bytes(void **state)
{
    fixture *f = *state;
    assert_int_equal(READ_RAW(f, "a", "Talks\0ended in\0Oslo today."), DM_OK);
    is_text(f, "Talks ended in Oslo today.");
    assert_true(has_note(f, "2 NUL bytes replaced by a space, the first at byte 5"));
}

static void empty_and_binary(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *name, *bytes;
        size_t n;
        const char *part;
    } cases[] = { { "e.txt", "", 0, "'e.txt' is empty" }, { "b.txt", " \r\n\t\n", 5, "is empty" },
        { "x.jsonl", "\n \n", 3, "is empty" }, { "p.txt", "%PDF-1.7\n...", 12, "PDF" }, { "z.txt", "PK\003\004....", 8, "ZIP" },
        { "g.txt", "\037\213\b\0", 4, "unpack" }, { "i.txt", "\x89PNG\r\n", 6, "PNG" },
        { "m.txt", "\001\002\003\004\005\006 x", 8, "binary data" }, { "n.txt", "a\0\0\0\0\0b\0\0\0", 10, "binary data" },
        { "f.html", "<?xml version='1.0'?><rss><channel><item/></channel></rss>", 58, "item 1" },
        { "t.html", "<html><body><nav>Home</nav></body></html>", 41, "no article text" } };
    start(f, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(dm_reader_add_bytes(f->reader, cases[i].name, (dm_str){ cases[i].bytes, cases[i].n }, &f->err), DM_OK);
    assert_int_equal(dm_reader_add_bytes(f->reader, "ok.txt", DM_STR("Fine."), &f->err), DM_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fails(f, DM_EINPUT, cases[i].part);
        assert_non_null(strstr(f->err.msg, cases[i].name));
    }
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Fine.");
}

static void too_long_text(void **state)
{
    fixture *f = *state;
    FILE *out = fopen(in_dir(f, "big.txt"), "wb");
    assert_non_null(out);
    for (int i = 0; i < 17 * 1024; i++)
        for (int k = 0; k < 64; k++)
            fputs("Japan said no.\n\n", out);
    assert_int_equal(fclose(out), 0);
    start(f, NULL);
    dm_reader_add(f->reader, in_dir(f, "big.txt"), &f->err);
    dm_reader_add_bytes(f->reader, "ok", DM_STR("Fine."), &f->err);
    fails(f, DM_ELIMIT, "big.txt' is over the limit of 16 MB");
    assert_int_equal(next(f), DM_OK);
}

static void very_long_line(void **state)
{
    fixture *f = *state;
    size_t n = 3 * 1024 * 1024;
    char *line = malloc(n);
    assert_non_null(line);
    for (size_t i = 0; i < n; i++)
        line[i] = "China said no. "[i % 15];
    assert_int_equal(read_bytes(f, "a.txt", line, n), DM_OK);
    assert_int_equal(f->doc->text.len, n);
    assert_int_equal(f->doc->lines.n, 0);
    free(line);
}

/* ---- plain text: lines ---- */

static void scrape_noise(void **state)
{
    fixture *f = *state;
    read_text(f, "print PRINT\n\nWORLD > Africa\n\nTalks on the dam resume in Khartoum\n\n  \xE2\x80\xA2 May 4, 2021\n"
                 "  \xE2\x80\xA2 , The Nile Courier , 8:05 a.m.\n  \xE2\x80\xA2 KJH Translation\n\nThree countries resumed "
                 "their talks on the dam "
                 "on Monday.\n\n\nEgypt asked for a binding accord.\n\n\n  \xE2\x80\xA2 Envoy\n  \xE2\x80\xA2 Floods\n  "
                 "\xE2\x80\xA2 Trending Nile");
    IS_NOISE(f, "print PRINT");
    IS_NOISE(f, "WORLD > Africa");
    assert_int_equal(kind_at(f, "Talks on the dam resume"), DM_LINE_HEADLINE);
    assert_int_equal(kind_at(f, "May 4, 2021"), DM_LINE_DATE);
    assert_int_equal(kind_at(f, ", The Nile Courier"), DM_LINE_BYLINE);
    assert_int_equal(kind_at(f, "KJH Translation"), DM_LINE_BYLINE);
    IS_BODY(f, "Three countries");
    IS_BODY(f, "Egypt asked");
    IS_NOISE(f, "Envoy");
    IS_NOISE(f, "Trending Nile");
    is_date(f, "2021-05-04", DM_DATE_DATELINE);
    is_str(f->doc->meta.title, "Talks on the dam resume in Khartoum");
    is_str(f->doc->meta.publisher, "The Nile Courier");
}

static void datelines(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *head, *date, *publisher;
    } cases[] = {
        { " date 2019-02-03 NAIROBI (REUTERS) - ", "2019-02-03", "Reuters" },
        { "TOKYO, Feb 3 (Kyodo) -- ", "none", "Kyodo" },
        { "WASHINGTON (AP) \xE2\x80\x94 ", "none", "AP" },
        { "UNITED NATIONS, New York \xE2\x80\x93 ", "none", "" },
        { "GENEVA (3 February 2022) \xE2\x80\x93 ", "2022-02-03", "" },
        { "(Reuters) - ", "none", "Reuters" },
        { "NEW DELHI: ", "none", "" },
        { "Moscow, March 24, 2021 (Interfax) - ", "2021-03-24", "Interfax" },
        { "S\xC3\x83O PAULO \xE2\x80\x94 ", "none", "" },
        { "SAN FRANCISCO - ", "none", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "%sTwo ministers met on Monday, an official said.\n\nThey agreed to meet again.\n",
            cases[i].head);
        read_text(f, text);
        assert_int_equal(f->doc->lines.n, 1);
        assert_int_equal(f->doc->lines.v[0].kind, DM_LINE_DATELINE);
        assert_int_equal(f->doc->lines.v[0].span.start + f->doc->lines.v[0].span.len, strlen(cases[i].head));
        is_date(f, cases[i].date, strcmp(cases[i].date, "none") ? DM_DATE_DATELINE : DM_DATE_NONE);
        is_str(f->doc->meta.publisher, cases[i].publisher);
    }
}

static void no_datelines(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = { "Its only ally - the United States - said no.",
        "The minister - a former general - resigned.", "NATO said no - and meant it.",
        "Beijing (which denies this) - and Moscow - said no.", "EU - the bloc of 27 - said no.", "MR. LEE: The talks failed.",
        "QUESTION: Will you sign it?\n\nMINISTER: We will sign it.\n\nQUESTION: When will that be?",
        "One thing is sure: talks failed.", "Mr. Lee (Liberal Party) - a lawyer - said no.",
        "On Monday - the third day - talks failed." };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        read_text(f, texts[i]);
        if (f->doc->lines.n)
            fail_msg("dateline found in '%s'", texts[i]);
    }
}

static void one_sentence_is_left_alone(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = { "Japan condemned China", "Subscribe to the treaty, Iran told Iraq",
        "By Friday, Japan had left.", "Related: the minister resigned", "Photo by the army showed tanks" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        read_text(f, texts[i]);
        assert_int_equal(f->doc->lines.n, 0);
    }
}

static const char *const body = "\n\nThe two governments agreed on Monday to withdraw their troops.\n\n";

static void with_line(fixture *f, const char *before, const char *line, const char *after)
{
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s%s%sBoth sides said that they would keep their promise.\n\n%s", before, body, line,
        "\n\n", "", after);
    read_text(f, text);
}

static void noise_between_paragraphs(void **state)
{
    fixture *f = *state;
    static const char *const lines[] = { "Advertisement", "Share this article",
        "Photo: Soldiers at the border. REUTERS/A. Person", "Story continues below", "Read more: Border closed after clashes",
        "We use cookies to improve your experience on our site.",
        "Sign up for our newsletter to get the day's top stories in your inbox.", "http://example.org/a/b", "* * *",
        "SHARE  TWEET  EMAIL", "The minister in Oslo on Monday. (AP Photo/Some Person)", "Follow us on Twitter @example",
        "Image caption: The ministers" };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        with_line(f, "", lines[i], "");
        if (kind_at(f, lines[i]) != DM_LINE_NOISE)
            fail_msg("not taken for noise: %s", lines[i]);
        IS_BODY(f, "The two governments");
        IS_BODY(f, "Both sides said");
    }
}

static void prose_that_looks_like_noise(void **state)
{
    fixture *f = *state;
    static const char *const lines[] = { "The army shared photos of the camp.", "China expelled the correspondent.",
        "They exchanged views.", "Print media in Hungary have protested against the tax.", "Follow-up talks failed.",
        "By Monday both armies had left.", "It signed the treaty on March 24, 2021.", "\"No.\"",
        "Comments by the minister angered Turkey, officials said.", "Related sanctions were lifted in May.",
        "The story continues to divide the two countries." };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        with_line(f, "", lines[i], "");
        if (strcmp(lines[i], "\"No.\"") != 0 && kind_at(f, lines[i]) != -1)
            fail_msg("taken for kind %d: %s", kind_at(f, lines[i]), lines[i]);
    }
}

static void cut_off_ends(void **state)
{
    fixture *f = *state;
    read_text(f,
        "The two governments agreed on Monday to withdraw.\n\n\"We will go home\"\n\nBoth sides said it.\n\nThe troops, who "
        "have been in the "
        "valley since the war of 2016 and whose number nobody outside the army knows, are\n\nShare this\n\nOther story\n");
    IS_BODY(f, "\"We will go home\"");
    IS_BODY(f, "The troops, who");
    IS_NOISE(f, "Share this");
    IS_NOISE(f, "Other story");
    read_text(f, "The two governments agreed on Monday to withdraw.\n\nThe troops, who have been in the valley since the war "
                 "of 2016, are");
    IS_BODY(f, "The troops, who");
}

static void bylines(void **state)
{
    fixture *f = *state;
    static const char *const lines[] = { "By Jane Roe", "BY JANE ROE AND JOHN DOE", "Staff writer",
        "By Jane Roe, Diplomatic Correspondent", "Our Correspondent", "(Reporting by Jane Roe; Editing by John Doe)",
        "Translated by Jane Roe" };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        with_line(f, lines[i], "The troops have been there since 2016.", "");
        if (kind_at(f, lines[i]) != DM_LINE_BYLINE)
            fail_msg("not taken for a byline: %s", lines[i]);
    }
}

static void date_lines(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *line, *date;
    } cases[] = { { "March 24, 2021", "2021-03-24" }, { "Published: 3 February 2022, 10:15 a.m.", "2022-02-03" },
        { "2020-11-05 14:20 UTC", "2020-11-05" }, { "Tuesday September 2 2008", "2008-09-02" },
        { "Updated on Sept. 9, 1999 at 6:00 pm EDT", "1999-09-09" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char head[256];
        snprintf(head, sizeof head, "Neighbours agree to pull back troops\n\n%s", cases[i].line);
        with_line(f, head, "The troops have been there since 2016.", "");
        assert_int_equal(kind_at(f, cases[i].line), DM_LINE_DATE);
        assert_int_equal(kind_at(f, "Neighbours"), DM_LINE_HEADLINE);
        is_date(f, cases[i].date, DM_DATE_DATELINE);
    }
}

static void headline_and_its_repeat(void **state)
{
    fixture *f = *state;
    with_line(f, "World\n\nNeighbours agree to pull back troops", "NEIGHBOURS AGREE TO PULL BACK TROOPS",
        "Neighbours agree to pull back troops");
    IS_NOISE(f, "World");
    assert_int_equal(kind_at(f, "Neighbours agree"), DM_LINE_HEADLINE);
    IS_NOISE(f, "NEIGHBOURS AGREE");
    const dm_line *last = &f->doc->lines.v[f->doc->lines.n - 1];
    assert_int_equal(last->kind, DM_LINE_NOISE);
    assert_int_equal(last->span.start + last->span.len, f->doc->text.len);
}

static void crossheads_and_lists(void **state)
{
    fixture *f = *state;
    with_line(f, "", "Long dispute", "Related:\n\nMinister resigns over leak\n\nFloods in the north\n");
    assert_int_equal(kind_at(f, "Long dispute"), DM_LINE_HEADLINE);
    IS_NOISE(f, "Related:");
    IS_NOISE(f, "Minister resigns");
    IS_NOISE(f, "Floods in");
    with_line(f, "", "- the release of all prisoners,\n- the opening of the border,\n- an end to the sanctions", "");
    IS_BODY(f, "- the release");
    IS_BODY(f, "- an end to");
}

static void hard_wrapped(void **state)
{
    fixture *f = *state;
    read_text(f, "Neighbours agree to pull back\n\nThe two governments agreed on Monday to withdraw their troops from\nthe "
                 "border, which they have "
                 "occupied since the war of 2016, and to\nopen it to travellers\n\nBoth sides said that they would keep their "
                 "promise, and they\nasked "
                 "the Security Council of the United Nations in New York\nto send observers to the region, from\nBrazil and "
                 "other countries.\n");
    assert_int_equal(kind_at(f, "Neighbours agree"), DM_LINE_HEADLINE);
    IS_BODY(f, "The two governments");
    IS_BODY(f, "open it to travellers");
    IS_BODY(f, "asked the Security");
    IS_BODY(f, "to send observers");
    IS_BODY(f, "Brazil");
}

static void paragraphs_without_blank_lines(void **state)
{
    fixture *f = *state;
    read_text(f, "Neighbours agree to pull back troops from the disputed border\nThe two governments agreed on Monday to "
                 "withdraw their troops.\nBoth "
                 "sides said that they would keep their promise.\nAnalysts doubt it.\nMost read\nFloods in the north\n");
    assert_int_equal(kind_at(f, "Neighbours agree"), DM_LINE_HEADLINE);
    IS_BODY(f, "The two governments");
    IS_BODY(f, "Analysts doubt it.");
    IS_NOISE(f, "Most read");
    IS_NOISE(f, "Floods in");
}

static void nothing_is_deleted(void **state)
{
    fixture *f = *state;
    static const char text[] = "PRINT\r\n\r\nShare this\r\n\r\nOne said no.\r\n\r\nTwo said yes.\r\n\r\nCookie banner\r\n";
    read_text(f, text);
    is_text(f, text);
    uint32_t at = 0;
    for (uint32_t i = 0; i < f->doc->lines.n; i++) {
        assert_true(f->doc->lines.v[i].span.start >= at);
        at = f->doc->lines.v[i].span.start + f->doc->lines.v[i].span.len;
    }
    assert_true(at <= f->doc->text.len);
}

/* ---- HTML ---- */

#define PAGE_TOP "<!doctype html><html lang=en><head><meta charset=utf-8><title>Envoys meet | The Post</title>"
#define PARAGRAPHS                                                                                                             \
    "<p>Envoys of two governments met in Oslo on Tuesday to discuss the exchange of prisoners, Norway's foreign ministry "     \
    "said.</p>"                                                                                                                \
    "<p>The talks, the first in three years, were held behind <a href=x>closed doors</a>, and no statement was issued.</p>"
#define PARAGRAPHS_TEXT                                                                                                        \
    "Envoys of two governments met in Oslo on Tuesday to discuss the exchange of prisoners, Norway's foreign ministry "        \
    "said.\n\n"                                                                                                                \
    "The talks, the first in three years, were held behind closed doors, and no statement was issued."

static void read_html(fixture *f, const char *html)
{
    if (read_bytes(f, "a.html", html, strlen(html)) != DM_OK)
        fail_msg("%s", f->err.msg);
}

static void page_boilerplate(void **state)
{
    fixture *f = *state;
    read_html(f, PAGE_TOP
        "</head><body class='has-sidebar'><nav><ul><li><a href=/>Home</a></ul></nav><div class=cookie-consent><p>We use "
        "cookies, "
        "and we share data with many partners, as our long policy explains in detail.</p></div><div "
        "class=article-body>" PARAGRAPHS
        "<div class='ad-slot'><p>Buy this very good thing today, it is cheap, it is new, and it is yours at once.</p></div>"
        "<figure><img><figcaption>Oslo on Tuesday.</figcaption></figure><script>var x = 'not text';</script>"
        "<ul class=related><li><a href=1>Other story of the day</a></ul></div><aside><p>Ministers quarrel over fish, and over "
        "many "
        "other things, in the capital of the kingdom.</p></aside><footer><p>All rights reserved, in all countries, for "
        "ever.</p>"
        "</footer></body></html>");
    is_text(f, PARAGRAPHS_TEXT);
    is_str(f->doc->meta.title, "Envoys meet | The Post");
    is_str(f->doc->meta.language, "en");
    is_str(f->doc->meta.id, "a.html");
}

static void page_metadata(void **state)
{
    fixture *f = *state;
    read_html(f, PAGE_TOP "<meta property='og:title' content='Wrong'><meta property='og:site_name' content='The Post'><meta "
                          "name=date content='2001-01-01'>"
                          "<link rel=canonical href='https://post.example/a'><script "
                          "type='application/ld+json'>{\"@graph\":[{\"@type\":\"WebPage\","
                          "\"name\":\"x\"},{\"@type\":[\"NewsArticle\"],\"headline\":\"Envoys meet in "
                          "Oslo\",\"datePublished\":\"2019-05-07T08:00:00+02:00\","
                          "\"publisher\":{\"name\":\"The Oslo Post\"}}]}</script></head><body><main>" PARAGRAPHS
                          "</main></body></html>");
    is_str(f->doc->meta.title, "Envoys meet in Oslo");
    is_date(f, "2019-05-07", DM_DATE_META);
    is_str(f->doc->meta.publisher, "The Oslo Post");
    is_str(f->doc->meta.url, "https://post.example/a");
    read_html(f, PAGE_TOP "<meta property='og:site_name' content='The Post'><meta property='article:published_time' "
                          "content='2018-02-03'></head><body>" PARAGRAPHS);
    is_str(f->doc->meta.title, "Envoys meet");
    is_date(f, "2018-02-03", DM_DATE_META);
    read_html(f,
        PAGE_TOP "</head><body><article><h1>A</h1><time datetime='2017-01-02T10:00'>2 January</time>" PARAGRAPHS "</article>");
    is_date(f, "2017-01-02", DM_DATE_META);
    read_html(f, PAGE_TOP "<link rel=canonical href='https://post.example/2016/08/09/a'></head><body>" PARAGRAPHS);
    is_date(f, "2016-08-09", DM_DATE_META);
    read_html(f, PAGE_TOP "<script type='application/ld+json'>{\"@type\": nonsense}</script></head><body>" PARAGRAPHS);
    assert_true(has_note(f, "JSON-LD"));
}

static void page_blocks(void **state)
{
    fixture *f = *state;
    read_html(f, "<body><div>One   long\n sentence about the&nbsp;envoys who met, in Oslo, on Tuesday.<br><br>Another one "
                 "about the ministers of "
                 "the&shy; republic, who stayed away.<br>A third on the next line of the same long paragraph.</div></body>");
    is_text(f, "One long sentence about the envoys who met, in Oslo, on Tuesday.\n\nAnother one about the ministers of the "
               "republic, who stayed "
               "away.\nA third on the next line of the same long paragraph.");
    read_html(f, "<table><tr><td><a href=a>News</a><br><a href=b>Sport</a></td><td><p>The minister of the republic travelled "
                 "to its neighbour on "
                 "Monday.<p>She asked for the release of two fishermen, officials said.</td></tr></table>");
    is_text(f, "The minister of the republic travelled to its neighbour on Monday.\n\nShe asked for the release of two "
               "fishermen, officials said.");
}

static void short_pages(void **state)
{
    fixture *f = *state;
    read_html(f, "<html><body><p>Japan condemned China.</p></body></html>");
    is_text(f, "Japan condemned China.");
    read_html(f,
        "<nav><a href=/>Home</a></nav><div class=cookies><p>We use cookies, as our policy, which is long, explains.</p></div>"
        "<div class=post><p>Talks failed.</p><p>Both sides left.</p></div>");
    is_text(f, "Talks failed.\n\nBoth sides left.");
}

static void page_of_sections(void **state)
{
    fixture *f = *state;
    read_html(f, "<div id=page><div class=part>" PARAGRAPHS
                 "</div><div class=advertisement>Buy</div><div class=part><h2>Old dispute</h2><p>They have "
                 "quarrelled about the border, and about much else, since the war ended in 1950.</p><p>Each accuses the other "
                 "of holding "
                 "civilians, among them children, as hostages.</p></div></div>");
    is_text(f, PARAGRAPHS_TEXT
        "\n\nOld dispute\n\nThey have quarrelled about the border, and about much else, since the war ended in 1950.\n\nEach "
        "accuses the other of holding civilians, among them children, as hostages.");
    assert_int_equal(kind_at(f, "Old dispute"), DM_LINE_HEADLINE);
}

static void page_drawn_by_script(void **state)
{
    fixture *f = *state;
    char html[1200], sentences[800] = "";
    for (int i = 0; i < 8; i++)
        strcat(sentences, "The envoys met again in the capital, officials said. ");
    snprintf(html, sizeof html,
        "<script type='application/ld+json'>{\"@type\":\"Article\",\"articleBody\":\"%s\"}</script><body><div "
        "id=app></div></body>",
        sentences);
    read_html(f, html);
    assert_true(dm_str_starts(f->doc->text, "The envoys met again in the capital"));
    assert_true(f->doc->text.len > 300);
}

static void page_encodings(void **state)
{
    fixture *f = *state;
    assert_int_equal(
        READ_RAW(f, "a.html",
            "<meta http-equiv=Content-Type content='text/html; charset=ISO-8859-1'><p>Talks in M\xE1laga ended on Friday "
            "without a result\x97or a date for the next round."),
        DM_OK);
    is_text(f, "Talks in M\xC3\xA1laga ended on Friday without a result\xE2\x80\x94or a date for the next round.");
    assert_true(has_note(f, "windows-1252 (declared)"));
    assert_int_equal(READ_RAW(f, "a.html",
                         "<?xml version='1.0' encoding='koi8-r'?><html><body><p>\xF0\xC5\xD2\xC5\xC7\xCF\xD7\xCF\xD2\xD9 \xD7 "
                         "\xF7\xC5\xCE\xC5, "
                         "\xCB\xCF\xD4\xCF\xD2\xD9\xC5 \xCE\xC1\xDE\xC1\xCC\xC9\xD3\xD8 \xD7 \xCD\xC1\xC5.</p></body></html>"),
        DM_OK);
    assert_true(
        dm_str_starts(f->doc->text, "\xD0\x9F\xD0\xB5\xD1\x80\xD0\xB5\xD0\xB3\xD0\xBE\xD0\xB2\xD0\xBE\xD1\x80\xD1\x8B"));
    /* declared Latin-1, but UTF-8 all the same */
    assert_int_equal(
        READ_RAW(f, "a.html", "<meta charset=latin1><p>Talks in M\xC3\xA1laga ended on Friday without a result or a date."),
        DM_OK);
    is_text(f, "Talks in M\xC3\xA1laga ended on Friday without a result or a date.");
}

static void page_bombs(void **state)
{
    fixture *f = *state;
    static const char *const pieces[] = { "<div>", "<b>", "<b><p>", "<table><tr><td>", "<a b=c d=e ><div></a>", "<svg><g>",
        "<i><div></i>" };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t n = strlen(pieces[i]), count = 600000 / n;
        char *html = malloc(count * n + 1);
        assert_non_null(html);
        for (size_t k = 0; k < count; k++)
            memcpy(html + k * n, pieces[i], n);
        dm_status st = read_bytes(f, "bomb.html", html, count * n);
        assert_true(st == DM_ELIMIT || st == DM_EINPUT);
        assert_non_null(strstr(f->err.msg, "bomb.html"));
        free(html);
    }
}

/* ---- JSON ---- */

static void json_lines(void **state)
{
    fixture *f = *state;
    assert_int_equal(read_json(f, "{\"id\":\"x-1\",\"text\":\"Japan said "
                                  "no.\",\"title\":\"T\",\"date\":\"2020-01-15\",\"url\":\"http://e.org/a\",\"publisher\":"
                                  "\"P\",\"language\":\"en\"}\n\n{\"id\":7,\"text\":\"Two.\"}\n{\"text\":\"Three.\"}"),
        DM_OK);
    is_text(f, "Japan said no.");
    is_str(f->doc->meta.id, "x-1");
    is_str(f->doc->meta.title, "T");
    is_str(f->doc->meta.url, "http://e.org/a");
    is_str(f->doc->meta.publisher, "P");
    is_str(f->doc->meta.language, "en");
    is_date(f, "2020-01-15", DM_DATE_META);
    assert_int_equal(next(f), DM_OK);
    is_str(f->doc->meta.id, "7");
    is_str(f->doc->meta.title, "");
    is_date(f, "none", DM_DATE_NONE);
    assert_int_equal(next(f), DM_OK);
    is_str(f->doc->meta.id, "a.jsonl:4");
    assert_int_equal(next(f), DM_END);
}

static void json_aliases(void **state)
{
    fixture *f = *state;
    static const char *const text_keys[] = { "raw_text", "body", "content", "article", "story", "maintext", "Full Text",
        "article-body" };
    for (size_t i = 0; i < sizeof text_keys / sizeof *text_keys; i++) {
        char line[200];
        snprintf(line, sizeof line, "{\"description\":\"short\",\"%s\":\"One said no.\"}\n", text_keys[i]);
        assert_int_equal(read_json(f, line), DM_OK);
        is_text(f, "One said no.");
    }
    assert_int_equal(read_json(f, "{\"uid\":\"u\",\"headline\":\"H\",\"date_publish\":\"2011-02-03 "
                                  "10:00:00\",\"hostname\":\"e.org\",\"uri\":\"u:1\",\"lang\":\"de\","
                                  "\"raw_text\":\"a b c.\",\"text\":\"The better key.\"}"),
        DM_OK);
    is_text(f, "The better key.");
    is_str(f->doc->meta.id, "u");
    is_str(f->doc->meta.title, "H");
    is_str(f->doc->meta.publisher, "e.org");
    is_str(f->doc->meta.url, "u:1");
    is_str(f->doc->meta.language, "de");
    is_date(f, "2011-02-03", DM_DATE_META);
    assert_int_equal(
        read_json(
            f, "{\"_source\":{\"body\":[\"One.\",\"Two.\"],\"source\":{\"id\":\"r\",\"name\":\"Reuters\"}},\"_id\":\"9\"}"),
        DM_OK);
    is_text(f, "One.\n\nTwo.");
    is_str(f->doc->meta.publisher, "Reuters");
    is_str(f->doc->meta.id, "9");
}

static void json_dates(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *json, *date;
    } cases[] = { { "\"2022-02-03T23:59:59Z\"", "2022-02-03" }, { "\"20220203\"", "2022-02-03" },
        { "\"20220203T101500Z\"", "2022-02-03" }, { "1643882400", "2022-02-03" }, { "1643882400000", "2022-02-03" },
        { "\"Thu, 03 Feb 2022 10:00:00 GMT\"", "2022-02-03" }, { "\"Thu Feb 03 10:00:00 +0000 2022\"", "2022-02-03" },
        { "\"Feb. 3, 2022\"", "2022-02-03" }, { "\"3rd of February 2022\"", "2022-02-03" }, { "\"25/12/2021\"", "2021-12-25" },
        { "\"12/25/2021\"", "2021-12-25" }, { "\"03.02.2022\"", "2022-02-03" }, { "\"2022/2/3\"", "2022-02-03" },
        { "\"February 2022\"", "2022-02-01" }, { "\"2022-02\"", "2022-02-01" }, { "\"1999\"", "1999-01-01" },
        { "\"2022-02-30\"", "none" }, { "\"03/04/2022\"", "none" }, { "\"yesterday\"", "none" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[200];
        snprintf(line, sizeof line, "{\"text\":\"One said no.\",\"date\":%s}", cases[i].json);
        assert_int_equal(read_json(f, line), DM_OK);
        bool none = strcmp(cases[i].date, "none") == 0;
        is_date(f, cases[i].date, none ? DM_DATE_NONE : DM_DATE_META);
        assert_int_equal(f->doc->notes.n, none ? 1 : 0);
    }
}

static void json_broken_lines(void **state)
{
    fixture *f = *state;
    start(f, NULL);
    static const char bytes[] = "{\"text\":\"One.\"}\n{\"text\":\"cut\nnot "
                                "json\n{\"id\":1,\"id\":2,\"text\":\"dup\"}\n{\"text\":\"\\ud800\"}\n[1]\n{\"title\":\"x\"}\n"
                                "{\"text\":\"\"}\n{\"text\":\"a\\u0000b\"}\n{\"text\":\"caf\xC3\xA9 \xC3\xA9 \xFF\"}";
    dm_reader_add_bytes(f->reader, "l.jsonl", (dm_str){ bytes, sizeof bytes - 1 }, &f->err);
    assert_int_equal(next(f), DM_OK);
    fails(f, DM_EINPUT, "'l.jsonl', line 2: not valid JSON");
    fails(f, DM_EINPUT, "line 3: not valid JSON");
    fails(f, DM_EINPUT, "line 4: not valid JSON: duplicate object key");
    fails(f, DM_EINPUT, "line 5: not valid JSON: invalid Unicode");
    fails(f, DM_EINPUT, "line 6: not a JSON object");
    fails(f, DM_EINPUT, "line 7: object without text");
    fails(f, DM_EINPUT, "line 8: object without text");
    assert_int_equal(next(f), DM_OK);
    is_text(f, "a b");
    assert_true(has_note(f, "NUL"));
    assert_int_equal(next(f), DM_OK);
    is_text(f, "caf\xC3\xA9 \xC3\xA9 \xEF\xBF\xBD");
    assert_int_equal(next(f), DM_END);
}

static void json_arrays(void **state)
{
    fixture *f = *state;
    assert_int_equal(
        READ_RAW(f, "a.json",
            "[{\"text\":\"A } b.\"},\n {\"text\":\"Q \\\" q.\",\n\"m\":{\"x\":[1]}},{\"bad\"},{\"text\":\"Last.\"}]"),
        DM_OK);
    is_text(f, "A } b.");
    is_str(f->doc->meta.id, "a.json:1");
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Q \" q.");
    is_str(f->doc->meta.id, "a.json:2");
    fails(f, DM_EINPUT, "'a.json', line 3: not valid JSON");
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Last.");
    assert_int_equal(next(f), DM_END);
    assert_int_equal(READ_RAW(f, "a.json", "{\n  \"id\": \"p\",\n  \"text\": \"Pretty.\"\n}\n"), DM_OK);
    is_text(f, "Pretty.");
    assert_int_equal(READ_RAW(f, "a.json", "{\"articles\":[{\"content\":\"One.\"},3,{\"content\":\"Two.\"}]}"), DM_OK);
    is_text(f, "One.");
    is_str(f->doc->meta.id, "a.json:1:1");
    fails(f, DM_EINPUT, "element 2 of the list");
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Two.");
    assert_int_equal(next(f), DM_END);
    assert_int_equal(READ_RAW(f, "unknown", "\xEF\xBB\xBF{\"text\":\"Sniffed.\"}\n{\"text\":\"Again.\"}\n"), DM_OK);
    is_text(f, "Sniffed.");
    assert_int_equal(READ_RAW(f, "m.json", "\xFE\xFF\0{\0\"\0t\0e\0x\0t\0\"\0:\0\"\xD8\x3D\0W\0\"\0}"), DM_OK);
    is_text(f, "\xEF\xBF\xBDW");
    assert_true(has_note(f, "1 malformed UTF-16"));
    assert_int_equal(READ_RAW(f, "u.json", "{\0\"\0t\0e\0x\0t\0\"\0:\0\"\0W\0.\0\"\0}\0"), DM_OK);
    is_text(f, "W.");
}

static void json_too_long(void **state)
{
    fixture *f = *state;
    dm_read_opts o = DM_READ_OPTS_INIT;
    o.line_max = 100;
    static const char bytes[] = "{\"text\":\"One.\"}\n{\"text\":\""
                                "0123456789012345678901234567890123456789012345678901234567890123456789"
                                "0123456789012345678901234567890123456789"
                                "\"}\n{\"text\":\"Three.\"}\n";
    for (int pass = 0; pass < 2; pass++) {
        start(f, &o);
        dm_reader_add_bytes(f->reader, pass ? "a.json" : "a.jsonl", (dm_str){ bytes, sizeof bytes - 1 }, &f->err);
        assert_int_equal(next(f), DM_OK);
        fails(f, DM_ELIMIT, "line 2: object of more than 100 bytes");
        assert_int_equal(next(f), DM_OK);
        is_text(f, "Three.");
        assert_int_equal(next(f), DM_END);
    }
}

static void json_text_is_marked_too(void **state)
{
    fixture *f = *state;
    assert_int_equal(read_json(f, "{\"title\":\"Ministers agree on the border\",\"text\":\"Ministers agree on the "
                                  "border\\n\\nBy Jane Roe\\n\\nOSLO (NTB) - Ministers "
                                  "agreed on Monday.\\n\\nThey will meet again.\\n\\nShare this\"}"),
        DM_OK);
    assert_int_equal(kind_at(f, "Ministers agree on"), DM_LINE_HEADLINE);
    assert_int_equal(kind_at(f, "By Jane"), DM_LINE_BYLINE);
    assert_int_equal(kind_at(f, "OSLO"), DM_LINE_DATELINE);
    IS_NOISE(f, "Share this");
}

/* ---- inputs ---- */

static void folders(void **state)
{
    fixture *f = *state;
    assert_int_equal(mkdir(in_dir(f, "sub"), 0700), 0);
    write_file(f, "b.txt", "Bee.", 4);
    write_file(f, "a.txt", "Ay.", 3);
    write_file(f, "sub/c.jsonl", "{\"text\":\"Sea.\"}\n{\"text\":\"See.\"}\n", 32);
    write_file(f, ".hidden.txt", "No.", 3);
    write_file(f, "picture.png", "\x89PNG", 4);
    assert_int_equal(symlink(f->dir, in_dir(f, "sub/loop")), 0);
    assert_int_equal(symlink("b.txt", in_dir(f, "link.txt")), 0);
    assert_int_equal(mkfifo(in_dir(f, "pipe.txt"), 0600), 0);
    start(f, NULL);
    dm_reader_add(f->reader, f->dir, &f->err);
    dm_reader_add_bytes(f->reader, "after", DM_STR("Last."), &f->err);
    static const char *const want[] = { "Ay.", "Bee.", "Bee.", "Sea.", "See.", "Last." };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(next(f), DM_OK);
        is_text(f, want[i]);
    }
    assert_int_equal(next(f), DM_END);
    assert_int_equal(dm_reader_skipped(f->reader), 3);
}

static void unreadable_inputs(void **state)
{
    fixture *f = *state;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", in_dir(f, "s"));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(symlink("self.txt", in_dir(f, "self.txt")), 0);
    write_file(f, "closed.txt", "No.", 3);
    assert_int_equal(chmod(in_dir(f, "closed.txt"), 0), 0);
    start(f, NULL);
    dm_reader_add(f->reader, in_dir(f, "missing.txt"), &f->err);
    dm_reader_add(f->reader, "/dev/null", &f->err);
    dm_reader_add(f->reader, in_dir(f, "s"), &f->err);
    dm_reader_add(f->reader, in_dir(f, "self.txt"), &f->err);
    if (geteuid() != 0)
        dm_reader_add(f->reader, in_dir(f, "closed.txt"), &f->err);
    dm_reader_add_bytes(f->reader, "ok", DM_STR("Fine."), &f->err);
    fails(f, DM_EIO, "missing.txt': No such file");
    fails(f, DM_EINPUT, "'/dev/null' is a device");
    fails(f, DM_EINPUT, "is a socket");
    fails(f, DM_EIO, "self.txt");
    if (geteuid() != 0)
        fails(f, DM_EIO, "closed.txt': Permission denied");
    assert_int_equal(next(f), DM_OK);
    close(s);
    assert_int_equal(dm_reader_add(f->reader, "", &f->err), DM_EUSAGE);
}

static void standard_input(void **state)
{
    fixture *f = *state;
    int ends[2], before = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    static const char bytes[] = "{\"text\":\"One.\"}\n{\"text\":\"Two.\"}\n";
    assert_int_equal(write(ends[1], bytes, 16), 16); /* the second line has not come yet */
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    start(f, NULL);
    dm_reader_add(f->reader, "-", &f->err);
    assert_int_equal(next(f), DM_OK);
    is_text(f, "One.");
    is_str(f->doc->meta.id, "stdin:1");
    assert_int_equal(write(ends[1], bytes + 16, sizeof bytes - 17), (int)sizeof bytes - 17);
    close(ends[1]);
    assert_int_equal(next(f), DM_OK);
    is_text(f, "Two.");
    assert_int_equal(next(f), DM_END);
    dup2(before, STDIN_FILENO);
    close(before);
    close(ends[0]);
}

static void given_date_wins(void **state)
{
    fixture *f = *state;
    dm_read_opts o = DM_READ_OPTS_INIT;
    assert_int_equal(dm_day_parse(&o.date, DM_STR("1999-04-10"), &f->err), DM_OK);
    start(f, &o);
    dm_reader_add_bytes(f->reader, "a.jsonl", DM_STR("{\"text\":\"One.\",\"date\":\"2020-01-01\"}"), &f->err);
    assert_int_equal(next(f), DM_OK);
    is_date(f, "1999-04-10", DM_DATE_GIVEN);
}

static void options(void **state)
{
    fixture *f = *state;
    dm_read_opts o = DM_READ_OPTS_INIT;
    dm_reader *r = NULL;
    o.version = 99;
    assert_int_equal(dm_reader_open(&r, &o, &f->err), DM_EUSAGE);
    assert_null(r);
    assert_int_equal(dm_reader_open(&r, NULL, &f->err), DM_OK); /* without tables: canonical keys */
    dm_reader_add_bytes(r, "a.jsonl", DM_STR("{\"text\":\"One.\",\"id\":\"i\"}\n{\"body\":\"Two.\"}"), &f->err);
    assert_int_equal(dm_reader_next(r, f->doc, &f->err), DM_OK);
    assert_int_equal(dm_reader_next(r, f->doc, &f->err), DM_EINPUT);
    dm_reader_close(r);
    dm_reader_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(plain_file),
        T(byte_order_marks),
        T(wide_without_mark),
        T(other_encodings),
        T(malformed_utf8),
        T(nul_bytes),
        T(empty_and_binary),
        T(too_long_text),
        T(very_long_line),
        T(scrape_noise),
        T(datelines),
        T(no_datelines),
        T(one_sentence_is_left_alone),
        T(noise_between_paragraphs),
        T(prose_that_looks_like_noise),
        T(cut_off_ends),
        T(bylines),
        T(date_lines),
        T(headline_and_its_repeat),
        T(crossheads_and_lists),
        T(hard_wrapped),
        T(paragraphs_without_blank_lines),
        T(nothing_is_deleted),
        T(page_boilerplate),
        T(page_metadata),
        T(page_blocks),
        T(short_pages),
        T(page_of_sections),
        T(page_drawn_by_script),
        T(page_encodings),
        T(page_bombs),
        T(json_lines),
        T(json_aliases),
        T(json_dates),
        T(json_broken_lines),
        T(json_arrays),
        T(json_too_long),
        T(json_text_is_marked_too),
        T(folders),
        T(unreadable_inputs),
        T(standard_input),
        T(given_date_wins),
        T(options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
