// SPDX-License-Identifier: Apache-2.0
/* demarche instruments: the instruments of a record, or the life of one with every party's part in it, year by year. */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_BYTES = 32,
    NAME_BYTES = 200,
    WIDTH_USUAL = 100,
    INDENT = 8,
    LINE_BYTES = 4096,
    CODES_SHOWN = 40,
    LIST_LEFT = 40,
    ROOM_LEAST = 12
};

typedef struct args {
    char *as, *type, *body, *subject, *party, *text, *since, *until;
    int limit, all;
} args;

typedef struct shown {
    const dm_record *record;
    cli_form form;
    unsigned width;
    bool any;
} shown;

static const char *number(char *out, uint64_t n)
{
    snprintf(out, NUMBER_BYTES, "%llu", (unsigned long long)n);
    return out;
}

static const char *year(char *out, int y)
{
    out[0] = '\0';
    if (y)
        snprintf(out, NUMBER_BYTES, "%d", y);
    return out;
}

static const char *name_of(const dm_record *r, const char *code, char *out)
{
    dm_str s = dm_record_name(r, code);
    snprintf(out, NAME_BYTES, "%.*s", (int)s.len, s.p);
    return out;
}

/* "resolution on China, UNCHR", "Genocide Convention (treaty)" */
static void title_of(const dm_record *r, const dm_series *s, char *out, size_t room)
{
    char name[NAME_BYTES];
    int n = *s->name ? snprintf(out, room, "%s (%s", s->name, s->family) : snprintf(out, room, "%s", s->family);
    if (*s->subject && n > 0 && (size_t)n < room)
        n += snprintf(out + n, room - (size_t)n, " on %s", name_of(r, s->subject, name));
    if (*s->body && n > 0 && (size_t)n < room)
        n += snprintf(out + n, room - (size_t)n, ", %s", s->body);
    if (*s->name && n > 0 && (size_t)n < room)
        snprintf(out + n, room - (size_t)n, ")");
}

/* --- the list --- */

static void list_fields(shown *w, const dm_series *s)
{
    char n[8][NUMBER_BYTES];
    const cli_field fields[] = {
        { "id", s->id, CLI_TEXT },
        { "family", s->family, CLI_TEXT },
        { "body", s->body, CLI_TEXT },
        { "subject", s->subject, CLI_TEXT },
        { "name", s->name, CLI_TEXT },
        { "events", number(n[0], s->events), CLI_BARE },
        { "happenings", number(n[1], s->happenings), CLI_BARE },
        { "reports", number(n[2], s->documents), CLI_BARE },
        { "independent", number(n[3], s->independent), CLI_BARE },
        { "rollcalls", number(n[4], s->rollcalls), CLI_BARE },
        { "actions", number(n[5], s->actions), CLI_BARE },
        { "first", year(n[6], s->first), CLI_BARE },
        { "last", year(n[7], s->last), CLI_BARE },
    };
    cli_fields_put(w->form, !w->any, fields, sizeof fields / sizeof *fields);
}

/* Cuts the text to so many characters, the last of them a dot-dot-dot. */
static void fit(char *text, unsigned room)
{
    unsigned n = 0;
    for (size_t i = 0; text[i]; i++) {
        if (((unsigned char)text[i] & 0xC0) == 0x80 || ++n < room)
            continue;
        size_t rest = i + 1;
        while (((unsigned char)text[rest] & 0xC0) == 0x80)
            rest++;
        if (text[rest])
            memcpy(text + i, "\xE2\x80\xA6", 4);
        return;
    }
}

