// SPDX-License-Identifier: Apache-2.0
// A small server with the API of the desk (docs/api.md) over a record in memory, for work on the page and for its tests. It sends the
// headers that the real one sends, so that what they forbid shows here. `npm run mock`, then `npm run dev`.
import { createServer } from 'node:http';
import { readFileSync, existsSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameOf, countries } from '../src/lib/names.js';
import { isDeed, statuses } from '../src/lib/event.js';
import { makeRecord } from './data.js';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TOKEN = 'mock-token';
export const CSP = "default-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };

const many = (q, key) => q.getAll(key).flatMap((v) => v.split(',')).map((v) => v.trim()).filter(Boolean);
const codes = (list) => (list ?? []).map((p) => p.code).filter(Boolean);
const publication = (event) => event.cite_info?.publication ?? '';

/** Whether an event passes the filters of a request. */
function passes(event, q) {
    const any = (key, values) => {
        const wanted = many(q, key).map((v) => v.toLowerCase());
        return !wanted.length || values.some((v) => wanted.includes(`${v}`.toLowerCase()));
    };
    const words = (q.get('text') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    return (
        any('actor', codes(event.actor)) && any('recipient', codes(event.recipient)) &&
        any('either', [...codes(event.actor), ...codes(event.recipient)]) && any('speaker', codes(event.attribution)) &&
        any('type', event.event) && any('mode', event.mode) && any('context', event.context) && any('status', statuses(event)) &&
        any('instrument', [event.instrument?.type ?? '']) && any('subject', [event.instrument?.subject ?? '']) &&
        any('act', [event.instrument?.act ?? '']) && any('source', [publication(event), event.doc]) &&
        (!q.get('since') || (event.day_end ?? '') >= q.get('since')) && (!q.get('until') || (event.day ?? '9') <= `${q.get('until')}~`) &&
        (event.confidence ?? 0) >= Number(q.get('confidence') ?? 0) && words.every((w) => event.text.toLowerCase().includes(w))
    );
}

function totals(events) {
    return {
        events: events.length,
        happenings: new Set(events.map((e) => e.happening)).size,
        documents: new Set(events.map((e) => e.document)).size,
        independent: new Set(events.map((e) => e.document)).size,
    };
}

function grouped(events, keysOf) {
    const groups = new Map();
    for (const event of events) {
        for (const key of new Set(keysOf(event))) groups.set(key, [...(groups.get(key) ?? []), event]);
    }
    return groups;
}

const pairs = (event) => codes(event.actor).flatMap((a) => codes(event.recipient).filter((r) => r !== a).map((r) => `${a} ${r}`));

const BY = {
    type: (e) => e.event,
    year: (e) => (e.day ? [e.day.slice(0, 4)] : []),
    actor: (e) => codes(e.actor),
    recipient: (e) => codes(e.recipient),
    dyad: pairs,
    context: (e) => e.context,
    status: statuses,
    source: (e) => [publication(e)],
    instrument: (e) => (e.instrument ? [`${e.instrument.type} ${e.instrument.subject ?? ''}`] : []),
};

/** Counts of two values at once. */
const PAIRED = new Set(['dyad', 'instrument']);

function instrumentId(i) {
    return [i.type, i.body, i.subject, i.name].filter(Boolean).join('-').replace(/\W+/g, '-');
}

class Refusal extends Error {
    constructor(status, message, suggest = []) {
        super(message);
        this.status = status;
        this.suggest = suggest;
    }
}

/** The API over one record; answers are [type, body] or an object for JSON. */
class Api {
    constructor(record, { writable = true } = {}) {
        this.record = record;
        this.writable = writable;
        this.reviews = new Map();
        this.sequence = 0;
    }

    withReview(event) {
        const all = this.reviews.get(`${event.id} ${event.document}`);
        return all?.length ? { ...event, review: all.at(-1) } : event;
    }

    chosen(q) {
        return this.record.events.filter((event) => passes(event, q));
    }

    page(rows, q) {
        const offset = Number(q.get('offset') ?? 0);
        return rows.slice(offset, offset + Math.min(500, Number(q.get('limit') ?? 50))).map((e) => this.withReview(e));
    }

    info() {
        const { events, documents } = this.record;
        const day = events.map((e) => e.day).filter(Boolean).sort();
        const values = (by) => [...grouped(events, BY[by]).keys()].sort();
        return {
            path: 'samples.db', version: 'mock', schema: 1, ...totals(events), documents: documents.length, first: day[0], last: day.at(-1),
            writable: this.writable, token: TOKEN, reviewer: '', types: values('type'), contexts: values('context'),
            statuses: ['done', 'negated', 'planned', 'hypothetical', 'historical'],
        };
    }

    names(q) {
        const start = (q.get('q') ?? '').toLowerCase();
        const found = countries.filter((c) => c.name.toLowerCase().includes(start) || c.code.toLowerCase() === start);
        return found.slice(0, 12).map(({ code, name }) => ({ code, name }));
    }

    events(q) {
        const way = q.get('newest') === '1' ? -1 : 1;
        let rows = this.chosen(q).sort((a, b) => way * (a.day ?? '').localeCompare(b.day ?? '') || a.id.localeCompare(b.id));
        const total = totals(rows);
        if (q.get('happenings') === '1') rows = rows.filter((e, i) => rows.findIndex((o) => o.happening === e.happening) === i);
        return { total, rows };
    }

    event(id) {
        const event = this.record.events.find((e) => e.id === id);
        if (!event) throw new Refusal(404, `There is no event '${id}' in this record.`);
        const doc = this.record.documents.find((d) => d.document === event.document);
        const reports = this.record.events.filter((e) => e.happening === event.happening && e !== event);
        return { event: this.withReview(event), reports: reports.map((e) => this.withReview(e)), near: this.near(doc) };
    }

    near(doc) {
        return this.record.documents
            .filter((d) => d !== doc && d.events.some((e) => doc.events.some((f) => f.happening === e.happening)))
            .map(({ document, publication: paper, date, title, name }) => ({ document, publication: paper, date, title: title ?? name }));
    }

    document(hash) {
        const doc = this.record.documents.find((d) => d.document === hash);
        if (!doc) throw new Refusal(404, `There is no article '${hash}' in this record.`);
        return { ...doc, events: doc.events.map((e) => this.withReview(e)), near: this.near(doc) };
    }

    sources() {
        const rows = [...grouped(this.record.events, (e) => [publication(e)])].map(([name, events]) => {
            const day = events.map((e) => e.day).filter(Boolean).sort();
            return { publication: name, ...totals(events), events: events.length, first: day[0], last: day.at(-1) };
        });
        return { rows: rows.sort((a, b) => b.events - a.events) };
    }

    stats(q) {
        const by = BY[q.get('by')];
        if (!by) throw new Refusal(400, `'${q.get('by')}' is nothing to count by.`, Object.keys(BY));
        const rows = [...grouped(this.chosen(q), by)].map(([key, events]) => {
            const [one, other] = PAIRED.has(q.get('by')) ? key.split(' ') : [key];
            return { key: one, ...(other ? { other } : {}), ...totals(events) };
        });
        return { rows: rows.sort((a, b) => (q.get('by') === 'year' ? a.key.localeCompare(b.key) : b.events - a.events)) };
    }

    dyads(q) {
        const rows = [...grouped(this.chosen(q), pairs)].map(([key, events]) => {
            const [actor, recipient] = key.split(' ');
            const deeds = events.filter(isDeed).length;
            const scored = events.filter((e) => typeof e.event_scale === 'number');
            const scale = scored.length ? scored.reduce((sum, e) => sum + e.event_scale, 0) / scored.length : null;
            const { events: n, happenings } = totals(events);
            return { actor, recipient, events: n, happenings, words: n - deeds, deeds, scale };
        });
        return { rows: rows.sort((a, b) => b.events - a.events || a.actor.localeCompare(b.actor)) };
    }

    stance(q) {
        const [actor, recipient] = [many(q, 'actor').join(','), many(q, 'recipient').join(',')];
        if (!actor || !recipient) throw new Refusal(400, 'A stance needs an actor and a recipient.');
        try {
            return this.record.stance(actor, recipient, Object.fromEntries(q));
        } catch {
            throw new Refusal(400, `There is no evidence of ${actor} toward ${recipient}.`);
        }
    }

    instruments(q) {
        const groups = grouped(this.chosen(q).filter((e) => e.instrument), (e) => [instrumentId(e.instrument)]);
        const rows = [...groups].map(([id, events]) => {
            const { type, body, subject, name } = events[0].instrument;
            const years = events.map((e) => (e.day ?? '').slice(0, 4)).filter(Boolean).sort();
            const { events: n, happenings, documents } = totals(events);
            return { id, type, body, subject, name, events: n, happenings, reports: documents, rollcalls: 0, first: Number(years[0]), last: Number(years.at(-1)) };
        });
        return { rows: rows.sort((a, b) => b.events - a.events) };
    }

    instrument(id) {
        const events = this.record.events.filter((e) => e.instrument && instrumentId(e.instrument) === id);
        if (!events.length) throw new Refusal(404, `There is no instrument '${id}' in this record.`);
        const rows = events.map((e) => ({
            instrument: id, year: Number((e.day ?? '0').slice(0, 4)), dating: e.date ? 'told' : 'said', party: codes(e.actor),
            act: e.instrument.act, status: statuses(e)[0], type: e.instrument.type, words: e.trigger.text, event: e.id,
            on_word_of: codes(e.attribution), date: e.date, confidence: e.confidence, document: e.document, text: e.text, source: e.doc,
        }));
        const { type, body, subject, name } = events[0].instrument;
        return { id, type, body, subject, name, parts: rows.sort((a, b) => a.year - b.year) };
    }

    review(q) {
        const verdict = q.get('verdict') ?? 'none';
        const rows = this.chosen(q)
            .map((e) => this.withReview(e))
            .filter((e) => (e.review?.verdict ?? 'none') === verdict)
            .sort((a, b) => a.confidence - b.confidence);
        return { total: rows.length, rows: this.page(rows, q) };
    }

    addReview(body) {
        const key = `${body.event} ${body.document}`;
        if (!this.record.events.some((e) => e.id === body.event && e.document === body.document)) throw new Refusal(404, 'There is no such event.');
        this.sequence += 1;
        const review = { verdict: body.verdict, fix: body.fix, by: body.by, at: this.sequence };
        this.reviews.set(key, [...(this.reviews.get(key) ?? []), review]);
        return { review };
    }

    undo(body) {
        const key = `${body.event} ${body.document}`;
        const left = (this.reviews.get(key) ?? []).slice(0, -1);
        this.reviews.set(key, left);
        return { review: left.at(-1) ?? null };
    }

    reviewStats() {
        const last = [...this.reviews.values()].map((all) => all.at(-1)).filter(Boolean);
        const count = (v) => last.filter((r) => r.verdict === v).length;
        const n = last.length;
        const by = { accept: count('accept'), fix: count('fix'), reject: count('reject'), none: this.record.events.length - n };
        if (!n) return { by_verdict: by, by_reviewer: [] };
        const p = by.accept / n, z = 1.96;
        const mid = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
        const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
        const names = [...new Set(last.map((r) => r.by))];
        return {
            by_verdict: by, precision: p, precision_low: Math.max(0, mid - half), precision_high: Math.min(1, mid + half),
            by_reviewer: names.map((name) => ({ by: name, reviews: last.filter((r) => r.by === name).length })),
        };
    }

    gold() {
        const rows = this.record.events.map((e) => this.withReview(e)).filter((e) => ['accept', 'fix'].includes(e.review?.verdict));
        const line = (e) => JSON.stringify({
            id: e.id, doc: e.doc, quote: e.trigger.text, start: e.trigger.start, event: e.review.fix?.event ?? e.event,
            actor: codes(e.review.fix?.actor ?? e.actor), recipient: codes(e.review.fix?.recipient ?? e.recipient), aux: e.review.fix?.aux ?? e.aux,
        });
        return ['application/x-ndjson', rows.map((e) => `${line(e)}\n`).join('')];
    }

    addDocument(name, text) {
        const docs = this.record.code(name, text);
        const fresh = docs.filter((d) => !this.record.documents.some((o) => o.document === d.document));
        for (const doc of fresh) {
            doc.noise = [];
            this.record.documents.push(doc);
            this.record.events.push(...doc.events);
        }
        this.record.joinHappenings(this.record.events);
        return { added: fresh.length, known: docs.length - fresh.length, events: fresh.flatMap((d) => d.events).length, document: docs[0]?.document };
    }

    get(path, q) {
        const [head, id] = path.split('/');
        if (path === 'record') return this.info();
        if (path === 'names') return this.names(q);
        if (path === 'events') {
            const { total, rows } = this.events(q);
            return { total, rows: this.page(rows, q) };
        }
        if (path === 'events.jsonl') return ['application/x-ndjson', this.events(q).rows.map((r) => `${JSON.stringify(r)}\n`).join('')];
        if (path === 'events.csv') return ['text/csv', `id,doc\n${this.events(q).rows.map((r) => `${r.id},${r.doc}\n`).join('')}`];
        if (path === 'review/stats') return this.reviewStats();
        if (path === 'review/gold.jsonl') return this.gold();
        if (head === 'events' && id) return this.event(id);
        if (head === 'documents' && id) return this.document(id);
        if (head === 'instruments' && id) return this.instrument(decodeURIComponent(id));
        if (['sources', 'stats', 'dyads', 'stance', 'instruments', 'review'].includes(path)) return this[path](q);
        throw new Refusal(404, `There is no '${path}' here.`);
    }

    post(path, q, body) {
        if (path === 'documents') return this.addDocument(q.get('name') ?? 'article.txt', body);
        if (path === 'review') return this.addReview(JSON.parse(body));
        if (path === 'review/undo') return this.undo(JSON.parse(body));
        throw new Refusal(404, `There is no '${path}' here.`);
    }
}

async function bodyOf(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
}

async function answerApi(api, request, url) {
    const path = url.pathname.slice('/api/'.length);
    if (request.method !== 'POST') return api.get(path, url.searchParams);
    if (request.headers['x-demarche-token'] !== TOKEN) throw new Refusal(403, 'The token is missing or wrong.');
    return api.post(path, url.searchParams, await bodyOf(request));
}

function staticFile(path) {
    const name = normalize(join(DIST, path === '/' ? 'index.html' : path));
    return name.startsWith(DIST) && existsSync(name) && extname(name) in TYPES ? name : null;
}

/** Starts a mock; options are those of makeRecord() and `writable`, `delay` (ms before each answer of the API). */
export async function startMock({ port = 0, delay = 0, ...options } = {}) {
    const api = new Api(makeRecord(options), options);
    const server = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://127.0.0.1');
        const send = (status, type, body) =>
            response
                .writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
                .end(body);
        if (!url.pathname.startsWith('/api/')) {
            const name = staticFile(url.pathname);
            return name ? send(200, TYPES[extname(name)], readFileSync(name)) : send(404, 'text/plain', 'There is no such page.');
        }
        try {
            if (delay) await new Promise((go) => setTimeout(go, delay));
            const out = await answerApi(api, request, url);
            return Array.isArray(out) && typeof out[1] === 'string' ? send(200, ...out) : send(200, 'application/json', JSON.stringify(out));
        } catch (error) {
            if (!(error instanceof Refusal)) console.error(error);
            return send(error.status ?? 500, 'application/json', JSON.stringify({ error: error.message, suggest: error.suggest ?? [] }));
        }
    });
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    return { url: `http://127.0.0.1:${server.address().port}/`, api, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const paths = process.argv.slice(2);
    const mock = await startMock({ port: Number(process.env.PORT ?? 8399), ...(paths.length ? { paths } : {}), empty: process.env.EMPTY === '1' });
    console.log(`mock of the desk: ${mock.url}`);
}
