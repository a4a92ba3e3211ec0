// SPDX-License-Identifier: Apache-2.0
/* The stance of an actor: what evidence is worth, simulated paths found again, changes found where they are and none in noise, histories made
 * by hand told in their order, and its charts and tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/str.h"
#include "base/table_build.h"
#include "stance/stance.h"
#include <demarche/write.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <math.h>
#include <unistd.h>

enum { MANY = 200000, RUNS = 200, YEAR = 365 };

static dm_stance_model *model;

static int setup(void **state)
{
    (void)state;
    dm_error err = { .msg = "" };
    dm_status st = dm_stance_model_load(&model, NULL, &err);
    if (st != DM_OK)
        fprintf(stderr, "%s\n", err.msg);
    return st == DM_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    dm_stance_model_free(model);
    xmlCleanupParser();
    return 0;
}

/* --- making evidence --- */

static uint64_t seed_of(unsigned run) { return 0x9E3779B97F4A7C15u * (run + 1u); }

static double uniform(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return (double)(*s >> 11) / 9007199254740992.0;
}

static double normal(uint64_t *s) { return sqrt(-2 * log(uniform(s) + 1e-300)) * cos(6.283185307179586 * uniform(s)); }

static dm_day first_day(const char *text)
{
    dm_interval i;
    assert_int_equal(dm_day_parse(&i, dm_str_of(text), NULL), DM_OK);
    return i.from;
}

static dm_day last_day(const char *text)
{
    dm_interval i;
    assert_int_equal(dm_day_parse(&i, dm_str_of(text), NULL), DM_OK);
    return i.to;
}

static dm_evidence plain(uint64_t id, dm_day day, dm_type type, double scale)
{
    return (dm_evidence){ .event = id,
        .happening = id,
        .from = day,
        .to = day,
        .via = DM_VIA_RECIPIENT,
        .type = (uint8_t)type,
        .scale = scale,
        .confidence = 1,
        .reports = 1,
        .mode = "",
        .instrument = "",
        .act = "" };
}

/* A line of a history made by hand. polarity as data/instruments/polarity.tsv gives it. */
typedef struct line {
    const char *when;
    dm_via via;
    dm_type type;
    unsigned aux;
    int polarity;
    double scale;
    const char *instrument, *act;
} line;

static size_t history(const line *l, size_t n, dm_evidence *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = plain(i + 1, first_day(l[i].when), l[i].type, l[i].scale);
        out[i].to = last_day(l[i].when);
        out[i].via = (uint8_t)l[i].via;
        out[i].aux = (uint8_t)l[i].aux;
        out[i].polarity = (int8_t)l[i].polarity;
        out[i].has_instrument = *l[i].instrument != 0;
        out[i].instrument = l[i].instrument;
        out[i].act = l[i].act;
        out[i].confidence = 0.85;
    }
    return n;
}

static dm_stance *fit(const dm_evidence *e, size_t n)
{
    dm_stance *s = NULL;
    dm_error err = { .msg = "" };
    if (dm_stance_fit(&s, model, e, n, NULL, &err) != DM_OK)
        fail_msg("%s", err.msg);
    return s;
}

static dm_stance_use use_of(dm_evidence e)
{
    size_t n;
    dm_stance *s = fit(&e, 1);
    dm_stance_use u = dm_stance_uses(s, &n)[0];
    assert_int_equal(n, 1);
    dm_stance_free(s);
    return u;
}

static dm_evidence on(
    dm_via via, dm_type type, unsigned aux, int polarity, double scale, const char *instrument, const char *act)
{
    const line l = { "2001-05-06", via, type, aux, polarity, scale, instrument, act };
    dm_evidence e;
    history(&l, 1, &e);
    return e;
}

/* --- weights --- */

static void test_signs(void **state)
{
    (void)state;
    const dm_via i = DM_VIA_INSTRUMENT, r = DM_VIA_RECIPIENT;
    dm_stance_use sponsor = use_of(on(i, DM_SUPPORT, 0, -1, 5, "resolution", "cosponsor"));
    dm_stance_use declined = use_of(on(i, DM_SUPPORT, DM_NEGATION, 1, 5, "resolution", "cosponsor"));
    dm_stance_use drafted = use_of(on(i, DM_ACCUSE, 0, -1, -3, "resolution", "draft"));
    dm_stance_use signed_it = use_of(on(i, DM_SUPPORT, 0, -1, 5, "resolution", "sign"));
    dm_stance_use shield = use_of(on(i, DM_REJECT, 0, -1, -2, "motion", "vote_against"));
    assert_true(sponsor.position < 0 && sponsor.lane == DM_LANE_DEEDS);
    assert_true(declined.position > 0 && declined.position * declined.weight < -sponsor.position * sponsor.weight);
    assert_true(drafted.position < sponsor.position && sponsor.position < signed_it.position);
    assert_true(shield.position < 0);
    dm_stance_use refused = use_of(on(i, DM_REJECT, 0, 1, -2, "resolution", "cosponsor"));
    assert_true(refused.position > 0 && fabs(refused.position - declined.position) < 1e-9);
    dm_stance_use sanction = use_of(on(r, DM_SANCTION, 0, 0, -6, "", ""));
    dm_stance_use held_back = use_of(on(r, DM_SANCTION, DM_NEGATION, 0, -6, "", ""));
    dm_stance_use cold = use_of(on(r, DM_SUPPORT, DM_NEGATION, 0, 5, "", ""));
    assert_true(
        sanction.position < -5 && held_back.position > 0 && held_back.position < 3 && cold.position < 0 && cold.position > -3);
}

