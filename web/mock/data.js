// SPDX-License-Identifier: Apache-2.0
// The record that the mock serves: samples/ and what else is named, coded by the program itself, so that the page is tried on what the
// engine really says. Happenings are only told apart roughly here; the real ones are the server's.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const program = process.env.DEMARCHE ?? join(root, 'build/demarche');
const MOST_OUTPUT = 1 << 28;

function run(...args) {
    return execFileSync(program, args, { maxBuffer: MOST_OUTPUT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

const lines = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** An article that tries to be more than text. */
export const HOSTILE = [
    'TOKYO, 4 February 2022 (WIRE) - Japan condemned China <script>window.broken = 1</script> on Friday over Xinjiang.',
    '<img src=x onerror="window.broken = 2"> China rejected the statement of Japan on Saturday, its spokesman said.',
    'The minister \u202egnirts desrever\u202c of Japan urged China to release the prisoners.',
    'قالت اليابان إن الصين رفضت الطلب. Japan accused China of torture in 2021.',
].join('\n\n');

/** First and last day of an event, as the record files it. */
function days(event) {
    const said = (event.statement_date ?? '').split('/').filter((d) => d !== '..');
    const from = event.date ?? said[0] ?? event.enddate;
    return { day: from, day_end: event.enddate ?? event.date ?? said.at(-1) ?? from };
}

function documentsOf(texts, events) {
    const byDoc = new Map();
    for (const text of texts) {
        const name = text.id ?? text.doc ?? text.name;
        const hash = createHash('sha256').update(text.text).digest('hex').slice(0, 32);
        byDoc.set(name, { document: hash, name, text: text.text, title: text.title, url: text.url, events: [] });
    }
    for (const event of events) {
        const doc = byDoc.get(event.doc);
        if (!doc) continue;
        event.document = doc.document;
        Object.assign(event, days(event));
        doc.title ??= event.cite_info?.title;
        doc.url ??= event.cite_info?.url;
        doc.publication ??= event.cite_info?.publication;
        doc.date ??= event.statement_date?.split('/')[0];
        doc.events.push(event);
    }
    return [...byDoc.values()];
}

/** Lines that are the page's, not the article's: advertisements and the like. */
function noiseOf(text) {
    const points = Array.from(text);
    const out = [];
    let start = 0;
    for (let i = 0; i <= points.length; i += 1) {
        if (i < points.length && points[i] !== '\n') continue;
        const line = points.slice(start, i).join('').trim();
        if (/^(advertisement|read more|share|photo:|subscribe|sign up|©|copyright|follow us)/i.test(line)) out.push([start, i]);
        start = i + 1;
    }
    return out;
}

function joinHappenings(events) {
    const known = new Map();
    const side = (list) => (list ?? []).map((p) => p.code ?? '?').sort().join('+');
    for (const event of events) {
        const key = [event.event, side(event.actor), side(event.recipient), event.day, event.aux].join('|');
        const here = known.get(key) ?? { id: known.size + 1, documents: new Set(), events: [] };
        here.documents.add(event.document);
        here.events.push(event);
        known.set(key, here);
    }
    for (const here of known.values()) {
        for (const event of here.events) {
            event.happening = here.id;
            event.reports = here.documents.size;
            event.independent = here.documents.size;
        }
    }
}

/** { documents, events, stance(actors, recipients, q) } of the articles at `paths` (default: samples/). */
export function makeRecord({ paths = [join(root, 'samples')], hostile = true, empty = false } = {}) {
    if (!existsSync(program)) throw new Error(`'${program}' is not there: build it, or name it in DEMARCHE`);
    const folder = mkdtempSync(join(tmpdir(), 'desk-mock-'));
    const inputs = [...paths];
    if (hostile) {
        const name = join(folder, 'hostile.txt');
        writeFileSync(name, HOSTILE);
        inputs.push(name);
    }
    const db = join(folder, 'mock.db');
    run('add', db, ...inputs);
    const events = empty ? [] : lines(run('code', '--as', 'jsonl', ...inputs));
    const documents = empty ? [] : documentsOf(lines(run('text', '--as', 'jsonl', ...inputs)), events);
    for (const doc of documents) {
        doc.noise = noiseOf(doc.text);
        if (doc.name === 'hostile.txt') doc.title = 'A title with <b>marks</b> and \u202eturned\u202c letters';
    }
    joinHappenings(events);
    return {
        documents,
        events,
        code: (name, text) => {
            const file = join(folder, name.replace(/[^\w.-]/g, '_'));
            writeFileSync(file, text);
            const coded = lines(run('code', '--as', 'jsonl', file));
            return documentsOf(lines(run('text', '--as', 'jsonl', file)), coded);
        },
        stance: (actor, recipient, q) => {
            const options = ['context', 'since', 'until'].flatMap((key) => (q[key] ? [`--${key}=${q[key]}`] : []));
            return JSON.parse(run('stance', db, actor, recipient, '--as', 'json', ...options));
        },
        joinHappenings,
    };
}
