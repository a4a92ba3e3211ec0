// SPDX-License-Identifier: Apache-2.0
/* Coded events by the million, in the form of docs/record.md, made up by a seed: the same numbers give the same bytes. For measuring a
 * record, not for saying anything about the world.
 *
 * usage: generate EVENTS [SEED [REPORTS [COPIES [EVERY [LINKED]]]]] <data/actors/states.tsv >events.jsonl
 *
 * EVERY: after so many events their number and the seconds since the start go to standard error, which tells how fast they are taken.
 * REPORTS: percentage of events that tell what an article shortly before told already; COPIES: percentage of articles that are copies
 * of another one with a few events cut. Documents follow each other in time from 1980 to 2025; states are drawn by Zipf's law and have
 * partners that they deal with most, so that a few pairs hold a large part of all events. LINKED (default 1): events say which
 * happening they tell, as those of an export do; 0: whoever adds them has to find out. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    STATES_MAX = 256,
    NAME_BYTES = 64,
    PARTNERS = 12,
    EVENTS_MIN = 10,
    EVENTS_SPREAD = 16,
    LINE_BYTES = 8192,
    ROW_BYTES = 65536,
    HAPPENINGS = 32 /* numbers of an article, at least its events */
};
enum { FIRST_DAY = 3652 /* 1980-01-01 */, DAYS = 16802 /* to 2025-12-31 */ };

typedef struct state {
    char code[4], name[NAME_BYTES];
} state;

typedef struct kind {
    const char *type, *modes[4], *verbs[4], *cameo;
    double scale, goldstein;
    int quad, weight;
} kind;

static const kind kinds[] = {
    { "AGREE", { "" }, { "promised to help", "offered new talks to", "agreed terms with", "invited" }, "030", 2.5, 4, 1, 12 },
    { "CONSULT", { "", "visit", "phone", "multilateral" },
        { "met envoys of", "held talks with", "received a delegation of", "spoke with" }, "040", 2.5, 1, 1, 26 },
    { "SUPPORT", { "" }, { "praised", "signed an accord with", "backed the bid of", "endorsed" }, "051", 5, 3.4, 1, 9 },
    { "CONCEDE", { "" }, { "apologised to", "eased curbs on", "dropped a demand on", "expressed regret to" }, "080", 4.5, 5, 1,
        3 },
    { "COOPERATE", { "" }, { "traded data with", "held joint drills with", "opened a market to", "worked together with" },
        "061", 9.5, 6.4, 2, 5 },
    { "AID", { "" }, { "sent grain to", "lent money to", "gave shelter to people of", "delivered medicine to" }, "071", 10, 7.4,
        2, 4 },
    { "RETREAT", { "withdraw", "release", "ceasefire", "access" },
        { "pulled troops out of", "freed prisoners of", "stopped firing at", "let observers in from" }, "087", 6.5, 9, 2, 2 },
    { "REQUEST", { "assist", "change", "yield", "meet" }, { "called on", "urged", "appealed to", "demanded action of" }, "1042",
        -1, -5, 3, 9 },
    { "ACCUSE", { "disapprove", "investigate", "allege", "" }, { "condemned", "criticised", "accused", "voiced concern about" },
        "111", -3, -2, 3, 13 },
    { "REJECT", { "assist", "change", "yield", "meet" },
        { "rejected an offer of", "turned down", "voted against", "refused a plan of" }, "120", -2, -4, 3, 5 },
    { "THREATEN", { "restrict", "violence", "relations", "territory" },
        { "warned", "threatened", "gave an ultimatum to", "vowed to punish" }, "130", -3.5, -4.4, 3, 3 },
    { "PROTEST", { "demo", "strike", "riot", "boycott" },
        { "marched against", "went on strike over", "rallied against", "boycotted" }, "141", -5, -6.5, 4, 2 },
    { "SANCTION", { "", "expel", "withdraw", "discontinue" },
        { "imposed sanctions on", "expelled envoys of", "cut ties with", "halted aid to" }, "163", -6, -8, 4, 2 },
    { "MOBILIZE", { "troops", "weapons", "police", "militia" },
        { "massed troops near", "put its army on alert against", "moved ships toward", "tested a missile near" }, "152", -5.5,
        -7.2, 4, 1 },
    { "COERCE", { "seize", "restrict", "arrest", "cyber" },
        { "seized goods of", "detained citizens of", "blocked ships of", "broke into networks of" }, "171", -7, -9.2, 4, 2 },
    { "ASSAULT", { "aerial", "firearms", "explosives", "heavy-weapons" },
        { "shelled", "bombed", "attacked a post of", "fired on" }, "190", -9, -10, 4, 2 },
};
enum { KINDS = sizeof kinds / sizeof *kinds, WEIGHTS = 100 };

