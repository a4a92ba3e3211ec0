// SPDX-License-Identifier: Apache-2.0
// What belongs to the reader, not to the address: theme, name, whether single keys are shortcuts. Kept by the browser where it allows that.

function stored(key, otherwise) {
    try {
        return localStorage.getItem(`demarche.${key}`) ?? otherwise;
    } catch {
        return otherwise;
    }
}

function keep(key, value) {
    try {
        localStorage.setItem(`demarche.${key}`, value);
    } catch {
        // A browser that keeps nothing still shows everything.
    }
}

export const prefs = $state({
    theme: stored('theme', 'auto'),
    reviewer: stored('reviewer', ''),
    keys: stored('keys', 'on') === 'on',
});

export function setPref(key, value) {
    prefs[key] = value;
    keep(key, value === true ? 'on' : value === false ? 'off' : value);
    if (key === 'theme') applyTheme();
}

export function applyTheme() {
    if (prefs.theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = prefs.theme;
}
