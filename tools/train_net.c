// SPDX-License-Identifier: Apache-2.0
/* Forward and backward pass (see train_net.h). Tokens of a batch lie one after the other; recurrences and arc scores stay within
 * their sentence. Dropout masks of layers are drawn once a sentence, so that a feature is missing for all its words. */
#include "train_net.h"
#include "parse/gate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const float LEAK = 0.1f;

typedef struct buf {
    float *x, *d; /* values and gradients */
    size_t width;
} buf;

struct dm_pass {
    const dm_sentence *const *sent;
    size_t n, tokens, max_tokens;
    size_t *start, *arc_start;
    float *vec, *wide, *dwide, *turn, *turn_w, *pack, *mask, *arcs, *carry;
    buf in, conv, h[DM_NET_LAYERS + 1], x[DM_NET_LAYERS], u[DM_NET_LAYERS], c[DM_NET_LAYERS], tag, mlp_in, mlp, query, z, lab;
    buf tag_in;
    uint32_t *word;
    uint8_t *no_vec;
};

static size_t mlp_width(const dm_net_config *c) { return 2 * c->arc + 2 * c->rel; }

void dm_net_init(dm_net *net, const dm_net_config *cfg, dm_rng *rng)
{
    net->cfg = *cfg;
    size_t d = cfg->dim, h2 = 2 * cfg->hidden;
    dm_param_init(&net->affix, DM_FEAT_SHAPES + DM_FEAT_BUCKETS, d, 0, 1, rng); /* 0: an unseen ending says nothing */
    dm_param_init(&net->word, cfg->words, d, 0.1f, 1, rng);
    dm_param_init(&net->vec, DM_VEC_PAD, d, 0.07f, 0, rng);
    dm_param_init(&net->conv, 3 * d, d, 1.0f / sqrtf(3.0f * (float)d), 0, rng);
    dm_param_init(&net->conv_b, 1, d, 0, 0, rng);
    size_t in = d;
    for (size_t l = 0; l < cfg->layers; l++, in = h2) {
        dm_layer *y = &net->layer[l];
        y->in = in;
        y->gates = in == h2 ? 3 : 4;
        dm_param_init(&y->w, in, 2 * y->gates * cfg->hidden, 1.0f / sqrtf((float)in), 0, rng);
        dm_param_init(&y->gate, 4, h2, 0.1f, 0, rng);
        for (size_t k = 0; k < h2; k++)
            y->gate.w[2 * h2 + k] = 0.5f;
        for (size_t k = 0; k < h2; k++)
            y->gate.w[3 * h2 + k] = l == 0 ? 0.0f : -0.5f;
    }
    dm_param_init(&net->tag, h2, cfg->tags, 0.03f, 0, rng);
    dm_param_init(&net->tag_b, 1, cfg->tags, 0, 0, rng);
    dm_param_init(&net->mlp, h2, mlp_width(cfg), 1.0f / sqrtf((float)h2), 0, rng);
    dm_param_init(&net->mlp_b, 1, mlp_width(cfg), 0, 0, rng);
    dm_param_init(&net->bil, cfg->arc, cfg->arc, 0.5f / sqrtf((float)cfg->arc), 0, rng);
    dm_param_init(&net->bil_b, 1, cfg->arc, 0, 0, rng);
    dm_param_init(&net->root, 1, cfg->arc + cfg->rel, 0.2f, 0, rng);
    dm_param_init(&net->dist, DM_NET_DIST, cfg->arc, 0.02f, 0, rng);
    dm_param_init(&net->lab, cfg->rel, DM_NET_RELS, 1.0f / sqrtf((float)cfg->rel), 0, rng);
    dm_param_init(&net->lab_b, 1, DM_NET_RELS, 0, 0, rng);
}

void dm_net_each(dm_net *n, void (*f)(dm_param *, void *), void *arg)
{
    dm_param *const all[] = { &n->affix, &n->word, &n->vec, &n->conv, &n->conv_b, &n->tag, &n->tag_b, &n->mlp, &n->mlp_b,
        &n->bil, &n->bil_b, &n->root, &n->dist, &n->lab, &n->lab_b };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        f(all[i], arg);
    for (size_t l = 0; l < n->cfg.layers; l++) {
        f(&n->layer[l].w, arg);
        f(&n->layer[l].gate, arg);
    }
}

static void free_param(dm_param *p, void *unused)
{
    (void)unused;
    dm_param_free(p);
}

void dm_net_free(dm_net *net)
{
    dm_net_each(net, free_param, NULL);
    memset(net, 0, sizeof *net);
}

