// SPDX-License-Identifier: Apache-2.0
/* The article's text out of a page's tree. One walk cuts the page into paragraphs (blocks) and notes the containers (boxes) that hold
 * them; paragraphs that read like prose and carry few links give points to the boxes around them; the best box, widened while a
 * larger one holds much more prose, is the article. All steps are linear in the size of the tree. */
#include "read/html.h"

enum {
    PARAGRAPH_MIN = 25, /* bytes of a paragraph that counts */
    GOOD_MIN = 60,      /* bytes of one that is surely prose when it ends like a sentence */
    GOOD_LONG = 150,    /* and when it does not */
    HEADING_MAX = 250,
    LEVELS = 5,     /* boxes that a paragraph gives points to */
    SPLIT_MAX = 400 /* bytes of a class attribute looked at */
};

enum { F_LINK = 1, F_PRE = 2, F_HEADER = 4, F_WEAK = 8 };
typedef enum sort { S_TEXT, S_PARA, S_HEAD, S_ITEM } sort;

typedef struct block {
    uint32_t start, len, link, box;
    uint16_t commas;
    uint8_t sort, level, flags; /* level: of a heading */
    bool stop;
} block;

typedef struct box {
    uint32_t parent, first, end; /* blocks */
    uint32_t text, link, good;   /* bytes, with the boxes inside */
    double score;
    bool article;
} box;

typedef struct frame {
    const GumboNode *node;
    uint32_t next, box;
    uint8_t flags;
    bool block, opened_box;
    uint8_t sort, level; /* of the paragraph around it */
} frame;

typedef struct walk {
    const dm_rules *rules;
    bool strict;
    dm_arena arena;
    dm_buf text;
    DM_VEC(block) blocks;
    DM_VEC(box) boxes;
    DM_VEC(frame) stack;
    block now;       /* paragraph that is being filled */
    uint32_t breaks; /* br since its last letter */
    bool space;
} walk;

/* ---- names ---- */

static bool known(const dm_rules *rules, dm_markup_kind kind, dm_str word)
{
    return word.len && dm_rules_markup(rules, kind, word) != NULL;
}

static bool is_name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

/* Bit set of the kinds (drop, weak, good) that the words of a class or id attribute belong to: whole words between spaces, and their
 * parts ("article-body", "articleBody"). */
static unsigned classify(const dm_rules *rules, dm_str value)
{
    char low[SPLIT_MAX];
    unsigned bits = 0;
    size_t n = value.len < SPLIT_MAX ? value.len : SPLIT_MAX;
    for (size_t i = 0; i < n; i++)
        low[i] = value.p[i] >= 'A' && value.p[i] <= 'Z' ? (char)(value.p[i] + 32) : value.p[i];
    size_t word = 0, part = 0;
    for (size_t i = 0; i <= n; i++) {
        bool space = i == n || value.p[i] == ' ' || value.p[i] == '\n' || value.p[i] == '\t';
        bool camel = i > 0 && i < n && value.p[i] >= 'A' && value.p[i] <= 'Z' && value.p[i - 1] >= 'a' && value.p[i - 1] <= 'z';
        if (!space && !camel && is_name_byte(value.p[i]))
            continue;
        for (int kind = DM_MK_DROP; kind <= DM_MK_GOOD; kind++)
            if (known(rules, (dm_markup_kind)kind, (dm_str){ low + part, i - part }) ||
                (space && known(rules, (dm_markup_kind)kind, (dm_str){ low + word, i - word })))
                bits |= 1u << kind;
        part = camel ? i : i + 1;
        word = space ? i + 1 : word;
    }
    return bits;
}

static unsigned names_of(const dm_rules *rules, const GumboNode *node)
{
    return classify(rules, dm_attribute(node, "class")) | classify(rules, dm_attribute(node, "id")) |
           classify(rules, dm_attribute(node, "role"));
}

static bool hidden(const GumboNode *node)
{
    dm_str style = dm_attribute(node, "style");
    return gumbo_get_attribute(&node->v.element.attributes, "hidden") ||
           memmem(style.p ? style.p : "", style.len, "display:none", 12) ||
           memmem(style.p ? style.p : "", style.len, "display: none", 13);
}

