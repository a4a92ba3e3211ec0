// SPDX-License-Identifier: Apache-2.0
// An article cut into pieces, each with the roles that hold there. Offsets of the API count code points; strings of JavaScript count
// UTF-16 units, so the text is taken apart first.
import { timesIn } from './times.js';

export const ROLES = ['actor', 'action', 'recipient', 'time', 'speaker', 'reason'];

const LINE_ENDS = new Set(['\n', '\r']);

/** Spans of one event: { role, start, end }. The words that date it are the coder's (`when_words`); in older records they are looked for in the sentence. */
export function spansOf(event, points) {
    const spans = [];
    const add = (role, part) => {
        if (part && part.end > part.start) spans.push({ role, start: part.start, end: part.end, id: event.id });
    };
    for (const party of event.actor ?? []) add('actor', party);
    for (const party of event.recipient ?? []) add('recipient', party);
    for (const party of event.attribution ?? []) add('speaker', party);
    for (const reason of event.reason ?? []) add('reason', reason);
    add('action', event.trigger);
    if (event.when_words) add('time', event.when_words);
    else if (event.text_info && points) {
        for (const time of timesIn(points, event.text_info.start, event.text_info.end)) add('time', time);
    }
    return spans;
}

/** Pieces of points[start, end) with the roles, event ids and noise that hold in each. */
function piecesOf(points, start, end, spans, noise) {
    const cuts = new Set([start, end]);
    const within = spans.filter((s) => s.start < end && s.end > start);
    const grey = noise.filter(([from, to]) => from < end && to > start);
    for (const s of within) cuts.add(Math.max(start, s.start)).add(Math.min(end, s.end));
    for (const [from, to] of grey) cuts.add(Math.max(start, from)).add(Math.min(end, to));
    const at = [...cuts].sort((a, b) => a - b);
    return at.slice(1).map((to, i) => {
        const from = at[i];
        const here = within.filter((s) => s.start < to && s.end > from);
        return {
            start: from,
            text: points.slice(from, to).join(''),
            roles: ROLES.filter((role) => here.some((s) => s.role === role)),
            ids: [...new Set(here.map((s) => s.id))],
            noise: grey.some(([a, b]) => a < to && b > from),
        };
    });
}

/** Paragraphs (lines of the text) of pieces. Empty lines are left out. */
export function paragraphs(points, spans, noise = []) {
    const out = [];
    let start = 0;
    for (let i = 0; i <= points.length; i += 1) {
        if (i < points.length && !LINE_ENDS.has(points[i])) continue;
        if (points.slice(start, i).some((c) => c.trim() !== '')) out.push({ start, pieces: piecesOf(points, start, i, spans, noise) });
        start = i + 1;
    }
    return out;
}

const CONTROLS = {
    '\u202a': 'LRE', '\u202b': 'RLE', '\u202c': 'PDF', '\u202d': 'LRO', '\u202e': 'RLO', '\u2066': 'LRI', '\u2067': 'RLI', '\u2068': 'FSI',
    '\u2069': 'PDI',
};

/** Text for tooltips, where signs cannot be styled: such controls are left out. */
export const plain = (text) => (text ?? '').replace(/[\u202a-\u202e\u2066-\u2069]/g, '');

/** Text split at controls that turn the order of letters round: { text } or { control }. They are shown, not obeyed. */
export function withoutControls(text) {
    return text
        .split(/([\u202a-\u202e\u2066-\u2069])/)
        .filter((part) => part !== '')
        .map((part) => (part in CONTROLS ? { control: CONTROLS[part] } : { text: part }));
}
