// SPDX-License-Identifier: Apache-2.0
/* The CoNLL-U reader of the trainer and the scorer on any bytes: words must lie in the input, heads in the sentence. The reader is
 * a tool's, in no library, so it is compiled in here. */
#include "../tools/conllu.c" // NOLINT(bugprone-suspicious-include)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_word(const dm_conllu *r, const dm_cword *w, dm_str text)
{
    const dm_str cell[] = { w->form, w->lemma, w->feats };
    for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++)
        must(cell[i].p >= text.p && cell[i].len <= text.len && cell[i].p + cell[i].len <= text.p + text.len);
    must(w->form.len > 0 && w->head <= r->n);
    must(w->upos < DM_UPOS_N && w->xpos < DM_XPOS_N && w->deprel < DM_DEPREL_N);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dm_conllu r;
    const dm_str text = { (const char *)data, size };
    dm_error err = { 0 };
    dm_conllu_init(&r, text);
    dm_status st;
    while ((st = dm_conllu_next(&r, &err)) == DM_OK) {
        must(r.n > 0 && r.n <= DM_CONLLU_WORDS);
        for (uint32_t i = 0; i < r.n; i++)
            check_word(&r, &r.word[i], text);
    }
    must(st == DM_END || err.msg[0] != 0);
    return 0;
}