static void list_row(shown *w, const dm_series *s)
{
    unsigned width = w->width ? w->width : WIDTH_USUAL, room = width > LIST_LEFT + ROOM_LEAST ? width - LIST_LEFT : ROOM_LEAST;
    char id[NAME_BYTES * 2], title[NAME_BYTES * 2], years[2 * NUMBER_BYTES] = "", filed[2 * NUMBER_BYTES] = "";
    title_of(w->record, s, title, sizeof title - 4);
    snprintf(id, sizeof id - 4, "%s", s->id);
    fit(title, room);
    fit(id, room);
    if (s->first)
        snprintf(years, sizeof years, s->first == s->last ? "%d" : "%d-%d", s->first, s->last);
    if (s->rollcalls || s->actions)
        snprintf(filed, sizeof filed, "%llu", (unsigned long long)(s->rollcalls ? s->rollcalls : s->actions));
    if (!w->any)
        printf("%-9s %6s %6s %7s %6s  %s\n", "years", "events", "happen", "reports", "votes", "instrument");
    printf("%-9s %6llu %6llu %7llu %6s  %s\n", years, (unsigned long long)s->events, (unsigned long long)s->happenings,
        (unsigned long long)s->documents, filed, title);
    printf("%*s%s\n", LIST_LEFT, "", id);
}

static dm_status on_series(void *ctx, const dm_series *s, dm_error *err)
{
    (void)err;
    shown *w = ctx;
    if (w->form == CLI_TABLE)
        list_row(w, s);
    else
        list_fields(w, s);
    w->any = true;
    return DM_OK;
}

/* --- the life, for machines --- */

static void codes(const dm_part *p, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->n_who && n + 24 < room; i++)
        n += (size_t)snprintf(
            out + n, room - n, "%s%s%s%s", i ? " " : "", p->who[i].code, p->who[i].sector[0] ? "/" : "", p->who[i].sector);
}

static void part_fields(const shown *w, const dm_series *s, const dm_part *p, bool first)
{
    char n[8][NUMBER_BYTES], who[LINE_BYTES], asked[NUMBER_BYTES], id[NUMBER_BYTES] = "", days[2][NUMBER_BYTES] = { "", "" };
    codes(p, who, sizeof who);
    snprintf(asked, sizeof asked, "%s%s%s", p->asked.code, p->asked.sector[0] ? "/" : "", p->asked.sector);
    if (p->event)
        snprintf(id, sizeof id, "%016llx", (unsigned long long)p->event);
    if (p->day != DM_DAY_NONE)
        dm_day_format(days[0], p->day);
    if (p->day_end != DM_DAY_NONE && p->day_end != p->day)
        dm_day_format(days[1], p->day_end);
    snprintf(n[7], NUMBER_BYTES, "%.3f", p->confidence);
    const cli_field fields[] = { { "instrument", s->id, CLI_TEXT }, { "year", year(n[0], p->year), CLI_BARE },
        { "year_to", year(n[1], p->year_to == p->year ? 0 : p->year_to), CLI_BARE },
        { "dating", dm_dating_name((dm_dating)p->dating), CLI_TEXT }, { "party", who, CLI_LIST }, { "act", p->act, CLI_TEXT },
        { "status", dm_part_status_name((dm_part_status)p->status), CLI_TEXT },
        { "request", p->request ? p->asked_not ? "not to" : "to" : "", CLI_TEXT }, { "asked", asked, CLI_TEXT },
        { "open", p->open ? "true" : "", CLI_BARE }, { "type", p->type, CLI_TEXT }, { "words", p->words, CLI_TEXT },
        { "on_word_of", *p->word_of ? p->word_of : NULL, CLI_LIST }, { "date", days[0], CLI_TEXT },
        { "enddate", days[1], CLI_TEXT }, { "events", number(n[2], p->events), CLI_BARE },
        { "happenings", number(n[3], p->happenings), CLI_BARE }, { "reports", number(n[4], p->documents), CLI_BARE },
        { "independent", number(n[5], p->independent), CLI_BARE }, { "event", id, CLI_TEXT }, { "confidence", n[7], CLI_BARE },
        { "source", p->source, CLI_TEXT }, { "document", p->document, CLI_TEXT }, { "text", p->sentence, CLI_TEXT },
        { "why", p->trace, CLI_TEXT } };
    cli_fields_put(w->form, first, fields, sizeof fields / sizeof *fields);
}

/* --- the life, for people --- */