static void test_status(void **state)
{
    (void)state;
    dm_evidence e = on(DM_VIA_RECIPIENT, DM_AID, 0, 0, 10, "", "");
    double done = use_of(e).weight;
    assert_int_equal(use_of(e).lane, DM_LANE_DEEDS);
    e.aux = DM_FUTURE;
    dm_stance_use planned = use_of(e);
    assert_int_equal(planned.lane, DM_LANE_WORDS); /* announced, not done */
    assert_true(planned.weight < done);
    e.aux = DM_HYPOTHETICAL;
    assert_true(use_of(e).weight < planned.weight);
    e.aux = DM_HISTORICAL;
    assert_true(fabs(use_of(e).weight - done) < 1e-9);
    e.aux = 0;
    e.others_word = true;
    assert_true(use_of(e).weight < done);
    e.others_word = false;
    e.reports = 4;
    double four = use_of(e).weight;
    e.reports = 8;
    double eight = use_of(e).weight;
    assert_true(four > done && eight > four && eight - four < 2 * (four - done)); /* concave */
    e.reports = UINT32_MAX;
    assert_true(use_of(e).weight < 3 * done);
    e.reports = 1;
    e.confidence = 0.5;
    assert_true(fabs(use_of(e).weight * 0.85 / 0.5 - done) < 1e-9);
    e.confidence = NAN;
    assert_true(use_of(e).weight > 0);
}

static void test_ballots(void **state)
{
    (void)state;
    dm_evidence e = on(DM_VIA_BALLOT, DM_TYPE_NONE, 0, -1, 0, "vote", "yes");
    assert_true(use_of(e).position < -3);
    e.act = "no";
    e.polarity = 1;
    assert_true(use_of(e).position > 3);
    e.act = "abstain";
    e.polarity = 0;
    assert_true(use_of(e).position == 0 && use_of(e).fate == DM_FATE_USED);
    e.act = "absent";
    assert_int_equal(use_of(e).fate, DM_FATE_SILENT);
    e = on(DM_VIA_TREATY, DM_TYPE_NONE, 0, 0, 0, "treaty", "sign");
    assert_true(use_of(e).position > 3);
    e.act = "withdraw";
    assert_true(use_of(e).position < -3);
    e = on(DM_VIA_INSTRUMENT, DM_SUPPORT, 0, 0, 5, "resolution", "no such act");
    assert_int_equal(use_of(e).fate, DM_FATE_SILENT);
    e.via = 77;
    assert_int_equal(use_of(e).fate, DM_FATE_SILENT);
}

static dm_status open_with(const char *weights, const char *status, const char *settings, dm_error *err)
{
    const char *names[] = { "stance/weights", "stance/status", "stance/settings" }, *text[] = { weights, status, settings };
    dm_table_builder *b = NULL;
    assert_int_equal(dm_table_builder_new(&b, NULL), DM_OK);
    for (unsigned i = 0; i < 3; i++) {
        dm_table_spec spec = { names[i], DM_NIL, DM_GROUP_TOPIC, DM_INFLECT_NONE };
        if (text[i])
            assert_int_equal(dm_table_builder_add(b, &spec, dm_str_of(text[i]), NULL), DM_OK);
    }
    void *image = NULL;
    size_t size = 0;
    assert_int_equal(dm_table_builder_finish(b, &image, &size, NULL), DM_OK);
    char path[] = "/tmp/test_stanceXXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, image, size), (ssize_t)size);
    close(fd);
    dm_tables *t = NULL;
    dm_stance_model *m = NULL;
    assert_int_equal(dm_tables_open(&t, path, NULL), DM_OK);
    unlink(path);
    dm_status st = dm_stance_model_open(&m, t, err);
    assert_true((st == DM_OK) == (m != NULL));
    dm_stance_model_free(m);
    dm_tables_close(t);
    free(image);
    dm_table_builder_free(b);
    return st;
}

static void test_bad_tables(void **state)
{
    (void)state;
    static const char head[] = "via\ttype\tmode\tinstrument\tact\tstatus\tlane\tfrom\tvalue\tweight\tnote\n";
    static const char *const rows[] = { "nowhere\t*\t*\t*\t*\t*\twords\tscale\t1\t1\t\n",
        "*\tSHOUT\t*\t*\t*\t*\twords\tscale\t1\t1\t\n", "*\t*\t*\t*\t*\tmaybe\twords\tscale\t1\t1\t\n",
        "*\t*\t*\t*\t*\t*\tthoughts\tscale\t1\t1\t\n", "*\t*\t*\t*\t*\t*\twords\tair\t1\t1\t\n",
        "*\t*\t*\t*\t*\t*\twords\tscale\tmuch\t1\t\n", "*\t*\t*\t*\t*\t*\twords\tfixed\t11\t1\t\n",
        "*\t*\t*\t*\t*\t*\twords\tscale\t1\t-1\t\n", "*\t*\t\t*\t*\t*\twords\tscale\t1\t1\t\n" };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        dm_error err = { .msg = "" };
        snprintf(text, sizeof text, "%s%s", head, rows[i]);
        assert_int_equal(open_with(text, "status\tlane\tscale\tweight\tnote\n", "name\tvalue\tnote\n", &err), DM_EINPUT);
        assert_non_null(strstr(err.msg, "stance/weights.tsv:2"));
    }
    dm_error err = { .msg = "" };
    assert_int_equal(open_with(head, NULL, NULL, &err), DM_ECORRUPT);
    assert_int_equal(open_with(head, "status\tlane\tscale\tweight\tnote\n", "name\tvalue\tnote\n", &err), DM_EINPUT);
}

/* --- what goes in --- */

