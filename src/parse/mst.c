// SPDX-License-Identifier: Apache-2.0
/* Maximum spanning arborescence (Chu, Liu, Edmonds) in Gabow's path-growing order: O(n^2) time, no recursion.
 * Most sentences never get there: the best head of each word already makes a tree. Nodes 0..n-1 are the words, nodes n.. are
 * cycles contracted to one; a node's row holds the gain of entering it from each head. */
#include "parse/mst.h"

#include <stdbool.h>
#include <string.h>

typedef struct mst {
    uint32_t n, width, nodes; /* words, n + 1 heads, nodes made so far */
    float *gain;              /* [n][width]: row of a node, gain of entering it from head j */
    uint16_t *enter;          /* [n][width]: word by which it is entered */
    uint16_t *row;            /* [2n] row that a node uses */
    uint16_t *parent;         /* [2n] node into which it was contracted, or NONE */
    uint16_t *top;            /* [n] outermost node of a word */
    uint16_t *from, *into;    /* [2n] chosen arc: head 0..n, word */
    uint16_t *path;           /* [2n] */
    uint8_t *done, *on_path;  /* [2n] */
} mst;

enum { NONE = UINT16_MAX };

size_t dm_mst_scratch(uint32_t n)
{
    size_t m = n;
    return m * (m + 1) * (sizeof(float) + sizeof(uint16_t)) + m * 2 * (5 * sizeof(uint16_t) + 2) + m * sizeof(uint16_t) + 64;
}

static bool is_tree(const uint32_t *head, uint32_t n, uint8_t *state)
{
    uint32_t roots = 0;
    memset(state, 0, n);
    for (uint32_t i = 0; i < n; i++)
        roots += head[i] == 0;
    if (roots != 1)
        return false;
    for (uint32_t i = 0; i < n; i++) { /* state 1: on the way, 2: reaches the root */
        uint32_t k = i;
        while (state[k] == 0) {
            state[k] = 1;
            if (head[k] == 0)
                break;
            k = head[k] - 1;
        }
        if (state[k] == 1 && head[k] != 0)
            return false;
        for (k = i; state[k] == 1; k = head[k] - 1) {
            state[k] = 2;
            if (head[k] == 0)
                break;
        }
    }
    return true;
}

static void lay_out(mst *m, uint32_t n, void *scratch)
{
    char *p = scratch;
    m->n = n;
    m->width = n + 1;
    m->nodes = n;
    m->gain = (void *)p;
    p += sizeof(float) * n * m->width;
    m->enter = (void *)p;
    p += sizeof(uint16_t) * n * m->width;
    uint16_t **column[] = { &m->row, &m->parent, &m->from, &m->into, &m->path };
    for (size_t i = 0; i < 5; i++) {
        *column[i] = (void *)p;
        p += sizeof(uint16_t) * 2 * n;
    }
    m->top = (void *)p;
    p += sizeof(uint16_t) * n;
    m->done = (void *)p;
    m->on_path = m->done + 2 * n;
    memset(m->done, 0, 4 * (size_t)n);
}

/* Arcs from the root lose more than all other arcs together can gain, so that the tree takes just one. */
static void fill(mst *m, const float *score, uint32_t stride)
{
    float low = score[0], high = score[0]; /* a word's arc from itself is no arc and may hold anything */
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t j = 0; j < m->width; j++) {
            float s = score[(size_t)i * stride + j];
            if (j != i + 1 && s < low)
                low = s;
            if (j != i + 1 && s > high)
                high = s;
        }
    float fine = (high - low + 1) * (float)m->n;
    for (uint32_t i = 0; i < m->n; i++) {
        for (uint32_t j = 0; j < m->width; j++) {
            m->gain[i * m->width + j] = score[(size_t)i * stride + j] - (j == 0 ? fine : 0);
            m->enter[i * m->width + j] = (uint16_t)i;
        }
        m->row[i] = m->top[i] = (uint16_t)i;
        m->parent[i] = NONE;
    }
}

