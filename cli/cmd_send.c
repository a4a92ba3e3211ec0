// SPDX-License-Identifier: Apache-2.0
/* demarche send: articles onto a queue; and what could not be coded, listed, sent back or dropped. */
#include "queue.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_SIGNAL = 128,
    PATH_BYTES = 4096,
    RANGE_MAX = 100000,
    TIME_BYTES = 32,
    C_NUMBER = 0,
    C_WHEN,
    C_NAME,
    C_BYTES,
    C_TIMES,
    C_REASON,
    N_COLUMNS
};

typedef struct args {
    cli_queue queue;
    char *date, *journal, *shard, *as;
    int no_journal, dead, replay, drop;
} args;

/* --- the journal's usual place: one for each queue and list of inputs --- */

static uint64_t mix(uint64_t h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u; /* FNV-1a */
    return (h ^ 0xFF) * 0x100000001b3u;
}

static bool make_folder(char *path)
{
    for (char *p = path + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
            *p = '/';
            if (!there)
                return false;
        }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* false: there is no place for it. */
static bool usual_journal(char out[PATH_BYTES], const dm_queue *q, const char *shard, const char **paths)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    uint64_t h = mix(0xcbf29ce484222325u, dm_queue_url(q));
    char full[PATH_BYTES];
    h = shard ? mix(h, shard) : h;
    for (; *paths; paths++)
        h = mix(h, realpath(*paths, full) ? full : *paths);
    int n = state && *state ? snprintf(out, PATH_BYTES, "%s/demarche", state)
                            : snprintf(out, PATH_BYTES, "%s/.local/state/demarche", home ? home : "");
    if ((!home && !(state && *state)) || n < 0 || n > PATH_BYTES - 40 || !make_folder(out))
        return false;
    snprintf(out + n, PATH_BYTES - (size_t)n, "/send-%016" PRIx64, h);
    return true;
}

/* --- sending --- */

static void on_failed(void *ctx, const dm_error *err)
{
    (void)ctx;
    cli_say("%s", err->msg);
}

static void on_after(void *ctx, const dm_send_stats *so_far)
{
    (void)ctx;
    dm_run_stats s = { .documents = so_far->sent + so_far->before, .failed = so_far->failed, .read = so_far->read };
    cli_progress(&s, false);
}

static void summary(const dm_queue *q, const dm_send_stats *s)
{
    fprintf(stderr, "%s: ", dm_queue_url(q));
    cli_count("", s->sent, "document sent", "documents sent");
    if (s->parted)
        cli_count(" (", s->parted, "in parts)", "in parts)");
    if (s->before)
        cli_count(", ", s->before, "sent before", "sent before");
    if (s->retries)
        cli_count(", ", s->retries, "message sent again", "messages sent again");
    if (s->failed)
        cli_count("; ", s->failed, "input left out", "inputs left out");
    fputc('\n', stderr);
}

static int finish(const dm_queue *q, dm_status st, const dm_send_stats *s, bool kept, const dm_error *err)
{
    if (st != DM_OK)
        cli_say("%s", err->msg);
    if (st == DM_OK || s->sent)
        summary(q, s);
    if (st != DM_OK)
        return cli_exit(st);
    if (*cli_stop()) {
        cli_say("stopped; the queue has what was sent%s", kept ? ", and the same command goes on from there" : "");
        return EXIT_SIGNAL + *cli_stop();
    }
    return s->failed ? EXIT_SOME_FAILED : EXIT_ALL_READ;
}

static dm_status open_input(const args *a, const char **paths, dm_coder **coder, dm_input **in, dm_error *err)
{
    dm_coder_opts o = DM_CODER_OPTS_INIT;
    if (a->date && dm_day_parse(&o.date, (dm_str){ a->date, strlen(a->date) }, err) != DM_OK)
        return DM_EUSAGE;
    dm_status st = dm_coder_open(coder, &o, err);
    if (st == DM_OK)
        st = dm_input_open(in, *coder, err);
    for (; st == DM_OK && *paths; paths++)
        st = dm_input_add(*in, *paths, err);
    return st == DM_OK && a->shard ? dm_input_shard(*in, a->shard, err) : st;
}