static void test_nothing(void **state)
{
    (void)state;
    size_t n;
    dm_stance *s = fit(NULL, 0);
    assert_null(dm_stance_points(s, DM_LANE_ALL, &n));
    assert_int_equal(n, 0);
    dm_stance_turns(s, DM_LANE_WORDS, &n);
    assert_int_equal(n, 0);
    assert_int_equal(dm_stance_about(s)->first, DM_DAY_NONE);
    dm_stance_free(s);
    dm_stance_free(NULL);
    dm_evidence e[3];
    for (unsigned i = 0; i < 3; i++)
        e[i] = plain(i + 1, DM_DAY_NONE, DM_ACCUSE, -3);
    e[1].from = INT32_MIN + 1;
    e[1].to = INT32_MAX;
    e[2].from = first_day("1500");
    e[2].to = first_day("1990");
    s = fit(e, 3);
    assert_int_equal(dm_stance_about(s)->undated, 3);
    assert_int_equal(dm_stance_uses(s, &n)[1].fate, DM_FATE_UNDATED);
    dm_stance_points(s, DM_LANE_ALL, &n);
    assert_int_equal(n, 0);
    dm_stance_free(s);
}

static void test_one(void **state)
{
    (void)state;
    size_t n;
    dm_evidence e = plain(1, first_day("1999-04-22"), DM_SANCTION, -6);
    dm_stance *s = fit(&e, 1);
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    assert_int_equal(n, 1);
    assert_true(p->supported && p->n == 1 && p->position < -4 && p->position > -6 && p->sd > 1);
    const dm_stance_turn *t = dm_stance_turns(s, DM_LANE_DEEDS, &n);
    assert_int_equal(n, 1);
    assert_int_equal(t->kind, DM_TURN_OPENING);
    assert_int_equal(t->evidence[0], 0);
    dm_stance_points(s, DM_LANE_WORDS, &n);
    assert_int_equal(n, 0);
    dm_stance_free(s);
}

/* Three agreeing points must not look like certainty. */
static void test_few(void **state)
{
    (void)state;
    size_t n;
    dm_evidence e[3];
    for (unsigned i = 0; i < 3; i++)
        e[i] = plain(i + 1, first_day("1999-04-22") + (int)i * 40, DM_ACCUSE, -2);
    dm_stance *s = fit(e, 3);
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    for (size_t i = 0; i < n; i++)
        assert_true(p[i].sd > 0.4);
    dm_stance_free(s);
}

static void test_extreme_days(void **state)
{
    (void)state;
    size_t n;
    dm_evidence e[4] = { plain(1, first_day("0001-01-01"), DM_AID, 10), plain(2, last_day("9999"), DM_ASSAULT, -9),
        plain(3, first_day("2000"), DM_AID, INFINITY), plain(4, first_day("2000"), DM_AID, NAN) };
    dm_stance *s = fit(e, 4);
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    assert_true(n > 2 && n < 2000);
    for (size_t i = 0; i < n; i++) {
        assert_true(isfinite(p[i].position) && isfinite(p[i].sd) && fabs(p[i].position) <= 10);
        assert_true(i == 0 || p[i].day > p[i - 1].day);
    }
    assert_false(p[n / 4].supported);
    dm_stance_free(s);
    dm_stance_opts o = DM_STANCE_OPTS_INIT;
    o.since = INT32_MIN + 1;
    o.until = INT32_MAX;
    assert_int_equal(dm_stance_fit(&s, model, e, 4, &o, NULL), DM_OK);
    dm_stance_free(s);
    o.version = 9;
    assert_int_equal(dm_stance_fit(&s, model, e, 4, &o, NULL), DM_EUSAGE);
    o = (dm_stance_opts)DM_STANCE_OPTS_INIT;
    o.since = 10;
    o.until = 9;
    assert_int_equal(dm_stance_fit(&s, model, e, 4, &o, NULL), DM_EUSAGE);
}

static void test_window(void **state)
{
    (void)state;
    size_t n;
    dm_evidence e[20];
    for (unsigned i = 0; i < 20; i++)
        e[i] = plain(i + 1, first_day("1990-06-15") + (int)i * YEAR, i < 10 ? DM_AID : DM_SANCTION, i < 10 ? 10 : -6);
    dm_stance_opts o = DM_STANCE_OPTS_INIT;
    o.since = first_day("1995");
    o.until = last_day("2015");
    dm_stance *s = NULL;
    assert_int_equal(dm_stance_fit(&s, model, e, 20, &o, NULL), DM_OK);
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    assert_int_equal(p[0].day, o.since);
    assert_true(p[0].supported && p[0].position > 5); /* what was before counts */
    assert_true(p[n - 1].day <= o.until && !p[n - 1].supported);
    const dm_stance_turn *t = dm_stance_turns(s, DM_LANE_ALL, &n);
    assert_int_equal(n, 2);
    assert_true(t[0].kind == DM_TURN_OPENING && t[0].day >= o.since && t[1].kind == DM_TURN_CHANGE);
    dm_stance_free(s);
}

static bool same_points(const dm_stance *a, const dm_stance *b)
{
    for (unsigned lane = 0; lane < DM_LANES; lane++) {
        size_t n, m;
        const dm_stance_point *p = dm_stance_points(a, (dm_lane)lane, &n), *q = dm_stance_points(b, (dm_lane)lane, &m);
        if (n != m)
            return false;
        for (size_t i = 0; i < n; i++)
            if (p[i].day != q[i].day || p[i].position != q[i].position || p[i].sd != q[i].sd || p[i].n != q[i].n)
                return false;
        dm_stance_turns(a, (dm_lane)lane, &n);
        dm_stance_turns(b, (dm_lane)lane, &m);
        if (n != m)
            return false;
    }
    return true;
}