static buf buf_new(size_t tokens, size_t width)
{
    return (buf){ dm_need(tokens * width, sizeof(float)), dm_need(tokens * width, sizeof(float)), width };
}

static void buf_free(buf *b)
{
    free(b->x);
    free(b->d);
}

dm_pass *dm_pass_new(const dm_net *net, size_t t, size_t sentences)
{
    const dm_net_config *c = &net->cfg;
    dm_pass *p = dm_need(1, sizeof *p);
    size_t h2 = 2 * c->hidden, widest = 8 * c->hidden;
    if (mlp_width(c) > widest)
        widest = mlp_width(c);
    if (3 * c->dim > widest)
        widest = 3 * c->dim;
    size_t pad = (t + 31) / 16 * 16;
    p->max_tokens = t;
    p->start = dm_need(sentences + 1, sizeof *p->start);
    p->arc_start = dm_need(sentences + 1, sizeof *p->arc_start);
    p->vec = dm_need(t * DM_VEC_PAD, sizeof(float));
    p->wide = dm_need(t * 3 * c->dim, sizeof(float));
    p->dwide = dm_need(t * 3 * c->dim, sizeof(float));
    p->turn = dm_need(pad * widest, sizeof(float));
    p->turn_w = dm_need(widest * widest, sizeof(float));
    p->pack = dm_need((pad + widest) * 32, sizeof(float));
    p->mask = dm_need(sentences * (DM_NET_LAYERS + 2) * (h2 + c->dim), sizeof(float));
    p->arcs = dm_need(t * (DM_NET_SENT + 1) * 2, sizeof(float));
    p->carry = dm_need(2 * h2, sizeof(float));
    p->in = buf_new(t, c->dim);
    p->conv = buf_new(t, c->dim);
    p->h[0] = buf_new(t, c->dim);
    for (size_t l = 0; l < c->layers; l++) {
        p->x[l] = buf_new(t, net->layer[l].in);
        p->u[l] = buf_new(t, net->layer[l].w.cols);
        p->c[l] = buf_new(t, h2);
        p->h[l + 1] = buf_new(t, h2);
    }
    p->tag_in = buf_new(t, h2);
    p->tag = buf_new(t, c->tags);
    p->mlp_in = buf_new(t, h2);
    p->mlp = buf_new(t, mlp_width(c));
    p->query = buf_new(t, c->arc);
    p->z = buf_new(t, c->rel);
    p->lab = buf_new(t, DM_NET_RELS);
    p->word = dm_need(t, sizeof *p->word);
    p->no_vec = dm_need(t, 1);
    return p;
}

void dm_pass_free(dm_pass *p)
{
    if (!p)
        return;
    void *plain[] = { p->start, p->arc_start, p->vec, p->wide, p->dwide, p->turn, p->turn_w, p->pack, p->mask, p->arcs,
        p->carry, p->word, p->no_vec };
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        free(plain[i]);
    buf *bufs[] = { &p->in, &p->conv, &p->tag_in, &p->tag, &p->mlp_in, &p->mlp, &p->query, &p->z, &p->lab };
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_free(bufs[i]);
    for (size_t l = 0; l <= DM_NET_LAYERS; l++)
        buf_free(&p->h[l]);
    for (size_t l = 0; l < DM_NET_LAYERS; l++) {
        buf_free(&p->x[l]);
        buf_free(&p->u[l]);
        buf_free(&p->c[l]);
    }
    free(p);
}

/* ---- linear maps ---- */

static void add_bias(float *y, const float *b, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < cols; k++)
            y[i * cols + k] += b[k];
}

static void bias_grad(float *g, const float *dy, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < cols; k++)
            g[k] += dy[i * cols + k];
}

static void linear(dm_pass *p, float *y, const float *x, const dm_param *w)
{
    dm_gemm(y, x, w->w, p->tokens, w->cols, w->rows, w->rows, w->cols, 0, p->pack);
}

/* dx (unless NULL; replaced) and the gradient of w (added) from dy. */
static void linear_back(dm_pass *p, float *dx, const float *x, const float *dy, dm_param *w)
{
    if (dx) {
        dm_transpose(p->turn_w, w->w, w->rows, w->cols, w->cols, w->rows);
        dm_gemm(dx, dy, p->turn_w, p->tokens, w->rows, w->cols, w->cols, w->rows, 0, p->pack);
    }
    size_t pad = (p->tokens + 15) / 16 * 16;
    dm_transpose(p->turn, x, p->tokens, w->rows, w->rows, pad);
    dm_gemm(w->g, p->turn, dy, w->rows, w->cols, p->tokens, pad, w->cols, 1, p->pack);
}

