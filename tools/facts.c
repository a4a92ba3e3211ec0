// SPDX-License-Identifier: Apache-2.0
/* dm-facts FILE...: the facts that the confidence of each event rests on (event/confidence.h), one line an event in the order of
 * `demarche code`: document, id, type, facts joined by spaces; cells apart by tabs. Data: $DEMARCHE_DATA or beside the program.
 * With --names: every name that the table of weights may hold. With --choices FILE...: every set of parties that was weighed
 * (event/choose.h), a line each: document, code point of the trigger, side, type, 1 where the frame joins the sides, codes, those of the
 * other side, clues.
 * With --proposals FILE...: every word that the back-off looked at (event/propose.h): document, code points of its ends, hints for an event,
 * then for each type a cell with its hints; --alone: the same without the frames. With --mentions FILE...: every mention: document, first and last code point, parties as
 * entity:code joined by |, form, why. */
#include "event/choose.h"
#include "event/confidence.h"
#include "event/propose.h"
#include <demarche/coder.h>
#include <inttypes.h>
#include <stdio.h>

static void print_events(const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->events.n; i++) {
        const dm_event *ev = &doc->events.v[i];
        printf("%.*s\t%016" PRIx64 "\t%s\t", DM_FMT(doc->meta.id), ev->id, dm_type_names[ev->type]);
        const char *gap = "";
        for (unsigned f = 0; f < DM_N_FACTS; f++)
            if (doc->event_facts.v[i] >> f & 1) {
                printf("%s%s", gap, dm_fact_name(f));
                gap = " ";
            }
        putchar('\n');
    }
}

static void print_choices(const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->choices.n; i++) {
        const dm_choice *c = &doc->choices.v[i];
        printf("%.*s\t%u\t%s\t%s\t%u\t%s\t%s\t", DM_FMT(doc->meta.id),
            (unsigned)dm_doc_codepoint(doc, doc->tokens.v[c->token].span.start), c->side ? "recipient" : "actor",
            dm_type_names[c->type], c->mutual, c->codes, c->other);
        const char *gap = "";
        for (unsigned k = 0; k < DM_N_CLUES; k++)
            if (c->clues[k / 64] >> k % 64 & 1) {
                printf("%s%s", gap, dm_clue_name(k));
                gap = " ";
            }
        putchar('\n');
    }
}

static void print_type(const dm_proposal *p, unsigned type)
{
    const char *gap = "\t";
    for (unsigned k = 0; k < DM_N_TYPE_HINTS; k++)
        if (p->type[type][k] > 0) {
            printf("%s%s%s%s=%.4f", gap, *gap == '\t' ? dm_type_names[type] : "", *gap == '\t' ? " " : "", dm_type_hint_name(k),
                (double)p->type[type][k]);
            gap = " ";
        }
}

static void print_proposals(const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->proposals.n; i++) {
        const dm_proposal *p = &doc->proposals.v[i];
        dm_span at = doc->tokens.v[p->token].span;
        printf("%.*s\t%u\t%u\t", DM_FMT(doc->meta.id), (unsigned)dm_doc_codepoint(doc, at.start),
            (unsigned)dm_doc_codepoint(doc, at.start + at.len));
        const char *gap = "";
        for (unsigned k = 0; k < DM_N_EVENT_HINTS; k++)
            if (p->event >> k & 1) {
                printf("%s%s", gap, dm_event_hint_name(k));
                gap = " ";
            }
        for (unsigned type = 0; type < DM_N_TYPES; type++)
            print_type(p, type);
        putchar('\n');
    }
}

static void print_mentions(const dm_doc *doc)
{
    for (uint32_t i = 0; i < doc->mentions.n; i++) {
        const dm_mention *m = &doc->mentions.v[i];
        dm_span at = dm_doc_token_span(doc, m->first, m->n);
        printf("%.*s\t%u\t%u\t", DM_FMT(doc->meta.id), (unsigned)dm_doc_codepoint(doc, at.start),
            (unsigned)dm_doc_codepoint(doc, at.start + at.len));
        for (uint32_t k = 0; k < m->n_entity; k++) {
            const dm_entity *en = &doc->entities.v[m->entity[k]];
            printf("%s%u:%s", k ? "|" : "", (unsigned)m->entity[k], en->code);
        }
        printf("\t%u\t%.*s\n", m->form, DM_FMT(m->why));
    }
}

static void print_names(void)
{
    puts("base");
    for (unsigned f = 0; f < DM_N_FACTS; f++)
        puts(dm_fact_name(f));
    for (unsigned t = 0; t < DM_N_TYPES; t++)
        puts(dm_type_names[t]);
}

static dm_status code_all(char **paths, void (*print)(const dm_doc *), unsigned read, dm_error *err)
{
    dm_coder_opts opts = DM_CODER_OPTS_INIT;
    opts.read = read;
    dm_coder *coder = NULL;
    dm_input *in = NULL;
    dm_doc *doc = NULL;
    dm_status st = dm_coder_open(&coder, &opts, err);
    if (st == DM_OK)
        st = dm_input_open(&in, coder, err);
    for (; st == DM_OK && *paths; paths++)
        st = dm_input_add(in, *paths, err);
    while (st == DM_OK && (st = dm_input_next(in, &doc, err)) == DM_OK) {
        doc->keep_choices = print != print_events;
        st = dm_code_doc(coder, doc, err);
        if (st == DM_OK)
            print(doc);
    }
    dm_doc_free(doc);
    dm_input_close(in);
    dm_coder_close(coder);
    return st == DM_END ? DM_OK : st;
}

int main(int argc, char **argv)
{
    dm_error err = { 0 };
    if (argc < 2) {
        fputs("usage: dm-facts --names | [--choices | --proposals | --alone | --mentions] FILE...\n", stderr);
        return 2;
    }
    if (dm_str_is(dm_str_of(argv[1]), "--names")) {
        print_names();
        return 0;
    }
    static const struct {
        const char *option;
        void (*print)(const dm_doc *);
        unsigned read;
    } what[] = { { "--choices", print_choices, 0 }, { "--proposals", print_proposals, 0 },
        { "--alone", print_proposals, DM_READ_BACKOFF }, { "--mentions", print_mentions, 0 } };
    void (*print)(const dm_doc *) = print_events;
    unsigned read = 0;
    for (size_t i = 0; i < sizeof what / sizeof *what; i++)
        if (dm_str_is(dm_str_of(argv[1]), what[i].option))
            print = what[i].print, read = what[i].read;
    if (code_all(argv + 1 + (print != print_events), print, read, &err) == DM_OK)
        return 0;
    fprintf(stderr, "dm-facts: %s\n", err.msg);
    return 1;
}
