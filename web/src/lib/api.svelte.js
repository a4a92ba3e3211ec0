// SPDX-License-Identifier: Apache-2.0
// Requests to the server (docs/api.md).
import { FILTERS } from './route.svelte.js';

export class ApiError extends Error {
    constructor(message, status, suggest = []) {
        super(message);
        this.status = status;
        this.suggest = suggest;
    }
}

/** The address of a request: `path` under api/, the filters of `q`, and what else is asked for. */
export function apiUrl(path, q = {}, more = {}) {
    const search = new URLSearchParams();
    for (const key of FILTERS) if (q[key]) search.set(key, q[key]);
    for (const [key, value] of Object.entries(more)) {
        if (value !== undefined && value !== null && value !== '') search.set(key, value);
    }
    const tail = search.toString();
    return `api/${path}${tail ? `?${tail}` : ''}`;
}

async function answer(response) {
    let body = null;
    try {
        body = await response.json();
    } catch {
        if (response.ok) throw new ApiError('The answer of the server cannot be read.', response.status);
    }
    if (response.ok) return body;
    throw new ApiError(body?.error ?? `The server answered ${response.status}.`, response.status, body?.suggest ?? []);
}

function unreachable(error) {
    if (error instanceof ApiError || error.name === 'AbortError') throw error;
    throw new ApiError('The server does not answer. Is demarche serve still running?', 0);
}

export function get(url, signal) {
    return fetch(url, { signal, headers: { Accept: 'application/json' } }).then(answer).catch(unreachable);
}

/** Every page of a list, up to `most` rows: { rows, total, all } where all says whether nothing was left out. */
export async function getAll(path, q, most, signal, more = {}) {
    const page = 500;
    let rows = [];
    let first = null;
    while (rows.length < most) {
        const part = await get(apiUrl(path, q, { ...more, limit: Math.min(page, most - rows.length), offset: rows.length }), signal);
        first ??= part;
        rows = rows.concat(part.rows);
        if (part.rows.length < page) return { ...first, rows, all: true };
    }
    return { ...first, rows, all: false };
}

export const record = $state({ info: null, error: null });

export async function readRecord() {
    try {
        record.info = await get('api/record');
        record.error = null;
    } catch (error) {
        record.error = error;
    }
    return record.info;
}

/** POST with the token of the record. A token that a restarted server no longer knows is fetched anew, once. */
export async function post(path, body, type = 'application/json', again = true) {
    const headers = { 'Content-Type': type, 'X-Demarche-Token': record.info?.token ?? '' };
    const data = type === 'application/json' ? JSON.stringify(body) : body;
    const response = await fetch(`api/${path}`, { method: 'POST', headers, body: data }).catch(unreachable);
    if (response.status === 403 && again && (await readRecord())) return post(path, body, type, false);
    return answer(response);
}

/** What a view shows: follows `want()` (an address, a function of a signal, or null for nothing) and keeps the last data meanwhile. */
export class Loaded {
    data = $state.raw(null);
    error = $state.raw(null);
    busy = $state(true);
    #again = $state(0);

    constructor(want) {
        $effect(() => {
            void this.#again;
            const wanted = want();
            if (!wanted) {
                this.data = null;
                this.busy = false;
                return undefined;
            }
            const stop = new AbortController();
            this.busy = true;
            (typeof wanted === 'function' ? wanted(stop.signal) : get(wanted, stop.signal)).then(
                (data) => {
                    if (stop.signal.aborted) return;
                    this.data = data;
                    this.error = null;
                    this.busy = false;
                },
                (error) => {
                    if (stop.signal.aborted) return;
                    this.error = error;
                    this.data = null;
                    this.busy = false;
                },
            );
            return () => stop.abort();
        });
    }

    reload() {
        this.#again += 1;
    }
}
