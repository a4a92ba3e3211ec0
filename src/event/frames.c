// SPDX-License-Identifier: Apache-2.0
/* Loads the frame tables. A cell that cannot be understood is an error that names table and line: a frame never silently does less
 * than its line says. Frames of one lemma are chained in table order. */
#include "event/frames.h"
#include "base/room.h"
#include <demarche/coder.h>
#include <stdlib.h>

enum { CLASS_KIND = 1000, CLASS_DEPTH = 6, PREP_MAX = 400, WORD_LEN = 64 };

static const char *const class_tables[] = { "frames/classes", "frames/classes_conflict" };
enum { N_CLASS_TABLES = sizeof class_tables / sizeof *class_tables };

typedef struct loader {
    dm_frames *f;
    const dm_table *t;
    uint32_t row;
    dm_error *err;
} loader;

static dm_status bad(const loader *l, const char *what, dm_str s)
{
    return dm_fail(l->err, DM_EINPUT, dm_table_line(l->t, l->row), "%.*s.tsv:%u: %s '%.*s'", DM_FMT(dm_table_name(l->t)),
        dm_table_line(l->t, l->row), what, DM_FMT(s));
}

static dm_status oom(const loader *l) { return dm_fail(l->err, DM_ENOMEM, 0, "out of memory loading frames"); }

uint32_t dm_frames_class(const dm_frames *f, const char *name) { return dm_map_get(&f->classes, dm_str_of(name), 0); }

bool dm_frames_in_class(const dm_frames *f, dm_str lemma, uint32_t klass)
{
    if (dm_map_get(&f->classes, lemma, CLASS_KIND + klass) != UINT32_MAX)
        return true;
    char buf[WORD_LEN]; /* a plural that the lemmatiser left as it was */
    if (lemma.len < 4 || lemma.len >= sizeof buf || !dm_str_ends(lemma, "s") || dm_str_ends(lemma, "ss"))
        return false;
    memcpy(buf, lemma.p, lemma.len);
    dm_str singular = { buf, lemma.len - 1 };
    if (dm_str_ends(lemma, "ies")) {
        buf[lemma.len - 3] = 'y';
        singular.len = lemma.len - 2;
    }
    return dm_map_get(&f->classes, singular, CLASS_KIND + klass) != UINT32_MAX;
}

uint16_t dm_frames_prep(const dm_frames *f, dm_str prep)
{
    uint32_t v = dm_map_get(&f->preps, prep, 0);
    return v == UINT32_MAX ? NO_SLOT : (uint16_t)v;
}

static dm_str cell(const loader *l, const char *column) { return dm_table_cell(l->t, l->row, dm_table_column(l->t, column)); }

static bool is_upper_word(dm_str s) { return s.len && s.p[0] >= 'A' && s.p[0] <= 'Z'; }

/* Class numbers first, so that any line may name any class. */
static dm_status number_classes(loader *l)
{
    for (l->row = 0; l->row < dm_table_rows(l->t); l->row++) {
        dm_str name = cell(l, "class");
        if (dm_map_get(&l->f->classes, name, 0) == UINT32_MAX && !dm_map_put(&l->f->classes, name, 0, l->f->n_classes++))
            return oom(l);
    }
    return DM_OK;
}

static dm_status fill_row(loader *l, uint32_t klass, dm_str members, unsigned depth);

static dm_status fill_included(loader *l, const dm_table *t, uint32_t klass, dm_str class_name, unsigned depth)
{
    int cc = dm_table_column(t, "class"), cm = dm_table_column(t, "members");
    dm_status st = DM_OK;
    for (uint32_t r = 0; r < dm_table_rows(t) && st == DM_OK; r++)
        if (dm_str_eq(dm_table_cell(t, r, cc), class_name))
            st = fill_row(l, klass, dm_table_cell(t, r, cm), depth + 1);
    return st;
}