static void test_order(void **state)
{
    (void)state;
    enum { N = 600 };
    static dm_evidence e[N], f[N];
    uint64_t s = seed_of(1);
    for (unsigned i = 0; i < N; i++) {
        dm_day day = (dm_day)(uniform(&s) * 4000);
        e[i] = plain(uniform(&s) < 0.2 ? i / 3 + 1 : 1000 + i, day, (dm_type)(uniform(&s) * DM_N_TYPES), uniform(&s) * 20 - 10);
        e[i].to += uniform(&s) < 0.2 ? (int)(uniform(&s) * 3000) : 0;
        e[i].via = uniform(&s) < 0.1 ? DM_VIA_MUTUAL : DM_VIA_RECIPIENT;
        f[i] = e[i];
    }
    dm_stance *a = fit(e, N);
    for (unsigned k = 0; k < 3; k++) {
        for (unsigned i = N - 1; i > 0; i--) {
            unsigned j = (unsigned)(uniform(&s) * (i + 1));
            dm_evidence swap = f[i];
            f[i] = f[j];
            f[j] = swap;
        }
        dm_stance *b = fit(f, N);
        assert_true(same_points(a, b));
        dm_stance_free(b);
    }
    dm_stance_free(a);
}

static void test_once(void **state)
{
    (void)state;
    size_t n;
    dm_evidence e[9], one[3];
    for (unsigned i = 0; i < 9; i++) { /* three happenings, each told three times within days */
        e[i] = plain(i + 1, first_day("2001-03-01") + (int)(i / 3) * 200, DM_ACCUSE, -2);
        e[i].happening = i / 3 + 1;
        one[i / 3] = e[i];
    }
    dm_stance *a = fit(e, 9), *b = fit(one, 3);
    assert_true(same_points(a, b));
    assert_int_equal(dm_stance_about(a)->used, 3);
    assert_int_equal(dm_stance_about(a)->same, 6);
    const dm_stance_use *u = dm_stance_uses(a, &n);
    for (size_t i = 0; i < n; i++)
        assert_true(u[i].fate == DM_FATE_USED ? u[i].same == i : u[u[i].same].fate == DM_FATE_USED);
    dm_stance_free(a);
    e[1].via = DM_VIA_MUTUAL; /* another way is another point */
    a = fit(e, 9);
    assert_int_equal(dm_stance_about(a)->used, 4);
    dm_stance_free(a);
    dm_stance_free(b);
}

/* "cosponsored from 1990 to 1996" is neither one act in 1993 nor nothing; told by years as well it counts once a year. */
static void test_years(void **state)
{
    (void)state;
    dm_evidence e[8];
    for (unsigned i = 0; i < 8; i++) {
        e[i] = on(DM_VIA_INSTRUMENT, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor");
        e[i].event = i + 1;
        e[i].happening = 5;
        e[i].from = dm_day_of(1990 + (int)i, 1, 1);
        e[i].to = dm_day_of(1990 + (int)i, 12, 31);
    }
    e[7].from = e[0].from;
    e[7].to = e[6].to;
    dm_stance *all = fit(e + 7, 1), *years = fit(e, 7), *both = fit(e, 8);
    assert_int_equal(dm_stance_about(all)->n[DM_LANE_ALL], 7);
    assert_int_equal(dm_stance_about(years)->n[DM_LANE_ALL], 7);
    assert_int_equal(dm_stance_about(both)->n[DM_LANE_ALL], 7);
    size_t n;
    assert_true(dm_stance_points(all, DM_LANE_ALL, &n)[20].sd > dm_stance_points(years, DM_LANE_ALL, &n)[20].sd);
    dm_stance_free(all);
    dm_stance_free(years);
    dm_stance_free(both);
}

/* --- simulated paths --- */

typedef struct score {
    double square, inside, n;
} score;

/* A walk of `drift` a year over twelve years, evidence of weight 1 and noise 2 (some of it wild) every `gap` days or so. */
static void simulate(unsigned run, double drift, double gap, double wild, score *out)
{
    enum { MAX = 600 };
    static dm_evidence e[MAX];
    static double truth[13 * YEAR];
    uint64_t s = seed_of(run);
    double x = 4 * uniform(&s) - 2;
    size_t n = 0, points;
    for (int d = 0; d < 12 * YEAR; d++) {
        x += drift / sqrt(YEAR) * normal(&s);
        x = fmax(-6, fmin(6, x));
        truth[d] = x;
        if (n < MAX && uniform(&s) < 1 / gap) {
            double y = x + 2 * normal(&s);
            if (uniform(&s) < wild)
                y = uniform(&s) < 0.5 ? -9.5 : 9.5;
            e[n] = plain(n + 1, d, DM_AID, fmax(-10, fmin(10, y)));
            n++;
        }
    }
    dm_stance *st = fit(e, n);
    const dm_stance_point *p = dm_stance_points(st, DM_LANE_ALL, &points);
    for (size_t i = 0; i < points; i++) {
        if (!p[i].supported)
            continue;
        double d = p[i].position - truth[p[i].day];
        out->square += d * d;
        out->inside += fabs(d) <= 1.96 * p[i].sd;
        out->n++;
    }
    dm_stance_free(st);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        double drift, gap, wild, rmse, low;
    } cases[] = { { 1, 20, 0, 0.75, 0.89 }, { 1, 90, 0, 1.1, 0.90 }, { 2, 20, 0, 1.0, 0.87 }, { 0.3, 30, 0, 0.65, 0.88 },
        { 1, 20, 0.08, 0.95, 0.85 }, { 1, 400, 0, 1.7, 0.85 } };
    for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++) {
        score sc = { 0 };
        for (unsigned run = 0; run < 60; run++)
            simulate(run + 100 * k, cases[k].drift, cases[k].gap, cases[k].wild, &sc);
        double rmse = sqrt(sc.square / sc.n), inside = sc.inside / sc.n;
        print_message("drift %.1f, every %.0f days, wild %.2f: rmse %.2f, within 95 %% band %.3f\n", cases[k].drift,
            cases[k].gap, cases[k].wild, rmse, inside);
        assert_true(rmse < cases[k].rmse && inside > cases[k].low && inside < 0.995);
    }
}

