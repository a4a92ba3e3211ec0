// SPDX-License-Identifier: Apache-2.0
// What an event record (docs/record.md) says, in words.
import { nameOf } from './names.js';

/** Types that are deeds; the rest are words. What is only announced is said, not done, whatever its type. */
const DEEDS = new Set(['COOPERATE', 'AID', 'RETREAT', 'SANCTION', 'MOBILIZE', 'COERCE', 'ASSAULT', 'PROTEST']);

export const DEED_TYPES = [...DEEDS];
export const isDeedType = (type) => DEEDS.has(type);
export const isDeed = (event) => DEEDS.has(event.event?.[0]) && !event.aux?.includes('future');

const STATUS = { negation: 'negated', future: 'planned', hypothetical: 'hypothetical', historical: 'historical' };
export const STATUS_TITLE = {
    done: 'reported as done or under way',
    negated: 'did not, does not, will not',
    planned: 'not yet',
    hypothetical: 'conditional, wished for, demanded, possible or alleged',
    historical: 'over for more than 90 days when the article was written',
};

/** Statuses of an event, in the words of the API. */
export function statuses(event) {
    const marks = (event.aux ?? []).map((mark) => STATUS[mark] ?? mark);
    return marks.length ? marks : ['done'];
}

export function partyName(party) {
    if (!party.code) return party.entity_text || 'not named';
    return nameOf(party.code);
}

/** "Japan, China" of a list of parties, each country once. */
export function parties(list) {
    return [...new Set((list ?? []).map(partyName))].join(', ');
}

/** When it happened, as an interval in words; empty when the text does not say. */
export function when(event) {
    const { date, enddate, date_precision: precision } = event;
    if (!date && !enddate) return '';
    if (!date) return `up to ${enddate}`;
    if (!enddate) return precision && precision !== 'day' ? `from ${date}` : date;
    if (precision === 'year' && date.endsWith('-01-01') && enddate.endsWith('-12-31') && date.slice(0, 4) === enddate.slice(0, 4)) {
        return date.slice(0, 4);
    }
    if (precision === 'month' && date.slice(0, 7) === enddate.slice(0, 7)) return date.slice(0, 7);
    return `${date} – ${enddate}`;
}

/** The day that a table shows: of the happening, else of the statement, and which of both it is. */
export function dayShown(event) {
    const own = when(event);
    if (own) return { text: own, said: false };
    return { text: (event.statement_date ?? event.day ?? '').replace('/', ' – '), said: true };
}

export function instrumentName(instrument) {
    if (!instrument) return '';
    const { type, body, subject, name } = instrument;
    if (name) return `${name} (${type})`;
    return `${type}${subject ? ` on ${nameOf(subject)}` : ''}${body ? `, ${body}` : ''}`;
}

/** Bin of a PLOVER score for colours: -3 to 3, or null where nothing is known. Null is never a colour of the scale. */
export function bin(scale) {
    if (scale === null || scale === undefined || Number.isNaN(scale)) return null;
    if (scale <= -6) return -3;
    if (scale <= -3) return -2;
    if (scale <= -0.75) return -1;
    if (scale < 0.75) return 0;
    if (scale < 3) return 1;
    return scale < 6 ? 2 : 3;
}

export function signed(value) {
    if (value === null || value === undefined) return '–';
    return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`;
}

export const percent = (p) => `${Math.round(p * 100)}%`;

/** Whole numbers with thin spaces, whatever the locale of the browser is. */
export const number = (n) => `${n ?? 0}`.replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** "3 reports", "1 report". */
export const counted = (n, what) => `${number(n)} ${n === 1 ? what.replace(/s$/, '') : what}`;

/** The count that rows can be counted by: a server that does not tell reports of pairs gives events, and the view says so. */
export const countable = (count, rows) => (!rows?.length || count in rows[0] ? count : 'events');

/** What a count is called on the page: the API says documents where readers say reports. */
export const countWord = (count) => (count === 'documents' ? 'reports' : count);