/* The events that are quoted below the years, numbered as they come. */
typedef struct notes {
    const dm_part **part;
    size_t n;
} notes;

static size_t note_of(notes *t, const dm_part *p)
{
    for (size_t i = 0; i < t->n; i++)
        if (p->event ? t->part[i]->event == p->event && strcmp(t->part[i]->document, p->document) == 0
                     : !t->part[i]->event && strcmp(t->part[i]->source, p->source) == 0 &&
                           strcmp(t->part[i]->document, p->document) == 0)
            return i + 1;
    t->part[t->n++] = p;
    return t->n;
}

static bool same_years(const dm_part *a, const dm_part *b) { return a->year == b->year && a->year_to == b->year_to; }

static void who_text(const dm_part *p, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    if (p->n_who > CODES_SHOWN)
        n = (size_t)snprintf(out, room, "%zu states (", p->n_who);
    for (size_t i = 0; i < p->n_who && i < CODES_SHOWN; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%s", i ? " " : "", p->who[i].code[0] ? p->who[i].code : p->who[i].sector);
    if (p->n_who > CODES_SHOWN)
        snprintf(out + n, room - n, " ...)");
}

/* Adds "JPN cosponsored [2]; " to the line of its years. */
static size_t add_part(const dm_part *p, notes *t, char *line, size_t n)
{
    char who[LINE_BYTES / 4];
    who_text(p, who, sizeof who);
    bool said = p->dating == DM_DATING_SAID || p->dating == DM_DATING_PUBLISHED;
    size_t note = note_of(t, p);
    int k = snprintf(line + n, LINE_BYTES - n, "%s%s %s%s [%zu]", n ? "; " : "", who, p->words, said ? " ~" : "", note);
    n += k > 0 ? (size_t)k : 0;
    if (!p->event && p->day != DM_DAY_NONE && n + NUMBER_BYTES < LINE_BYTES) { /* of a file: the day says more than the note */
        char day[NUMBER_BYTES];
        dm_day_format(day, p->day);
        n += (size_t)snprintf(line + n, LINE_BYTES - n, p->day == p->day_end ? " %s" : " from %s", day);
    }
    if (p->documents > 1 && n < LINE_BYTES) {
        k = snprintf(line + n, LINE_BYTES - n, " (%u happenings, %u reports)", p->happenings, p->documents);
        n += k > 0 ? (size_t)k : 0;
    }
    return n < LINE_BYTES ? n : LINE_BYTES - 1;
}

static void years_title(const dm_part *p)
{
    if (!p->year)
        puts("year not known");
    else if (p->year_to && p->year_to != p->year)
        printf("%d-%d\n", p->year, p->year_to);
    else
        printf("%d\n", p->year);
}

static void years_shown(const dm_life *life, notes *t, unsigned width)
{
    char line[LINE_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < life->n; i++) {
        bool fresh = i == 0 || !same_years(&life->part[i], &life->part[i - 1]);
        if (n && (fresh || n > LINE_BYTES / 2)) {
            cli_wrap(line, INDENT, width);
            n = 0;
        }
        if (fresh)
            years_title(&life->part[i]);
        n = add_part(&life->part[i], t, line, n);
    }
    if (n)
        cli_wrap(line, INDENT, width);
}

/* "JPN cosponsor (1997, 1999); ..." of those parts for which `on` holds. */
static void summary_shown(const dm_life *life, const char *title, bool (*on)(const dm_part *), unsigned width)
{
    char line[LINE_BYTES];
    int n = snprintf(line, sizeof line, "%s", title);
    bool any = false;
    for (size_t i = 0; i < life->n && n > 0 && (size_t)n + NAME_BYTES < sizeof line; i++) {
        const dm_part *p = &life->part[i];
        if (!on(p))
            continue;
        char who[NAME_BYTES / 2];
        snprintf(who, sizeof who, "%s", p->who[0].code[0] ? p->who[0].code : p->who[0].sector);
        n += snprintf(line + n, sizeof line - (size_t)n, "%s %s %s", any ? ";" : "", who, p->words);
        if (p->year)
            n += snprintf(line + n, sizeof line - (size_t)n, " (%d)", p->year);
        any = true;
    }
    if (any)
        cli_wrap(line, 0, width);
}

static bool declined(const dm_part *p) { return p->status == DM_PART_NEGATED && !p->request; }
static bool open_still(const dm_part *p) { return p->open; }

static void notes_shown(const dm_record *r, const notes *t, unsigned width)
{
    for (size_t i = 0; i < t->n; i++) {
        const dm_part *p = t->part[i];
        char line[LINE_BYTES], name[NAME_BYTES];
        if (p->event) {
            char first[DM_CODE_MAX] = "";
            snprintf(first, sizeof first, "%.3s", p->word_of);
            snprintf(line, sizeof line, "[%zu] %016llx %s: %s", i + 1, (unsigned long long)p->event, p->source, p->sentence);
            cli_wrap(line, 0, width);
            snprintf(line, sizeof line, "%s%s%s%s", *first ? "on the word of " : "", *first ? name_of(r, first, name) : "",
                *first && *p->trace ? "; " : "", p->trace);
        } else {
            snprintf(line, sizeof line, "[%zu] %s%s%s%s%s", i + 1, p->source, *p->document ? " " : "", p->document,
                *p->sentence ? ": " : "", p->sentence);
            cli_wrap(line, 0, width);
            snprintf(line, sizeof line, "%s", p->trace);
        }
        if (*line)
            cli_wrap(line, 4, width);
    }
}

/* ", 3 events"; nothing when there are none. */
static const char *counted(const char *between, uint64_t n, const char *what)
{
    if (n)
        printf("%s%llu %s%s", between, (unsigned long long)n, what, n == 1 ? "" : "s");
    return n ? ", " : between;
}

static int life_shown(const shown *w, const dm_life *life)
{
    char title[NAME_BYTES * 2];
    notes t = { calloc(life->n ? life->n : 1, sizeof *t.part), 0 };
    if (!t.part) {
        cli_say("out of memory");
        return EXIT_BROKEN;
    }
    const dm_series *s = &life->series;
    unsigned width = w->width ? w->width : WIDTH_USUAL;
    bool said = false;
    title_of(w->record, s, title, sizeof title);
    printf("%s\n%s", title, s->id);
    if (s->first)
        printf(s->first == s->last ? "  %d" : "  %d-%d", s->first, s->last);
    const char *between = "  ";
    between = counted(between, s->events, "event");
    between = counted(between, s->happenings, "happening");
    between = counted(between, s->documents, "report");
    between = counted(between, s->rollcalls, "roll call");
    counted(between, s->actions, "action");
    puts("\n");
    years_shown(life, &t, width);
    for (size_t i = 0; i < life->n; i++)
        said = said || life->part[i].dating == DM_DATING_SAID || life->part[i].dating == DM_DATING_PUBLISHED;
    puts("");
    if (said)
        puts("~ the year is that of the statement; the text gives none");
    summary_shown(life, "Declined:", declined, width);
    summary_shown(life, "Yet to come, for all that the record knows:", open_still, width);
    puts("");
    notes_shown(w->record, &t, width);
    free(t.part);
    return EXIT_ALL_READ;
}

/* --- the command --- */

static dm_status read_filter(
    const dm_record *r, const args *a, dm_series_filter *f, char codes_of[2][DM_CODE_MAX], dm_error *err)
{
    f->type = a->type;
    f->body = a->body;
    f->text = a->text;
    f->vague = a->all != 0;
    f->limit = a->limit > 0 ? (uint64_t)a->limit : 0;
    dm_status st = cli_days(a->since, a->until, &f->since, &f->until, err);
    if (st == DM_OK && a->subject && (st = dm_record_code(r, a->subject, codes_of[0], err)) == DM_OK)
        f->subject = codes_of[0];
    if (st == DM_OK && a->party && (st = dm_record_code(r, a->party, codes_of[1], err)) == DM_OK)
        f->party = codes_of[1];
    return st;
}

static dm_status on_count(void *ctx, const dm_series *s, dm_error *err)
{
    (void)s;
    (void)err;
    ++*(size_t *)ctx;
    return DM_OK;
}

static int show_life(const shown *w, dm_life *life)
{
    int code = EXIT_ALL_READ;
    for (size_t i = 0; w->form != CLI_TABLE && i < life->n; i++)
        part_fields(w, &life->series, &life->part[i], i == 0);
    if (w->form == CLI_TABLE)
        code = life_shown(w, life);
    dm_life_free(life);
    return code;
}

/* One is asked for by id or name, or the filter leaves only one: its life. Else the list. */
static int show(dm_record *r, const args *a, const char *which, shown *w, dm_error *err)
{
    dm_series_filter f = DM_SERIES_FILTER_INIT;
    char codes_of[2][DM_CODE_MAX];
    dm_life *life = NULL;
    size_t n = 0;
    dm_status st = read_filter(r, a, &f, codes_of, err);
    bool narrow = which || f.subject || f.text;
    if (st == DM_OK && narrow && !which)
        st = dm_record_instruments(r, &f, on_count, &n, err);
    if (st == DM_OK && (which || n == 1)) {
        st = dm_record_life(r, which, &f, &life, err);
        if (st == DM_OK)
            return show_life(w, life);
    } else if (st == DM_OK) {
        st = dm_record_instruments(r, &f, on_series, w, err);
    }
    if (st != DM_OK) {
        cli_say("%s", err->msg);
        return cli_exit(st);
    }
    if (!w->any)
        cli_say("no instruments that are like that in the record");
    return EXIT_ALL_READ;
}

static int run(const args *a, const char **paths)
{
    dm_error err = { .msg = "" };
    dm_record *record = NULL;
    shown w = { .width = cli_width() };
    if (!paths || !paths[0] || (paths[1] && paths[2])) {
        cli_say("name the record, and the instrument to show one: demarche instruments RECORD [ID|NAME]");
        return EXIT_USAGE;
    }
    if (!cli_fields_form(a->as, &w.form))
        return EXIT_USAGE;
    dm_status st = dm_record_open(&record, paths[0], DM_ACCESS_READ, NULL, &err);
    if (st != DM_OK) {
        cli_say("%s", err.msg);
        return EXIT_BROKEN;
    }
    w.record = record;
    int code = show(record, a, paths[1], &w, &err);
    dm_record_close(record);
    return code;
}

int cmd_instruments(int argc, const char **argv)
{
    args a = { 0 };
    const struct poptOption options[] = {
        { "type", 't', POPT_ARG_STRING, &a.type, 0,
            "resolution, motion, vote, sanction, boycott, treaty, declaration, law, talks", "TYPE" },
        { "subject", 's', POPT_ARG_STRING, &a.subject, 0, "at whom it is aimed: any name or code of a country", "WHO" },
        { "body", 'b', POPT_ARG_STRING, &a.body, 0, "whose it is: UNCHR, UNGA, JPN-LEG", "BODY" },
        { "party", 'p', POPT_ARG_STRING, &a.party, 0, "only the part of this country in them", "WHO" },
        { "text", 'x', POPT_ARG_STRING, &a.text, 0, "words of the name or id", "WORDS" },
        { "since", 0, POPT_ARG_STRING, &a.since, 0, "from this year on", "YYYY" },
        { "until", 0, POPT_ARG_STRING, &a.until, 0, "up to this year", "YYYY" },
        { "limit", 'n', POPT_ARG_INT, &a.limit, 0, "at most so many in the list", "N" },
        { "all", 0, POPT_ARG_NONE, &a.all, 0, "also those of which neither body, subject nor name is told", NULL },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "table (default), jsonl or csv", "FORM" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] RECORD [ID|NAME]");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    char *const owned[] = { a.as, a.type, a.body, a.subject, a.party, a.text, a.since, a.until };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    return code;
}