/* Level `before`, then `after` behind day 1500, noise `noise`, n points over 3000 days; the number of changes, and how far the first is off. */
static size_t changes(
    unsigned run, size_t n, double before, double after, double noise, double wild, int *off, double *probability)
{
    dm_evidence *e = calloc(n, sizeof *e);
    uint64_t s = seed_of(run);
    assert_non_null(e);
    for (size_t i = 0; i < n; i++) {
        dm_day day = (dm_day)(3000 * i / n) + (dm_day)(uniform(&s) * 3000 / (double)n);
        double y = (day < 1500 ? before : after) + noise * normal(&s);
        e[i] = plain(i + 1, day, DM_AID, uniform(&s) < wild ? 20 * uniform(&s) - 10 : y);
    }
    dm_stance *st = fit(e, n);
    size_t turns, found = 0;
    const dm_stance_turn *t = dm_stance_turns(st, DM_LANE_ALL, &turns);
    for (size_t i = 0; i < turns; i++)
        if (t[i].kind == DM_TURN_CHANGE && found++ == 0) {
            *off = t[i].day - 1500;
            *probability = t[i].probability;
        }
    dm_stance_free(st);
    free(e);
    return found;
}

static void test_change_found(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double step, wild;
        int off;
        double least;
    } cases[] = { { 30, 6, 0, 200, 0.95 }, { 200, 4, 0, 60, 0.93 }, { 200, 4, 0.05, 60, 0.9 }, { 2000, 3, 0, 60, 0.97 } };
    for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++) {
        unsigned right = 0, more = 0;
        for (unsigned run = 0; run < RUNS / 2; run++) {
            int off = 9999;
            double p = 0;
            size_t found = changes(run, cases[k].n, -cases[k].step / 2, cases[k].step / 2, 1.5, cases[k].wild, &off, &p);
            right += found >= 1 && abs(off) <= cases[k].off;
            more += found > 1;
        }
        print_message("step %.0f in %zu points: found near in %u of %d runs, more than one in %u\n", cases[k].step, cases[k].n,
            right, RUNS / 2, more);
        assert_true(right >= cases[k].least * (RUNS / 2) && more <= RUNS / 2 / 10);
    }
}

static void test_none_in_noise(void **state)
{
    (void)state;
    static const size_t sizes[] = { 6, 25, 100, 400, 3000 };
    for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        unsigned wrong = 0;
        for (unsigned run = 0; run < RUNS; run++) {
            int off = 0;
            double p = 0;
            wrong += changes(run + 1000, sizes[k], 1, 1, 2, run % 2 ? 0.05 : 0, &off, &p) > 0;
        }
        print_message("%zu points of noise: a change in %u of %d runs\n", sizes[k], wrong, RUNS);
        assert_true(wrong <= RUNS / 20);
    }
}

/* --- histories --- */

typedef struct turn_wanted {
    const char *from, *to; /* when */
    int sign;              /* of the level, or of the act, behind it */
    int evidence;          /* one that must be cited; -1 any */
} turn_wanted;

/* The turns of all lanes together must hold these, in their order. */
static void expect_turns(const line *l, size_t n, const turn_wanted *w, size_t n_wanted)
{
    dm_evidence e[64];
    assert_true(n <= 64);
    dm_stance *s = fit(e, history(l, n, e));
    size_t turns, at = 0;
    const dm_stance_turn *t = dm_stance_turns(s, DM_LANE_ALL, &turns);
    for (size_t i = 0; i < turns && at < n_wanted; i++) {
        bool cited = w[at].evidence < 0;
        for (uint32_t k = 0; k < t[i].n_evidence; k++)
            cited |= (int)t[i].evidence[k] == w[at].evidence;
        at += t[i].day >= first_day(w[at].from) && t[i].day <= last_day(w[at].to) && t[i].after * w[at].sign > 0 && cited;
    }
    if (at < n_wanted)
        fail_msg("turn %zu of %zu (%s) is not told", at + 1, n_wanted, w[at].from);
    for (size_t i = 0; i < turns; i++) /* and no change elsewhere */
        if (t[i].kind == DM_TURN_CHANGE) {
            bool near = false;
            for (size_t k = 0; k < n_wanted; k++)
                near |= t[i].day >= first_day(w[k].from) && t[i].day <= last_day(w[k].to);
            assert_true(near);
        }
    dm_stance_free(s);
}

#define R DM_VIA_RECIPIENT
#define I DM_VIA_INSTRUMENT
#define M DM_VIA_MUTUAL
/* Japan and China on human rights, as three articles tell it. */
static const line japan_china[] = { { "1990", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1991", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1992", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1993", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1994", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1995", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1996", I, DM_SUPPORT, DM_HISTORICAL, -1, 5, "resolution", "cosponsor" },
    { "1997", I, DM_SUPPORT, DM_NEGATION | DM_HISTORICAL, 1, 5, "resolution", "cosponsor" },
    { "1999-04-22", I, DM_SUPPORT, DM_NEGATION, 1, 5, "resolution", "cosponsor" },
    { "1999-04-22", R, DM_REJECT, DM_FUTURE, -1, -2, "motion", "vote_against" },
    { "1999-04-22", M, DM_CONSULT, 0, 0, 2.5, "talks", "hold" }, { "1999-04-22", R, DM_ACCUSE, 0, 0, -2, "", "" },
    { "1999-04-22", R, DM_SUPPORT, DM_HYPOTHETICAL, 0, 5, "", "" }, { "1999-04-22", M, DM_CONSULT, 0, 0, 2.5, "talks", "hold" },
    { "1999-07", R, DM_AGREE, DM_FUTURE, 0, 2.5, "talks", "visit" },
    { "2021-03-24", I, DM_SANCTION, DM_NEGATION, 1, -6, "sanction", "impose" },
    { "2021-03-24", R, DM_ACCUSE, DM_NEGATION, 0, -2, "", "" }, { "2021-03-23", M, DM_CONSULT, 0, 0, 2.5, "talks", "hold" },
    { "2022-02-03", R, DM_ACCUSE, 0, -1, -2, "resolution", "issue" },
    { "2022-02-03", I, DM_SUPPORT, 0, -1, 5, "resolution", "back" },
    { "2022-02-04", R, DM_REQUEST, 0, -1, -1, "resolution", "adopt" },
    { "2022-02-03", I, DM_SUPPORT, 0, -1, 5, "boycott", "join" }, { "2022-02-03", R, DM_ACCUSE, 0, 0, -3.5, "", "" },
    { "2022-02-03", R, DM_REQUEST, DM_HYPOTHETICAL, 0, -1, "", "" } };
