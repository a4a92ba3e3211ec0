// SPDX-License-Identifier: Apache-2.0
// What the build gives: sizes of what is loaded first, nothing that the policy of the server forbids, no foreign address.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const MOST_FIRST = 450 * 1024;

test('the desk is built', () => assert.ok(existsSync(join(dist, 'index.html')), 'run npm run build first'));

const text = (name) => readFileSync(join(dist, name), 'utf8');
const packed = (name) => gzipSync(readFileSync(join(dist, name))).length;

/** Files that opening `name` loads at once: itself, what it imports, the styles of its chunk. */
function withImports(name, seen = new Set()) {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const found of text(name).matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) withImports(`assets/${found[1]}`, seen);
    return seen;
}

function chunk(view) {
    const name = readdirSync(join(dist, 'assets')).find((file) => new RegExp(`^${view}-[\\w-]+\\.js$`).test(file));
    assert.ok(name, `no chunk of its own for ${view}`);
    return `assets/${name}`;
}

test('the first load is small, the atlas and the charts are not in it', () => {
    const html = text('index.html');
    const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((m) => m[1]);
    const files = new Set(named.filter((name) => !name.endsWith('.js')));
    for (const name of [...named.filter((n) => n.endsWith('.js')), chunk('Events')]) for (const file of withImports(name)) files.add(file);
    for (const name of readdirSync(join(dist, 'assets'))) if (name.endsWith('.css')) files.add(`assets/${name}`);
    const size = [...files, 'index.html'].reduce((sum, name) => sum + packed(name), 0);
    console.log(`first load: ${(size / 1024).toFixed(1)} KB compressed, ${files.size} files`);
    assert.ok(size < MOST_FIRST, `${size} bytes`);
    assert.ok(![...files].some((name) => /(countries|PlotBox)[\w.-]*\.js$/.test(name)), 'charts or the atlas are loaded at the start');
});

test('only the map asks for the atlas', () => {
    for (const name of readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.js') && !file.startsWith('countries'))) {
        // The entry names it in its list of what a view may need; only the map imports it.
        const imports = [...text(`assets/${name}`).matchAll(/import\(["'`]\.\/(countries[\w.-]+)["'`]\)/g)];
        assert.equal(imports.length > 0, name.startsWith('Map-'), name);
    }
});

test('nothing inline, nothing foreign', () => {
    const html = text('index.html');
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/);
    for (const tag of html.matchAll(/<script[^>]*>([^<]*)/g)) {
        assert.match(tag[0], /src="/);
        assert.equal(tag[1].trim(), '');
    }
    assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
    for (const name of readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.css'))) {
        assert.doesNotMatch(text(`assets/${name}`), /url\(|@import/, name);
    }
});