static void choose(mst *m, uint32_t v)
{
    const float *gain = m->gain + (size_t)m->row[v] * m->width;
    uint32_t best = 0;
    for (uint32_t j = 1; j < m->width; j++)
        if (m->top[j - 1] != v && gain[j] > gain[best])
            best = j;
    m->from[v] = (uint16_t)best;
    m->into[v] = m->enter[(size_t)m->row[v] * m->width + best];
}

/* Folds member's row into the row of the new node s. first: the row is member's own. */
static void merge_row(mst *m, uint32_t s, uint32_t member, bool first)
{
    float *to = m->gain + (size_t)m->row[s] * m->width;
    uint16_t *to_enter = m->enter + (size_t)m->row[s] * m->width;
    const float *from = m->gain + (size_t)m->row[member] * m->width;
    const uint16_t *from_enter = m->enter + (size_t)m->row[member] * m->width;
    float own = from[m->from[member]];
    for (uint32_t j = 0; j < m->width; j++) {
        float g = from[j] - own;
        if (!first && g <= to[j])
            continue;
        to[j] = g;
        to_enter[j] = from_enter[j];
    }
}

/* Contracts the end of the path from node u on; returns the new path length. */
static uint32_t contract(mst *m, uint32_t length, uint32_t u)
{
    uint32_t s = m->nodes++, member;
    m->parent[s] = NONE;
    bool first = true;
    m->row[s] = m->row[m->path[length - 1]];
    do {
        member = m->path[--length];
        merge_row(m, s, member, first);
        first = false;
        m->parent[member] = (uint16_t)s;
    } while (member != u);
    for (uint32_t i = 0; i < m->n; i++)
        if (m->parent[m->top[i]] == s)
            m->top[i] = (uint16_t)s;
    m->path[length] = (uint16_t)s;
    m->on_path[s] = 1;
    return length + 1;
}

static void grow(mst *m, uint32_t start)
{
    uint32_t length = 0;
    m->path[length++] = m->top[start];
    m->on_path[m->top[start]] = 1;
    while (length > 0) {
        uint32_t v = m->path[length - 1];
        choose(m, v);
        uint32_t u = m->from[v] == 0 ? NONE : m->top[m->from[v] - 1];
        if (u == NONE || m->done[u])
            break;
        if (m->on_path[u]) {
            length = contract(m, length, u);
        } else {
            m->path[length++] = (uint16_t)u;
            m->on_path[u] = 1;
        }
    }
    while (length > 0)
        m->done[m->path[--length]] = 1;
}

/* From the outermost cycles inwards: the member by which a cycle is entered takes the cycle's arc. */
static void expand(mst *m)
{
    for (uint32_t s = m->nodes; s-- > m->n;) {
        uint32_t k = m->into[s];
        while (m->parent[k] != s)
            k = m->parent[k];
        m->from[k] = m->from[s];
        m->into[k] = m->into[s];
    }
}

/* Scores that are no numbers compare with nothing and can leave several roots: then all words hang on the first. */
static void flatten(uint32_t *head, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        head[i] = i ? 1 : 0;
}

void dm_mst(uint32_t *head, const float *score, uint32_t n, uint32_t stride, void *scratch)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t best = 0;
        for (uint32_t j = 1; j <= n; j++)
            if (j != i + 1 && score[(size_t)i * stride + j] > score[(size_t)i * stride + best])
                best = j;
        head[i] = best;
    }
    if (is_tree(head, n, scratch))
        return;
    mst m;
    lay_out(&m, n, scratch);
    fill(&m, score, stride);
    for (uint32_t i = 0; i < n; i++)
        if (!m.done[m.top[i]])
            grow(&m, i);
    expand(&m);
    for (uint32_t i = 0; i < n; i++)
        head[i] = m.from[i];
    if (!is_tree(head, n, scratch))
        flatten(head, n);
}