enum { N_JAPAN_CHINA = sizeof japan_china / sizeof *japan_china };

static void test_japan_china(void **state)
{
    (void)state;
    static const turn_wanted wanted[] = { { "1990", "1990", -1, 0 }, { "1997", "1997", 1, 7 },
        { "1999-04-22", "1999-04-22", -1, 9 }, { "2021", "2021", 1, 15 }, { "2022", "2022", -1, 18 } };
    expect_turns(japan_china, N_JAPAN_CHINA, wanted, sizeof wanted / sizeof *wanted);
}

static void test_breaks_relations(void **state)
{
    (void)state;
    static const line lines[] = { { "1972-09-29", R, DM_SUPPORT, 0, 0, 5, "", "" },
        { "1973-02", M, DM_CONSULT, 0, 0, 4, "talks", "visit" }, { "1974-05-02", R, DM_AID, 0, 0, 10, "", "" },
        { "1975", M, DM_COOPERATE, 0, 0, 9.5, "", "" }, { "1976-03-11", R, DM_AGREE, 0, 0, 2.5, "", "" },
        { "1977-08-01", M, DM_COOPERATE, 0, 0, 9.5, "", "" }, { "1979-11-20", R, DM_ACCUSE, 0, 0, -2, "", "" },
        { "1980-01-04", R, DM_SANCTION, 0, 0, -6, "", "" }, { "1980-01-09", R, DM_SANCTION, 0, 0, -5.5, "", "" },
        { "1980-04", R, DM_COERCE, 0, 0, -7, "", "" }, { "1981-02-02", R, DM_REJECT, 0, 0, -2, "", "" },
        { "1982-06-13", R, DM_ACCUSE, 0, 0, -3.5, "", "" } };
    static const turn_wanted wanted[] = { { "1972", "1973", 1, -1 }, { "1979-11", "1980-02", -1, 7 } };
    expect_turns(lines, sizeof lines / sizeof *lines, wanted, 2);
}

static void test_sanctions_lifted(void **state)
{
    (void)state;
    static const line lines[] = { { "2009-12", R, DM_CONSULT, 0, 0, 2.5, "", "" },
        { "2010-07-26", I, DM_SANCTION, 0, -1, -6, "sanction", "impose" },
        { "2011-05-23", I, DM_SANCTION, 0, -1, -6, "sanction", "extend" },
        { "2012-01-23", I, DM_SANCTION, 0, -1, -6, "sanction", "impose" }, { "2012-03", R, DM_ACCUSE, 0, 0, -3, "", "" },
        { "2012-10-15", I, DM_SANCTION, 0, -1, -6, "sanction", "extend" }, { "2013-11-24", M, DM_AGREE, 0, 0, 2.5, "", "" },
        { "2014-01-20", I, DM_CONCEDE, 0, 1, 4.5, "sanction", "lift" },
        { "2015-07-14", M, DM_AGREE, 0, 0, 2.5, "treaty", "sign" },
        { "2016-01-16", I, DM_CONCEDE, 0, 1, 4.5, "sanction", "lift" }, { "2016-04-16", M, DM_CONSULT, 0, 0, 4, "", "" },
        { "2016-09", M, DM_COOPERATE, 0, 0, 9.5, "", "" } };
    static const turn_wanted wanted[] = { { "2009-12", "2010", -1, 1 }, { "2013-11", "2014-02", 1, 7 } };
    expect_turns(lines, sizeof lines / sizeof *lines, wanted, 2);
}

static void test_steady_friend(void **state)
{
    (void)state;
    enum { N = 48 };
    dm_evidence e[N];
    uint64_t r = seed_of(7);
    static const struct {
        dm_type type;
        double scale;
    } kinds[] = { { DM_SUPPORT, 5 }, { DM_COOPERATE, 9.5 }, { DM_CONSULT, 2.5 }, { DM_AGREE, 2.5 }, { DM_AID, 10 },
        { DM_CONSULT, 4 }, { DM_ACCUSE, -2 }, { DM_SUPPORT, 5 } };
    for (unsigned i = 0; i < N; i++) {
        unsigned k = (unsigned)(uniform(&r) * 8);
        e[i] = plain(i + 1, (dm_day)(i * 120 + uniform(&r) * 100), kinds[k].type, kinds[k].scale);
    }
    dm_stance *s = fit(e, N);
    size_t n;
    const dm_stance_turn *t = dm_stance_turns(s, DM_LANE_ALL, &n);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(t[i].kind, DM_TURN_CHANGE);
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    for (size_t i = 0; i < n; i++)
        assert_true(p[i].position > 1);
    dm_stance_free(s);
}