/* One row's members, or, for included classes, the members of every row of that class. */
static dm_status fill_row(loader *l, uint32_t klass, dm_str members, unsigned depth)
{
    dm_str m;
    while (dm_str_split(&members, '|', &m)) {
        dm_status st = DM_OK;
        if (!is_upper_word(m)) {
            st = dm_map_put(&l->f->classes, m, CLASS_KIND + klass, 1) ? DM_OK : oom(l);
        } else if (dm_map_get(&l->f->classes, m, 0) == UINT32_MAX) {
            return bad(l, "unknown class", m);
        } else if (depth < CLASS_DEPTH) {
            for (unsigned i = 0; i < N_CLASS_TABLES && st == DM_OK; i++)
                st = fill_included(l, dm_tables_get(l->f->tables, class_tables[i]), klass, m, depth);
        }
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status load_classes(loader *l)
{
    dm_status st = DM_OK;
    for (l->row = 0; l->row < dm_table_rows(l->t) && st == DM_OK; l->row++) {
        st = fill_row(l, dm_map_get(&l->f->classes, cell(l, "class"), 0), cell(l, "members"), 0);
    }
    return st;
}

static uint16_t slot_of(dm_frames *f, dm_str s)
{
    static const struct {
        const char *name;
        uint16_t slot;
    } named[] = { { "subj", SLOT_SUBJ }, { "obj", SLOT_OBJ }, { "iobj", SLOT_IOBJ }, { "inf", SLOT_INF }, { "ing", SLOT_ING },
        { "that", SLOT_THAT }, { "poss", SLOT_POSS }, { "comp", SLOT_COMP }, { "adj", SLOT_ADJ }, { "adv", SLOT_ADV },
        { "pred", SLOT_PRED }, { "for_inf", SLOT_FOR_INF }, { "inst", SLOT_SUBJECT_INST } };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (dm_str_is(s, named[i].name))
            return named[i].slot;
    uint32_t v = dm_map_get(&f->preps, s, 0);
    if (v != UINT32_MAX)
        return (uint16_t)v;
    if (f->n_preps >= PREP_MAX || !dm_map_put(&f->preps, s, 0, SLOT_PREP + f->n_preps))
        return NO_SLOT;
    return (uint16_t)(SLOT_PREP + f->n_preps++);
}

static dm_status parse_value(loader *l, dm_str s, frame_value *v)
{
    static const char *const at[] = { "@party", "@state", "@person", "@body", "@people", "@several" };
    if (dm_str_is(s, "*")) {
        v->kind = VALUE_ANY;
        return DM_OK;
    }
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++)
        if (dm_str_is(s, at[i])) {
            v->kind = (uint8_t)(VALUE_PARTY + i);
            return DM_OK;
        }
    if (is_upper_word(s)) {
        v->kind = VALUE_CLASS;
        v->klass = dm_map_get(&l->f->classes, s, 0);
        return v->klass == UINT32_MAX ? bad(l, "unknown class", s) : DM_OK;
    }
    if (s.p[0] == '@')
        return bad(l, "unknown value", s);
    v->kind = VALUE_LEMMA;
    v->lemma = s;
    return DM_OK;
}

static frame_value *value_new(dm_frames *f)
{
    if (!DM_ROOM(f->values, f->n_values, f->values_cap, 4096))
        return NULL;
    frame_value *v = &f->values[f->n_values++];
    memset(v, 0, sizeof *v);
    return v;
}

/* slot_of() had none to give: the table names too many, or memory ran out. */
static dm_status no_slot(loader *l, dm_str s)
{
    return l->f->n_preps >= PREP_MAX ? bad(l, "too many prepositions at", s) : oom(l);
}

/* "slot:a,b", "slot!a,b", "-slot" */
static dm_status parse_cond(loader *l, dm_str s, frame_cond *c)
{
    size_t cut = 0;
    if (s.p[0] == '-') {
        c->absent = 1;
        c->slot = slot_of(l->f, (dm_str){ s.p + 1, s.len - 1 });
        return c->slot == NO_SLOT ? no_slot(l, s) : DM_OK;
    }
    while (cut < s.len && s.p[cut] != ':' && s.p[cut] != '!')
        cut++;
    if (cut == 0 || cut + 1 >= s.len)
        return bad(l, "condition without value", s);
    c->negate = s.p[cut] == '!';
    c->slot = slot_of(l->f, (dm_str){ s.p, cut });
    if (c->slot == NO_SLOT)
        return no_slot(l, s);
    c->first = l->f->n_values;
    dm_str rest = { s.p + cut + 1, s.len - cut - 1 }, v;
    while (dm_str_split(&rest, ',', &v)) {
        if (c->n == FRAME_VALUES)
            return bad(l, "too many values in", s);
        frame_value *to = value_new(l->f);
        if (!to)
            return oom(l);
        c->n++;
        dm_status st = parse_value(l, v, to);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status parse_conds(loader *l, frame *fr)
{
    dm_str rest = cell(l, "when"), c;
    while (dm_str_split(&rest, ' ', &c)) {
        if (fr->n_cond == FRAME_CONDS)
            return bad(l, "too many conditions, at", c);
        dm_status st = parse_cond(l, c, &fr->cond[fr->n_cond++]);
        if (st != DM_OK)
            return st;
    }
    return DM_OK;
}

static dm_status parse_roles(loader *l, dm_str s, const char *fallback, frame_roles *out)
{
    char sep = s.len && memchr(s.p, '&', s.len) ? '&' : ',';
    dm_str rest = s.len ? s : dm_str_of(fallback), r;
    out->all = sep == '&';
    while (dm_str_split(&rest, sep, &r)) {
        if (out->n == FRAME_ROLES)
            return bad(l, "too many slots in", s);
        if ((out->slot[out->n++] = slot_of(l->f, r)) == NO_SLOT)
            return no_slot(l, s);
    }
    return DM_OK;
}

static dm_status parse_aux(loader *l, dm_str s, uint8_t *aux)
{
    dm_str a;
    while (dm_str_split(&s, ',', &a)) {
        if (dm_str_is(a, "future"))
            *aux |= DM_FUTURE;
        else if (dm_str_is(a, "hypothetical"))
            *aux |= DM_HYPOTHETICAL;
        else if (dm_str_is(a, "negation"))
            *aux |= DM_NEGATION;
        else if (dm_str_is(a, "historical"))
            *aux |= DM_HISTORICAL;
        else
            return bad(l, "unknown status", a);
    }
    return DM_OK;
}

static bool copy_cell(char *out, size_t size, dm_str s)
{
    if (s.len >= size)
        return false;
    if (s.len)
        memcpy(out, s.p, s.len);
    out[s.len] = '\0';
    return true;
}

static frame *frame_new(dm_frames *f)
{
    if (!DM_ROOM(f->frames, f->n, f->cap, 1024))
        return NULL;
    frame *fr = &f->frames[f->n++];
    memset(fr, 0, sizeof *fr);
    fr->next = DM_NONE;
    return fr;
}

static dm_str key_word(dm_str words, char pos)
{
    if (pos == 'v') {
        const char *e = memchr(words.p, ' ', words.len);
        return e ? (dm_str){ words.p, (size_t)(e - words.p) } : words;
    }
    size_t i = words.len;
    while (i && words.p[i - 1] != ' ')
        i--;
    return (dm_str){ words.p + i, words.len - i };
}

static bool chain(dm_frames *f, uint32_t index)
{
    frame *fr = &f->frames[index];
    dm_str key = key_word(fr->words, fr->pos);
    uint32_t kind = (uint32_t)(fr->learned ? fr->pos - 'a' + 'A' : fr->pos), first = dm_map_get(&f->by_lemma, key, kind);
    if (first == UINT32_MAX)
        return dm_map_put(&f->by_lemma, key, kind, index);
    while (f->frames[first].next != DM_NONE)
        first = f->frames[first].next;
    f->frames[first].next = index;
    return true;
}

static dm_status load_row(loader *l, char pos, bool learned)
{
    static const char *const actor_default[] = { "subj", "poss,by,comp,adj,of,from,between,among", "subj" };
    static const char *const recipient_default[] = { "obj", "against,on,of,to,toward,towards,with,over,at,in",
        "of,about,with,over,to,toward,at" };
    unsigned p = pos == 'v' ? 0 : pos == 'n' ? 1 : 2;
    frame proto = {
        .pos = pos, .next = DM_NONE, .table = (uint16_t)dm_table_index(l->f->tables, l->t), .row = l->row, .learned = learned
    };
    dm_str type = cell(l, "type"), recipient = cell(l, "recipient");
    proto.type = (uint8_t)dm_type_find(type);
    if (proto.type == DM_TYPE_NONE && !dm_str_is(type, "-"))
        return bad(l, "unknown type", type);
    if (!copy_cell(proto.mode, sizeof proto.mode, cell(l, "mode")) ||
        !copy_cell(proto.cameo, sizeof proto.cameo, cell(l, "cameo")))
        return bad(l, "mode or code too long", cell(l, "lemma"));
    proto.act = cell(l, "act");
    proto.no_recipient = dm_str_is(recipient, "-");
    dm_status st = parse_conds(l, &proto);
    if (st == DM_OK)
        st = parse_roles(l, cell(l, "actor"), actor_default[p], &proto.actor);
    if (st == DM_OK && !proto.no_recipient)
        st = parse_roles(l, recipient, recipient_default[p], &proto.recipient);
    if (st == DM_OK)
        st = parse_aux(l, cell(l, "aux"), &proto.aux);
    dm_str lemmas = cell(l, "lemma"), word;
    while (st == DM_OK && dm_str_split(&lemmas, '|', &word)) {
        frame *fr = frame_new(l->f);
        if (!fr)
            return oom(l);
        *fr = proto;
        fr->words = word;
        if (!chain(l->f, l->f->n - 1))
            return oom(l);
    }
    return st;
}

static dm_status load_frames(dm_frames *f, const char *name, char pos, bool learned, dm_error *err)
{
    loader l = { .f = f, .t = dm_tables_get(f->tables, name), .err = err };
    if (!l.t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", name);
    dm_status st = DM_OK;
    for (l.row = 0; l.row < dm_table_rows(l.t) && st == DM_OK; l.row++)
        st = load_row(&l, pos, learned);
    return st;
}

static dm_status load_lights(dm_frames *f, dm_error *err)
{
    loader l = { .f = f, .t = dm_tables_get(f->tables, "frames/light"), .err = err };
    if (!l.t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'frames/light'; compile them again");
    uint32_t rows = dm_table_rows(l.t);
    f->lights = calloc(rows ? rows : 1, sizeof *f->lights);
    if (!f->lights)
        return oom(&l);
    for (l.row = 0; l.row < rows; l.row++) {
        light *li = &f->lights[f->n_lights];
        li->passive_side = dm_str_is(cell(&l, "side"), "recipient");
        li->row = l.row;
        dm_status st = parse_aux(&l, cell(&l, "aux"), &li->aux);
        dm_str lemmas = cell(&l, "lemma"), word;
        while (st == DM_OK && dm_str_split(&lemmas, '|', &word))
            if (!dm_map_put(&f->by_light, word, 0, f->n_lights))
                return oom(&l);
        if (st != DM_OK)
            return st;
        f->n_lights++;
    }
    return DM_OK;
}

/* model/words.tsv: what words mean that no frame knows. */
static dm_status load_guesses(dm_frames *f, dm_error *err)
{
    loader l = { .f = f, .t = dm_tables_get(f->tables, "model/words"), .err = err };
    if (!l.t)
        return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack 'model/words'; compile them again");
    for (l.row = 0; l.row < dm_table_rows(l.t); l.row++) {
        dm_str pos = cell(&l, "pos"), percent = cell(&l, "percent");
        dm_type type = dm_type_find(cell(&l, "type"));
        uint32_t n = 0;
        for (size_t i = 0; i < percent.len && n <= 100; i++)
            n = n * 10 + (uint32_t)(percent.p[i] - '0');
        if (type >= DM_N_TYPES || pos.len != 1 || !percent.len || n > 100)
            return bad(&l, "no such guess", cell(&l, "word"));
        if (!dm_map_put(&f->guesses, cell(&l, "word"), (uint32_t)pos.p[0], (uint32_t)type << 16 | n))
            return oom(&l);
    }
    return DM_OK;
}

dm_status dm_frames_load(dm_frames *f, const dm_tables *tables, dm_error *err)
{
    static const struct {
        const char *name;
        char pos;
        bool learned;
    } files[] = { { "frames/verbs", 'v', false }, { "frames/verbs_conflict", 'v', false }, { "frames/nouns", 'n', false },
        { "frames/nouns_conflict", 'n', false }, { "frames/adjectives", 'a', false }, { "frames/backoff", 'v', true },
        { "frames/backoff", 'n', true }, { "frames/backoff", 'a', true } };
    dm_status st = DM_OK;
    f->tables = tables;
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < N_CLASS_TABLES && st == DM_OK; i++) {
            loader l = { .f = f, .t = dm_tables_get(tables, class_tables[i]), .err = err };
            if (!l.t)
                return dm_fail(err, DM_ECORRUPT, 0, "the compiled tables lack '%s'; compile them again", class_tables[i]);
            st = pass ? load_classes(&l) : number_classes(&l);
        }
    for (unsigned i = 0; i < sizeof files / sizeof *files && st == DM_OK; i++)
        st = load_frames(f, files[i].name, files[i].pos, files[i].learned, err);
    if (st == DM_OK)
        st = load_guesses(f, err);
    return st == DM_OK ? load_lights(f, err) : st;
}

void dm_frames_free(dm_frames *f)
{
    free(f->frames);
    free(f->values);
    free(f->lights);
    dm_map_free(&f->by_lemma);
    dm_map_free(&f->guesses);
    dm_map_free(&f->classes);
    dm_map_free(&f->preps);
    dm_map_free(&f->by_light);
    *f = (dm_frames){ 0 };
}

uint32_t dm_frames_find(const dm_frames *f, dm_str lemma, char pos)
{
    return f->read & DM_READ_FRAMES ? dm_map_get(&f->by_lemma, lemma, (uint32_t)pos) : DM_NONE;
}

uint32_t dm_frames_learned(const dm_frames *f, dm_str type, char pos) { return dm_map_get(&f->by_lemma, type, (uint32_t)pos); }

unsigned dm_frames_guess(const dm_frames *f, dm_str lemma, char pos, float *p)
{
    uint32_t v = dm_map_get(&f->guesses, lemma, (uint32_t)pos);
    *p = v == UINT32_MAX ? 0 : (float)(v & 0xFFFF) / 100;
    return v == UINT32_MAX ? DM_N_TYPES : v >> 16;
}

const light *dm_frames_light(const dm_frames *f, dm_str lemma)
{
    uint32_t i = dm_map_get(&f->by_light, lemma, 0);
    return i == UINT32_MAX ? NULL : &f->lights[i];
}
