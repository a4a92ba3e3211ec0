// SPDX-License-Identifier: Apache-2.0
// Keys. A view registers its own with useKeys(); those of the desk come after them. Single keys do nothing while somebody types, and can be
// turned off in the help (WCAG 2.1.4).
import { untrack } from 'svelte';
import { prefs } from './prefs.svelte.js';

let layers = $state.raw([]);

/** All keys that hold now, for the help: [{ keys, what }]. */
export const keysNow = () => layers.flatMap((layer) => layer.filter((row) => row.what));

function typing(target) {
    return target.closest?.('input, textarea, select, [contenteditable]') && target.type !== 'checkbox' && target.type !== 'radio';
}

let prefix = '';
let prefixTimer = 0;

function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || !prefs.keys) return;
    const key = prefix ? `${prefix} ${event.key}` : event.key;
    clearTimeout(prefixTimer);
    prefix = '';
    for (const layer of [...layers].reverse()) {
        const row = layer.find((r) => r.keys.includes(key));
        if (!row) continue;
        // Enter and space belong to what has the focus.
        if ((event.key === 'Enter' || event.key === ' ') && event.target.closest?.('a, button, summary')) return;
        if (row.run() !== false) event.preventDefault();
        return;
    }
    if (event.key === 'g') {
        prefix = 'g';
        prefixTimer = setTimeout(() => (prefix = ''), 1500);
    }
}

export function followKeys() {
    addEventListener('keydown', pressed);
}

/** Registers rows { keys: ['a'], what: 'accept', run } while the component lives. */
export function useKeys(rows) {
    $effect(() => {
        untrack(() => (layers = [...layers, rows]));
        return () => untrack(() => (layers = layers.filter((layer) => layer !== rows)));
    });
}