static const char *const contexts[] = { "military", "executive", "legislative", "economic", "legal", "human_rights",
    "diplomatic", "territory", "migration", "environment", "technology", "terrorism", "cyber", "health", "election",
    "natural_resource" };
static const char *const sectors[] = { "GOV", "GOV", "GOV", "MIL", "LEG", "", "", "CVL", "BUS", "PTY+GOV" };
static const char *const topics[] = { "fishing rights", "border posts", "rice tariffs", "the river treaty", "prison camps",
    "a gas pipeline", "missing soldiers", "the island dispute", "debt relief", "a trade pact", "press freedom", "grain exports",
    "air traffic", "nuclear waste", "visa rules", "the peace plan", "steel quotas", "flood relief", "the exile leader",
    "patrol boats" };
static const char *const links[] = { "after", "despite", "before", "during", "without", "because of", "ahead of", "since",
    "amid", "under", "beyond", "until" };
static const char *const kinds_of[] = { "long", "tense", "quiet", "heavy", "sudden", "bitter", "early", "late", "public",
    "secret", "costly", "brief", "recent", "older", "joint", "failed", "rival", "northern", "southern", "coastal", "winter",
    "summer", "legal", "formal", "third", "fresh", "stalled", "planned", "severe", "minor", "double", "annual", "weekly",
    "hasty", "open", "closed" };
static const char *const matters[] = { "storms", "protests", "budgets", "harvests", "elections", "floods", "strikes", "raids",
    "rulings", "votes", "visits", "leaks", "letters", "patrols", "quotas", "shortages", "rumours", "inquiries", "hearings",
    "drills", "loans", "tariffs", "trials", "reforms", "surveys", "repairs", "closures", "arrivals", "deadlines", "payments",
    "speeches", "walkouts", "outages", "fires", "droughts", "landslides", "mergers", "audits", "pardons", "censuses",
    "cutbacks", "petitions" };
static const char *const papers[] = { "Northern Wire", "Daily Ledger", "Harbour Post", "Capital Observer", "Evening Courier",
    "The Meridian", "Sunday Register", "Global Dispatch", "The Lantern", "Coast Tribune", "Valley Herald", "Plain Facts" };
static const char *const first_ranks =
    "USA CHN RUS GBR FRA JPN DEU IND ISR IRN UKR KOR PRK TUR SAU SYR IRQ PAK EGY ITA CAN AUS BRA POL";
static const struct {
    const char *type, *body, *act;
} means[] = { { "resolution", "UNO", "cosponsor" }, { "treaty", "", "sign" }, { "sanction", "", "impose" },
    { "motion", "UNO", "vote" }, { "talks", "", "hold" }, { "law", "", "adopt" }, { "declaration", "EUR", "issue" } };
#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef struct world {
    state v[STATES_MAX];
    unsigned n;
    double sum[STATES_MAX]; /* of Zipf weights up to state i */
    uint64_t seed;
    unsigned reports, copies; /* per cent */
    bool linked;
    uint64_t documents;
} world;

/* splitmix64: any number seeds it, so that each event can be made alone. */
typedef struct rng {
    uint64_t s;
} rng;

static uint64_t next(rng *r)
{
    uint64_t z = r->s += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static unsigned below(rng *r, unsigned n) { return (unsigned)((next(r) >> 32) * n >> 32); }
static bool chance(rng *r, unsigned percent) { return below(r, 100) < percent; }

static rng seeded(const world *w, uint64_t document, uint64_t event, uint64_t what)
{
    rng r = { w->seed * 0xD1B54A32D192ED03u ^ document * 0x2545F4914F6CDD1Du ^ event * 0x9FB21C651E98DF25u ^ what << 56 };
    next(&r);
    return r;
}

/* --- states --- */

static void read_states(world *w)
{
    static char line[ROW_BYTES];
    bool header = true;
    while (fgets(line, sizeof line, stdin) && w->n < STATES_MAX) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        char *tab = strchr(line, '\t');
        bool again = w->n && strncmp(w->v[w->n - 1].code, line, 3) == 0; /* further lines of a state */
        if (!header && tab == line + 3 && tab[1] != '\t' && !again) {
            state *s = &w->v[w->n++];
            memcpy(s->code, line, 3);
            size_t len = strcspn(tab + 1, "\t|\n");
            snprintf(s->name, sizeof s->name, "%.*s", (int)(len < NAME_BYTES ? len : NAME_BYTES - 1), tab + 1);
        }
        header = false;
    }
}

