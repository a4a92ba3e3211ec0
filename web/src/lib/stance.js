// SPDX-License-Identifier: Apache-2.0
// Charts of stances: rows of what dm_write_stance_json() gives, and the marks that Plot draws of them.
import { instrumentName, parties, signed, statuses } from './event.js';
import { nameOf } from './names.js';
import { plain } from './spans.js';

/** Half the width of the band that holds 90% of a normal distribution, in deviations. */
const BAND = 1.645;
const DAY = 86400000;
const LANE_HEIGHT = 46;

const time = (day) => new Date(`${day.length === 4 ? `${day}-01-01` : day.length === 7 ? `${day}-01` : day}T00:00:00Z`);

/** First and last day that the charts share: what is asked for, else what there is. A single day gets room. */
export function dates(series, { since, until } = {}) {
    if (!series.length) return null;
    const days = series.flatMap((one) => [one.first, one.last]).sort();
    let [from, to] = [time(since || days[0]), time(until || days.at(-1))];
    const room = Math.max(30 * DAY, (to - from) * 0.02);
    if (!since) from = new Date(from - room);
    if (!until) to = new Date(+to + room);
    return [from, to];
}

/** Evidence of the lanes shown that counts, by day. */
export function evidenceRows(one, lanes) {
    return (one.evidence ?? [])
        .filter((e) => e.fate === 'used' && (lanes.includes('all') || lanes.includes(e.lane)))
        .map((e) => ({ name: nameOf(one.code), index: e.index, day: e.day, from: e.from, to: e.to, lane: e.lane, position: e.position, weight: e.weight, reports: e.reports, event: e.event, label: e.label }))
        .sort((a, b) => a.day.localeCompare(b.day) || a.index - b.index);
}

/** Turning points of the lanes shown, with their evidence. */
export function bands(one, lanes) {
    return lanes.flatMap((lane) =>
        (one.lanes[lane]?.turns ?? []).map((turn) => ({
            name: nameOf(one.code),
            lane,
            ...turn,
            evidence: (turn.evidence ?? []).map((i) => one.evidence[i]).filter(Boolean),
        })),
    );
}

/** Points as rows for files: what is not supported has no position. */
export function pointRows(one, lanes) {
    return lanes.flatMap((lane) =>
        (one.lanes[lane]?.points ?? []).map((p) => ({
            actor: one.code,
            lane,
            day: p.day,
            evidence: p.n,
            supported: p.supported,
            ...(p.supported ? { position: p.position, sd: p.sd, low: p.position - BAND * p.sd, high: p.position + BAND * p.sd } : {}),
        })),
    );
}

const shownPoints = (one, lane) =>
    (one.lanes[lane]?.points ?? []).map((p) => ({ x: time(p.day), y: p.supported ? p.position : NaN, low: p.supported ? Math.max(-10, p.position - BAND * p.sd) : NaN, high: p.supported ? Math.min(10, p.position + BAND * p.sd) : NaN }));

/** A change that is known to the day still gets a visible width. */
function spanOf(turn, range) {
    const least = (range[1] - range[0]) / 250;
    const [from, to] = [+time(turn.from), +time(turn.to) + DAY];
    const spare = Math.max(0, least - (to - from)) / 2;
    return [new Date(from - spare), new Date(to + spare)];
}

function turnMarks(Plot, one, lanes, range) {
    const turns = bands(one, lanes);
    const within = (t) => time(t.to) >= range[0] && time(t.from) <= range[1];
    const changes = turns.filter((t) => t.kind === 'change' && within(t));
    const against = turns.filter((t) => t.kind === 'against' && within(t));
    const title = (t) => `${t.kind === 'change' ? `change, probability ${Math.round(t.probability * 100)}%` : 'against what went before'}: ${t.from}${t.to === t.from ? '' : ` – ${t.to}`}, ${t.lane}, ${t.before === undefined ? '' : `${signed(t.before)} → `}${signed(t.after)}`;
    return [
        Plot.rect(changes, { x1: (t) => spanOf(t, range)[0], x2: (t) => spanOf(t, range)[1], y1: -10, y2: 10, fill: 'var(--warn)', fillOpacity: (t) => 0.1 + 0.25 * t.probability, title }),
        Plot.dot(against, { x: (t) => time(t.day), y: 9.2, symbol: 'triangle', rotate: (t) => (t.after < (t.before ?? 0) ? 180 : 0), r: 4.5, stroke: 'var(--warn)', fill: 'var(--paper)', strokeWidth: 1.5, title }),
    ];
}

function laneMarks(Plot, one, lane) {
    const rows = shownPoints(one, lane);
    const words = lane === 'words';
    return [
        Plot.areaY(rows, { x: 'x', y1: 'low', y2: 'high', fill: one.color, fillOpacity: words ? 0.1 : 0.18 }),
        Plot.lineY(rows, { x: 'x', y: 'y', stroke: one.color, strokeWidth: 2, strokeDasharray: words ? '5 4' : undefined, strokeLinecap: 'round' }),
    ];
}

