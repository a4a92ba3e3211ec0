// SPDX-License-Identifier: Apache-2.0
// Rows that are shown, as files: CSV as RFC 4180 writes it, and JSON lines.

function cell(value) {
    if (value === null || value === undefined) return '';
    let text = value;
    if (Array.isArray(value)) text = value.map((v) => (typeof v === 'object' ? JSON.stringify(v) : `${v}`.replaceAll(';', ','))).join(';');
    else if (typeof value === 'object') text = JSON.stringify(value);
    text = `${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Columns: every key that occurs, in the order of its first row. */
export function toCsv(rows) {
    const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return [keys.map(cell).join(','), ...rows.map((row) => keys.map((key) => cell(row[key])).join(','))].map((line) => `${line}\n`).join('');
}

export const toJsonl = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Hands `text` to the browser as a download. */
export function save(name, text, type) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