static int send_all(const args *a, dm_queue *q, const char **paths)
{
    char journal[PATH_BYTES];
    dm_error err = { .msg = "" };
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    dm_send_stats stats = { 0 };
    dm_send_opts o = DM_SEND_OPTS_INIT;
    o.note = cli_note;
    o.failed = on_failed;
    o.after = on_after;
    o.stop = cli_stop();
    o.journal = a->journal;
    if (!a->journal && !a->no_journal && usual_journal(journal, q, a->shard, paths))
        o.journal = journal;
    cli_progress_start();
    if (cli_progress_wanted())
        cli_progress_find(paths, cli_stop());
    dm_status st = open_input(a, paths, &coder, &in, &err);
    if (st == DM_OK)
        st = dm_queue_send(q, in, &o, &stats, &err);
    dm_input_close(in);
    dm_coder_close(coder);
    cli_progress(&(dm_run_stats){ 0 }, true);
    return finish(q, st, &stats, o.journal != NULL, &err);
}

/* --- dead letters --- */

typedef struct list {
    cli_form form;
    cli_table rows;
    uint64_t *numbers;
    size_t n, cap;
    bool failed;
} list;

static bool add_number(list *l, uint64_t number)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        uint64_t *v = realloc(l->numbers, cap * sizeof *v);
        if (!v)
            return false;
        l->numbers = v;
        l->cap = cap;
    }
    l->numbers[l->n++] = number;
    return true;
}

static void put_row(list *l, const dm_dead *d)
{
    char number[24], bytes[24], times[24], when[TIME_BYTES] = "";
    struct tm t;
    time_t seconds = (time_t)d->when;
    snprintf(number, sizeof number, "%" PRIu64, d->number);
    snprintf(bytes, sizeof bytes, "%" PRIu64, d->bytes);
    snprintf(times, sizeof times, "%" PRIu64, d->deliveries);
    if (gmtime_r(&seconds, &t))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &t);
    const cli_field f[] = { { "number", number, CLI_BARE }, { "when", when, CLI_TEXT }, { "name", d->name, CLI_TEXT },
        { "bytes", bytes, CLI_BARE }, { "deliveries", times, CLI_BARE }, { "reason", d->reason, CLI_TEXT } };
    if (l->form != CLI_TABLE) {
        cli_fields_put(l->form, l->n == 0, f, sizeof f / sizeof *f);
        return;
    }
    for (size_t i = 0; i < N_COLUMNS; i++)
        cli_table_add(&l->rows, (dm_str){ f[i].text, strlen(f[i].text) });
}

static dm_status on_dead(void *ctx, const dm_dead *d, dm_error *err)
{
    list *l = ctx;
    if (l->form != CLI_TABLE || l->rows.n_columns)
        put_row(l, d);
    return add_number(l, d->number) ? DM_OK : dm_fail(err, DM_ENOMEM, 0, "out of memory for the dead letters");
}

static int list_dead(const args *a, dm_queue *q)
{
    static const char *const heads[N_COLUMNS] = { "number", "when", "name", "bytes", "deliveries", "reason" };
    list l = { .rows = { .n_columns = N_COLUMNS } };
    dm_error err = { .msg = "" };
    if (!cli_fields_form(a->as, &l.form))
        return EXIT_USAGE;
    memcpy(l.rows.head, heads, sizeof heads);
    l.rows.right[C_NUMBER] = l.rows.right[C_BYTES] = l.rows.right[C_TIMES] = true;
    dm_status st = dm_queue_dead(q, on_dead, &l, &err);
    if (st == DM_OK && l.form == CLI_TABLE && l.n) {
        cli_out out;
        cli_out_start(&out, true);
        cli_table_put(&l.rows, &out.buf, cli_width(), C_REASON, cli_color());
        st = cli_out_flush(&out, true, &err);
        cli_out_end(&out);
    }
    if (st == DM_OK && !l.n)
        cli_say("no dead letters");
    cli_table_free(&l.rows);
    free(l.numbers);
    return cli_query_exit(st, &err);
}

/* "3", "5-9" */
static bool read_numbers(list *l, const char **words)
{
    for (; *words; words++) {
        char *end = NULL;
        const char *dash = strchr(*words, '-');
        uint64_t from = strtoull(*words, &end, 10), to = from;
        bool good = **words >= '0' && **words <= '9' && end == (dash ? dash : *words + strlen(*words));
        if (good && dash) {
            to = strtoull(dash + 1, &end, 10);
            good = dash[1] >= '0' && dash[1] <= '9' && !*end;
        }
        if (!good || to < from || to - from >= RANGE_MAX) {
            cli_say("'%.40s' is no number of a dead letter; write 3 or 5-9", *words);
            return false;
        }
        for (; from <= to; from++)
            if (!add_number(l, from))
                return false;
    }
    return true;
}

