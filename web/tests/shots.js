// SPDX-License-Identifier: Apache-2.0
// Screenshots of every view, light and dark, wide and narrow, into the folder that is named (default shots/): to be looked at.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, startBrowser, startDesk } from './browser.js';

const folder = process.argv[2] ?? 'shots';
const SIZES = { wide: { width: 1280, height: 900 }, dark: { width: 1280, height: 900, dark: true }, narrow: { width: 390, height: 844 } };
const paths = process.argv.slice(3);

mkdirSync(folder, { recursive: true });
const desk = await startDesk(paths.length ? { paths } : {});
const browser = await startBrowser();
const get = async (path) => (await fetch(`${desk.url}api/${path}`)).json();
const events = (await get('events?actor=JPN&recipient=CHN')).rows;
const article = events.find((e) => e.attribution) ?? events[0];
const instruments = (await get('instruments?subject=CHN')).rows;

const VIEWS = {
    events: '#/events',
    evidence: `#/events?actor=JPN&e=${events[0].id}`,
    stance: '#/stance?actor=JPN&recipient=CHN',
    'stance-two': '#/stance?actor=JPN,USA&recipient=CHN&since=1985',
    reader: `#/document/${article.document}?e=${article.id}`,
    review: '#/review',
    matrix: '#/matrix',
    ego: '#/ego?who=JPN',
    dyad: '#/dyad?actor=JPN&recipient=CHN',
    map: '#/map?who=USA',
    instruments: '#/instruments',
    instrument: `#/instrument/${encodeURIComponent(instruments[0].id)}`,
    sources: '#/sources',
    add: '#/add',
};

for (const [size, options] of Object.entries(SIZES)) {
    for (const [name, hash] of Object.entries(VIEWS)) {
        const { page, faults, close } = await openPage(browser, desk.url, hash, options);
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(folder, `${name}-${size}.png`) });
        if (faults.length) console.log(`${name} ${size}: ${faults.join('; ')}`);
        await close();
    }
}
await browser.close();
await desk.close();
