// SPDX-License-Identifier: Apache-2.0
/* What the marking of lines is made of: words (words.c), phrases (phrase.c), datelines (dateline.c), and the steps (text.c). */
#ifndef DM_READ_LINES_H
#define DM_READ_LINES_H

#include "read/internal.h"

static inline bool dm_is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }
static inline bool dm_is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool dm_is_word_byte(char c) { return (c >= 'a' && c <= 'z') || dm_is_upper(c) || (c >= '0' && c <= '9'); }

/* Takes the next run of non-space bytes off *rest. */
bool dm_next_word(dm_str *rest, dm_str *word);
/* Takes the next line without its end; LF, CR LF and lone CR end lines. */
bool dm_next_line(dm_str text, size_t *at, dm_str *line);
bool dm_is_letter_at(dm_str s, size_t i);
/* Words with a letter or digit, up to max. */
uint32_t dm_count_words(dm_str s, uint32_t max);
size_t dm_bullet_len(dm_str s);
dm_str dm_without_bullet(dm_str s);
/* Without closing quotes and brackets at the end. */
dm_str dm_strip_closers(dm_str s);
bool dm_ends_sentence(dm_str s);
bool dm_is_connector(dm_str word);
/* Words begin with a capital, small connecting words aside. */
bool dm_all_capitalised(dm_str s);
/* Three capitals or more and no small letter. */
bool dm_all_caps(dm_str s);

/* First phrase that a folded line of so many words matches; edge: it stands near an end of the text. */
const dm_noise *dm_noise_find(const dm_rules *rules, dm_str folded, uint32_t words, bool edge);
/* Words of buttons only: "print", "Share Tweet Email". */
bool dm_noise_buttons(const dm_rules *rules, dm_str folded);

typedef struct dm_dateline {
    size_t len;    /* with its dash or colon and the space after it; 0: no dateline */
    dm_str agency; /* inside the brackets */
    dm_date_found date;
    bool colon; /* ends with one, as speakers do too ("MR. LEE: ...") */
} dm_dateline;
dm_dateline dm_dateline_find(dm_str s);

#endif