/* All of them where no numbers are given. */
static int move_dead(const args *a, dm_queue *q, const char **words)
{
    list l = { .form = CLI_TABLE };
    dm_error err = { .msg = "" };
    dm_status st = DM_OK;
    int code = EXIT_USAGE;
    if (words && *words ? read_numbers(&l, words) : (st = dm_queue_dead(q, on_dead, &l, &err)) == DM_OK) {
        st = a->replay ? dm_queue_replay(q, l.numbers, l.n, &err) : dm_queue_drop(q, l.numbers, l.n, &err);
        if (st == DM_OK)
            fprintf(stderr, "%s: %zu %s %s\n", dm_queue_url(q), l.n, l.n == 1 ? "document" : "documents",
                a->replay ? "sent back" : "dropped");
        code = cli_query_exit(st, &err);
    } else if (st != DM_OK) {
        code = cli_query_exit(st, &err);
    }
    free(l.numbers);
    return code;
}

/* --- the command --- */

static bool is_right(const args *a, const char **words)
{
    bool named = words && words[0];
    if (a->replay && a->drop)
        cli_say("--replay sends back, --drop throws away: give one");
    else if ((a->replay || a->drop) && !a->dead)
        cli_say("--replay and --drop are for the dead letters: give --dead, too");
    else if (a->drop && !named)
        cli_say("say which dead letters to drop, by their numbers");
    else if (a->dead && named && !a->replay && !a->drop)
        cli_say("--dead lists all; numbers go with --replay or --drop");
    else if (!a->dead && !named)
        cli_say("name what to send: demarche send --queue nats://127.0.0.1:4222 FILE...");
    else
        return true;
    return false;
}

static int run(const args *a, const char **words)
{
    int code = EXIT_USAGE;
    if (!is_right(a, words))
        return code;
    dm_queue *q = cli_queue_open(&a->queue, "send", &code);
    if (!q)
        return code;
    cli_catch_signals();
    code = !a->dead ? send_all(a, q, words) : a->replay || a->drop ? move_dead(a, q, words) : list_dead(a, q);
    dm_queue_close(q);
    return code;
}

int cmd_send(int argc, const char **argv)
{
    args a = { .as = NULL };
    const struct poptOption options[] = {
        CLI_QUEUE_OPTIONS(&a.queue),
        { "date", 'd', POPT_ARG_STRING, &a.date, 0, "date of the articles, over any date found in them", "YYYY[-MM[-DD]]" },
        { "shard", 0, POPT_ARG_STRING, &a.shard, 0, "only what falls to the I-th of N machines, as in demarche code", "I/N" },
        { "journal", 0, POPT_ARG_STRING, &a.journal, 0, "file that keeps what was sent, so that a call can go on", "FILE" },
        { "no-journal", 0, POPT_ARG_NONE, &a.no_journal, 0, "keep none: a call that was cut off begins anew", NULL },
        { "dead", 0, POPT_ARG_NONE, &a.dead, 0, "list the documents that could not be coded", NULL },
        { "replay", 0, POPT_ARG_NONE, &a.replay, 0, "with --dead: send them back, all or those numbered (3 5-9)", NULL },
        { "drop", 0, POPT_ARG_NONE, &a.drop, 0, "with --dead: throw those numbered away", NULL },
        { "as", 'a', POPT_ARG_STRING, &a.as, 0, "with --dead: form of the list", "table|jsonl|csv" },
        { "help", 'h', POPT_ARG_NONE, NULL, 'h', "this help", NULL },
        POPT_TABLEEND,
    };
    poptContext popt = cli_options(argc, argv, options, "[OPTION...] --queue URL FILE...");
    int code;
    if (cli_read_options(popt, &code))
        code = run(&a, poptGetArgs(popt));
    poptFreeContext(popt);
    cli_queue_free(&a.queue);
    free(a.date);
    free(a.journal);
    free(a.shard);
    free(a.as);
    return code;
}
