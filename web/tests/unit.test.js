// SPDX-License-Identifier: Apache-2.0
// What can be told without a browser: addresses, files, spans, expressions of time, colours.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bin, countable, counted, isDeed, number, signed, statuses, when } from '../src/lib/event.js';
import { codeOf, nameOf } from '../src/lib/names.js';
import { toCsv, toJsonl } from '../src/lib/save.js';
import { paragraphs, spansOf, withoutControls } from '../src/lib/spans.js';
import { bands, dates, evidenceRows, instrumentLanes, pointRows } from '../src/lib/stance.js';
import { timesIn } from '../src/lib/times.js';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const textOf = (path) => readFileSync(join(source, path), 'utf8');

test('addresses say the same after a round trip', async () => {
    // The module holds runes, which only the compiler knows; its plain functions are tried on their own.
    const plain = textOf('lib/route.svelte.js').replace('$state(', '(');
    const { parseHash, toHash, filtersOf } = await import(`data:text/javascript,${encodeURIComponent(plain)}`);
    const q = { actor: 'JPN,USA', text: 'a "b" & c=d #1', since: '2021-03' };
    assert.deepEqual(parseHash(toHash('events', q)), { view: 'events', id: '', q });
    assert.deepEqual(parseHash(toHash('instrument', {}, 'resolution-UNCHR/CHN é')), { view: 'instrument', id: 'resolution-UNCHR/CHN é', q: {} });
    assert.equal(toHash('matrix', { actor: '', type: undefined, count: null }), '#/matrix');
    assert.equal(parseHash('#/nowhere').view, 'events');
    assert.equal(parseHash('#/document/%E0%A4%A').id, '%E0%A4%A');
    assert.deepEqual(parseHash('#/events?actor=JPN&actor=USA').q, { actor: 'JPN,USA' });
    assert.deepEqual(filtersOf({ actor: 'JPN', e: 'x', offset: 50, count: 'happenings' }), { actor: 'JPN', count: 'happenings' });
});

test('CSV is quoted as RFC 4180 has it, JSON lines are one object a line', () => {
    const rows = [{ a: 'x,y', b: 1 }, { a: 'say "no"', c: ['p', 'q;r'] }, { a: 'two\nlines', b: null }];
    assert.equal(toCsv(rows), 'a,b,c\n"x,y",1,\n"say ""no""",,p;q,r\n"two\nlines",,\n'.replace('p;q,r', '"p;q,r"'));
    assert.deepEqual(toJsonl(rows).trim().split('\n').map((line) => JSON.parse(line)), rows);
});

test('offsets count code points, not UTF-16 units', () => {
    const points = Array.from('😀 Japan urged China.\n\nEnd.');
    const event = { id: 'e', actor: [{ start: 2, end: 7 }], recipient: [{ start: 14, end: 19 }], trigger: { start: 8, end: 13 } };
    const [first, second] = paragraphs(points, spansOf(event, points), [[22, 26]]);
    const marked = first.pieces.filter((piece) => piece.roles.length).map((piece) => [piece.text, piece.roles.join()]);
    assert.deepEqual(marked, [['Japan', 'actor'], ['urged', 'action'], ['China', 'recipient']]);
    assert.equal(first.pieces.map((piece) => piece.text).join(''), '😀 Japan urged China.');
    assert.ok(second.pieces.every((piece) => piece.noise));
});

test('pieces of overlapping spans lose and double nothing', () => {
    const text = 'He told reporters that Japan and China would meet in May.';
    const points = Array.from(text);
    const spans = [];
    for (let i = 0; i < 40; i += 1) spans.push({ role: ['actor', 'action', 'reason'][i % 3], start: (i * 7) % 50, end: ((i * 7) % 50) + 1 + (i % 9), id: `${i}` });
    const pieces = paragraphs(points, spans)[0].pieces;
    assert.equal(pieces.map((piece) => piece.text).join(''), text);
    for (const piece of pieces) {
        const want = spans.filter((s) => s.start <= piece.start && s.end > piece.start).map((s) => s.id);
        assert.deepEqual(new Set(piece.ids), new Set(want));
    }
});