static unsigned rank_of(const char *code)
{
    const char *p = strstr(first_ranks, code);
    return p ? (unsigned)(p - first_ranks) / 4 : STATES_MAX;
}

static int by_rank(const void *a, const void *b)
{
    const state *x = a, *y = b;
    unsigned i = rank_of(x->code), k = rank_of(y->code);
    return i != k ? (i < k ? -1 : 1) : strcmp(x->code, y->code);
}

static void weigh(world *w)
{
    qsort(w->v, w->n, sizeof *w->v, by_rank);
    double sum = 0;
    for (unsigned i = 0; i < w->n; i++)
        w->sum[i] = sum += 1.0 / (i + 3);
}

static unsigned draw(const world *w, rng *r)
{
    double at = (double)(next(r) >> 11) / 9007199254740992.0 * w->sum[w->n - 1];
    unsigned lo = 0, hi = w->n - 1;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (w->sum[mid] <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Mostly one of a few partners, the first ones most often. */
static unsigned partner(const world *w, rng *r, unsigned actor)
{
    if (chance(r, 35))
        return draw(w, r);
    unsigned rank = below(r, 1 + below(r, PARTNERS));
    rng own = seeded(w, actor, rank, 9);
    return draw(w, &own);
}

/* --- events --- */

typedef struct facts {
    unsigned actor, recipient, kind, mode;
    int day; /* of the article that told it first */
    uint64_t happening;
    rng r; /* goes on for the rest */
} facts;

static int day_of(const world *w, uint64_t document) { return FIRST_DAY + (int)(document * DAYS / w->documents); }

static facts make_facts(const world *w, uint64_t document, unsigned event)
{
    rng r = seeded(w, document, event, 1);
    if (chance(&r, w->reports) && document > 60) { /* what one of the articles before told */
        document -= 1 + below(&r, 60);
        event = below(&r, EVENTS_MIN);
        r = seeded(w, document, event, 2);
    } else {
        r = seeded(w, document, event, 2);
    }
    facts f = { .day = day_of(w, document), .happening = document * HAPPENINGS + event + 1 };
    f.actor = draw(w, &r);
    while ((f.recipient = partner(w, &r, f.actor)) == f.actor)
        ;
    unsigned at = below(&r, WEIGHTS);
    while (f.kind + 1 < KINDS && at >= (unsigned)kinds[f.kind].weight)
        at -= (unsigned)kinds[f.kind++].weight;
    f.mode = below(&r, 4);
    f.r = r;
    return f;
}

/* --- output --- */

typedef struct out {
    char p[LINE_BYTES];
    size_t n;
} out;

static void put(out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(out *o, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(o->p + o->n, sizeof o->p - o->n, format, ap);
    va_end(ap);
    if (n > 0)
        o->n += (size_t)n < sizeof o->p - o->n ? (size_t)n : sizeof o->p - o->n - 1;
}

static void put_z(out *o, const char *z)
{
    size_t n = strlen(z);
    if (n < sizeof o->p - o->n) {
        memcpy(o->p + o->n, z, n + 1);
        o->n += n;
    }
}

static void put_u(out *o, uint64_t v)
{
    char digits[24], *p = digits + sizeof digits;
    *--p = '\0';
    do
        *--p = (char)('0' + v % 10);
    while (v /= 10);
    put_z(o, p);
}

static void put_day(out *o, int day)
{
    int z = day + 719468, era = z / 146097, doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
    int y = yoe + era * 400 + (m <= 2);
    const char text[] = { (char)('0' + y / 1000), (char)('0' + y / 100 % 10), (char)('0' + y / 10 % 10), (char)('0' + y % 10),
        '-', (char)('0' + m / 10), (char)('0' + m % 10), '-', (char)('0' + d / 10), (char)('0' + d % 10), '\0' };
    put_z(o, text);
}

static unsigned cps(const char *s)
{
    unsigned n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void put_place(out *o, unsigned start, unsigned len)
{
    put_z(o, ",\"start\":"), put_u(o, start), put_z(o, ",\"end\":"), put_u(o, start + len), put_z(o, "}");
}

static void put_party(out *o, const char *key, const state *s, const char *sector, unsigned start)
{
    put_z(o, ",\""), put_z(o, key), put_z(o, "\":[{\"code\":\""), put_z(o, s->code), put_z(o, "\"");
    if (*sector)
        put_z(o, ",\"sector\":\""), put_z(o, sector), put_z(o, "\"");
    put_z(o, ",\"entity_text\":\""), put_z(o, s->name), put_z(o, "\"");
    put_place(o, start, cps(s->name));
    put_z(o, "]");
}

/* A name of two to four syllables: places and people that nobody has heard of, so that sentences differ as news does. */
static void make_name(rng *r, char name[NAME_BYTES])
{
    static const char *const onsets[] = { "b", "br", "d", "dr", "f", "g", "gl", "h", "j", "k", "kr", "l", "m", "n", "p", "r",
        "s", "st", "t", "tr", "v", "w", "z", "ch", "sh" };
    static const char *const rimes[] = { "a", "an", "ar", "e", "el", "en", "i", "in", "is", "o", "ol", "on", "or", "u", "un",
        "ai", "ei", "ask", "ov", "ur" };
    unsigned n = 2 + below(r, 3);
    size_t at = 0;
    for (unsigned i = 0; i < n; i++)
        at += (size_t)snprintf(
            name + at, NAME_BYTES - at, "%s%s", onsets[below(r, COUNT(onsets))], rimes[below(r, COUNT(rimes))]);
    name[0] = (char)(name[0] - 'a' + 'A');
}

/* When it happened and when that was said; the status that follows. */
static const char *put_dates(out *o, rng *r, int day)
{
    unsigned what = below(r, 100);
    int back = (int)below(r, 4);
    const char *aux = what < 70   ? ""
                      : what < 82 ? "\"future\""
                      : what < 88 ? "\"negation\""
                      : what < 93 ? "\"hypothetical\""
                                  : "";
    if (what >= 97) {
        put_z(o, ",\"date\":\""), put_day(o, day - 400 - (int)below(r, 5000)), put_z(o, "\",\"date_precision\":\"day\"");
        aux = "\"historical\"";
    } else if (what >= 82 && what < 93) {
        /* only said */
    } else if (what >= 70 && what < 82) {
        int later = day + 1 + (int)below(r, 60);
        put_z(o, ",\"date\":\""), put_day(o, later), put_z(o, "\",\"enddate\":\""), put_day(o, later + 6);
        put_z(o, "\",\"date_precision\":\"week\"");
    } else {
        put_z(o, ",\"date\":\""), put_day(o, day - back), put_z(o, "\",\"date_precision\":\"day\"");
    }
    put_z(o, ",\"statement_date\":\""), put_day(o, day), put_z(o, "\"");
    return aux;
}

static void put_kind(out *o, const kind *k, unsigned mode, const char *aux, rng *r)
{
    put_z(o, ",\"event\":[\""), put_z(o, k->type), put_z(o, "\"],\"mode\":[");
    const char *m = k->modes[mode] ? k->modes[mode] : "";
    if (*m)
        put_z(o, "\""), put_z(o, m), put_z(o, "\"");
    put_z(o, "],\"context\":[");
    unsigned n = below(r, 3), c = below(r, COUNT(contexts));
    for (unsigned i = 0; i < n; i++)
        put_z(o, i ? ",\"" : "\""), put_z(o, contexts[(c + i * 5) % COUNT(contexts)]), put_z(o, "\"");
    put(o, "],\"aux\":[%s],\"cameo\":\"%s\",\"event_scale\":%.1f,\"goldstein\":%.1f,\"quad_code\":%d", aux, k->cameo, k->scale,
        k->goldstein, k->quad);
}

static void put_instrument(out *o, const world *w, rng *r, int day)
{
    if (!chance(r, 25))
        return;
    unsigned i = below(r, COUNT(means));
    put_z(o, ",\"instrument\":{\"type\":\""), put_z(o, means[i].type), put_z(o, "\"");
    if (means[i].body[0])
        put_z(o, ",\"body\":\""), put_z(o, means[i].body), put_z(o, "\"");
    if (chance(r, 60))
        put(o, ",\"subject\":\"%s\",\"act\":\"%s\",\"polarity\":%d", w->v[draw(w, r)].code, means[i].act, (int)below(r, 3) - 1);
    else
        put(o, ",\"act\":\"%s\"", means[i].act);
    put_z(o, ",\"years\":["), put_u(o, 1970 + (uint64_t)day * 100 / 36525), put_z(o, "]}");
}

typedef struct writing {
    const world *w;
    uint64_t document, content; /* its own number; that of the article it copies */
    unsigned at, sequence;      /* code points so far; last sentence */
    unsigned long long left;    /* events to be written */
    unsigned long long done, every;
    double began;
} writing;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void write_event(writing *k, unsigned event)
{
    const world *w = k->w;
    facts f = make_facts(w, k->content, event);
    rng words = seeded(w, k->content, event, 3);
    const state *a = &w->v[f.actor], *b = &w->v[f.recipient];
    const kind *kd = &kinds[f.kind];
    const char *verb = kd->verbs[below(&words, 4)], *topic = topics[below(&f.r, COUNT(topics))];
    char tail[NAME_BYTES];
    unsigned link = below(&words, COUNT(links)), sort = below(&words, COUNT(kinds_of));
    snprintf(tail, sizeof tail, "%s %s %s", links[link], kinds_of[sort], matters[below(&words, COUNT(matters))]);
    char place[NAME_BYTES], person[NAME_BYTES];
    make_name(&f.r, place), make_name(&words, person);
    k->at += below(&words, 300), k->sequence += 1 + below(&words, 3);
    unsigned na = cps(a->name), nv = cps(verb), nb = cps(b->name), start = k->at;
    unsigned len = na + 1 + nv + 1 + nb + 6 + cps(topic) + 4 + cps(place) + 1 + cps(tail) + 2 + cps(person) + 6;
    out o;
    o.n = 0;
    rng id = seeded(w, k->document, event, 4);
    put(&o, "{\"id\":\"%016" PRIx64 "\",\"doc\":\"g%08" PRIu64 "\"", next(&id), k->document);
    const char *aux = put_dates(&o, &f.r, f.day);
    put_party(&o, "actor", a, sectors[below(&f.r, COUNT(sectors))], start);
    put_party(&o, "recipient", b, sectors[below(&f.r, COUNT(sectors))], start + na + 1 + nv + 1);
    put_kind(&o, kd, f.mode, aux, &f.r);
    put_z(&o, ",\"trigger\":{\"text\":\""), put_z(&o, verb), put_z(&o, "\"");
    put_place(&o, start + na + 1, nv);
    if (chance(&f.r, 30))
        put_party(&o, "attribution", a, "GOV", start);
    put_instrument(&o, w, &f.r, f.day);
    put(&o, ",\"text\":\"%s %s %s over %s in %s %s, %s said.\",\"text_info\":{\"sequence\":%u", a->name, verb, b->name, topic,
        place, tail, person, k->sequence);
    put_place(&o, start, len);
    put(&o,
        ",\"cite_info\":{\"publication\":\"%s\",\"language\":\"en\"},\"confidence\":0.%02u,\"why\":[\"frames/"
        "verbs.tsv:%u\",\"status/"
        "none\",\"actor/name\"],\"coder\":\"generate\"",
        papers[k->document % COUNT(papers)], 30 + below(&f.r, 70), 100 + f.kind);
    if (w->linked)
        put(&o, ",\"happening\":%" PRIu64, f.happening);
    put_z(&o, "}\n");
    fwrite(o.p, 1, o.n, stdout);
    k->at += len + 1;
    k->left--;
    k->done++;
    if (k->every && k->done % k->every == 0)
        fprintf(stderr, "%llu %.2f\n", k->done, now() - k->began);
}

static void write_document(writing *k)
{
    rng r = seeded(k->w, k->document, 0, 5);
    k->content = chance(&r, k->w->copies) && k->document > 60 ? k->document - 1 - below(&r, 30) : k->document;
    unsigned cut = k->content != k->document ? below(&r, 3) : 0;
    rng own = seeded(k->w, k->content, 0, 6);
    unsigned n = EVENTS_MIN + below(&own, EVENTS_SPREAD) - cut;
    k->at = 40, k->sequence = 0;
    for (unsigned i = 0; i < n && k->left; i++)
        write_event(k, i);
}

int main(int argc, char **argv)
{
    static world w;
    unsigned long long events = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    w.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    w.linked = argc <= 6 || atoi(argv[6]) != 0;
    w.reports = argc > 3 ? (unsigned)atoi(argv[3]) : 25;
    w.copies = argc > 4 ? (unsigned)atoi(argv[4]) : 6;
    read_states(&w);
    if (!events || !w.n) {
        fputs("usage: generate EVENTS [SEED [REPORTS [COPIES [EVERY [LINKED]]]]] <data/actors/states.tsv >events.jsonl\n",
            stderr);
        return 2;
    }
    weigh(&w);
    w.documents = events / (EVENTS_MIN + EVENTS_SPREAD / 2) + 1;
    writing k = { .w = &w, .left = events, .every = argc > 5 ? strtoull(argv[5], NULL, 10) : 0, .began = now() };
    while (k.left && !ferror(stdout)) {
        write_document(&k);
        k.document++;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
