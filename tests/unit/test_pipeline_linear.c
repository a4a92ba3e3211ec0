// SPDX-License-Identifier: Apache-2.0
/* Hostile inputs cost time in proportion to their length: each is coded at one length and at twice that length, and no stage may take
 * more than three times as long (twice, and a wide margin). A stage fails only when it was too slow in every attempt, so that a busy
 * machine does not matter; what takes less than FLOOR_NS is not judged. */
#include "pipeline/coder.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "coder_fixture.h"
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#ifdef SANITIZED
enum { LENGTH = 8 * 1024, JUDGED = 0 }; /* for its checks only: times mean nothing here */
#else
enum { LENGTH = 256 * 1024, JUDGED = 1 };
#endif
enum { ATTEMPTS = 4, RATIO = 3, FLOOR_NS = 20 * 1000 * 1000, PIECES = 4 };

/* The pieces are repeated in turn; %u is a running number, %c a letter that goes with it. once: stands before them. */
typedef struct hostile {
    const char *name, *once, *piece[PIECES];
} hostile;

static const hostile INPUTS[] = {
    { "no full stop", "", { "the minister of Japan met China and said that talks with Kenya in 1998 would go on " } },
    { "names", "", { "Japan ", "Vladimir Putin ", "Kenya ", "Angela Merkel " } },
    { "meetings", "", { "Japan met France. ", "Kenya met Vladimir Putin. ", "Peru met Brazil. " } },
    { "new persons", "", { "President A%cmos Q%u%crt of Japan met him. ", "Minister B%u%cel of Peru met her. " } },
    { "open brackets", "Japan ", { "(" } },
    { "brackets in brackets", "", { "Japan (China " } },
    { "closing brackets", "Japan met China", { ")" } },
    { "quotations", "", { "\"We condemn China,\" Japan said. " } },
    { "quotation marks", "", { "\" a " } },
    { "quotations never closed", "", { "\xE2\x80\x9Cwe condemn " } },
    { "conjuncts", "Japan ", { "and China " } },
    { "and", "", { "and " } },
    { "dates", "", { "Japan met China on May 7, 1987. ", "Peru met Chile in June 2001. " } },
    { "times that hang on others", "", { "a month later, two weeks earlier, last year, " } },
    { "resolutions", "", { "Japan drafted a resolution on China at the U.N. and withdrew it. " } },
    { "acts without parties", "Japan met China. ",
        { "The government condemned the decision because of the attack. ", "He rejected it. " } },
    { "paragraphs", "", { "The minister said so.\n\n", "Japan condemned it.\n\n" } },
    { "acronyms", "", { "the Front for Peace of Kenya (FPK) attacked the army. " } },
    { "pronouns", "", { "He met him and they told her that it was theirs. " } },
    { "groups", "", { "The two sides met the three countries. " } },
    { "bullets", "", { "  \xE2\x80\xA2 Japan met China\n" } },
    { "numbers", "", { "1 " } },
    { "dots", "Japan met China", { "." } },
    { "one word", "Japan", { "a" } },
    { "dashes", "", { "Japan - China -- " } },
    { "relative clauses", "Japan ", { "which condemned China " } },
    { "clauses of saying", "", { "Japan said that China said that " } },
    { "headlines", "", { "Japan Condemns China\n" } },
};
enum { N_INPUTS = sizeof INPUTS / sizeof *INPUTS };

/* One piece with its %u and %c filled in; returns its end. */
static char *put_piece(char *out, const char *piece, unsigned i)
{
    for (; *piece; piece++) {
        if (piece[0] == '%' && piece[1] == 'u') {
            for (unsigned v = i; v; v /= 26)
                *out++ = (char)('a' + v % 26);
            piece++;
        } else if (piece[0] == '%' && piece[1] == 'c') {
            *out++ = (char)('a' + i % 26);
            piece++;
        } else {
            *out++ = *piece;
        }
    }
    return out;
}

static dm_str make(const hostile *h, size_t length)
{
    enum { ROOM = 256 };
    char *text = malloc(length + ROOM), *end = put_piece(text, h->once, 0);
    assert_non_null(text);
    for (unsigned i = 0, p = 0; end < text + length; i++) {
        end = put_piece(end, h->piece[p], i);
        p = p + 1 < PIECES && h->piece[p + 1] ? p + 1 : 0;
    }
    return (dm_str){ text, (size_t)(end - text) };
}

/* Time of each stage on the text. */
static void measure(const dm_coder *coder, dm_str text, uint64_t *ns)
{
    dm_error err = { .msg = "" };
    dm_doc *doc = dm_doc_new();
    assert_non_null(doc);
    memset(ns, 0, DM_STAGES_MAX * sizeof *ns);
    assert_int_equal(dm_doc_set_text(doc, text, &err), DM_OK);
    assert_int_equal(dm_code_timed(coder, doc, ns, &err), DM_OK);
    dm_doc_free(doc);
}

/* Stages that were too slow in this attempt, a bit each. */
static unsigned slow_stages(const uint64_t *once, const uint64_t *twice)
{
    unsigned slow = 0;
    for (unsigned i = 0; i < dm_stage_count(); i++)
        if (twice[i] > FLOOR_NS && twice[i] / RATIO > once[i])
            slow |= 1u << i;
    return slow;
}

static void time_is_linear(void **state)
{
    for (int k = 0; k < N_INPUTS; k++) {
        uint64_t once[DM_STAGES_MAX], twice[DM_STAGES_MAX];
        dm_str a = make(&INPUTS[k], LENGTH), b = make(&INPUTS[k], 2 * LENGTH);
        unsigned slow = ~0u;
        for (int n = 0; n < ATTEMPTS && slow; n++) {
            measure(*state, a, once);
            measure(*state, b, twice);
            slow &= slow_stages(once, twice);
        }
        for (unsigned i = 0; i < dm_stage_count() && JUDGED; i++)
            if (slow & (1u << i))
                fail_msg("%s: stage %s takes %.1f ms for %zu bytes and %.1f ms for %zu", INPUTS[k].name, dm_stage_name(i),
                    (double)once[i] / 1e6, a.len, (double)twice[i] / 1e6, b.len);
        free((void *)(uintptr_t)a.p);
        free((void *)(uintptr_t)b.p);
    }
}

int main(void)
{
    mallopt(
        M_MMAP_MAX, 0); /* memory stays with the process: else the longer text pays for pages that the shorter one had warm */
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    const struct CMUnitTest tests[] = { cmocka_unit_test(time_is_linear) };
    return cmocka_run_group_tests(tests, coder_open, coder_close);
}