test('expressions of time are found, verbs that look like months are not', () => {
    const found = (text) => timesIn(Array.from(text), 0, Array.from(text).length).map((t) => Array.from(text).slice(t.start, t.end).join(''));
    assert.deepEqual(found('On 4 February 2022 it acted, two years ago it had not.'), ['4 February 2022', 'two years ago']);
    assert.deepEqual(found('Troops March on and May not stop on Thursday.'), ['Thursday']);
    assert.deepEqual(found('It met in May and again last month, yesterday and 2021-03-22.'), ['May', 'last month', 'yesterday', '2021-03-22']);
    assert.deepEqual(found('It sent 2000 men and 1999 tanks.'), []);
});

test('controls that turn letters round are shown, not obeyed', () => {
    assert.deepEqual(withoutControls('a\u202eb\u202c'), [{ text: 'a' }, { control: 'RLO' }, { text: 'b' }, { control: 'PDF' }]);
    assert.deepEqual(withoutControls('قال'), [{ text: 'قال' }]);
});

test('words for events', () => {
    assert.deepEqual(statuses({ aux: [] }), ['done']);
    assert.deepEqual(statuses({ aux: ['negation', 'future'] }), ['negated', 'planned']);
    assert.equal(when({ date: '1990-01-01', enddate: '1990-12-31', date_precision: 'year' }), '1990');
    assert.equal(when({ enddate: '1996-12-31' }), 'up to 1996-12-31');
    assert.equal(when({}), '');
    assert.ok(isDeed({ event: ['SANCTION'], aux: [] }));
    assert.ok(!isDeed({ event: ['SANCTION'], aux: ['future'] }), 'what is announced is said, not done');
    assert.equal(counted(1, 'reports'), '1 report');
    assert.equal(number(1234567), '1\u2009234\u2009567');
    assert.equal(nameOf('JPN/GOV'), 'Japan');
    assert.equal(nameOf('XXX'), 'XXX');
    assert.equal(codeOf('south korea'), 'KOR');
});

test('no evidence is never a colour of the scale', () => {
    for (const nothing of [null, undefined, NaN]) assert.equal(bin(nothing), null);
    assert.equal(bin(0), 0);
    assert.deepEqual([-10, -4, -1, 0.5, 1, 4, 9].map(bin), [-3, -2, -1, 0, 1, 2, 3]);
    assert.equal(signed(null), '–');
    assert.equal(countable('documents', [{ events: 1 }]), 'events');
    assert.equal(countable('documents', [{ events: 1, documents: 1 }]), 'documents');
});

test('points that no evidence supports have no position', () => {
    const one = {
        name: 'Japan', code: 'JPN', first: '2020-01-01', last: '2022-01-01',
        lanes: { words: { turns: [{ kind: 'change', day: '2021-01-01', evidence: [0, 7] }], points: [{ day: '2020-01-01', n: 1, supported: true, position: 1, sd: 2 }, { day: '2021-01-01', n: 0, supported: false }] } },
        evidence: [{ index: 0, fate: 'used', lane: 'words', day: '2020-01-01', event: 'x' }, { index: 1, fate: 'same', lane: 'words', day: '2020-01-02' }, { index: 2, fate: 'used', lane: 'deeds', day: '2020-01-02' }],
    };
    const rows = pointRows(one, ['words']);
    assert.ok(rows[0].low < 1 && rows[0].high > 1);
    assert.ok(!('position' in rows[1]));
    assert.deepEqual(evidenceRows(one, ['words']).map((e) => e.index), [0]);
    assert.equal(evidenceRows(one, ['all']).length, 2);
    assert.equal(bands(one, ['words'])[0].evidence.length, 1);
    const [from, to] = dates([one], {});
    assert.ok(from < new Date('2020-01-01') && to > new Date('2022-01-01'));
    assert.equal(dates([], {}), null);
});