static bool never_text(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE: return true;
    default: return false;
    }
}

static bool is_box(GumboTag tag)
{
    return tag == GUMBO_TAG_DIV || tag == GUMBO_TAG_SECTION || tag == GUMBO_TAG_ARTICLE || tag == GUMBO_TAG_MAIN ||
           tag == GUMBO_TAG_BODY || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_CENTER || tag == GUMBO_TAG_FORM;
}

/* Block-level elements: each starts and ends a paragraph. */
static bool is_block(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_HGROUP: return true;
    default: return is_box(tag);
    }
}

static int heading_level(GumboTag tag)
{
    return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? (int)tag - (int)GUMBO_TAG_H1 + 1 : 0;
}

/* ---- paragraphs ---- */

static bool flush(walk *w)
{
    block *b = &w->now;
    while (w->text.len > b->start && w->text.p[w->text.len - 1] == '\n')
        w->text.len--;
    b->len = (uint32_t)(w->text.len - b->start);
    block keep = *b;
    w->now = (block){ .start = (uint32_t)w->text.len, .box = b->box, .sort = b->sort, .level = b->level, .flags = b->flags };
    w->breaks = 0;
    w->space = false;
    if (!keep.len)
        return true;
    size_t end = keep.len;
    const char *p = w->text.p + keep.start;
    while (end && (strchr("\"')] ", p[end - 1]) || (end >= 3 && memcmp(p + end - 3, "\xE2\x80\x9D", 3) == 0)))
        end -= p[end - 1] == (char)0x9D ? 3 : 1;
    keep.stop = end && strchr(".?!:", p[end - 1]);
    block *slot = DM_PUSH(&w->arena, &w->blocks);
    if (slot)
        *slot = keep;
    return slot != NULL;
}

static bool put(walk *w, const char *p, size_t n, const frame *f)
{
    if (w->breaks >= 2 && !flush(w))
        return false;
    bool any = w->text.len > w->now.start;
    size_t before = w->text.len;
    if (any && w->breaks)
        dm_buf_add(&w->text, "\n", 1);
    else if (any && w->space)
        dm_buf_add(&w->text, " ", 1);
    w->breaks = 0;
    w->space = false;
    dm_buf_add(&w->text, p, n);
    if (f->flags & F_LINK)
        w->now.link += (uint32_t)(w->text.len - before);
    w->now.commas = (uint16_t)(w->now.commas + (*p == ',' && w->now.commas < 1000));
    return !w->text.failed;
}

/* Bytes of white space or of an invisible sign at p, 0 for anything else. */
static size_t blank_at(const char *p, bool *invisible)
{
    *invisible = false;
    if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r' || *p == '\f')
        return 1;
    if (memcmp(p, "\xC2\xA0", 2) == 0)
        return 2;
    *invisible = strncmp(p, "\xC2\xAD", 2) == 0 || strncmp(p, "\xE2\x80\x8B", 3) == 0 || strncmp(p, "\xEF\xBB\xBF", 3) == 0;
    return !*invisible ? 0 : *p == '\xC2' ? 2 : 3;
}

static bool add_text(walk *w, const char *p, const frame *f)
{
    while (*p) {
        bool invisible;
        size_t n = blank_at(p, &invisible);
        if (n) {
            w->breaks += (f->flags & F_PRE) && *p == '\n';
            w->space = w->space || !invisible;
            p += n;
            continue;
        }
        n = *p == ',' ? 1 : strcspn(p, " \t\n\r\f,\xC2\xE2\xEF");
        n = n ? n : 1; /* a sign that only starts like an invisible one */
        if (!put(w, p, n, f))
            return false;
        p += n;
    }
    return true;
}

/* ---- walk ---- */

static bool push_box(walk *w, frame *f, unsigned names)
{
    GumboTag tag = f->node->v.element.tag;
    dm_str prop = dm_attribute(f->node, "itemprop");
    bool body = dm_str_is(prop, "articleBody") || dm_str_is(prop, "articlebody");
    box *b = DM_PUSH(&w->arena, &w->boxes);
    if (!b)
        return false;
    *b = (box){ .parent = f->box, .first = w->blocks.n, .article = body || tag == GUMBO_TAG_ARTICLE || tag == GUMBO_TAG_MAIN };
    b->score = (body ? 50 : 0) + (b->article || (names & 1u << DM_MK_GOOD) ? 25 : 0) - (names & 1u << DM_MK_WEAK ? 25 : 0);
    f->box = w->boxes.n - 1;
    f->opened_box = true;
    return true;
}