/** Panel of one actor. A dot is as large as its happening weighs, or, counted by reports, as many articles tell of it. */
export function stanceChart(Plot, one, lanes, range, width, count) {
    const rows = evidenceRows(one, lanes);
    const size = (e) => 2 + 3.2 * Math.sqrt(count === 'documents' ? Math.min(e.reports, 12) : e.weight);
    return {
        height: 250,
        marginLeft: 34,
        marginRight: 10,
        marginBottom: 24,
        marginTop: 8,
        x: { type: 'utc', domain: range, label: null, ticks: Math.max(3, Math.floor(width / 110)) },
        y: { domain: [-10, 10], ticks: [-10, -5, 0, 5, 10], tickFormat: (d) => (d > 0 ? `+${d}` : `${d}`.replace('-', '−')), label: null },
        marks: [
            Plot.gridY([-10, -5, 5, 10], { stroke: 'var(--line)', strokeOpacity: 1 }),
            Plot.ruleY([0], { stroke: 'var(--soft)', strokeWidth: 1 }),
            ...turnMarks(Plot, one, lanes, range),
            ...lanes.flatMap((lane) => laneMarks(Plot, one, lane)),
            Plot.link(rows.filter((e) => e.from !== e.to), { x1: (e) => time(e.from), x2: (e) => time(e.to), y1: 'position', y2: 'position', stroke: one.color, strokeOpacity: 0.35, strokeWidth: 1, clip: true }),
            Plot.dot(rows, {
                x: (e) => time(e.day),
                y: 'position',
                r: size,
                fill: (e) => (e.lane === 'deeds' ? one.color : 'var(--paper)'),
                stroke: one.color,
                strokeWidth: 1.4,
                title: (e) => `${e.day}, ${e.lane}, ${signed(e.position)}\n${plain(e.label)}`,
                className: 'pick',
            }),
        ],
        r: { type: 'identity' },
        color: { type: 'identity' },
    };
}

const laneKey = ({ type, body, subject, name }) => [type, body, subject, name].join('|');

function actOf(event, actors) {
    return {
        key: `${event.id} ${event.document}`,
        lane: instrumentName(event.instrument),
        day: event.day,
        end: event.day_end ?? event.day,
        code: actors.find((a) => event.actor?.some((p) => p.code === a)),
        who: parties(event.actor),
        act: (event.instrument.act ?? event.event[0]).replace('_', ' '),
        status: statuses(event).join(', '),
        done: ['done', 'historical'].includes(statuses(event)[0]),
        text: event.text,
        event: event.id,
    };
}

/** The votes of the actors in the roll calls of an instrument (what `instruments/ID` gives), as acts. */
function votesOf(instrument, actors) {
    return instrument.parts
        .filter((part) => part.type === 'vote' && part.dating === 'file')
        .flatMap((part) =>
            actors.filter((code) => part.party.includes(code)).map((code) => ({
                key: `${instrument.id} ${part.document} ${code}`,
                lane: instrumentName(instrument),
                day: part.date,
                end: part.enddate ?? part.date,
                code,
                who: nameOf(code),
                act: part.words,
                status: 'roll call',
                done: part.act === 'yes',
                text: part.text,
                instrument: instrument.id,
            })),
        );
}

/** Acts with instruments as rows of lanes, the fullest lane first; who acts is the first of the actors asked for. */
export function instrumentLanes(events, rolls, actors, range) {
    if (!range) return [];
    const lanes = new Map();
    const add = (key, row) => {
        if (+time(row.end) >= +range[0] && +time(row.day) <= +range[1]) lanes.set(key, [...(lanes.get(key) ?? []), row]);
    };
    for (const event of events) if (event.instrument && event.day) add(laneKey(event.instrument), actOf(event, actors));
    for (const instrument of rolls) for (const row of votesOf(instrument, actors)) add(laneKey(instrument), row);
    return [...lanes.values()]
        .sort((a, b) => b.length - a.length || a[0].lane.localeCompare(b[0].lane))
        .flatMap((rows) => rows.sort((a, b) => a.day.localeCompare(b.day)));
}

/** A lane for each instrument: what is done is filled, what is refused, planned or only possible is open. */
export function laneChart(Plot, rows, actors, range, width) {
    const names = [...new Set(rows.map((row) => row.lane))];
    const color = (row) => `var(--a${Math.max(0, actors.indexOf(row.code)) + 1})`;
    const end = (row) => time(row.end);
    return {
        height: names.length * LANE_HEIGHT + 34,
        marginLeft: 34,
        marginRight: 10,
        marginTop: 4,
        marginBottom: 24,
        x: { type: 'utc', domain: range, label: null, ticks: Math.max(3, Math.floor(width / 110)) },
        y: { domain: names, axis: null },
        color: { type: 'identity' },
        marks: [
            Plot.ruleY(names, { y: (n) => n, dy: 8, stroke: 'var(--line)' }),
            Plot.text(names, { y: (n) => n, text: (n) => n, frameAnchor: 'left', textAnchor: 'start', dy: -8, fill: 'var(--ink)', fontSize: 12.5 }),
            Plot.link(rows, { x1: (row) => time(row.day), x2: end, y1: 'lane', y2: 'lane', dy: 8, stroke: color, strokeWidth: 3, strokeOpacity: 0.4, clip: true }),
            Plot.dot(rows, {
                x: (row) => new Date((+time(row.day) + +end(row)) / 2),
                y: 'lane',
                dy: 8,
                r: 5,
                fill: (row) => (row.done ? color(row) : 'var(--paper)'),
                stroke: color,
                strokeWidth: 1.8,
                clip: true,
                title: (row) => `${row.day}${row.end !== row.day ? ` – ${row.end}` : ''}: ${row.who}, ${row.act}, ${row.status}\n${plain(row.text)}`,
                className: 'pick',
            }),
        ],
    };
}