static void leaky(float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = y[i] > 0 ? y[i] : LEAK * y[i];
}

static void leaky_back(float *dy, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] > 0 ? dy[i] : LEAK * dy[i];
}

/* ---- dropout ---- */

static float *mask_at(dm_pass *p, const dm_net *net, size_t slot, size_t s)
{
    size_t width = 2 * net->cfg.hidden + net->cfg.dim;
    return p->mask + (s * (DM_NET_LAYERS + 2) + slot) * width;
}

static void mask_draw(dm_pass *p, const dm_net *net, size_t slot, size_t width, float rate, dm_rng *rng)
{
    for (size_t s = 0; s < p->n; s++) {
        float *m = mask_at(p, net, slot, s);
        for (size_t k = 0; k < width; k++)
            m[k] = !rng ? 1 : dm_rng_unit(rng) < rate ? 0 : 1 / (1 - rate);
    }
}

static void mask_apply(dm_pass *p, const dm_net *net, size_t slot, float *to, const float *from, size_t width)
{
    for (size_t s = 0; s < p->n; s++) {
        const float *m = mask_at(p, net, slot, s);
        for (size_t t = p->start[s]; t < p->start[s + 1]; t++)
            for (size_t k = 0; k < width; k++)
                to[t * width + k] = from[t * width + k] * m[k];
    }
}

static void mask_add(dm_pass *p, const dm_net *net, size_t slot, float *to, const float *from, size_t width)
{
    for (size_t s = 0; s < p->n; s++) {
        const float *m = mask_at(p, net, slot, s);
        for (size_t t = p->start[s]; t < p->start[s + 1]; t++)
            for (size_t k = 0; k < width; k++)
                to[t * width + k] += from[t * width + k] * m[k];
    }
}

/* ---- words ---- */

static void embed(dm_pass *p, const dm_net *net, dm_rng *rng)
{
    size_t d = net->cfg.dim;
    for (size_t s = 0, t = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++, t++) {
            const dm_tok *k = &p->sent[s]->tok[i];
            p->word[t] = rng && dm_rng_unit(rng) < k->rare ? 0 : k->word;
            bool hide = rng && dm_rng_unit(rng) < net->cfg.drop_word;
            p->no_vec[t] = hide;
            memset(p->vec + t * DM_VEC_PAD, 0, DM_VEC_PAD * sizeof(float));
            if (hide || !k->vec)
                p->vec[t * DM_VEC_PAD + DM_VEC_DIM] = 1;
            else
                memcpy(p->vec + t * DM_VEC_PAD, k->vec, DM_VEC_PAD * sizeof(float));
        }
    linear(p, p->in.x, p->vec, &net->vec);
    for (size_t s = 0, t = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++, t++) {
            const dm_tok *k = &p->sent[s]->tok[i];
            float *x = p->in.x + t * d;
            dm_axpy(x, 1, net->word.w + p->word[t] * d, d);
            for (int r = 0; r < DM_FEAT_ROWS; r++)
                dm_axpy(x, 1, net->affix.w + k->row[r] * d, d);
        }
}

static void embed_back(dm_pass *p, dm_net *net)
{
    size_t d = net->cfg.dim;
    for (size_t s = 0, t = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++, t++) {
            const dm_tok *k = &p->sent[s]->tok[i];
            const float *g = p->in.d + t * d;
            dm_axpy(net->word.g + p->word[t] * d, 1, g, d);
            net->word.touched[p->word[t]] = 1;
            for (int r = 0; r < DM_FEAT_ROWS; r++) {
                dm_axpy(net->affix.g + k->row[r] * d, 1, g, d);
                net->affix.touched[k->row[r]] = 1;
            }
        }
    linear_back(p, NULL, p->vec, p->in.d, &net->vec);
}

/* ---- convolution: h0 = x + leaky(conv(x)), x the masked input ---- */

static void spread(dm_pass *p, const float *x, size_t d)
{
    for (size_t s = 0; s < p->n; s++)
        for (size_t t = p->start[s]; t < p->start[s + 1]; t++)
            for (int o = -1; o <= 1; o++) {
                float *to = p->wide + (t * 3 + (size_t)(o + 1)) * d;
                bool in = o < 0 ? t > p->start[s] : o == 0 || t + 1 < p->start[s + 1];
                if (in)
                    memcpy(to, x + (size_t)((ptrdiff_t)t + o) * d, d * sizeof *to);
                else
                    memset(to, 0, d * sizeof *to);
            }
}