test('instruments have a lane each', () => {
    const act = (id, day, name) => ({ id, day, event: ['AGREE'], instrument: { type: 'treaty', name }, actor: [{ code: 'USA' }] });
    const part = (date, how, party) => ({ type: 'vote', dating: 'file', date, act: how, words: `voted ${how}`, party, document: date });
    const rolls = [{ id: 'r', type: 'treaty', name: 'B', parts: [part('2018-06-01', 'yes', ['USA', 'FRA']), part('2018-06-01', 'no', ['CHN']), part('1990-01-01', 'yes', ['USA'])] }];
    const range = [new Date('2010-01-01'), new Date('2021-01-01')];
    const rows = instrumentLanes([act('1', '2020-01-01', 'A'), act('2', '2019-01-01', 'B'), act('3', '2018-01-01', 'B')], rolls, ['USA', 'CHN'], range);
    assert.deepEqual(rows.map((row) => row.event ?? `${row.who} ${row.act} ${row.done}`), ['3', 'United States voted yes true', 'China voted no false', '2', '1']);
    assert.equal(new Set(rows.map((row) => row.lane)).size, 2, 'roll calls stand in the lane of their instrument');
    assert.deepEqual(instrumentLanes([], rolls, ['USA'], null), []);
});

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex) {
    const channel = (i) => {
        const c = parseInt(hex.slice(i, i + 2), 16) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a, b) {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
}

test('text has a contrast of 4.5, signs of 3, in light and dark', () => {
    const css = textOf('desk.css');
    const sets = [...css.matchAll(/:root[^{]*\{([^}]*--paper[^}]*)\}/g)].map((m) => Object.fromEntries([...m[1].matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((v) => [v[1], v[2]])));
    assert.equal(sets.length, 3);
    assert.deepEqual(sets[1], sets[2], 'both ways to be dark are the same');
    for (const set of sets) {
        for (const ink of ['ink', 'soft', 'accent', 'bad', 'good', 'warn']) {
            for (const ground of ['paper', 'sheet', 'sunk']) assert.ok(contrast(set[ink], set[ground]) >= 4.5, `${ink} on ${ground}: ${contrast(set[ink], set[ground]).toFixed(2)}`);
        }
        assert.ok(contrast(set['accent-ink'], set.accent) >= 4.5);
        assert.ok(contrast(set.ink, set.mark) >= 4.5);
        for (const role of ['actor', 'recipient', 'action', 'time', 'speaker', 'reason']) assert.ok(contrast(set[role], set[`${role}-bg`]) >= 4.5, role);
        for (const n of [1, 2, 3, 4, 5, 6]) assert.ok(contrast(set[`a${n}`], set.paper) >= 3, `actor ${n}`);
        assert.ok(contrast(set.focus, set.paper) >= 3);
    }
    const [light, dark] = sets;
    const figures = [
        [light, { m3: '#ffffff', m2: '#1d1b18', m1: light.ink, z0: light.ink, p1: light.ink, p2: '#1d1b18', p3: '#ffffff' }],
        [dark, { m3: '#151618', m2: '#ffffff', m1: dark.ink, z0: dark.ink, p1: dark.ink, p2: '#ffffff', p3: '#151618' }],
    ];
    for (const [set, inks] of figures) {
        for (const [bin_, ink] of Object.entries(inks)) assert.ok(contrast(ink, set[bin_]) >= 4.5, `figure on ${bin_} ${set[bin_]}: ${contrast(ink, set[bin_]).toFixed(2)}`);
    }
});

test('text of articles never goes through markup', () => {
    const files = readdirSync(source, { recursive: true }).filter((name) => /\.(svelte|js)$/.test(name));
    assert.ok(files.length > 25);
    for (const name of files) {
        assert.doesNotMatch(textOf(name), /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
        assert.match(textOf(name), /SPDX-License-Identifier: Apache-2\.0/, name);
    }
});