/* Every year the same mixture of meetings, quarrels and the odd sanction: lively, and no change. Then a war: one change. */
static void test_mixture(void **state)
{
    (void)state;
    enum { MOST = 1500 };
    static const struct {
        dm_type type;
        double scale;
    } kinds[] = { { DM_CONSULT, 2.5 }, { DM_ACCUSE, -2 }, { DM_AGREE, 2.5 }, { DM_SANCTION, -6 }, { DM_COOPERATE, 9.5 },
        { DM_REQUEST, -1 }, { DM_ACCUSE, -3.5 }, { DM_SUPPORT, 5 } };
    static const unsigned sizes[] = { 60, 300, MOST };
    static dm_evidence e[MOST];
    unsigned wrong = 0, found = 0;
    for (unsigned run = 0; run < 90; run++) {
        unsigned size = sizes[run % 3], war = run % 2 ? size / 2 : size;
        uint64_t r = seed_of(run + 5000);
        for (unsigned i = 0; i < size; i++) {
            unsigned k = (unsigned)(uniform(&r) * 8);
            e[i] =
                plain(i + 1, (dm_day)(7000.0 * i / size), i < war ? kinds[k].type : DM_ASSAULT, i < war ? kinds[k].scale : -9);
        }
        dm_stance *s = fit(e, size);
        size_t n, changes_told = 0;
        const dm_stance_turn *t = dm_stance_turns(s, DM_LANE_ALL, &n);
        for (size_t i = 0; i < n; i++)
            changes_told += t[i].kind == DM_TURN_CHANGE;
        wrong += changes_told != (run % 2);
        found += run % 2 && changes_told;
        dm_stance_free(s);
    }
    print_message("mixtures: a wrong number of changes in %u of 90 runs, the war found in %u of 45\n", wrong, found);
    assert_true(wrong <= 14 && found == 45);
}

/* Says one thing and does another: the lanes part. */
static void test_words_and_deeds(void **state)
{
    (void)state;
    enum { N = 30 };
    dm_evidence e[N];
    for (unsigned i = 0; i < N; i++)
        e[i] = i % 2 ? plain(i + 1, (int)i * 60, DM_ACCUSE, -3) : plain(i + 1, (int)i * 60, DM_COOPERATE, 9.5);
    dm_stance *s = fit(e, N);
    size_t n, m;
    const dm_stance_point *w = dm_stance_points(s, DM_LANE_WORDS, &n), *d = dm_stance_points(s, DM_LANE_DEEDS, &m);
    assert_true(w[n / 2].position < -2 && d[m / 2].position > 8);
    dm_stance_free(s);
}

/* Twenty years of silence are not neutrality. */
static void test_silence(void **state)
{
    (void)state;
    dm_evidence e[64];
    size_t n, empty = 0;
    dm_stance *s = fit(e, history(japan_china, N_JAPAN_CHINA, e));
    const dm_stance_point *p = dm_stance_points(s, DM_LANE_ALL, &n);
    for (size_t i = 0; i < n; i++) {
        bool silent = p[i].day > first_day("2001-06") && p[i].day < first_day("2019-06");
        assert_true(!silent || !p[i].supported);
        assert_true(!p[i].n || p[i].supported);
        empty += silent;
    }
    assert_true(empty > 100);
    dm_stance_free(s);
}