static void gather(dm_pass *p, float *dx, size_t d)
{
    for (size_t s = 0; s < p->n; s++)
        for (size_t t = p->start[s]; t < p->start[s + 1]; t++)
            for (int o = -1; o <= 1; o++)
                if (o < 0 ? t > p->start[s] : o == 0 || t + 1 < p->start[s + 1])
                    dm_axpy(dx + (size_t)((ptrdiff_t)t + o) * d, 1, p->dwide + (t * 3 + (size_t)(o + 1)) * d, d);
}

static void convolve(dm_pass *p, dm_net *net, dm_rng *rng)
{
    size_t d = net->cfg.dim, n = p->tokens * d;
    mask_draw(p, net, DM_NET_LAYERS, d, net->cfg.drop_in, rng);
    mask_apply(p, net, DM_NET_LAYERS, p->in.x, p->in.x, d);
    spread(p, p->in.x, d);
    linear(p, p->conv.x, p->wide, &net->conv);
    add_bias(p->conv.x, net->conv_b.w, p->tokens, d);
    leaky(p->conv.x, n);
    for (size_t i = 0; i < n; i++)
        p->h[0].x[i] = p->in.x[i] + p->conv.x[i];
}

static void convolve_back(dm_pass *p, dm_net *net)
{
    size_t d = net->cfg.dim, n = p->tokens * d;
    memcpy(p->in.d, p->h[0].d, n * sizeof(float));
    memcpy(p->conv.d, p->h[0].d, n * sizeof(float));
    leaky_back(p->conv.d, p->conv.x, n);
    bias_grad(net->conv_b.g, p->conv.d, p->tokens, d);
    linear_back(p, p->dwide, p->wide, p->conv.d, &net->conv);
    gather(p, p->in.d, d);
    mask_apply(p, net, DM_NET_LAYERS, p->in.d, p->in.d, d);
}

/* ---- recurrent layers ---- */

typedef struct walk {
    const dm_layer *y;
    float *u, *c, *h, *du, *dh, *dskip;
    const float *skip;
    size_t hidden, dir, skip_stride;
} walk;

static void recur(const walk *k, size_t from, size_t to)
{
    size_t H = k->hidden, h2 = 2 * H, w = k->y->w.cols;
    const float *restrict vf = k->y->gate.w + k->dir * H, *restrict vr = vf + h2, *restrict bf = vf + 2 * h2,
                          *restrict br = vf + 3 * h2;
    float *restrict zero = dm_need(H, sizeof(float));
    const float *cp = zero;
    for (size_t i = from; i < to; i++) {
        size_t t = k->dir ? from + to - 1 - i : i;
        float *restrict u = k->u + t * w + k->dir * k->y->gates * H;
        float *restrict c = k->c + t * h2 + k->dir * H, *restrict h = k->h + t * h2 + k->dir * H;
        const float *restrict skip = k->y->gates == 4 ? u + 3 * H : k->skip + t * k->skip_stride + k->dir * H;
        for (size_t j = 0; j < H; j++) {
            float zf = u[H + j] + vf[j] * cp[j] + bf[j], zr = u[2 * H + j] + vr[j] * cp[j] + br[j];
            float f = dm_gate(zf), r = dm_gate(zr);
            u[H + j] = zf;
            u[2 * H + j] = zr;
            c[j] = u[j] + f * (cp[j] - u[j]);
            h[j] = skip[j] + r * (c[j] - skip[j]);
        }
        cp = c;
    }
    free(zero);
}

