// SPDX-License-Identifier: Apache-2.0
/* Names and codes of states, titles of resolutions, names of treaties and actions, from files that are imported: whatever stands there,
 * what is found is a state of ours. */
#include "fuzz.h"
#include "import/votes.h"

enum { INPUT_MAX = 1 << 12, WORDS = 64, WORD_BYTES = 1 << 10 };

static dm_tables *tables;
static dm_states states;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    dm_error err = { .msg = "" };
    tables = fuzz_open_tables();
    fuzz_start(dm_states_load(&states, tables, &err), &err);
    return 0;
}

static void is_code(dm_str code) { fuzz_need(code.len == 0 || code.len == 3, "a code, or none"); }

static void words(dm_str s)
{
    static char room[WORD_BYTES];
    dm_str w[WORDS];
    size_t n = dm_words_of(s, room, sizeof room, w, WORDS), used = 0;
    fuzz_need(n <= WORDS, "no more words than asked for");
    for (size_t i = 0; i < n; i++)
        fuzz_need(w[i].len && fuzz_inside(w[i], room, sizeof room), "words in their room");
    for (size_t i = 0; i < n; i++) {
        dm_str code = dm_states_words(&states, w + i, n - i, &used);
        is_code(code);
        fuzz_need(!code.len || (used > 0 && used <= n - i), "a name of words that are there");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > INPUT_MAX)
        return 0;
    const dm_str s = { (const char *)data + 1, size - 1 };
    dm_day day = dm_day_of(1900 + data[0] % 128, 1, 1);
    dm_title title;
    is_code(dm_states_alpha3(&states, s));
    is_code(dm_states_cow(&states, s, day));
    is_code(dm_states_name(&states, s));
    words(s);
    dm_title_read(tables, &states, s, &title);
    is_code(title.subject);
    fuzz_need(title.polarity >= -1 && title.polarity <= 1 && (title.polarity == 0 || title.subject.len), "a side of somebody");
    fuzz_need(fuzz_inside(dm_title_clean(s), s.p, s.len), "a title out of the title");
    fuzz_need(!s.len || dm_treaty_name(tables, s).len, "a treaty that keeps a name");
    (void)dm_action_find(tables, s);
    (void)dm_title_flag(tables, s);
    return 0;
}