static void test_many(void **state)
{
    (void)state;
    dm_evidence *e = calloc(MANY, sizeof *e);
    assert_non_null(e);
    uint64_t s = seed_of(3);
    for (unsigned i = 0; i < MANY; i++) {
        dm_day day = (dm_day)(uniform(&s) * 12000);
        e[i] = plain(i + 1, day, (dm_type)(uniform(&s) * DM_N_TYPES), 4 * sin(day / 1500.0) + 2 * normal(&s));
        e[i].happening = (uint64_t)(uniform(&s) * MANY) + 1;
    }
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    dm_stance *st = fit(e, MANY);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    print_message(
        "%d pieces of evidence: %.0f ms\n", MANY, (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
    size_t n;
    const dm_stance_point *p = dm_stance_points(st, DM_LANE_ALL, &n);
    assert_true(n > 11000);
    for (size_t i = 0; i < n; i += 97)
        assert_true(p[i].supported && p[i].sd < 1.5);
    dm_stance_free(st);
    free(e);
}

/* --- charts and tables --- */

static const char odd[] = "a <tag> & \"quotes\" \x01 \xC3\xA9 \xFF, end";
static const char *labels[N_JAPAN_CHINA];

static void series_of(dm_stance_series *out, dm_evidence *e, const char *name)
{
    for (unsigned i = 0; i < N_JAPAN_CHINA; i++)
        labels[i] = i % 3 == 0 ? odd : i % 3 == 1 ? "plain" : NULL;
    *out = (dm_stance_series){ fit(e, history(japan_china, N_JAPAN_CHINA, e)), name, labels, e };
}

static void check_width(const dm_buf *b, unsigned width)
{
    unsigned at = 0, lines = 0;
    for (size_t i = 0; i < b->len;) {
        uint32_t cp;
        i += dm_utf8_next(b->p, b->len, i, &cp);
        assert_int_not_equal(cp, 0xFFFD);
        at = cp == '\n' ? 0 : at + 1;
        lines += cp == '\n';
        assert_true(at <= width);
    }
    assert_true(lines >= 8 && lines <= 30);
}

static void test_text_chart(void **state)
{
    (void)state;
    dm_evidence e[64];
    dm_stance_series s[DM_STANCE_SERIES_MAX];
    series_of(&s[0], e, "A land of an uncommonly long and winding name");
    for (unsigned i = 1; i < DM_STANCE_SERIES_MAX; i++)
        s[i] = s[0];
    for (unsigned width = 0; width <= 160; width += 20)
        for (size_t n = 1; n <= DM_STANCE_SERIES_MAX; n += 5) {
            dm_buf b = { 0 };
            dm_stance_chart c = DM_STANCE_CHART_INIT;
            c.width = width;
            c.title = "A title that is longer than the narrowest of all of these charts can hold";
            assert_int_equal(dm_write_stance_text(&b, s, n, &c, NULL), DM_OK);
            check_width(&b, width == 0 ? 80 : width < 40 ? 40 : width);
            dm_buf_free(&b);
        }
    dm_buf b = { 0 };
    assert_int_equal(dm_write_stance_text(&b, s, 0, NULL, NULL), DM_EUSAGE);
    assert_int_equal(dm_write_stance_text(&b, s, DM_STANCE_SERIES_MAX + 1, NULL, NULL), DM_EUSAGE);
    dm_stance_free((dm_stance *)s[0].stance);
    s[0].stance = fit(NULL, 0);
    assert_int_equal(dm_write_stance_text(&b, s, 1, NULL, NULL), DM_OK);
    assert_true(dm_str_is((dm_str){ b.p, b.len }, "no evidence\n"));
    dm_buf_free(&b);
    dm_stance_free((dm_stance *)s[0].stance);
}

/* Columns of the silent years hold nothing but the axes. */
static void test_text_blank(void **state)
{
    (void)state;
    dm_evidence e[64];
    dm_stance_series s;
    dm_buf b = { 0 };
    series_of(&s, e, "Japan");
    assert_int_equal(dm_write_stance_text(&b, &s, 1, NULL, NULL), DM_OK);
    unsigned row = 0, column = 0;
    for (size_t i = 0; i < b.len && row < 14;) {
        uint32_t cp;
        i += dm_utf8_next(b.p, b.len, i, &cp);
        if (column > 40 && column < 70 && cp != '\n')
            assert_true(cp == ' ' || cp == 0xB7);
        column = cp == '\n' ? 0 : column + 1;
        row += cp == '\n';
    }
    dm_buf_free(&b);
    dm_stance_free((dm_stance *)s.stance);
}

static void parse_svg(const dm_buf *b)
{
    xmlDocPtr doc = xmlReadMemory(b->p, (int)b->len, "chart.svg", "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR);
    assert_non_null(doc);
    xmlNodePtr root = xmlDocGetRootElement(doc);
    xmlChar *role = xmlGetProp(root, (const xmlChar *)"role");
    assert_string_equal((const char *)root->name, "svg");
    assert_string_equal((const char *)role, "img");
    xmlFree(role);
    xmlFreeDoc(doc);
}

static void test_svg(void **state)
{
    (void)state;
    dm_evidence e[64];
    dm_stance_series s[DM_STANCE_SERIES_MAX];
    series_of(&s[0], e, odd);
    for (unsigned i = 1; i < DM_STANCE_SERIES_MAX; i++)
        s[i] = s[0];
    for (size_t n = 1; n <= DM_STANCE_SERIES_MAX; n++) {
        dm_buf b = { 0 };
        dm_stance_chart c = DM_STANCE_CHART_INIT;
        c.title = odd;
        assert_int_equal(dm_write_stance_svg(&b, s, n, &c, NULL), DM_OK);
        parse_svg(&b);
        assert_int_equal(dm_buf_add(&b, "", 1), DM_OK);
        assert_non_null(strstr(b.p, "a &lt;tag&gt; &amp;"));
        assert_null(strstr(b.p, "nan"));
        assert_null(strstr(b.p, "<script"));
        assert_true((strstr(b.p, "no evidence") != NULL) == (n == 1));
        dm_buf_free(&b);
    }
    dm_stance_free((dm_stance *)s[0].stance);
    dm_buf b = { 0 };
    s[0].stance = fit(NULL, 0);
    assert_int_equal(dm_write_stance_svg(&b, s, 1, NULL, NULL), DM_OK);
    parse_svg(&b);
    dm_buf_free(&b);
    dm_stance_free((dm_stance *)s[0].stance);
}

static void test_json(void **state)
{
    (void)state;
    dm_evidence e[64];
    dm_stance_series s[2];
    dm_buf b = { 0 };
    series_of(&s[0], e, "Japan");
    for (unsigned i = 0; i < N_JAPAN_CHINA; i++)
        labels[i] = "a \"quoted\" sentence\n";
    s[1] = s[0];
    assert_int_equal(dm_write_stance_json(&b, s, 2, NULL), DM_OK);
    json_t *root = json_loadb(b.p, b.len, 0, NULL), *point, *all;
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "series")), 2);
    const json_t *one = json_array_get(json_object_get(root, "series"), 1);
    assert_int_equal(json_array_size(json_object_get(one, "evidence")), N_JAPAN_CHINA);
    all = json_object_get(json_object_get(one, "lanes"), "all");
    size_t i, n;
    dm_stance_points(s[0].stance, DM_LANE_ALL, &n);
    assert_int_equal(json_array_size(json_object_get(all, "points")), n);
    json_array_foreach(json_object_get(all, "points"), i, point)
        assert_true(json_is_true(json_object_get(point, "supported")) == (json_object_get(point, "position") != NULL));
    json_decref(root);
    dm_buf_free(&b);
    dm_stance_free((dm_stance *)s[0].stance);
}

static void test_csv(void **state)
{
    (void)state;
    dm_evidence e[64];
    dm_stance_series s;
    dm_buf b = { 0 };
    series_of(&s, e, "Japan, the \"land\"");
    assert_int_equal(dm_write_stance_csv(&b, &s, 1, NULL), DM_OK);
    size_t cells = 1, wanted = 0, rows = 0;
    bool quoted = false;
    for (size_t i = 0; i < b.len; i++) {
        quoted ^= b.p[i] == '"';
        cells += b.p[i] == ',' && !quoted;
        if (b.p[i] != '\n' || quoted)
            continue;
        wanted = rows++ ? wanted : cells;
        assert_int_equal(cells, wanted);
        cells = 1;
    }
    assert_true(rows > 300);
    dm_buf_free(&b);
    dm_stance_free((dm_stance *)s.stance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_ballots),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_extreme_days),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_years),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_change_found),
        cmocka_unit_test(test_none_in_noise),
        cmocka_unit_test(test_japan_china),
        cmocka_unit_test(test_breaks_relations),
        cmocka_unit_test(test_sanctions_lifted),
        cmocka_unit_test(test_steady_friend),
        cmocka_unit_test(test_mixture),
        cmocka_unit_test(test_words_and_deeds),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_text_chart),
        cmocka_unit_test(test_text_blank),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