static void recur_back(const walk *k, float *carry, size_t from, size_t to)
{
    size_t H = k->hidden, h2 = 2 * H, w = k->y->w.cols;
    const float *restrict vf = k->y->gate.w + k->dir * H, *restrict vr = vf + h2;
    float *restrict gf = k->y->gate.g + k->dir * H, *restrict gr = gf + h2, *restrict gbf = gf + 2 * h2,
                    *restrict gbr = gf + 3 * h2;
    float *restrict zero = carry + H, *restrict dc_next = carry;
    memset(carry, 0, 2 * H * sizeof *carry);
    for (size_t i = to; i-- > from;) {
        size_t t = k->dir ? from + to - 1 - i : i, prev = k->dir ? t + 1 : t - 1;
        const float *restrict u = k->u + t * w + k->dir * k->y->gates * H, *restrict c = k->c + t * h2 + k->dir * H;
        const float *restrict cp = i == from ? zero : k->c + prev * h2 + k->dir * H;
        float *restrict du = k->du + t * w + k->dir * k->y->gates * H;
        const float *restrict dh = k->dh + t * h2 + k->dir * H;
        const float *restrict skip = k->y->gates == 4 ? u + 3 * H : k->skip + t * k->skip_stride + k->dir * H;
        float *restrict ds = k->y->gates == 4 ? du + 3 * H : k->dskip + t * k->skip_stride + k->dir * H;
        for (size_t j = 0; j < H; j++) {
            float f = dm_gate(u[H + j]), r = dm_gate(u[2 * H + j]);
            float zr = dh[j] * (c[j] - skip[j]) * dm_gate_slope(u[2 * H + j]);
            float dc = dh[j] * r + dc_next[j];
            float zf = dc * (cp[j] - u[j]) * dm_gate_slope(u[H + j]);
            ds[j] = dh[j] * (1 - r);
            du[j] = dc * (1 - f);
            du[H + j] = zf;
            du[2 * H + j] = zr;
            dc_next[j] = dc * f + zf * vf[j] + zr * vr[j];
            gf[j] += zf * cp[j];
            gr[j] += zr * cp[j];
            gbf[j] += zf;
            gbr[j] += zr;
        }
    }
}

static walk walk_of(dm_pass *p, const dm_net *net, size_t l, size_t dir)
{
    const dm_layer *y = &net->layer[l];
    return (walk){ y, p->u[l].x, p->c[l].x, p->h[l + 1].x, p->u[l].d, p->h[l + 1].d, p->x[l].d, p->x[l].x, net->cfg.hidden, dir,
        y->in };
}

static void layer_forward(dm_pass *p, dm_net *net, size_t l, dm_rng *rng)
{
    mask_draw(p, net, l, net->layer[l].in, l == 0 ? 0 : net->cfg.drop_layer, rng);
    mask_apply(p, net, l, p->x[l].x, p->h[l].x, net->layer[l].in);
    linear(p, p->u[l].x, p->x[l].x, &net->layer[l].w);
    for (size_t dir = 0; dir < 2; dir++) {
        walk k = walk_of(p, net, l, dir);
        for (size_t s = 0; s < p->n; s++)
            recur(&k, p->start[s], p->start[s + 1]);
    }
}

static void layer_back(dm_pass *p, dm_net *net, size_t l)
{
    dm_layer *y = &net->layer[l];
    float *dx = p->x[l].d;
    for (size_t dir = 0; dir < 2; dir++) {
        walk k = walk_of(p, net, l, dir);
        for (size_t s = 0; s < p->n; s++)
            recur_back(&k, p->carry, p->start[s], p->start[s + 1]);
    }
    /* with 3 gates dx now holds the gradient through the highway; the map's own part is added to it */
    mask_add(p, net, l, p->h[l].d, dx, y->gates == 3 ? y->in : 0);
    linear_back(p, dx, p->x[l].x, p->u[l].d, &y->w);
    mask_add(p, net, l, p->h[l].d, dx, y->in);
}

/* ---- tags, arcs, relations ---- */

static void softmax(float *x, size_t n)
{
    float top = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
    for (size_t i = 0; i < n; i++)
        sum += x[i] = expf(x[i] - top);
    for (size_t i = 0; i < n; i++)
        x[i] /= sum;
}

static size_t distance(size_t i, size_t j) /* word i, head word j */
{
    size_t d = i < j ? j - i : i - j;
    size_t b = d <= 4 ? d - 1 : d <= 6 ? 4 : d <= 9 ? 5 : d <= 14 ? 6 : d <= 22 ? 7 : 8;
    return i < j ? b : 9 + b;
}

static void tag_forward(dm_pass *p, dm_net *net, dm_rng *rng)
{
    size_t h2 = 2 * net->cfg.hidden, slot = DM_NET_LAYERS + 1;
    mask_draw(p, net, slot, h2, net->cfg.drop_mlp, rng);
    mask_apply(p, net, slot, p->tag_in.x, p->h[net->cfg.tag_layer].x, h2);
    linear(p, p->tag.x, p->tag_in.x, &net->tag);
    add_bias(p->tag.x, net->tag_b.w, p->tokens, net->cfg.tags);
}