static uint8_t flags_of(GumboTag tag, unsigned names)
{
    return (uint8_t)((tag == GUMBO_TAG_A ? F_LINK : 0) | (tag == GUMBO_TAG_PRE ? F_PRE : 0) |
                     (tag == GUMBO_TAG_HEADER ? F_HEADER : 0) |
                     ((names & 1u << DM_MK_WEAK) && !(names & 1u << DM_MK_GOOD) ? F_WEAK : 0));
}

static void set_now(walk *w, const frame *f)
{
    w->now.box = f->box;
    w->now.sort = f->sort;
    w->now.level = f->level;
    w->now.flags = f->flags;
}

/* True to go inside. */
static bool wanted(const walk *w, const GumboNode *node, unsigned names)
{
    GumboTag tag = node->v.element.tag;
    if (never_text(tag) || node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML || hidden(node))
        return false;
    bool exempt = tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_BODY || tag == GUMBO_TAG_MAIN || tag == GUMBO_TAG_ARTICLE;
    return exempt || !w->strict || !(names & 1u << DM_MK_DROP) || (names & 1u << DM_MK_GOOD);
}

static bool enter(walk *w, const GumboNode *node, const frame *from)
{
    GumboTag tag = node->v.element.tag;
    unsigned names = names_of(w->rules, node);
    if (tag == GUMBO_TAG_BR) {
        w->breaks++;
        return true;
    }
    if (!wanted(w, node, names))
        return true;
    frame f = { .node = node, .box = from->box, .sort = from->sort, .level = from->level };
    f.flags = (uint8_t)(from->flags | flags_of(tag, names));
    f.block = is_block(tag);
    if (f.block && !flush(w))
        return false;
    if (is_box(tag) && !push_box(w, &f, names))
        return false;
    if (f.block) {
        f.level = (uint8_t)heading_level(tag);
        f.sort = f.level                                                                     ? S_HEAD
                 : tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DD || tag == GUMBO_TAG_TD         ? S_ITEM
                 : tag == GUMBO_TAG_P || tag == GUMBO_TAG_BLOCKQUOTE || tag == GUMBO_TAG_PRE ? S_PARA
                                                                                             : S_TEXT;
        set_now(w, &f);
    }
    frame *slot = DM_PUSH(&w->arena, &w->stack);
    if (slot)
        *slot = f;
    return slot != NULL;
}

static bool finish(walk *w)
{
    frame f = w->stack.v[--w->stack.n];
    if (f.block && !flush(w))
        return false;
    if (f.opened_box)
        w->boxes.v[f.box].end = w->blocks.n;
    if (w->stack.n && f.block)
        set_now(w, &w->stack.v[w->stack.n - 1]);
    return true;
}

static bool step(walk *w)
{
    frame *f = &w->stack.v[w->stack.n - 1];
    const GumboVector *kids = dm_children(f->node);
    if (f->next >= kids->length)
        return finish(w);
    const GumboNode *kid = kids->data[f->next++];
    if (kid->type == GUMBO_NODE_TEXT || kid->type == GUMBO_NODE_WHITESPACE || kid->type == GUMBO_NODE_CDATA)
        return add_text(w, kid->v.text.text, f);
    if (kid->type != GUMBO_NODE_ELEMENT)
        return true;
    frame from = *f; /* the stack may move */
    return enter(w, kid, &from);
}

static bool walk_page(walk *w, const GumboNode *root)
{
    box *page = DM_PUSH(&w->arena, &w->boxes);
    frame *f = DM_PUSH(&w->arena, &w->stack);
    if (!page || !f)
        return false;
    *page = (box){ .parent = DM_NONE };
    *f = (frame){ .node = root, .opened_box = true };
    while (w->stack.n)
        if (!step(w))
            return false;
    if (!flush(w))
        return false;
    w->boxes.v[0].end = w->blocks.n;
    return true;
}

/* ---- choice ---- */

