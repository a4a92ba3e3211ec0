// SPDX-License-Identifier: Apache-2.0
// The address of what is shown. Everything that decides a view is in the hash, #/view/id?filter=value, so that an address copied from the
// browser shows the same rows to somebody else, and so that the server needs no route but "/".

/** Filters that every list of the API takes. */
export const FILTERS = [
    'actor', 'recipient', 'either', 'speaker', 'type', 'mode', 'context', 'status', 'instrument', 'subject', 'act', 'source', 'since',
    'until', 'text', 'confidence',
];

/** What the switch counts by; the first is meant when the address says nothing. */
export const COUNTS = ['events', 'happenings', 'documents'];

/** Views that have an address; anything else is shown as the first. */
export const VIEWS = [
    'events', 'stance', 'matrix', 'ego', 'dyad', 'map', 'instruments', 'instrument', 'document', 'review', 'sources', 'add',
];

/** "#/dyad/x?actor=JPN" as { view, id, q }. */
export function parseHash(hash) {
    const [path, search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
    const [view = '', id = ''] = path.split('/').map(decoded);
    const q = {};
    for (const [key, value] of new URLSearchParams(search)) {
        if (value !== '') q[key] = key in q ? `${q[key]},${value}` : value;
    }
    return { view: VIEWS.includes(view) ? view : VIEWS[0], id, q };
}

function decoded(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

/** The reverse of parseHash(); empty values are left out. */
export function toHash(view, q = {}, id = '') {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(q)) {
        if (value !== undefined && value !== null && `${value}` !== '') search.set(key, value);
    }
    const tail = search.toString().replaceAll('%2C', ',');
    return `#/${view}${id ? `/${encodeURIComponent(id)}` : ''}${tail ? `?${tail}` : ''}`;
}

export const route = $state({ view: 'events', id: '', q: {} });

function read() {
    const now = parseHash(location.hash);
    route.view = now.view;
    route.id = now.id;
    route.q = now.q;
}

/** Follows the address; called once. */
export function followAddress() {
    read();
    addEventListener('hashchange', read);
}

/** The filters of an address, without what belongs to one view only. */
export function filtersOf(q) {
    return Object.fromEntries(Object.entries(q).filter(([key]) => FILTERS.includes(key) || key === 'count'));
}

export function go(view, q = {}, id = '') {
    location.hash = toHash(view, q, id);
}

/** Changes some parameters of the present view. Filters start at the first page again. `replace` leaves no step to go back to. */
export function patch(change, replace = false) {
    const q = { ...route.q, ...change };
    if (Object.keys(change).some((key) => FILTERS.includes(key) || key === 'count')) delete q.offset;
    const hash = toHash(route.view, q, route.id);
    if (!replace) {
        location.hash = hash;
        return;
    }
    history.replaceState(null, '', hash);
    read();
}

/** What an address says to count by, among what the view can count. */
export function countOf(q, counts = COUNTS) {
    return counts.includes(q.count) ? q.count : counts[0];
}

/** Comma lists of the address. */
export function list(value) {
    return (value ?? '').split(',').map((s) => s.trim()).filter(Boolean);
}