static void arc_scores(dm_pass *p, const dm_net *net, size_t s)
{
    size_t a = net->cfg.arc, w = p->mlp.width, n = p->sent[s]->n, t0 = p->start[s];
    float near[DM_NET_DIST];
    for (size_t i = 0; i < n; i++) {
        const float *q = p->query.x + (t0 + i) * a, *dep = p->mlp.x + (t0 + i) * w;
        float *out = p->arcs + p->arc_start[s] + i * (n + 1);
        for (size_t b = 0; b < DM_NET_DIST; b++)
            near[b] = dm_dot(dep, net->dist.w + b * a, a);
        out[0] = dm_dot(q, net->root.w, a) + near[DM_NET_DIST - 1];
        for (size_t j = 0; j < n; j++)
            out[j + 1] = i == j ? -1e9f : dm_dot(q, p->mlp.x + (t0 + j) * w + a, a) + near[distance(i, j)];
    }
}

static void parse_forward(dm_pass *p, dm_net *net, dm_rng *rng)
{
    const dm_net_config *c = &net->cfg;
    size_t h2 = 2 * c->hidden, w = mlp_width(c);
    for (size_t i = 0; i < p->tokens * h2; i++) {
        float keep = !rng ? 1 : dm_rng_unit(rng) < c->drop_mlp ? 0 : 1 / (1 - c->drop_mlp);
        p->mlp_in.d[i] = keep; /* kept for the way back */
        p->mlp_in.x[i] = p->h[c->layers].x[i] * keep;
    }
    linear(p, p->mlp.x, p->mlp_in.x, &net->mlp);
    add_bias(p->mlp.x, net->mlp_b.w, p->tokens, w);
    for (size_t t = 0; t < p->tokens; t++)
        leaky(p->mlp.x + t * w, 2 * c->arc);
    dm_gemm(p->query.x, p->mlp.x, net->bil.w, p->tokens, c->arc, c->arc, w, c->arc, 0, p->pack);
    add_bias(p->query.x, net->bil_b.w, p->tokens, c->arc);
    for (size_t s = 0; s < p->n; s++)
        arc_scores(p, net, s);
}

void dm_pass_forward(dm_pass *p, dm_net *net, const dm_sentence *const *sent, size_t n, dm_rng *rng)
{
    p->sent = sent;
    p->n = n;
    p->start[0] = p->arc_start[0] = 0;
    for (size_t s = 0; s < n; s++) {
        p->start[s + 1] = p->start[s] + sent[s]->n;
        p->arc_start[s + 1] = p->arc_start[s] + (size_t)sent[s]->n * (sent[s]->n + 1);
    }
    p->tokens = p->start[n];
    embed(p, net, rng);
    convolve(p, net, rng);
    for (size_t l = 0; l < net->cfg.layers; l++)
        layer_forward(p, net, l, rng);
    tag_forward(p, net, rng);
    parse_forward(p, net, rng);
}

static void rel_hidden(dm_pass *p, const dm_net *net, size_t s, size_t i, uint32_t head)
{
    const dm_net_config *c = &net->cfg;
    size_t w = p->mlp.width, t0 = p->start[s];
    const float *d = p->mlp.x + (t0 + i) * w + 2 * c->arc;
    const float *h = head == 0 ? net->root.w + c->arc : p->mlp.x + (t0 + head - 1) * w + 2 * c->arc + c->rel;
    float *z = p->z.x + (t0 + i) * c->rel;
    for (size_t k = 0; k < c->rel; k++)
        z[k] = d[k] + h[k];
    leaky(z, c->rel);
}

const float *dm_pass_rels(dm_pass *p, const dm_net *net, size_t s, const uint32_t *head)
{
    size_t t0 = p->start[s], n = p->sent[s]->n, b = net->cfg.rel;
    for (size_t i = 0; i < n; i++)
        rel_hidden(p, net, s, i, head[i]);
    float *out = p->lab.x + t0 * DM_NET_RELS;
    dm_gemm(out, p->z.x + t0 * b, net->lab.w, n, DM_NET_RELS, b, b, DM_NET_RELS, 0, p->pack);
    add_bias(out, net->lab_b.w, n, DM_NET_RELS);
    return out;
}

const float *dm_pass_arcs(const dm_pass *p, size_t s) { return p->arcs + p->arc_start[s]; }
const float *dm_pass_tags(const dm_pass *p, size_t s) { return p->tag.x + p->start[s] * p->tag.width; }

static size_t soft_tags(const dm_sentence *s) { return (size_t)s->n * (s->n + 1); }
static size_t soft_rels(const dm_sentence *s, const dm_net *net) { return soft_tags(s) + s->n * net->cfg.tags; }