static bool is_good(const block *b)
{
    return b->sort != S_HEAD && b->len >= GOOD_MIN && b->link * 4 < b->len && (b->stop || b->len >= GOOD_LONG) &&
           !(b->flags & F_HEADER);
}

static void score(walk *w)
{
    for (uint32_t i = 0; i < w->blocks.n; i++) {
        const block *b = &w->blocks.v[i];
        box *own = &w->boxes.v[b->box];
        own->text += b->len;
        own->link += b->link;
        own->good += is_good(b) ? b->len : 0;
        if (b->sort == S_HEAD || b->len < PARAGRAPH_MIN || (b->sort == S_ITEM && !is_good(b)))
            continue;
        double points = 1 + b->commas + (b->len < 300 ? b->len / 100.0 : 3);
        points *= 1 - (b->link < b->len ? (double)b->link / b->len : 1);
        uint32_t at = b->box;
        for (int level = 0; level < LEVELS && at != DM_NONE; level++, at = w->boxes.v[at].parent)
            w->boxes.v[at].score += points / (level == 0 ? 1 : level == 1 ? 2 : level * 3);
    }
    for (uint32_t i = w->boxes.n; i-- > 1;) { /* inner boxes come after the ones around them */
        box *b = &w->boxes.v[i], *parent = &w->boxes.v[b->parent];
        parent->text += b->text;
        parent->link += b->link;
        parent->good += b->good;
    }
}

static uint32_t choose(const walk *w)
{
    uint32_t best = DM_NONE;
    double most = 0;
    for (uint32_t i = 0; i < w->boxes.n; i++) {
        const box *b = &w->boxes.v[i];
        double share = b->text ? 1 - (double)b->link / b->text : 0, s = b->score * share;
        if (b->good && s > most) {
            most = s;
            best = i;
        }
    }
    if (best == DM_NONE)
        return 0; /* short paragraphs only: the page, of which they are taken one by one */
    for (uint32_t at = best; at != DM_NONE && !w->boxes.v[best].article; at = w->boxes.v[at].parent) {
        const box *b = &w->boxes.v[at], *now = &w->boxes.v[best];
        bool wider = b->article ? b->good > now->good : b->good >= now->good + now->good * 2 / 5;
        if (wider && b->link * 2 < b->text)
            best = at;
    }
    return best;
}

/* Is the block part of the article, given that it lies in the article's box? */
static bool belongs(const block *b)
{
    if (b->sort == S_HEAD)
        return b->level <= 4 && b->len <= HEADING_MAX && b->link * 2 < b->len && (!(b->flags & F_HEADER) || b->level == 1);
    if (b->flags & (F_HEADER | F_WEAK))
        return (b->flags & F_WEAK) && !(b->flags & F_HEADER) && is_good(b);
    if (b->sort == S_PARA)
        return b->link * 2 < b->len || (b->len >= GOOD_LONG && b->link * 10 < b->len * 7);
    return is_good(b) || (b->link * 3 < b->len && b->stop && b->len >= PARAGRAPH_MIN);
}

static dm_status gather(const walk *w, const box *article, dm_buf *out)
{
    uint32_t end = article->end;
    while (end > article->first && (w->blocks.v[end - 1].sort == S_HEAD || !belongs(&w->blocks.v[end - 1])))
        end--; /* headings of what follows the article */
    dm_status st = DM_OK;
    for (uint32_t i = article->first; i < end && st == DM_OK; i++) {
        const block *b = &w->blocks.v[i];
        if (!belongs(b))
            continue;
        if (out->len)
            st = dm_buf_add(out, "\n\n", 2);
        if (st == DM_OK)
            st = dm_buf_add(out, w->text.p + b->start, b->len);
    }
    return st;
}

dm_status dm_page_text(const dm_page *page, const dm_rules *rules, bool strict, dm_buf *out)
{
    walk w = { .rules = rules, .strict = strict };
    dm_status st = walk_page(&w, dm_page_root(page)) ? DM_OK : DM_ENOMEM;
    if (st == DM_OK) {
        score(&w);
        st = gather(&w, &w.boxes.v[choose(&w)], out);
    }
    dm_buf_free(&w.text);
    dm_arena_free(&w.arena);
    return st;
}