static void add_distribution(float *to, const float *scores, size_t n, float share)
{
    float p[DM_NET_SENT + 64 + DM_NET_RELS];
    memcpy(p, scores, n * sizeof *p);
    softmax(p, n);
    for (size_t i = 0; i < n; i++)
        to[i] += share * p[i];
}

void dm_pass_teach(dm_pass *p, const dm_net *net, size_t s, dm_sentence *pupil, float share)
{
    size_t n = pupil->n, tags = net->cfg.tags;
    uint32_t head[DM_NET_SENT] = { 0 };
    if (!pupil->soft)
        pupil->soft = dm_need(soft_rels(pupil, net) + n * DM_NET_RELS, sizeof(float));
    for (size_t i = 0; i < n; i++)
        head[i] = pupil->tok[i].head;
    const float *arcs = dm_pass_arcs(p, s), *tag = dm_pass_tags(p, s), *rel = dm_pass_rels(p, net, s, head);
    for (size_t i = 0; i < n; i++) {
        add_distribution(pupil->soft + i * (n + 1), arcs + i * (n + 1), n + 1, share);
        add_distribution(pupil->soft + soft_tags(pupil) + i * tags, tag + i * tags, tags, share);
        add_distribution(pupil->soft + soft_rels(pupil, net) + i * DM_NET_RELS, rel + i * DM_NET_RELS, DM_NET_RELS, share);
    }
}

typedef struct target {
    int gold;          /* < 0: not known, then the teachers alone count */
    const float *soft; /* or NULL */
    float trust, scale;
} target;

static target target_of(const dm_net *net, const dm_sentence *s, int gold, size_t soft_at, float scale)
{
    bool taught = s->soft && net->cfg.trust > 0;
    return (target){ gold, taught ? s->soft + soft_at : NULL, gold < 0 ? 1 : net->cfg.trust, scale };
}

/* Turns scores into gradients of the cross entropy, scaled; returns the loss on the treebank's answer. */
static double cross_entropy(float *d, const float *x, size_t n, target t)
{
    if (t.gold < 0 && !t.soft) {
        memset(d, 0, n * sizeof *d);
        return 0;
    }
    if (d != x)
        memcpy(d, x, n * sizeof *d);
    softmax(d, n);
    double loss = t.gold < 0 ? 0 : -log((double)d[t.gold] + 1e-12);
    if (t.gold >= 0)
        d[t.gold] -= t.soft ? 1 - t.trust : 1;
    for (size_t i = 0; t.soft && i < n; i++)
        d[i] -= t.trust * t.soft[i];
    for (size_t i = 0; i < n; i++)
        d[i] *= t.scale;
    return loss;
}

static double tag_back(dm_pass *p, dm_net *net, float scale)
{
    double loss = 0;
    size_t w = net->cfg.tags;
    for (size_t s = 0, t = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++, t++)
            loss += cross_entropy(p->tag.d + t * w, p->tag.x + t * w, w,
                target_of(net, p->sent[s], p->sent[s]->tok[i].tag, soft_tags(p->sent[s]) + i * w, scale));
    bias_grad(net->tag_b.g, p->tag.d, p->tokens, w);
    linear_back(p, p->tag_in.d, p->tag_in.x, p->tag.d, &net->tag);
    mask_add(p, net, DM_NET_LAYERS + 1, p->h[net->cfg.tag_layer].d, p->tag_in.d, 2 * net->cfg.hidden);
    return loss;
}

static double rel_back(dm_pass *p, dm_net *net, float scale)
{
    const dm_net_config *c = &net->cfg;
    double loss = 0;
    for (size_t s = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++)
            rel_hidden(p, net, s, i, p->sent[s]->tok[i].head);
    linear(p, p->lab.x, p->z.x, &net->lab);
    add_bias(p->lab.x, net->lab_b.w, p->tokens, DM_NET_RELS);
    for (size_t s = 0, t = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++, t++)
            loss += cross_entropy(p->lab.d + t * DM_NET_RELS, p->lab.x + t * DM_NET_RELS, DM_NET_RELS,
                target_of(net, p->sent[s], p->sent[s]->tok[i].rel, soft_rels(p->sent[s], net) + i * DM_NET_RELS, scale));
    bias_grad(net->lab_b.g, p->lab.d, p->tokens, DM_NET_RELS);
    linear_back(p, p->z.d, p->z.x, p->lab.d, &net->lab);
    leaky_back(p->z.d, p->z.x, p->tokens * c->rel);
    size_t w = p->mlp.width;
    for (size_t s = 0; s < p->n; s++)
        for (uint32_t i = 0; i < p->sent[s]->n; i++) {
            size_t t0 = p->start[s];
            uint32_t head = p->sent[s]->tok[i].head;
            const float *dz = p->z.d + (t0 + i) * c->rel;
            dm_axpy(p->mlp.d + (t0 + i) * w + 2 * c->arc, 1, dz, c->rel);
            dm_axpy(head == 0 ? net->root.g + c->arc : p->mlp.d + (t0 + head - 1) * w + 2 * c->arc + c->rel, 1, dz, c->rel);
        }
    return loss;
}

static double arc_back(dm_pass *p, dm_net *net, size_t s, float scale)
{
    size_t a = net->cfg.arc, w = p->mlp.width, n = p->sent[s]->n, t0 = p->start[s];
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        float *g = p->arcs + p->arc_start[s] + i * (n + 1), near[DM_NET_DIST] = { 0 };
        loss += cross_entropy(g, g, n + 1, target_of(net, p->sent[s], p->sent[s]->tok[i].head, i * (n + 1), scale));
        const float *q = p->query.x + (t0 + i) * a, *dep = p->mlp.x + (t0 + i) * w;
        float *dq = p->query.d + (t0 + i) * a, *ddep = p->mlp.d + (t0 + i) * w;
        dm_axpy(dq, g[0], net->root.w, a);
        dm_axpy(net->root.g, g[0], q, a);
        near[DM_NET_DIST - 1] = g[0];
        for (size_t j = 0; j < n; j++) {
            if (i == j)
                continue;
            dm_axpy(dq, g[j + 1], p->mlp.x + (t0 + j) * w + a, a);
            dm_axpy(p->mlp.d + (t0 + j) * w + a, g[j + 1], q, a);
            near[distance(i, j)] += g[j + 1];
        }
        for (size_t b = 0; b < DM_NET_DIST; b++) {
            dm_axpy(ddep, near[b], net->dist.w + b * a, a);
            dm_axpy(net->dist.g + b * a, near[b], dep, a);
        }
    }
    return loss;
}

/* Gradient of the bilinear map: its input is the first part of each mlp row, so it is copied out for the product. */
static void query_back(dm_pass *p, dm_net *net)
{
    size_t a = net->cfg.arc, w = p->mlp.width;
    float *dep = p->z.x, *ddep = p->z.d; /* free again; rel >= arc is not required: see below */
    if (p->z.width < a) {
        dep = p->wide;
        ddep = p->dwide;
    }
    for (size_t t = 0; t < p->tokens; t++)
        memcpy(dep + t * a, p->mlp.x + t * w, a * sizeof *dep);
    bias_grad(net->bil_b.g, p->query.d, p->tokens, a);
    linear_back(p, ddep, dep, p->query.d, &net->bil);
    for (size_t t = 0; t < p->tokens; t++)
        dm_axpy(p->mlp.d + t * w, 1, ddep + t * a, a);
}

static double parse_back(dm_pass *p, dm_net *net, float scale)
{
    const dm_net_config *c = &net->cfg;
    size_t w = p->mlp.width, h2 = 2 * c->hidden, top = c->layers;
    memset(p->mlp.d, 0, p->tokens * w * sizeof(float));
    memset(p->query.d, 0, p->tokens * c->arc * sizeof(float));
    double loss = rel_back(p, net, scale);
    for (size_t s = 0; s < p->n; s++)
        loss += arc_back(p, net, s, scale);
    query_back(p, net);
    for (size_t t = 0; t < p->tokens; t++)
        leaky_back(p->mlp.d + t * w, p->mlp.x + t * w, 2 * c->arc);
    bias_grad(net->mlp_b.g, p->mlp.d, p->tokens, w);
    float *dx = p->h[top].d; /* first to reach it; tags may add to it afterwards */
    linear_back(p, dx, p->mlp_in.x, p->mlp.d, &net->mlp);
    for (size_t i = 0; i < p->tokens * h2; i++)
        dx[i] *= p->mlp_in.d[i];
    return loss;
}

double dm_pass_backward(dm_pass *p, dm_net *net)
{
    float scale = 1.0f / (float)p->tokens;
    for (size_t l = 0; l < net->cfg.layers; l++)
        memset(p->h[l].d, 0, p->tokens * p->h[l].width * sizeof(float));
    double loss = parse_back(p, net, scale);
    loss += tag_back(p, net, scale);
    for (size_t l = net->cfg.layers; l-- > 0;)
        layer_back(p, net, l);
    convolve_back(p, net);
    embed_back(p, net);
    return loss / (double)p->tokens;
}
